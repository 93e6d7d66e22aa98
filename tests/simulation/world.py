"""One seed: two servers, a database with its standby, people, and what befalls them; then calm, and the verdict."""

import asyncio
import gc
import hashlib
import logging
import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple
from unittest import mock

import asyncpg

from tests.campaign.history import Asked
from tests.simulation.faults import KINDS, Faults
from tests.simulation.loop import VirtualLoop
from tests.simulation.pair import Pair
from tests.simulation.people import Console, Network, Sender
from tests.simulation.servers import KeptSnapshots, Server
from tests.simulation.verdict import check_consoles, check_survivors, sees_all, sees_no_working_units

TROUBLED_S: Final = 24.0
CALM_S: Final = 45.0
"""Within it everything must have been answered: the longest waits are the lease, and calls that hang for 5 s."""

SENDERS: Final = 4


class Run(NamedTuple):
    """What one seed came to. `trace` is a digest of everything that people and faults did and met, in order."""

    seed: int
    trace: str
    reached: Counter[str]
    rows: int


class World:
    """Everything that one seed needs. `reached` counts each kind of fault that came to pass."""

    kinds: tuple[str, ...] = KINDS
    server_kind: Any = Server
    sender_kind: Any = Sender
    faults_kind: Any = Faults
    sights: Any = (("chief", sees_all), ("desk 1", sees_all), ("desk 2", sees_no_working_units))

    def __init__(self, seed: int, loop: VirtualLoop) -> None:
        self.loop, self.rng = loop, random.Random(f"world {seed}")
        self.reached: Counter[str] = Counter()
        self._trace = hashlib.sha256()
        self._ticks = 0.0
        self.pair = Pair(loop, self._part(), self.reach)
        self.snapshots = KeptSnapshots(self._part(), self.reach)
        self.servers: list[Any] = [self.server_kind(loop, name, self._part(), self.snapshots) for name in ("A", "B")]
        self.network = Network(loop, self._part(), self.reach)
        self.senders: list[Any] = [
            self.sender_kind(number, self.network, self.servers, self.tick) for number in range(SENDERS)
        ]
        self.consoles = [Console(name, self.network, self.servers, sees) for name, sees in self.sights]

    def _part(self) -> random.Random:
        return random.Random(self.rng.random())

    def reach(self, kind: str) -> None:
        assert kind in self.kinds, kind
        self.reached[kind] += 1
        self.note(kind)

    def note(self, what: str) -> None:
        self._trace.update(f"{self.loop.world_s:.6f} {what}\n".encode())

    def tick(self) -> float:
        """A number larger than any before: when clients asked and were answered, in one order."""
        self._ticks += 1.0
        self.note(f"tick {self._ticks}")
        return self._ticks

    async def live(self) -> None:
        following = [asyncio.create_task(console.follow(), name=console.name) for console in self.consoles]
        working = [asyncio.create_task(sender.work(), name=f"sender {sender.number}") for sender in self.senders]
        await asyncio.sleep(self.rng.uniform(2, 4))
        faults = self.faults_kind(self.loop, self._part(), self.reach, self.pair, self.network, self.servers)
        befalling = asyncio.create_task(faults.befall(), name="faults")
        await asyncio.wait([befalling], timeout=TROUBLED_S)
        befalling.cancel()
        self._calm_down()
        for sender in self.senders:
            sender.may_go_on = False
        _, unanswered = await asyncio.wait(working, timeout=CALM_S)
        for task in (*working, *following):
            if task.done():
                task.result()
        assert not unanswered, (
            f"not answered {CALM_S} s after the last fault: {sorted(t.get_name() for t in unanswered)}"
        )
        await asyncio.sleep(8)  # longer than any request may be on its way, than a timer is due, than a console stalls

    def _calm_down(self) -> None:
        self.note("calm")
        self.pair.weather.__init__()  # type: ignore[misc]
        self.pair.cut_off.clear()
        self.network.lossy = 0.0
        self.snapshots.is_careless = False
        for console in self.consoles:
            console.is_steady = True
        for server in self.servers:
            if not server.is_up:
                server.start_again()
            server.process.go_on()

    async def verdict(self) -> int:
        """How many rows there are. Raises AssertionError."""
        history = [one for sender in self.senders for one in sender.asked]
        for one in history:
            self.note(f"{one.id} {one.outcome} {one.seq_from} {one.seq_to} {one.code}")
        await self._judged(history)
        assert not self.loop.trouble, f"nobody heard: {self.loop.trouble[:3]}"
        rows = self.pair.primary.tables.rows
        self.note(f"the journal ends with {rows[-1][-1].hex()}")
        return len(rows)

    async def _judged(self, history: list[Asked]) -> None:
        board = await check_survivors(history, self.snapshots, self.servers)
        check_consoles(self.consoles, board)

    @property
    def trace(self) -> str:
        return self._trace.hexdigest()


@contextmanager
def _quiet() -> Iterator[None]:
    """No log of faults that are meant, and no collector: when it runs hangs on what else the machine has in memory."""
    was_on, disabled = gc.isenabled(), logging.root.manager.disable
    gc.disable()
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(disabled)
        if was_on:
            gc.enable()


def run(seed: int, kind: type[World] = World) -> Run:
    """Raises AssertionError, or whatever else was found. The same seed gives the same run, whatever the machine."""
    loop = VirtualLoop(random.Random(f"order {seed}"))
    with _quiet():
        try:
            world = kind(seed, loop)
            with mock.patch.object(asyncpg, "connect", world.pair.connect):
                try:
                    loop.run_until_complete(world.live())
                    rows = loop.run_until_complete(world.verdict())
                    return Run(seed, world.trace, world.reached, rows)
                finally:
                    _bury(loop, world)
        finally:
            loop.close()


def _bury(loop: VirtualLoop, world: World) -> None:
    """Let what crashed and what still runs end, so that no task is left half-way."""
    world.pair.weather.__init__()  # type: ignore[misc]
    for process in [*(one for server in world.servers for one in server.dead), *(s.process for s in world.servers)]:
        process.go_on()
    for _ in range(4):
        left = [task for task in loop.tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=30))
    loop.run_until_complete(loop.shutdown_asyncgens())


if __name__ == "__main__":
    print(run(int(sys.argv[1])))
