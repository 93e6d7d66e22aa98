"""Entering paper over HTTP: true times, done once, each trouble named, nothing live touched."""

from typing import Any

import httpx

from tests.adapters.running import API, Running
from turnout.core.units.commands import LogOn

CITY_HALL = {"text": "City Hall", "place": {"lat": 37.7793, "lon": -122.4193}, "kind": "coordinate"}


def a_paper(house: Running, paper_id: str = "p1", **more: Any) -> dict[str, Any]:
    now = house.clock.now()
    times = {"dispatched": now - 3_500_000, "on-scene": now - 3_000_000, "ended": now - 1_000_000}
    return {
        "paper_id": paper_id,
        "paper_number": "P1",
        "taken": now - 3_600_000,
        "type": "MED",
        "location": CITY_HALL,
        "text": "short of breath",
        "units": [{"unit": "E01", "times": times}],
        "disposition": "SVC",
        "closed": now - 900_000,
        **more,
    }


async def test_a_sheet_is_entered_with_its_true_times_and_a_second_time_changes_nothing(
    house: Running, browser: httpx.AsyncClient
) -> None:
    await house.do(LogOn(unit="E01"))
    paper = a_paper(house)
    first = (await browser.post(f"{API}/paper", json={"papers": [paper]})).json()
    assert first[0]["troubles"] == [], first
    shown = (await browser.get(f"{API}/incidents/{first[0]['incident']}")).json()
    assert (shown["opened"], shown["closed"]) == (paper["taken"], paper["closed"])
    assert shown["assignments"][0]["times"] == paper["units"][0]["times"]
    assert shown["fields"]["back_entry"] == "yes"
    before = house.edge.counter.seq
    again = (await browser.post(f"{API}/paper", json={"papers": [paper]})).json()
    assert (again[0]["troubles"], house.edge.counter.seq) == ([], before)


async def test_what_cannot_be_taken_is_named_in_both_languages_and_the_rest_is_entered(
    house: Running, browser: httpx.AsyncClient
) -> None:
    await house.do(LogOn(unit="E01"))
    wrong = a_paper(house, "p2", disposition="", closed=None)
    wrong["units"].append({"unit": "E99", "times": wrong["units"][0]["times"]})
    nowhere = a_paper(house, "p3", type="NOPE")
    told = (await browser.post(f"{API}/paper", json={"papers": [wrong, nowhere, a_paper(house, "p4")]})).json()
    assert [(one["paper_id"], [trouble["code"] for trouble in one["troubles"]]) for one in told] == [
        ("p2", ["unknown-unit"]),
        ("p3", ["unknown-code"]),
        ("p4", []),
    ]
    trouble = told[0]["troubles"][0]
    assert (trouble["act"], trouble["unit"]) == ("enter-paper-assignment", "E99")
    assert trouble["text"]["en"]
    assert trouble["text"]["zh"]
    corrected = {**wrong, "units": wrong["units"][:1], "disposition": "SVC"}
    again = (await browser.post(f"{API}/paper", json={"papers": [corrected]})).json()
    assert again[0]["troubles"] == []
    shown = (await browser.get(f"{API}/incidents/{again[0]['incident']}")).json()
    assert (len(shown["assignments"]), shown["status"]) == (1, "closed")


async def test_a_call_taker_cannot_enter_what_units_did_and_a_sheet_has_a_limit(house: Running) -> None:
    async with house.program("calls", "read") as client:
        assert (await client.post(f"{API}/paper", json={"papers": [a_paper(house)]})).status_code == 403
    async with house.program("dispatch") as client:
        many = [a_paper(house, f"p{n}") for n in range(101)]
        assert (await client.post(f"{API}/paper", json={"papers": many})).status_code == 400
