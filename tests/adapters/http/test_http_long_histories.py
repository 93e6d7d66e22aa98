"""A chronology that is longer than one answer says so, names the next page, and is read to its end (4.1, 3.23)."""

from typing import Any

import httpx
import pytest

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running
from turnout.auditing.proving import rows_of
from turnout.core.incidents.commands import AddNarrative
from turnout.core.units.commands import LogOn, ReturnToService, TakeOutOfService
from turnout.server_asked import all_told
from turnout.words.trouble import Malformed

LINES = 12


@pytest.fixture
async def room(house: Running) -> Room:
    browser = house.client()
    await browser.post(f"{API}/session/demo", json={"role": "supervisor"})
    return Room(browser)


@pytest.fixture
async def incident(house: Running, room: Room) -> str:
    """With a course of many lines, all recorded."""
    id, _ = await room.opens("E 300 MISSION ST MEDICAL")
    for n in range(LINES):
        await house.do(AddNarrative(incident_id=id, entry_id=f"n{n}", text=f"line {n}"))
    await room.is_recorded(f"incidents/{id}/chronology", lambda lines: len(lines) > LINES)
    return id


async def pages(room: Room, path: str, **query: Any) -> list[list[Any]]:
    """Every page, as a client finds it."""
    found, url, asked = list[list[Any]](), f"{API}/{path}", query or None
    while True:
        reply = await room.browser.get(url, params=asked)
        assert reply.is_success, reply.text
        found.append(reply.json())
        if "next" not in reply.links:
            return found
        url, asked = str(reply.url.join(reply.links["next"]["url"])), None


async def test_a_long_chronology_names_its_next_page_until_its_end(room: Room, incident: str) -> None:
    [whole] = await pages(room, f"incidents/{incident}/chronology")
    assert "link" not in (await room.browser.get(f"{API}/incidents/{incident}/chronology")).headers
    cut = await pages(room, f"incidents/{incident}/chronology", limit=5)
    assert [len(page) for page in cut[:-1]] == [5] * (len(cut) - 1)
    assert [line for page in cut for line in page] == whole
    exact = await pages(room, f"incidents/{incident}/chronology", limit=len(whole))
    assert exact == [whole], "a full page that is the last names no next one"


async def test_a_units_history_keeps_its_time_on_the_next_page(house: Running, room: Room) -> None:
    await house.do(LogOn(unit="E01"))
    since = house.edge.now() + 1_000
    house.clock.ahead_ms += 2_000
    for _ in range(4):
        await house.do(TakeOutOfService(units=("E01",), reason="meal"))
        await house.do(ReturnToService(units=("E01",)))
    await room.is_recorded("units/E01/history", lambda lines: len(lines) >= 9)
    cut = await pages(room, "units/E01/history", limit=3, **{"from": since})
    [whole] = await pages(room, "units/E01/history", **{"from": since})
    assert [line for page in cut for line in page] == whole
    assert len(cut) == 3
    assert all(line["at"] >= since for line in whole)


async def test_shifts_of_too_long_a_time_are_refused_and_never_cut_short(
    house: Running, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.do(LogOn(unit="E01"))
    await room.is_recorded("units/E01/shifts", lambda shifts: len(shifts) > 0)
    monkeypatch.setattr("turnout.edge.looking_up.SHIFT_LINES_MAX", 0)
    reply = await room.browser.get(f"{API}/units/E01/shifts")
    assert (reply.status_code, reply.json()["code"]) == (400, "malformed")


async def test_every_row_of_a_long_incident_is_proved(
    house: Running, incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = house.folder / "san-francisco"
    whole = rows_of(folder, incident)
    assert len(whole) > LINES
    monkeypatch.setattr("turnout.auditing.proving.ROWS_AT_ONCE", 4)
    assert rows_of(folder, incident) == whole


def answering(count: int, asked: list[str]) -> httpx.Client:
    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        after = int(request.url.params.get("after", 0))
        link = {"link": f'<?after={after + 2}>; rel="next"'} if after + 2 < count else {}
        return httpx.Response(200, json=list(range(after, min(count, after + 2))), headers=link)

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://turnout.test")


def test_commands_read_every_page_and_give_up_one_without_an_end() -> None:
    asked = list[str]()
    assert all_told(answering(5, asked), "/x/chronology") == [0, 1, 2, 3, 4]
    assert asked[-1] == "http://turnout.test/x/chronology?after=4"
    with pytest.raises(Malformed, match="pages"):
        all_told(answering(10_000, asked), "/x")
