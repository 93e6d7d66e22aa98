"""What a process that is not the desk promises: the desk's own answers, and the board that the journal says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.desk.stand_ins import SetClock, TroubledJournal, all_rows
from tests.desk.toy_book import AddUnit, AssignUnit, ToyBook, origin
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.desk.answers import Done, Refused
from turnout.desk.desk import Desk
from turnout.desk.faults import DeskUnreachable, Fault, NotTheDesk, StorageFailed
from turnout.desk.followed import FollowedDesk

Check = Callable[[Path], Awaitable[None]]
"""Gets an empty folder."""

SELDOM_S = 30.0
"""Between two looks, where a check is about what happens without them."""


class NearDesk:
    """The desk as another process reaches it: `trouble` is what asking it meets."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.trouble: Fault | None = None

    async def submit(self, command: Any, who: Any) -> Any:
        if self.trouble is not None:
            raise self.trouble
        return await self.desk.submit(command, who)


class City:
    """A desk, another process that follows it, and the journal between them."""

    def __init__(self, folder: Path, look_every_s: float) -> None:
        self.folder = folder
        self.journal = TroubledJournal(SqliteJournal(folder / "journal.sqlite", "toy"))
        self.read = TroubledJournal(SqliteJournal(folder / "journal.sqlite", "toy"))
        self.snapshots = SqliteSnapshots(folder / "snapshots.sqlite")
        self.desk: Any = Desk(ToyBook(), self.journal, SetClock())
        self.far = NearDesk(self.desk)
        self.followed: Any = FollowedDesk(ToyBook(), self.read, self.snapshots, self.far, look_every_s)
        self.told: list[Any] = []

    async def add(self, *units: str) -> None:
        for unit in units:
            await self.desk.submit(AddUnit(unit), origin(unit))


@asynccontextmanager
async def a_city(folder: Path, look_every_s: float = 0.01) -> AsyncIterator[City]:
    city = City(folder, look_every_s)
    await city.desk.start()
    await city.add("E01")
    await city.followed.start()
    city.followed.listen(city.told.append)
    city.followed.follow()
    try:
        yield city
    finally:
        await city.followed.stop()
        await city.desk.stop()
        for store in (city.journal, city.read, city.snapshots):
            await store.close()


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5.0):
        while not holds():
            await asyncio.sleep(0.005)


async def an_answer_is_the_desks_and_its_sender_sees_what_it_did(folder: Path) -> None:
    async with a_city(folder, SELDOM_S) as city:
        done = await city.followed.submit(AddUnit("E02"), origin("c1"))
        assert isinstance(done, Done)
        assert (city.followed.seq, city.followed.board) == (done.last_seq, city.desk.board)
        assert await city.followed.submit(AddUnit("E02"), origin("c1")) == Done(2, 2, done.at, repeated=True)
        assert isinstance(await city.followed.submit(AssignUnit("E09", "I1"), origin("c2")), Refused)


async def every_step_of_the_board_is_told_once_in_order(folder: Path) -> None:
    async with a_city(folder) as city:
        await city.add("E02", "E03")
        await _until(lambda: city.followed.seq == 3)
        await city.add("E04")
        await _until(lambda: city.followed.seq == 4)
        rows = [row.seq for told in city.told for row in told.rows]
        assert rows == [2, 3, 4]
        assert all(one.after is two.before for one, two in zip(city.told, city.told[1:], strict=False))
        assert city.told[-1].after == city.desk.board


async def rows_are_taken_only_where_they_follow_on(folder: Path) -> None:
    async with a_city(folder, SELDOM_S) as city:
        await asyncio.sleep(0.05)  # the look at the start
        await city.add("E02", "E03", "E04")
        rows = await all_rows(city.journal)
        foreign = await _another_past(folder / "other", "E08", "E09", "E10")
        assert not city.followed.hear(foreign[1:])
        assert not city.followed.over.is_set()
        assert city.followed.hear(rows[:3])
        assert city.followed.hear(rows[1:])
        assert not city.followed.hear(rows)
        assert city.followed.board == city.desk.board


async def a_past_that_was_not_ends_the_following(folder: Path) -> None:
    """As after a loss of the primary that alone had the newest rows."""
    for number, held in enumerate(((), ("E01",), ("E01", "E09"), ("E01", "E08", "E07", "E06"))):
        here = folder / str(number)
        here.mkdir()
        async with a_city(here) as city:
            await city.add("E02")
            await _until(lambda city=city: city.followed.seq == 2)  # type: ignore[misc]
            await _another_past(here / "other", *held)
            other = SqliteJournal(here / "other" / "journal.sqlite", "toy")
            first, city.read.journal = city.read.journal, other
            async with asyncio.timeout(5.0):
                await city.followed.over.wait()
            assert city.followed.health().has_ended
            await first.close()


async def a_journal_that_cannot_be_read_is_said_and_followed_again(folder: Path) -> None:
    async with a_city(folder) as city:
        city.read.fail_reads = StorageFailed("gone")
        await _until(lambda: city.followed.health().trouble == "storage-failed")
        assert isinstance(city.followed.standing(), NotTheDesk), "who has seen more is not taken back"
        city.read.fail_reads = None
        await city.add("E02")
        await _until(lambda: city.followed.seq == 2 and not city.followed.health().trouble)
        assert city.followed.standing() is None


async def a_desk_that_is_not_there_is_said(folder: Path) -> None:
    async with a_city(folder) as city:
        city.far.trouble = DeskUnreachable("gone")
        try:
            await city.followed.submit(AddUnit("E02"), origin("c1"))
        except DeskUnreachable:
            assert city.followed.health().trouble == "desk-unreachable"
        else:
            raise AssertionError("an answer without a desk")


async def _another_past(folder: Path, *units: str) -> Any:
    folder.mkdir(exist_ok=True)
    journal = SqliteJournal(folder / "journal.sqlite", "toy")
    desk: Any = Desk(ToyBook(), journal, SetClock())
    await desk.start()
    for unit in units:
        await desk.submit(AddUnit(unit), origin(f"other {unit}"))
    await desk.stop()
    rows = await all_rows(journal)
    await journal.close()
    return rows


CHECKS = (
    an_answer_is_the_desks_and_its_sender_sees_what_it_did,
    every_step_of_the_board_is_told_once_in_order,
    rows_are_taken_only_where_they_follow_on,
    a_past_that_was_not_ends_the_following,
    a_journal_that_cannot_be_read_is_said_and_followed_again,
    a_desk_that_is_not_there_is_said,
)
