"""The records' file as a file: damaged ones set aside, and one that was made beside it put in its place in one step."""

import os
import sqlite3
from pathlib import Path
from typing import Final

DAMAGED: Final = ".damaged"
"""After the name: a file that could not be read, kept for whoever looks into it. The newest one only."""

FRESH: Final = ".fresh"
"""After the name: one that is being made from the journal. In no backup; a new start takes it away."""

_LOGS: Final = ("-wal", "-shm")
_BAD: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_KIND: Final = 0xFF
"""The lower bits of SQLite's extended result codes (sqlite.org/rescode.html)."""


def is_damaged(fault: BaseException) -> bool:
    """Whether SQLite says that the file is no database, or not a whole one: waiting will not mend it."""
    return isinstance(fault, sqlite3.DatabaseError) and getattr(fault, "sqlite_errorcode", 0) & _KIND in _BAD


def remove(path: Path) -> None:
    """The file and its logs."""
    for part in (path, *(Path(f"{path}{tail}") for tail in _LOGS)):
        part.unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """The closed file under another name, where an earlier one is written over. Its logs go: they are of the damage."""
    kept = path.with_name(path.name + DAMAGED)
    path.replace(kept)
    remove(path)
    return kept


def put_in_place(fresh: Path, path: Path) -> None:
    """`fresh`, closed, under the name `path`, whose own file is closed and has everything in itself, not in its log.

    A crash at any point leaves one of the two, whole. Raises `OSError`.
    """
    _sync(fresh)
    for tail in _LOGS:
        Path(f"{path}{tail}").unlink(missing_ok=True)
    fresh.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
