"""Who is proposed, in which order, and what is said about those who are not."""

import random
import sys
from itertools import permutations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.core.board import Assignment, Available, OffDuty, OutOfService
from turnout.core.catalogue import Need, Station
from turnout.recommend import Fix, recommend
from turnout.roads import Spot
from turnout.words.moment import Moment
from turnout.words.place import Place

from .conftest import KINDS, NOW, Ruler, a_board, a_city, a_plan, a_unit, an_incident, name, on


def proposed(board, ruler, incident_id="I1", positions=None, **more):
    return recommend(board, board.incidents[incident_id], NOW, positions or {}, ruler, **more)


def units_of(proposal):
    return [line.unit for line in proposal.lines]


def passed(proposal):
    return {each.unit: each.reason.code for each in proposal.bypassed}


def test_the_soonest_by_road_goes_first(ruler):
    city = a_city(a_plan(Need("engine", 2)))
    board = a_board(city, [an_incident()], *(a_unit(f"E{n}", "engine", f"S{n}") for n in (3, 1, 4, 2)))
    proposal = proposed(board, ruler)
    assert units_of(proposal) == ["E1", "E2"]
    assert [line.travel_time_s for line in proposal.lines] == [100, 200]
    assert [line.unit for line in proposal.also] == ["E3", "E4"]


def test_a_unit_in_quarters_takes_its_turnout_time_first(ruler):
    city = a_city(a_plan(Need("engine", 1)))
    on_the_road = a_unit(
        "E2",
        "engine",
        "S2",
        status=msgspec.convert({"stage": "available", "in_quarters": False}, type(a_unit("x", "engine", "S1").status)),
    )
    board = a_board(city, [an_incident()], a_unit("E1", "engine", "S1"), on_the_road)
    fix = Fix(Place(1.0, 0.15), Moment(NOW - 5_000), Spot(150, 0.0))
    proposal = proposed(board, ruler, positions={"E2": fix})
    assert units_of(proposal) == ["E2"]
    assert (proposal.lines[0].turnout_s, proposal.lines[0].total_s, proposal.lines[0].start) == (0, 150, "road")
    assert proposal.also[0].total_s == 180


def test_the_only_ladder_is_not_spent_as_an_engine(ruler):
    city = a_city(a_plan(Need("engine", 1), Need("truck", 1)))
    board = a_board(city, [an_incident()], a_unit("Q1", "quint", "S1"), a_unit("E4", "engine", "S4"))
    assert units_of(proposed(board, ruler)) == ["E4", "Q1"]


@pytest.mark.parametrize(
    ("unit", "code"),
    [
        (a_unit("E1", "engine", "S1", status=OffDuty()), "not-staffed"),
        (a_unit("E1", "engine", "S1", staffed=False), "not-staffed"),
        (a_unit("E1", "engine", "S1", status=OutOfService("pump")), "out-of-service"),
        (a_unit("E1", "engine", "S1", status=OutOfService("crew-on:T1")), "crew-is-on"),
        (a_unit("E1", "engine", "S1", duress=NOW), "in-duress"),
        (a_unit("E1", "engine", "S1", status=on("I2")), "on-incident"),
        (a_unit("E1", "engine", "S1", status=on("I2", "enroute")), "could-be-preempted"),
        (a_unit("E1", "engine", "S1", agency="NB"), "mutual-aid-not-in-plan"),
    ],
)
def test_a_unit_that_cannot_go_is_named_with_its_reason(ruler, unit, code):
    city = a_city(a_plan(Need("engine", 1)))
    board = a_board(city, [an_incident(), an_incident("I2", 0.1, priority=3)], unit, a_unit("E4", "engine", "S4"))
    proposal = proposed(board, ruler)
    assert units_of(proposal) == ["E4"]
    assert passed(proposal) == {"E1": code}
    assert proposal.offer.bypassed[0].bypassed == code


def test_a_free_unit_may_go_elsewhere(ruler):
    city = a_city(a_plan(Need("engine", 1)))
    free = a_unit("E1", "engine", "S1", status=on("I2"), free=True)
    board = a_board(city, [an_incident(), an_incident("I2", 0.1)], free, a_unit("E4", "engine", "S4"))
    assert units_of(proposed(board, ruler)) == ["E1"]


def test_a_neighbour_goes_where_the_plan_asks_for_mutual_aid(ruler):
    city = a_city(a_plan(Need("engine", 1), mutual_aid=("NB",)))
    board = a_board(city, [an_incident()], a_unit("N1", "engine", "S1", agency="NB"))
    assert units_of(proposed(board, ruler)) == ["N1"]


def test_what_is_already_on_the_incident_is_not_asked_for_again(ruler):
    city = a_city(a_plan(Need("engine", 2)))
    there = Assignment(unit="E1", by="d1", times={"dispatched": NOW})
    board = a_board(
        city,
        [an_incident(assignments=(there,))],
        a_unit("E1", "engine", "S1", status=on("I1")),
        a_unit("E2", "engine", "S2"),
    )
    assert units_of(proposed(board, ruler)) == ["E2"]


def test_a_second_alarm_adds_its_needs_to_the_first(ruler):
    city = a_city(a_plan(Need("engine", 1)), a_plan(Need("engine", 1), Need("truck", 1), id="P2", alarm_level=2))
    units = [a_unit("E1", "engine", "S1"), a_unit("E2", "engine", "S2"), a_unit("T3", "truck", "S3")]
    board = a_board(city, [an_incident()], *units)
    proposal = proposed(board, ruler, alarm_level=2)
    assert sorted(units_of(proposal)) == ["E1", "E2", "T3"]
    assert proposal.plans == ("P", "P2")


def test_a_shortfall_is_said(ruler):
    city = a_city(a_plan(Need("engine", 3), Need("truck", 1)))
    board = a_board(city, [an_incident()], a_unit("E1", "engine", "S1"))
    shortfalls = {each.capability: (each.wanted, each.found) for each in proposed(board, ruler).shortfalls}
    assert shortfalls == {"engine": (3, 1), "truck": (1, 0)}


def test_for_what_can_wait_the_last_engine_stays_and_it_is_said(ruler):
    city = a_city(a_plan(Need("engine", 1)))
    keeps_one = msgspec.structs.replace(city.stations["S1"], keep_available={"engine": 1})
    city = msgspec.structs.replace(city, stations={**city.stations, "S1": keeps_one})
    units = [a_unit("E1", "engine", "S1"), a_unit("E2", "engine", "S2")]
    waits = proposed(a_board(city, [an_incident(priority=4)], *units), ruler)
    urgent = proposed(a_board(city, [an_incident(priority=1)], *units), ruler)
    assert (units_of(waits), passed(waits)) == (["E2"], {"E1": "held-for-coverage"})
    assert (units_of(urgent), urgent.lines[0].hold_back) == (["E1"], True)


def test_among_equals_the_one_that_rested_longest_goes(ruler):
    city = a_city(a_plan(Need("engine", 1)), stations={"S1": 0.100, "S2": 0.104})
    tired = a_unit("E1", "engine", "S1", last_dispatched=Moment(NOW - 1_000))
    rested = a_unit("E2", "engine", "S2", last_dispatched=Moment(NOW - 9_000_000))
    proposal = proposed(a_board(city, [an_incident()], tired, rested), ruler)
    assert (units_of(proposal), passed(proposal)) == (["E2"], {"E1": "rested-less"})


def test_under_rotation_the_drive_does_not_matter(ruler):
    city = a_city(a_plan(Need("engine", 1), order_kind="rotation"))
    near = a_unit("E1", "engine", "S1", last_dispatched=Moment(NOW - 1_000))
    far = a_unit("E4", "engine", "S4", last_dispatched=Moment(NOW - 9_000_000))
    assert units_of(proposed(a_board(city, [an_incident()], near, far), ruler)) == ["E4"]


def test_an_old_fix_is_used_and_said_to_be_old(ruler):
    city = a_city(a_plan(Need("engine", 1)))
    away = a_unit("E1", "engine", "S4", status=on("I2"), free=True)
    fix = Fix(Place(1.0, 0.05), Moment(NOW - 600_000), Spot(50, 0.0))
    line = proposed(a_board(city, [an_incident(), an_incident("I2", 0.1)], away), ruler, positions={"E1": fix}).lines[0]
    assert (line.start, line.fix_age_s, line.total_s) == ("last-known", 600, 50)
    assert "fix-is-old" in [reason.code for reason in line.why]


def test_a_place_off_the_roads_proposes_nobody_and_says_so(ruler):
    city = a_city(a_plan(Need("engine", 1)))
    nowhere = an_incident()
    nowhere = msgspec.structs.replace(nowhere, location=msgspec.structs.replace(nowhere.location, place=None))
    proposal = proposed(a_board(city, [nowhere], a_unit("E1", "engine", "S1")), ruler)
    assert proposal.lines == ()
    assert [note.code for note in proposal.notes] == ["place-not-on-the-roads"]


def test_an_incident_in_a_park_is_reached_by_the_nearest_road_and_that_is_said(ruler, monkeypatch):
    monkeypatch.setattr(ruler, "spot_of", lambda place: Spot(round(place.lon * 1000), 0.0, 140.8 * (place.lon == 0.0)))
    city = a_city(a_plan(Need("engine", 1)))
    proposal = proposed(a_board(city, [an_incident()], a_unit("E1", "engine", "S1")), ruler)
    assert units_of(proposal) == ["E1"]
    assert [(note.code, note.fields) for note in proposal.notes] == [("place-off-the-roads", {"distance_m": 141})]


def test_without_a_plan_it_is_said_that_none_fits(ruler):
    proposal = proposed(a_board(a_city(), [an_incident()], a_unit("E1", "engine", "S1")), ruler)
    assert [note.code for note in proposal.notes] == ["no-plan-fits"]


def test_a_rare_capability_beyond_the_nearest_is_still_found(ruler):
    stations = {f"S{n}": n / 100 for n in range(1, 61)}
    city = a_city(a_plan(Need("engine", 1), Need("truck", 1)), stations=stations)
    units = [a_unit(f"E{n}", "engine", f"S{n}") for n in range(1, 60)] + [a_unit("T60", "truck", "S60")]
    proposal = proposed(a_board(city, [an_incident()], *units), ruler)
    assert units_of(proposal) == ["E1", "T60"]
    assert ruler.asked[-1] is None


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(0, 3))
def test_where_a_need_must_stay_open_all_are_looked_for_at_once_and_the_answer_is_the_same(seed, engines, trucks):
    draw = random.Random(seed)
    stations = {f"S{n}": draw.randrange(1, 900) / 1000 for n in range(60)}
    kinds = ["engine"] * draw.randrange(2, 60) + ["truck"] * draw.randrange(0, 4) + ["quint"] * draw.randrange(0, 2)
    states = [None, None, None, OutOfService(reason="meal")]
    units = [a_unit(f"U{n}", kind, f"S{n % 60}", draw.choice(states)) for n, kind in enumerate(kinds)]
    needs = [Need("engine", engines)] + ([Need("truck", trucks)] if trucks else [])
    board = a_board(a_city(a_plan(*needs), stations=stations), [an_incident()], *units)
    at_once, in_turn = Ruler(), Ruler()
    proposal = proposed(board, at_once)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules["turnout.recommend.recommend"], "_too_few", lambda *_: False)
        assert proposed(board, in_turn) == proposal
    free = [unit for unit in units if unit.status == Available()]
    if any(sum(need.capability in unit.capabilities for unit in free) < need.count for need in needs):
        assert at_once.asked == [None]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000))
def test_a_station_is_emptied_exactly_when_no_more_than_it_keeps_would_stay(seed):
    """Against counting by hand, over stations that keep something and stations that keep nothing."""
    draw = random.Random(seed)
    city = a_city(a_plan(Need("engine", 2)))
    keeps = {key: {"engine": draw.randrange(1, 3)} if draw.random() < 0.5 else {} for key in city.stations}
    city = msgspec.structs.replace(
        city,
        stations={key: msgspec.structs.replace(one, keep_available=keeps[key]) for key, one in city.stations.items()},
    )
    states = [None, None, OutOfService(reason="meal"), on("I1")]
    units = [
        a_unit(f"U{n}", draw.choice(list(KINDS)), f"S{draw.randrange(1, 5)}", draw.choice(states)) for n in range(12)
    ]
    proposal = proposed(a_board(city, [an_incident()], *units), Ruler())
    for line in (*proposal.lines, *proposal.also):
        home = next(unit.station for unit in units if unit.id == line.unit)
        ready = [u for u in units if u.station == home and u.status == Available() and "engine" in u.capabilities]
        assert line.hold_back == (0 < len(ready) <= keeps[home].get("engine", 0))


def test_units_beyond_the_search_are_not_called_unreachable(ruler):
    stations = {f"S{n}": n / 100 for n in range(1, 61)}
    city = a_city(a_plan(Need("engine", 1)), stations=stations)
    units = [a_unit(f"E{n}", "engine", f"S{n}") for n in range(1, 61)]
    assert "no-way-by-road" not in passed(proposed(a_board(city, [an_incident()], *units), ruler)).values()


def test_a_unit_without_a_way_is_named(ruler):
    ruler.unreachable = {100}
    city = a_city(a_plan(Need("engine", 2)))
    board = a_board(city, [an_incident()], a_unit("E1", "engine", "S1"), a_unit("E2", "engine", "S2"))
    proposal = proposed(board, ruler)
    assert passed(proposal) == {"E1": "no-way-by-road"}
    assert proposal.bypassed[0].total_s is None


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(0, 2))
def test_no_other_choice_is_sooner_in_all(seed, engines, trucks):
    """Against every possible choice, tried one by one (equals aside: rotation may cost `EQUAL_S` a unit)."""
    ruler = Ruler()
    draw = random.Random(seed)
    stations = {f"S{n}": draw.randrange(1, 900) / 1000 for n in range(6)}
    needs = [Need("engine", engines)] + ([Need("truck", trucks)] if trucks else [])
    units = [a_unit(f"U{n}", draw.choice(["engine", "truck", "quint"]), f"S{n}") for n in range(6)]
    board = a_board(a_city(a_plan(*needs), stations=stations), [an_incident()], *units)
    proposal = proposed(board, ruler)
    slots = [need.capability for need in needs for _ in range(need.count)]
    best = {}
    for order in permutations(units, len(slots)):
        met = [(unit, slot) for unit, slot in zip(order, slots, strict=True) if slot in unit.capabilities]
        cost = sum(round(stations[unit.station] * 1000) + 80 for unit, _ in met)
        best[len(met)] = min(cost, best.get(len(met), 10**9))
    most = max(best)
    assert len(proposal.lines) == most
    assert sum(line.total_s for line in proposal.lines) <= best[most] + 15 * most


def test_a_station_that_the_tables_lost_does_not_stop_a_recommendation(ruler):
    city = a_city(a_plan(Need("engine", 1)))
    board = a_board(city, [an_incident()], a_unit("E1", "engine", "GONE"), a_unit("E2", "engine", "S2"))
    assert units_of(proposed(board, ruler)) == ["E2"]
    assert Station("x", name("x"), "FD", Place(0, 0)).keep_available == {}
