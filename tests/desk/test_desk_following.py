"""A server that stands by keeps the board of the journal that another one writes, and takes over from there."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.desk.stand_ins import TroubledJournal
from tests.desk.toy_book import AddUnit, ToyBook, origin
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Desk
from turnout.desk.faults import StorageDamaged, StorageFailed
from turnout.desk.following import Follower


class FirstRows(TroubledJournal):
    """Notes after which row it was read."""

    def __init__(self, journal: Any) -> None:
        super().__init__(journal)
        self.read_after: list[int] = []

    async def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        self.read_after.append(after_seq)
        async for page in super().read(after_seq):
            yield page


async def add(desk: Any, *units: str) -> None:
    for unit in units:
        await desk.submit(AddUnit(unit), origin(unit))


@pytest.fixture
def follower(journal: TroubledJournal, snapshots: SqliteSnapshots) -> Any:
    return Follower(ToyBook(), journal, snapshots)


async def test_a_follower_has_the_desks_board(desk: Any, follower: Any) -> None:
    await add(desk, "E01")
    await follower.look()
    await add(desk, "E02", "E03")
    await follower.look()
    assert (follower.head.board, follower.head.seq) == (desk.board, 3)


async def test_a_desk_that_followed_reads_only_what_came_since(
    desk: Any, follower: Any, journal: TroubledJournal, clock: Any
) -> None:
    await add(desk, "E01", "E02", "E03")
    await follower.look()
    await add(desk, "E04")
    noted = FirstRows(journal)
    takes_over: Any = Desk(ToyBook(), noted, clock)
    await takes_over.start(None, follower.head)
    assert takes_over.board == desk.board
    assert noted.read_after == [2, 3]
    await takes_over.stop()


@pytest.mark.parametrize("held", [(), ("E01", "E09"), ("E08", "E01")])
async def test_what_was_followed_and_is_not_in_the_journal_is_forgotten(
    tmp_path: Path, desk: Any, follower: Any, clock: Any, held: tuple[str, ...]
) -> None:
    """As after a loss of the machine that alone had the newest rows."""
    await add(desk, "E01", "E02")
    await follower.look()
    other = SqliteJournal(tmp_path / "other.sqlite", "toy")
    before: Any = Desk(ToyBook(), other, clock)
    await before.start()
    await add(before, *held)
    takes_over: Any = Desk(ToyBook(), other, clock)
    await takes_over.start(None, follower.head)
    assert sorted(takes_over.board.units) == sorted(held)
    await add(takes_over, "E20")
    assert await other.verify() is None
    await before.stop()
    await takes_over.stop()
    await other.close()


async def test_a_journal_that_could_not_be_read_is_followed_again(
    desk: Any, follower: Any, journal: TroubledJournal
) -> None:
    await add(desk, "E01")
    await follower.look()
    journal.fail_reads = StorageFailed("gone")
    with pytest.raises(StorageFailed):
        await follower.look()
    journal.fail_reads = None
    await add(desk, "E02")
    await follower.look()
    assert follower.head.board == desk.board


async def _followed_for(follower: Any, journal: TroubledJournal, fault: StorageFailed | None) -> None:
    """`follow` as it runs in a server, through one look at least that ends with the fault."""
    journal.fail_reads = fault
    task = asyncio.create_task(follower.follow())
    await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    journal.fail_reads = None


async def test_a_journal_that_cannot_be_reached_does_not_make_the_board_forgotten(
    desk: Any, follower: Any, journal: TroubledJournal, clock: Any
) -> None:
    """The database is lost together with the desk: what takes over reads the rows since, not everything."""
    await add(desk, "E01", "E02", "E03")
    await follower.look()
    await _followed_for(follower, journal, StorageFailed("no answer"))
    await add(desk, "E04")
    noted = FirstRows(journal)
    takes_over: Any = Desk(ToyBook(), noted, clock)
    await takes_over.start(None, follower.head)
    assert takes_over.board == desk.board
    assert noted.read_after == [2, 3]
    await takes_over.stop()


async def test_a_journal_that_does_not_follow_on_is_read_anew(
    desk: Any, follower: Any, journal: TroubledJournal
) -> None:
    await add(desk, "E01")
    await follower.look()
    await _followed_for(follower, journal, StorageDamaged("row 2 is not next"))
    assert follower.head is None
