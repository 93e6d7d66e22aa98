"""A running edge, and a demo dispatcher's browser on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.adapters.running import API, Running, running


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "var") as house:
        yield house


@pytest.fixture
async def browser(house: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in as a demo dispatcher."""
    async with house.client() as client:
        response = await client.post(f"{API}/session/demo", json={})
        assert response.status_code == 200, response.text
        yield client
