"""The board's snapshots in a SQLite file of their own, so that writing one never delays an append to the journal."""

import hashlib
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from turnout.adapters.storage.sqlite.database import SqliteThread, connect, transaction, upgrade
from turnout.adapters.storage.steps import schema_steps
from turnout.desk.faults import StorageFailed
from turnout.desk.ports import BoardSnapshot

KEPT_MAX = 3
"""One to use, one in case that it is damaged, one in case that a new program was a mistake."""

log = logging.getLogger(__name__)


class SqliteSnapshots:
    """`turnout.desk.ports.Snapshots` in one file. A file that cannot be read is put aside and begun anew."""

    def __init__(self, path: Path) -> None:
        try:
            self._thread = SqliteThread(path, lambda: _opened(path), "snapshots")
        except StorageFailed as fault:
            log.warning("snapshots cannot be read and are begun anew: %s", fault)
            for old in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
                old.unlink(missing_ok=True)
            self._thread = SqliteThread(path, lambda: _opened(path), "snapshots")

    async def keep(self, snapshot: BoardSnapshot) -> None:
        await self._thread.do(lambda connection: _keep(connection, snapshot))

    async def list_newest_first(self) -> Sequence[BoardSnapshot]:
        try:
            return await self._thread.do(_list)
        except StorageFailed as fault:
            log.warning("snapshots cannot be read: %s", fault)
            return []

    async def close(self) -> None:
        await self._thread.close()


def forget_after(path: Path, seq: int) -> None:
    """Boards of rows that a restored journal no longer has: kept, they would push out the new ones."""
    if path.is_file():
        with closing(_opened(path)) as connection:
            connection.execute("DELETE FROM snapshot WHERE seq > ?", (seq,))


def _opened(path: Path) -> sqlite3.Connection:
    connection = connect(path, writing=True)
    upgrade(connection, schema_steps("snapshots"), path)
    return connection


def _keep(connection: sqlite3.Connection, snapshot: BoardSnapshot) -> None:
    digest = hashlib.sha256(snapshot.body).digest()
    with transaction(connection):
        connection.execute(
            "INSERT OR REPLACE INTO snapshot VALUES (?,?,?,?,?)",
            (snapshot.seq, snapshot.row_hash, snapshot.shape, snapshot.body, digest),
        )
        connection.execute(
            "DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT ?)", (KEPT_MAX,)
        )


def _list(connection: sqlite3.Connection) -> list[BoardSnapshot]:
    rows = connection.execute("SELECT seq, row_hash, shape, body, body_sha256 FROM snapshot ORDER BY seq DESC")
    return [BoardSnapshot(*row[:4]) for row in rows if hashlib.sha256(row[3]).digest() == row[4]]
