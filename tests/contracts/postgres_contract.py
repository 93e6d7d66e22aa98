"""What only a storage with a standby can get wrong, as checks that a faulty one must fail.

"Waits" is never judged by time: the server says that the connection waits for the standby or for a lock.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.journal_contract import STREAM, appended, read_all, rows_after
from tests.desk.stand_ins import SetClock
from tests.desk.toy_book import AddUnit, ToyBook, origin
from tests.postgres_pair import connected, the_pair, until
from turnout.adapters.storage.postgres import journal as postgres_journal
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal, _columns, _columns_of
from turnout.adapters.storage.rows import commands_of
from turnout.desk.answers import Done
from turnout.desk.desk import Desk
from turnout.desk.faults import Displaced, StorageFailed, StorageUnconfirmed

Check = Callable[[Path], Awaitable[None]]
"""Gets a folder, which it does not need: the databases are the pair's."""


@asynccontextmanager
async def a_journal(database: Database | None = None, stream: str = STREAM) -> AsyncIterator[PostgresJournal]:
    database = database or the_pair().new_database()
    journal = PostgresJournal(database, stream)
    await journal.prepare(database)
    try:
        yield journal
    finally:
        await journal.close()


async def waits(task: asyncio.Task[Any], name: str = f"writer {STREAM}") -> int:
    """The server's process that waits for the standby. Fails when the task ends instead."""
    waiting = asyncio.create_task(the_pair().until_waiting(name))
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        waiting.cancel()
        raise AssertionError(f"it did not wait for the standby: {task.exception() or task.result()}")
    return await waiting


async def cancelled(process: int) -> None:
    """As an operator does who sees something hang."""
    await the_pair().ask(f"SELECT pg_cancel_backend({process})")


async def an_append_waits_for_the_standby(_: Path) -> None:
    async with a_journal() as journal:
        epoch = await journal.claim()
        with the_pair().frozen_standby():
            appending = asyncio.create_task(appended(journal, epoch, ["c1"]))
            await waits(appending)
        rows = await appending
        assert await read_all(journal) == rows


async def a_wait_that_was_broken_off_acknowledges_nothing(_: Path) -> None:
    async with a_journal() as journal:
        epoch = await journal.claim()
        with the_pair().frozen_standby():
            appending = asyncio.create_task(appended(journal, epoch, ["c1"]))
            await cancelled(await waits(appending))
            with pytest.raises(StorageUnconfirmed):
                await appending


async def what_may_be_on_one_machine_only_is_not_said_to_be_done(_: Path) -> None:
    async with a_journal() as journal:
        epoch = await journal.claim()
        with the_pair().frozen_standby():
            appending = asyncio.create_task(appended(journal, epoch, ["c1"]))
            await cancelled(await waits(appending))
            await asyncio.wait([appending])
            assert isinstance(appending.exception(), StorageFailed)
            finding = asyncio.create_task(journal.find_commands(["c1"]))  # type: ignore[list-item]
            await waits(finding)
        assert set(await finding) == {"c1"}


async def a_retry_waits_for_the_standby_like_the_first(_: Path) -> None:
    async with a_journal(stream="toy") as journal:
        desk: Any = Desk(ToyBook(), journal, SetClock())
        await desk.start()
        with the_pair().frozen_standby():
            first = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
            await cancelled(await waits(first, "writer toy"))
            with pytest.raises(StorageUnconfirmed):
                await first
            again = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
            await waits(again, "writer toy")
        answer = await again
        assert isinstance(answer, Done)
        assert (answer.first_seq, answer.repeated) == (1, True)
        assert list(desk.board.units) == ["E07"]
        await desk.stop()


async def a_claim_waits_for_the_batch_that_is_under_way(_: Path) -> None:
    async with a_journal() as old:
        epoch = await old.claim()
        rows = rows_after(await old.last(), ["c1"])
        given = (epoch, 0, 0, *_columns_of(rows), *_columns(5, commands_of(rows)))
        database = old._writer._database
        async with a_journal(database) as new, connected(database) as connection:
            writing = connection.transaction()
            await writing.start()
            await connection.fetchval(postgres_journal.APPEND, *given)
            claiming = asyncio.create_task(new.claim())
            locked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            await until(lambda: _either(claiming, locked))
            assert not claiming.done(), "the new writer does not see the batch, and yet it comes"
            await writing.commit()
            await claiming
            assert await read_all(new) == rows


async def _either(task: asyncio.Task[Any], sql: str) -> bool:
    return task.done() or bool(await the_pair().ask(sql))


async def no_row_is_visible_before_the_one_before_it(_: Path) -> None:
    """Where rows get their numbers and commit side by side, a reader of "seq > last" has passed by what comes late."""
    async with a_journal() as journal:
        epoch = await journal.claim()
        one, two = rows_after(await journal.last(), ["c1", "c2"])
        given = (epoch, 0, 0, *_columns_of([one]), *_columns(5, commands_of([one])))
        database = journal._writer._database
        async with connected(database) as connection:
            writing = connection.transaction()
            await writing.start()
            await connection.fetchval(postgres_journal.APPEND, *given)
            overtaking = asyncio.create_task(journal.append([two], 1, epoch))
            locked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            await until(lambda: _either(overtaking, locked))
            sql = "SELECT array_agg(seq) FROM journal"
            assert await journal._reader.do(lambda other: other.fetchval(sql)) is None
            await writing.commit()
        await asyncio.wait([overtaking])
        assert overtaking.exception() is None or isinstance(overtaking.exception(), Displaced)
        assert (await read_all(journal))[0] == one


async def a_batch_that_arrives_late_is_not_taken(_: Path) -> None:
    """Sent and thought lost, it comes out of some buffer after its senders have been told that nothing is certain."""
    async with a_journal() as journal:
        epoch = await journal.claim()
        rows = await appended(journal, epoch, ["c1"])
        late = rows_after(await journal.last(), ["late"])
        given = (epoch, journal._turn, 1, *_columns_of(late), *_columns(5, commands_of(late)))
        journal._in_doubt = True
        assert await read_all(journal) == rows
        async with connected(journal._writer._database) as connection:
            assert await connection.fetchval(postgres_journal.APPEND, *given) is None
        rows += await appended(journal, epoch, ["c2"])
        assert await read_all(journal) == rows


async def a_reader_misses_no_row_while_writers_displace_each_other(_: Path) -> None:
    async with a_journal() as reader:
        database = reader._writer._database
        written: list[int] = []

        async def write(name: str) -> None:
            async with a_journal(database) as journal:
                n = 0
                while len(written) < 150:
                    epoch = await journal.claim()
                    try:
                        for _ in range(5):
                            n += 1
                            written.extend(row.seq for row in await appended(journal, epoch, [f"{name}-{n}"], 3))
                    except Displaced:
                        continue

        writers = [asyncio.create_task(write(name)) for name in ("one", "two")]
        seen: list[int] = []
        while not all(writer.done() for writer in writers):
            async for page in reader.read(len(seen)):
                seen.extend(row.seq for row in page)
            await asyncio.sleep(0)
        await asyncio.gather(*writers)
        async for page in reader.read(len(seen)):
            seen.extend(row.seq for row in page)
        assert seen == list(range(1, len(seen) + 1))
        assert sorted(written) == seen, "acknowledged and not there, or there twice"
        assert await reader.verify() is None


async def commits_do_not_wait_for_one_another(_: Path) -> None:
    """NOTIFY takes a lock on the whole server from the commit until its end, the wait for the standby included."""
    async with a_journal() as journal:
        epoch = await journal.claim()
        with the_pair().frozen_standby():
            appending = asyncio.create_task(appended(journal, epoch, ["c1"]))
            process = await waits(appending)
            held = f"SELECT count(*) FROM pg_locks WHERE pid = {process} AND classid = 'pg_database'::regclass"
            assert await the_pair().ask(held) == 0
        await appending


async def settings_of_the_role_do_not_weaken_a_commit(_: Path) -> None:
    await the_pair().ask("ALTER ROLE turnout SET synchronous_commit = off")
    await the_pair().ask("ALTER ROLE turnout SET client_min_messages = error")
    try:
        async with a_journal() as journal:
            sql = "SELECT current_setting('synchronous_commit') || ' ' || current_setting('client_min_messages')"
            assert await journal._writer.do(lambda one: one.fetchval(sql)) == "on warning"
    finally:
        await the_pair().ask("ALTER ROLE turnout RESET ALL")


CHECKS: tuple[Check, ...] = (
    an_append_waits_for_the_standby,
    a_wait_that_was_broken_off_acknowledges_nothing,
    what_may_be_on_one_machine_only_is_not_said_to_be_done,
    a_retry_waits_for_the_standby_like_the_first,
    a_claim_waits_for_the_batch_that_is_under_way,
    no_row_is_visible_before_the_one_before_it,
    a_batch_that_arrives_late_is_not_taken,
    a_reader_misses_no_row_while_writers_displace_each_other,
    commits_do_not_wait_for_one_another,
    settings_of_the_role_do_not_weaken_a_commit,
)
