"""The journal's row and the hash that chains each row to the one before it.

The encoding that is hashed is ours and fixed for ever (version 1); an auditor can write it again in any language:

    SHA-256 of   b"turnout.journal.row.1\\n"
              ‖  prev_hash (32 bytes)
              ‖  seq, at, version          each as signed 64-bit big-endian
              ‖  actor, position, purpose, cause, command_id, command, command_digest, name, body
                                           each as unsigned 32-bit big-endian length, then its bytes (texts as UTF-8)

The lengths make the encoding injective: no two different rows give the same bytes. The first row's `prev_hash` is
`genesis(stream)`, so that rows of one book cannot be passed off as those of another.
"""

import hashlib
from collections.abc import Sequence
from struct import Struct as Packing

import msgspec

from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import Moment

HASH_BYTES = 32
DIGEST_BYTES = 32

_ROW_TAG = b"turnout.journal.row.1\n"
_GENESIS_TAG = b"turnout.journal.genesis.1\n"
_NUMBERS = Packing(">qqq")
_LENGTH = Packing(">I")


class JournalRow(msgspec.Struct, frozen=True, gc=False):
    """One recorded fact. `at` never decreases with `seq`; `seq` starts at 1 and has no gaps."""

    seq: int
    at: Moment
    actor: ActorId
    position: str
    purpose: str
    cause: str
    """The command or event that led to this command, where a part of the system acted by itself; else empty."""
    command_id: CommandId
    command: str
    """The stable name of the command that was decided: `assign-unit`, `ring-timer`."""
    command_digest: bytes
    """SHA-256 of that command's content and sender: tells a repeated command from a reused identity."""
    name: str
    """The event's stable name: `unit-assigned`."""
    version: int
    body: bytes
    prev_hash: bytes
    hash: bytes


class BadRow(msgspec.Struct, frozen=True):
    """The first row that does not verify, and why: `missing`, `unlinked`, `altered`, `out-of-time`, `no-command`."""

    seq: int
    why: str


def genesis(stream: str) -> bytes:
    """What the first row of `stream` is chained to."""
    return hashlib.sha256(_GENESIS_TAG + stream.encode()).digest()


def row_hash(row: JournalRow) -> bytes:
    """The hash that `row` must carry, computed from everything else in it."""
    parts = [_ROW_TAG, row.prev_hash, _NUMBERS.pack(row.seq, row.at, row.version)]
    texts = (row.actor, row.position, row.purpose, row.cause, row.command_id, row.command)
    for field in (*(text.encode() for text in texts), row.command_digest, row.name.encode(), row.body):
        parts.append(_LENGTH.pack(len(field)))
        parts.append(field)
    return hashlib.sha256(b"".join(parts)).digest()


def sealed(row: JournalRow) -> JournalRow:
    """`row` with its own hash filled in."""
    return msgspec.structs.replace(row, hash=row_hash(row))


def first_bad(rows: Sequence[JournalRow], after_seq: int, after_hash: bytes, after_at: int) -> BadRow | None:
    """The first of `rows` that does not follow on from (`after_seq`, `after_hash`, `after_at`), or None."""
    seq, prev_hash, at = after_seq, after_hash, after_at
    for row in rows:
        if row.seq != seq + 1:
            return BadRow(seq + 1, "missing")
        if row.prev_hash != prev_hash:
            return BadRow(row.seq, "unlinked")
        if row.hash != row_hash(row):
            return BadRow(row.seq, "altered")
        if row.at < at:
            return BadRow(row.seq, "out-of-time")
        seq, prev_hash, at = row.seq, row.hash, row.at
    return None
