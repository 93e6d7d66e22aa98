"""Shifts ahead: planned, changed, cancelled, begun (3.4, 3.5). What their clocks do is in `ringing.py`."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.board import Board, Timer
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.lookups import tables_of, unit_of
from turnout.core.no import No
from turnout.core.refusals import ChangedMeanwhile, IdentityTaken, Refusal, TimeNotPossible, UnknownCode, UnknownEntry
from turnout.core.roster.clocks import begins_id, end_running, ends_id, ends_timer, next_beginning, shifts_of
from turnout.core.roster.commands import BeginShift, CancelShift, ChangeShift, RosterCommand, ScheduleShift
from turnout.core.roster.events import ShiftBegan, ShiftCancelled, ShiftChanged, ShiftScheduled
from turnout.core.roster.overlaps import clash, named_twice
from turnout.core.roster.refusals import RosterFull, ShiftHasBegun, ShiftTimesNotPossible
from turnout.core.roster.shift import Shift
from turnout.core.timers.starting import running
from turnout.core.units.commands import LogOn
from turnout.core.units.shifts import log_on
from turnout.words.identity import StationId, TimerId, UnitId
from turnout.words.moment import DAY_MS, HOUR_MS, Moment

SHIFT_HOURS_MAX = 72
"""Three days without relief is the longest that a strike team stays out; anything longer is a typing error."""

AHEAD_DAYS_MAX = 31
"""A month: every console holds the coming shifts, and a roster for longer belongs to the staff office."""

SHIFTS_OF_UNIT_MAX = 62
"""Two shifts a day for a month."""

EARLY_MS = 4 * HOUR_MS
"""How long before its beginning a shift may be begun: a relief that comes in early, not tomorrow's crew by mistake."""


def decide_roster(board: Board, command: RosterCommand, context: Context) -> Decision:
    match command:
        case ScheduleShift():
            return schedule_shift(board, command, context)
        case ChangeShift():
            return change_shift(board, command, context)
        case CancelShift():
            return cancel_shift(board, command, context)
        case BeginShift():
            return begin_shift(board, command, context)
        case _:
            assert_never(command)


def schedule_shift(board: Board, command: ScheduleShift, context: Context) -> Decision:
    unit = unit_of(board, command.unit)
    if isinstance(unit, No):
        return unit
    if command.shift_id in board.shifts:
        return IdentityTaken(kind="shift", value=command.shift_id)
    shift = _shift(command, unit.id, context)
    others = shifts_of(board, unit.id)
    if len(others) >= SHIFTS_OF_UNIT_MAX:
        return RosterFull(unit=unit.id, most=SHIFTS_OF_UNIT_MAX)
    refusal = _refused(board, shift, context.at)
    if refusal is not None:
        return refusal
    stops, starts = next_beginning(board, (*others, shift), context.at)
    return [ShiftScheduled(**head(context), shift=shift, stops=stops, starts=starts)]


def change_shift(board: Board, command: ChangeShift, context: Context) -> Decision:
    """Its beginning may be put off after it was offered: then it is offered again."""
    known = board.shifts.get(command.shift_id)
    if known is None:
        return UnknownEntry(kind="shift", entry=command.shift_id)
    if command.was is not None and command.was != known.changed:
        return ChangedMeanwhile(field="shift", yours=command.was, theirs=known.changed, by=known.by, at=known.changed)
    shift = _shift(command, known.unit, context)
    if known.began is not None:
        return _other_end(board, known, shift, context)
    if _content(shift) == _content(known):
        return []
    refusal = _refused(board, shift, context.at)
    if refusal is not None:
        return refusal
    others = [other for other in shifts_of(board, known.unit) if other.id != known.id]
    stops, starts = next_beginning(board, (*others, shift), context.at)
    offered = known.offered is not None
    old = running(board, (begins_id(known), ends_id(known))) if offered else ()
    return [_changed(known, shift, context, stops=(*stops, *old), starts=starts)]


def _other_end(board: Board, known: Shift, shift: Shift, context: Context) -> Decision:
    """A shift that has begun: longer or shorter, and the warning of its overrun with it."""
    ends = {"ends": shift.ends, "note": shift.note, "overrun": None}
    changed = replace(known, by=context.actor.id, changed=context.at, **ends)
    if (shift.begins, shift.crew, shift.vehicle, shift.equipment, shift.station) != (
        known.begins, known.crew, known.vehicle, known.equipment, known.station
    ):  # fmt: skip
        return ShiftHasBegun(unit=known.unit, begins=known.begins)
    if (shift.ends, shift.note) == (known.ends, known.note):
        return []
    refusal = _refused(board, changed, context.at)
    if refusal is not None:
        return refusal
    return [_changed(known, changed, context, stops=(), starts=(ends_timer(changed, context.at),))]


def cancel_shift(board: Board, command: CancelShift, context: Context) -> Decision:
    shift = board.shifts.get(command.shift_id)
    if shift is None:
        return UnknownEntry(kind="shift", entry=command.shift_id)
    if shift.began is not None:
        return ShiftHasBegun(unit=shift.unit, begins=shift.begins)
    return [cancelled(board, shift, command.reason, context)]


def cancelled(board: Board, shift: Shift, reason: str, context: Context) -> ShiftCancelled:
    others = [other for other in shifts_of(board, shift.unit) if other.id != shift.id]
    stops, starts = next_beginning(board, others, context.at)
    own = running(board, (begins_id(shift), ends_id(shift)))
    return ShiftCancelled(
        **head(context),
        planned=shift.id,
        unit=shift.unit,
        begins=shift.begins,
        ends=shift.ends,
        reason=reason,
        stops=(*own, *stops),
        starts=starts,
    )


def begin_shift(board: Board, command: BeginShift, context: Context) -> Decision:
    """Logged on as planned. What keeps a unit from logging on keeps its shift from beginning."""
    shift = board.shifts.get(command.shift_id)
    if shift is None:
        return UnknownEntry(kind="shift", entry=command.shift_id)
    if shift.began is not None:
        return []
    if shift.begins - EARLY_MS > context.at:
        return TimeNotPossible(field="begins", at=shift.begins)
    logged_on = log_on(board, _log_on_of(shift, command.odometer_km), context)
    if isinstance(logged_on, No):
        return logged_on
    draft = Draft(board, context)
    end_running(draft, shift.unit)
    for event in logged_on:
        draft.add(event)
    began = [other for other in shifts_of(draft.board, shift.unit) if other.id != shift.id]
    stops, starts = next_beginning(draft.board, began, context.at)
    own = running(draft.board, (begins_id(shift),))
    draft.add(
        ShiftBegan(
            **draft.head,
            planned=shift.id,
            unit=shift.unit,
            begins=shift.begins,
            ends=shift.ends,
            stops=(*own, *stops),
            starts=(ends_timer(shift, context.at), *starts),
        )
    )
    return draft.events


def _log_on_of(shift: Shift, odometer_km: float | None) -> LogOn:
    return LogOn(
        unit=shift.unit,
        crew=shift.crew,
        vehicle=shift.vehicle,
        equipment=shift.equipment,
        station=shift.station,
        odometer_km=odometer_km,
    )


def _shift(command: ScheduleShift | ChangeShift, unit: UnitId, context: Context) -> Shift:
    return Shift(
        id=command.shift_id,
        unit=unit,
        begins=command.begins,
        ends=command.ends,
        crew=command.crew,
        vehicle=command.vehicle,
        equipment=command.equipment,
        station=command.station,
        by_itself=command.by_itself,
        note=command.note,
        by=context.actor.id,
        changed=context.at,
    )


def _content(shift: Shift) -> tuple[object, ...]:
    """What a person has written of it."""
    times = (shift.begins, shift.ends, shift.by_itself, shift.note)
    return (*times, shift.crew, shift.vehicle, shift.equipment, shift.station)


def _changed(
    known: Shift, shift: Shift, context: Context, stops: tuple[TimerId, ...], starts: tuple[Timer, ...]
) -> ShiftChanged:
    return ShiftChanged(
        **head(context), shift=shift, was_begins=known.begins, was_ends=known.ends, stops=stops, starts=starts
    )


def _refused(board: Board, shift: Shift, at: Moment) -> Refusal | None:
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    if shift.station and StationId(shift.station) not in tables.stations:
        return UnknownCode(kind="station", value=shift.station)
    too_long = shift.ends - shift.begins > SHIFT_HOURS_MAX * HOUR_MS
    too_far = shift.begins - at > AHEAD_DAYS_MAX * DAY_MS
    if shift.ends <= max(shift.begins, at) or too_long or too_far:
        return ShiftTimesNotPossible(
            begins=shift.begins, ends=shift.ends, hours_max=SHIFT_HOURS_MAX, days_max=AHEAD_DAYS_MAX
        )
    return named_twice(shift.crew) or clash(board, shift)
