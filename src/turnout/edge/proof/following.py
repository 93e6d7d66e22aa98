"""The trees follow the journal: only rows that are durable, off the way of every command, in small steps.

Nothing waits for it. After a crash it goes on where its own file ends; before it does, that end is held against the
journal, so trees that are not this journal's are never continued.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from turnout.audit.entries import entry_of
from turnout.audit.kept import ProofStore, Sizes
from turnout.audit.tree import leaf_hash
from turnout.core.tables.commands import AccessAct
from turnout.desk.chain import JournalRow
from turnout.desk.ports import Journal

SLICE_ROWS: Final = 128
"""Hashed and stored at once: about a millisecond of the interpreter, so that commands are answered in between."""

BREATH_S: Final = 0.005
"""Between two slices while far behind: a fifth of the time at most is taken from whoever works."""

KEY_MADE: Final[AccessAct] = "proof-key-made"


class NotThisJournal(Exception):
    """The trees are of other rows than the journal has: it was altered, cut off, or put back to an earlier state."""


class Following:
    """`catch_up` whenever it is time; one at a time."""

    def __init__(self, store: ProofStore, journal: Journal) -> None:
        self._store, self._journal = store, journal
        self._is_checked = False
        self._lock = asyncio.Lock()

    async def catch_up(self) -> Sizes:
        """Every durable row is in the trees when this returns. Raises `NotThisJournal`, `StorageFailed`."""
        async with self._lock:
            sizes = await self._store.sizes()
            if not self._is_checked:
                await self._check(sizes)
            tail = await self._journal.last()
            if tail.seq < sizes.journal:
                raise NotThisJournal(f"the journal ends at {tail.seq}, the tree at {sizes.journal}")
            if tail.seq == sizes.journal:
                return sizes
            async for page in self._journal.read(sizes.journal):
                sizes = await self._take(page, tail.seq)
            return sizes

    async def _check(self, sizes: Sizes) -> None:
        if sizes.journal:
            row = await self.find(sizes.journal)
            if row is None or leaf_hash(entry_of(row)) != sizes.last:
                raise NotThisJournal(f"row {sizes.journal} is not the one that the tree has")
        self._is_checked = True

    async def find(self, seq: int) -> JournalRow | None:
        """A row of the journal."""
        async for page in self._journal.read(seq - 1):
            return page[0]
        return None

    async def _take(self, page: Sequence[JournalRow], until: int) -> Sizes:
        sizes = await self._store.sizes()
        for begin in range(0, len(page), SLICE_ROWS):
            rows = page[begin : begin + SLICE_ROWS]
            entries = await asyncio.to_thread(_entries, rows)
            sizes = await self._store.append(entries, key_rows(rows))
            if until - sizes.journal > SLICE_ROWS:
                await asyncio.sleep(BREATH_S)
        return sizes

    async def make_anew(self) -> Sizes:
        """Both trees from the journal's first row on. Raises `StorageFailed`."""
        async with self._lock:
            await self._store.forget_trees()
            self._is_checked = True
        return await self.catch_up()


def _entries(rows: Sequence[JournalRow]) -> list[bytes]:
    return [entry_of(row) for row in rows]


def key_rows(rows: Sequence[JournalRow]) -> list[tuple[int, bytes]]:
    """(seq, body) of those that say that a signing key was made."""
    return [(row.seq, row.body) for row in rows if row.name == "access-noted" and KEY_MADE.encode() in row.body]
