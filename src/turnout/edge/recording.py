"""Keeping the records in step with the desk: a thread behind a bounded queue, and a catch-up from the journal.

The desk never waits for the records. When they fall too far behind (a slow disk), the queue is dropped and they catch
up from the journal, which has everything.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any, Final

from turnout.core.board import Board, Incident
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.history import incidents_of
from turnout.core.refusals import Refusal
from turnout.desk.book import Book
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Told
from turnout.desk.ports import Journal
from turnout.records.incidents import IncidentRecords, RecordedEvent
from turnout.words.identity import IncidentId

log = logging.getLogger(__name__)

WAITING_MAX: Final = 2_000
"""Batches of the desk that wait to be recorded: seconds at full speed."""

CATCH_UP_EVENTS: Final = 2_000
"""Events in one transaction while catching up."""

AGAIN_S: Final = 2.0
"""After a failure (a full disk): the desk goes on, and closed incidents are found again as soon as they can be."""


class Recorder:
    """`hear` goes to `Desk.listen`; `start` begins to write, `stop` writes the rest."""

    def __init__(self, records: IncidentRecords, journal: Journal, book: Book[Board, Command, Event, Refusal]) -> None:
        self._records, self._journal, self._book = records, journal, book
        self._waiting: asyncio.Queue[Told[Board, Any]] = asyncio.Queue(WAITING_MAX)
        self._behind = False
        self._running: asyncio.Task[None] | None = None

    def hear(self, told: Told[Board, Any]) -> None:
        if self._behind or not told.rows:
            return
        try:
            self._waiting.put_nowait(told)
        except asyncio.QueueFull:
            log.warning("the records are behind and will catch up from the journal")
            self._behind = True

    async def catch_up(self, until: int) -> None:
        """Record what the journal has beyond the records, up to row `until`. Boards are made again on the way."""
        done = self._records.seq
        if done > until:
            log.warning("the records know more than the journal: made anew")
            await asyncio.to_thread(self._records.clear)
            done = 0
        if done == until:
            return
        board = self._book.empty()
        events: list[RecordedEvent] = []
        touched: dict[str, Incident] = {}
        async for page in self._journal.read(0):
            for row in page:
                event = self._book.decode_event(row.name, row.version, row.body)
                before, board = board, self._book.evolve(board, event)
                if done < row.seq <= until:
                    events.append(_recorded(row, event))
                    touched.update(_rows_of(event, before) | _rows_of(event, board))
            if len(events) >= CATCH_UP_EVENTS:
                await asyncio.to_thread(self._records.apply, events, list(touched.values()), events[-1].seq)
                events, touched = [], {}
            await asyncio.sleep(0)
        if events:
            await asyncio.to_thread(self._records.apply, events, list(touched.values()), events[-1].seq)

    def start(self, desk_seq: Callable[[], int]) -> None:
        """Write what is heard, from now on. `desk_seq` says how far the desk is, for catching up."""
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
            try:
                if self._behind and self._waiting.empty():
                    self._behind = False
                    await self.catch_up(desk_seq())
                else:
                    await self._write(await self._taken())
            except Exception:
                log.exception("the records cannot be written; they will catch up from the journal")
                self._behind = True
                while not self._waiting.empty():
                    self._waiting.get_nowait()
                await asyncio.sleep(AGAIN_S)

    async def _taken(self) -> list[Told[Board, Any]]:
        first = await self._waiting.get()
        return [first, *(self._waiting.get_nowait() for _ in range(self._waiting.qsize()))]

    async def _write(self, batch: Sequence[Told[Board, Any]]) -> None:
        await asyncio.shield(asyncio.to_thread(self._apply, batch))

    def _apply(self, batch: Sequence[Told[Board, Any]]) -> None:
        """Event by event on the boards between, so that also what is changed and archived in one batch is exact."""
        events: list[RecordedEvent] = []
        touched: dict[str, Incident] = {}
        seq = self._records.seq
        for told in batch:
            board = told.before
            for row, event in zip(told.rows, told.events, strict=True):
                before, board = board, self._book.evolve(board, event)
                if row.seq > seq:
                    events.append(_recorded(row, event))
                    touched.update(_rows_of(event, before) | _rows_of(event, board))
        if events:
            self._records.apply(events, touched.values(), events[-1].seq)


def _recorded(row: JournalRow, event: Event) -> RecordedEvent:
    return RecordedEvent(row.seq, row.at, row.name, row.version, row.body, event)


def _rows_of(event: Event, board: Board) -> dict[str, Incident]:
    """The incidents that the event names, as they stand on the board."""
    named = ((one, board.incidents.get(IncidentId(one))) for one in incidents_of(event))
    return {one: row for one, row in named if row is not None}
