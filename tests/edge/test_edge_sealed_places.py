"""Where it was is sealed in every file, shown and measured while its key lives, and ends with it (decision 0204)."""

import asyncio
import shutil
import struct
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.running import API, Running, running
from tests.edge.test_edge_erasing import CITY, erasing, files_with, stepped
from tests.edge.test_edge_texts import keys_of, told
from turnout.adapters.clock import SystemClock
from turnout.core.board import Location
from turnout.core.calls.commands import AttachCall, RefreshCallerPlace, TakeCall
from turnout.core.incidents.commands import (
    CancelIncident,
    ChangeIncident,
    CloneIncident,
    OpenIncident,
    Relocate,
    SetSecondaryPlace,
    SplitIncident,
)
from turnout.desk.access import part
from turnout.desk.operations import Operations
from turnout.edge import looking_up, places_of_records
from turnout.edge.advice import AdviceAsked
from turnout.edge.answers import Answer, Declined
from turnout.edge.edge import LineAsked
from turnout.recommend import Proposal
from turnout.recovery.backup import back_up
from turnout.recovery.restoring import restore_backup
from turnout.words.identity import IncidentId
from turnout.words.place import Place
from turnout.words.sealed_text import ERASED, MARK

HOME = Place(37.76123, -122.43217)
"""On Castro Street; the rest of the house stands elsewhere."""

MOVED, CALLER, STAGING = Place(37.76147, -122.43231), Place(37.76129, -122.43223), Place(37.76089, -122.43241)
ADDRESS = "Ottilienhof 17"
WHERE = Location(text=ADDRESS, place=HOME, kind="coordinate", crossing="Ottilienhof corner", detail="bell Ottilienhof")


def forms(place: Place) -> list[bytes]:
    """Every form in which a place could stand in a file: as JSON, as MessagePack's and SQLite's doubles."""
    numbers = (place.lat, place.lon)
    return [repr(one).encode() for one in numbers] + [struct.pack(">d", one) for one in numbers]


PLANTED = [b"Ottilienhof", *(form for place in (HOME, MOVED, CALLER, STAGING) for form in forms(place))]
PLANTED += [struct.pack("<d", one) for place in (HOME, MOVED, CALLER, STAGING) for one in (place.lat, place.lon)]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "var") as house:
        await plant(house)
        yield house


async def plant(house: Running) -> None:
    """A call and an incident with a place wherever there can be one."""
    where = msgspec.structs.replace(WHERE, place=MOVED, text=f"{ADDRESS} B")
    for command in (
        TakeCall(call_id="C1", channel="phone", location=WHERE),
        RefreshCallerPlace(call_id="C1", place=CALLER, uncertainty_m=12.0, source="network"),
        OpenIncident(incident_id="I1", type="MED", location=WHERE),
        AttachCall(call_id="C1", incident_id="I1"),
        Relocate(incident_id="I1", was=ADDRESS, location=where),
        ChangeIncident(incident_id="I1", field="floor", was="", becomes="Ottilienhof 3rd"),
        SetSecondaryPlace(
            incident_id="I1",
            place_id="P1",
            role="staging",
            location=Location(text="Ottilienhof yard", place=STAGING, kind="coordinate"),
        ),
        OpenIncident(
            incident_id="I9", type="MED", location=Location(text="behind Ottilienhof", kind="forced"), hold=True
        ),
    ):
        await house.do(command)


async def ended(house: Running) -> None:
    for incident in ("I1", "I9"):
        await house.do(CancelIncident(incident_id=incident, reason="false-call"))


async def ask(house: Running, command: Any) -> Answer:
    return await house.edge.counter.hand_in(part("tester"), str(uuid.uuid4()), command)


async def found(house: Running, query: str) -> list[str]:
    while house.edge.look_up._records.seq < house.desk.seq:
        await asyncio.sleep(0.01)
    async with house.program("read") as asked:
        answer = await asked.get(f"{API}/incidents?{query}")
        assert answer.status_code == 200, answer.text
        return sorted(row["id"] for row in answer.json())


NEAR = f"lat={MOVED.lat}&lon={MOVED.lon}&within_m=60"


async def test_places_stand_in_no_file_and_are_shown_at_every_door(house: Running) -> None:
    shown = await told(house)
    for door in ("/incidents/I1", "/incidents", "/board", "consoles", "/incidents/I1/transfer"):
        assert str(MOVED.lat) in shown[door], door
        assert f"{ADDRESS} B" in shown[door], door
    assert f"{CALLER.lat:.5f}, {CALLER.lon:.5f} ±12 m" in shown["/audit"]
    assert f"Location {ADDRESS} → {ADDRESS} B" in shown["/incidents/I1/chronology"]
    assert f"{ADDRESS} B" in shown["sheet"]
    assert not any(MARK in said for said in shown.values())
    await house.desk._keep_snapshot(house.desk._durable)
    back_up(house.folder / CITY, CITY, house.folder / "backup", None, SystemClock().now())
    assert files_with(house.folder, *PLANTED) == []


async def test_a_place_at_the_doors_has_the_form_it_always_had(house: Running) -> None:
    async with house.program("read") as asked:
        row = (await asked.get(f"{API}/incidents/I1")).json()
    assert row["location"]["place"] == {"lat": MOVED.lat, "lon": MOVED.lon}
    assert row["places"][0]["location"]["place"] == {"lat": STAGING.lat, "lon": STAGING.lon}
    assert row["location"]["floor"] == "Ottilienhof 3rd"


async def test_at_the_end_of_its_term_a_place_can_be_read_nowhere(house: Running, tmp_path: Path) -> None:
    await ended(house)
    back_up(house.folder / CITY, CITY, tmp_path / "backup", tmp_path / "keys", SystemClock().now())
    keys, found_ = keys_of(house), erasing(house)
    await told(house)
    house.edge.texts.find_place(house.desk.board.incidents["I1"].location.place)
    await stepped(house, found_, 29)
    assert await found(house, NEAR) == ["I1"]
    await stepped(house, found_, 31)
    assert files_with(house.folder, *PLANTED, *keys) == []
    shown = await told(house)
    assert not any(str(place.lat) in said for place in (HOME, MOVED, CALLER, STAGING) for said in shown.values())
    assert not any("Ottilienhof" in said for said in shown.values())
    assert not any(MARK in said for said in shown.values())
    async with house.program("read") as asked:
        location = (await asked.get(f"{API}/incidents/I1")).json()["location"]
    assert (location["text"], location["place"]) == (ERASED, None)
    assert location["zones"], "the part of the city stays"
    assert await found(house, NEAR) == await found(house, "place=ottilienhof") == []
    assert house.edge.texts._places == {}
    assert house.edge.texts._places_of == {}
    assert await house.desk._journal.verify() is None
    await restored(house, tmp_path, keys)


async def restored(house: Running, folder: Path, keys: list[bytes]) -> None:
    """A backup from before, with keys from before: what the newer journal says is destroyed in the copy."""
    back_up(house.folder / CITY, CITY, folder / "after", None, SystemClock().now())
    backup, old_keys = folder / "backup", folder / "keys"
    assert files_with(backup, *PLANTED, *keys) == []
    await restore_backup(backup, folder / "told", keys=old_keys, newer=[folder / "after"])
    assert files_with(folder / "told", *PLANTED, *keys) == []
    async with running(folder / "told") as again:
        assert str(MOVED.lat) not in (await told(again))["/incidents/I1"]
    await restore_backup(backup, folder / "whole", keys=old_keys)
    async with running(folder / "whole") as again:
        assert str(MOVED.lat) in (await told(again))["/incidents/I1"], "that backup does not know"


async def test_the_journal_read_again_without_a_key_makes_the_very_same_board(house: Running) -> None:
    await ended(house)
    book, board = Operations(), Operations().empty()
    async for page in house.desk._journal.read(0):
        for row in page:
            board = book.evolve(board, book.decode_event(row.name, row.version, row.body))
    assert book.encode_board(board) == book.encode_board(house.desk.board)


async def test_after_a_restart_places_are_measured_as_before(tmp_path: Path, house: Running) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(house.folder, copy, ignore=shutil.ignore_patterns("in-use"))
    async with running(copy) as again:
        assert str(MOVED.lat) in (await told(again))["/incidents/I1"]
        await again.do(OpenIncident(incident_id="I5", type="MED", location=WHERE))
        assert "may be the same as" in (await told(again))["/audit"]


async def test_a_report_near_it_is_still_suspected_to_be_the_same(house: Running) -> None:
    await house.do(OpenIncident(incident_id="I2", type="MED", location=WHERE))
    events = [event for _, event in house.edge.look_up._records.lines_of("incident", "I2", 0, None)]  # type: ignore[arg-type]
    while not any(type(event).__name__ == "DuplicateSuspected" for event in events):
        await asyncio.sleep(0.02)
        events = [event for _, event in house.edge.look_up._records.lines_of("incident", "I2", 0, None)]  # type: ignore[arg-type]
    (suspected,) = [event for event in events if type(event).__name__ == "DuplicateSuspected"]
    assert suspected.near == (IncidentId("I1"),)  # type: ignore[union-attr]


async def test_the_same_forced_words_are_suspected_to_be_the_same(house: Running) -> None:
    again = Location(text="Behind OTTILIENHOF", kind="forced")
    await house.do(OpenIncident(incident_id="I2", type="MED", location=again))
    async with asyncio.timeout(20):
        while "I2" not in str(house.edge.look_up._records.find("I2")):
            await asyncio.sleep(0.02)
    assert "may be the same as" in str((await told(house))["/audit"])


async def test_records_are_found_by_address_and_by_place(house: Running) -> None:
    await house.do(
        OpenIncident(incident_id="I3", type="MED", location=Location(text="far", place=Place(37.7793, -122.4193)))
    )
    assert await found(house, "place=ottilienHOF 17 b") == ["I1"]
    assert await found(house, "place=ottilienhof") == ["I1", "I9"]
    assert await found(house, NEAR) == ["I1"]
    assert await found(house, f"{NEAR}&place=far") == []
    assert await found(house, "lat=37.78&lon=-122.42&within_m=5000") == ["I1", "I3"]
    assert await found(house, f"{NEAR}&type=SFI") == []


async def test_records_are_looked_through_page_by_page_newest_first(
    house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places_of_records, "PAGE", 1)
    for n in range(3):
        await house.do(OpenIncident(incident_id=f"N{n}", type="MED", location=WHERE))
    assert await found(house, "place=ottilienhof 17") == ["I1", "N0", "N1", "N2"]
    assert len(await found(house, f"{NEAR}&limit=2")) == 2
    monkeypatch.setattr(places_of_records, "LOOKED_MAX", 2)
    assert await found(house, "place=ottilienhof 17") == ["N1", "N2"], "no more is looked at"


async def test_who_comes_to_the_place_is_told_what_was_there_before(
    house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asyncio.timeout(20):
        while house.edge.look_up._records.seq < house.desk.seq:
            await asyncio.sleep(0.01)
    known = await house.edge.look_up.known_of(house.dispatcher(), MOVED, "MED", house.edge.now())
    assert [one.id for one in known.earlier] == ["I1"]
    monkeypatch.setattr(looking_up, "LOOKED_AT_PLACE_MAX", 0)
    known = await house.edge.look_up.known_of(house.dispatcher(), MOVED, "MED", house.edge.now())
    assert known.earlier == (), "no more is looked at"


async def test_who_should_go_is_measured_to_the_place(house: Running) -> None:
    adviser = house.edge.adviser
    assert adviser is not None
    who, asked = house.dispatcher(), AdviceAsked(incident_id="I1")
    proposal = await adviser.propose(who, asked, house.edge.now())
    assert isinstance(proposal, Proposal)
    assert not any(note.code.startswith("place-") for note in proposal.notes)
    assert any(0 < one.total_s < 600 for one in proposal.bypassed if one.total_s is not None), "nobody is on duty"
    way = await adviser.route(who, proposal.bypassed[0].unit, "I1", house.edge.now())
    assert isinstance(way, dict)
    assert way["length_m"] > 0


async def test_somebody_who_saw_another_address_is_told_which_it_is(house: Running) -> None:
    answer = await ask(house, Relocate(incident_id="I1", was=ADDRESS, location=WHERE))
    assert isinstance(answer, Declined)
    assert (answer.code, answer.fields["theirs"]) == ("changed-meanwhile", f"{ADDRESS} B")


async def test_a_relocation_by_the_line_is_taken_back_by_the_line(house: Running) -> None:
    who, lines = house.dispatcher(), house.edge.lines
    assert lines is not None
    tag = house.desk.board.incidents["I1"].tag
    for line in (f"AT {tag} CITY HALL", "U"):
        answer: Any = await lines.answer(who, LineAsked(text=line, run=True, id=str(uuid.uuid4())))
        assert answer["answer"]["ok"], answer
    place = house.desk.board.incidents["I1"].location.place
    assert house.edge.texts.find_place(place) == MOVED


async def test_a_child_and_a_clone_have_their_place_under_their_own_key(house: Running) -> None:
    await house.do(SplitIncident(incident_id="I1", child_id="I6", type="SFI"))
    await house.do(CloneIncident(incident_id="I1", clone_id="I7"))
    await ended(house)
    await stepped(house, erasing(house), 31)
    for incident in ("I6", "I7"):
        location = house.desk.board.incidents[incident].location
        assert house.edge.texts.find_place(location.place) == MOVED
        assert house.edge.texts.shown(location.text) == f"{ADDRESS} B"


async def test_nobody_hands_in_what_stands_for_a_place(house: Running) -> None:
    sealed = house.desk.board.incidents["I1"].location.place
    assert sealed.startswith(MARK)
    there = msgspec.structs.replace(WHERE, place=sealed)
    answer = await ask(house, OpenIncident(incident_id="I8", type="MED", location=there))
    assert isinstance(answer, Declined)
    assert (answer.code, answer.fields["kind"]) == ("unstorable-text", "noncharacter")
    async with house.program("calls") as asked:
        body = {"do": "open-incident", "incident_id": "I8", "type": "MED", "location": {"text": "x", "place": "there"}}
        refused = await asked.post(f"{API}/commands/open-incident", json={"id": "c", "command": body})
    assert 400 <= refused.status_code < 500
