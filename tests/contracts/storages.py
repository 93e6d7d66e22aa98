"""The storages that the contracts are held over. Another one is one more line in `STORAGES`."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.contracts.journal_contract import STREAM, Storage
from tests.postgres_pair import connected, the_pair
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.desk.ports import Journal


class SqliteStorage:
    """A folder with `journal.sqlite` in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lost: list[SqliteJournal] = []

    @property
    def path(self) -> Path:
        return self.folder / "journal.sqlite"

    async def open(self) -> Journal:
        journal = SqliteJournal(self.path, STREAM)
        self._lost.append(journal)
        return journal

    async def crash(self) -> None:
        """The files as another process would find them now, without any goodbye of SQLite's."""
        after = self.folder / "after-the-crash"
        after.mkdir()
        for file in self.folder.glob("journal.sqlite*"):
            shutil.copy(file, after)
        for journal in self._lost:
            await journal.close()
        self.folder = after

    async def alter(self, seq: int, column: str, value: object) -> None:
        self._tamper(f"UPDATE journal SET {column} = ? WHERE seq = ?", (value, seq))

    async def remove(self, seq: int) -> None:
        self._tamper("DELETE FROM journal WHERE seq = ?", (seq,))

    def _tamper(self, sql: str, values: tuple[object, ...]) -> None:
        with closing(sqlite3.connect(self.path)) as file, file:
            file.execute("DROP TRIGGER IF EXISTS journal_is_never_updated")
            file.execute("DROP TRIGGER IF EXISTS journal_is_never_deleted")
            file.execute(sql, values)


class PostgresStorage:
    """Tables of its own on the pair's primary, whose standby confirms every commit."""

    def __init__(self, _: Path) -> None:
        self.database = the_pair().new_database()
        self._lost: list[PostgresJournal] = []

    async def open(self) -> PostgresJournal:
        journal = PostgresJournal(self.database, STREAM)
        await journal.prepare(self.database)
        self._lost.append(journal)
        return journal

    async def crash(self) -> None:
        """The program's connections break in the middle, and the server itself comes back from its log."""
        for journal in self._lost:
            await journal.close()
        the_pair().primary.stop("immediate")
        the_pair().primary.start()

    async def alter(self, seq: int, column: str, value: object) -> None:
        await self._tamper(f'UPDATE journal SET "{column}" = $1 WHERE seq = $2', value, seq)

    async def remove(self, seq: int) -> None:
        await self._tamper("DELETE FROM journal WHERE seq = $1", seq)

    async def _tamper(self, sql: str, *values: object) -> None:
        async with connected(self.database) as connection:
            await connection.execute("ALTER TABLE journal DISABLE TRIGGER ALL")
            await connection.execute(sql, *values)


STORAGES: dict[str, Callable[[Path], Storage]] = {
    "sqlite": SqliteStorage,
    "postgres": PostgresStorage,
}
