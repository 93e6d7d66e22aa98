"""What timers do when they ring, and what people do with them (3.17, 4.17, 1.25)."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.board import Board, Timer
from turnout.core.calls.events import CallArchived
from turnout.core.calls.handing_over import lapse
from turnout.core.context import Context
from turnout.core.corridors.arming import disarm_what_is_over
from turnout.core.decision import Decision, Draft, head
from turnout.core.incidents.closing import archive
from turnout.core.incidents.waiting import release
from turnout.core.refusals import UnknownEntry, ValueNotTaken
from turnout.core.roster.ringing import ring_begins, ring_ends
from turnout.core.tables.events import PremiseOverdue, RoadOpened, ZoneBegan, ZoneEnded
from turnout.core.timers.commands import CancelTimers, ResetTimers, RingTimer, TimerCommand
from turnout.core.timers.events import TimerRang, TimersCancelled, TimersReset
from turnout.core.timers.starting import running, timer_id
from turnout.words.identity import TimerId
from turnout.words.moment import SECOND_MS, later

KEPT_KINDS = frozenset(
    {"scheduled", "archive", "zone-begins", "zone-ends", "shift-begins", "shift-ends", "hand-over", "signals-end"}
)
"""Timers that do something when they ring: to cancel them would lose a call, an incident or a shift, or leave signals
armed."""


def decide_timer(board: Board, command: TimerCommand, context: Context) -> Decision:
    match command:
        case RingTimer():
            return _ring(board, command, context)
        case ResetTimers():
            return _reset(board, command, context)
        case CancelTimers():
            return _cancel(board, command, context)
        case _:
            assert_never(command)


def _ring(board: Board, command: RingTimer, context: Context) -> Decision:
    """A timer that has been stopped or put off meanwhile, or has rung, does nothing: the clock may come late."""
    timer = board.timers.get(TimerId(command.timer))
    if timer is None or timer.due > context.at or timer.rung is not None:
        return []
    draft = Draft(board, context)
    match timer.kind:
        case "scheduled":
            _activate(draft, timer)
        case "archive":
            _archive(draft, timer)
        case "hand-over":
            lapse(draft, timer)
        case "zone-begins":
            if timer.subject in board.special_zones:
                draft.add(ZoneBegan(**draft.head, zone=timer.subject, stops=(timer.id,)))
        case "zone-ends":
            _end_zone(draft, timer)
        case "signals-end":
            disarm_what_is_over(draft, timer)
        case "shift-begins":
            ring_begins(draft, timer)
        case "shift-ends":
            ring_ends(draft, timer)
        case "review" if timer.subject in board.premises:
            rung = replace(timer, rung=context.at)
            owner = board.premises[timer.subject].owner
            draft.add(PremiseOverdue(**draft.head, note=timer.subject, owner=owner, starts=(rung,)))
        case _:
            draft.add(TimerRang(**draft.head, timer=timer.id))
    return draft.events


def _activate(draft: Draft, timer: Timer) -> None:
    incident = draft.board.incidents[timer.incident] if timer.incident is not None else None
    assert incident is not None, f"{timer.id} times no incident"
    release(draft, incident)


def _archive(draft: Draft, timer: Timer) -> None:
    if timer.incident is not None:
        archive(draft, draft.board.incidents[timer.incident])
    elif timer.call is not None:
        draft.add(CallArchived(**draft.head, call=timer.call, stops=(timer.id,)))


def _end_zone(draft: Draft, timer: Timer) -> None:
    if timer.subject in draft.board.special_zones:
        stops = (timer.id, *running(draft.board, [timer_id("zone-begins", timer.subject)]))
        draft.add(ZoneEnded(**draft.head, zone=timer.subject, stops=stops))
    elif timer.subject in draft.board.closures:
        draft.add(RoadOpened(**draft.head, closure=timer.subject, stops=(timer.id,)))


def _reset(board: Board, command: ResetTimers, context: Context) -> Decision:
    """So many seconds from now, or its own length again; an alarm that rang is answered by it."""
    if command.by_s is not None and command.by_s <= 0:
        return ValueNotTaken(field="by_s", value=command.by_s)
    starts: list[Timer] = []
    for id in dict.fromkeys(command.timers):
        timer = board.timers.get(TimerId(id))
        if timer is None or timer.kind in KEPT_KINDS:
            return UnknownEntry(kind="timer", entry=id)
        length_ms = timer.due - timer.started if command.by_s is None else command.by_s * SECOND_MS
        starts.append(replace(timer, started=context.at, due=later(context.at, length_ms), rung=None))
    timers = tuple(timer.id for timer in starts)
    return [TimersReset(**head(context), timers=timers, starts=tuple(starts))]


def _cancel(board: Board, command: CancelTimers, context: Context) -> Decision:
    timers = tuple(TimerId(id) for id in dict.fromkeys(command.timers))
    for id in timers:
        timer = board.timers.get(id)
        if timer is None or timer.kind in KEPT_KINDS:
            return UnknownEntry(kind="timer", entry=id)
    return [TimersCancelled(**head(context), timers=timers, reason=command.reason, stops=timers)]
