"""How long a session is believed, and that people see and end their own (ASVS 5.0, 7.3.1, 7.5.1, 7.5.2, 8.4.2)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters.running import API, Running, running
from turnout.adapters.between.inner_door import InnerDoor
from turnout.adapters.identity.own_sessions import PROOF_MS
from turnout.edge.allowance import asked_from, passed_on
from turnout.edge.between import LINK
from turnout.edge.identities import IdentityRefusal, NewAccount, OfflineSheet, SignedIn
from turnout.edge_role import standing_of
from turnout.words.moment import MINUTE_MS

SECRET = "correct horse battery"


def asked(account: str, **more: Any) -> dict[str, Any]:
    return {"account": account, "secret": SECRET} | more


async def staff(house: Running, *accounts: str, role: str = "dispatcher") -> None:
    for account in accounts:
        made = await house.accounts.add_account(NewAccount(account=account, secret=SECRET, roles=(role,)))
        assert not isinstance(made, IdentityRefusal)


@pytest.fixture
async def ana(house: Running) -> AsyncIterator[httpx.AsyncClient]:
    await staff(house, "ana", "bo")
    async with house.client() as client:
        assert (await client.post(f"{API}/session", json=asked("ana", position="D1"))).is_success
        yield client


async def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, "" if answer.is_success else answer.json()["code"]


PROOF_NEEDED = (403, "proof-needed")


async def test_a_session_that_nobody_uses_is_locked_at_the_server(house: Running, ana: httpx.AsyncClient) -> None:
    term_ms = house.accounts._idle._term_ms = house.idle_ms
    assert term_ms == house.edge.ground.lock_min * MINUTE_MS > 0
    for _ in range(3):
        house.clock.ahead_ms += term_ms - MINUTE_MS
        assert (await ana.get(f"{API}/board")).status_code == 200, "who asks now and then is there"
    house.clock.ahead_ms += term_ms + MINUTE_MS
    assert await code_of(await ana.get(f"{API}/board")) == (423, "session-locked")
    assert await code_of(await ana.get(f"{API}/board")) == (423, "session-locked"), "asking again opens nothing"
    assert (await ana.post(f"{API}/session", json=asked("ana", position="D1"))).is_success
    assert (await ana.get(f"{API}/board")).status_code == 200


async def test_an_open_socket_is_use_and_so_is_one_that_was_just_closed(house: Running, ana: httpx.AsyncClient) -> None:
    house.accounts._idle._term_ms = house.idle_ms
    session = (await ana.get(f"{API}/session/own")).json()[0]["id"]
    house.edge.connections._by_session[session] = set()
    house.clock.ahead_ms += house.edge.ground.lock_min * MINUTE_MS + MINUTE_MS
    assert (await ana.get(f"{API}/board")).status_code == 200
    del house.edge.connections._by_session[session]
    house.clock.ahead_ms += house.edge.ground.lock_min * MINUTE_MS + MINUTE_MS
    house.accounts.touch(session)
    assert (await ana.get(f"{API}/board")).status_code == 200


async def test_a_session_that_this_server_never_saw_begins_now(house: Running, ana: httpx.AsyncClient) -> None:
    """Its edge has died, or a balancer sends it elsewhere: its person was at work all the time."""
    house.accounts._idle._term_ms = house.idle_ms
    house.accounts._idle._seen.clear()
    house.clock.ahead_ms += house.idle_ms + MINUTE_MS
    assert (await ana.get(f"{API}/board")).status_code == 200
    house.clock.ahead_ms += house.idle_ms + MINUTE_MS
    assert await code_of(await ana.get(f"{API}/board")) == (423, "session-locked"), "from then on it is measured"


async def test_what_an_edge_passes_on_the_edge_has_judged(house: Running, ana: httpx.AsyncClient) -> None:
    house.accounts._idle._term_ms = house.idle_ms
    house.clock.ahead_ms += house.idle_ms + MINUTE_MS
    token = passed_on.set(True)
    try:
        assert (await ana.get(f"{API}/board")).status_code == 200
    finally:
        passed_on.reset(token)
    assert (await ana.get(f"{API}/board")).status_code == 423


async def test_a_session_that_an_edge_found_unused_is_locked_where_the_edge_passes_it_on(
    house: Running, ana: httpx.AsyncClient
) -> None:
    scope = {"headers": [(b"cookie", f"turnout_session={ana.cookies['turnout_session']}".encode())]}
    house.accounts._idle._term_ms = house.idle_ms
    assert standing_of(house.accounts, None, scope) == "open"
    house.clock.ahead_ms += house.idle_ms + MINUTE_MS
    assert standing_of(house.accounts, None, scope) == "locked", "by what the edge saw"
    assert standing_of(house.accounts, None, {"headers": [(b"cookie", b"turnout_session=none")]}) == "unknown"
    assert standing_of(house.accounts, None, {"headers": []}) == "open"
    house.accounts._idle._term_ms = 0
    key = bytes(32)
    headers = {"x-turnout-key": key.hex(), "x-turnout-link": str(LINK), "x-turnout-locked": "yes"}
    cookie = {"cookie": f"turnout_session={ana.cookies['turnout_session']}"}
    transport = httpx.ASGITransport(app=InnerDoor(house.app, key, public=False))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers) as edge:
        assert await code_of(await edge.get(f"{API}/session/own", headers=cookie)) == (423, "session-locked")
        assert (await edge.get(f"{API}/session", headers=cookie)).json()["locked"] is True
        unlocked = await edge.post(f"{API}/session", json=asked("ana", position="D1"), headers=cookie)
        assert unlocked.json()["locked"] is False
        assert len(house.accounts._store.open_sessions()) == 1, "its person goes on with it"
    assert (await ana.get(f"{API}/session")).status_code == 401, "under another cookie"


async def test_what_changes_how_one_gets_in_needs_a_proof_of_the_last_minutes(
    house: Running, ana: httpx.AsyncClient
) -> None:
    assert (await ana.post(f"{API}/accounts/passkey/options")).is_success
    house.clock.ahead_ms += PROOF_MS + 1
    for path in ("accounts/passkey/options", "accounts/ana/offline-codes"):
        assert await code_of(await ana.post(f"{API}/{path}")) == PROOF_NEEDED, path
    answer = {"credential": {}, "name": "x"}
    assert await code_of(await ana.post(f"{API}/accounts/passkey/verify", json=answer)) == PROOF_NEEDED
    before = ana.cookies["turnout_session"]
    proved = await ana.post(f"{API}/session", json=asked("ana", proves=True))
    assert (proved.json()["actor"], proved.json()["position"]) == ("ana", "D1"), "the session goes on"
    assert ana.cookies["turnout_session"] != before
    assert (await ana.post(f"{API}/accounts/passkey/options")).is_success
    async with house.client(cookie=f"turnout_session={before}") as old:
        assert (await old.get(f"{API}/session")).status_code == 401


async def test_nobody_proves_it_for_somebody_else(house: Running, ana: httpx.AsyncClient) -> None:
    house.clock.ahead_ms += PROOF_MS + 1
    assert await code_of(await ana.post(f"{API}/session", json=asked("bo", proves=True))) == PROOF_NEEDED
    assert (await ana.get(f"{API}/session")).json()["actor"] == "ana"
    assert await code_of(await ana.post(f"{API}/accounts/passkey/options")) == PROOF_NEEDED


async def test_an_administrator_proves_it_before_every_change_of_accounts_and_from_another_network(
    house: Running,
) -> None:
    await staff(house, "root", role="administrator")
    new = {"account": "cy", "secret": SECRET, "roles": ["dispatcher"]}
    async with house.client() as admin:
        await admin.post(f"{API}/session", json=asked("root"))
        assert (await admin.post(f"{API}/accounts", json=new)).status_code == 201
        house.clock.ahead_ms += PROOF_MS + 1
        changes = [
            await admin.post(f"{API}/accounts", json=new | {"account": "di"}),
            await admin.post(f"{API}/accounts/cy/change", json={"roles": ["dispatcher"]}),
            await admin.post(f"{API}/accounts/cy/code", json={}),
            await admin.post(f"{API}/accounts/cy/disabled", json={"disabled": True}),
            await admin.post(f"{API}/accounts/cy/offline-codes"),
            await admin.post(f"{API}/tokens", json={"name": "t", "scopes": ["read"]}),
            await admin.delete(f"{API}/tokens/none"),
            await admin.delete(f"{API}/devices/none"),
        ]
        assert {await code_of(answer) for answer in changes} == {PROOF_NEEDED}
        assert (await admin.get(f"{API}/accounts")).is_success, "looking needs none"
        await admin.post(f"{API}/session", json=asked("root", proves=True))
        assert (await admin.post(f"{API}/accounts/cy/code", json={})).is_success
    transport = httpx.ASGITransport(app=house.app, client=("203.0.113.9", 1))  # type: ignore[arg-type]
    cookie = {"cookie": f"turnout_session={admin.cookies['turnout_session']}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://turnout.test", headers=cookie) as elsewhere:
        assert (await elsewhere.get(f"{API}/accounts")).is_success
        assert await code_of(await elsewhere.post(f"{API}/accounts/cy/code", json={})) == PROOF_NEEDED


async def test_people_see_their_own_sessions_and_end_them(house: Running, ana: httpx.AsyncClient) -> None:
    async with house.client() as other, house.client() as bo:
        await other.post(f"{API}/session", json=asked("ana", position="D9"))
        await bo.post(f"{API}/session", json=asked("bo"))
        shown = (await ana.get(f"{API}/session/own")).json()
        assert [(one["position"], one["way"], one["own"]) for one in shown] == [
            ("D9", "password", False),
            ("D1", "password", True),
        ]
        secrets = (ana.cookies["turnout_session"], other.cookies["turnout_session"])
        assert not any(secret in str(shown) for secret in secrets)
        [of_bo] = (await bo.get(f"{API}/session/own")).json()
        assert await code_of(await ana.delete(f"{API}/session/own/{of_bo['id']}")) == (404, "unknown-session")
        house.clock.ahead_ms += PROOF_MS + 1
        path = f"{API}/session/own/{shown[0]['id']}"
        assert await code_of(await ana.delete(path)) == PROOF_NEEDED
        assert (await ana.post(f"{API}/session", json=asked("ana", proves=True))).is_success
        assert (await ana.delete(path)).status_code == 204
        assert (await other.get(f"{API}/session")).status_code == 401
        assert (await bo.get(f"{API}/session")).status_code == 200
        assert len((await ana.get(f"{API}/session/own")).json()) == 1


async def test_what_seals_drafts_is_as_long_as_the_session_and_goes_on_when_one_signs_in_again(
    house: Running, ana: httpx.AsyncClient
) -> None:
    key = (await ana.get(f"{API}/session")).json()["drafts_key"]
    assert len(key) == 43
    assert (await ana.post(f"{API}/session", json=asked("ana"))).json()["drafts_key"] == key
    assert (await ana.post(f"{API}/session", json=asked("bo"))).json()["drafts_key"] != key
    async with house.client() as elsewhere:
        assert (await elsewhere.post(f"{API}/session", json=asked("ana"))).json()["drafts_key"] != key
        assert "drafts_key" not in (await elsewhere.get(f"{API}/session/own")).text


@pytest.fixture
async def strict(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "var", two_factors=("administrator", "dispatcher")) as house:
        yield house


async def test_a_role_of_two_factors_is_not_let_in_by_one(strict: Running) -> None:
    await staff(strict, "ana")
    await staff(strict, "sam", role="supervisor")
    async with strict.client() as browser:
        assert await code_of(await browser.post(f"{API}/session", json=asked("ana"))) == (403, "two-factors-needed")
        wrong = await browser.post(f"{API}/session", json=asked("ana", secret="not this one at all"))
        assert wrong.json()["code"] == "wrong-secret", "whoever has not even one is told no more than before"
        assert (await browser.post(f"{API}/session", json=asked("sam"))).is_success
    asked_from.set("")
    row = strict.accounts._store.get_account("ana")
    assert strict.accounts._needs_two(row)
    opened = strict.accounts._open(row, "", way="passkey")
    assert isinstance(opened, SignedIn)
    assert not opened.principal.lacks_factor


async def test_a_one_time_code_opens_the_way_to_a_passkey_and_nothing_else(strict: Running) -> None:
    await staff(strict, "ana")
    given = strict.accounts.give_code("ana", False)
    assert not isinstance(given, IdentityRefusal)
    async with strict.client() as browser:
        body = {"account": "ana", "code": given.code, "secret": "another horse battery"}
        entered = await browser.post(f"{API}/session/code", json=body)
        assert entered.json()["lacks_factor"] is True
        for path in ("board", "incidents", "session/own", "me/sign-ins"):
            assert await code_of(await browser.get(f"{API}/{path}")) == (403, "two-factors-needed"), path
        command = {"id": "k", "command": {"do": "log-on", "unit": "E01"}}
        refused = await browser.post(f"{API}/commands", json=command)
        assert refused.json()["code"] == "two-factors-needed"
        assert (await browser.post(f"{API}/accounts/passkey/options")).is_success
        assert (await browser.get(f"{API}/session")).json()["lacks_factor"] is True
        session = strict.accounts.find_session(browser.cookies["turnout_session"])
        assert session is not None
        strict.accounts._store.set_factors(session.session)
        assert (await browser.get(f"{API}/board")).is_success


async def test_no_sheet_of_offline_codes_is_made_that_would_open_nothing(strict: Running) -> None:
    await staff(strict, "ana")
    await staff(strict, "sam", role="supervisor")
    for account in ("ana", "sam"):
        strict.accounts.store.bind("city", account, account)
    refused = strict.accounts.make_offline_codes("ana")
    assert isinstance(refused, IdentityRefusal)
    assert refused.code == "two-factors-needed"
    assert isinstance(strict.accounts.make_offline_codes("sam"), OfflineSheet)


async def test_an_emergency_button_is_heard_of_who_has_not_added_the_second_factor(strict: Running) -> None:
    await staff(strict, "ana")
    given = strict.accounts.give_code("ana", False)
    assert not isinstance(given, IdentityRefusal)
    unit = next(iter(strict.edge.counter.board.units))
    async with strict.client() as browser:
        body = {"account": "ana", "code": given.code, "secret": "another horse battery"}
        await browser.post(f"{API}/session/code", json=body)
        command = {"id": "k", "command": {"do": "raise-duress", "unit": unit}}
        assert (await browser.post(f"{API}/commands", json=command)).is_success
        assert (await browser.post(f"{API}/commands/raise-duress", json={"unit": unit})).is_success
        for path, asked_for in (("commands/log-on", {"unit": unit}), ("line", {"text": "x"})):
            refused = await browser.post(f"{API}/{path}", json=asked_for)
            assert await code_of(refused) == (403, "two-factors-needed"), path


async def test_the_first_administrator_adds_a_passkey_first(strict: Running) -> None:
    async with strict.client() as browser:
        body = {"code": strict.accounts.make_setup_code(), "account": "root", "secret": SECRET}
        assert (await browser.post(f"{API}/setup", json=body)).json()["lacks_factor"] is True
        assert await code_of(await browser.get(f"{API}/accounts")) == (403, "two-factors-needed")
