"""Commands over HTTP: done once, refused in words, and never swallowed."""

import asyncio
import uuid
from typing import Any

import httpx
import pytest

from tests.adapters.running import API, Running
from turnout.core.board import Location
from turnout.core.incidents.commands import OpenIncident
from turnout.core.units.commands import LogOn
from turnout.words.place import Place

CITY_HALL = {"lat": 37.7793, "lon": -122.4193}


def opening(incident: str = "I1", **location: Any) -> dict[str, Any]:
    where = location or {"text": "City Hall", "place": CITY_HALL, "kind": "coordinate"}
    return {"do": "open-incident", "incident_id": incident, "type": "MED", "location": where}


async def give(
    client: httpx.AsyncClient, command: dict[str, Any], identity: str = "", **headers: str
) -> httpx.Response:
    body = {"id": identity or str(uuid.uuid4()), "command": command}
    return await client.post(f"{API}/commands", json=body, headers=headers)


async def test_an_incident_opened_by_a_text_gets_its_place_its_zones_and_its_tag(browser: httpx.AsyncClient) -> None:
    done = await give(browser, opening(text="Market St & 5th St"))
    assert done.status_code == 200, done.text
    assert done.json()["outcome"]["tag"]
    row = (await browser.get(f"{API}/incidents/I1")).json()
    assert row["location"]["verified"]
    assert {"beat", "first-due", "neighbourhood"} <= row["location"]["zones"].keys()
    assert row["location"]["place"]["lat"] == pytest.approx(37.784, abs=0.01)


async def test_a_repeated_command_is_answered_as_before_and_done_once(browser: httpx.AsyncClient) -> None:
    first = await give(browser, opening(), identity="once")
    again = await give(browser, opening(), identity="once")
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert again.json()["seq_to"] == first.json()["seq_to"]
    assert len((await browser.get(f"{API}/board")).json()["tables"]["incidents"]) == 1


async def test_an_identity_used_for_something_else_is_refused(browser: httpx.AsyncClient) -> None:
    await give(browser, opening("I1"), identity="same")
    other = await give(browser, opening("I2"), identity="same")
    assert (other.status_code, other.json()["code"]) == (409, "command-id-reused")


async def test_two_dispatchers_send_one_unit_at_once_and_the_loser_is_told_who_and_when(house: Running) -> None:
    unit = next(iter(house.edge.counter.board.units))
    await house.do(LogOn(unit=unit))
    place = Place(**CITY_HALL)
    for incident in ("I1", "I2"):
        location = Location(text="City Hall", place=place, kind="coordinate")
        await house.do(OpenIncident(incident_id=incident, type="MED", location=location, not_duplicate_of=("I1",)))
    async with house.client() as one, house.client() as other:
        for client in (one, other):
            await client.post(f"{API}/session/demo", json={})
        answers = await asyncio.gather(
            give(one, {"do": "assign-units", "incident_id": "I1", "units": [unit], "override": "test"}),
            give(other, {"do": "assign-units", "incident_id": "I2", "units": [unit], "override": "test"}),
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert lost["code"] == "unit-not-available"
    assert lost["fields"]["by"].startswith("demo-")
    assert lost["fields"]["at"] > 0
    assert unit in lost["detail"]


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"text": "x", "place": {"lat": 0.0, "lon": 0.0}}, "place-zero"),
        ({"text": "x", "place": {"lat": -122.42, "lon": 37.77}}, "swapped-axes"),
        ({"text": "x", "place": {"lat": 34.05, "lon": -118.24}}, "outside-city"),
        ({"text": "34.05, -118.24"}, "outside-city"),
        ({"text": "-122.4193, 37.7793"}, "swapped-axes"),
        ({"text": "Quux Boulevard 99999"}, "unknown-place"),
        ({"text": "99999 Market St"}, "contradictory-place"),
        ({"text": "Market"}, "ambiguous-place"),
        ({"text": "x" * 100_000, "kind": "forced"}, "place-too-long"),
        ({"text": "x", "place": {"lat": 37.78, "lon": -122.41}, "detail": "d" * 100_000}, "place-too-long"),
    ],
)
async def test_a_place_that_cannot_be_meant_is_refused_in_both_languages(
    browser: httpx.AsyncClient, where: dict[str, Any], code: str
) -> None:
    english = await give(browser, opening(**where), **{"accept-language": "en"})
    chinese = await give(browser, opening(**where), **{"accept-language": "zh-CN,zh;q=0.9"})
    assert (english.status_code, english.json()["code"]) == (409, code)
    assert english.headers["content-type"] == "application/problem+json"
    assert chinese.headers["content-language"] == "zh-CN"
    assert english.json()["detail"] != chinese.json()["detail"]


async def test_a_forced_location_is_taken_and_stays_marked(browser: httpx.AsyncClient) -> None:
    done = await give(browser, opening(text="behind the old mill", kind="forced"))
    assert done.status_code == 200, done.text
    location = (await browser.get(f"{API}/incidents/I1")).json()["location"]
    assert (location["kind"], location["verified"], location["place"]) == ("forced", False, None)


async def test_ten_megabytes_in_a_text_field_are_refused_as_too_large(browser: httpx.AsyncClient) -> None:
    answer = await give(browser, opening() | {"narrative": "x" * 10_000_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


async def test_a_text_that_is_too_long_for_its_field_names_the_field(browser: httpx.AsyncClient) -> None:
    answer = await give(browser, opening() | {"narrative": "x" * 9_000})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert "narrative" in answer.json()["fields"]["field"]


async def test_a_command_that_nobody_knows_is_malformed_and_says_where(browser: httpx.AsyncClient) -> None:
    answer = await give(browser, {"do": "watch-person"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_a_command_has_a_route_of_its_own_with_its_identity_in_the_header(browser: httpx.AsyncClient) -> None:
    body = {name: value for name, value in opening().items() if name != "do"}
    url = f"{API}/commands/open-incident"
    first = await browser.post(url, json=body, headers={"idempotency-key": "k1"})
    again = await browser.post(url, json=body, headers={"idempotency-key": "k1"})
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)


async def test_the_clocks_own_command_is_not_taken_from_outside(browser: httpx.AsyncClient) -> None:
    answer = await give(browser, {"do": "ring-timer", "timer": "t"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted")


async def test_a_text_that_cannot_be_stored_is_refused_in_both_languages_and_harms_nobody(
    browser: httpx.AsyncClient,
) -> None:
    for language, word in (("en", "Delete it"), ("zh-CN", "请删除该字符")):
        refused = await give(browser, opening("I\0"), **{"accept-language": language})
        assert (refused.status_code, refused.json()["code"]) == (400, "unstorable-text")
        assert word in refused.json()["detail"]
        assert refused.json()["fields"] == {"field": "incident_id", "kind": "nul"}
    single = await browser.post(f"{API}/commands/open-incident?purpose=%00", json=opening("I1"))
    assert (single.status_code, single.json()["fields"]["field"]) == (400, "purpose")
    assert (await give(browser, opening("I1"))).status_code == 200


@pytest.mark.parametrize("half", [b"\\ud800 is half", b"\xed\xa0\x80 is half"])
async def test_half_a_character_in_a_body_is_a_malformed_body(browser: httpx.AsyncClient, half: bytes) -> None:
    body = b'{"id":"c1","command":{"do":"raise-duress","unit":"E07","note":"' + half + b'"}}'
    answer = await browser.post(f"{API}/commands", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), answer.text


async def test_a_line_that_cannot_be_stored_is_refused(browser: httpx.AsyncClient) -> None:
    await give(browser, opening("I1"))
    typed = {"text": "N smoke\0 seen", "focus": {"incident": "I1"}, "run": True}
    answer = await browser.post(f"{API}/line", json=typed)
    assert (answer.status_code, answer.json()["code"]) == (
        400,
        "unstorable-text",
    )  # an answer would repeat what was typed
