"""One OpenID provider: what it says of itself (OpenID Connect Discovery 1.0), its keys, and what it says of a person.

Discovery and keys are kept for an hour; a token signed with a key that is not among them has them fetched anew, at most
twice a minute, so that keys can be rotated and nobody can make us ask without end.
"""

import asyncio
import time
from typing import Any, Final
from urllib.parse import urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from turnout.adapters.identity.bounded_client import BoundedClient, ProviderFailed
from turnout.adapters.identity.sign_on_plan import ProviderPlan

KEPT_S: Final = 3_600.0
AGAIN_S: Final = 30.0
PROBE_KEPT_S: Final = 3.0
"""So long the answer to whether it is silent holds: strangers can ask that, and must not make us ask without end."""

PROBE_OLD_S: Final = 15.0
SILENT_S: Final = 12.0
"""So long it must have been silent: somebody who can drop one packet has not taken it down."""

LEEWAY_S: Final = 60
"""By how much its clock and ours may differ."""

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")
"""Asymmetric ones alone: `none` and what the client's secret could sign are no proof."""

KEYS_MAX: Final = 64
SUBJECT_MAX: Final = 255
"""OpenID Connect Core 1.0, 2."""


class OidcProvider:
    def __init__(self, plan: ProviderPlan) -> None:
        self.plan = plan
        self._client = BoundedClient(plan.ca)
        self._described: dict[str, Any] = {}
        self._described_at = self._keys_at = float("-inf")
        self._keys = KeySet([])
        self._discovery = f"{plan.issuer.rstrip('/')}/.well-known/openid-configuration"
        self._probing = asyncio.Lock()
        self._probed_at = float("-inf")
        self._silent_since: float | None = None

    async def describe(self) -> dict[str, Any]:
        """Its discovery document. Raises ProviderFailed, also where it speaks for another issuer."""
        if time.monotonic() - self._described_at < KEPT_S:
            return self._described
        found = await self._client.ask("GET", self._discovery)
        if found.get("issuer") != self.plan.issuer:
            raise ProviderFailed("its discovery names another issuer")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            self._address(found, name)
        self._described, self._described_at = found, time.monotonic()
        return found

    async def is_silent(self) -> bool:
        """Whether it has not answered for a while, and does not now: found out by asking it, never more often than
        every `PROBE_KEPT_S`, whoever wants to know. One lost answer is no silence."""
        if self._probing.locked() and time.monotonic() - self._probed_at < PROBE_OLD_S:
            return self._was_silent()  # nobody else has to wait for the one that is under way
        async with self._probing:
            now = time.monotonic()
            if now - self._probed_at >= PROBE_KEPT_S:
                answers = await self._answers()
                self._probed_at = time.monotonic()
                self._silent_since = None if answers else (now if self._silent_since is None else self._silent_since)
            return self._was_silent()

    def _was_silent(self) -> bool:
        return self._silent_since is not None and self._probed_at - self._silent_since >= SILENT_S

    async def _answers(self) -> bool:
        try:
            found = await self._client.ask("GET", self._discovery)
        except ProviderFailed:
            return False
        return bool(found.get("issuer") == self.plan.issuer)

    def known(self, name: str) -> str:
        """An address from the discovery that was read last; empty where there is none."""
        try:
            return self._address(self._described, name)
        except ProviderFailed:
            return ""

    async def redeem(self, code: str, verifier: str, redirect_uri: str, nonce: str) -> dict[str, Any]:
        """What the provider says of the person whose code this is. Raises ProviderFailed."""
        described = await self.describe()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
            "client_id": self.plan.client_id,
        }
        secret = self.plan.secret()
        given = await self._client.ask(
            "POST", described["token_endpoint"], data=form, auth=(self.plan.client_id, secret) if secret else None
        )
        claims = await self._verified(given.get("id_token"), nonce)
        asked = self.known("userinfo_endpoint")
        if not asked or not isinstance(given.get("access_token"), str):
            return claims
        said = await self._client.ask("GET", asked, headers={"authorization": f"Bearer {given['access_token']}"})
        if said.get("sub") != claims["sub"]:
            raise ProviderFailed("its userinfo is of another person")
        return {**said, **claims}

    async def _verified(self, token: object, nonce: str) -> dict[str, Any]:
        """The claims of an ID token (OpenID Connect Core 1.0, 3.1.3.7). Raises ProviderFailed."""
        if not isinstance(token, str):
            raise ProviderFailed("no ID token")
        try:
            claims = (await self._decoded(token)).claims
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self.plan.issuer},
                aud={"essential": True, "value": self.plan.client_id},
                sub={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as trouble:
            raise ProviderFailed(f"ID token refused: {trouble}") from trouble
        audience = claims["aud"]
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != self.plan.client_id:
            raise ProviderFailed("ID token was given to another client")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= SUBJECT_MAX:
            raise ProviderFailed("ID token has no proper subject")
        return claims

    async def _decoded(self, token: str) -> jwt.Token:
        """With the keys that are known; where those do not fit, with those of now."""
        await self._fetch_keys(KEPT_S)
        try:
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if not await self._fetch_keys(AGAIN_S):
                raise
        return jwt.decode(token, self._keys, algorithms=ALGORITHMS)

    async def _fetch_keys(self, older_than_s: float) -> bool:
        if time.monotonic() - self._keys_at < older_than_s:
            return False
        found = (await self._client.ask("GET", (await self.describe())["jwks_uri"])).get("keys")
        if not isinstance(found, list) or not 0 < len(found) <= KEYS_MAX:
            raise ProviderFailed("no key set")
        signing = [key for key in found if isinstance(key, dict) and key.get("use", "sig") == "sig"]
        try:
            self._keys = KeySet.import_key_set({"keys": signing})
        except (JoseError, ValueError, KeyError, TypeError) as trouble:
            raise ProviderFailed("its key set cannot be read") from trouble
        self._keys_at = time.monotonic()
        return True

    def _address(self, described: dict[str, Any], name: str) -> str:
        """As encrypted as the issuer's own. Raises ProviderFailed."""
        url = described.get(name)
        if not isinstance(url, str) or urlsplit(url).scheme not in ("https", urlsplit(self.plan.issuer).scheme):
            raise ProviderFailed(f"its discovery has no {name}")
        return url
