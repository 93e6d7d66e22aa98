"""Coverage over HTTP and the command line, on San Francisco's streets."""

from typing import Any

import httpx

from tests.adapters.running import API, Running
from turnout.core.board import Location
from turnout.core.incidents.commands import OpenIncident
from turnout.core.units.commands import AssignUnits, LogOn, ReportStatus
from turnout.words.identity import IncidentId
from turnout.words.place import Place

SOUTH_WEST = ("15", "19", "33", "39", "43")


async def engines_log_on(house: Running) -> list[str]:
    """Every engine of the city at its station."""
    engines = [
        unit.id for unit in house.edge.counter.board.units.values() if unit.kind == "engine" and unit.agency == "FIRE"
    ]
    for engine in engines:
        await house.do(LogOn(unit=engine))
    return engines


async def the_coverage(client: httpx.AsyncClient) -> dict[str, Any]:
    """On a busy machine the first look may take longer than one question waits."""
    while (answer := await client.get(f"{API}/coverage")).status_code == 503:
        assert answer.json()["code"] == "no-coverage-yet"
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def sent_to_a_fire(house: Running, *units: str) -> None:
    place = Place(37.7235, -122.4529)
    await house.do(
        OpenIncident(incident_id="I1", type="SF", location=Location(text="Ocean Ave", place=place, kind="coordinate"))
    )
    await house.do(AssignUnits(incident_id="I1", units=units))
    for unit in units:
        await house.do(ReportStatus(unit=unit, status="on-scene"))


async def test_a_gap_is_found_a_move_suggested_and_done_it_is_no_longer_suggested(
    house: Running, browser: httpx.AsyncClient
) -> None:
    await engines_log_on(house)
    whole = await the_coverage(browser)
    engine = next(one for one in whole["standards"] if one["standard"] == "engine")
    assert engine["now"] == engine["usual"] > 0.95
    assert engine["weighted_by"] == "demand"
    assert whole["moves"] == []
    await sent_to_a_fire(house, *(f"E{number}" for number in SOUTH_WEST))
    outlook = house.edge.outlook
    assert outlook is not None
    await outlook.look()
    thin = await the_coverage(browser)
    assert {gap["station"] for gap in thin["gaps"]} >= {"ST15", "ST43"}
    assert thin["stations"]["ST15"]["gaps"] == ["engine"]
    best = thin["moves"][0]
    assert best["after"] > best["before"] + 0.005
    assert best["text"]["en"].startswith(f"{best['unit']} to Fire Station")
    assert best["text"]["zh"].startswith(f"{best['unit']} 调往")
    command = {"do": "move-up", "unit": best["unit"], "station": best["station"]}
    assert (await browser.post(f"{API}/commands", json={"id": "m", "command": command})).status_code == 200
    # Not even before the next look.
    assert best["unit"] not in [move["unit"] for move in (await the_coverage(browser))["moves"]]
    await outlook.look()
    mended = await the_coverage(browser)
    engine = next(one for one in mended["standards"] if one["standard"] == "engine")
    assert abs(engine["soon"] - best["after"]) < 1e-6
    assert engine["now"] <= engine["soon"]


async def test_the_command_line_says_how_much_is_covered_and_who_could_fill_in(
    house: Running, browser: httpx.AsyncClient
) -> None:
    await engines_log_on(house)
    await sent_to_a_fire(house, *(f"E{number}" for number in SOUTH_WEST))
    await the_coverage(browser)
    for text in ("CV", "覆盖"):
        answer = (await browser.post(f"{API}/line", json={"text": text, "run": True})).json()
        assert answer["understood"], answer
        assert answer["effects"] == {"coverage": "all"}
        assert "First engine" in answer["explain"]["en"]
        assert "调往" in answer["explain"]["zh"]


async def test_coverage_is_read_only_by_who_may_read(house: Running) -> None:
    async with house.program("avl") as client:
        assert (await client.get(f"{API}/coverage")).status_code == 403
    async with house.program("read") as client:
        assert (await the_coverage(client))["standards"]


async def test_moves_of_another_agencys_units_are_not_shown(house: Running) -> None:
    await engines_log_on(house)
    await sent_to_a_fire(house, *(f"E{number}" for number in SOUTH_WEST))
    token = house.token("read", name="police-only", agencies=("POL",))
    async with house.client(authorization=f"Bearer {token}") as client:
        assert (await the_coverage(client))["moves"] == []


async def test_nothing_is_looked_at_while_nobody_asks(house: Running) -> None:
    assert house.edge.outlook is not None
    assert house.edge.outlook.coverage is None


async def test_a_sooner_unit_is_suggested_and_swapped_in_one_act_with_its_reason_kept(
    house: Running, browser: httpx.AsyncClient
) -> None:
    """E13 comes from the far north; E15, round the corner, logs on while it is still under way."""
    await house.do(LogOn(unit="E13"))
    place = Place(37.7235, -122.4529)
    location = Location(text="Ocean Ave", place=place, kind="coordinate")
    await house.do(OpenIncident(incident_id="I1", type="SF", location=location))
    await house.do(AssignUnits(incident_id="I1", units=("E13",)))
    await house.do(ReportStatus(unit="E13", status="enroute"))
    north = {"unit": "E13", "lat": 37.795519, "lon": -122.40135, "at": house.edge.now(), "heading": 180, "speed_mps": 9}
    async with house.program("avl") as vehicle:
        assert (await vehicle.post(f"{API}/positions", json=[north])).json()["taken"] == 1
    outlook = house.edge.outlook
    assert outlook is not None
    await the_coverage(browser)
    assert (await browser.get(f"{API}/swaps")).json() == []
    await house.do(LogOn(unit="E15"))
    await outlook.look()
    (swap,) = (await browser.get(f"{API}/swaps")).json()
    assert (swap["unit"], swap["by"], swap["incident_id"]) == ("E13", "E15", "I1")
    assert swap["gain_s"] >= 120
    assert swap["text"]["zh"].startswith("E15 可比 E13")
    command = {
        "do": "relieve-unit",
        "unit": "E13",
        "by": "E15",
        "incident_id": "I1",
        "before_scene": True,
        "offer": swap["offer"],
        "reason": swap["text"]["en"],
    }
    assert (await browser.post(f"{API}/commands", json={"id": "swap", "command": command})).status_code == 200
    incident = house.edge.counter.board.incidents[IncidentId("I1")]
    assert [(each.unit, each.ended_as) for each in incident.assignments] == [("E13", "relieved"), ("E15", "")]
    assert house.edge.texts.shown(incident.dispatches[-1].reason) == swap["text"]["en"]
    assert incident.dispatches[-1].offer is not None
    assert (await browser.get(f"{API}/swaps")).json() == []
