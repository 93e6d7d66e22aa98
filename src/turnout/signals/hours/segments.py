"""Which times of which days are alike: kinds of days, and periods of each that a plan of its own is worth having.

Demand is a vector of vehicles per hour for each quarter-hour of each day. A period is represented by its mean; what is
made as small as can be is the squared distance of every quarter-hour from the mean of its period (Fisher 1958, On
Grouping for Maximum Homogeneity), plus a price for each period. All groupings of the days and all cuts of their clocks
are weighed, by dynamic programming over the sums; nothing is started at random. The clock goes round: a period may last
over midnight.
"""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DAY_KINDS_MAX: Final = 3
"""Working days, Saturday and Sunday are the usual ones."""


class Segment(NamedTuple):
    """From a slot on, so many slots, around the clock."""

    first: int
    length: int


class DayKind(NamedTuple):
    """Days (by their place in the demand) that have the same periods."""

    days: tuple[int, ...]
    segments: tuple[Segment, ...]


class Segmentation(NamedTuple):
    """`cost` is the squared distance that remains, `whole` that from one mean for everything; without prices."""

    kinds: tuple[DayKind, ...]
    cost: float
    whole: float


def segmented(
    demand: Floats, most: int, least_slots: int, price: float, kinds_max: int = DAY_KINDS_MAX
) -> Segmentation:
    """The best grouping. `demand`: [days, slots, streams]; `most`: periods of all kinds of days together.

    `least_slots`: a period lasts at least so long; `price`: of each, as a share of `whole`.
    """
    days, slots, _ = demand.shape
    sums = _Sums(demand)
    whole = sums.cost(tuple(range(days)))[0, slots]
    each = price * whole
    known: dict[tuple[int, ...], _Cuts] = {}

    def cuts_of(group: tuple[int, ...]) -> _Cuts:
        if group not in known:
            known[group] = _Cuts(sums.cost(group), most, least_slots)
        return known[group]

    alone = [cuts_of((day,)).costs for day in range(days)]
    ranked = sorted(
        (
            (_shared([_at_least(alone, sums, group) for group in groups], most, each)[0], n, groups)
            for n, groups in enumerate(groupings(days, min(kinds_max, most)))
        ),
        key=lambda row: row[:2],
    )
    best: tuple[float, tuple[tuple[tuple[int, ...], int], ...]] | None = None
    slack = 1e-9 * max(whole, 1.0)
    for at_least, _, groups in ranked:
        if best is not None and at_least >= best[0] - slack:
            break
        value, shares = _shared([cuts_of(group).costs for group in groups], most, each)
        if best is None or value < best[0] - slack:
            best = value, tuple(zip(groups, shares, strict=True))
    assert best is not None
    kinds = tuple(DayKind(group, known[group].segments(number)) for group, number in best[1])
    return Segmentation(kinds, sum(known[group].costs[number - 1] for group, number in best[1]), float(whole))


def _at_least(alone: Sequence[list[float]], sums: "_Sums", group: tuple[int, ...]) -> list[float]:
    """By number of periods, what these days cannot cost less than: each day by itself, and how far they are apart."""
    apart = sums.apart(group)
    return [max(sum(alone[day][n] for day in group), apart) for n in range(len(alone[0]))]


def groupings(days: int, most: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Every way to part so many days into at most so many groups; fewer groups first, each way once."""
    ways: list[list[list[int]]] = [[]]
    for day in range(days):
        ways = [
            new
            for way in ways
            for new in (
                *([*way[:n], [*way[n], day], *way[n + 1 :]] for n in range(len(way))),
                *([[*way, [day]]] if len(way) < most else []),
            )
        ]
    yield from sorted((tuple(tuple(group) for group in way) for way in ways), key=len)


def _shared(costs: Sequence[list[float]], most: int, price: float) -> tuple[float, list[int]]:
    """How many periods each kind of day gets, so that all together cost least. At least one each."""
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for of_kind in costs:
        following: dict[int, tuple[float, list[int]]] = {}
        for used, (value, shares) in best.items():
            for number, cost in enumerate(of_kind, 1):
                total, new = used + number, value + cost + price * number
                if total <= most and (total not in following or new < following[total][0]):
                    following[total] = new, [*shares, number]
        best = following
    return min(best.values(), key=lambda each: (each[0], len(each[1])))


class _Sums:
    """Squared distances of any slots in a row of any days from their mean, from sums worked out once."""

    def __init__(self, demand: Floats) -> None:
        days, slots, streams = demand.shape
        self.slots = slots
        flat = demand.reshape(days * slots, streams)
        centred = flat - flat.mean(axis=0)
        self._products = (centred @ centred.T).reshape(days, slots, days, slots)

    def apart(self, days: tuple[int, ...]) -> float:
        """Squared distances of these days from their mean, each slot by itself."""
        picked = list(days)
        own = self._products[np.ix_(picked, range(self.slots), picked, range(self.slots))]
        squares = np.einsum("dtdt->", own)
        return max(float(squares - np.einsum("dtet->", own) / len(picked)), 0.0)

    def cost(self, days: tuple[int, ...]) -> Floats:
        """[first slot, length]; length 0 costs nothing."""
        slots, picked = self.slots, list(days)
        squares = np.einsum("dtdt->t", self._products[np.ix_(picked, range(slots), picked, range(slots))])
        together = self._products[picked][:, :, picked].sum(axis=(0, 2))
        twice = np.tile(together, (2, 2))
        area = np.zeros((2 * slots + 1, 2 * slots + 1))
        area[1:, 1:] = twice.cumsum(axis=0).cumsum(axis=1)
        line = np.concatenate([[0.0], np.tile(squares, 2).cumsum()])
        first, length = np.arange(slots)[:, None], np.arange(slots + 1)[None, :]
        end = first + length
        block = area[end, end] - area[first, end] - area[end, first] + area[first, first]
        found: Floats = line[end] - line[first] - block / (np.maximum(length, 1) * len(picked))
        return np.maximum(found, 0.0)


class _Cuts:
    """The best cuts of one clock into 1, 2, … periods."""

    def __init__(self, cost: Floats, most: int, least: int) -> None:
        self.slots = slots = cost.shape[0]
        least = min(max(least, 1), slots)
        most = max(1, min(most, slots // least))
        allowed = np.where(np.arange(slots + 1) >= least, cost, np.inf)
        first, before, end = np.ogrid[:slots, : slots + 1, : slots + 1]
        last = np.where(end >= before, allowed[(first + before) % slots, np.maximum(end - before, 0)], np.inf)
        reached = [allowed]
        """[first slot, so many slots later], of so many periods in a row."""
        self._came: list[NDArray[np.int64]] = []
        for _ in range(1, most):
            through = reached[-1][:, :, None] + last
            came = through.argmin(axis=1)
            self._came.append(came)
            reached.append(np.take_along_axis(through, came[:, None, :], axis=1)[:, 0, :])
        self._starts = [0, *(int(each[:, slots].argmin()) for each in reached[1:])]
        self.costs = [float(each[start, slots]) for each, start in zip(reached, self._starts, strict=True)]

    def segments(self, number: int) -> tuple[Segment, ...]:
        start, end, found = self._starts[number - 1], self.slots, []
        for came in reversed(self._came[: number - 1]):
            before = int(came[start, end])
            found.append(Segment((start + before) % self.slots, end - before))
            end = before
        found.append(Segment(start, end))
        return tuple(sorted(found))
