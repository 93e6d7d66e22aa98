"""Kinds of days and periods: the best that there are, as trying everything finds them."""

import itertools
from collections.abc import Iterable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.signals.hours.segments import Floats, Segmentation, groupings, segmented

Cut = tuple[int, int]


def cuts(slots: int, number: int, least: int) -> Iterable[list[Cut]]:
    if number == 1:
        yield [(0, slots)]
        return
    for starts in itertools.combinations(range(slots), number):
        found = [(a, (b - a) % slots) for a, b in zip(starts, [*starts[1:], starts[0]], strict=True)]
        if all(length >= least for _, length in found):
            yield found


def spread(demand: Floats, days: Iterable[int], cut: Cut) -> float:
    slots = demand.shape[1]
    rows = np.concatenate([demand[day, [(cut[0] + n) % slots for n in range(cut[1])]] for day in days])
    return float(((rows - rows.mean(axis=0)) ** 2).sum())


def least_of_all(demand: Floats, most: int, least: int, price: float, kinds: int) -> float:
    days, slots, _ = demand.shape
    each = price * spread(demand, range(days), (0, slots))
    best = np.inf
    for groups in groupings(days, min(kinds, most)):
        costs = [
            [
                min(
                    (sum(spread(demand, group, cut) for cut in found) for found in cuts(slots, number, least)),
                    default=np.inf,
                )
                for number in range(1, most + 1)
            ]
            for group in groups
        ]
        for numbers in itertools.product(range(1, most + 1), repeat=len(groups)):
            if sum(numbers) <= most:
                total = sum(cost[number - 1] for cost, number in zip(costs, numbers, strict=True))
                best = min(best, total + each * sum(numbers))
    return best


def total(found: Segmentation, price: float) -> float:
    return found.cost + price * found.whole * sum(len(kind.segments) for kind in found.kinds)


@st.composite
def demands(draw: st.DrawFn) -> Floats:
    days, slots, streams = draw(st.integers(1, 3)), draw(st.integers(2, 7)), draw(st.integers(1, 2))
    size = days * slots * streams
    values = draw(st.lists(st.integers(0, 1_000), min_size=size, max_size=size))
    return np.array(values, np.float64).reshape(days, slots, streams)


limits = st.tuples(st.integers(1, 4), st.integers(1, 3), st.sampled_from((0.0, 0.02, 0.1)), st.integers(1, 3))


@settings(max_examples=60, deadline=None)
@given(demands(), limits)
def test_no_other_periods_cost_less(demand: Floats, limit: tuple[int, int, float, int]):
    most, least, price, kinds = limit
    found = segmented(demand, most, least, price, kinds)
    best = least_of_all(demand, most, least, price, kinds)
    assert abs(total(found, price) - best) <= 1e-6 * max(best, 1.0)


@settings(max_examples=60, deadline=None)
@given(demands(), limits)
def test_what_is_found_costs_what_it_says_and_keeps_its_limits(demand: Floats, limit: tuple[int, int, float, int]):
    most, least, price, kinds = limit
    days, slots, _ = demand.shape
    found = segmented(demand, most, least, price, kinds)
    assert sorted(day for kind in found.kinds for day in kind.days) == list(range(days))
    assert len(found.kinds) <= kinds
    assert sum(len(kind.segments) for kind in found.kinds) <= max(most, 1)
    for kind in found.kinds:
        covered = [(cut.first + n) % slots for cut in kind.segments for n in range(cut.length)]
        assert sorted(covered) == list(range(slots))
        assert all(cut.length >= min(least, slots) for cut in kind.segments)
    told = sum(spread(demand, kind.days, (cut.first, cut.length)) for kind in found.kinds for cut in kind.segments)
    assert abs(told - found.cost) <= 1e-6 * max(told, 1.0)


@settings(max_examples=30, deadline=None)
@given(demands(), limits, st.integers(0, 6))
def test_a_turned_clock_costs_the_same(demand: Floats, limit: tuple[int, int, float, int], turn: int):
    one, other = (segmented(each, *limit) for each in (demand, np.roll(demand, turn, axis=1)))
    assert abs(total(one, limit[2]) - total(other, limit[2])) <= 1e-6 * max(one.whole, 1.0)


def test_every_way_to_part_days_is_tried_once():
    assert len(list(groupings(7, 7))) == 877  # Bell's number
    assert len(list(groupings(7, 3))) == 365
    assert len(set(groupings(5, 5))) == 52
