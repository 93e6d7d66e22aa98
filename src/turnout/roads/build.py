"""A road graph from an OpenStreetMap file (.osm, .osm.pbf). Wants the optional extra `build`.

Junctions are nodes that two ways share, ends of ways, and barriers. Turn restrictions over a single node are taken by
splitting junctions (arcs.py); those over a way, conditional ones and those for other vehicles are counted and left.
What lies outside the largest strongly connected part is dropped and counted: from there no crew could ever be sent.
"""

import dataclasses
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

from turnout.roads.arcs import Arcs, Turn, split_arcs
from turnout.roads.graph import ROAD_CLASSES, Flags, Floats, Ints, Origin, RoadGraph, fault_in
from turnout.roads.mending import joined
from turnout.roads.ways import TurnRule, WayRule, bars_vehicles, directions_of, is_on_ground, turn_rule, way_rule
from turnout.words.name import Name
from turnout.words.place import EARTH_RADIUS_M
from turnout.words.trouble import Malformed

SHORTEST_EDGE_M = 0.1
"""Two junctions at one point still take a moment to pass; a length of nothing would hide the order of a way."""
_CURE = "take an extract of the city from OpenStreetMap, or municipal streets in its format"


@dataclasses.dataclass(frozen=True)
class _Way:
    id: int
    nodes: tuple[int, ...]
    rule: WayRule
    on_ground: bool


@dataclasses.dataclass(frozen=True)
class _Restriction:
    from_ways: tuple[int, ...]
    via: int
    to_ways: tuple[int, ...]
    only: bool


@dataclasses.dataclass
class _Reading:
    """What the file says, as it is read."""

    ways: list[_Way] = dataclasses.field(default_factory=list)
    places: dict[int, tuple[float, float]] = dataclasses.field(default_factory=dict)
    barriers: set[int] = dataclasses.field(default_factory=set)
    restrictions: list[_Restriction] = dataclasses.field(default_factory=list)
    ways_left: Counter[str] = dataclasses.field(default_factory=Counter)
    restrictions_left: Counter[str] = dataclasses.field(default_factory=Counter)
    junctions_joined: int = 0


@dataclasses.dataclass(frozen=True, eq=False)
class _Edges:
    """Directed edges over numbered junctions, before anything is dropped. `pieces` are the polylines' OSM nodes."""

    junctions: list[int]
    pieces: list[tuple[int, ...]]
    begin: Ints
    end: Ints
    piece: Ints
    backward: Flags
    way: list[_Way]


def build_roads(osm_file: Path, source: str = "") -> RoadGraph:
    """The road graph of an OpenStreetMap file; `graph.origin` tells what was left out.

    `source` is the attribution that goes with the graph. Raises Malformed when the file cannot be read or has no roads.
    """
    try:
        reading = _read(osm_file)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as trouble:
        raise Malformed(str(trouble), str(osm_file), _CURE) from trouble
    if not reading.ways:
        raise Malformed("there are no roads in it", str(osm_file), _CURE)
    edges = _mend(reading, _cut(reading))
    turns, taken = _forbidden_turns(reading, edges)
    arcs = split_arcs(len(edges.junctions), edges.begin, edges.end, _twins(edges.piece, edges.backward), turns)
    return _assemble(reading, edges, arcs, taken, source or osm_file.name)


def _read(osm_file: Path) -> _Reading:
    reading = _Reading()
    wanted = osmium.filter.KeyFilter("highway", "barrier", "restriction", "restriction:conditional")
    for item in osmium.FileProcessor(str(osm_file)).with_locations().with_filter(wanted):
        if isinstance(item, osmium.osm.Changeset):
            continue
        tags = {tag.k: tag.v for tag in item.tags}
        if isinstance(item, osmium.osm.Node):
            if bars_vehicles(tags):
                reading.barriers.add(item.id)
        elif isinstance(item, osmium.osm.Way) and "highway" in tags:
            _read_way(reading, item, tags)
        elif isinstance(item, osmium.osm.Relation) and tags.get("type") == "restriction":
            members = [(member.type, member.ref, member.role) for member in item.members]
            _read_restriction(reading, members, tags)
    return reading


def _read_way(reading: _Reading, item: osmium.osm.Way, tags: dict[str, str]) -> None:
    """Take a way if a crew may drive it; where it leaves the file's area and comes back, it is several."""
    rule = way_rule(tags)
    if isinstance(rule, str):
        reading.ways_left[rule] += 1
        return
    runs: list[list[int]] = [[]]
    for node in item.nodes:
        if not node.location.valid():
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != node.ref:
            runs[-1].append(node.ref)
            reading.places[node.ref] = (node.location.lat, node.location.lon)
    inside = [_Way(item.id, tuple(run), rule, is_on_ground(tags)) for run in runs if len(run) > 1]
    reading.ways.extend(inside)
    if not inside:
        reading.ways_left["outside the file"] += 1


def _read_restriction(reading: _Reading, members: list[tuple[str, int, str]], tags: dict[str, str]) -> None:
    rule = turn_rule(tags)
    if not isinstance(rule, TurnRule):
        reading.restrictions_left[rule] += 1
        return
    via = [(kind, ref) for kind, ref, role in members if role == "via"]
    from_ways = tuple(ref for kind, ref, role in members if role == "from" and kind == "w")
    to_ways = tuple(ref for kind, ref, role in members if role == "to" and kind == "w")
    if [kind for kind, _ in via] != ["n"]:
        reading.restrictions_left["over a way" if any(kind == "w" for kind, _ in via) else "incomplete"] += 1
    elif not from_ways or not to_ways:
        reading.restrictions_left["incomplete"] += 1
    else:
        reading.restrictions.append(_Restriction(from_ways, via[0][1], to_ways, rule.only))


def _cut(reading: _Reading) -> _Edges:
    """Cut the ways at their junctions."""
    uses: Counter[int] = Counter(node for way in reading.ways for node in way.nodes)
    ends = {node for way in reading.ways for node in (way.nodes[0], way.nodes[-1])}
    number: dict[int, int] = {}
    junctions: list[int] = []
    pieces: list[tuple[int, ...]] = []
    rows: list[tuple[int, int, int, bool, _Way]] = []

    def junction(node: int) -> int:
        if node in reading.barriers or node not in number:
            number[node] = len(junctions)
            junctions.append(node)
        return number[node]

    for way in reading.ways:
        ahead, back = directions_of(way.rule.direction)
        cuts = [0]
        for index in range(1, len(way.nodes)):
            node = way.nodes[index]
            if index == len(way.nodes) - 1 or uses[node] > 1 or node in ends or node in reading.barriers:
                cuts.append(index)
        for first, last in pairwise(cuts):
            begin, end = junction(way.nodes[first]), junction(way.nodes[last])
            piece = len(pieces)
            pieces.append(way.nodes[first : last + 1])
            if ahead:
                rows.append((begin, end, piece, False, way))
            if back:
                rows.append((end, begin, piece, True, way))
    return _Edges(
        junctions=junctions,
        pieces=pieces,
        begin=np.array([row[0] for row in rows], dtype=np.int32),
        end=np.array([row[1] for row in rows], dtype=np.int32),
        piece=np.array([row[2] for row in rows], dtype=np.int32),
        backward=np.array([row[3] for row in rows], dtype=np.bool_),
        way=[row[4] for row in rows],
    )


def _mend(reading: _Reading, edges: _Edges) -> _Edges:
    """Join parts that end a step short of the rest. A junction keeps its own OSM node."""
    at = np.array([reading.places[node] for node in edges.junctions])
    on_ground = np.array([node not in reading.barriers for node in edges.junctions])
    for edge, way in enumerate(edges.way):
        if not way.on_ground:
            on_ground[[edges.begin[edge], edges.end[edge]]] = False
    becomes = joined(at[:, 0], at[:, 1], edges.begin, edges.end, on_ground)
    reading.junctions_joined = int(np.count_nonzero(becomes != np.arange(len(becomes))))
    return dataclasses.replace(edges, begin=becomes[edges.begin], end=becomes[edges.end])


def _forbidden_turns(reading: _Reading, edges: _Edges) -> tuple[list[Turn], int]:
    """The turns that the restrictions forbid, and how many restrictions could be taken."""
    into: dict[tuple[int, int], list[int]] = {}
    out: dict[tuple[int, int], list[int]] = {}
    leaving: dict[int, list[int]] = {}
    for edge, way in enumerate(edges.way):
        begin, end = int(edges.begin[edge]), int(edges.end[edge])
        into.setdefault((edges.junctions[end], way.id), []).append(edge)
        out.setdefault((edges.junctions[begin], way.id), []).append(edge)
        leaving.setdefault(begin, []).append(edge)
    turns: set[Turn] = set()
    taken = 0
    for restriction in reading.restrictions:
        froms = [edge for way in restriction.from_ways for edge in into.get((restriction.via, way), [])]
        tos = {edge for way in restriction.to_ways for edge in out.get((restriction.via, way), [])}
        if not froms or not tos:
            reading.restrictions_left["no such turn"] += 1
            continue
        taken += 1
        for edge in froms:
            onward = set(leaving[int(edges.end[edge])])
            turns |= {(edge, barred) for barred in (onward - tos if restriction.only else onward & tos)}
    return sorted(turns), taken


def _assemble(reading: _Reading, edges: _Edges, arcs: Arcs, restrictions_taken: int, source: str) -> RoadGraph:
    """The graph of what is strongly connected, renumbered."""
    kept_edge, kept_node, kept_arc = _connected(arcs, len(edges.begin))
    if not kept_edge.any():
        raise Malformed("no two places in it reach each other", source, _CURE)
    places = [np.array([reading.places[node] for node in piece]) for piece in edges.pieces]
    length_m = np.array([max(_length_m(points), SHORTEST_EDGE_M) for points in places])[edges.piece]
    chosen = _positions(kept_edge)
    junctions = np.unique(np.concatenate([edges.begin[chosen], edges.end[chosen]]))
    shapes = np.unique(edges.piece[chosen])
    streets, street_of_way = _streets([edges.way[edge] for edge in chosen.tolist()])
    junction_at = np.array([reading.places[edges.junctions[junction]] for junction in junctions.tolist()])
    shape_points = np.concatenate([places[shape] for shape in shapes.tolist()])
    ways = [edges.way[edge] for edge in chosen.tolist()]
    back = edges.backward[chosen]
    rules = [way.rule for way in ways]
    graph = RoadGraph(
        junction_lat=junction_at[:, 0].copy(),
        junction_lon=junction_at[:, 1].copy(),
        edge_from=_renumber(junctions, edges.begin[chosen]),
        edge_to=_renumber(junctions, edges.end[chosen]),
        edge_length_m=length_m[chosen],
        edge_speed_kmh=np.where(back, [rule.back_kmh for rule in rules], [rule.ahead_kmh for rule in rules]),
        edge_posted=np.where(back, [rule.back_posted for rule in rules], [rule.ahead_posted for rule in rules]),
        edge_class=np.array([ROAD_CLASSES.index(rule.road_class) for rule in rules], dtype=np.uint8),
        edge_street=np.array([street_of_way[way.id] for way in ways], dtype=np.int32),
        edge_way=np.array([way.id for way in ways], dtype=np.int64),
        edge_twin=_twins(edges.piece[chosen], back),
        edge_shape=_renumber(shapes, edges.piece[chosen]),
        edge_backward=back,
        shape_start=np.cumsum([0, *(len(places[shape]) for shape in shapes.tolist())]).astype(np.int32),
        shape_lat=shape_points[:, 0].copy(),
        shape_lon=shape_points[:, 1].copy(),
        streets=streets,
        arcs=_kept_arcs(arcs, kept_node, kept_arc, chosen, junctions),
        origin=_origin(reading, restrictions_taken, length_m[~kept_edge], source),
    )
    assert not (fault := fault_in(graph)), fault
    return graph


def _origin(reading: _Reading, restrictions_taken: int, dropped_m: Floats, source: str) -> Origin:
    return Origin(
        source=source,
        ways_taken=len(reading.ways),
        ways_left=dict(sorted(reading.ways_left.items())),
        junctions_joined=reading.junctions_joined,
        edges_dropped=len(dropped_m),
        dropped_km=round(float(dropped_m.sum()) / 1000.0, 3),
        restrictions_taken=restrictions_taken,
        restrictions_left=dict(sorted(reading.restrictions_left.items())),
    )


def _connected(arcs: Arcs, edge_count: int) -> tuple[Flags, Flags, Flags]:
    """The edges of the largest part in which every place reaches every other, and the nodes and arcs that they need.

    A crew may stand on an edge that others only enter after a forbidden turn, so the node at which the edge arrives
    is kept even when no arc leads there: it reaches the part all the same.
    """
    shape = (arcs.node_count, arcs.node_count)
    matrix = csr_matrix((np.ones(len(arcs.tail), dtype=np.int8), (arcs.tail, arcs.head)), shape=shape)
    _, part = connected_components(matrix, directed=True, connection="strong")
    inside = part == np.bincount(part).argmax()
    kept_edge = np.zeros(edge_count, dtype=np.bool_)
    kept_edge[arcs.edge[inside[arcs.tail] & inside[arcs.head]]] = True
    reaches = np.zeros(arcs.node_count, dtype=np.bool_)
    reaches[breadth_first_order(matrix.T.tocsr(), int(inside.argmax()), return_predecessors=False)] = True
    kept_arc = kept_edge[arcs.edge] & reaches[arcs.tail] & reaches[arcs.head]
    kept_node = np.zeros(arcs.node_count, dtype=np.bool_)
    kept_node[arcs.tail[kept_arc]] = True
    return kept_edge, kept_node, kept_arc


def _kept_arcs(arcs: Arcs, kept_node: Flags, kept_arc: Flags, edges: Ints, junctions: Ints) -> Arcs:
    nodes = _positions(kept_node)
    return Arcs(
        node_junction=_renumber(junctions, arcs.node_junction[nodes]),
        tail=_renumber(nodes, arcs.tail[kept_arc]),
        head=_renumber(nodes, arcs.head[kept_arc]),
        edge=_renumber(edges, arcs.edge[kept_arc]),
        edge_head=_renumber(nodes, arcs.edge_head[edges]),
    )


def _positions(kept: Flags) -> Ints:
    return np.flatnonzero(kept).astype(np.int32)


def _renumber(kept: Ints, numbers: Ints) -> Ints:
    """The positions of these numbers in the ascending list of those kept."""
    positions = np.minimum(np.searchsorted(kept, numbers), len(kept) - 1).astype(np.int32)
    assert np.array_equal(kept[positions], numbers), "something that was dropped is still pointed at"
    return positions


def _twins(piece: Ints, backward: Flags) -> Ints:
    count = int(piece.max()) + 1
    of_piece = np.full((2, count), -1, dtype=np.int32)
    of_piece[backward.astype(np.int64), piece] = np.arange(len(piece), dtype=np.int32)
    twins: Ints = of_piece[1 - backward.astype(np.int64), piece]
    return twins


def _streets(ways: list[_Way]) -> tuple[tuple[Name, ...], dict[int, int]]:
    """The distinct names, the empty one first, and each way's position among them."""
    names: dict[Name, int] = {Name("", ""): 0}
    return_of = {way.id: names.setdefault(way.rule.name, len(names)) for way in ways}
    return tuple(names), return_of


def _length_m(points: Floats) -> float:
    """The haversine length of a polyline of (lat, lon) rows."""
    lat, lon = np.radians(points[:, 0]), np.radians(points[:, 1])
    h = np.sin(np.diff(lat) / 2.0) ** 2 + np.cos(lat[:-1]) * np.cos(lat[1:]) * np.sin(np.diff(lon) / 2.0) ** 2
    return float((2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(h, 1.0)))).sum())
