"""Maps that are broken, huge or strange: read, or refused by name, and never half."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.osm.maps import ARMS, LAMP, Map, a_crossing, turns
from turnout.main import main
from turnout.signals.check import check
from turnout.signals.guard import Guard, rules_of
from turnout.signals.osm import reading
from turnout.signals.osm.build import signals_of
from turnout.signals.osm.junction import ARMS_MAX
from turnout.signals.osm.reading import read_osm
from turnout.signals.osm.streets import Extract, Restriction, Way
from turnout.signals.plans_file import read_plans
from turnout.signals.plans_writing import write_plans
from turnout.words.place import Place
from turnout.words.trouble import BadInput, Malformed, Unsupported

SHARED = Path(__file__).parents[4] / "shared" / "data"
REAL = [
    *(SHARED / "roads" / f"{name}.osm.pbf" for name in ("columbus-oh", "liechtenstein")),
    *(SHARED / "san-francisco" / f"{name}.osm.pbf" for name in ("osm_sf-downtown_2018-01", "osm_sf-north_2020")),
]
"""OpenStreetMap's, under ODbL: read where they lie beside the repository, and shipped nowhere."""


def rules(folder: Path, drawn: Map) -> set[str]:
    return {problem.rule for problem in drawn.read(folder).problems}


def packed(drawn: Map, folder: Path) -> Path:
    """The map as .osm.pbf."""
    (folder / "plain.osm").write_text(drawn.text(), "utf-8")
    path = folder / "map.osm.pbf"
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for item in osmium.FileProcessor(str(folder / "plain.osm")):
            writer.add(item)
    return path


def test_a_packed_map_gives_the_same_as_a_plain_one(tmp_path: Path) -> None:
    drawn, middle, ways = a_crossing()
    drawn.restriction("no_left_turn", ways["west"], middle, ways["north"])
    path = packed(drawn, tmp_path)
    assert signals_of(read_osm(path), "map.osm", "DE").signals == drawn.read(tmp_path).signals


def test_a_packed_map_cut_short_is_refused_or_read_as_far_as_it_is_whole(tmp_path: Path) -> None:
    content = packed(a_crossing()[0], tmp_path).read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    refused: list[BadInput] = []
    for length in range(0, len(content), 7):
        cut.write_bytes(content[:length])
        try:
            signals_of(read_osm(cut), cut.name)
        except BadInput as trouble:
            refused.append(trouble)
    assert {Path(trouble.where).name for trouble in refused} == {"cut.osm.pbf"}
    assert len(refused) > len(content) // 7 * 0.9


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 400,
        b"format = 1",
        b"<osm",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><osm version="0.6"><node id="1" lat="1" lon="&a;"/></osm>',
        b'<osm version="0.6"><node id="x" lat="1" lon="1"/></osm>',
        b'<osm version="0.6"><node id="1" lat="91" lon="nan"><tag k="highway" v="traffic_signals"/></node></osm>',
    ],
)
def test_what_is_no_map_or_has_no_signals_is_refused_with_its_file(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "map.osm"
    path.write_bytes(content)
    assert main(["signals", "from-osm", str(path), "--to", str(tmp_path / "out.toml"), "--language", "en"]) == 1
    assert "map.osm" in capsys.readouterr().err
    assert not (tmp_path / "out.toml").exists()


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.osm", tmp_path):
        with pytest.raises(Malformed, match="no such file"):
            read_osm(path)


def test_nodes_that_the_file_does_not_hold_are_left_out_and_counted(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing()
    drawn.ways.pop()
    drawn.way(777, drawn.node(-80, 0), middle, name="Main Street")
    assert turns(drawn.junction(tmp_path)) == {(side, turn) for side in ARMS for turn in ("left", "through", "right")}
    said = next(problem for problem in drawn.read(tmp_path).problems if problem.rule == "left-out")
    assert "1 nodes that the file does not hold" in said.spoken("en")


def test_ways_of_one_node_or_of_no_length_change_nothing(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing()
    before = drawn.junction(tmp_path)
    drawn.way(middle, name="Nowhere")
    drawn.way(middle, middle, middle, name="Nowhere")
    assert drawn.junction(tmp_path) == before


def test_a_way_between_two_nodes_at_one_place_is_no_trouble(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing()
    drawn.way(middle, drawn.node(0, 0), name="Nowhere")
    (junction,) = drawn.read(tmp_path).signals.junctions
    assert not [each for each in check(drawn.read(tmp_path).signals) if each.severity == "error"]
    assert len(junction.approaches) == 5


@pytest.mark.parametrize("arms", [ARMS_MAX + 1, 40])
def test_a_junction_with_too_many_arms_is_left_out_and_said_and_the_others_stay(tmp_path: Path, arms: int) -> None:
    drawn, _, _ = a_crossing()
    star = drawn.node(900, 0, **LAMP)
    for nth in range(arms):
        drawn.way(star, drawn.node(900 + 100 * (nth - 20) / 20, 60 + nth), name=f"Ray {nth}")
    found = drawn.read(tmp_path)
    assert len(found.signals.junctions) == 1
    (said,) = [problem for problem in found.problems if problem.rule == "many-arms"]
    assert said.spot.part == str(arms)


def test_only_what_lies_around_signals_is_kept(tmp_path: Path) -> None:
    drawn, _, _ = a_crossing()
    before = drawn.read(tmp_path)
    nodes = [drawn.node(5_000 + nth, 0) for nth in range(400)]
    for one, other in pairwise(nodes):
        drawn.way(one, other, name="Far away")
    (tmp_path / "large.osm").write_text(drawn.text(), "utf-8")
    extract = read_osm(tmp_path / "large.osm")
    assert len(extract.places) == 5
    assert len(extract.ways) == 4
    assert drawn.read(tmp_path).signals == before.signals


@pytest.mark.parametrize("limit", ["SIGNALS_MAX", "WAYS_MAX"])
def test_a_map_with_more_than_the_memory_is_for_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(reading, limit, 0)
    with pytest.raises(Unsupported, match="more than 0"):
        a_crossing()[0].read(tmp_path)


def test_names_with_marks_that_end_a_line_stay_names(tmp_path: Path) -> None:
    drawn, middle, _ = a_crossing()
    drawn.ways.pop()
    drawn.way(drawn.node(-100, 0), middle, name='Evil"&#10;[[junction]]&#10;id = "x"')
    signals = drawn.read(tmp_path).signals
    text = write_plans(signals, ["a\nb"], {"n1": ["x\n[[junction]]\u2028y"]})
    assert read_plans(text, "x.toml") == signals
    assert len(signals.junctions) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real extracts are not beside the repository")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_of_a_real_extract_every_junction_is_sound_and_read_back_equal(path: Path) -> None:
    found = signals_of(read_osm(path), path.name, "US")
    assert len(found.signals.junctions) > 15
    assert [each for each in check(found.signals) if each.severity == "error"] == []
    assert read_plans(write_plans(found.signals), "back.toml") == found.signals
    assert all(junction.at is not None and junction.plans[0].id == "proposed" for junction in found.signals.junctions)


TAGS = {
    "highway": ["primary", "residential", "service", "secondary_link", "footway", "motorway"],
    "oneway": ["yes", "-1", "no", "reversible"],
    "lanes": ["1", "2", "3", "40", "x", "0"],
    "name": ["A", "B", ""],
    "turn:lanes": ["left|through", "left||", "reverse", "merge_to_left|through;right"],
    "maxspeed": ["50", "none", "30 mph", "9999"],
    "junction": ["roundabout"],
}
MARKS = [
    LAMP,
    LAMP | {"crossing": "traffic_signals"},
    LAMP | {"traffic_signals:direction": "backward"},
    {"highway": "crossing", "crossing": "traffic_signals"},
]
way_tags = st.fixed_dictionaries(
    {"highway": st.sampled_from(TAGS["highway"])},
    optional={key: st.sampled_from(values) for key, values in TAGS.items() if key != "highway"},
)


@st.composite
def strange_maps(draw: st.DrawFn) -> Extract:
    """Up to 14 nodes on 130 m, any ways between them, any marks."""
    number = draw(st.integers(2, 14))
    grid = st.integers(-6, 6)
    places = {node: Place(50 + draw(grid) * 1e-4, 10 + draw(grid) * 1.5e-4) for node in range(1, number + 1)}
    some = st.lists(st.sampled_from(sorted(places)), min_size=2, max_size=5)
    ways = [Way(100 + nth, tuple(draw(some)), draw(way_tags)) for nth in range(draw(st.integers(1, 9)))]
    whole = [way for way in ways if all(a != b for a, b in pairwise(way.nodes))]
    marked = {node: draw(st.sampled_from(MARKS)) for node in draw(st.sets(st.sampled_from(sorted(places)), min_size=1))}
    numbers = [way.id for way in ways]
    restrictions = [
        Restriction(
            (draw(st.sampled_from(numbers)),), draw(st.sampled_from([0, *places])), (numbers[0],), draw(st.booleans())
        )
    ]
    return Extract(places=places, marked=marked, ways=whole, restrictions=restrictions, left=Counter())


@given(strange_maps(), st.sampled_from(["", "DE", "US", "GB", "CN", "JP"]))
@settings(max_examples=300, deadline=None)
def test_whatever_is_drawn_no_junction_breaks_a_rule_and_the_guard_takes_it(extract: Extract, country: str) -> None:
    found = signals_of(extract, "map.osm", country)
    assert [each for each in check(found.signals) if each.severity == "error"] == []
    assert read_plans(write_plans(found.signals), "back.toml") == found.signals
    for junction in found.signals.junctions:
        Guard(rules_of(junction), 0)
        served = {group for stage in junction.stages for group in stage.groups}
        assert served == {group.id for group in junction.groups}
    for problem in found.problems:
        assert problem.spoken("en")
        assert problem.spoken("zh-CN")
