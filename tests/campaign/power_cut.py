"""The disk as it could be found after the power was cut: from the notes of `forgetful.py`, a place to cut, and a seed.

What was synced is there. Of what was not, each sector of 512 bytes may be there or not, in any order; names come back
up to some point in their order. That is the weakest disk that SQLite and PostgreSQL promise to survive.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tests.campaign.forgetful import Note

SECTOR = 512
"""The least that a disk writes whole. SQLite calls it powersafe overwrite."""


def read_notes(path: Path) -> list[Note]:
    """Every whole note of the file."""
    body, notes, at = path.read_bytes(), [], 0
    decoder = msgspec.msgpack.Decoder(Note)
    while at + 4 <= len(body):
        length = int.from_bytes(body[at : at + 4], "little")
        if at + 4 + length > len(body):
            break
        notes.append(decoder.decode(body[at + 4 : at + 4 + length]))
        at += 4 + length
    return notes


@dataclass
class _File:
    content: bytearray = field(default_factory=bytearray)

    def write(self, offset: int, data: bytes) -> None:
        if len(self.content) < offset:
            self.content.extend(bytes(offset - len(self.content)))
        self.content[offset : offset + len(data)] = data

    def truncate(self, length: int) -> None:
        del self.content[length:]
        self.content.extend(bytes(length - len(self.content)))


@dataclass
class CutDisk:
    """Files by inode and names as they were found."""

    names: dict[str, int]
    files: dict[int, _File]

    def write_to(self, folder: Path) -> None:
        """Make the files in `folder`, readable by their owner only, as databases want it."""
        folder.mkdir(parents=True, mode=0o700)
        for name, inode in self.names.items():
            path = folder / name.lstrip("/")
            if inode == DIRECTORY:
                path.mkdir(parents=True, exist_ok=True, mode=0o700)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.files[inode].content if inode in self.files else b"")


DIRECTORY = -1
NAMING = frozenset({"create", "unlink", "rename", "mkdir", "rmdir"})


def cut(notes: Sequence[Note], at: int, seed: int) -> CutDisk:
    """The disk when the power is cut after `notes[:at]`. Some cuts lose all that was not synced, some nothing."""
    chance = random.Random(seed)
    kept_share = chance.choice((0.0, 0.0, 0.5, 0.9, 1.0))
    done = notes[:at]
    synced = _synced_until(done)
    disk = CutDisk({}, {})
    names_until = _names_until(done, synced, chance, kept_share)
    for index, note in enumerate(done):
        if note.kind in NAMING:
            if index < names_until:
                _rename(disk, note)
        elif note.kind in ("write", "truncate"):
            _change(disk, note, index < synced.get(note.file, 0), chance, kept_share)
    return disk


def _synced_until(done: Sequence[Note]) -> dict[int, int]:
    """Inode → before which note everything of it is on the disk."""
    return {note.file: index for index, note in enumerate(done) if note.kind == "sync"}


def _names_until(done: Sequence[Note], synced: dict[int, int], chance: random.Random, kept_share: float) -> int:
    """Names are kept in order; a sync of any file or folder keeps those before it, as ext4 and xfs do."""
    sure = max((index for index, note in enumerate(done) if note.kind in ("sync", "syncdir")), default=0)
    later = [index for index in range(sure, len(done)) if done[index].kind in NAMING]
    keep = sum(chance.random() < kept_share for _ in later)
    return later[keep] if keep < len(later) else len(done)


def _rename(disk: CutDisk, note: Note) -> None:
    match note.kind:
        case "create":
            disk.names[note.name] = note.file
            disk.files.setdefault(note.file, _File())
        case "mkdir":
            disk.names[note.name] = DIRECTORY
        case "rename":
            disk.names[note.other] = disk.names.pop(note.name)
        case _:
            disk.names.pop(note.name, None)


def _change(disk: CutDisk, note: Note, sure: bool, chance: random.Random, kept_share: float) -> None:
    file = disk.files.setdefault(note.file, _File())
    if note.kind == "truncate":
        if sure or chance.random() < kept_share:
            file.truncate(note.offset)
        return
    if sure:
        file.write(note.offset, note.data)
        return
    for begin in range(0, len(note.data), SECTOR):
        if chance.random() < kept_share:
            file.write(note.offset + begin, note.data[begin : begin + SECTOR])
