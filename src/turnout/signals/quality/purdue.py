"""The Purdue coordination diagram: every arrival at its time of day and its time in the cycle, and the lamps with it.

Day, Haseman, Premachandra, Brennan, Wasson, Sturdevant and Bullock (2010), TRR 2192. A cycle runs from one beginning of
red to the next; above the beginning of green and below that of yellow, vehicles arrive on green.
"""

import itertools
from collections import defaultdict
from typing import Final

import numpy as np

from turnout.signals.quality.clock import Ints
from turnout.signals.quality.figures import PurdueCycle, PurdueDiagram, PurduePoint
from turnout.signals.quality.lamps import GREEN, RED, YELLOW, Lamp

POINTS_MAX: Final = 4_000
"""Points of a diagram, and cycles: about as many as a screen has columns, four times over."""
CELLS: Final = ((60, 1), (300, 2), (900, 2), (3_600, 4), (14_400, 10))
"""Seconds of the day and of the cycle that are put together, finest first."""
CYCLE_MAX_MS: Final = 600_000
"""A red that lasts longer is no cycle: the signals rested or were off."""


def purdue_of(group: str, lamp: Lamp, arrivals: Ints, from_ms: int, to_ms: int) -> PurdueDiagram:
    """Of the cycles that begin in this time. `arrivals`: when vehicles are at the stop line, in order."""
    cycles = [each for each in _cycles(lamp) if from_ms <= each.at_ms < to_ms]
    points = _points(cycles, arrivals)
    if len(points) <= POINTS_MAX and len(cycles) <= POINTS_MAX:
        return PurdueDiagram(group=group, cycles=tuple(cycles), points=tuple(points))
    for cell_s, into_s in CELLS:
        fewer, rarer = _together(points, cell_s, into_s), _thinned(cycles, cell_s)
        if len(fewer) <= POINTS_MAX and len(rarer) <= POINTS_MAX:
            break
    return PurdueDiagram(group=group, cycles=tuple(rarer), points=tuple(fewer), cell_s=cell_s, into_cell_s=into_s)


def _cycles(lamp: Lamp) -> list[PurdueCycle]:
    """From red to red, without a gap between."""
    found = []
    reds = np.flatnonzero(lamp.shows == RED).tolist()
    at, until, shows = lamp.at_ms.tolist(), lamp.until_ms.tolist(), lamp.shows.tolist()
    for first, last in itertools.pairwise(reds):
        lasts = at[last] - at[first]
        if lasts > CYCLE_MAX_MS or any(until[n] != at[n + 1] for n in range(first, last)):
            continue
        green = next((at[n] for n in range(first, last) if shows[n] == GREEN), None)
        yellow = next((at[n] for n in range(first, last) if shows[n] == YELLOW), None)
        into = [None if each is None else (each - at[first]) / 1_000 for each in (green, yellow)]
        found.append(PurdueCycle(at[first], into[0], into[1], lasts / 1_000))
    return found


def _points(cycles: list[PurdueCycle], arrivals: Ints) -> list[PurduePoint]:
    begins = np.array([each.at_ms for each in cycles], np.int64)
    if not len(begins):
        return []
    ends = begins + np.array([round(each.lasts_s * 1_000) for each in cycles], np.int64)
    n = np.searchsorted(begins, arrivals, "right") - 1
    inside = (n >= 0) & (arrivals < ends[np.maximum(n, 0)])
    into = (arrivals - begins[np.maximum(n, 0)])[inside]
    return [PurduePoint(at, each / 1_000) for at, each in zip(arrivals[inside].tolist(), into.tolist(), strict=True)]


def _together(points: list[PurduePoint], cell_s: int, into_s: int) -> list[PurduePoint]:
    """A point in the middle of each cell that has any."""
    counted: dict[tuple[int, int], int] = defaultdict(int)
    for each in points:
        counted[each.at_ms // (cell_s * 1_000), int(each.into_s // into_s)] += each.vehicles
    return [
        PurduePoint(at * cell_s * 1_000 + cell_s * 500, (into + 0.5) * into_s, vehicles)
        for (at, into), vehicles in sorted(counted.items())
    ]


def _thinned(cycles: list[PurdueCycle], cell_s: int) -> list[PurdueCycle]:
    """The middle one of those that begin within each `cell_s`."""
    within: dict[int, list[PurdueCycle]] = defaultdict(list)
    for each in cycles:
        within[each.at_ms // (cell_s * 1_000)].append(each)
    return [each[len(each) // 2] for _, each in sorted(within.items())]
