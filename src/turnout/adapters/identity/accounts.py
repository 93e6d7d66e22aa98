"""Signing in and out: implements `edge.identities.Identities` over the store, with a clock and randomness.

What an administrator does is in `keeping`. Session lengths follow a shift; a demo session follows a visit.
"""

import importlib
import logging
import secrets
from collections.abc import Callable
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from argon2 import PasswordHasher
from msgspec.structs import replace

from turnout.adapters.identity.attempts import Attempts
from turnout.adapters.identity.keeping import digest, named_by, new_code, typed
from turnout.adapters.identity.offline import OfflineCodes
from turnout.adapters.identity.own_sessions import Idle, OwnSessions
from turnout.adapters.identity.passkey_failed import PasskeyFailed
from turnout.adapters.identity.passwords import is_common
from turnout.adapters.identity.sessions import SessionRow
from turnout.adapters.identity.store import AccountRow, IdentityStore, PasskeyRow
from turnout.core.catalogue import Catalogue
from turnout.core.context import Actor
from turnout.core.fields import ADMINISTRATOR, hidden_from
from turnout.desk.access import Principal, roles_of_scopes, scopes_of_roles, station_of
from turnout.edge.allowance import asked_from, found_locked, network_of, passed_on
from turnout.edge.identities import IdentityRefusal, SignedIn
from turnout.words.identity import ActorId, StationId
from turnout.words.moment import DAY_MS, HOUR_MS, MINUTE_MS, Moment
from turnout.words.name import Language

if TYPE_CHECKING:
    from turnout.adapters.identity.passkeys import Passkeys

log = logging.getLogger(__name__)

SESSION_MS = 14 * HOUR_MS
"""A twelve-hour shift and the hand-overs at both ends. Then one signs in again."""

DEMO_SESSION_MS = 12 * HOUR_MS
SCREEN_SESSION_MS = 400 * DAY_MS
"""A station's screen hangs on a wall where nobody signs in each morning; browsers keep no cookie longer than this. It
can only answer its own station's alerts, and ends at once when its account is disabled."""

SETUP_MS = DAY_MS
"""The setup code that the terminal shows; a later start shows a new one."""

DEMO_ROLE = "dispatcher"


@cache
def decoy() -> str:
    """What a secret is compared with where there is no account: nobody's, one for the process. Takes long to make."""
    return PasswordHasher().hash(secrets.token_urlsafe(16))


class Accounts(OwnSessions, OfflineCodes):
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
        lock_min: int = 0,
        is_live: Callable[[str], bool] = lambda session: False,
        two_factors: frozenset[str] = frozenset(),
    ) -> None:
        """`lock_min`: after so long without use a session locks; 0: never. `two_factors`: roles that need two."""
        super().__init__(store, now, catalogue, on_end)
        self._idle = Idle(now, lock_min * MINUTE_MS, is_live)
        self._two_factors = two_factors
        self._demo = demo
        self._origin = origin
        self._attempts = Attempts()
        self._demo_count = 0

    @property
    def store(self) -> IdentityStore:
        """The file, for what else is kept in it."""
        return self._store

    @cached_property
    def _passkeys(self) -> "Passkeys":
        """Loaded when somebody uses one: a desk that is being started does not wait for it."""
        made: Passkeys = importlib.import_module("turnout.adapters.identity.passkeys").Passkeys(self._origin)
        return made

    def load_the_rest(self) -> None:
        """What the first who signs in with a passkey, or chooses a password, would wait for. For a thread."""
        decoy()
        is_common("correct horse battery")
        self._passkeys.options(self._now())

    # at the door

    async def sign_in(self, account: str, secret: str, position: str, address: str) -> SignedIn | IdentityRefusal:
        """A wrong account and a wrong secret cannot be told apart, by words or by time."""
        wait = self._attempts.wait_s(account, address, self._now())
        if wait:
            return IdentityRefusal("too-many-attempts", {"wait_s": wait})
        row = self._store.find_account(account)
        proved = await self._proves(row.secret if row is not None and row.secret else decoy(), secret)
        if row is None or not row.secret or row.disabled or not proved:
            self._attempts.note_failure(account, address, self._now())
            return IdentityRefusal("wrong-secret")
        self._attempts.note_success(account)
        if self._needs_two(row):
            return IdentityRefusal("two-factors-needed")
        if self._hasher.check_needs_rehash(row.secret):
            self._store.set_secret(account, await self._hash(secret))
        return self._open(row, position, way="password")

    def sign_in_demo(self, role: str, position: str, language: Language) -> SignedIn | IdentityRefusal:
        """Only in a city whose folder says that it is a demonstration."""
        if not self._demo:
            return IdentityRefusal("no-demo")
        role = role or DEMO_ROLE
        catalogue = self._catalogue()
        if catalogue is not None and role not in catalogue.roles:
            return IdentityRefusal("unknown-role", {"role": role})
        if role == ADMINISTRATOR or "*" in scopes_of_roles((role,), catalogue):
            return IdentityRefusal("role-not-for-demo", {"role": role})
        if self._is_no_station((role,), position):
            return IdentityRefusal("unknown-station", {"station": position})
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
        return self._open(row, position, way="passkey")

    async def set_up(self, code: str, account: str, secret: str, address: str) -> SignedIn | IdentityRefusal:
        """An administrator, with the code from the machine's own terminal: the first, or one that lost the password."""
        wait = self._attempts.wait_s("setup", address, self._now())
        if wait:
            return IdentityRefusal("too-many-attempts", {"wait_s": wait})
        if self._store.count_accounts() and not self._store.has_setup(self._now()):
            return IdentityRefusal("already-set-up")
        weak = self._weakness(secret, account)
        if weak is not None:
            return weak
        hashed = await self._hash(secret)
        if not self._store.take_setup(digest(typed(code)), self._now()):
            self._attempts.note_failure("setup", address, self._now())
            return IdentityRefusal("wrong-setup-code")
        row = self._as_administrator(account, hashed)
        return self._open(row, "", way="setup", lacks_factor=self._needs_two(row))

    def _as_administrator(self, account: str, hashed: str) -> AccountRow:
        """The account, new or as it was, open, with this secret and the administrator's role."""
        made = AccountRow(id=account, name=account, secret=hashed, roles=(ADMINISTRATOR,), created=self._now())
        if self._store.add_account(made):
            return made
        held = self._store.get_account(account)
        roles = held.roles if ADMINISTRATOR in held.roles else (ADMINISTRATOR, *held.roles)
        self._end_sessions_of(account)
        self._store.set_secret(account, hashed)
        self._store.set_disabled(account, False)
        self._store.change_account(replace(held, roles=roles))
        return self._store.get_account(account)

    async def sign_in_code(
        self, account: str, code: str, secret: str, position: str, address: str
    ) -> SignedIn | IdentityRefusal:
        """With the one-time code that an administrator gave, and a password of one's own choice."""
        wait = self._attempts.wait_s(account, address, self._now())
        if wait:
            return IdentityRefusal("too-many-attempts", {"wait_s": wait})
        weak = self._weakness(secret, account)
        if weak is not None:
            return weak
        hashed = await self._hash(secret)
        row = self._store.find_account(account)
        if row is None or row.disabled or not self._store.take_code(account, digest(typed(code)), self._now()):
            self._attempts.note_failure(account, address, self._now())
            return IdentityRefusal("wrong-code")
        self._attempts.note_success(account)
        self._store.set_secret(account, hashed)
        made = self._store.get_account(account)
        return self._open(made, position, way="code", lacks_factor=self._needs_two(made))

    @property
    def are_new(self) -> bool:
        """Whether nobody has an account yet."""
        return not self._store.count_accounts()

    def make_setup_code(self, *, again: bool = False) -> str | None:
        """A new code for the terminal; any earlier one is void. With accounts there, only where asked for `again`.

        Whoever can run this on the machine has its files anyway: it gives an administrator back, and no more.
        """
        if self._store.count_accounts() and not again:
            return None
        code = new_code()
        self._store.set_setup(digest(code), Moment(self._now() + SETUP_MS))
        return code

    # who asks

    def find_session(self, secret: str) -> Principal | None:
        row = self._store.find_session(digest(secret)) if secret else None
        if row is None or row.expires <= self._now():
            return None
        account = None if row.demo else self._store.find_account(row.account)
        if not self._demo if row.demo else account is None or account.disabled:
            return None
        found = self._principal(row, account)
        if found.locked or found.actor.station:
            return found
        is_over = found_locked.get() if passed_on.get() else self._idle.is_over(row)
        return replace(found, locked=True) if is_over else found

    def touch(self, session: str) -> None:
        """It was used just now, by a socket that nobody asks about again."""
        self._idle.touch(session)

    def note_cut(self, session: str) -> None:
        """Its socket was cut, by the network or by us: whether its person is still there cannot be seen from here."""
        self._idle.forget(session)

    def find_token(self, token: str) -> Principal | None:
        row = self._store.find_token(digest(token)) if token else None
        if row is None or row.revoked or (row.expires and row.expires <= self._now()):
            return None
        own = next((unit for unit in named_by(row.scopes, "field") if unit != "*"), "")
        screen = next((station for station in named_by(row.scopes, "station") if station != "*"), "")
        scopes = frozenset(row.scopes)
        return Principal(
            actor=Actor(
                id=ActorId(f"program:{row.name}"),
                roles=roles_of_scopes(scopes, self._catalogue()),
                agencies=row.agencies,
                unit=own,
                station=screen,
            ),
            scopes=scopes,
            kind="program",
            session=f"token:{row.id}",
            expires=row.expires,
        )

    def sign_off(self, principal: Principal) -> None:
        self._store.end_session(principal.session)
        self._on_end(principal.session)

    def lock(self, principal: Principal) -> None:
        """Its sockets are cut. The session goes on, its position is kept."""
        self._store.set_locked(principal.session, True)
        self._on_end(principal.session)

    def unlock(self, principal: Principal) -> Principal:
        """Its person has just proved who it is."""
        self._store.set_locked(principal.session, False)
        self._store.note_proof(principal.session, self._now(), network_of(asked_from.get()))
        return replace(principal, locked=False)

    def change_session(
        self, principal: Principal, position: str, groups: tuple[str, ...], language: Language
    ) -> Principal | IdentityRefusal:
        row = self._store.find_account(principal.actor.id)
        moved = principal.actor.station and position != principal.actor.station
        if moved or (row is not None and row.positions and position not in row.positions):
            return IdentityRefusal("position-not-yours", {"position": position})
        self._store.change_session(principal.session, position, groups, language)
        return replace(principal, position=position, groups=groups, language=language)

    def _needs_two(self, row: AccountRow) -> bool:
        return not self._two_factors.isdisjoint(row.roles)

    def _open(
        self, row: AccountRow, position: str, kept_ms: int = 0, *, way: str = "", lacks_factor: bool = False
    ) -> SignedIn | IdentityRefusal:
        """`kept_ms`: how long; 0: as long as sessions are."""
        refusal = self._why_not_at(row, position)
        if refusal is not None:
            return refusal
        taken = _taken(row, position)
        return self._session(
            row.id, taken, row.roles, row.language, demo=False, kept_ms=kept_ms, way=way, lacks_factor=lacks_factor
        )

    def _why_not_at(self, row: AccountRow, position: str) -> IdentityRefusal | None:
        if position and row.positions and position not in row.positions:
            return IdentityRefusal("position-not-yours", {"position": position})
        if self._is_no_station(row.roles, _taken(row, position)):
            return IdentityRefusal("unknown-station", {"station": _taken(row, position)})
        return None

    def _is_no_station(self, roles: tuple[str, ...], position: str) -> bool:
        """Whether a station's screen would hang in a station that the tables do not know."""
        catalogue = self._catalogue()
        screen = station_of(self._scopes(roles), position)
        return bool(screen) and (catalogue is None or StationId(screen) not in catalogue.stations)

    def _session(
        self,
        account: str,
        position: str,
        roles: tuple[str, ...],
        language: Language,
        *,
        demo: bool,
        kept_ms: int = 0,
        way: str = "",
        lacks_factor: bool = False,
    ) -> SignedIn:
        secret, now = secrets.token_urlsafe(32), self._now()
        kept_ms = kept_ms or (SCREEN_SESSION_MS if station_of(self._scopes(roles), position) else SESSION_MS)
        self._store.forget_expired(now)
        row = SessionRow(
            digest=digest(secret),
            id=secrets.token_hex(8),
            account=account,
            demo=demo,
            position=position,
            groups=(),
            roles=roles,
            language=language,
            created=now,
            expires=Moment(now + (DEMO_SESSION_MS if demo else kept_ms)),
            proved=now,
            network=network_of(asked_from.get()),
            way=way,
            drafts_key=secrets.token_urlsafe(32),
            lacks_factor=lacks_factor,
        )
        self._store.add_session(row)
        self._idle.touch(row.id)
        return SignedIn(secret, self._principal(row, None if demo else self._store.find_account(account)))

    def _principal(self, row: SessionRow, account: AccountRow | None) -> Principal:
        roles = row.roles if account is None else account.roles
        scopes = self._scopes(roles)
        return Principal(
            actor=Actor(
                id=ActorId(row.account),
                roles=roles,
                agencies=() if account is None else account.agencies,
                unit="" if account is None else account.unit,
                station=station_of(scopes, row.position),
            ),
            scopes=scopes,
            hidden=hidden_from(roles, self._catalogue()),
            position=row.position,
            groups=row.groups,
            language=row.language,
            session=row.id,
            expires=row.expires,
            locked=row.locked,
            lacks_factor=row.lacks_factor,
        )

    def _scopes(self, roles: tuple[str, ...]) -> frozenset[str]:
        """By the tables; but accounts and tokens are the administrator's, whatever the tables say."""
        scopes = scopes_of_roles(roles, self._catalogue())
        return scopes | {"admin"} if ADMINISTRATOR in roles else scopes

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
        self._store.set_factors(principal.session)
        return None

    async def change_secret(self, principal: Principal, old: str, new: str) -> IdentityRefusal | None:
        row = self._store.find_account(principal.actor.id)
        if row is None:
            return IdentityRefusal("no-account")
        if row.secret and not await self._proves(row.secret, old):
            return IdentityRefusal("wrong-secret")
        weak = self._weakness(new, row.id, row.name)
        if weak is not None:
            return weak
        self._store.set_secret(row.id, await self._hash(new))
        self._end_sessions_of(row.id, but=principal.session)
        return None


def _taken(row: AccountRow, position: str) -> str:
    """Where somebody sits who asks for `position`, or for none."""
    return position or (row.positions[0] if row.positions else row.id)
