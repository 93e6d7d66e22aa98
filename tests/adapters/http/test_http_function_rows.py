"""What the function table promises of the command line and the records, in the city as it ships (sections 1 to 7)."""

import asyncio
import time
import uuid
from typing import Any

import httpx
import pytest

from tests.adapters.running import API
from turnout.words.moment import DAY_MS

RECORDS_S = 10.0
"""The records follow the desk by themselves; a moment later at most."""

CITY_HALL = {"lat": 37.7793, "lon": -122.4193}


class Dispatcher:
    """A dispatcher who types lines and looks at the board."""

    def __init__(self, browser: httpx.AsyncClient) -> None:
        self.browser = browser

    async def says(self, text: str) -> dict[str, Any]:
        response = await self.browser.post(f"{API}/line", json={"text": text, "run": True, "id": str(uuid.uuid4())})
        body: dict[str, Any] = response.json()
        assert body["understood"], (text, body["error"])
        assert body["answer"] is None or body["answer"]["ok"], (text, body["answer"])
        return body

    async def opens(self, text: str) -> str:
        return str((await self.says(text))["answer"]["outcome"]["tag"])

    async def gives(self, **command: Any) -> dict[str, Any]:
        body = {"id": str(uuid.uuid4()), "command": command}
        response = await self.browser.post(f"{API}/commands", json=body)
        assert response.status_code == 200, response.text
        return dict(response.json())

    async def looks_up(self, path: str, **asked: Any) -> Any:
        response = await self.browser.get(f"{API}/{path}", params=asked)
        assert response.status_code == 200, response.text
        return response.json()

    async def finds(self, count: int, path: str, **asked: Any) -> list[Any]:
        """So many rows of the records, once they have followed."""
        async with asyncio.timeout(RECORDS_S):
            while len(found := list(await self.looks_up(path, **asked))) < count:
                await asyncio.sleep(0.02)
        return found

    async def table(self, name: str) -> dict[str, dict[str, Any]]:
        return dict((await self.looks_up("board"))["tables"][name])

    async def unit(self, unit: str) -> dict[str, Any]:
        return (await self.table("units"))[unit]

    async def incident(self, tag: str) -> dict[str, Any]:
        return dict(await self.looks_up(f"incidents/{tag}"))

    async def stage_of(self, unit: str) -> str:
        status = (await self.unit(unit))["status"]
        return str(status.get("at", status["stage"]))


@pytest.fixture
def she(browser: httpx.AsyncClient) -> Dispatcher:
    return Dispatcher(browser)


async def test_a_shift_is_worked_with_lines_alone(she: Dispatcher) -> None:
    """2.13, 2.14, 3.8, 3.9, 3.13, 3.17, 3.18, 3.22, 3.24, 3.25, 6.2."""
    await she.says("L E01 E13 E35 T01 ON")
    assert [await she.stage_of(unit) for unit in ("E01", "T01")] == ["available", "available"]
    await she.says("OOS T01 mechanical; pump")
    assert (await she.unit("T01"))["status"]["reason"] == "mechanical"
    await she.says("L T01 IN")
    await she.says("VE T01 R112")
    await she.says("UN T01 short of foam")
    truck = await she.unit("T01")
    assert (truck["vehicle"], truck["note"]) == ("R112", "short of foam")

    one = await she.opens("E 300 MISSION ST VEHICLE FIRE")
    other = await she.opens("E 1900 UNION ST MED")
    await she.says(f"D E01 {one}")
    await she.says("S E01 ONS")
    await she.says(f"RC {one}")
    await she.says(f"RC {one} E01")
    assert list((await she.incident(one))["roll_call"]["answered"]) == ["E01"]
    await she.says("RV E01 E13")
    assert [await she.stage_of(unit) for unit in ("E01", "E13")] == ["available", "dispatched"]
    await she.says(f"D E35 {other}")
    await she.says("EX E13 E35")
    on = {unit: (await she.unit(unit))["status"]["incident"] for unit in ("E13", "E35")}
    assert on == {"E13": (await she.incident(other))["id"], "E35": (await she.incident(one))["id"]}
    await she.says(f"LR E35 {one} TURNOUT traffic")
    await she.says(f"T {one} CANCEL; on the radio")
    await she.says("S E35 ONS")
    await she.says("FR E35")
    assert (await she.unit("E35"))["free"]
    await she.says(f"V E13 {one} life-at-risk")
    assert (await she.incident(other))["status"] == "pending"
    third = await she.opens("E 2500 GEARY BLVD MED")
    await she.says(f"Q E13 {third}")
    await she.says("S E13 ONS")
    await she.says("C E13")
    assert (await she.unit("E13"))["status"]["incident"] == (await she.incident(third))["id"]
    await she.says("C E35 SVC")
    ended = [
        (a["disposition"], a["late_reasons"]) for a in (await she.incident(one))["assignments"] if a["unit"] == "E35"
    ]
    assert ended == [("SVC", {"turnout": "traffic"})]
    await she.says("L T01 OFF")
    assert await she.stage_of("T01") == "off-duty"


async def test_an_incident_is_led_with_lines_alone(she: Dispatcher) -> None:
    """1.5, 1.17, 1.18, 1.22, 2.9, 4.2, 4.13, 4.19, 4.20, 6.4, 7.19."""
    tag = await she.opens("E 300 MISSION ST VEHICLE FIRE; smoke")
    await she.says(f"H {tag} waiting for the key holder")
    assert (await she.incident(tag))["status"] == "held"
    await she.says(f"HR {tag}")
    await she.says(f"Z {tag}")
    await she.says(f"G {tag} EMS")
    await she.says(f"P {tag} 2; nobody inside")
    await she.says(f"AT {tag} 16TH/MISSION")
    await she.says(f"A {tag} 2")
    await she.says(f"AG {tag} SVC")
    row = await she.incident(tag)
    assert (row["group"], row["priority"], row["alarm_level"]) == ("ems", 2, 2)
    assert (row["claimed_by"], "SVC" in row["numbers"]) == (row["opened_by"], True)
    child = await she.opens(f"SP {tag} MED")
    twin = await she.opens(f"CL {tag}")
    later = await she.opens("E 1900 UNION ST MED")
    await she.says(f"J {tag} {later}")
    await she.says(f"MG {twin} {tag}")
    assert {link["kind"] for link in (await she.incident(tag))["links"]} == {
        "child",
        "cloned-to",
        "related",
        "merged-from",
    }
    assert [link["kind"] for link in (await she.incident(child))["links"]] == ["parent"]
    await she.says("HD ZSFG DIVERT; flood")
    assert (await she.table("hospitals"))["ZSFG"]["diversion"]
    assert (await she.says("I CPR"))["effects"] == {"info": "CPR"}
    assert "focus_incident" not in (await she.says(f"N {later} hydrant blocked"))["effects"]
    assert (await she.says("E 1950 UNION ST MED"))["effects"]["focus_incident"]
    await she.says(f"K {tag} false-call")
    assert (await she.incident(tag))["close_reason"] == "false-call"
    await she.says(f"W {tag} more-work")
    assert (await she.incident(tag))["status"] == "pending"


async def test_a_crossing_closed_with_a_line_is_opened_by_a_word_of_its_reason(she: Dispatcher) -> None:
    """2.10, 9.11."""
    await she.says("CS 16TH/MISSION; fire hoses")
    assert [closure["reason"] for closure in (await she.table("closures")).values()] == ["fire hoses"]
    await she.says("OS hoses")
    assert await she.table("closures") == {}


async def test_a_callers_details_open_for_a_purpose_that_is_on_record_first(she: Dispatcher) -> None:
    """1.7, 1.11, 18.5."""
    tag = await she.opens("E 1900 UNION ST MED")
    incident = (await she.incident(tag))["id"]
    given = {"incident_id": incident, "role": "caller", "details": {"name": "Ann Li", "callback": "555-0100"}}
    person = (await she.browser.post(f"{API}/details", json=given)).json()["person"]
    await she.gives(do="add-person", incident_id=incident, person=person)
    path = f"{API}/details/{incident}/{person['id']}"
    assert (await she.browser.get(path)).json()["code"] == "purpose-needed"
    assert (await she.browser.get(f"{API}/details/{incident}/somebody", params={"purpose": "x"})).status_code == 404
    shown = await she.looks_up(f"details/{incident}/{person['id']}", purpose="calling back")
    assert shown["details"] == given["details"]
    course = await she.finds(3, f"incidents/{incident}/chronology")
    assert [line["code"] for line in course] == ["incident-opened", "person-added", "details-opened"]
    assert course[-1]["seq"] == shown["seq"]
    assert "calling back" in course[-1]["text"]["en"]
    assert "Ann Li" not in (await she.browser.get(f"{API}/board")).text


async def test_hazards_and_earlier_incidents_of_a_place_reach_back_as_far_as_the_type_wants(
    she: Dispatcher,
) -> None:
    """1.13, 1.25."""
    at, now = {"text": "City Hall", "place": CITY_HALL, "kind": "coordinate"}, int(time.time() * 1000)
    for days in (30, 900):
        await she.gives(
            do="open-incident", incident_id=f"{days} days", type="MED", location=at, back_entry=now - days * DAY_MS
        )
    await she.gives(
        do="write-premise",
        note_id="p1",
        kind="hazard",
        place=CITY_HALL,
        address="1 Dr Carlton B Goodlett Pl",
        text="chlorine in the cellar",
        expires=now + DAY_MS,
    )
    await she.finds(2, "incidents", type="MED")
    known = await she.looks_up("premises", **CITY_HALL, type="MED")
    assert [note["text"] for note in known["notes"]] == ["chlorine in the cellar"]
    assert [row["id"] for row in known["earlier"]] == ["30 days"]
    assert await she.looks_up("premises", lat=37.7600, lon=-122.4500, type="MED") == {"notes": [], "earlier": []}


async def test_a_units_history_and_an_incidents_number_are_looked_up(she: Dispatcher) -> None:
    """3.23, 6.6, 7.14."""
    await she.says("L E01 ON")
    tag = await she.opens("E 300 MISSION ST VEHICLE FIRE")
    await she.says(f"D E01 {tag}")
    history = await she.finds(2, "units/E01/history")
    assert [line["code"] for line in history] == ["unit-logged-on", "units-assigned"]
    assert await she.looks_up("units/E01/history", **{"from": history[-1]["at"] + 1}) == []
    row = await she.incident(tag)
    number = next(iter(row["numbers"].values()))
    assert [found["id"] for found in await she.looks_up("incidents", number=number)] == [row["id"]]
