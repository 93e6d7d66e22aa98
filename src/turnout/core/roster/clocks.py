"""The clocks of shifts: one for the next beginning of each unit, one for each end that is being waited for.

Only a unit's next shift has a clock for its beginning, so that a roster of weeks does not fill the table of timers,
which every dispatch copies.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from turnout.core.board import Board, Timer
from turnout.core.decision import Draft
from turnout.core.roster.events import ShiftEnded
from turnout.core.roster.shift import Shift
from turnout.core.timers.starting import running, timer_id
from turnout.words.identity import TimerId, UnitId
from turnout.words.moment import Moment


def begins_id(shift: Shift) -> TimerId:
    return timer_id("shift-begins", shift.unit, shift.id)


def ends_id(shift: Shift) -> TimerId:
    return timer_id("shift-ends", shift.unit, shift.id)


def begins_timer(shift: Shift, at: Moment) -> Timer:
    return Timer(
        id=begins_id(shift), kind="shift-begins", due=shift.begins, started=at, unit=shift.unit, subject=shift.id
    )


def ends_timer(shift: Shift, at: Moment) -> Timer:
    return Timer(id=ends_id(shift), kind="shift-ends", due=shift.ends, started=at, unit=shift.unit, subject=shift.id)


def shifts_of(board: Board, unit: UnitId) -> list[Shift]:
    """Next first."""
    return sorted((shift for shift in board.shifts.values() if shift.unit == unit), key=lambda shift: shift.begins)


def running_shift(board: Board, unit: UnitId) -> Shift | None:
    return next((shift for shift in board.shifts.values() if shift.unit == unit and shift.began is not None), None)


def next_beginning(board: Board, shifts: Iterable[Shift], at: Moment) -> tuple[tuple[TimerId, ...], tuple[Timer, ...]]:
    """(stops, starts) that leave one unrung clock: for the earliest of a unit's `shifts` that still waits for it."""
    waiting = [shift for shift in shifts if shift.began is None and shift.offered is None]
    wanted = min(waiting, key=lambda shift: shift.begins, default=None)
    others = [begins_id(shift) for shift in waiting if shift is not wanted]
    if wanted is None:
        return running(board, others), ()
    known = board.timers.get(begins_id(wanted))
    runs = known is not None and known.due == wanted.begins and known.rung is None
    return running(board, others), () if runs else (begins_timer(wanted, at),)


def rung(timer: Timer, at: Moment) -> Timer:
    return replace(timer, rung=at)


def end_running(draft: Draft, unit: UnitId) -> None:
    """The unit has gone off duty, or its next shift begins: the one that ran is over."""
    shift = running_shift(draft.board, unit)
    if shift is not None:
        stops = running(draft.board, (begins_id(shift), ends_id(shift)))
        draft.add(ShiftEnded(**draft.head, planned=shift.id, unit=unit, ends=shift.ends, stops=stops))
