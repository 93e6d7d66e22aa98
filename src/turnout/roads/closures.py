"""Which edges a closure or a slowdown covers, when a person draws it, points at it or names it."""

from collections.abc import Sequence

import msgspec
import numpy as np
import shapely

from turnout.roads.graph import Ints, RoadGraph
from turnout.roads.ground import Ground
from turnout.words.place import Place
from turnout.words.trouble import Malformed

LINE_WIDTH_M = 12.0
"""A line drawn this close to a road's middle means that road: half a wide street, or a careful hand."""
OVERLAP_M = 50.0
"""A line that runs along a road for this far, or for half of a shorter one, closes it; a mere touch at a crossing
does not."""
BARRIER_CLEAR_M = 15.0
"""A line drawn across a road bars it where the cut is at least so far from both crossings."""
RADIUS_MAX_M = 20_000.0
"""A circle larger than a city is a slip of the pen."""
POINTS_MAX = 10_000
"""More points than any drawn line or traffic feed has."""


class AlongLine(msgspec.Struct, frozen=True, tag="along_line"):
    """The roads that a drawn line runs along, and those that it bars by running across."""

    line: tuple[Place, ...]


class AroundPlace(msgspec.Struct, frozen=True, tag="around_place"):
    """Every road that comes within a radius of a place."""

    place: Place
    radius_m: float


class StreetBetween(msgspec.Struct, frozen=True, tag="street_between"):
    """A street between two others that it crosses, by their names."""

    street: str
    from_street: str
    to_street: str


Extent = AlongLine | AroundPlace | StreetBetween


def edges_covered(ground: Ground, extent: Extent) -> Ints:
    """The edges, in both directions, that an extent covers; perhaps none. Raises Malformed when it makes no sense."""
    match extent:
        case AlongLine(line=line):
            return _edges_along(ground, line)
        case AroundPlace(place=place, radius_m=radius_m):
            return _edges_around(ground, place, radius_m)
        case StreetBetween():
            return _edges_between(ground.graph, extent)


def _edges_around(ground: Ground, place: Place, radius_m: float) -> Ints:
    if not (place.is_on_earth() and 0.0 < radius_m <= RADIUS_MAX_M):
        raise Malformed(f"no circle of {radius_m} m about {place.lat}, {place.lon}", "closure")
    x, y = ground.plane(np.array([place.lat]), np.array([place.lon]))
    return ground.edges_of_shapes(ground.shapes_near(shapely.Point(x[0], y[0]), radius_m))


def _edges_along(ground: Ground, line: Sequence[Place]) -> Ints:
    if not 2 <= len(line) <= POINTS_MAX or not all(place.is_on_earth() for place in line):
        raise Malformed(f"a line wants 2 to {POINTS_MAX} places on earth, not {len(line)}", "closure")
    x, y = ground.plane(np.array([place.lat for place in line]), np.array([place.lon for place in line]))
    drawn = shapely.LineString(np.stack([x, y], -1))
    band = shapely.buffer(drawn, LINE_WIDTH_M, cap_style="flat")
    near = ground.shapes_near(drawn, LINE_WIDTH_M)
    covered = [shape for shape in near.tolist() if _covers(drawn, band, ground.line_of_shape(shape))]
    return ground.edges_of_shapes(np.array(covered, dtype=np.int64))


def _covers(drawn: shapely.LineString, band: shapely.Polygon, road: shapely.LineString) -> bool:
    overlap_m = shapely.length(shapely.intersection(band, road))
    if overlap_m >= min(OVERLAP_M, road.length / 2.0):
        return True
    cuts = shapely.get_coordinates(shapely.intersection(drawn, road))
    along = [shapely.line_locate_point(road, shapely.Point(cut)) for cut in cuts]
    return any(BARRIER_CLEAR_M <= metres <= road.length - BARRIER_CLEAR_M for metres in along)


def _edges_between(graph: RoadGraph, extent: StreetBetween) -> Ints:
    """Walk along the street, breadth first, from the one crossing to the other."""
    on_street = _edges_named(graph, extent.street)
    begin = _crossings(graph, on_street, extent.from_street)
    end = _crossings(graph, on_street, extent.to_street)
    onward: dict[int, list[int]] = {}
    for edge in on_street.tolist():
        onward.setdefault(int(graph.edge_from[edge]), []).append(edge)
        onward.setdefault(int(graph.edge_to[edge]), []).append(edge)
    came_by: dict[int, tuple[int, int]] = dict.fromkeys(begin, (-1, -1))
    wave = list(begin)
    while wave and not (reached := [junction for junction in wave if junction in end]):
        following = []
        for junction in wave:
            for edge in onward.get(junction, []):
                other = int(graph.edge_to[edge] + graph.edge_from[edge] - junction)
                if other not in came_by:
                    came_by[other] = (junction, edge)
                    following.append(other)
        wave = following
    if not wave:
        return np.empty(0, dtype=np.int32)
    covered: set[int] = set()
    junction = reached[0]
    while (step := came_by[junction])[1] >= 0:
        covered |= {edge for edge in (step[1], int(graph.edge_twin[step[1]])) if edge >= 0}
        junction = step[0]
    return np.array(sorted(covered), dtype=np.int32)


def _edges_named(graph: RoadGraph, street: str) -> Ints:
    wanted = street.casefold().strip()
    names = [
        index
        for index, name in enumerate(graph.streets)
        if wanted and wanted in (name.en.casefold(), name.zh.casefold())
    ]
    if not names:
        raise Malformed(f"no street is called {street!r}", "closure", "take the name as the map shows it")
    return np.flatnonzero(np.isin(graph.edge_street, names)).astype(np.int32)


def _crossings(graph: RoadGraph, on_street: Ints, other: str) -> set[int]:
    """The junctions that a street shares with another."""
    there = _edges_named(graph, other)
    ours = np.concatenate([graph.edge_from[on_street], graph.edge_to[on_street]])
    theirs = np.concatenate([graph.edge_from[there], graph.edge_to[there]])
    shared = np.intersect1d(ours, theirs)
    if not len(shared):
        raise Malformed(f"the street does not cross {other!r}", "closure", "name a street that it crosses")
    return {int(junction) for junction in shared}
