"""Areas around stations by road: which junctions each station reaches first, drawn as outlines without gaps.

Every junction belongs to the station with the least travel time plus a handicap. The handicaps can be learned from
calls whose station area is known, by the perceptron rule: a cell that loses a call of its own gets a shorter handicap,
the one that took it a longer one; the best round is kept (Gallant's pocket). Outlines are the dissolved Voronoi cells
of the junctions (Okabe et al., *Spatial Tessellations*, network Voronoi diagrams).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import Delaunay, cKDTree
from shapely.geometry.base import BaseGeometry

from turnout.roads.graph import RoadGraph
from turnout.words.place import Place

LEARNING_ROUNDS: Final = 60
LEARNING_STEP_S: Final = 30.0
"""The first round moves the handicap of a station that gets every call wrong by this much; later rounds by less."""
SIMPLIFY_DEG: Final = 0.00006
"""About 6 m: a house's width."""
CRUMB_DEG2: Final = 2e-8
"""About 200 m²: pieces smaller than a plot are no area."""
ENCLAVE_MIN: Final = 8
"""Fewer junctions than this inside somebody else's area are an accident of the street plan."""
ENCLAVE_ROUNDS: Final = 4
PRECISION_DEG: Final = 1e-6
"""As fine as outlines are written; set before writing, so that rounding cannot make a ring cross itself."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Junctions:
    """The junctions of a road graph, with the nearest one to a place."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._east = float(np.cos(np.radians(graph.junction_lat.mean())))
        self._tree = cKDTree(np.column_stack([graph.junction_lat, graph.junction_lon * self._east]))

    def nearest(self, places: Sequence[Place]) -> Ints:
        points = np.array([[place.lat, place.lon * self._east] for place in places]).reshape(-1, 2)
        _, found = self._tree.query(points)
        return np.asarray(found, dtype=np.int64)


def travel_times_s(junctions: Junctions, stations: Sequence[Place]) -> Floats:
    """Seconds at the speed limit from each station (row) to each junction (column)."""
    graph = junctions.graph
    seconds = graph.edge_length_m / (graph.edge_speed_kmh / 3.6)
    order = np.lexsort((-seconds, graph.edge_to, graph.edge_from))
    keys = graph.edge_from[order].astype(np.int64) * graph.junction_count + graph.edge_to[order]
    last = np.flatnonzero(np.append(np.diff(keys) > 0, True))
    chosen = order[last]
    matrix = csr_matrix(
        (seconds[chosen], (graph.edge_from[chosen], graph.edge_to[chosen])), shape=(graph.junction_count,) * 2
    )
    return np.asarray(dijkstra(matrix, indices=junctions.nearest(stations)), dtype=np.float64)


def learn_handicaps_s(times_s: Floats, at: Ints, belongs_to: Ints) -> Floats:
    """A handicap per station, so that calls at junctions `at` fall to the station that they belong to."""
    handicap = np.zeros(len(times_s))
    best, fewest = handicap.copy(), len(at) + 1
    calls = np.maximum(np.bincount(belongs_to, minlength=len(times_s)), 1)
    for turn in range(LEARNING_ROUNDS):
        first = np.argmin(times_s[:, at] + handicap[:, None], axis=0)
        wrong = np.flatnonzero(first != belongs_to)
        if len(wrong) < fewest:
            best, fewest = handicap.copy(), len(wrong)
        step_s = LEARNING_STEP_S / (1 + turn / 10)
        taken = np.bincount(first[wrong], minlength=len(times_s))
        lost = np.bincount(belongs_to[wrong], minlength=len(times_s))
        handicap = handicap + step_s * np.clip((taken - lost) / calls, -1.0, 1.0)
    return best


def outlines_of(junctions: Junctions, owner: Ints, count: int, land: BaseGeometry) -> list[BaseGeometry]:
    """An outline per owner: the union of its junctions' Voronoi cells on land. They share their borders exactly."""
    graph = junctions.graph
    points, first = np.unique(np.column_stack([graph.junction_lon, graph.junction_lat]), axis=0, return_index=True)
    around = land.envelope.buffer(0.02)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=around, ordered=True))
    settled = settle_enclaves(points, owner[first])
    whole = [shapely.union_all(cells[settled == each]) for each in range(count)]
    return without_crumbs([shapely.intersection(each, land) for each in whole])


def settle_enclaves(points: Floats, owner: Ints) -> Ints:
    """The owners, with every patch of fewer than `ENCLAVE_MIN` junctions given to the owner that surrounds it most."""
    settled = owner.copy()
    corners = Delaunay(points).simplices
    ends = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    for _ in range(ENCLAVE_ROUNDS):
        same = ends[settled[ends[:, 0]] == settled[ends[:, 1]]]
        joined = csr_matrix((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(len(points),) * 2)
        _, patch = connected_components(joined, directed=False)
        small = np.bincount(patch)[patch] < ENCLAVE_MIN
        if not small.any():
            break
        for each in np.unique(patch[small]):
            inside = patch == each
            border = np.concatenate([ends[inside[ends[:, 0]], 1], ends[inside[ends[:, 1]], 0]])
            around = settled[border[~inside[border]]]
            if len(around):
                settled[inside] = np.bincount(around).argmax()
    return settled


def without_crumbs(outlines: list[BaseGeometry]) -> list[BaseGeometry]:
    """Outlines simplified together, so that neighbours keep one border, without pieces too small to be an area."""
    polygons = [shapely.MultiPolygon([p for p in parts_of(each) if p.area > CRUMB_DEG2]) for each in outlines]
    simpler = shapely.coverage_simplify(np.array(polygons), SIMPLIFY_DEG)
    return [shapely.MultiPolygon(parts_of(each)) for each in shapely.set_precision(simpler, PRECISION_DEG)]


def parts_of(shape: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
