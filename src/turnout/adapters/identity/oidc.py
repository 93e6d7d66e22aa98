"""Single sign-on: OpenID Connect's authorization code flow with PKCE (RFC 7636), `state` and `nonce`.

Nothing is kept here between leaving for the provider and coming back: it is sealed (JWE) into a cookie of that browser,
so a thousand who begin and never come back take no memory. A restart in between means to begin anew. Only the door
waits for a provider, and only so many at once: dispatch does not know that there is one.
"""

import asyncio
import base64
import hashlib
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from turnout.adapters.identity.attempts import Attempts
from turnout.adapters.identity.bounded_client import ProviderFailed
from turnout.adapters.identity.oidc_provider import LEEWAY_S, OidcProvider
from turnout.adapters.identity.sign_on_plan import ProviderPlan
from turnout.core.limits import Code, Id
from turnout.edge.identities import Asserted, IdentityRefusal
from turnout.edge.single_sign_on import Begun, ProviderCard, Returned
from turnout.words.moment import MINUTE_MS, Moment

log = logging.getLogger(__name__)

BEGUN_MS: Final = 10 * MINUTE_MS
"""For signing in at the provider, a second factor included."""

AT_ONCE: Final = 16
"""Who waits for providers, of the whole server; each holds a connection for seconds at most."""

GROUPS_MAX: Final = 2_000


class _Journey(msgspec.Struct, frozen=True):
    """What has to come back with the browser."""

    provider: str
    state: str
    nonce: str
    verifier: str
    position: Code
    begun: Moment
    ends: Moment


class OidcSignOn:
    """Implements `edge.single_sign_on.SingleSignOn`. `origin` is under which name browsers reach this server."""

    def __init__(self, plans: Sequence[ProviderPlan], origin: str, now: Callable[[], Moment]) -> None:
        self._providers = {plan.id: OidcProvider(plan) for plan in plans}
        self._origin, self._now = origin, now
        self._key = OctKey.generate_key(256)
        self._attempts = Attempts()
        self._waiting = 0

    def list_providers(self) -> list[ProviderCard]:
        return [ProviderCard(one.plan.id, one.plan.name) for one in self._providers.values()]

    def find_leave_url(self, provider: str) -> str:
        found = self._providers.get(provider)
        url = found.known("end_session_endpoint") if found is not None else ""
        if found is None or not url:
            return ""
        return _with(url, client_id=found.plan.client_id, post_logout_redirect_uri=f"{self._origin}/")

    async def begin(self, provider: str, position: str, address: str) -> Begun | IdentityRefusal:
        found = self._providers.get(provider)
        if found is None:
            return IdentityRefusal("unknown-provider", {"provider": provider})
        refusal = self._held_back(address)
        if refusal is not None:
            return refusal
        self._waiting += 1
        try:
            described = await found.describe()
        except ProviderFailed as failed:
            log.warning("provider %s: %s", provider, failed)
            return IdentityRefusal("provider-silent")
        finally:
            self._waiting -= 1
        journey = _Journey(
            provider=provider,
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            position=position,
            begun=self._now(),
            ends=Moment(self._now() + BEGUN_MS),
        )
        return Begun(self._start_of(found, described, journey), self._sealed(journey))

    async def finish(self, provider: str, sealed: str, returned: Returned, address: str) -> Asserted | IdentityRefusal:
        """Whom the provider names. Whoever comes without having begun in this browser is turned away unasked."""
        found, journey = self._providers.get(provider), self._opened(sealed)
        refusal = self._held_back(address)
        if refusal is not None:
            return refusal
        if found is None or journey is None or not _is_its_return(journey, provider, returned, found.plan.issuer):
            self._attempts.note_failure("", address, self._now())
            return IdentityRefusal("sign-on-lost")
        if returned.error or not returned.code:
            return IdentityRefusal("sign-on-refused")
        self._waiting += 1
        try:
            claims = await found.redeem(returned.code, journey.verifier, self._back_to(found), journey.nonce)
        except (ProviderFailed, OSError) as failed:
            log.warning("provider %s: %s", provider, failed)
            self._attempts.note_failure("", address, self._now())
            return IdentityRefusal("provider-silent")
        finally:
            self._waiting -= 1
        weak = why_too_weak(found.plan, claims, journey.begun)
        if weak:
            log.warning("provider %s: %s", provider, weak)
            self._attempts.note_failure("", address, self._now())
            return IdentityRefusal("sign-on-stale")
        return _asserted(found.plan, claims, journey.position)

    async def list_silent(self, address: str) -> list[str]:
        if self._held_back(address) is not None:
            return []
        self._waiting += 1
        try:
            silent = await asyncio.gather(*(one.is_silent() for one in self._providers.values()))
        finally:
            self._waiting -= 1
        return [id for id, is_silent in zip(self._providers, silent, strict=True) if is_silent]

    async def is_silent(self, provider: str) -> bool:
        found = self._providers.get(provider)
        return found is not None and await found.is_silent()

    def _held_back(self, address: str) -> IdentityRefusal | None:
        wait = self._attempts.wait_s("", address, self._now())
        if wait:
            return IdentityRefusal("too-many-attempts", {"wait_s": wait})
        return IdentityRefusal("provider-silent") if self._waiting >= AT_ONCE else None

    def _start_of(self, found: OidcProvider, described: dict[str, Any], journey: _Journey) -> str:
        """A console is shared: the provider asks each time who is there, whoever signed in at it before."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(journey.verifier.encode()).digest()).rstrip(b"=")
        return _with(
            described["authorization_endpoint"],
            response_type="code",
            client_id=found.plan.client_id,
            redirect_uri=self._back_to(found),
            scope=" ".join(found.plan.scopes),
            state=journey.state,
            nonce=journey.nonce,
            code_challenge=challenge.decode(),
            code_challenge_method="S256",
            prompt="login",
            max_age="0",
            **({"acr_values": found.plan.acr} if found.plan.acr else {}),
        )

    def _back_to(self, found: OidcProvider) -> str:
        return f"{self._origin}/api/v1/session/sso/{found.plan.id}/back"

    def _sealed(self, journey: _Journey) -> str:
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, msgspec.json.encode(journey), self._key)

    def _opened(self, sealed: str) -> _Journey | None:
        try:
            body = jwe.decrypt_compact(sealed, self._key).plaintext
            journey = msgspec.json.decode(body or b"", type=_Journey)
        except (JoseError, ValueError, msgspec.DecodeError):
            return None
        return journey if journey.ends > self._now() else None


def _is_its_return(journey: _Journey, provider: str, returned: Returned, issuer: str) -> bool:
    """Begun here, by this browser, at this provider, and answered by it and no other (RFC 9207)."""
    same_state = secrets.compare_digest(journey.state.encode(), returned.state.encode())
    return journey.provider == provider and same_state and returned.iss in ("", issuer)


def why_too_weak(plan: ProviderPlan, claims: dict[str, Any], begun: Moment) -> str:
    """Why what the provider did is not what was asked of it (OpenID Connect Core 1.0, 3.1.3.7, 11 to 13); else empty.

    The browser carries the wish to be asked anew, and whoever sits at it could take that out, to come in as the one
    who sat there before.
    """
    at = claims.get("auth_time")
    if at is None and plan.auth_time:
        return "it does not say when it asked who is there"
    if at is not None and (not isinstance(at, int | float) or at < begun / 1000 - LEEWAY_S):
        return "it did not ask who is there this time"
    return f"it asked less strongly than {plan.acr}" if plan.acr and claims.get("acr") != plan.acr else ""


def _asserted(plan: ProviderPlan, claims: dict[str, Any], position: str) -> Asserted | IdentityRefusal:
    """What the claims mean here."""
    try:
        account = msgspec.convert(claims.get(plan.account_claim), Id)
    except msgspec.ValidationError:
        return IdentityRefusal("sign-on-unknown")
    name = claims.get("name")
    roles, agencies = plan.roles_of(_groups_of(claims.get(plan.groups_claim)))
    if plan.group and not roles:
        return IdentityRefusal("sign-on-unknown")
    return Asserted(
        provider=plan.id,
        subject=claims["sub"],
        account=account,
        name=name[:64] if isinstance(name, str) else "",
        roles=roles,
        agencies=agencies,
        position=position,
    )


def _groups_of(claim: object) -> frozenset[str]:
    listed = [claim] if isinstance(claim, str) else claim
    if not isinstance(listed, list):
        return frozenset()
    return frozenset(one for one in listed[:GROUPS_MAX] if isinstance(one, str))


def _with(url: str, **query: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
