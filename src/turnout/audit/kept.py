"""What is kept of the proof beside the journal: the two trees, what was signed, and the stamps. A port for storages."""

from collections.abc import Sequence
from typing import Final, Literal, Protocol

import msgspec

from turnout.words.moment import Moment

Log = Literal["journal", "reveals"]
LOGS: Final[tuple[Log, ...]] = ("journal", "reveals")


class Sizes(msgspec.Struct, frozen=True):
    """How many records each log has. `last` is the hash of the newest journal record, empty where there is none."""

    journal: int
    reveals: int
    last: bytes = b""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint of both logs at one moment. `journal` and `reveals` are signed notes."""

    id: int = 0
    at: Moment
    size: int
    reveals_size: int
    journal: str
    reveals: str


class Stamp(msgspec.Struct, frozen=True):
    """A time stamp response (RFC 3161, DER) over the text of a journal checkpoint of this size."""

    size: int
    at: Moment
    body: bytes


class NotNext(Exception):
    """Records that do not follow on from those that are there."""


class ProofStore(Protocol):
    """Keeps the proof. Every method may raise a `StorageFailed`."""

    async def sizes(self) -> Sizes: ...

    async def append(self, entries: Sequence[bytes], key_rows: Sequence[tuple[int, bytes]] = ()) -> Sizes:
        """The next records of the journal's log (`entries.entry_of`), and of the reveal log as they say.

        `key_rows`: (seq, body) of those among them that say that a signing key was made. All or nothing. Raises
        `NotNext`.
        """
        ...

    async def root(self, log: Log, size: int) -> bytes:
        """Over its first `size` records. Raises `LookupError` where there are fewer."""
        ...

    async def prove_inclusion(self, log: Log, index: int, size: int) -> list[bytes]:
        """Raises `LookupError`, `ValueError`."""
        ...

    async def prove_consistency(self, log: Log, old: int, size: int) -> list[bytes]:
        """Raises `LookupError`, `ValueError`."""
        ...

    async def keep(self, signed: Signed) -> None:
        """In place of one of the same size, where there is one."""
        ...

    async def newest(self) -> Signed | None: ...

    async def keep_stamp(self, stamp: Stamp) -> None:
        """Of a checkpoint that is kept."""
        ...

    async def last_stamp(self) -> Stamp | None: ...

    async def find_reveal(self, number: int) -> bytes | None:
        """The journal's header of a record of the reveal log, by its number from 1."""
        ...

    async def forget_trees(self) -> None:
        """To be made again from the journal. Checkpoints and stamps stay."""
        ...

    async def close(self) -> None: ...
