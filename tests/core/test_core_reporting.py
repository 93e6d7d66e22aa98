"""Stages: forward freely, back only with a reason, and late ones only fill in their time (3.3, 3.24, 11.10)."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from turnout.core.board import Assignment, Available, OnIncident
from turnout.core.invariants import broken
from turnout.core.no import No
from turnout.core.refusals import NotArrived, ReportTooOld, StagePassed, UnitMovedOn, UnitOnNoIncident, UnknownCode
from turnout.core.units.commands import ClearUnits, GiveLateReason, ReportAlert, ReportStatus, SendAlert
from turnout.core.units.events import StageTimeFilled


def test_an_agencys_own_code_stands_for_the_common_stage(room: Any) -> None:
    room.opened("I1", "BURGLARY")
    room.sent("I1", "C01")
    room.report("C01", "ONS")
    assert room.unit("C01").status == OnIncident("I1", "on-scene", code="ONS")
    room.report("C01", "RPT")
    assert room.unit("C01").status.at == "clearing"


def test_another_agencys_code_means_nothing(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.refusal(ReportStatus(unit="E01", status="RPT"), UnknownCode)


def test_stages_may_be_skipped_forward(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    assert set(room.incident().assignments[0].times) == {"dispatched", "on-scene"}


def test_a_report_of_a_passed_stage_is_refused_with_what_it_is_now(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    since = room.now
    refusal = room.refusal(ReportStatus(unit="E01", status="enroute"), StagePassed)
    assert (refusal.now, refusal.since) == ("on-scene", since)


def test_going_back_takes_an_override_and_withdraws_the_later_times(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "enroute")
    room.report("E01", "on-scene")
    room.report("E01", "enroute", override="pressed by mistake")
    assert room.unit("E01").status.at == "enroute"
    assert set(room.incident().assignments[0].times) == {"dispatched", "enroute"}
    assert "travel/E01/I1" in room.board.timers
    room.report("E01", "on-scene")
    assert room.incident().assignments[0].times["on-scene"] == room.now


def test_a_staged_unit_goes_on_without_an_override(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    for stage in ("enroute", "staged", "enroute", "on-scene"):
        room.report("E01", stage)
    assert room.unit("E01").status.at == "on-scene"


def test_nobody_transports_from_where_nobody_arrived(room: Any) -> None:
    room.opened("I1", "MED")
    room.sent("I1", "M01")
    room.refusal(ReportStatus(unit="M01", status="transporting"), NotArrived)
    room.report("M01", "transporting", override="patient met on the way", destination="H1", odometer_km=12.5)
    assert room.unit("M01").status.destination == "H1"
    assert room.incident().assignments[0].odometer_km == {"transporting": 12.5}
    room.report("M01", "at-destination")
    assert room.unit("M01").status.destination == "H1"


def test_nobody_clears_where_nobody_has_arrived_unless_the_type_allows_it_or_a_person_says_why(room: Any) -> None:
    room.opened("I1")
    room.sent("I1", "E01", "E02")
    room.refusal(ClearUnits(units=("E01",)), NotArrived)
    room.refusal(ReportStatus(unit="E01", status="available"), NotArrived)
    room.report("E01", "on-scene")
    room.do(ClearUnits(units=("E02",)))
    assert room.incident("I1").assignments[1].ended_as == "cancelled"
    room.opened("I2", "NOISE")
    room.sent("I2", "C01")
    room.do(ClearUnits(units=("C01",)))
    assert room.incident("I2").status == "pending"
    room.opened("I3", "MED")
    room.sent("I3", "M01")
    events = room.do(ClearUnits(units=("M01",), override="caller met us on the way"))
    assert events[0].override == "caller met us on the way"


def test_a_stored_status_that_comes_late_fills_in_its_time_and_changes_nothing_since(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.later(60)
    pressed = room.now
    room.later(60)
    room.report("E01", "on-scene")
    events = room.report("E01", "enroute", happened=pressed)
    assert isinstance(events[0], StageTimeFilled)
    assert room.unit("E01").status.at == "on-scene"
    assert room.incident().assignments[0].times["enroute"] == pressed
    assert room.report("E01", "enroute", happened=pressed) == []


def test_a_stored_status_of_an_incident_that_the_unit_has_left_still_fills_in_its_time(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01")
    room.later(60)
    pressed = room.now
    room.report("E01", "on-scene")
    room.do(ClearUnits(units=("E01",)))
    room.sent("I2", "E01")
    room.report("E01", "enroute", incident_id="I1", happened=pressed)
    assert room.incident("I1").assignments[0].times["enroute"] == pressed
    assert room.unit("E01").status == OnIncident("I2", "dispatched")


def test_a_stored_report_from_before_the_present_assignment_does_not_move_it_on(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    pressed = room.now
    room.later(120)
    room.do(ClearUnits(units=("E01",)))
    room.sent("I2", "E01")
    sent_at = room.now
    for status in ("available", "enroute"):
        refusal = room.refusal(ReportStatus(unit="E01", status=status, happened=pressed), ReportTooOld)
        assert (refusal.at, refusal.since, refusal.tag) == (pressed, sent_at, "F02")
    room.report("E01", "enroute", happened=sent_at - 5_000)
    assert room.incident("I2").assignments[0].times["enroute"] == sent_at


def test_a_stored_report_of_the_first_time_on_an_incident_does_not_move_the_second_on(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.later(60)
    pressed = room.now
    room.later(60)
    room.do(ClearUnits(units=("E01",), override="not needed"))
    room.later(600)
    room.sent("I1", "E01")
    room.refusal(ReportStatus(unit="E01", status="on-scene", incident_id="I1", happened=pressed), ReportTooOld)
    assert room.unit("E01").status == OnIncident("I1", "dispatched")


def test_clearing_from_a_dead_spot_keeps_its_true_time_and_the_odometer(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    room.later(60)
    pressed = room.now
    room.later(60)
    room.report("E01", "available", incident_id="I1", happened=pressed, odometer_km=99.5)
    assignment = room.incident().assignments[0]
    assert (assignment.times["ended"], assignment.odometer_km) == (pressed, {"ended": 99.5})
    assert (room.unit("E01").since, room.unit("E01").odometer_km) == (pressed, 99.5)


def test_availability_from_a_dead_spot_keeps_its_true_time_and_undoes_nothing_since(room: Any) -> None:
    room.later(600)
    pressed = room.now
    room.later(300)
    room.report("E01", "out-of-service", happened=pressed)
    assert room.unit("E01").since == pressed
    back = room.now
    room.later(120)
    room.report("E01", "available", happened=back)
    assert (room.unit("E01").status, room.unit("E01").since) == (Available(in_quarters=False), back)
    refusal = room.refusal(ReportStatus(unit="E01", status="out-of-service", happened=pressed), StagePassed)
    assert (refusal.stage, refusal.now, refusal.since) == ("out-of-service", "available", back)
    assert room.unit("E01").status == Available(in_quarters=False)


def test_a_live_report_meant_for_another_incident_is_refused(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I2", "E01")
    refusal = room.refusal(ReportStatus(unit="E01", status="enroute", incident_id="I1"), UnitMovedOn)
    assert (refusal.meant, refusal.now) == ("F01", "F02")


def test_the_same_status_again_is_no_news(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "enroute")
    assert room.report("E01", "enroute") == []


def test_a_device_with_a_wrong_clock_cannot_report_the_future_or_arrive_before_it_left(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    sent_at = room.now
    room.report("E01", "enroute", happened=room.now + 3_600_000)
    assert room.incident().assignments[0].times["enroute"] == room.now
    room.later(60)
    room.report("E01", "on-scene", incident_id="I1", happened=sent_at - 60_000)
    times = room.incident().assignments[0].times
    assert times["dispatched"] <= times["enroute"] <= times["on-scene"]


def test_clocks_follow_the_stages(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")

    def running() -> set[str]:
        return {timer.kind for timer in room.board.timers.values()}

    assert running() == {"acknowledge", "turnout", "alert"}
    room.report("E01", "acknowledged")
    assert running() == {"turnout"}
    room.report("E01", "enroute")
    assert running() == {"travel"}
    room.report("E01", "on-scene")
    assert running() == {"on-scene"}
    due = room.board.timers["on-scene/E01/I1"].due
    assert due == room.now + 1_200_000


def test_an_acknowledged_alert_acknowledges_the_assignment(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.do(SendAlert(incident_id="I1", unit="E01", alert_id="A1", channel="app", to="tablet"))
    room.do(ReportAlert(incident_id="I1", unit="E01", alert_id="A1", outcome="delivered"))
    room.do(ReportAlert(incident_id="I1", unit="E01", alert_id="A1", outcome="acknowledged"))
    assert room.unit("E01").status.at == "acknowledged"
    assert room.incident().assignments[0].alerts[0].acknowledged == room.now


def test_in_quarters_is_where_an_available_unit_is(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    room.report("E01", "available")
    assert room.unit("E01").status == Available(in_quarters=False)
    room.report("E01", "AIQ")
    assert room.unit("E01").status == Available(in_quarters=True, code="AIQ")
    room.refusal(ReportStatus(unit="E01", status="on-scene"), UnitOnNoIncident)


def test_why_a_standard_was_missed_is_kept_with_the_assignment(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.do(GiveLateReason(incident_id="I1", unit="E01", interval="travel", reason="TRAFFIC"))
    assert room.incident().assignments[0].late_reasons == {"travel": "TRAFFIC"}
    room.refusal(GiveLateReason(incident_id="I1", unit="E01", interval="travel", reason="LAZY"), UnknownCode)


STAGES = ["acknowledged", "enroute", "on-scene", "at-patient", "transporting", "at-destination"]


@given(st.permutations(STAGES), st.lists(st.integers(0, 600), min_size=6, max_size=6))
def test_stored_reports_in_any_order_give_times_in_the_order_of_the_stages(
    make_room: Any, order: list[str], ago_s: list[int]
) -> None:
    room = make_room()
    room.opened("I1", "MED")
    room.later(600)
    room.sent("I1", "M01")
    room.later(600)
    for stage, ago in zip(order, ago_s, strict=True):
        decided = room.ask(ReportStatus(unit="M01", status=stage, happened=room.now - ago * 1000))
        assert isinstance(decided, list | No)
    assignment: Assignment = room.incident().assignments[0]
    times = [assignment.times[stage] for stage in ["dispatched", *STAGES] if stage in assignment.times]
    assert times == sorted(times)
    assert broken(room.board) == []
