"""Opening one SQLite file: its pragmas, its schema steps, its faults in our words, its own thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from turnout.adapters.disk_faults import named_faults
from turnout.desk.faults import DeskStopped, StorageFailed

T = TypeVar("T")

BUSY_WAIT_MS = 5_000
"""How long a statement waits for another process's lock: longer than a checkpoint, shorter than a sender's patience."""


def _address(path: Path, mode: str) -> str:
    return f"file:{path.absolute().as_posix().replace('?', '%3f').replace('#', '%23')}?mode={mode}"


def connect(path: Path, *, writing: bool) -> sqlite3.Connection:
    """A connection in autocommit mode with our pragmas; transactions are begun by hand."""
    where = _address(path, "rwc" if writing else "ro")
    connection = sqlite3.connect(
        where, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_WAIT_MS / 1000
    )
    if writing:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    return connection


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a database that others may be writing, as one plain file (sqlite.org/backup.html).

    One read transaction: writers do not wait, but their log grows until it is done. Raises `StorageFailed`.
    """
    if not source.is_file():
        raise FileNotFoundError(source)
    with named_faults(source), closing(_plain(source, "rw")) as held, closing(_plain(target, "rwc")) as copy:
        held.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _plain(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(_address(path, mode), uri=True, isolation_level=None, timeout=BUSY_WAIT_MS / 1000)


def upgrade(connection: sqlite3.Connection, steps: list[str], path: Path) -> None:
    """Apply the steps that the file has not had. Raises `StorageFailed` for a file newer than this program."""
    with transaction(connection):
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(steps):
            raise StorageFailed(f"{path} is of schema {version}; this program knows {len(steps)} and must not write it")
        for step in steps[version:]:
            for statement in _statements(step):
                connection.execute(statement)
        if version < len(steps):
            connection.execute(f"PRAGMA user_version = {len(steps)}")


def _statements(sql: str) -> Iterator[str]:
    """The single statements of a step: `executescript` would commit in the middle."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, from the first statement on with the write lock."""
    if connection.in_transaction:  # a rollback that failed on a full disk is done now
        connection.execute("ROLLBACK")
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


class SqliteThread:
    """One connection and the one thread that uses it; calls are done in the order in which they are made."""

    def __init__(self, path: Path, opening: Callable[[], sqlite3.Connection], name: str) -> None:
        self.path = path
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._closed = False
        try:
            self._connection = self._threads.submit(self._opened, opening).result()
        except StorageFailed:
            self._threads.shutdown()
            raise

    def _opened(self, opening: Callable[[], sqlite3.Connection]) -> sqlite3.Connection:
        with named_faults(self.path):
            return opening()

    async def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work` on the connection, in the thread. Raises `StorageFailed`."""
        if self._closed:
            raise DeskStopped(f"{self.path} is closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._done, work)

    def _done(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with named_faults(self.path):
            return work(self._connection)

    async def pragma(self, name: str, value: str | None = None) -> object:
        """A setting of the connection, as it is or as it is to be: for tests and an operator's health page."""
        sql = f"PRAGMA {name}" if value is None else f"PRAGMA {name} = {value}"
        row = await self.do(lambda connection: connection.execute(sql).fetchone())
        return row[0] if row is not None else None

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(self._threads, self._connection.close)
            self._threads.shutdown()
