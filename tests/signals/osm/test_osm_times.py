"""Which ways cross, and how long they need: against geometry done another way, and figures worked out by hand."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString

from tests.signals.osm.maps import LAMP, Map
from turnout.signals.model import Junction
from turnout.signals.osm.arms import Arm, Leg, Point, lanes_of, marks_of, turned, unit
from turnout.signals.osm.staging import proposed_plan
from turnout.signals.osm.times import (
    GENERAL,
    Ground,
    Rules,
    _clearing_s,
    amber_ms,
    between_ms,
    least_walk_ms,
    rules_for,
    shared_m,
    walk_ms,
)
from turnout.signals.osm.turns import Way, alternate
from turnout.words.name import Name

bearings = st.floats(0, 359.9)


@given(bearings, bearings, bearings, bearings, st.floats(0, 360))
@settings(max_examples=300, deadline=None)
def test_two_ways_cross_where_the_chords_of_a_circle_do(a: float, b: float, c: float, d: float, by: float) -> None:
    ends = sorted((a, b, c, d))
    assume(all(other - one > 0.01 for one, other in pairwise(ends)) and ends[-1] - ends[0] < 359.9)
    chords = [LineString([unit(one), unit(other)]) for one, other in ((a, b), (c, d))]
    assert alternate((a, b), (c, d)) == chords[0].crosses(chords[1])
    assert alternate((a, b), (c, d)) == alternate((c, d), (a, b)) == alternate((b, a), (c, d))
    one, other = ((a + by) % 360, (b + by) % 360), ((c + by) % 360, (d + by) % 360)
    assert alternate(one, other) == alternate((a, b), (c, d))


@given(bearings, bearings)
def test_a_turn_is_the_shorter_way_round(one: float, other: float) -> None:
    angle = turned(one, other)
    assert -180 <= angle <= 180
    assert (one + angle - other) % 360 == pytest.approx(0, abs=1e-6) or (one + angle - other) % 360 > 359.9


def test_where_two_ways_cross_is_told_along_both() -> None:
    north = np.array([[0.0, y] for y in np.linspace(-20, 20, 41)])
    east = np.array([[x, 0.0] for x in np.linspace(-15, 15, 31)])
    assert shared_m(north, east, 2.0) == (23.0, 12.0)
    assert shared_m(north, east + np.array([0.0, 100.0]), 2.0) == (40.0, 0.0), (
        "where they never come near, the worst is taken"
    )


def test_clearing_is_worked_out_as_the_guidelines_have_it() -> None:
    straight, turning = Way(0, 1, "through"), Way(0, 1, "left")
    assert _clearing_s(straight, 6.0, GENERAL, 50) == pytest.approx(3 + (6 + 6) / 10)
    assert _clearing_s(turning, 1.0, GENERAL, 50) == pytest.approx(2 + (1 + 6) / 7)
    assert _clearing_s(straight, 20.0, GENERAL, 50) == pytest.approx(1 + 20 / 4), "a cyclist takes longer than a car"
    us = rules_for("US")
    assert amber_ms(50, us) == 4_000, "1 s + 61 km/h at 10 ft/s²: 3.78 s, in halves"
    assert _clearing_s(straight, 10.0, us, 50) == pytest.approx(4 + (10 + 6.1) / (50 / 3.6))


@pytest.mark.parametrize(
    ("country", "speed", "amber_s"),
    [("DE", 50, 3), ("DE", 60, 4), ("DE", 70, 5), ("CN", 60, 4), ("GB", 70, 3), ("US", 40.2, 3.5), ("", 250, 5)],
)
def test_amber_is_that_of_the_country_and_the_speed(country: str, speed: float, amber_s: float) -> None:
    assert amber_ms(speed, rules_for(country)) == amber_s * 1_000


def test_pedestrians_get_over_the_whole_street_and_begin_with_time_to_pass_its_middle() -> None:
    assert walk_ms(10.1, GENERAL) == 11_000
    assert least_walk_ms(10.1, GENERAL) == 7_000
    assert least_walk_ms(30.0, GENERAL) == 15_000
    assert rules_for("JP").drives_on_left
    assert not rules_for("FR").drives_on_left


def two_one_ways(lanes: int, folder: Path, country: str = "DE") -> Junction:
    drawn = Map()
    middle = drawn.node(0, 0, **LAMP)
    wide = {"oneway": "yes", "lanes": str(lanes)}
    drawn.way(drawn.node(-100, 0), middle, drawn.node(100, 0), name="Eastward", **wide)
    drawn.way(drawn.node(0, 100), middle, drawn.node(0, -100), name="Southward", **wide)
    return drawn.junction(folder, country)


def test_a_wider_street_takes_longer_to_clear(tmp_path: Path) -> None:
    """One lane each, RiLSA: 5 m to the other street's edge, 3.5 m over it. Clear after 11.5 m at most."""
    leasts = [max(two_one_ways(lanes, tmp_path).least_between().values()) for lanes in (1, 2, 4, 6)]
    assert leasts == sorted(leasts)
    assert leasts[0] == 5_000
    assert leasts[-1] >= 9_000
    assert all(least % 1_000 == 0 for least in leasts)


@given(
    st.floats(0, 359),
    st.floats(30, 150),
    st.integers(1, 6),
    st.sampled_from(["DE", "US", "CN", ""]),
    st.floats(20, 100),
)
@settings(max_examples=100, deadline=None)
def test_an_intergreen_is_never_short_of_amber_and_a_second(
    bearing: float, angle: float, lanes: int, country: str, speed: float
) -> None:
    rules: Rules = rules_for(country)
    ground = Ground([_arm(bearing, lanes), _arm(bearing + angle, lanes), _arm(bearing + 180, lanes)], rules)
    for ending, beginning in ((Way(0, 2, "through"), Way(1, 0, "left")), (Way(1, 0, "left"), Way(0, 2, "through"))):
        least = between_ms(ending, beginning, ground, speed)
        assert least >= amber_ms(speed, rules) + 1_000
        assert least % 500 == 0
        assert least <= 40_000


def _arm(bearing: float, lanes: int) -> Arm:
    """Two-way, so many lanes each way."""
    away: Point = 100 * math.sin(math.radians(bearing)), 100 * math.cos(math.radians(bearing))
    leg = Leg(
        node=1,
        way=1,
        nodes=(1, 2),
        line=((0.0, 0.0), away),
        name=Name("A", "A"),
        road_class="primary",
        comes=True,
        leads=True,
        lanes_in=lanes,
        lanes_out=lanes,
        lanes_are_known=True,
        speed_kmh=50,
        speed_is_posted=True,
    )
    return Arm(leg, leg)


@pytest.mark.parametrize(
    ("tags", "two_way", "lanes"),
    [
        ({"lanes": "4"}, True, (2, 2, True)),
        ({"lanes": "3"}, True, (2, 2, False)),
        ({"lanes": "3", "lanes:forward": "2"}, True, (2, 1, True)),
        ({"lanes": "3", "lanes:backward": "1"}, True, (2, 1, True)),
        ({"lanes": "5", "lanes:forward": "2", "lanes:both_ways": "1"}, True, (2, 2, True)),
        ({"lanes": "2", "lanes:forward": "9"}, True, (9, 1, False)),
        ({"lanes": "3"}, False, (3, 3, True)),
        ({}, False, (2, 2, False)),
        ({}, True, (1, 1, False)),
        ({"lanes": "many"}, True, (1, 1, False)),
        ({"lanes": "2.5;3"}, False, (2, 2, True)),
        ({"lanes": "0"}, False, (2, 2, False)),
        ({"lanes": "99"}, False, (20, 20, True)),
    ],
)
def test_lanes_are_those_of_the_map_where_it_says_whose_they_are(
    tags: dict[str, str], two_way: bool, lanes: tuple[int, int, bool]
) -> None:
    assert lanes_of(tags, two_way, "forward", "primary") == lanes


def test_what_is_painted_is_read_lane_by_lane() -> None:
    assert marks_of("left|through;slight_right|") == (
        frozenset({"left"}),
        frozenset({"through", "right"}),
        frozenset(),
    )
    assert marks_of("") == ()


def test_a_proposed_plan_gives_every_group_its_green_in_whole_seconds(tmp_path: Path) -> None:
    junction = two_one_ways(2, tmp_path)
    plan = proposed_plan(junction)
    assert plan is not None
    assert plan.id == "proposed"
    assert {window.group for window in plan.windows} == {group.id for group in junction.groups}
    assert plan.cycle_ms == sum(junction.least_between().values()) + 2 * 15_000
    assert junction.hours == ()
