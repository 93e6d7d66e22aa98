"""The command line over the shipped city: its own examples, and what people type there."""

from itertools import count

import msgspec
import pytest

from turnout.city.folder import load_city, shipped_city
from turnout.core.board import Available, Board, Closure, Incident, Location, OffDuty, OnIncident, Shift, Timer, Unit
from turnout.line import VERBS, CommandLine, Focus, Lexicon, Reading
from turnout.roads.gazetteer import Gazetteer
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.place import Place

CITY = load_city(shipped_city("san-francisco"))
assert CITY.artefacts.gazetteer is not None
LINE = CommandLine(Lexicon(CITY.catalogue), Gazetteer.load(CITY.artefacts.gazetteer))
WORKING = OnIncident("id-F12", "on-scene")
TAGS = ("F12", "F13", "F09", "P07")


def an_incident(tag: str) -> Incident:
    return Incident(
        id=f"id-{tag}",
        tag=tag,
        numbers={},
        opened=Moment(0),
        opened_by="x",
        position="P",
        status="pending",
        status_since=Moment(0),
        type="SF",
        priority=2,
        agencies=("FIRE",),
        location=Location(text="300 MISSION ST"),
        last_change=Moment(0),
    )


def a_unit(unit_id: str) -> Unit:
    entry = CITY.catalogue.units[unit_id]
    on_duty = unit_id not in ("E01", "E02", "E03")
    return Unit(
        id=unit_id,
        kind=entry.kind,
        agency=entry.agency,
        home=entry.station,
        station=entry.station,
        status=WORKING if unit_id == "E13" else Available() if on_duty else OffDuty(),
        since=Moment(0),
        capabilities=frozenset(),
    )


SEVEN = Moment(1_767_366_000_000)
"""07:00 in San Francisco."""
SHIFT = Shift(id="s", unit="E07", begins=SEVEN, ends=Moment(SEVEN + 12 * HOUR_MS), by="x", changed=Moment(1))
BOARD = Board(
    at=Moment(SEVEN - HOUR_MS),
    catalogue=CITY.catalogue,
    incidents={f"id-{tag}": an_incident(tag) for tag in TAGS},
    tags={tag: f"id-{tag}" for tag in TAGS},
    units={unit_id: a_unit(unit_id) for unit_id in CITY.catalogue.units},
    timers={"t": Timer(id="t", kind="pending", due=Moment(1), started=Moment(0), incident="id-F12")},
    shifts={"s": SHIFT},
    closures={"c": Closure(id="c", line=(Place(37.78, -122.41),), reason="fire hoses", since=Moment(0), by="x")},
)


def read(text: str) -> Reading:
    numbers = count(1)
    return LINE.read(text, BOARD, Focus(), lambda: f"new{next(numbers)}")


@pytest.mark.parametrize("example", [verb.example for verb in VERBS])
def test_every_example_works_in_the_shipped_city(example: str) -> None:
    reading = read(example)
    assert reading.understood, reading.error


@pytest.mark.parametrize(
    ("line", "code", "wrong"),
    [
        ("S Z99 ENR", "wanted", "Z99"),
        ("E 300 MISSION ST ZZZ", "wanted", "ZZZ"),
        ("E 0,0 MED", "place-not-known", "0,0"),
        ("E 0.0 0.0 MED", "place-not-known", "0.0 0.0"),
        ("E 300 MISSION ST, NOE VALLEY MED", "not-in-that-area", "300 MISSION ST, NOE VALLEY"),
        ("E -122.41,37.78 MED", "axes-swapped", "-122.41,37.78"),
        ("E 40.7,-74.0 MED", "out-of-city", "40.7,-74.0"),
        ("E 99999 MISSION ST MED", "number-not-on-street", "99999 MISSION ST"),
        ("T F13 CANCEL", "no-timer", ""),
        ("OS nothing like it", "which-closure", ""),
    ],
)
def test_what_is_wrong_is_named_in_both_languages(line: str, code: str, wrong: str) -> None:
    error = read(line).error
    assert error is not None
    assert error.code == code
    if wrong:
        assert line[error.start : error.end].strip().startswith(wrong)
    assert any("一" <= letter <= "鿿" for letter in error.text.zh), error.text.zh


def test_an_unknown_call_sign_is_said_to_be_none() -> None:
    error = read("S Z99 ENR").error
    assert error is not None
    assert error.text.en == "“Z99” is not a unit"


def test_coordinates_keep_their_comma() -> None:
    (command,) = read("E 37.7793,-122.4193 MED").commands
    place = msgspec.to_builtins(command)["location"]["place"]
    assert (place["lat"], place["lon"]) == (37.7793, -122.4193)


def test_units_on_duty_are_offered_before_those_that_are_not() -> None:
    offered = [each.text.split()[-1] for each in read("D E0").completions]
    assert offered
    assert not {"E01", "E02", "E03"} & set(offered[:5])


def test_a_whole_street_asks_for_a_number_or_a_crossing_and_offers_crossings() -> None:
    reading = read("E MAIN ST STRUCTURE FIRE")
    assert (reading.understood, reading.error and reading.error.code) == (False, "ambiguous-place")
    assert "whole street" in reading.explain.en
    assert "整条街道" in reading.explain.zh
    assert "E Main St & Mission St STRUCTURE FIRE" in [each.text for each in reading.completions]
    assert all(read(each.text).understood for each in reading.completions)


def test_a_part_of_the_city_is_not_offered_as_an_answer_to_itself() -> None:
    reading = read("E CHINATOWN STRUCTURE FIRE")
    assert (reading.understood, reading.completions) == (False, ())
    assert "a part of the city: say where in it" in reading.explain.en
    assert "请说明具体位置" in reading.explain.zh


def test_a_note_that_is_too_long_is_refused_in_words_a_dispatcher_knows() -> None:
    reading = read("E 300 MISSION ST STRUCTURE FIRE; " + "烟" * 9_000)
    assert reading.explain.en == "narrative: at most 8000 characters are taken"
    assert reading.explain.zh == "经过记录：最多 8000 个字符"
