"""Too much asked by one: 429, with when to come again. Nobody else notices; who calls for help is never told so."""

import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from tests.adapters.running import API, Running, served
from turnout.adapters.between.inner_door import InnerDoor
from turnout.adapters.http import api as http_api
from turnout.adapters.http.door import BY_COMMAND, COUNTED, NEVER
from turnout.core.units.commands import LogOn
from turnout.edge.allowance import Allowance, Allowances, Rate
from turnout.edge.between import CLIENT_HEADER, KEY_HEADER, LINK, LINK_HEADER
from turnout.words.identity import UnitId

BURST = 5
KEY = bytes(32)
PLACE = {"text": "City Hall", "place": {"lat": 37.7793, "lon": -122.4193}, "kind": "coordinate"}
NARRATIVE = {"do": "add-narrative", "incident_id": "I1", "entry_id": "n1", "text": "what can wait"}


def few(house: Running, **rates: Rate) -> Allowances:
    """Small limits, at a clock that stands still."""
    allowances = house.edge.counter.allowances = Allowances(lambda: 0)
    for name in ("persons", "program_commands", "program_requests"):
        setattr(allowances, name, Allowance(rates.get(name, Rate(1, BURST))))
    for name, rate in rates.items():
        setattr(allowances, name, Allowance(rate))
    return allowances


def asked(command: dict[str, Any]) -> dict[str, Any]:
    return {"id": uuid.uuid4().hex, "command": command}


def opening() -> dict[str, Any]:
    return {"do": "open-incident", "incident_id": uuid.uuid4().hex, "type": "MED", "location": PLACE}


async def signed_in(client: httpx.AsyncClient) -> httpx.AsyncClient:
    assert (await client.post(f"{API}/session/demo", json={})).is_success
    return client


async def gone_mad(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """Who has used up everything."""
    for _ in range(BURST):
        assert (await client.get(f"{API}/session")).status_code == 200
    return client


def is_too_many(reply: httpx.Response) -> bool:
    return reply.status_code == 429 and reply.json()["code"] == "too-many-requests"


async def test_who_asks_too_much_is_told_when_to_come_again_in_their_language(tmp_path: Path) -> None:
    async with served(tmp_path) as house, httpx.AsyncClient(base_url=f"http://{house.url}") as client:
        await signed_in(client)
        few(house)
        await gone_mad(client)
        english = await client.get(f"{API}/board")
        chinese = await client.post(f"{API}/commands", json=asked(NARRATIVE), headers={"accept-language": "zh-CN"})
    for said, language in ((english, "en"), (chinese, "zh-CN")):
        assert is_too_many(said)
        assert said.headers["retry-after"] == "1"
        assert said.headers["content-type"].startswith("application/problem+json")
        assert said.headers["content-language"] == language
    assert "Try again in 1 seconds" in english.json()["detail"]
    assert "请 1 秒后再试" in chinese.json()["detail"]


async def test_a_duress_alarm_and_a_new_incident_go_through_however_much_was_asked(tmp_path: Path) -> None:
    async with served(tmp_path) as house, httpx.AsyncClient(base_url=f"http://{house.url}") as client:
        await house.do(LogOn(unit=UnitId("E01")))
        await signed_in(client)
        few(house, networks=Rate(1, BURST))
        await gone_mad(client)
        for _ in range(2 * BURST):
            opened = await client.post(f"{API}/commands", json=asked(opening()))
            assert opened.status_code == 200, opened.text
        by_name = await client.post(f"{API}/commands/open-incident", json=opening())
        alarm = await client.post(f"{API}/commands", json=asked({"do": "raise-duress", "unit": "E01"}))
        line = await client.post(f"{API}/line", json={"text": "E 300 MISSION ST MED", "run": True, "id": "L1"})
        assert is_too_many(await client.get(f"{API}/session"))
    assert (by_name.status_code, alarm.status_code) == (200, 200)
    assert line.json()["answer"]["ok"], line.text


REFUSED: dict[str, Any] = {
    "/commands": asked(NARRATIVE),
    "/commands/add-narrative": {name: value for name, value in NARRATIVE.items() if name != "do"},
    "/line": {"text": "N I1 what can wait", "run": True, "id": "L2"},
    "/line?": {"text": "E 300 MISSION ST MED"},
    "/places/locate": {"text": "300 MISSION ST"},
    "/commands?": {"command": "that is none"},
    "/commands/no-such-thing": {},
}


@pytest.mark.parametrize("path", REFUSED)
async def test_all_else_is_held_back_by_whatever_way_it_comes(
    house: Running, browser: httpx.AsyncClient, path: str
) -> None:
    few(house)
    await gone_mad(browser)
    assert is_too_many(await browser.post(f"{API}{path}", json=REFUSED[path]))


@pytest.mark.parametrize("path", ["/commands", "/commands/no-such-thing", "/line?"])
async def test_each_counts_once(house: Running, browser: httpx.AsyncClient, path: str) -> None:
    few(house)
    codes = [(await browser.post(f"{API}{path}", json=REFUSED[path])).status_code for _ in range(BURST + 1)]
    assert 429 not in codes[:BURST]
    assert codes[BURST] == 429


async def test_a_request_counts_once_however_many_commands_it_brings(
    house: Running, browser: httpx.AsyncClient
) -> None:
    few(house)
    for number in range(BURST):
        body = {"position": f"D{number + 11}"}
        moved = await browser.post(f"{API}/session/position", json=body)
        assert moved.status_code == 200, moved.text
        assert body["position"] in house.edge.counter.board.positions
    assert is_too_many(await browser.post(f"{API}/session/position", json={"position": "D30"}))


async def test_nobody_else_notices(house: Running, browser: httpx.AsyncClient) -> None:
    few(house)
    await gone_mad(browser)
    async with house.client() as other, house.program("read") as program, house.program("read") as another:
        await gone_mad(await signed_in(other))
        await gone_mad(program)
        assert is_too_many(await program.get(f"{API}/session"))
        await gone_mad(another)


async def test_a_network_has_its_own_limit(house: Running) -> None:
    few(house, networks=Rate(1, BURST + 2))

    def at(address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=house.app, client=(address, 1))  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url="http://turnout.test")

    async with at("198.51.100.7") as one, at("198.51.100.7") as other, at("198.51.100.8") as elsewhere:
        for client in (one, other, elsewhere):
            await signed_in(client)
        await gone_mad(one)
        codes = [(await other.get(f"{API}/session")).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        await gone_mad(elsewhere)


async def test_who_does_not_say_who_they_are_is_held_back_by_network_and_takes_nothing_from_who_does(
    house: Running, browser: httpx.AsyncClient
) -> None:
    few(house, strangers=Rate(1, BURST))
    async with house.client() as stranger:
        codes = [(await stranger.get(f"{API}/board")).status_code for _ in range(BURST + 1)]
        assert codes == [401] * BURST + [429]
        assert is_too_many(await stranger.post(f"{API}/session", json={"account": "a", "secret": "b"}))
        assert (await stranger.get("/health")).status_code == 200
    assert (await browser.get(f"{API}/session")).status_code == 200


async def test_what_an_edge_passes_on_counts_under_the_network_of_who_asked(house: Running) -> None:
    few(house, strangers=Rate(1, BURST))
    door = InnerDoor(house.app, KEY, public=True)
    transport = httpx.ASGITransport(app=door, client=("198.51.100.1", 1))  # type: ignore[arg-type]
    headers = {KEY_HEADER: KEY.hex(), LINK_HEADER: str(LINK)}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test", headers=headers) as edge:
        one = [await edge.get(f"{API}/board", headers={CLIENT_HEADER: "198.51.100.7"}) for _ in range(BURST + 1)]
        other = await edge.get(f"{API}/board", headers={CLIENT_HEADER: "198.51.100.8"})
    assert [reply.status_code for reply in (*one, other)] == [401] * BURST + [429, 401]


async def test_how_it_stands_can_always_be_seen_and_who_was_held_back(house: Running) -> None:
    few(house)
    async with house.program("admin") as watcher:
        await gone_mad(watcher)
        assert is_too_many(await watcher.get(f"{API}/session"))
        for path in ("/health", f"{API}/health", f"{API}/health/details"):
            assert (await watcher.get(path)).status_code == 200
        figures = (await watcher.get("/metrics")).text
    assert 'turnout_held_back_total{of="program"} 1.0' in figures


def test_the_door_counts_every_route_but_these() -> None:
    routes = [route for route in http_api._handlers(each=False) if isinstance(route, HTTPRouteHandler)]
    by = {(path, str(route.opt.get(COUNTED, "door"))) for route in routes for path in route.paths}
    assert len(by) > 60
    assert {path for path, who in by if who == NEVER} == {"/health", "/health/details", "/metrics"}
    assert {path for path, who in by if who == BY_COMMAND} == {"/commands", "/commands/{tag:str}", "/line"}
