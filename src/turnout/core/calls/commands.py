"""Commands about calls: contacts from outside, before and beside incidents. Functions 1.10, 1.16, 1.20 to 1.24."""

from typing import Literal

from turnout.core.act import Do
from turnout.core.board import Location, PersonCard
from turnout.core.limits import Code, Id, Line, Text
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
    """To another position or agency, with all its data (1.24)."""

    call_id: Id
    to: Line


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
    TakeCall | AnswerCall | RefreshCallerPlace | AttachCall | HandOverCall | AbandonCall | NoteCallback | CloseCall
)
