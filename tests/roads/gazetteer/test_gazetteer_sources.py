"""Readers of municipal tables and of the city's own list; each complaint names file, line and cure."""

import json
from pathlib import Path

import pytest

from turnout.roads.gazetteer import CityNamed, Gazetteer, Verified, build_gazetteer
from turnout.roads.gazetteer.sources.common_places import read_common_places
from turnout.roads.gazetteer.sources.datasf import FACILITIES, LINES, NEIGHBOURHOODS, STREETS, read_datasf
from turnout.words.name import Name
from turnout.words.place import Place, distance_m
from turnout.words.trouble import Malformed

STREETS_HEADING = (
    "CNN,streetname,from_st,to_st,cardinal,addrange,limits,location,theOrder,"
    "LF_FADD,RT_FADD,LF_TADD,RT_TADD,FROM_CNN,TO_CNN"
)
LINES_HEADING = "CNN,STREET,ST_TYPE,FROM_ST,TO_ST,SPEEDLIMIT,shape"


def a_segment(cnn: str, street: str, numbers: str, nodes: str) -> str:
    return f"{cnn},{street},,,,,,,,{numbers},{nodes}"


def a_line(cnn: str, street: str, *corners: str) -> str:
    return f'{cnn},{street},,,25,"MULTILINESTRING (({", ".join(corners)}))"'


SEGMENTS = [
    "901,01ST ST,MAIN ST,,,,MAIN ST intersection,,1,,,,,,",
    a_segment("100000", "01ST ST", "1,2,99,98", "901,902"),
    a_segment("200000", "MCCOPPIN ST", "1,2,99,98", "902,903"),
    a_segment("300001", "MAIN ST", "1,2,19,18", "903,904"),
    a_segment("300002", "MAIN ST", "21,20,99,98", "904,901"),
    a_segment("400000", "DEAD END", "1,2,99,98", "903,999"),
    a_segment("500000", "NOWHERE LN", "1,2,99,98", "997,998"),
]
DRAWN = [
    a_line("100000", "01ST,ST", "-122.4 37.7", "-122.4 37.702"),
    a_line("200000", "MCCOPPIN,ST", "-122.4 37.702", "-122.398 37.702"),
    a_line("300000", "MAIN,ST", "-122.4 37.7", "-122.398 37.7", "-122.398 37.702"),
    a_line("700000", "FORMER,WAY", "-122.41 37.7", "-122.41 37.701"),
]


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    (tmp_path / STREETS).write_text("\n".join([STREETS_HEADING, *SEGMENTS]), encoding="utf-8-sig")
    (tmp_path / LINES).write_text("\n".join([LINES_HEADING, *DRAWN]), encoding="utf-8")
    return tmp_path


def loaded(folder: Path) -> Gazetteer:
    build_gazetteer(read_datasf(folder), CityNamed(Name("San Francisco", "旧金山")), folder / "g.sqlite")
    return Gazetteer.load(folder / "g.sqlite")


def test_the_municipal_tables_become_streets_with_numbers_and_crossings(tables: Path) -> None:
    gazetteer = loaded(tables)
    verdict = gazetteer.verify("50 1st st")
    assert isinstance(verdict, Verified)
    assert distance_m(verdict.place, Place(37.701, -122.4)) < 2
    assert isinstance(gazetteer.verify("1st & mccoppin"), Verified)


def test_the_parts_of_a_divided_segment_share_its_older_line_in_the_order_of_their_numbers(tables: Path) -> None:
    gazetteer = loaded(tables)
    for number, place in ((1, Place(37.702, -122.398)), (19, Place(37.7013, -122.398)), (99, Place(37.7, -122.4))):
        verdict = gazetteer.verify(f"{number} main st")
        assert isinstance(verdict, Verified)
        assert distance_m(verdict.place, place) < 25


def test_what_has_no_line_hangs_on_its_known_node_or_is_left_out_and_counted(tables: Path) -> None:
    records = read_datasf(tables)
    assert records.left_out == {
        "segments with no line and no known node": 1,
        "segments placed at their one known end": 1,
    }
    verdict = loaded(tables).verify("50 dead end")
    assert isinstance(verdict, Verified)
    assert verdict.place == Place(37.702, -122.398)


def test_a_street_that_only_the_older_lines_have_is_still_known(tables: Path) -> None:
    assert isinstance(loaded(tables).verify("former way"), Verified)


def test_facilities_and_neighbourhoods_are_read_when_they_are_there(tables: Path) -> None:
    heading = "common_name,address,zip_code,longitude,latitude"
    rows = ["Fire Station #7 - Division,5 01st St,94110,-122.4,37.7", "Mission Station,9 Main St,94110,-122.4,37.701"]
    rows.append("Nowhere Shelter,,,,")
    (tables / FACILITIES).write_text("\n".join([heading, *rows]), encoding="utf-8")
    square = [[-123, 37], [-122, 37], [-122, 38], [-123, 38], [-123, 37]]
    mission = {"properties": {"name": "Mission"}, "geometry": {"type": "Polygon", "coordinates": [square]}}
    (tables / NEIGHBOURHOODS).write_text(json.dumps({"features": [mission]}))
    gazetteer = loaded(tables)
    verdict = gazetteer.verify("station 7")
    assert isinstance(verdict, Verified)
    assert verdict.candidate.distinguishes.en == "Mission 94110"
    assert isinstance(gazetteer.verify("mission police station"), Verified)
    assert read_datasf(tables).left_out["facilities without a place"] == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (STREETS, "LF_FADD", "LEFT", r"sf_streets.*csv:1: no column LF_FADD \(use the publisher's own export\)"),
        (STREETS, ",1,2,99,98,901", ",one,2,99,98,901", r"csv:3: LF_FADD is 'one', not a whole number"),
        (STREETS, "MCCOPPIN ST", "", r"csv:4: a segment without a street name"),
        (STREETS, ",902,903", ",902", r"csv:4: the row has more or fewer cells than the heading"),
        (LINES, "-122.4 37.7, -122.4 37.702", "-122.4 97.7, -122.4 37.702", r"csv:2: shape is no line"),
        (LINES, "((-122.4 37.7, -122.4 37.702))", "EMPTY", r"csv:2: shape is no line"),
        (LINES, '"MULTI', '"MULTI"x', r"sf_speed.*csv: not a table"),
    ],
)
def test_a_broken_table_is_refused_by_file_line_and_cure(
    tables: Path, file: str, old: str, new: str, complaint: str
) -> None:
    path = tables / file
    path.write_text(path.read_text(encoding="utf-8-sig").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(Malformed, match=complaint):
        read_datasf(tables)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="put the file there"):
        read_datasf(tmp_path)


@pytest.mark.parametrize(
    ("geojson", "complaint"),
    [
        ("{", "not GeoJSON"),
        ('{"features": [{"properties": {}, "geometry": {}}]}', "feature 0: a neighbourhood needs a name"),
        ('{"features": [{"properties": {"name": "A"}, "geometry": {"type": "Polygon"}}]}', "no rings"),
    ],
)
def test_broken_neighbourhoods_are_refused(tables: Path, geojson: str, complaint: str) -> None:
    (tables / NEIGHBOURHOODS).write_text(geojson)
    with pytest.raises(Malformed, match=complaint):
        read_datasf(tables)


COMMON_HEADING = "name_en,name_zh,kind,lat,lon,address,aliases,source"


def test_the_citys_own_list_gives_places_and_other_names(tmp_path: Path) -> None:
    path = tmp_path / "common_places.csv"
    rows = ["City Hall,市政厅,government,37.7793,-122.4192,1 Goodlett Pl,CH; Rotunda,public knowledge"]
    rows += ["Grant Ave,都板街,street,,,,Dupont St,x", "Chinatown,唐人街,neighbourhood,,,,华埠,x"]
    path.write_text("\n".join([COMMON_HEADING, *rows]), encoding="utf-8")
    records = read_common_places(path)
    (place,) = records.common_places
    assert (place.name, place.aliases) == (Name("City Hall", "市政厅"), ("CH", "Rotunda"))
    assert [(other.of, other.kind, other.zh) for other in records.other_names] == [
        ("Grant Ave", "street", "都板街"),
        ("Chinatown", "neighbourhood", "唐人街"),
    ]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("City Hall,,government,37.7,,,,", r"common_places.csv:2: lat, lon are '37.7', '', not degrees"),
        ("City Hall,,government,-122.4,37.7,,,", r"csv:2: -122.4, 37.7 is nowhere on earth \(latitude first"),
        (",,government,37.7,-122.4,,,", r"csv:2: a common place needs name_en and kind"),
    ],
)
def test_a_broken_row_of_the_list_is_refused(tmp_path: Path, row: str, complaint: str) -> None:
    path = tmp_path / "common_places.csv"
    path.write_text(f"{COMMON_HEADING}\n{row}", encoding="utf-8")
    with pytest.raises(Malformed, match=complaint):
        read_common_places(path)
