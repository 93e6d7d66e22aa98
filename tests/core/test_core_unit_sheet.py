"""What a unit's own sheet rests on: its stack, task and kilometres, what may be overridden, its history by shift."""

from typing import Any

import pytest

from turnout.core.board import CrewMember, OnIncident
from turnout.core.events import Event
from turnout.core.history import units_of
from turnout.core.overriding import may_override
from turnout.core.refusals import (
    AlreadyStacked,
    CrewElsewhere,
    NotArrived,
    NotAssigned,
    StagePassed,
    UnitIsOffDuty,
    UnitNotStaffed,
    ValueNotTaken,
)
from turnout.core.shift_history import cut_by_shift
from turnout.core.undo import undo_of
from turnout.core.units.commands import (
    AssignUnits,
    ChangeRole,
    ClearUnits,
    LogOff,
    LogOn,
    ReportStatus,
    StackIncident,
)


def holds(room: Any, *ids: str) -> None:
    for id in ids:
        room.opened(id, "NOISE")
        room.do(StackIncident(unit="C01", incident_id=id))


def test_a_held_incident_is_moved_to_any_place_of_the_stack(room: Any) -> None:
    holds(room, "I1", "I2", "I3")
    move = StackIncident(unit="C01", incident_id="I3", place=2)
    before = room.board
    moved = room.do(move)
    assert room.unit("C01").stack == ("I1", "I3", "I2")
    assert room.do(move) == []
    for back in undo_of(before, move, moved) or []:
        room.do(back)
    assert room.unit("C01").stack == ("I1", "I2", "I3")
    room.do(StackIncident(unit="C01", incident_id="I1", place=99))
    assert room.unit("C01").stack == ("I2", "I3", "I1")
    room.refusal(StackIncident(unit="C01", incident_id="I1"), AlreadyStacked)
    room.opened("I4", "NOISE")
    room.do(StackIncident(unit="C01", incident_id="I4", place=1))
    assert room.unit("C01").stack[0] == "I4"


def test_what_is_dropped_from_a_stack_comes_back_to_its_place(room: Any) -> None:
    holds(room, "I1", "I2", "I3")
    drop = StackIncident(unit="C01", incident_id="I2", remove=True)
    before = room.board
    dropped = room.do(drop)
    assert room.unit("C01").stack == ("I1", "I3")
    for back in undo_of(before, drop, dropped) or []:
        room.do(back)
    assert room.unit("C01").stack == ("I1", "I2", "I3")


def test_a_units_task_is_changed_after_it_was_sent(room: Any) -> None:
    """4.4."""
    room.opened()
    room.sent("I1", "E01", "T01", roles={"E01": "attack"})
    change = ChangeRole(incident_id="I1", unit="E01", role="search")
    before = room.board
    changed = room.do(change)
    assert [a.role for a in room.incident().assignments] == ["search", ""]
    assert (changed[0].was, changed[0].becomes) == ("attack", "search")
    assert room.do(change) == []
    for back in undo_of(before, change, changed) or []:
        room.do(back)
    assert room.incident().assignments[0].role == "attack"
    room.do(ClearUnits(units=("E01",), override="not needed"))
    room.refusal(change, NotAssigned)


def test_kilometres_come_with_clearing_too_but_not_for_several_at_once(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "E02")
    room.report("E01", "on-scene", odometer_km=10)
    room.refusal(ClearUnits(units=("E01", "E02"), odometer_km=12.5), ValueNotTaken)
    room.do(ClearUnits(units=("E01",), odometer_km=12.5))
    assert room.incident().assignments[0].odometer_km == {"on-scene": 10, "ended": 12.5}
    assert room.unit("E01").odometer_km == 12.5


def test_what_a_person_can_judge_may_be_overridden_and_then_passes(room: Any) -> None:
    """3.24: the refusal offers it exactly where a reason is enough."""
    room.opened()
    room.opened("I2")
    room.do(LogOff(units=("M01",)))
    room.sent("I1", "E01", "T01")
    room.do(LogOn(unit="E02", crew=(CrewMember("1"),)))
    asked = [
        (AssignUnits(incident_id="I1", units=("M01",)), UnitIsOffDuty),
        (AssignUnits(incident_id="I1", units=("E02",)), UnitNotStaffed),
        (ReportStatus(unit="T01", status="clearing"), NotArrived),
        (ReportStatus(unit="T01", status="dispatched"), StagePassed),
        (ClearUnits(units=("E01",)), NotArrived),
    ]
    for command, kind in asked:
        refusal = room.refusal(command, kind)
        assert may_override(command, refusal)
        room.do(type(command)(**{f: getattr(command, f) for f in command.__struct_fields__} | {"override": "why"}))


def test_what_is_impossible_or_overridden_already_is_not_offered(room: Any) -> None:
    room.opened()
    room.sent("I1", "T01")
    command = AssignUnits(incident_id="I1", units=("R01",), override="please")
    assert not may_override(command, room.refusal(command, CrewElsewhere))
    assert not may_override(AssignUnits(incident_id="I1", units=("R01",)), room.refusal(command, CrewElsewhere))
    assert not may_override(command, UnitIsOffDuty(unit="R01", since=room.now))


def rows_of(room: Any, unit: str) -> list[tuple[int, Event]]:
    return [(seq, event) for seq, event in enumerate(room.events, 1) if unit in units_of(event)]


def test_a_units_history_is_cut_from_log_on_to_log_off(room: Any) -> None:
    """3.23."""
    room.do(LogOff(units=("E01",)))
    room.do(LogOn(unit="E01", crew=(CrewMember("1"), CrewMember("2"), CrewMember("3")), vehicle="V1"))
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    room.do(ClearUnits(units=("E01",)))
    room.do(LogOn(unit="E01", crew=(CrewMember("1"), CrewMember("4"), CrewMember("5")), vehicle="V2"))
    room.do(LogOff(units=("E01",)))
    room.do(LogOn(unit="E01", crew=(CrewMember("6"),)))
    rows = rows_of(room, "E01")
    parts = cut_by_shift("E01", rows)
    assert [row for part in parts for row in part.rows] == rows
    assert [(part.vehicle, len(part.crew), part.ended is None) for part in parts] == [
        ("", 0, False),
        ("V2", 3, False),
        ("", 1, True),
    ]


@pytest.mark.parametrize(("second", "shifts"), [(("1", "9"), 1), (("8", "9"), 2)])
def test_a_crew_of_which_nobody_stays_begins_a_new_shift(room: Any, second: tuple[str, ...], shifts: int) -> None:
    room.do(LogOff(units=("E01",)))
    start = len(room.events)
    for staff in (("1", "2"), second):
        room.do(LogOn(unit="E01", crew=tuple(CrewMember(one) for one in staff)))
    parts = cut_by_shift("E01", [row for row in rows_of(room, "E01") if row[0] > start])
    assert len(parts) == shifts


def test_the_history_of_another_unit_does_not_cut(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "E02")
    rows = list(enumerate(room.events, 1))
    assert len(cut_by_shift("E01", [row for row in rows if row[0] > 2 + len(room.board.units)])) == 1
    assert room.unit("E01").status == OnIncident("I1", "dispatched")
