"""Shifts, their history, and refusals that offer “do it anyway”, asked over HTTP as a console asks."""

import asyncio
import time
import uuid
from typing import Any

import httpx

from tests.adapters.running import API
from turnout.words.moment import HOUR_MS

RECORDS_S = 10.0
"""The records follow the desk by themselves; a moment later at most."""


async def gives(browser: httpx.AsyncClient, **command: Any) -> httpx.Response:
    return await browser.post(f"{API}/commands", json={"id": str(uuid.uuid4()), "command": command})


async def table(browser: httpx.AsyncClient, name: str) -> dict[str, dict[str, Any]]:
    return dict((await browser.get(f"{API}/board")).json()["tables"][name])


def a_shift(unit: str, *staff: str, hours: float = 8, **more: Any) -> dict[str, Any]:
    now = int(time.time() * 1000)
    crew = [{"staff": one, "name": f"N{one}", "skills": ["als"]} for one in staff]
    times = {"begins": now, "ends": now + int(hours * HOUR_MS)}
    return {"do": "schedule-shift", "unit": unit, "crew": crew, **times, **more}


async def test_a_shift_is_planned_begun_and_found_in_the_units_history(browser: httpx.AsyncClient) -> None:
    assert (await gives(browser, **a_shift("E01", "1", "2", "3", "4", shift_id="s1", vehicle="V1"))).status_code == 200
    assert set(await table(browser, "shifts")) == {"s1"}
    assert (await gives(browser, do="begin-shift", shift_id="s1", odometer_km=12000)).status_code == 200
    unit = (await table(browser, "units"))["E01"]
    assert (len(unit["crew"]), unit["vehicle"], "als" in unit["capabilities"]) == (4, "V1", True)
    assert (await gives(browser, do="log-off", units=["E01"])).status_code == 200
    async with asyncio.timeout(RECORDS_S):
        while True:
            parts = (await browser.get(f"{API}/units/E01/shifts")).json()
            if parts and parts[-1]["off_duty"]:
                break
            await asyncio.sleep(0.02)
    worked = next(part for part in parts if part["vehicle"] == "V1")
    assert [one["staff"] for one in worked["crew"]] == ["1", "2", "3", "4"]
    assert worked["planned_until"] is not None
    assert worked["ended"] is not None
    assert "unit-logged-off" in [line["code"] for line in worked["lines"]]
    assert (await browser.get(f"{API}/units/NOBODY/shifts")).status_code == 404


async def test_an_overlap_is_refused_in_the_askers_language(browser: httpx.AsyncClient) -> None:
    await gives(browser, **a_shift("E01", "1", shift_id="s1"))
    body = {"id": str(uuid.uuid4()), "command": a_shift("E13", "1", shift_id="s2")}
    response = await browser.post(f"{API}/commands", json=body, headers={"Accept-Language": "zh-CN"})
    assert response.status_code == 409
    assert (response.json()["code"], response.json()["fields"]["unit"]) == ("staff-has-shift", "E01")
    assert "已排在 E01" in response.json()["detail"]
    assert response.json()["override"] is False


async def test_a_refusal_that_a_person_may_go_over_says_so(browser: httpx.AsyncClient) -> None:
    opening = {"text": "E 300 MISSION ST VEHICLE FIRE", "run": True, "id": str(uuid.uuid4())}
    incident = (await browser.post(f"{API}/line", json=opening)).json()["answer"]["outcome"]["incident"]
    sending = {"do": "assign-units", "incident_id": incident, "units": ["E01"]}
    refused = await gives(browser, **sending)
    assert (refused.json()["code"], refused.json()["override"]) == ("unit-is-off-duty", True)
    assert (await gives(browser, **sending, override="they are at the station")).status_code == 200
    refused = await gives(browser, do="clear-units", units=["E01"])
    assert (refused.json()["code"], refused.json()["override"]) == ("not-arrived", True)
