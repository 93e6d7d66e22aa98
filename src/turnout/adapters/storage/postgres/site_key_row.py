"""What the database knows of the site's key: which one it is, the next one while it is changed, and who holds which."""

from typing import Final, NamedTuple

from turnout.adapters.storage.postgres.database import Connection
from turnout.adapters.storage.postgres.site_key import SiteKeys, short
from turnout.desk.faults import StorageFailed

SESSION: Final = "site key {}"
"""The name of a server's session that says what it holds: while there is one, the server runs."""

SELECT_ROW: Final = "SELECT generation, fingerprint, next FROM site_key"
SHARED: Final = f"{SELECT_ROW} FOR SHARE"
"""Waits for a change that is being begun or ended, and lets none begin or end until the transaction is over."""

SAY: Final = (
    "INSERT INTO site_key_holder (server, holds) VALUES ($1, $2)"
    " ON CONFLICT (server) DO UPDATE SET holds = excluded.holds, said = now()"
)


class SiteKeyRow(NamedTuple):
    """Keys are wrapped by `fingerprint` (of `generation`) or, during a change, by `next` (of the one after)."""

    generation: int
    fingerprint: bytes
    next: bytes | None

    @property
    def newest(self) -> tuple[int, bytes]:
        """Under which a new key is wrapped."""
        return (self.generation, self.fingerprint) if self.next is None else (self.generation + 1, self.next)

    def of(self, generation: int) -> bytes | None:
        """The fingerprint of the site key of that generation."""
        return {self.generation: self.fingerprint, self.generation + 1: self.next}.get(generation)


async def read_row(connection: Connection, sql: str = SELECT_ROW) -> SiteKeyRow:
    return SiteKeyRow(*await connection.fetchrow(sql))


async def why_not_with(connection: Connection, keys: SiteKeys) -> str:
    """What this server lacks to read and write every detail; empty: nothing."""
    row = await read_row(connection, SHARED)
    if keys.find(row.newest[1]) is None:
        place = keys.path if row.next is None else keys.next_path
        return f"the city's details are under another site key, {short(row.newest[1])}: copy it to {place}"
    if keys.find(row.fingerprint) is None and await has_left(connection, row.generation):
        return f"details are under the site key {short(row.fingerprint)} still: copy it to {keys.path}"
    return ""


async def has_left(connection: Connection, generation: int) -> bool:
    """Whether a key of an owner, or of an authority, is wrapped by the site key of that generation."""
    sql = (
        "SELECT EXISTS (SELECT FROM owner_key WHERE wrapped IS NOT NULL AND generation = $1)"
        " OR EXISTS (SELECT FROM authority WHERE generation = $1)"
    )
    return bool(await connection.fetchval(sql, generation))


async def check_held(connection: Connection, keys: SiteKeys) -> None:
    """Raises `StorageFailed` saying which key to copy where."""
    lacks = await why_not_with(connection, keys)
    if lacks:
        raise StorageFailed(lacks)
