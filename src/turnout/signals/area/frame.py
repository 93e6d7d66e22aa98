"""What of a plan may be moved: the intervals between the changes of its greens, and the least that each must last.

The order of greens stays as it is. An interval may be made longer or shorter as long as every green keeps its least,
every two that meet their intergreen, and every amber its whole time; so no plan that comes from here breaks what the
guard holds.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from turnout.signals.model import SECOND_MS, GreenWindow, Junction, Plan

Durations = NDArray[np.int64]
"""Milliseconds of each interval, in order."""

Shares = NDArray[np.float64]

START_LOST_S: Final = 1.0
AMBER_USED_S: Final = 2.0
"""Vehicles begin to leave a second after green begins, and go on for two seconds of amber (HCM 2016, chapter 19)."""


class _Window(NamedTuple):
    """Green of a group over the intervals `first` until before `end`; all of the cycle where `whole`."""

    group: int
    first: int
    end: int
    whole: bool = False


class Frame:
    """The plan of a junction, taken apart. `durations_ms` as it comes; interval 0 begins at `begins_ms` of the plan."""

    def __init__(self, junction: Junction, plan: Plan) -> None:
        self.junction, self.plan = junction, plan
        self._groups = {group.id: n for n, group in enumerate(junction.groups)}
        cycle = plan.cycle_ms
        moved = [window for window in plan.windows if window.lasts_ms(cycle) < cycle]
        edges = sorted({at % cycle for window in moved for at in (window.from_ms, window.to_ms)}) or [0]
        self.edges_ms = tuple(edges)
        following = [*edges[1:], edges[0] + cycle]
        self.durations_ms: Durations = np.array(following, np.int64) - np.array(edges, np.int64)
        at = {edge: n for n, edge in enumerate(edges)}
        self._windows = [
            _Window(self._groups[window.group], at[window.from_ms % cycle], at[window.to_ms % cycle])
            if window.lasts_ms(cycle) < cycle
            else _Window(self._groups[window.group], 0, 0, whole=True)
            for window in plan.windows
        ]
        bounds = list(self._bounds())
        self._over = np.array([row for row, _ in bounds], np.int64)
        self._least_ms = np.array([least for _, least in bounds], np.int64)
        self._is_sound = not self._meet()
        self.has_green = np.array([any(n in self._spans(w) for w in self._windows) for n in range(len(edges))])

    def __len__(self) -> int:
        return len(self.edges_ms)

    def fits(self, durations_ms: Durations) -> bool:
        """Whether no green, intergreen, clearance or amber is too short, and no two have green that may not."""
        return self._is_sound and bool(
            (durations_ms >= 0).all() and (self._over @ durations_ms >= self._least_ms).all()
        )

    def retimed(self, durations_ms: Durations, offset_s: int, name: str) -> Plan:
        """The plan with these intervals; the first of them begins at the plan's second 0.

        `offset_s`: when that is, after the common second 0 of the area.
        """
        cycle = int(durations_ms.sum())
        starts = np.concatenate([[0], np.cumsum(durations_ms)[:-1]])
        windows = tuple(
            GreenWindow(
                self.junction.groups[window.group].id,
                0 if window.whole else int(starts[window.first]) % cycle,
                0 if window.whole else int(starts[window.end]) % cycle,
            )
            for window in self._windows
        )
        return Plan(name, cycle, windows, offset_s * SECOND_MS % cycle)

    def effective(self, durations_ms: Durations, offset_s: int) -> Shares:
        """[groups, seconds of the cycle]: the share of each second in which vehicles of the group leave."""
        seconds = int(durations_ms.sum()) // SECOND_MS
        starts = np.concatenate([[0], np.cumsum(durations_ms)[:-1]]) / SECOND_MS + offset_s
        shares = np.zeros((len(self._groups), seconds))
        at = np.arange(seconds)
        for window in self._windows:
            if window.whole:
                shares[window.group] = 1.0
                continue
            begins = starts[window.first] + START_LOST_S
            lasts = (starts[window.end] - starts[window.first]) % seconds or float(seconds)
            ends = begins + max(lasts - START_LOST_S + AMBER_USED_S, 0.0)
            turns = (begins // seconds - 1, begins // seconds, begins // seconds + 1)
            for shift in (-turn * seconds for turn in turns):
                over = np.minimum(at + 1, ends + shift) - np.maximum(at, begins + shift)
                shares[window.group] = np.maximum(shares[window.group], np.clip(over, 0.0, 1.0))
        return shares

    def _meet(self) -> bool:
        """Whether two groups that may not have green together do, however long the intervals are."""
        least, groups = self.junction.least_between(), self.junction.groups
        spans = [(groups[window.group].id, set(self._spans(window))) for window in self._windows]
        return any((one, other) in least and mine & its for one, mine in spans for other, its in spans)

    def _spans(self, window: _Window) -> list[int]:
        size = len(self.edges_ms)
        if window.whole:
            return list(range(size))
        return [(window.first + n) % size for n in range((window.end - window.first - 1) % size + 1)]

    def _row(self, intervals: list[int]) -> list[int]:
        return [int(n in intervals) for n in range(len(self.edges_ms))]

    def _bounds(self) -> Iterator[tuple[list[int], int]]:
        """Intervals whose sum may not fall below so many milliseconds."""
        size, groups = len(self.edges_ms), self.junction.groups
        for window in self._windows:
            if not window.whole:
                yield self._row(self._spans(window)), max(groups[window.group].min_green_ms, SECOND_MS)
        for (ending, beginning), least in self.junction.least_between().items():
            ends = [w.end for w in self._windows if not w.whole and groups[w.group].id == ending]
            begins = [w.first for w in self._windows if not w.whole and groups[w.group].id == beginning]
            for end in ends:
                for begin in begins:
                    yield self._row([(end + n) % size for n in range((begin - end) % size)]), least
        yield from self._amber_bounds()

    def _amber_bounds(self) -> Iterator[tuple[list[int], int]]:
        """An interval keeps at least what amber, or red with amber, takes of it."""
        cycle, spans = self.plan.cycle_ms, []
        for window in self._windows:
            group = self.junction.groups[window.group]
            if not window.whole:
                spans.append((self.edges_ms[window.end], group.ending_ms))
                spans.append((self.edges_ms[window.first] - group.starting_ms, group.starting_ms))
        for n, lasts in enumerate(self.durations_ms.tolist()):
            begins = self.edges_ms[n]
            taken = [
                (max(0, at + turn - begins), min(lasts, at + ms + turn - begins))
                for at, ms in spans
                for turn in (-cycle, 0, cycle)
            ]
            yield self._row([n]), _covered([(low, high) for low, high in taken if low < high])


def _covered(spans: list[tuple[int, int]]) -> int:
    """How much the spans cover together."""
    total, reached = 0, 0
    for low, high in sorted(spans):
        total += max(0, high - max(low, reached))
        reached = max(reached, high)
    return total
