"""Stand-ins for the outside world that can be told to misbehave: a clock, a journal over a real one."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence

from turnout.desk.chain import BadRow, JournalRow
from turnout.desk.ports import DoneCommand, Journal, Tail
from turnout.words.identity import CommandId
from turnout.words.moment import Moment

NOON = Moment(1_800_000_000_000)


class SetClock:
    """Says what it was last set to; sleepers wake when it is set to their moment."""

    def __init__(self, now: int = NOON) -> None:
        self._now = now
        self._moved = asyncio.Event()

    def now(self) -> Moment:
        return Moment(self._now)

    def set(self, now: int) -> None:
        self._now = now
        self._moved.set()
        self._moved = asyncio.Event()

    def forward(self, by_ms: int) -> None:
        self.set(self._now + by_ms)

    async def sleep_until(self, moment: Moment) -> None:
        while self._now < moment:
            await self._moved.wait()


class TroubledJournal:
    """A journal that passes everything on, and fails or waits where it is told to."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.fail_next_append: Exception | None = None
        """Raised instead of appending."""
        self.fail_after_append: Exception | None = None
        """Raised although the rows were written: the doubtful case."""
        self.fail_reads: Exception | None = None
        self.gate: asyncio.Event | None = None
        """While it is there and not set, appends wait for it before they write."""
        self.append_takes_s = 0.0
        """A slow disk, so that much happens while an append is on its way."""
        self.appending = asyncio.Event()
        self.appends: list[int] = []
        """Rows in each append that was durable."""

    async def claim(self) -> int:
        return await self.journal.claim()

    async def append(self, rows: Sequence[JournalRow], expected_last_seq: int, epoch: int) -> None:
        self.appending.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.append_takes_s:
            await asyncio.sleep(self.append_takes_s)
        failure, self.fail_next_append = self.fail_next_append, None
        if failure is not None:
            raise failure
        await self.journal.append(rows, expected_last_seq, epoch)
        self.appends.append(len(rows))
        failure, self.fail_after_append = self.fail_after_append, None
        if failure is not None:
            raise failure

    async def last(self) -> Tail:
        return await self.journal.last()

    async def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        if self.fail_reads is not None:
            raise self.fail_reads
        async for page in self.journal.read(after_seq):
            yield page

    async def find_commands(self, command_ids: Sequence[CommandId]) -> Mapping[CommandId, DoneCommand]:
        return await self.journal.find_commands(command_ids)

    async def verify(self, first_seq: int = 1, last_seq: int | None = None) -> BadRow | None:
        return await self.journal.verify(first_seq, last_seq)

    async def close(self) -> None:
        await self.journal.close()


async def all_rows(journal: Journal) -> list[JournalRow]:
    return [row async for page in journal.read(0) for row in page]
