"""What a witness does (c2sp.org/tlog-witness): it cosigns a checkpoint only if it continues the last one it cosigned.

Pure: what it has seen and what is asked come in, the answer goes out. Whoever runs it keeps what was answered before it
answers, and judges and keeps in one step (`adapters/storage/sqlite/witness.py`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from turnout.audit.checkpoints import Checkpoint, opened
from turnout.audit.notes import NOTE_BYTES_MAX, Note, VerifierKey, decoded
from turnout.audit.tree import EMPTY_ROOT, HASH_BYTES, PROOF_MAX, is_consistent
from turnout.words.trouble import Malformed

REQUEST_BYTES_MAX: Final = NOTE_BYTES_MAX + PROOF_MAX * 46 + 64
SIZE_KIND: Final = "text/x.tlog.size"
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})")

Logs = Mapping[str, Sequence[VerifierKey]]
"""By origin, the keys of which one must have signed."""


class Asked(msgspec.Struct, frozen=True):
    """`old`: how large the sender believes the log was when this witness last cosigned it."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


class Seen(msgspec.Struct, frozen=True):
    """The newest that was cosigned of a log; nothing: `Seen()`."""

    size: int = 0
    root: bytes = EMPTY_ROOT


class No(msgspec.Struct, frozen=True):
    """`status` and `text` as the protocol has them."""

    status: int
    text: str
    kind: str = "text/plain; charset=utf-8"


def read_asked(body: bytes) -> Asked:
    """Raises `Malformed`."""
    if len(body) > REQUEST_BYTES_MAX:
        raise _malformed("it is too long")
    try:
        head, found, rest = body.decode().partition("\n\n")
    except UnicodeDecodeError as error:
        raise _malformed("it is not UTF-8") from error
    lines = head.split("\n")
    old = _OLD.fullmatch(lines[0])
    if not found or old is None or len(lines) - 1 > PROOF_MAX:
        raise _malformed("an old size, at most 63 hashes and an empty line come first")
    hashes = [decoded(line) for line in lines[1:]]
    if any(one is None or len(one) != HASH_BYTES for one in hashes):
        raise _malformed("a line of the proof is no hash")
    return Asked(int(old[1]), tuple(one for one in hashes if one is not None), *opened(rest))


def judge(asked: Asked, logs: Logs, seen: Seen) -> No | None:
    """None: it may be cosigned, and what was seen is then this. `seen` is of this checkpoint's log."""
    checkpoint = asked.checkpoint
    keys = logs.get(checkpoint.origin)
    if keys is None:
        return No(404, "this witness does not know the log\n")
    if not asked.note.signed_by(keys):
        return No(403, "no signature is by a key of the log that this witness knows\n")
    if asked.old > checkpoint.size:
        return No(400, "the old size is larger than the checkpoint's\n")
    if asked.old != seen.size:
        return No(409, f"{seen.size}\n", SIZE_KIND)
    if asked.old == checkpoint.size:
        same = checkpoint.root == seen.root and not asked.proof
        return None if same else No(409, f"{seen.size}\n", SIZE_KIND)
    if asked.old == 0:
        return No(422, "a proof from nothing is empty\n") if asked.proof else None
    if not is_consistent(seen.size, seen.root, checkpoint.size, checkpoint.root, asked.proof):
        return No(422, "it does not continue what this witness has cosigned\n")
    return None


def _malformed(what: str) -> Malformed:
    return Malformed(what, where="add-checkpoint", cure="c2sp.org/tlog-witness")
