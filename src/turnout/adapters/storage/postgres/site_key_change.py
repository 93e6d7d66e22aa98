"""Changing the site's key while the city works: begun, every key wrapped anew, ended (decision 0200).

Every step may be the last and may be done again. From `begin` to `end` each owner's key is wrapped by one of two site
keys, which each server that runs holds; who asks for a new key gets one under the next. `end` finds nothing under the
one that was; after it the servers destroy that.
"""

from datetime import datetime
from typing import Final, NamedTuple

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine
from turnout.adapters.storage.postgres.site_key import SiteKeys, short
from turnout.adapters.storage.postgres.site_key_row import SESSION, SiteKeyRow, has_left, read_row
from turnout.adapters.storage.postgres.wrapping import (
    unwrapped_authority,
    unwrapped_key,
    wrapped_authority,
    wrapped_key,
)
from turnout.desk.faults import StorageFailed
from turnout.words.trouble import NotOurs

BATCH: Final = 500
"""Owners wrapped anew in one transaction: whoever puts a detail for one of them waits for that long, some 20 ms."""

HOLDERS: Final = """
SELECT server, holds, said, EXISTS (
  SELECT FROM pg_stat_activity WHERE application_name = 'turnout ' || replace($1, '{}', server)
) FROM site_key_holder ORDER BY server
"""

NEXT_OWNERS: Final = (
    "SELECT owner, wrapped FROM owner_key WHERE owner > $1 AND wrapped IS NOT NULL AND generation = $2"
    " ORDER BY owner LIMIT $3 FOR UPDATE SKIP LOCKED"
)
"""Who waits for nobody while holding some is in no deadlock; one that is passed over is taken in the next round."""

WRAP: Final = (
    "UPDATE owner_key SET wrapped = fresh.wrapped, generation = $3"
    " FROM unnest($1::text[], $2::bytea[]) AS fresh (owner, wrapped) WHERE owner_key.owner = fresh.owner"
)
NEXT_AUTHORITIES: Final = (
    "SELECT name, certificate, wrapped FROM authority WHERE generation = $1 FOR UPDATE SKIP LOCKED"
)
WRAP_AUTHORITY: Final = "UPDATE authority SET wrapped = $2, generation = $3 WHERE name = $1"
END: Final = (
    "UPDATE site_key SET fingerprint = next, next = NULL, generation = generation + 1 WHERE generation = $1"
    " AND next = $2 AND NOT EXISTS"
    " (SELECT FROM owner_key WHERE wrapped IS NOT NULL AND owner_key.generation = $1)"
    " AND NOT EXISTS (SELECT FROM authority WHERE authority.generation = $1) RETURNING generation"
)


FORGET: Final = "DELETE FROM site_key_holder WHERE server = $1"

NEXT_FILE: Final = "vault.site-key.next"


class Holder(NamedTuple):
    """A server, and what it last said that its files hold. `runs`: it has a session now."""

    server: str
    holds: tuple[bytes, ...]
    said: datetime
    runs: bool


class SiteKeyChange:
    """One of the two keys is this server's own, the other lies beside it."""

    def __init__(self, database: Database, keys: SiteKeys) -> None:
        self._line, self._keys = PostgresLine(database, "change of the site key"), keys

    async def row(self) -> SiteKeyRow:
        return await self._line.do(read_row)

    async def holders(self) -> list[Holder]:
        return await self._line.do(_holders)

    async def forget(self, server: str) -> bool:
        """Of a server that is no more: whether there was one of this name that does not run."""
        known = [one for one in await self.holders() if one.server == server and not one.runs]
        if known:
            await self._line.do(lambda connection: connection.execute(FORGET, server))
        return bool(known)

    async def begin(self, fresh: bytes) -> SiteKeyRow:
        """From here on new keys are under the one of this fingerprint. Again is no error.

        Raises `NotOurs` when a server that runs lacks it, or another change is under way; `StorageFailed`.
        """
        return await self._line.do(lambda connection: _begin(connection, fresh))

    async def wrap_some(self, row: SiteKeyRow, after: str = "") -> tuple[str, int]:
        """The next `BATCH` owners behind `after`, under the next key: the last of them, and how many there were.

        With the first the authorities, of which there is one.
        """
        return await self._line.do(lambda connection: self._wrap_some(connection, row, after))

    async def has_left(self, row: SiteKeyRow) -> bool:
        """Whether a key is under the one that was."""
        return await self._line.do(lambda connection: has_left(connection, row.generation))

    async def end(self, row: SiteKeyRow) -> None:
        """The next key is the city's. Raises `StorageFailed` when something is under the one that was."""
        found = await self._line.do(lambda connection: connection.fetchval(END, row.generation, row.next))
        if found is None:
            raise StorageFailed("keys are under the old site key still, or another has ended this change: begin again")

    async def close(self) -> None:
        await self._line.close()

    async def _wrap_some(self, connection: Connection, row: SiteKeyRow, after: str) -> tuple[str, int]:
        old, fresh = self._keys.find(row.fingerprint), self._keys.find(row.next)
        async with connection.transaction():
            authorities = await connection.fetch(NEXT_AUTHORITIES, row.generation) if not after else []
            owners = await connection.fetch(NEXT_OWNERS, after, row.generation, BATCH)
            if not owners and not authorities:
                return after, 0
            if old is None or fresh is None:
                raise StorageFailed(f"both keys are needed: {self._keys.path} and {self._keys.next_path}")
            for name, certificate, wrapped in authorities:
                key = unwrapped_authority(old, name, certificate, wrapped)
                anew = wrapped_authority(fresh, name, certificate, key)
                await connection.execute(WRAP_AUTHORITY, name, anew, row.generation + 1)
            again = [wrapped_key(fresh, owner, unwrapped_key(old, owner, wrapped)) for owner, wrapped in owners]
            await connection.execute(WRAP, [owner for owner, _ in owners], again, row.generation + 1)
        return str(owners[-1][0]) if owners else after, len(owners)


async def _holders(connection: Connection) -> list[Holder]:
    rows = await connection.fetch(HOLDERS, SESSION)
    return [Holder(server, tuple(holds), said, runs) for server, holds, said, runs in rows]


async def _begin(connection: Connection, fresh: bytes) -> SiteKeyRow:
    async with connection.transaction():
        await connection.execute("UPDATE site_key SET next = $1 WHERE next IS NULL AND fingerprint <> $1", fresh)
        row = await read_row(connection)
        if row.next is None:
            raise NotOurs(f"{short(fresh)} is the site key already", NEXT_FILE, "remove it; `turnout keys new`")
        if row.next != fresh:
            raise NotOurs(f"a change to {short(row.next)} is under way", NEXT_FILE, "lay that one beside the key")
        lacking = [one.server for one in await _holders(connection) if one.runs and fresh not in one.holds]
        if lacking:
            raise NotOurs(
                f"these servers run and lack the next site key: {', '.join(lacking)}",
                NEXT_FILE,
                "copy it to each, beside vault.site-key; each looks every second",
            )
    return row
