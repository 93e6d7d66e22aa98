"""Shifts ahead (3.5), their beginning and end (3.4), and who cannot be where twice."""

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from turnout.core.board import Available, Board, CrewMember, OffDuty, OnIncident, Shift
from turnout.core.refusals import (
    ChangedMeanwhile,
    IdentityTaken,
    NotPermitted,
    TimeNotPossible,
    UnitIsOnIncident,
    UnknownCode,
    UnknownEntry,
)
from turnout.core.roster.commands import BeginShift, CancelShift, ChangeShift, ScheduleShift
from turnout.core.roster.overlaps import clash, overlap
from turnout.core.roster.refusals import (
    RosterFull,
    ShiftHasBegun,
    ShiftTimesNotPossible,
    StaffHasShift,
    StaffNamedTwice,
    StaffOnDuty,
    UnitHasShift,
)
from turnout.core.roster.rules import SHIFTS_OF_UNIT_MAX
from turnout.core.timers.commands import CancelTimers, RingTimer
from turnout.core.undo import undo_of
from turnout.core.units.commands import LogOff, LogOn
from turnout.words.identity import ActorId, UnitId
from turnout.words.moment import HOUR_MS, Moment


def crew(*staff: str) -> tuple[CrewMember, ...]:
    return tuple(CrewMember(one) for one in staff)


class Planner:
    """Shifts by hours from now; rings what is due."""

    def __init__(self, room: Any, clock: Any) -> None:
        self.room, self.clock, self.start = room, clock, room.now

    def at(self, hours: float) -> Moment:
        return Moment(self.start + int(hours * HOUR_MS))

    def shift(self, id: str, unit: str, begins: float, ends: float, *staff: str, **more: Any) -> ScheduleShift:
        times = {"begins": self.at(begins), "ends": self.at(ends)}
        return ScheduleShift(shift_id=id, unit=unit, crew=crew(*staff), **times, **more)

    def plans(self, id: str, unit: str, begins: float, ends: float, *staff: str, **more: Any) -> None:
        self.room.do(self.shift(id, unit, begins, ends, *staff, **more))

    def until(self, hours: float) -> None:
        self.room.now = max(self.room.now, self.at(hours))
        for timer in sorted(self.room.board.timers.values(), key=lambda timer: timer.due):
            if timer.due <= self.room.now and timer.rung is None:
                self.room.do(RingTimer(timer=timer.id), actor=self.clock)


@pytest.fixture
def planner(room: Any, clock: Any) -> Planner:
    return Planner(room, clock)


def test_a_shift_is_planned_changed_and_cancelled(room: Any, planner: Planner) -> None:
    planner.plans("s", "E01", 6, 18, "1", "2", vehicle="V1")
    read = room.board.shifts["s"]
    change = {"shift_id": "s", "begins": planner.at(7), "ends": planner.at(19), "crew": crew("1", "3")}
    room.do(ChangeShift(**change, was=read.changed))
    now = room.board.shifts["s"]
    assert (now.begins, now.ends, now.crew, now.vehicle) == (planner.at(7), planner.at(19), crew("1", "3"), "")
    assert room.do(ChangeShift(**change)) == []
    seen = room.refusal(ChangeShift(**{**change, "vehicle": "V9"}, was=read.changed), ChangedMeanwhile)
    assert (seen.by, seen.at) == ("dora", now.changed)
    assert room.board.timers["shift-begins/E01/s"].due == planner.at(7)
    room.do(CancelShift(shift_id="s", reason="training"))
    assert room.board.shifts == {}
    assert [id for id in room.board.timers if "shift" in id] == []
    room.refusal(CancelShift(shift_id="s"), UnknownEntry)


def test_a_unit_is_not_on_two_shifts_at_once(room: Any, planner: Planner) -> None:
    planner.plans("day", "E01", 6, 18)
    no = room.refusal(planner.shift("other", "E01", 17, 20), UnitHasShift)
    assert (no.begins, no.ends) == (planner.at(6), planner.at(18))
    planner.plans("night", "E01", 18, 30)
    room.refusal(
        ChangeShift(shift_id="day", begins=planner.at(6), ends=planner.at(19)),
        UnitHasShift,
    )


def test_a_staff_number_is_not_on_two_units_at_once(room: Any, planner: Planner) -> None:
    planner.plans("a", "E01", 6, 18, "1", "2")
    no = room.refusal(planner.shift("b", "E02", 12, 20, "3", "2"), StaffHasShift)
    assert (no.staff, no.unit) == ("2", "E01")
    planner.plans("b", "E02", 18, 20, "3", "2")
    room.refusal(planner.shift("c", "M01", 1, 2, "7", "7"), StaffNamedTwice)
    room.refusal(planner.shift("c", "M01", 1, 2, " "), StaffNamedTwice)


def test_a_crew_of_several_vehicles_stands_on_the_roster_of_each(planner: Planner) -> None:
    planner.plans("t", "T01", 6, 18, "1", "2", "3", "4")
    planner.plans("r", "R01", 6, 18, "1", "2")


def test_times_that_cannot_be_are_refused(room: Any, planner: Planner) -> None:
    for begins, ends in ((6, 6), (6, 5), (-9, -1), (1, 74), (24 * 32, 24 * 32 + 1)):
        room.refusal(planner.shift("s", "E01", begins, ends), ShiftTimesNotPossible)
    room.refusal(planner.shift("s", "E01", 1, 2, station="S9"), UnknownCode)
    planner.plans("s", "E01", 1, 2)
    room.refusal(planner.shift("s", "E02", 1, 2), IdentityTaken)


def test_a_unit_has_so_many_shifts_ahead_and_no_more(room: Any, planner: Planner) -> None:
    for n in range(SHIFTS_OF_UNIT_MAX):
        planner.plans(f"s{n}", "E01", n + 1, n + 2)
    assert room.refusal(planner.shift("more", "E01", 100, 101), RosterFull).most == SHIFTS_OF_UNIT_MAX
    assert [id for id in room.board.timers if "shift" in id] == ["shift-begins/E01/s0"]


def test_a_shift_that_begins_by_itself_logs_its_crew_on(room: Any, planner: Planner) -> None:
    room.do(LogOff(units=("E01",)))
    planner.plans("s", "E01", 1, 9, "1", "2", "3", vehicle="V7", equipment=("drone",), station="S2", by_itself=True)
    planner.until(1)
    unit = room.unit("E01")
    assert (unit.status, unit.crew, unit.vehicle, unit.station) == (Available(), crew("1", "2", "3"), "V7", "S2")
    assert room.board.shifts["s"].began == room.now
    room.do(LogOff(units=("E01",)))
    assert room.board.shifts == {}
    assert "shift-ends/E01/s" not in room.board.timers


def test_a_shift_that_does_not_begin_by_itself_is_offered_until_somebody_begins_it(room: Any, planner: Planner) -> None:
    room.do(LogOff(units=("E01",)))
    planner.plans("s", "E01", 1, 9, "1")
    planner.plans("next", "E01", 9, 17, "2")
    planner.until(1)
    assert room.unit("E01").status == OffDuty()
    assert room.board.shifts["s"].offered == room.now
    assert room.board.timers["shift-begins/E01/s"].rung == room.now
    room.do(BeginShift(shift_id="s", odometer_km=12.5))
    assert (room.unit("E01").crew, room.unit("E01").odometer_km) == (crew("1"), 12.5)
    assert "shift-begins/E01/s" not in room.board.timers
    assert room.do(BeginShift(shift_id="s")) == []


def test_the_clock_never_puts_off_a_crew_that_is_on_duty_or_on_an_incident(room: Any, planner: Planner) -> None:
    planner.plans("s", "E01", 1, 9, "1", by_itself=True)
    room.opened()
    room.sent("I1", "E01")
    planner.until(1)
    assert room.unit("E01").status.incident == "I1"
    assert room.board.shifts["s"].began is None
    room.refusal(BeginShift(shift_id="s"), UnitIsOnIncident)


def test_a_crew_that_is_available_is_not_put_off_by_a_clock_either(room: Any, planner: Planner) -> None:
    room.do(LogOn(unit="E01", crew=crew("7", "8", "9")))
    planner.plans("s", "E01", 1, 9, "1", by_itself=True)
    planner.until(1)
    assert room.unit("E01").crew == crew("7", "8", "9")
    assert room.board.shifts["s"].offered == room.now
    assert room.events[-1].because == "on-duty"


def test_one_shift_hands_over_to_the_next_by_itself(room: Any, planner: Planner) -> None:
    room.do(LogOff(units=("E01",)))
    planner.plans("day", "E01", 1, 9, "1", by_itself=True)
    planner.plans("night", "E01", 9, 17, "2", by_itself=True)
    planner.until(1)
    planner.until(9)
    assert set(room.board.shifts) == {"night"}
    assert room.unit("E01").crew == crew("2")


def test_nobody_is_logged_off_by_a_clock_and_an_overrun_is_said(room: Any, planner: Planner) -> None:
    planner.plans("s", "E01", 0.5, 2, "1", "2", "3")
    room.do(BeginShift(shift_id="s"))
    room.opened()
    room.sent("I1", "E01")
    planner.until(2)
    assert isinstance(room.unit("E01").status, OnIncident)
    assert room.board.shifts["s"].overrun == room.now
    assert room.board.timers["shift-ends/E01/s"].rung == room.now
    room.refusal(CancelTimers(timers=("shift-ends/E01/s",)), UnknownEntry)
    longer = ChangeShift(shift_id="s", begins=planner.at(0.5), ends=planner.at(4), crew=crew("1", "2", "3"))
    room.do(longer)
    assert (room.board.shifts["s"].overrun, room.board.timers["shift-ends/E01/s"].rung) == (None, None)
    room.refusal(ChangeShift(shift_id="s", begins=planner.at(0.5), ends=planner.at(5)), ShiftHasBegun)
    room.refusal(CancelShift(shift_id="s"), ShiftHasBegun)


def test_a_shift_for_which_nobody_came_leaves_the_board_at_its_end(room: Any, planner: Planner) -> None:
    room.do(LogOff(units=("E01",)))
    planner.plans("s", "E01", 1, 2, "1")
    planner.until(1)
    planner.until(2)
    assert room.board.shifts == {}
    assert room.events[-1].reason == "nobody-logged-on"


def test_a_shift_does_not_begin_long_before_its_time(room: Any, planner: Planner) -> None:
    planner.plans("s", "E01", 5, 6)
    room.refusal(BeginShift(shift_id="s"), TimeNotPossible)


def test_nobody_is_on_duty_on_two_units(room: Any) -> None:
    room.do(LogOn(unit="E01", crew=crew("1", "2", "3")))
    no = room.refusal(LogOn(unit="E02", crew=crew("9", "3")), StaffOnDuty)
    assert (no.staff, no.unit) == ("3", "E01")
    room.refusal(LogOn(unit="E02", crew=crew("9", "9")), StaffNamedTwice)
    room.do(LogOff(units=("E01",)))
    room.do(LogOn(unit="E02", crew=crew("9", "3")))
    room.do(LogOn(unit="T01", crew=crew("4", "5")))
    room.do(LogOn(unit="R01", crew=crew("4", "5")))


def test_planning_is_taken_back(room: Any, planner: Planner) -> None:
    steps = [
        planner.shift("s", "E01", 5, 9, "1"),
        ChangeShift(shift_id="s", begins=planner.at(6), ends=planner.at(9)),
        CancelShift(shift_id="s"),
    ]
    for command in steps:
        before = room.board
        for back in undo_of(before, command, room.do(command)) or []:
            room.do(back)
        written = {id: (s.begins, s.ends, s.crew) for id, s in room.board.shifts.items()}
        assert written == {id: (s.begins, s.ends, s.crew) for id, s in before.shifts.items()}
        room.do(command)


def test_a_call_taker_plans_no_shifts(room: Any, planner: Planner, call_taker: Any) -> None:
    room.refusal(planner.shift("s", "E01", 5, 9), NotPermitted, actor=call_taker)


HOURS = st.integers(0, 40)
CREWS = st.lists(st.sampled_from(["1", "2", "3", "4"]), max_size=3, unique=True)
ASKED = st.tuples(st.sampled_from(["E01", "E02", "T01", "R01"]), HOURS, st.integers(1, 20), CREWS)


def a_shift(id: str, unit: str, begins: int, hours: int, staff: list[str]) -> Shift:
    times = {"begins": Moment(begins * HOUR_MS), "ends": Moment((begins + hours) * HOUR_MS)}
    return Shift(id=id, unit=UnitId(unit), crew=crew(*staff), by=ActorId("d"), changed=Moment(0), **times)


@given(one=st.tuples(HOURS, st.integers(1, 20)), other=st.tuples(HOURS, st.integers(1, 20)))
def test_shifts_overlap_exactly_when_they_share_an_hour(one: tuple[int, int], other: tuple[int, int]) -> None:
    shared = set(range(one[0], sum(one))) & set(range(other[0], sum(other)))
    shifts = [a_shift("a", "E01", *one, []), a_shift("b", "E02", *other, [])]
    assert overlap(*shifts) == overlap(*reversed(shifts)) == bool(shared)


def test_whatever_is_planned_in_whatever_order_no_hour_has_anything_twice(room: Any) -> None:
    """The roster that `clash` lets through, looked at hour by hour: an oracle that knows nothing of intervals."""

    @given(asked=st.lists(ASKED, max_size=12))
    def planned(asked: list[tuple[str, int, int, list[str]]]) -> None:
        _plan_all(room.board.catalogue, asked)

    planned()


def _plan_all(tables: Any, asked: list[tuple[str, int, int, list[str]]]) -> None:
    board = Board(catalogue=tables)
    for n, (unit, begins, hours, staff) in enumerate(asked):
        shift = a_shift(f"s{n}", unit, begins, hours, staff)
        hour_by_hour = list(_twice([*board.shifts.values(), shift]))
        assert (clash(board, shift) is not None) == bool(hour_by_hour)
        if not hour_by_hour:
            board.shifts[shift.id] = shift


def _twice(shifts: list[Shift]) -> Any:
    for hour in range(61):
        now = [s for s in shifts if s.begins <= hour * HOUR_MS < s.ends]
        units = [s.unit for s in now]
        crews = {("T01" if s.unit == "R01" else s.unit, m.staff) for s in now for m in s.crew}
        staff = [one for _, one in crews]
        if len(set(units)) < len(units) or len(set(staff)) < len(staff):
            yield hour
