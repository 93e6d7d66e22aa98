"""A way from one spot to another: its line, when each point of it is passed, and how to drive it."""

import bisect
import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from turnout.roads.directions import Step, say, turn_for
from turnout.roads.graph import Floats, RoadGraph
from turnout.roads.reach import Stretch
from turnout.words.name import Name
from turnout.words.place import Place, distance_m

SAME_STREET_TURN_DEG = 100.0
"""A street that keeps its name but turns by more than this is said to turn."""


class Whereabouts(msgspec.Struct, frozen=True, gc=False):
    """Where somebody who drives a route is after some time."""

    place: Place
    heading_deg: float
    speed_mps: float
    edge: int


class Route(msgspec.Struct, frozen=True):
    """A way that can be driven. `clock_s` holds, for each point of `line`, the seconds since setting out."""

    line: tuple[Place, ...]
    clock_s: tuple[float, ...]
    line_edges: tuple[int, ...]
    """For each point the edge that leads on from it (of the last point, the edge that led to it)."""
    edges: tuple[int, ...]
    length_m: float
    drive_s: float
    steps: tuple[Step, ...]

    @property
    def streets(self) -> tuple[Name, ...]:
        """The names of the streets in the order in which they are driven."""
        return tuple(step.street for step in self.steps if step.street.en and step.turn != "arrive")

    def after(self, elapsed_s: float) -> Whereabouts:
        """Where a driver is after that many seconds; at the end once the time is over."""
        if elapsed_s >= self.drive_s or len(self.line) < 2:
            back = self.line[-2:]
            return Whereabouts(self.line[-1], bearing_deg(back[0], back[-1]), 0.0, self.line_edges[-1])
        index = min(max(0, bisect.bisect_right(self.clock_s, elapsed_s) - 1), len(self.line) - 2)
        here, there = self.line[index], self.line[index + 1]
        span_s = self.clock_s[index + 1] - self.clock_s[index]
        share = (elapsed_s - self.clock_s[index]) / span_s if span_s > 0.0 else 0.0
        share = max(0.0, share)
        place = Place(here.lat + (there.lat - here.lat) * share, here.lon + (there.lon - here.lon) * share)
        speed_mps = distance_m(here, there) / span_s if span_s > 0.0 else 0.0
        return Whereabouts(place, bearing_deg(here, there), speed_mps, self.line_edges[index])


def bearing_deg(a: Place, b: Place) -> float:
    """The heading from one place to one near it, degrees clockwise from north."""
    east = (b.lon - a.lon) * math.cos(math.radians((a.lat + b.lat) / 2.0))
    return math.degrees(math.atan2(east, b.lat - a.lat)) % 360.0


def place_on(graph: RoadGraph, edge: int, fraction: float) -> Place:
    """The place so far along an edge."""
    return _part_of(graph, edge, 0.0, fraction)[-1]


def lay_route(graph: RoadGraph, open_s: Floats, stretches: Sequence[Stretch]) -> Route:
    """The route over these stretches, the first of which begins where the way begins. At least one is wanted."""
    line: list[Place] = []
    clock_s: list[float] = []
    line_edges: list[int] = []
    length_m, elapsed_s = 0.0, 0.0
    parts = [_part_of(graph, *stretch) for stretch in stretches]
    for (edge, begin, until), points in zip(stretches, parts, strict=True):
        part_s = (until - begin) * float(open_s[edge])
        marks = _marks(points)
        for point, mark in zip(points, marks, strict=True):
            if line and point == line[-1]:
                line_edges[-1] = edge
                continue
            line.append(point)
            clock_s.append(elapsed_s + mark * part_s)
            line_edges.append(edge)
        length_m += (until - begin) * float(graph.edge_length_m[edge])
        elapsed_s += part_s
    return Route(
        line=tuple(line),
        clock_s=tuple(clock_s),
        line_edges=tuple(line_edges),
        edges=tuple(edge for edge, _, _ in stretches),
        length_m=length_m,
        drive_s=elapsed_s,
        steps=_steps(graph, open_s, stretches, parts),
    )


def _part_of(graph: RoadGraph, edge: int, begin: float, until: float) -> list[Place]:
    """The edge's points between two fractions, the interpolated ends included."""
    lat, lon = graph.shape_of(edge)
    points = [Place(float(a), float(b)) for a, b in zip(lat, lon, strict=True)]
    marks = _marks(points)
    inner = [point for point, mark in zip(points, marks, strict=True) if begin < mark < until]
    return [_at(points, marks, begin), *inner, _at(points, marks, until)]


def _marks(points: list[Place]) -> list[float]:
    """How far along the line each point is, 0 to 1."""
    so_far = [0.0]
    for a, b in pairwise(points):
        so_far.append(so_far[-1] + distance_m(a, b))
    total = so_far[-1]
    return [mark / total if total > 0.0 else 0.0 for mark in so_far]


def _at(points: list[Place], marks: list[float], fraction: float) -> Place:
    index = min(max(bisect.bisect_right(marks, fraction) - 1, 0), len(points) - 2)
    a, b = points[index], points[index + 1]
    span = marks[index + 1] - marks[index]
    share = min(1.0, max(0.0, (fraction - marks[index]) / span)) if span > 0.0 else 0.0
    return Place(a.lat + (b.lat - a.lat) * share, a.lon + (b.lon - a.lon) * share)


def _steps(
    graph: RoadGraph, open_s: Floats, stretches: Sequence[Stretch], parts: Sequence[list[Place]]
) -> tuple[Step, ...]:
    """Directions: stretches of one street become one step, unless it turns."""
    steps: list[Step] = []
    heading_in = 0.0
    for (edge, begin, until), points in zip(stretches, parts, strict=True):
        street = graph.street_of(edge)
        length_m = (until - begin) * float(graph.edge_length_m[edge])
        drive_s = (until - begin) * float(open_s[edge])
        heading_out = bearing_deg(points[0], points[1])
        angle = (heading_out - heading_in + 180.0) % 360.0 - 180.0
        if steps and street == steps[-1].street and abs(angle) < SAME_STREET_TURN_DEG:
            steps[-1] = msgspec.structs.replace(
                steps[-1], length_m=steps[-1].length_m + length_m, drive_s=steps[-1].drive_s + drive_s
            )
        else:
            turn = turn_for(angle) if steps else "depart"
            steps.append(Step(turn, street, points[0], length_m, drive_s, say(turn, street, heading_out)))
        heading_in = bearing_deg(points[-2], points[-1]) if points[-2] != points[-1] else heading_out
    street = graph.street_of(stretches[-1][0])
    steps.append(Step("arrive", street, parts[-1][-1], 0.0, 0.0, say("arrive", street, heading_in)))
    return tuple(steps)
