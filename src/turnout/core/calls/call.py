"""One contact from outside. Functions 1.10, 1.16, 1.20 to 1.24."""

from typing import Literal

import msgspec

from turnout.core.incidents.entries import PersonCard
from turnout.core.location import Location
from turnout.words.identity import ActorId, CallId, IncidentId
from turnout.words.moment import Moment
from turnout.words.place import Place

CallStatus = Literal["waiting", "answered", "attached", "callback", "closed"]


class PlaceFix(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A caller's place as it was found at a moment (1.23)."""

    at: Moment
    place: Place
    uncertainty_m: float | None = None
    source: str


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
