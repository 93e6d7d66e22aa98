"""Small files of one server that the next desk needs: kept in the database under the desk's epoch."""

from typing import Final

from turnout.adapters.storage.postgres.database import Database, PostgresLine, upgrade
from turnout.adapters.storage.steps import schema_steps
from turnout.desk.faults import Displaced

KEPT_BYTES_MAX: Final = 64 * 1024 * 1024
"""Accounts and sessions of a large city are some megabytes; more is no small file."""

KEEP: Final = (
    "INSERT INTO kept SELECT $1, $2 FROM writer WHERE epoch = $3"
    " ON CONFLICT (name) DO UPDATE SET body = excluded.body RETURNING name"
)


class PostgresKept:
    """Whole files by name, the newest only."""

    def __init__(self, database: Database) -> None:
        self._line = PostgresLine(database, "kept")

    async def prepare(self, database: Database) -> None:
        steps = schema_steps("postgres/kept")
        await self._line.do(lambda connection: upgrade(connection, database.schema, "kept", steps))

    async def open(self) -> None:
        """Connect now, so that the first call need not."""
        await self._line.open()

    async def keep(self, name: str, body: bytes, epoch: int) -> None:
        """Durable when it returns. Raises `Displaced` when another desk has come since."""
        assert len(body) <= KEPT_BYTES_MAX, f"{name}: {len(body)} bytes"
        if await self._line.do(lambda connection: connection.fetchval(KEEP, name, body, epoch)) is None:
            raise Displaced(f"epoch {epoch} was displaced")

    async def find(self, name: str) -> bytes | None:
        sql = "SELECT body FROM kept WHERE name = $1"
        body = await self._line.do(lambda connection: connection.fetchval(sql, name))
        return bytes(body) if body is not None else None

    async def find_newer(self, name: str, mark: str) -> tuple[str, bytes] | None:
        """The file and its mark, where it is not the one of `mark`. It is read only then."""
        sql = "SELECT xmin::text, body FROM kept WHERE name = $1 AND xmin::text <> $2"
        row = await self._line.do(lambda connection: connection.fetchrow(sql, name, mark))
        return (row[0], bytes(row[1])) if row is not None else None

    async def close(self) -> None:
        await self._line.close()
