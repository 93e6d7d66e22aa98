"""Correcting what was entered into an incident: the old value is kept, and nobody overwrites another unseen (1.2)."""

from typing import Any

import pytest

from turnout.core.board import PersonCard
from turnout.core.history import chronology
from turnout.core.incidents.commands import (
    AddItem,
    AddPerson,
    AddVehicle,
    ChangeEntry,
    ChangeIncident,
    ChangePerson,
    CloseIncident,
    RemovePerson,
    StrikeEntry,
)
from turnout.core.incidents.evolve_entries import with_late_entry
from turnout.core.refusals import CardChanged, ChangedMeanwhile, UnknownEntry, UnknownIncident, ValueNotTaken
from turnout.core.tables.commands import NoteDetailsOpened
from turnout.core.timers.commands import RingTimer
from turnout.core.undo import undo_of


def with_things(room: Any) -> Any:
    room.opened()
    room.do(AddVehicle(incident_id="I1", vehicle_id="v1", description="red van", role="parked"))
    room.do(AddItem(incident_id="I1", item_id="i1", description="ladder", quantity=2))
    return room


@pytest.mark.parametrize(
    ("entry", "field", "was", "becomes"),
    [
        ("v1", "description", "red van", "white van"),
        ("v1", "role", "parked", "burning"),
        ("i1", "description", "ladder", "rope"),
        ("i1", "quantity", 2, 5),
    ],
)
def test_a_corrected_entry_keeps_its_old_value_on_record(
    room: Any, entry: str, field: str, was: Any, becomes: Any
) -> None:
    with_things(room)
    before = room.board
    command = ChangeEntry(incident_id="I1", entry_id=entry, field=field, was=was, becomes=becomes)  # type: ignore[arg-type]
    events = room.do(command)
    entries = {one.id: one for one in (*room.incident().vehicles, *room.incident().items)}
    assert getattr(entries[entry], field) == becomes
    change = room.incident().changes[f"{entry}.{field}"]
    assert (change.by, change.seq_was) == ("dora", was)
    assert str(was) in chronology(enumerate(events, 1))[0].text.en
    (back,) = undo_of(before, command, events) or []
    room.do(back)
    assert room.incident().vehicles == before.incidents["I1"].vehicles  # type: ignore[index]
    assert room.incident().items == before.incidents["I1"].items  # type: ignore[index]


def test_two_who_correct_one_entry_are_told_of_each_other(room: Any, other_dispatcher: Any) -> None:
    with_things(room)
    hers = {"incident_id": "I1", "entry_id": "v1", "field": "description", "was": "red van"}
    room.do(ChangeEntry(becomes="white van", **hers), actor=other_dispatcher)
    refusal = room.refusal(ChangeEntry(becomes="blue van", **hers), ChangedMeanwhile)
    assert (refusal.theirs, refusal.by, refusal.field) == ("white van", "otto", "description")


@pytest.mark.parametrize(
    ("entry", "field", "becomes"),
    [
        ("v1", "description", " "),
        ("i1", "quantity", 0),
        ("i1", "quantity", "2"),
        ("v1", "quantity", 3),
        ("i1", "role", "x"),
    ],
)
def test_a_correction_that_an_entry_cannot_take_is_refused(room: Any, entry: str, field: str, becomes: Any) -> None:
    with_things(room)
    wrong = ChangeEntry(incident_id="I1", entry_id=entry, field=field, was="", becomes=becomes)  # type: ignore[arg-type]
    room.refusal(wrong, ValueNotTaken)


def test_what_is_struck_is_not_corrected_any_more(room: Any) -> None:
    with_things(room)
    room.do(StrikeEntry(incident_id="I1", entry_id="v1", reason="wrong"))
    wrong = ChangeEntry(incident_id="I1", entry_id="v1", field="description", was="red van", becomes="van")
    room.refusal(wrong, UnknownEntry)


def card(ref: str, role: str = "caller") -> PersonCard:
    return PersonCard(id="p1", role=role, ref=ref, digest=ref)  # type: ignore[arg-type]


def test_a_corrected_card_keeps_what_was_sealed_before_and_both_open_for_a_purpose(
    room: Any, other_dispatcher: Any
) -> None:
    room.opened()
    room.do(AddPerson(incident_id="I1", person=card("r1")))
    room.do(ChangePerson(incident_id="I1", was_ref="r1", person=card("r2", "witness")))
    incident = room.incident()
    assert ([c.ref for c in incident.persons], [c.ref for c in incident.earlier_persons]) == (["r2"], ["r1"])
    for ref in ("r1", "r2"):
        look = NoteDetailsOpened(incident_id="I1", person_id="p1", ref=ref)
        room.do(look, purpose="calling back")
    late = ChangePerson(incident_id="I1", was_ref="r1", person=card("r3"))
    assert room.refusal(late, CardChanged, actor=other_dispatcher).by == "dora"
    assert room.do(ChangePerson(incident_id="I1", was_ref="r2", person=card("r2", "witness"))) == []
    room.do(RemovePerson(incident_id="I1", person_id="p1", reason="wrong"))
    assert all(one.removed for one in (*room.incident().persons, *room.incident().earlier_persons))
    room.refusal(ChangePerson(incident_id="I1", was_ref="r2", person=card("r4")), UnknownEntry)


def test_a_card_is_put_right_after_the_incident_was_closed_and_after_it_left_the_board(room: Any, clock: Any) -> None:
    room.opened("I1", "INFO")
    room.do(AddPerson(incident_id="I1", person=card("r1")))
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))
    room.do(ChangePerson(incident_id="I1", was_ref="r1", person=card("r2")))
    record = room.incident()
    assert ([c.ref for c in record.persons], [c.ref for c in record.earlier_persons]) == (["r2"], ["r1"])
    room.later(1000)
    room.do(RingTimer(timer="archive/I1"), actor=clock)
    room.refusal(ChangePerson(incident_id="I1", was_ref="r2", person=card("r3")), UnknownIncident)
    late = ChangePerson(incident_id="I1", was_ref="r2", person=card("r3"), record=record)
    board = room.board.incidents
    (event,) = room.do(late)
    assert room.board.incidents is board
    again = with_late_entry(record, event)
    assert ([c.ref for c in again.persons], [c.ref for c in again.earlier_persons]) == (["r3"], ["r1", "r2"])
    room.refusal(ChangePerson(incident_id="I2", was_ref="r2", person=card("r3"), record=record), UnknownIncident)
    room.refusal(ChangePerson(incident_id="I1", was_ref="r1", person=card("r3"), record=record), CardChanged)


@pytest.mark.parametrize("field", ["floor", "detail"])
def test_floor_and_exact_place_are_fields_like_any_other(room: Any, field: str) -> None:
    room.opened()
    room.do(ChangeIncident(incident_id="I1", field=field, was="", becomes="12-03"))
    assert getattr(room.incident().location, field) == "12-03"
    assert room.incident().changes[field].seq_was == ""
    room.refusal(ChangeIncident(incident_id="I1", field=field, was="", becomes="11"), ChangedMeanwhile)
