"""Files of one incident: pictures, documents, recordings, kept encrypted beside the vault (4.10, 4.15, 18.1).

Each file has a key of its own, and that key is a detail in the vault under the incident's key. So destroying the
incident's key destroys its files too, wherever copies of them lie (decision 0112). The journal holds size, type,
reference and a salted hash; the salt lies with the key, so that afterwards nobody can even try what a file was.

A sealed file is a mark and then pieces of `PIECE_BYTES`, each sealed by itself (AES-256-GCM) under its place in the
file and whether it is the last one: pieces cannot be left out, exchanged or cut off unnoticed, and any part can be read
alone.
"""

from collections.abc import AsyncIterator
from typing import Final, Protocol

import msgspec

from turnout.audit.vault import VaultRef

PIECE_BYTES: Final = 64 * 1024
"""Read and written at once: small enough to seek in a recording, large enough that sealing costs nothing."""

FILE_BYTES_MAX: Final = 100 * 1024 * 1024
"""An hour of telephone sound, a minute of video from a phone. More belongs in a recorder, linked by its address."""

INCIDENT_BYTES_MAX: Final = 2 * 1024 * 1024 * 1024
"""All files of one incident: twenty of the largest."""

DISK_RESERVE_BYTES: Final = 1024 * 1024 * 1024
"""Never taken by files: the journal is on the same disk, and dispatch must go on."""


class SealedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file: `ref` is where its key is in the vault, and the name under which it lies."""

    ref: VaultRef
    sha256: str
    """Of salt and content, in hexadecimal. Proves, while the key exists, that the file is the one that was taken in."""
    size_bytes: int


class FileTooLarge(Exception):
    """More than `most` bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} bytes")
        self.most = most


class FileEmpty(Exception):
    """Not one byte came."""


class DiskNearlyFull(Exception):
    """What is left of the disk is for the journal."""


class FileUnknown(Exception):
    """There is no such file."""


class FileDamaged(Exception):
    """What is stored is not what was sealed, or not all of it."""


class Files(Protocol):
    """Keeps files of incidents. Whoever opens one has said for which purpose and has had it journalled first."""

    async def keep(self, incident: str, content: AsyncIterator[bytes]) -> SealedFile:
        """Seal what comes, piece by piece; durable when this returns, and nothing is left when it raises.

        Raises `FileTooLarge`, `FileEmpty`, `DiskNearlyFull`, and `DetailsDestroyed` when the incident's key is gone.
        """
        ...

    async def check(self, incident: str, ref: str, sha256: str) -> int:
        """The size, once all was held against the hash. Raises `FileUnknown`, `FileDamaged`, `DetailsDestroyed`."""
        ...

    def read(self, incident: str, ref: str, first: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `first` up to, not with, `end`. Raises as `check`."""
        ...

    async def discard_all(self, incident: str) -> None:
        """Everything sealed of an incident whose key is destroyed: nobody can read it, and it need not lie there."""
        ...

    async def discard(self, incident: str, ref: str) -> None:
        """Take back a file that no incident got after all."""
        ...
