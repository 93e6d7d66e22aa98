"""The desk as a process has it that is not the desk: its board by following the journal, its answers by asking it.

Nothing is decided here. What another process answers is the desk's own answer; the board is brought as far as the
answer before the sender hears it, so that whoever has done something sees it done.

What is followed may turn out never to have been (a primary that is lost can have shown rows that nobody else has). Then
`over` is set, and whoever runs this begins again from a snapshot, with fresh snapshots for all who watch.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Generic, Protocol

from turnout.desk.answers import Done, Refused
from turnout.desk.book import B, Book, C, E, Origin, R
from turnout.desk.chain import JournalRow, first_bad
from turnout.desk.desk import DeskHealth, Told
from turnout.desk.faults import DeskStopped, Fault, NotTheDesk, StorageDamaged, StorageFailed
from turnout.desk.head import Head, replay
from turnout.desk.ports import Journal, Snapshots
from turnout.desk.restore import restore
from turnout.words.moment import Moment

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.1
"""How old the board of an edge may be where nobody tells it of new rows: one read of a row, ten times a second."""

SEEN_WITHIN_S: Final = 1.0
"""An answer waits so long for the board to show it. After that it goes out: it is true, and the board follows."""


class FarDesk(Protocol):
    """The process that is the desk."""

    @property
    def trouble(self) -> Fault | None:
        """Why it could not be reached when it was last tried."""
        ...

    async def submit(self, command: Any, origin: Origin) -> Done | Refused[Any]:
        """Its answer. Raises a `Fault` when there is none within a bounded time: then send the same identity again."""
        ...


class Keys(Protocol):
    """What whoever shows the board needs beside a row: keys of what is sealed in it."""

    def knows(self, rows: Sequence[JournalRow]) -> bool: ...

    async def fetch(self, rows: Sequence[JournalRow]) -> None:
        """Raises a `StorageFailed`."""
        ...


class FollowedDesk(Generic[B, C, E, R]):
    """`start`, any number of `submit`s, `stop`. Journal and snapshots are the caller's to close."""

    def __init__(
        self,
        book: Book[B, C, E, R],
        journal: Journal,
        snapshots: Snapshots,
        far: FarDesk,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._book, self._journal, self._snapshots, self._far = book, journal, snapshots, far
        self._look_every_s = look_every_s
        self._listeners: list[Callable[[Told[B, E]], None]] = []
        self._poked, self._moved = asyncio.Event(), asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._trouble: Fault | None = None
        self._head: Head[B] | None = None
        self.keys: Keys | None = None
        """Fetched before a row is told of; rows that come by themselves with others are read from the journal."""
        self.over = asyncio.Event()
        """Set when what was followed cannot be gone on from."""

    @property
    def head(self) -> Head[B]:
        assert self._head is not None, "a followed desk is started first"
        return self._head

    @property
    def board(self) -> B:
        return self.head.board

    @property
    def seq(self) -> int:
        return self.head.seq

    @property
    def at(self) -> Moment:
        return self.head.at

    @property
    def last_hash(self) -> bytes:
        return self.head.hash

    def listen(self, listener: Callable[[Told[B, E]], None]) -> None:
        """`listener` is called after every step of the board, in order. It must return at once."""
        self._listeners.append(listener)

    def health(self) -> DeskHealth:
        trouble = self._trouble or self._far.trouble
        return DeskHealth(
            seq=self.seq,
            first_lane=0,
            other_lane=0,
            restarts=0,
            failed_appends=0,
            clock_behind_ms=0,
            trouble=trouble.code if trouble is not None else "",
            has_ended=self.over.is_set(),
        )

    def standing(self) -> Fault | None:
        """Why this may be behind what others show: the journal cannot be read. A look's time behind is no reason."""
        return NotTheDesk("the journal cannot be read here") if self._trouble is not None else None

    async def start(self) -> None:
        """The board as the journal says it. Raises a `StorageFailed` when it cannot be read."""
        self._head = await restore(self._book, self._journal, self._snapshots)

    def follow(self) -> None:
        """From here on in step with the journal."""
        self._following = asyncio.create_task(self._follow(), name=f"following {self._book.stream}")

    async def stop(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def submit(self, command: C, origin: Origin) -> Done | Refused[R]:
        """As `Desk.submit`, from further away."""
        answer = await self._far.submit(command, origin)
        if isinstance(answer, Done):
            await self.until(answer.last_seq)
        return answer

    async def until(self, seq: int) -> None:
        """Until the board is that far, or `SEEN_WITHIN_S` have passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SEEN_WITHIN_S):
                while self.seq < seq and not self.over.is_set():
                    self.look_soon()
                    await self._moved.wait()

    def look_soon(self) -> None:
        """There may be rows: do not wait for the next look."""
        self._poked.set()

    def hear(self, rows: Sequence[JournalRow]) -> bool:
        """Rows that somebody says are in the journal. Taken if they follow on from here; else the journal is read."""
        if rows and not self.over.is_set() and rows[-1].seq > self.seq:
            if self.keys is not None and not self.keys.knows(rows):
                self.look_soon()
                return False
            fresh = [row for row in rows if row.seq > self.seq]
            if first_bad(fresh, self.seq, self.head.hash, self.at) is None:
                return self._guarded(fresh)
            self.look_soon()
        return False

    def _guarded(self, fresh: Sequence[JournalRow]) -> bool:
        try:
            self._apply(fresh)
        except Exception:  # noqa: BLE001 - the process edge: another program wrote what this one cannot read
            self._give_up()
            return False
        return True

    async def _follow(self) -> None:
        while not self.over.is_set():
            self._poked.clear()
            try:
                await self._look()
                self._trouble = None
            except StorageDamaged as fault:
                log.error("what was followed to %d is not in the journal: %s", self.seq, fault)
                self._trouble = fault
                self._end()
            except StorageFailed as fault:
                self._trouble = fault
            except Exception:  # noqa: BLE001 - the process edge, as above
                self._give_up()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_every_s):
                    await self._poked.wait()

    def _give_up(self) -> None:
        log.exception("the journal after %d cannot be followed by this program", self.seq)
        self._trouble = DeskStopped(f"the rows after {self.seq} cannot be read by this program")
        self._end()

    def _end(self) -> None:
        self.over.set()
        self._moved.set()

    async def _look(self) -> None:
        """Read from the last row that we have, itself included: it has to be there, as it was."""
        held = self.head
        first = True
        async for page in self._journal.read(max(held.seq - 1, 0)):
            await self._fetch_keys(page)
            if first and held.seq and (page[0].seq, page[0].hash) != (held.seq, held.hash):
                raise StorageDamaged(f"row {held.seq} is another one")
            first = False
            fresh = [row for row in page if row.seq > self.seq]
            bad = first_bad(fresh, self.seq, self.head.hash, self.at)
            if bad is not None:
                raise StorageDamaged(f"journal row {bad.seq} is {bad.why}")
            self._apply(fresh)
        if first and held.seq:
            raise StorageDamaged(f"the journal ends before {held.seq}")

    async def _fetch_keys(self, page: Sequence[JournalRow]) -> None:
        """Raises a `StorageFailed`; none that would say that the journal is another one."""
        if self.keys is None:
            return
        try:
            await self.keys.fetch(page)
        except StorageDamaged as fault:
            raise StorageFailed(str(fault)) from fault

    def _apply(self, rows: Sequence[JournalRow]) -> None:
        """`rows` have been found to follow on."""
        if not rows:
            return
        before = self.head
        step = replay(self._book, before, rows)
        self._head = step.head
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        told = Told(step.head.seq, step.head.at, before.board, step.head.board, step.rows, step.events)
        for listener in self._listeners:
            try:
                listener(told)
            except Exception:  # a listener's bug is not the board's
                log.exception("a listener failed on %d", told.seq)
