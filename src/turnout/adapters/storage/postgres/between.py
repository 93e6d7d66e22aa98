"""What the processes of one city find out about one another from its database: the desk's address, and a common key."""

import secrets
from typing import Final

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine, upgrade
from turnout.adapters.storage.steps import schema_steps
from turnout.desk.faults import Displaced
from turnout.edge.between import DeskDoor

KEY_BYTES: Final = 32

ANNOUNCE: Final = (
    "INSERT INTO desk_door SELECT 1, $1, $2, $3 FROM writer WHERE writer.epoch = $1"
    " ON CONFLICT (one) DO UPDATE SET epoch = excluded.epoch, address = excluded.address, link = excluded.link"
    " WHERE desk_door.epoch <= excluded.epoch RETURNING one"
)
"""Only the newest writer says where the desk is."""


class PostgresBetween:
    """The tables are beside the journal's: prepare that first."""

    def __init__(self, database: Database) -> None:
        self._line = PostgresLine(database, "between")

    async def prepare(self, database: Database) -> None:
        steps = schema_steps("postgres/between")
        await self._line.do(lambda connection: upgrade(connection, database.schema, "between", steps))

    async def announce(self, epoch: int, door: DeskDoor) -> None:
        """Durable when it returns. Raises `Displaced` when another desk has come since."""
        given = (epoch, door.address, door.link)
        if await self._line.do(lambda connection: connection.fetchval(ANNOUNCE, *given)) is None:
            raise Displaced(f"epoch {epoch} was displaced")

    async def find_door(self) -> DeskDoor | None:
        """Where the newest desk said that it is; None before there was one."""
        sql = "SELECT address, link FROM desk_door"
        row = await self._line.do(lambda connection: connection.fetchrow(sql))
        return DeskDoor(*row) if row is not None else None

    async def key(self) -> bytes:
        """The city's common key, made by whoever asks first."""
        return await self._line.do(_key)

    async def close(self) -> None:
        await self._line.close()


async def _key(connection: Connection) -> bytes:
    fresh = secrets.token_bytes(KEY_BYTES)
    await connection.execute("INSERT INTO door_key VALUES (1, $1) ON CONFLICT DO NOTHING", fresh)
    return bytes(await connection.fetchval("SELECT key FROM door_key"))
