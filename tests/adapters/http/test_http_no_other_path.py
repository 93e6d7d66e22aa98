"""No other path shows what is personal (charter 6, 18.5): every route that reads, every socket frame, every file.

The routes are those of the API's own description, so one that is added is walked too; a part of a path that the test
cannot fill in fails it. Planted values stand in every kind of detail and in a file; only the broker's routes may show
them, and each time they do, the counter has moved.
"""

import re
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

import httpx
import msgspec
import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running, running, served
from tests.adapters.socket.test_socket import a_console
from turnout.edge.details import DetailsGiven
from turnout.edge.rows import snapshot

PLANTED: Final = {
    "name": "Zephyrine Planted-Name",
    "callback": "+1-555-0100-PLANTED",
    "address": "9 Planted Court",
    "medical": "planted-insulin-dependency",
    "statement": "planted statement of what was seen",
}
PLANTED_FILE: Final = b"\xff\xd8\xff\xe0" + b"planted-picture-of-somebody" * 300

REVEALING: Final = {
    "/api/v1/details/{called}/{person}",
    "/api/v1/calls/{call}/caller",
    "/api/v1/incidents/{called}/transfer",
    "/api/v1/files/{ticket}",
}
"""Routes that may show a person's details, by the broker. One more belongs here only with its tests."""

EMPTY: Final = {"/api/v1/transfers", "/api/v1/transfers/taken"}
"""Their documents have a place for a person's details, and it is never filled: the feed names no purpose."""

SCOPES: Final = ("calls", "dispatch", "tables", "read", "records", "personal", "audit", "admin")
QUERIES: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"agency": "FIRE"},
    {"q": "Zephyrine"},
    {"lat": 37.79, "lon": -122.39},
    {"purpose": "case file", "details": "true"},
)
ROLES: Final = get_args(get_type_hints(DetailsGiven)["role"])


class Planted:
    """A running city with an incident and a call, in which everything personal that can be given has been given."""

    def __init__(self, house: Running, she: Room, names: dict[str, str]) -> None:
        self.house, self.she, self.names = house, she, names

    @property
    def reveals(self) -> int:
        return self.house.edge.counter.board.reveals


async def planted(house: Running, browser: httpx.AsyncClient) -> Planted:
    await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
    she = Room(browser)
    incident, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    names = {"called": incident, "unit": "E07", "call": "K1", "seq": "1", "row": "1", "do": "open-incident"}
    for role in ROLES:
        given = {"incident_id": incident, "role": role, "details": PLANTED}
        card = (await browser.post(f"{API}/details", json=given)).json()["person"]
        assert (await she.gives(do="add-person", incident_id=incident, person=card)).is_success
        names["person"] = card["id"]
    assert (await she.gives(do="request-transfer", incident_id=incident, agency="FIRE")).is_success
    caller = {"call_id": "K1", "role": "caller", "details": PLANTED}
    card = (await browser.post(f"{API}/details", json=caller)).json()["person"]
    assert (await she.gives(do="take-call", call_id="K1", channel="phone", caller=card)).is_success
    kept = await browser.post(
        f"{API}/incidents/{incident}/files",
        params={"kind": "photo", "id": "m1"},
        content=PLANTED_FILE,
        headers={"content-type": "image/jpeg"},
    )
    assert kept.is_success, kept.text
    names |= {
        "media_id": "m1",
        "number": "1",
        "provider": "city",
        "ticket": "none",
        "district": "bologna-acosta",
        "job": "none",
        "proposal": "none",
        "tag": tag,
        "account": "nobody",
        "id": "none",
        "name": "none",
    }
    return Planted(house, she, names)


def shown_in(body: bytes) -> list[str]:
    """Which planted values stand in it, as they are or as JSON escapes them."""
    found = [key for key, value in PLANTED.items() if value.encode() in body]
    return found + (["file"] if b"planted-picture" in body else [])


async def reading_routes(browser: httpx.AsyncClient) -> list[str]:
    paths = (await browser.get(f"{API}/openapi.json")).json()["paths"]
    return [path for path, item in paths.items() if "get" in item]


def filled(path: str, names: dict[str, str]) -> str:
    """KeyError: a new kind of name in a path, for which this test has to have a value."""
    return re.sub(r"\{(\w+)\}", lambda found: names[found.group(1)], path)


async def test_no_route_that_reads_shows_a_planted_value_but_those_of_the_broker(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house, house.client() as browser:
        scene = await planted(house, browser)
        routes = await reading_routes(browser)
        assert set(routes) >= REVEALING
        token = house.token(*SCOPES, name="walker")
        async with house.client(authorization=f"Bearer {token}") as program:
            for who in (browser, program):
                for path in routes:
                    if path in REVEALING:
                        continue
                    for query in QUERIES:
                        reply = await who.get(filled(path, scene.names), params=query)
                        assert reply.status_code < 500, (path, reply.text)
                        assert shown_in(reply.content) == [], path
        assert scene.reveals == 0
        (entry,) = (await browser.get(f"{API}/transfers", params={"agency": "FIRE"})).json()["entries"]
        assert {one["details"] for one in entry["document"]["persons"]} == {None}, "the feed was walked filled"


async def test_the_brokers_routes_show_them_and_each_time_the_counter_moves_first(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house, house.client() as browser:
        scene = await planted(house, browser)
        for path in ("/api/v1/details/{called}/{person}", "/api/v1/calls/{call}/caller"):
            before = scene.reveals
            assert shown_in((await browser.get(filled(path, scene.names))).content) == [], "no purpose"
            assert scene.reveals == before
            reply = await browser.get(filled(path, scene.names), params={"purpose": "call back"})
            assert shown_in(reply.content) == list(PLANTED)
            assert scene.reveals == before + 1
        async with house.program("records", "personal") as system:
            document = filled("/api/v1/incidents/{called}/transfer", scene.names)
            assert shown_in((await system.get(document)).content) == []
            before = scene.reveals
            assert shown_in((await system.get(document, params={"purpose": "case file"})).content) == list(PLANTED)
            assert scene.reveals == before + len(ROLES)
        opened = await browser.post(f"{API}/incidents/{scene.names['called']}/files/m1/open", json={"purpose": "look"})
        before = scene.reveals
        assert shown_in((await browser.get(f"{API}/files/{opened.json()['ticket']}")).content) == ["file"]
        assert scene.reveals == before, "the ticket is the reveal, and it was counted when it was given"


async def test_nothing_that_is_kept_or_printed_beside_the_vault_holds_a_planted_value(tmp_path: Path) -> None:
    """Journal, records, message log, fallback kit, and the sealed vault and files themselves: by their bytes."""
    async with running(tmp_path / "var") as house, house.client() as browser:
        scene = await planted(house, browser)
        id = scene.names["called"]
        await browser.get(f"{API}/details/{id}/{scene.names['person']}", params={"purpose": "call back"})
        house.edge.fallback.write()
        await scene.she.is_recorded(f"incidents/{id}/reveals", lambda found: found["reveals"])
        for sight in (house.dispatcher("supervisor").sight, house.dispatcher("observer").sight):
            rows = snapshot(house.edge.counter.board, sight)
            assert shown_in(msgspec.json.encode(rows)) == []
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"journal.sqlite", "records.sqlite", "messages.sqlite"} <= {path.name for path in files}
    assert {path.name: shown for path in files if (shown := shown_in(path.read_bytes()))} == {}


async def test_no_frame_of_the_socket_shows_a_planted_value(tmp_path: Path) -> None:
    async with served(tmp_path / "var") as house, house.client() as browser:
        scene = await planted(house, browser)
        async with a_console(house, *SCOPES) as console:
            frames: list[Any] = [await console.hear("snapshot")]
            id = scene.names["called"]
            noted = await console.do(do="note-details-opened", incident_id=id, person_id="p", ref="r")
            frames += [noted, await console.do(do="add-narrative", incident_id=id, entry_id="n", text="x")]
            await console.send(type="line", id="1", text="I Zephyrine", run=False)
            frames.append(await console.hear("line-answer"))
        assert shown_in(msgspec.json.encode(frames)) == []
        assert noted["ok"] is False, "only the broker notes a reveal"


@pytest.mark.parametrize("key", list(PLANTED))
def test_a_planted_value_is_found_where_it_stands(key: str) -> None:
    assert shown_in(msgspec.json.encode({"deep": [{"in": PLANTED[key]}]})) == [key]
