"""What the keeper asks its PostgreSQL, over one connection that knows one question at a time."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from turnout.keeper.postgresql import Postgresql
from turnout.keeper.site import Address, Node, Site

NODES = {name: Node(name, Address("127.0.0.1", 1), Address("127.0.0.1", 2)) for name in ("a", "b")}


class OneAtATime:
    """As asyncpg's connection: a second question before the first is answered is the caller's mistake."""

    def __init__(self) -> None:
        self._busy = False
        self.asked = 0

    def is_closed(self) -> bool:
        return False

    def terminate(self) -> None:
        pass

    async def fetchrow(self, *_: Any) -> tuple[bool, str, str, bool]:
        if self._busy:
            raise asyncpg.InternalClientError("another operation is in progress")
        self._busy = True
        await asyncio.sleep(0.01)
        self._busy = False
        self.asked += 1
        return False, "0/10", "0/10", True


async def test_the_watch_and_an_act_may_ask_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    postgresql = Postgresql(Site(b"s" * 16, "turnout", NODES), "a", tmp_path / "data")
    connection = OneAtATime()
    monkeypatch.setattr(postgresql, "_connection", connection)
    states = await asyncio.gather(*(postgresql.ask() for _ in range(5)))
    assert all(state is not None and state.written == 16 for state in states)
    assert connection.asked == 5


async def test_a_library_that_is_confused_is_no_answer_and_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgresql = Postgresql(Site(b"s" * 16, "turnout", NODES), "a", tmp_path / "data")
    connection = OneAtATime()
    connection._busy = True
    monkeypatch.setattr(postgresql, "_connection", connection)
    assert await postgresql.ask() is None
