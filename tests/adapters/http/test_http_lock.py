"""A console that is locked: its session neither reads nor commands, alarms stay, its person or the next one goes on."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar.routes import HTTPRoute

from tests.adapters.running import API, Running
from turnout.adapters.http.api import litestar_app
from turnout.edge.identities import IdentityRefusal, NewAccount

SECRET = "correct horse battery"
FOR_LOCKED = {
    ("get", f"{API}/session"),
    ("get", f"{API}/cover"),
    ("post", f"{API}/session/lock"),
    ("post", f"{API}/session/demo/unlock"),
    ("post", f"{API}/session/leave"),
    ("delete", f"{API}/session"),
    ("post", f"{API}/commands"),
    ("post", f"{API}/commands/{{tag:str}}"),
}
"""What a locked session may ask, beside what is open to everybody; of the commands only an emergency button. One more
belongs here only with its tests."""


@pytest.fixture
async def ana(house: Running) -> AsyncIterator[httpx.AsyncClient]:
    """At the console D1, with a password; `bo` has one too, and may sit anywhere but at S1."""
    for account, positions in (("ana", ()), ("bo", ("D1", "D2"))):
        new = NewAccount(account=account, secret=SECRET, roles=("dispatcher",), positions=positions)
        assert not isinstance(await house.accounts.add_account(new), IdentityRefusal)
    async with house.client() as client:
        assert (await client.post(f"{API}/session", json=asked("ana"))).is_success
        yield client


def asked(account: str, secret: str = SECRET, position: str = "D1") -> dict[str, str]:
    return {"account": account, "secret": secret, "position": position}


async def locks(client: httpx.AsyncClient) -> None:
    locked = await client.post(f"{API}/session/lock")
    assert (locked.status_code, locked.json()["locked"]) == (200, True)


async def test_a_locked_session_asks_nothing_but_what_its_cover_needs(house: Running) -> None:
    api = litestar_app(lambda: house.edge, "test")
    routes = [route for route in api.routes if isinstance(route, HTTPRoute)]
    allowed = {
        (method, route.path)
        for route in routes
        for handler in route.route_handlers
        for method in handler.http_methods
        if handler.opt.get("for-locked")
    }
    assert {(str(method).lower(), path) for method, path in allowed} == FOR_LOCKED


async def test_a_locked_session_reads_nothing_that_is_not_open_to_everybody(
    house: Running, ana: httpx.AsyncClient
) -> None:
    paths = (await ana.get(f"{API}/openapi.json")).json()["paths"]
    await locks(ana)
    shown = set()
    for path in (path for path, item in paths.items() if "get" in item):
        asked = re.sub(r"\{(\w+)\}", "1", path)
        async with house.client() as stranger:
            is_open = (await stranger.get(asked)).status_code != 401
        reply = await ana.get(asked)
        if reply.status_code != 423 and not is_open:
            shown.add(path)
    assert shown <= {path for method, path in FOR_LOCKED if method == "get"}


async def test_the_same_person_unlocks_with_the_password_and_the_session_goes_on(
    house: Running, ana: httpx.AsyncClient
) -> None:
    cookie, since = ana.cookies["turnout_session"], house.edge.counter.board.positions["D1"].since
    await locks(ana)
    refused = await ana.get(f"{API}/board")
    assert (refused.status_code, refused.json()["code"]) == (423, "session-locked")
    wrong = await ana.post(f"{API}/session", json=asked("ana", "not this one at all"))
    assert wrong.json()["code"] == "wrong-secret"
    assert (await ana.get(f"{API}/session")).json()["locked"] is True
    unlocked = await ana.post(f"{API}/session", json=asked("ana"))
    assert (unlocked.json()["locked"], unlocked.json()["position"]) == (False, "D1")
    assert ana.cookies["turnout_session"] != cookie, "the cookie of before the lock opens nothing any more"
    assert (await ana.get(f"{API}/board")).status_code == 200
    assert house.edge.counter.board.positions["D1"].since == since
    assert len(house.accounts._store.open_sessions()) == 1, "the session that proved who it is has ended"


async def test_another_person_takes_over_the_position_and_the_earlier_session_is_of_no_use(
    house: Running, ana: httpx.AsyncClient
) -> None:
    earlier = ana.cookies["turnout_session"]
    seat = {"position": "D1", "groups": ["fire"], "language": "en"}
    assert (await ana.post(f"{API}/session/position", json=seat)).is_success
    await locks(ana)
    taken = (await ana.post(f"{API}/session", json=asked("bo"))).json()
    assert (taken["actor"], taken["position"], taken["locked"]) == ("bo", "D1", False)
    held = house.edge.counter.board.positions["D1"]
    assert (held.actor, held.groups) == ("bo", ("fire",)), "what the position answers for stays with it"
    assert (await ana.get(f"{API}/board")).status_code == 200
    async with house.client(cookie=f"turnout_session={earlier}") as old:
        assert (await old.get(f"{API}/session")).status_code == 401


async def test_who_takes_over_and_sits_elsewhere_leaves_the_earlier_position_free(
    house: Running, ana: httpx.AsyncClient
) -> None:
    await locks(ana)
    assert (await ana.post(f"{API}/session", json=asked("bo", position="D2"))).json()["position"] == "D2"
    assert {id: held.actor for id, held in house.edge.counter.board.positions.items()} == {"D2": "bo"}


async def test_who_may_not_sit_there_takes_nothing_over_and_the_console_stays_locked(
    house: Running, ana: httpx.AsyncClient
) -> None:
    await locks(ana)
    refused = await ana.post(f"{API}/session", json=asked("bo", position="S1"))
    assert refused.json()["code"] == "position-not-yours"
    assert house.edge.counter.board.positions["D1"].actor == "ana"
    still = (await ana.get(f"{API}/session")).json()
    assert (still["actor"], still["locked"]) == ("ana", True)


async def test_a_locked_console_commands_nothing_but_an_emergency_button(
    house: Running, ana: httpx.AsyncClient
) -> None:
    unit = next(iter(house.edge.counter.board.units))
    await locks(ana)
    for path, body in (
        ("/commands", {"id": "a", "command": {"do": "log-on", "unit": unit}}),
        ("/commands/log-on", {"unit": unit}),
        ("/line", {"text": "E 300 MISSION ST FIRE", "run": True}),
    ):
        assert (await ana.post(f"{API}{path}", json=body)).json()["code"] == "session-locked", path
    pressed = await ana.post(f"{API}/commands", json={"id": "b", "command": {"do": "raise-duress", "unit": unit}})
    assert pressed.status_code == 200, pressed.text


async def test_the_cover_has_units_in_duress_and_the_number_of_calls_and_nothing_of_anybody(
    house: Running, ana: httpx.AsyncClient
) -> None:
    unit = next(iter(house.edge.counter.board.units))
    async with house.program("calls", "dispatch", "read") as other:
        said = {"do": "take-call", "call_id": "K1", "channel": "phone", "text": "smoke in the hall"}
        assert (await other.post(f"{API}/commands", json={"id": "k", "command": said})).is_success
        await locks(ana)
        before = (await ana.get(f"{API}/cover")).json()
        assert (before["duress"], before["calls"]) == ([], 1)
        assert (await other.post(f"{API}/commands/raise-duress", json={"unit": unit})).is_success
    shown = await ana.get(f"{API}/cover")
    assert [(one["unit"], one["acknowledged"]) for one in shown.json()["duress"]] == [(unit, False)]
    assert "smoke" not in shown.text
    assert shown.headers["cache-control"] == "no-store"


async def test_a_demonstrations_visitor_unlocks_without_a_secret_and_an_account_does_not(
    house: Running, ana: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await locks(browser)
    assert (await browser.get(f"{API}/board")).status_code == 423
    assert (await browser.post(f"{API}/session/demo/unlock")).json()["locked"] is False
    assert (await browser.get(f"{API}/board")).status_code == 200
    await locks(ana)
    assert (await ana.post(f"{API}/session/demo/unlock")).json()["code"] == "no-demo"
    assert (await ana.get(f"{API}/board")).status_code == 423


async def test_programs_and_stations_screens_have_nothing_to_lock(house: Running) -> None:
    async with house.program("read") as program, house.client() as screen:
        assert (await program.post(f"{API}/session/lock")).json()["code"] == "not-a-console"
        station = next(iter(house.edge.counter.board.catalogue.stations))  # type: ignore[union-attr]
        signed_in = await screen.post(f"{API}/session/demo", json={"role": "station", "position": station})
        assert signed_in.json()["station"] == station, signed_in.text
        assert (await screen.post(f"{API}/session/lock")).json()["code"] == "not-a-console"


async def test_the_city_says_after_how_many_minutes_a_console_locks_itself(house: Running) -> None:
    async with house.client() as anybody:
        assert (await anybody.get(f"{API}/city")).json()["lock_min"] == 15
