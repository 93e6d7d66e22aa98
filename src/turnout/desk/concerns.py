"""Whom a row concerns: the agencies whose people may see it, and the stations whose screens may. `None`: everybody.

Kept with each row as its scope (`Table.scope_of`), because what it follows from (the incident's agencies) may have left
the board when the row is taken from a screen.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from turnout.core.board import (
    Board,
    Call,
    Corridor,
    DistrictPlans,
    ErasureRequest,
    ForcedPlace,
    GlassBreak,
    Hold,
    Incident,
    Position,
    Review,
    Shift,
    SignalPermit,
    SupplementalRequest,
    Timer,
    Unit,
)
from turnout.desk.rows import Changed
from turnout.words.identity import AgencyId, IncidentId

Mark = AgencyId | str
"""An agency, or a station as `mark_of` writes it."""

Concerned = frozenset[Mark] | None

EVERY_DESK: Final[frozenset[Mark]] = frozenset({"every-desk"})
"""For people of all agencies; not for a station's screen."""


def mark_of(station: str) -> Mark:
    return f"station:{station}"


@lru_cache(maxsize=4_096)
def _shared(marks: frozenset[Mark]) -> frozenset[Mark]:
    """The one object for all who are concerned alike: rows are kept by the ten thousand, and the collector looks at
    every set among them."""
    return marks


def of_incident(incident: Incident, _board: Board) -> Concerned:
    """Its agencies, and the stations that were alerted for it."""
    return _marks_of(incident)


def _marks_of(incident: Incident) -> frozenset[Mark]:
    """As `of_incident`, which is the same on every board."""
    return _shared(frozenset((*incident.agencies, *(mark_of(alert.station) for alert in incident.alerts))))


def of_unit(unit: Unit, board: Board) -> Concerned:
    """Its own agency and stations, and those on whose incident it is."""
    stations = {unit.home, unit.station, getattr(unit.status, "moving_to", None) or unit.station}
    own = frozenset((unit.agency, *(mark_of(station) for station in stations)))
    return _shared(own | _of_incident_id(getattr(unit.status, "incident", None), board))


def of_call(call: Call, board: Board) -> Concerned:
    """A call that is nobody's yet is everybody's to answer; then it follows its incident, but to no station."""
    if call.incident is None:
        return EVERY_DESK
    incident = board.incidents.get(call.incident)
    return _shared(frozenset(incident.agencies)) if incident is not None else frozenset()


def of_position(_position: Position, _board: Board) -> Concerned:
    """Who sits where is for the rooms that work together."""
    return EVERY_DESK


def of_timer(timer: Timer, board: Board) -> Concerned:
    if timer.incident is not None:
        return _of_incident_id(timer.incident, board)
    unit = board.units.get(timer.unit) if timer.unit is not None else None
    return of_unit(unit, board) if unit is not None else EVERY_DESK


def of_shift(shift: Shift, board: Board) -> Concerned:
    """Its unit's agency; a unit that the tables no longer name is nobody's."""
    unit = board.units.get(shift.unit)
    return _shared(frozenset((unit.agency,))) if unit is not None else frozenset()


def of_supplement(request: SupplementalRequest, board: Board) -> Concerned:
    return _of_incident_id(request.incident, board)


def of_forced_place(place: ForcedPlace, _board: Board) -> Concerned:
    """Those who were on its incident: the incident may be gone."""
    return frozenset(AgencyId(agency) for agency in place.agencies)


def of_corridor(corridor: Corridor, board: Board) -> Concerned:
    """Those whose incident it is for: whose crew drives, and who works with it."""
    return _of_incident_id(corridor.incident, board)


def of_permit(_permit: SignalPermit, _board: Board) -> Concerned:
    """Whoever may open a corridor may know where one can be."""
    return EVERY_DESK


def of_plans(_plans: DistrictPlans, _board: Board) -> Concerned:
    """Signals are the whole city's; only who works with them is shown it (desk/access.py)."""
    return EVERY_DESK


def of_oversight(row: Review | GlassBreak | Hold | ErasureRequest, _board: Board) -> Concerned:
    """Those whose incident it is, of whom only who answers for such things is shown it (desk/access.py)."""
    return _shared(frozenset(row.agencies)) if row.agencies else EVERY_DESK


def _of_incident_id(incident_id: IncidentId | None, board: Board) -> frozenset[Mark]:
    """Nobody's, where the incident is not on the board."""
    incident = board.incidents.get(incident_id) if incident_id is not None else None
    return _marks_of(incident) if incident is not None else frozenset()


def shared_otherwise(before: Board, after: Board, changed: Changed) -> frozenset[IncidentId]:
    """Incidents that concern other agencies than before: rare, and then all that belongs to them is looked at again."""
    incidents = map(IncidentId, changed["incidents"])
    return frozenset(
        each for each in incidents if _is_shared_otherwise(before.incidents.get(each), after.incidents.get(each))
    )


def _is_shared_otherwise(before: Incident | None, after: Incident | None) -> bool:
    """Most changes leave the very tuples that the answer follows from as they were."""
    if before is None or after is None:
        return before is not after
    if before.agencies is after.agencies and before.alerts is after.alerts:
        return False
    return _marks_of(before) != _marks_of(after)


def units_after(before: Board, after: Board, changed: Changed) -> Iterable[str]:
    incidents = shared_otherwise(before, after, changed)
    if not incidents:
        return ()
    return [unit.id for unit in after.units.values() if getattr(unit.status, "incident", None) in incidents]


def calls_after(before: Board, after: Board, changed: Changed) -> Iterable[str]:
    incidents = shared_otherwise(before, after, changed)
    if not incidents:
        return ()
    return [call.id for call in after.calls.values() if call.incident in incidents]


def timers_after(before: Board, after: Board, changed: Changed) -> Iterator[str]:
    """A timer follows its incident, or its unit, which follows the unit's incident."""
    incidents = shared_otherwise(before, after, changed)
    units = set(changed["units"]) | set(units_after(before, after, changed))
    if not incidents and not units:
        return
    for timer in after.timers.values():
        if timer.incident in incidents or (timer.incident is None and timer.unit in units):
            yield timer.id


def supplements_after(before: Board, after: Board, changed: Changed) -> Iterable[str]:
    incidents = shared_otherwise(before, after, changed)
    if not incidents:
        return ()
    return [request.id for request in after.supplements.values() if request.incident in incidents]


def corridors_after(before: Board, after: Board, changed: Changed) -> Iterable[str]:
    incidents = shared_otherwise(before, after, changed)
    if not incidents:
        return ()
    return [corridor.id for corridor in after.corridors.values() if corridor.incident in incidents]


def concerns(scope: object, agencies: frozenset[AgencyId], station: str = "") -> bool:
    """Whether a row of that scope may be seen by people of `agencies` (empty: all), or by the screen of `station`."""
    if scope is None:
        return True
    assert isinstance(scope, frozenset)
    if station:
        return mark_of(station) in scope
    return not agencies or scope == EVERY_DESK or not agencies.isdisjoint(scope)
