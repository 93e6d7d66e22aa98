"""The fallback kit: what the room works from when the program is down."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from msgspec.structs import replace

from turnout.core.board import Assignment, Available, Board, Incident, Location, NarrativeLine, OnIncident, Unit
from turnout.core.catalogue import Catalogue, Hospital, IncidentType, InfoFile, Station, UnitKind
from turnout.reports.fallback import LastPlace, fallback_sheet, paper_forms
from turnout.reports.fallback.words import WORDS
from turnout.words.identity import UnitId
from turnout.words.moment import Moment
from turnout.words.name import Language, Name
from turnout.words.place import Place

NOON = Moment(1_790_000_000_000)
HERE = Place(37.77, -122.42)


class Texts(HTMLParser):
    """Every text of a page, and every tag in it."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def tables() -> Catalogue:
    return Catalogue(
        city="x",
        name=Name("Seaport", "海港市"),
        time_zone="Asia/Shanghai",
        utc_offset_min=480,
        stations={"ST1": Station("ST1", Name("Harbour", "港口站"), "FIRE", HERE, "1 Quay", phone="555-0101")},  # type: ignore[dict-item, arg-type]
        unit_kinds={"engine": UnitKind("engine", Name("Engine", "水罐车"), "fire", ("engine",), 4, 80)},
        types={"SF": IncidentType("SF", Name("Structure fire", "建筑火灾"), ("FIRE",), 1)},  # type: ignore[arg-type]
        hospitals={"GH": Hospital("GH", Name("General", "总医院"), HERE, "2 Hill", phone="555-0202")},
        info={"GAS": InfoFile("GAS", Name("Gas works", "燃气公司"), Name("call 555-0303\nalways", "电话 555-0303"))},
    )


def a_unit(unit: str, status: Any) -> Unit:
    posted: dict[str, Any] = {"agency": "FIRE", "home": "ST1", "station": "ST1"}
    return Unit(id=UnitId(unit), kind="engine", status=status, since=NOON, capabilities=frozenset(), **posted)


def an_incident(told: str = "smoke from a flat") -> Incident:
    sent = Assignment(unit="E07", by="ann", times={"dispatched": NOON})  # type: ignore[arg-type]
    line = NarrativeLine(id="n1", at=NOON, by="ann", position="D1", text=told)  # type: ignore[arg-type]
    return Incident(
        id="I1", tag="F12", numbers={"FIRE": "F26000001"}, opened=NOON, opened_by="ann", position="D1", status="active",  # type: ignore[arg-type, dict-item]
        status_since=NOON, type="SF", priority=1, agencies=("FIRE",), location=Location(text="300 Quay", place=HERE),  # type: ignore[arg-type]
        assignments=(sent,), narrative=(line,), last_change=NOON,
    )  # fmt: skip


def a_board(told: str = "smoke from a flat") -> Board:
    units = {"E07": a_unit("E07", OnIncident("I1", "enroute")), "E08": a_unit("E08", Available())}  # type: ignore[arg-type]
    return Board(seq=77, catalogue=tables(), incidents={"I1": an_incident(told)}, units=units)  # type: ignore[dict-item, arg-type]


def sheet(board: Board, language: Language = "en") -> bytes:
    seen = {unit: LastPlace(HERE, NOON) for unit in board.units}
    return fallback_sheet(board, seen, lambda place: "Quay & 1st", language, NOON)


ENGLISH = ["Seaport: Fallback sheet", "Structure fire (SF)", "E07 en route", "Quay & 1st", "General"]
CHINESE = ["海港市: 应急底单", "建筑火灾 (SF)", "E07 出动途中", "水罐车", "总医院"]


@pytest.mark.parametrize(("language", "wanted"), [("en", ENGLISH), ("zh-CN", CHINESE)])
def test_the_sheet_holds_incidents_units_places_and_telephones(language: Language, wanted: list[str]) -> None:
    texts = " ".join(Texts(sheet(a_board(), language)).texts)
    for text in (*wanted, "F12", "300 Quay", "smoke from a flat", "555-0101", "555-0202", "555-0303", "22:13:20"):
        assert text in texts, text


def test_what_a_caller_or_crew_wrote_can_never_become_markup() -> None:
    page = sheet(a_board("<script>alert(1)</script><img src=x onerror=y>"))
    read = Texts(page)
    assert not {"script", "img", "link", "iframe"} & set(read.tags)
    assert "<script>alert(1)</script>" in " ".join(read.texts)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_kit_is_one_file_that_fetches_nothing(language: Language) -> None:
    for page in (sheet(a_board(), language), paper_forms(Name("Seaport", "海港市"), language)):
        assert not re.search(rb"https?://|src=|url\(|@import|<script|<link", page)


def test_a_struck_line_and_a_closed_incident_are_not_on_the_sheet() -> None:
    closed = an_incident("gone home")
    board = a_board()
    board = Board(seq=1, catalogue=tables(), incidents={"I1": replace(closed, status="closed")}, units=board.units)  # type: ignore[dict-item]
    assert "gone home" not in " ".join(Texts(sheet(board)).texts)
    struck = replace(an_incident("wrong street").narrative[0], struck=NOON)
    shown = Board(seq=1, catalogue=tables(), incidents={"I1": replace(closed, narrative=(struck,))}, units=board.units)  # type: ignore[dict-item]
    assert "wrong street" not in " ".join(Texts(sheet(shown)).texts)


def test_duress_stands_first_and_a_board_without_tables_still_gives_a_sheet() -> None:
    board = a_board()
    calling = {**board.units, "E08": replace(board.units["E08"], duress=NOON)}  # type: ignore[index]
    page = sheet(replace(board, units=calling)).decode()
    assert page.index("Emergency button on: E08") < page.index("Open incidents")
    assert "Fallback sheet" in fallback_sheet(Board(), {}, str, "en", NOON).decode()


def test_the_forms_have_a_column_for_everything_that_is_entered_afterwards() -> None:
    texts = " ".join(Texts(paper_forms(Name("Seaport", "海港市"), "zh-CN")).texts)
    for code in ("time", "place", "type", "units_sent", "dispatched", "enroute", "on_scene", "cleared", "disposition"):
        assert WORDS[code].zh in texts
