"""The board's snapshots in PostgreSQL. They are never the truth, so nobody waits for the standby to have one."""

import hashlib
import logging
from collections.abc import Sequence
from typing import Final

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine, upgrade
from turnout.adapters.storage.steps import schema_steps
from turnout.desk.faults import StorageFailed
from turnout.desk.ports import BoardSnapshot

KEPT_MAX: Final = 3
"""One to use, one in case that it is damaged, one in case that a new program was a mistake."""

log = logging.getLogger(__name__)


class PostgresSnapshots:
    """`turnout.desk.ports.Snapshots` in one table."""

    def __init__(self, database: Database) -> None:
        self._line = PostgresLine(database, "snapshots")

    async def prepare(self, database: Database) -> None:
        steps = schema_steps("postgres/snapshots")
        await self._line.do(lambda connection: upgrade(connection, database.schema, "snapshots", steps))

    async def keep(self, snapshot: BoardSnapshot) -> None:
        await self._line.do(lambda connection: _keep(connection, snapshot))

    async def list_newest_first(self) -> Sequence[BoardSnapshot]:
        sql = "SELECT seq, row_hash, shape, body, body_sha256 FROM snapshot ORDER BY seq DESC"
        try:
            rows = await self._line.do(lambda connection: connection.fetch(sql))
        except StorageFailed as fault:
            log.warning("snapshots cannot be read: %s", fault)
            return []
        return [BoardSnapshot(*row[:4]) for row in map(tuple, rows) if hashlib.sha256(row[3]).digest() == row[4]]

    async def close(self) -> None:
        await self._line.close()


async def _keep(connection: Connection, snapshot: BoardSnapshot) -> None:
    digest = hashlib.sha256(snapshot.body).digest()
    async with connection.transaction():
        await connection.execute("SET LOCAL synchronous_commit = local")
        await connection.execute(
            "INSERT INTO snapshot VALUES ($1, $2, $3, $4, $5) ON CONFLICT (seq) DO UPDATE SET"
            " row_hash = excluded.row_hash, shape = excluded.shape, body = excluded.body,"
            " body_sha256 = excluded.body_sha256",
            *(snapshot.seq, snapshot.row_hash, snapshot.shape, snapshot.body, digest),
        )
        await connection.execute(
            "DELETE FROM snapshot WHERE seq NOT IN (SELECT seq FROM snapshot ORDER BY seq DESC LIMIT $1)", KEPT_MAX
        )
