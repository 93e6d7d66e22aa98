"""What a disk says no with, in the desk's words: SQLite's codes and the system's."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from turnout.desk.faults import StorageBusy, StorageDamaged, StorageFailed, StorageFull, StorageReadOnly

_FAULT_OF_CODE: dict[int, type[StorageFailed]] = {
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_READONLY: StorageReadOnly,
    sqlite3.SQLITE_BUSY: StorageBusy,
    sqlite3.SQLITE_LOCKED: StorageBusy,
    sqlite3.SQLITE_CORRUPT: StorageDamaged,
    sqlite3.SQLITE_NOTADB: StorageDamaged,
}

_FAULT_OF_ERRNO: dict[int, type[StorageFailed]] = {
    errno.ENOSPC: StorageFull,
    errno.EDQUOT: StorageFull,
    errno.EROFS: StorageReadOnly,
}

TRY_BYTES = 4_096


@contextmanager
def named_faults(path: Path) -> Iterator[None]:
    """SQLite's errors as `StorageFailed` and its kinds."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) or 0
        unclear = code & 0xFF in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
        kind = _asked_of_disk(path) if unclear else _FAULT_OF_CODE.get(code & 0xFF, StorageFailed)
        raise kind(f"{path}: {error} ({getattr(error, 'sqlite_errorname', 'no code')})") from error


def _asked_of_disk(path: Path) -> type[StorageFailed]:
    """SQLite says *I/O error* of a disk that has become read-only, and of some full ones: the disk says which."""
    beside = path.with_name(path.name + ".try")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(handle, bytes(TRY_BYTES))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return _FAULT_OF_ERRNO.get(error.errno or 0, StorageFailed)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return StorageFailed
