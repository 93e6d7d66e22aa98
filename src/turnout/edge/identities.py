"""What the edge needs in order to know who asks. `adapters/identity` implements it; `http` and `socket` use it."""

from typing import Any, Literal, Protocol

import msgspec

from turnout.desk.access import Principal
from turnout.words.identity import AgencyId
from turnout.words.moment import Moment
from turnout.words.name import Language

Standing = Literal["open", "closed", "none"]
"""Of an account: it may sign in, an administrator has closed it, there is none of that name."""


class IdentityRefusal(msgspec.Struct, frozen=True):
    """Why somebody is not let in, or an account or token is not made. `speech.py` has the words for each code."""

    code: str
    fields: dict[str, str | int] = {}


class SignedIn(msgspec.Struct, frozen=True):
    """`secret` goes into the cookie, once, and is kept nowhere."""

    secret: str
    principal: Principal


class Asserted(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an identity provider says that it has before it: the subject is its own name for the person, for ever."""

    provider: str
    subject: str
    account: str
    """What the account is called, should this be its first time."""
    name: str = ""
    roles: tuple[str, ...] = ()
    """By the person's groups; empty: the provider has no say in them."""
    agencies: tuple[AgencyId, ...] = ()
    position: str = ""


class Entry(msgspec.Struct, frozen=True):
    """What has to be done before somebody that a provider vouches for can get in; on the journal first."""

    account: str
    act: Literal["", "account-made", "account-changed"] = ""
    roles: tuple[str, ...] = ()
    agencies: tuple[AgencyId, ...] = ()


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    account: str
    name: str = ""
    secret: str = ""
    """Empty: only a passkey will open it; until one is registered nobody can sign in."""
    roles: tuple[str, ...]
    agencies: tuple[AgencyId, ...] = ()
    positions: tuple[str, ...] = ()
    unit: str = ""
    language: Language = "en"


class AccountChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an account is to be from now on. Its password, passkeys and journal are untouched."""

    name: str = ""
    roles: tuple[str, ...]
    agencies: tuple[AgencyId, ...] = ()
    positions: tuple[str, ...] = ()
    unit: str = ""
    language: Language = "en"


class CodeGiven(msgspec.Struct, frozen=True):
    """A one-time code, shown this once. With it the person chooses a password of their own."""

    code: str
    expires: Moment


class OfflineSheet(msgspec.Struct, frozen=True):
    """Codes for the day on which the identity provider is down, shown this once: to be printed."""

    codes: tuple[str, ...]
    expires: Moment


class OfflineSheetState(msgspec.Struct, frozen=True, kw_only=True):
    """What an account has of it. `provider`: whose account it is; empty: nobody's, and it needs no codes."""

    provider: str
    left: int
    expires: Moment


class OfflineEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody came in by an offline code, and no second person has answered for it yet."""

    id: str
    account: str
    at: Moment
    position: str


class OwnSession(msgspec.Struct, frozen=True, kw_only=True):
    """One of a person's sessions, as that person sees it. `own`: the one that asks."""

    id: str
    created: Moment
    proved: Moment
    expires: Moment
    position: str
    network: str
    way: str
    locked: bool
    own: bool


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal of the service that has a certificate of the city's. `expires`: of the newest one."""

    id: str
    name: str
    by: str
    issued: Moment
    expires: Moment
    revoked: Moment = Moment(0)


class CertificateGiven(msgspec.Struct, frozen=True):
    """In PEM, for the key that asked for it."""

    certificate: str
    expires: Moment


class KnownDevices(Protocol):
    """Terminals and their certificates. `adapters/identity/devices` implements it."""

    def find(self, certificate: bytes) -> Device | None:
        """Whose it is (DER, shown in TLS, here or at a proxy); None: nobody's of this city, over, or revoked."""
        ...

    def renew_for(self, certificate: bytes, csr: bytes) -> CertificateGiven | IdentityRefusal: ...
    def list(self) -> "list[Device]": ...
    def revoke(self, device: str) -> bool: ...


class AccountCard(msgspec.Struct, frozen=True, kw_only=True):
    """An account as an administrator sees it."""

    account: str
    name: str
    roles: tuple[str, ...]
    agencies: tuple[AgencyId, ...]
    positions: tuple[str, ...]
    unit: str
    language: Language
    disabled: bool
    passkeys: int
    created: Moment
    provider: str = ""
    """Whose it is, where an identity provider vouches for the person."""


class NewToken(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    scopes: tuple[str, ...]
    agencies: tuple[AgencyId, ...] = ()
    expires: Moment | None = None


class TokenCard(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    scopes: tuple[str, ...]
    agencies: tuple[AgencyId, ...]
    by: str
    created: Moment
    expires: Moment
    """0: never."""


class TokenMade(msgspec.Struct, frozen=True):
    """`token` is shown this once."""

    token: str
    card: TokenCard


class Identities(Protocol):
    """Sign-in, sessions, tokens and accounts. Slow work (hashing) is awaited and does not hold the loop."""

    def standing_of(self, account: str) -> Standing: ...
    async def sign_in(self, account: str, secret: str, position: str, address: str) -> SignedIn | IdentityRefusal: ...
    def sign_in_demo(self, role: str, position: str, language: Language) -> SignedIn | IdentityRefusal: ...
    def find_session(self, secret: str) -> Principal | None: ...
    def touch(self, session: str) -> None: ...
    def note_cut(self, session: str) -> None: ...
    def why_not_fresh(self, principal: Principal) -> IdentityRefusal | None: ...
    def list_own_sessions(self, principal: Principal) -> list[OwnSession]: ...
    def end_own_session(self, principal: Principal, session: str) -> bool: ...
    def renew(self, principal: Principal) -> str: ...
    def keep_drafts(self, earlier: Principal, now: Principal) -> None: ...
    def drafts_key_of(self, principal: Principal) -> str: ...
    def find_token(self, token: str) -> Principal | None: ...
    def sign_off(self, principal: Principal) -> None: ...
    def lock(self, principal: Principal) -> None: ...
    def unlock(self, principal: Principal) -> Principal: ...
    def change_session(
        self, principal: Principal, position: str, groups: tuple[str, ...], language: Language
    ) -> Principal | IdentityRefusal: ...
    async def set_up(self, code: str, account: str, secret: str, address: str) -> SignedIn | IdentityRefusal: ...
    def passkey_options(self, address: str) -> dict[str, Any] | IdentityRefusal: ...
    def sign_in_passkey(self, answer: dict[str, Any], position: str, address: str) -> SignedIn | IdentityRefusal: ...
    def new_passkey_options(self, principal: Principal) -> dict[str, Any] | IdentityRefusal: ...
    def add_passkey(self, principal: Principal, answer: dict[str, Any], name: str) -> IdentityRefusal | None: ...
    async def add_account(self, new: NewAccount) -> AccountCard | IdentityRefusal: ...
    def list_accounts(self) -> list[AccountCard]: ...
    async def change_secret(self, principal: Principal, old: str, new: str) -> IdentityRefusal | None: ...
    def set_disabled(self, account: str, disabled: bool) -> bool: ...
    def why_not_add(self, new: NewAccount) -> IdentityRefusal | None: ...
    def why_not_change(self, account: str, change: AccountChange) -> IdentityRefusal | None: ...
    def why_not_disable(self, account: str, disabled: bool) -> IdentityRefusal | None: ...
    def why_not_token(self, new: NewToken) -> IdentityRefusal | None: ...
    def change_account(self, account: str, change: AccountChange) -> AccountCard | IdentityRefusal: ...
    def give_code(self, account: str, passkeys: bool) -> CodeGiven | IdentityRefusal: ...
    async def sign_in_code(
        self, account: str, code: str, secret: str, position: str, address: str
    ) -> SignedIn | IdentityRefusal: ...
    def plan_entry(self, asserted: Asserted) -> Entry | IdentityRefusal: ...
    async def enter(self, asserted: Asserted, entry: Entry) -> SignedIn | IdentityRefusal: ...
    def why_no_sheet(self, account: str) -> IdentityRefusal | None: ...
    def make_offline_codes(self, account: str) -> OfflineSheet | IdentityRefusal: ...
    def find_offline_sheet(self, account: str) -> OfflineSheetState: ...
    def hold_back_offline(self, account: str, address: str) -> IdentityRefusal | None: ...
    def sign_in_offline(
        self, provider: str, account: str, code: str, position: str, address: str
    ) -> SignedIn | IdentityRefusal: ...
    def list_offline_entries(self) -> list[OfflineEntry]: ...
    def why_not_answer(self, entry: str, who: Principal) -> OfflineEntry | IdentityRefusal: ...
    def answer_offline_entry(self, entry: str, who: Principal) -> None: ...
    def find_provider_of(self, account: str) -> str: ...
    def add_token(self, new: NewToken, by: Principal) -> TokenMade | IdentityRefusal: ...
    def list_tokens(self) -> list[TokenCard]: ...
    def revoke_token(self, token: str) -> bool: ...
