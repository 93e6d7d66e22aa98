"""Sealing a text under a key of its incident or call, and opening it: AES-256-GCM (NIST SP 800-38D), decision 0205.

Unlike a detail, what is sealed stands in the journal itself, so the chain and every checkpoint cover it and go on
covering it when the key is destroyed. Keys are made ahead, many in one transaction, each in the vault under a name of
its own: opening an incident waits for no disk but the journal's. A key seals texts of one owner only; an owner may have
several (after every start of a desk another one).
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from turnout.audit.vault import Owner, Vault
from turnout.words.identity import IncidentId
from turnout.words.sealed_text import MARK, SealedText

NONCE_BYTES: Final = 12

ALIKE_BYTES: Final = 64
"""Texts are sealed in steps of this length. AES-GCM keeps the length of what it seals: `red` and `yellow`, or the
streets of a junction, would be told apart by it long after the key is destroyed."""

_FILL: Final = "\0"
"""No door takes it in a text, so none that was sealed ends in it."""


class TextKeys(Protocol):
    """The vault, as far as it keeps keys by themselves. Each method may raise a `StorageFailed`."""

    async def make_keys(self, owners: Sequence[Owner]) -> Sequence[bytes]:
        """A fresh key for each of these new owners, durable when this returns."""
        ...

    async def find_keys(self, owners: Sequence[Owner]) -> Mapping[Owner, bytes]:
        """Those that there are and that have not been destroyed."""
        ...

    async def destroy_keys(self, owners: Sequence[Owner]) -> None:
        """As `Vault.destroy`, for many."""
        ...


class WholeVault(Vault, TextKeys, Protocol):
    """Details and keys for texts."""


def holder(key: str) -> Owner:
    """Under whose name the vault keeps a key for texts: no incident or call can have it, since no door takes it."""
    return IncidentId(MARK + key)


def seal(key: str, secret: bytes, owner: str, text: str) -> SealedText:
    nonce, content = secrets.token_bytes(NONCE_BYTES), text.encode()
    filled = content + _FILL.encode() * (-len(content) % ALIKE_BYTES)
    return SealedText(key, owner, nonce + AESGCM(secret).encrypt(nonce, filled, _bound_to(owner)))


def open_text(secret: bytes, text: SealedText) -> str | None:
    """None: it was not sealed with this key for this owner."""
    nonce, content = text.sealed[:NONCE_BYTES], text.sealed[NONCE_BYTES:]
    try:
        return AESGCM(secret).decrypt(nonce, content, _bound_to(text.owner)).decode().rstrip(_FILL)
    except (InvalidTag, ValueError):
        return None


def _bound_to(owner: str) -> bytes:
    return msgspec.json.encode(["turnout.text.1", owner])
