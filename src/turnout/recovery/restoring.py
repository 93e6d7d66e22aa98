"""`turnout restore`: a backup as a data folder, whole or as the city was at an earlier row or time.

Everything in between stays: rows are never taken out of the middle, and never half of a command. What the vault, the
accounts and the files have from later stays there too; nothing in the shorter journal names it.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from turnout.adapters.storage.sqlite.journal import SqliteJournal, read_file, rows_of_file
from turnout.adapters.storage.sqlite.snapshots import forget_after
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.texts import holder
from turnout.core.retention.events import DetailsErased
from turnout.desk.chain import JournalRow
from turnout.desk.faults import StorageDamaged
from turnout.desk.operations import Operations
from turnout.desk.ports import Tail
from turnout.recovery.backup import KEYS
from turnout.recovery.copying import copy_file, sync
from turnout.recovery.manifest import Manifest, damaged_files, read_manifest
from turnout.words.identity import IncidentId
from turnout.words.moment import MOMENT_MAX, Moment
from turnout.words.sealed_text import list_keys
from turnout.words.trouble import Malformed

APPEND_ROWS = 5_000
"""Rows of one append while a journal is written anew."""

SEQ_MAX = 2**63 - 1


class Until(msgspec.Struct, frozen=True):
    """Where the restored journal ends: the last command that lies wholly before both."""

    seq: int = SEQ_MAX
    at: Moment = Moment(MOMENT_MAX)

    def takes(self, row: JournalRow) -> bool:
        return row.seq <= self.seq and row.at <= self.at


def until_of(text: str, time_zone: str) -> Until:
    """`1234` is a row; `2026-11-25T10:00` a time in the city's own zone, unless it names one. Raises `Malformed`."""
    if text.isdigit():
        return Until(seq=int(text))
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(f"{text!r} is neither a row nor a time", "--until", "1234, or 2026-11-25T10:00") from None
    zoned = said if said.tzinfo is not None else said.replace(tzinfo=ZoneInfo(time_zone))
    return Until(at=Moment(int(zoned.timestamp() * 1000)))


async def restore_backup(
    backup: Path, to: Path, until: Until | None = None, keys: Path | None = None, newer: Sequence[Path] = ()
) -> Tail:
    """The data folder `to`/<city> from a backup; how its journal ends. Raises `Malformed`, `StorageDamaged`.

    What the backup's whole journal, or one of the `newer` journals (files, or backups), says to be erased is destroyed
    in the copy before any door opens.
    """
    manifest = read_manifest(backup)
    folder = to / manifest.city
    if folder.exists() and any(folder.iterdir()):
        raise Malformed("there is something already", str(folder), "restore into a new folder")
    damaged = damaged_files(backup, manifest)
    if damaged:
        raise StorageDamaged(f"{backup}: {', '.join(damaged)} is not what was copied")
    _copy(backup, manifest, folder, until)
    if keys is not None:
        copy_file(keys / KEYS, folder / KEYS)
        await _erase_again(folder, [backup / "journal.sqlite", *map(_journal_of, newer)])
    if until is not None:
        return await _shortened(backup, folder, until)
    sync(folder)
    return Tail(manifest.seq, manifest.at, bytes.fromhex(manifest.last_hash))


def _journal_of(path: Path) -> Path:
    found = path / "journal.sqlite" if path.is_dir() else path
    if not found.is_file():
        raise Malformed("there is no journal", str(found), "a backup's folder, or a journal.sqlite")
    return found


async def _erase_again(folder: Path, journals: Sequence[Path]) -> None:
    """Opening the vault destroys what it knows itself to be destroyed; a journal may know more."""
    erased = _erased_in(journals)
    vault = SqliteVault(folder / "vault.sqlite", folder / KEYS)
    try:
        for owner in erased:
            await vault.destroy(IncidentId(owner))
        if erased:
            await vault.destroy_keys([holder(key) for key in _text_keys(journals[0], erased)])
    finally:
        await vault.close()


def _erased_in(journals: Sequence[Path]) -> dict[str, int]:
    """Whose keys are destroyed, and the last row that says so."""
    erased: dict[str, int] = {}
    for journal in journals:
        for row in rows_of_file(journal, "details-erased"):
            event = Operations().decode_event(row.name, row.version, row.body)
            assert isinstance(event, DetailsErased)
            for owner in event.owners:
                erased[owner] = max(row.seq, erased.get(owner, 0))
    return erased


def _text_keys(journal: Path, erased: Mapping[str, int]) -> list[str]:
    """The keys of their texts that stand in the backup's journal before that row. All rows are read for it."""
    rows = itertools.chain.from_iterable(read_file(journal))
    found = ((key, owner, row.seq) for row in rows for key, owner in list_keys(row.body))
    return list(dict.fromkeys(key for key, owner, seq in found if seq < erased.get(owner, 0)))


def _copy(backup: Path, manifest: Manifest, folder: Path, until: Until | None) -> None:
    made_anew = frozenset() if until is None else frozenset({"journal.sqlite", "records.sqlite"})
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in manifest.files:
        if one.path not in made_anew:
            copy_file(backup / one.path, folder / one.path)


async def _shortened(backup: Path, folder: Path, until: Until) -> Tail:
    journal = SqliteJournal(folder / "journal.sqlite", Operations.stream)
    try:
        epoch, end = await journal.claim(), 0
        for rows in whole_commands(read_file(backup / "journal.sqlite"), until):
            await journal.append(rows, end, epoch)
            end = rows[-1].seq
        bad = await journal.verify()
        if bad is not None:
            raise StorageDamaged(f"row {bad.seq} is {bad.why}")
        forget_after(folder / "snapshots.sqlite", end)
        return await journal.last()
    finally:
        await journal.close()


def whole_commands(pages: Iterable[Sequence[JournalRow]], until: Until) -> Iterator[list[JournalRow]]:
    """The rows of every command up to the first that does not end before `until`, in batches that split no command."""
    batch: list[JournalRow] = []
    rows = itertools.chain.from_iterable(pages)
    for _, of_command in itertools.groupby(rows, lambda row: row.command_id):
        together = list(of_command)
        if not until.takes(together[-1]):
            break
        batch += together
        if len(batch) >= APPEND_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch
