"""The journal in one SQLite file. A batch is one transaction; COMMIT returns after the log was synced."""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from turnout.adapters.disk_faults import named_faults
from turnout.adapters.storage.rows import COLUMNS, as_tuple, assert_follows_on, commands_of, first_without_command
from turnout.adapters.storage.sqlite.database import SqliteThread, connect, transaction, upgrade
from turnout.adapters.storage.steps import schema_steps
from turnout.desk.chain import BadRow, JournalRow, first_bad, genesis
from turnout.desk.faults import Displaced, StorageDamaged
from turnout.desk.ports import DoneCommand, Tail
from turnout.words.identity import CommandId
from turnout.words.moment import Moment

READ_PAGE_ROWS = 1_000
"""Rows read at once: some hundred kilobytes, a few milliseconds."""

CHECKPOINT_PAGES = 4_000
"""16 MB of log before SQLite moves it into the file: rarer than its default, for a steadier answer time."""

FIND_AT_ONCE = 500
"""Below the number of parameters that SQLite has taken since its oldest releases (999)."""

_COLUMNS = ", ".join(COLUMNS)


class SqliteJournal:
    """One stream in one file; `turnout.desk.ports.Journal` says what each method promises."""

    def __init__(self, path: Path, stream: str) -> None:
        """Open, make or upgrade the file. Raises `StorageFailed`, or `StorageDamaged` if it holds another stream."""
        self._stream = stream
        self._writer = SqliteThread(path, lambda: _opened_for_writing(path, stream), f"journal writer {stream}")
        self._reader = SqliteThread(path, lambda: connect(path, writing=False), f"journal reader {stream}")

    async def claim(self) -> int:
        return await self._writer.do(_claim)

    async def append(self, rows: Sequence[JournalRow], expected_last_seq: int, epoch: int) -> None:
        await self._writer.do(lambda connection: _append(connection, rows, expected_last_seq, epoch))

    async def last(self) -> Tail:
        return await self._writer.do(lambda connection: _last(connection, self._stream))

    async def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        while page := await self._reader.do(partial(_page, after_seq=after_seq)):
            if page[0].seq != after_seq + 1 or page[-1].seq - page[0].seq != len(page) - 1:
                raise StorageDamaged(f"journal rows are missing after {after_seq}")
            yield page
            after_seq = page[-1].seq

    async def find_commands(self, command_ids: Sequence[CommandId]) -> Mapping[CommandId, DoneCommand]:
        return await self._reader.do(lambda connection: _find_commands(connection, command_ids))

    async def verify(self, first_seq: int = 1, last_seq: int | None = None) -> BadRow | None:
        before = await self._reader.do(lambda connection: _page(connection, first_seq - 2, 1)) if first_seq > 1 else []
        seq, prev_hash, at = first_seq - 1, genesis(self._stream), Moment(0)
        if first_seq > 1:
            if not before or before[0].seq != first_seq - 1:
                return BadRow(first_seq - 1, "missing")
            prev_hash, at = before[0].hash, before[0].at
        end = last_seq if last_seq is not None else (await self.last()).seq
        while seq < end:
            most = min(READ_PAGE_ROWS, end - seq)
            bad, page = await self._reader.do(partial(_verify_page, seq=seq, prev_hash=prev_hash, at=at, most=most))
            if bad is not None:
                return bad
            seq, prev_hash, at = page[-1].seq, page[-1].hash, page[-1].at
        return None

    async def pragma(self, name: str, value: str | None = None) -> object:
        """A setting of the writing connection."""
        return await self._writer.pragma(name, value)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.close()


def read_file(path: Path) -> Iterator[Sequence[JournalRow]]:
    """The rows of a file that nobody writes, such as a copy, page by page; the file is not touched."""
    with named_faults(path), closing(connect(path, writing=False)) as connection:
        after_seq = 0
        while page := _page(connection, after_seq):
            yield page
            after_seq = page[-1].seq


def last_of_file(path: Path, stream: str) -> Tail:
    """How such a file ends."""
    with named_faults(path), closing(connect(path, writing=False)) as connection:
        return _last(connection, stream)


def newest_of_file(path: Path, name: str) -> JournalRow | None:
    """The last event called `name` in such a file."""
    sql = f"SELECT {_COLUMNS} FROM journal WHERE name = ? ORDER BY seq DESC LIMIT 1"
    with named_faults(path), closing(connect(path, writing=False)) as connection:
        row = connection.execute(sql, (name,)).fetchone()
    return JournalRow(*row) if row is not None else None


def rows_of_file(path: Path, name: str) -> Iterator[JournalRow]:
    """Every event called `name` in such a file, in order. All rows are read for it."""
    sql = f"SELECT {_COLUMNS} FROM journal WHERE name = ? ORDER BY seq"
    with named_faults(path), closing(connect(path, writing=False)) as connection:
        for row in connection.execute(sql, (name,)):
            yield JournalRow(*row)


def _opened_for_writing(path: Path, stream: str) -> sqlite3.Connection:
    connection = connect(path, writing=True)
    connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    upgrade(connection, schema_steps("journal"), path)
    with transaction(connection):
        connection.execute("INSERT OR IGNORE INTO writer (one, stream, epoch) VALUES (1, ?, 0)", (stream,))
        (held,) = connection.execute("SELECT stream FROM writer").fetchone()
    if held != stream:
        connection.close()
        raise StorageDamaged(f"{path} holds the stream {held!r}, not {stream!r}")
    return connection


def _claim(connection: sqlite3.Connection) -> int:
    with transaction(connection):
        (epoch,) = connection.execute("UPDATE writer SET epoch = epoch + 1 RETURNING epoch").fetchone()
    return int(epoch)


def _append(connection: sqlite3.Connection, rows: Sequence[JournalRow], expected_last_seq: int, epoch: int) -> None:
    with transaction(connection):
        (held_epoch,) = connection.execute("SELECT epoch FROM writer").fetchone()
        if held_epoch != epoch:
            raise Displaced(f"epoch {epoch} was displaced by {held_epoch}")
        (last_seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
        if last_seq != expected_last_seq:
            raise Displaced(f"the journal ends at {last_seq}, not at {expected_last_seq}")
        assert_follows_on(rows, expected_last_seq)
        connection.executemany(
            f"INSERT INTO journal ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)", map(as_tuple, rows)
        )
        connection.executemany("INSERT INTO command VALUES (?,?,?,?,?)", commands_of(rows))


def _last(connection: sqlite3.Connection, stream: str) -> Tail:
    row = connection.execute("SELECT seq, at, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return Tail(*row) if row is not None else Tail(0, Moment(0), genesis(stream))


def _page(connection: sqlite3.Connection, after_seq: int, most: int = READ_PAGE_ROWS) -> list[JournalRow]:
    found = connection.execute(f"SELECT {_COLUMNS} FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, most))
    return [JournalRow(*row) for row in found]


def _find_commands(connection: sqlite3.Connection, command_ids: Sequence[CommandId]) -> dict[CommandId, DoneCommand]:
    done: dict[CommandId, DoneCommand] = {}
    for start in range(0, len(command_ids), FIND_AT_ONCE):
        some = command_ids[start : start + FIND_AT_ONCE]
        marks = ",".join("?" * len(some))
        sql = f"SELECT command_id, first_seq, last_seq, at, digest FROM command WHERE command_id IN ({marks})"
        for command_id, *rest in connection.execute(sql, some):
            done[command_id] = DoneCommand(*rest)
    return done


def _verify_page(
    connection: sqlite3.Connection, seq: int, prev_hash: bytes, at: Moment, most: int
) -> tuple[BadRow | None, list[JournalRow]]:
    page = _page(connection, seq, most)
    bad = first_bad(page, seq, prev_hash, at)
    if bad is None and not page:
        bad = BadRow(seq + 1, "missing")
    if bad is None:
        bad = first_without_command(page, _find_commands(connection, list({row.command_id for row in page})))
    return bad, page
