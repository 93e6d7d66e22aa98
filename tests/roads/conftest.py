"""Small road graphs, described as a person would sketch them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest

from turnout.roads.arcs import split_arcs
from turnout.roads.graph import ROAD_CLASSES, Origin, RoadGraph
from turnout.words.name import Name
from turnout.words.place import Place, distance_m

METRE_DEG = 1.0 / 111_195.08
"""A metre northwards in degrees of latitude; the sketches lie on the equator, where it is the same eastwards."""


@dataclass(frozen=True)
class Road:
    """A road between two junctions, by their positions in the sketch; `bends` are metres east and north."""

    begin: int
    end: int
    one_way: bool = False
    kmh: float = 36.0
    name: str = ""
    road_class: str = "residential"
    bends: Sequence[tuple[float, float]] = field(default_factory=tuple)


def place_at(east_m: float, north_m: float) -> Place:
    return Place(north_m * METRE_DEG, east_m * METRE_DEG)


def sketch(
    junctions: Sequence[tuple[float, float]], roads: Sequence[Road], forbidden: Sequence[tuple[int, int]] = ()
) -> RoadGraph:
    """Edges in order: each road ahead, then back unless one-way. `forbidden` names pairs of those edges."""
    names = list(dict.fromkeys(["", *(road.name for road in roads)]))
    rows: list[tuple[int, int, int, bool, Road]] = []
    lines: list[list[Place]] = []
    for number, road in enumerate(roads):
        points = [junctions[road.begin], *road.bends, junctions[road.end]]
        lines.append([place_at(*point) for point in points])
        rows.append((road.begin, road.end, number, False, road))
        if not road.one_way:
            rows.append((road.end, road.begin, number, True, road))
    begin = np.array([row[0] for row in rows], dtype=np.int32)
    end = np.array([row[1] for row in rows], dtype=np.int32)
    shape = np.array([row[2] for row in rows], dtype=np.int32)
    twin = np.full(len(rows), -1, dtype=np.int32)
    for edge in range(1, len(rows)):
        if shape[edge] == shape[edge - 1]:
            twin[edge], twin[edge - 1] = edge - 1, edge
    lengths = [sum(distance_m(a, b) for a, b in pairwise(line)) for line in lines]
    places = [place_at(*junction) for junction in junctions]
    return RoadGraph(
        junction_lat=np.array([place.lat for place in places]),
        junction_lon=np.array([place.lon for place in places]),
        edge_from=begin,
        edge_to=end,
        edge_length_m=np.maximum(np.array(lengths)[shape], 0.1),
        edge_speed_kmh=np.array([row[4].kmh for row in rows]),
        edge_posted=np.ones(len(rows), dtype=np.bool_),
        edge_class=np.array([ROAD_CLASSES.index(row[4].road_class) for row in rows], dtype=np.uint8),
        edge_street=np.array([names.index(row[4].name) for row in rows], dtype=np.int32),
        edge_way=shape.astype(np.int64) + 100,
        edge_twin=twin,
        edge_shape=shape,
        edge_backward=np.array([row[3] for row in rows], dtype=np.bool_),
        shape_start=np.concatenate([[0], np.cumsum([len(line) for line in lines])]).astype(np.int32),
        shape_lat=np.array([place.lat for line in lines for place in line]),
        shape_lon=np.array([place.lon for line in lines for place in line]),
        streets=tuple(Name(name, name) for name in names),
        arcs=split_arcs(len(junctions), begin, end, twin, forbidden),
        origin=Origin(source="a sketch"),
    )


@dataclass(frozen=True)
class Sketching:
    """What a test of roads draws with."""

    road: type[Road]
    graph: Callable[..., RoadGraph]
    place: Callable[[float, float], Place]

    def block(self) -> RoadGraph:
        """A square block of 100 m sides, two-way, at 36 km/h (10 s a side): 0 bottom left, then clockwise.

        Edges: 0/1 Left St (0-1), 2/3 Top St (1-2), 4/5 Right St (2-3), 6/7 Bottom St (3-0).
        """
        sides = [(0, 1, "Left St"), (1, 2, "Top St"), (2, 3, "Right St"), (3, 0, "Bottom St")]
        return self.graph(
            [(0, 0), (0, 100), (100, 100), (100, 0)], [self.road(begin, end, name=name) for begin, end, name in sides]
        )


@pytest.fixture(scope="session")
def draw() -> Sketching:
    return Sketching(Road, sketch, place_at)
