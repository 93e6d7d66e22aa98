"""What a witness has seen, in one SQLite file: judged and kept in one transaction, synced before it is answered."""

import sqlite3
from pathlib import Path

from turnout.adapters.storage.sqlite.database import SqliteThread, connect, transaction, upgrade
from turnout.adapters.storage.steps import schema_steps
from turnout.audit.witnessing import Asked, Logs, No, Seen, judge


class SqliteSeen:
    """One thread: requests are judged one after the other."""

    def __init__(self, path: Path) -> None:
        """Open, make or upgrade the file. Raises `StorageFailed`."""
        self._thread = SqliteThread(path, lambda: _opened(path), "witness")

    async def judge_and_keep(self, asked: Asked, logs: Logs, at_s: int) -> No | None:
        """None: it is kept and may be cosigned. Raises `StorageFailed`, and then it may not."""
        return await self._thread.do(lambda base: _judge_and_keep(base, asked, logs, at_s))

    async def list(self) -> list[tuple[str, int, int]]:
        """(origin, size, seconds since 1970) of each log."""
        sql = "SELECT origin, size, at_s FROM seen ORDER BY origin"
        return await self._thread.do(lambda base: base.execute(sql).fetchall())

    async def close(self) -> None:
        await self._thread.close()


def _opened(path: Path) -> sqlite3.Connection:
    connection = connect(path, writing=True)
    upgrade(connection, schema_steps("witness"), path)
    return connection


def _judge_and_keep(base: sqlite3.Connection, asked: Asked, logs: Logs, at_s: int) -> No | None:
    told = asked.checkpoint
    with transaction(base):
        row = base.execute("SELECT size, root FROM seen WHERE origin = ?", (told.origin,)).fetchone()
        no = judge(asked, logs, Seen(*row) if row is not None else Seen())
        if no is None:
            values = told.origin, told.size, told.root, str(asked.note), at_s
            base.execute("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?, ?)", values)
    return no
