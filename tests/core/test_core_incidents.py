"""How incidents come, change, join and end (sections 1, 4 and 6)."""

from typing import Any

import pytest

from turnout.core.board import Link, Location, OnIncident
from turnout.core.calls.commands import TakeCall
from turnout.core.incidents.commands import (
    AddAddendum,
    AddAgency,
    AddItem,
    AddNarrative,
    AddVehicle,
    AnswerTriage,
    CancelIncident,
    ChangeIncident,
    ClaimIncident,
    CloneIncident,
    CloseIncident,
    DisposeAgency,
    LinkIncidents,
    MergeIncidents,
    OpenIncident,
    PreAlert,
    ReleaseIncident,
    Relocate,
    ReopenIncident,
    RequestSupplement,
    Retype,
    RouteIncident,
    SetAlarmLevel,
    SetPatient,
    SplitIncident,
    StrikeEntry,
    StrikeNarrative,
    UpdateSupplement,
)
from turnout.core.incidents.duplicates import NEAR_MAX, near_incidents
from turnout.core.incidents.events import DuplicateSuspected
from turnout.core.refusals import (
    AlreadyLinked,
    ChangedMeanwhile,
    DispositionNotForAgency,
    FieldsMissing,
    IdentityTaken,
    IncidentIsClosed,
    IncidentNotClosed,
    LocationNotVerified,
    NobodyArrived,
    PlaceNotOnEarth,
    ReasonNeeded,
    SameIncident,
    UnitsStillWorking,
    UnknownCode,
    UnknownIncident,
    ValueNotTaken,
)
from turnout.core.timers.commands import RingTimer
from turnout.core.units.commands import AnswerRollCall, ClearUnits, SelfInitiate, StackIncident, StartRollCall
from turnout.words.place import Place


def test_type_and_place_are_enough(room: Any, at_place: Any) -> None:
    room.do(OpenIncident(incident_id="I1", type="FIRE", location=at_place(F1="F1")))
    incident = room.incident()
    assert (incident.status, incident.priority, incident.agencies) == ("pending", 1, ("FD",))


def test_an_incident_goes_to_the_group_of_its_zone_else_of_its_lead_agency(room: Any, at_place: Any) -> None:
    room.opened("I1", "BURGLARY", location=at_place(beat="B1"))
    room.opened("I2", "FIRE", location=at_place(beat="B1"))
    assert (room.incident("I1").group, room.incident("I2").group) == ("police-south", "fire-north")
    room.do(RouteIncident(incident_id="I1", group="fire-north"))
    assert room.board.timers["pending/I1"].group == "fire-north"
    assert room.incident("I1").group == "fire-north"
    room.refusal(RouteIncident(incident_id="I1", group="nobody"), UnknownCode)


def test_two_agencies_on_one_incident_have_their_own_numbers(room: Any) -> None:
    room.opened("I1", "CRASH")
    assert room.incident().numbers == {"PD": "P26000001", "EMS": "M26000001"}
    room.opened("I2", "MED")
    assert room.incident("I2").numbers == {"EMS": "M26000002"}


def test_a_suspected_duplicate_runs_all_the_same_and_says_so(room: Any, at_place: Any) -> None:
    room.opened("I1", location=at_place(lat=37.7800))
    events = room.do(OpenIncident(incident_id="I2", type="FIRE", location=at_place("102 Main St", lat=37.7805)))
    assert [e.near for e in events if isinstance(e, DuplicateSuspected)] == [("I1",)]
    events = room.do(OpenIncident(incident_id="I3", type="FIRE", location=at_place(), not_duplicate_of=("I1", "I2")))
    assert not [e for e in events if isinstance(e, DuplicateSuspected)]


def test_of_a_hundred_reports_of_one_fire_each_names_the_likeliest_and_not_all_before_it(
    room: Any, at_place: Any
) -> None:
    for n in range(NEAR_MAX + 5):
        room.opened(f"I{n}", location=at_place(lat=37.7800))
    events = room.do(OpenIncident(incident_id="last", type="FIRE", location=at_place(lat=37.7800)))
    assert [e.near for e in events if isinstance(e, DuplicateSuspected)] == [tuple(f"I{n}" for n in range(NEAR_MAX))]


def test_near_means_near_in_place_and_time(room: Any, at_place: Any) -> None:
    room.opened("I1", location=at_place(lat=37.7800))
    found = near_incidents(room.board, at_place(lat=37.7809), "FIRE", room.now)
    assert [near.incident.id for near in found] == ["I1"]
    assert found[0].distance_m == pytest.approx(100, abs=2)
    assert near_incidents(room.board, at_place(lat=37.7820), "FIRE", room.now) == []
    corner = at_place(lat=37.7812, lon=-122.4115)
    assert near_incidents(room.board, corner, "FIRE", room.now) == []
    assert near_incidents(room.board, at_place(), "FIRE", room.now + 3_700_000) == []
    forced = Location(text="100 MAIN st", kind="forced")
    assert [near.incident.id for near in near_incidents(room.board, forced, "MED", room.now)] == ["I1"]


def test_a_place_that_is_nowhere_is_refused_and_a_forced_one_taken_and_marked(room: Any) -> None:
    nowhere = Location(text="behind the old mill")
    room.refusal(OpenIncident(incident_id="I1", type="FIRE", location=nowhere), LocationNotVerified)
    wrong = Location(text="x", place=Place(91.0, 0.0))
    room.refusal(OpenIncident(incident_id="I1", type="FIRE", location=wrong), PlaceNotOnEarth)
    nan = Location(text="x", place=Place(float("nan"), 0.0))
    room.refusal(OpenIncident(incident_id="I1", type="FIRE", location=nan), PlaceNotOnEarth)
    room.opened("I1", location=Location(text="behind the old mill", kind="forced"))
    assert (room.incident().location.kind, room.incident().location.verified) == ("forced", False)


def test_another_priority_needs_a_reason_and_is_marked(room: Any, at_place: Any) -> None:
    command = OpenIncident(incident_id="I1", type="FIRE", location=at_place(), priority=3)
    room.refusal(command, ReasonNeeded)
    room.opened("I1", priority=3, priority_reason="already out")
    assert (room.incident().priority, room.incident().priority_overridden) == (3, True)
    room.do(Retype(incident_id="I1", was="FIRE", type="MED"))
    assert room.incident().priority == 3


def test_an_advise_only_incident_gets_a_number_and_closes_at_once(room: Any) -> None:
    room.opened("I1", "INFO")
    assert room.incident().numbers
    assert "pending/I1" not in room.board.timers
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))
    assert room.incident().status == "closed"


def test_a_scheduled_incident_begins_by_itself(room: Any, clock: Any) -> None:
    due = room.now + 600_000
    room.opened("I1", activate_at=due)
    assert room.incident().status == "scheduled"
    room.later(300)
    assert room.do(RingTimer(timer="scheduled/I1"), actor=clock) == []
    room.later(300)
    room.do(RingTimer(timer="scheduled/I1"), actor=clock)
    assert room.incident().status == "pending"
    assert "pending/I1" in room.board.timers


def test_a_held_incident_is_released_by_a_decision(room: Any) -> None:
    room.opened("I1", "HAZMAT")
    room.do(ReleaseIncident(incident_id="I1"))
    assert room.incident().status == "pending"


def test_two_people_changing_one_field_are_told_of_each_other(room: Any, other_dispatcher: Any) -> None:
    room.opened()
    room.do(ChangeIncident(incident_id="I1", field="fields.access_code", was="", becomes="12#"))
    changed_at = room.now
    refusal = room.refusal(
        ChangeIncident(incident_id="I1", field="fields.access_code", was=None, becomes="34#"),
        ChangedMeanwhile,
        actor=other_dispatcher,
    )
    assert (refusal.yours, refusal.theirs, refusal.by, refusal.at) == (None, "12#", "dora", changed_at)
    assert room.incident().fields == {"access_code": "12#"}


def test_two_people_changing_two_fields_both_succeed(room: Any, other_dispatcher: Any) -> None:
    room.opened()
    room.do(ChangeIncident(incident_id="I1", field="subtype", was="", becomes="HIGHRISE"))
    room.do(ChangeIncident(incident_id="I1", field="priority", was=1, becomes=2), actor=other_dispatcher)
    assert (room.incident().subtype, room.incident().priority) == ("HIGHRISE", 2)
    assert room.incident().changes["priority"].seq_was == 1


@pytest.mark.parametrize(("field", "value"), [("priority", 9), ("priority", True), ("nonsense", "x"), ("exercise", 1)])
def test_a_value_that_the_field_cannot_hold_is_refused(room: Any, field: str, value: Any) -> None:
    room.opened()
    room.refusal(ChangeIncident(incident_id="I1", field=field, was=None, becomes=value), ValueNotTaken)


def test_relocating_reroutes_unless_somebody_had_routed_by_hand(room: Any, at_place: Any) -> None:
    room.opened("I1", "BURGLARY", location=at_place("1 A St"))
    room.do(Relocate(incident_id="I1", was="1 A St", location=at_place("2 B St", beat="B1")))
    assert room.incident().group == "police-south"
    room.refusal(Relocate(incident_id="I1", was="1 A St", location=at_place("3 C St")), ChangedMeanwhile)


def test_a_new_type_brings_its_agencies_and_priority(room: Any) -> None:
    room.opened("I1", "NOISE")
    room.do(Retype(incident_id="I1", was="NOISE", type="FIRE"))
    assert room.incident().agencies == ("FD", "PD")
    assert room.incident().priority == 1
    assert set(room.incident().numbers) == {"FD", "PD"}


def test_a_scripted_answer_sets_determinant_and_priority(room: Any) -> None:
    room.opened("I1", "MED")
    room.do(AnswerTriage(incident_id="I1", question="breathing", answer="no"))
    assert room.incident().fields["determinant"] == "9-E-1"
    assert room.incident().priority == 1
    room.refusal(AnswerTriage(incident_id="I1", question="breathing", answer="perhaps"), UnknownCode)


def test_a_wrong_line_is_struck_and_never_removed(room: Any) -> None:
    room.opened()
    room.do(AddNarrative(incident_id="I1", entry_id="n1", text="two dogs"))
    room.refusal(AddNarrative(incident_id="I1", entry_id="n1", text="again"), IdentityTaken)
    room.do(StrikeNarrative(incident_id="I1", entry_id="n1", reason="wrong incident"))
    line = room.incident().narrative[0]
    assert (line.text, line.struck_by, line.struck_reason) == ("two dogs", "dora", "wrong incident")
    room.do(AddVehicle(incident_id="I1", vehicle_id="v1", description="blue van"))
    room.do(AddItem(incident_id="I1", item_id="p1", description="bicycle"))
    room.do(StrikeEntry(incident_id="I1", entry_id="v1", reason="was green"))
    assert room.incident().vehicles[0].struck_reason == "was green"
    assert room.incident().items[0].struck_reason == ""


def test_a_patient_is_updated_by_number(room: Any) -> None:
    room.opened("I1", "MED")
    room.do(SetPatient(incident_id="I1", patient_id="1", triage="red"))
    room.do(SetPatient(incident_id="I1", patient_id="1", destination="H1", unit="M01"))
    assert [(p.triage, p.destination, p.unit) for p in room.incident().patients] == [("red", "H1", "M01")]


def test_alarm_levels_go_up_and_down_and_nobody_raises_twice_unseen(room: Any, other_dispatcher: Any) -> None:
    room.opened()
    room.do(SetAlarmLevel(incident_id="I1", was=1, level=2))
    room.refusal(SetAlarmLevel(incident_id="I1", was=1, level=3), ChangedMeanwhile, actor=other_dispatcher)
    room.do(SetAlarmLevel(incident_id="I1", was=2, level=1))
    assert room.incident().alarm_level == 1
    room.refusal(SetAlarmLevel(incident_id="I1", was=1, level=0), ValueNotTaken)


def test_a_claim_says_who_works_on_it_and_locks_nothing(room: Any, other_dispatcher: Any) -> None:
    room.opened()
    room.do(ClaimIncident(incident_id="I1"))
    room.do(ClaimIncident(incident_id="I1"), actor=other_dispatcher)
    assert room.incident().claimed_by == "otto"
    assert room.do(ClaimIncident(incident_id="I1", release=True)) == []
    room.do(AddNarrative(incident_id="I1", entry_id="n1", text="still mine to write"))


def test_stations_are_told_before_call_taking_ends(room: Any) -> None:
    room.opened()
    room.do(PreAlert(incident_id="I1", to=("S1", "E01")))
    assert room.incident().pre_alerted == ("S1", "E01")
    room.refusal(PreAlert(incident_id="I1", to=("S9",)), UnknownCode)


def test_an_agency_joins_with_its_own_number(room: Any) -> None:
    room.opened("I1", "BURGLARY")
    room.do(AddAgency(incident_id="I1", agency="EMS"))
    assert room.incident().numbers["EMS"] == "M26000001"


def test_what_is_not_a_unit_is_tracked_too(room: Any) -> None:
    room.opened("I1", "CRASH")
    room.do(RequestSupplement(incident_id="I1", supplement_id="s1", kind="tow"))
    room.do(UpdateSupplement(supplement_id="s1", state="on-the-way", who="Ace Towing"))
    assert (room.board.supplements["s1"].state, room.board.supplements["s1"].who) == ("on-the-way", "Ace Towing")


def test_merging_moves_calls_units_clocks_and_lines_and_both_stay_visible(room: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.opened("I1", "BURGLARY", narrative="first")
    room.opened("I2", "CRASH", call_id="K1", narrative="second")
    room.sent("I2", "C01")
    room.report("C01", "enroute")
    room.do(StackIncident(unit="C02", incident_id="I2"))
    room.do(MergeIncidents(from_id="I2", into_id="I1", reason="same"))
    into, merged = room.incident("I1"), room.incident("I2")
    assert (into.status, into.calls, [line.text for line in into.narrative]) == ("active", ("K1",), ["first", "second"])
    assert set(into.agencies) == {"PD", "EMS"}
    assert room.unit("C01").status == OnIncident("I1", "enroute")
    assert room.unit("C02").stack == ("I1",)
    assert room.board.calls["K1"].incident == "I1"
    assert set(room.board.timers) == {"travel/C01/I1", "archive/I2"}
    assert (merged.status, merged.close_reason) == ("closed", "merged")
    assert (merged.links, into.links) == ((Link("merged-into", "I1"),), (Link("merged-from", "I2"),))
    room.refusal(MergeIncidents(from_id="I1", into_id="I1"), SameIncident)
    room.refusal(MergeIncidents(from_id="I2", into_id="I1"), IncidentIsClosed)


def test_a_roll_call_that_runs_goes_over_with_its_clocks_and_can_be_answered(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01")
    room.sent("I2", "E02")
    for unit in ("E01", "E02"):
        room.report(unit, "on-scene")
    room.do(StartRollCall(incident_id="I1"))
    room.do(StartRollCall(incident_id="I2"))
    room.do(AnswerRollCall(incident_id="I2", unit="E02"))
    room.do(MergeIncidents(from_id="I1", into_id="I2"))
    roll_call = room.incident("I2").roll_call
    assert (set(roll_call.asked), set(roll_call.answered)) == ({"E01", "E02"}, {"E02"})
    assert "roll-call/E01/I2" in room.board.timers
    room.do(AnswerRollCall(incident_id="I2", unit="E01"))
    assert "roll-call/E01/I2" not in room.board.timers


@pytest.mark.parametrize("later", [{"hold": True}, {"activate_at": 1_767_355_200_000}])
def test_who_waits_for_help_now_does_not_vanish_into_what_is_for_later(room: Any, later: dict[str, Any]) -> None:
    room.opened("I1")
    room.opened("I2", **later)
    room.do(MergeIncidents(from_id="I1", into_id="I2"))
    assert room.incident("I2").status == "pending"
    assert "pending/I2" in room.board.timers
    assert "scheduled/I2" not in room.board.timers


def test_merging_keeps_the_patients_of_both_apart(room: Any) -> None:
    room.opened("I1", "MED")
    room.opened("I2", "MED")
    room.do(SetPatient(incident_id="I1", patient_id="1", triage="red"))
    room.do(SetPatient(incident_id="I2", patient_id="1", triage="green"))
    room.do(MergeIncidents(from_id="I2", into_id="I1"))
    assert [(p.id, p.triage) for p in room.incident("I1").patients] == [("1", "red"), ("H02/1", "green")]


def test_a_unit_never_holds_the_incident_that_it_is_on_even_after_a_merger(room: Any) -> None:
    for id in ("I1", "I2", "I3"):
        room.opened(id, "CRASH")
    room.sent("I1", "C01")
    room.sent("I2", "C02")
    room.do(StackIncident(unit="C01", incident_id="I2"))
    room.do(StackIncident(unit="C02", incident_id="I1"))
    room.do(MergeIncidents(from_id="I2", into_id="I1"))
    assert (room.unit("C01").stack, room.unit("C02").stack) == ((), ())


def test_links_show_on_both_sides(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.do(LinkIncidents(incident_id="I1", other_id="I2"))
    assert room.incident("I2").links == (Link("related", "I1"),)
    room.refusal(LinkIncidents(incident_id="I2", other_id="I1"), AlreadyLinked)
    room.do(LinkIncidents(incident_id="I2", other_id="I1", unlink=True))
    assert room.incident("I1").links == ()


def test_one_call_can_be_split_into_a_child_for_another_discipline(room: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.opened("I1", "BURGLARY", call_id="K1")
    room.do(SplitIncident(incident_id="I1", child_id="I2", type="MED"))
    child = room.incident("I2")
    assert (child.location, child.calls, child.numbers) == (room.incident("I1").location, ("K1",), {"EMS": "M26000001"})
    assert child.links == (Link("parent", "I1"),)
    assert room.incident("I1").links == (Link("child", "I2"),)


def test_a_clone_has_its_own_number_and_no_units(room: Any) -> None:
    room.opened("I1", "BURGLARY", subtype="SHOP")
    room.sent("I1", "C01")
    room.do(CloneIncident(incident_id="I1", clone_id="I2"))
    clone = room.incident("I2")
    assert (clone.subtype, clone.numbers, clone.assignments) == ("SHOP", {"PD": "P26000002"}, ())


def test_required_fields_block_closing_until_filled_or_overridden(room: Any) -> None:
    room.opened("I1", "BURGLARY")
    room.sent("I1", "C01")
    room.report("C01", "on-scene")
    room.refusal(CloseIncident(incident_id="I1", disposition="DONE"), UnitsStillWorking)
    room.do(ClearUnits(units=("C01",)))
    refusal = room.refusal(CloseIncident(incident_id="I1", disposition="DONE"), FieldsMissing)
    assert refusal.fields == ("narrative",)
    room.do(CloseIncident(incident_id="I1", disposition="DONE", note="nothing taken"))
    assert room.incident().status == "closed"


def test_an_override_closes_over_working_units_and_is_kept(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "T01")
    events = room.do(CloseIncident(incident_id="I1", disposition="DONE", override="radio says all done"))
    assert events[-1].override == "radio says all done"
    assert not isinstance(room.unit("E01").status, OnIncident)
    assert room.unit("R01").status.in_quarters


def test_what_nobody_went_to_does_not_close_without_a_word(room: Any) -> None:
    room.opened()
    room.refusal(CloseIncident(incident_id="I1", disposition="DONE"), NobodyArrived)


def test_a_disposition_of_another_agency_is_refused(room: Any) -> None:
    room.opened("I1", "INFO")
    room.refusal(CloseIncident(incident_id="I1", disposition="FIRE-OUT"), DispositionNotForAgency)
    room.refusal(CloseIncident(incident_id="I1", disposition="NONE"), UnknownCode)


def test_an_incident_closes_when_every_agency_has_its_disposition(room: Any) -> None:
    room.opened("I1", "CRASH")
    room.sent("I1", "C01", "M01")
    room.report("C01", "on-scene")
    room.do(ClearUnits(units=("C01", "M01")))
    room.do(DisposeAgency(incident_id="I1", agency="PD", disposition="DONE"))
    assert room.incident().status == "active"
    room.do(DisposeAgency(incident_id="I1", agency="EMS", disposition="DONE"))
    assert room.incident().status == "closed"


def test_the_last_unit_clearing_with_a_disposition_closes_the_incident(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "E02")
    room.report("E01", "on-scene")
    room.do(ClearUnits(units=("E01",), disposition="DONE"))
    assert room.incident().status == "active"
    room.do(ClearUnits(units=("E02",), disposition="DONE"))
    assert room.incident().status == "closed"


def test_cancelling_frees_the_units(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.refusal(CancelIncident(incident_id="I1", reason="BORED"), UnknownCode)
    room.do(CancelIncident(incident_id="I1", reason="FALSE"))
    assert (room.incident().status, room.incident().close_reason) == ("closed", "FALSE")
    assert room.incident().assignments[0].ended_as == "cancelled"
    assert set(room.board.timers) == {"archive/I1"}


def test_a_reopened_incident_has_all_its_history_even_out_of_the_records(room: Any, clock: Any) -> None:
    room.opened("I1", "INFO", narrative="a dog barks")
    room.refusal(ReopenIncident(incident_id="I1", reason="x"), IncidentNotClosed)
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))
    record = room.incident()
    room.later(1000)
    room.do(RingTimer(timer="archive/I1"), actor=clock)
    room.refusal(ReopenIncident(incident_id="I1", reason="barks again"), UnknownIncident)
    room.do(ReopenIncident(incident_id="I1", reason="barks again", record=record))
    again = room.incident()
    assert (again.status, again.reopened, again.numbers) == ("pending", 1, record.numbers)
    assert [line.text for line in again.narrative] == ["a dog barks"]
    assert room.board.tags[again.tag] == "I1"


def test_what_is_learnt_after_closing_is_an_addendum(room: Any, clock: Any) -> None:
    room.opened("I1", "INFO")
    room.refusal(AddAddendum(incident_id="I1", entry_id="a1", text="x"), IncidentNotClosed)
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))
    room.refusal(AddNarrative(incident_id="I1", entry_id="n1", text="x"), IncidentIsClosed)
    room.do(AddAddendum(incident_id="I1", entry_id="a1", text="the dog was a fox"))
    record = room.incident()
    assert record.narrative[0].kind == "addendum"
    room.later(1000)
    room.do(RingTimer(timer="archive/I1"), actor=clock)
    before = room.board.incidents
    room.do(AddAddendum(incident_id="I1", entry_id="a2", text="a grey fox", record=record))
    assert room.board.incidents is before


def test_self_initiated_work_is_one_line(room: Any, at_place: Any) -> None:
    room.do(SelfInitiate(incident_id="I1", unit="C01", type="NOISE", location=at_place(), narrative="loud party"))
    assert room.unit("C01").status == OnIncident("I1", "on-scene")
    assert room.incident().narrative[0].kind == "crew"
    assert "pending/I1" not in room.board.timers


def test_an_exercise_counts_apart(room: Any, exercise_on: Any, admin: Any) -> None:
    room.opened("I1")
    room.do(exercise_on, actor=admin)
    room.opened("I2")
    assert (room.incident("I2").numbers, room.incident("I2").exercise) == ({"FD": "EX-F26000001"}, True)
