"""The site's key: 32 bytes in a plain file that every server of the city has and that no database ever sees.

While it is changed the next one lies beside it (decision 0200). The one that was is overwritten where it stands, as in
`key_file.py`; a copying file system or a flash disk's spare blocks may keep it all the same.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from turnout.desk.faults import StorageDamaged, StorageFailed

SITE_KEY: Final = "vault.site-key"
"""Its file in a machine's data folder."""

KEY_BYTES: Final = 32
NEXT: Final = ".next"
"""What the next key's file has behind the name of the key's file."""

_FINGERPRINT_TAG = b"turnout.site-key.1\n"


class SiteKeys:
    """The keys in this server's files. Several processes of one machine may have the same files.

    A key stays in memory when its file is lost, until the city has another: nobody's detail hangs on that file.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.next_path = path, path.with_name(path.name + NEXT)
        self._held: dict[bytes, bytes] = {}

    def look(self) -> tuple[bytes, ...]:
        """Fingerprints of what the files hold now, the key's own first. Raises `StorageFailed`."""
        found = [key for path in (self.path, self.next_path) if (key := find_site_key(path)) is not None]
        marked = {fingerprint(key): key for key in found}
        self._held.update(marked)
        return tuple(marked)

    def keep_only(self, mark: bytes) -> None:
        """Forget what else is in memory."""
        self._held = {mark: self._held[mark]} if mark in self._held else {}

    def find(self, mark: bytes | None) -> bytes | None:
        """The key of this fingerprint; the files are read again when it is not known."""
        if mark is not None and mark not in self._held:
            self.look()
        return self._held.get(mark) if mark is not None else None

    def get(self, mark: bytes | None) -> bytes:
        """As `find`. Raises `StorageFailed` for one that this server lacks."""
        key = self.find(mark)
        if key is None:
            raise StorageFailed(
                f"this server lacks the site key {short(mark or b'')}: copy it to where the others have it"
            )
        return key

    def laid(self) -> bytes | None:
        """The fingerprint of what lies beside the key."""
        key = find_site_key(self.next_path)
        return None if key is None else fingerprint(key)

    def settle(self, current: bytes) -> None:
        """The city's key is `current` now: it takes the key's file, and the one that was is destroyed.

        What lies beside a key that is current already is for a change to come, and stays. At every moment one of the
        two files holds `current`. Raises `StorageFailed`.
        """
        with _alone(self.path):
            ours, beside = find_site_key(self.path), find_site_key(self.next_path)
            if beside is not None and fingerprint(beside) == current:
                if ours != beside:
                    _overwrite(self.path, secrets.token_bytes(KEY_BYTES))
                    _overwrite(self.path, beside)
                destroy_site_key(self.next_path)


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
    with _named(path):
        _write(path, key, os.O_CREAT | os.O_EXCL)
        _sync_folder(path.parent)
    return key


def destroy_site_key(path: Path) -> None:
    """Overwritten, then removed. Again is no error."""
    with _named(path):
        if path.exists():
            _write(path, secrets.token_bytes(KEY_BYTES), 0)
            path.unlink()
            _sync_folder(path.parent)


def fingerprint(key: bytes) -> bytes:
    """Tells two site keys apart and says nothing of either."""
    return hashlib.sha256(_FINGERPRINT_TAG + key).digest()


def short(mark: bytes) -> str:
    """As much of a fingerprint as people compare."""
    return mark.hex()[:16]


def _overwrite(path: Path, key: bytes) -> None:
    with _named(path):
        _write(path, key, os.O_CREAT)
        _sync_folder(path.parent)


def _write(path: Path, key: bytes, how: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC | how, 0o600)
    try:
        if os.pwrite(file, key, 0) != KEY_BYTES:
            raise StorageFailed(f"{path}: a key was written in part")
        os.fsync(file)
    finally:
        os.close(file)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process of this machine at a time, by a lock on the folder; the kernel lets go of it when a process dies."""
    with _named(path):
        handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageFailed(f"{path}: {error}") from error
