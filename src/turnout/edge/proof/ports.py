"""Whom the notary asks: witnesses, a time stamper, the file of its keys. Adapters implement these."""

from collections.abc import Sequence
from typing import Protocol

from turnout.audit.notes import Signature, SigningKey, VerifierKey


class NotAnswered(Exception):
    """A peer could not be reached, or what it answered cannot be used. To be tried again later."""


class Witness(Protocol):
    """Another organisation's program that cosigns what continues what it has seen (c2sp.org/tlog-witness)."""

    @property
    def key(self) -> VerifierKey: ...

    async def cosign(self, old: int, proof: Sequence[bytes], note: str) -> list[Signature] | int:
        """Its signatures, none checked; or how large the log was when it last cosigned, where that is not `old`.

        Raises `NotAnswered`, and `Inconsistent` where it says that this does not continue what it has seen.
        """
        ...


class Inconsistent(Exception):
    """A witness says that this log is not the one that it has seen."""


class Stamper(Protocol):
    """A time stamp authority (RFC 3161)."""

    async def stamp(self, text: bytes) -> bytes:
        """Its response (DER), checked. Raises `NotAnswered`."""
        ...


class KeyRing(Protocol):
    """The file of signing keys: the newest signs, and while there are several, all of them do."""

    def list(self) -> Sequence[SigningKey]:
        """Oldest first; made when there is none. Raises `StorageFailed`, `Malformed`."""
        ...

    def keep_newest(self) -> None:
        """Destroy all others."""
        ...
