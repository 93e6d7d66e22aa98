"""Bodies of plans as files of the data folder, each written whole and synced before it has its name."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Final

from turnout.desk.faults import StorageFailed

FOLDER: Final = "plans"
BODY_BYTES_MAX: Final = 64 << 20


def file_of(name: str) -> str:
    """Names hold what a person wrote; files do not."""
    return f"{hashlib.sha256(name.encode()).hexdigest()}.json"


class FolderBodies:
    def __init__(self, folder: Path) -> None:
        """`folder`: of the city's data; a folder of its own is made in it at the first body."""
        self._folder = folder / FOLDER

    async def find(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._read, name)

    async def keep(self, name: str, body: bytes) -> None:
        assert len(body) <= BODY_BYTES_MAX, f"{name}: {len(body)} bytes"
        await asyncio.to_thread(self._write, name, body)

    def _path(self, name: str) -> Path:
        return self._folder / file_of(name)

    def _read(self, name: str) -> bytes | None:
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageFailed(str(error)) from error

    def _write(self, name: str, body: bytes) -> None:
        path = self._path(name)
        fresh = path.with_suffix(".fresh")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.exists() and path.read_bytes() == body:
                return
            with fresh.open("wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise StorageFailed(str(error)) from error
