"""What all of `evolve` shares: finding what an event speaks of, and putting it back changed.

An event that speaks of something that is not there cannot be applied: that is a bug, so these assert.
Only the table that changes is copied; every entry that does not change stays the very same object.
"""

from typing import Any, TypeVar

from msgspec.structs import replace

from turnout.core.board import Assignment, Board, Call, Incident, Unit
from turnout.core.fact import Fact
from turnout.words.identity import CallId, IncidentId, UnitId

K = TypeVar("K")
V = TypeVar("V")


def the_incident(board: Board, incident: IncidentId) -> Incident:
    found = board.incidents.get(incident)
    assert found is not None, f"no incident {incident} on the board"
    return found


def the_unit(board: Board, unit: UnitId) -> Unit:
    found = board.units.get(unit)
    assert found is not None, f"no unit {unit} on the board"
    return found


def the_call(board: Board, call: CallId) -> Call:
    found = board.calls.get(call)
    assert found is not None, f"no call {call} on the board"
    return found


def with_entry(table: dict[K, V], id: K, entry: V) -> dict[K, V]:
    """A copy of `table` with that entry.

    By `copy`, which clones a table as it lies; `{**table}` puts every entry in anew once one has been taken from it.
    """
    changed = table.copy()
    changed[id] = entry
    return changed


def change_incident(board: Board, incident: IncidentId, event: Fact, **changes: Any) -> Board:
    """`board` with the named fields of one incident replaced."""
    changed = replace(the_incident(board, incident), last_change=event.at, **changes)
    return replace(board, incidents=with_entry(board.incidents, incident, changed))


def change_unit(board: Board, unit: UnitId, **changes: Any) -> Board:
    return replace(board, units=with_entry(board.units, unit, replace(the_unit(board, unit), **changes)))


def change_call(board: Board, call: CallId, **changes: Any) -> Board:
    return replace(board, calls=with_entry(board.calls, call, replace(the_call(board, call), **changes)))


def place_of_assignment(incident: Incident, unit: UnitId, *, working: bool = True) -> int:
    """Where in `incident.assignments` the unit's newest one is: that one still working, or any."""
    for index in range(len(incident.assignments) - 1, -1, -1):
        assignment = incident.assignments[index]
        if assignment.unit == unit and not (working and assignment.is_over):
            return index
    raise AssertionError(f"{unit} has no assignment to {incident.id}")


def with_assignment(incident: Incident, index: int, assignment: Assignment) -> tuple[Assignment, ...]:
    return (*incident.assignments[:index], assignment, *incident.assignments[index + 1 :])
