"""What crews and their dispatchers are promised, row by row of the function table (sections 2, 3 and 6)."""

from typing import Any

from turnout.core.board import Assignment, OnIncident
from turnout.core.events import Event
from turnout.core.history import chronology, units_of
from turnout.core.refusals import DispositionNotForAgency, UnknownEntry
from turnout.core.timers.commands import CancelTimers, ResetTimers, RingTimer
from turnout.core.units.commands import (
    ChangeVehicle,
    ClearUnits,
    DisposeUnit,
    FreeUnits,
    LogOff,
    LogOn,
    StackIncident,
)


def history_of(room: Any, unit: str) -> list[str]:
    events: list[Event] = [event for event in room.events if unit in units_of(event)]
    return [line.code for line in chronology(enumerate(events, 1))]


def test_each_unit_ends_with_its_own_disposition(room: Any) -> None:
    """3.8, 6.2."""
    room.opened("I1", "CRASH")
    room.sent("I1", "C01", "M01")
    room.report("C01", "on-scene")
    room.do(ClearUnits(units=("M01",), disposition="DONE"))
    room.do(ClearUnits(units=("C01",)))
    room.refusal(DisposeUnit(incident_id="I1", unit="C01", disposition="FIRE-OUT"), DispositionNotForAgency)
    room.do(DisposeUnit(incident_id="I1", unit="C01", disposition="DONE"))
    assert {a.unit: a.disposition for a in room.incident().assignments} == {"C01": "DONE", "M01": "DONE"}


def test_another_vehicle_leaves_the_earlier_one_in_the_units_history(room: Any) -> None:
    """3.13, 3.23."""
    room.do(LogOn(unit="E01", vehicle="V1", odometer_km=100))
    room.opened()
    room.sent("I1", "E01")
    changed = room.do(ChangeVehicle(unit="E01", vehicle="V2", odometer_km=9))
    assert (changed[0].was, changed[0].vehicle) == ("V1", "V2")
    assert room.unit("E01").status == OnIncident("I1", "dispatched")
    room.report("E01", "on-scene")
    room.do(ClearUnits(units=("E01",)))
    room.do(LogOff(units=("E01",)))
    assert history_of(room, "E01")[-6:] == [
        "unit-logged-on",
        "units-assigned",
        "vehicle-changed",
        "status-reported",
        "assignment-ended",
        "unit-logged-off",
    ]
    assert "vehicle-changed" not in history_of(room, "E02")


def test_several_clocks_are_answered_in_one_act(room: Any, clock: Any, other_dispatcher: Any) -> None:
    """3.17: whoever hears them may answer them, also those of another group."""
    room.opened()
    room.sent("I1", "E01", "T01")
    clocks = ("acknowledge/E01/I1", "acknowledge/T01/I1")
    room.later(60)
    for timer in clocks:
        room.do(RingTimer(timer=timer), actor=clock)
    assert all(room.board.timers[timer].rung for timer in clocks)
    room.do(ResetTimers(timers=clocks), actor=other_dispatcher)
    assert {(room.board.timers[t].rung, room.board.timers[t].due - room.now) for t in clocks} == {(None, 30_000)}
    room.refusal(CancelTimers(timers=(*clocks, "acknowledge/E09/I1")), UnknownEntry)
    assert set(clocks) <= set(room.board.timers)
    room.do(CancelTimers(timers=clocks, reason="both are on the radio"), actor=other_dispatcher)
    assert set(clocks).isdisjoint(room.board.timers)


def test_what_is_stacked_for_a_unit_has_an_order_that_a_person_may_change(room: Any) -> None:
    """2.13, 4.16: one unit, several incidents."""
    for id in ("I1", "I2", "I3"):
        room.opened(id, "NOISE")
    room.sent("I1", "C01")
    room.do(StackIncident(unit="C01", incident_id="I2"))
    room.do(StackIncident(unit="C01", incident_id="I3", first=True))
    assert room.unit("C01").stack == ("I3", "I2")
    room.do(StackIncident(unit="C01", incident_id="I3", remove=True))
    assert (room.unit("C01").stack, room.incident("I3").status) == (("I2",), "pending")
    room.do(ClearUnits(units=("C01",)))
    assert (room.unit("C01").status, room.unit("C01").stack) == (OnIncident("I2", "dispatched"), ())


def test_a_unit_that_was_freed_can_be_kept_after_all(room: Any) -> None:
    """3.22."""
    room.opened()
    room.sent("I1", "E01")
    room.do(FreeUnits(units=("E01",)))
    assert (room.unit("E01").free, room.unit("E01").status) == (True, OnIncident("I1", "dispatched"))
    room.do(FreeUnits(units=("E01",), undo=True))
    assert room.unit("E01").free is False


def test_times_and_kilometres_of_every_leg_are_kept_for_each_unit(room: Any) -> None:
    """3.6, 6.7."""
    room.opened("I1", "MED")
    room.sent("I1", "M01", "E01")
    sent_at, legs = room.now, {}
    for stage, km in (("enroute", 10.0), ("on-scene", 12.5), ("transporting", 12.5), ("at-destination", 20.25)):
        room.later(60)
        room.report("M01", stage, odometer_km=km)
        legs[stage] = room.now
    room.do(ClearUnits(units=("M01",)))
    medic, engine = room.incident().assignments
    assert medic.times == {"dispatched": sent_at, **legs, "ended": room.now}
    assert list(medic.odometer_km.values()) == [10.0, 12.5, 12.5, 20.25]
    assert isinstance(engine, Assignment)
    assert (set(engine.times), engine.odometer_km) == ({"dispatched"}, {})
