"""What the clocks of shifts do (3.5): the beginning logs on or offers it, the end warns. No clock logs anybody off."""

from turnout.core.board import Available, Board, OffDuty, Timer
from turnout.core.decision import Draft
from turnout.core.no import No
from turnout.core.roster.clocks import ends_timer, next_beginning, rung, running_shift, shifts_of
from turnout.core.roster.commands import BeginShift
from turnout.core.roster.events import ShiftEnded, ShiftOffered, ShiftOverran
from turnout.core.roster.rules import begin_shift, cancelled
from turnout.core.roster.shift import Shift

NOBODY = "nobody-logged-on"
"""Reason of a shift that its own end takes off the board."""

ON_DUTY = "on-duty"
"""Why the clock only offers a shift: another crew is on the unit, and would not know."""


def ring_begins(draft: Draft, timer: Timer) -> None:
    """By itself only where a person has said so and nobody is on the unit whom it would put off."""
    shift = draft.board.shifts.get(timer.subject)
    assert shift is not None, f"{timer.id} times no shift"
    because = ""
    if shift.by_itself:
        because = _in_the_way(draft.board, shift)
        begun = begin_shift(draft.board, BeginShift(shift_id=shift.id), draft.context) if not because else []
        if begun and not isinstance(begun, No):
            draft.events += begun
            return
        if isinstance(begun, No):
            because = str(begun.__struct_config__.tag)
    others = [other for other in shifts_of(draft.board, shift.unit) if other.id != shift.id]
    stops, starts = next_beginning(draft.board, others, draft.at)
    offered = ShiftOffered(
        **draft.head,
        planned=shift.id,
        unit=shift.unit,
        begins=shift.begins,
        ends=shift.ends,
        because=because,
        stops=stops,
        starts=(rung(timer, draft.at), ends_timer(shift, draft.at), *starts),
    )
    draft.add(offered)


def _in_the_way(board: Board, shift: Shift) -> str:
    """A unit that is off duty takes its crew; one that is available does where its own shift is over."""
    unit = board.units.get(shift.unit)
    if unit is None or isinstance(unit.status, OffDuty):
        return ""
    ran = running_shift(board, shift.unit)
    over = ran is not None and ran.ends <= shift.begins
    return "" if isinstance(unit.status, Available) and over else ON_DUTY


def ring_ends(draft: Draft, timer: Timer) -> None:
    shift = draft.board.shifts.get(timer.subject)
    assert shift is not None, f"{timer.id} times no shift"
    if shift.began is None:
        draft.add(cancelled(draft.board, shift, NOBODY, draft.context))
    elif shift.unit not in draft.board.units:
        draft.add(ShiftEnded(**draft.head, planned=shift.id, unit=shift.unit, ends=shift.ends, stops=(timer.id,)))
    else:
        starts = (rung(timer, draft.at),)
        draft.add(ShiftOverran(**draft.head, planned=shift.id, unit=shift.unit, ends=shift.ends, starts=starts))
