"""Walking the journal's records of an export, chunk by chunk, in one process or in several."""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import msgspec

from turnout.audit.checking import CHUNK, Chunk, Finding, walk
from turnout.audit.entries import TEXT_BYTES_MAX, is_reveal, read_entry, unbundled
from turnout.audit.tiles import TILE, bundles
from turnout.auditing.archive import BODIES_BYTES_MAX, BUNDLE_BYTES_MAX, About, Archive, bodies_member, bundle_member
from turnout.auditing.export import BODY_LENGTH_BYTES
from turnout.desk.chain import JournalRow, row_hash
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import Moment
from turnout.words.trouble import BadInput, Malformed

ALONE_RECORDS: Final = 4 * CHUNK
"""Below this, starting other processes takes longer than it spares."""


class Job(msgspec.Struct, frozen=True):
    """The records from number `first` (from 0) up to, not with, `end`; `cuts`, `keyed` as `checking.walk` has them."""

    first: int
    end: int
    cuts: tuple[int, ...]
    keyed: tuple[int, ...]
    bodies: bool


def jobs_of(about: About, cuts: set[int], keyed: Sequence[int]) -> Iterator[Job]:
    """Chunk by chunk: each begins where a complete subtree may."""
    sizes, rows, first = sorted(cuts), sorted(keyed), about.first
    while first < about.end:
        end = min(about.end, first - first % CHUNK + CHUNK)
        within = tuple(one for one in sizes if first < one <= end), tuple(one for one in rows if first < one <= end)
        yield Job(first, end, *within, about.bodies)
        first = end


def walked(archive: Archive, path: Path, jobs: Sequence[Job], processes: int) -> Iterator[Chunk | Finding]:
    """Each chunk in order, or what keeps it from being read."""
    if processes < 2 or not jobs or jobs[-1].end - jobs[0].first < ALONE_RECORDS:
        yield from (_chunk(archive, job) for job in jobs)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _open, (str(path),)) as pool:
        yield from pool.map(_chunk_there, jobs)


_opened: list[Archive] = []
"""Of a process that walks: the file's table of contents is read once."""


def _open(path: str) -> None:
    _opened.append(Archive(Path(path)))


def _chunk_there(job: Job) -> Chunk | Finding:
    return _chunk(_opened[0], job)


def _chunk(archive: Archive, job: Job) -> Chunk | Finding:
    wrong, counted = list[Finding](), dict[int, int]()

    def read() -> Iterator[bytes]:
        for index, width in bundles(job.first, job.end):
            body = archive.read(bundle_member("journal", index, width), BUNDLE_BYTES_MAX)
            if job.bodies:
                bodies = archive.read(bodies_member(index, width), BODIES_BYTES_MAX)
                wrong.extend(differing(index, body, bodies))
                counted.update(counted_in(index, body, bodies))
            yield body

    try:
        chunk = walk(job.first, read(), job.cuts, job.keyed)
    except BadInput as trouble:
        return Finding("record-malformed", "journal", job.first + 1, str(trouble))
    if chunk.count != job.end - job.first:
        return Finding("record-malformed", "journal", job.first + 1, f"{chunk.count} records")
    chunk.findings.extend(wrong)
    chunk.counted.update(counted)
    return chunk


class _Counted(msgspec.Struct, frozen=True):
    n: int = 0


def counted_in(index: int, bundle: bytes, bodies: bytes) -> Iterator[tuple[int, int]]:
    """(row, number) of the reveals in a bundle, as the desk counted them."""
    for seq, (entry, body) in enumerate(zip(unbundled(bundle), _bodies(bodies), strict=False), index * TILE + 1):
        if is_reveal(entry):
            try:
                yield seq, msgspec.json.decode(body, type=_Counted).n
            except msgspec.DecodeError:
                yield seq, -1


def differing(index: int, bundle: bytes, bodies: bytes) -> Iterator[Finding]:
    """Rows of a bundle whose body is not the header's, or whose chain hash is not that of the whole row."""
    given = _bodies(bodies)
    number = index * TILE
    for entry in unbundled(bundle):
        number += 1
        body = next(given, None)
        if body is None or not _belongs(entry, body):
            yield Finding("body-differs", "journal", number)
    if next(given, None) is not None:
        yield Finding("body-differs", "journal", number, "more bodies than rows")


def _belongs(entry: bytes, body: bytes) -> bool:
    header = read_entry(entry)
    if header.body_sha256 != hashlib.sha256(body).digest() or header.body_bytes != len(body):
        return False
    texts = header.actor, header.position, header.purpose, header.cause, header.command_id, header.command
    if any(len(text.encode()) > TEXT_BYTES_MAX - 4 for text in texts):
        return True  # it may have been cut: the header cannot make the row's hash
    actor, position, purpose, cause, command_id, command = texts
    row = JournalRow(
        header.seq,
        Moment(header.at),
        ActorId(actor),
        position,
        purpose,
        cause,
        CommandId(command_id),
        command,
        header.command_digest,
        header.name,
        header.version,
        body,
        header.prev_hash,
        header.hash,
    )
    return row_hash(row) == header.hash


def _bodies(body: bytes) -> Iterator[bytes]:
    place, end = 0, len(body)
    while place < end:
        begin = place + BODY_LENGTH_BYTES
        place = begin + int.from_bytes(body[place:begin], "big")
        if place > end:
            raise Malformed("it ends within a body", where="bodies", cure="it was cut off")
        yield body[begin:place]
