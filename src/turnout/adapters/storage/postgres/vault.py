"""The vault in PostgreSQL: details sealed as in the SQLite vault, their keys beside them, wrapped by the site's key.

AES-256-GCM (NIST SP 800-38D) for both, with random 96-bit nonces. A key that is destroyed here is gone from the tables;
copies in the write-ahead log, on the standby and in backups last as long as those do, and are unreadable without the
site's key (decision 0122): when that is changed, they are for good (decision 0200).
"""

import logging
import secrets
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine, upgrade
from turnout.adapters.storage.postgres.site_key import KEY_BYTES, SiteKeys, destroy_site_key, make_site_key
from turnout.adapters.storage.postgres.site_key_row import SHARED, SiteKeyRow, read_row, why_not_with
from turnout.adapters.storage.postgres.wrapping import NONCE_BYTES, unwrapped_key, wrapped_key
from turnout.adapters.storage.sealed import OwnersDetails
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
from turnout.desk.faults import StorageDamaged, StorageFailed

REF_BYTES: Final = 16

PUT_KEY: Final = (
    "INSERT INTO owner_key (owner, wrapped, generation, part_of) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (owner) DO UPDATE SET puts = owner_key.puts + 1 RETURNING wrapped, generation, part_of"
)
log = logging.getLogger(__name__)

KEYS_OF: Final = (
    "SELECT owner, wrapped, CASE WHEN owner_key.generation = site_key.generation THEN fingerprint ELSE next END"
    " FROM owner_key, site_key WHERE owner = ANY($1) AND wrapped IS NOT NULL"
)
KEY_OF: Final = (
    "SELECT owner, wrapped, CASE WHEN owner_key.generation = site_key.generation THEN fingerprint ELSE next END"
    " FROM owner_key, site_key WHERE owner = $1 OR (owner = $2 AND part_of = $1) ORDER BY part_of IS NULL LIMIT 1"
)
"""Under whose key a detail of this owner's is, the card's own or the owner's; that key, and the fingerprint of the site
key that wraps it: all as of one moment."""


class PostgresVault:
    """`turnout.audit.vault.Vault`; `prepare` before anything else."""

    def __init__(self, database: Database, site_key: Path | SiteKeys) -> None:
        self._line = PostgresLine(database, "vault")
        self._keys = site_key if isinstance(site_key, SiteKeys) else SiteKeys(site_key)

    async def prepare(self, database: Database) -> None:
        """Make or upgrade the tables, and hold this server's site key against the city's. Raises `StorageFailed`."""
        steps = schema_steps("postgres/vault")
        await self._line.do(lambda connection: upgrade(connection, database.schema, "vault", steps))
        is_made = not self._keys.look()
        if is_made:
            make_site_key(self._keys.path)
        lacks = await self._line.do(lambda connection: _lacks(connection, self._keys))
        if lacks:
            if is_made:
                destroy_site_key(self._keys.path)
            raise StorageFailed(lacks)

    async def put(
        self, owner: Owner, field: str, detail: bytes, ref: str | None = None, *, alone: bool = False
    ) -> VaultRef:
        if len(detail) > DETAIL_BYTES_MAX:
            raise ValueError(f"a detail of {len(detail)} bytes; it may have {DETAIL_BYTES_MAX}")
        ref = ref if ref is not None else secrets.token_hex(REF_BYTES)
        return await self._line.do(lambda connection: self._put(connection, owner, field, detail, ref, alone))

    async def open(self, owner: Owner, ref: str) -> bytes:
        return (await self._line.do(lambda connection: self._unsealed(connection, owner, ref)))[0]

    async def has_key(self, owner: Owner) -> bool:
        sql = "SELECT EXISTS (SELECT FROM owner_key WHERE owner = $1 AND wrapped IS NOT NULL)"
        return bool(await self._line.do(lambda connection: connection.fetchval(sql, owner)))

    async def destroy(self, owner: Owner) -> None:
        await self.destroy_keys([owner])

    async def make_keys(self, owners: Sequence[Owner]) -> list[bytes]:
        """As `turnout.audit.texts.TextKeys`."""
        keys = [secrets.token_bytes(KEY_BYTES) for _ in owners]
        await self._line.do(lambda connection: self._keep_keys(connection, owners, keys))
        return keys

    async def find_keys(self, owners: Sequence[Owner]) -> dict[Owner, bytes]:
        found = await self._line.do(lambda connection: connection.fetch(KEYS_OF, owners))
        keys = {owner: self._find_key(owner, wrapped, mark) for owner, wrapped, mark in found}
        return {owner: key for owner, key in keys.items() if key is not None}

    def _find_key(self, owner: Owner, wrapped: bytes, mark: bytes | None) -> bytes | None:
        """None: its row was altered. What it sealed reads as erased, and keeps nobody from everything else."""
        try:
            return unwrapped_key(self._keys.get(mark), owner, wrapped)
        except StorageDamaged as damage:
            log.error("%s; what it sealed cannot be read", damage)
            return None

    async def destroy_keys(self, owners: Sequence[Owner]) -> None:
        for owner in owners:
            await self._line.do(partial(_destroy, owner=owner))
        await self._line.do(lambda connection: connection.execute("VACUUM owner_key"))

    async def take_over(self, one: OwnersDetails) -> None:
        """What another vault hands over. Again is no error: what is there already stays as it is."""
        await self._line.do(lambda connection: self._take_over(connection, one))

    async def count(self) -> tuple[int, int]:
        """(owners, details)."""
        sql = "SELECT (SELECT count(*) FROM owner_key), (SELECT count(*) FROM detail)"
        owners, details = await self._line.do(lambda connection: connection.fetchrow(sql))
        return owners, details

    async def close(self) -> None:
        await self._line.close()

    async def _put(
        self, connection: Connection, owner: Owner, field: str, detail: bytes, ref: str, alone: bool
    ) -> VaultRef:
        """Also a repeated put writes something, so that its answer waits for the standby like the first one's."""
        async with connection.transaction():
            row = await read_row(connection, SHARED)
            key, under = await self._key_for(connection, row, owner, None), owner
            if alone:
                key, under = await self._key_for(connection, row, CardRef(ref), owner), CardRef(ref)
            if await connection.fetchval("SELECT owner FROM detail WHERE ref = $1", ref) is not None:
                held, sha256 = await self._unsealed(connection, owner, ref)
                if held != detail:
                    raise ValueError(f"{ref} holds another detail")
                return VaultRef(ref, sha256)
            salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
            sealed = AESGCM(key).encrypt(nonce, salt + detail, bound_to(under, field, ref))
            kept = VaultRef(ref, salted_sha256(salt, detail))
            await connection.execute(
                "INSERT INTO detail (ref, owner, field, sha256, nonce, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
                *(ref, under, field, kept.sha256, nonce, sealed),
            )
        return kept

    async def _keep_keys(self, connection: Connection, owners: Sequence[Owner], keys: Sequence[bytes]) -> None:
        async with connection.transaction():
            generation, mark = (await read_row(connection, SHARED)).newest
            site_key = self._keys.get(mark)
            wrapped = [wrapped_key(site_key, owner, key) for owner, key in zip(owners, keys, strict=True)]
            await connection.execute(
                "INSERT INTO owner_key (owner, wrapped, generation)"
                " SELECT made.owner, made.wrapped, $3 FROM unnest($1::text[], $2::bytea[]) AS made (owner, wrapped)",
                *(owners, wrapped, generation),
            )

    async def _key_for(self, connection: Connection, row: SiteKeyRow, owner: Owner, whole: Owner | None) -> bytes:
        """The owner's key, made on first use; a card's as part of what is `whole`, whose key is locked by then."""
        generation, mark = row.newest
        fresh = wrapped_key(self._keys.get(mark), owner, secrets.token_bytes(KEY_BYTES))
        wrapped, under, part_of = await connection.fetchrow(PUT_KEY, owner, fresh, generation, whole)
        if wrapped is None:
            raise DetailsDestroyed(owner)
        if part_of != whole:
            raise ValueError(f"{owner} is another's key")
        return unwrapped_key(self._keys.get(row.of(under)), owner, wrapped)

    async def _take_over(self, connection: Connection, one: OwnersDetails) -> None:
        if one.key is None:
            await _destroy(connection, one.owner, one.part_of)
            return
        async with connection.transaction():
            generation, mark = (await read_row(connection, SHARED)).newest
            await connection.execute(
                "INSERT INTO owner_key (owner, wrapped, generation, part_of) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (owner) DO NOTHING",
                *(one.owner, wrapped_key(self._keys.get(mark), one.owner, one.key), generation, one.part_of),
            )
            await connection.executemany(
                "INSERT INTO detail (ref, owner, field, sha256, nonce, sealed) VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (ref) DO NOTHING",
                [(kept.ref, one.owner, kept.field, kept.sha256, kept.nonce, kept.sealed) for kept in one.details],
            )

    async def _unsealed(self, connection: Connection, owner: Owner, ref: str) -> tuple[bytes, str]:
        """(detail, its salted hash)."""
        keys = await connection.fetchrow(KEY_OF, owner, ref)
        if keys is None:
            raise DetailUnknown(owner)
        under, wrapped, mark = keys
        if wrapped is None:
            raise DetailsDestroyed(under)
        row = await connection.fetchrow(
            "SELECT field, sha256, nonce, sealed FROM detail WHERE ref = $1 AND owner = $2", ref, under
        )
        if row is None:
            raise DetailUnknown(ref)
        field, sha256, nonce, sealed = row
        key = unwrapped_key(self._keys.get(mark), under, wrapped)
        try:
            salted = AESGCM(key).decrypt(nonce, sealed, bound_to(under, field, ref))
        except InvalidTag as trouble:
            raise DetailDamaged(ref) from trouble
        salt, detail = salted[:SALT_BYTES], salted[SALT_BYTES:]
        if salted_sha256(salt, detail) != sha256:
            raise DetailDamaged(ref)
        return detail, sha256


async def _lacks(connection: Connection, keys: SiteKeys) -> str:
    first, *_ = keys.look()
    await connection.execute("INSERT INTO site_key VALUES (1, $1) ON CONFLICT DO NOTHING", first)
    async with connection.transaction():
        return await why_not_with(connection, keys)


async def _destroy(connection: Connection, owner: Owner, whole: Owner | None = None) -> None:
    """A row stays, so that nothing can be put for this owner any more either."""
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO owner_key (owner, wrapped, destroyed, part_of) VALUES ($1, NULL, true, $2)"
            " ON CONFLICT (owner) DO UPDATE SET wrapped = NULL, destroyed = true",
            *(owner, whole),
        )
        await connection.execute("UPDATE owner_key SET wrapped = NULL, destroyed = true WHERE part_of = $1", owner)
        await connection.execute(
            "DELETE FROM detail WHERE owner IN (SELECT owner FROM owner_key WHERE owner = $1 OR part_of = $1)", owner
        )
