"""Which edges a closure covers."""

from typing import Any

import numpy as np
import pytest

from turnout.roads import CLEAR, AlongLine, AroundPlace, StreetBetween, edges_covered
from turnout.roads.conditions import RESTRAINTS_MAX
from turnout.roads.ground import Ground
from turnout.words.place import Place
from turnout.words.trouble import Malformed


@pytest.fixture
def high_street(draw: Any) -> Ground:
    """High St runs east over three crossings; a street goes north at each. Edges 0-5 High St, 6-13 the others."""
    names = ["First St", "Second St", "Third St", "Fourth St"]
    corners = [(100.0 * i, 0.0) for i in range(4)] + [(100.0 * i, 100.0) for i in range(4)]
    rows = [draw.road(i, i + 1, name="High St") for i in range(3)]
    return Ground(draw.graph(corners, [*rows, *(draw.road(i, i + 4, name=names[i]) for i in range(4))]))


def test_a_line_along_a_street_closes_it_and_not_the_streets_it_passes(high_street: Ground, draw: Any) -> None:
    line = AlongLine((draw.place(0, 3), draw.place(200, 3)))
    assert edges_covered(high_street, line).tolist() == [0, 1, 2, 3]


def test_a_line_along_half_a_block_closes_the_block(high_street: Ground, draw: Any) -> None:
    line = AlongLine((draw.place(100, 3), draw.place(152, 3)))
    assert edges_covered(high_street, line).tolist() == [2, 3]


def test_a_line_across_a_street_bars_it(high_street: Ground, draw: Any) -> None:
    line = AlongLine((draw.place(150, -20), draw.place(150, 20)))
    assert edges_covered(high_street, line).tolist() == [2, 3]


def test_a_line_through_a_crossing_only_closes_nothing(high_street: Ground, draw: Any) -> None:
    line = AlongLine((draw.place(90, 10), draw.place(110, -10)))
    assert edges_covered(high_street, line).tolist() == []


def test_a_circle_closes_what_it_touches(high_street: Ground, draw: Any) -> None:
    circle = AroundPlace(draw.place(150, 20), 25.0)
    assert edges_covered(high_street, circle).tolist() == [2, 3]


def test_a_street_is_closed_between_two_crossings_by_name(high_street: Ground) -> None:
    between = StreetBetween("high st", "Second St", "FOURTH ST")
    assert edges_covered(high_street, between).tolist() == [2, 3, 4, 5]


def test_a_street_between_a_crossing_and_itself_is_nothing(high_street: Ground) -> None:
    assert edges_covered(high_street, StreetBetween("High St", "First St", "First St")).tolist() == []


@pytest.mark.parametrize(
    "extent",
    [
        AlongLine((Place(0.0, 0.0),)),
        AlongLine((Place(0.0, 0.0), Place(91.0, 0.0))),
        AroundPlace(Place(0.0, 0.0), 0.0),
        AroundPlace(Place(0.0, 0.0), 1e9),
        AroundPlace(Place(float("nan"), 0.0), 10.0),
        StreetBetween("Nowhere St", "First St", "Second St"),
        StreetBetween("First St", "Second St", "High St"),
        StreetBetween("", "Second St", "High St"),
    ],
    ids=str,
)
def test_an_extent_that_makes_no_sense_is_malformed(high_street: Ground, extent: Any) -> None:
    with pytest.raises(Malformed):
        edges_covered(high_street, extent)


def test_a_closure_of_the_same_key_replaces_the_first() -> None:
    first, second = np.array([1], dtype=np.int32), np.array([5, 3], dtype=np.int32)
    conditions = CLEAR.with_closure("a", first).with_closure("a", second)
    assert conditions.closed_edges().tolist() == [3, 5]


def test_lifting_what_is_not_there_changes_nothing() -> None:
    conditions = CLEAR.with_closure("a", np.array([1], dtype=np.int32))
    assert conditions.without("b").closed_edges().tolist() == [1]


def test_a_runaway_feed_of_closures_is_refused() -> None:
    conditions = CLEAR
    edges = np.array([0], dtype=np.int32)
    full = type(conditions)(tuple(conditions.with_closure(str(i), edges).restraints[0] for i in range(RESTRAINTS_MAX)))
    with pytest.raises(ValueError, match="more than"):
        full.with_closure("one more", edges)
