"""The vault's tables on the simulated pair: transactions of several statements, with a row lock on the owner's key.

As PostgreSQL does it: what a transaction wrote is its own until the commit, is then flushed, waits for the standby and
only then can be seen; a second writer of the same owner waits meanwhile. A session that has gone, or has said nothing
for longer than its client waits, is rolled back.
"""

import asyncio
from typing import Any, Final

import asyncpg

from turnout.adapters.storage.postgres.site_key import fingerprint
from turnout.adapters.storage.postgres.site_key_row import SHARED
from turnout.adapters.storage.postgres.vault import KEY_OF

Row = tuple[Any, ...]

SITE_KEY: Final = bytes(range(32))
GENERATION: Final = 1
"""The city's site key, which nobody changes here."""

GONE_AFTER_S: Final = 6.0
"""A client gives up after 5 s and closes its connection."""


class VaultTables:
    def __init__(self) -> None:
        self.keys: dict[str, bytes | None] = {}
        self.details: dict[str, Row] = {}
        self.wholes: dict[str, str | None] = {}
        """Of what a card's key is a part."""


class Transaction:
    """What one session has written and not yet committed. `keys` and `details` lie over the tables."""

    def __init__(self, began_s: float) -> None:
        self.began_s = began_s
        self.keys: dict[str, bytes | None] = {}
        self.details: dict[str, Row] = {}
        self.wholes: dict[str, str | None] = {}
        self.destroyed: set[str] = set()
        self.is_committing = False


class Block:
    """`connection.transaction()`, as asyncpg has it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def __aenter__(self) -> None:
        await self._connection.execute("BEGIN")

    async def __aexit__(self, kind: Any, *_: Any) -> None:
        if kind is None:
            await self._connection.execute("COMMIT")
        else:
            self._connection.transaction_open = None


def is_of_the_vault(sql: str) -> bool:
    return sql in ("BEGIN", "COMMIT") or "owner_key" in sql or " detail " in sql or sql == SHARED


async def done(connection: Any, sql: str, given: Row) -> list[Row]:
    """One statement: its rows."""
    if sql == "BEGIN":
        connection.transaction_open = Transaction(connection.pair.loop.world_s)
        return []
    if sql.startswith("VACUUM"):
        return []
    if sql == "COMMIT":
        return await _commit(connection)
    if sql.startswith("SELECT"):
        return _selected(connection, sql, given)
    held: Transaction | None = connection.transaction_open
    if held is None or connection.is_closed():
        raise asyncpg.ConnectionDoesNotExistError("the session has ended")
    if sql.startswith("INSERT INTO owner_key"):
        return await _key_written(connection, held, sql, given)
    if sql.startswith("INSERT INTO detail"):
        held.details[given[0]] = given
        return []
    tables = connection.machine.tables.vault
    parts = [owner for owner, whole in tables.wholes.items() if whole == given[0]]
    if sql.startswith("UPDATE owner_key SET wrapped = NULL"):
        for part in parts:
            await _locked(connection, part)
            held.keys[part] = None
        return []
    assert sql.startswith("DELETE FROM detail WHERE owner IN"), sql
    held.destroyed.update([given[0], *parts])
    return []


async def _key_written(connection: Any, held: Transaction, sql: str, given: Row) -> list[Row]:
    owner = given[0]
    await _locked(connection, owner)
    known = connection.machine.tables.vault.keys
    if "NULL, true" in sql:
        held.keys[owner] = None
    elif owner not in known:
        held.keys[owner], held.wholes[owner] = given[1], given[3]
    elif "DO UPDATE" in sql:
        held.keys[owner] = known[owner]  # the same again, but written: its commit waits like the first one's
    else:
        return []
    whole = (connection.machine.tables.vault.wholes | held.wholes).get(owner)
    return [(held.keys[owner], GENERATION, whole)]


async def _locked(connection: Any, owner: str) -> None:
    locks = connection.machine.vault_locks
    while (holder := locks.get(owner)) is not None and holder is not connection and _works(holder):
        await asyncio.sleep(0.01)
    locks[owner] = connection


def _works(session: Any) -> bool:
    held: Transaction | None = session.transaction_open
    if held is None:
        return False
    age_s = session.pair.loop.world_s - held.began_s
    return held.is_committing or (not session.is_closed() and age_s < GONE_AFTER_S)


async def _commit(connection: Any) -> list[Row]:
    held, locks = connection.transaction_open, connection.machine.vault_locks
    owners = [owner for owner, holder in locks.items() if holder is connection]
    if held is None or {*held.keys} - {*owners}:
        raise asyncpg.ConnectionDoesNotExistError("the session had been rolled back")
    held.is_committing = True

    def change(tables: Any) -> None:
        for ref in [ref for ref, row in tables.vault.details.items() if row[1] in held.destroyed]:
            del tables.vault.details[ref]
        tables.vault.keys.update(held.keys)
        tables.vault.details.update(held.details)
        tables.vault.wholes.update(held.wholes)

    try:
        if held.keys or held.details or held.destroyed:
            await connection.pair.commit(connection, change)
    finally:
        connection.transaction_open = None
        for owner in owners:
            locks.pop(owner, None)
    return []


def _selected(connection: Any, sql: str, given: Row) -> list[Row]:
    tables, held = connection.machine.tables.vault, connection.transaction_open or Transaction(0.0)
    keys, details = tables.keys | held.keys, tables.details | held.details
    if sql == SHARED:
        return [(GENERATION, fingerprint(SITE_KEY), None)]
    if sql == KEY_OF:
        owner, ref = given
        under = ref if (tables.wholes | held.wholes).get(ref) == owner else owner
        return [(under, keys[under], fingerprint(SITE_KEY))] if under in keys else []
    row = details.get(given[0])
    if sql == "SELECT owner FROM detail WHERE ref = $1":
        return [(row[1],)] if row is not None else []
    assert sql.startswith("SELECT field, sha256, nonce, sealed FROM detail WHERE ref = $1 AND owner = $2"), sql
    return [row[2:]] if row is not None and row[1] == given[1] else []
