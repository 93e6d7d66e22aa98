"""Remarks, answers and descriptions are sealed like what was said, and rules go on comparing them (18.4)."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.running import Running, running
from tests.edge.test_edge_erasing import HERE, erasing, files_with, stepped
from tests.edge.test_edge_texts import keys_of, told
from turnout.core.calls.commands import AttachCall, CloseCall, NoteCallback, TakeCall
from turnout.core.commands import Command
from turnout.core.incidents.commands import (
    AddItem,
    AddVehicle,
    AnswerTriage,
    CancelIncident,
    ChangeEntry,
    ChangeIncident,
    CloneIncident,
    HoldIncident,
    LinkMedia,
    OpenIncident,
    RequestSupplement,
    SetPatient,
    StrikeEntry,
    UpdateSupplement,
)
from turnout.core.units.commands import AssignUnits
from turnout.desk.access import part
from turnout.edge.answers import Accepted, Answer, Declined
from turnout.words.sealed_text import ERASED, MARK

NAME = b"Kunigunde"
PLANTED = {
    "source": "line of Kunigunde's house",
    "callback": "Kunigunde's sister took it",
    "call-outcome": "Kunigunde hung up",
    "priority": "Kunigunde is ninety",
    "hold": "until Kunigunde opens",
    "vehicle": "red car of Kunigunde",
    "vehicle-after": "blue car of Kunigunde",
    "item": "purse of Kunigunde",
    "struck": "not Kunigunde's",
    "field": "Kunigunde1234",
    "field-after": "Kunigunde5678",
    "field-reason": "Kunigunde told another",
    "who": "tow for Kunigunde",
    "media": "rtsp://recorder/Kunigunde",
    "media-note": "Kunigunde at the door",
    "sent": "near Kunigunde",
    "cancelled": "Kunigunde is well",
    "hospital": "Kunigundenstift",
}
"""Where → what was typed there."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "var") as house:
        await plant(house)
        yield house


async def plant(house: Running) -> None:
    """One incident with something typed wherever a rule does not read it, and where one does."""
    said = PLANTED
    for command in (
        TakeCall(call_id="C1", channel="phone", source=said["source"]),
        OpenIncident(incident_id="I1", type="MED", location=HERE, priority=5, priority_reason=said["priority"]),
        AttachCall(call_id="C1", incident_id="I1"),
        NoteCallback(call_id="C1", outcome="busy", note=said["callback"]),
        HoldIncident(incident_id="I1", reason=said["hold"]),
        AddVehicle(incident_id="I1", vehicle_id="V1", description=said["vehicle"]),
        AddItem(incident_id="I1", item_id="T1", description=said["item"]),
        StrikeEntry(incident_id="I1", entry_id="T1", reason=said["struck"]),
        ChangeEntry(
            incident_id="I1",
            entry_id="V1",
            field="description",
            was=said["vehicle"],
            becomes=said["vehicle-after"],
        ),
        ChangeIncident(incident_id="I1", field="fields.access_code", was="", becomes=said["field"]),
        ChangeIncident(
            incident_id="I1",
            field="fields.access_code",
            was=said["field"],
            becomes=said["field-after"],
            reason=said["field-reason"],
        ),
        RequestSupplement(incident_id="I1", supplement_id="S1", kind="tow"),
        UpdateSupplement(supplement_id="S1", state="accepted", who=said["who"]),
        LinkMedia(incident_id="I1", media_id="M1", kind="video", ref=said["media"], note=said["media-note"]),
        SetPatient(incident_id="I1", patient_id="1", triage="red", destination=said["hospital"]),
        CloseCall(call_id="C1", outcome=said["call-outcome"]),
        AssignUnits(incident_id="I1", units=("EMS10",), reason=said["sent"], override="x"),
    ):
        await house.do(command)


async def ask(house: Running, command: Command) -> Answer:
    return await house.edge.counter.hand_in(part("tester"), str(uuid.uuid4()), command)


def said_in(text: str) -> set[str]:
    return {where for where, said in PLANTED.items() if said in text.replace("\\", "")}


async def test_what_is_typed_is_shown_at_the_doors_and_stands_in_no_file(house: Running) -> None:
    shown = await told(house)
    assert said_in(shown["/incidents/I1"]) >= {"vehicle-after", "field-after", "media", "media-note", "struck", "sent"}
    assert said_in(shown["consoles"]) >= {"source", "callback", "call-outcome", "who", "vehicle-after", "field"}
    assert said_in(shown["/audit"]) >= {"priority", "hold", "vehicle", "vehicle-after", "field", "field-reason", "sent"}
    assert not any(MARK in said for said in shown.values())
    await house.do(CancelIncident(incident_id="I1", reason="false-call", note=PLANTED["cancelled"]))
    await house.desk._keep_snapshot(house.desk._durable)
    assert files_with(house.folder, NAME) == []


async def test_at_the_end_of_its_term_nothing_of_it_can_be_read(house: Running) -> None:
    await house.do(CancelIncident(incident_id="I1", reason="false-call", note=PLANTED["cancelled"]))
    assert "cancelled" in said_in((await told(house))["/incidents/I1/chronology"])
    keys, found = keys_of(house), erasing(house)
    await stepped(house, found, 31)
    assert files_with(house.folder, NAME, *keys) == []
    shown = await told(house)
    assert not any(said_in(said) for said in shown.values())
    assert ERASED in shown["/incidents/I1"]
    assert "EMS10" in shown["/incidents/I1"], "who was there stays"
    assert await house.desk._journal.verify() is None


async def test_the_programs_own_reasons_and_the_citys_codes_are_told_in_both_languages(house: Running) -> None:
    await house.do(CancelIncident(incident_id="I1", reason="undo"))
    assert "taken back" in (await told(house))["/incidents/I1/chronology"]


async def test_who_saw_an_older_value_is_told_what_stands_there(house: Running) -> None:
    for stale in (
        ChangeIncident(incident_id="I1", field="fields.access_code", was=PLANTED["field"], becomes="x"),
        ChangeEntry(incident_id="I1", entry_id="V1", field="description", was=PLANTED["vehicle"], becomes="x"),
    ):
        answer = await ask(house, stale)
        assert isinstance(answer, Declined)
        assert answer.code == "changed-meanwhile"
        assert answer.fields["theirs"] in (PLANTED["field-after"], PLANTED["vehicle-after"])


@pytest.mark.parametrize(
    "again",
    [
        ChangeIncident(incident_id="I1", field="fields.access_code", was="", becomes=PLANTED["field-after"]),
        ChangeEntry(incident_id="I1", entry_id="V1", field="description", was="", becomes=PLANTED["vehicle-after"]),
        UpdateSupplement(supplement_id="S1", state="accepted", who=PLANTED["who"]),
    ],
    ids=["field", "entry", "supplement"],
)
async def test_what_is_so_already_happens_no_second_time(house: Running, again: Command) -> None:
    before = house.desk.seq
    assert isinstance(await ask(house, again), Accepted)
    assert house.desk.seq == before


async def test_an_answer_of_triage_and_its_determinant_end_too(house: Running) -> None:
    kind = house.desk.board.catalogue.types["MED"]
    question = kind.questions[0]
    answer = question.answers[0]
    await house.do(AnswerTriage(incident_id="I1", question=question.code, answer=answer.code))
    incident = house.desk.board.incidents["I1"]
    assert incident.triage[question.code].startswith(MARK)
    assert f"'{question.code}': '{answer.code}'" in (await told(house))["/incidents/I1"]
    await house.do(CancelIncident(incident_id="I1", reason="false-call"))
    await stepped(house, erasing(house), 31)
    assert f"'{question.code}': '{ERASED}'" in (await told(house))["/incidents/I1"]


async def test_the_facts_of_a_clone_are_under_its_own_key(house: Running) -> None:
    await house.do(CloneIncident(incident_id="I1", clone_id="I2"))
    await house.do(CancelIncident(incident_id="I1", reason="false-call"))
    await stepped(house, erasing(house), 31)
    assert said_in((await told(house))["/incidents/I2"]) == {"field-after"}


async def test_a_triage_is_told_in_the_readers_language_while_its_key_lives(house: Running) -> None:
    await house.do(SetPatient(incident_id="I1", patient_id="7", triage="yellow"))
    shown = await told(house)
    for door in ("/incidents/I1/chronology", "/audit"):
        assert "Patient 7 yellow" in shown[door]
        assert "伤病员 7 黄" in shown[door]
        assert "伤病员 7 yellow" not in shown[door]
