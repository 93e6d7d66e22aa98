"""Keeping accounts and tokens, for an administrator: made, changed, closed, given a one-time code.

What may not be done is asked first (`why_not_…`), so that the journal can note an act before it is done and never notes
one that was refused. Parameters of Argon2id are the library's defaults, which are RFC 9106's second recommended ones
(64 MiB, 3 passes).
"""

import hashlib
import secrets
from collections.abc import Callable
from functools import partial
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from msgspec.structs import replace

from turnout.adapters.identity.passwords import SECRET_MAX, why_weak, words_of
from turnout.adapters.identity.provisioned import ProvisionedStore
from turnout.adapters.identity.store import AccountRow, IdentityStore, TokenRow
from turnout.core.catalogue import Catalogue
from turnout.core.fields import ADMINISTRATOR
from turnout.core.permissions import SYSTEM_ROLE
from turnout.desk.access import SCOPES, Principal
from turnout.edge.bounded import BoundedWorkers
from turnout.edge.identities import (
    AccountCard,
    AccountChange,
    CodeGiven,
    IdentityRefusal,
    NewAccount,
    NewToken,
    Standing,
    TokenCard,
    TokenMade,
)
from turnout.words.moment import DAY_MS, Moment

HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for some 50 ms."""

HASHES_WAITING_MAX = 256
"""A whole room that signs in at once waits some seconds; more than that is no room, and is told to come back."""

OTHERS: Final = ("demo-", "program:", "sso/")
"""How the journal calls visitors, programs and providers: no person's account is taken for one of them."""

CODE_MS: Final = DAY_MS
"""A one-time code is handed over in a shift, or a new one is given."""

CODE_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without what looks alike: 32 of them, five bits each."""

CODE_LENGTH: Final = 28
"""140 bits: so many that a code is not found from its SHA-256 (ASVS 5.0, 6.5.2 and 11.5.1: 112 and 128 at least)."""


class Keeping:
    """The administrator's part of `Accounts`."""

    def __init__(
        self,
        store: IdentityStore,
        now: Callable[[], Moment],
        catalogue: Callable[[], Catalogue | None],
        on_end: Callable[[str], None],
    ) -> None:
        self._store, self._now, self._catalogue, self._on_end = store, now, catalogue, on_end
        self.provisioned = ProvisionedStore(store)
        self._hasher = PasswordHasher()
        self.hashing = BoundedWorkers(HASHES_AT_ONCE, HASHES_WAITING_MAX, "hashing")

    # what may not be done

    def why_not_add(self, new: NewAccount) -> IdentityRefusal | None:
        weak = self._weakness(new.secret, new.account, new.name) if new.secret else None
        if weak is not None:
            return weak
        if not new.account.strip() or new.account.startswith(OTHERS) or self._store.find_account(new.account):
            return IdentityRefusal("account-taken", {"account": new.account})
        return self._unknown(new.roles, new.agencies)

    def why_not_change(self, account: str, change: AccountChange) -> IdentityRefusal | None:
        if self._store.find_account(account) is None:
            return IdentityRefusal("unknown-account", {"account": account})
        if ADMINISTRATOR not in change.roles and self._is_last_administrator(account):
            return IdentityRefusal("last-administrator", {"account": account})
        return self._unknown(change.roles, change.agencies)

    def why_not_disable(self, account: str, disabled: bool) -> IdentityRefusal | None:
        if self._store.find_account(account) is None:
            return IdentityRefusal("unknown-account", {"account": account})
        if disabled and self._is_last_administrator(account):
            return IdentityRefusal("last-administrator", {"account": account})
        return None

    def why_not_token(self, new: NewToken) -> IdentityRefusal | None:
        unknown = [scope for scope in new.scopes if not _is_scope(scope)] or _one_crew_too_many(new.scopes)
        if unknown or not new.scopes:
            return IdentityRefusal("unknown-scope", {"scope": unknown[0] if unknown else ""})
        return None

    def _is_last_administrator(self, account: str) -> bool:
        open_ones = [row.id for row in self._store.list_accounts() if ADMINISTRATOR in row.roles and not row.disabled]
        return open_ones == [account]

    def _unknown(self, roles: tuple[str, ...], agencies: tuple[str, ...]) -> IdentityRefusal | None:
        """A role or agency that the tables do not know. The administrator's is always known, the program's never."""
        catalogue = self._catalogue()
        if catalogue is None:
            return None
        for role in roles:
            if role == SYSTEM_ROLE or (role not in catalogue.roles and role != ADMINISTRATOR):
                return IdentityRefusal("unknown-role", {"role": role})
        for agency in agencies:
            if agency not in catalogue.agencies:
                return IdentityRefusal("unknown-agency", {"agency": agency})
        return None

    # accounts and tokens

    async def add_account(self, new: NewAccount) -> AccountCard | IdentityRefusal:
        refusal = self.why_not_add(new)
        if refusal is not None:
            return refusal
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
        if not self._store.add_account(row):
            return IdentityRefusal("account-taken", {"account": new.account})
        return self._card(row)

    def standing_of(self, account: str) -> Standing:
        row = self._store.find_account(account)
        return "none" if row is None else "closed" if row.disabled else "open"

    def list_accounts(self) -> list[AccountCard]:
        return [self._card(row) for row in self._store.list_accounts()]

    def change_account(self, account: str, change: AccountChange) -> AccountCard | IdentityRefusal:
        """From now on so. Where it may now do or see something else, its sessions end: the person signs in again."""
        refusal = self.why_not_change(account, change)
        if refusal is not None:
            return refusal
        held = self._store.get_account(account)
        after = replace(
            held,
            name=change.name or held.name,
            roles=change.roles,
            agencies=change.agencies,
            positions=change.positions,
            unit=change.unit,
            language=change.language,
        )
        self._store.change_account(after)
        if (held.roles, held.agencies, held.unit) != (after.roles, after.agencies, after.unit):
            self._end_sessions_of(account)
        return self._card(after)

    def give_code(self, account: str, passkeys: bool) -> CodeGiven | IdentityRefusal:
        """A one-time code instead of the password, which is void from now on; with `passkeys`, those are gone too,
        and what a provider of single sign-on called the person: the next who comes by that name is bound anew."""
        if self._store.find_account(account) is None:
            return IdentityRefusal("unknown-account", {"account": account})
        code, expires = new_code(), Moment(self._now() + CODE_MS)
        self._store.set_secret(account, "")
        if passkeys:
            self._store.remove_passkeys(account)
            self._store.unbind(account)
        self._store.set_code(account, digest(code), expires)
        self._end_sessions_of(account)
        return CodeGiven(code, expires)

    def set_disabled(self, account: str, disabled: bool) -> bool:
        """A disabled account's sessions end at once."""
        changed = self._store.set_disabled(account, disabled)
        if disabled:
            self._end_sessions_of(account)
        return changed

    def _end_sessions_of(self, account: str, but: str = "") -> None:
        for session in self._store.end_sessions_of(account, but):
            self._on_end(session)

    def add_token(self, new: NewToken, by: Principal) -> TokenMade | IdentityRefusal:
        refusal = self.why_not_token(new)
        if refusal is not None:
            return refusal
        token = f"turnout_{secrets.token_urlsafe(32)}"
        row = TokenRow(
            id=secrets.token_hex(6),
            digest=digest(token),
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
            provider=self._store.find_provider_of(row.id),
        )

    # secrets

    def _weakness(self, secret: str, account: str, name: str = "") -> IdentityRefusal | None:
        """Why it cannot be this person's password. A new one's name is not known by the account's alone."""
        return why_weak(secret, words_of(self._catalogue(), account, name))

    async def _hash(self, secret: str) -> str:
        return await self.hashing.run(partial(self._hasher.hash, secret))

    async def _proves(self, hashed: str, secret: str) -> bool:
        if len(secret) > SECRET_MAX:
            return False
        return await self.hashing.run(partial(self._verify, hashed, secret))

    def _verify(self, hashed: str, secret: str) -> bool:
        try:
            return self._hasher.verify(hashed, secret)
        except (Argon2Error, InvalidHashError):
            return False


OF_ONE = ("field", "avl", "station")
"""Scopes that may name one unit, or one station."""


def _is_scope(scope: str) -> bool:
    kind, named, unit = scope.partition(":")
    return kind in SCOPES and (not named or (kind in OF_ONE and bool(unit)))


def named_by(scopes: tuple[str, ...], kind: str) -> list[str]:
    """The units that a token speaks for as their crew, or the stations as their screen; `*` for all."""
    return [scope.removeprefix(f"{kind}:") for scope in scopes if scope.startswith(f"{kind}:")]


def _one_crew_too_many(scopes: tuple[str, ...]) -> list[str]:
    """A token is one crew's or all crews': the rules know no crew of two units, and two would have meant any."""
    return [f"{kind}:{named}" for kind in ("field", "station") for named in named_by(scopes, kind)[1:]]


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


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


def new_code() -> str:
    """`ABCD-EFGH-…`, seven fours, drawn at random."""
    return _in_fours("".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)))


def typed(code: str) -> str:
    """A code as it was drawn, however it was typed: with or without blanks, dashes and capitals."""
    return _in_fours("".join(one for one in code.upper() if one.isalnum()))


def _in_fours(letters: str) -> str:
    return "-".join(letters[n : n + 4] for n in range(0, len(letters), 4))
