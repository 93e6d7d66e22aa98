"""What is taken back is taken back by further commands; nothing is deleted."""

from typing import Any

import pytest
from msgspec.structs import replace

from turnout.core.board import OnIncident
from turnout.core.commands import Command
from turnout.core.incidents.commands import (
    AddNarrative,
    CancelIncident,
    ChangeIncident,
    HoldIncident,
    LinkIncidents,
    Relocate,
    Retype,
    RouteIncident,
    SetAlarmLevel,
    SetPatient,
)
from turnout.core.undo import undo_of
from turnout.core.units.commands import (
    AssignUnits,
    ClearUnits,
    FreeUnits,
    LogOn,
    MoveUp,
    NoteUnit,
    ReportStatus,
    StackIncident,
    TakeOutOfService,
)
from turnout.words.sealed_text import ERASED


def done_and_undone(room: Any, command: Command) -> None:
    before = room.board
    back = undo_of(before, command, room.do(command))
    assert back, command
    for step in back:
        room.do(step)


def test_a_sent_unit_is_released_as_cancelled_and_the_incident_waits_again(room: Any) -> None:
    room.opened()
    done_and_undone(room, AssignUnits(incident_id="I1", units=("E01", "T01")))
    assert [a.ended_as for a in room.incident().assignments] == ["cancelled", "cancelled"]
    assert room.incident().status == "pending"
    assert room.unit("R01").status.in_quarters


def test_a_pre_empted_unit_goes_back_to_where_it_was(room: Any) -> None:
    room.opened("I1", "BURGLARY")
    room.opened("I2", "CRASH")
    room.sent("I1", "C01")
    room.report("C01", "on-scene")
    done_and_undone(room, AssignUnits(incident_id="I2", units=("C01",), preempt="LIFE"))
    assert room.unit("C01").status == OnIncident("I1", "on-scene")
    assert room.incident("I2").status == "pending"


def test_a_status_goes_back_with_the_override_logged(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "ENR")
    done_and_undone(room, ReportStatus(unit="E01", status="on-scene"))
    assert room.unit("E01").status == OnIncident("I1", "enroute", code="ENR")
    assert room.events[-1].override == "undo"


def test_a_cleared_unit_is_back_with_its_stage(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "on-scene")
    done_and_undone(room, ClearUnits(units=("E01",)))
    assert room.unit("E01").status == OnIncident("I1", "on-scene")


def test_a_cancelled_incident_is_running_again_with_its_units(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    done_and_undone(room, CancelIncident(incident_id="I1", reason="FALSE"))
    assert (room.incident().status, room.unit("E01").status.incident) == ("active", "I1")


@pytest.mark.parametrize(
    "command",
    [
        HoldIncident(incident_id="I1", reason="wait"),
        ChangeIncident(incident_id="I1", field="fields.floor", was="", becomes="3"),
        ChangeIncident(incident_id="I1", field="priority", was=1, becomes=3),
        SetAlarmLevel(incident_id="I1", was=1, level=2),
        RouteIncident(incident_id="I1", group="police-south"),
        LinkIncidents(incident_id="I1", other_id="I2"),
        FreeUnits(units=("E01",)),
        StackIncident(unit="E02", incident_id="I1"),
        TakeOutOfService(units=("E02",), reason="MECH"),
        MoveUp(unit="E02", station="S1"),
        NoteUnit(unit="E02", note="spare tyre flat"),
    ],
    ids=lambda command: command.__struct_config__.tag,
)
def test_what_was_changed_is_as_before(room: Any, command: Command) -> None:
    room.opened("I1")
    room.opened("I2")
    room.sent("I2", "E01")
    before = room.board
    done_and_undone(room, command)
    for id in ("I1", "I2"):
        was, now = before.incidents[id], room.incident(id)
        for field in ("status", "fields", "priority", "alarm_level", "group", "links"):
            value = getattr(now, field)
            assert value == getattr(was, field) or (field == "fields" and not any(value.values()))
    for id in ("E01", "E02"):
        was, now = before.units[id], room.unit(id)
        assert (now.free, now.stack, now.note, now.station) == (was.free, was.stack, was.note, was.station)
        assert type(now.status) is type(was.status)


def test_place_and_type_go_back(room: Any, at_place: Any) -> None:
    room.opened()
    done_and_undone(room, Relocate(incident_id="I1", was="100 Main St", location=at_place("9 Elm St")))
    done_and_undone(room, Retype(incident_id="I1", was="FIRE", type="MED"))
    assert (room.incident().location.text, room.incident().type) == ("100 Main St", "FIRE")


def test_a_line_is_struck_and_an_opened_incident_cancelled(room: Any, opening: Any) -> None:
    room.opened()
    done_and_undone(room, AddNarrative(incident_id="I1", entry_id="n1", text="oops"))
    assert room.incident().narrative[0].struck_reason == "undo"
    done_and_undone(room, opening("I2", "MED"))
    assert (room.incident("I2").status, room.incident("I2").close_reason) == ("closed", "undo")


def test_what_did_nothing_needs_no_undoing_and_some_things_cannot_be(room: Any) -> None:
    before = room.board
    assert undo_of(before, NoteUnit(unit="E01", note=""), []) == []
    assert undo_of(before, LogOn(unit="E01"), room.do(LogOn(unit="E01"))) is None


def test_a_patient_gets_back_what_stood_there_and_never_what_stands_for_something_erased(room: Any) -> None:
    room.opened()
    room.do(SetPatient(incident_id="I1", patient_id="1", triage="red", destination="H1", unit="E01"))
    done_and_undone(room, SetPatient(incident_id="I1", patient_id="1", triage="yellow"))
    (patient,) = room.incident().patients
    assert (patient.triage, patient.destination, patient.unit) == ("red", "H1", "E01")
    gone = replace(patient, destination=ERASED, unit=ERASED)
    before = replace(room.board, incidents={"I1": replace(room.incident(), patients=(gone,))})
    triage = SetPatient(incident_id="I1", patient_id="1", triage="green")
    (back,) = undo_of(before, triage, room.do(triage)) or [None]
    assert back == SetPatient(incident_id="I1", patient_id="1", triage="red")
    hospital = SetPatient(incident_id="I1", patient_id="1", destination="H2")
    assert undo_of(before, hospital, room.do(hospital)) is None, "nobody knows what it was"
    gone = replace(patient, triage=ERASED)
    before = replace(room.board, incidents={"I1": replace(room.incident(), patients=(gone,))})
    (back,) = undo_of(before, hospital, room.do(replace(hospital, destination="H3"))) or [None]
    assert back == SetPatient(incident_id="I1", patient_id="1", destination="H1", unit="E01")
