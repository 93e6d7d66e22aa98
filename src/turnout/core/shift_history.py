"""A unit's history cut by shift (3.23): by unit and by shift, never by person. Pure.

A shift is from a log-on to the log-off after it. Where a unit is logged on over a crew that is still on, it is a new
shift when nobody of that crew stays; else only somebody has joined or left.
"""

from collections.abc import Iterable

import msgspec

from turnout.core.board import CrewMember
from turnout.core.events import Event
from turnout.core.roster.events import ShiftBegan
from turnout.core.units.events import UnitLoggedOff, UnitLoggedOn
from turnout.words.moment import Moment


class ShiftPart(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one shift. `began` None: it began before the rows do; `ended` None: it goes on."""

    began: Moment | None
    ended: Moment | None = None
    planned_until: Moment | None = None
    """Where it was on the roster."""
    station: str = ""
    vehicle: str = ""
    crew: tuple[CrewMember, ...] = ()
    off_duty: bool = False
    """What happened between two shifts."""
    rows: tuple[tuple[int, Event], ...] = ()


def cut_by_shift(unit: str, rows: Iterable[tuple[int, Event]]) -> list[ShiftPart]:
    """Parts in order. Every row is in exactly one part; parts without rows do not come about."""
    parts: list[ShiftPart] = []
    current, kept = ShiftPart(began=None), list[tuple[int, Event]]()

    def close(ended: Moment | None) -> None:
        nonlocal kept
        if kept:
            parts.append(msgspec.structs.replace(current, ended=ended, rows=tuple(kept)))
        kept = []

    for seq, event in rows:
        if isinstance(event, UnitLoggedOn) and event.unit == unit:
            if current.off_duty or current.began is None or _another_crew(current.crew, event.crew):
                close(event.at)
                current = ShiftPart(began=event.at)
            current = _logged_on(current, event)
        elif isinstance(event, ShiftBegan) and event.unit == unit:
            current = msgspec.structs.replace(current, planned_until=event.ends)
        kept.append((seq, event))
        if isinstance(event, UnitLoggedOff) and event.unit == unit:
            close(event.at if event.happened is None else event.happened)
            current = ShiftPart(began=event.at, off_duty=True)
    close(None)
    return parts


def _another_crew(was: tuple[CrewMember, ...], crew: tuple[CrewMember, ...]) -> bool:
    stays = {member.staff for member in was} & {member.staff for member in crew}
    return bool(was or crew) and not stays


def _logged_on(part: ShiftPart, event: UnitLoggedOn) -> ShiftPart:
    return msgspec.structs.replace(part, station=event.station, vehicle=event.vehicle, crew=event.crew)
