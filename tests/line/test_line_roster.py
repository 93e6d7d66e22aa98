"""Crews, shifts, stacks, tasks, kilometres and reasons, as a line says them."""

from itertools import count
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.line.test_line_reading import BOARD, CATALOGUE, Streets
from turnout.core.board import CrewMember, OnIncident, Shift
from turnout.core.catalogue import Station
from turnout.line import CommandLine, Focus, Lexicon
from turnout.line.crew_words import hours
from turnout.line.trouble import CannotRead
from turnout.words.moment import HOUR_MS, MINUTE_MS, Moment
from turnout.words.name import Name
from turnout.words.place import Place

NOON = Moment(1_767_268_800_000)
"""2026-01-01T12:00:00Z, 20:00 in Shanghai."""

TABLES = msgspec.structs.replace(
    CATALOGUE,
    time_zone="Asia/Shanghai",
    capabilities={"als": Name("Advanced life support", "高级生命支持"), "ladder": Name("Ladder truck", "云梯登高")},
    stations={**CATALOGUE.stations, "S01": Station("S01", Name("One", "一站"), "FD", Place(37.7, -122.4))},
)
PLANNED = Shift(
    id="s",
    unit="E07",
    begins=Moment(NOON + 11 * HOUR_MS),
    ends=Moment(NOON + 23 * HOUR_MS),
    crew=(CrewMember("1"),),
    vehicle="V1",
    by="x",
    changed=Moment(5),
)
UNITS = {
    **BOARD.units,
    "E01": msgspec.structs.replace(BOARD.units["E01"], status=OnIncident("i12", "on-scene"), odometer_km=120.5),
    "T03": msgspec.structs.replace(BOARD.units["T03"], stack=("i13", "i12")),
}
HERE = msgspec.structs.replace(BOARD, catalogue=TABLES, shifts={"s": PLANNED}, units=UNITS)
LINE = CommandLine(Lexicon(TABLES), Streets())


def read(text: str, focus: Focus | None = None):
    numbers = count(1)
    return LINE.read(text, HERE, focus or Focus(), lambda: f"new{next(numbers)}", NOON)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("L E07 ON", {"do": "log-on", "unit": "E07", "crew": ()}),
        ("L E07 ON 2041=Chen/ALS 2042 #R112 +drone @s15 12034km", {
            "do": "log-on",
            "crew": (
                {"staff": "2041", "name": "Chen", "skills": ("als",)},
                {"staff": "2042", "name": "", "skills": ()},
            ),
            "vehicle": "R112", "equipment": ("drone",), "station": "S15", "odometer_km": 12034.0,
        }),
        ("登记 E07 上线 2041=陈/高级生命支持、2042", {"do": "log-on", "unit": "E07"}),
        ("L E07 SHIFT", {"do": "begin-shift", "shift_id": "s"}),
        ("SH E07 0700-1900 2041", {"do": "schedule-shift", "begins": NOON + 11 * HOUR_MS, "ends": NOON + 23 * HOUR_MS}),
        ("SH E07 21-7", {"begins": NOON + HOUR_MS, "ends": NOON + 11 * HOUR_MS}),
        ("排班 E07 明天 07:00-19:00 2041", {"begins": NOON + 11 * HOUR_MS}),
        ("SH E07 01-03 0700-1900", {"begins": NOON + 35 * HOUR_MS}),
        ("SHC E07 0700 0800-2000", {
            "do": "change-shift", "shift_id": "s", "begins": NOON + 12 * HOUR_MS, "vehicle": "V1", "was": 5,
            "crew": ({"staff": "1", "name": "", "skills": ()},),
        }),
        ("SHX E07 0700; training", {"do": "cancel-shift", "shift_id": "s", "reason": "training"}),
        ("SHX E07", {"do": "cancel-shift", "shift_id": "s"}),
        ("RO E01 SEARCH", {"do": "change-role", "incident_id": "i12", "role": "search"}),
        ("任务 E01 搜救", {"do": "change-role", "role": "search"}),
        ("Q T03 F12 FIRST", {"do": "stack-incident", "first": True, "remove": False}),
        ("Q T03 F12 2", {"do": "stack-incident", "place": 2}),
        ("排队 T03 F12 移出", {"do": "stack-incident", "remove": True}),
        ("S E01 TRANSPORTING ZSFG 121.5", {"odometer_km": 121.5, "destination": "ZSFG"}),
        ("S E01 ON SCENE 121km", {"status": "on-scene", "odometer_km": 121.0}),
        ("C E01 RPT 130", {"do": "clear-units", "disposition": "RPT", "odometer_km": 130.0}),
        ("C E01; !nobody is needed", {"do": "clear-units", "override": "nobody is needed"}),
        ("S E01 ENR；！按错了", {"do": "report-status", "override": "按错了"}),
        ("D E07 F12; !two of them will do", {"override": "two of them will do", "reason": "two of them will do"}),
        ("D E07 F12; hurry!", {"override": "", "reason": "hurry!"}),
        ("X F12 RPT; !false alarm", {"do": "close-incident", "override": "false alarm"}),
    ],
)  # fmt: skip
def test_a_line_means_this(line: str, wanted: dict[str, object]) -> None:
    reading = read(line)
    assert reading.understood, reading.error
    made = msgspec.to_builtins(reading.commands[0])
    assert {key: made[key] for key in wanted} == wanted
    assert reading.explain.en
    assert reading.explain.zh


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("L E07 ON 2041/flying", "not-a-skill"),
        ("L E07 ON @nowhere", "not-a-station"),
        ("L E07 E01 ON 2041", "one-unit"),
        ("L E01 SHIFT", "no-shift"),
        ("SH E07 soon 2041", "no-times"),
        ("SH E07 13-40 0700-1900", "no-day"),
        ("SH E07 0700-2599", "no-times"),
        ("SHX E07 0900", "no-shift"),
        ("RO E07 SEARCH", "unit-on-no-incident"),
        ("S E01 E07 ENR 120", "one-unit"),
        ("C E01; !", "reason-needed"),
    ],
)
def test_what_cannot_be_meant_is_said(line: str, code: str) -> None:
    error = read(line).error
    assert error is not None
    assert error.code == code
    assert error.text.zh != error.text.en


def test_one_capability_is_asked_for() -> None:
    for line in ("R F12 +LADDER", "r f12 +ladder truck", "荐 F12 ＋云梯登高", "R F12 2 +LADDER"):
        effect = read(line).effect
        assert effect is not None, line
        assert (effect.kind, effect.subject, effect.capability) == ("recommend", "i12", "ladder")
    assert [each.text for each in read("R F12 +LAD").completions] == ["R F12 +LADDER "]
    error = read("R F12 +NOTHING").error
    assert error is not None


def test_the_explanation_says_what_was_understood_and_asks_for_the_odometer() -> None:
    assert read("S E01 CLEARING").explain.en == "E01: Clearing · odometer? (last 120.5 km)"
    assert "crew 2041/als; vehicle R112" in read("L E07 ON 2041/als #R112").explain.en
    assert "2026-01-02 07:00 – 01-02 19:00" in read("SH E07 0700-1900").explain.zh
    held = read("QS T03")
    assert (held.explain.en, held.effect.kind) == ("T03 holds · F13, F12", "open-unit")


CLOCKS = st.tuples(st.integers(0, 23), st.integers(0, 59))


@given(first=CLOCKS, last=CLOCKS, now=st.integers(0, 500_000_000), zone=st.sampled_from(["UTC", "Asia/Shanghai"]))
def test_a_shift_without_a_day_is_the_next_that_is_not_over(
    first: tuple[int, int], last: tuple[int, int], now: int, zone: str
) -> None:
    said = f"{first[0]:02}{first[1]:02}-{last[0]:02}{last[1]:02}"
    found = hours([said], Moment(NOON + now), ZoneInfo(zone))
    minutes = ((last[0] - first[0]) * 60 + last[1] - first[1]) % (24 * 60) or 24 * 60
    assert found.ends - found.begins == minutes * MINUTE_MS
    assert NOON + now < found.ends <= NOON + now + 48 * HOUR_MS


def test_no_words_are_no_times() -> None:
    with pytest.raises(CannotRead):
        hours([], NOON, ZoneInfo("UTC"))
