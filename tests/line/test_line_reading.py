"""What a typed line means."""

import re
from itertools import count
from string import printable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.core.board import Available, Board, Incident, Location, Unit
from turnout.core.catalogue import (
    Agency,
    Catalogue,
    Disposition,
    Group,
    Hospital,
    IncidentType,
    InfoFile,
    Reason,
    Station,
    StatusCode,
    UnitEntry,
)
from turnout.core.commands import Command
from turnout.line import VERBS, CommandLine, Focus, Lexicon
from turnout.line.tokens import GAPS, LINE_MAX
from turnout.roads.gazetteer.answers import Ambiguous, Suggestion, Unknown, Verdict, Verified
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

HERE = Place(37.78, -122.41)


def suggestion(text: str) -> Suggestion:
    return Suggestion(text, "address", HERE, True, Name("", ""), Name("Mission", "Mission"), 1.0, (), text, True)


class Streets:
    """A gazetteer of three places and one name that two streets share."""

    known = ("300 MISSION ST", "16TH ST / MISSION ST", "100 MEDICAL CENTER WAY")

    def verify(self, text: str) -> Verdict:
        if text.upper().startswith("BALBOA"):
            return Ambiguous((suggestion("BALBOA ST"), suggestion("BALBOA PARK")))
        short = text.upper().replace("/", " ").replace("16TH MISSION", "16TH ST / MISSION ST")
        for known in self.known:
            if known.startswith(short) and " " in short:
                return Verified(suggestion(known))
        return Unknown((suggestion("300 MISSION ST"),))

    def suggest(self, text: str, limit: int = 8) -> list[Suggestion]:
        return [suggestion(known) for known in self.known if known.startswith(text.upper())][:limit]


def both(text: str, chinese: str) -> Name:
    return Name(text, chinese)


def a_type(code: str, english: str, chinese: str, *aliases: str) -> IncidentType:
    return IncidentType(code, both(english, chinese), ("FD",), 2, aliases)


CATALOGUE = Catalogue(
    city="small",
    name=both("Small", "小城"),
    time_zone="UTC",
    agencies={"FD": Agency("FD", both("Fire", "消防"), "fire", "F{yy}{n:06}")},
    stations={"S15": Station("S15", both("Station 15", "十五站"), "FD", HERE)},
    units={key: UnitEntry(key, "engine", "FD", "S15") for key in ("E01", "E07", "T03")},
    types={
        "SF": a_type("SF", "Structure fire", "建筑火灾", "STR"),
        "FIRE": a_type("FIRE", "Outside fire", "室外火灾"),
        "MED": a_type("MED", "Medical", "医疗急救"),
    },
    statuses=(StatusCode("ENR", both("En route", "出动"), "enroute", None, ("RESP",)),),
    dispositions={"RPT": Disposition("RPT", both("Report", "已处置"))},
    reasons={
        "DUP": Reason("DUP", "cancel", both("Duplicate", "重复")),
        "MECH": Reason("MECH", "out-of-service", both("Mechanical", "机械故障")),
        "HIGHER": Reason("HIGHER", "preempt", both("Higher priority", "更紧急")),
        "TRAIN": Reason("TRAIN", "late", both("Train", "火车")),
    },
    hospitals={"ZSFG": Hospital("ZSFG", both("General", "总医院"), HERE)},
    groups={"EAST": Group("EAST", both("East", "东区"))},
    info={"HAZMAT": InfoFile("HAZMAT", both("Hazmat", "危化品"), both("...", "..."))},
)


def an_incident(incident_id: str, tag: str, number: str) -> Incident:
    return Incident(
        id=incident_id,
        tag=tag,
        numbers={"FD": number},
        opened=Moment(0),
        opened_by="x",
        position="P",
        status="pending",
        status_since=Moment(0),
        type="SF",
        priority=2,
        agencies=("FD",),
        location=Location(text="300 MISSION ST", place=HERE),
        last_change=Moment(0),
    )


BOARD = Board(
    catalogue=CATALOGUE,
    incidents={"i12": an_incident("i12", "F12", "F26000012"), "i13": an_incident("i13", "F13", "F26000013")},
    tags={"F12": "i12", "F13": "i13"},
    units={
        key: Unit(
            id=key, kind="engine", agency="FD", home="S15", station="S15", status=Available(), since=Moment(0),
            capabilities=frozenset({"engine"}),
        )
        for key in CATALOGUE.units
    },
)  # fmt: skip
LINE = CommandLine(Lexicon(CATALOGUE), Streets())


def read(text: str, focus: Focus | None = None):
    numbers = count(1)
    return LINE.read(text, BOARD, focus or Focus(), lambda: f"new{next(numbers)}")


def the_command(text: str, focus: Focus | None = None) -> Command:
    reading = read(text, focus)
    assert reading.understood, reading.error
    assert len(reading.commands) == 1
    return reading.commands[0]


def as_json(command: Command) -> dict[str, object]:
    return msgspec.to_builtins(command)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("E 300 MISSION STRUCTURE FIRE", {"do": "open-incident", "type": "SF"}),
        ("e 300 mission, sf", {"do": "open-incident", "type": "SF"}),
        ("E 100 MEDICAL CENTER WAY MEDICAL", {"do": "open-incident", "type": "MED"}),
        ("新 16TH/MISSION 建筑火灾", {"do": "open-incident", "type": "SF"}),
        ("XJQ 16TH/MISSION JZHZ", {"do": "open-incident", "type": "SF"}),
        ("Ｅ 300 MISSION ＳＦ", {"do": "open-incident", "type": "SF"}),
        ("D E07 F12", {"do": "assign-units", "incident_id": "i12", "units": ("E07",)}),
        ("d e7,t3 f12", {"do": "assign-units", "incident_id": "i12", "units": ("E07", "T03")}),
        ("D F12 E07 T03", {"do": "assign-units", "incident_id": "i12", "units": ("E07", "T03")}),
        ("派 E07 F26000012", {"do": "assign-units", "incident_id": "i12"}),
        ("S E07 ENR", {"do": "report-status", "unit": "E07", "status": "ENR"}),
        ("ZT E07 出动", {"do": "report-status", "unit": "E07", "status": "ENR"}),
        ("S E07 ON SCENE", {"do": "report-status", "status": "on-scene"}),
        ("S E07 TRANSPORTING ZSFG", {"do": "report-status", "destination": "ZSFG"}),
        ("C E07 RPT", {"do": "clear-units", "disposition": "RPT"}),
        ("N F12 caller is outside", {"do": "add-narrative", "text": "caller is outside"}),
        ("N F12; a; b", {"do": "add-narrative", "text": "a; b"}),
        ("P F12 1; child trapped", {"do": "change-incident", "was": 2, "becomes": 1, "reason": "child trapped"}),
        ("X F12 RPT", {"do": "close-incident", "disposition": "RPT"}),
        ("K F12 DUPLICATE", {"do": "cancel-incident", "reason": "DUP"}),
        ("AT F12 16TH/MISSION", {"do": "relocate", "was": "300 MISSION ST"}),
        ("M E07 S15", {"do": "move-up", "station": "S15"}),
        ("L E07 E01 OFF", {"do": "log-off", "units": ("E07", "E01")}),
        ("OOS E07 MECH", {"do": "take-out-of-service", "reason": "MECH"}),
        ("V E07 F13 HIGHER", {"do": "preempt-unit", "to_incident": "i13"}),
        ("MG F13 F12", {"do": "merge-incidents", "from_id": "i13", "into_id": "i12"}),
        ("!! E07", {"do": "raise-duress", "unit": "E07"}),
        ("O E07 16TH/MISSION SF", {"do": "self-initiate", "unit": "E07"}),
        ("CS 16TH/MISSION; hoses", {"do": "close-road", "reason": "hoses"}),
        ("HD ZSFG DIVERT", {"do": "set-hospital", "diversion": True}),
        ("RC F12", {"do": "start-roll-call"}),
        ("RC F12 E07", {"do": "answer-roll-call", "unit": "E07"}),
        ("G F12 东区", {"do": "route-incident", "group": "EAST"}),
        ("LR E07 F12 TRAVEL TRAIN", {"do": "give-late-reason", "interval": "travel"}),
    ],
)
def test_a_line_means_this_command(line, wanted):
    made = as_json(the_command(line))
    assert {key: made[key] for key in wanted} == wanted


def test_what_follows_a_semicolon_is_narrative():
    made = as_json(the_command("E 300 MISSION SF; smoke from 2nd floor; child inside"))
    assert made["narrative"] == "smoke from 2nd floor; child inside"


def test_the_open_incident_stands_in_for_one_not_named():
    assert as_json(the_command("D E07", Focus(incident="i13")))["incident_id"] == "i13"
    assert as_json(the_command("S ENR", Focus(unit="E01")))["unit"] == "E01"


def test_without_units_the_recommendation_is_sent():
    reading = read("D F12")
    assert (reading.understood, reading.send_recommended, reading.commands) == (True, "i12", ())
    assert "recommended" in reading.explain.en


def test_a_raised_alarm_sends_what_the_new_level_adds():
    reading = read("A F12 3")
    assert as_json(reading.commands[0])["level"] == 3
    assert (reading.send_recommended, reading.recommend_level) == ("i12", 3)
    assert read("A F12 1").send_recommended is None


def test_a_type_is_offered_only_after_a_place():
    assert [each.text for each in read("E 300").completions] == ["E 300 MISSION ST "]
    assert [each.text for each in read("E 300 MISSION ST STRU").completions] == ["E 300 MISSION ST SF "]


def test_a_line_is_explained_in_both_languages_before_it_runs():
    explain = read("D E07 T03 F12").explain
    assert explain == Name("Send E07, T03 to F12 (300 MISSION ST)", "派 E07、T03 赴 F12 (300 MISSION ST)")


def test_a_place_that_could_be_two_offers_both_and_runs_nothing():
    reading = read("E BALBOA SF")
    assert (reading.understood, reading.error.code) == (False, "ambiguous-place")
    assert [completion.text for completion in reading.completions] == ["E BALBOA ST SF", "E BALBOA PARK SF"]
    assert (reading.error.start, reading.error.end) == (2, 8)


def test_an_unknown_place_is_refused_with_the_nearest_and_may_be_forced():
    assert read("E NOWHERE SF").error.code == "unknown-place"
    location = as_json(the_command("E !NOWHERE SF"))["location"]
    assert (location["text"], location["kind"], location["place"]) == ("NOWHERE", "forced", None)


@pytest.mark.parametrize(
    ("line", "code", "start"),
    [
        ("D E99 F12", "wanted", 2),
        ("FROB E07", "unknown-verb", 0),
        ("S E07", "wanted", 5),
        ("U now", "too-much", 2),
        ("x" * (LINE_MAX + 1), "too-long", 0),
    ],
)
def test_what_is_wrong_is_shown_where_it_is(line, code, start):
    error = read(line).error
    assert (error.code, error.start) == (code, start)
    assert error.text.en
    assert error.text.zh


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("D E0", "D E01 "),
        ("D E07 F", "D E07 F12 "),
        ("S E07 E", "S E07 ENR "),
        ("E 16", "E 16TH ST / MISSION ST "),
        ("E 300 MISSION STRU", "E 300 MISSION SF "),
        ("E 300", "E 300 MISSION ST "),
        ("E 300 MISSION ST ", "E 300 MISSION ST SF "),
        ("X F12 R", "X F12 RPT "),
        ("sta", "S "),
        ("OOS E07 机", "OOS E07 MECH "),
        ("L E07 O", "L E07 ON "),
    ],
)
def test_a_line_is_completed(line, offered):
    assert offered in [completion.text for completion in read(line).completions]


@pytest.mark.parametrize(("line", "kind"), [("U", "undo"), ("?", "help"), ("R F12 2", "recommend"), ("F E07", "find")])
def test_some_lines_ask_the_console(line, kind):
    assert read(line).effect.kind == kind


def test_an_empty_line_lists_every_verb():
    assert len(read("").completions) == len(VERBS)


def test_no_two_verbs_share_a_word():
    words = [word for verb in VERBS for word in verb.words]
    assert sorted(words) == sorted(set(words))


def test_every_verb_speaks_both_languages_and_names_only_its_slots():
    for verb in VERBS:
        slots = {slot.name for pattern in verb.patterns for slot in pattern}
        for text in (verb.explain.en, verb.explain.zh):
            assert text
            assert set(re.findall(r"\{([^}]+)\}", text)) <= slots, verb.code


@given(st.text(alphabet=printable + "派状新；建筑火灾１Ｅ", max_size=80))
def test_no_text_breaks_the_line(text):
    reading = read(text)
    assert reading.understood or reading.error is not None or not text.strip(GAPS)


@given(
    st.lists(
        st.sampled_from(["D", "E07", "F12", "T03", "S", "ENR", "E", "SF", "300", "MISSION", ";", "RPT", "X"]),
        max_size=8,
    )
)
def test_words_in_any_order_are_understood_or_refused_with_a_reason(words):
    reading = read(" ".join(words))
    assert reading.understood is (reading.error is None) or not words
