"""A minimum rest period that a city sets (2.1): who is left to rest, when that is overridden, and what is said."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.core.catalogue import Need
from turnout.recommend import recommend, speak
from turnout.recommend.words import SAID
from turnout.words.moment import MINUTE_MS, Moment

from .conftest import KINDS, NOW, Ruler, a_board, a_city, a_plan, a_unit, an_incident

REST_S = 1_800


def a_resting_city(need: int = 1, **kinds: int | None):
    """Fire crews rest half an hour, but for kinds that say otherwise."""
    city = a_city(a_plan(Need("engine", need)))
    agencies = city.agencies | {"FD": msgspec.structs.replace(city.agencies["FD"], rest_s=REST_S)}
    changed = {code: msgspec.structs.replace(KINDS[code], rest_s=rest_s) for code, rest_s in kinds.items()}
    return msgspec.structs.replace(city, agencies=agencies, unit_kinds=city.unit_kinds | changed)


def worked(minutes_ago: float) -> Moment:
    return Moment(NOW - round(minutes_ago * MINUTE_MS))


def proposed(board, **more):
    return recommend(board, board.incidents["I1"], NOW, {}, Ruler(), **more)


def units_of(proposal):
    return [line.unit for line in proposal.lines]


def a_call(priority: int = 3):
    return an_incident(priority=priority)


def test_for_what_can_wait_a_crew_that_rests_is_passed_over_and_said_to_rest():
    tired = a_unit("E1", "engine", "S1", last_worked=worked(10))
    board = a_board(a_resting_city(), [a_call()], tired, a_unit("E4", "engine", "S4"))
    proposal = proposed(board)
    assert units_of(proposal) == ["E4"]
    passed = next(each for each in proposal.bypassed if each.unit == "E1")
    assert (passed.reason.code, passed.reason.fields) == ("still-resting", {"left_min": 20})
    assert speak(passed.reason, "en") == "resting after its last incident: 20 min left"
    assert "still-resting" in [each.bypassed for each in proposal.offer.bypassed]


def test_for_what_is_urgent_it_goes_and_its_line_says_that_its_rest_is_cut_short():
    tired = a_unit("E1", "engine", "S1", last_worked=worked(10))
    board = a_board(a_resting_city(), [a_call(priority=1)], tired, a_unit("E4", "engine", "S4"))
    proposal = proposed(board)
    assert units_of(proposal) == ["E1"]
    assert ("rest-cut-short", {"left_min": 20}) in [(why.code, why.fields) for why in proposal.lines[0].why]


def test_a_need_is_not_left_open_while_a_crew_rests():
    """The rested one goes first, however far; the resting one makes up what is wanting."""
    tired = [a_unit(f"E{n}", "engine", "S1", last_worked=worked(10)) for n in (1, 2, 3)]
    board = a_board(a_resting_city(2), [a_call()], *tired, a_unit("E4", "engine", "S4"))
    proposal = proposed(board)
    assert "E4" in units_of(proposal)
    assert len(proposal.lines) == 2
    assert proposal.shortfalls == ()
    said = {line.unit: [why.code for why in line.why] for line in proposal.lines}
    assert [unit for unit, codes in said.items() if "rest-cut-short" in codes] == [u for u in said if u != "E4"]


def test_however_many_rest_nearby_the_rested_one_is_not_lost_among_them():
    tired = [a_unit(f"E{n}", "engine", "S1", last_worked=worked(10)) for n in range(1, 31)]
    board = a_board(a_resting_city(2), [a_call()], *tired, a_unit("E99", "engine", "S4"))
    assert "E99" in units_of(proposed(board))


@pytest.mark.parametrize(("own", "goes"), [(None, "E4"), (0, "E1"), (300, "E1"), (3_600, "E4")])
def test_a_kind_of_unit_may_say_otherwise_than_its_agency(own, goes):
    tired = a_unit("E1", "engine", "S1", last_worked=worked(10))
    board = a_board(a_resting_city(engine=own), [a_call()], tired, a_unit("E4", "engine", "S4"))
    assert units_of(proposed(board)) == [goes]


@given(minutes=st.integers(0, 120), priority=st.integers(1, 5), rested_far=st.booleans())
def test_nobody_rested_is_passed_over_for_one_who_rests_where_it_can_wait(minutes, priority, rested_far):
    tired = a_unit("E1", "engine", "S1", last_worked=worked(minutes))
    fresh = [a_unit("E4", "engine", "S4")] if rested_far else []
    proposal = proposed(a_board(a_resting_city(), [a_call(priority)], tired, *fresh))
    rests = minutes * 60 < REST_S
    assert units_of(proposal) == (["E4"] if rests and rested_far and priority > 2 else ["E1"])
    assert ("rest-cut-short" in [why.code for why in proposal.lines[0].why]) == (rests and units_of(proposal) == ["E1"])


def test_what_is_said_about_rest_is_there_in_both_languages():
    assert all(SAID[code].en and SAID[code].zh for code in ("still-resting", "rest-cut-short"))
