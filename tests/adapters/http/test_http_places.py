"""Places that people look after, over HTTP: zones, forced places, corrected cards (1.2, 1.9, 2.2)."""

import time
import uuid
from typing import Any

import httpx

from tests.adapters.running import API

OUTLINE = [
    {"lat": 37.76, "lon": -122.43},
    {"lat": 37.76, "lon": -122.41},
    {"lat": 37.77, "lon": -122.41},
    {"lat": 37.77, "lon": -122.43},
]
INSIDE = {"text": "16th St & Mission St", "kind": "crossing"}


async def gives(browser: httpx.AsyncClient, **command: Any) -> httpx.Response:
    return await browser.post(f"{API}/commands", json={"id": str(uuid.uuid4()), "command": command})


async def zones_of_an_incident(browser: httpx.AsyncClient, incident: str) -> dict[str, str]:
    opened = await gives(browser, do="open-incident", incident_id=incident, type="MED", location=INSIDE)
    assert opened.status_code == 200, opened.text
    return dict((await browser.get(f"{API}/incidents/{incident}")).json()["location"]["zones"])


async def test_a_zone_changes_plans_while_it_is_in_force_and_neither_before_nor_after(
    browser: httpx.AsyncClient,
) -> None:
    later = int(time.time() * 1000) + 3_600_000
    zone = {"do": "open-zone", "name": "Street fair", "outline": OUTLINE, "plan_zone": "FD48"}
    assert (await gives(browser, zone_id="planned", since=later, **zone)).status_code == 200
    assert "special" not in await zones_of_an_incident(browser, "before")
    assert (await gives(browser, zone_id="now", **zone)).status_code == 200
    assert (await zones_of_an_incident(browser, "within"))["special"] == "FD48"
    assert (await gives(browser, do="end-zone", zone_id="now")).status_code == 200
    assert "special" not in await zones_of_an_incident(browser, "after")


async def test_a_zone_that_crosses_itself_is_refused_in_the_askers_language(browser: httpx.AsyncClient) -> None:
    bow_tie = [OUTLINE[0], OUTLINE[2], OUTLINE[1], OUTLINE[3]]
    zone = {"do": "open-zone", "zone_id": "z", "name": "Fair", "outline": bow_tie, "plan_zone": "FD48"}
    body = {"id": str(uuid.uuid4()), "command": zone}
    refused = await browser.post(f"{API}/commands", json=body, headers={"accept-language": "zh-CN"})
    problem = refused.json()
    assert (problem["code"], problem["fields"]["first"], problem["fields"]["second"]) == ("outline-crosses", 1, 3)
    assert "相交" in problem["detail"]


async def test_a_forced_place_is_on_the_board_until_it_is_settled(browser: httpx.AsyncClient) -> None:
    forced = {"text": "behind the old kiln", "kind": "forced"}
    await gives(browser, do="open-incident", incident_id="f1", type="MED", location=forced)
    rows = (await browser.get(f"{API}/board")).json()["tables"]["forced_places"]
    ((place_id, row),) = rows.items()
    assert (row["text"], row["incident"]) == ("behind the old kiln", "f1")
    refused = await gives(browser, do="settle-place", place_id=place_id, outcome="added")
    assert refused.json()["code"] == "not-permitted"
    await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
    settled = await gives(browser, do="settle-place", place_id=place_id, outcome="added")
    assert settled.status_code == 200, settled.text
    assert (await browser.get(f"{API}/board")).json()["tables"]["forced_places"] == {}


async def test_a_corrected_card_opens_as_it_is_and_as_it_was_for_a_purpose(browser: httpx.AsyncClient) -> None:
    await gives(browser, do="open-incident", incident_id="i1", type="MED", location=INSIDE)

    async def sealed(name: str, person: str | None) -> dict[str, Any]:
        given = {"incident_id": "i1", "person_id": person, "details": {"name": name}}
        return dict((await browser.post(f"{API}/details", json=given)).json()["person"])

    first = await sealed("Ann Lee", None)
    await gives(browser, do="add-person", incident_id="i1", person=first)
    second = await sealed("Ann Li", first["id"])
    changed = await gives(browser, do="change-person", incident_id="i1", was_ref=first["ref"], person=second)
    assert changed.status_code == 200, changed.text
    for asked, name in ((first["id"], "Ann Li"), (first["ref"], "Ann Lee")):
        shown = await browser.get(f"{API}/details/i1/{asked}", params={"purpose": "calling back"})
        assert shown.json()["details"] == {"name": name}
