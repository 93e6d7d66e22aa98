"""What changes in the city while it is run: premises, closures, zones, hospitals, hydrants, positions."""

from typing import Literal

import msgspec

from turnout.words.identity import ActorId
from turnout.words.moment import Moment
from turnout.words.place import Place
from turnout.words.sealed_text import SealedPlace


class PremiseNote(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A hazard, contact, plan or caution of a *place*, never of a person; has owner and expiry (1.13, 1.25)."""

    id: str
    kind: Literal["hazard", "contact", "plan", "access", "caution"]
    place: Place
    radius_m: int
    address: str
    text: str
    owner: ActorId
    expires: Moment
    written: Moment = Moment(0)
    overdue: bool = False


class ForcedPlace(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A place that was taken as it was typed, until somebody has followed it up (1.9)."""

    id: str
    text: str
    place: Place | SealedPlace | None
    incident: str
    """Where it was first forced; it may have left the board."""
    tag: str
    agencies: tuple[str, ...]
    at: Moment
    by: ActorId
    times: int = 1
    """How often the same words have been forced meanwhile, in rows from before words were sealed (decision 0204)."""


class Closure(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A street closed or slowed; changes the next travel time (2.10, 9.11)."""

    id: str
    line: tuple[Place, ...]
    """One point and a radius, or a line along the street."""
    radius_m: float = 15.0
    slowdown: float = 0.0
    """0 is closed; 0.5 is half the usual speed."""
    reason: str
    since: Moment
    until: Moment | None = None
    by: ActorId


class SpecialZone(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A temporary area that overrides plans (2.2). Outline in WGS 84."""

    id: str
    name: str
    outline: tuple[Place, ...]
    plan_zone: str
    """The zone id that plans name."""
    since: Moment
    until: Moment | None = None
    by: ActorId
    planned: bool = False
    """It begins at `since`, and changes nothing before."""


class HospitalState(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Diversion and beds as last told (4.13)."""

    id: str
    diversion: bool = False
    beds: int | None = None
    note: str = ""
    at: Moment


class HydrantState(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    id: str
    out_of_service: bool
    note: str = ""
    at: Moment


class Position(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A working position that somebody has signed on to, and the groups that it answers for (1.17, 7.4)."""

    id: str
    actor: ActorId
    roles: tuple[str, ...]
    groups: tuple[str, ...] = ()
    since: Moment
