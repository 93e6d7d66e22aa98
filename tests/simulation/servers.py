"""Servers that take turns at being the desk: the product's own parts, put together as `turnout.in_turn` does."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

import msgspec

from tests.desk.stand_ins import NOON
from tests.desk.toy_book import RingTimer, Timer, ToyBook, origin
from tests.desk.toy_rows import TABLES
from tests.simulation.loop import Process, VirtualLoop
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.lease import PostgresLease
from turnout.desk.desk import Desk
from turnout.desk.faults import Fault
from turnout.desk.following import Follower
from turnout.desk.head import Head
from turnout.desk.lease import LeaseKeeper
from turnout.desk.ports import BoardSnapshot
from turnout.desk.subscribers import Limits, Subscribers
from turnout.desk.timers import TimerClock
from turnout.words.moment import Moment

DATABASE: Final = Database("postgresql://simulated", "toy")
LIMITS: Final = Limits(kept_rows=60, pending_rows=12, behind_batches=40, quiet_seq=5, first_rows=6)
"""Small, so that every edge of them is met within seconds."""

SNAPSHOT_EVERY_ROWS: Final = 12


class WallClock:
    """`turnout.desk.ports.Clock` of one process: its time of day may be stepped."""

    def __init__(self, process: Process) -> None:
        self._process = process

    def now(self) -> Moment:
        seconds = self._process.loop.world_s + self._process.wall_step_s
        return Moment(NOON + int(seconds * 1000))

    async def sleep_until(self, moment: Moment) -> None:
        await asyncio.sleep(max(0, moment - self.now()) / 1000)


class KeptSnapshots:
    """`turnout.desk.ports.Snapshots` that may lose what they were given, or spoil it."""

    def __init__(self, rng: random.Random, reached: Callable[[str], None]) -> None:
        self._rng, self._reached = rng, reached
        self.is_careless = True
        self._kept: list[BoardSnapshot] = []

    async def keep(self, snapshot: BoardSnapshot) -> None:
        await asyncio.sleep(self._rng.uniform(0.001, 0.02))
        fate = self._rng.random() if self.is_careless else 1.0
        if fate < 0.2:
            self._reached("a snapshot is missing")
            return
        if fate < 0.35:
            self._reached("a snapshot is damaged")
            snapshot = msgspec.structs.replace(snapshot, body=snapshot.body[: len(snapshot.body) // 2])
        elif fate < 0.5:
            self._reached("a snapshot has another shape")
            snapshot = msgspec.structs.replace(snapshot, shape="toy-0")
        self._kept = [snapshot, *self._kept][:3]

    async def list_newest_first(self) -> Sequence[BoardSnapshot]:
        await asyncio.sleep(self._rng.uniform(0.001, 0.02))
        if self._kept and self.is_careless and self._rng.random() < 0.3:
            self._reached("only old snapshots are left")
            del self._kept[0]
        return list(self._kept)

    async def close(self) -> None:
        """Nothing is open."""


class InOrder(dict[Any, None]):
    """A set that is gone through in the order of entry: that of a `set` hangs on where things lie in memory."""

    def add(self, one: Any) -> None:
        self[one] = None

    def discard(self, one: Any) -> None:
        self.pop(one, None)


def due_of(timer: Timer) -> Moment | None:
    return Moment(timer.due) if timer.rung is None else None


class Server:
    """One of the city's servers. `desk` and `subscribers` are there while it is the desk."""

    book: Any = ToyBook()
    tables: Any = TABLES
    timers_of: Any = staticmethod(lambda board: board.timers)
    due_of: Any = staticmethod(due_of)
    ring: Any = staticmethod(RingTimer)

    def __init__(self, loop: VirtualLoop, name: str, rng: random.Random, snapshots: KeptSnapshots) -> None:
        self.name, self._loop, self._rng, self._snapshots = name, loop, rng, snapshots
        self.desk: Any = None
        self.subscribers: Subscribers[Any] | None = None
        self.lives = self.takeovers = self.bugs = 0
        self.dead: list[Process] = []
        self._clock: Any = None
        self.process = self._new_process()

    def _new_process(self) -> Process:
        """Clocks of two machines differ by less than a third."""
        self.lives += 1
        process = Process(self._loop, self.name, self._rng.uniform(0.88, 1.14), self._rng.uniform(0, 1e5))
        process.spawn(self._serve_in_turn(process, f"{self.name}/{self.lives}"), f"server {self.name}/{self.lives}")
        return process

    @property
    def is_up(self) -> bool:
        return not any(self.process is one for one in self.dead)

    def crash(self) -> None:
        self.process.stand_still()
        self.dead.append(self.process)
        self.desk = self.subscribers = None

    def start_again(self) -> None:
        self.process = self._new_process()

    async def _serve_in_turn(self, process: Process, holder: str) -> None:
        lease = PostgresLease(DATABASE)
        while True:
            keeper = LeaseKeeper(lease, holder, process.lease_clock_s)
            journal = PostgresJournal(DATABASE, self.book.stream)
            follower: Any = Follower(self.book, journal, self._snapshots)
            following = asyncio.create_task(follower.follow())
            epoch = await keeper.take()
            following.cancel()
            await asyncio.wait([following])
            await journal.close()
            try:
                await self._be_the_desk(process, keeper, epoch, follower.head)
            except Fault:
                await asyncio.sleep(0.5)

    async def _be_the_desk(self, process: Process, keeper: LeaseKeeper, epoch: int, followed: Head[Any] | None) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(keeper.release)
            journal = PostgresJournal(DATABASE, self.book.stream)
            stack.push_async_callback(journal.close)
            clock = self._clock = WallClock(process)
            desk: Any = Desk(
                self.book,
                journal,
                clock,
                snapshots=self._snapshots,
                standing=keeper.standing,
                snapshot_every_rows=SNAPSHOT_EVERY_ROWS,
            )
            await desk.start(epoch, followed)
            stack.push_async_callback(desk.stop)
            subscribers = Subscribers(self.tables, desk.board, desk.seq, desk.at, LIMITS, desk.standing, desk.last_hash)
            subscribers._subscriptions = InOrder()  # type: ignore[assignment]
            desk.listen(subscribers.hear)
            timers: Any = TimerClock(desk, clock, self.timers_of, self.due_of, self.ring)
            timers.start()
            stack.push_async_callback(timers.stop)
            await self._joined(stack, desk, journal)
            stack.callback(self._no_longer_the_desk)
            self.desk, self.subscribers = desk, subscribers
            self.takeovers += 1
            while not (keeper.lost.is_set() or desk.health().has_ended):
                await asyncio.sleep(0.2)

    async def _joined(self, stack: AsyncExitStack, desk: Any, journal: PostgresJournal) -> None:
        """What else is at work where the desk is: here nothing."""

    async def take(self, command: Any, command_id: str) -> Any:
        """A command that has arrived: what is answered. Raises a `Fault`."""
        if self.desk is None:
            raise Fault("not the desk")
        return await self.desk.submit(command, origin(command_id))

    def _no_longer_the_desk(self) -> None:
        subscribers, self.desk, self.subscribers = self.subscribers, None, None
        for subscription in list(subscribers._subscriptions) if subscribers is not None else ():
            subscription.cut()
