"""Proofs in files that stand by themselves: that one record is in a log (c2sp.org/tlog-proof), that a log only grew.

The record itself goes along as the format's extra data: it is believed only because the proof leads from it to a root
that is signed.
"""

import base64
from collections.abc import Sequence
from typing import Final

import msgspec

from turnout.audit.checkpoints import Checkpoint, opened
from turnout.audit.notes import Note, decoded
from turnout.audit.tree import HASH_BYTES, PROOF_MAX, is_included, leaf_hash
from turnout.words.trouble import Malformed

MAGIC: Final = "c2sp.org/tlog-proof@v1"
PROOF_BYTES_MAX: Final = 256 * 1024
"""A record of 64 KiB in base 64, a checkpoint with its signatures, and 63 hashes."""


class RecordProof(msgspec.Struct, frozen=True):
    """`index`: from 0. `entry`: the record of the journal's log or of the reveal log (audit/entries.py)."""

    index: int
    entry: bytes
    path: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint

    @property
    def holds(self) -> bool:
        """Whether the record is in the tree of the checkpoint; who signed that is another question."""
        leaf, told = leaf_hash(self.entry), self.checkpoint
        return is_included(leaf, self.index, told.size, told.root, self.path)


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """That a log of `size` records begins with one of `old` (RFC 6962, 2.1.2); `path` in base 64.

    `checkpoint`: the signed note of that size, where it is the newest; else empty.
    """

    origin: str
    old: int
    size: int
    path: tuple[str, ...]
    checkpoint: str = ""

    def hashes(self) -> list[bytes]:
        """Raises `Malformed`."""
        found = [decoded(one) for one in self.path]
        if len(found) > PROOF_MAX or any(one is None or len(one) != HASH_BYTES for one in found):
            raise _malformed("what should be a hash is none")
        return [one for one in found if one is not None]


def proof_text(index: int, entry: bytes, path: Sequence[bytes], note: str) -> str:
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in path)
    return f"{MAGIC}\nextra {base64.b64encode(entry).decode()}\nindex {index}\n{hashes}\n{note}"


def read_proof(text: str) -> RecordProof:
    """Raises `Malformed`."""
    if len(text) > PROOF_BYTES_MAX:
        raise _malformed("it is too long")
    head, found, rest = text.partition("\n\n")
    lines = head.split("\n")
    if not found or len(lines) < 3 or lines[0] != MAGIC:
        raise _malformed("it does not begin as a proof does")
    entry, number = decoded(lines[1].removeprefix("extra ")), lines[2].removeprefix("index ")
    if not lines[1].startswith("extra ") or entry is None:
        raise _malformed("the record is not in it")
    if not lines[2].startswith("index ") or not number.isdecimal() or str(int(number)) != number or len(number) > 19:
        raise _malformed("it has no index")
    path = [decoded(line) for line in lines[3:]]
    if len(path) > PROOF_MAX or any(one is None or len(one) != HASH_BYTES for one in path):
        raise _malformed("a line is no hash")
    return RecordProof(int(number), entry, tuple(one for one in path if one is not None), *opened(rest))


def _malformed(what: str) -> Malformed:
    return Malformed(what, where="proof", cure="c2sp.org/tlog-proof, as `turnout audit prove` writes it")
