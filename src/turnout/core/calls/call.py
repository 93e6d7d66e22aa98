"""One contact from outside. Functions 1.10, 1.16, 1.20 to 1.24."""

from typing import Literal

import msgspec

from turnout.core.incidents.entries import PersonCard
from turnout.core.location import Location
from turnout.words.identity import ActorId, CallId, IncidentId
from turnout.words.moment import Moment
from turnout.words.place import Place
from turnout.words.sealed_text import SealedPlace

CallStatus = Literal["waiting", "answered", "attached", "callback", "closed"]


class PlaceFix(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A caller's place as it was found at a moment (1.23)."""

    at: Moment
    place: Place | SealedPlace | None
    """None: erased."""
    uncertainty_m: float | None = None
    source: str


class CallMessage(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One message of a conversation in writing (1.21). A reply waits until its gateway says what became of it."""

    id: str
    sent: Moment
    """When its writer sent it, which is the order in which it is read."""
    direction: Literal["in", "out"]
    text: str
    by: ActorId
    delivery: Literal["", "waiting", "delivered", "failed"] = ""


class HandOver(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A call that rings at another position until it is accepted, declined or left too long (1.24)."""

    to: str
    """The position."""
    by: ActorId
    position: str
    """Where the call is offered from."""
    at: Moment


class Call(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One contact from outside. Many calls may concern one incident."""

    id: CallId
    channel: Literal["phone", "text", "alarm", "sensor", "web", "app", "field", "officer"]
    received: Moment
    status: CallStatus
    text: str = ""
    location: Location | None = None
    fixes: tuple[PlaceFix, ...] = ()
    caller: PersonCard | None = None
    """Name and callback number are in the vault (charter 6)."""
    suggested_type: str = ""
    """A monitored alarm comes with one (1.16)."""
    source: str = ""
    """Which line, alarm company or device."""
    answered: Moment | None = None
    answered_by: ActorId | None = None
    handed_to: str = ""
    """Who was last told of it outside the room; a position that is being rung is in `offer`."""
    offer: HandOver | None = None
    declined_by: str = ""
    """The position that would not take it: whoever has the call must know that it is still theirs."""
    conversation: str = ""
    """The gateway's name for a conversation in writing: further messages of it belong to this call (1.21)."""
    messages: tuple[CallMessage, ...] = ()
    alarm_kind: str = ""
    """What the city's table of alarm kinds calls it (1.16)."""
    place_asked: Moment | None = None
    """A new place of the caller has been asked for and has not come yet (1.23)."""
    place_refused: str = ""
    """Why the last asking brought no place."""
    incident: IncidentId | None = None
    abandoned: bool = False
    callbacks: tuple["Callback", ...] = ()
    closed: Moment | None = None
    outcome: str = ""


class Callback(msgspec.Struct, frozen=True, gc=False):
    at: Moment
    by: ActorId
    outcome: Literal["reached", "no-answer", "busy", "voicemail", "wrong-number"]
    note: str = ""
