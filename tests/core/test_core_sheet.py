"""What an incident comes to: ranking of its units, times per leg, reasons that are missing, agencies that are done."""

from itertools import pairwise
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given
from msgspec.structs import replace

from turnout.core.board import Assignment, Board, Incident, Location, PrimaryChoice
from turnout.core.incidents.commands import (
    AddAgency,
    CancelIncident,
    CloseIncident,
    DisposeAgency,
    ReopenIncident,
    SetPrimary,
)
from turnout.core.incidents.events import IncidentClosed, PrimaryReleased
from turnout.core.incidents.report import report_of
from turnout.core.refusals import FieldsMissing, NotAssigned, NotPermitted, ReasonNeeded, UnknownCode
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.timers.commands import RingTimer
from turnout.core.undo import undo_of
from turnout.core.units.commands import ClearUnits, GiveLateReason
from turnout.core.units.legs import late_of, legs_of, reasons_missing
from turnout.core.units.primary import computed, ranking
from turnout.words.identity import ActorId, AgencyId, IncidentId, UnitId
from turnout.words.moment import Moment

FIRE, EMS, POLICE = AgencyId("FD"), AgencyId("EMS"), AgencyId("PD")

# --- primary and secondary units (6.3)


def test_the_lowest_rank_at_work_leads_its_own_agency_whoever_was_sent_first(room: Any) -> None:
    room.opened(type="CRASH")
    room.sent("I1", "E01")
    room.sent("I1", "T01", "C01", "M01")
    assert ranking(room.board, room.incident()) == {FIRE: ("T01", "E01"), EMS: ("M01",), POLICE: ("C01",)}


def test_whoever_arrived_leads_whoever_never_did_once_the_work_is_over(room: Any) -> None:
    room.opened()
    room.sent("I1", "T01", "E01")
    room.report("E01", "ONS")
    room.do(ClearUnits(units=("T01",)))
    assert ranking(room.board, room.incident())[FIRE] == ("E01", "T01")
    room.do(ClearUnits(units=("E01",)))
    assert ranking(room.board, room.incident())[FIRE] == ("E01", "T01")


def test_whoever_is_at_work_leads_whoever_has_done_with_it(room: Any) -> None:
    room.opened()
    room.sent("I1", "T01", "E01")
    room.report("T01", "ONS")
    room.do(ClearUnits(units=("T01",)))
    assert ranking(room.board, room.incident())[FIRE] == ("E01", "T01")


def test_among_equals_the_first_to_arrive_leads_then_the_first_sent(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.sent("I1", "E02")
    assert ranking(room.board, room.incident())[FIRE] == ("E01", "E02")
    room.report("E02", "ONS")
    room.report("E01", "ONS")
    assert ranking(room.board, room.incident())[FIRE] == ("E02", "E01")


def test_a_person_names_the_primary_unit_with_a_reason_and_may_take_it_back(room: Any) -> None:
    room.opened()
    room.sent("I1", "T01", "E01", "E02")
    room.refusal(SetPrimary(incident_id="I1", agency="FD", unit="E02", reason=" "), ReasonNeeded)
    room.refusal(SetPrimary(incident_id="I1", agency="FD", unit="M01", reason="x"), NotAssigned)
    before = room.board
    set_it = SetPrimary(incident_id="I1", agency="FD", unit="E02", reason="took command")
    events = room.do(set_it)
    assert ranking(room.board, room.incident())[FIRE] == ("E02", "T01", "E01")
    assert room.incident().primary_chosen[FIRE].reason == "took command"
    assert room.do(set_it) == []
    (back,) = undo_of(before, set_it, events)
    assert isinstance(room.do(back)[0], PrimaryReleased)
    assert ranking(room.board, room.incident())[FIRE] == ("T01", "E01", "E02")


def test_the_ranking_is_written_down_at_closing_whatever_tables_say_later(room: Any, admin: Any, a_city: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "T01")
    room.report("E01", "ONS")
    closed = room.do(CloseIncident(incident_id="I1", disposition="DONE", override="all done"))
    assert [event.ranking for event in closed if isinstance(event, IncidentClosed)] == [{FIRE: ("E01", "T01")}]
    truck = replace(a_city.unit_kinds["truck"], rank=90)
    room.do(PublishCatalogue(catalogue=replace(a_city, unit_kinds={**a_city.unit_kinds, "truck": truck})), actor=admin)
    assert ranking(room.board, room.incident())[FIRE] == ("E01", "T01")
    room.do(SetPrimary(incident_id="I1", agency="FD", unit="T01", reason="found afterwards"))
    assert ranking(room.board, room.incident())[FIRE] == ("T01", "E01")
    room.do(ReopenIncident(incident_id="I1", reason="more"))
    assert room.incident().ranking == {}


def test_a_cancelled_incident_keeps_its_ranking_too(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "T01")
    room.do(CancelIncident(incident_id="I1", reason="FALSE"))
    assert room.incident().ranking == {FIRE: ("T01", "E01")}


def test_an_agency_names_only_its_own_primary_unit(room: Any) -> None:
    room.opened(type="CRASH")
    room.sent("I1", "C01", "M01")
    police = room.context().actor
    police = replace(police, agencies=(POLICE,))
    room.refusal(SetPrimary(incident_id="I1", agency="EMS", unit="M01", reason="x"), NotPermitted, actor=police)


UNITS = ("E01", "E02", "T01", "R01", "M01", "M02", "C01")
STAGES = ("acknowledged", "enroute", "on-scene", "at-patient", "transporting", "at-destination", "ended")


@st.composite
def assignments(draw: Any, units: tuple[str, ...] = UNITS) -> Assignment:
    """One with some of the stages, in their order."""
    at = draw(st.integers(0, 50))
    times = {"dispatched": Moment(at)}
    for stage in STAGES:
        if draw(st.booleans()):
            at += draw(st.integers(0, 40))
            times[stage] = Moment(at)
    odometer = {stage: float(draw(st.integers(0, 90))) for stage in times if draw(st.booleans())}
    unit = UnitId(draw(st.sampled_from(units)))
    return Assignment(unit=unit, by=ActorId("dora"), times=times, odometer_km=odometer)


def an_incident(*those: Assignment, **more: Any) -> Incident:
    return Incident(
        id=IncidentId("I1"), tag="F01", numbers={}, opened=Moment(0), opened_by=ActorId("dora"), position="D1",
        status="active", status_since=Moment(0), type="FIRE", priority=1, agencies=(FIRE,),
        location=Location(text="here"), last_change=Moment(0), assignments=those, **more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def board(make_room: Any) -> Board:
    return make_room().board


@given(st.lists(assignments(), max_size=8))
def test_every_unit_is_ranked_once_in_its_own_agency_whatever_the_order(board: Any, those: Any) -> None:
    ranked = computed(board, an_incident(*those))
    listed = [unit for units in ranked.values() for unit in units]
    assert sorted(listed) == sorted({assignment.unit for assignment in those})
    assert all(board.units[unit].agency == agency for agency, units in ranked.items() for unit in units)
    assert computed(board, an_incident(*reversed(those))) == ranked


@given(st.lists(assignments(("E01", "E02", "T01")), min_size=1, max_size=6), st.sampled_from(["E01", "E02", "T01"]))
def test_a_choice_moves_one_unit_to_the_front_and_keeps_the_others_in_order(board: Any, those: Any, unit: Any) -> None:
    choice = PrimaryChoice(UnitId(unit), ActorId("dora"), Moment(1), "why")
    plain = computed(board, an_incident(*those))[FIRE]
    chosen = ranking(board, an_incident(*those, primary_chosen={FIRE: choice}))[FIRE]
    assert [one for one in chosen if one != unit] == [one for one in plain if one != unit]
    assert chosen[0] == (unit if unit in plain else plain[0])


@given(st.lists(assignments(("E01", "E02", "T01")), min_size=2, max_size=6))
def test_nobody_who_never_came_leads_somebody_who_did(board: Any, those: Any) -> None:
    over = [replace(one, times={**one.times, "ended": Moment(10_000)}) for one in those]
    ranked = computed(board, an_incident(*over))[FIRE]
    came = {one.unit for one in over if {"on-scene", "at-patient", "transporting", "at-destination"} & one.times.keys()}
    assert [unit in came for unit in ranked] == sorted((unit in came for unit in ranked), reverse=True)


# --- times per leg (6.7)


@given(assignments())
def test_legs_follow_one_another_and_make_nothing_up(one: Assignment) -> None:
    legs = legs_of(one)
    assert legs[0].start == one.times["dispatched"]
    for leg, following in pairwise(legs):
        assert leg.end == following.start
    for leg in legs:
        assert leg.start in one.times.values()
        assert leg.end is None or leg.end >= leg.start
        assert leg.km is None or leg.km >= 0
    assert legs[-1].end == one.times.get("ended")
    lasted = sum(leg.end - leg.start for leg in legs if leg.end is not None)
    if "ended" in one.times:
        assert lasted == one.times["ended"] - one.times["dispatched"]


def test_a_report_has_the_times_and_kilometres_of_every_leg(room: Any) -> None:
    room.opened(type="MED")
    room.sent("I1", "M01")
    room.report("M01", "enroute", odometer_km=100.0)
    room.report("M01", "ONS", odometer_km=103.5)
    room.report("M01", "transporting")
    room.report("M01", "at-destination", destination="H1")
    report = report_of(room.board, room.incident())
    (unit,) = report.units
    assert [leg.leg for leg in unit.legs] == ["turnout", "travel", "on-scene", "transport", "hospital"]
    assert (unit.legs[1].km, unit.legs[4].end, unit.place) == (3.5, None, 1)
    assert report.processing_ms == 1000
    assert report.agencies[0].working


# --- reasons for missed standards (3.9)


def ring(room: Any, clock: Any) -> None:
    for timer in sorted(room.board.timers):
        room.ask(RingTimer(timer=timer), actor=clock)


def test_a_clock_that_rang_asks_for_a_reason_until_one_is_given(room: Any, clock: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    assert reasons_missing(room.incident()) == ()
    room.later(75)
    ring(room, clock)
    room.report("E01", "enroute")
    missing = reasons_missing(room.incident())
    assert [(late.unit, late.interval) for late in missing] == [("E01", "acknowledge"), ("E01", "turnout")]
    assert missing[1].reached > missing[1].due
    room.do(GiveLateReason(incident_id="I1", unit="E01", interval="turnout", reason="TRAFFIC"))
    assert [late.interval for late in reasons_missing(room.incident())] == ["acknowledge"]
    assert [late.reason for late in late_of(room.incident())] == ["", "TRAFFIC"]


def test_a_time_that_came_late_from_a_dead_spot_and_kept_the_standard_needs_no_reason(room: Any, clock: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    at = room.now
    room.later(75)
    ring(room, clock)
    room.report("E01", "enroute", happened=at + 20_000)
    assert reasons_missing(room.incident()) == ()


def test_a_city_may_ask_for_the_reasons_before_closing(room: Any, clock: Any, admin: Any, a_city: Any) -> None:
    strict = replace(a_city.types["FIRE"], close_requires=("late_reasons",))
    room.do(PublishCatalogue(catalogue=replace(a_city, types={**a_city.types, "FIRE": strict})), actor=admin)
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "acknowledged")
    room.later(75)
    ring(room, clock)
    room.report("E01", "ONS")
    room.do(ClearUnits(units=("E01",), disposition="DONE"))
    refusal = room.refusal(CloseIncident(incident_id="I1", disposition="DONE"), FieldsMissing)
    assert refusal.fields == ("late_reasons",)
    assert report_of(room.board, room.incident()).closing_waits_for == refusal
    room.do(GiveLateReason(incident_id="I1", unit="E01", interval="turnout", reason="TRAFFIC"))
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))


# --- agencies that are done (6.2)


def test_an_agency_whose_units_left_without_a_word_is_disposed_of_afterwards(room: Any) -> None:
    room.opened(type="CRASH")
    room.sent("I1", "C01", "M01")
    room.report("C01", "ONS")
    room.report("M01", "ONS")
    room.do(ClearUnits(units=("M01",)))
    room.do(DisposeAgency(incident_id="I1", agency="EMS", disposition="DONE"))
    assert room.incident().status == "active"
    room.do(ClearUnits(units=("C01",), disposition="DONE"))
    assert room.incident().status == "closed"


def test_the_last_unit_leaving_closes_what_every_agency_has_already_disposed_of(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "ONS")
    room.do(DisposeAgency(incident_id="I1", agency="FD", disposition="FIRE-OUT"))
    assert room.incident().status == "active"
    room.report("E01", "available")
    assert (room.incident().status, room.incident().dispositions) == ("closed", {FIRE: "FIRE-OUT"})


def test_the_report_says_which_agency_still_owes_its_disposition(room: Any) -> None:
    room.opened(type="CRASH")
    room.do(AddAgency(incident_id="I1", agency="FD"))
    room.sent("I1", "C01")
    room.do(DisposeAgency(incident_id="I1", agency="FD", disposition="FIRE-OUT"))
    report = report_of(room.board, room.incident())
    owed = {agency.agency: (agency.disposition, agency.working) for agency in report.agencies}
    assert owed == {POLICE: ("", True), EMS: ("", False), FIRE: ("FIRE-OUT", False)}


def test_a_reopening_takes_its_note_along(room: Any, admin: Any, a_city: Any) -> None:
    coded = {**a_city.reasons, "MORE": replace(a_city.reasons["FALSE"], code="MORE", kind="reopen")}
    room.do(PublishCatalogue(catalogue=replace(a_city, reasons=coded)), actor=admin)
    room.opened("I1", "INFO")
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))
    room.refusal(ReopenIncident(incident_id="I1", reason="smoke again"), UnknownCode)
    room.do(ReopenIncident(incident_id="I1", reason="MORE", note="smoke again"))
    assert [line.text for line in room.incident().narrative] == ["smoke again"]
