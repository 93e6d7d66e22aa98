"""Copies of single files, durable when they are said to be there."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

PIECE_BYTES: Final = 1024 * 1024


def copy_file(source: Path, target: Path) -> None:
    """A plain file, readable by this user only."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.copyfile(source, target)
    target.chmod(0o600)
    sync(target)


def sync(path: Path) -> None:
    """A file's content, or the names in a folder, onto the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
