"""A running desk over a toy book and a real SQLite journal in a temporary folder."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.desk.stand_ins import SetClock, TroubledJournal
from tests.desk.toy_book import ToyBook
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.desk.desk import Desk


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[TroubledJournal]:
    journal = TroubledJournal(SqliteJournal(tmp_path / "journal.sqlite", "toy"))
    yield journal
    await journal.close()


@pytest.fixture
async def snapshots(tmp_path: Path) -> AsyncIterator[SqliteSnapshots]:
    snapshots = SqliteSnapshots(tmp_path / "snapshots.sqlite")
    yield snapshots
    await snapshots.close()


RunningDesk = Callable[..., AbstractAsyncContextManager[Any]]


@pytest.fixture
def a_desk(journal: TroubledJournal, clock: SetClock) -> RunningDesk:
    @asynccontextmanager
    async def running(**parts: Any) -> AsyncIterator[Any]:
        desk: Any = Desk(parts.pop("book", ToyBook()), journal, clock, **parts)
        await desk.start()
        try:
            yield desk
        finally:
            await desk.stop()

    return running


@pytest.fixture
async def desk(a_desk: RunningDesk) -> AsyncIterator[Any]:
    async with a_desk() as running:
        yield running
