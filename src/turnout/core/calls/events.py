"""What has happened to calls. The names in `tag` are stored for ever."""

from typing import Literal

from turnout.core.board import CallMessage, Location, PersonCard, PlaceFix
from turnout.core.fact import Fact
from turnout.words.identity import CallId, IncidentId
from turnout.words.moment import Moment


class CallTaken(Fact, frozen=True, kw_only=True, tag="call-taken"):
    call: CallId
    channel: Literal["phone", "text", "alarm", "sensor", "web", "app", "field", "officer"]
    received: Moment
    text: str = ""
    location: Location | None = None
    caller: PersonCard | None = None
    suggested_type: str = ""
    source: str = ""
    answered: bool = False
    alarm_kind: str = ""
    conversation: str = ""


class CallAnswered(Fact, frozen=True, kw_only=True, tag="call-answered"):
    call: CallId


class CallerPlaceRefreshed(Fact, frozen=True, kw_only=True, tag="caller-place-refreshed"):
    call: CallId
    fix: PlaceFix


class CallAttached(Fact, frozen=True, kw_only=True, tag="call-attached"):
    call: CallId
    incident: IncidentId
    was: IncidentId | None = None
    """The incident that it had been taken to concern."""


class CallerPlaceAsked(Fact, frozen=True, kw_only=True, tag="caller-place-asked"):
    call: CallId


class CallerPlaceNotFound(Fact, frozen=True, kw_only=True, tag="caller-place-not-found"):
    call: CallId
    reason: str


class CallHandedOver(Fact, frozen=True, kw_only=True, tag="call-handed-over"):
    """`offered`: it rings at the position `to`; else somebody outside the room was told."""

    call: CallId
    to: str
    offered: bool = False


class CallAccepted(Fact, frozen=True, kw_only=True, tag="call-accepted"):
    call: CallId


class CallDeclined(Fact, frozen=True, kw_only=True, tag="call-declined"):
    call: CallId
    to: str
    """The position that declined."""
    reason: str = ""


class HandOverLapsed(Fact, frozen=True, kw_only=True, tag="hand-over-lapsed"):
    """Nobody took it in time: it waits in the queue again, for everybody."""

    call: CallId
    to: str


class MessageAdded(Fact, frozen=True, kw_only=True, tag="message-added"):
    call: CallId
    message: CallMessage


class ReplyReported(Fact, frozen=True, kw_only=True, tag="reply-reported"):
    call: CallId
    message: str
    outcome: Literal["delivered", "failed"]


class CallAbandoned(Fact, frozen=True, kw_only=True, tag="call-abandoned"):
    call: CallId
    silent: bool = False


class CallbackNoted(Fact, frozen=True, kw_only=True, tag="callback-noted"):
    call: CallId
    outcome: Literal["reached", "no-answer", "busy", "voicemail", "wrong-number"]
    note: str = ""


class CallClosed(Fact, frozen=True, kw_only=True, tag="call-closed"):
    call: CallId
    outcome: str


class CallArchived(Fact, frozen=True, kw_only=True, tag="call-archived"):
    """It has left the board for the records."""

    call: CallId


CallEvent = (
    CallTaken
    | CallAnswered
    | CallerPlaceRefreshed
    | CallAttached
    | CallerPlaceAsked
    | CallerPlaceNotFound
    | CallHandedOver
    | CallAccepted
    | CallDeclined
    | HandOverLapsed
    | MessageAdded
    | ReplyReported
    | CallAbandoned
    | CallbackNoted
    | CallClosed
    | CallArchived
)
