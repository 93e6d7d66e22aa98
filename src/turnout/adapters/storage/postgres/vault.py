"""The vault in PostgreSQL: details sealed as in the SQLite vault, their keys beside them, wrapped by the site's key.

AES-256-GCM (NIST SP 800-38D) for both, with random 96-bit nonces. A key that is destroyed here is gone from the tables;
copies in the write-ahead log, on the standby and in backups last as long as those do, and are unreadable without the
site's key (decision 0122).
"""

import secrets
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine, upgrade
from turnout.adapters.storage.postgres.site_key import KEY_BYTES, find_site_key, fingerprint, make_site_key
from turnout.adapters.storage.sealed import OwnersDetails
from turnout.adapters.storage.steps import schema_steps
from turnout.audit.vault import (
    DETAIL_BYTES_MAX,
    SALT_BYTES,
    DetailDamaged,
    DetailsDestroyed,
    DetailUnknown,
    Owner,
    VaultRef,
    bound_to,
    salted_sha256,
)
from turnout.desk.faults import StorageDamaged, StorageFailed

NONCE_BYTES: Final = 12
REF_BYTES: Final = 16


class PostgresVault:
    """`turnout.audit.vault.Vault`; `prepare` before anything else."""

    def __init__(self, database: Database, site_key: Path) -> None:
        self._line = PostgresLine(database, "vault")
        self._path = site_key
        self._site_key = b""

    async def prepare(self, database: Database) -> None:
        """Make or upgrade the tables, and hold this server's site key against the city's. Raises `StorageFailed`."""
        steps = schema_steps("postgres/vault")
        await self._line.do(lambda connection: upgrade(connection, database.schema, "vault", steps))
        held = find_site_key(self._path)
        key = held if held is not None else make_site_key(self._path)
        known = await self._line.do(lambda connection: _known_fingerprint(connection, fingerprint(key)))
        if known != fingerprint(key):
            if held is None:
                self._path.unlink()
            raise StorageFailed(f"the city's details are under another site key: copy it to {self._path}")
        self._site_key = key

    async def put(self, owner: Owner, field: str, detail: bytes, ref: str | None = None) -> VaultRef:
        if len(detail) > DETAIL_BYTES_MAX:
            raise ValueError(f"a detail of {len(detail)} bytes; it may have {DETAIL_BYTES_MAX}")
        ref = ref if ref is not None else secrets.token_hex(REF_BYTES)
        return await self._line.do(lambda connection: self._put(connection, owner, field, detail, ref))

    async def open(self, owner: Owner, ref: str) -> bytes:
        return (await self._line.do(lambda connection: self._unsealed(connection, owner, ref)))[0]

    async def has_key(self, owner: Owner) -> bool:
        sql = "SELECT EXISTS (SELECT FROM owner_key WHERE owner = $1 AND wrapped IS NOT NULL)"
        return bool(await self._line.do(lambda connection: connection.fetchval(sql, owner)))

    async def destroy(self, owner: Owner) -> None:
        await self._line.do(lambda connection: _destroy(connection, owner))
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

    async def _put(self, connection: Connection, owner: Owner, field: str, detail: bytes, ref: str) -> VaultRef:
        """Also a repeated put writes something, so that its answer waits for the standby like the first one's."""
        async with connection.transaction():
            wrapped = await connection.fetchval(
                "INSERT INTO owner_key (owner, wrapped) VALUES ($1, $2)"
                " ON CONFLICT (owner) DO UPDATE SET puts = owner_key.puts + 1 RETURNING wrapped",
                *(owner, self._wrapped(owner, secrets.token_bytes(KEY_BYTES))),
            )
            if wrapped is None:
                raise DetailsDestroyed(owner)
            if await connection.fetchval("SELECT owner FROM detail WHERE ref = $1", ref) is not None:
                held, sha256 = await self._unsealed(connection, owner, ref)
                if held != detail:
                    raise ValueError(f"{ref} holds another detail")
                return VaultRef(ref, sha256)
            salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
            key = self._unwrapped(owner, wrapped)
            sealed = AESGCM(key).encrypt(nonce, salt + detail, bound_to(owner, field, ref))
            kept = VaultRef(ref, salted_sha256(salt, detail))
            await connection.execute(
                "INSERT INTO detail (ref, owner, field, sha256, nonce, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
                *(ref, owner, field, kept.sha256, nonce, sealed),
            )
        return kept

    async def _take_over(self, connection: Connection, one: OwnersDetails) -> None:
        if one.key is None:
            await _destroy(connection, one.owner)
            return
        async with connection.transaction():
            await connection.execute(
                "INSERT INTO owner_key (owner, wrapped) VALUES ($1, $2) ON CONFLICT (owner) DO NOTHING",
                *(one.owner, self._wrapped(one.owner, one.key)),
            )
            await connection.executemany(
                "INSERT INTO detail (ref, owner, field, sha256, nonce, sealed) VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (ref) DO NOTHING",
                [(kept.ref, one.owner, kept.field, kept.sha256, kept.nonce, kept.sealed) for kept in one.details],
            )

    async def _unsealed(self, connection: Connection, owner: Owner, ref: str) -> tuple[bytes, str]:
        """(detail, its salted hash)."""
        keys = await connection.fetchrow("SELECT wrapped FROM owner_key WHERE owner = $1", owner)
        if keys is None:
            raise DetailUnknown(owner)
        if keys[0] is None:
            raise DetailsDestroyed(owner)
        row = await connection.fetchrow(
            "SELECT field, sha256, nonce, sealed FROM detail WHERE ref = $1 AND owner = $2", ref, owner
        )
        if row is None:
            raise DetailUnknown(ref)
        field, sha256, nonce, sealed = row
        key = self._unwrapped(owner, keys[0])
        try:
            salted = AESGCM(key).decrypt(nonce, sealed, bound_to(owner, field, ref))
        except InvalidTag as trouble:
            raise DetailDamaged(ref) from trouble
        salt, detail = salted[:SALT_BYTES], salted[SALT_BYTES:]
        if salted_sha256(salt, detail) != sha256:
            raise DetailDamaged(ref)
        return detail, sha256

    def _wrapped(self, owner: Owner, key: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + AESGCM(self._site_key).encrypt(nonce, key, _bound_key(owner))

    def _unwrapped(self, owner: Owner, wrapped: bytes) -> bytes:
        try:
            return AESGCM(self._site_key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound_key(owner))
        except InvalidTag as trouble:
            raise StorageDamaged(f"the key of {owner} was altered, or moved there from another") from trouble


def _bound_key(owner: Owner) -> bytes:
    return msgspec.json.encode(["turnout.owner-key.1", owner])


async def _known_fingerprint(connection: Connection, ours: bytes) -> bytes:
    await connection.execute("INSERT INTO site_key VALUES (1, $1) ON CONFLICT DO NOTHING", ours)
    return bytes(await connection.fetchval("SELECT fingerprint FROM site_key"))


async def _destroy(connection: Connection, owner: Owner) -> None:
    """A row stays, so that nothing can be put for this owner any more either."""
    async with connection.transaction():
        await connection.execute(
            "INSERT INTO owner_key (owner, wrapped, destroyed) VALUES ($1, NULL, true)"
            " ON CONFLICT (owner) DO UPDATE SET wrapped = NULL, destroyed = true",
            owner,
        )
        await connection.execute("DELETE FROM detail WHERE owner = $1", owner)
