"""Rounds of losing a machine, or a part of one, under clients that note what they were told."""

import asyncio
import math
import os
import random
import signal
import time
from collections.abc import Callable
from typing import Final

import httpx
import msgspec

from tests.campaign.history import Asked, Row, check_history
from tests.campaign.machines import PATIENCE_S, Machine, Machines, until
from tests.campaign.roaming import RoamingClient
from tests.campaign.server import UNITS
from tests.two_servers import token_in
from turnout.adapters.storage.postgres.primary import first_of, urls_of

CLIENTS = 4
BETWEEN = 20
"""Acknowledged commands between two faults."""

Fault = Callable[[Machines, Machine, Machine], None]
"""One that consists of two returns when the second is done; each is counted from itself (`TWICE`)."""


def postgres_killed(machines: Machines, primary: Machine, standby: Machine) -> None:
    os.kill(primary.database_processes()[0], signal.SIGKILL)


def keeper_killed(machines: Machines, primary: Machine, standby: Machine) -> None:
    primary.kill_keeper()


def desks_killed(machines: Machines, primary: Machine, standby: Machine) -> None:
    """One of them is the desk."""
    random.choice([primary, standby]).kill_desk()


def machine_lost(machines: Machines, primary: Machine, standby: Machine) -> None:
    primary.kill()


def postgres_frozen(machines: Machines, primary: Machine, standby: Machine) -> None:
    primary.signal_database(signal.SIGSTOP)


def machine_frozen(machines: Machines, primary: Machine, standby: Machine) -> None:
    primary.freeze()


def cut_off(machines: Machines, primary: Machine, standby: Machine) -> None:
    machines.network.cut(primary.name)


def cut_off_one_way(machines: Machines, primary: Machine, standby: Machine) -> None:
    machines.network.cut_one_way(primary.name, standby.name)


def replication_cut_then_killed(machines: Machines, primary: Machine, standby: Machine) -> None:
    """Killed while the standby may lack what was acknowledged: it comes back, nobody is promoted.

    A desk on the standby's machine is cut off from the primary by the first as well.
    """
    machines.network.cut_replication(primary.name, standby.name)
    time.sleep(random.choice([0.2, 2.5]))
    os.kill(primary.database_processes()[0], signal.SIGKILL)


def standby_lost(machines: Machines, primary: Machine, standby: Machine) -> None:
    standby.signal_database(signal.SIGKILL)


def witness_lost(machines: Machines, primary: Machine, standby: Machine) -> None:
    machines.network.cut("witness")


def switched_over(machines: Machines, primary: Machine, standby: Machine) -> None:
    """No fault: a person wants the other machine."""
    done = machines.keep("--switch")
    assert done.returncode == 0, done.stderr
    assert f"primary {standby.name}" in done.stdout


FAULTS: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        postgres_killed,
        machine_lost,
        cut_off,
        machine_frozen,
        replication_cut_then_killed,
        postgres_frozen,
        keeper_killed,
        desks_killed,
        cut_off_one_way,
        standby_lost,
        witness_lost,
        switched_over,
    )
}


TWICE: Final = frozenset({"replication_cut_then_killed"})
"""Two losses, one after the other: the time without a write is the longer of the two, each from its own loss."""


class Campaign:
    """Clients at work on `machines`; `round` does one thing to them. `gaps_s`: fault → times without a write."""

    def __init__(self, machines: Machines, seed: int) -> None:
        self.machines, self._chance = machines, random.Random(seed)
        self.history: list[Asked] = []
        self.gaps_s: dict[str, list[float]] = {}
        self._clients: list[RoamingClient] = []
        self._working: list[asyncio.Task[None]] = []
        self._stop = asyncio.Event()

    async def begin(self) -> None:
        machines = self.machines
        await machines.begin()
        token = token_in(machines.a.desk_data)
        machines.a.start_desk()
        await self._until_desk()
        machines.copy_site_key()
        machines.b.start_desk()
        await until(self._both_doors, PATIENCE_S)
        urls = [machines.a.url, machines.b.url]
        chances = [random.Random(self._chance.random()) for _ in range(CLIENTS)]
        self._clients = [RoamingClient(urls, token, chance, self.history) for chance in chances]
        for unit in UNITS:
            await self._clients[0].ask({"do": "log-on", "unit": unit})
        self._working = [asyncio.create_task(client.work(self._stop)) for client in self._clients]

    async def round(self, name: str) -> float:
        """Seconds from the fault to the end of the longest silence. Everything is whole again when it returns."""
        await self.ready()
        primary = await until(self.machines.together, PATIENCE_S)
        began_s = time.monotonic()
        await asyncio.to_thread(FAULTS[name], self.machines, primary, self.machines.other(primary))
        last_s = time.monotonic() if name in TWICE else began_s
        await self._until_acknowledged(1)
        await asyncio.sleep(4.0)  # what was on its way at the fault is answered first; the silence comes after
        await self._until_acknowledged(BETWEEN)
        gap_s = self._longest_silence_s(last_s)
        if name in TWICE:
            gap_s = max(gap_s, self._longest_silence_s(began_s, last_s))
        self.gaps_s.setdefault(name, []).append(gap_s)
        self.mend()
        return gap_s

    async def ready(self) -> None:
        await until(self.machines.together, PATIENCE_S)
        await until(self._both_doors, PATIENCE_S)
        await self._until_acknowledged(BETWEEN)

    def mend(self) -> None:
        self.machines.network.mend()
        for machine in (self.machines.a, self.machines.b):
            machine.thaw()
            machine.start()

    async def end(self) -> list[Row]:
        """Stops the clients; what the surviving database holds."""
        self.mend()
        await self.ready()
        self._stop.set()
        await asyncio.gather(*self._working)
        for client in self._clients:
            await client.close()
        connection = await first_of(urls_of(self.machines.database), {"search_path": "operations"}, "read-write")
        found = await connection.fetch("SELECT seq, command_id, name, body FROM journal ORDER BY seq")
        await connection.close()
        return [Row(seq, command, name, msgspec.json.decode(body)) for seq, command, name, body in found]

    async def check(self) -> None:
        check_history(self.history, await self.end())

    def _longest_silence_s(self, began_s: float, until_s: float = math.inf) -> float:
        """Between two acknowledgements, the fault itself counting as the first, and `until_s` as the last."""
        ends = sorted(one.ended for one in self.history if one.outcome == "done" and began_s < one.ended < until_s)
        ends += [until_s] if until_s < math.inf else []
        return max(later - before for before, later in zip([began_s, *ends], ends, strict=False))

    async def _until_acknowledged(self, more: int) -> None:
        wanted = sum(client.acknowledged for client in self._clients) + more
        async with asyncio.timeout(PATIENCE_S):
            while sum(client.acknowledged for client in self._clients) < wanted:
                for task in self._working:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.02)

    async def _until_desk(self) -> None:
        await until(lambda: self._says(self.machines.a.url, ""), PATIENCE_S)

    async def _both_doors(self) -> bool:
        said = [await self._trouble(machine.url) for machine in (self.machines.a, self.machines.b)]
        return None not in said and sorted(map(str, said)) == ["", "not-the-desk"]

    async def _says(self, url: str, trouble: str) -> bool:
        return await self._trouble(url) == trouble

    async def _trouble(self, url: str) -> str | None:
        try:
            async with httpx.AsyncClient(timeout=1.0) as client:
                return str((await client.get(f"{url}/health")).json()["trouble"])
        except (httpx.HTTPError, KeyError):
            return None
