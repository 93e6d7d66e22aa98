"""Two servers on one database: one is the desk, the other takes over by itself, and nothing acknowledged is lost.

One test with several acts, since starting two whole servers costs seconds.
"""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import websockets

from tests.postgres_pair import connected, the_pair
from tests.two_servers import (
    CITY,
    TurnoutServer,
    acknowledged,
    desk_and_standby,
    first_acknowledged,
    open_incident,
    token_in,
)
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.desk.operations import Operations
from turnout.main import main
from turnout.site_keys import lay_next


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    """The schema that `serve` uses, empty."""
    database = Database(the_pair().primary.url("postgres"), Operations.stream)
    yield database
    async with connected(database) as connection:
        await connection.execute(f"DROP SCHEMA IF EXISTS {Operations.stream} CASCADE")


async def test_a_standby_takes_over_by_itself_and_a_frozen_desk_comes_back_as_a_standby(
    database: Database, tmp_path: Path
) -> None:
    one, two = (TurnoutServer(database.url, tmp_path / name) for name in ("one", "two"))
    token = token_in(tmp_path / "one")
    done: dict[str, int] = {}
    async with httpx.AsyncClient() as client:
        try:
            one.start()
            await one.until_desk(client)
            await open_incident(client, one.url, token)
            (tmp_path / "two" / "san-francisco").mkdir(parents=True)
            site_key = (tmp_path / "one" / "san-francisco" / "vault.site-key").read_bytes()
            (tmp_path / "two" / "san-francisco" / "vault.site-key").write_bytes(site_key)
            two.start()
            desk, standby = await desk_and_standby(client, one, two)
            await everybody_is_sent_away(client, standby, token)
            await the_site_key_is_changed_with_both_at_work(database, *(tmp_path / n / CITY for n in ("one", "two")))

            done["before"] = (await first_acknowledged(client, desk.url, "before", token))["seq_from"]
            desk.end(signal.SIGKILL)
            done["after"] = (await first_acknowledged(client, standby.url, "after", token))["seq_from"]
            again = await first_acknowledged(client, standby.url, "before", token)
            assert (again["seq_from"], again["repeated"]) == (done["before"], True)

            desk.start()
            desk, standby = await desk_and_standby(client, one, two)
            desk.freeze()
            done["while frozen"] = (await first_acknowledged(client, standby.url, "while frozen", token))["seq_from"]
            desk.thaw()
            desk, standby = await desk_and_standby(client, one, two)
            assert await acknowledged(client, standby.url, "to the old one", token) is None

            desk.end(signal.SIGTERM)
            done["handed over"] = (await first_acknowledged(client, standby.url, "handed over", token))["seq_from"]
        finally:
            one.end()
            two.end()
    journal = PostgresJournal(database, Operations.stream)
    assert await journal.verify() is None
    where = {row.command_id: row.seq async for page in journal.read(0) for row in reversed(page)}
    assert {command: where.get(command) for command in done} == done  # type: ignore[call-overload]
    assert "to the old one" not in where
    await journal.close()


async def the_site_key_is_changed_with_both_at_work(database: Database, one: Path, two: Path) -> None:
    """Refused as long as the one that stands by lacks the next key; then destroyed at both within seconds."""
    words = ["keys", "change", "--data", str(one.parent), "--database", database.url]
    lay_next(one)
    assert await asyncio.to_thread(main, words) == 1
    shutil.copy(one / "vault.site-key.next", two)
    fresh = (two / "vault.site-key.next").read_bytes()
    async with asyncio.timeout(20):
        while await asyncio.to_thread(main, words) != 0:
            await asyncio.sleep(0.2)
    for folder in (one, two):
        assert (folder / "vault.site-key").read_bytes() == fresh
        assert not (folder / "vault.site-key.next").exists()


async def everybody_is_sent_away(client: httpx.AsyncClient, standby: TurnoutServer, token: str) -> None:
    for language, word in (("en", "reconnect"), ("zh-CN", "重新连接")):
        no = await client.get(f"{standby.url}/api/v1/board", headers={"accept-language": language})
        assert (no.status_code, no.json()["code"], no.headers["retry-after"]) == (503, "not-the-desk", "1")
        assert word in no.json()["detail"]
    with pytest.raises((websockets.InvalidStatus, websockets.ConnectionClosed)):
        async with websockets.connect(f"{standby.url.replace('http', 'ws')}/socket") as console:
            await console.recv()
