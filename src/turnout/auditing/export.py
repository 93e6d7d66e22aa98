"""`turnout audit export`: the journal's headers (with bodies where asked for), the reveal log, and what was signed.

It runs beside the server and asks nothing of it. What is exported ends with the checkpoint that it is held against; a
range is widened to whole bundles of 256 records.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from turnout.adapters.storage.sqlite.proof import ProofFile
from turnout.audit.checkpoints import opened
from turnout.audit.entries import bundled, entry_of, reveal_entry
from turnout.audit.kept import Signed
from turnout.audit.tiles import TILE, bundles
from turnout.audit.tree import subtrees
from turnout.auditing.archive import (
    ABOUT,
    CHECKPOINTS,
    FORMAT,
    KEYS,
    PROOF,
    STAMPS,
    About,
    CheckpointLine,
    KeyLine,
    RangeProof,
    StampLine,
    Writing,
    bodies_member,
    bundle_member,
)
from turnout.desk.chain import JournalRow
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.trouble import Malformed

BODY_LENGTH_BYTES: Final = 4


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Rows from `first_seq` to `last_seq`, both included; None: from the first, to the last that is signed."""

    first_seq: int | None = None
    last_seq: int | None = None
    bodies: bool = False

    @property
    def is_whole(self) -> bool:
        return self.first_seq is None and self.last_seq is None


async def export(journal: Journal, proof: ProofFile, to: Writing, wanted: Wanted, city: str, now: Moment) -> About:
    """Raises `Malformed` where nothing is signed yet or the range is none, `StorageFailed`, `OSError`."""
    signed = chosen(proof, wanted)
    first, end = _range(wanted, signed.size)
    _, checkpoint = opened(signed.journal)
    about = About(
        format=FORMAT,
        city=city,
        stream=Operations.stream,
        origin=checkpoint.origin.removesuffix("/journal"),
        first=first,
        end=end,
        size=signed.size,
        reveals_size=signed.reveals_size,
        bodies=wanted.bodies,
        made_at=now,
    )
    to.write_as(ABOUT, about)
    to.write_lines(KEYS, (KeyLine(seq, body) for seq, body in proof.key_rows(end) if seq > first))
    to.write("journal/checkpoint", signed.journal)
    to.write("reveals/checkpoint", signed.reveals)
    stamps = [StampLine(one.size, one.body) for one in proof.stamps(signed.size) if wanted.is_whole or one.size >= end]
    to.write_lines(STAMPS, stamps if wanted.is_whole else (one for one in stamps if one.size == signed.size))
    to.write_lines(CHECKPOINTS, earlier(proof, signed, {one.size for one in stamps}) if wanted.is_whole else ())
    hash_at = proof.tiles("journal").hash_at
    left = [(level, hash_at(level, index)) for level, index in subtrees(0, first)]
    right = [(level, hash_at(level, index)) for level, index in subtrees(end, signed.size)]
    to.write_as(PROOF, RangeProof(left, right))
    await _write_rows(journal, to, about)
    _write_reveals(proof, to, signed)
    return about


def chosen(proof: ProofFile, wanted: Wanted) -> Signed:
    """The newest checkpoint; for a range the last one with a stamp that covers it, where there is one."""
    newest = proof.newest()
    if newest is None:
        raise Malformed("nothing is signed yet", where="proof", cure="a server signs a minute after its start")
    if not wanted.is_whole and (stamps := proof.stamps(newest.size)):
        size = stamps[-1].size
        if size >= (wanted.last_seq or newest.size + 1):
            return next(one for one in proof.checkpoints(size) if one.size == size)
    return newest


def _range(wanted: Wanted, size: int) -> tuple[int, int]:
    first_seq, last_seq = wanted.first_seq or 1, min(wanted.last_seq or size, size)
    if not 1 <= first_seq <= last_seq:
        cure = f"from 1 to {size}; later rows are signed within a minute"
        raise Malformed(f"no rows from {first_seq} to {last_seq}", where="range", cure=cure)
    return (first_seq - 1) // TILE * TILE, min(size, -(-last_seq // TILE) * TILE)


def earlier(proof: ProofFile, until: Signed, stamped: set[int]) -> Iterator[CheckpointLine]:
    """The last checkpoint of each hour before `until`, those with a stamp, and the first after each key was made.

    That one is signed by the key before as well, so it hands trust over.
    """
    made = [seq for seq, _ in proof.key_rows(until.size)]
    held: Signed | None = None
    for one in proof.checkpoints(until.size - 1):
        if held is not None and (one.at // HOUR_MS != held.at // HOUR_MS or held.size in stamped):
            yield _line(held)
            held = None
        if made and one.size >= made[0]:
            made = [seq for seq in made if seq > one.size]
            yield _line(one)
            held = None
        else:
            held = one
    if held is not None:
        yield _line(held)


def _line(signed: Signed) -> CheckpointLine:
    return CheckpointLine(signed.size, signed.reveals_size, signed.journal, signed.reveals)


async def _write_rows(journal: Journal, to: Writing, about: About) -> None:
    held: list[JournalRow] = []
    widths = bundles(about.first, about.end)
    for_next = next(widths, None)
    async for page in journal.read(about.first):
        held += [row for row in page if row.seq <= about.end]
        while for_next is not None and len(held) >= for_next[1]:
            index, width = for_next
            _write_bundle(to, about, index, held[:width])
            held, for_next = held[width:], next(widths, None)
        if for_next is None:
            return
    if for_next is not None:
        raise Malformed(
            f"the journal ends before row {about.end}", where="journal", cure="it was cut off: keep it as is"
        )


def _write_bundle(to: Writing, about: About, index: int, rows: Sequence[JournalRow]) -> None:
    to.write(bundle_member("journal", index, len(rows)), bundled(entry_of(row) for row in rows))
    if about.bodies:
        bodies = (len(row.body).to_bytes(BODY_LENGTH_BYTES, "big") + row.body for row in rows)
        to.write(bodies_member(index, len(rows)), b"".join(bodies))


def _write_reveals(proof: ProofFile, to: Writing, signed: Signed) -> None:
    reveals = proof.reveals(signed.reveals_size)
    for index, width in bundles(0, signed.reveals_size):
        some = [next(reveals, None) for _ in range(width)]
        to.write(bundle_member("reveals", index, width), bundled(reveal_entry(*one) for one in some if one))
