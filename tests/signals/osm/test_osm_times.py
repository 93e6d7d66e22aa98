"""Which ways cross, and how long they need: against geometry done another way, and figures worked out by hand."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from shapely import LineString

from tests.signals.osm.maps import LAMP, Map
from turnout.signals.check import check
from turnout.signals.model import Intergreen, Junction, SignalGroup, Signals, Stage
from turnout.signals.osm.arms import Arm, Leg, Point, lanes_of, marks_of, turned, unit
from turnout.signals.osm.staging import _in_turn, proposed_plan
from turnout.signals.osm.times import (
    GENERAL,
    Ground,
    Rules,
    Speed,
    amber_ms,
    between_ms,
    clearing_s,
    least_walk_ms,
    rules_for,
    shared_m,
    to_walkers_ms,
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
    fifty = Speed(50, 50)
    assert clearing_s("through", 6.0, GENERAL, fifty) == pytest.approx(3 + (6 + 6) / 10)
    assert clearing_s("left", 1.0, GENERAL, fifty) == pytest.approx(2 + (1 + 6) / 7)
    assert clearing_s("left", 1.0, GENERAL, fifty, is_tight=True) == pytest.approx(2 + (1 + 6) / 5)
    assert clearing_s("through", 20.0, GENERAL, fifty) == pytest.approx(1 + 20 / 4), "a cyclist takes longer than a car"
    us = rules_for("US")
    assert amber_ms(50, us) == 4_000, "1 s + 61 km/h at 10 ft/s²: 3.78 s, in halves"
    assert clearing_s("through", 10.0, us, fifty) == pytest.approx(4 + (10 + 6.1) / (50 / 3.6))
    assert clearing_s("right", 10.0, us, fifty) == pytest.approx(4 + (10 + 6.1) / (32 / 3.6))
    assert clearing_s("right", 10.0, us, fifty, is_tight=True) == pytest.approx(4 + (10 + 6.1) / 5)
    assert clearing_s("through", 1.0, us, Speed(50, 70)) == pytest.approx(5 + 7.1 / (50 / 3.6))


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
    """One lane each and cars parked, RiLSA: the farthest stop line is 7.25 m out, and a cyclist rides 24 m at most."""
    leasts = [max(two_one_ways(lanes, tmp_path).least_between().values()) for lanes in (1, 2, 4, 6)]
    assert leasts == sorted(leasts)
    assert leasts[0] == 7_000
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
    arms = [_arm(each, lanes, speed) for each in (bearing, bearing + angle, bearing + 180)]
    ground = Ground(arms, rules)
    for ending, beginning in ((Way(0, 2, "through"), Way(1, 0, "left")), (Way(1, 0, "left"), Way(0, 2, "through"))):
        least = between_ms(ending, beginning, ground)
        assert least >= amber_ms(speed, rules) + 1_000
        assert least % 500 == 0
        assert least <= 60_000


ways = st.sampled_from([Way(0, 2, "through"), Way(1, 0, "left"), Way(0, 1, "right")])


@given(ways, ways, st.floats(30, 150), st.integers(1, 6), st.floats(0, 80), st.floats(0, 80), st.integers(0, 2))
@settings(max_examples=200, deadline=None)
def test_a_lamp_mapped_farther_out_never_shortens_an_intergreen(
    ending: Way, beginning: Way, angle: float, lanes: int, near: float, far: float, at: int
) -> None:
    """Than no lamp; and than one nearer, but before the nearest that the stop line can be."""

    def needs(lamp_m: float | None) -> int:
        bearings = (0.0, angle, 180.0)
        arms = [_arm(each, lanes, lamp_m=lamp_m if nth == at else None) for nth, each in enumerate(bearings)]
        return between_ms(ending, beginning, Ground(arms, GENERAL))

    assume(ending.come != beginning.come)
    nearest, near, far = lanes * 5.5 / 2, *sorted((near, far))
    assert needs(None) <= needs(near)
    assert needs(None) <= needs(far)
    if near >= nearest:
        assert needs(near) <= needs(far)


def test_who_enters_comes_from_the_nearest_stop_line_and_who_clears_from_the_farthest() -> None:
    arms = [_arm(0, 1, lamp_m=30), _arm(90, 1), _arm(180, 1, crossing_m=1)]
    ground = Ground(arms, GENERAL)
    assert (ground.near_m(0), ground.stop_m(0)) == (2.75, 30)
    assert (ground.near_m(2), ground.stop_m(2)) == (2.75, 9), "12 m with cars parked, half, and 3 m of a corner"
    assert ground.lead_m(Way(0, 2, "through")) == 27.25
    assert math.dist((0, 0), ground.line(Way(0, 2, "through"))[0]) == pytest.approx(math.hypot(2.75, 1.75))


@pytest.mark.parametrize(("lanes", "tight"), [(1, True), (6, False)])
def test_a_tight_curve_is_driven_slowly(lanes: int, tight: bool) -> None:
    ground = Ground([_arm(each, lanes) for each in (0, 90, 180)], GENERAL)
    assert ground.is_tight(Way(0, 1, "left")) == tight
    assert not ground.is_tight(Way(0, 2, "through"))
    assert ground.is_tight(Way(0, 0, "u-turn"))


def test_pedestrians_before_the_stop_line_wait_until_it_is_driven_over() -> None:
    """The crossing 5 m out: 2 m of line at least, else as far as the farthest line lies before it; and 4 m over it."""
    for lamp_m, clear_m in ((None, 4.0), (7.0, 4.0), (25.0, 20.0)):
        ground = Ground([_arm(each, 1, lamp_m=lamp_m, crossing_m=5) for each in (0, 90, 180)], GENERAL)
        assert ground.to_crossing_m(Way(0, 2, "through"), 0) == clear_m + 4
        expected = clearing_s("through", clear_m + 4, GENERAL, Speed(50, 50))
        assert to_walkers_ms(Way(0, 2, "through"), ground, 0) == math.ceil(expected) * 1_000


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True), min_size=1, max_size=5),
    st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 90), max_size=20),
    st.lists(st.integers(5, 40), min_size=5, max_size=5),
)
@settings(max_examples=300, deadline=None)
def test_no_proposed_plan_breaks_what_its_junction_keeps_over_the_end_of_its_cycle(
    stages: list[list[int]], between: dict[tuple[int, int], int], greens: list[int]
) -> None:
    together = {(a, b) for stage in stages for a in stage for b in stage}
    apart = {pair: least for pair, least in between.items() if pair not in together}
    both = {(b, a): apart.get((b, a), 1) for a, b in apart} | apart
    junction = Junction(
        id="j",
        name=Name("j", "j"),
        groups=tuple(
            SignalGroup(str(nth), "vehicle", min_green_ms=green * 1_000, ending_ms=0)
            for nth, green in enumerate(greens)
        ),
        intergreens=tuple(Intergreen(str(a), str(b), least * 1_000) for (a, b), least in both.items()),
        stages=tuple(Stage(f"S{nth}", tuple(map(str, stage))) for nth, stage in enumerate(stages)),
    )
    plan = _in_turn(junction)
    wrong = [each for each in check(Signals((replace(junction, plans=(plan,)),))) if each.severity == "error"]
    assert [each for each in wrong if each.spot.part == plan.id] == []
    assert proposed_plan(junction) == plan


def _arm(
    bearing: float, lanes: int, speed: float = 50, *, lamp_m: float | None = None, crossing_m: float | None = None
) -> Arm:
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
        speed_kmh=speed,
        speed_is_posted=True,
        amber_kmh=speed,
        width_m=lanes * 7 + 5,
        narrow_m=lanes * 5.5,
        width_is_tagged=False,
        lamp_m=lamp_m,
        crossing_m=crossing_m,
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
