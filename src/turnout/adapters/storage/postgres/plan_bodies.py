"""Bodies of plans in the city's database: kept under the desk's epoch, found by every server."""

from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.desk.faults import NotTheDesk


class KeptBodies:
    def __init__(self, kept: PostgresKept, epoch: int | None = None) -> None:
        """`epoch` None: a server that only reads."""
        self._kept, self._epoch = kept, epoch

    async def find(self, name: str) -> bytes | None:
        return await self._kept.find(f"signals/{name}")

    async def keep(self, name: str, body: bytes) -> None:
        if self._epoch is None:
            raise NotTheDesk("plans are kept by the desk")
        await self._kept.keep(f"signals/{name}", body, self._epoch)
