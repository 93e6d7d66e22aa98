"""What the two logs record of each journal row: its header. The body is there as a hash, so a header tells no content.

The encoding is fixed for ever (version 1); an auditor can write it again in any language:

    version of this encoding (1)                                    1 byte
    seq, at, version of the event                                   signed 64-bit big-endian each
    prev_hash, hash, command_digest, SHA-256 of the body            32 bytes each
    length of the body in bytes                                     unsigned 32-bit big-endian
    actor, position, purpose, cause, command_id, command, name      unsigned 16-bit big-endian length, then UTF-8, each

A record of the reveal log is its number, from 1 without gaps (unsigned 64-bit big-endian), and then the header of the
journal's row that says who opened what and why. Both are leaves of a tree each (audit/tree.py). Records of one bundle
follow each other, each behind its length in 16 bits (c2sp.org/tlog-tiles, log entries).
"""

import hashlib
from collections.abc import Iterable, Iterator
from struct import Struct as Packing
from struct import error as PackingError
from typing import Final, Protocol

import msgspec

from turnout.words.trouble import Malformed

ENTRY_BYTES_MAX: Final = 65_535
"""What 16 bits can say."""

TEXT_BYTES_MAX: Final = 8_000
"""Of one text in a header: seven of them fit an entry. What is longer is cut; the row's hash covers all of it."""

REVEALS: Final = ("details-opened", "file-opened")
"""Events after which somebody is shown what is personal: the projection that the reveal log is."""

_VERSION: Final = 1
FIXED: Final = Packing(">Bqqq32s32s32s32sI")
_LENGTH: Final = Packing(">H")
_NUMBER: Final = Packing(">Q")
_TEXTS: Final = 7


class Row(Protocol):
    """Of the journal (desk/chain.py)."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> int: ...
    @property
    def actor(self) -> str: ...
    @property
    def position(self) -> str: ...
    @property
    def purpose(self) -> str: ...
    @property
    def cause(self) -> str: ...
    @property
    def command_id(self) -> str: ...
    @property
    def command(self) -> str: ...
    @property
    def command_digest(self) -> bytes: ...
    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def prev_hash(self) -> bytes: ...
    @property
    def hash(self) -> bytes: ...


class Header(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A journal row without its body. `at` is in ms UTC."""

    seq: int
    at: int
    version: int
    prev_hash: bytes
    hash: bytes
    command_digest: bytes
    body_sha256: bytes
    body_bytes: int
    actor: str
    position: str
    purpose: str
    cause: str
    command_id: str
    command: str
    name: str


class Link(msgspec.Struct, frozen=True, gc=False):
    """What links an entry to the one before it, read without the rest."""

    seq: int
    at: int
    prev_hash: bytes
    hash: bytes


def entry_of(row: Row) -> bytes:
    """The record of a journal row. Raises `ValueError` for one whose hashes are none."""
    if len(row.prev_hash) != 32 or len(row.hash) != 32 or len(row.command_digest) != 32:
        raise ValueError(f"row {row.seq} has a hash that is not 32 bytes")
    digest = hashlib.sha256(row.body).digest()
    hashes = row.prev_hash, row.hash, row.command_digest, digest
    parts = [FIXED.pack(_VERSION, row.seq, row.at, row.version, *hashes, len(row.body))]
    for text in (row.actor, row.position, row.purpose, row.cause, row.command_id, row.command, row.name):
        encoded = text.encode()
        if len(encoded) > TEXT_BYTES_MAX:
            encoded = encoded[:TEXT_BYTES_MAX].decode(errors="ignore").encode()
        parts += (_LENGTH.pack(len(encoded)), encoded)
    return b"".join(parts)


def read_entry(entry: bytes) -> Header:
    """Raises `Malformed`."""
    try:
        version, seq, at, event_version, *hashes, body_bytes = FIXED.unpack_from(entry)
        if version != _VERSION:
            raise Malformed(f"version {version} of a header", where="entry", cure="a newer program reads it")
        texts, place = list[str](), FIXED.size
        for _ in range(_TEXTS):
            (length,) = _LENGTH.unpack_from(entry, place)
            place += _LENGTH.size + length
            texts.append(entry[place - length : place].decode())
    except (PackingError, UnicodeDecodeError) as error:
        raise Malformed(str(error), where="entry", cure="it was altered") from error
    if place != len(entry):
        raise Malformed(f"{len(entry) - place} bytes too many", where="entry", cure="it was altered")
    actor, position, purpose, cause, command_id, command, name = texts
    return Header(
        seq=seq,
        at=at,
        version=event_version,
        prev_hash=hashes[0],
        hash=hashes[1],
        command_digest=hashes[2],
        body_sha256=hashes[3],
        body_bytes=body_bytes,
        actor=actor,
        position=position,
        purpose=purpose,
        cause=cause,
        command_id=command_id,
        command=command,
        name=name,
    )


def read_link(entry: bytes) -> Link:
    """Raises `Malformed`."""
    try:
        version, seq, at, _, prev_hash, hashed, _, _, _ = FIXED.unpack_from(entry)
    except PackingError as error:
        raise Malformed(str(error), where="entry", cure="it was altered") from error
    if version != _VERSION:
        raise Malformed(f"version {version} of a header", where="entry", cure="a newer program reads it")
    return Link(seq, at, prev_hash, hashed)


_ENDS: Final = tuple(_LENGTH.pack(len(name)) + name.encode() for name in REVEALS)


def is_reveal(entry: bytes) -> bool:
    """Whether the row is one of the reveal log. The name is the last text of a header."""
    return entry.endswith(_ENDS) and read_entry(entry).name in REVEALS


def reveal_entry(number: int, entry: bytes) -> bytes:
    """The record `number` (from 1) of the reveal log."""
    return _NUMBER.pack(number) + entry


def read_reveal(record: bytes) -> tuple[int, bytes]:
    """(number, the journal's entry). Raises `Malformed`."""
    if len(record) <= _NUMBER.size:
        raise Malformed("too short", where="reveal", cure="it was altered")
    return _NUMBER.unpack_from(record)[0], record[_NUMBER.size :]


def bundled(entries: Iterable[bytes]) -> bytes:
    return b"".join(_LENGTH.pack(len(entry)) + entry for entry in entries)


def unbundled(body: bytes) -> Iterator[bytes]:
    """The entries of a bundle. Raises `Malformed` where it does not come out even."""
    place, end = 0, len(body)
    while place < end:
        begin = place + 2
        place = begin + int.from_bytes(body[place:begin], "big")
        if place > end or begin > end:
            raise Malformed("it ends within a record", where="bundle", cure="it was cut off")
        yield body[begin:place]
