"""The file of a log that is kept beside the journal: one SQLite file, made anew where it has another shape."""

import sqlite3
from pathlib import Path


def opened(path: Path, shape: int, tables: str) -> sqlite3.Connection:
    """For several threads behind a lock of the caller's. Raises `sqlite3.Error` where it is no such file."""
    base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    base.execute("PRAGMA journal_mode = WAL")
    base.execute("PRAGMA synchronous = NORMAL")
    found = int(base.execute("PRAGMA user_version").fetchone()[0])
    if found not in (0, shape):
        base.close()
        for old in (path, *(Path(f"{path}{tail}") for tail in ("-wal", "-shm"))):
            old.unlink(missing_ok=True)
        return opened(path, shape, tables)
    if found == 0:
        base.executescript(f"BEGIN; {tables} PRAGMA user_version = {shape}; COMMIT;")
    return base
