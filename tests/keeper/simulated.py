"""Two keepers and a witness in time that is made: the real code, on a network and databases that fail by a seed.

A database here is a list of commits. A commit is acknowledged when nobody has to be waited for, or when the standby has
it. What must hold is looked at after every single commit: never two databases that can acknowledge, and what was
acknowledged is on the one that can.
"""

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Final

from turnout.keeper.keeper import Keeper, OwnVoter
from turnout.keeper.register import Begin, Memory, Message, Read, Reply, Value, newest
from turnout.keeper.voter import Voter
from turnout.keeper.voting import Voting
from turnout.keeper.wire import ANSWER_S

NODES: Final = ("a", "b")
VOTERS: Final = ("a", "b", "w")


class MadeTime(asyncio.SelectorEventLoop):
    """A loop that never waits: where nothing is left to do, the clock goes to what comes next."""

    def __init__(self) -> None:
        super().__init__(selectors.SelectSelector())
        self._made_s = 0.0
        chosen, honest = self._selector, self._selector.select  # type: ignore[attr-defined]

        def select(timeout: float | None) -> Any:
            assert timeout is not None, "nothing will ever happen again"
            self._made_s += timeout
            return honest(0)

        chosen.select = select

    def time(self) -> float:
        return self._made_s

    def run_in_executor(self, executor: Any, work: Callable[..., Any], *given: Any) -> Any:
        done = self.create_future()
        done.set_result(work(*given))
        return done


class Disk:
    """A voter's memory that outlives it."""

    def __init__(self) -> None:
        self.kept = Memory()

    def load(self) -> Memory:
        return self.kept

    def save(self, memory: Memory) -> None:
        self.kept = memory


class Stood:
    """What a database says of itself, as `postgresql.State`."""

    def __init__(self, in_recovery: bool, written: int, standby: int | None, receives: bool) -> None:
        self.in_recovery, self.written, self.receives = in_recovery, written, receives
        self.has_standby, self.confirmed = standby is not None, standby or 0


class Database:
    """Stands for `postgresql.Postgresql`."""

    def __init__(self, world: "World", name: str) -> None:
        self._world, self.name = world, name
        self.commits: list[int] = []
        self.role, self.was_primary = "down", name == "a"
        self.names_set, self.frozen = True, False
        self.voters_heard: list[str] = []

    @property
    def other(self) -> "Database":
        return self._world.databases["b" if self.name == "a" else "a"]

    @property
    def is_running(self) -> bool:
        return self.role != "down"

    def standby(self) -> "Database | None":
        """The other one, where it streams from this one."""
        other, net = self.other, self._world
        reached = net.streams and net.passes(self.name, other.name) and net.passes(other.name, self.name)
        alive = self.role == "primary" and other.role == "standby" and not self.frozen and not other.frozen
        follows = self.commits[: len(other.commits)] == other.commits
        return other if reached and alive and follows else None

    def can_acknowledge(self) -> bool:
        return self.role == "primary" and not self.frozen and (not self.names_set or self.standby() is not None)

    def commit(self, number: int) -> bool:
        """Whether it is acknowledged. One that is not may be here all the same."""
        if self.role != "primary" or self.frozen:
            return False
        self.commits.append(number)
        self.stream()
        return not self.names_set or self.standby() is not None

    def stream(self) -> None:
        if (standby := self.standby()) is not None:
            standby.commits[:] = self.commits

    async def ask(self) -> Stood | None:
        if self.frozen or not self.is_running:
            await asyncio.sleep(0.7)
            return None
        await asyncio.sleep(0.002)
        standby = self.standby()
        receives = self.other.standby() is self
        return Stood(self.role == "standby", len(self.commits), len(standby.commits) if standby else None, receives)

    async def checkpoint(self) -> None:
        await asyncio.sleep(0.01)

    def name_standby(self, wanted: bool) -> None:
        self.names_set = wanted

    def tell_voters(self, heard: list[str]) -> None:
        self.voters_heard = heard

    async def start(self, as_standby: bool) -> None:
        await asyncio.sleep(self._world.chance.uniform(0.05, 0.4))
        self.frozen, self.names_set = False, True
        self.role = "standby" if as_standby else "primary"
        self.was_primary = not as_standby

    async def end_at_once(self) -> None:
        await asyncio.sleep(0.02)
        self.role, self.frozen = "down", False

    async def end_cleanly(self) -> None:
        self.stream()
        await self.end_at_once()

    async def promote(self) -> None:
        await asyncio.sleep(self._world.chance.uniform(0.02, 0.3))
        if self.role == "standby":
            self.role, self.was_primary = "primary", True
            self._world.promotions += 1

    async def follow(self, anew: bool) -> None:
        await asyncio.sleep(0.3)
        if self.was_primary or anew or not self.commits:
            if self.other.role != "primary" or not self._world.passes(self.name, self.other.name):
                raise OSError("no primary to follow")
            self.commits = list(self.other.commits)
            self.was_primary = False


class World:
    """Everything, and what is done to it."""

    def __init__(self, seed: int) -> None:
        self.chance, self.streams, self.promotions = random.Random(seed), True, 0
        self.cuts: set[tuple[str, str]] = set()
        self.loss = 0.0
        self.databases = {name: Database(self, name) for name in NODES}
        self.disks = {name: Disk() for name in VOTERS}
        self.voters: dict[str, Voter] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.stopped: set[str] = set()
        self.acknowledged: list[int] = []
        self.time = asyncio.get_running_loop().time

    def passes(self, here: str, there: str) -> bool:
        return (here, there) not in self.cuts and not {here, there} & self.stopped

    def start(self, name: str) -> None:
        voter = self.voters[name] = Voter(name, self.disks[name], self.time)
        if name not in NODES:
            return
        others = {other: Way(self, name, other) for other in VOTERS if other != name}
        voting = Voting(name, {name: OwnVoter(voter), **others}, self.time)
        database: Any = self.databases[name]
        keeper = Keeper(voter, voting, database, database.other.name, self.time)
        self.running[name] = asyncio.get_running_loop().create_task(keeper.run())

    async def crash(self, name: str) -> None:
        """The keeper and its database, as by a power cut."""
        if (task := self.running.pop(name, None)) is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if name in NODES:
            self.databases[name].role, self.databases[name].frozen = "down", False

    def commit(self, number: int) -> None:
        """Everybody who takes commits is given one; and then what must hold, must hold."""
        for database in self.databases.values():
            if database.commit(number):
                self.acknowledged.append(number)
        able = [database for database in self.databases.values() if database.can_acknowledge()]
        assert len(able) <= 1, "two databases can acknowledge"
        for database in able:
            missing = set(self.acknowledged) - set(database.commits)
            assert not missing, f"{database.name} can acknowledge and lacks {sorted(missing)[:5]}"


class Way:
    """From one node to another's voter: late, lost, or heard without an answer."""

    def __init__(self, world: World, here: str, there: str) -> None:
        self._world, self._here, self._there = world, here, there

    async def ask(self, question: Message) -> Reply | None:
        world, chance = self._world, self._world.chance
        await asyncio.sleep(chance.uniform(0.0005, 0.01))
        if not world.passes(self._here, self._there) or chance.random() < world.loss:
            await asyncio.sleep(ANSWER_S)
            return None
        reply = await world.voters[self._there].hear(question)
        if not world.passes(self._there, self._here) or chance.random() < world.loss:
            await asyncio.sleep(ANSWER_S)
            return None
        return reply


async def live(seed: int, faults: int) -> World:
    """A site's life with so many faults. Raises AssertionError as soon as something does not hold."""
    world = World(seed)
    for name in VOTERS:
        world.start(name)
        await world.voters[name].hear(Begin(Value(1, "a")))
    committing = asyncio.get_running_loop().create_task(_commit(world))
    try:
        await _until_acknowledged(world, committing, "at the beginning")
        for number in range(faults):
            undo = await _fault(world)
            try:
                await _pass(committing, world.chance.uniform(0.1, 6.0), *world.running.values())
            finally:
                await undo
            if world.chance.random() < 0.7:
                await _until_acknowledged(world, committing, f"after fault {number}")
    finally:
        for task in (committing, *world.running.values()):
            task.cancel()
        await asyncio.gather(committing, *world.running.values(), return_exceptions=True)
    return world


async def _commit(world: World) -> None:
    number = 0
    while True:
        number += 1
        world.commit(number)
        await asyncio.sleep(world.chance.uniform(0.005, 0.06))


async def _pass(committing: "asyncio.Task[None]", seconds: float, *running: "asyncio.Task[None]") -> None:
    await asyncio.sleep(seconds)
    for task in (committing, *running):
        if task.done():
            task.result()


async def _until_acknowledged(world: World, committing: "asyncio.Task[None]", when: str) -> None:
    """Without a fault commits go on, and the two are together again."""
    before, value = len(world.acknowledged), None
    for _ in range(400):
        await _pass(committing, 0.1, *world.running.values())
        value = newest([await voter.hear(Read()) for voter in world.voters.values()])
        if len(world.acknowledged) > before and value is not None and value.mode == "together":
            return
    raise AssertionError(f"no commit was acknowledged {when}: {value}")


async def _fault(world: World) -> Coroutine[Any, Any, None]:
    """One thing goes wrong; what mends it."""
    chance = world.chance
    name, other = chance.choice([("a", "b"), ("b", "a")])
    kind = chance.choice(["crash", "cut", "one way", "stream", "database", "freeze", "witness", "loss", "two"])
    if kind in ("crash", "two"):
        await world.crash(name)
    elif kind == "cut":
        world.stopped.add(name)
    elif kind == "one way":
        world.cuts.add((name, chance.choice([other, "w"])))
    elif kind == "stream":
        world.streams = False
    elif kind == "database":
        world.databases[name].role = "down"
    elif kind == "freeze":
        world.databases[name].frozen = True
    elif kind == "loss":
        world.loss = 0.3
    if kind in ("witness", "two"):
        world.stopped.add("w")
    return _mend(world, name, kind)


async def _mend(world: World, name: str, kind: str) -> None:
    world.cuts.clear()
    world.stopped.clear()
    world.streams, world.loss = True, 0.0
    world.databases[name].frozen = False
    if kind in ("crash", "two"):
        world.start(name)
    if kind == "witness":
        world.start("w")


def run(seed: int, faults: int) -> World:
    loop = MadeTime()
    try:
        return loop.run_until_complete(live(seed, faults))
    finally:
        loop.close()
