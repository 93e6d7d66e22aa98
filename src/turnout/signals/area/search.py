"""Cycle, splits and offsets of all junctions of an area at once.

One junction after the other is given the offset, then the splits, that cost the whole area least, until a round brings
nothing more (the hill climbing of TRANSYT, Robertson 1969). A change is judged where it is felt: at the junction and at
the signals that its vehicles meet next. The cycle is the best of those that are tried.
"""

import itertools
from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from turnout.signals.area.frame import Durations
from turnout.signals.area.profile import Profiles, Result, serve
from turnout.signals.area.streams import Floats, Streams
from turnout.signals.model import SECOND_MS

ROUNDS_MAX: Final = 8
GAIN_LEAST: Final = 0.002
"""A round that brings less, as a share, is the last."""
SHIFTS_S: Final = (8, 4, 2, 1)
"""Seconds that are moved from one interval to another, at first and at last."""
SHIFTS_EACH: Final = 6


class Setting(NamedTuple):
    """Per junction its intervals and its offset in seconds. `cost`: vehicles that wait, weighted as in `profile`."""

    seconds: int
    durations_ms: tuple[Durations, ...]
    offsets_s: tuple[int, ...]
    cost: float


def capacities(streams: Streams, setting: Setting) -> Floats:
    found = np.zeros((len(streams.lanes), setting.seconds))
    for n, lanes in enumerate(streams.lanes_at):
        found[lanes] = streams.capacity(n, setting.durations_ms[n], setting.offsets_s[n])
    return found


def judged(streams: Streams, setting: Setting) -> tuple[Setting, Result]:
    """With what it costs, once every platoon has settled."""
    profiles = Profiles(streams, setting.seconds)
    _, result = profiles.settled(capacities(streams, setting))
    return setting._replace(cost=float(profiles.cost(result, np.arange(len(streams.lanes))).sum())), result


def best_of(streams: Streams, cycles_s: Iterable[int]) -> Setting | None:
    """None where no cycle of these is long enough for every junction."""
    found = [setting for seconds in cycles_s if (setting := coordinated(streams, seconds)) is not None]
    return min(found, key=lambda setting: setting.cost, default=None)


def coordinated(streams: Streams, seconds: int) -> Setting | None:
    """The area under this cycle; None where a junction needs a longer one."""
    durations = []
    for n in range(len(streams.frames)):
        fitted = resized(streams, n, seconds)
        if fitted is None:
            return None
        durations.append(fitted)
    search = _Search(streams, seconds, durations)
    best = search.setting()
    for _ in range(ROUNDS_MAX):
        search.go_round()
        found = search.setting()
        gain = best.cost - found.cost
        best = min(best, found, key=lambda setting: setting.cost)
        if gain < GAIN_LEAST * best.cost:
            break
    return best


def resized(streams: Streams, junction: int, seconds: int) -> Durations | None:
    """Its intervals in whole seconds for this cycle, second by second where it costs least when all comes evenly."""
    frame, lanes = streams.frames[junction], streams.lanes_at[junction]
    durations = -(-frame.durations_ms // SECOND_MS) * SECOND_MS
    coming = streams.per_h[lanes] / 3_600

    def cost(tried: Durations) -> float:
        may_leave = streams.capacity(junction, tried, 0)
        result = serve(np.repeat(coming[:, None], may_leave.shape[1], 1), may_leave)
        return float((result.even + result.overflow).sum())

    while (missing := seconds * SECOND_MS - int(durations.sum())) != 0:
        step = SECOND_MS if missing > 0 else -SECOND_MS
        tried = []
        for n in np.flatnonzero(frame.has_green) if step > 0 else range(len(frame)):
            other = durations.copy()
            other[n] += step
            if frame.fits(other):
                tried.append(other)
        if not tried:
            return None
        durations = min(tried, key=cost)
    return durations if frame.fits(durations) else None


class _Search:
    def __init__(self, streams: Streams, seconds: int, durations: list[Durations]) -> None:
        self._streams, self._seconds = streams, seconds
        self._profiles = Profiles(streams, seconds)
        self._durations, self._offsets = durations, [0] * len(durations)
        self._capacity = capacities(streams, self._now())
        self._settle()
        self._order = sorted(range(len(durations)), key=lambda n: -float(streams.per_h[streams.lanes_at[n]].sum()))

    def _now(self, cost: float = 0.0) -> Setting:
        return Setting(self._seconds, tuple(self._durations), tuple(self._offsets), cost)

    def setting(self) -> Setting:
        return judged(self._streams, self._now())[0]

    def go_round(self) -> None:
        for junction in self._order:
            if len(self._streams.lanes_at[junction]):
                self._shift(junction)
                self._split(junction)
        self._settle()

    def _settle(self) -> None:
        self._comes, result = self._profiles.settled(self._capacity)
        self._leaves = result.leaves

    def _shift(self, junction: int) -> None:
        """The best offset of this junction."""
        base = self._streams.capacity(junction, self._durations[junction], 0)
        tried = np.stack([np.roll(base, offset, -1) for offset in range(self._seconds)])
        costs = self._felt(junction, tried)
        best = int(np.argmin(costs))
        if costs[best] < costs[self._offsets[junction]] - 1e-6:
            self._offsets[junction] = best
            self._take(junction, tried[best])

    def _split(self, junction: int) -> None:
        """The best splits of this junction, by seconds moved from one interval to another."""
        frame = self._streams.frames[junction]
        for shift in SHIFTS_S:
            for _ in range(SHIFTS_EACH):
                tried = [self._durations[junction]]
                for shorter, longer in itertools.permutations(range(len(frame)), 2):
                    other = tried[0].copy()
                    other[shorter] -= shift * SECOND_MS
                    other[longer] += shift * SECOND_MS
                    if frame.has_green[longer] and frame.fits(other):
                        tried.append(other)
                offset = self._offsets[junction]
                capacity = np.stack([self._streams.capacity(junction, each, offset) for each in tried])
                costs = self._felt(junction, capacity)
                best = int(np.argmin(costs))
                if costs[best] >= costs[0] - 1e-6:
                    break
                self._durations[junction] = tried[best]
                self._take(junction, capacity[best])

    def _felt(self, junction: int, capacity: Floats) -> Floats:
        """[tried]: the cost at the junction and at the signals after it, of each of the capacities tried."""
        profiles, lanes = self._profiles, self._streams.lanes_at[junction]
        here = serve(np.broadcast_to(self._comes[lanes], capacity.shape), capacity)
        costs: Floats = profiles.cost(here, lanes).sum(-1)
        reached, more = profiles.changed(junction, here.leaves - self._leaves[lanes])
        elsewhere = self._streams.junction_of[reached] != junction
        if elsewhere.any():
            after = reached[elsewhere]
            comes = np.maximum(self._comes[after] + more[..., elsewhere, :], 0.0)
            there = serve(comes, np.broadcast_to(self._capacity[after], comes.shape))
            costs = costs + profiles.cost(there, after).sum(-1)
        return costs

    def _take(self, junction: int, capacity: Floats) -> None:
        """Let it stand, and tell the signals after it."""
        lanes = self._streams.lanes_at[junction]
        self._capacity[lanes] = capacity
        leaves = serve(self._comes[lanes], capacity).leaves
        reached, more = self._profiles.changed(junction, leaves - self._leaves[lanes])
        self._leaves[lanes] = leaves
        self._comes[reached] = np.maximum(self._comes[reached] + more, 0.0)
        self._leaves[reached] = serve(self._comes[reached], self._capacity[reached]).leaves
