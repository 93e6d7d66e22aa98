"""Which way one drives where an edge begins and ends: over some metres, for the very end may bend into the junction."""

from collections.abc import Sequence
from typing import Final

from turnout.roads.graph import RoadGraph
from turnout.roads.route import bearing_deg
from turnout.words.place import Place, distance_m

BEND_M: Final = 15.0
"""A turning radius: what bends within it is the junction, not the street."""


def heading_at_end(graph: RoadGraph, edge: int) -> float:
    """Degrees clockwise from north."""
    points = _points(graph, edge)
    return bearing_deg(_beyond(points[::-1]), points[-1])


def heading_at_start(graph: RoadGraph, edge: int) -> float:
    points = _points(graph, edge)
    return bearing_deg(points[0], _beyond(points))


def apart_deg(one: float, other: float) -> float:
    """From `other` to `one`: -180 to 180, positive to the right."""
    return (one - other + 180.0) % 360.0 - 180.0


def _points(graph: RoadGraph, edge: int) -> list[Place]:
    lats, lons = graph.shape_of(edge)
    return [Place(lat, lon) for lat, lon in zip(lats.tolist(), lons.tolist(), strict=True)]


def _beyond(points: Sequence[Place]) -> Place:
    """The first that is as far from the first as a bend, or the last."""
    return next((one for one in points if distance_m(one, points[0]) >= BEND_M), points[-1])
