"""Junctions of small maps whose answer is known: which lamps are one junction, and what may have green together."""

import math
from pathlib import Path

import pytest

from tests.signals.osm.maps import ARMS, CROSSING, LAMP, Map, a_crossing, group, may_meet, turns, yields
from turnout.signals.check import check
from turnout.signals.osm import staging
from turnout.signals.osm.build import OsmSignals
from turnout.words.name import Name

EVERY_TURN = {(side, turn) for side in ARMS for turn in ("left", "through", "right")}


def guessed(found: OsmSignals) -> dict[str, str]:
    return {problem.rule: problem.spot.part for problem in found.problems if problem.spot.junction}


def test_a_crossing_with_its_lamp_in_the_middle(tmp_path: Path) -> None:
    junction = a_crossing()[0].junction(tmp_path)
    assert junction.name == Name("Mill Lane / Main Street", "Mill Lane／Main Street")
    assert junction.at == pytest.approx((10.0, 50.0), abs=1e-6)
    assert turns(junction) == EVERY_TURN
    assert [(each.id, each.lanes, each.heading_deg) for each in junction.approaches] == [
        ("north", 1, 180),
        ("east", 1, 270),
        ("south", 1, 0),
        ("west", 1, 90),
    ]
    assert may_meet(junction, "north-through", "south-through")
    assert may_meet(junction, "east-left", "west-through"), "who turns left gives way to who comes towards him"
    for side, others in (("north", ("east", "west")), ("south", ("east", "west"))):
        for other in others:
            assert not may_meet(junction, f"{side}-through", f"{other}-through")
    assert yields(junction, "north-left") == {"south-through", "south-right"}
    assert yields(junction, "north-through") == set()
    assert [stage.groups for stage in junction.stages] == [("K1", "K3"), ("K2", "K4")]


def test_lamps_on_the_approaches_are_the_junction_that_traffic_meets_next(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing(lamp_on_it=False)
    drawn.ways.clear()
    for side, (east, north) in ARMS.items():
        end, lamp = drawn.node(east * 100, north * 100), drawn.node(east * 18, north * 18, **LAMP)
        name = "Main Street" if side in ("east", "west") else "Mill Lane"
        drawn.way(end, lamp, middle, name=name, lanes="2")
    junction = drawn.junction(tmp_path)
    assert junction.at == pytest.approx((10.0, 50.0), abs=1e-6)
    assert turns(junction) == EVERY_TURN


def test_a_lamp_that_looks_the_other_way_is_of_the_other_junction(tmp_path: Path) -> None:
    """Two crossings 60 m apart; the lamp 20 m from the first is for those who drive to the second."""
    drawn = Map()
    first, second = drawn.node(0, 0), drawn.node(60, 0)
    lamp = drawn.node(20, 0, highway="traffic_signals", **{"traffic_signals:direction": "forward"})
    back = drawn.node(75, 0, highway="traffic_signals", **{"traffic_signals:direction": "backward"})
    drawn.way(drawn.node(-100, 0), first, lamp, second, back, drawn.node(200, 0), name="Main Street", lanes="2")
    for middle, east in ((first, 0), (second, 60)):
        drawn.way(drawn.node(east, 90), middle, drawn.node(east, -90), name=f"Street {east}", lanes="2")
    assert drawn.junction(tmp_path).at == pytest.approx((10.0 + 60 / 71_474.9, 50.0), abs=2e-6)


def two_carriageways(folder: Path, apart_m: float = 16.0) -> OsmSignals:
    """A street with a green strip crosses another with one: four nodes, four lamps, one junction."""
    drawn = Map()
    half = apart_m / 2
    corner = {(east, north): drawn.node(east * half, north * half, **LAMP) for east in (-1, 1) for north in (-1, 1)}
    one_way = {"oneway": "yes", "lanes": "2"}
    drawn.way(drawn.node(-150, -half), corner[-1, -1], corner[1, -1], drawn.node(150, -half), name="Ring", **one_way)
    drawn.way(drawn.node(150, half), corner[1, 1], corner[-1, 1], drawn.node(-150, half), name="Ring", **one_way)
    drawn.way(drawn.node(half, -150), corner[1, -1], corner[1, 1], drawn.node(half, 150), name="Axis", **one_way)
    drawn.way(drawn.node(-half, 150), corner[-1, 1], corner[-1, -1], drawn.node(-half, -150), name="Axis", **one_way)
    return drawn.read(folder)


@pytest.mark.parametrize("apart_m", [12.0, 24.0, 40.0])
def test_two_streets_with_two_carriageways_each_are_one_junction(tmp_path: Path, apart_m: float) -> None:
    (junction,) = two_carriageways(tmp_path, apart_m).signals.junctions
    assert turns(junction) == EVERY_TURN
    assert [(each.id, each.lanes) for each in junction.approaches] == [(side, 2) for side in ARMS]
    assert may_meet(junction, "north-through", "south-through")
    assert not may_meet(junction, "north-through", "west-through")
    assert yields(junction, "east-left") == {"west-through", "west-right"}


def test_two_crossings_a_block_apart_are_two(tmp_path: Path) -> None:
    drawn = Map()
    middles = [drawn.node(0, 0, **LAMP), drawn.node(60, 0, **LAMP)]
    drawn.way(drawn.node(-100, 0), *middles, drawn.node(160, 0), name="Main Street")
    for nth, middle in enumerate(middles):
        drawn.way(drawn.node(60 * nth, 90), middle, drawn.node(60 * nth, -90), name=f"Street {nth}")
    assert len(drawn.read(tmp_path).signals.junctions) == 2


@pytest.mark.parametrize("side_street", [False, True])
def test_a_crossing_between_blocks_is_one_of_its_own_though_a_side_street_is_near(
    tmp_path: Path, side_street: bool
) -> None:
    drawn = Map()
    near = drawn.node(20, 0)
    crossing = drawn.node(0, 0, **LAMP, crossing="traffic_signals")
    drawn.way(drawn.node(-100, 0), crossing, near, drawn.node(100, 0), name="Main Street", lanes="4")
    if side_street:
        drawn.way(near, drawn.node(20, 90), name="Mill Lane", highway="residential")
    junction = drawn.junction(tmp_path)
    assert junction.at == pytest.approx((10.0, 50.0), abs=1e-6)
    assert [(each.id, each.kind, each.clearance_ms) for each in junction.groups] == [
        ("K1", "vehicle", 0),
        ("K2", "vehicle", 0),
        ("F1", "pedestrian", 19_000),
    ]
    assert may_meet(junction, "east-through", "west-through")
    assert not may_meet(junction, "east-through", "east-crossing")
    assert junction.least_between()["F1", "K1"] == 19_000, "four lanes of 3.5 m and cars parked on both sides, at 1 m/s"


def test_the_two_lamps_of_a_crossing_on_two_carriageways_are_one(tmp_path: Path) -> None:
    drawn = Map()
    one_way = {"oneway": "yes", "lanes": "2", "name": "Ring"}
    drawn.way(drawn.node(-90, 0), drawn.node(0, 0, **LAMP, crossing="traffic_signals"), drawn.node(90, 0), **one_way)
    drawn.way(drawn.node(90, 15), drawn.node(1, 15, **LAMP, crossing="traffic_signals"), drawn.node(-90, 15), **one_way)
    junction = drawn.junction(tmp_path)
    assert [each.kind for each in junction.groups] == ["vehicle", "vehicle", "pedestrian"]
    assert junction.groups[2].clearance_ms >= 22_000, "over both carriageways and the strip between"


@pytest.mark.parametrize(
    ("tags", "metres", "is_guessed"),
    [
        ({"lanes": "2"}, 12, True),
        ({"lanes": "2", "parking:both": "no"}, 7, True),
        ({"lanes": "2", "parking:left": "no", "parking:right": "lane"}, 9.5, True),
        ({"lanes": "2", "parking:lane:both": "no_stopping"}, 7, True),
        (
            {"lanes": "2", "parking:both": "no", "parking:right": "lane", "parking:right:orientation": "diagonal"},
            12,
            True,
        ),
        ({"lanes": "2", "parking:both": "no", "cycleway": "lane"}, 11, True),
        ({"lanes": "2", "width": "15.2"}, 15.2, False),
        ({"lanes": "2", "width": "40'"}, 12.192, False),
        ({"lanes": "2", "width": "6", "parking:both": "lane"}, 12, False),
        ({"lanes": "2", "width": "1000"}, 12, True),
        ({"lanes": "5", "lanes:forward": "2", "lanes:backward": "2", "lanes:both_ways": "1"}, 22.5, True),
        ({"lanes:forward": "2", "lanes:backward": "2", "lanes:both_ways": "1", "parking:both": "no"}, 17.5, True),
    ],
)
def test_pedestrians_get_over_lanes_parked_cars_and_cycle_lanes_or_the_width_that_is_mapped(
    tmp_path: Path, tags: dict[str, str], metres: float, is_guessed: bool
) -> None:
    drawn = Map()
    crossing = drawn.node(0, 0, **LAMP, crossing="traffic_signals")
    named = {key.replace(":", "__"): value for key, value in tags.items()}
    drawn.way(drawn.node(-100, 0), crossing, drawn.node(100, 0), name="Main Street", **named)
    found = drawn.read(tmp_path)
    (junction,) = found.signals.junctions
    (walk,) = (each for each in junction.groups if each.kind == "pedestrian")
    assert walk.clearance_ms == math.ceil(metres) * 1_000
    assert guessed(found).get("crossing-width-guessed") == ("F1" if is_guessed else None)


def test_where_no_limit_is_posted_amber_is_for_the_fastest_and_clearing_for_50(tmp_path: Path) -> None:
    for road, amber_s in (("primary", 5), ("tertiary", 4), ("residential", 3)):
        junction = a_crossing(highway=road, maxspeed="none")[0].junction(tmp_path)
        assert {each.ending_ms for each in junction.groups} == {amber_s * 1_000}
        assert {round(each.speed_mps * 3.6) for each in junction.approaches} == {50}
        assert min(junction.least_between().values()) >= (amber_s + 1) * 1_000


def test_a_junction_whose_plan_would_break_is_proposed_without_one_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "_waits_ms", lambda kinds, lasts, least: [0] * len(kinds))
    found = a_crossing()[0].read(tmp_path)
    assert found.signals.junctions[0].plans == ()
    assert "no-plan" in guessed(found)


def test_who_turns_gives_way_to_pedestrians_beside_him_and_nobody_drives_over_them(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing()
    drawn.ways.pop()
    drawn.way(drawn.node(-100, 0), drawn.node(-12, 0, **CROSSING), middle, name="Main Street", lanes="2")
    junction = drawn.junction(tmp_path)
    assert group(junction, "west-crossing") == "F1"
    for movement in ("west-through", "west-right", "west-left", "east-through"):
        assert not may_meet(junction, movement, "west-crossing"), movement
    assert may_meet(junction, "north-right", "west-crossing")
    assert "west-crossing" in yields(junction, "north-right")
    assert "west-crossing" in yields(junction, "south-left")
    assert any({"K1", "K3", "F1"} <= set(stage.groups) for stage in junction.stages), "they cross beside Mill Lane"


def test_a_lane_painted_for_turning_left_alone_has_a_group_that_nobody_meets(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing()
    drawn.ways[3:] = []
    painted = {"turn__lanes__forward": "left|through;right", "lanes": "3", "lanes__forward": "2"}
    drawn.way(drawn.node(-100, 0), middle, name="Main Street", **painted)
    junction = drawn.junction(tmp_path)
    assert group(junction, "west-left") != group(junction, "west-through")
    assert not may_meet(junction, "west-left", "east-through")
    assert may_meet(junction, "west-left", "west-through")
    assert yields(junction, "west-left") == set()
    assert may_meet(junction, "east-left", "west-through"), "no lane is painted over there"


def test_two_painted_lanes_that_face_each_other_are_said_to_have_green_together(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing()
    drawn.ways[3:] = []
    drawn.ways.pop(1)
    painted = {"turn__lanes__forward": "left|through;right", "lanes": "3", "lanes__forward": "2"}
    for east in (-100, 100):
        drawn.way(drawn.node(east, 0), middle, name="Main Street", **painted)
    found = drawn.read(tmp_path)
    (junction,) = found.signals.junctions
    assert may_meet(junction, "west-left", "east-left")
    assert guessed(found)["turns-together"] == "east, west"


@pytest.mark.parametrize(
    ("kind", "missing"),
    [("no_left_turn", {"left"}), ("only_left_turn", {"through", "right"}), ("only_straight_on", set())],
)
def test_turns_that_are_forbidden_are_no_movements(tmp_path: Path, kind: str, missing: set[str]) -> None:
    drawn, middle, ways = a_crossing()
    drawn.restriction(kind, ways["west"], middle, ways["north"])
    has = {turn for side, turn in turns(drawn.junction(tmp_path)) if side == "west"}
    assert has == ({"left"} if kind == "only_straight_on" else {"left", "through", "right"} - missing)


def test_on_the_left_who_turns_right_gives_way(tmp_path: Path) -> None:
    junction = a_crossing()[0].junction(tmp_path, "GB")
    assert yields(junction, "north-right") == {"south-left", "south-through"}
    assert yields(junction, "north-left") == set()
    assert {each.starting_ms for each in junction.groups} == {2_000}


def test_one_way_streets_have_only_their_own_movements(tmp_path: Path) -> None:
    drawn = Map()
    middle = drawn.node(0, 0, **LAMP)
    drawn.way(drawn.node(-100, 0), middle, drawn.node(100, 0), name="Eastward", oneway="yes")
    drawn.way(drawn.node(0, 100), middle, drawn.node(0, -100), name="Southward", oneway="yes")
    junction = drawn.junction(tmp_path)
    assert turns(junction) == {("west", "through"), ("west", "right"), ("north", "through"), ("north", "left")}
    assert not may_meet(junction, "west-through", "north-through")


def test_what_had_to_be_guessed_is_said_with_its_approach_and_what_to_do(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing()
    drawn.ways.pop()
    drawn.way(drawn.node(-100, 0), middle, maxspeed="none")
    found = drawn.read(tmp_path)
    assert guessed(found) == {
        "lanes-unknown": "west",
        "speed-unknown": "west",
        "no-street-name": "west",
        "no-crossing": "",
    }
    assert {problem.severity for problem in found.problems} == {"warning"}
    said = next(problem for problem in found.problems if problem.rule == "lanes-unknown")
    assert said.spoken("en").startswith("map.osm junction n1 west: warning: the map does not say how many lanes")
    assert said.spoken("zh-CN").startswith("map.osm 路口 n1 west：警告：地图未标车道数")
    assert "proposed-plans" in {problem.rule for problem in found.problems}


def test_an_approach_without_a_lamp_beside_others_that_have_one_is_named(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing(lamp_on_it=False)
    drawn.ways.clear()
    for side, (east, north) in ARMS.items():
        lamp = drawn.node(east * 18, north * 18, **(LAMP if side != "south" else {}))
        drawn.way(drawn.node(east * 100, north * 100), lamp, middle, name=side)
    assert guessed(drawn.read(tmp_path))["no-lamp"] == "south"


def test_without_a_country_the_side_of_the_road_is_said_to_be_a_guess(tmp_path: Path) -> None:
    assert "driving-side" in {each.rule for each in a_crossing()[0].read(tmp_path, "").problems}
    assert "driving-side" not in {each.rule for each in a_crossing()[0].read(tmp_path, "DE").problems}


def test_streets_that_are_driven_on_the_other_side_are_noticed(tmp_path: Path) -> None:
    drawn = Map()
    for nth in range(5):
        east = 500.0 * nth
        one_way = {"oneway": "yes", "name": f"Ring {nth}", "lanes": "2"}
        lamps = [drawn.node(east, 0, **LAMP), drawn.node(east, 16, **LAMP)]
        drawn.way(drawn.node(east - 90, 0), lamps[0], drawn.node(east + 90, 0), **one_way)
        drawn.way(drawn.node(east + 90, 16), lamps[1], drawn.node(east - 90, 16), **one_way)
        drawn.way(drawn.node(east, -80), *lamps, drawn.node(east, 90), name=f"Side {nth}")
    assert "wrong-side" in {each.rule for each in drawn.read(tmp_path, "GB").problems}
    assert "wrong-side" not in {each.rule for each in drawn.read(tmp_path, "DE").problems}


def test_every_junction_of_these_maps_is_checked_without_an_error(tmp_path: Path) -> None:
    for found in (a_crossing()[0].read(tmp_path), two_carriageways(tmp_path), a_crossing()[0].read(tmp_path, "US")):
        assert [each for each in check(found.signals) if each.severity == "error"] == []
