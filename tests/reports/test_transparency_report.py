"""`turnout transparency`: a year of a journal becomes two pages and a file of rows, and nobody's case is in them."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.core.events import Event
from turnout.core.incidents.events import IncidentOpened, IncidentRetyped
from turnout.core.location import Location
from turnout.core.retention.events import DetailsErased, ErasureAsked, ErasureDeclined, HoldPlaced, HoldReleased
from turnout.core.retention.matters import ErasureRequest, Hold
from turnout.core.reveals.events import GlassAnswered, GlassBroken, ReviewApproved, ReviewDeclined, ReviewRequested
from turnout.core.reveals.matters import GlassBreak, Review
from turnout.core.tables.events import DetailsOpened, FileOpened
from turnout.core.units.events import SentUnit, UnitsAssigned
from turnout.desk.chain import JournalRow, genesis, sealed
from turnout.desk.operations import Operations
from turnout.main import main
from turnout.reports.transparency.counting import YearCount, year_span
from turnout.reports.transparency.pages import HEAD
from turnout.words.identity import ActorId, AgencyId, CommandId, IncidentId, UnitId
from turnout.words.moment import Moment

CITY = "san-francisco"
ZONE = ZoneInfo("America/Los_Angeles")
LINA, BO = ActorId("user-lina"), ActorId("user-bo")
SECRET = "Mrs Ferreira, 12 Elm Street"
"""What people typed: it may name somebody."""


def at(month: int = 6, day: int = 1, second: int = 0, year: int = 2025) -> Moment:
    return Moment(int(datetime(year, month, day, 12, 0, second, tzinfo=ZONE).timestamp() * 1000))


def opened(n: int, when: Moment, kind: str = "MED", **more: Any) -> IncidentOpened:
    head: dict[str, Any] = {"at": when, "by": LINA, "tag": f"#{n}", "numbers": {}, "series": {}, "status": "pending"}
    where = Location(text=SECRET)
    return IncidentOpened(
        **head, incident=IncidentId(f"i{n}"), type=kind, priority=1, agencies=(), location=where, opened=when, **more
    )


def sent(n: int, when: Moment) -> UnitsAssigned:
    return UnitsAssigned(at=when, by=LINA, incident=IncidentId(f"i{n}"), units=(SentUnit(UnitId("E07"), when),))


def looked(n: int, when: Moment, ground: str = "crew") -> DetailsOpened:
    return DetailsOpened(
        at=when, by=LINA, incident=IncidentId(f"i{n}"), person="p", ref="r", purpose=SECRET, n=n, ground=ground
    )


def filed(n: int, when: Moment) -> FileOpened:
    return FileOpened(
        at=when, by=LINA, incident=IncidentId(f"i{n}"), media="m", ref="f", purpose=SECRET, n=n, ground="crew"
    )


def broken(n: int, when: Moment) -> GlassBroken:
    glass = GlassBreak(id=f"g{n}", by=LINA, position="", reason=SECRET, at=when, until=when)
    return GlassBroken(at=when, by=LINA, incident=IncidentId(f"i{n}"), glass=glass)


def answered(n: int, when: Moment, finding: Literal["justified", "not-justified"] = "justified") -> GlassAnswered:
    return GlassAnswered(at=when, by=BO, glass=f"g{n}", whose=LINA, finding=finding, note=SECRET)


def asked(n: int, when: Moment) -> ReviewRequested:
    review = Review(
        id=f"r{n}",
        incident=f"i{n}",
        agencies=(AgencyId("FIRE"),),
        who=LINA,
        kinds=("details",),
        purpose=SECRET,
        until=when,
        asked_by=LINA,
        asked=when,
    )
    return ReviewRequested(at=when, by=LINA, incident=IncidentId(f"i{n}"), review=review)


def to_erase(n: int, when: Moment) -> ErasureAsked:
    request = ErasureRequest(id=f"e{n}", incident=f"i{n}", reason=SECRET, asked_by=LINA, asked=when)
    return ErasureAsked(at=when, by=LINA, incident=IncidentId(f"i{n}"), request=request)


def erased(n: int, when: Moment, rule: Literal["term", "request"], request: str = "") -> DetailsErased:
    return DetailsErased(at=when, by=BO, incident=IncidentId(f"i{n}"), owners=("o",), rule=rule, request=request)


def held(n: int, when: Moment) -> HoldPlaced:
    hold = Hold(id=f"h{n}", incident=f"i{n}", reason=SECRET, by=LINA, at=when)
    return HoldPlaced(at=when, by=LINA, incident=IncidentId(f"i{n}"), hold=hold)


def counted(*events: Event) -> Any:
    count = YearCount(ZONE, ("MED", "FIRE"))
    for event in events:
        count.add(event)
    return count.counted()


def test_an_incident_counts_once_under_its_last_type_and_an_exercise_not_at_all():
    retyped = IncidentRetyped(at=at(2), by=LINA, incident=IncidentId("i1"), was="MED", type="FIRE", priority=1)
    tables = counted(opened(1, at(1)), opened(2, at(1)), opened(3, at(1), exercise=True), retyped).tables["incidents"]
    assert tables["type"] == {"MED": 1, "FIRE": 1}
    assert tables["month"]["01"] == 2
    assert sum(tables["month"].values()) == 2


def test_what_is_opened_counts_by_its_ground_and_kind():
    tables = counted(looked(1, at()), looked(2, at(), "review"), filed(3, at()), looked(4, at(), "")).tables["reveals"]
    assert (tables["ground"]["crew"], tables["ground"]["review"], tables["ground"]["earlier"]) == (2, 1, 1)
    assert tables["kind"] == {"details": 3, "files": 1}


def test_a_review_and_broken_glass_count_by_their_answer():
    events: list[Event] = [asked(n, at()) for n in range(4)]
    events.append(ReviewApproved(at=at(), by=BO, incident=IncidentId("i0"), review="r0", whose=LINA))
    ended = {"at": at(), "by": BO, "whose": LINA, "reason": SECRET}
    events += [ReviewDeclined(incident=IncidentId(f"i{n}"), review=f"r{n}", **ended) for n in (0, 1)]
    events += [broken(1, at()), broken(2, at()), broken(3, at()), answered(1, at()), answered(2, at(), "not-justified")]
    tables = counted(*events).tables
    assert tables["reviews"]["outcome"] == {"approved": 1, "declined": 1, "open": 2}
    assert tables["glass"]["finding"] == {"justified": 1, "not-justified": 1, "unclear": 0, "open": 1}


def test_an_erasure_that_was_asked_for_is_not_counted_as_one_whose_term_was_over():
    events: list[Event] = [to_erase(n, at()) for n in range(3)]
    events += [erased(0, at(), "request", "e0"), erased(9, at(), "term"), erased(8, at(), "request", "of-last-year")]
    events.append(ErasureDeclined(at=at(), by=BO, request="e1", whose=LINA, reason=SECRET))
    tables = counted(*events).tables
    assert tables["requests"]["outcome"] == {"erased": 1, "declined": 1, "open": 1}
    assert sum(tables["erasures"]["month"].values()) == 1


def test_a_hold_counts_as_it_stands_at_the_end():
    released = HoldReleased(at=at(), by=BO, hold="h1", whose=LINA, reason=SECRET)
    assert counted(held(1, at()), held(2, at()), released).tables["holds"]["standing"] == {"stands": 1, "released": 1}


def test_times_are_told_of_twenty_and_more():
    def year(of: int) -> Any:
        return counted(*(e for n in range(of) for e in (opened(n, at()), sent(n, at(second=n)))))

    assert year(19).times["first-sent"] is None
    times = year(20).times["first-sent"]
    assert (times.p50_s, times.p90_s) == (9, 17)


def test_each_kind_of_happening_has_tables_of_one_sum():
    tables = counted(*a_year()).tables
    for of_it in tables.values():
        assert len({sum(one.values()) for one in of_it.values()}) == 1


def a_year() -> list[Event]:
    """12 of one type in January and 3 of another in March; 8 openings; one breaking of the glass."""
    events: list[Event] = [opened(n, at(1)) for n in range(12)]
    events += [opened(n, at(3), "FIRE") for n in range(12, 15)]
    events += [looked(n, at(3)) for n in range(8)]
    return [*events, broken(1, at(3)), erased(1, at(4), "term"), held(2, at(5)), to_erase(3, at(6))]


def rows_of(events: list[Event]) -> list[JournalRow]:
    rows: list[JournalRow] = []
    for seq, event in enumerate(sorted(events, key=lambda one: one.at), 1):
        body = Operations().encode_event(event)
        command = (CommandId(f"c{seq}"), "some-command", b"\0" * 32)
        before = rows[-1].hash if rows else genesis(Operations.stream)
        row = JournalRow(seq, event.at, event.by, "", "", "", *command, body.name, body.version, body.body, before, b"")
        rows.append(sealed(row))
    return rows


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """The year, with neighbours of one second before its beginning and at its end by the city's clocks."""
    (tmp_path / CITY).mkdir()
    journal = SqliteJournal(tmp_path / CITY / "journal.sqlite", Operations.stream)
    span = year_span(2025, ZONE)
    around: list[Event] = [opened(98, Moment(span.since - 1)), opened(99, span.until)]
    rows = rows_of([*a_year(), *around])
    await journal.append(rows, 0, await journal.claim())
    await journal.close()
    return tmp_path


def told(data: Path, year: str = "2025") -> int:
    return main(["transparency", "--year", year, "--data", str(data), "--to", str(data / "out")])


def month(rows: list[dict[str, str]], happening: str, which: str) -> str:
    return next(row["count"] for row in rows if [row[k] for k in HEAD[:3]] == [happening, "month", which])


def test_the_files_tell_the_year_and_hide_what_is_below_five(data: Path, capsys: pytest.CaptureFixture[str]):
    assert told(data) == 0
    names = sorted(path.name for path in (data / "out").iterdir())
    assert names == ["transparency-2025.csv", "transparency-2025.en.html", "transparency-2025.zh-CN.html"]
    rows = list(csv.DictReader(io.StringIO((data / "out" / names[0]).read_text())))
    assert month(rows, "incidents", "01") == month(rows, "incidents", "03") == "", "twelve hide three"
    assert month(rows, "incidents", "02") == "0"
    assert month(rows, "reveals", "03") == "8"
    withheld = {row["happening"] for row in rows if row["shown"] == "withheld"}
    assert {"glass", "erasures", "requests", "holds"} <= withheld, "one of each: nothing is published"


def test_no_name_no_purpose_and_no_place_is_in_a_file(data: Path):
    assert told(data) == 0
    for path in (data / "out").iterdir():
        for typed in (SECRET, "Ferreira", "user-lina", "user-bo", "E07"):
            assert typed not in path.read_text(), path.name


def test_each_page_is_in_its_language(data: Path):
    assert told(data) == 0
    english, chinese = ((data / "out" / f"transparency-2025.{one}.html").read_text() for one in ("en", "zh-CN"))
    assert 'lang="en"' in english
    assert "Transparency report 2025" in english
    assert "透明度报告" in chinese
    assert "withheld" not in english + chinese, "a word that no person was told"


@pytest.mark.parametrize(("year", "why"), [("1200", "no year"), (str(datetime.now(UTC).year), "is not over")])
def test_a_year_that_is_none_or_not_over_is_refused(
    data: Path, year: str, why: str, capsys: pytest.CaptureFixture[str]
):
    assert told(data, year) != 0
    assert why in capsys.readouterr().err


def test_a_folder_without_a_journal_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert told(tmp_path) != 0
    assert "there is no journal" in capsys.readouterr().err
