"""`kill -9` of the whole program in the middle of its work, with clients that contend for the same units."""

import asyncio
import os
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

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
        shown = await asyncio.to_thread(board_of, server.url, token)
        await _until_there(follower, shown["seq"])
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        for client in clients:
            await client.close()
        server.kill()
    assert {table: rows for table, rows in follower.rows.items() if rows} == {
        table: rows for table, rows in shown["tables"].items() if rows
    }, f"a console differs from a fresh snapshot (seed {seed})"
    check_history(history, rows_of(server.journal))
    print(f"run {run + 1}: {KILLS} kills, {len(history)} commands, seed {seed}", flush=True)
    assert {"unit-not-available"} & {one.code for one in history}, "the clients never got into each other's way"


async def _until_acknowledged(clients: list[Client], more: int) -> None:
    wanted = sum(client.acknowledged for client in clients) + more
    while sum(client.acknowledged for client in clients) < wanted:
        await asyncio.sleep(0.02)


async def _until_there(follower: Follower, seq: int) -> None:
    async with asyncio.timeout(20.0):
        while follower.seq < seq:
            await asyncio.sleep(0.02)
