"""What one vault hands to another when a city moves: sealed as it is, so that the journal's hashes still prove it."""

from typing import NamedTuple

from turnout.audit.vault import Owner


class Sealed(NamedTuple):
    """One detail, encrypted under its owner's key."""

    ref: str
    field: str
    sha256: str
    nonce: bytes
    sealed: bytes


class OwnersDetails(NamedTuple):
    """`key`: None once it has been destroyed. `part_of`: with whose key a card's own is destroyed."""

    owner: Owner
    key: bytes | None
    details: tuple[Sealed, ...]
    part_of: Owner | None = None
