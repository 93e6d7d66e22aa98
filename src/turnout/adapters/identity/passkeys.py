"""Passkeys: W3C Web Authentication Level 3, with the `webauthn` library. The challenge is ours and used once.

A passkey is bound to the site's own name by the browser, so it works under `localhost` and under the name that the
operator has configured (`--origin`), and nowhere else.
"""

import secrets
from collections import OrderedDict
from typing import Any
from urllib.parse import urlsplit

import msgspec
import webauthn
from webauthn.helpers import base64url_to_bytes, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from turnout.adapters.identity.passkey_failed import PasskeyFailed
from turnout.words.moment import MINUTE_MS, Moment

CHALLENGE_MS = 5 * MINUTE_MS
"""How long a person may take with the browser's dialogue."""

CHALLENGES_MAX = 2_000
"""Dialogues open at once; the oldest is forgotten."""


class NewPasskey(msgspec.Struct, frozen=True):
    id: bytes
    public_key: bytes
    sign_count: int


class Passkeys:
    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._site = urlsplit(origin).hostname or "localhost"
        self._challenges: OrderedDict[bytes, tuple[Moment, str]] = OrderedDict()

    def options(self, now: Moment) -> dict[str, Any]:
        """What the browser needs to sign somebody in with any passkey of this site."""
        options = webauthn.generate_authentication_options(
            rp_id=self._site,
            challenge=self._new_challenge(now, ""),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _plain(webauthn.options_to_json(options))

    def new_options(self, account: str, name: str, known: list[bytes], now: Moment) -> dict[str, Any]:
        """What the browser needs to make a passkey for `account`."""
        options = webauthn.generate_registration_options(
            rp_id=self._site,
            rp_name="Turnout 出动",
            user_name=account,
            user_id=account.encode(),
            user_display_name=name,
            challenge=self._new_challenge(now, account),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
        return _plain(webauthn.options_to_json(options))

    def credential_of(self, answer: dict[str, Any]) -> bytes | None:
        """The passkey that the answer says it is."""
        try:
            return base64url_to_bytes(str(answer.get("rawId") or answer.get("id") or ""))
        except ValueError:
            return None

    def verify(self, answer: dict[str, Any], public_key: bytes, sign_count: int, now: Moment) -> int:
        """The new signature count. Raises `PasskeyFailed`."""
        try:
            verified = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=self._used_challenge(answer, "", now),
                expected_rp_id=self._site,
                expected_origin=self._origin,
                credential_public_key=public_key,
                credential_current_sign_count=sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as trouble:
            raise PasskeyFailed(str(trouble)) from trouble
        return verified.new_sign_count

    def verify_new(self, answer: dict[str, Any], account: str, now: Moment) -> NewPasskey:
        """The passkey that was made. Raises `PasskeyFailed`."""
        try:
            verified = webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=self._used_challenge(answer, account, now),
                expected_rp_id=self._site,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as trouble:
            raise PasskeyFailed(str(trouble)) from trouble
        return NewPasskey(verified.credential_id, verified.credential_public_key, verified.sign_count)

    def _new_challenge(self, now: Moment, account: str) -> bytes:
        challenge = secrets.token_bytes(32)
        self._challenges[challenge] = (Moment(now + CHALLENGE_MS), account)
        while len(self._challenges) > CHALLENGES_MAX:
            self._challenges.popitem(last=False)
        return challenge

    def _used_challenge(self, answer: dict[str, Any], account: str, now: Moment) -> bytes:
        """The challenge that the answer signs, if we gave it, to this account, lately, and it has not been used."""
        signed = parse_client_data_json(base64url_to_bytes(answer["response"]["clientDataJSON"])).challenge
        expires, asked_by = self._challenges.pop(signed, (Moment(0), ""))
        if expires <= now or asked_by != account:
            raise PasskeyFailed("the challenge is not ours, is too old, or was used before")
        return signed


def _plain(options: str) -> dict[str, Any]:
    return msgspec.json.decode(options, type=dict[str, Any])
