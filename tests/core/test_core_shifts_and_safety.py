"""On duty and off, where to, in which vehicle, and what keeps crews safe (section 3)."""

from typing import Any

from turnout.core.board import Available, OffDuty, OutOfService
from turnout.core.refusals import (
    CrewElsewhere,
    NobodyOnScene,
    NoDuress,
    NotAskedInRollCall,
    UnitIsOffDuty,
    UnitIsOnIncident,
    UnknownCode,
    UnknownUnit,
)
from turnout.core.units.commands import (
    AnswerDuress,
    AnswerRollCall,
    ChangeVehicle,
    ClearUnits,
    LogOff,
    LogOn,
    MoveUp,
    RaiseDuress,
    ReturnToService,
    StartRollCall,
    TakeOutOfService,
)


def test_a_crews_skills_become_the_units(room: Any, crew_of: Any) -> None:
    room.do(LogOn(unit="E01", crew=crew_of(3, "als"), vehicle="V7", equipment=("drone",), station="S2"))
    unit = room.unit("E01")
    assert unit.capabilities == frozenset({"pump", "als"})
    assert (unit.station, unit.home, unit.vehicle, unit.staffed) == ("S2", "S1", "V7", True)
    room.do(LogOn(unit="E01"))
    assert room.unit("E01").capabilities == frozenset({"pump"})


def test_several_units_log_off_together_or_not_at_all(room: Any) -> None:
    room.opened()
    room.sent("I1", "E02")
    room.refusal(LogOff(units=("E01", "E02")), UnitIsOnIncident)
    assert room.unit("E01").status == Available(in_quarters=True)
    room.do(LogOff(units=("E01", "M01")))
    assert room.unit("E01").status == room.unit("M01").status == OffDuty()
    room.refusal(TakeOutOfService(units=("E01",), reason="MECH"), UnitIsOffDuty)


def test_out_of_service_has_a_coded_reason(room: Any) -> None:
    room.refusal(TakeOutOfService(units=("E01",), reason="LAZY"), UnknownCode)
    room.refusal(TakeOutOfService(units=("E01",), reason="crew-on:T01"), UnknownCode)
    room.do(TakeOutOfService(units=("E01",), reason="MECH"))
    assert room.unit("E01").status == OutOfService("MECH")
    room.report("E01", "available")
    assert room.unit("E01").status == Available(in_quarters=False)
    room.report("E01", "out-of-service")
    assert room.unit("E01").status == OutOfService("reported")


def test_a_vehicle_without_its_crew_cannot_be_put_back_by_hand(room: Any) -> None:
    room.opened()
    room.sent("I1", "T01")
    room.refusal(ReturnToService(units=("R01",)), CrewElsewhere)
    room.do(LogOn(unit="R01"))
    assert room.unit("R01").status == OutOfService("crew-on:T01")


def test_swapping_the_vehicle_keeps_the_unit(room: Any) -> None:
    room.do(LogOn(unit="E01", vehicle="V1", odometer_km=100))
    room.do(ChangeVehicle(unit="E01", vehicle="V2"))
    assert (room.unit("E01").vehicle, room.unit("E01").odometer_km) == ("V2", 100)


def test_a_unit_that_fills_in_elsewhere_is_available_on_the_way(room: Any) -> None:
    room.do(MoveUp(unit="E01", station="S2", reason="cover"))
    assert room.unit("E01").status == Available(in_quarters=False, moving_to="S2")
    assert room.do(MoveUp(unit="E01", station="S2")) == []
    room.report("E01", "in-quarters")
    assert (room.unit("E01").status, room.unit("E01").station) == (Available(in_quarters=True), "S2")
    room.do(MoveUp(unit="E01", station="S1"))
    assert room.unit("E01").station == "S1"


def test_the_emergency_button_sounds_until_acknowledged_and_again_when_pressed_again(room: Any) -> None:
    room.refusal(AnswerDuress(unit="C01"), NoDuress)
    room.do(RaiseDuress(unit="C01"))
    assert room.do(RaiseDuress(unit="C01")) == []
    room.do(AnswerDuress(unit="C01"))
    assert room.unit("C01").duress_acknowledged_by == "dora"
    room.do(RaiseDuress(unit="C01"))
    assert room.unit("C01").duress_acknowledged_by is None
    room.do(AnswerDuress(unit="C01", clear=True))
    assert room.unit("C01").duress is None
    room.refusal(RaiseDuress(unit="X99"), UnknownUnit)


def test_everyone_who_has_arrived_is_asked_in_a_roll_call_each_with_a_clock(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "E02", "T01")
    room.refusal(StartRollCall(incident_id="I1"), NobodyOnScene)
    room.report("E01", "on-scene")
    room.report("E02", "on-scene")
    room.do(StartRollCall(incident_id="I1"))
    assert room.incident().roll_call.asked == ("E01", "E02")
    assert {"roll-call/E01/I1", "roll-call/E02/I1"} <= set(room.board.timers)
    room.do(AnswerRollCall(incident_id="I1", unit="E01"))
    assert "roll-call/E01/I1" not in room.board.timers
    room.refusal(AnswerRollCall(incident_id="I1", unit="T01"), NotAskedInRollCall)
    room.do(ClearUnits(units=("E02",)))
    assert "roll-call/E02/I1" not in room.board.timers
