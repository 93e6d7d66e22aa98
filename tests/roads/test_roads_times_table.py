"""The table of road times: the same seconds as a search for each place, cut off at its limit."""

import math
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.roads import CLEAR, AroundPlace, Roads, Spot, Spots
from turnout.roads.times_table import UNREACHED_S

AT = 12 * 3_600_000


def a_table(roads: Roads, targets: list[Spot], limit_s: float = 600.0, conditions: Any = CLEAR) -> Any:
    table = roads.times_to(Spots.of(targets), AT, conditions, limit_s)
    assert table is not None
    return table


def test_it_says_what_a_search_for_each_place_says(draw: Any) -> None:
    roads = Roads(draw.block())
    targets = [Spot(2, 0.5), Spot(4, 0.25), Spot(6, 0.9)]
    sources = Spots.of([Spot(0, 0.0), Spot(0, 0.6), Spot(7, 0.3, either_way=False)])
    found = a_table(roads, targets).from_sources(sources)
    for column, target in enumerate(targets):
        exact = roads.reach(target, sources, AT).times_s
        for row, seconds in enumerate(exact.tolist()):
            same_street = {int(sources.edge[row]), int(roads.graph.edge_twin[sources.edge[row]])} & {target.edge}
            if not same_street:
                assert math.ceil(seconds) <= found[row, column] <= math.ceil(seconds) + 2


def test_beyond_its_limit_and_off_the_roads_a_place_is_not_reached(draw: Any) -> None:
    roads = Roads(draw.block())
    table = a_table(roads, [Spot(4, 0.5)], limit_s=8.0)
    found = table.from_sources(Spots.of([Spot(2, 0.5), Spot(0, 0.1), None]))
    assert found[0, 0] < UNREACHED_S
    assert found[1:, 0].tolist() == [UNREACHED_S, UNREACHED_S]


def test_no_way_leads_through_a_closure(draw: Any) -> None:
    roads = Roads(draw.block())
    source, target = Spots.of([Spot(0, 0.9, either_way=False)]), Spot(4, 0.5)
    closed = roads.close(CLEAR, "c", AroundPlace(draw.place(50, 100), 5.0))
    open_s = a_table(roads, [target]).from_sources(source)[0, 0]
    assert a_table(roads, [target], conditions=closed).from_sources(source)[0, 0] > open_s


def test_who_no_longer_wants_it_gets_none(draw: Any) -> None:
    assert Roads(draw.block()).times_to(Spots.of([Spot(4, 0.5)]), AT, keep_on=lambda: False) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.floats(0, 1), st.booleans()), min_size=1, max_size=8))
def test_a_source_is_never_said_to_be_sooner_than_it_is(draw: Any, drawn: list[tuple[int, float, bool]]) -> None:
    roads, target = Roads(draw.block()), Spot(3, 0.4)
    sources = Spots.of([Spot(edge, fraction, either_way=either) for edge, fraction, either in drawn])
    found = a_table(roads, [target]).from_sources(sources)[:, 0].astype(np.float64)
    assert (found >= roads.reach(target, sources, AT).times_s - 1e-9).all()
