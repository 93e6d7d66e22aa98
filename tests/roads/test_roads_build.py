"""Road graphs from OpenStreetMap files."""

from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest

from turnout.roads import RoadGraph, Roads, Spot
from turnout.roads.graph import fault_in
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.trouble import Malformed

build = pytest.importorskip("turnout.roads.build", reason="wants the optional extra `build`")

CROSS = {1: (0, 0), 2: (0, 100), 3: (100, 0), 4: (0, -100), 5: (-100, 0)}
"""A crossing at node 1, arms north (2), east (3), south (4) and west (5), metres east and north."""


class OsmFile:
    """An OpenStreetMap file as a test writes it."""

    def __init__(self, path: Path, draw: Any) -> None:
        self.path, self._draw = path, draw
        self._nodes: list[str] = []
        self._ways: list[str] = []
        self._relations: list[str] = []

    def nodes(self, nodes: dict[int, tuple[float, float]], **tags: str) -> "OsmFile":
        for number, at in nodes.items():
            place = self._draw.place(*at)
            self._nodes.append(f'<node id="{number}" lat="{place.lat:.7f}" lon="{place.lon:.7f}">{_tags(tags)}</node>')
        return self

    def way(self, number: int, nodes: list[int], highway: str = "residential", **tags: str) -> "OsmFile":
        refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
        self._ways.append(f'<way id="{number}">{refs}{_tags({"highway": highway} | tags)}</way>')
        return self

    def restriction(self, kind: str, into: int, via: tuple[str, int], out: int, **tags: str) -> "OsmFile":
        members = [("way", into, "from"), (*via, "via"), ("way", out, "to")]
        lines = "".join(f'<member type="{what}" ref="{ref}" role="{role}"/>' for what, ref, role in members)
        number = len(self._relations) + 1
        self._relations.append(
            f'<relation id="{number}">{lines}{_tags({"type": "restriction", "restriction": kind} | tags)}</relation>'
        )
        return self

    def build(self) -> RoadGraph:
        body = "\n".join(self._nodes + self._ways + self._relations)
        self.path.write_text(f'<osm version="0.6">\n{body}\n</osm>', encoding="utf-8")
        graph = build.build_roads(self.path)
        assert isinstance(graph, RoadGraph)
        assert not fault_in(graph)
        return graph


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key.replace('__', ':'))} v={quoteattr(value)}/>" for key, value in tags.items())


@pytest.fixture
def osm(tmp_path: Path, draw: Any) -> OsmFile:
    return OsmFile(tmp_path / "city.osm", draw)


def edge(graph: RoadGraph, way: int, east_m: float = 0.0, north_m: float = 0.0) -> int:
    """The edge of a way that heads that way on the plane."""
    for found in np.flatnonzero(graph.edge_way == way).tolist():
        lat, lon = graph.shape_of(found)
        if (lat[-1] - lat[0]) * north_m + (lon[-1] - lon[0]) * east_m > 0.0:
            return int(found)
    raise AssertionError(f"way {way} has no such edge")


def route_ways(graph: RoadGraph, source: int, target: int) -> list[int]:
    """The ways driven from the beginning of one edge to the end of another, each in its own direction."""
    route = Roads(graph).route(Spot(source, 0.0, 0.0, False), Spot(target, 1.0, 0.0, False), Moment(0))
    return [] if route is None else graph.edge_way[list(route.edges)].tolist()


def a_crossing(osm: OsmFile) -> OsmFile:
    """Four two-way streets that meet at node 1; way 12 goes to the north, 13 east, 14 south, 15 west."""
    osm.nodes(CROSS)
    for node in (2, 3, 4, 5):
        osm.way(10 + node, [1, node], name=f"Arm {node}", maxspeed="36")
    return osm


def test_a_way_is_cut_where_another_meets_it(osm: OsmFile) -> None:
    osm.nodes(CROSS).way(1, [2, 1, 4], name="Long St").way(2, [1, 3])
    graph = osm.build()
    assert (graph.junction_count, graph.edge_count) == (4, 6)
    assert graph.edge_length_m == pytest.approx(np.full(6, 100.0), rel=1e-3)
    assert Name("Long St", "Long St") in graph.streets


def test_points_between_junctions_are_kept_as_shape(osm: OsmFile) -> None:
    osm.nodes({1: (0, 0), 2: (50, 50), 3: (100, 0)}).way(1, [1, 2, 3])
    graph = osm.build()
    assert graph.edge_count == 2
    assert len(graph.shape_of(0)[0]) == 3
    assert graph.edge_length_m[0] == pytest.approx(2 * 50 * 2**0.5, rel=1e-3)


def test_posted_speeds_and_class_speeds_are_told_apart(osm: OsmFile) -> None:
    osm.nodes(CROSS).way(1, [1, 2], maxspeed="25 mph").way(2, [1, 3])
    graph = osm.build()
    assert graph.edge_posted[edge(graph, 1, north_m=1)]
    assert not graph.edge_posted[edge(graph, 2, east_m=1)]


def test_a_one_way_street_has_no_twin_and_minus_one_runs_backwards(osm: OsmFile) -> None:
    osm.nodes({1: (0, 0), 2: (0, 100), 3: (100, 100)})
    osm.way(1, [1, 2], oneway="yes").way(2, [3, 2], oneway="-1").way(3, [3, 1])
    graph = osm.build()
    assert graph.edge_count == 4
    assert graph.is_one_way(edge(graph, 1, north_m=1))
    assert graph.is_one_way(edge(graph, 2, east_m=1))
    with pytest.raises(AssertionError):
        edge(graph, 2, east_m=-1)


def test_an_isle_and_a_street_of_no_return_are_dropped_and_counted(osm: OsmFile) -> None:
    osm.nodes(CROSS | {8: (500, 500), 9: (500, 600)})
    osm.way(1, [1, 2]).way(2, [1, 3]).way(3, [1, 4], oneway="yes").way(9, [8, 9])
    graph = osm.build()
    assert set(graph.edge_way.tolist()) == {1, 2}
    assert graph.origin.edges_dropped == 3
    assert graph.origin.dropped_km == pytest.approx(0.3, abs=0.001)


def test_ways_that_are_not_driven_are_counted_by_reason(osm: OsmFile) -> None:
    osm.nodes(CROSS).way(1, [1, 2]).way(2, [1, 3], "footway").way(3, [1, 4], access="no")
    origin = osm.build().origin
    assert origin.ways_taken == 1
    assert origin.ways_left == {"no access": 1, "not a road": 1}


def test_a_bollard_cuts_a_street_in_two(osm: OsmFile, draw: Any) -> None:
    osm.nodes({1: (0, 0), 3: (200, 0), 4: (100, 100)}).nodes({2: (100, 0)}, barrier="bollard")
    osm.way(1, [1, 2, 3]).way(2, [1, 4, 3])
    roads = Roads(osm.build())
    before, behind = roads.snap(draw.place(90, 0)), roads.snap(draw.place(110, 0))
    assert before is not None
    assert behind is not None
    route = roads.route(before, behind, Moment(0))
    assert route is not None
    assert route.length_m == pytest.approx(90 + 2 * 100 * 2**0.5 + 90, rel=1e-3)


def test_a_way_that_leaves_the_file_and_returns_is_not_bridged(osm: OsmFile) -> None:
    osm.nodes({1: (0, 0), 2: (0, 100), 3: (300, 100), 4: (300, 0)})
    osm.way(1, [1, 2, 99, 3, 4]).way(2, [1, 4])
    graph = osm.build()
    assert graph.edge_length_m.max() == pytest.approx(300.0, rel=1e-3)
    assert np.count_nonzero(graph.edge_way == 1) == 4


def two_streets_a_step_apart(osm: OsmFile) -> OsmFile:
    """High St (1), and Stray St (2), whose middle junction lies two metres beside High St's."""
    osm.nodes({1: (0, 0), 2: (100, 0), 3: (200, 0), 11: (100, 100), 12: (101, 1.7), 13: (100, -100)})
    return osm.way(1, [1, 2], name="High St").way(3, [2, 3], name="High St")


def test_a_stray_street_is_joined_to_the_crossing_beside_it(osm: OsmFile) -> None:
    graph = two_streets_a_step_apart(osm).way(2, [11, 12]).way(4, [12, 13]).build()
    assert (graph.origin.junctions_joined, graph.origin.edges_dropped) == (1, 0)
    assert route_ways(graph, edge(graph, 1, east_m=1), edge(graph, 4, north_m=-1)) == [1, 4]


def test_a_bridge_is_not_joined_to_the_street_below(osm: OsmFile) -> None:
    graph = two_streets_a_step_apart(osm).way(2, [11, 12], bridge="yes").way(4, [12, 13], layer="1").build()
    assert (graph.origin.junctions_joined, graph.origin.edges_dropped) == (0, 4)


def test_dead_ends_of_connected_streets_are_not_joined(osm: OsmFile) -> None:
    two_streets_a_step_apart(osm).way(2, [11, 12]).way(5, [11, 1])
    assert osm.build().origin.junctions_joined == 0


def test_a_barrier_s_two_sides_are_not_joined_again(osm: OsmFile) -> None:
    osm.nodes({1: (0, 0), 3: (200, 0)}).nodes({2: (100, 0)}, barrier="block").way(1, [1, 2, 3])
    graph = osm.build()
    assert (graph.origin.junctions_joined, graph.edge_count) == (0, 2)


def test_without_a_restriction_the_turn_is_taken(osm: OsmFile) -> None:
    graph = a_crossing(osm).build()
    assert route_ways(graph, edge(graph, 14, north_m=1), edge(graph, 15, east_m=-1)) == [14, 15]


def test_a_forbidden_turn_is_not_taken_and_others_are(osm: OsmFile) -> None:
    graph = a_crossing(osm).restriction("no_left_turn", 14, ("node", 1), 15).build()
    northward = edge(graph, 14, north_m=1)
    assert (14, 15) not in set(pairwise(route_ways(graph, northward, edge(graph, 15, east_m=-1))))
    assert route_ways(graph, northward, edge(graph, 13, east_m=1)) == [14, 13]
    assert route_ways(graph, edge(graph, 13, east_m=-1), edge(graph, 15, east_m=-1)) == [13, 15]
    assert graph.origin.restrictions_taken == 1


def test_a_forbidden_turn_is_not_dodged_by_turning_back_at_the_next_crossing(osm: OsmFile) -> None:
    osm.nodes({6: (0, 101), 7: (101, 0)}).way(16, [2, 6], "service").way(17, [3, 7], "service")
    graph = a_crossing(osm).restriction("no_left_turn", 14, ("node", 1), 15).build()
    ways = route_ways(graph, edge(graph, 14, north_m=1), edge(graph, 15, east_m=-1))
    assert ways in ([14, 12, 16, 16, 12, 15], [14, 13, 17, 17, 13, 15])


def test_at_a_dead_end_a_crew_turns_back_even_so(osm: OsmFile) -> None:
    graph = a_crossing(osm).restriction("no_left_turn", 14, ("node", 1), 15).build()
    ways = route_ways(graph, edge(graph, 14, north_m=1), edge(graph, 15, east_m=-1))
    assert ways in ([14, 12, 12, 15], [14, 13, 13, 15])


def test_only_one_turn_allowed_forbids_the_others(osm: OsmFile) -> None:
    graph = a_crossing(osm).restriction("only_straight_on", 14, ("node", 1), 12).build()
    northward = edge(graph, 14, north_m=1)
    assert route_ways(graph, northward, edge(graph, 12, north_m=1)) == [14, 12]
    assert route_ways(graph, northward, edge(graph, 13, east_m=1)) == [14, 12, 12, 13]


def test_a_unit_may_stand_on_an_edge_that_others_enter_only_after_a_forbidden_turn(osm: OsmFile) -> None:
    osm.nodes({6: (0, 200)}).way(16, [2, 6], maxspeed="36")
    a_crossing(osm).restriction("no_u_turn", 12, ("node", 2), 12).restriction("no_u_turn", 16, ("node", 2), 16)
    graph = osm.restriction("no_left_turn", 12, ("node", 1), 13).build()
    southward = edge(graph, 12, north_m=-1)
    assert route_ways(graph, southward, edge(graph, 14, north_m=-1)) == [12, 14]
    assert (12, 13) not in set(pairwise(route_ways(graph, southward, edge(graph, 13, east_m=1))))


@pytest.mark.parametrize(
    ("via", "tags", "reason"),
    [
        (("way", 12), {}, "over a way"),
        (("node", 1), {"except": "emergency"}, "emergency vehicles exempt"),
        (("node", 4), {}, "no such turn"),
    ],
)
def test_a_restriction_that_is_not_taken_is_counted(
    osm: OsmFile, via: tuple[str, int], tags: dict[str, str], reason: str
) -> None:
    graph = a_crossing(osm).restriction("no_left_turn", 14, via, 15, **tags).build()
    assert graph.origin.restrictions_left == {reason: 1}
    assert graph.origin.restrictions_taken == 0


def test_a_restriction_survives_saving(osm: OsmFile, tmp_path: Path) -> None:
    graph = a_crossing(osm).restriction("only_straight_on", 14, ("node", 1), 12).build()
    graph.save(tmp_path / "roads.npz")
    loaded = RoadGraph.load(tmp_path / "roads.npz")
    assert route_ways(loaded, edge(loaded, 14, north_m=1), edge(loaded, 13, east_m=1)) == [14, 12, 12, 13]


@pytest.mark.parametrize("raw", [b"", b"<osm", b"no osm at all", b"<osm version='0.6'></osm>"])
def test_a_file_without_roads_is_malformed(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "city.osm").write_bytes(raw)
    with pytest.raises(Malformed, match="take an extract"):
        build.build_roads(tmp_path / "city.osm")


def test_a_missing_file_is_malformed_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        build.build_roads(tmp_path / "nowhere.osm.pbf")


def test_roads_that_do_not_reach_each_other_are_malformed(osm: OsmFile) -> None:
    osm.nodes({1: (0, 0), 2: (0, 100)}).way(1, [1, 2], oneway="yes")
    with pytest.raises(Malformed, match="no two places"):
        osm.build()
