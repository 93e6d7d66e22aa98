"""Every text that can come in, be recorded or be shown is declared personal or not, in `audit/personal.toml`."""

from pathlib import Path

import msgspec
import pytest

from tests.house.walked_fields import WALKED, all_fields
from turnout.audit.personal import Field, Schema, faults, find_entries, shipped_schema
from turnout.main import main
from turnout.words.place import Place

ROUTES = Path(__file__).parents[2] / "src/turnout/adapters/http/routes"


def test_every_text_is_declared_personal_or_not_with_purpose_term_and_basis():
    assert faults(shipped_schema(), all_fields(WALKED)) == []


def a_schema(**changed: object) -> Schema:
    """A small one that is sound, with some of it changed."""
    words = {"en": "x", "zh": "x"}
    address = {"id": "place", "name": words, "kept": "journal", "purpose": "help", "term": "journal", "bases": ["task"]}
    sound: dict[str, object] = {
        "purposes": {"help": words},
        "bases": {"task": words},
        "terms": {"owner-key": words, "journal": words},
        "personal": [{**address, "fields": {"text": ["Location"]}}],
        "not_personal": [{"id": "codes", "reason": words, "names": ["zone"], "fields": {"text": ["Sign"]}}],
    }
    place = {**sound["personal"][0], **changed.pop("place", {})}  # type: ignore[index, dict-item]
    return msgspec.convert({**sound, "personal": [place], **changed}, Schema)


FIELDS = [
    Field("Location", "text", True, True),
    Field("Sign", "text", True, True),
    Field("Station", "zone", True, False),
    Field("Station", "since", False, False),
]


def test_a_schema_that_declares_all_is_sound():
    assert faults(a_schema(), FIELDS) == []


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        (Field("Caller", "nickname", True, False), "is declared neither personal nor not personal"),
        (Field("Letter", "text", True, True), "is declared neither personal nor not personal"),
        (Field("Letter", "zone", True, True), "Letter.zone is free text somewhere"),
    ],
)
def test_a_field_that_is_not_declared_or_only_by_a_name_is_found(field, problem):
    assert any(problem in one for one in faults(a_schema(), [*FIELDS, field]))


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ({"bases": []}, "place has no legal basis"),
        ({"bases": ["habit"]}, "place names habit, which is not explained"),
        ({"purpose": "curiosity"}, "place names curiosity, which is not explained"),
        ({"term": "owner-key"}, "place is kept in journal, so its term cannot be owner-key"),
        ({"names": ["gone"]}, "place declares gone, which nothing has"),
        ({"fields": {"text": ["Location", "Gone"]}}, "place declares Gone.text, which nothing has"),
        ({"fields": {"text": ["Location", "Sign"]}}, "Sign.text is declared more than once: place, codes"),
    ],
)
def test_a_declaration_that_does_not_hold_is_found(place, problem):
    assert problem in faults(a_schema(place=place), FIELDS)


def test_a_text_a_place_and_anything_at_all_are_seen_wherever_they_are():
    class Inner(msgspec.Struct):
        remark: str

    class Outer(msgspec.Struct):
        inner: dict[str, tuple[Inner, ...]]
        where: Place | None
        whatever: object
        count: int

    telling = {f"{one.struct}.{one.field}" for one in all_fields([Outer]) if one.is_telling}
    assert telling >= {"Outer.inner", "Inner.remark", "Outer.where"}
    assert "Outer.count" not in telling


def test_no_two_structures_that_are_walked_have_one_name():
    declared = [(one.struct, one.field) for one in all_fields(WALKED)]
    assert len(declared) == len(set(declared))


def test_the_streams_are_doors_that_there_are():
    doors = "".join(path.read_text(encoding="utf-8") for path in ROUTES.glob("*.py")).replace(":str}", "}")
    streams = [stream for one in shipped_schema().personal for stream in one.streams]
    assert streams
    assert all(f'"{stream}"' in doors for stream in streams)


def test_what_is_typed_about_a_person_in_the_fields_for_persons_is_in_the_vault():
    (entry,) = find_entries(shipped_schema(), "DetailsGiven", "details")
    assert (entry.id, getattr(entry, "kept", "")) == ("details", "vault")


@pytest.mark.parametrize(("language", "said"), [("en", "until the key of its incident"), ("zh-CN", "密钥销毁为止")])
def test_the_declarations_are_printed_in_both_languages(language, said, capsys):
    assert main(["personal-data", "--language", language]) == 0
    printed = capsys.readouterr().out
    assert said in printed
    assert "DetailsGiven.details" in printed
    assert "[narrative, sealed]" in printed
