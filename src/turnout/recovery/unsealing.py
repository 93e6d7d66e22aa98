"""What a restored city's keys open, and what they must not: sealed details and files, and texts in the journal's rows.

For the drill. What was erased by a record on the journal may not open, everything else has to: a key that is gone
without a record is a copy of the keys that is too old, or damaged. Nothing that is opened is shown or kept.
"""

import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from turnout.adapters.storage.sealed_files import FolderFiles
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.files import FileDamaged, FileUnknown
from turnout.audit.texts import holder, open_text
from turnout.audit.vault import DetailDamaged, DetailsDestroyed, DetailUnknown
from turnout.desk.ports import Journal
from turnout.records.incidents import IncidentRecords
from turnout.words.identity import IncidentId
from turnout.words.name import Name
from turnout.words.sealed_text import FOUND_BYTES, MARK_BYTES, find_sealed

T = TypeVar("T")

FILE_KEY: Final = "file-key"
"""The field under which the vault has the key of a file."""

TEXTS_OPENED_MAX: Final = 5_000
"""Of a journal of any length, drawn at random: a text whose key is there and that does not open is a damaged row, which
the chain finds as well. Whether its key is there is looked up for each."""

AT_ONCE: Final = 500


class Opening(msgspec.Struct):
    """What was found. `lacking`: no key, and no record of an erasure. `survived`: erased, and its key is there."""

    opened: int = 0
    damaged: int = 0
    lacking: int = 0
    survived: int = 0
    erased: int = 0

    @property
    def is_good(self) -> bool:
        return not (self.damaged or self.lacking or self.survived)

    @property
    def said(self) -> Name:
        return Name(
            f"{self.opened} opened, {self.damaged} damaged, {self.lacking} lack their key; "
            f"{self.erased} were erased, of which {self.survived} still have a key",
            f"打开 {self.opened}，损坏 {self.damaged}，缺少密钥 {self.lacking}；"
            f"已销毁 {self.erased}，其中仍有密钥 {self.survived}",
        )


def erased_of(records: IncidentRecords) -> Mapping[str, int]:
    """Owner (an incident, a call, a card) → the journal's row by which it was erased last."""
    erased: dict[str, int] = {}
    while found := records.erased(max(erased.values(), default=0), AT_ONCE):
        erased.update(found)
    return erased


async def open_details(folder: Path, vault: SqliteVault, erased: Mapping[str, int]) -> Opening:
    """Every detail and every file of the city's folder."""
    found, files = Opening(erased=len(erased)), FolderFiles(folder / "files", vault)
    for owner in erased:
        found.survived += await vault.has_key(IncidentId(owner))
    for owner, field, ref in await vault.list_sealed():
        try:
            await vault.open(owner, ref)
            if field == FILE_KEY:
                async for _ in files.read(owner, ref, 0, 2**62):
                    pass
            found.opened += 1
        except DetailsDestroyed:
            found.lacking += owner not in erased and ref not in erased
        except (DetailDamaged, DetailUnknown, FileDamaged, FileUnknown):
            found.damaged += 1
    files.close()
    return found


async def open_texts(journal: Journal, vault: SqliteVault, records: IncidentRecords) -> Opening:
    """Each key that the journal's rows name, and a sample of the texts."""
    gone = {key for owner, seq in erased_of(records).items() for key in records.text_keys(owner, seq)}
    found, keys, sample, seen = Opening(erased=len(gone)), set[str](), list[bytes](), 0
    async for key, token in _texts(journal):
        keys.add(key)
        seen += 1
        if len(sample) < TEXTS_OPENED_MAX:
            sample.append(token)
        elif (place := secrets.randbelow(seen)) < TEXTS_OPENED_MAX:  # each has the same chance (Vitter's algorithm R)
            sample[place] = token
    for some in _cut(sorted(keys)):
        living = await vault.find_keys([holder(key) for key in some])
        found.survived += sum(holder(key) in living for key in some if key in gone)
        found.lacking += sum(holder(key) not in living for key in some if key not in gone)
    for drawn in _cut(sample):
        texts = [one for token in drawn if (one := find_sealed(token.decode())) is not None]
        living = await vault.find_keys([holder(text.key) for text in texts])
        for text in texts:
            secret = living.get(holder(text.key))
            if secret is not None and text.key not in gone:
                is_open = open_text(secret, text) is not None
                found.opened += is_open
                found.damaged += not is_open
    return found


async def _texts(journal: Journal) -> AsyncIterator[tuple[str, bytes]]:
    """(key, what stands in the row) of every sealed text, in order."""
    async for page in journal.read(0):
        for row in page:
            if MARK_BYTES in row.body:
                for one in FOUND_BYTES.finditer(row.body):
                    yield one[1].decode(), one[0]


def _cut(some: Sequence[T]) -> Iterator[Sequence[T]]:
    return (some[at : at + AT_ONCE] for at in range(0, len(some), AT_ONCE))
