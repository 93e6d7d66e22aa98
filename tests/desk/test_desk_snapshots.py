"""A snapshot saves reading the whole journal at a start; one that cannot be trusted is passed over."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.desk.stand_ins import TroubledJournal
from tests.desk.toy_book import AddUnit, ToyBoard, ToyBook, origin
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Desk
from turnout.desk.faults import NotTheDesk, StorageFull
from turnout.desk.ports import BoardSnapshot


class CountedReads(TroubledJournal):
    def __init__(self, journal: Any) -> None:
        super().__init__(journal)
        self.rows_read = 0

    async def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        async for page in super().read(after_seq):
            self.rows_read += len(page)
            yield page


@pytest.fixture
def counted(journal: TroubledJournal) -> CountedReads:
    return CountedReads(journal)


@pytest.fixture
def a_run(counted: CountedReads, snapshots: SqliteSnapshots, clock: Any) -> Callable[..., Any]:
    async def run(commands: Sequence[str] = (), book: Any = None, **parts: Any) -> ToyBoard:
        """Start, add these units, stop; the board."""
        desk: Any = Desk(book or ToyBook(), counted, clock, snapshots=snapshots, **parts)
        await desk.start()
        for unit in commands:
            await desk.submit(AddUnit(unit), origin(unit))
        await desk.stop()
        board: ToyBoard = desk.board
        return board

    return run


UNITS = [f"E{n:02}" for n in range(40)]


async def test_a_stop_leaves_a_snapshot_and_the_next_start_reads_next_to_nothing(a_run: Any, counted: Any) -> None:
    before = await a_run(UNITS)
    counted.rows_read = 0
    assert await a_run() == before
    assert counted.rows_read <= 1


@pytest.mark.parametrize("is_lapsed", [False, True])
async def test_one_that_is_the_desk_no_longer_waits_for_no_snapshot(
    counted: CountedReads, snapshots: SqliteSnapshots, clock: Any, is_lapsed: bool
) -> None:
    """It lost its lease because it lost its database: writing there would keep it from standing by."""
    lapsed: list[NotTheDesk] = []
    desk: Any = Desk(ToyBook(), counted, clock, snapshots=snapshots, standing=lambda: lapsed[0] if lapsed else None)
    await desk.start()
    await desk.submit(AddUnit("E01"), origin("E01"))
    if is_lapsed:
        lapsed.append(NotTheDesk("the lease could not be renewed in time"))
    await desk.stop()
    assert len(await snapshots.list_newest_first()) == (0 if is_lapsed else 1)


async def test_snapshots_are_kept_while_the_desk_runs(a_run: Any, snapshots: SqliteSnapshots) -> None:
    await a_run(UNITS, snapshot_every_rows=10)
    kept = [snapshot.seq for snapshot in await snapshots.list_newest_first()]
    assert kept[0] == 40
    assert len(kept) > 1


async def test_a_desk_that_never_lives_for_long_keeps_snapshots_all_the_same(
    counted: CountedReads, snapshots: SqliteSnapshots, clock: Any
) -> None:
    """Else each start after a kill would read more than the one before."""
    for life in range(8):
        desk: Any = Desk(ToyBook(), counted, clock, snapshots=snapshots, snapshot_every_rows=10)
        counted.rows_read = 0
        await desk.start()
        assert counted.rows_read <= 2 * (10 + 6), (
            "the rows after a snapshot, looked at once to trust it and once to go on"
        )
        for n in range(6):
            await desk.submit(AddUnit(f"E{life}{n}"), origin(f"{life}/{n}"))
        if desk._snapshotter is not None:
            await desk._snapshotter
        desk._worker.cancel()
        await asyncio.gather(desk._worker, return_exceptions=True)
    assert (await snapshots.list_newest_first())[0].seq == 40


def replaced(tmp_path: Path, sql: str) -> None:
    with closing(sqlite3.connect(tmp_path / "snapshots.sqlite")) as file, file:
        file.execute(sql)


async def test_a_snapshot_that_does_not_decode_is_passed_over(
    a_run: Any, snapshots: SqliteSnapshots, counted: Any
) -> None:
    before = await a_run(UNITS)
    (kept,) = await snapshots.list_newest_first()
    await snapshots.keep(msgspec.structs.replace(kept, body=b"\xc1 no board"))
    counted.rows_read = 0
    assert await a_run() == before
    assert counted.rows_read >= len(UNITS)


async def test_a_snapshot_of_another_shape_is_passed_over(a_run: Any) -> None:
    class Changed(ToyBook):
        board_shape = "toy-2"

        def decode_board(self, body: bytes) -> ToyBoard:
            raise AssertionError("it must not even be tried")

    before = await a_run(UNITS)
    assert await a_run(book=Changed()) == before


async def test_a_snapshot_of_another_journal_is_passed_over(a_run: Any, snapshots: SqliteSnapshots) -> None:
    before = await a_run(UNITS)
    forged = ToyBook().encode_board(ToyBoard(facts=999))
    await snapshots.keep(BoardSnapshot(20, b"\0" * 32, ToyBook.board_shape, forged))
    await snapshots.keep(BoardSnapshot(40, b"\0" * 32, ToyBook.board_shape, forged))
    await snapshots.keep(BoardSnapshot(4_000, b"\0" * 32, ToyBook.board_shape, forged))
    assert await a_run() == before


async def test_an_older_snapshot_serves_when_the_newest_is_damaged(a_run: Any, tmp_path: Path, counted: Any) -> None:
    await a_run(UNITS[:30])
    before = await a_run(UNITS[30:])
    replaced(tmp_path, "UPDATE snapshot SET body = x'00' WHERE seq = 40")
    counted.rows_read = 0
    assert await a_run() == before
    assert counted.rows_read < len(UNITS)


async def test_a_desk_without_room_for_snapshots_goes_on(
    a_run: Any, snapshots: SqliteSnapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(self: SqliteSnapshots, snapshot: BoardSnapshot) -> None:
        raise StorageFull("no space left")

    monkeypatch.setattr(SqliteSnapshots, "keep", full)
    assert len((await a_run(UNITS, snapshot_every_rows=10)).units) == len(UNITS)


async def test_a_board_that_cannot_be_encoded_keeps_nobody_from_stopping(a_run: Any) -> None:
    class Unwritable(ToyBook):
        def encode_board(self, board: ToyBoard) -> bytes:
            raise TypeError("a planted bug")

    assert len((await a_run(UNITS, book=Unwritable(), snapshot_every_rows=10)).units) == len(UNITS)
