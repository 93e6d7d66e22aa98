"""Cyclic flow profiles: what a set of plans does to delay, stops and queues when every cycle is like the last.

As in TRANSYT (Robertson 1969): vehicles arrive in every second of a common cycle, leave while they may, and what leaves
one signal comes to the next as a platoon that has spread (Robertson's recurrence). What is uneven from cycle to cycle,
and what demand beyond capacity does over the period, is added
by the incremental queue of HCM 2016 (equation 19-26 with k = 0.5 and I = 1, as a queue).
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from turnout.signals.area.streams import Floats, Indices, Streams

SPREAD: Final = 0.35
LEAD: Final = 0.8
"""Robertson's: a platoon spreads over `SPREAD * LEAD * time`, and its first vehicles need `LEAD` of the mean time."""
FULL: Final = 0.98
"""Above this share of capacity the even part is that of a signal that is just not overloaded; the rest overflows."""
STOP_S: Final = 5.0
"""What a stop is worth, in seconds of delay: to brake and to gather speed again."""
SPILL: Final = 1.0
"""What each vehicle that no longer fits its lane is worth, in vehicles that wait: it stands in the way of others."""
PERIOD_S: Final = 3_600.0


class Result(NamedTuple):
    """Per lane. Queues in vehicles, as a mean over time: divided by what comes a second, that is delay."""

    leaves: Floats
    even: Floats
    overflow: Floats
    stops_per_s: Floats
    longest: Floats
    degree: Floats
    """Of saturation: what comes, over what may leave."""


def serve(comes: Floats, may_leave: Floats, period_s: float = PERIOD_S) -> Result:
    """Queues of a cycle that repeats. Both [..., lanes, seconds], in vehicles a second."""
    seconds = comes.shape[-1]
    coming, capacity = comes.sum(-1), np.maximum(may_leave.sum(-1), 1e-9)
    degree = coming / capacity
    part = np.minimum(1.0, FULL / np.maximum(degree, 1e-9))
    even = comes * part[..., None]
    surplus = np.cumsum(np.concatenate([even - may_leave, even - may_leave], -1), -1)
    queue = surplus - np.minimum(np.minimum.accumulate(surplus, -1), 0.0)
    now, before = queue[..., seconds:], queue[..., seconds - 1 : -1]
    over = degree - 1
    per_s = capacity / seconds
    overflow = per_s * period_s / 4 * (over + np.sqrt(over * over + 4 * degree / np.maximum(per_s * period_s, 1e-6)))
    stopped = (comes * (now > 0.3)).sum(-1) / seconds
    return Result(
        even - (now - before), now.mean(-1), np.where(coming > 0, overflow, 0.0), stopped, now.max(-1), degree
    )


class Profiles:
    """The area under a common cycle of so many seconds."""

    def __init__(self, streams: Streams, seconds: int) -> None:
        self.streams, self.seconds = streams, seconds
        turn = 2 * np.pi * np.fft.rfftfreq(seconds)
        keeps = 1 / (1 + SPREAD * LEAD * streams.after_s)[:, None]
        lag = LEAD * streams.after_s[:, None]
        spread = keeps / (1 - (1 - keeps) * np.exp(-1j * turn))
        self._response: NDArray[np.complex128] = streams.share[:, None] * spread * np.exp(-1j * turn * lag)
        size = len(streams.from_lane)
        shape = (len(streams.lanes), size)
        self._into = sparse.csr_array((np.ones(size), (streams.to_lane, np.arange(size))), shape=shape)

    def arrivals(self, leaves: Floats) -> Floats:
        """[lanes, seconds]: what comes when this leaves."""
        waves = self._response * np.fft.rfft(leaves, axis=-1)[self.streams.from_lane]
        comes = np.fft.irfft(self._into @ waves, self.seconds, axis=-1)
        return np.maximum(comes, 0.0) + self.streams.outside[:, None]

    def changed(self, junction: int, change: Floats) -> tuple[Indices, Floats]:
        """The lanes reached from a junction, and by how much more comes to them: [..., lanes, seconds].

        `change`: of what leaves the lanes of the junction, [..., lanes, seconds].
        """
        streams = self.streams
        reached, leaving = streams.reached_from[junction], streams.leaving_at[junction]
        rows = np.searchsorted(streams.lanes_at[junction], streams.from_lane[leaving])
        waves = np.fft.rfft(change, axis=-1)[..., rows, :] * self._response[leaving]
        total = np.zeros((*change.shape[:-2], len(reached), waves.shape[-1]), np.complex128)
        for n, at in enumerate(np.searchsorted(reached, streams.to_lane[leaving])):
            total[..., at, :] += waves[..., n, :]
        return reached, np.fft.irfft(total, self.seconds, axis=-1)

    def settled(self, capacity: Floats, leaves: Floats | None = None, rounds: int = 6) -> tuple[Floats, Result]:
        """What comes, and what becomes of it, once signal after signal has passed it on; `leaves`: a first guess."""
        even = np.repeat(self.streams.per_h[:, None] / 3_600, self.seconds, 1)
        comes = even if leaves is None else self.arrivals(leaves)
        for _ in range(rounds):
            comes = self.arrivals(serve(comes, capacity).leaves)
        return comes, serve(comes, capacity)

    def cost(self, result: Result, lanes: Indices) -> Floats:
        """Per lane: vehicles that wait, with their stops, and those that stand in the way of others.

        The overflow counts as a queue and not as delay, which is less where little comes: lanes keep some reserve.
        """
        beyond = np.maximum(result.longest + result.overflow - self.streams.room[lanes], 0.0)
        return result.even + result.overflow + STOP_S * result.stops_per_s + SPILL * beyond
