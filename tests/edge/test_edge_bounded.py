"""Threads whose queue has an end."""

import asyncio
import threading

import pytest

from turnout.desk.faults import Busy
from turnout.edge.bounded import BoundedWorkers


async def test_one_too_many_is_told_at_once_and_the_others_are_done() -> None:
    workers, gate = BoundedWorkers(1, 3, "test"), threading.Event()
    waiting = [asyncio.create_task(workers.run(lambda: gate.wait(20))) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await workers.run(lambda: True)
    gate.set()
    assert await asyncio.gather(*waiting) == [True] * 3
    async with asyncio.timeout(20):
        while len(workers):
            await asyncio.sleep(0.01)
    assert await workers.run(lambda: "again") == "again"
    workers.close()


async def test_a_caller_that_goes_away_leaves_the_place_taken_until_its_work_is_over() -> None:
    """Else whoever asks and gives up, over and over, would fill the threads without a limit."""
    workers, gate = BoundedWorkers(1, 1, "test"), threading.Event()
    gone = asyncio.create_task(workers.run(lambda: gate.wait(20)))
    await asyncio.sleep(0.05)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    with pytest.raises(Busy):
        await workers.run(lambda: True)
    gate.set()
    async with asyncio.timeout(20):
        while len(workers):
            await asyncio.sleep(0.01)
    workers.close()
