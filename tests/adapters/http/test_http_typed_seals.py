"""Nobody has something opened that is sealed elsewhere by sending it: at no door, in no spelling (decision 0205)."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from tests.adapters.running import API, Running, served
from tests.adapters.socket.test_socket import a_console
from turnout.core.board import Location
from turnout.core.incidents.commands import OpenIncident
from turnout.words.place import Place
from turnout.words.sealed_text import MARK

SECRET = "Ottokar lies in the back room"
HERE = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")


async def sealed_elsewhere(house: Running) -> str:
    await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE, narrative=SECRET))
    sealed = house.desk.board.incidents["I1"].narrative[0].text
    assert sealed.startswith(MARK)
    return str(sealed)


@pytest.fixture
async def sealed(house: Running) -> str:
    return await sealed_elsewhere(house)


@pytest.fixture
async def asker(house: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with house.program("read", "calls", "dispatch", "avl:*") as asker:
        yield asker


def bodies_with(typed: str) -> dict[str, Any]:
    place = {"lat": 37.78, "lon": -122.42}
    paper = {"paper_id": typed, "taken": 1, "type": "MED", "location": {"text": "City Hall", "place": place}}
    return {
        "/line": {"text": f"E {typed} MED", "run": False, "id": "l1"},
        "/places/locate": {"place": place, "text": typed},
        "/positions": [{"unit": typed, "place": place, "at": 1}],
        "/paper": {"papers": [paper]},
        "/commands": {"id": typed, "command": {"do": "claim-incident", "incident_id": typed}},
        "/commands/claim-incident": {"incident_id": typed},
    }


@pytest.mark.parametrize("route", list(bodies_with("")))
@pytest.mark.parametrize("is_escaped", [False, True])
async def test_a_body_with_something_sealed_is_taken_by_no_route(
    asker: httpx.AsyncClient, sealed: str, route: str, is_escaped: bool
) -> None:
    body = msgspec.json.encode(bodies_with(sealed)[route]).decode()
    if is_escaped:
        body = body.replace(MARK, "\\uFDD0")
    answer = await asker.post(f"{API}{route}", content=body.encode(), headers={"content-type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (400, "unstorable-text")
    assert SECRET not in answer.text


async def test_nor_is_one_in_a_query_a_header_or_an_address(asker: httpx.AsyncClient, sealed: str) -> None:
    for answer in (
        await asker.get(f"{API}/places/verify", params={"q": sealed}),
        await asker.get(f"{API}/incidents", params={"state": sealed}),
        await asker.get(f"{API}/incidents/{sealed}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (400, "unstorable-text")
        assert SECRET not in answer.text


@pytest.mark.parametrize("run", [False, True])
async def test_a_line_on_the_socket_opens_nothing(tmp_path: Any, run: bool) -> None:
    async with served(tmp_path / "var") as house:
        sealed = await sealed_elsewhere(house)
        async with a_console(house) as console:
            for text, line_id, focus in (
                (f"E {sealed} MED", "l1", {}),
                ("?", f"{MARK}0-1.x.y\ufdd1", {}),
                ("D E01", "l2", {"incident": sealed}),
                (sealed, "l3", {}),
            ):
                await console.send(type="line", id=line_id, text=text, run=run, focus=focus)
                answer = await console.hear("line-answer", "answer")
                assert "unstorable-text" in str(answer)
                assert SECRET not in str(answer)


async def test_files_are_taken_as_they_are(house: Running, asker: httpx.AsyncClient, sealed: str) -> None:
    answer = await asker.post(
        f"{API}/incidents/I1/files",
        params={"kind": "document"},
        content=b"%PDF-1.7 " + sealed.encode(),
        headers={"content-type": "application/pdf"},
    )
    assert answer.status_code == 201, answer.text
