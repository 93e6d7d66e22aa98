"""The API's description: valid, complete, and true."""

import re
from typing import Any, get_args

import httpx
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.adapters.running import API, Running
from turnout.adapters.http.shapes import BoardShown, LineAnswered, ProposalShown
from turnout.core.board import Location
from turnout.core.commands import Command
from turnout.core.incidents.commands import OpenIncident
from turnout.core.units.commands import LogOn
from turnout.desk.access import INSIDE
from turnout.words.place import Place


@pytest.fixture
async def document(house: Running) -> dict[str, Any]:
    async with house.client() as client:
        found: dict[str, Any] = (await client.get(f"{API}/openapi.json")).json()
        return found


def test_the_description_is_valid_openapi(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_command_has_a_documented_route_with_its_tag_in_the_schema(document: dict[str, Any]) -> None:
    for kind in get_args(Command):
        tag = kind.__struct_config__.tag
        path = f"{API}/commands/{tag}"
        assert (path in document["paths"]) == (tag not in INSIDE)
        if tag not in INSIDE:
            assert document["components"]["schemas"][kind.__name__]["properties"]["do"] == {"enum": [tag]}


def test_every_route_says_what_it_is_for_who_may_and_what_may_go_wrong(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation.get("description") or operation.get("summary"), (method, path)
            assert "security" in operation
            assert "application/problem+json" in operation["responses"]["400"]["content"]


async def test_what_goes_out_fits_the_described_shapes(house: Running, browser: httpx.AsyncClient) -> None:
    where = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")
    ambulance = next(unit for unit in house.edge.counter.board.units.values() if "transport" in unit.capabilities)
    await house.do(LogOn(unit=ambulance.id))
    await house.do(OpenIncident(incident_id="I1", type="MED", location=where))
    board = await browser.get(f"{API}/board")
    msgspec.json.decode(board.content, type=BoardShown)
    proposal = await browser.post(f"{API}/recommend", json={"incident_id": "I1"})
    msgspec.json.decode(proposal.content, type=ProposalShown)
    for text in ("E 300 Mission St MED; smoke", "E nowhere", "?", "D"):
        line = await browser.post(f"{API}/line", json={"text": text, "run": True})
        msgspec.json.decode(line.content, type=LineAnswered)


async def test_people_can_read_it_without_any_script(house: Running) -> None:
    async with house.client() as client:
        page = await client.get(f"{API}/docs")
    assert "<script" not in page.text
    assert "assign-units" in page.text


def with_number(path: str, name: str, number: int) -> tuple[str, dict[str, int]]:
    """The path with `number` as that parameter, and a unit's call sign wherever else it wants a name."""
    inside = path.replace("{" + name + "}", str(number))
    return re.sub(r"\{\w+\}", "E01", inside), {} if inside != path else {name: number}


async def test_a_number_that_no_store_can_hold_is_refused_by_name_and_never_tried(
    document: dict[str, Any], house: Running
) -> None:
    wanted = [
        (path, parameter["name"])
        for path, item in document["paths"].items()
        for parameter in item.get("get", {}).get("parameters", ())
        if '"integer"' in msgspec.json.encode(parameter["schema"]).decode()
    ]
    assert len(wanted) > 15
    token = house.token("read", "records", "tables", "audit", "dispatch", name="numbers")
    async with house.client(authorization=f"Bearer {token}") as program:
        for path, name in wanted:
            for number in (10**30, -(10**30), 2**63):
                where, asked = with_number(path, name, number)
                reply = await program.get(where, params=asked)
                assert reply.status_code in (400, 404, 422), (path, name, number, reply.text)
