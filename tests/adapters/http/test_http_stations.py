"""A station's screen, a pager and the dispatcher, each by the interface that it would use (2.5, 3.11, 3.12, 3.14)."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.adapters.running import API, Running

FOLSOM = {"text": "935 FOLSOM ST"}
SCREEN = {"role": "station", "position": "ST01"}


async def gives(client: httpx.AsyncClient, **command: Any) -> httpx.Response:
    return await client.post(f"{API}/commands", json={"id": str(uuid.uuid4()), "command": command})


async def tables(client: httpx.AsyncClient) -> dict[str, Any]:
    response = await client.get(f"{API}/board")
    assert response.status_code == 200, response.text
    return dict(response.json()["tables"])


@pytest.fixture
async def screen(house: Running) -> AsyncIterator[httpx.AsyncClient]:
    """The monitor on the wall of station 1."""
    async with house.client() as client:
        response = await client.post(f"{API}/session/demo", json=SCREEN)
        assert response.status_code == 200, response.text
        assert response.json()["station"] == "ST01"
        yield client


@pytest.fixture
async def sent(browser: httpx.AsyncClient) -> None:
    """A fire at station 1's door: its engine goes, in quarters until now; another station's engine runs elsewhere."""
    assert (await gives(browser, do="take-call", call_id="K1", channel="phone")).status_code == 200
    for unit in ("E01", "E02"):
        assert (await gives(browser, do="log-on", unit=unit)).status_code == 200
    here = (await browser.post(f"{API}/places/locate", json=FOLSOM)).json()
    there = (await browser.post(f"{API}/places/locate", json={"text": "1340 POWELL ST"})).json()
    for id, location, unit in (("I1", here, "E01"), ("I2", there, "E02")):
        opened = await gives(browser, do="open-incident", incident_id=id, type="SF", location=location)
        assert opened.status_code == 200, opened.text
        assigned = await gives(browser, do="assign-units", incident_id=id, units=[unit], override="test")
        assert assigned.status_code == 200, assigned.text


@pytest.mark.usefixtures("sent")
async def test_a_stations_screen_sees_what_it_is_alerted_for_and_nothing_else(screen: httpx.AsyncClient) -> None:
    seen = await tables(screen)
    assert set(seen["incidents"]) == {"I1"}
    assert "E01" in seen["units"]
    assert "E02" not in seen["units"]
    assert (seen["calls"], seen["positions"]) == ({}, {})
    assert {timer["incident"] for timer in seen["timers"].values()} == {"I1"}
    assert (await screen.get(f"{API}/incidents")).status_code == 403
    assert (await screen.get(f"{API}/incidents/I1")).status_code == 403


@pytest.mark.usefixtures("sent")
async def test_the_dispatcher_sees_delivery_and_acknowledgement_of_each_station(
    browser: httpx.AsyncClient, screen: httpx.AsyncClient
) -> None:
    [alert] = (await tables(screen))["incidents"]["I1"]["alerts"]
    assert (alert["station"], alert["channel"], alert["units"]) == ("ST01", "station", ["E01"])
    for outcome in ("delivered", "acknowledged"):
        said = await gives(
            screen, do="report-alert", incident_id="I1", station="ST01", alert_id=alert["id"], outcome=outcome
        )
        assert said.status_code == 200, said.text
    seen = await tables(browser)
    [told] = seen["incidents"]["I1"]["alerts"]
    assert told["delivered"] <= told["acknowledged"]
    assert told["acknowledged_by"].startswith("demo-")
    assert seen["units"]["E01"]["status"]["at"] == "acknowledged"
    assert not any(timer["kind"] == "alert" and timer["incident"] == "I1" for timer in seen["timers"].values())


@pytest.mark.usefixtures("sent")
async def test_a_stations_screen_speaks_for_no_other_and_sends_nobody(screen: httpx.AsyncClient) -> None:
    other = await gives(
        screen, do="report-alert", incident_id="I2", station="ST02", alert_id="ST02/1", outcome="acknowledged"
    )
    assert (other.status_code, other.json()["fields"]["lacks"]) == (403, "station")
    clear = await gives(screen, do="clear-units", units=["E01"])
    assert clear.status_code == 403
    moved = await screen.post(f"{API}/session/position", json={"position": "ST02"})
    assert (moved.status_code, moved.json()["code"]) == (403, "position-not-yours")


@pytest.mark.usefixtures("sent")
async def test_the_way_of_its_units_is_given_to_a_station_and_to_their_crew(
    house: Running, screen: httpx.AsyncClient
) -> None:
    async with house.program("field:E01") as crew:
        for client in (screen, crew):
            way = await client.get(f"{API}/route", params={"unit": "E01", "incident": "I1"})
            assert way.status_code == 200, way.text
            shown = way.json()
            assert {"line", "length_m", "travel_time_s", "steps"} <= set(shown)
            assert all(step["en"] and step["zh"] for step in shown["steps"])
    other = await screen.get(f"{API}/route", params={"unit": "E02", "incident": "I2"})
    assert (other.status_code, other.json()["code"]) == (404, "unknown-unit")


@pytest.mark.usefixtures("sent")
async def test_a_pager_program_follows_all_stations_and_reports_what_failed(
    house: Running, browser: httpx.AsyncClient
) -> None:
    async with house.program("station:*") as pager:
        assert set((await tables(pager))["incidents"]) == {"I1", "I2"}
        said = await gives(
            pager,
            do="report-alert",
            incident_id="I2",
            station="ST02",
            alert_id="ST02/1",
            outcome="failed",
            note="line cut",
        )
        assert said.status_code == 200, said.text
        assert (await gives(pager, do="clear-units", units=["E01"])).status_code == 403
    first, again = (await tables(browser))["incidents"]["I2"]["alerts"]
    assert (first["failed"], again["channel"]) == ("line cut", "page")


async def test_a_screen_hangs_only_in_a_station_that_there_is(house: Running) -> None:
    async with house.client() as client:
        refused = await client.post(f"{API}/session/demo", json={"role": "station", "position": "ST999"})
        assert (refused.status_code, refused.json()["code"]) == (422, "unknown-station")


async def test_a_call_taker_warns_the_first_due_station_and_takes_it_back(
    house: Running, browser: httpx.AsyncClient, screen: httpx.AsyncClient
) -> None:
    here = (await browser.post(f"{API}/places/locate", json=FOLSOM)).json()
    await gives(browser, do="open-incident", incident_id="I1", type="SF", location=here, hold=True)
    warned = await gives(browser, do="pre-alert", incident_id="I1")
    assert warned.status_code == 200, warned.text
    [alert] = (await tables(screen))["incidents"]["I1"]["alerts"]
    assert (alert["kind"], alert["withdrawn"]) == ("pre", None)
    assert (await gives(browser, do="withdraw-pre-alert", incident_id="I1")).status_code == 200
    [alert] = (await tables(screen))["incidents"]["I1"]["alerts"]
    assert alert["withdrawn"] is not None


async def test_hospitals_are_listed_by_road_time_with_what_was_last_told(browser: httpx.AsyncClient) -> None:
    told = await gives(browser, do="set-hospital", hospital="ZSFG", diversion=True, beds=2, note="CT down")
    assert told.status_code == 200, told.text
    response = await browser.get(f"{API}/hospitals", params={"unit": "55"})
    assert response.status_code == 200, response.text
    found = response.json()
    times = [one["travel_time_s"] for one in found]
    assert len(found) > 3
    assert times == sorted(times)
    state = next(one["state"] for one in found if one["id"] == "ZSFG")
    assert (state["diversion"], state["beds"], state["note"]) == (True, 2, "CT down")
    assert any(one["state"] is None for one in found)
    assert (await browser.get(f"{API}/hospitals", params={"unit": "nobody"})).status_code == 404


async def test_lines_tell_of_beds_and_hydrants_and_keep_what_they_do_not_say(browser: httpx.AsyncClient) -> None:
    for line in ("HD ZSFG DIVERT; CT down", "HD ZSFG BEDS 0"):
        said = (await browser.post(f"{API}/line", json={"text": line, "run": True, "id": str(uuid.uuid4())})).json()
        assert said["answer"]["ok"], said
    state = (await tables(browser))["hospitals"]["ZSFG"]
    assert (state["diversion"], state["beds"], state["note"]) == (True, 0, "CT down")
    said = (await browser.post(f"{API}/line", json={"text": "HY OUT H1; frozen", "run": True, "id": "h"})).json()
    assert said["answer"]["refusal"]["code"] == "unknown-code"
