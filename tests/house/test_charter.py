"""The charter (README, "What it is not") as tests: nothing in the code may look for, label or follow people."""

import re
from pathlib import Path

import msgspec
import pytest

from turnout.core.board import Call, Incident, PersonCard, Unit
from turnout.core.commands import Command

ROOT = Path(__file__).parents[2]
FORBIDDEN = re.compile(
    r"face_?recogni|voice_?print|gait|licen[cs]e_?plate|plate_?(reader|recogni|number)|anpr|alpr|ethnic|religio"
    r"|watch_?list|black_?list|suspect_?score|risk_?score|person_?score|predict(ive)?_?polic|sentiment|imsi|wifi_?probe"
    r"|人脸|声纹|步态|车牌识别|民族成份|宗教信仰|黑名单|重点人员|舆情",
    re.IGNORECASE,
)
"""Words of what the charter rules out. The charter itself may name them: README, manual, decisions and this file."""

PERSONAL = re.compile(
    r"^(name|caller_name|phone|callback|callback_number|date_of_birth|dob|address_of_person|id_number)$"
)


def sources() -> list[Path]:
    roots = [ROOT / "src/turnout", ROOT / "web/src", ROOT / "schema"]
    return [
        path
        for root in roots
        for path in root.rglob("*")
        if path.suffix in (".py", ".ts", ".svelte", ".sql", ".toml") and "built" not in path.parts
    ]


def charged(text: str) -> list[str]:
    return [match.group(0) for match in FORBIDDEN.finditer(text)]


def test_no_source_speaks_of_what_the_charter_rules_out():
    found = {str(path.relative_to(ROOT)): charged(path.read_text(encoding="utf-8")) for path in sources()}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("line", ["def face_recognition(image):", "watch_list: tuple[str, ...]", 'title="重点人员"'])
def test_a_line_that_breaks_the_charter_is_found(line):
    assert charged(line)


def test_the_journal_holds_only_references_to_people():
    assert set(PersonCard.__struct_fields__) == {"id", "role", "ref", "digest", "removed"}


@pytest.mark.parametrize("noun", [Incident, Call, Unit])
def test_no_open_record_has_a_field_for_a_persons_details(noun):
    assert [field for field in noun.__struct_fields__ if PERSONAL.match(field)] == []


def test_no_command_takes_a_persons_details():
    named = {
        command.__name__: [field for field in command.__struct_fields__ if PERSONAL.match(field)]
        for command in Command.__args__
    }
    zone_names = {"OpenZone": ["name"]}
    assert {name: fields for name, fields in named.items() if fields} == zone_names


def test_commands_are_structs_that_refuse_unknown_fields():
    assert all(issubclass(command, msgspec.Struct) for command in Command.__args__)
    assert all(command.__struct_config__.forbid_unknown_fields for command in Command.__args__)
