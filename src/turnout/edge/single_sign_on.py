"""Signing in by the city's own identity provider, as the edge needs it. `adapters/identity/oidc` implements it."""

from typing import Protocol

import msgspec

from turnout.edge.identities import Asserted, IdentityRefusal
from turnout.words.name import Name


class ProviderCard(msgspec.Struct, frozen=True):
    """A provider that one may sign in by. `id` is for addresses."""

    id: str
    name: Name


class Begun(msgspec.Struct, frozen=True):
    """Where the browser goes, and what it has to bring back in a cookie: sealed, only this process can read it."""

    url: str
    sealed: str


class Returned(msgspec.Struct, frozen=True):
    """What the browser brought back from the provider (RFC 6749, 4.1.2; `iss` by RFC 9207)."""

    code: str = ""
    state: str = ""
    iss: str = ""
    error: str = ""


class SingleSignOn(Protocol):
    """Waits for a provider with a limit, and never holds the loop."""

    def list_providers(self) -> list[ProviderCard]: ...
    async def begin(self, provider: str, position: str, address: str) -> Begun | IdentityRefusal: ...
    async def finish(
        self, provider: str, sealed: str, returned: Returned, address: str
    ) -> Asserted | IdentityRefusal: ...
    async def list_silent(self, address: str) -> list[str]:
        """Which providers this server finds silent, for a while and just now."""
        ...

    async def is_silent(self, provider: str) -> bool:
        """As `list_silent`, for one; nobody's word is taken for it."""
        ...

    def find_leave_url(self, provider: str) -> str:
        """Where the provider's own session is ended; empty where it is not known. Waits for nobody."""
        ...
