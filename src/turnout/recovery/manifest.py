"""What a backup says of itself: `backup.json` beside its files. Only a whole backup has one."""

from pathlib import Path
from typing import Final

import msgspec

from turnout.recovery.copying import sha256_of
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed, Unsupported

MANIFEST: Final = "backup.json"
FORM: Final = 1
"""Goes up when an older program could misread a backup."""


class CopiedFile(msgspec.Struct, frozen=True):
    path: str
    """Within the backup, with `/` between."""
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`seq`, `at` and `last_hash` are those of the copied journal's last row; `tables` is the version of the tables in
    force at that row (empty: none yet)."""

    form: int = FORM
    city: str
    made: Moment
    program: str
    seq: int
    at: Moment
    last_hash: str
    tables: str
    files: tuple[CopiedFile, ...]


def read_manifest(backup: Path) -> Manifest:
    """Raises `Malformed` for what is no whole backup, `Unsupported` for one of a newer program."""
    path = backup / MANIFEST
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        raise Malformed("this is no backup, or one that was broken off", str(backup), "name a folder of --to") from None
    except msgspec.DecodeError as trouble:
        raise Malformed(str(trouble), str(path)) from trouble
    if manifest.form > FORM:
        raise Unsupported(f"a backup of form {manifest.form}; this program knows {FORM}", str(path))
    return manifest


def damaged_files(backup: Path, manifest: Manifest) -> list[str]:
    """The files that are gone or no longer what was copied."""
    return [
        one.path
        for one in manifest.files
        if not (backup / one.path).is_file() or sha256_of(backup / one.path) != one.sha256
    ]
