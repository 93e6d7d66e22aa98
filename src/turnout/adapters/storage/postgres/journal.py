"""The journal in PostgreSQL. A batch is one statement: the fence, the rows and their commands together, or nothing.

The fence is the `writer` row, locked for the length of the batch: whoever claims waits for it, and a batch that waited
for a claim finds another epoch and writes nothing. Rows are committed in the order of their `seq` by one writer, so a
reader of "seq > last" misses none; a number of the database's own would become visible out of order. No NOTIFY: it
would make all commits of the database wait for one another.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final

import asyncpg

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine, is_rolled_back, upgrade
from turnout.adapters.storage.rows import COLUMNS, as_tuple, assert_follows_on, commands_of, first_without_command
from turnout.adapters.storage.steps import schema_steps
from turnout.desk.chain import BadRow, JournalRow, first_bad, genesis
from turnout.desk.faults import Displaced, StorageDamaged, StorageFailed
from turnout.desk.ports import DoneCommand, Tail
from turnout.words.identity import CommandId
from turnout.words.moment import Moment

READ_PAGE_ROWS: Final = 1_000
"""Rows read at once: some hundred kilobytes, a few milliseconds."""

_COLUMNS = ", ".join(f'"{column}"' for column in COLUMNS)

APPEND: Final = f"""
WITH fence AS MATERIALIZED (
    SELECT epoch FROM writer
    WHERE epoch = $1 AND turn = $2 AND (SELECT coalesce(max(seq), 0) FROM journal) = $3
    FOR NO KEY UPDATE
), rows AS (
    INSERT INTO journal ({_COLUMNS})
    SELECT given.* FROM fence, unnest(
        $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
        $12::bytea[], $13::text[], $14::integer[], $15::bytea[], $16::bytea[], $17::bytea[]
    ) AS given
), commands AS (
    INSERT INTO command
    SELECT given.* FROM fence, unnest($18::text[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bytea[]) AS given
)
SELECT epoch FROM fence
"""

NEXT_TURN: Final = "UPDATE writer SET turn = turn + 1 WHERE epoch = $1 RETURNING turn"


class PostgresJournal:
    """One stream in one schema; `turnout.desk.ports.Journal` says what each method promises.

    When the outcome of an append is not known, what the tables show may be on one machine only, and the append may even
    arrive later. Before anything is read again, a commit of the next turn has to be confirmed by the standby: with it
    is everything before it, and what arrives after it is not taken.
    """

    def __init__(self, database: Database, stream: str) -> None:
        self._stream = stream
        self._writer = PostgresLine(database, f"writer {stream}")
        self._reader = PostgresLine(database, f"reader {stream}")
        self._epoch = self._turn = 0
        self._in_doubt = False
        self._settling = asyncio.Lock()

    async def prepare(self, database: Database) -> None:
        """Make or upgrade the tables. Raises `StorageFailed`, or `StorageDamaged` if they hold another stream."""
        held = await self._writer.do(lambda connection: _prepared(connection, database.schema, self._stream))
        if held != self._stream:
            raise StorageDamaged(f"{database.schema} holds the stream {held!r}, not {self._stream!r}")

    async def open(self) -> None:
        """Connect now, so that neither the first reading nor the first batch need wait for it."""
        await asyncio.gather(self._writer.open(), self._reader.open())

    async def claim(self) -> int:
        sql = "UPDATE writer SET epoch = epoch + 1, turn = 0 RETURNING epoch"
        epoch = await self._writer.do(lambda connection: connection.fetchval(sql))
        self._epoch, self._turn, self._in_doubt = epoch, 0, False
        return int(epoch)

    async def append(self, rows: Sequence[JournalRow], expected_last_seq: int, epoch: int) -> None:
        assert_follows_on(rows, expected_last_seq)
        await self._settle()
        if epoch != self._epoch:
            self._epoch, self._turn = epoch, 0
        given = (epoch, self._turn, expected_last_seq, *_columns_of(rows), *_columns(5, commands_of(rows)))
        try:
            taken = await self._writer.do(lambda connection: connection.fetchval(APPEND, *given))
        except StorageFailed as fault:
            self._in_doubt = not is_rolled_back(fault)
            if _names_a_taken_seq(fault):
                raise Displaced(f"the journal has rows after {expected_last_seq}") from fault
            raise
        except asyncio.CancelledError:
            self._in_doubt = True
            raise
        if taken is None:
            raise await self._writer.do(lambda connection: _why_displaced(connection, epoch, expected_last_seq))

    async def last(self) -> Tail:
        await self._settle()
        sql = "SELECT seq, at, hash FROM journal ORDER BY seq DESC LIMIT 1"
        row = await self._reader.do(lambda connection: connection.fetchrow(sql))
        return Tail(*row) if row is not None else Tail(0, Moment(0), genesis(self._stream))

    async def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        await self._settle()
        while page := await self._page(after_seq):
            if page[0].seq != after_seq + 1 or page[-1].seq - page[0].seq != len(page) - 1:
                raise StorageDamaged(f"journal rows are missing after {after_seq}")
            yield page
            after_seq = page[-1].seq

    async def find_commands(self, command_ids: Sequence[CommandId]) -> Mapping[CommandId, DoneCommand]:
        await self._settle()
        sql = "SELECT command_id, first_seq, last_seq, at, digest FROM command WHERE command_id = ANY($1)"
        found = await self._reader.do(lambda connection: connection.fetch(sql, command_ids))
        return {row[0]: DoneCommand(*row[1:]) for row in found}

    async def verify(self, first_seq: int = 1, last_seq: int | None = None) -> BadRow | None:
        seq, prev_hash, at = first_seq - 1, genesis(self._stream), Moment(0)
        if first_seq > 1:
            before = await self._page(first_seq - 2, 1)
            if not before or before[0].seq != first_seq - 1:
                return BadRow(first_seq - 1, "missing")
            prev_hash, at = before[0].hash, before[0].at
        end = last_seq if last_seq is not None else (await self.last()).seq
        while seq < end:
            page = await self._page(seq, min(READ_PAGE_ROWS, end - seq))
            bad = await asyncio.to_thread(first_bad, page, seq, prev_hash, at)
            if bad is None and not page:
                bad = BadRow(seq + 1, "missing")
            if bad is None:
                bad = first_without_command(page, await self.find_commands([row.command_id for row in page]))
            if bad is not None:
                return bad
            seq, prev_hash, at = page[-1].seq, page[-1].hash, page[-1].at
        return None

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()

    async def _page(self, after_seq: int, most: int = READ_PAGE_ROWS) -> list[JournalRow]:
        sql = f"SELECT {_COLUMNS} FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2"
        found = await self._reader.do(lambda connection: connection.fetch(sql, after_seq, most))
        return [JournalRow(*row) for row in found]

    async def _settle(self) -> None:
        """After a doubtful append: wait until what is there is durable, and shut out what is still on its way."""
        async with self._settling:
            if not self._in_doubt:
                return
            turn = await self._writer.do(lambda connection: connection.fetchval(NEXT_TURN, self._epoch))
            if turn is None:
                raise Displaced(f"epoch {self._epoch} was displaced")
            self._turn, self._in_doubt = turn, False


async def _prepared(connection: Connection, schema: str, stream: str) -> str:
    """The stream that the tables hold, once they are there."""
    await upgrade(connection, schema, "journal", schema_steps("postgres/journal"))
    async with connection.transaction():
        await connection.execute("INSERT INTO writer VALUES (1, $1, 0, 0) ON CONFLICT DO NOTHING", stream)
        await connection.execute("INSERT INTO lease VALUES (1, 0, '', 0) ON CONFLICT DO NOTHING")
        return str(await connection.fetchval("SELECT stream FROM writer"))


def _columns(width: int, rows: Any) -> list[list[Any]]:
    """Rows as columns: what `unnest` wants."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _columns_of(rows: Sequence[JournalRow]) -> list[list[Any]]:
    return _columns(len(COLUMNS), map(as_tuple, rows))


def _names_a_taken_seq(fault: StorageFailed) -> bool:
    cause = fault.__cause__
    return isinstance(cause, asyncpg.UniqueViolationError) and cause.constraint_name == "journal_pkey"


async def _why_displaced(connection: Connection, epoch: int, expected_last_seq: int) -> Displaced:
    held, last_seq = await connection.fetchrow("SELECT epoch, (SELECT coalesce(max(seq), 0) FROM journal) FROM writer")
    if held != epoch:
        return Displaced(f"epoch {epoch} was displaced by {held}")
    return Displaced(f"the journal ends at {last_seq}, not at {expected_last_seq}")
