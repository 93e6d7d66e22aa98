"""Every message between parts is found by the incident's number; none by a person."""

from typing import Any

import httpx
import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running
from turnout import main
from turnout.desk.access import part
from turnout.desk.book import Origin
from turnout.desk.operations import ring
from turnout.words.identity import CommandId


async def test_a_dispatch_is_found_message_by_message_by_the_incidents_number(
    house: Running, she: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    incident, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke, says Mrs Appleby")
    sent = await she.browser.post(
        f"{API}/commands",
        json={"id": "c1", "command": {"do": "assign-units", "incident_id": incident, "units": ["E01"]}},
        headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"},
    )
    assert sent.is_success, sent.text
    assert sent.headers["traceresponse"].startswith(f"00-{'ab' * 16}-")
    refused = await she.gives(do="assign-units", incident_id=incident, units=["NOBODY"])
    assert refused.status_code >= 400
    await she.gives(do="report-status", unit="E01", status="enroute")
    row = house.edge.counter.board.incidents[incident]  # type: ignore[index]
    number = row.numbers[row.agencies[0]]
    async with house.program("audit") as auditor:
        reply = await auditor.get(f"{API}/incidents/{number}/messages")
    lines: list[dict[str, Any]] = reply.json()
    by_kind = {(one["kind"], one["outcome"]): one for one in lines}
    assert {("open-incident", "done"), ("assign-units", "done"), ("report-status", "done")} <= by_kind.keys()
    assert any(kind == "assign-units" and outcome == "unknown-unit" for kind, outcome in by_kind)
    assert by_kind["station-alert", "sent"]["target"].startswith("station:")
    assigned = by_kind["assign-units", "done"]
    assert (assigned["source"], assigned["target"], assigned["trace"]) == ("http", "desk", "ab" * 16)
    assert assigned["seq_to"] >= assigned["seq_from"] > 0
    assert (assigned["size"] > 0, assigned["duration_us"] > 0, len(assigned["digest"])) == (True, True, 64)
    assert "appleby" not in reply.text.lower()
    assert main.main(["messages", number, "--data", str(house.folder)]) == 0
    assert "assign-units  done" in capsys.readouterr().out


async def test_a_timer_that_rings_is_a_message_of_the_clock(house: Running, she: Room) -> None:
    incident, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    sent = await she.gives(do="assign-units", incident_id=incident, units=["E01"])
    assert sent.is_success, sent.text
    timer = next(iter(house.edge.counter.board.timers.values()))
    house.clock.ahead_ms += 3_600_000
    origin = Origin(part("clock").actor, CommandId("ring/1"), "", "")
    await house.desk.submit(ring(timer.id), origin)
    async with house.program("audit") as auditor:
        lines = (await auditor.get(f"{API}/incidents/{tag}/messages")).json()
    rung = next(one for one in lines if one["source"] == "clock")
    assert (rung["kind"], rung["target"], rung["seq_from"] > 0) == ("ring-timer", "desk", True)


async def test_what_a_records_system_reads_is_a_message_to_it(house: Running, she: Room) -> None:
    incident, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    agency = house.edge.counter.board.incidents[incident].agencies[0]  # type: ignore[index]
    async with house.program("records", "audit") as program:
        assert (await program.get(f"{API}/incidents/{incident}/transfer")).is_success
        lines = (await program.get(f"{API}/incidents/{incident}/messages")).json()
    assert [one["target"] for one in lines if one["kind"] == "transfer"] == [f"records:{agency}"]


async def test_a_call_that_is_nobodys_yet_is_found_by_its_identity_and_unit_and_time_work_too(
    house: Running, she: Room
) -> None:
    await she.gives(do="take-call", call_id="C77", channel="phone")
    async with house.program("admin") as operator:
        room = Room(operator)
        assert [one["calls"] for one in await room.asks("messages", call="C77")] == [["C77"]]
        assert {one["kind"] for one in await room.asks("messages", unit="E01")} == {"log-on"}
        assert await room.asks("messages", since=house.clock.now() + 60_000) == []


@pytest.mark.parametrize("key", ["by", "caller", "name", "phone", "person", "text", "position", "trace", "incident"])
async def test_no_message_is_found_by_any_other_key(house: Running, key: str) -> None:
    async with house.program("audit") as auditor:
        for path in ("messages", "incidents/F1/messages"):
            reply = await auditor.get(f"{API}/{path}", params={key: "dora"})
            assert (reply.status_code, reply.json()["code"]) == (400, "malformed")


async def test_messages_are_for_auditors_and_administrators(house: Running, browser: httpx.AsyncClient) -> None:
    assert (await browser.get(f"{API}/messages")).status_code == 403
    async with house.client() as stranger:
        assert (await stranger.get(f"{API}/messages")).status_code == 401


async def test_an_auditor_of_another_agency_does_not_see_an_incidents_messages(house: Running, she: Room) -> None:
    incident, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    agencies = set(house.edge.counter.board.catalogue.agencies)  # type: ignore[union-attr]
    others = agencies - set(house.edge.counter.board.incidents[incident].agencies)  # type: ignore[index]
    token = house.token("audit", agencies=tuple(sorted(others))[:1])
    async with house.client(authorization=f"Bearer {token}") as auditor:
        assert (await auditor.get(f"{API}/incidents/{incident}/messages")).status_code == 404
        lines = (await auditor.get(f"{API}/messages")).json()
    assert not [one for one in lines if incident in one["incidents"]]
