"""A shift of a unit, ahead or running (3.4, 3.5): responders' own work, by staff number."""

import msgspec

from turnout.core.units.unit import CrewMember
from turnout.words.identity import ActorId, UnitId
from turnout.words.moment import Moment


class Shift(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Who is to be on a unit, from when to when. It leaves the board when it is over; the journal keeps it."""

    id: str
    unit: UnitId
    begins: Moment
    ends: Moment
    """Not part of it: a shift from 7 to 19 and one from 19 to 7 do not overlap."""
    crew: tuple[CrewMember, ...] = ()
    vehicle: str = ""
    equipment: tuple[str, ...] = ()
    station: str = ""
    """Empty: the unit's home."""
    by_itself: bool = False
    """The clock logs the unit on at the beginning, where nothing stands in the way; else it offers it."""
    note: str = ""
    by: ActorId
    changed: Moment
    """When it was last written; `ChangeShift.was` names the one that was read."""
    offered: Moment | None = None
    """Its beginning has come and a person is to log the unit on."""
    began: Moment | None = None
    overrun: Moment | None = None
    """Its end has come and the unit is still on duty. A clock logs nobody off."""
