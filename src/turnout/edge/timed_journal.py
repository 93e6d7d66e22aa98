"""A journal that says how long it took, and makes room once the disk is full: to the desk it is like any other."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence

from turnout.desk.chain import BadRow, JournalRow
from turnout.desk.faults import StorageFull
from turnout.desk.ports import DoneCommand, Journal, Tail
from turnout.edge.measuring import Measures
from turnout.words.identity import CommandId


class TimedJournal:
    """Implements `turnout.desk.ports.Journal` by another one. Failed appends count with the time that they took."""

    def __init__(
        self, journal: Journal, measures: Measures, make_room: Callable[[], Awaitable[bool]] | None = None
    ) -> None:
        """`make_room` says whether it has made some; then what did not fit is tried once more."""
        self._journal, self._measures, self._make_room = journal, measures, make_room

    async def claim(self) -> int:
        return await self._journal.claim()

    async def append(self, rows: Sequence[JournalRow], expected_last_seq: int, epoch: int) -> None:
        began = time.perf_counter()
        try:
            await self._append(rows, expected_last_seq, epoch)
            self._measures.rows += len(rows)
        finally:
            self._measures.appends.add(time.perf_counter() - began)

    async def _append(self, rows: Sequence[JournalRow], expected_last_seq: int, epoch: int) -> None:
        try:
            await self._journal.append(rows, expected_last_seq, epoch)
        except StorageFull:
            if self._make_room is None or not await self._make_room():
                raise
            if (await self._journal.last()).seq != expected_last_seq:
                raise  # in doubt after all: the desk asks the journal what is there
            await self._journal.append(rows, expected_last_seq, epoch)

    async def last(self) -> Tail:
        return await self._journal.last()

    def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        return self._journal.read(after_seq)

    async def find_commands(self, command_ids: Sequence[CommandId]) -> Mapping[CommandId, DoneCommand]:
        return await self._journal.find_commands(command_ids)

    async def verify(self, first_seq: int = 1, last_seq: int | None = None) -> BadRow | None:
        return await self._journal.verify(first_seq, last_seq)

    async def close(self) -> None:
        await self._journal.close()
