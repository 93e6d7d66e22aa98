"""`kill -9` of the whole program in the middle of its work, with clients that contend for the same units."""

import asyncio
import os
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.campaign.history import Asked, Row, check_history
from tests.campaign.server import UNITS, Client, Follower, Server, board_of

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
KILLS = 100 if SOAK else 2
RUNS = 10 if SOAK else 1
"""Each with a journal and a history of its own."""
CLIENTS = 8
ACKNOWLEDGED_BETWEEN_KILLS = 40

Tables = dict[str, dict[str, Any]]
"""Table → key → row."""


def rows_of(journal: Path) -> list[Row]:
    """The surviving journal, read by SQLite itself and not by the program."""
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as file:
        found = file.execute("SELECT seq, command_id, name, body, at FROM journal ORDER BY seq").fetchall()
    return [Row(seq, command, name, msgspec.json.decode(body), at) for seq, command, name, body, at in found]


@pytest.mark.parametrize("run", range(RUNS))
async def test_a_killed_server_loses_nothing_and_does_nothing_twice(tmp_path: Path, run: int) -> None:
    seed = random.randrange(2**32) if SOAK else 11
    server = Server(tmp_path / "data")
    server.start()
    token = server.token()
    history: list[Asked] = []
    clients = [Client(server.url, token, random.Random(f"{seed}/{n}"), history) for n in range(CLIENTS)]
    follower = Follower(server.url, token)
    following = asyncio.create_task(follower.follow())
    try:
        for unit in UNITS:
            await clients[0].ask({"do": "log-on", "unit": unit})
        stop = asyncio.Event()
        working = [asyncio.create_task(client.work(stop)) for client in clients]
        for _ in range(KILLS):
            await _until_acknowledged(clients, ACKNOWLEDGED_BETWEEN_KILLS)
            server.kill()
            await asyncio.to_thread(server.start)
        await _until_acknowledged(clients, ACKNOWLEDGED_BETWEEN_KILLS)
        stop.set()
        await asyncio.gather(*working)
        shown = await _shown_as_far_as(follower, server, token)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        for client in clients:
            await client.close()
        server.kill()
    assert not differing(follower.rows, shown["tables"]), f"a console differs from a fresh snapshot (seed {seed})"
    check_history(history, rows_of(server.journal))
    print(f"run {run + 1}: {KILLS} kills, {len(history)} commands, seed {seed}", flush=True)
    assert {"unit-not-available"} & {one.code for one in history}, "the clients never got into each other's way"


def differing(ours: Tables, theirs: Tables) -> list[tuple[str, str, Any, Any]]:
    """Table, key, and the row on either side."""
    found = []
    for table in sorted(ours.keys() | theirs.keys()):
        here, there = ours.get(table, {}), theirs.get(table, {})
        keys = sorted(here.keys() | there.keys())
        found += [(table, key, here.get(key), there.get(key)) for key in keys if here.get(key) != there.get(key)]
    return found


async def _until_acknowledged(clients: list[Client], more: int) -> None:
    wanted = sum(client.acknowledged for client in clients) + more
    while sum(client.acknowledged for client in clients) < wanted:
        await asyncio.sleep(0.02)


async def _shown_as_far_as(follower: Follower, server: Server, token: str) -> Any:
    """A fresh snapshot of the row that the console has come to. Hundreds of incidents have timers, and those go on."""
    async with asyncio.timeout(60.0):
        while True:
            shown = await asyncio.to_thread(board_of, server.url, token)
            while follower.seq < shown["seq"]:
                await asyncio.sleep(0.02)
            if follower.seq == shown["seq"]:
                return shown
