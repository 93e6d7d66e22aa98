"""A patient's triage and destination, and reasons in somebody's own words, are sealed; codes stay (decision 0189)."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.core.conftest import Room
from tests.core.test_core_sealed_corridors import do
from tests.core.test_core_sealed_places import opens
from tests.core.test_core_texts import erased
from turnout.core.board import Incident
from turnout.core.events import encode
from turnout.core.evolve import evolve
from turnout.core.incidents.commands import CancelIncident, ReopenIncident, SetPatient
from turnout.core.texts import opened_row, without_text
from turnout.core.units.commands import AssignUnits, GiveLateReason, PreemptUnit
from turnout.words.sealed_text import ERASED, is_sealed

SAID = "her son is a neighbour of mine"


def incident(room: Room, id: str = "I1") -> Incident:
    return opened_row(room.incident(id), opens)  # type: ignore[no-any-return]


def test_a_patients_triage_and_hospital_are_sealed_updated_and_noted_once(room: Any) -> None:
    room.opened("I1")
    do(room, SetPatient(incident_id="I1", patient_id="1", triage="red"))
    do(room, SetPatient(incident_id="I1", patient_id="1", destination="H1"))
    (kept,) = room.incident().patients
    assert is_sealed(kept.triage)
    assert is_sealed(kept.destination)
    (patient,) = incident(room).patients
    assert (patient.triage, patient.destination) == ("red", "H1")
    again = SetPatient(incident_id="I1", patient_id="1", triage="red", destination="H1")
    assert do(room, again) == [], "it is so already"
    (event,) = do(room, SetPatient(incident_id="I1", patient_id="1", triage="yellow"))
    assert event.patient.destination == kept.destination, "what is left open stays as it was sealed"


def test_an_erasure_leaves_of_a_patient_the_number(room: Any) -> None:
    room.opened("I1")
    (event,) = do(room, SetPatient(incident_id="I1", patient_id="1", triage="red", destination="H1", unit="E01"))
    assert "E01" not in encode(event)[2].decode(), "to which hospital the unit went stands in clear"
    assert incident(room).patients[0].unit == "E01"
    (patient,) = evolve(room.board, erased("I1")).incidents["I1"].patients
    assert (patient.id, patient.triage, patient.destination, patient.unit) == ("1", ERASED, ERASED, ERASED)


def test_what_stands_for_something_erased_is_never_taken_as_a_value(room: Any) -> None:
    room.opened("I1")
    do(room, SetPatient(incident_id="I1", patient_id="1", triage="red", destination="H1", unit="E01"))
    room.board = evolve(room.board, erased("I1"))
    back = SetPatient(incident_id="I1", patient_id="1", triage="yellow", destination=ERASED, unit=ERASED, card=ERASED)
    (event,) = do(room, back)
    assert (opens(event.patient.triage), event.patient.card) == ("yellow", None)
    assert (opens(event.patient.destination), opens(event.patient.unit)) == (ERASED, ERASED), "as it stood"
    fresh = replace(back, patient_id="2")
    (event,) = do(room, fresh)
    assert (event.patient.destination, event.patient.unit, event.patient.card) == (None, None, None)


@pytest.mark.parametrize("other", ["yellow", "green", "black"])
def test_two_commands_about_a_patient_are_told_apart_by_neither_triage_nor_hospital(other: Any) -> None:
    one = SetPatient(incident_id="I1", patient_id="1", triage="red", destination="H1", unit="E01")
    assert without_text(one) == without_text(replace(one, triage=other, destination="H12", unit="E012"))


def without_codes(room: Room) -> None:
    assert room.board.catalogue is not None
    room.board = replace(room.board, catalogue=replace(room.board.catalogue, reasons={}))


def texts_of(rows: list[Any], name: str = "reason") -> list[str]:
    return [value for row in rows if (value := getattr(row, name, "")) and type(row).__name__ != "IncidentReleased"]


def test_with_no_codes_why_it_was_cancelled_is_sealed_in_every_row(room: Any) -> None:
    without_codes(room)
    room.opened("I1")
    room.sent("I1", "E01")
    rows = do(room, CancelIncident(incident_id="I1", reason=SAID))
    assert len(texts_of(rows)) >= 2, "of the unit and of the incident"
    assert all(is_sealed(said) for said in texts_of(rows))
    assert is_sealed(room.incident().close_reason)
    assert incident(room).close_reason == SAID
    assert all(is_sealed(said) for said in texts_of(do(room, ReopenIncident(incident_id="I1", reason=SAID))))


def test_a_closed_incident_loses_its_reason_with_its_key(room: Any) -> None:
    without_codes(room)
    room.opened("I1")
    do(room, CancelIncident(incident_id="I1", reason=SAID))
    assert evolve(room.board, erased("I1")).incidents["I1"].close_reason == ERASED


def test_a_code_stays_readable(room: Any) -> None:
    room.opened("I1")
    room.sent("I1", "E01")
    rows = do(room, CancelIncident(incident_id="I1", reason="FALSE"))
    assert set(texts_of(rows)) == {"FALSE"}
    assert room.incident().close_reason == "FALSE"


def test_why_one_was_late_is_sealed_and_said_once(room: Any) -> None:
    without_codes(room)
    room.opened("I1")
    room.sent("I1", "E01")
    late = GiveLateReason(incident_id="I1", unit="E01", interval="turnout", reason=SAID)
    (row,) = do(room, late)
    assert is_sealed(row.reason)
    assert incident(room).assignments[0].late_reasons == {"turnout": SAID}
    assert do(room, late) == []
    assert evolve(room.board, erased("I1")).incidents["I1"].assignments[0].late_reasons == {"turnout": ERASED}


@pytest.mark.parametrize("by_assigning", [True, False])
def test_why_a_unit_was_taken_from_another_incident_is_sealed_in_both(room: Any, by_assigning: bool) -> None:
    without_codes(room)
    room.opened("I1")
    room.opened("I2")
    room.sent("I1", "E01")
    preempt = PreemptUnit(unit="E01", to_incident="I2", reason=SAID)
    assign = AssignUnits(incident_id="I2", units=("E01",), preempt=SAID)
    rows = do(room, assign if by_assigning else preempt)
    assert {type(row).__name__ for row in rows} >= {"AssignmentEnded", "IncidentRequeued", "UnitsAssigned"}
    said = [*texts_of(rows), *texts_of(rows, "preempt")]
    assert len(said) >= 3
    assert all(is_sealed(one) for one in said)
    assert {opens(one) for one in said} == {SAID}
    assert SAID not in str(room.board)


def test_what_the_program_itself_says_is_not_sealed(room: Any) -> None:
    without_codes(room)
    room.opened("I1")
    rows = do(room, CancelIncident(incident_id="I1", reason="undo"))
    assert set(texts_of(rows)) == {"undo"}
