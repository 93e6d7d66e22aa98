"""Every process that a city can have, each to be killed by itself: two desks, two edges, a worker, NATS.

The clients come in by the edges and are the only judges; nothing that a process says of itself is believed but whether
it is there to be killed.
"""

import asyncio
import random
import shutil
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import msgspec

from tests.campaign.history import Asked, Row, check_history
from tests.campaign.roaming import RoamingClient
from tests.campaign.server import API, UNITS, Follower
from tests.postgres_pair import connected, until
from tests.roles.city import RoleProcess
from tests.roles.nats_server import NatsServer
from tests.two_servers import CITY, token_in
from turnout.adapters.storage.postgres.between import PostgresBetween
from turnout.adapters.storage.postgres.database import Database
from turnout.edge.between import LINK

CLIENTS = 8
PATIENCE_S = 120.0
"""For one acknowledgement: both edges may be starting on a machine that does much else."""

KINDS = ("desk", "standby", "edge", "worker", "nats")


class RoleCity:
    """`kill` one kind of process after the other while the clients work; `check` in the end."""

    def __init__(self, database: Database, folder: Path, chance: random.Random) -> None:
        self._database, self._chance, self._folder = database, chance, folder
        self.nats = NatsServer()
        words = ("--nats", self.nats.url)
        data, beside = folder / "a", folder / "b"
        self.desks = [RoleProcess("desk", database.url, place, *words) for place in (data, beside)]
        self.worker = RoleProcess("worker", database.url, data, *words)
        self.edges = [RoleProcess("edge", database.url, data, "--worker", self.worker.url, *words) for _ in range(2)]
        self.token = token_in(data, scopes=("calls", "dispatch", "field:*", "read"))
        self.history: list[Asked] = []
        self.killed: Counter[str] = Counter()
        self.searches = 0
        self._http = httpx.AsyncClient(timeout=10.0, headers={"authorization": f"Bearer {self.token}"})
        self._stop = asyncio.Event()
        self._clients: list[RoamingClient] = []
        self._followers = {edge.url: Follower(edge.url, self.token) for edge in self.edges}
        self._working: list[asyncio.Task[None]] = []
        self._following: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        self.nats.start()
        first, second = self.desks
        first.start()
        await first.until_well(self._http)
        site_key = self._folder / "a" / CITY / "vault.site-key"
        (self._folder / "b" / CITY).mkdir(parents=True)
        shutil.copy(site_key, self._folder / "b" / CITY)
        for process in (*self.edges, second, self.worker):
            process.start()
        await asyncio.gather(*(edge.until_well(self._http) for edge in self.edges))
        urls = [edge.url for edge in self.edges]
        for number in range(CLIENTS):
            chance = random.Random(self._chance.random())
            self._clients.append(RoamingClient(urls[:: 1 - 2 * (number % 2)], self.token, chance, self.history))
        for unit in UNITS:
            await self._clients[0].ask({"do": "log-on", "unit": unit})
        self._following = [asyncio.create_task(one.follow()) for one in self._followers.values()]
        self._working = [asyncio.create_task(client.work(self._stop)) for client in self._clients]
        self._working.append(asyncio.create_task(self._search()))

    async def kill(self, kind: str) -> None:
        """`kill -9` of one of that kind, once one is there, and its start. It is not waited for."""
        if kind == "nats":
            self.nats.kill()
            self.nats.start()
        else:
            process = await until(lambda: self._up(kind), PATIENCE_S)
            process.end(signal.SIGKILL)
            process.start()
        self.killed[kind] += 1

    async def _up(self, kind: str) -> RoleProcess | None:
        """One that is as its kind should be: the desk at work, the standby following, an edge that serves."""
        among = {"desk": self.desks, "standby": self.desks, "edge": self.edges, "worker": [self.worker]}[kind]
        for process in self._chance.sample(among, len(among)):
            said = await process.health(self._http)
            if said is not None and (said["trouble"] == "not-the-desk") == (kind == "standby"):
                return process
        return None

    async def says(self) -> str:
        """What each process says of itself, and how many commands wait."""
        processes = (*self.desks, *self.edges, self.worker)
        health = {f"{one.role} {one.port}": await one.health(self._http) for one in processes}
        said = {name: one and one["trouble"] for name, one in health.items()}
        return f"{said}; {sum(one.outcome == 'unknown' for one in self.history)} commands without an answer"

    async def until_acknowledged(self, more: int) -> None:
        wanted = sum(client.acknowledged for client in self._clients) + more
        async with asyncio.timeout(PATIENCE_S):
            while sum(client.acknowledged for client in self._clients) < wanted:
                for task in (*self._working, *self._following):
                    if task.done():
                        task.result()
                await asyncio.sleep(0.02)

    async def _search(self) -> None:
        """What a worker answers while there is one is answered without it, too."""
        while not self._stop.is_set():
            for edge in self.edges:
                try:
                    answer = await self._http.get(f"{edge.url}{API}/units/{UNITS[0]}/history")
                except httpx.HTTPError:
                    continue  # the edge itself is gone
                assert answer.status_code in (200, 503), answer.text
                self.searches += answer.status_code == 200
            await asyncio.sleep(0.2)

    async def check(self) -> None:
        """Raises AssertionError with what was lost, doubled or untrue, or which console shows something else."""
        self._stop.set()
        await asyncio.gather(*self._working)
        for url, follower in self._followers.items():
            await self._shows_the_desks_board(url, follower)
        check_history(self.history, await self._rows())
        assert {"unit-not-available"} & {one.code for one in self.history}, "the clients never contended for a unit"

    async def _shows_the_desks_board(self, url: str, follower: Follower) -> None:
        async def equally_far() -> Any:
            shown = await self._fresh_snapshot()
            return shown if shown is not None and shown["seq"] == follower.seq else None

        shown = await until(equally_far, PATIENCE_S)
        for table in {*shown["tables"], *follower.rows}:
            here, there = follower.rows.get(table, {}), shown["tables"].get(table, {})
            assert in_order(here) == in_order(there), f"{table} at {url} is not the desk's"

    async def _fresh_snapshot(self) -> Any:
        """Of the process that is the desk, by its inner door."""
        between = PostgresBetween(self._database)
        key = await between.key()
        await between.close()
        inner = {"x-turnout-key": key.hex(), "x-turnout-link": str(LINK)}
        for desk in self.desks:
            try:
                answer = await self._http.get(f"{desk.url}{API}/board", headers=inner)
            except httpx.HTTPError:
                continue
            if answer.status_code == 200:
                return answer.json()
        return None

    async def _rows(self) -> list[Row]:
        """The surviving journal, read by PostgreSQL's own means."""
        async with connected(self._database) as connection:
            found = await connection.fetch("SELECT seq, command_id, name, body FROM journal ORDER BY seq")
        return [Row(seq, command, name, msgspec.json.decode(body)) for seq, command, name, body in found]

    async def end(self) -> None:
        for task in (*self._working, *self._following):
            task.cancel()
        await asyncio.gather(*self._working, *self._following, return_exceptions=True)
        for client in self._clients:
            await client.close()
        await self._http.aclose()
        for process in (*self.edges, self.worker, *self.desks):
            process.end(signal.SIGKILL)
        self.nats.kill()


def in_order(rows: dict[str, Any]) -> dict[str, Any]:
    """A unit's capabilities are a set, whose order is each process's own."""
    return {
        key: row | {"capabilities": sorted(row["capabilities"])} if "capabilities" in row else row
        for key, row in rows.items()
    }
