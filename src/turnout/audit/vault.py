"""Personal details of one incident: kept encrypted beside the journal, destroyed by destroying a key.

The journal, the board and every screen hold a `VaultRef`: where the detail is, and a salted hash that proves which
detail it was. The salt is inside the encrypted record, so that when the key is gone, the hash cannot even be guessed
at, and the journal's chain still verifies. A detail lives inside one incident (charter 6): there is no search.
"""

import hashlib
from typing import Final, NewType, Protocol

import msgspec

from turnout.words.identity import CallId, IncidentId

SALT_BYTES: Final = 16
DETAIL_BYTES_MAX: Final = 64 * 1024
"""A name, a number, an address, a page of medical history. Pictures and recordings are files, not details."""


CardRef = NewType("CardRef", str)
"""What is put `alone`, a person's card, has a key of its own that goes by the reference of its detail."""

Owner = IncidentId | CallId | CardRef
"""Under whose key a detail is: the incident's, the call's that is attached to none (yet), or the card's own."""


class VaultRef(msgspec.Struct, frozen=True, gc=False):
    """What the journal may hold of a personal detail."""

    ref: str
    sha256: str
    """Of salt and detail, in hexadecimal. Proves, while the key exists, that the detail was not exchanged."""


class DetailsDestroyed(Exception):
    """The key has been destroyed: nobody can read this any more."""


class DetailUnknown(Exception):
    """There is no such detail, or it is not this owner's."""


class DetailDamaged(Exception):
    """What is stored is not what was put: it was altered, or moved here from another owner or field."""


class Vault(Protocol):
    """Keeps details. Whoever opens one has said for which purpose and has had it journalled first."""

    async def put(
        self, owner: Owner, field: str, detail: bytes, ref: str | None = None, *, alone: bool = False
    ) -> VaultRef:
        """Keep `detail` durably. With a `ref` of the caller's, putting the same detail again gives the same answer.

        `alone`: under a key of its own, which `destroy` of that reference destroys and `destroy` of the owner too.
        Raises `DetailsDestroyed` when the owner's key is gone, or its own, `ValueError` for a detail that is too large
        or a `ref` that holds another detail.
        """
        ...

    async def open(self, owner: Owner, ref: str) -> bytes:
        """The detail. Raises `DetailsDestroyed`, `DetailUnknown` or `DetailDamaged`."""
        ...

    async def has_key(self, owner: Owner) -> bool:
        """Whether something of this owner could still be read."""
        ...

    async def destroy(self, owner: Owner) -> None:
        """Destroy the owner's key, those of the cards that are part of it, and everything kept under them.

        Again is no error.
        """
        ...

    async def close(self) -> None: ...


def salted_sha256(salt: bytes, detail: bytes) -> str:
    return hashlib.sha256(salt + detail).hexdigest()


def bound_to(owner: Owner, field: str, ref: str) -> bytes:
    """What a record is authenticated together with, so that it opens nowhere but in its own place."""
    return msgspec.json.encode(["turnout.vault.1", owner, field, ref])
