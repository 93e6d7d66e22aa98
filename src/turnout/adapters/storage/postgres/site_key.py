"""The site's key: 32 bytes in a plain file that every server of the city has and that no database ever sees."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

from turnout.desk.faults import StorageDamaged, StorageFailed

KEY_BYTES: Final = 32
_FINGERPRINT_TAG = b"turnout.site-key.1\n"


def find_site_key(path: Path) -> bytes | None:
    """The key in the file, or None where there is no file. Raises `StorageDamaged` for something else."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageFailed(f"{path}: {error}") from error
    if len(key) != KEY_BYTES:
        raise StorageDamaged(f"{path} is no site key: {len(key)} bytes, not {KEY_BYTES}")
    return key


def make_site_key(path: Path) -> bytes:
    """A fresh key, durable when this returns; readable by this user only."""
    key = secrets.token_bytes(KEY_BYTES)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, key)
            os.fsync(file)
        finally:
            os.close(file)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageFailed(f"{path}: {error}") from error
    return key


def fingerprint(key: bytes) -> bytes:
    """Tells two site keys apart and says nothing of either."""
    return hashlib.sha256(_FINGERPRINT_TAG + key).digest()
