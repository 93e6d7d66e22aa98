"""The keys that sign checkpoints: a plain file beside the site key, one line a key (`PRIVATE+KEY+…`), the newest last.

It is readable by this user only, in no backup, and the same on every server of the city. While there are two, both
sign; once the journal says so, the older one is destroyed (edge/proof/notary.py).
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from turnout.audit.notes import NOTE, SigningKey, make_key, read_signing_key
from turnout.desk.faults import StorageFailed
from turnout.words.trouble import Malformed

KEYS_MAX: Final = 4
"""More than ever sign at once."""

FILE_NAME: Final = "proof.keys"


class KeyFile:
    """`edge.proof.ports.KeyRing` on a file. `name`: under which a fresh key is made."""

    def __init__(self, path: Path, name: str, kind: int = NOTE) -> None:
        self.path = path
        self._name, self._kind = name, kind

    def find(self) -> list[SigningKey]:
        """Oldest first; none where there is no file. Raises `StorageFailed`, `Malformed`."""
        try:
            lines = self.path.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise StorageFailed(f"{self.path}: {error}") from error
        keys = [read_signing_key(line, str(self.path)) for line in lines if line.strip()]
        if not keys or len(keys) > KEYS_MAX:
            raise Malformed(f"{len(keys)} keys", where=str(self.path), cure=f"one to {KEYS_MAX}, one a line")
        return keys

    def list(self) -> Sequence[SigningKey]:
        return self.find() or self.add()

    def add(self) -> Sequence[SigningKey]:
        """With a fresh one. Raises `StorageFailed`, and `Malformed` where there are too many."""
        held = self.find()
        if len(held) >= KEYS_MAX:
            raise Malformed(f"there are {len(held)} keys", where=str(self.path), cure="wait for the last change to end")
        keys = [*held, make_key(self._name, self._kind)]
        self._write(keys)
        return keys

    def keep_newest(self) -> None:
        self._write(self.find()[-1:])

    def _write(self, keys: Sequence[SigningKey]) -> None:
        """In one step, durable when this returns."""
        part = self.path.with_name(self.path.name + ".part")
        try:
            with suppress(FileNotFoundError):
                part.unlink()
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, "".join(f"{key.secret_text()}\n" for key in keys).encode())
                os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(part, self.path)
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise StorageFailed(f"{self.path}: {error}") from error
