"""Plans from data (15.1, 15.3): a district's counts become plans by time of day, its log a report of quality."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.scenario_counts import counted
from tests.signals.area.grids import grid_counts
from tests.signals.districts.a_district import a_district, the_sample
from turnout.signals.check import check
from turnout.signals.districts.folder import read_head
from turnout.signals.districts.from_data import hours_result, quality_result
from turnout.signals.districts.plan_sets import with_plans
from turnout.signals.districts.reading import read_district
from turnout.signals.districts.results import PlanHours, Quality
from turnout.signals.hours.counts import read_day_counts
from turnout.signals.model import DAYS
from turnout.words.name import Name
from turnout.words.trouble import Malformed


def silent(part: float, said: Name) -> None:
    assert 0 <= part <= 1


def counts() -> str:
    """Twice as much from six to ten as for the rest of the day."""
    rows = ["day,time,minutes,vehicles,from,to"]
    for hour in range(24):
        busy = 2.0 if 6 <= hour < 10 else 1.0
        for (edge, after), per_h in grid_counts(2, 150.0).items():
            rows.append(f"mon,{hour:02}:00,60,{per_h * busy:.0f},{edge},{after}")
    return "\n".join(rows)


def test_plans_by_time_of_day_come_from_the_districts_counts(tmp_path: Path) -> None:
    folder = a_district(tmp_path, more='counts = "counts.csv"')
    (folder / "counts.csv").write_text(counts(), encoding="utf-8")
    district = read_head(folder)
    read = read_district(district)
    found = hours_result(district, read.signals, PlanHours(cycles_s=(60,), plans_most=2), silent)
    assert len(found.periods.periods) == 2
    assert [each.id for each in found.plans.junctions] == ["0.0", "0.1", "1.0", "1.1"]
    drafted = with_plans(read.signals, found.plans)
    assert [each for each in check(drafted) if each.severity == "error"] == []
    junction = drafted.junctions[0]
    assert junction.plan_at("mon", 7 * 60) != junction.plan_at("mon", 14 * 60)
    assert msgspec.json.decode(msgspec.json.encode(found))["periods"]["explained"] > 0.9


def test_the_quality_of_the_sample_is_reported_from_its_log() -> None:
    district = read_head(the_sample())
    found = quality_result(district, Quality(junction="221"), silent)
    (report,) = found.reports
    assert report.junction == "221"
    assert report.hours
    assert found.refused == 0
    assert found.drawings
    assert found.drawings[0].en.startswith("<svg")
    assert found.drawings[0].zh != found.drawings[0].en


def test_a_district_without_the_data_says_so(tmp_path: Path) -> None:
    district = read_head(a_district(tmp_path))
    with pytest.raises(Malformed, match="counts"):
        hours_result(district, read_district(district).signals, PlanHours(), silent)
    with pytest.raises(Malformed, match="log"):
        quality_result(district, Quality(), silent)
    with pytest.raises(Malformed, match="no such junction"):
        quality_result(read_head(the_sample()), Quality(junction="nowhere"), silent)


def test_the_counts_of_the_sample_are_those_of_its_scenario_and_it_says_so() -> None:
    district = read_head(the_sample())
    assert district.content(district.head.counts) == counted(the_sample())
    note = district.head.counts_note
    assert note is not None
    assert "not measured" in note.en
    assert "非实测" in note.zh
    read = read_day_counts(district.content(district.head.counts), district.head.counts)
    assert len(read.streams) == 52
    eight, night = (read.per_h[DAYS.index("wed"), hour * 4].sum() for hour in (8, 3))
    assert eight > 25_000
    assert night < eight / 20
