"""Who cannot be where twice: a unit on two shifts at once, a staff number on two units at once (3.5).

A crew that is shared by several vehicles (3.2) is one crew: there the same staff number on each of them is right.
"""

from collections.abc import Iterable

from turnout.core.board import Board, CrewMember, OffDuty, Unit
from turnout.core.roster.refusals import StaffHasShift, StaffNamedTwice, StaffOnDuty, UnitHasShift
from turnout.core.roster.shift import Shift
from turnout.words.identity import UnitId


def overlap(one: Shift, other: Shift) -> bool:
    """Whether they have a moment in common. The end is not part of a shift."""
    return one.begins < other.ends and other.begins < one.ends


def crews_are_one(board: Board, one: UnitId, other: UnitId) -> bool:
    entry = board.catalogue.units.get(one) if board.catalogue is not None else None
    return one == other or (entry is not None and other in entry.crew_shared_with)


def clash(board: Board, shift: Shift) -> UnitHasShift | StaffHasShift | None:
    """Why `shift` cannot be on the board beside the others; itself (an earlier form of it) does not count."""
    staff = {member.staff for member in shift.crew}
    for other in board.shifts.values():
        if other.id == shift.id or not overlap(shift, other):
            continue
        if other.unit == shift.unit:
            return UnitHasShift(unit=shift.unit, begins=other.begins, ends=other.ends)
        if crews_are_one(board, shift.unit, other.unit):
            continue
        both = next((member.staff for member in other.crew if member.staff in staff), None)
        if both is not None:
            return StaffHasShift(staff=both, unit=other.unit, begins=other.begins, ends=other.ends)
    return None


def named_twice(crew: Iterable[CrewMember]) -> StaffNamedTwice | None:
    """A staff number stands once in a crew, and is not empty."""
    known: set[str] = set()
    for member in crew:
        if not member.staff.strip() or member.staff in known:
            return StaffNamedTwice(staff=member.staff)
        known.add(member.staff)
    return None


def on_duty_elsewhere(board: Board, unit: Unit, crew: Iterable[CrewMember]) -> StaffOnDuty | None:
    """A staff number that is on duty on another unit now. Nobody rides on two."""
    staff = {member.staff for member in crew}
    if not staff:
        return None
    for other in board.units.values():
        if isinstance(other.status, OffDuty) or crews_are_one(board, unit.id, other.id):
            continue
        both = next((member.staff for member in other.crew if member.staff in staff), None)
        if both is not None:
            return StaffOnDuty(staff=both, unit=other.id)
    return None
