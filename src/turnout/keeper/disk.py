"""A voter's memory on its own disk: written, synced and in place before the voter answers."""

import os
from pathlib import Path
from typing import Protocol

import msgspec

from turnout.keeper.register import Memory
from turnout.words.trouble import Malformed


class MemoryStore(Protocol):
    def load(self) -> Memory: ...

    def save(self, memory: Memory) -> None:
        """Durable when it returns. Raises OSError; then the voter must not answer."""
        ...


class MemoryFile:
    """One small file, replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "voter.json"

    def load(self) -> Memory:
        """Raises `Malformed` for a file that is damaged: a voter that guesses what it had promised breaks promises."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Memory)
        except FileNotFoundError:
            return Memory()
        except msgspec.DecodeError as error:
            cure = "remove it: the voter learns again from both others"
            raise Malformed(str(error), where=str(self._path), cure=cure) from error

    def save(self, memory: Memory) -> None:
        fresh = self._path.with_suffix(".fresh")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(memory))
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
