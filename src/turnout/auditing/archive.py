"""An export for auditors: one ZIP file, laid out inside as a C2SP log (tlog-tiles), so that other programs can read it.

    turnout.json                what it is: format, city, range, whether bodies are in it, when it was made
    keys.jsonl                  rows that say that a signing key was made: {"seq", "body" (base64)}
    journal/checkpoint          the signed note that everything is held against
    journal/checkpoints.jsonl   earlier ones, one of each hour: {"size", "reveals_size", "journal", "reveals"}
    journal/stamps.jsonl        time stamps: {"size", "body" (base64, DER)}
    journal/proof.json          hashes of the subtrees before and after the range; none for a whole export
    journal/tile/entries/…      records in bundles of 256 (audit/entries.py)
    journal/bodies/…            bodies of the same rows, each behind its length in 32 bits; only where asked for
    reveals/checkpoint          the same of the reveal log, which is always whole
    reveals/tile/entries/…

The members are stored, not compressed: hashes do not shrink, and reading is as fast as the disk.
"""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from turnout.audit.tiles import TILE, bundle_name
from turnout.words.trouble import Malformed, Unsupported

T = TypeVar("T")

FORMAT: Final = "turnout.audit.1"
ABOUT: Final = "turnout.json"
KEYS: Final = "keys.jsonl"
CHECKPOINT: Final = "checkpoint"
CHECKPOINTS: Final = "journal/checkpoints.jsonl"
STAMPS: Final = "journal/stamps.jsonl"
PROOF: Final = "journal/proof.json"

SMALL_BYTES_MAX: Final = 1024 * 1024
"""Of a member that is one object."""

LINES_BYTES_MAX: Final = 512 * 1024 * 1024
"""Of a member with a line an hour: some hundred years."""

BUNDLE_BYTES_MAX: Final = TILE * (65_535 + 2)
BODIES_BYTES_MAX: Final = 256 * 1024 * 1024
"""256 bodies; a row's is bounded by the size of a message, below a megabyte."""

LINE_BYTES_MAX: Final = 256 * 1024


class About(msgspec.Struct, frozen=True, kw_only=True):
    """`first` and `end`: the records from number `first` (from 0) up to, not with, `end`."""

    format: str
    city: str
    stream: str
    origin: str
    first: int
    end: int
    size: int
    reveals_size: int
    bodies: bool
    made_at: int


class RangeProof(msgspec.Struct, frozen=True):
    """(level, hash) of the complete subtrees on either side of the range, in order."""

    left: list[tuple[int, bytes]] = []
    right: list[tuple[int, bytes]] = []


class CheckpointLine(msgspec.Struct, frozen=True):
    size: int
    reveals_size: int
    journal: str
    reveals: str


class StampLine(msgspec.Struct, frozen=True):
    size: int
    body: bytes


class KeyLine(msgspec.Struct, frozen=True):
    seq: int
    body: bytes


def bundle_member(log: str, index: int, width: int) -> str:
    return f"{log}/{bundle_name(index, width)}"


def bodies_member(index: int, width: int) -> str:
    return bundle_member("journal", index, width).replace("/tile/entries/", "/bodies/")


class Archive:
    """An export that is read. Nothing of it is believed, and no member is read that is larger than it may be."""

    def __init__(self, path: Path) -> None:
        """Raises `Malformed`, `Unsupported`."""
        try:
            self._zip = zipfile.ZipFile(path)
            self.names = {one.filename: one.file_size for one in self._zip.infolist()}
            names = [one.filename for one in self._zip.infolist()]
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise Malformed(str(error), where=str(path), cure="a file of `turnout audit export`") from error
        self.doubled = sorted({name for name in names if names.count(name) > 1}) if len(self.names) < len(names) else []
        self.about = self.read_as(ABOUT, About)
        if self.about.format != FORMAT:
            raise Unsupported(f"format {self.about.format[:40]!r}", where=str(path), cure="a newer program reads it")
        if not 0 <= self.about.first <= self.about.end <= self.about.size or self.about.first % TILE:
            raise Malformed("the range is none", where=ABOUT, cure="it was altered")

    def read(self, name: str, most: int) -> bytes:
        """Raises `Malformed` where it is missing, too large or damaged."""
        try:
            if self._zip.getinfo(name).file_size > most:
                raise Malformed("it is too large", where=name, cure=f"at most {most} bytes")
            return self._zip.read(name)
        except (KeyError, OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise Malformed(str(error), where=name, cure="it was altered or is not whole") from error

    def read_as(self, name: str, kind: type[T]) -> T:
        try:
            return msgspec.json.decode(self.read(name, SMALL_BYTES_MAX), type=kind)
        except msgspec.DecodeError as error:
            raise Malformed(str(error), where=name, cure="it was altered") from error

    def lines(self, name: str, kind: type[T]) -> Iterator[T]:
        """Of a member with an object a line; none where there is no such member."""
        if name not in self.names:
            return
        decoder = msgspec.json.Decoder(kind)
        for line in self.read(name, LINES_BYTES_MAX).splitlines():
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                raise Malformed(str(error), where=name, cure="it was altered") from error

    def close(self) -> None:
        self._zip.close()


class Writing:
    """An export that is made. It gets its name only when it is whole."""

    def __init__(self, to: Path) -> None:
        """Raises `Malformed` where there is a file already, or none can be made."""
        if to.exists():
            raise Malformed("there is a file already", where=str(to), cure="name a new one")
        self._to, self._part = to, to.with_name(to.name + ".part")
        try:
            self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_STORED, allowZip64=True)
        except OSError as error:
            raise Malformed(str(error), where=str(to), cure="name another place") from error
        self._part.chmod(0o600)

    def write(self, name: str, body: bytes | str) -> None:
        self._zip.writestr(zipfile.ZipInfo(name), body)

    def write_as(self, name: str, value: object) -> None:
        self.write(name, msgspec.json.encode(value))

    def write_lines(self, name: str, values: Iterable[object]) -> None:
        self.write(name, b"".join(msgspec.json.encode(one) + b"\n" for one in values))

    def finish(self) -> None:
        self._zip.close()
        self._part.rename(self._to)

    def abandon(self) -> None:
        self._zip.close()
        self._part.unlink(missing_ok=True)
