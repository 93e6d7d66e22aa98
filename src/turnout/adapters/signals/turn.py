"""Whose message goes to a controller next, and for whom a question about detectors is waited for no longer."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

DETECTED_S: Final = 1.0
"""An answer about detectors that is later is not waited for: what it would say is not known."""


class Turn:
    """One at a time. What a crew depends on goes first; the others as they came.

    Where others wait, one of them goes after each that went first: who goes first waits for one of the others at most,
    and none of the others waits for more than one of those between two of its own kind.
    """

    def __init__(self) -> None:
        self._is_taken = False
        self._first: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._is_others_next = False

    @asynccontextmanager
    async def taken(self, *, goes_first: bool = False) -> AsyncIterator[None]:
        await self._wait(self._first if goes_first else self._others)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, queue: deque[asyncio.Future[None]]) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():
                self._pass_on()  # it had just come to it
            elif mine in queue:
                queue.remove(mine)
            raise

    def _pass_on(self) -> None:
        for queue in (self._first, self._others):
            while queue and queue[0].done():  # cancelled, and not yet gone
                queue.popleft()
        is_first = bool(self._first) and not (self._is_others_next and self._others)
        queue = self._first if is_first else self._others
        self._is_others_next = is_first and bool(self._others)
        self._is_taken = bool(queue)
        if queue:
            queue.popleft().set_result(None)


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
