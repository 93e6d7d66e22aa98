"""Keeping the records in step with the desk: a thread behind a bounded queue, and a catch-up from the journal.

The desk never waits for the records. When they fall too far behind (a slow disk), the queue is dropped and they catch
up from the journal, which has everything.
"""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from turnout.core.board import Board, Incident
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.history import incidents_of
from turnout.core.incidents.evolve_entries import LateEntry, with_late_entry
from turnout.core.refusals import Refusal
from turnout.core.tables.events import TransfersTaken
from turnout.desk.book import Book
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Told
from turnout.desk.faults import StorageFull
from turnout.desk.ports import Journal, Snapshots
from turnout.desk.restore import from_snapshot
from turnout.records.incidents import IncidentRecords, RecordedEvent
from turnout.records.transfers import TransferDue, due_for
from turnout.words.identity import AgencyId, IncidentId
from turnout.words.name import Name

log = logging.getLogger(__name__)

WAITING_MAX: Final = 2_000
"""Batches of the desk that wait to be recorded: seconds at full speed."""

CATCH_UP_EVENTS: Final = 2_000
"""Events in one transaction while catching up."""

AT_ONCE_ROWS: Final = 20_000
"""A start waits for so many rows to be recorded: about a second. For more, the doors open, and health says so."""

BREATH_ROWS: Final = 50
"""Decoded and evolved in one go, some milliseconds: commands are answered between them."""

AGAIN_S: Final = 2.0
"""After a failure (a full disk): the desk goes on, and closed incidents are found again as soon as they can be."""


class Recorder:
    """`hear` goes to `Desk.listen`; `start` begins to write, `stop` writes the rest."""

    def __init__(
        self,
        records: IncidentRecords,
        journal: Journal,
        book: Book[Board, Command, Event, Refusal],
        snapshots: Snapshots | None = None,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        """`snapshots` spare a catch-up the rows before them. `may_write`: not while what is left of the disk is for
        dispatch."""
        self._records, self._journal, self._book, self._snapshots = records, journal, book, snapshots
        self._waiting: asyncio.Queue[Told[Board, Any]] = asyncio.Queue(WAITING_MAX)
        self._behind = self._has_failed = False
        self._may_write = may_write
        self._running: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._anew_until = 0
        self.seq = 0
        """The last journal row that is in the records, as far as this process knows."""

    @property
    def waiting(self) -> int:
        """Batches of the desk that wait to be recorded."""
        return self._waiting.qsize()

    def hear(self, told: Told[Board, Any]) -> None:
        if self._behind or not told.rows:
            return
        try:
            self._waiting.put_nowait(told)
        except asyncio.QueueFull:
            log.warning("the records are behind and will catch up from the journal")
            self._behind = True

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[None]:
        """Nothing is recorded meanwhile; what is heard waits."""
        async with self._writing:
            yield

    def beside(self, fresh: IncidentRecords) -> "Recorder":
        """One that makes `fresh` from the same journal."""
        return Recorder(fresh, self._journal, self._book, self._snapshots, self._may_write)

    def warning(self) -> Name | None:
        """What health says of records that were damaged, or do not have everything yet. None: all is well."""
        kept, done, until = self._records.set_aside, self.seq, self._anew_until
        if done < until:
            return Name(
                f"The records are being made from the journal: {done} of {until} rows. Until then a search lacks some.",
                f"正在由日志重建案件档案：已完成 {done} / {until} 行，完成前查询结果不全。",
            )
        if kept is None:
            return None
        return Name(
            f"The records were damaged and have been made anew. The damaged file is {kept.name}: look at the disk.",
            f"案件档案曾损坏，已重建。损坏的文件保留为 {kept.name}，请检查磁盘。",
        )

    async def catch_up_at_start(self, until: int) -> bool:
        """False: that is too much for a start to wait for, and is to be done behind (`start`)."""
        if until - self._records.seq > AT_ONCE_ROWS:
            self._anew_until = until
            return False
        await self.catch_up(until)
        return True

    async def catch_up(self, until: int) -> None:
        """Record what the journal has beyond the records, up to row `until`. Boards are made again on the way."""
        done = self._records.seq
        if done > until:
            log.warning("the records know more than the journal: made anew")
            await asyncio.to_thread(self._records.clear)
            done = 0
        self.seq = done
        if done == until:
            return
        head = await from_snapshot(self._book, self._journal, self._snapshots, not_beyond=done)
        board = head.board
        gathered = Gathered(self._records)
        async for page in self._journal.read(head.seq):
            for row in page:
                event = self._book.decode_event(row.name, row.version, row.body)
                before, board = board, self._book.evolve(board, event)
                if done < row.seq <= until:
                    gathered.add(row, event, before, board)
                if row.seq % BREATH_ROWS == 0:
                    await asyncio.sleep(0)
            if len(gathered.events) >= CATCH_UP_EVENTS:
                self._want_room()
                self.seq = await asyncio.to_thread(gathered.write) or self.seq
                gathered = Gathered(self._records)
        self.seq = await asyncio.to_thread(gathered.write) or self.seq

    def start(self, desk_seq: Callable[[], int], *, behind: bool = False) -> None:
        """Write what is heard, from now on. `desk_seq` says how far the desk is, for catching up.

        `behind`: catch up from the journal first, while the desk is already at work.
        """
        self._behind = behind
        self._running = asyncio.create_task(self._run(desk_seq), name="records")

    async def stop(self) -> None:
        """Write what still waits, and end."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        rest = [self._waiting.get_nowait() for _ in range(self._waiting.qsize())]
        if rest and not self._behind:
            self._apply(rest)

    async def _run(self, desk_seq: Callable[[], int]) -> None:
        """The process edge of the records: whatever fails here is tried again, from the journal."""
        while True:
            if not self._may_write():
                self._fall_behind()
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                if self._behind and self._waiting.empty():
                    self._behind = False
                    async with self._writing:
                        await self.catch_up(desk_seq())
                else:
                    batch = await self._taken()
                    async with self._writing:
                        await self._write(batch)
                self._has_failed = False
            except Exception:
                if not self._has_failed:  # once: a log that grows on a full disk makes it worse
                    log.exception("the records cannot be written; they will catch up from the journal")
                self._has_failed = True
                self._fall_behind()
                await self._mend(desk_seq())
                await asyncio.sleep(AGAIN_S)

    def _fall_behind(self) -> None:
        """What waits is in the journal as well: it is caught up from there."""
        self._behind = True
        while not self._waiting.empty():
            self._waiting.get_nowait()

    async def _taken(self) -> list[Told[Board, Any]]:
        first = await self._waiting.get()
        self._want_room()
        if self._records.is_damaged:
            raise sqlite3.DatabaseError("a question found the records damaged")
        return [first, *(self._waiting.get_nowait() for _ in range(self._waiting.qsize()))]

    def _want_room(self) -> None:
        if not self._may_write():
            raise StorageFull("what is left of the disk is for dispatch")

    async def _mend(self, until: int) -> None:
        """A damaged file is not tried again: it is set aside, and the journal gives a new one."""
        if not self._records.is_damaged:
            return
        try:
            await asyncio.to_thread(self._records.begin_anew)
        except (OSError, sqlite3.Error):
            log.exception("the damaged records cannot be set aside")
            return
        self.seq, self._anew_until = 0, until

    async def _write(self, batch: Sequence[Told[Board, Any]]) -> None:
        await asyncio.shield(asyncio.to_thread(self._apply, batch))

    def _apply(self, batch: Sequence[Told[Board, Any]]) -> None:
        """Event by event on the boards between, so that also what is changed and archived in one batch is exact."""
        gathered, seq = Gathered(self._records), self._records.seq
        for told in batch:
            board = told.before
            for row, event in zip(told.rows, told.events, strict=True):
                before, board = board, self._book.evolve(board, event)
                if row.seq > seq:
                    gathered.add(row, event, before, board)
        self.seq = gathered.write() or self.seq


class Gathered:
    """What one transaction of the records will hold: events, the rows that they changed, what is to be transferred."""

    def __init__(self, records: IncidentRecords) -> None:
        self._records = records
        self.events: list[RecordedEvent] = []
        self._rows: dict[str, Incident] = {}
        self._due: list[TransferDue] = []
        self._taken: dict[AgencyId, int] = {}

    def add(self, row: JournalRow, event: Event, before: Board, board: Board) -> None:
        self.events.append(RecordedEvent(row.seq, row.at, row.name, row.version, row.body, event))
        for named in incidents_of(event):
            was, now = before.incidents.get(IncidentId(named)), board.incidents.get(IncidentId(named))
            if was is None and now is None:
                was, now = self._late(named, event)
            self._due += due_for(event, row.seq, was, now)
            latest = now if now is not None else was
            if latest is not None:
                self._rows[named] = latest
        if isinstance(event, TransfersTaken):
            self._taken[event.agency] = max(event.upto, self._taken.get(event.agency, 0))

    def _late(self, named: str, event: Event) -> tuple[Incident | None, Incident | None]:
        """The row before and after an event of an incident that had left the board: only the records still have it."""
        was = self._rows.get(named) or self._records.find(named)
        if was is None or not isinstance(event, LateEntry):
            return was, was
        return was, with_late_entry(was, event)

    def write(self) -> int:
        """The last row that is recorded now; 0 where there was nothing to write."""
        if not self.events:
            return 0
        seq = self.events[-1].seq
        self._records.apply(self.events, self._rows.values(), seq, self._due, self._taken)
        return seq
