"""The file of a log that is kept beside the journal: one SQLite file; one of another shape is set aside under its own
name, not dropped: it may be what somebody is asked for tomorrow."""

import sqlite3
import time
from pathlib import Path
from typing import Final

SHAPE: Final = ".shape-"
"""After the name: a file of that shape, as an older or newer program left it."""

DAY_S: Final = 86_400
_LOGS: Final = ("-wal", "-shm")


def opened(path: Path, shape: int, tables: str, kept_days: float) -> sqlite3.Connection:
    """For several threads behind a lock of the caller's. What was set aside goes when nothing has been written to it
    for `kept_days`: as long as its lines would have been kept. Raises `sqlite3.Error` where it is no such file, and
    `OSError`."""
    _let_go_of_old(path, kept_days)
    base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = NORMAL")
    found = int(base.execute("PRAGMA user_version").fetchone()[0])
    if found not in (0, shape):
        _set_aside(base, path, found)
        return opened(path, shape, tables, kept_days)
    if found == 0:
        base.executescript(f"BEGIN; {tables} PRAGMA user_version = {shape}; COMMIT;")
    return base


def _set_aside(base: sqlite3.Connection, path: Path, shape: int) -> None:
    """Whole in one file, under a name that is free."""
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    name = f"{path.name}{SHAPE}{shape}"
    number = 1
    while path.with_name(f"{name}.{number}").exists():
        number += 1
    path.replace(path.with_name(f"{name}.{number}"))
    for tail in _LOGS:
        Path(f"{path}{tail}").unlink(missing_ok=True)


def _let_go_of_old(path: Path, kept_days: float) -> None:
    for old in path.parent.glob(f"{path.name}{SHAPE}*"):
        if time.time() - old.stat().st_mtime > kept_days * DAY_S:
            old.unlink(missing_ok=True)
