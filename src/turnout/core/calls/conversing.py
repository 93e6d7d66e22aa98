"""Conversations in writing (1.21): the messages of one exchange stay one call, in the order in which they were written.

What tells one exchange from another is the gateway's own name for it (an MSRP session, NENA-STA-010). It is never the
caller's number: a key that stays the same from one emergency to the next would be a register of people (charter 2, 6).
"""

import re
from typing import Final

from turnout.core.board import Board, Call, CallMessage
from turnout.core.calls.commands import ReplyToCall, ReportReply, TakeMessage
from turnout.core.calls.events import CallTaken, MessageAdded, ReplyReported
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import CallIsFull, IdentityTaken, UnknownEntry, ValueNotTaken
from turnout.words.identity import CallId
from turnout.words.moment import Moment

MESSAGES_MAX: Final = 500
"""Of one call: an hour of a message every seven seconds. What comes after begins a further call, and is not lost."""

NUMBER: Final = re.compile(r"\+?[\d\s().-]{5,24}")
"""What a telephone number looks like; whoever gives one as a conversation is told that it must not be."""


def take_message(board: Board, command: TakeMessage, context: Context) -> Decision:
    """To the open call of its conversation; with none, or a full one, a call begins with it."""
    if NUMBER.fullmatch(command.conversation):
        return ValueNotTaken(field="conversation", value=command.conversation)
    if not command.text.strip():
        return ValueNotTaken(field="text", value="")
    message = CallMessage(
        id=command.message_id,
        sent=Moment(context.at if command.sent is None else min(command.sent, context.at)),
        direction="in",
        text=command.text,
        by=context.actor.id,
    )
    calls = [call for call in board.calls.values() if call.conversation == command.conversation]
    if any(one.id == message.id for call in calls for one in call.messages):
        return []
    known = next((call for call in calls if call.closed is None and len(call.messages) < MESSAGES_MAX), None)
    if known is not None:
        return [MessageAdded(**head(context), call=known.id, message=message)]
    return _begin(board, command, message, context)


def _begin(board: Board, command: TakeMessage, message: CallMessage, context: Context) -> Decision:
    id = CallId(command.call_id)
    if id in board.calls:
        return IdentityTaken(kind="call", value=command.call_id)
    taken = CallTaken(
        **head(context),
        call=id,
        channel=command.channel,
        received=message.sent,
        text=command.text,
        location=command.location,
        caller=command.caller,
        source=command.source,
        conversation=command.conversation,
    )
    return [taken, MessageAdded(**head(context), call=id, message=message)]


def reply(call: Call, command: ReplyToCall, context: Context) -> Decision:
    """Written down first; whether it has reached anybody is the gateway's to say."""
    if not call.conversation:
        return ValueNotTaken(field="channel", value=call.channel)
    if not command.text.strip():
        return ValueNotTaken(field="text", value="")
    if any(one.id == command.message_id for one in call.messages):
        return []
    if len(call.messages) >= MESSAGES_MAX:
        return CallIsFull(call=call.id, most=MESSAGES_MAX)
    message = CallMessage(
        id=command.message_id,
        sent=context.at,
        direction="out",
        text=command.text,
        by=context.actor.id,
        delivery="waiting",
    )
    return [MessageAdded(**head(context), call=call.id, message=message)]


def report_reply(call: Call, command: ReportReply, context: Context) -> Decision:
    known = next((one for one in call.messages if one.id == command.message_id and one.direction == "out"), None)
    if known is None:
        return UnknownEntry(kind="message", entry=command.message_id)
    if known.delivery == command.outcome:
        return []
    return [ReplyReported(**head(context), call=call.id, message=known.id, outcome=command.outcome)]
