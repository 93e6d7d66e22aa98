"""Summer time is followed, also when the disk happens to be full at that moment."""

import asyncio
from typing import Any

import msgspec
import pytest

from tests.adapters.running import san_francisco
from turnout.desk.answers import Done
from turnout.desk.faults import StorageFull
from turnout.edge import tables_in_force
from turnout.words.moment import Moment

SUMMER = Moment(1_783_000_000_000)


async def test_the_new_offset_is_published_again_after_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables_in_force, "OFFSET_LOOK_S", 0.0)
    asked: list[int] = []
    done = asyncio.Event()

    class Desk:
        board = type("Board", (), {"catalogue": san_francisco().catalogue})

        async def submit(self, command: Any, _: Any) -> Done:
            asked.append(command.catalogue.utc_offset_min)
            if len(asked) == 1:
                raise StorageFull("no space")
            done.set()
            return Done(1, 1, SUMMER)

    desk: Any = Desk()
    following = asyncio.create_task(tables_in_force.follow_offset(desk, lambda: SUMMER))
    async with asyncio.timeout(20):
        await done.wait()
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert asked[:2] == [-420, -420]


async def test_tables_of_a_time_zone_that_this_machine_does_not_know_stop_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They may be in a journal of an older version."""
    monkeypatch.setattr(tables_in_force, "OFFSET_LOOK_S", 0.0)
    catalogue = msgspec.structs.replace(san_francisco().catalogue, time_zone="\U0008c6db")
    desk: Any = type("Desk", (), {"board": type("Board", (), {"catalogue": catalogue})})
    following = asyncio.create_task(tables_in_force.follow_offset(desk, lambda: SUMMER))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not following.done()
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
