"""Two bounded lanes into the desk. Dispatch, duress and new incidents go before everything else, at any load."""

from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

from turnout.desk.faults import Busy

T = TypeVar("T")

FIRST_LANE_MAX = 4_096
"""About two seconds of the desk's full speed: a dispatch command that would wait longer is better sent again."""

OTHER_LANE_MAX = 2_048
"""One second of it. Small on purpose: when the desk is behind, work that can wait is told so at once."""


class Lanes(Generic[T]):
    """First come, first served within a lane; the first lane is emptied before the other is looked at."""

    def __init__(self, first_max: int = FIRST_LANE_MAX, other_max: int = OTHER_LANE_MAX) -> None:
        self._first: deque[T] = deque()
        self._other: deque[T] = deque()
        self._first_max, self._other_max = first_max, other_max

    def __len__(self) -> int:
        return len(self._first) + len(self._other)

    @property
    def lengths(self) -> tuple[int, int]:
        """How many wait: (first lane, other lane)."""
        return len(self._first), len(self._other)

    def put(self, item: T, *, first: bool) -> None:
        """Add `item` at the end of its lane. Raises `Busy` when that lane is full."""
        lane, most = (self._first, self._first_max) if first else (self._other, self._other_max)
        if len(lane) >= most:
            raise Busy(f"{'first' if first else 'other'} lane is full: {most} commands wait")
        lane.append(item)

    def put_back(self, items: Iterable[T]) -> None:
        """Items that had been taken, in that order, to be taken before all others. Never refused: they had a place."""
        self._first.extendleft(reversed(list(items)))

    def take(self, most: int) -> list[T]:
        """Up to `most` items, the first lane's before the other's."""
        taken: list[T] = []
        for lane in (self._first, self._other):
            while lane and len(taken) < most:
                taken.append(lane.popleft())
        return taken
