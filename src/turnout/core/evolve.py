"""The board after one more event. Pure and total: it never refuses; what it cannot apply is a bug, so it asserts."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.applying import with_entry
from turnout.core.board import Board, Timer
from turnout.core.calls.events import CallEvent
from turnout.core.calls.evolve import evolve_call
from turnout.core.corridors.events import CorridorEvent
from turnout.core.corridors.evolve import evolve_corridor
from turnout.core.events import Event
from turnout.core.incidents.events import CourseEvent, EntryEvent, LinkEvent
from turnout.core.incidents.evolve_course import evolve_course
from turnout.core.incidents.evolve_entries import evolve_entry
from turnout.core.incidents.evolve_links import evolve_link
from turnout.core.plans.events import PlanEvent
from turnout.core.plans.evolve import evolve_plans
from turnout.core.retention.events import RetentionEvent
from turnout.core.retention.evolve import evolve_retention
from turnout.core.reveals.events import RevealEvent
from turnout.core.reveals.evolve import evolve_reveal
from turnout.core.roster.events import RosterEvent
from turnout.core.roster.evolve import evolve_roster
from turnout.core.tables.events import TableEvent
from turnout.core.tables.evolve import evolve_table
from turnout.core.tables.forced import with_forced
from turnout.core.timers.events import TimerEvent, TimerRang
from turnout.core.units.events import AssignmentEvent, ShiftEvent
from turnout.core.units.evolve_assignments import evolve_assignment, noted_overdue
from turnout.core.units.evolve_shifts import evolve_shift
from turnout.words.identity import TimerId
from turnout.words.moment import Moment


def evolve(board: Board, event: Event) -> Board:
    """`board` with `event` applied and `seq` one higher. What did not change is the same object as before."""
    changed = with_forced(_noun(board, event), event)
    timers = _timers(changed.timers, event) if event.starts or event.stops else changed.timers
    return replace(changed, seq=board.seq + 1, at=Moment(max(board.at, event.at)), timers=timers)


def _noun(board: Board, event: Event) -> Board:
    if isinstance(event, AssignmentEvent):
        return evolve_assignment(board, event)
    if isinstance(event, CourseEvent):
        return evolve_course(board, event)
    if isinstance(event, EntryEvent):
        return evolve_entry(board, event)
    if isinstance(event, CallEvent):
        return evolve_call(board, event)
    if isinstance(event, TimerEvent):
        return _evolve_timer(board, event)
    if isinstance(event, ShiftEvent):
        return evolve_shift(board, event)
    if isinstance(event, LinkEvent):
        return evolve_link(board, event)
    if isinstance(event, TableEvent):
        return evolve_table(board, event)
    return _beside(board, event)


def _beside(board: Board, event: RosterEvent | RevealEvent | RetentionEvent | CorridorEvent | PlanEvent) -> Board:
    """What goes on beside calls, incidents and units."""
    if isinstance(event, RosterEvent):
        return evolve_roster(board, event)
    if isinstance(event, RevealEvent):
        return evolve_reveal(board, event)
    if isinstance(event, RetentionEvent):
        return evolve_retention(board, event)
    if isinstance(event, CorridorEvent):
        return evolve_corridor(board, event)
    if isinstance(event, PlanEvent):
        return evolve_plans(board, event)
    assert_never(event)


def _timers(timers: dict[TimerId, Timer], event: Event) -> dict[TimerId, Timer]:
    """Stopping one that has stopped already does no harm: what it timed is over either way."""
    changed = timers.copy()  # not `dict(timers)`: with entries gone from it, that takes ten times as long
    for id in event.stops:
        changed.pop(id, None)
    for timer in event.starts:
        changed[timer.id] = timer
    return changed


def _evolve_timer(board: Board, event: TimerEvent) -> Board:
    """Resetting and cancelling are all in `starts` and `stops`."""
    if not isinstance(event, TimerRang):
        return board
    timer = board.timers.get(event.timer)
    assert timer is not None, f"no timer {event.timer} on the board"
    board = replace(board, timers=with_entry(board.timers, event.timer, replace(timer, rung=event.at)))
    return noted_overdue(board, timer)
