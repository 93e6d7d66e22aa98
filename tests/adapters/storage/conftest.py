"""Both vaults, for what holds of either."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.postgres_pair import the_pair
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.adapters.storage.sqlite.vault import SqliteVault


@pytest.fixture(params=["files", "PostgreSQL"])
async def vault(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqliteVault | PostgresVault]:
    held: SqliteVault | PostgresVault
    if request.param == "files":
        held = SqliteVault(tmp_path / "vault.sqlite", tmp_path / "vault.keys")
    else:
        database = the_pair().new_database()
        held = PostgresVault(database, tmp_path / "vault.site-key")
        await held.prepare(database)
    yield held
    await held.close()
