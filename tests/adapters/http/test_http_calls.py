"""Calls over HTTP: a gateway's messages, a location adapter's answers, a caller's number opened for a purpose."""

import uuid
from typing import Any

import httpx

from tests.adapters.running import API


async def gives(browser: httpx.AsyncClient, **command: Any) -> httpx.Response:
    return await browser.post(f"{API}/commands", json={"id": str(uuid.uuid4()), "command": command})


async def call_row(browser: httpx.AsyncClient, call: str) -> dict[str, Any]:
    board = (await browser.get(f"{API}/board")).json()
    return dict(board["tables"]["calls"][call])


async def test_a_callers_number_is_opened_from_the_call_itself_for_a_purpose_that_is_on_record(
    browser: httpx.AsyncClient,
) -> None:
    """1.10, 1.20: the worklist of call-backs is of no use without the number, and no number is shown unasked."""
    kept = await browser.post(f"{API}/details", json={"call_id": "K1", "details": {"callback": "555-0100"}})
    card = kept.json()["person"]
    assert (await gives(browser, do="take-call", call_id="K1", channel="phone", caller=card)).status_code == 200
    assert "555-0100" not in (await browser.get(f"{API}/board")).text
    without = await browser.get(f"{API}/calls/K1/caller")
    assert (without.status_code, without.json()["code"]) == (400, "purpose-needed")
    shown = await browser.get(f"{API}/calls/K1/caller", params={"purpose": "calling back"})
    assert shown.json()["details"] == {"callback": "555-0100"}
    assert shown.json()["seq"] > 0
    unknown = await browser.get(f"{API}/calls/K2/caller", params={"purpose": "calling back"})
    assert unknown.json()["code"] == "unknown-call"


async def test_messages_of_one_conversation_are_one_call_and_a_reply_waits_for_its_gateway(
    browser: httpx.AsyncClient,
) -> None:
    """1.21."""
    for number in (1, 2):
        message = {"conversation": "session-7", "message_id": f"m{number}", "text": f"line {number}"}
        assert (await gives(browser, do="take-message", call_id=f"T{number}", **message)).status_code == 200
    reply = {"do": "reply-to-call", "call_id": "T1", "message_id": "r1", "text": "Where are you?"}
    assert (await gives(browser, **reply)).status_code == 200
    row = await call_row(browser, "T1")
    ways = [(one["direction"], one["delivery"]) for one in row["messages"]]
    assert ways == [("in", ""), ("in", ""), ("out", "waiting")]
    wrong = {"conversation": "+14155550100", "message_id": "m3", "text": "hello"}
    refused = await gives(browser, do="take-message", call_id="T3", **wrong)
    assert refused.json()["code"] == "value-not-taken"


async def test_a_location_adapter_sees_what_is_asked_for_and_answers_it(browser: httpx.AsyncClient) -> None:
    """1.23."""
    await gives(browser, do="take-call", call_id="K1", channel="phone")
    await gives(browser, do="ask-caller-place", call_id="K1")
    assert (await call_row(browser, "K1"))["place_asked"] is not None
    place = {"lat": 37.7793, "lon": -122.4193}
    await gives(browser, do="refresh-caller-place", call_id="K1", place=place, uncertainty_m=40, source="network")
    row = await call_row(browser, "K1")
    assert (row["place_asked"], row["fixes"][0]["uncertainty_m"]) == (None, 40)


async def test_an_alarm_of_the_shipped_citys_kinds_opens_its_incident_in_one_act(browser: httpx.AsyncClient) -> None:
    """1.16: with the zones of its place as they are now, as if somebody had typed it."""
    where = {"text": "16th St & Mission St", "kind": "crossing"}
    alarm = {"do": "take-call", "call_id": "A1", "channel": "alarm", "alarm_kind": "carbon-monoxide", "location": where}
    taken = await gives(browser, **alarm)
    assert taken.status_code == 200, taken.text
    corners = [{"lat": 37.76, "lon": -122.43}, {"lat": 37.76, "lon": -122.41}, {"lat": 37.77, "lon": -122.41}]
    outline = [*corners, {"lat": 37.77, "lon": -122.43}]
    zone = {"do": "open-zone", "zone_id": "fair", "name": "Street fair", "outline": outline, "plan_zone": "FD48"}
    assert (await gives(browser, **zone)).status_code == 200
    opened = await gives(browser, do="open-from-alarm", call_id="A1", incident_id="alarm-1")
    assert opened.status_code == 200, opened.text
    incident = (await browser.get(f"{API}/incidents/alarm-1")).json()
    assert (incident["type"], incident["calls"]) == ("COA", ["A1"])
    assert {"beat", "first-due"} <= set(incident["location"]["zones"])
    assert incident["location"]["zones"]["special"] == "FD48"


async def test_a_text_of_ten_megabytes_is_refused_while_it_arrives(browser: httpx.AsyncClient) -> None:
    message = {"conversation": "session-8", "message_id": "m1", "text": "x" * 10_000_000}
    refused = await gives(browser, do="take-message", call_id="T8", **message)
    assert refused.status_code == 413
    too_long = await gives(browser, do="take-message", call_id="T8", **(message | {"text": "x" * 2_001}))
    assert too_long.status_code == 400
