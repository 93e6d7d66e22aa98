"""Speeds of our own vehicles for green waves (15.3): aggregates of five runs at least, never under priority."""

from pathlib import Path

import pytest

from tests.signals.districts.a_district import a_district
from turnout.signals.districts.folder import read_head
from turnout.signals.districts.reading import read_district, shape_of
from turnout.signals.districts.shapes import MeasuredSpeed
from turnout.signals.districts.travel_file import ROWS_MAX, read_speeds
from turnout.signals.quality.travel_command import COLUMNS
from turnout.words.trouble import Malformed, NotOurs, Unsupported

HEAD = ",".join(COLUMNS)


def table(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode()


def test_what_few_drove_or_drove_under_priority_is_not_among_them() -> None:
    found = read_speeds(
        table(
            "main,a,b,7,other,12,40,30,50,38.0",
            "main,a,b,7,urgent,12,20,15,25,76.0",
            "main,b,a,8,other,4,40,30,50,31.0",
            "main,b,a,9,other,5,40,30,50,31.5",
        ),
        "travel.csv",
    )
    assert found == (
        MeasuredSpeed(arterial="main", start="a", end="b", hour=7, times=12, speed_kmh=38.0),
        MeasuredSpeed(arterial="main", start="b", end="a", hour=9, times=5, speed_kmh=31.5),
    )
    assert set(MeasuredSpeed.__struct_fields__) == {"arterial", "start", "end", "hour", "times", "speed_kmh"}


@pytest.mark.parametrize("row", ["m,a,b,24,other,9,1,1,1,30", "m,a,b,7,other,9,1,1,1,nan", "m,a,b,7,other,x,1,1,1,30"])
def test_a_row_that_is_not_possible_is_named(row: str) -> None:
    with pytest.raises(Malformed, match=r"travel\.csv line 2"):
        read_speeds(table(row), "travel.csv")


def test_what_is_no_such_table_or_too_long_is_refused() -> None:
    with pytest.raises(NotOurs):
        read_speeds(b"a,b\n1,2\n", "travel.csv")
    with pytest.raises(Malformed):
        read_speeds(b"\xff\xfe", "travel.csv")
    with pytest.raises(Unsupported):
        read_speeds(table(*["m,a,b,7,other,9,1,1,1,30"] * (ROWS_MAX + 1)), "travel.csv")


def test_a_district_that_names_the_table_shows_its_speeds(tmp_path: Path) -> None:
    folder = a_district(tmp_path, more='travel_times = "travel.csv"')
    (folder / "travel.csv").write_bytes(table("main,0.0,0.1,7,other,12,40,30,50,38.0"))
    district = read_head(folder)
    (speed,) = shape_of(district, read_district(district)).measured
    assert (speed.start, speed.end, speed.speed_kmh) == ("0.0", "0.1", 38.0)
