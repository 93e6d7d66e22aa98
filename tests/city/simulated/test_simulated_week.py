"""The shipped week: what is read, and what is refused with a place to look."""

import gzip
import itertools
from pathlib import Path

import pytest

from turnout.city.simulated.week import COLUMNS, read_week
from turnout.words.trouble import Malformed

SHIPPED = Path("src/turnout/city/folders/san-francisco/week.csv.gz")


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "week.csv.gz"
    path.write_bytes(gzip.compress("\n".join(("# note", ",".join(COLUMNS), *lines)).encode()))
    return path


FIRST = (
    "1,2017-01-01T00:00:00Z,Alarms,Alarm,3,3,3,0 Block of A ST,37.7,-122.4,Mission,07,1,Fire,"
    "E07,ENGINE,1,1,5,9,60,200,,,900"
)


def test_the_shipped_week_holds_every_real_response() -> None:
    week = read_week(SHIPPED)
    assert len(week) == 3560
    assert sum(len(call.responses) for call in week) == 7704
    assert all(a.received <= b.received for a, b in itertools.pairwise(week))
    assert SHIPPED.stat().st_size < 1_000_000


def test_local_wall_clock_time_was_turned_into_utc() -> None:
    first = next(call for call in read_week(SHIPPED) if call.number == "163664050")
    assert first.received == 1483257476000  # 2016-12-31 23:57:56 in San Francisco
    assert first.responses[0].on_scene_s == 382


def test_a_second_line_of_a_call_adds_a_response_to_it(tmp_path: Path) -> None:
    second = "1,,,,,,,,,,,,,,T07,TRUCK,0,2,5,9,,,,,300"
    (call,) = read_week(written(tmp_path, FIRST, second))
    assert [r.unit for r in call.responses] == ["E07", "T07"]
    assert call.responses[1].response_s is None


def test_a_response_without_its_call_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="data line 2"):
        read_week(written(tmp_path, FIRST, "2,,,,,,,,,,,,,,T07,TRUCK,0,2,5,9,,,,,300"))


def test_a_time_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="soon"):
        read_week(written(tmp_path, FIRST.replace(",900", ",soon")))
