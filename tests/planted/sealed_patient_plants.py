"""Planted bugs of what is one of few: told by its length or a digest, a reason of somebody's own taken for a code."""

from pathlib import Path

from tests.audit import test_texts as length_tests
from tests.core import test_core_sealed_patients as tests
from tests.core.conftest import new_room
from tests.planted.plant import Patch, Plant
from turnout.audit import texts as audit_texts
from turnout.core import texts as core_texts
from turnout.core.incidents import closing
from turnout.core.incidents.commands import SetPatient
from turnout.core.incidents.entries import Patient
from turnout.core.units import safety, sending


def lengths_kept(patch: Patch) -> None:
    patch.setattr(audit_texts, "ALIKE_BYTES", 1)


def triage_in_the_digest(patch: Patch) -> None:
    patch.setattr(core_texts, "OF_FEW", frozenset())


def hospital_in_the_digest(patch: Patch) -> None:
    patch.setitem(core_texts.IN_COMMANDS, SetPatient, ("triage",))


def patients_in_clear(patch: Patch) -> None:
    honest = core_texts._may_change

    def may_change(value: object, of: type, name: str, was: object) -> bool:
        return of is not Patient and honest(value, of, name, was)

    patch.setattr(core_texts, "_may_change", may_change)


def words_taken_for_codes(patch: Patch) -> None:
    for rules in (closing, safety, sending):
        patch.setattr(rules, "is_typed_reason", lambda tables, kind, code: False)


def codes_taken_for_words(patch: Patch) -> None:
    for rules in (closing, safety, sending):
        patch.setattr(rules, "is_typed_reason", lambda tables, kind, code: True)


def nothing_is_told_by_its_length(_: Path) -> None:
    length_tests.test_what_is_short_cannot_be_told_apart_by_its_length()


def no_patient_is_in_a_digest(_: Path) -> None:
    tests.test_two_commands_about_a_patient_are_told_apart_by_neither_triage_nor_hospital("yellow")


def of_a_patient_the_number_is_left(_: Path) -> None:
    tests.test_an_erasure_leaves_of_a_patient_the_number(new_room())


def what_is_typed_is_sealed(_: Path) -> None:
    tests.test_with_no_codes_why_it_was_cancelled_is_sealed_in_every_row(new_room())


def a_code_can_be_read(_: Path) -> None:
    tests.test_a_code_stays_readable(new_room())


SEALED_PATIENT_PLANTS: dict[str, Plant] = {
    "a triage that its length tells": Plant(lengths_kept, nothing_is_told_by_its_length),
    "a triage that a digest tells": Plant(triage_in_the_digest, no_patient_is_in_a_digest),
    "a hospital that a digest tells": Plant(hospital_in_the_digest, no_patient_is_in_a_digest),
    "a patient in clear": Plant(patients_in_clear, of_a_patient_the_number_is_left),
    "a reason of somebody's own in clear": Plant(words_taken_for_codes, what_is_typed_is_sealed),
    "a code that ends with a key": Plant(codes_taken_for_words, a_code_can_be_read),
}
