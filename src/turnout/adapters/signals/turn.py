"""Whose message goes to a controller next, and for whom a question about detectors is waited for no longer."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, NamedTuple

DETECTED_S: Final = 1.0
"""An answer about detectors that is later is not waited for: what it would say is not known."""


class _Waits(NamedTuple):
    came: int
    """The how many-th that came."""
    let: asyncio.Future[None]


class Turn:
    """One at a time. What a crew depends on goes first, as it came; the others as they came.

    After each that went first, one of the others goes that came before the next that goes first. So:

    - Who goes first waits for nobody of the others that came later; of those that came before, for one at most for
      each that goes first before it, and one more.
    - Who is of the others waits, of those that go first, for those that came before it; of those that came later, for
      one at most for each of the others before it, and one more. However many go first, none waits for ever.
    - What goes on, the further messages of a reading that has begun, goes before the others: of these one is let in
      between where none goes first. Who looks waits for the rest of one reading at most.
    """

    def __init__(self) -> None:
        self._is_taken = False
        self._first: deque[_Waits] = deque()
        self._others: deque[_Waits] = deque()
        self._is_others_next = False
        self._came = 0

    @asynccontextmanager
    async def taken(self, *, goes_first: bool = False, goes_on: bool = False) -> AsyncIterator[None]:
        """`goes_on`: with what had the turn before, one of the others at most in between."""
        await self._wait(self._first if goes_first else self._others, goes_on=goes_on)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, queue: deque[_Waits], *, goes_on: bool) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        self._came += 1
        mine = _Waits(self._came, asyncio.get_running_loop().create_future())
        queue.appendleft(mine) if goes_on else queue.append(mine)
        try:
            await mine.let
        except asyncio.CancelledError:
            if not mine.let.cancelled():
                self._pass_on()  # it had just come to it
            else:
                queue.remove(mine)
            raise

    def _pass_on(self) -> None:
        first = next((each for each in self._first if not each.let.done()), None)  # cancelled, and not yet gone
        others = [each for each in self._others if not each.let.done()]
        before = [each for each in others if first is None or (self._is_others_next and each.came < first.came)]
        self._is_others_next = first is not None and not before and bool(others)
        goes = before[0] if before else first
        self._is_taken = goes is not None
        if goes is not None:
            (self._others if before else self._first).remove(goes)
            goes.let.set_result(None)


class Patience:
    """With the answers of one reading of detectors after another.

    It ends when something comes that a crew depends on, but not in two readings that follow each other: a controller
    to which much is said is read all the same. Then what comes waits for the one answer that is on the way.
    """

    def __init__(self) -> None:
        self._limit: asyncio.Timeout | None = None
        self._may_end = True
        self.has_ended = False
        """In this reading, because something came."""

    def begin(self) -> None:
        """Before the first question of a reading."""
        self._may_end, self.has_ended = not self.has_ended, False

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[None]:
        """For one answer. Raises `TimeoutError`."""
        async with asyncio.timeout(DETECTED_S) as self._limit:
            try:
                yield
            finally:
                self._limit = None

    def end(self) -> None:
        if self._may_end and self._limit is not None and not self._limit.expired():
            self._may_end, self.has_ended = False, True
            self._limit.reschedule(asyncio.get_running_loop().time())
