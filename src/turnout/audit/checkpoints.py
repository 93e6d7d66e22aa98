"""Checkpoints (c2sp.org/tlog-checkpoint): how large a log is and its root, signed by the log, cosigned by witnesses.

A cosignature (c2sp.org/tlog-cosignature, Ed25519) has a time and says: of this log, as of then, I have seen no tree
that this one does not continue.
"""

import base64
import re
from collections.abc import Iterable
from struct import Struct as Packing
from typing import Final

import msgspec

from turnout.audit.notes import COSIGNATURE, Note, Signature, SigningKey, VerifierKey, decoded, read_note
from turnout.audit.tree import HASH_BYTES
from turnout.words.trouble import Malformed

SIZE_MAX: Final = 2**63 - 1
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_TIME: Final = Packing(">Q")


class Checkpoint(msgspec.Struct, frozen=True):
    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class Cosigned(msgspec.Struct, frozen=True):
    """`at_s`: seconds since 1970, by the witness's clock."""

    key: VerifierKey
    at_s: int


def read_checkpoint(note: Note) -> Checkpoint:
    """What a note says of a log; extension lines are passed over. Raises `Malformed`."""
    lines = note.text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not all(lines):
        raise _malformed("fewer than three lines")
    origin, size, root = lines[0], lines[1], decoded(lines[2])
    if not _SIZE.fullmatch(size) or int(size) > SIZE_MAX:
        raise _malformed(f"{size[:40]!r} is no size")
    if root is None or len(root) != HASH_BYTES:
        raise _malformed(f"{lines[2][:80]!r} is no root")
    return Checkpoint(origin, int(size), root)


def opened(text: str) -> tuple[Note, Checkpoint]:
    """A note and the checkpoint in it. Raises `Malformed`."""
    note = read_note(text)
    return note, read_checkpoint(note)


def cosign(text: str, key: SigningKey, at_s: int) -> Signature:
    """`key` (of kind `COSIGNATURE`) says so of a checkpoint's text, at a time in seconds since 1970."""
    body = key.signature(_cosigned_message(text, at_s))
    return Signature(key.name, key.verifier.hash, _TIME.pack(at_s) + body)


def cosigned_by(note: Note, keys: Iterable[VerifierKey]) -> list[Cosigned]:
    """Those of `keys` (of kind `COSIGNATURE`) that have cosigned it, each once, with its newest time."""
    known = {(key.name, key.hash): key for key in keys if key.kind == COSIGNATURE}
    found: dict[tuple[str, bytes], Cosigned] = {}
    for one in note.signatures:
        at = (one.name, one.hash)
        if at in known and (when := cosigned_at(note.text, one, known[at])) is not None:
            held = found.get(at)
            found[at] = Cosigned(known[at], max(when, held.at_s if held is not None else 0))
    return list(found.values())


def cosigned_at(text: str, signature: Signature, key: VerifierKey) -> int | None:
    """The time of a cosignature, or None where it is not `key`'s."""
    if (signature.name, signature.hash) != (key.name, key.hash) or len(signature.body) != _TIME.size + 64:
        return None
    (at_s,) = _TIME.unpack_from(signature.body)
    if at_s > SIZE_MAX or not key.verifies(_cosigned_message(text, at_s), signature.body[_TIME.size :]):
        return None
    return int(at_s)


def _cosigned_message(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()


def _malformed(what: str) -> Malformed:
    return Malformed(what, where="checkpoint", cure="c2sp.org/tlog-checkpoint")
