"""Building a city from a map: what comes out, what is kept, and what is said when it cannot be done."""

import gzip
from pathlib import Path

import pytest
import shapely
from pmtiles.reader import MmapSource, Reader

from turnout.city import starter
from turnout.city.build import Order, build_city
from turnout.city.extract import Facility, read_extract, without_doubles
from turnout.city.folder import load_city
from turnout.city.problem import BrokenFolder
from turnout.roads.gazetteer.city_gazetteer import Gazetteer
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed


def test_a_built_city_opens_and_has_what_the_map_has(built_small_city: Path) -> None:
    city = load_city(built_small_city)
    tables = city.catalogue
    assert tables.name == Name("Small Town", "小镇")
    assert tables.time_zone == "Europe/Vaduz"
    assert {station.name.en for station in tables.stations.values()} >= {"North House", "South House", "Old Watch"}
    assert [hospital.name.en for hospital in tables.hospitals.values()] == ["Mercy Hospital"]
    assert city.zones_at(Place(47.001, 9.0062)) == {
        "first-due": "FD-FS3",
        "beat": "BEAT-PS1",
        "neighbourhood": "NB-001",
    }


def test_hydrants_of_the_map_come_with_their_own_number_where_it_is_theirs_alone(built_small_city: Path) -> None:
    hydrants = load_city(built_small_city).catalogue.hydrants
    assert list(hydrants) == ["17", "hydrant-2", "hydrant-3", "n124"]
    assert hydrants["17"].place == Place(47.002, 9.004)


def test_a_built_city_finds_its_own_addresses(built_small_city: Path) -> None:
    gazetteer = Gazetteer.load(built_small_city / "gazetteer.sqlite")
    assert gazetteer.suggest("row 2 st / column 3")


def test_tiles_hold_the_layers_that_the_map_draws(built_small_city: Path) -> None:
    with (built_small_city / "tiles.pmtiles").open("rb") as file:
        reader = Reader(MmapSource(file))
        layers = {layer["id"]: layer["fields"] for layer in reader.metadata()["vector_layers"]}
        assert (reader.header()["min_zoom"], reader.header()["max_zoom"]) == (8, 16)
    assert set(layers) == {"land", "streets", "neighbourhoods", "labels"}
    assert set(layers["streets"]) == {"class", "name", "limit"}


def test_tiles_do_not_tell_which_machine_made_them(built_small_city: Path) -> None:
    raw = (built_small_city / "tiles.pmtiles").read_bytes()
    start, length = int.from_bytes(raw[24:32], "little"), int.from_bytes(raw[32:40], "little")
    assert b"tmp" not in gzip.decompress(raw[start : start + length])


def test_building_again_leaves_what_people_wrote(small_city: Path, small_map_file: Path) -> None:
    (small_city / "units.csv").write_text("id,kind,agency,station\nE99,engine,FIRE,FS1\n")
    (small_city / "tiles.pmtiles").unlink()
    build_city(Order(small_map_file, small_city))
    assert "E99" in (small_city / "units.csv").read_text()
    assert (small_city / "tiles.pmtiles").is_file()


def test_the_citys_own_tables_win_over_the_map(small_map_file: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "hospitals.csv").write_text("id,name_en,name_zh,lat,lon,address\nX,Own,自有,47.004,9.004,\n")
    (own / "notes.txt").write_text("not a table")
    built = build_city(Order(small_map_file, tmp_path / "town", own))
    assert list(load_city(built.folder).catalogue.hospitals) == ["X"]
    assert any("hospitals.csv" in note.en for note in built.notes)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "small|nothing|empty|PBF|EOF|file"),
        (b"this is not a map", "PBF|format|XML|file"),
        (b'<osm version="0.6"><node id="1" version="1" lat="1" lon="1"/></osm>', "no roads"),
    ],
)
def test_a_file_that_is_no_map_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "map.osm"
    path.write_bytes(content)
    with pytest.raises(Malformed, match=words) as refused:
        build_city(Order(path, tmp_path / "town"))
    assert refused.value.cure
    assert not (tmp_path / "town").exists(), "a build that fails leaves nothing behind"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["map.osm"]


def refusal_of(order: Order) -> str:
    """The rule that refuses the order; it is told in both languages."""
    with pytest.raises(BrokenFolder) as refused:
        build_city(order)
    assert refused.value.spoken("zh-CN") != refused.value.spoken("en")
    return refused.value.problems[0].rule


def test_an_order_that_cannot_be_carried_out_is_refused(small_map_file: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to-mother.txt").write_text("dear")
    assert refusal_of(Order(tmp_path / "nowhere.osm.pbf", tmp_path / "town")) == "no-map"
    assert refusal_of(Order(small_map_file, tmp_path / "town", tmp_path / "nowhere")) == "no-municipal-folder"
    assert refusal_of(Order(small_map_file, tmp_path / "letters")) == "out-is-taken"
    assert refusal_of(Order(small_map_file, tmp_path / "Town?")) == "bad-city-name"
    assert refusal_of(Order(small_map_file, tmp_path / "town", tmp_path / "letters")) == "municipal-unknown"


def test_a_map_of_roads_alone_still_makes_a_city(small_map_file: Path, tmp_path: Path) -> None:
    roads = tmp_path / "roads.osm"
    lines = small_map_file.read_text().splitlines()
    roads.write_text("\n".join(line for line in lines if "amenity" not in line and "place" not in line))
    built = build_city(Order(roads, tmp_path / "bare"))
    assert built.usable
    assert sum("one was put at the middle" in note.en for note in built.notes) == 4
    assert [zone.name.en for zone in load_city(built.folder).zones.zones if zone.kind == "neighbourhood"] == ["Bare"]


def test_a_map_in_any_order_is_read(small_map_file: Path, tmp_path: Path) -> None:
    lines = small_map_file.read_text().splitlines()
    nodes, ways = ([line for line in lines if line.startswith(kind)] for kind in ("<node", "<way"))
    upside_down = tmp_path / "upside-down.osm"
    upside_down.write_text("\n".join([lines[0], *reversed(nodes), *reversed(ways), lines[-1]]))
    assert len(read_extract(upside_down).streets) == 12


def test_the_land_within_an_outline_is_the_city(tmp_path: Path, small_map_file: Path) -> None:
    corners = "".join(
        f'<node id="{n}" version="1" lat="{lat}" lon="{lon}"/>'
        for n, (lat, lon) in enumerate([(46.99, 8.99), (46.99, 9.02), (47.02, 9.02), (47.02, 8.99)], start=201)
    )
    refs = "".join(f'<nd ref="{n}"/>' for n in (201, 202, 203, 204, 201))
    tags = '<tag k="boundary" v="administrative"/><tag k="admin_level" v="8"/><tag k="name" v="Town"/>'
    way = f'<way id="5000" version="1">{refs}{tags}</way>'
    text = small_map_file.read_text().replace('<way id="1000"', f'{corners}<way id="1000"', 1)
    path = tmp_path / "outlined.osm"
    path.write_text(text.replace("</osm>", way + "</osm>"))
    built = build_city(Order(path, tmp_path / "outlined"))
    assert load_city(built.folder).contains(Place(46.991, 8.991))
    assert not any("hull" in note.en for note in built.notes)


def test_a_house_mapped_twice_is_one_house() -> None:
    outline = Facility("hospital", Name("", ""), Place(47.0, 9.0), "")
    point = Facility("hospital", Name("Mercy", "Mercy"), Place(47.0004, 9.0004), "1 Row St")
    other = Facility("police", Name("", ""), Place(47.0, 9.0), "")
    assert list(without_doubles([outline, point, other])) == [point, other]


def test_even_one_fire_station_has_a_fleet_that_meets_a_first_alarm() -> None:
    houses = [
        starter.House(rule.prefix + "1", rule.agency, rule.name, Place(47.0, 9.0)) for rule in starter.HOUSE_RULES
    ]
    kinds = [line[1] for line in starter.fleet_of(houses)]
    assert kinds.count("engine") >= 3
    assert kinds.count("truck") == 1
    assert kinds.count("medic") >= 3


def test_neighbourhoods_cover_the_ground_without_gap_or_overlap(built_small_city: Path) -> None:
    city = load_city(built_small_city)
    parts = [
        outline
        for zone, outline in zip(city.zones.zones, city.zones.outlines, strict=True)
        if zone.kind == "neighbourhood"
    ]
    together = shapely.union_all(parts)
    assert sum(part.area for part in parts) == pytest.approx(together.area, rel=1e-3)
    assert together.area == pytest.approx(city.boundary.outline.area, rel=2e-2)
