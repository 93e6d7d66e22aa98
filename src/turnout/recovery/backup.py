"""`turnout backup`: consistent copies of everything that a city has written, while its server runs.

Databases are copied by SQLite's online backup (sqlite.org/backup.html) in one read transaction, so each is whole and
nobody's writing waits. Between the files the order keeps what refers from being newer than what is referred to: the
shortcuts first, then the journal, then vault, accounts and files, which only grow beyond what the journal names. The
keys of the vault are never among them (decision 0034): they go to a folder of their own, or nowhere.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from turnout.adapters.storage.sqlite.database import copy_database
from turnout.adapters.storage.sqlite.journal import last_of_file, newest_of_file
from turnout.core.tables.events import CataloguePublished
from turnout.desk.faults import StorageFailed
from turnout.desk.operations import Operations
from turnout.recovery.copying import copy_file, sha256_of, sync
from turnout.recovery.manifest import MANIFEST, CopiedFile, Manifest
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

KEYS: Final = "vault.keys"
SECRETS: Final = frozenset({KEYS, "vault.site-key", "vault.site-key.next", "proof.keys", "ca.key"})
"""In no backup: one of the first three and the vault open everything, the others sign for the city."""

FIRST: Final = ("snapshots.sqlite", "records.sqlite", "proof.sqlite", "journal.sqlite")
"""Copied first, in this order."""

LAST_BACKUP: Final = "last-backup"
"""Touched in the data folder after every backup: its age is what the health page shows. Whoever backs up by other means
touches it too."""

NO_BACKUP_YET: Final = "no-backup-yet"
"""There until the first one: since when a city has been without."""

LEFT_OUT: Final = frozenset({"in-use", "fallback", ".probe", "reserve", LAST_BACKUP, NO_BACKUP_YET})
"""The lock of the running server, pages that are made again every minute, and what is of this disk alone."""

LOGS: Final = ("-wal", "-shm", "-journal", ".part", ".fresh", ".anew", ".damaged")
"""What belongs to an open database or is only half there, or is kept to be looked into."""


def back_up(folder: Path, city: str, to: Path, keys_to: Path | None, now: Moment) -> Manifest:
    """Copy the city's data `folder` to `to`, which gets its name only when it is whole. Raises `Malformed`."""
    _refuse(folder, to, keys_to)
    part = to.with_name(to.name + ".part")
    try:
        shutil.rmtree(part, ignore_errors=True)  # of a backup that was broken off
        part.mkdir(parents=True, mode=0o700)
        copied = tuple(_copied(folder, part))
        manifest = _described(part, city, copied, now)
        (part / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
        sync(part / MANIFEST)
        if keys_to is not None:
            copy_file(folder / KEYS, keys_to / KEYS)
            sync(keys_to)
        sync(part)
        if to.exists():
            to.rmdir()
        os.rename(part, to)
        sync(to.parent)
        _noted(folder)
    except (OSError, StorageFailed) as trouble:
        raise Malformed(f"the backup cannot be written: {trouble}", str(to), "look at the disk") from trouble
    return manifest


def _noted(folder: Path) -> None:
    """A folder that cannot be written does not make a good backup a bad one: its age is then said as too old."""
    with suppress(OSError):
        (folder / LAST_BACKUP).touch(mode=0o600)
        os.utime(folder / LAST_BACKUP)
        (folder / NO_BACKUP_YET).unlink(missing_ok=True)


def _refuse(folder: Path, to: Path, keys_to: Path | None) -> None:
    if not (folder / "journal.sqlite").is_file():
        raise Malformed("there is no journal", str(folder), "name the right --data")
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Malformed("there is something already", str(to), "a backup wants a new folder, such as one named by date")
    if to.resolve().is_relative_to(folder.resolve()):
        raise Malformed("a backup within what it copies", str(to), "best on another disk")
    if keys_to is None:
        return
    here, there = to.resolve(), keys_to.resolve()
    if here.is_relative_to(there) or there.is_relative_to(here) or there.is_relative_to(folder.resolve()):
        raise Malformed("keys and vault would be together", "--keys-to", "name a folder apart, best on another machine")
    if (keys_to / KEYS).exists():
        raise Malformed("there are keys already", str(keys_to), "name a new folder; destroy older keys with their term")


def _copied(folder: Path, part: Path) -> Iterator[CopiedFile]:
    for source in _in_order(folder):
        within = source.relative_to(folder)
        target = part / within
        try:
            if source.suffix == ".sqlite":
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                copy_database(source, target)
                target.chmod(0o600)
                sync(target)
            else:
                copy_file(source, target)
        except FileNotFoundError:
            continue  # taken away meanwhile: a file that was not taken in after all
        yield CopiedFile(within.as_posix(), target.stat().st_size, sha256_of(target))


def _in_order(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() and _is_kept(path.relative_to(folder))]
    return sorted(found, key=lambda path: (FIRST.index(path.name) if path.name in FIRST else len(FIRST), path))


def _is_kept(within: Path) -> bool:
    return within.name not in SECRETS and within.parts[0] not in LEFT_OUT and not within.name.endswith(LOGS)


def _described(part: Path, city: str, copied: tuple[CopiedFile, ...], now: Moment) -> Manifest:
    tail = last_of_file(part / "journal.sqlite", Operations.stream)
    published = newest_of_file(part / "journal.sqlite", "catalogue-published")
    event = Operations().decode_event(published.name, published.version, published.body) if published else None
    return Manifest(
        city=city,
        made=now,
        program=version("turnout"),
        seq=tail.seq,
        at=tail.at,
        last_hash=tail.hash.hex(),
        tables=event.catalogue.version if isinstance(event, CataloguePublished) else "",
        files=copied,
    )
