"""The vault's keys: one 32-byte slot per incident or call in a plain file, overwritten in place to destroy a key.

Not SQLite, because its logs and free pages would keep copies of a key that was deleted. A file that is overwritten in
place keeps none that this program made; a copying file system, a backup or a flash disk's spare blocks may, so the key
file is to be left out of backups that outlive the retention, and put on a disk that encrypts itself (decision 0034).
"""

import os
import secrets
from pathlib import Path

from turnout.desk.faults import StorageDamaged, StorageFailed, StorageFull, StorageReadOnly

KEY_BYTES = 32
_MAGIC = b"turnout vault keys 1\n".ljust(KEY_BYTES, b"\0")
_DESTROYED = b"\0" * KEY_BYTES

_FAULT_OF_ERRNO: dict[int, type[StorageFailed]] = {28: StorageFull, 30: StorageReadOnly, 13: StorageReadOnly}
"""ENOSPC, EROFS, EACCES."""


class KeyFile:
    """Slot 0 is the file's mark; keys are in slots from 1 on. Used by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if os.fstat(self._file).st_size == 0:
                self._write(0, _MAGIC)
                _sync_folder(path.parent)
        except OSError as error:
            raise self._fault(error) from error
        if os.pread(self._file, KEY_BYTES, 0) != _MAGIC:
            raise StorageDamaged(f"{path} is not a file of vault keys")

    def new_key(self, first_free: int = 1) -> tuple[int, bytes]:
        """A fresh key in a slot that was never used: (slot, key). Durable when this returns.

        `first_free`: the first that no owner has; a file put back from an older copy ends before it.
        """
        slot, keys = self.new_keys(1, first_free)
        return slot, keys[0]

    def new_keys(self, count: int, first_free: int = 1) -> tuple[int, list[bytes]]:
        """The same for many, in slots that follow each other: (first slot, keys). One write and one sync."""
        keys = [secrets.token_bytes(KEY_BYTES) for _ in range(count)]
        try:
            # A slot that a crash left half-written is passed over.
            slot = max(first_free, -(-os.fstat(self._file).st_size // KEY_BYTES))
            self._write(slot, b"".join(keys))
        except OSError as error:
            raise self._fault(error) from error
        return slot, keys

    def find_key(self, slot: int) -> bytes | None:
        """The key, or None once it has been destroyed."""
        key = os.pread(self._file, KEY_BYTES, slot * KEY_BYTES)
        return None if len(key) < KEY_BYTES or key == _DESTROYED else key

    def destroy(self, slot: int) -> None:
        """Overwrite the key where it stands: with noise, then with nothing. Durable when this returns."""
        try:
            self._write(slot, secrets.token_bytes(KEY_BYTES))
            self._write(slot, _DESTROYED)
        except OSError as error:
            raise self._fault(error) from error

    def close(self) -> None:
        os.close(self._file)

    def _write(self, slot: int, content: bytes) -> None:
        if os.pwrite(self._file, content, slot * KEY_BYTES) != len(content):
            raise StorageFull(f"{self._path}: a key was written in part")
        os.fsync(self._file)

    def _fault(self, error: OSError) -> StorageFailed:
        return _FAULT_OF_ERRNO.get(error.errno or 0, StorageFailed)(f"{self._path}: {error}")


def _sync_folder(folder: Path) -> None:
    """A new file's name is durable only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
