"""What the program measures of itself, in one place: alarms, the health page and whoever scrapes read the same numbers.

Measuring must cost next to nothing on the way of a command: a duration is one addition in a table of logarithmic
classes, after HdrHistogram (Tene). Each class is about 9 % wide, so a percentile read from it is at most that much too
large, and never too small.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from turnout.words.name import Name

CLASSES_PER_DOUBLING: Final = 8
CLASSES: Final = 30 * CLASSES_PER_DOUBLING
"""From a microsecond to a thousand seconds; what is longer counts as the longest."""

SLOT_S: Final = 5.0
SLOTS: Final = 12
"""A minute: what an operator means by *now*."""


def class_of(duration_s: float) -> int:
    """The class of a duration. Total: what is shorter than a microsecond, or no number at all, is in the first."""
    if not duration_s > 1e-6:
        return 0
    return min(CLASSES - 1, math.ceil(math.log2(min(duration_s, 1e6) * 1e6) * CLASSES_PER_DOUBLING))


def upper_s(index: int) -> float:
    """The longest duration of a class, in seconds."""
    return float(2.0 ** (index / CLASSES_PER_DOUBLING)) / 1e6


class Durations:
    """How long something takes: of the last minute, and in total since the start."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._slots: deque[tuple[int, list[int]]] = deque(maxlen=SLOTS)
        self.counts = [0] * CLASSES
        """By class since the start; `upper_s` says where each ends."""
        self.count = 0
        self.total_s = 0.0

    def add(self, duration_s: float) -> None:
        index = class_of(duration_s)
        self.counts[index] += 1
        self.count += 1
        self.total_s += duration_s
        self._slot()[index] += 1

    def _slot(self) -> list[int]:
        number = int(self._monotonic_s() / SLOT_S)
        if not self._slots or self._slots[-1][0] != number:
            self._slots.append((number, [0] * CLASSES))
        return self._slots[-1][1]

    def lately(self) -> int:
        """How many in the last minute."""
        return sum(sum(counts) for counts in self._recent())

    def percentile_s(self, share: float) -> float:
        """Of the last minute, in seconds; 0 where there were none. `share`: 0.99 for the 99th percentile."""
        summed = [sum(column) for column in zip(*self._recent(), strict=True)]
        wanted = math.ceil(share * sum(summed))
        seen = 0
        for index, count in enumerate(summed):
            seen += count
            if count and seen >= wanted:
                return upper_s(index)
        return 0.0

    def _recent(self) -> list[list[int]]:
        oldest = int(self._monotonic_s() / SLOT_S) - SLOTS
        return [counts for number, counts in self._slots if number > oldest]


class Queue(NamedTuple):
    """Something in which work waits. `most` is where it is full; what happens then stands in `when_full`."""

    key: str
    name: Name
    length: Callable[[], int]
    most: int
    when_full: Name


@dataclass
class Measures:
    """One of a server. Parts that measure get it, parts that look read it; nobody waits for either."""

    commands: Durations = field(default_factory=Durations)
    """From the counter to the durable answer, refusals included."""
    appends: Durations = field(default_factory=Durations)
    """Of a batch to the journal, until it is durable: on SQLite nearly all of it is the sync of the disk."""
    outcomes: dict[tuple[str, str], int] = field(default_factory=dict)
    """(command's name, `done` or the code of the no) → how often since the start. Names and codes are ours: bounded."""
    rows: int = 0
    """Appended to the journal since the start."""
    _queues: dict[str, Queue] = field(default_factory=dict)

    def note_outcome(self, command: str, outcome: str) -> None:
        key = (command, outcome)
        self.outcomes[key] = self.outcomes.get(key, 0) + 1

    def watch_queue(self, queue: Queue) -> None:
        """Show it from now on. A second one of the same key takes the first one's place."""
        self._queues[queue.key] = queue

    def queues(self) -> Iterator[Queue]:
        yield from self._queues.values()

    def lengths(self) -> Mapping[str, tuple[int, int]]:
        """key → (length now, most)."""
        return {queue.key: (queue.length(), queue.most) for queue in self._queues.values()}
