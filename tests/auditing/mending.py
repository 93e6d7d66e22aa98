"""An adversary who has the export and the program, but no key: whatever is altered, everything else is made to fit it.

Chain links, sequence numbers, names of members, counts, the reveal log and the roots are computed anew; only what
needs the log's key stays.
"""

import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from turnout.audit.checkpoints import opened
from turnout.audit.entries import FIXED, bundled, is_reveal, read_entry, read_reveal, reveal_entry, unbundled
from turnout.audit.notes import Note
from turnout.audit.tiles import bundles
from turnout.audit.tree import Frontier, leaf_hash
from turnout.auditing.archive import ABOUT, CHECKPOINTS, bundle_member


class Export:
    """An export in memory, record by record."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as file:
            self.members = {name: file.read(name) for name in file.namelist()}
        self.about: dict[str, Any] = msgspec.json.decode(self.members[ABOUT])
        self.journal = self._records("journal")
        self.reveals = self._records("reveals")

    def _records(self, log: str) -> list[bytes]:
        names = [name for name in self.members if name.startswith(f"{log}/tile/entries/")]
        return [entry for name in sorted(names, key=_number) for entry in unbundled(self.members.pop(name))]

    def number_anew(self) -> None:
        """Sequences without gaps, every row linked to the one before, the reveal log as the rows say."""
        before, entries, reveals = FIXED.unpack_from(self.journal[0])[4], [], []
        for seq, entry in enumerate(self.journal, 1):
            fixed = list(FIXED.unpack_from(entry))
            fixed[1], fixed[4] = seq, before
            entries.append(FIXED.pack(*fixed) + entry[FIXED.size :])
            before = fixed[5]
            if is_reveal(entries[-1]):
                reveals.append(reveal_entry(len(reveals) + 1, entries[-1]))
        self.journal, self.reveals = entries, reveals

    def sign_anew(self) -> None:
        """Sizes and roots that fit, under the signatures that there are; earlier checkpoints that do not fit are left
        out."""
        for log, records in (("journal", self.journal), ("reveals", self.reveals)):
            frontier = Frontier()
            for record in records:
                frontier.append(leaf_hash(record))
            note, checkpoint = opened(self.members[f"{log}/checkpoint"].decode())
            told = msgspec.structs.replace(checkpoint, size=len(records), root=frontier.root())
            self.members[f"{log}/checkpoint"] = str(Note(told.text(), note.signatures)).encode()
        self.members[CHECKPOINTS] = b""

    def write(self, path: Path) -> Path:
        self.about |= {"size": len(self.journal), "end": len(self.journal), "reveals_size": len(self.reveals)}
        self.members[ABOUT] = msgspec.json.encode(self.about)
        with zipfile.ZipFile(path, "w") as file:
            for name, body in self.members.items():
                file.writestr(name, body)
            for log, records in (("journal", self.journal), ("reveals", self.reveals)):
                for index, width in bundles(0, len(records)):
                    some = records[index * 256 : index * 256 + width]
                    file.writestr(bundle_member(log, index, width), bundled(some))
        return path


def _number(name: str) -> int:
    digits = name.partition("/tile/entries/")[2].partition(".p/")[0].replace("x", "").split("/")
    return int("".join(digits))


def alter(export: Export, chance: random.Random) -> str:
    """One byte of one record that changes what it says; the lengths in it stay."""
    at = chance.randrange(len(export.journal))
    entry = bytearray(export.journal[at])
    place = chance.randrange(1, len(entry))
    entry[place] ^= 1 << chance.randrange(8)
    export.journal[at] = bytes(entry)
    return f"byte {place} of record {at + 1}"


def remove(export: Export, chance: random.Random) -> str:
    at = chance.randrange(len(export.journal))
    del export.journal[at]
    return f"record {at + 1} away"


def insert(export: Export, chance: random.Random) -> str:
    """A copy of some record somewhere: as a forger would, with a form that is right."""
    at, which = chance.randrange(len(export.journal) + 1), chance.randrange(len(export.journal))
    export.journal.insert(at, export.journal[which])
    return f"record {which + 1} again at {at + 1}"


def exchange(export: Export, chance: random.Random) -> str:
    at, other = chance.sample(range(len(export.journal)), 2)
    export.journal[at], export.journal[other] = export.journal[other], export.journal[at]
    return f"records {at + 1} and {other + 1} exchanged"


def cut_off(export: Export, chance: random.Random) -> str:
    size = chance.randrange(len(export.journal))
    del export.journal[size:]
    return f"everything from {size + 1} on away"


def hide_a_reveal(export: Export, chance: random.Random) -> str:
    at = chance.randrange(len(export.reveals))
    del export.reveals[at]
    export.reveals = [reveal_entry(n, read_reveal(one)[1]) for n, one in enumerate(export.reveals, 1)]
    return f"reveal {at + 1} away, the others numbered anew"


def say_another_reader(export: Export, chance: random.Random) -> str:
    """Somebody else opened it, they say: the actor of a reveal, in both logs."""
    number = chance.randrange(len(export.reveals))
    entry = read_reveal(export.reveals[number])[1]
    seq, actor = read_entry(entry).seq, read_entry(entry).actor.encode()
    other = bytes([actor[0] ^ 1]) + actor[1:]
    forged = entry.replace(actor, other, 1)
    export.journal[seq - 1] = forged
    export.reveals[number] = reveal_entry(number + 1, forged)
    return f"reveal {number + 1} by another"


MUTATIONS: tuple[Callable[[Export, random.Random], str], ...] = (
    alter,
    remove,
    insert,
    exchange,
    cut_off,
    hide_a_reveal,
    say_another_reader,
)
