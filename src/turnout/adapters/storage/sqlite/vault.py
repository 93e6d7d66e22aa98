"""The vault: details in a SQLite file, AES-256-GCM (NIST SP 800-38D), a key per incident or call in `key_file.py`.

A nonce is 96 random bits; one incident has some dozens of details, far below the 2^32 that SP 800-38D allows a key.
"""

import secrets
import sqlite3
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from turnout.adapters.storage.sealed import OwnersDetails, Sealed
from turnout.adapters.storage.sqlite.database import SqliteThread, connect, transaction, upgrade
from turnout.adapters.storage.sqlite.key_file import KeyFile
from turnout.adapters.storage.steps import schema_steps
from turnout.audit.vault import (
    DETAIL_BYTES_MAX,
    SALT_BYTES,
    CardRef,
    DetailDamaged,
    DetailsDestroyed,
    DetailUnknown,
    Owner,
    VaultRef,
    bound_to,
    salted_sha256,
)

NONCE_BYTES = 12
REF_BYTES = 16

WITH_PARTS = "(owner = ? OR part_of = ?)"
"""An owner's key, and those of the cards that are part of it."""


class SqliteVault:
    """`turnout.audit.vault.Vault` in two files: what is sealed, and the keys."""

    def __init__(self, path: Path, keys_path: Path) -> None:
        self._keys = KeyFile(keys_path)
        self._thread = SqliteThread(path, lambda: _opened(path, self._keys), "vault")

    async def put(
        self, owner: Owner, field: str, detail: bytes, ref: str | None = None, *, alone: bool = False
    ) -> VaultRef:
        if len(detail) > DETAIL_BYTES_MAX:
            raise ValueError(f"a detail of {len(detail)} bytes; it may have {DETAIL_BYTES_MAX}")
        ref = ref if ref is not None else secrets.token_hex(REF_BYTES)
        return await self._thread.do(lambda connection: self._put(connection, owner, field, detail, ref, alone))

    async def open(self, owner: Owner, ref: str) -> bytes:
        return await self._thread.do(lambda connection: self._open(connection, owner, ref))

    async def has_key(self, owner: Owner) -> bool:
        return await self._thread.do(lambda connection: self._has_key(connection, owner))

    async def destroy(self, owner: Owner) -> None:
        await self._thread.do(lambda connection: self._destroy(connection, owner))

    async def make_keys(self, owners: Sequence[Owner]) -> list[bytes]:
        """As `turnout.audit.texts.TextKeys`."""
        return await self._thread.do(lambda connection: self._make_keys(connection, owners))

    async def find_keys(self, owners: Sequence[Owner]) -> dict[Owner, bytes]:
        return await self._thread.do(lambda connection: self._find_keys(connection, owners))

    async def destroy_keys(self, owners: Sequence[Owner]) -> None:
        await self._thread.do(lambda connection: self._destroy_all(connection, owners))

    async def list_sealed(self) -> list[tuple[Owner, str, str]]:
        """(owner, field, reference) of everything there is: for a drill, which opens it to nobody."""
        sql = "SELECT owner, field, ref FROM detail ORDER BY owner, ref"
        return await self._thread.do(lambda connection: connection.execute(sql).fetchall())

    async def hand_over(self) -> AsyncIterator[OwnersDetails]:
        """Everything with its keys, an owner at a time: for a city that moves into a database, and for nobody else."""
        owners = await self._thread.do(lambda one: one.execute("SELECT owner, slot, part_of FROM owner_key").fetchall())
        for owner, slot, whole in owners:
            yield await self._thread.do(partial(self._of_owner, owner=owner, slot=slot, whole=whole))

    async def pragma(self, name: str, value: str | None = None) -> object:
        """A setting of the connection to what is sealed."""
        return await self._thread.pragma(name, value)

    async def close(self) -> None:
        await self._thread.close()
        self._keys.close()

    def _of_owner(self, connection: sqlite3.Connection, owner: Owner, slot: int, whole: Owner | None) -> OwnersDetails:
        sql = "SELECT ref, field, sha256, nonce, sealed FROM detail WHERE owner = ?"
        found = connection.execute(sql, (owner,)).fetchall()
        return OwnersDetails(owner, self._keys.find_key(slot), tuple(Sealed(*row) for row in found), whole)

    def _put(
        self, connection: sqlite3.Connection, owner: Owner, field: str, detail: bytes, ref: str, alone: bool
    ) -> VaultRef:
        with transaction(connection):
            key, under = self._key_for(connection, owner), owner
            if alone:
                key, under = self._key_for(connection, CardRef(ref), owner), CardRef(ref)
            held = connection.execute("SELECT owner FROM detail WHERE ref = ?", (ref,)).fetchone()
            if held is not None:
                return self._put_before(connection, owner, detail, ref)
            salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
            sealed = AESGCM(key).encrypt(nonce, salt + detail, bound_to(under, field, ref))
            kept = VaultRef(ref, salted_sha256(salt, detail))
            connection.execute(
                "INSERT INTO detail (ref, owner, field, sha256, nonce, sealed) VALUES (?,?,?,?,?,?)",
                (ref, under, field, kept.sha256, nonce, sealed),
            )
        return kept

    def _put_before(self, connection: sqlite3.Connection, owner: Owner, detail: bytes, ref: str) -> VaultRef:
        held, sha256 = self._unsealed(connection, owner, ref)
        if held != detail:
            raise ValueError(f"{ref} holds another detail")
        return VaultRef(ref, sha256)

    def _open(self, connection: sqlite3.Connection, owner: Owner, ref: str) -> bytes:
        detail, _ = self._unsealed(connection, owner, ref)
        return detail

    def _unsealed(self, connection: sqlite3.Connection, owner: Owner, ref: str) -> tuple[bytes, str]:
        """(detail, its salted hash)."""
        under, slot = _key_of(connection, owner, ref)
        key = self._keys.find_key(slot)
        if key is None:
            raise DetailsDestroyed(under)
        row = connection.execute(
            "SELECT field, sha256, nonce, sealed FROM detail WHERE ref = ? AND owner = ?", (ref, under)
        ).fetchone()
        if row is None:
            raise DetailUnknown(ref)
        field, sha256, nonce, sealed = row
        try:
            salted = AESGCM(key).decrypt(nonce, sealed, bound_to(under, field, ref))
        except InvalidTag as trouble:
            raise DetailDamaged(ref) from trouble
        salt, detail = salted[:SALT_BYTES], salted[SALT_BYTES:]
        if salted_sha256(salt, detail) != sha256:
            raise DetailDamaged(ref)
        return detail, sha256

    def _key_for(self, connection: sqlite3.Connection, owner: Owner, whole: Owner | None = None) -> bytes:
        """The owner's key, made on first use; a card's as part of what is `whole`."""
        row = connection.execute("SELECT slot, part_of FROM owner_key WHERE owner = ?", (owner,)).fetchone()
        if row is None:
            slot, key = self._keys.new_key(_first_free(connection))
            connection.execute("INSERT INTO owner_key (owner, slot, part_of) VALUES (?, ?, ?)", (owner, slot, whole))
            return key
        found = self._keys.find_key(row[0])
        if found is None:
            raise DetailsDestroyed(owner)
        if row[1] != whole:
            raise ValueError(f"{owner} is another's key")
        return found

    def _has_key(self, connection: sqlite3.Connection, owner: Owner) -> bool:
        row = connection.execute("SELECT slot FROM owner_key WHERE owner = ? AND destroyed = 0", (owner,)).fetchone()
        return row is not None and self._keys.find_key(row[0]) is not None

    def _make_keys(self, connection: sqlite3.Connection, owners: Sequence[Owner]) -> list[bytes]:
        with transaction(connection):
            first, keys = self._keys.new_keys(len(owners), _first_free(connection))
            connection.executemany(
                "INSERT INTO owner_key (owner, slot) VALUES (?, ?)",
                [(owner, first + index) for index, owner in enumerate(owners)],
            )
        return keys

    def _find_keys(self, connection: sqlite3.Connection, owners: Sequence[Owner]) -> dict[Owner, bytes]:
        sql = "SELECT slot FROM owner_key WHERE owner = ? AND destroyed = 0"
        slots = {owner: row for owner in owners if (row := connection.execute(sql, (owner,)).fetchone()) is not None}
        return {owner: key for owner, (slot,) in slots.items() if (key := self._keys.find_key(slot)) is not None}

    def _destroy(self, connection: sqlite3.Connection, owner: Owner) -> None:
        self._destroy_all(connection, [owner])

    def _destroy_all(self, connection: sqlite3.Connection, owners: Sequence[Owner]) -> None:
        """First that they are to be, so that the next opening makes up for a crash; then the keys, beyond recall."""
        with transaction(connection):
            for owner in owners:
                self._mark_destroyed(connection, owner)
            sql = f"SELECT slot FROM owner_key WHERE {WITH_PARTS}"
            slots = [slot for owner in owners for (slot,) in connection.execute(sql, (owner, owner)).fetchall()]
        for slot in slots:
            self._keys.destroy(slot)
        with transaction(connection):
            sql = f"DELETE FROM detail WHERE owner IN (SELECT owner FROM owner_key WHERE {WITH_PARTS})"
            connection.executemany(sql, [(owner, owner) for owner in owners])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _mark_destroyed(self, connection: sqlite3.Connection, owner: Owner) -> None:
        """Also where there is no key of it: so that nothing can be put for it any more either."""
        if connection.execute("SELECT 1 FROM owner_key WHERE owner = ?", (owner,)).fetchone() is None:
            slot, _ = self._keys.new_key(_first_free(connection))
            connection.execute("INSERT INTO owner_key (owner, slot) VALUES (?, ?)", (owner, slot))
        connection.execute(f"UPDATE owner_key SET destroyed = 1 WHERE {WITH_PARTS}", (owner, owner))


def _opened(path: Path, keys: KeyFile) -> sqlite3.Connection:
    connection = connect(path, writing=True)
    connection.execute("PRAGMA secure_delete = ON")
    upgrade(connection, schema_steps("vault"), path)
    _destroy_again(connection, keys)
    return connection


def _destroy_again(connection: sqlite3.Connection, keys: KeyFile) -> None:
    """An older key file put back, by a restore or by hand, brings no key back that is known to be destroyed (0186)."""
    for (slot,) in connection.execute("SELECT slot FROM owner_key WHERE destroyed = 1").fetchall():
        if keys.find_key(slot) is not None:
            keys.destroy(slot)


def _first_free(connection: sqlite3.Connection) -> int:
    """A key file that is older than the vault is shorter: the slots it lacks are other owners'."""
    return int(connection.execute("SELECT coalesce(max(slot), 0) + 1 FROM owner_key").fetchone()[0])


def _key_of(connection: sqlite3.Connection, owner: Owner, ref: str) -> tuple[Owner, int]:
    """Under whose key a detail of this owner's is, and its slot: the card's own, or the owner's."""
    sql = "SELECT owner, slot FROM owner_key WHERE owner = ? OR (owner = ? AND part_of = ?) ORDER BY part_of IS NULL"
    row = connection.execute(sql, (owner, ref, owner)).fetchone()
    if row is None:
        raise DetailUnknown(owner)
    return row[0], int(row[1])
