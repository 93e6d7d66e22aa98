"""Holding records against each other and against a tree: what an auditor does, offline and without this server.

Records are walked in chunks that begin at a multiple of `CHUNK`, so several processes can walk at once: each gives the
complete subtrees of its chunk, and what links it to its neighbours.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, Literal

import msgspec

from turnout.audit.entries import FIXED, is_reveal, unbundled
from turnout.audit.tree import Frontier
from turnout.words.trouble import Malformed

CHUNK: Final = 65_536
"""Records walked by one process at once: a third of a second, some 20 MB."""

FOUND_MAX: Final = 100
"""Findings that are listed of one chunk: whoever altered thousands of records need not be shown each."""

Code = Literal[
    "part-missing",
    "part-unexpected",
    "record-malformed",
    "record-out-of-order",
    "record-unlinked",
    "record-out-of-time",
    "body-differs",
    "root-differs",
    "checkpoint-malformed",
    "checkpoint-unsigned",
    "checkpoint-of-another-log",
    "checkpoint-differs",
    "log-forked",
    "log-cut-off",
    "witness-missing",
    "stamp-invalid",
    "reveal-out-of-order",
    "reveal-not-in-journal",
    "reveal-missing",
    "reveals-uncounted",
    "reveal-miscounted",
]


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it must be. `at`: the number of the record from 1, or the size of a checkpoint."""

    code: Code
    log: str = ""
    at: int = 0
    what: str = ""


class Chunk(msgspec.Struct, frozen=True):
    """What walking one chunk gives. Peaks: (level, hash) of complete subtrees, largest first."""

    first: int
    count: int
    peaks: list[tuple[int, bytes]]
    cuts: dict[int, list[tuple[int, bytes]]]
    """At each size that was asked for, the peaks from the chunk's beginning up to there."""
    begins: tuple[bytes, int]
    """(prev_hash, at) of its first record."""
    ends: tuple[bytes, int]
    """(hash, at) of its last record."""
    reveals: list[tuple[int, bytes]]
    """(seq, entry) of the rows that belong to the reveal log."""
    keyed: dict[int, bytes]
    """SHA-256 of the bodies of the rows that were asked for."""
    findings: list[Finding]
    counted: dict[int, int] = {}
    """The number that the desk gave each reveal, by row, where bodies are there; 0 before reveals were counted."""


def walk(first: int, bundles: Iterable[bytes], cuts: Sequence[int] = (), keyed: Sequence[int] = ()) -> Chunk:
    """The records from number `first` (from 0) on, bundle by bundle. `cuts` are sizes, `keyed` sequences, within it.

    Raises `Malformed` for a bundle that does not come out even.
    """
    frontier, unpack = Frontier(), FIXED.unpack_from
    cut_at, asked = set(cuts), set(keyed)
    found = Chunk(first, 0, [], {}, (b"", 0), (b"", 0), [], {}, [])
    number, before_hash, before_at = first, b"", 0
    begins = b"", 0
    for body in bundles:
        for entry in unbundled(body):
            number += 1
            frontier.append(sha256(b"\x00" + entry).digest())
            if len(entry) < FIXED.size:
                raise Malformed("too short", where=f"record {number}", cure="it was altered")
            _, seq, at, _, prev_hash, hashed, _, digest, _ = unpack(entry)
            if number == first + 1:
                begins = prev_hash, at
            else:
                if prev_hash != before_hash:
                    _note(found, "record-unlinked", number)
                if at < before_at:
                    _note(found, "record-out-of-time", number)
            if seq != number:
                _note(found, "record-out-of-order", number)
            before_hash, before_at = hashed, at
            if is_reveal(entry):
                found.reveals.append((seq, entry))
            if number in cut_at:
                found.cuts[number] = frontier.peaks()
            if number in asked:
                found.keyed[number] = digest
    ends = before_hash, before_at
    return msgspec.structs.replace(found, count=number - first, peaks=frontier.peaks(), begins=begins, ends=ends)


def _note(found: Chunk, code: Code, number: int) -> None:
    if len(found.findings) < FOUND_MAX:
        found.findings.append(Finding(code, "journal", number))


class Growing:
    """The journal's log as its chunks come, in order, and the roots that it had on the way."""

    def __init__(self, first: int, left: Sequence[tuple[int, bytes]], genesis: bytes | None) -> None:
        """`left`: the subtrees before record `first`. `genesis`: what the very first record is chained to."""
        self.frontier = Frontier()
        for level, hashed in left:
            self.frontier.append(hashed, level)
        if self.frontier.size != first:
            raise Malformed(f"the subtrees before {first} do not cover it", where="proof", cure="it was altered")
        self._ends = (genesis, 0) if genesis is not None and first == 0 else None
        self.roots: dict[int, bytes] = {}
        self.findings: list[Finding] = []
        self.reveals: list[tuple[int, bytes]] = []
        self.keyed: dict[int, bytes] = {}
        self.counted: dict[int, int] = {}

    def take(self, chunk: Chunk) -> None:
        if chunk.count and self._ends is not None:
            if chunk.begins[0] != self._ends[0]:
                self.findings.append(Finding("record-unlinked", "journal", chunk.first + 1))
            if chunk.begins[1] < self._ends[1]:
                self.findings.append(Finding("record-out-of-time", "journal", chunk.first + 1))
        for size, peaks in chunk.cuts.items():
            self.roots[size] = self._with(peaks).root()
        self.frontier = self._with(chunk.peaks)
        if chunk.count:
            self._ends = chunk.ends
        self.findings += chunk.findings[: max(0, FOUND_MAX - len(self.findings))]
        self.reveals += chunk.reveals
        self.keyed |= chunk.keyed
        self.counted |= chunk.counted

    def _with(self, peaks: Sequence[tuple[int, bytes]]) -> Frontier:
        grown = Frontier()
        for level, hashed in (*self.frontier.peaks(), *peaks):
            grown.append(hashed, level)
        return grown

    def finish(self, right: Sequence[tuple[int, bytes]]) -> None:
        """With the subtrees after the last record, the root over all. Raises `ValueError` where they do not fit."""
        for level, hashed in right:
            self.frontier.append(hashed, level)
        self.roots[self.frontier.size] = self.frontier.root()
