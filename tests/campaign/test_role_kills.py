"""`kill -9` of each process of a city in turn: the desk, its standby, edges, the worker, NATS. Clients by the edges."""

import os
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.campaign.role_city import KINDS, RoleCity
from tests.postgres_pair import connected, the_pair
from turnout.adapters.storage.postgres.database import Database
from turnout.desk.operations import Operations

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
KILLS = int(os.environ.get("TURNOUT_KILLS", "200" if SOAK else "6"))
ACKNOWLEDGED_BETWEEN_KILLS = 20


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """The schema that the processes use, empty."""
    database = Database(the_pair().primary.url("postgres"), Operations.stream)
    yield database
    async with connected(database) as connection:
        await connection.execute(f"DROP SCHEMA IF EXISTS {Operations.stream} CASCADE")


def victims(chance: random.Random) -> list[str]:
    """Each kind once, in drawn order, then any."""
    first = chance.sample(KINDS, len(KINDS))
    return (first + [chance.choice(KINDS) for _ in range(KILLS)])[:KILLS]


async def test_whichever_process_is_killed_nothing_is_lost_and_every_edge_shows_the_desks_board(
    database: Database, tmp_path: Path
) -> None:
    seed = random.randrange(2**32) if SOAK else 1
    city = RoleCity(database, tmp_path, random.Random(seed))
    kinds = victims(random.Random(f"victims {seed}"))
    try:
        await killed_and_judged(city, kinds)
    except BaseException as trouble:
        raise AssertionError(f"seed {seed}, after {dict(city.killed)}: {trouble!r}") from trouble
    done = sum(one.outcome == "done" for one in city.history)
    print(f"seed {seed}: killed {dict(city.killed)}; {done} done of {len(city.history)}, {city.searches} searches")
    assert set(city.killed) == set(KINDS)
    assert city.searches


@pytest.mark.skipif(not SOAK, reason="a minute, for a bug that faster checks catch too (tests/planted)")
async def test_a_desk_that_answers_before_the_database_has_it_is_caught(database: Database, tmp_path: Path) -> None:
    city = RoleCity(database, tmp_path, random.Random(1))
    for desk in city.desks:
        desk.program = ("-m", "tests.planted.process", "answered before the disk has it")
    with pytest.raises(AssertionError):  # lost, or a city that stands still behind a false board
        await killed_and_judged(city, ["desk"] * 10)


async def killed_and_judged(city: RoleCity, kinds: Sequence[str]) -> None:
    try:
        await city.begin()
        for kind in kinds:
            await city.until_acknowledged(ACKNOWLEDGED_BETWEEN_KILLS)
            await city.kill(kind)
        await city.until_acknowledged(ACKNOWLEDGED_BETWEEN_KILLS)
        await city.check()
    except TimeoutError as silence:
        raise AssertionError(f"nobody got on: {await city.says()}") from silence
    finally:
        await city.end()
