"""What every journal must do, as checks that any storage can be put through, and that a faulty one must fail.

A check gets a `Storage`: somewhere to open the same journal again and again. It fails when the promise is broken.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec
import pytest

from turnout.desk.book import command_digest
from turnout.desk.chain import BadRow, JournalRow, genesis, row_hash, sealed
from turnout.desk.faults import Displaced, StorageDamaged, StorageFailed
from turnout.desk.ports import DoneCommand, Journal, Tail
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import Moment

STREAM = "contract"
NOON = Moment(1_800_000_000_000)


class Storage(Protocol):
    """One place that keeps one journal."""

    async def open(self) -> Journal: ...

    async def crash(self) -> None:
        """The program is gone from one moment to the next: what only it knew is lost. Open again afterwards."""
        ...

    async def alter(self, seq: int, column: str, value: object) -> None:
        """Somebody with the storage's own tools changes one field of one row."""
        ...

    async def remove(self, seq: int) -> None:
        """Somebody with the storage's own tools takes a row out."""
        ...


Check = Callable[[Storage], Awaitable[None]]


@asynccontextmanager
async def opened(storage: Storage) -> AsyncIterator[Journal]:
    journal = await storage.open()
    try:
        yield journal
    finally:
        await journal.close()


def rows_after(tail: Tail, commands: Sequence[str], rows_each: int = 1) -> list[JournalRow]:
    """Well-formed rows that follow on from `tail`, `rows_each` for every one of `commands`."""
    rows: list[JournalRow] = []
    for command_id in commands:
        for n in range(rows_each):
            last = rows[-1] if rows else None
            rows.append(
                sealed(
                    JournalRow(
                        seq=(last.seq if last else tail.seq) + 1,
                        at=Moment(NOON + tail.seq + len(rows)),
                        actor=ActorId("dispatcher-1"),
                        position="P1",
                        purpose="",
                        cause="",
                        command_id=CommandId(command_id),
                        command="add-unit",
                        command_digest=command_digest("add-unit", command_id.encode(), ActorId("dispatcher-1")),
                        name="unit-added",
                        version=1,
                        body=f'{{"unit":"消防车-{command_id}-{n}"}}'.encode(),
                        prev_hash=last.hash if last else tail.hash,
                        hash=b"",
                    )
                )
            )
    return rows


async def read_all(journal: Journal, after_seq: int = 0) -> list[JournalRow]:
    return [row async for page in journal.read(after_seq) for row in page]


async def appended(journal: Journal, epoch: int, commands: Sequence[str], rows_each: int = 1) -> list[JournalRow]:
    tail = await journal.last()
    rows = rows_after(tail, commands, rows_each)
    await journal.append(rows, tail.seq, epoch)
    return rows


async def an_empty_journal_ends_at_its_genesis(storage: Storage) -> None:
    async with opened(storage) as journal:
        assert await journal.last() == Tail(0, Moment(0), genesis(STREAM))
        assert await read_all(journal) == []
        assert await journal.verify() is None


async def what_was_appended_is_read_back_exactly(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        rows = await appended(journal, epoch, ["c1", "c2"], 3) + await appended(journal, epoch, ["c3"])
        assert await read_all(journal) == rows
        assert await read_all(journal, 4) == rows[4:]
        assert await read_all(journal, 7) == []
        assert await journal.last() == Tail(7, rows[-1].at, rows[-1].hash)


async def what_was_appended_is_there_when_it_is_opened_again(storage: Storage) -> None:
    async with opened(storage) as journal:
        rows = await appended(journal, await journal.claim(), ["c1", "c2"])
    async with opened(storage) as journal:
        assert await read_all(journal) == rows


async def what_was_acknowledged_survives_a_crash(storage: Storage) -> None:
    journal = await storage.open()
    epoch = await journal.claim()
    rows: list[JournalRow] = []
    for n in range(20):
        rows += await appended(journal, epoch, [f"c{n}"])
    await storage.crash()
    async with opened(storage) as journal:
        assert await read_all(journal) == rows


async def a_long_journal_is_read_in_bounded_pages_without_gaps(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        rows: list[JournalRow] = []
        for batch in range(5):
            rows += await appended(journal, epoch, [f"c{batch}-{n}" for n in range(500)])
        pages = [page async for page in journal.read(0)]
        assert max(len(page) for page in pages) <= 1_000
        assert [row for page in pages for row in page] == rows


async def rows_that_do_not_follow_the_end_are_not_taken(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        rows = await appended(journal, epoch, ["c1", "c2"])
        late = rows_after(Tail(1, rows[0].at, rows[0].hash), ["c3"])
        with pytest.raises(Displaced):
            await journal.append(late, 1, epoch)
        assert await read_all(journal) == rows


async def a_gap_is_not_taken(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        rows = rows_after(await journal.last(), ["c1", "c2", "c3"])
        with pytest.raises((AssertionError, Displaced)):
            await journal.append([rows[0], rows[2]], 0, epoch)
        assert await read_all(journal) == []


async def a_batch_is_all_or_nothing(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        rows = rows_after(await journal.last(), ["c1", "c2", "c1"])  # c1 twice: the third row cannot be taken
        with pytest.raises(StorageFailed):
            await journal.append(rows, 0, epoch)
        assert await read_all(journal) == []
        assert (await journal.last()).seq == 0
        assert await journal.find_commands([CommandId("c1"), CommandId("c2")]) == {}


async def a_command_identity_is_done_once_for_ever(storage: Storage) -> None:
    async with opened(storage) as journal:
        await appended(journal, await journal.claim(), ["c1"])
    async with opened(storage) as journal:
        epoch = await journal.claim()
        with pytest.raises(StorageFailed):
            await appended(journal, epoch, ["c1"])
        assert len(await read_all(journal)) == 1


async def a_displaced_writer_appends_nothing(storage: Storage) -> None:
    async with opened(storage) as old, opened(storage) as new:
        old_epoch = await old.claim()
        rows = await appended(old, old_epoch, ["c1"])
        new_epoch = await new.claim()
        assert new_epoch > old_epoch
        with pytest.raises(Displaced):
            await appended(old, old_epoch, ["c2"])
        rows += await appended(new, new_epoch, ["c3"])
        assert await read_all(new) == rows


async def done_commands_are_found_with_their_rows(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        rows = await appended(journal, epoch, ["c1", "c2"], 3)
        found = await journal.find_commands([CommandId("c2"), CommandId("never sent")])
        assert found == {CommandId("c2"): DoneCommand(4, 6, rows[5].at, rows[5].command_digest)}


async def many_commands_are_looked_for_at_once(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        await appended(journal, epoch, [f"c{n}" for n in range(1_500)])
        asked = [CommandId(f"c{n}") for n in range(3_000)]
        assert set(await journal.find_commands(asked)) == set(asked[:1_500])


async def a_reader_sees_whole_batches_in_order_while_they_are_written(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        seen: list[int] = []

        async def follow() -> None:
            while len(seen) < 300:
                async for page in journal.read(len(seen)):
                    seen.extend(row.seq for row in page)
                    assert len(seen) % 10 == 0, "half of a batch was visible"
                await asyncio.sleep(0)

        following = asyncio.create_task(follow())
        for batch in range(30):
            await appended(journal, epoch, [f"c{batch}"], 10)
        await asyncio.wait_for(following, timeout=10)
        assert seen == list(range(1, 301))


async def an_untouched_journal_verifies_whole_and_in_part(storage: Storage) -> None:
    async with opened(storage) as journal:
        epoch = await journal.claim()
        for batch in range(3):
            await appended(journal, epoch, [f"c{batch}-{n}" for n in range(700)])
        assert await journal.verify() is None
        assert await journal.verify(1_000, 1_500) is None
        assert await journal.verify(2_100) is None
        bad = await journal.verify(1, 2_101)
        assert bad is not None
        assert (bad.seq, bad.why) == (2_101, "missing")


async def every_row_carries_the_hash_of_itself_and_of_the_one_before(storage: Storage) -> None:
    async with opened(storage) as journal:
        await appended(journal, await journal.claim(), ["c1", "c2", "c3"])
        before = genesis(STREAM)
        for row in await read_all(journal):
            assert row.prev_hash == before
            assert row.hash == row_hash(row)
            before = row.hash


async def an_altered_row_is_found_whatever_was_altered(storage: Storage) -> None:
    async with opened(storage) as journal:
        await appended(journal, await journal.claim(), [f"c{n}" for n in range(40)])
    alterations: dict[str, object] = {
        "at": NOON + 999,
        "actor": "somebody else",
        "position": "P2",
        "purpose": "curiosity",
        "cause": "c1",
        "command": "remove-unit",
        "name": "unit-removed",
        "version": 2,
        "body": b"{}",
        "hash": b"\0" * 32,
    }
    for seq, (column, value) in enumerate(alterations.items(), start=11):
        async with opened(storage) as journal:
            (was,) = [row async for page in journal.read(seq - 1) for row in page[:1] if row.seq == seq]
        await storage.alter(seq, column, value)
        async with opened(storage) as journal:
            bad = await journal.verify()
            assert bad is not None, f"an altered {column} went unnoticed"
            assert bad.seq == seq
            assert await journal.verify(seq + 2) is None, "rows after it are judged by themselves"
        await storage.alter(seq, column, getattr(was, column))
    async with opened(storage) as journal:
        assert await journal.verify() is None


async def a_row_that_was_altered_and_hashed_anew_is_found_at_the_next_row(storage: Storage) -> None:
    async with opened(storage) as journal:
        rows = await appended(journal, await journal.claim(), [f"c{n}" for n in range(9)])
    forged = msgspec.structs.replace(rows[4], actor=ActorId("somebody else"))
    await storage.alter(5, "actor", forged.actor)
    await storage.alter(5, "hash", row_hash(forged))
    async with opened(storage) as journal:
        assert await journal.verify() == BadRow(6, "unlinked")


async def a_removed_row_is_missed(storage: Storage) -> None:
    async with opened(storage) as journal:
        await appended(journal, await journal.claim(), [f"c{n}" for n in range(9)])
    await storage.remove(4)
    async with opened(storage) as journal:
        assert await journal.verify() == BadRow(4, "missing")
        assert await journal.verify(5) == BadRow(4, "missing")
        with pytest.raises(StorageDamaged):
            await read_all(journal)


CHECKS: tuple[Check, ...] = (
    an_empty_journal_ends_at_its_genesis,
    what_was_appended_is_read_back_exactly,
    what_was_appended_is_there_when_it_is_opened_again,
    what_was_acknowledged_survives_a_crash,
    a_long_journal_is_read_in_bounded_pages_without_gaps,
    rows_that_do_not_follow_the_end_are_not_taken,
    a_gap_is_not_taken,
    a_batch_is_all_or_nothing,
    a_command_identity_is_done_once_for_ever,
    a_displaced_writer_appends_nothing,
    done_commands_are_found_with_their_rows,
    many_commands_are_looked_for_at_once,
    a_reader_sees_whole_batches_in_order_while_they_are_written,
    an_untouched_journal_verifies_whole_and_in_part,
    every_row_carries_the_hash_of_itself_and_of_the_one_before,
    an_altered_row_is_found_whatever_was_altered,
    a_row_that_was_altered_and_hashed_anew_is_found_at_the_next_row,
    a_removed_row_is_missed,
)
