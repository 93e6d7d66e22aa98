"""Ways, their clocks and their directions."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.roads import CLEAR, Roads, Route, Spot
from turnout.roads.directions import compass_point, turn_for
from turnout.words.moment import Moment
from turnout.words.place import Place, distance_m


@pytest.fixture(scope="module")
def roads(draw: Any) -> Roads:
    return Roads(draw.block())


def way(roads: Roads, source: Spot, target: Spot) -> Route:
    route = roads.route(source, target, Moment(0), CLEAR)
    assert route is not None
    return route


def test_a_way_begins_at_the_source_and_ends_at_the_target(roads: Roads, draw: Any) -> None:
    route = way(roads, Spot(0, 0.5), Spot(2, 0.25))
    assert distance_m(route.line[0], draw.place(0, 50)) < 0.01
    assert distance_m(route.line[-1], draw.place(25, 100)) < 0.01
    assert route.length_m == pytest.approx(75.0, rel=1e-3)
    assert [street.en for street in route.streets] == ["Left St", "Top St"]


def test_directions_come_in_both_languages(roads: Roads) -> None:
    steps = way(roads, Spot(0, 0.5), Spot(2, 0.25)).steps
    assert [step.text.en for step in steps] == ["Head north on Left St", "Turn right onto Top St", "Arrive on Top St"]
    assert [step.text.zh for step in steps] == ["沿Left St向北行驶", "右转进入Top St", "到达Top St"]
    assert [round(step.length_m) for step in steps] == [50, 25, 0]


def test_stretches_of_one_street_are_one_step(draw: Any) -> None:
    rows = [draw.road(i, i + 1, name="High St") for i in range(3)]
    roads = Roads(draw.graph([(0, 0), (100, 0), (200, 0), (300, 10)], rows))
    steps = way(roads, Spot(0, 0.0), Spot(4, 1.0)).steps
    assert [step.turn for step in steps] == ["depart", "arrive"]
    assert steps[0].drive_s == pytest.approx(way(roads, Spot(0, 0.0), Spot(4, 1.0)).drive_s)


def test_a_unit_that_must_turn_back_is_told_to(draw: Any) -> None:
    roads = Roads(draw.graph([(0, 0), (100, 0)], [draw.road(0, 1, name="Dead End")]))
    steps = way(roads, Spot(0, 0.5, either_way=False), Spot(0, 0.25)).steps
    assert [step.turn for step in steps] == ["depart", "u_turn", "arrive"]


def test_a_street_without_a_name_can_be_spoken_of(draw: Any) -> None:
    roads = Roads(draw.graph([(0, 0), (100, 0)], [draw.road(0, 1)]))
    steps = way(roads, Spot(0, 0.0), Spot(0, 1.0)).steps
    assert steps[0].text.en == "Head east on the road"
    assert steps[0].text.zh == "沿无名道路向东行驶"


def test_source_and_target_at_one_spot_need_no_time(roads: Roads) -> None:
    route = way(roads, Spot(0, 0.5), Spot(0, 0.5))
    assert route.drive_s == 0.0
    assert route.after(10.0).speed_mps == 0.0


def test_a_driver_s_place_is_known_at_any_second(roads: Roads, draw: Any) -> None:
    route = way(roads, Spot(0, 0.5), Spot(2, 0.5))
    half = route.after(route.drive_s / 4.0)
    assert distance_m(half.place, draw.place(0, 75)) < 0.1
    assert half.heading_deg == pytest.approx(0.0, abs=0.1)
    assert half.edge == 0
    after_the_turn = route.after(route.drive_s * 0.75)
    assert after_the_turn.heading_deg == pytest.approx(90.0, abs=0.1)
    assert after_the_turn.edge == 2
    assert after_the_turn.speed_mps == pytest.approx(100.0 / route.drive_s, rel=1e-2)


@given(
    edges=st.tuples(st.integers(0, 7), st.integers(0, 7)),
    fractions=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
    share=st.floats(-0.5, 1.5),
)
def test_a_way_is_one_line_whose_clock_only_runs_forward(
    roads: Roads, edges: Any, fractions: Any, share: float
) -> None:
    route = way(roads, Spot(edges[0], fractions[0]), Spot(edges[1], fractions[1]))
    assert len(route.line) == len(route.clock_s) == len(route.line_edges)
    assert list(route.clock_s) == sorted(route.clock_s)
    assert route.clock_s[-1] == pytest.approx(route.drive_s)
    line_m = sum(distance_m(a, b) for a, b in pairwise(route.line))
    assert line_m == pytest.approx(route.length_m, abs=0.5)
    assert sum(step.drive_s for step in route.steps) == pytest.approx(route.drive_s)
    assert 0.0 <= route.after(share * route.drive_s).heading_deg <= 360.0


@pytest.mark.parametrize(
    ("angle_deg", "turn"),
    [
        (0, "straight"),
        (30, "slight_right"),
        (-30, "slight_left"),
        (90, "right"),
        (-90, "left"),
        (150, "sharp_right"),
        (-150, "sharp_left"),
        (180, "u_turn"),
        (-175, "u_turn"),
    ],
)
def test_an_angle_has_a_word(angle_deg: float, turn: str) -> None:
    assert turn_for(angle_deg) == turn


@pytest.mark.parametrize(("heading_deg", "point"), [(0, "north"), (359, "north"), (90, "east"), (225, "southwest")])
def test_a_heading_has_a_compass_point(heading_deg: float, point: str) -> None:
    assert compass_point(heading_deg).en == point


def test_a_place_on_an_edge_is_found_from_either_end(roads: Roads) -> None:
    ahead, back = roads.place_of(Spot(0, 0.25)), roads.place_of(Spot(1, 0.75))
    assert isinstance(ahead, Place)
    assert distance_m(ahead, back) < 0.01
