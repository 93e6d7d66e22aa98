"""The desk's lease as one row of PostgreSQL. Every change is a commit that the standby has confirmed."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine, leave_server
from turnout.adapters.storage.postgres.primary import urls_of
from turnout.desk.faults import StorageBusy, StorageFailed
from turnout.desk.lease import ACTS_S, Look, Seen

T = TypeVar("T")

ANSWER_S: Final = 0.75 * ACTS_S
"""For one call, connecting and the standby's confirmation included. A holder without it stops soon after anyway."""

GLIMPSE_S: Final = 0.3
LOOK: Final = """
SELECT epoch, holder, beat, EXISTS (
    SELECT FROM pg_stat_activity WHERE application_name = 'turnout lease' AND wait_event = 'SyncRep'
) FROM lease
"""
"""With whether a change of it waits for the standby: it is committed here, and nobody sees it yet. What is said of
activity is later than the snapshot, so it is a change that is not seen in it.
"""

COPY: Final = "SELECT epoch, holder, beat FROM lease"

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
        self._database, self._line = database, PostgresLine(database, "lease", ANSWER_S)
        self._copy = PostgresLine(database, "lease copy", GLIMPSE_S, "any") if len(urls_of(database.url)) > 1 else None

    async def look(self) -> Look:
        epoch, holder, beat, is_changing = await self._do(lambda one: one.fetchrow(LOOK))
        return Look(Seen(epoch, holder, beat), is_changing)

    async def glimpse(self) -> Seen | None:
        """From whichever host answers: the standby has every renewal that was confirmed."""
        if self._copy is None:
            return None
        try:
            return Seen(*await self._copy.do(lambda one: one.fetchrow(COPY)))
        except StorageFailed:
            return None

    async def take(self, seen: Seen, holder: str) -> int | None:
        epoch = await self._do(lambda one: one.fetchval(TAKE, holder, seen.epoch, seen.beat))
        return int(epoch) if epoch is not None else None

    async def renew(self, epoch: int, holder: str) -> bool:
        return await self._do(lambda one: one.fetchval(RENEW, epoch, holder)) is not None

    async def release(self, epoch: int, holder: str) -> None:
        await self._do(lambda one: one.execute(RELEASE, epoch, holder))

    async def _do(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Raises `StorageFailed`. A server that is silent towards the lease is left by every line of the process."""
        try:
            return await self._line.do(work)
        except StorageBusy as fault:
            if isinstance(fault.__cause__, TimeoutError):
                leave_server(self._database)
            raise

    async def close(self) -> None:
        await self._line.close()
        if self._copy is not None:
            await self._copy.close()
