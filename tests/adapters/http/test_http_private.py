"""What is looked for by a place, by typed words or for a purpose stands in no address (ASVS 5.0, 14.2.1)."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.running import API, Running
from turnout.adapters.http.private import HEADER, PRIVATE, has_private, with_header

HARMLESS = {
    *("limit", "before", "after", "since", "until", "from", "to", "at", "old", "size", "within_m", "failures", "seq"),
    *("log", "language", "kind", "type", "status", "code", "number", "id", "unit", "incident", "call", "agency"),
    *("position", "account", "by"),
}
"""Identities of things and of staff, codes, times and counts."""


@pytest.fixture
async def raw(house: Running) -> Any:
    """A browser that sends what it is told to."""
    transport = httpx.ASGITransport(app=house.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://turnout.test") as client:
        await client.post(f"{API}/session/demo", json={})
        yield client


async def test_an_address_that_is_looked_up_stands_in_no_address(raw: httpx.AsyncClient) -> None:
    refused = await raw.get(f"{API}/places/suggest?q=300%20missi&limit=3")
    assert (refused.status_code, refused.json()["code"]) == (400, "private-in-url")
    found = await raw.get(f"{API}/places/suggest?limit=3", headers={HEADER: "q=300%20missi"})
    assert found.status_code == 200
    assert 0 < len(found.json()) <= 3
    assert found.headers["cache-control"] == "no-store", "one answer is not another's"


async def test_chinese_and_a_place_come_by_the_header_too(raw: httpx.AsyncClient) -> None:
    asked = {HEADER: f"q={quote('市场街')}&lat=37.77&lon=-122.41"}
    assert (await raw.get(f"{API}/places/suggest", headers=asked)).status_code == 200
    assert (await raw.get(f"{API}/places/reverse", headers={HEADER: "lat=x&lon=1"})).status_code == 400


@pytest.mark.parametrize("name", sorted(PRIVATE))
@pytest.mark.parametrize("path", ["incidents", "details/i1/p1", "commands/open-incident", "nowhere"])
async def test_no_route_but_a_command_takes_a_private_word_in_its_address(
    raw: httpx.AsyncClient, name: str, path: str
) -> None:
    for query in (f"{name}=x", f"limit=1&{name}=x", f"{name}", f"%{ord(name[0]):02x}{name[1:]}=x"):
        answer = await raw.get(f"{API}/{path}?{query}")
        assert answer.json()["code"] == "private-in-url", query


async def test_a_command_is_heard_whatever_its_address_says_and_the_log_tells_it_once_an_hour(
    house: Running, raw: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    unit = next(iter(house.edge.counter.board.units))
    address = f"{API}/commands/raise-duress?purpose=panel+7&note=n"
    for number in range(2):
        pressed = await raw.post(address, json={"unit": unit}, headers={"Idempotency-Key": f"k{number}"})
        assert pressed.status_code == 200, pressed.text
    body = {"id": "k3", "command": {"do": "raise-duress", "unit": unit}}
    assert (await raw.post(f"{API}/commands?purpose=panel", json=body)).status_code == 200
    told = [record.getMessage() for record in caplog.records if "address of a command" in record.getMessage()]
    assert len(told) == 1
    assert "panel" not in told[0]
    for path in ("line", "commandsx", "commands/../line"):
        refused = await raw.post(f"{API}/{path}?purpose=x", json={"text": "x"})
        assert refused.json()["code"] == "private-in-url", path


async def test_every_parameter_of_a_query_is_private_or_known_to_be_harmless(raw: httpx.AsyncClient) -> None:
    document = (await raw.get(f"{API}/openapi.json")).json()
    asked = {
        (given["name"], given.get("description", ""))
        for item in document["paths"].values()
        for operation in item.values()
        for given in operation.get("parameters", ())
        if given["in"] == "query"
    }
    assert {name for name, _ in asked} - PRIVATE <= HARMLESS
    assert all(HEADER in said for name, said in asked if name in PRIVATE)


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_whatever_the_header_holds_it_becomes_an_address_that_can_be_read(said: bytes, query: bytes) -> None:
    scope: dict[str, Any] = {"headers": [(b"turnout-query", said)], "query_string": query}
    merged = with_header(scope)["query_string"]
    assert merged.startswith(query)
    assert merged[len(query) :].isascii()
    has_private(scope)
