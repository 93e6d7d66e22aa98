"""Who can be sent where, and what a second dispatcher is told (2.4, 2.13, 2.14, 3.2, 3.22, 4.3)."""

from typing import Any

from turnout.core.board import Available, Offer, OfferedUnit, OnIncident, OutOfService
from turnout.core.incidents.commands import CloseIncident
from turnout.core.refusals import (
    AlreadyAssigned,
    CrewElsewhere,
    IncidentIsClosed,
    UnitHasArrived,
    UnitIsOffDuty,
    UnitIsOutOfService,
    UnitMovedOn,
    UnitNotAvailable,
    UnitNotStaffed,
    UnknownCode,
    UnknownUnit,
)
from turnout.core.units.commands import (
    AssignUnits,
    ClearUnits,
    ExchangeUnits,
    FreeUnits,
    LogOff,
    LogOn,
    PreemptUnit,
    RelieveUnit,
    StackIncident,
    TakeOutOfService,
)


def test_the_second_dispatcher_is_told_who_sent_the_unit_and_when(room: Any, other_dispatcher: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01")
    sent_at = room.now
    refusal = room.refusal(AssignUnits(incident_id="I2", units=("E01",)), UnitNotAvailable, actor=other_dispatcher)
    assert (refusal.by, refusal.at, refusal.tag) == ("dora", sent_at, "F01")


def test_the_same_unit_sent_twice_to_one_incident_is_refused(room: Any, other_dispatcher: Any) -> None:
    room.opened("I1")
    room.sent("I1", "E01")
    refusal = room.refusal(AssignUnits(incident_id="I1", units=("E01",)), AlreadyAssigned, actor=other_dispatcher)
    assert refusal.by == "dora"


def test_all_are_sent_or_none(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01")
    before = room.board
    room.refusal(AssignUnits(incident_id="I2", units=("E02", "E01")), UnitNotAvailable)
    room.refusal(AssignUnits(incident_id="I2", units=("E02", "E99")), UnknownUnit)
    assert room.board is before


def test_what_was_offered_is_kept_beside_what_was_chosen(room: Any) -> None:
    room.opened()
    offer = Offer(at=room.now, plan="P1", proposed=(OfferedUnit("E02", 120),), bypassed=(OfferedUnit("E01", 300),))
    room.sent("I1", "E01", offer=offer, reason="knows the building")
    dispatch = room.incident().dispatches[0]
    assert (dispatch.offer, dispatch.reason, dispatch.units) == (offer, "knows the building", ("E01",))
    assert room.incident().assignments[0].travel_time_s == 300


def test_what_a_person_can_judge_an_override_goes_over_and_the_rest_not(room: Any) -> None:
    room.opened()
    room.do(TakeOutOfService(units=("E01",), reason="MECH"))
    room.refusal(AssignUnits(incident_id="I1", units=("E01",)), UnitIsOutOfService)
    room.do(LogOff(units=("E02",)))
    room.refusal(AssignUnits(incident_id="I1", units=("E02",)), UnitIsOffDuty)
    room.sent("I1", "E01", "E02", override="both stand in the yard, crewed")
    assert room.unit("E01").status == OnIncident("I1", "dispatched")


def test_a_short_crew_is_not_sent_unless_somebody_says_so(room: Any, crew_of: Any) -> None:
    room.opened()
    room.do(LogOn(unit="E01", crew=crew_of(2)))
    refusal = room.refusal(AssignUnits(incident_id="I1", units=("E01",)), UnitNotStaffed)
    assert (refusal.crew, refusal.crew_min) == (2, 3)
    room.sent("I1", "E01", override="two are enough")


def test_one_crew_takes_one_vehicle(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.refusal(AssignUnits(incident_id="I1", units=("T01", "R01"), override="x"), CrewElsewhere)
    room.sent("I1", "R01")
    assert room.unit("T01").status == OutOfService("crew-on:R01")
    room.refusal(AssignUnits(incident_id="I2", units=("T01",), override="x"), CrewElsewhere)
    room.report("R01", "on-scene")
    room.do(ClearUnits(units=("R01",)))
    assert room.unit("T01").status == Available(in_quarters=True)


def test_pre_empting_returns_the_first_incident_to_the_queue_with_its_clock(room: Any) -> None:
    room.opened("I1", "BURGLARY")
    room.opened("I2", "CRASH")
    room.sent("I1", "C01")
    room.report("C01", "ENR")
    room.refusal(AssignUnits(incident_id="I2", units=("C01",), preempt="NONSENSE"), UnknownCode)
    room.sent("I2", "C01", preempt="LIFE")
    first = room.incident("I1")
    assert (first.status, first.assignments[0].ended_as) == ("pending", "preempted")
    assert "pending/I1" in room.board.timers
    assert not [id for id in room.board.timers if id.endswith("C01/I1")]
    assert room.unit("C01").status == OnIncident("I2", "dispatched")


def test_a_pre_empted_incident_can_be_held_for_the_same_unit_and_begins_when_it_clears(room: Any) -> None:
    room.opened("I1", "BURGLARY")
    room.opened("I2", "CRASH")
    room.sent("I1", "C01")
    room.do(PreemptUnit(unit="C01", to_incident="I2", reason="LIFE", stack_first=True))
    assert room.unit("C01").stack == ("I1",)
    room.report("C01", "on-scene")
    room.do(ClearUnits(units=("C01",)))
    assert room.unit("C01").status == OnIncident("I1", "dispatched")
    assert room.unit("C01").stack == ()


def test_stacked_incidents_begin_in_order_and_drop_out_when_they_no_longer_wait(room: Any) -> None:
    for id in ("I1", "I2", "I3", "I4"):
        room.opened(id, "NOISE")
    room.sent("I1", "C01")
    for id in ("I2", "I3", "I4"):
        room.do(StackIncident(unit="C01", incident_id=id))
    room.do(StackIncident(unit="C01", incident_id="I4", first=True))
    assert room.unit("C01").stack == ("I4", "I2", "I3")
    room.do(CloseIncident(incident_id="I4", disposition="DONE"))
    room.sent("I2", "C02")
    room.do(ClearUnits(units=("C01",)))
    assert room.unit("C01").status == OnIncident("I3", "dispatched")
    assert room.unit("C01").stack == ()


def test_a_free_unit_still_belongs_to_its_incident_and_can_be_sent_elsewhere(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    room.do(FreeUnits(units=("E01",)))
    assert room.unit("E01").status == OnIncident("I1", "on-scene")
    room.sent("I2", "E01")
    assert room.incident("I1").assignments[0].ended_as == "cleared"
    assert room.unit("E01").free is False


def test_a_relieving_unit_is_there_before_the_other_goes(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", roles={"E01": "attack"})
    room.report("E01", "on-scene")
    room.do(RelieveUnit(unit="E01", by="E02"))
    assert [(a.unit, a.role, a.ended_as) for a in room.incident().assignments] == [
        ("E01", "attack", "relieved"),
        ("E02", "attack", ""),
    ]
    assert room.incident().status == "active"


def test_a_swap_on_the_way_keeps_its_reason_and_what_had_been_offered(room: Any, noon: Any) -> None:
    room.opened()
    room.sent("I1", "E01", roles={"E01": "attack"})
    room.report("E01", "enroute")
    offer = Offer(at=noon, plan="swap", proposed=(OfferedUnit("E02", 90),))
    room.do(RelieveUnit(unit="E01", by="E02", incident_id="I1", before_scene=True, offer=offer, reason="3 min sooner"))
    assert [(a.unit, a.role, a.ended_as, a.travel_time_s) for a in room.incident().assignments] == [
        ("E01", "attack", "relieved", None),
        ("E02", "attack", "", 90),
    ]
    last = room.incident().dispatches[-1]
    assert (last.units, last.reason, last.offer) == (("E02",), "3 min sooner", offer)
    assert room.unit("E01").status == Available(in_quarters=False)
    assert room.incident().status == "active"


def test_who_has_arrived_meanwhile_is_not_swapped(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    refused = room.refusal(RelieveUnit(unit="E01", by="E02", incident_id="I1", before_scene=True), UnitHasArrived)
    assert refused.unit == "E01"
    room.refusal(RelieveUnit(unit="E01", by="E02", incident_id="I9"), UnitMovedOn)
    assert isinstance(room.unit("E02").status, Available)


def test_exchanged_units_start_at_the_other_incident_as_newly_sent(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01")
    room.sent("I2", "E02")
    room.report("E01", "on-scene")
    room.do(ExchangeUnits(one="E01", other="E02"))
    assert room.unit("E01").status == OnIncident("I2", "dispatched")
    assert room.unit("E02").status == OnIncident("I1", "dispatched")
    assert room.incident("I1").status == room.incident("I2").status == "active"


def test_an_exchange_keeps_shared_crews_in_one_place(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "T01")
    room.sent("I2", "E02")
    room.do(ExchangeUnits(one="T01", other="E02"))
    assert room.unit("R01").status == OutOfService("crew-on:T01")


def test_a_unit_of_another_agency_brings_its_agency_with_a_number_and_a_neighbour_without(room: Any) -> None:
    room.opened()
    room.sent("I1", "M01", "N01")
    assert room.incident().agencies == ("FD", "EMS", "NB")
    assert room.incident().numbers == {"FD": "F26000001", "EMS": "M26000001"}


def test_a_held_incident_to_which_a_unit_is_sent_is_released_by_it(room: Any) -> None:
    room.opened("I1", "HAZMAT")
    assert room.incident().status == "held"
    room.sent("I1", "E01")
    assert room.incident().status == "active"


def test_nobody_is_sent_to_a_closed_incident(room: Any) -> None:
    room.opened("I1", "INFO")
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))
    room.refusal(AssignUnits(incident_id="I1", units=("C01",)), IncidentIsClosed)


def test_what_was_sent_on_paper_keeps_its_true_time_and_starts_no_clocks(room: Any, noon: int) -> None:
    room.later(3600)
    room.opened("I1", back_entry=noon + 60_000)
    room.sent("I1", "E01", back_entry=noon + 120_000)
    assert (room.incident().opened, room.incident().fields) == (noon + 60_000, {"back_entry": "yes"})
    assert room.incident().assignments[0].times["dispatched"] == noon + 120_000
    assert not room.board.timers
