"""A running edge, and a demo dispatcher's browser on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.adapters.http.room import Room
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


@pytest.fixture
async def she(house: Running) -> AsyncIterator[Room]:
    """A supervisor with a few crews on duty."""
    async with house.client() as browser:
        await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
        room = Room(browser)
        for unit in ("E01", "E07", "T03", "55"):
            crew = [{"staff": f"{unit}-{number}", "name": "", "skills": []} for number in range(5)]
            assert (await room.gives(do="log-on", unit=unit, crew=crew)).is_success
        yield room
