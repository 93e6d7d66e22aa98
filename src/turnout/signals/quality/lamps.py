"""What a group of signals showed, and how long a detector was occupied, from the rows of a log."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from turnout.signals.quality.clock import Bools, Ints, SignalLog

Floats = NDArray[np.float64]

GREEN, YELLOW, RED, UNKNOWN = 0, 1, 2, -1

PHASE: Final = {1: GREEN, 8: YELLOW, 10: RED, 11: RED}
"""Phase begin green, begin yellow clearance, begin red clearance, end red clearance."""
OVERLAP: Final = {61: GREEN, 63: YELLOW, 64: RED, 65: RED}
FOLLOWS: Final = tuple(
    before * 3 + after for before, after in ((GREEN, YELLOW), (GREEN, RED), (YELLOW, RED), (RED, GREEN))
)
"""Green to red: its yellow was lost, a few seconds of it."""
CLEARED: Final = (11, 65)
WALK, WALK_ENDING, DO_NOT_WALK = 21, 22, 23
PEDESTRIAN_CALLS: Final = (45, 90)
"""Call registered; detector on."""
DETECTOR_OFF, DETECTOR_ON = 81, 82
REPORTED_FAULTS: Final = (84, 85, 86, 87, 88)
"""The controller itself says that a detector is broken: other, watchdog, open loop, shorted loop, excessive change."""

RAPID_MS: Final = 2_000
"""Two beginnings in a row so close: the first ended when the second began. Further apart: half-way between."""


class Lamp(NamedTuple):
    """A group's segments in order: from `at_ms` until before `until_ms` it showed `shows`. Gaps lie between them."""

    at_ms: Ints
    until_ms: Ints
    shows: Ints
    is_sharp: Bools
    """Whether its beginning was logged. The end of red clearance says that it was red, and not since when."""

    def at(self, times: Ints) -> Ints:
        """What it showed at these times; `UNKNOWN` where nobody knows."""
        if not len(self.at_ms):
            return np.full(len(times), UNKNOWN)
        n = np.searchsorted(self.at_ms, times, "right") - 1
        known = (n >= 0) & (times < self.until_ms[n])
        return np.where(known, self.shows[n], UNKNOWN)

    def lasted_ms(self, shows: int | None, edges_ms: Ints) -> Ints:
        """Between every two of `edges_ms`: how long it showed this; None: how long it is known."""
        chosen = np.ones(len(self.shows), bool) if shows is None else self.shows == shows
        return np.diff(total_until(self.at_ms[chosen], self.until_ms[chosen], edges_ms))


def total_until(begins: Ints, ends: Ints, times: Ints) -> Ints:
    """How much of these spans, sorted and apart, lies before each time."""
    if not len(begins):
        return np.zeros(len(times), np.int64)
    sums = np.concatenate([[0], np.cumsum(ends - begins)])
    n = np.searchsorted(begins, times, "right")
    inside = np.minimum(np.where(n > 0, times - begins[n - 1], 0), np.where(n > 0, (ends - begins)[n - 1], 0))
    found: Ints = np.where(n > 0, sums[np.maximum(n - 1, 0)] + inside, 0)
    return found


def lamp_of(log: SignalLog, codes: dict[int, int], number: int) -> Lamp:
    """The segments of a phase or an overlap. Red that is told twice, at its beginning and its end, is one.

    Where something is shown that cannot follow, a row was lost: when it ended is not known, so it has no length.
    """
    at_ms, code = log.of(codes, number)
    shows = np.array([codes[each] for each in code.tolist()], np.int64)
    is_sharp = ~np.isin(code, CLEARED)
    keep = np.ones(len(shows), bool)
    keep[1:] = ~((shows[1:] == RED) & (shows[:-1] == RED))
    at_ms, shows, is_sharp = at_ms[keep], shows[keep], is_sharp[keep]
    if not len(at_ms):
        return Lamp(at_ms, at_ms, shows, is_sharp)
    ends = _stretch_ends(log, at_ms)
    until = ends.copy()
    until[:-1] = np.minimum(np.where(ends[:-1] == ends[1:], at_ms[1:], ends[:-1]), ends[:-1])
    lost = np.zeros(len(at_ms), bool)
    lost[:-1] = (ends[:-1] == ends[1:]) & ~np.isin(shows[:-1] * 3 + shows[1:], FOLLOWS)
    return Lamp(at_ms, np.where(lost, at_ms, until), shows, is_sharp)


def _stretch_ends(log: SignalLog, at_ms: Ints) -> Ints:
    begins = np.array([stretch.from_ms for stretch in log.stretches], np.int64)
    ends = np.array([stretch.to_ms for stretch in log.stretches], np.int64)
    found: Ints = ends[np.maximum(np.searchsorted(begins, at_ms, "right") - 1, 0)]
    return found


def occupied(log: SignalLog, channel: int) -> tuple[Ints, Ints, Ints]:
    """Beginnings and ends of a detector's occupancy; and since when, in each stretch, it is known.

    A missing end or beginning is put half-way between its neighbours (as `atspm` does).
    """
    at_ms, code = log.of((DETECTOR_OFF, DETECTOR_ON), channel)
    if not len(at_ms):
        return at_ms, at_ms, at_ms
    is_on = code == DETECTOR_ON
    ends = _stretch_ends(log, at_ms)
    last = np.ones(len(at_ms), bool)
    last[:-1] = ends[:-1] != ends[1:]
    first = np.concatenate([[True], last[:-1]])
    following = np.append(at_ms[1:], at_ms[-1])
    lasts = following - at_ms
    half = at_ms + (lasts + 1) // 2
    begins_again = np.append(is_on[1:], False) & ~last
    until = np.where(begins_again, np.where(lasts <= RAPID_MS, following, half), following)
    until = np.where(last, ends, until)
    on = is_on.copy()
    ended_twice = ~is_on[:-1] & ~is_on[1:] & ~last[:-1]
    begun = np.concatenate([at_ms[is_on], half[:-1][ended_twice]])
    ended = np.concatenate([until[on], following[:-1][ended_twice]])
    order = np.argsort(begun, kind="stable")
    return begun[order], ended[order], at_ms[first]


def united(spans: Sequence[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """Where at least one of several detectors is occupied."""
    begins = np.concatenate([each for each, _ in spans]) if spans else np.zeros(0, np.int64)
    ends = np.concatenate([each for _, each in spans]) if spans else np.zeros(0, np.int64)
    if not len(begins):
        return begins, ends
    order = np.argsort(begins, kind="stable")
    begins, ends = begins[order], ends[order]
    reached = np.maximum.accumulate(ends)
    starts = np.concatenate([[True], begins[1:] > reached[:-1]])
    lasts = np.append(np.flatnonzero(starts)[1:] - 1, len(begins) - 1)
    return begins[starts], reached[lasts]
