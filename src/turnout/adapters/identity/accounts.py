"""Signing in and out: implements `edge.identities.Identities` over the store, with a clock, randomness and Argon2id.

Parameters of Argon2id are the library's defaults, which are RFC 9106's second recommended ones (64 MiB, 3 passes).
Session lengths follow a shift; a demo session follows a visit.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from turnout.adapters.identity.attempts import Attempts
from turnout.adapters.identity.passkeys import PasskeyFailed, Passkeys
from turnout.adapters.identity.store import AccountRow, IdentityStore, PasskeyRow, SessionRow, TokenRow
from turnout.core.catalogue import Catalogue
from turnout.core.context import Actor
from turnout.desk.access import SCOPES, Principal, roles_of_scopes, scopes_of_roles
from turnout.edge.identities import (
    AccountCard,
    IdentityRefusal,
    NewAccount,
    NewToken,
    SignedIn,
    TokenCard,
    TokenMade,
)
from turnout.words.identity import ActorId
from turnout.words.moment import DAY_MS, HOUR_MS, Moment
from turnout.words.name import Language

log = logging.getLogger(__name__)

SESSION_MS = 14 * HOUR_MS
"""A twelve-hour shift and the hand-overs at both ends. Then one signs in again."""

DEMO_SESSION_MS = 12 * HOUR_MS
SETUP_MS = DAY_MS
"""The setup code that the terminal shows; a later start shows a new one."""

SECRET_MIN = 10
"""Characters of a password (NIST SP 800-63B asks for 8 at least; these doors open an emergency desk)."""

SECRET_MAX = 200
"""More is not safer, and hashing megabytes would be an attack."""

HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for some 50 ms."""

DEMO_ROLE = "dispatcher"


class Accounts:
    """`catalogue` gives the tables in force now, `now` the time."""

    def __init__(
        self,
        store: IdentityStore,
        now: Callable[[], Moment],
        catalogue: Callable[[], Catalogue | None],
        *,
        demo: bool,
        origin: str,
        on_end: Callable[[str], None] = lambda session: None,
    ) -> None:
        self._store, self._now, self._catalogue, self._demo = store, now, catalogue, demo
        self._passkeys = Passkeys(origin)
        self._attempts = Attempts()
        self._hasher = PasswordHasher()
        self._decoy = self._hasher.hash(secrets.token_urlsafe(16))
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._on_end = on_end
        self._demo_count = 0

    # at the door

    async def sign_in(self, account: str, secret: str, position: str, address: str) -> SignedIn | IdentityRefusal:
        """A wrong account and a wrong secret cannot be told apart, by words or by time."""
        wait = self._attempts.wait_s(account, address, self._now())
        if wait:
            return IdentityRefusal("too-many-attempts", {"wait_s": wait})
        row = self._store.find_account(account)
        proved = await self._proves(row.secret if row is not None and row.secret else self._decoy, secret)
        if row is None or not row.secret or row.disabled or not proved:
            self._attempts.note_failure(account, address, self._now())
            return IdentityRefusal("wrong-secret")
        self._attempts.note_success(account)
        if self._hasher.check_needs_rehash(row.secret):
            self._store.set_secret(account, await self._hash(secret))
        return self._open(row, position)

    def sign_in_demo(self, role: str, position: str, language: Language) -> SignedIn | IdentityRefusal:
        """Only in a city whose folder says that it is a demonstration."""
        if not self._demo:
            return IdentityRefusal("no-demo")
        role = role or DEMO_ROLE
        catalogue = self._catalogue()
        if catalogue is not None and role not in catalogue.roles:
            return IdentityRefusal("unknown-role", {"role": role})
        if role == "administrator" or "*" in scopes_of_roles((role,), catalogue):
            return IdentityRefusal("role-not-for-demo", {"role": role})
        self._demo_count += 1
        name = f"demo-{secrets.token_hex(2)}"
        return self._session(name, position or f"{role[:1].upper()}{self._demo_count}", (role,), language, demo=True)

    def passkey_options(self, address: str) -> dict[str, Any] | IdentityRefusal:
        wait = self._attempts.wait_s("", address, self._now())
        if wait:
            return IdentityRefusal("too-many-attempts", {"wait_s": wait})
        return self._passkeys.options(self._now())

    def sign_in_passkey(self, answer: dict[str, Any], position: str, address: str) -> SignedIn | IdentityRefusal:
        credential = self._passkeys.credential_of(answer)
        passkey = self._store.find_passkey(credential) if credential is not None else None
        row = self._store.find_account(passkey.account) if passkey is not None else None
        try:
            if passkey is None or row is None or row.disabled:
                raise PasskeyFailed("unknown passkey")
            count = self._passkeys.verify(answer, passkey.public_key, passkey.sign_count, self._now())
        except PasskeyFailed as failed:
            log.info("passkey refused: %s", failed)
            self._attempts.note_failure("", address, self._now())
            return IdentityRefusal("passkey-failed")
        self._store.note_passkey_use(passkey.id, count)
        return self._open(row, position)

    async def set_up(self, code: str, account: str, secret: str, address: str) -> SignedIn | IdentityRefusal:
        """The first administrator, with the code from the terminal. Once."""
        wait = self._attempts.wait_s("setup", address, self._now())
        if wait:
            return IdentityRefusal("too-many-attempts", {"wait_s": wait})
        if self._store.count_accounts():
            return IdentityRefusal("already-set-up")
        weak = _weak(secret)
        if weak is not None:
            return weak
        hashed = await self._hash(secret)
        if not self._store.take_setup(_digest(code.strip().upper()), self._now()):
            self._attempts.note_failure("setup", address, self._now())
            return IdentityRefusal("wrong-setup-code")
        row = AccountRow(id=account, name=account, secret=hashed, roles=("administrator",), created=self._now())
        self._store.add_account(row)
        return self._open(row, "")

    def make_setup_code(self) -> str | None:
        """A new code for the terminal, while there is no account yet; any earlier one is void."""
        if self._store.count_accounts():
            return None
        alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
        code = "-".join("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(3))
        self._store.set_setup(_digest(code), Moment(self._now() + SETUP_MS))
        return code

    # who asks

    def find_session(self, secret: str) -> Principal | None:
        row = self._store.find_session(_digest(secret)) if secret else None
        if row is None or row.expires <= self._now():
            return None
        if row.demo:
            return self._principal(row, None) if self._demo else None
        account = self._store.find_account(row.account)
        return self._principal(row, account) if account is not None and not account.disabled else None

    def find_token(self, token: str) -> Principal | None:
        row = self._store.find_token(_digest(token)) if token else None
        if row is None or row.revoked or (row.expires and row.expires <= self._now()):
            return None
        own = next((unit for unit in _crews_of(row.scopes) if unit != "*"), "")
        scopes = frozenset(row.scopes)
        return Principal(
            actor=Actor(
                id=ActorId(f"program:{row.name}"),
                roles=roles_of_scopes(scopes, self._catalogue()),
                agencies=row.agencies,
                unit=own,
            ),
            scopes=scopes,
            kind="program",
            session=f"token:{row.id}",
            expires=row.expires,
        )

    def sign_off(self, principal: Principal) -> None:
        self._store.end_session(principal.session)
        self._on_end(principal.session)

    def change_session(
        self, principal: Principal, position: str, groups: tuple[str, ...], language: Language
    ) -> Principal | IdentityRefusal:
        row = self._store.find_account(principal.actor.id)
        if row is not None and row.positions and position not in row.positions:
            return IdentityRefusal("position-not-yours", {"position": position})
        self._store.change_session(principal.session, position, groups, language)
        return Principal(
            actor=principal.actor,
            scopes=principal.scopes,
            position=position,
            groups=groups,
            language=language,
            session=principal.session,
            expires=principal.expires,
        )

    def _open(self, row: AccountRow, position: str) -> SignedIn | IdentityRefusal:
        if position and row.positions and position not in row.positions:
            return IdentityRefusal("position-not-yours", {"position": position})
        taken = position or (row.positions[0] if row.positions else row.id)
        return self._session(row.id, taken, row.roles, row.language, demo=False)

    def _session(self, account: str, position: str, roles: tuple[str, ...], language: Language, demo: bool) -> SignedIn:
        secret, now = secrets.token_urlsafe(32), self._now()
        self._store.forget_expired(now)
        row = SessionRow(
            digest=_digest(secret),
            id=secrets.token_hex(8),
            account=account,
            demo=demo,
            position=position,
            groups=(),
            roles=roles,
            language=language,
            created=now,
            expires=Moment(now + (DEMO_SESSION_MS if demo else SESSION_MS)),
        )
        self._store.add_session(row)
        return SignedIn(secret, self._principal(row, None if demo else self._store.find_account(account)))

    def _principal(self, row: SessionRow, account: AccountRow | None) -> Principal:
        roles = row.roles if account is None else account.roles
        return Principal(
            actor=Actor(
                id=ActorId(row.account),
                roles=roles,
                agencies=() if account is None else account.agencies,
                unit="" if account is None else account.unit,
            ),
            scopes=self._scopes(roles),
            position=row.position,
            groups=row.groups,
            language=row.language,
            session=row.id,
            expires=row.expires,
        )

    def _scopes(self, roles: tuple[str, ...]) -> frozenset[str]:
        """By the tables; but accounts and tokens are the administrator's, whatever the tables say."""
        scopes = scopes_of_roles(roles, self._catalogue())
        return scopes | {"admin"} if "administrator" in roles else scopes

    # passkeys of one's own account

    def new_passkey_options(self, principal: Principal) -> dict[str, Any] | IdentityRefusal:
        row = self._store.find_account(principal.actor.id)
        if row is None:
            return IdentityRefusal("no-account")
        known = [passkey.id for passkey in self._store.list_passkeys(row.id)]
        return self._passkeys.new_options(row.id, row.name, known, self._now())

    def add_passkey(self, principal: Principal, answer: dict[str, Any], name: str) -> IdentityRefusal | None:
        try:
            made = self._passkeys.verify_new(answer, principal.actor.id, self._now())
        except PasskeyFailed as failed:
            log.info("passkey not registered: %s", failed)
            return IdentityRefusal("passkey-failed")
        key = PasskeyRow(made.id, principal.actor.id, made.public_key, made.sign_count, name, self._now())
        self._store.add_passkey(key)
        return None

    # for the administrator

    async def add_account(self, new: NewAccount) -> AccountCard | IdentityRefusal:
        if new.secret:
            weak = _weak(new.secret)
            if weak is not None:
                return weak
        catalogue = self._catalogue()
        unknown = [role for role in new.roles if catalogue is not None and role not in catalogue.roles]
        unknown = [role for role in unknown if role != "administrator"]
        if unknown:
            return IdentityRefusal("unknown-role", {"role": unknown[0]})
        row = AccountRow(
            id=new.account,
            name=new.name or new.account,
            secret=await self._hash(new.secret) if new.secret else "",
            roles=new.roles,
            agencies=new.agencies,
            positions=new.positions,
            unit=new.unit,
            language=new.language,
            created=self._now(),
        )
        if new.account.startswith("demo-") or not self._store.add_account(row):
            return IdentityRefusal("account-taken", {"account": new.account})
        return self._card(row)

    def list_accounts(self) -> list[AccountCard]:
        return [self._card(row) for row in self._store.list_accounts()]

    async def change_secret(self, principal: Principal, old: str, new: str) -> IdentityRefusal | None:
        row = self._store.find_account(principal.actor.id)
        if row is None:
            return IdentityRefusal("no-account")
        if row.secret and not await self._proves(row.secret, old):
            return IdentityRefusal("wrong-secret")
        weak = _weak(new)
        if weak is not None:
            return weak
        self._store.set_secret(row.id, await self._hash(new))
        return None

    def set_disabled(self, account: str, disabled: bool) -> bool:
        """A disabled account's sessions end at once."""
        changed = self._store.set_disabled(account, disabled)
        if disabled:
            for session in self._store.end_sessions_of(account):
                self._on_end(session)
        return changed

    def add_token(self, new: NewToken, by: Principal) -> TokenMade | IdentityRefusal:
        unknown = [scope for scope in new.scopes if not _is_scope(scope)] or _one_crew_too_many(new.scopes)
        if unknown or not new.scopes:
            return IdentityRefusal("unknown-scope", {"scope": unknown[0] if unknown else ""})
        token = f"turnout_{secrets.token_urlsafe(32)}"
        row = TokenRow(
            id=secrets.token_hex(6),
            digest=_digest(token),
            name=new.name,
            scopes=new.scopes,
            agencies=new.agencies,
            by=by.actor.id,
            created=self._now(),
            expires=new.expires or Moment(0),
        )
        self._store.add_token(row)
        return TokenMade(token, _token_card(row))

    def list_tokens(self) -> list[TokenCard]:
        return [_token_card(row) for row in self._store.list_tokens()]

    def revoke_token(self, token: str) -> bool:
        revoked = self._store.revoke_token(token)
        if revoked:
            self._on_end(f"token:{token}")
        return revoked

    def _card(self, row: AccountRow) -> AccountCard:
        return AccountCard(
            account=row.id,
            name=row.name,
            roles=row.roles,
            agencies=row.agencies,
            positions=row.positions,
            unit=row.unit,
            language=row.language,
            disabled=row.disabled,
            passkeys=len(self._store.list_passkeys(row.id)),
            created=row.created,
        )

    # hashing

    async def _hash(self, secret: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, secret)

    async def _proves(self, hashed: str, secret: str) -> bool:
        if len(secret) > SECRET_MAX:
            return False
        async with self._hashing:
            return await asyncio.to_thread(self._verify, hashed, secret)

    def _verify(self, hashed: str, secret: str) -> bool:
        try:
            return self._hasher.verify(hashed, secret)
        except (Argon2Error, InvalidHashError):
            return False


OF_ONE_UNIT = ("field", "avl")
"""Scopes that may name a unit."""


def _is_scope(scope: str) -> bool:
    kind, named, unit = scope.partition(":")
    return kind in SCOPES and (not named or (kind in OF_ONE_UNIT and bool(unit)))


def _crews_of(scopes: tuple[str, ...]) -> list[str]:
    """The units that a token speaks for as their crew; `*` for all."""
    return [scope.removeprefix("field:") for scope in scopes if scope.startswith("field:")]


def _one_crew_too_many(scopes: tuple[str, ...]) -> list[str]:
    """A token is one crew's or all crews': the rules know no crew of two units, and two would have meant any."""
    return [f"field:{unit}" for unit in _crews_of(scopes)[1:]]


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _weak(secret: str) -> IdentityRefusal | None:
    if not SECRET_MIN <= len(secret) <= SECRET_MAX:
        return IdentityRefusal("weak-secret", {"least": SECRET_MIN, "most": SECRET_MAX})
    return None


def _token_card(row: TokenRow) -> TokenCard:
    return TokenCard(
        id=row.id,
        name=row.name,
        scopes=row.scopes,
        agencies=row.agencies,
        by=row.by,
        created=row.created,
        expires=row.expires,
    )
