"""A server says which site keys it holds, hears that the city's has changed, and destroys the one that was.

Beside everything else, in each process that may have to open a detail: also one that stands by must hold the next key
before there is a change. No command waits for it.
"""

import asyncio
import hashlib
import logging
import socket
from pathlib import Path
from typing import Final

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine
from turnout.adapters.storage.postgres.site_key import SiteKeys, short
from turnout.adapters.storage.postgres.site_key_row import SAY, SESSION, SiteKeyRow, check_held, read_row
from turnout.desk.faults import StorageFailed

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
"""How soon a key that was laid beside is said, and one that was is destroyed."""


def server_of(path: Path) -> str:
    """A server's name: its host, and which file of keys. Processes with the same file are one server."""
    return f"{socket.gethostname()[:24]}/{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:8]}"


class SiteKeyFollower:
    """`open` before anything is served, then `follow`."""

    def __init__(self, database: Database, keys: SiteKeys, server: str = "") -> None:
        """`keys`: those of the process's vault too, so that it forgets the one that was."""
        self.server = server or server_of(keys.path)
        self._keys = keys
        self._line = PostgresLine(database, SESSION.format(self.server))

    async def open(self) -> None:
        """Said, and then held against the city's: in this order, so that no change begins in between.

        Raises `StorageFailed` when this server lacks a key.
        """
        await self.look()
        await self._line.do(lambda connection: check_held(connection, self._keys))

    async def look(self) -> None:
        """One round. Raises `StorageFailed`."""
        row, said = await self._line.do(self._read)
        if self._is_to_settle(row):
            # A commit that the standby has is behind whatever made the row so: the change is on both.
            await self._say(self._held())
            self._keys.settle(row.fingerprint)
            log.info("the site key is %s now; the one that was is destroyed here", short(row.fingerprint))
        held = self._held()
        if row.next is None and row.fingerprint in held:
            self._keys.keep_only(row.fingerprint)
        if held != said:
            await self._say(held)

    def _held(self) -> tuple[bytes, ...]:
        return tuple(sorted(self._keys.look()))

    async def _read(self, connection: Connection) -> tuple[SiteKeyRow, tuple[bytes, ...] | None]:
        """The row, and what this server has said: another process of it may have said it, before the files changed."""
        said = await connection.fetchval("SELECT holds FROM site_key_holder WHERE server = $1", self.server)
        return await read_row(connection), None if said is None else tuple(said)

    def _is_to_settle(self, row: SiteKeyRow) -> bool:
        return row.next is None and self._keys.laid() == row.fingerprint

    async def _say(self, held: tuple[bytes, ...]) -> None:
        async def say(connection: Connection) -> None:
            await connection.execute(SAY, self.server, list(held))

        await self._line.do(say)

    async def follow(self) -> None:
        """Until cancelled."""
        is_failing = False
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
                is_failing = False
            except StorageFailed as fault:
                if not is_failing:
                    log.warning("the site key is not looked at: %s", fault)
                is_failing = True

    async def close(self) -> None:
        await self._line.close()
