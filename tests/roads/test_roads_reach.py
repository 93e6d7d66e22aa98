"""Travel times from many sources to one target."""

import heapq
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.roads import CLEAR, AroundPlace, Conditions, RoadGraph, Roads, Spot, Spots, StreetBetween, read_profile
from turnout.roads.graph import Floats

Turns = set[tuple[int, int]]
PLAIN = read_profile(
    'version = 1\nsource = "a test"\ntime_zone = "UTC"\n[week]\n'
    + "".join(f'{day} = "{"D" * 8}{"P" * 2}{"D" * 14}"\n' for day in ("monday", "tuesday", "wednesday", "thursday"))
    + "".join(f'{day} = "{"D" * 24}"\n' for day in ("friday", "saturday", "sunday"))
    + "".join(
        f"[{drive}]\nintercept_s = 0\nearliest_ratio = 1\nlatest_ratio = 1\n"
        f"[{drive}.factors.D]\ndefault = 1.0\n[{drive}.factors.P]\ndefault = 0.5\n"
        for drive in ("urgent", "routine")
    ),
    "plain",
)
THURSDAY_NOON, THURSDAY_RUSH = 12 * 3_600_000, 9 * 3_600_000
"""1 January 1970 was a Thursday."""


def brute_force_s(
    graph: RoadGraph, forbidden: Turns, times_s: Floats, closed: set[int], source: Spot, target: Spot
) -> float:
    """The oracle: Dijkstra over whole edges as states, turns looked up one by one; shares no code with the engine."""

    def both(spot: Spot) -> dict[int, float]:
        twin = int(graph.edge_twin[spot.edge])
        return {spot.edge: spot.fraction} | ({twin: 1.0 - spot.fraction} if spot.either_way and twin >= 0 else {})

    arrivals = both(target)
    best = math.inf
    heap: list[tuple[float, int, bool]] = []
    for edge, fraction in both(source).items():
        if edge in arrivals and fraction <= arrivals[edge]:
            best = min(best, (arrivals[edge] - fraction) * times_s[edge])
        heap.append(((1.0 - fraction) * times_s[edge], edge, False))
    heapq.heapify(heap)
    settled: set[tuple[int, bool]] = set()
    restricted = {into for into, _ in forbidden}
    while heap:
        seconds, edge, after_a_restriction = heapq.heappop(heap)
        if (edge, after_a_restriction) in settled:
            continue
        settled.add((edge, after_a_restriction))
        leaving = {onward for onward in range(graph.edge_count) if graph.edge_from[onward] == graph.edge_to[edge]}
        onwards = {onward for onward in leaving if (edge, onward) not in forbidden}
        if after_a_restriction and onwards - {int(graph.edge_twin[edge])}:
            onwards -= {int(graph.edge_twin[edge])}
        for onward in sorted(onwards):
            if onward in arrivals:
                best = min(best, seconds + arrivals[onward] * times_s[onward])
            if onward not in closed:
                heapq.heappush(heap, (seconds + times_s[onward], onward, edge in restricted))
    return best


junction_counts = st.integers(2, 6)
fractions = st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0.0, 1.0)


@st.composite
def sketches(choose: Any) -> tuple[list[tuple[float, float]], list[tuple[int, int, bool, float]]]:
    count = choose(junction_counts)
    corners = [(float(100 * (i % 3)), float(100 * (i // 3))) for i in range(count)]
    ends = st.integers(0, count - 1)
    roads = choose(
        st.lists(st.tuples(ends, ends, st.booleans(), st.sampled_from([18.0, 36.0, 72.0])), min_size=1, max_size=9)
    )
    return corners, roads


@settings(max_examples=300, deadline=None)
@given(data=st.data(), drawn=sketches())
def test_times_and_ways_agree_with_a_brute_force_search_over_edges(data: Any, drawn: Any, draw: Any) -> None:
    corners, rows = drawn
    roads = [
        draw.road(a, b, one_way=one_way, kmh=kmh, bends=[(50.0, 250.0 + 20 * i)] if a == b or i % 4 == 0 else ())
        for i, (a, b, one_way, kmh) in enumerate(rows)
    ]
    plain = draw.graph(corners, roads)
    turns = [
        (a, b)
        for a in range(plain.edge_count)
        for b in range(plain.edge_count)
        if plain.edge_to[a] == plain.edge_from[b]
    ]
    forbidden = set(data.draw(st.lists(st.sampled_from(turns), max_size=6))) if turns else set()
    graph = draw.graph(corners, roads, sorted(forbidden))
    edges = st.integers(0, graph.edge_count - 1)
    spots = st.builds(Spot, edges, fractions, st.just(0.0), st.booleans())
    target, sources = data.draw(spots), data.draw(st.lists(spots, min_size=1, max_size=4))
    closed = data.draw(st.sets(edges, max_size=2))
    conditions = CLEAR.with_closure("works", np.array(sorted(closed), dtype=np.int32)) if closed else CLEAR
    engine = Roads(graph, PLAIN)
    reach = engine.reach(target, Spots.of(sources), THURSDAY_NOON, conditions)
    times_s = graph.edge_length_m / (graph.edge_speed_kmh / 3.6)
    for index, source in enumerate(sources):
        wanted = brute_force_s(graph, forbidden, times_s, closed, source, target)
        assert reach.times_s[index] == pytest.approx(wanted, abs=1e-6)
        route = reach.route(index)
        assert (route is None) == math.isinf(wanted)
        if route is not None:
            assert route.drive_s == pytest.approx(wanted, abs=1e-6)
            assert not closed & set(route.edges[1:-1])
            hops = list(pairwise(route.edges))
            assert not forbidden & set(hops)
            assert all(graph.edge_to[a] == graph.edge_from[b] for a, b in hops)


@pytest.fixture
def block(draw: Any) -> Roads:
    return Roads(draw.block(), PLAIN)


def seconds(roads: Roads, source: Spot, target: Spot, conditions: Conditions = CLEAR, at: int = THURSDAY_NOON) -> float:
    return float(roads.reach(target, Spots.of([source]), at, conditions).times_s[0])


def test_a_standing_unit_behind_the_target_turns_round(block: Roads) -> None:
    assert seconds(block, Spot(0, 0.75), Spot(0, 0.25)) == pytest.approx(5.0)


def test_a_moving_unit_that_has_passed_the_target_turns_at_the_next_junction(block: Roads) -> None:
    assert seconds(block, Spot(0, 0.75, either_way=False), Spot(0, 0.25)) == pytest.approx(2.5 + 7.5)


def test_a_moving_unit_short_of_the_target_drives_up_to_it(block: Roads) -> None:
    assert seconds(block, Spot(0, 0.25, either_way=False), Spot(0, 0.75)) == pytest.approx(5.0)


def test_a_target_on_one_carriageway_is_not_reached_from_the_other_side(block: Roads) -> None:
    assert seconds(block, Spot(1, 0.5, either_way=False), Spot(0, 0.5, either_way=False)) == pytest.approx(5.0 + 5.0)


def test_a_one_way_street_is_driven_round_the_block(draw: Any) -> None:
    road = draw.road
    graph = draw.graph([(0, 0), (0, 100), (100, 100)], [road(0, 1, one_way=True), road(1, 2), road(2, 0, one_way=True)])
    roads = Roads(graph, PLAIN)
    back_round_s = 5.0 + 10.0 + 10.0 * math.sqrt(2.0) + 2.5
    assert seconds(roads, Spot(0, 0.5), Spot(0, 0.25)) == pytest.approx(back_round_s, rel=1e-4)


def test_a_dead_end_is_driven_into_and_out_of(draw: Any) -> None:
    roads = Roads(draw.graph([(0, 0), (100, 0), (200, 0)], [draw.road(0, 1), draw.road(1, 2)]), PLAIN)
    assert seconds(roads, Spot(0, 0.0), Spot(2, 1.0)) == pytest.approx(20.0)
    assert seconds(roads, Spot(2, 0.5, either_way=False), Spot(0, 0.0)) == pytest.approx(5.0 + 10.0 + 10.0)


def test_of_parallel_roads_the_quicker_counts(draw: Any) -> None:
    road = draw.road
    rows = [road(0, 1), road(1, 2, kmh=18.0), road(1, 2, kmh=72.0), road(1, 2, kmh=36.0), road(2, 3)]
    roads = Roads(draw.graph([(0, 0), (100, 0), (200, 0), (300, 0)], rows), PLAIN)
    source, target = Spot(0, 0.0), Spot(8, 1.0)
    assert seconds(roads, source, target) == pytest.approx(25.0)
    route = roads.route(source, target, THURSDAY_NOON)
    assert route is not None
    assert route.edges == (0, 4, 8)


def test_a_closure_changes_the_next_answer_and_lifting_it_restores_it(block: Roads) -> None:
    source, target = Spot(6, 0.5), Spot(2, 0.25)
    before = seconds(block, source, target)
    closed = block.close(CLEAR, "c1", StreetBetween("Left St", "Bottom St", "Top St"))
    assert before == pytest.approx(5.0 + 10.0 + 2.5)
    assert seconds(block, source, target, closed) == pytest.approx(5.0 + 10.0 + 7.5)
    assert seconds(block, source, target, closed.without("c1")) == before
    assert seconds(block, source, target) == before


def test_a_slowdown_makes_a_road_take_longer(block: Roads) -> None:
    slowed = block.slow(CLEAR, "s1", StreetBetween("Left St", "Bottom St", "Top St"), 1.4)
    assert seconds(block, Spot(0, 0.0), Spot(0, 1.0), slowed) == pytest.approx(14.0)


def test_of_two_slowdowns_on_one_road_the_slower_counts() -> None:
    edges = np.array([0], dtype=np.int32)
    both = CLEAR.with_slowdown("a", edges, 2.0).with_slowdown("b", edges, 3.0)
    assert both.slowed(np.array([10.0, 10.0])).tolist() == [30.0, 10.0]


def test_a_slowdown_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="multiplier"):
        CLEAR.with_slowdown("a", np.array([0], dtype=np.int32), 0.0)


def test_an_incident_in_a_closed_street_is_reached_from_its_open_ends(block: Roads) -> None:
    closed = block.close(CLEAR, "c1", StreetBetween("Left St", "Bottom St", "Top St"))
    assert seconds(block, Spot(6, 0.5), Spot(0, 0.5), closed) == pytest.approx(5.0 + 5.0)


def test_what_is_closed_off_all_round_cannot_be_reached(draw: Any) -> None:
    rows = [draw.road(0, 1), draw.road(1, 2), draw.road(2, 3)]
    roads = Roads(draw.graph([(0, 0), (100, 0), (200, 0), (300, 0)], rows), PLAIN)
    closed = roads.close(CLEAR, "flood", AroundPlace(draw.place(150, 0), 30.0))
    assert math.isinf(seconds(roads, Spot(0, 0.5), Spot(4, 0.5), closed))
    assert roads.route(Spot(0, 0.5), Spot(4, 0.5), THURSDAY_NOON, closed) is None


def test_the_hour_of_the_week_changes_the_next_answer(block: Roads) -> None:
    assert seconds(block, Spot(0, 0.0), Spot(0, 1.0), at=THURSDAY_RUSH) == pytest.approx(20.0)


def test_a_unit_off_the_roads_is_not_reached(block: Roads) -> None:
    reach = block.reach(Spot(0, 0.5), Spots.of([None, Spot(0, 0.5)]), THURSDAY_NOON)
    assert math.isinf(reach.times_s[0])
    assert reach.times_s[1] == 0.0
    assert reach.route(0) is None


def test_a_search_for_enough_units_stops_early_and_gives_the_same_times(draw: Any) -> None:
    far = 40
    rows = [draw.road(i, i + 1, kmh=3.6) for i in range(far)]
    roads = Roads(draw.graph([(100.0 * i, 0.0) for i in range(far + 1)], rows), PLAIN)
    sources = Spots.of([Spot(2 * i, 1.0) for i in range(far)])
    whole = roads.reach(Spot(0, 0.0), sources, THURSDAY_NOON)
    some = roads.reach(Spot(0, 0.0), sources, THURSDAY_NOON, enough=10)
    found = np.isfinite(some.times_s)
    assert some.limit_s == 1_200.0
    assert 10 <= np.count_nonzero(found) < far
    assert np.array_equal(some.times_s[found], whole.times_s[found])
    assert np.all(whole.times_s[~found] > some.limit_s)
    assert some.route(far - 1) is None


def test_enough_units_that_do_not_exist_are_searched_for_only_so_far(draw: Any) -> None:
    graph = draw.graph([(0, 0), (100, 0), (500, 0), (600, 0)], [draw.road(0, 1), draw.road(2, 3)])
    reach = Roads(graph, PLAIN).reach(Spot(0, 0.0), Spots.of([Spot(2, 0.0)]), THURSDAY_NOON, enough=1)
    assert math.isinf(reach.times_s[0])
    assert reach.limit_s == 86_400.0
