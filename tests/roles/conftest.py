"""The database that the processes of a city share."""

from collections.abc import AsyncIterator

import pytest

from tests.postgres_pair import connected, the_pair
from turnout.adapters.storage.postgres.database import Database
from turnout.desk.operations import Operations


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """The schema that the processes use, empty."""
    database = Database(the_pair().primary.url("postgres"), Operations.stream)
    yield database
    async with connected(database) as connection:
        await connection.execute(f"DROP SCHEMA IF EXISTS {Operations.stream} CASCADE")
