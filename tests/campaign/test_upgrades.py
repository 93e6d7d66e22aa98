"""Two builds of a city side by side: it is upgraded process by process, with clients at work at its edges.

The long form starts from a real older commit (`TURNOUT_PREVIOUS`, else twenty commits back).
"""

import os
import random
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.campaign.role_city import RoleCity
from tests.postgres_pair import connected, the_pair
from tests.two_servers import ROOT
from turnout.adapters.storage.postgres.database import Database
from turnout.desk.operations import Operations
from turnout.edge.between import LINK, talks_with

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
PREVIOUS = os.environ.get("TURNOUT_PREVIOUS", "HEAD~20")
NEXT = ("-m", "tests.roles.next_link")
BETWEEN = 20
"""Acknowledged commands between two steps."""


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """The schema that the processes use, empty."""
    database = Database(the_pair().primary.url("postgres"), Operations.stream)
    yield database
    async with connected(database) as connection:
        await connection.execute(f"DROP SCHEMA IF EXISTS {Operations.stream} CASCADE")


async def upgraded(city: RoleCity, client: httpx.AsyncClient) -> None:
    """As the operators' manual says: the standby desk, the desk, then workers and edges, one after the other."""
    working, standby = city.desks
    await standby.until_it_says(client, "not-the-desk")
    for process, then in (
        (standby, "not-the-desk"),
        (working, "not-the-desk"),  # by its end it has handed over to the new one
        (city.worker, ""),
        *((edge, "") for edge in city.edges),
    ):
        await city.until_acknowledged(BETWEEN)
        process.end(signal.SIGTERM)
        process.program, process.source = NEXT, None
        process.start()
        await process.until_it_says(client, then)
    await city.until_acknowledged(BETWEEN)


async def test_a_city_is_upgraded_process_by_process_while_its_clients_work(database: Database, tmp_path: Path) -> None:
    city = RoleCity(database, tmp_path, random.Random(3))
    async with httpx.AsyncClient(timeout=10.0) as client:
        try:
            await city.begin()
            await upgraded(city, client)
            await city.check()
        finally:
            await city.end()
    assert city.searches


async def test_an_edge_that_is_upgraded_before_the_desk_says_so_and_the_other_serves(
    database: Database, tmp_path: Path
) -> None:
    city = RoleCity(database, tmp_path, random.Random(4))
    early, late = city.edges
    async with httpx.AsyncClient(timeout=10.0) as client:
        try:
            await city.begin()
            await city.until_acknowledged(BETWEEN)
            early.end(signal.SIGTERM)
            early.program = NEXT
            early.start()
            await early.until_it_says(client, "link-refused")
            await city.until_acknowledged(BETWEEN)
            assert (await late.health(client))["trouble"] == ""
            for desk in reversed(city.desks):
                desk.end(signal.SIGTERM)
                desk.program = NEXT
                desk.start()
                await desk.until_it_says(client, "not-the-desk")
            await early.until_well(client)
            await city.until_acknowledged(BETWEEN)
            await city.check()
        finally:
            await city.end()


@pytest.mark.skipif(not SOAK, reason="needs the project's history, and is a minute")
async def test_a_city_is_upgraded_from_an_older_commit(database: Database, tmp_path: Path) -> None:
    before = tmp_path / "before"
    before.mkdir()
    packed = subprocess.run(
        ["git", "archive", PREVIOUS, "src", "schema"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(before)], input=packed, check=True)
    said = re.search(r"^LINK: Final = (\d+)$", (before / "src/turnout/edge/between.py").read_text(), re.MULTILINE)
    if said is None or not talks_with(LINK, int(said[1])):
        pytest.skip(f"{PREVIOUS} is not to be upgraded without a pause")
    city = RoleCity(database, tmp_path / "city", random.Random(5))
    for process in (*city.desks, *city.edges, city.worker):
        process.source = before / "src"
    async with httpx.AsyncClient(timeout=10.0) as client:
        try:
            await city.begin()
            await upgraded(city, client)
            await city.check()
        finally:
            await city.end()
