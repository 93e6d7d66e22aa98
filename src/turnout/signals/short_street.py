"""A street between two signals with room for one vehicle in each lane: one of its ends at a time lets in.

With two in a lane, the tail of the second stands in the junction behind, across the way of who turns left out of the
other direction; let in from both ends, they wait for one another for good (decision 0281). As of a single track, but
nobody is counted: the street is handed over when its signals have been red for a while and nobody is before the stop
line at its end. Pure: times and what stands at stop lines in.
"""

from typing import Final

import msgspec

from turnout.signals.adaptive.supervisor import UNSEEN_PATIENCE_MS
from turnout.signals.guard import STEP_MAX_MS

CLEAR_MS: Final = 3_000
"""The signals that let in must have been red for so long."""
EMPTY_MS: Final = 15_000
"""Longer is not waited for who is still in it: he has red there, or a detector is stuck."""
GAP_MS: Final = 5_000
"""The end has no use for the street when nobody has been before its signals for so long, though they show green."""
TURN_MS: Final = 30_000
"""From when an end got the street: so long may somebody wait while others follow one another the other way. With 20 s
an hour had 5 s more of delay."""
LINE_MS: Final = 300_000
"""So long does an end keep the street for who waited when it got it and has had no green yet, as on a single track."""


class Gate(msgspec.Struct, frozen=True):
    """A signal that lets in, and at which end: 0 or 1."""

    end: int
    junction: str
    group: str


class ShortStreet(msgspec.Struct, frozen=True):
    """`approaches`: where who was let in at the first end and at the second comes to the other signal."""

    id: str
    gates: tuple[Gate, ...]
    approaches: tuple[tuple[str, ...], tuple[str, ...]]


class StreetLock:
    """Which end lets in. Each second: `step`, then `is_closed` of each gate before and `tell` after it is switched.

    All its times are by a clock of its own, which `step` alone moves, by a second at most and never back.
    """

    def __init__(self, street: ShortStreet, at_ms: int) -> None:
        self.street = street
        self.holder = 0
        self.is_closing = False
        """Nobody more is let in: the other end is next."""
        self._said_ms = self._now_ms = self._held_since = at_ms
        self._red_since = dict.fromkeys(street.gates, at_ms)
        """Of each gate; -1 while it is not red."""
        self._waits_since: dict[Gate, int] = {}
        self._is_taken = [True, True]
        self._stood_ms = dict.fromkeys(street.gates, at_ms)
        """When somebody was last at the stop line of each gate."""

    def step(self, at_ms: int) -> None:
        passed_ms, self._said_ms = at_ms - self._said_ms, at_ms
        self._now_ms += min(max(passed_ms, 0), STEP_MAX_MS)
        other = 1 - self.holder
        waited_ms = self._waits(other)
        if waited_ms < 0:
            self.is_closing = False
            return
        stood_ms = max(at for gate, at in self._stood_ms.items() if gate.end == self.holder)
        is_unused = self._now_ms - max(stood_ms, self._held_since) >= GAP_MS
        is_idle = self._waits(self.holder) < 0 and (self._shut_ms(self.holder) >= 0 or is_unused)
        is_over = min(waited_ms, self._now_ms - self._held_since) >= TURN_MS and self._has_had_turn()
        self.is_closing = self.is_closing or is_idle or is_over
        least_ms = EMPTY_MS if self._is_taken[self.holder] else CLEAR_MS
        if self.is_closing and self._shut_ms(self.holder) >= least_ms:
            self.holder, self.is_closing, self._held_since = other, False, self._now_ms

    def is_closed(self, gate: Gate) -> bool:
        """Whether it may not show green."""
        return self.is_closing or gate.end != self.holder

    def tell(self, gate: Gate, *, is_red: bool, is_waited_for: bool) -> None:
        """Detectors miss some: a gate that has been red for `UNSEEN_PATIENCE_MS` is waited for, whoever is seen."""
        if not is_red:
            self._red_since[gate] = -1
        elif self._red_since[gate] < 0:
            self._red_since[gate] = self._now_ms
        if is_waited_for:
            self._stood_ms[gate] = self._now_ms
        is_unseen = is_red and self._now_ms - self._red_since[gate] >= UNSEEN_PATIENCE_MS
        if is_red and (is_waited_for or is_unseen):
            self._waits_since.setdefault(gate, self._now_ms)
        else:
            self._waits_since.pop(gate, None)

    def tell_taken(self, end: int, *, is_taken: bool) -> None:
        """Whether somebody who was let in at this end is, or was a moment ago, before the stop line at the other."""
        self._is_taken[end] = is_taken

    def _waits(self, end: int) -> int:
        """For how long somebody waits to be let in; -1 where nobody does."""
        since = [at for gate, at in self._waits_since.items() if gate.end == end]
        return self._now_ms - min(since) if since else -1

    def _shut_ms(self, end: int) -> int:
        """For how long all its gates have been red; -1 where one is not."""
        since = [at for gate, at in self._red_since.items() if gate.end == end]
        return -1 if min(since) < 0 else self._now_ms - max(since)

    def _has_had_turn(self) -> bool:
        """Whether green was shown to all who waited when it got the street; not waited for longer than `LINE_MS`."""
        waiting = [at for gate, at in self._waits_since.items() if gate.end == self.holder]
        return self._now_ms - self._held_since >= LINE_MS or all(at > self._held_since for at in waiting)
