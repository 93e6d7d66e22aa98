"""Incidents that have left the board: found without a name, added to, opened for a purpose, reopened (6.5, 4.11)."""

from typing import Any

from tests.adapters.http.room import Room
from tests.adapters.running import API, Running
from turnout.core.timers.commands import RingTimer
from turnout.words.moment import MINUTE_MS


async def archived(she: Room, house: Running, line: str = "E 300 MISSION ST STRUCTURE FIRE; smoke") -> str:
    """The identity of one that was worked, closed, and has left the board."""
    id, tag = await she.opens(line)
    await she.does(f"D E07 {tag}")
    await she.does("S E07 ONS")
    await she.does("C E07")
    await she.does(f"X {tag} SVC")
    house.clock.ahead_ms += 16 * MINUTE_MS
    await house.do(RingTimer(timer=f"archive/{id}"))
    assert id not in house.edge.counter.board.incidents
    return id


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [row["id"] for row in found]


async def test_a_closed_incident_is_found_by_number_place_type_time_and_unit(she: Room, house: Running) -> None:
    """6.5: everything but a person."""
    one = await archived(she, house)
    other, tag = await she.opens("E 1900 UNION ST MED")
    await she.does(f"D 55 {tag}")
    row = (await she.is_recorded("incidents", lambda found: len(found) == 2 and found[0]["assignments"]))[1]
    number = row["numbers"]["FIRE"]
    assert ids(await she.asks("incidents", number=number)) == [one]
    assert ids(await she.asks("incidents", number=number[:3].lower())) == [other, one]
    assert ids(await she.asks("incidents", place="mission")) == [one]
    assert ids(await she.asks("incidents", **row["location"]["place"], within_m=100)) == [one]
    assert ids(await she.asks("incidents", type="MED")) == [other]
    assert ids(await she.asks("incidents", unit="e07")) == [one]
    assert ids(await she.asks("incidents", unit="55")) == [other]
    assert ids(await she.asks("incidents", status="closed", to=row["opened"])) == [one]
    assert await she.asks("incidents", unit="T99") == []
    described = (await she.browser.get(f"{API}/openapi.json")).json()["paths"][f"{API}/incidents"]["get"]["parameters"]
    assert {one["name"] for one in described} == {
        "number", "type", "status", "from", "to", "unit", "place", "lat", "lon", "within_m", "limit",
    }  # fmt: skip


async def test_what_is_added_after_it_left_the_board_is_in_its_record_and_comes_back(she: Room, house: Running) -> None:
    id = await archived(she, house)
    await she.gives(do="add-addendum", incident_id=id, entry_id="a1", text="found afterwards")
    await she.gives(do="link-media", incident_id=id, media_id="m1", kind="call-audio", ref="recorder:7")
    row = await she.is_recorded(f"incidents/{id}", lambda found: bool(found["media"]))
    assert [line["kind"] for line in row["narrative"]] == ["note", "addendum"]
    again = await she.gives(do="add-addendum", incident_id=id, entry_id="a1", text="twice")
    assert again.json()["code"] == "identity-taken"
    assert (await she.gives(do="reopen-incident", incident_id=id, reason="more-work")).is_success
    board = house.edge.counter.board.incidents
    told = [house.edge.texts.shown(line.text) for line in board[id].narrative]  # type: ignore[index]
    assert told == ["smoke", "found afterwards"]


async def test_details_open_for_a_purpose_also_once_it_has_left_the_board(she: Room, house: Running) -> None:
    id, tag = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    details = {"incident_id": id, "role": "patient", "details": {"name": "Ann Li"}}
    person = (await she.browser.post(f"{API}/details", json=details)).json()["person"]
    await she.gives(do="add-person", incident_id=id, person=person)
    await she.does(f"K {tag} false-call")
    house.clock.ahead_ms += 16 * MINUTE_MS
    await house.do(RingTimer(timer=f"archive/{id}"))
    await she.is_recorded(f"incidents/{id}", lambda found: found["status"] == "closed")
    shown = await she.asks(f"details/{id}/{person['id']}", purpose="asked by the family's doctor")
    assert shown["details"] == {"name": "Ann Li"}
