"""The stored form: what is written is what is read, and what is no gazetteer is refused with a cure."""

import sqlite3
from pathlib import Path

import pytest

from turnout.roads.gazetteer import SCHEMA_VERSION, CityNamed, Gazetteer, GazetteerRecords, build_gazetteer
from turnout.roads.gazetteer.records import CommonPlace, StreetSegment
from turnout.roads.gazetteer.stored import pack_line, read_tables, unpack_line
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed, Unsupported

CITY = CityNamed(Name("Riverside", "河滨市"), ("RV",), "nobody's data")


def test_a_line_is_kept_to_a_tenth_of_a_metre() -> None:
    line = (Place(37.1234564, -122.7654321), Place(-0.0000004, 179.9999999))
    assert unpack_line(pack_line(line)) == [Place(37.123456, -122.765432), Place(0.0, 180.0)]


def test_the_city_is_remembered_with_whose_data_it_is(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    build_gazetteer(GazetteerRecords(segments=[StreetSegment("A St", (Place(1, 1), Place(1, 2)))]), CITY, path)
    assert read_tables(path).city == CITY


def test_the_same_records_give_the_same_file(riverside_file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.sqlite"
    records = GazetteerRecords(
        segments=[StreetSegment("B St", (Place(1, 1), Place(1, 2))), StreetSegment("A St", (Place(1, 1), Place(2, 1)))]
    )
    build_gazetteer(records, CITY, again)
    before = again.read_bytes()
    records.segments.reverse()
    build_gazetteer(records, CITY, again)
    assert again.read_bytes() == before


def test_a_city_of_common_places_alone_has_no_streets_and_still_answers(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    records = GazetteerRecords(common_places=[CommonPlace(Name("Lighthouse", "灯塔"), "landmark", Place(1.0, 1.0))])
    build_gazetteer(records, CITY, path)
    gazetteer = Gazetteer.load(path)
    assert [line.text for line in gazetteer.suggest("light")] == ["Lighthouse 灯塔"]
    assert gazetteer.reverse(Place(1.0, 1.0001)).common_place.en == "Lighthouse"


def test_nothing_to_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no street, house or common place"):
        build_gazetteer(GazetteerRecords(), CITY, tmp_path / "g.sqlite")


def test_a_missing_file_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="turnout city build"):
        Gazetteer.load(tmp_path / "none.sqlite")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a database", b"SQLite format 3\x00" + b"\xff" * 200])
def test_what_is_no_gazetteer_is_malformed(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "g.sqlite"
    path.write_bytes(content)
    with pytest.raises(Malformed, match=r"g\.sqlite"):
        Gazetteer.load(path)


def test_a_file_of_another_version_is_unsupported(riverside_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    path.write_bytes(riverside_file.read_bytes())
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(Unsupported, match=f"version {SCHEMA_VERSION + 1}"):
        Gazetteer.load(path)


def test_a_damaged_line_is_malformed(riverside_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    path.write_bytes(riverside_file.read_bytes())
    connection = sqlite3.connect(path)
    connection.execute("UPDATE segment SET line = x'0102' WHERE id = 3")
    connection.commit()
    connection.close()
    with pytest.raises(Malformed, match="build it again"):
        Gazetteer.load(path)
