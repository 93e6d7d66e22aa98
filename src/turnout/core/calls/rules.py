"""What may be done with a call. A call is never turned away: what is odd about it is taken and marked."""

from typing import assert_never

from turnout.core.board import Board, Call, Timer
from turnout.core.calls import conversing, handing_over, placing
from turnout.core.calls.alarms import open_from_alarm
from turnout.core.calls.commands import (
    AbandonCall,
    AcceptCall,
    AnswerCall,
    AskCallerPlace,
    AttachCall,
    CallCommand,
    CloseCall,
    DeclineCall,
    HandOverCall,
    NoteCallback,
    OpenFromAlarm,
    RefreshCallerPlace,
    ReplyToCall,
    ReportNoPlace,
    ReportReply,
    TakeCall,
    TakeMessage,
)
from turnout.core.calls.events import CallAbandoned, CallAnswered, CallAttached, CallbackNoted, CallClosed, CallTaken
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.lookups import open_call_of, open_incident_of
from turnout.core.no import No
from turnout.core.refusals import CallIsAnswered, IdentityTaken
from turnout.core.timers.starting import ARCHIVE_AFTER_MS, call_timer, running, standard_s, timer_id
from turnout.words.identity import CallId
from turnout.words.moment import SECOND_MS, Moment


def decide_call(board: Board, command: CallCommand, context: Context) -> Decision:  # noqa: C901  one case per command
    if isinstance(command, TakeCall):
        return _take(board, command, context)
    if isinstance(command, TakeMessage):
        return conversing.take_message(board, command, context)
    call = open_call_of(board, command.call_id)
    if isinstance(call, No):
        return call
    match command:
        case AnswerCall():
            return _answer(board, call, context)
        case RefreshCallerPlace():
            return placing.refresh(board, call, command, context)
        case AskCallerPlace():
            return placing.ask(board, call, command, context)
        case ReportNoPlace():
            return placing.not_found(call, command, context)
        case AttachCall():
            return _attach(board, call, command, context)
        case HandOverCall():
            return handing_over.hand_over(board, call, command, context)
        case AcceptCall():
            return handing_over.accept(board, call, command, context)
        case DeclineCall():
            return handing_over.decline(board, call, command, context)
        case OpenFromAlarm():
            return open_from_alarm(board, call, command, context)
        case ReplyToCall():
            return conversing.reply(call, command, context)
        case ReportReply():
            return conversing.report_reply(call, command, context)
        case AbandonCall():
            starts = _callback_timer(board, call, context.at)
            stops = handing_over.ringing(board, call)
            return [CallAbandoned(**head(context), call=call.id, silent=command.silent, stops=stops, starts=starts)]
        case NoteCallback():
            return _note_callback(board, call, command, context)
        case CloseCall():
            return _close(board, call, command, context)
        case _:
            assert_never(command)


def _take(board: Board, command: TakeCall, context: Context) -> Decision:
    if CallId(command.call_id) in board.calls:
        return IdentityTaken(kind="call", value=command.call_id)
    rang = context.at if command.received is None else min(command.received, context.at)
    taken = CallTaken(
        **head(context),
        call=CallId(command.call_id),
        channel=command.channel,
        received=Moment(rang),
        text=command.text,
        location=command.location,
        caller=command.caller,
        suggested_type=command.suggested_type,
        source=command.source,
        answered=command.answered,
        alarm_kind=command.alarm_kind,
    )
    return [taken]


def _answer(board: Board, call: Call, context: Context) -> Decision:
    if call.answered is None or call.answered_by is None:
        return [CallAnswered(**head(context), call=call.id, stops=handing_over.ringing(board, call))]
    if call.answered_by == context.actor.id:
        return []
    return CallIsAnswered(call=call.id, by=call.answered_by, at=call.answered)


def _attach(board: Board, call: Call, command: AttachCall, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if call.incident == incident.id:
        return []
    stops = running(board, [timer_id("callback", call.id)])
    return [CallAttached(**head(context), call=call.id, incident=incident.id, was=call.incident, stops=stops)]


def _note_callback(board: Board, call: Call, command: NoteCallback, context: Context) -> Decision:
    """Reached: off the list. Not reached: it stays on, and its clock starts again."""
    reached = command.outcome == "reached"
    noted = CallbackNoted(
        **head(context),
        call=call.id,
        outcome=command.outcome,
        note=command.note,
        stops=running(board, [timer_id("callback", call.id)]) if reached else (),
        starts=() if reached or call.status != "callback" else _callback_timer(board, call, context.at),
    )
    return [noted]


def _callback_timer(board: Board, call: Call, at: Moment) -> tuple[Timer, ...]:
    limit_s = standard_s(board.catalogue, "callback", None, 0)
    return () if limit_s is None else (call_timer(call, "callback", at, limit_s * SECOND_MS),)


def _close(board: Board, call: Call, command: CloseCall, context: Context) -> Decision:
    """One that concerns an incident leaves the board with it; any other a little later by itself."""
    closed = CallClosed(
        **head(context),
        call=call.id,
        outcome=command.outcome,
        stops=running(board, [timer_id("callback", call.id), timer_id("hand-over", call.id)]),
        starts=() if call.incident is not None else (call_timer(call, "archive", context.at, ARCHIVE_AFTER_MS),),
    )
    return [closed]
