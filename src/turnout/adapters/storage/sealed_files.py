"""`turnout.audit.files.Files` in a folder: one sealed file each, its key and salt in the vault.

Sealing and reading are done in threads of their own, a piece at a time, so that neither the desk's loop nor the vault's
thread waits for a large file, and no more than `BATCH_BYTES` of any file is in memory.
"""

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from turnout.audit.files import (
    DISK_RESERVE_BYTES,
    FILE_BYTES_MAX,
    INCIDENT_BYTES_MAX,
    PIECE_BYTES,
    DiskNearlyFull,
    FileDamaged,
    FileEmpty,
    FileTooLarge,
    FileUnknown,
    SealedFile,
)
from turnout.audit.vault import DetailDamaged, DetailUnknown, Vault
from turnout.desk.faults import StorageFailed
from turnout.words.identity import IncidentId

T = TypeVar("T")

MARK: Final = b"turnout file 1\n\0"
KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
TAG_BYTES: Final = 16
BATCH_BYTES: Final = 16 * PIECE_BYTES
"""Gathered from the network before a thread seals it: a megabyte."""

THREADS: Final = 2
"""For all files at once. They never take the cores that the desk needs."""

FIELD: Final = "file-key"


class FolderFiles:
    def __init__(self, folder: Path, vault: Vault) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder, self._vault = folder, vault
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")
        for left in folder.glob("*/*.part"):
            left.unlink()

    def close(self) -> None:
        self._threads.shutdown()

    async def keep(self, incident: str, content: AsyncIterator[bytes]) -> SealedFile:
        secret = secrets.token_bytes(KEY_BYTES + SALT_BYTES)
        place = self._place(incident)
        part = place / f"{secrets.token_hex(8)}.part"
        room = await self._do(self._room_in, place)
        sealing = await self._do(Sealing, part, secret)
        try:
            waiting = bytearray()
            async for piece in content:
                waiting += piece
                if sealing.size_bytes + len(waiting) > min(FILE_BYTES_MAX, room):
                    raise FileTooLarge(min(FILE_BYTES_MAX, room))
                if len(waiting) > BATCH_BYTES:
                    await self._do(sealing.add, bytes(waiting))
                    waiting.clear()
            await self._do(sealing.finish, bytes(waiting))
            ref = await self._vault.put(IncidentId(incident), FIELD, secret)
            await self._do(_in_place, part, place / ref.ref)
        finally:
            await self._do(sealing.abandon)
        return SealedFile(ref=ref, sha256=sealing.digest, size_bytes=sealing.size_bytes)

    async def check(self, incident: str, ref: str, sha256: str) -> int:
        opened = await self._opened(incident, ref)
        digest = await self._do(opened.digest)
        if digest != sha256:
            raise FileDamaged(ref)
        return opened.size_bytes

    async def read(self, incident: str, ref: str, first: int, end: int) -> AsyncIterator[bytes]:
        opened = await self._opened(incident, ref)
        at, end = first, min(end, opened.size_bytes)
        while at < end:
            piece = await self._do(opened.piece, at // PIECE_BYTES)
            begin = at % PIECE_BYTES
            wanted = piece[begin : begin + end - at]
            yield wanted
            at += len(wanted)

    async def discard(self, incident: str, ref: str) -> None:
        await self._do((self._place(incident) / ref).unlink, True)

    async def discard_all(self, incident: str) -> None:
        await self._do(shutil.rmtree, self._place(incident), True)

    async def _opened(self, incident: str, ref: str) -> "Opened":
        path = self._place(incident) / ref
        if not ref.isalnum() or not path.is_file():
            raise FileUnknown(ref)
        try:
            secret = await self._vault.open(IncidentId(incident), ref)
        except DetailUnknown as trouble:
            raise FileUnknown(ref) from trouble
        except DetailDamaged as trouble:
            raise FileDamaged(ref) from trouble
        return Opened(path, secret)

    def _place(self, incident: str) -> Path:
        """A folder per incident, under a name that may be any incident's identity."""
        return self._folder / hashlib.sha256(incident.encode()).hexdigest()[:32]

    def _room_in(self, place: Path) -> int:
        """How much more this incident's files may have."""
        place.mkdir(mode=0o700, exist_ok=True)
        if shutil.disk_usage(place).free < DISK_RESERVE_BYTES:
            raise DiskNearlyFull(str(place))
        return max(0, INCIDENT_BYTES_MAX - sum(file.stat().st_size for file in place.iterdir()))

    async def _do(self, work: Any, *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, _named, work, *given)


class Sealing:
    """A file that is coming in."""

    def __init__(self, path: Path, secret: bytes) -> None:
        self._key, salt = AESGCM(secret[:KEY_BYTES]), secret[KEY_BYTES:]
        self._path = path
        self._hash = hashlib.sha256(salt)
        self._rest, self._place, self.size_bytes = b"", 0, 0
        self._file: IO[bytes] = path.open("xb")
        self._file.write(MARK)

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def add(self, content: bytes) -> None:
        """Seal the whole pieces; what is left waits: only the last may be short, and it says that it is the last."""
        if shutil.disk_usage(self._path.parent).free < DISK_RESERVE_BYTES:
            raise DiskNearlyFull(str(self._path))
        self._hash.update(content)
        self.size_bytes += len(content)
        self._rest += content
        while len(self._rest) > PIECE_BYTES:
            self._seal(self._rest[:PIECE_BYTES], last=False)
            self._rest = self._rest[PIECE_BYTES:]

    def finish(self, content: bytes) -> None:
        self.add(content)
        if not self.size_bytes:
            raise FileEmpty
        self._seal(self._rest, last=True)
        self._file.flush()
        os.fsync(self._file.fileno())

    def abandon(self) -> None:
        """Close; what was not put in its place is taken away."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._key.encrypt(_nonce(self._place, last), piece, MARK))
        self._place += 1


class Opened(NamedTuple):
    """A file that is there, and what opens it."""

    path: Path
    secret: bytes

    @property
    def pieces(self) -> int:
        return max(1, -(-(self.path.stat().st_size - len(MARK)) // (PIECE_BYTES + TAG_BYTES)))

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size - len(MARK) - self.pieces * TAG_BYTES

    def piece(self, place: int) -> bytes:
        """Raises `FileDamaged` where it was altered, moved, or is not the last one that it claims to be."""
        with self.path.open("rb") as file:
            if file.read(len(MARK)) != MARK:
                raise FileDamaged(str(self.path))
            file.seek(len(MARK) + place * (PIECE_BYTES + TAG_BYTES))
            sealed = file.read(PIECE_BYTES + TAG_BYTES)
        nonce = _nonce(place, place == self.pieces - 1)
        try:
            return AESGCM(self.secret[:KEY_BYTES]).decrypt(nonce, sealed, MARK)
        except InvalidTag as trouble:
            raise FileDamaged(str(self.path)) from trouble

    def digest(self) -> str:
        found = hashlib.sha256(self.secret[KEY_BYTES:])
        for place in range(self.pieces):
            found.update(self.piece(place))
        return found.hexdigest()


def _nonce(place: int, last: bool) -> bytes:
    """Each key seals one file, so a place in it is never used twice."""
    return place.to_bytes(8, "big") + b"\0\0\0" + bytes([last])


def _in_place(part: Path, path: Path) -> None:
    """Under its name, durably."""
    part.rename(path)
    for folder in (path.parent, path.parent.parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _named(work: Any, *given: Any) -> Any:
    """Faults of the disk in our words."""
    try:
        return work(*given)
    except OSError as error:
        if error.errno == 28:
            raise DiskNearlyFull(str(error)) from error
        raise StorageFailed(f"files: {error}") from error
