"""What the desk needs from the outside world. Adapters implement these; contract tests in tests/contracts hold them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

import msgspec

from turnout.desk.chain import BadRow, JournalRow
from turnout.words.identity import CommandId
from turnout.words.moment import Moment


class Tail(msgspec.Struct, frozen=True, gc=False):
    """The journal's last row in brief. An empty journal has seq 0, at 0 and the stream's genesis hash."""

    seq: int
    at: Moment
    hash: bytes


class DoneCommand(msgspec.Struct, frozen=True, gc=False):
    """What the journal knows of a command that was done."""

    first_seq: int
    last_seq: int
    at: Moment
    digest: bytes


class Journal(Protocol):
    """An append-only, hash-chained stream with one writer at a time. Every method may raise a `StorageFailed`.

    The writer numbers the rows. `append` is all or nothing and returns only when the rows would survive a power cut; it
    raises `Displaced` and writes nothing when `epoch` is not the newest claim or the journal does not end at
    `expected_last_seq`. When it raises a `StorageFailed` the rows may be there or not: ask `last`.
    """

    async def claim(self) -> int:
        """Become the writer: a new epoch, higher than any before. Every earlier writer is displaced from now on."""
        ...

    async def append(self, rows: Sequence[JournalRow], expected_last_seq: int, epoch: int) -> None: ...

    async def last(self) -> Tail: ...

    def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        """Durable rows after `after_seq`, in order and without gaps, in pages of bounded size, up to the newest."""
        ...

    async def find_commands(self, command_ids: Sequence[CommandId]) -> Mapping[CommandId, DoneCommand]:
        """Those of `command_ids` that have been done, durably."""
        ...

    async def verify(self, first_seq: int = 1, last_seq: int | None = None) -> BadRow | None:
        """The first row between the two (both included) that is missing, altered or unlinked; None when all is well."""
        ...

    async def close(self) -> None: ...


class BoardSnapshot(msgspec.Struct, frozen=True, gc=False):
    """A board as of one journal row. It saves time and is never the truth: what cannot be read is passed over."""

    seq: int
    row_hash: bytes
    shape: str
    body: bytes


class Snapshots(Protocol):
    """Keeps the last few boards."""

    async def keep(self, snapshot: BoardSnapshot) -> None: ...

    async def list_newest_first(self) -> Sequence[BoardSnapshot]:
        """What can be read of what was kept; a damaged store gives fewer, never an error."""
        ...

    async def close(self) -> None: ...


class Clock(Protocol):
    """The time of day. It may step back; the desk's times do not."""

    def now(self) -> Moment: ...

    async def sleep_until(self, moment: Moment) -> None:
        """Return when `now()` has reached `moment`, or earlier; the caller looks again."""
        ...
