"""The places for which cover is wanted, and their weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.coverage import DemandPoints, by_area


def points(**weights):
    at = np.arange(4, dtype=np.float64)
    return DemandPoints(at, at, {discipline: np.array(weight) for discipline, weight in weights.items()})


def test_shares_sum_to_one_and_are_even_where_nothing_is_foretold():
    some = points(fire=[1.0, 3.0, 0.0, 0.0], police=[0.0, 0.0, 0.0, 0.0])
    assert some.shares("fire").tolist() == [0.25, 0.75, 0.0, 0.0]
    assert (some.weighted_by("fire"), some.weighted_by("police"), some.weighted_by("ems")) == (
        "demand",
        "ground",
        "ground",
    )
    assert some.shares("police").tolist() == some.shares("ems").tolist() == [0.25] * 4


def test_too_many_places_are_brought_down_to_those_with_most_calls():
    kept = points(fire=[1.0, 3.0, 0.0, 2.0]).heaviest(2)
    assert kept.lat.tolist() == [1.0, 3.0]
    assert kept.shares("fire").tolist() == pytest.approx([0.6, 0.4])
    assert len(points(fire=[1.0] * 4).heaviest(4)) == 4


@given(st.integers(1, 400), st.integers(5, 50))
def test_a_city_of_any_size_is_cut_into_cells_within_the_limit(junctions, most):
    chance = np.random.default_rng(junctions)
    lat, lon = chance.uniform(37.0, 37.5, junctions), chance.uniform(-122.5, -122.0, junctions)
    cells = by_area(lat, lon, most)
    assert 1 <= len(cells) <= most
    assert set(cells.lat.tolist()) <= set(lat.tolist())
