"""Commands about calls: contacts from outside, before and beside incidents. Functions 1.10, 1.16, 1.20 to 1.24."""

from typing import Literal

from turnout.core.act import Do
from turnout.core.board import Location, PersonCard
from turnout.core.limits import Code, Id, Line, Message, Text
from turnout.words.moment import Moment
from turnout.words.place import Place


class TakeCall(Do, frozen=True, kw_only=True, tag="take-call"):
    """A call has come in (any channel). Answered at once when `answered` is set."""

    call_id: Id
    channel: Literal["phone", "text", "alarm", "sensor", "web", "app", "field", "officer"]
    received: Moment | None = None
    """When it rang, if earlier than now (never later)."""
    text: Text = ""
    location: Location | None = None
    caller: PersonCard | None = None
    suggested_type: Code = ""
    alarm_kind: Code = ""
    """A monitored alarm's kind, by which the city's table gives the incident type (1.16)."""
    source: Line = ""
    answered: bool = False


class AnswerCall(Do, frozen=True, kw_only=True, tag="answer-call"):
    call_id: Id


class RefreshCallerPlace(Do, frozen=True, kw_only=True, tag="refresh-caller-place"):
    call_id: Id
    place: Place
    uncertainty_m: float | None = None
    source: Line


class AttachCall(Do, frozen=True, kw_only=True, tag="attach-call"):
    """This call concerns an incident that is already running (1.6)."""

    call_id: Id
    incident_id: Id


class HandOverCall(Do, frozen=True, kw_only=True, tag="hand-over-call"):
    """To a position, which it rings until accepted, declined or left too long; or to somebody outside (1.24)."""

    call_id: Id
    to: Line


class AcceptCall(Do, frozen=True, kw_only=True, tag="accept-call"):
    """Take over a call that is being handed over, with everything that is known of it (1.24)."""

    call_id: Id


class DeclineCall(Do, frozen=True, kw_only=True, tag="decline-call"):
    """Not here: the call stays with whoever offered it, who is told (1.24)."""

    call_id: Id
    reason: Line = ""


class TakeMessage(Do, frozen=True, kw_only=True, tag="take-message"):
    """A written message has come in (1.21): it belongs to the open call of its conversation, or a call begins with it.

    `conversation` is the gateway's own name for the exchange (an MSRP session, NENA-STA-010), never a number.
    """

    call_id: Id
    """Of the call that begins with it, if one does."""
    conversation: Id
    message_id: Id
    text: Message
    sent: Moment | None = None
    """When it was written (never later than now): messages that overtook each other are put in order."""
    channel: Literal["text", "web", "app"] = "text"
    location: Location | None = None
    caller: PersonCard | None = None
    source: Line = ""


class ReplyToCall(Do, frozen=True, kw_only=True, tag="reply-to-call"):
    """Write back in the call's conversation. Its gateway sends it and reports with `report-reply` (1.21)."""

    call_id: Id
    message_id: Id
    text: Message


class ReportReply(Do, frozen=True, kw_only=True, tag="report-reply"):
    """From the gateway: whether a reply reached the caller's device."""

    call_id: Id
    message_id: Id
    outcome: Literal["delivered", "failed"]


class AskCallerPlace(Do, frozen=True, kw_only=True, tag="ask-caller-place"):
    """Ask the network again where the caller is (1.23). A location adapter sees `place_asked` on the call's row and
    answers with `refresh-caller-place`, or with `report-no-place`. Only for a call for help that is still open."""

    call_id: Id


class ReportNoPlace(Do, frozen=True, kw_only=True, tag="report-no-place"):
    """From the location adapter: no place could be had, and why."""

    call_id: Id
    reason: Line


class OpenFromAlarm(Do, frozen=True, kw_only=True, tag="open-from-alarm"):
    """One act from an alarm to its incident (1.16): type by the city's alarm kinds, place and words from the call."""

    call_id: Id
    incident_id: Id
    location: Location | None = None
    """Where it is better known than by the call."""


class AbandonCall(Do, frozen=True, kw_only=True, tag="abandon-call"):
    """The caller hung up or said nothing: it goes on the call-back list until closed (1.20)."""

    call_id: Id
    silent: bool = False


class NoteCallback(Do, frozen=True, kw_only=True, tag="note-callback"):
    call_id: Id
    outcome: Literal["reached", "no-answer", "busy", "voicemail", "wrong-number"]
    note: Line = ""


class CloseCall(Do, frozen=True, kw_only=True, tag="close-call"):
    call_id: Id
    outcome: Line


CallCommand = (
    TakeCall
    | AnswerCall
    | RefreshCallerPlace
    | AskCallerPlace
    | ReportNoPlace
    | AttachCall
    | OpenFromAlarm
    | HandOverCall
    | AcceptCall
    | DeclineCall
    | TakeMessage
    | ReplyToCall
    | ReportReply
    | AbandonCall
    | NoteCallback
    | CloseCall
)
