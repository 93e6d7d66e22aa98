"""Who is let in, who is not, and what is kept of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.identity.soft_authenticator import SoftAuthenticator
from turnout.adapters.identity.accounts import SESSION_MS, Accounts
from turnout.adapters.identity.attempts import FAILURES_OF_ACCOUNT_MAX, WINDOW_MS
from turnout.adapters.identity.store import IdentityStore
from turnout.core.catalogue import Catalogue, Role, Station
from turnout.edge.identities import IdentityRefusal, NewAccount, NewToken, SignedIn, TokenMade
from turnout.words.identity import AgencyId, StationId
from turnout.words.moment import DAY_MS, Moment
from turnout.words.name import Name
from turnout.words.place import Place

ORIGIN = "http://localhost:8080"
SECRET = "correct horse battery"
ROLES = {
    "dispatcher": Role("dispatcher", Name("Dispatcher", "调度员"), ("calls", "dispatch", "read")),
    "station": Role("station", Name("Station screen", "站点终端"), ("station",)),
    "crew": Role("crew", Name("Crew", "出动人员"), ("field", "read")),
    "administrator": Role("administrator", Name("Administrator", "管理员"), ("tables", "read")),
}
HOUSE = Station(StationId("ST01"), Name("House", "站"), AgencyId("FIRE"), Place(1.0, 2.0))
CATALOGUE = Catalogue(city="x", name=Name("X", "X"), time_zone="UTC", roles=ROLES, stations={HOUSE.id: HOUSE})


class Door:
    """Accounts with a clock that a test sets, and everything that was cut."""

    def __init__(self, folder: Path, demo: bool) -> None:
        self.now = Moment(1_800_000_000_000)
        self.cut: list[str] = []
        self.path = folder / "accounts.sqlite"
        self.store = IdentityStore(self.path)
        self.accounts = Accounts(
            self.store, lambda: self.now, lambda: CATALOGUE, demo=demo, origin=ORIGIN, on_end=self.cut.append
        )

    async def with_dispatcher(self, **more: object) -> None:
        new = NewAccount(account="ana", secret=SECRET, roles=("dispatcher",), **more)  # type: ignore[arg-type]
        made = await self.accounts.add_account(new)
        assert not isinstance(made, IdentityRefusal)

    async def sign_in(self, secret: str = SECRET, account: str = "ana", position: str = "") -> SignedIn | str:
        outcome = await self.accounts.sign_in(account, secret, position, "10.0.0.1")
        return outcome if isinstance(outcome, SignedIn) else outcome.code


@pytest.fixture(params=[False])
async def door(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Door]:
    door = Door(tmp_path, request.param)
    yield door
    door.store.close()


async def test_the_right_secret_opens_a_session_with_the_rights_of_the_roles(door: Door) -> None:
    await door.with_dispatcher()
    outcome = await door.sign_in()
    assert isinstance(outcome, SignedIn)
    found = door.accounts.find_session(outcome.secret)
    assert found is not None
    assert (found.actor.id, found.scopes) == ("ana", {"calls", "dispatch", "read"})


async def test_a_wrong_secret_and_an_unknown_account_are_told_the_same(door: Door) -> None:
    await door.with_dispatcher()
    assert await door.sign_in(secret="wrong wrong") == await door.sign_in(account="bob") == "wrong-secret"


async def test_a_locked_session_goes_on_but_nothing_may_be_connected_in_its_name(door: Door) -> None:
    await door.with_dispatcher()
    outcome = await door.sign_in()
    assert isinstance(outcome, SignedIn)
    door.accounts.lock(outcome.principal)
    assert door.cut == [outcome.principal.session]
    found = door.accounts.find_session(outcome.secret)
    assert found is not None
    assert found.locked
    assert door.store.open_sessions() == set(), "an edge cuts what is not among these"
    assert not door.accounts.unlock(found).locked
    again = door.accounts.find_session(outcome.secret)
    assert again == outcome.principal
    assert door.store.open_sessions() == {found.session}


async def test_guessing_is_held_back_for_a_while_and_then_forgiven(door: Door) -> None:
    await door.with_dispatcher()
    for _ in range(FAILURES_OF_ACCOUNT_MAX):
        await door.sign_in(secret="wrong wrong")
    assert await door.sign_in() == "too-many-attempts"
    door.now = Moment(door.now + WINDOW_MS)
    assert isinstance(await door.sign_in(), SignedIn)


async def test_a_session_ends_with_the_shift_and_with_signing_off(door: Door) -> None:
    await door.with_dispatcher()
    one, other = await door.sign_in(), await door.sign_in()
    assert isinstance(one, SignedIn)
    assert isinstance(other, SignedIn)
    door.accounts.sign_off(one.principal)
    assert door.accounts.find_session(one.secret) is None
    assert door.cut == [one.principal.session]
    door.now = Moment(door.now + SESSION_MS)
    assert door.accounts.find_session(other.secret) is None


async def test_a_closed_account_loses_its_sessions_at_once(door: Door) -> None:
    await door.with_dispatcher()
    outcome = await door.sign_in()
    assert isinstance(outcome, SignedIn)
    door.accounts.set_disabled("ana", True)
    assert door.accounts.find_session(outcome.secret) is None
    assert outcome.principal.session in door.cut
    assert await door.sign_in() == "wrong-secret"


async def test_only_named_positions_may_be_taken_where_an_account_names_some(door: Door) -> None:
    await door.with_dispatcher(positions=("D1",))
    assert await door.sign_in(position="D2") == "position-not-yours"
    outcome = await door.sign_in()
    assert isinstance(outcome, SignedIn)
    assert outcome.principal.position == "D1"


async def test_the_setup_code_makes_one_administrator_once(door: Door) -> None:
    code = door.accounts.make_setup_code()
    assert code is not None
    wrong = await door.accounts.set_up("AAAA-BBBB-CCCC", "root", SECRET, "10.0.0.1")
    assert isinstance(wrong, IdentityRefusal)
    made = await door.accounts.set_up(code.lower(), "root", SECRET, "10.0.0.1")
    assert isinstance(made, SignedIn)
    assert "admin" in made.principal.scopes
    again = await door.accounts.set_up(code, "other", SECRET, "10.0.0.1")
    assert isinstance(again, IdentityRefusal)
    assert again.code == "already-set-up"
    assert door.accounts.make_setup_code() is None


async def test_a_setup_code_is_void_after_a_day_and_when_a_new_one_is_shown(door: Door) -> None:
    first = door.accounts.make_setup_code()
    second = door.accounts.make_setup_code()
    assert first is not None
    assert second is not None
    for code in (first, second):
        door.now = Moment(door.now + DAY_MS)
        refused = await door.accounts.set_up(code, "root", SECRET, "10.0.0.1")
        assert isinstance(refused, IdentityRefusal)
        assert refused.code == "wrong-setup-code"


@pytest.mark.parametrize("secret", ["short", "x" * 201])
async def test_a_secret_must_be_neither_short_nor_endless(door: Door, secret: str) -> None:
    refused = await door.accounts.add_account(NewAccount(account="ana", secret=secret, roles=("dispatcher",)))
    assert isinstance(refused, IdentityRefusal)
    assert refused.code == "weak-secret"


@pytest.mark.parametrize("door", [True], indirect=True)
async def test_a_demo_city_lets_anybody_in_as_a_dispatcher_and_nobody_as_an_administrator(door: Door) -> None:
    outcome = door.accounts.sign_in_demo("", "", "zh-CN")
    assert isinstance(outcome, SignedIn)
    assert outcome.principal.actor.roles == ("dispatcher",)
    refused = door.accounts.sign_in_demo("administrator", "", "en")
    assert isinstance(refused, IdentityRefusal)


async def test_a_real_city_lets_nobody_in_without_an_account(door: Door) -> None:
    refused = door.accounts.sign_in_demo("", "", "en")
    assert isinstance(refused, IdentityRefusal)
    assert refused.code == "no-demo"


async def test_a_token_has_its_scopes_ends_when_withdrawn_and_speaks_for_the_one_crew_it_names(door: Door) -> None:
    await door.with_dispatcher()
    by = await door.sign_in()
    assert isinstance(by, SignedIn)
    made = door.accounts.add_token(NewToken(name="mdt", scopes=("field:E07", "read")), by.principal)
    assert isinstance(made, TokenMade)
    found = door.accounts.find_token(made.token)
    assert found is not None
    assert (found.actor.unit, found.actor.roles) == ("E07", ("crew",))
    assert door.accounts.revoke_token(made.card.id)
    assert door.accounts.find_token(made.token) is None
    assert door.cut == [f"token:{made.card.id}"]


async def test_a_token_ends_on_its_day(door: Door) -> None:
    await door.with_dispatcher()
    by = await door.sign_in()
    assert isinstance(by, SignedIn)
    expires = Moment(door.now + DAY_MS)
    made = door.accounts.add_token(NewToken(name="week", scopes=("read",), expires=expires), by.principal)
    assert isinstance(made, TokenMade)
    door.now = expires
    assert door.accounts.find_token(made.token) is None


async def test_no_secret_is_in_the_file(door: Door) -> None:
    await door.with_dispatcher()
    session = await door.sign_in()
    assert isinstance(session, SignedIn)
    token = door.accounts.add_token(NewToken(name="t", scopes=("read",)), session.principal)
    code = "never"
    assert isinstance(token, TokenMade)
    door.store.close()
    stored = b"".join(path.read_bytes() for path in door.path.parent.iterdir())
    for secret in (SECRET, session.secret, token.token, code):
        assert secret.encode() not in stored
    assert b"$argon2id$" in stored
    door.store = IdentityStore(door.path)


async def test_a_passkey_registers_and_signs_in(door: Door) -> None:
    await door.with_dispatcher()
    signed_in = await door.sign_in()
    assert isinstance(signed_in, SignedIn)
    key = SoftAuthenticator(ORIGIN, "localhost")
    options = door.accounts.new_passkey_options(signed_in.principal)
    assert isinstance(options, dict)
    assert door.accounts.add_passkey(signed_in.principal, key.make(options), "phone") is None
    options = door.accounts.passkey_options("10.0.0.1")
    assert isinstance(options, dict)
    answer = key.use(options)
    outcome = door.accounts.sign_in_passkey(answer, "", "10.0.0.1")
    assert isinstance(outcome, SignedIn)
    assert outcome.principal.actor.id == "ana"
    again = door.accounts.sign_in_passkey(answer, "", "10.0.0.1")
    assert isinstance(again, IdentityRefusal), "a challenge is used once"


async def test_a_passkey_of_another_site_or_with_another_challenge_is_not_accepted(door: Door) -> None:
    await door.with_dispatcher()
    signed_in = await door.sign_in()
    assert isinstance(signed_in, SignedIn)
    options = door.accounts.new_passkey_options(signed_in.principal)
    assert isinstance(options, dict)
    foreign = SoftAuthenticator("https://evil.example", "evil.example")
    refused = door.accounts.add_passkey(signed_in.principal, foreign.make(options), "phone")
    assert refused is not None
    assert refused.code == "passkey-failed"
    own = SoftAuthenticator(ORIGIN, "localhost")
    refused = door.accounts.add_passkey(signed_in.principal, own.make({"challenge": "AAAA"}), "phone")
    assert refused is not None


async def test_a_stations_screen_stays_signed_in_and_stands_in_a_station_that_there_is(door: Door) -> None:
    for account, position in (("wall-1", "ST01"), ("wall-9", "ST99")):
        new = NewAccount(account=account, secret=SECRET, roles=("station",), positions=(position,))
        assert not isinstance(await door.accounts.add_account(new), IdentityRefusal)
    screen = await door.sign_in(account="wall-1")
    assert isinstance(screen, SignedIn)
    assert screen.principal.actor.station == "ST01"
    assert await door.sign_in(account="wall-9") == "unknown-station"
    door.now = Moment(door.now + 365 * DAY_MS)
    found = door.accounts.find_session(screen.secret)
    assert found is not None
    assert found.actor.station == "ST01"
    door.accounts.set_disabled("wall-1", True)
    assert door.accounts.find_session(screen.secret) is None
