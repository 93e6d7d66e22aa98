"""Placing fixes on the roads."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import turnout.roads.ground as ground_module
from turnout.roads import RoadGraph, Roads
from turnout.roads.ground import Ground
from turnout.words.place import Place, distance_m


@pytest.fixture
def block(draw: Any) -> Ground:
    return Ground(draw.block())


def test_a_place_beside_a_road_is_put_on_it(block: Ground, draw: Any) -> None:
    spot = block.snap(draw.place(-8.0, 25.0))
    assert spot is not None
    assert spot.edge == 0
    assert spot.fraction == pytest.approx(0.25, abs=1e-3)
    assert spot.offset_m == pytest.approx(8.0, rel=1e-3)
    assert spot.either_way


@pytest.mark.parametrize(("heading_deg", "edge", "fraction"), [(10.0, 0, 0.25), (200.0, 1, 0.75)])
def test_a_heading_chooses_the_direction(
    block: Ground, draw: Any, heading_deg: float, edge: int, fraction: float
) -> None:
    spot = block.snap(draw.place(3.0, 25.0), heading_deg, speed_mps=10.0)
    assert spot is not None
    assert (spot.edge, spot.either_way) == (edge, False)
    assert spot.fraction == pytest.approx(fraction, abs=1e-3)


def test_a_heading_chooses_between_two_roads_about_as_near(block: Ground, draw: Any) -> None:
    along = block.snap(draw.place(6.0, 8.0), heading_deg=0.0)
    across = block.snap(draw.place(8.0, 6.0), heading_deg=270.0)
    assert along is not None
    assert across is not None
    assert (along.edge, across.edge) == (0, 6)


def test_a_heading_against_a_one_way_does_not_carry_a_fix_to_the_next_street(draw: Any) -> None:
    rows = [draw.road(0, 1, one_way=True), draw.road(2, 3)]
    ground = Ground(draw.graph([(0, 0), (0, 100), (45, 0), (45, 100)], rows))
    spot = ground.snap(draw.place(1.0, 50.0), heading_deg=180.0)
    assert spot is not None
    assert spot.edge == 0


def test_a_standing_unit_s_heading_is_not_believed(block: Ground, draw: Any) -> None:
    spot = block.snap(draw.place(3.0, 25.0), heading_deg=200.0, speed_mps=0.5)
    assert spot is not None
    assert spot.either_way


def test_on_a_one_way_street_the_only_direction_is_taken(draw: Any) -> None:
    rows = [draw.road(0, 1, one_way=True), draw.road(1, 0)]
    ground = Ground(draw.graph([(0, 0), (0, 100)], [rows[0]]))
    for heading_deg in (None, 0.0, 180.0):
        spot = ground.snap(draw.place(2.0, 50.0), heading_deg)
        assert spot is not None
        assert spot.edge == 0


@pytest.mark.parametrize(
    "place",
    [Place(0.0, 0.01), Place(51.5, -0.1), Place(math.nan, 0.0), Place(0.0, math.inf)],
    ids=["a kilometre off", "another city", "not a number", "infinite"],
)
def test_a_place_far_from_any_road_has_no_spot(block: Ground, place: Place) -> None:
    assert block.snap(place) is None


def test_the_limit_can_be_widened(block: Ground, draw: Any) -> None:
    assert block.snap(draw.place(-300.0, 50.0)) is None
    assert block.snap(draw.place(-300.0, 50.0), limit_m=400.0) is not None


def test_no_fixes_give_no_spots(block: Ground) -> None:
    assert len(block.snap_many(np.array([]), np.array([]))) == 0


def test_many_fixes_are_placed_as_each_would_be_alone(block: Ground, draw: Any) -> None:
    rng = np.random.default_rng(1)
    places = [draw.place(*rng.uniform(-150.0, 250.0, 2)) for _ in range(100)]
    headings, speeds = rng.uniform(0.0, 360.0, 100), rng.choice([0.0, 9.0, np.nan], 100)
    headings[::7] = np.nan
    lat, lon = np.array([place.lat for place in places]), np.array([place.lon for place in places])
    spots = block.snap_many(lat, lon, headings, speeds)
    for index, place in enumerate(places):
        heading = None if np.isnan(headings[index]) else float(headings[index])
        speed = None if np.isnan(speeds[index]) else float(speeds[index])
        assert spots.at(index) == block.snap(place, heading, speed)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 1_000))
def test_a_first_look_nearby_finds_what_a_wide_look_would(draw: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = [tuple(rng.uniform(0.0, 200.0, 2)) for _ in range(8)]
    rows = [draw.road(*rng.choice(8, 2, replace=False).tolist(), one_way=bool(rng.integers(2))) for _ in range(9)]
    ground = Ground(draw.graph(corners, rows))
    places = [draw.place(*rng.uniform(-50.0, 250.0, 2)) for _ in range(20)]
    lat, lon = np.array([place.lat for place in places]), np.array([place.lon for place in places])
    heading = np.where(rng.random(20) < 0.3, np.nan, rng.uniform(0.0, 360.0, 20))
    usual = ground.snap_many(lat, lon, heading, limit_m=100.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ground_module, "FIRST_LOOK_M", 100.0)
        wide = ground.snap_many(lat, lon, heading, limit_m=100.0)
    assert np.array_equal(usual.edge, wide.edge)
    assert np.array_equal(usual.fraction, wide.fraction)


@settings(max_examples=200, deadline=None)
@given(edge=st.integers(0, 5), fraction=st.floats(0.0, 1.0))
def test_a_spot_s_place_snaps_back_to_it(draw: Any, edge: int, fraction: float) -> None:
    bent = draw.road(0, 1, bends=[(30.0, 40.0), (-20.0, 70.0)])
    graph: RoadGraph = draw.graph(
        [(0, 0), (0, 150), (400, 150), (400, 0)], [bent, draw.road(1, 2), draw.road(2, 3, bends=[(600.0, 60.0)])]
    )
    roads = Roads(graph)
    lat, lon = graph.shape_of(edge)
    place = place_along([Place(float(a), float(b)) for a, b in zip(lat, lon, strict=True)], fraction)
    spot = roads.snap(place)
    assert spot is not None
    assert spot.offset_m < 0.01
    assert distance_m(roads.place_of(spot), place) < 0.5


def place_along(line: list[Place], fraction: float) -> Place:
    """The place so far along a line, by walking it."""
    left_m = fraction * sum(distance_m(a, b) for a, b in pairwise(line))
    for a, b in pairwise(line):
        if (span_m := distance_m(a, b)) >= left_m:
            share = left_m / span_m
            return Place(a.lat + share * (b.lat - a.lat), a.lon + share * (b.lon - a.lon))
        left_m -= span_m
    return line[-1]
