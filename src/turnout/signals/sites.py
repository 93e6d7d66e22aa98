"""Where signals stand on a road graph, and which of them lie ahead on a way.

A site's groups are the streets that come to it: a crew on a street needs green for that street. A city that names no
junctions and only wants to try corridors has them assumed where two streets of some rank cross, with plain times.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from turnout.roads.graph import ROAD_CLASSES, Floats, RoadGraph
from turnout.roads.headings import apart_deg, heading_at_end, heading_at_start
from turnout.signals.corridor import Ahead
from turnout.signals.model import GreenWindow, Intergreen, Junction, Plan, SignalGroup, Turn
from turnout.signals.problem import Problem
from turnout.words.name import Name
from turnout.words.place import Place, distance_m

ASSUMED_CLASSES: Final = ("primary", "secondary", "tertiary")
"""Where streets of these classes cross, a city of some size has signals."""
ARMS_MIN: Final = 4
"""Where only three meet, most often one gives way."""
GROUPS_MAX: Final = 4
"""Streets at one junction that have a green of their own; further ones go with the last."""
NO_NAME: Final = "-"
NODE_MAX_M: Final = 35.0
"""Half of a wide junction: the nodes of a dual carriageway lie within, the next junction does not."""

MIN_GREEN_MS: Final = 7_000
AMBER_MS: Final = 3_000
INTERGREEN_MS: Final = 5_000
GREEN_MS: Final = 30_000
MAX_RED_MS: Final = 180_000
PLAN: Final = "assumed"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """A junction with signals. `groups`: the signal group by the edge of the graph that leads up to it."""

    junction: Junction
    place: Place
    groups: Mapping[int, str]
    turns: Mapping[tuple[int, Turn], str] = {}
    """Where turns have a group of their own: by the edge and the turn."""

    @property
    def id(self) -> str:
        return self.junction.id

    def group_of(self, edge: int, angle_deg: float) -> str:
        """Whom a crew needs green for that turns by so much there; positive is to the right."""
        return self.turns.get((edge, turn_of(angle_deg)), self.groups[edge])

    def meet(self, one: str, other: str) -> bool:
        """Whether these groups may not be green together; what is not known may not."""
        known = {group.id for group in self.junction.groups}
        return one != other and ((one, other) in self.junction.least_between() or not {one, other} <= known)


STRAIGHT_MAX_DEG: Final = 45.0
U_TURN_MIN_DEG: Final = 155.0


def turn_of(angle_deg: float) -> Turn:
    """`angle_deg`: by how much the heading changes, -180 to 180, positive to the right."""
    if abs(angle_deg) <= STRAIGHT_MAX_DEG:
        return "through"
    if abs(angle_deg) >= U_TURN_MIN_DEG:
        return "u-turn"
    return "right" if angle_deg > 0 else "left"


class Sites:
    """Of one version of the roads."""

    def __init__(self, sites: Sequence[Site], problems: Sequence[Problem] = ()) -> None:
        """`problems`: what of the city's signals is not among them, and why."""
        self.problems = tuple(problems)
        self.by_id = {site.id: site for site in sites}
        self._of_edge = {edge: site for site in sites for edge in site.groups}

    def of_edge(self, edge: int) -> Site | None:
        """The signals at the end of this edge."""
        return self._of_edge.get(edge)

    def meet(self, junction: str, one: str, other: str) -> bool:
        site = self.by_id.get(junction)
        return one != other if site is None else site.meet(one, other)


def ahead_on(
    sites: Sites, graph: RoadGraph, edge_s: Floats, edges: Sequence[int], fraction: float
) -> tuple[Ahead, ...]:
    """The signals at the ends of all `edges` but the last, from a place so far along the first.

    Of a site with stop lines behind one another the first, and the groups of the others.
    """
    found: dict[str, Ahead] = {}
    metres = seconds = 0.0
    left = 1.0 - fraction
    for nth, edge in enumerate(edges[:-1]):
        metres += left * float(graph.edge_length_m[edge])
        seconds += left * float(edge_s[edge])
        left = 1.0
        site = sites.of_edge(edge)
        if site is None:
            continue
        group = site.group_of(edge, _angle(graph, site, edge, edges[nth + 1 :]) if site.turns else 0.0)
        if found and next(reversed(found)) == site.id:
            found[site.id] = found[site.id].with_stop(group)
        elif site.id not in found:
            found[site.id] = Ahead(site.id, group, metres, seconds)
    return tuple(found.values())


def _angle(graph: RoadGraph, site: Site, edge: int, after: Sequence[int]) -> float:
    """By how much a crew turns there: from `edge` to the first edge that leads out of the junction."""
    for following in after:
        end = int(graph.edge_to[following])
        place = Place(float(graph.junction_lat[end]), float(graph.junction_lon[end]))
        if distance_m(place, site.place) > NODE_MAX_M or following == after[-1]:
            return apart_deg(heading_at_start(graph, following), heading_at_end(graph, edge))
    return 0.0


def assumed_sites(graph: RoadGraph) -> Sites:
    """Signals wherever another named street crosses one of `ASSUMED_CLASSES`. Nobody has said that they stand there."""
    ranked = np.isin(graph.edge_class, [ROAD_CLASSES.index(name) for name in ASSUMED_CLASSES])
    arms: dict[int, set[int]] = {}
    streets: dict[int, set[int]] = {}
    coming: dict[int, list[int]] = {}
    for edge in np.flatnonzero(np.isin(graph.edge_to, graph.edge_to[ranked])).tolist():
        coming.setdefault(int(graph.edge_to[edge]), []).append(edge)
    for edge in range(graph.edge_count):
        begin, end, street = int(graph.edge_from[edge]), int(graph.edge_to[edge]), int(graph.edge_street[edge])
        for node, other in ((begin, end), (end, begin)):
            arms.setdefault(node, set()).add(other)
            streets.setdefault(node, set()).update({street} - {0})
    crossings = [node for node in sorted(coming) if len(arms[node]) >= ARMS_MIN and len(streets[node]) >= 2]
    return Sites([_assumed(graph, node, coming[node]) for node in crossings])


def _assumed(graph: RoadGraph, node: int, edges: Sequence[int]) -> Site:
    """Identity by the place, so that it is the same when the roads are built again."""
    place = Place(round(float(graph.junction_lat[node]), 6), round(float(graph.junction_lon[node]), 6))
    ordered = sorted(edges, key=lambda edge: (int(graph.edge_class[edge]), int(graph.edge_street[edge])))
    streets = list(dict.fromkeys(graph.street_of(edge) for edge in ordered))
    kept = streets[:GROUPS_MAX]
    groups = {edge: _group_of(graph.street_of(edge), kept) for edge in edges}
    named = [street for street in kept if street.en][:2]
    name = Name(" / ".join(street.en for street in named), "／".join(street.zh or street.en for street in named))
    id = f"{place.lat:.5f},{place.lon:.5f}"
    return Site(junction=_junction(id, name, sorted(set(groups.values()))), place=place, groups=groups)


def _group_of(street: Name, kept: Sequence[Name]) -> str:
    known = street if street in kept else kept[-1]
    return known.en or NO_NAME


def _junction(id: str, name: Name, groups: Sequence[str]) -> Junction:
    """One group after the other, with the same green each."""
    each_ms = GREEN_MS + INTERGREEN_MS
    cycle_ms = each_ms * len(groups)
    windows = [GreenWindow(group, nth * each_ms, nth * each_ms + GREEN_MS) for nth, group in enumerate(groups)]
    return Junction(
        id=id,
        name=name,
        groups=tuple(SignalGroup(group, "vehicle", MIN_GREEN_MS, AMBER_MS, max_red_ms=MAX_RED_MS) for group in groups),
        intergreens=tuple(Intergreen(a, b, INTERGREEN_MS) for a in groups for b in groups if a != b),
        plans=(Plan(PLAN, cycle_ms, tuple(windows)),),
    )
