"""Where a city's signals stand on its road graph: which edges lead up to which signal group.

A junction of a file of plans says where it is (`at`); each approach its street, the heading at its stop line, or the
way of OpenStreetMap. An edge is an approach when it ends within `NODE_MAX_M` of the junction, begins outside, and is
all that was said of it. Nothing is guessed: what cannot be placed, or could be in two ways, is told with its cure, and
stands on no corridor.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from turnout.roads.graph import Floats, RoadGraph
from turnout.roads.headings import apart_deg, heading_at_end
from turnout.signals.model import Approach, Junction, Signals, Turn
from turnout.signals.problem import Problem, Severity, Spot
from turnout.signals.sites import NODE_MAX_M, Site, Sites
from turnout.words.name import Name
from turnout.words.place import EARTH_RADIUS_M, Place

HEADING_MAX_DEG: Final = 35.0
"""Less than half of what parts two streets of a crossing with five arms."""
NAMED_MAX: Final = 6
"""Streets that are named where none fits."""


class Leads(NamedTuple):
    """An edge that ends at a junction: which way one drives there."""

    edge: int
    street: Name
    heading_deg: float
    way: int


def placed_sites(signals: Signals, graph: RoadGraph, file: str) -> Sites:
    """Every junction with signals of a file, where it stands on these roads.

    Its problems: errors keep a junction off every corridor, warnings an approach.
    """
    found: list[Site] = []
    problems: list[Problem] = []
    for junction in signals.junctions:
        if junction.groups:
            site, told = _placed(junction, graph, file)
            problems += told
            if site is not None:
                found.append(site)
    claimed = Counter(edge for site in found for edge in site.groups)
    kept = []
    for site in found:
        shared = {edge for edge in site.groups if claimed[edge] > 1}
        own = {edge: group for edge, group in site.groups.items() if edge not in shared}
        if shared:
            problems.append(_two_junctions(site, graph, min(shared), file))
        if own:
            kept.append(msgspec.structs.replace(site, groups=own))
    return Sites(kept, problems)


def _placed(junction: Junction, graph: RoadGraph, file: str) -> tuple[Site | None, list[Problem]]:
    if junction.at is None:
        what = Name("nobody has said where it is", "未注明位置")
        cure = Name("write at = [longitude, latitude], WGS 84", "请写明 at = [经度, 纬度]（WGS 84）")
        return None, [Problem("no-place", Spot(file, junction=junction.id), what, cure)]
    place = Place(junction.at[1], junction.at[0])
    leading = leading_to(graph, place)
    if not leading:
        return None, [_beside_the_roads(junction, graph, place, file)]
    groups: dict[int, str] = {}
    turns: dict[tuple[int, Turn], str] = {}
    problems: list[Problem] = []
    taken: dict[int, str] = {}
    for approach in _driven(junction):
        edges = _edges_of(approach, leading)
        twice = [edge for edge in edges if edge in taken]
        if twice:
            problems.append(_two_approaches(junction, approach, taken[twice[0]], file))
        elif not edges:
            problems.append(_no_edge(junction, approach, leading, file))
        taken |= dict.fromkeys(edges, approach.id)
        by_turn = _groups_by_turn(junction, approach)
        for edge in edges:
            if edge in twice:
                groups.pop(edge, None)
            else:
                groups[edge] = by_turn.get("through") or next(iter(by_turn.values()))
                turns |= {(edge, turn): group for turn, group in by_turn.items()}
    if not groups:
        if not problems:
            problems.append(_no_approach(junction, file))
        return None, [msgspec.structs.replace(each, severity="error") for each in problems]
    return Site(junction=junction, place=place, groups=groups, turns=turns), problems


def _driven(junction: Junction) -> Iterator[Approach]:
    """Approaches of which a movement has a vehicles' group."""
    return (approach for approach in junction.approaches if _groups_by_turn(junction, approach))


def _groups_by_turn(junction: Junction, approach: Approach) -> dict[Turn, str]:
    vehicles = {group.id for group in junction.groups if group.kind == "vehicle"}
    return {
        movement.turn: movement.group
        for movement in reversed(junction.movements)
        if movement.approach == approach.id and movement.group in vehicles and movement.turn != "crossing"
    }


def _edges_of(approach: Approach, leading: Sequence[Leads]) -> list[int]:
    """All that was said of it must hold; where nothing was, its name is that of the street."""
    is_silent = approach.street is None and approach.heading_deg is None and not approach.osm_way
    street = approach.name if is_silent else approach.street
    wanted = {name.casefold() for name in (street.en, street.zh) if name} if street is not None else set()
    return [
        one.edge
        for one in leading
        if (not (wanted or is_silent) or wanted & {one.street.en.casefold(), one.street.zh.casefold()} - {""})
        and (not approach.osm_way or approach.osm_way == one.way)
        and (approach.heading_deg is None or abs(apart_deg(approach.heading_deg, one.heading_deg)) <= HEADING_MAX_DEG)
    ]


def leading_to(graph: RoadGraph, place: Place) -> list[Leads]:
    """The edges that end within `NODE_MAX_M` of a place and begin outside, in their order."""
    near = _metres_from(graph, place) <= NODE_MAX_M
    edges = np.flatnonzero(near[graph.edge_to] & ~near[graph.edge_from]).tolist()
    return [
        Leads(edge, graph.street_of(edge), heading_at_end(graph, edge), int(graph.edge_way[edge])) for edge in edges
    ]


def _metres_from(graph: RoadGraph, place: Place) -> Floats:
    """Of every node of the graph; on a plane, which is true to a thousandth within a city."""
    north = np.radians(graph.junction_lat - place.lat)
    east = np.radians(graph.junction_lon - place.lon) * np.cos(np.radians(place.lat))
    metres: Floats = np.hypot(north, east) * EARTH_RADIUS_M
    return metres


def _problem(
    rule: str, junction: Junction, part: str, file: str, what: Name, cure: Name, severity: Severity = "warning"
) -> Problem:
    return Problem(rule, Spot(file, junction=junction.id, part=part), what, cure, severity)


def _beside_the_roads(junction: Junction, graph: RoadGraph, place: Place, file: str) -> Problem:
    metres = _metres_from(graph, place)
    nearest_m = float(metres.min()) if len(metres) else float("inf")
    what = Name(
        f"no street of the road graph leads to within {NODE_MAX_M:.0f} m of it; the nearest is {nearest_m:.0f} m off",
        f"路网中没有道路通到其 {NODE_MAX_M:.0f} 米以内，最近的路网节点相距 {nearest_m:.0f} 米",
    )
    cure = Name(
        "correct `at` (longitude first, WGS 84), or build the roads anew", "请更正 at（经度在前，WGS 84），或重建路网"
    )
    return _problem("beside-the-roads", junction, "", file, what, cure, "error")


def _no_edge(junction: Junction, approach: Approach, leading: Sequence[Leads], file: str) -> Problem:
    seen = {(one.street, round(one.heading_deg)): None for one in leading}
    en = "; ".join(f"{street.en or '-'} {heading}°" for street, heading in list(seen)[:NAMED_MAX])
    zh = "；".join(f"{street.zh or street.en or '-'} {heading}°" for street, heading in list(seen)[:NAMED_MAX])
    what = Name(f"no street that leads there fits; there are: {en}", f"没有相符的进口道路；现有：{zh}")
    cure = Name("correct its street, heading_deg or osm_way", "请更正其 street、heading_deg 或 osm_way")
    return _problem("no-edge", junction, f"approach {approach.id}", file, what, cure)


def _two_approaches(junction: Junction, approach: Approach, other: str, file: str) -> Problem:
    what = Name(f"it fits the same street as approach {other}", f"与进口 {other} 对应同一道路")
    cure = Name("write heading_deg for both", "请为两者写明 heading_deg")
    return _problem("two-approaches", junction, f"approach {approach.id}", file, what, cure)


def _no_approach(junction: Junction, file: str) -> Problem:
    what = Name("no approach has a movement with a vehicles' group", "没有进口道带机动车信号组的流向")
    cure = Name("write its approaches and movements", "请写明进口道与流向")
    return _problem("no-approach", junction, "", file, what, cure)


def _two_junctions(site: Site, graph: RoadGraph, edge: int, file: str) -> Problem:
    street = graph.street_of(edge)
    what = Name(
        f"another junction is at the end of {street.en or 'the same street'} too",
        f"另一路口也位于{street.zh or street.en or '同一道路'}的终点",
    )
    cure = Name("correct `at` of both", "请更正两者的 at")
    return _problem("two-junctions", site.junction, "", file, what, cure)
