"""The desk's lease as one row of PostgreSQL. Every change is a commit that the standby has confirmed."""

from typing import Final

from turnout.adapters.storage.postgres.database import Database, PostgresLine
from turnout.desk.lease import Seen

TAKE: Final = """
WITH taken AS (
    UPDATE lease SET epoch = writer.epoch + 1, holder = $1, beat = 0
    FROM writer WHERE lease.epoch = $2 AND lease.beat = $3
    RETURNING lease.epoch
)
UPDATE writer SET epoch = taken.epoch, turn = 0 FROM taken WHERE writer.epoch < taken.epoch RETURNING writer.epoch
"""
"""Lease and fence in one commit: whoever held it before cannot write any more when this has been answered."""

RENEW: Final = "UPDATE lease SET beat = beat + 1 WHERE epoch = $1 AND holder = $2 RETURNING beat"
RELEASE: Final = "UPDATE lease SET holder = '', beat = beat + 1 WHERE epoch = $1 AND holder = $2"


class PostgresLease:
    """`turnout.desk.lease.LeaseStore`. The tables are the journal's: prepare that first."""

    def __init__(self, database: Database) -> None:
        self._line = PostgresLine(database, "lease")

    async def look(self) -> Seen:
        return Seen(*await self._line.do(lambda one: one.fetchrow("SELECT epoch, holder, beat FROM lease")))

    async def take(self, seen: Seen, holder: str) -> int | None:
        epoch = await self._line.do(lambda one: one.fetchval(TAKE, holder, seen.epoch, seen.beat))
        return int(epoch) if epoch is not None else None

    async def renew(self, epoch: int, holder: str) -> bool:
        return await self._line.do(lambda one: one.fetchval(RENEW, epoch, holder)) is not None

    async def release(self, epoch: int, holder: str) -> None:
        await self._line.do(lambda one: one.execute(RELEASE, epoch, holder))

    async def close(self) -> None:
        await self._line.close()
