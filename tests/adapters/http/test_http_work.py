"""The rest of a dispatcher's work over HTTP: places of units, advice, records, details, and starting again."""

import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.adapters.running import API, Running, running
from turnout.core.board import Location
from turnout.core.incidents.commands import AddNarrative, CancelIncident, OpenIncident
from turnout.core.timers.commands import RingTimer
from turnout.core.units.commands import LogOn
from turnout.words.identity import IncidentId
from turnout.words.place import Place

CITY_HALL = Place(37.7793, -122.4193)
MEDICAL = OpenIncident(
    incident_id="I1", type="MED", location=Location(text="City Hall", place=CITY_HALL, kind="coordinate")
)


async def test_places_that_cannot_be_believed_come_back_with_their_reason_and_the_others_are_taken(
    house: Running,
) -> None:
    now, unit = house.edge.now(), next(iter(house.edge.counter.board.units))
    places = [
        {"unit": unit, "lat": 37.77, "lon": -122.42, "at": now, "heading": 90, "speed_mps": 8},
        {"unit": unit, "lat": 0, "lon": 0, "at": now},
        {"unit": unit, "lat": -122.42, "lon": 37.77, "at": now},
        {"unit": unit, "lat": 37.77, "lon": -122.42, "at": now + 3_600_000},
        {"unit": "NONE", "lat": 37.77, "lon": -122.42, "at": now},
    ]
    async with house.program("avl", "read") as client:
        answer = (await client.post(f"{API}/positions", json=places)).json()
        held = (await client.get(f"{API}/positions")).json()
    assert answer["taken"] == 1
    codes = ["place-zero", "swapped-axes", "fix-in-the-future", "unknown-unit"]
    assert [refused["code"] for refused in answer["refused"]] == codes
    assert all(refused["text"]["en"] and refused["text"]["zh"] for refused in answer["refused"])
    assert [(place["unit"], place["lat"]) for place in held] == [(unit, 37.77)]


async def test_a_message_of_positions_has_a_limit(house: Running) -> None:
    fixes = [{"unit": "E01", "lat": 37.77, "lon": -122.42, "at": 1}] * 5_001
    async with house.program("avl") as client:
        answer = await client.post(f"{API}/positions", json=fixes)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_what_is_recommended_can_be_sent_and_the_offer_is_in_the_record(
    house: Running, browser: httpx.AsyncClient
) -> None:
    ambulances = [unit.id for unit in house.edge.counter.board.units.values() if "transport" in unit.capabilities][:4]
    for unit in ambulances:
        await house.do(LogOn(unit=unit))
    await house.do(MEDICAL)
    proposal = (await browser.post(f"{API}/recommend", json={"incident_id": "I1"})).json()
    assert proposal["lines"], proposal
    first = proposal["lines"][0]
    assert first["unit"] in ambulances
    assert first["from"] == "quarters"
    assert first["p10_s"] <= first["total_s"] <= first["p90_s"] + 1
    assert all(reason["text"]["en"] and reason["text"]["zh"] for reason in first["why"])
    command = {"do": "assign-units", "incident_id": "I1", "units": [first["unit"]], "offer": proposal["offer"]}
    sent = await browser.post(f"{API}/commands", json={"id": "send", "command": command})
    assert sent.status_code == 200, sent.text
    row = (await browser.get(f"{API}/incidents/I1")).json()
    assert row["dispatches"][0]["offer"]["proposed"][0]["unit"] == first["unit"]
    way = (await browser.get(f"{API}/route", params={"unit": first["unit"], "incident": row["tag"]})).json()
    assert len(way["line"]) > 2
    assert way["steps"][0]["zh"]


async def test_a_point_on_the_map_becomes_a_location_in_the_citys_datum(browser: httpx.AsyncClient) -> None:
    body = {"place": {"lat": CITY_HALL.lat, "lon": CITY_HALL.lon}}
    found = (await browser.post(f"{API}/places/locate", json=body)).json()
    assert found["text"]
    assert found["crossing"]
    assert found["zones"]["beat"]
    swapped = {"place": {"lat": CITY_HALL.lon, "lon": CITY_HALL.lat}}
    assert (await browser.post(f"{API}/places/locate", json=swapped)).json()["code"] == "swapped-axes"


async def test_places_are_suggested_verified_and_described(browser: httpx.AsyncClient) -> None:
    suggested = (await browser.get(f"{API}/places/suggest", params={"q": "missi", "limit": 3})).json()
    assert 0 < len(suggested) <= 3
    verdict = (await browser.get(f"{API}/places/verify", params={"q": "Market St & 5th St"})).json()
    assert verdict["verdict"] == "verified"
    here = {"lat": CITY_HALL.lat, "lon": CITY_HALL.lon}
    assert (await browser.get(f"{API}/places/reverse", params=here)).json()["neighbourhood"]["zh"]


async def _closed_and_archived(house: Running) -> str:
    """An incident that has left the board; its number."""
    await house.do(MEDICAL)
    number = next(iter(house.edge.counter.board.incidents[IncidentId("I1")].numbers.values()))
    reasons = house.edge.counter.board.catalogue.reasons.values()  # type: ignore[union-attr]
    cancel = next(reason.code for reason in reasons if reason.kind == "cancel")
    await house.do(CancelIncident(incident_id="I1", reason=cancel))
    archive = next(timer for timer in house.edge.counter.board.timers.values() if timer.kind == "archive")
    house.clock.ahead_ms = archive.due - archive.started
    await house.do(RingTimer(timer=archive.id))
    assert IncidentId("I1") not in house.edge.counter.board.incidents
    return number


async def test_a_closed_incident_is_found_by_its_number_read_line_by_line_and_reopened(
    house: Running, browser: httpx.AsyncClient
) -> None:
    number = await _closed_and_archived(house)
    found = await _eventually(browser, f"{API}/incidents", number=number)
    assert [row["id"] for row in found] == ["I1"]
    course = (await browser.get(f"{API}/incidents/{number}/chronology")).json()
    assert course[0]["code"] == "incident-opened"
    assert all(line["text"]["en"] and line["text"]["zh"] for line in course)
    reasons = house.edge.counter.board.catalogue.reasons.values()  # type: ignore[union-attr]
    why = next(reason.code for reason in reasons if reason.kind == "reopen")
    command = {"do": "reopen-incident", "incident_id": "I1", "reason": why}
    answer = await browser.post(f"{API}/commands", json={"id": "reopen", "command": command})
    assert answer.status_code == 200, answer.text
    assert house.edge.counter.board.incidents[IncidentId("I1")].reopened == 1


async def _eventually(browser: httpx.AsyncClient, path: str, **params: str) -> Any:
    """Records follow the desk within a moment."""
    for _ in range(50):
        found = (await browser.get(path, params=params)).json()
        if found:
            return found
    return []


async def test_earlier_incidents_at_a_place_are_shown_and_there_is_no_search_by_person(
    house: Running, browser: httpx.AsyncClient
) -> None:
    await house.do(MEDICAL)
    where = {"lat": CITY_HALL.lat, "lon": CITY_HALL.lon, "type": "MED"}
    for _ in range(50):
        known = (await browser.get(f"{API}/premises", params=where)).json()  # type: ignore[arg-type]
        if known["earlier"]:
            break
    assert [row["id"] for row in known["earlier"]] == ["I1"]
    by_person = await browser.get(f"{API}/incidents", params={"caller": "Ana", "limit": 5})
    assert len(by_person.json()) == 1, "an unknown parameter narrows nothing"


async def test_personal_details_are_sealed_and_open_only_for_a_purpose_that_is_on_record(
    house: Running, browser: httpx.AsyncClient
) -> None:
    await house.do(MEDICAL)
    given = {"incident_id": "I1", "role": "caller", "details": {"name": "Ana Ng", "callback": "555-0100"}}
    card = (await browser.post(f"{API}/details", json=given)).json()["person"]
    adding = {"do": "add-person", "incident_id": "I1", "person": card}
    assert (await browser.post(f"{API}/commands", json={"id": "p", "command": adding})).status_code == 200
    board = (await browser.get(f"{API}/board")).text
    assert "Ana Ng" not in board
    path = f"{API}/details/I1/{card['id']}"
    refused = await browser.get(path)
    assert (refused.status_code, refused.json()["code"]) == (400, "purpose-needed")
    before = house.edge.counter.seq
    shown = (await browser.get(path, params={"purpose": "calling back"})).json()
    assert shown["details"] == {"name": "Ana Ng", "callback": "555-0100"}
    assert shown["seq"] == before + 1, "on record before it is shown"
    async with house.program("read") as reader:
        assert (await reader.get(path, params={"purpose": "curious"})).status_code == 403


async def test_after_a_restart_everything_acknowledged_is_there_and_the_records_catch_up(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        await house.do(MEDICAL)
        await house.do(AddNarrative(incident_id="I1", entry_id="n", text="smoke"))
        seq = house.edge.counter.seq
    for file in (tmp_path / "san-francisco").glob("records.sqlite*"):
        file.unlink()
    async with running(tmp_path) as house:
        assert house.edge.counter.seq == seq
        who = house.dispatcher()
        incident = await house.edge.look_up.find(who, "I1")
        assert incident is not None
        codes = [line.code for line in (await house.edge.look_up.course(incident)).lines]
    assert codes[:2] == ["incident-opened", "narrative-added"]


async def test_an_agencys_people_find_nothing_of_others_in_the_records(house: Running) -> None:
    await house.do(MEDICAL)
    token = house.token("calls", "dispatch", "read", name=f"police-{uuid.uuid4().hex[:4]}", agencies=("POL",))
    async with house.client(authorization=f"Bearer {token}") as police:
        assert (await police.get(f"{API}/incidents/I1")).status_code == 404
        assert (await police.get(f"{API}/incidents")).json() == []


async def test_who_answers_at_a_point_is_told_by_discipline(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"{API}/places/answering", params={"lat": CITY_HALL.lat, "lon": CITY_HALL.lon})
    found = {each["discipline"]: each for each in answer.json()}
    assert (found["fire"]["agency"], found["fire"]["station"]) == ("FIRE", "ST36")
    assert found["ems"]["station"] == "ST36"
    assert found["police"]["agency"] == "POL"
    assert found["police"]["beat"].startswith("BEAT-")
    assert found["police"]["station"].startswith("PS-")
    outside = await browser.get(f"{API}/places/answering", params={"lat": 37.9, "lon": -122.2})
    assert outside.status_code == 409
