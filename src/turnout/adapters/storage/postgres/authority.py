"""The authority (decision 0227) of terminals' certificates that the city's servers share: whoever comes first makes it.

Its key is wrapped by the site's key, as the keys of owners are, and like theirs wrapped anew when that is changed. It
is bound to its certificate: who can write into the database alone cannot put an authority of their own in its place.
"""

from typing import Final, NamedTuple

from turnout.adapters.storage.postgres.database import Connection, Database, PostgresLine
from turnout.adapters.storage.postgres.site_key import SiteKeys
from turnout.adapters.storage.postgres.site_key_row import SHARED, SiteKeyRow, read_row
from turnout.adapters.storage.postgres.wrapping import unwrapped_authority, wrapped_authority
from turnout.desk.faults import StorageDamaged

DEVICES: Final = "devices"

FIND: Final = (
    "SELECT certificate, wrapped, authority.generation, site_key.generation, fingerprint, next"
    " FROM authority, site_key WHERE name = $1"
)
KEEP: Final = "INSERT INTO authority VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING"


class KeptAuthority(NamedTuple):
    """Both in PEM."""

    certificate: bytes
    key: bytes


class PostgresAuthority:
    """The table is beside the vault's: prepare that first."""

    def __init__(self, database: Database, keys: SiteKeys) -> None:
        self._line, self._keys = PostgresLine(database, "authority"), keys

    async def find(self) -> KeptAuthority | None:
        """Raises `StorageFailed`: `StorageDamaged` where key, certificate or generation were altered."""
        row = await self._line.do(lambda connection: connection.fetchrow(FIND, DEVICES))
        if row is None:
            return None
        certificate, wrapped, generation, *site_key = row
        mark = SiteKeyRow(*site_key).of(generation)
        if mark is None:
            raise StorageDamaged(f"the generation of {DEVICES} was altered: there is no site key {generation}")
        key = unwrapped_authority(self._keys.get(mark), DEVICES, certificate, wrapped)
        return KeptAuthority(bytes(certificate), key)

    async def keep(self, made: KeptAuthority) -> None:
        """Durable when it returns, unless there is one already: that stays. Raises `StorageFailed`."""
        await self._line.do(lambda connection: self._keep(connection, made))

    async def _keep(self, connection: Connection, made: KeptAuthority) -> None:
        async with connection.transaction():
            generation, mark = (await read_row(connection, SHARED)).newest
            wrapped = wrapped_authority(self._keys.get(mark), DEVICES, made.certificate, made.key)
            await connection.execute(KEEP, DEVICES, made.certificate, wrapped, generation)

    async def close(self) -> None:
        await self._line.close()
