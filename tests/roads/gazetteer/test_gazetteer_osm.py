"""OpenStreetMap extracts: streets cut at their crossings, houses, common places and parts of a city."""

from pathlib import Path

import pytest

from turnout.roads.gazetteer import CityNamed, Gazetteer, Unknown, Verified, build_gazetteer
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed

osm = pytest.importorskip("turnout.roads.gazetteer.sources.osm", reason="needs the build extra")

NODES = {
    1: (39.900, 116.400), 2: (39.900, 116.402), 3: (39.900, 116.404), 4: (39.902, 116.402),
    10: (39.89, 116.39), 11: (39.89, 116.42), 12: (39.92, 116.42), 13: (39.92, 116.39),
}  # fmt: skip


def a_way(number: int, nodes: list[int], **tags: str) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    return f'<way id="{number}" version="1">{refs}{as_tags(tags)}</way>'


def as_tags(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{value}"/>' for key, value in tags.items())


def an_extract(folder: Path) -> Path:
    parts = [f'<node id="{n}" version="1" lat="{lat}" lon="{lon}"/>' for n, (lat, lon) in NODES.items()]
    for n, lat, tags in [
        (20, 39.9001, {"addr__housenumber": "12;14a", "addr__street": "长安街", "addr__postcode": "100006"}),
        (21, 39.9002, {"addr__housenumber": "9"}),
        (22, 39.9003, {"amenity": "hospital", "name": "协和医院", "name__en": "Union Hospital"}),
        (23, 39.9004, {"amenity": "bench", "name": "A bench"}),
    ]:
        parts.append(f'<node id="{n}" version="1" lat="{lat}" lon="116.4015">{as_tags(tags)}</node>')
    parts += [
        a_way(1, [1, 2, 3], highway="primary", name="长安街", name__en="Chang'an Avenue"),
        a_way(2, [2, 4], highway="residential", name="Wangfujing", name__zh="王府井大街"),
        a_way(3, [1, 4], highway="motorway", ref="G6"),
        a_way(4, [3, 4], highway="footway"),
        a_way(5, [10, 11, 12]),
        a_way(6, [10, 13, 12]),
    ]
    members = "".join(f'<member type="way" ref="{way}" role="outer"/>' for way in (5, 6))
    tags = as_tags({"type": "boundary", "boundary": "administrative", "admin_level": "9", "name": "Dongcheng"})
    parts.append(f'<relation id="1" version="1">{members}{tags}</relation>')
    path = folder / "beijing.osm"
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{"".join(parts)}</osm>', encoding="utf-8")
    return path


def test_streets_are_cut_where_they_meet_another_and_nowhere_else(tmp_path: Path) -> None:
    records = osm.read_osm(an_extract(tmp_path))
    lengths = {
        name: [len(s.line) for s in records.segments if s.street == name] for name in ("长安街", "Wangfujing", "G6")
    }
    assert lengths == {"长安街": [2, 2], "Wangfujing": [2], "G6": [2]}
    assert {frozenset((c.street_a, c.street_b)) for c in records.crossings} == {
        frozenset(("长安街", "Wangfujing")),
        frozenset(("长安街", "G6")),
        frozenset(("Wangfujing", "G6")),
    }


def test_houses_places_and_parts_of_the_city_are_taken(tmp_path: Path) -> None:
    records = osm.read_osm(an_extract(tmp_path))
    assert [(house.number, house.postcode) for house in records.houses] == [(12, "100006"), (14, "100006")]
    assert records.left_out == {"houses without a street or a number": 1}
    assert [(place.name, place.kind) for place in records.common_places] == [
        (Name("Union Hospital", "协和医院"), "hospital")
    ]
    (part,) = records.neighbourhoods
    assert (part.name.en, len(part.rings[0])) == ("Dongcheng", 5)


def test_a_city_of_openstreetmap_answers_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "g.sqlite"
    build_gazetteer(osm.read_osm(an_extract(tmp_path)), CityNamed(Name("Beijing", "北京")), path)
    gazetteer = Gazetteer.load(path)
    for typed in ("长安街12号", "12 chang'an avenue", "王府井大街与长安街", "xiehe yiyuan", "union hospital"):
        assert isinstance(gazetteer.verify(typed), Verified), typed
    assert gazetteer.suggest("协和")[0].distinguishes.en == "Dongcheng"
    assert isinstance(gazetteer.verify("bench"), Unknown)


def test_sides_are_joined_into_rings_whichever_way_they_run() -> None:
    a, b, c, d = (Place(0, 0), Place(0, 1), Place(1, 1), Place(1, 0))
    (ring,) = osm.rings_of([(a, b), (c, b), (c, d), (a, d)])
    assert ring[0] == ring[-1]
    assert set(ring) == {a, b, c, d}
    assert osm.rings_of([(a, b), (b, c)]) == ()


@pytest.mark.parametrize("content", [b"no map at all", b"<osm><node id='x'/>"])
def test_what_is_no_extract_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "city.osm"
    path.write_bytes(content)
    with pytest.raises(Malformed, match=r"city\.osm: not an OpenStreetMap extract"):
        osm.read_osm(path)


def test_a_missing_extract_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="download an extract"):
        osm.read_osm(tmp_path / "none.osm.pbf")
