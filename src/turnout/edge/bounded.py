"""Threads with a bounded number of those who wait for them: whoever comes when it is full is told so at once."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from turnout.desk.faults import Busy

T = TypeVar("T")


class BoundedWorkers:
    """`run` from the loop; `close` at the end. An executor of the standard library queues without a limit."""

    def __init__(self, workers: int, most: int, name: str) -> None:
        """`most`: at work and waiting together."""
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self.most = most
        self._inside = 0

    def __len__(self) -> int:
        return self._inside

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` gives. Raises `Busy` when too many wait."""
        if self._inside >= self.most:
            raise Busy(f"{self.most} wait already")
        loop = asyncio.get_running_loop()
        working = self._threads.submit(work)
        self._inside += 1
        # Counted until the thread is done with it: a caller that goes away leaves the work behind.
        working.add_done_callback(lambda _: _tell(loop, self._left))
        return await asyncio.wrap_future(working)

    def _left(self) -> None:
        self._inside -= 1

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the loop has ended meanwhile: nobody counts any more
        loop.call_soon_threadsafe(what)
