"""Which lamps of the map are one junction: on the crossing itself, on the approaches before it, or between blocks.

A lamp on an approach belongs to the junction that traffic meets next (as SUMO's `--tls.guess-signals` has it).
Junctions with signals are one where a short piece of street joins them (`--tls.join`), and also where it joins the two
carriageways of one street. A lamp with a crossing that leads to a junction without other signals is a crossing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from turnout.signals.osm.streets import Step, Streets, Walk, has_crossing, has_lamp

REACH_M: Final = 60.0
"""From a lamp to its junction, where the map says which way it looks."""
REACH_UNSAID_M: Final = 30.0
"""Where it does not say: SUMO's own distance is 25 m."""
JOIN_M: Final = 28.0
"""Between two junctions with signals: SUMO's own distance is 20 m. Blocks are longer."""
CARRIAGEWAYS_M: Final = 45.0
"""Between the two carriageways of one street: with a green strip, so far."""
INSIDE_M: Final = 12.0
"""A junction without lamps so near to one with lamps is a part of it."""
CROSSING_M: Final = 35.0
"""From a junction to its crossings."""
SAME_CROSSING_M: Final = 15.0
NODES_MAX: Final = 60
"""Of one junction."""
ROUNDABOUTS: Final = ("roundabout", "circular")


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """Nodes of one junction. `lamps` and `crossings` may lie on them or before them."""

    id: str
    nodes: frozenset[int]
    lamps: frozenset[int]
    crossings: frozenset[int]
    is_between: bool
    """A crossing between junctions: nothing but pedestrians meets the street."""


class _Groups:
    """What is joined with what; the least node stands for all."""

    def __init__(self) -> None:
        self.of: dict[int, int] = {}
        self.size: dict[int, int] = {}

    def find(self, node: int) -> int:
        self.of.setdefault(node, node)
        while self.of[node] != node:
            node = self.of[node]
        return node

    def members(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for node in list(self.of):
            found[self.find(node)].add(node)
        return found

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self.find(one), self.find(other)))
        size = self.size.get(first, 1) + self.size.get(second, 1)
        if first != second and size <= NODES_MAX:
            self.of[second] = first
            self.size[first] = size


def clusters(streets: Streets) -> list[Cluster]:
    """By identity, which is that of the least node of the junction."""
    lamps = sorted(node for node, tags in streets.marked.items() if has_lamp(tags) and streets.steps.get(node))
    looks_at = {lamp: _looks_at(streets, lamp) for lamp in lamps}
    signalled = {node for node in looks_at.values() if node is not None}
    groups = _joined(streets, signalled)
    members = groups.members()
    lamps_of: dict[int, set[int]] = defaultdict(set)
    between: set[int] = set()
    for lamp, junction in looks_at.items():
        if junction is None:
            between.add(lamp)
        else:
            lamps_of[groups.find(junction)].add(lamp)
    for root, its in list(lamps_of.items()):
        if _is_only_a_crossing(streets, its, looks_at):
            between |= lamps_of.pop(root)
    taken = _crossings_of(streets, {root: members[root] for root in lamps_of})
    found = [_cluster(streets, members[root], its, taken.get(root, set())) for root, its in lamps_of.items()]
    claimed = {crossing for its in taken.values() for crossing in its}
    alone = {
        node
        for node, tags in streets.marked.items()
        if has_crossing(tags) and node not in claimed and node not in looks_at and streets.steps.get(node)
    }
    found += _between(streets, between | alone)
    return sorted(found, key=lambda cluster: min(cluster.nodes))


def _cluster(streets: Streets, nodes: set[int], lamps: set[int], crossings: set[int]) -> Cluster:
    on_lamps = {lamp for lamp in lamps if has_crossing(streets.marked[lamp])}
    return Cluster(
        id=f"n{min(nodes)}",
        nodes=frozenset(nodes),
        lamps=frozenset(lamps),
        crossings=frozenset(crossings | on_lamps),
        is_between=False,
    )


def faces(streets: Streets, lamp: int, step: Step) -> bool | None:
    """Whether the lamp is for those who drive this step away from it; None: the map does not say."""
    tags = streets.marked[lamp]
    said = tags.get("traffic_signals:direction") or tags.get("direction") or ""
    if not streets.is_driven(step):
        return False
    if said in ("forward", "backward"):
        return step.ahead == (said == "forward")
    is_one_way = streets.rules[step.way.id].direction != "both"
    return True if is_one_way or said == "both" else None


def _looks_at(streets: Streets, lamp: int) -> int | None:
    """The junction that traffic past the lamp meets next; the lamp itself where streets cross right there."""
    if streets.is_junction(lamp):
        return lamp
    ways: list[Walk] = []
    for step in streets.arms(lamp):
        faced = faces(streets, lamp, step)
        reach_m = REACH_M if faced else REACH_UNSAID_M
        walk = streets.walk(lamp, step, reach_m)
        if faced is not False and walk.length_m <= reach_m and streets.is_junction(walk.end):
            ways.append(walk)
    return min(ways, key=lambda walk: (walk.length_m, walk.end)).end if ways else None


def _joined(streets: Streets, signalled: set[int]) -> _Groups:
    groups = _Groups()
    for node in sorted(signalled):
        groups.find(node)
        for walk in streets.walks(node, CARRIAGEWAYS_M):
            other = walk.end
            if other == node or not streets.is_junction(other) or _goes_round(walk):
                continue
            is_near = walk.length_m <= (JOIN_M if other in signalled else INSIDE_M)
            is_across = walk.length_m <= CARRIAGEWAYS_M and _are_carriageways(streets, node, other)
            if is_near or is_across:
                groups.join(node, other)
    return groups


def _goes_round(walk: Walk) -> bool:
    """Every entry of a roundabout with signals is a junction of its own."""
    return any(step.way.tags.get("junction") in ROUNDABOUTS for step in walk.steps)


def _are_carriageways(streets: Streets, one: int, other: int) -> bool:
    """Whether one-way streets of one name pass there, in opposite directions."""
    headings = [_one_way_headings(streets, node) for node in (one, other)]
    for name in headings[0].keys() & headings[1].keys():
        (east, north), (other_east, other_north) = headings[0][name], headings[1][name]
        if east * other_east + north * other_north < 0:
            return True
    return False


def _one_way_headings(streets: Streets, node: int) -> Mapping[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for step in streets.arms(node):
        rule = streets.rules[step.way.id]
        if rule.direction == "both" or not rule.name.en or rule.road_class.endswith("_link"):
            continue
        here, there = streets.places[node], streets.places[step.to]
        sign = 1 if streets.is_driven(step) else -1
        east, north = found.get(rule.name.en, (0.0, 0.0))
        found[rule.name.en] = (east + sign * (there.lon - here.lon), north + sign * (there.lat - here.lat))
    return found


def _is_only_a_crossing(streets: Streets, lamps: Iterable[int], looks_at: Mapping[int, int | None]) -> bool:
    """One lamp of a crossing before a junction at which no other lamp stands."""
    its = list(lamps)
    if len(its) != 1 or looks_at[its[0]] == its[0]:
        return False
    (lamp,) = its
    near = [walk for step in streets.arms(lamp) for walk in [streets.walk(lamp, step, SAME_CROSSING_M)]]
    nodes = [node for walk in near for node in walk.nodes if streets.apart_m(lamp, node) <= SAME_CROSSING_M]
    return any(has_crossing(streets.marked.get(node, {})) for node in [lamp, *nodes])


def _crossings_of(streets: Streets, junctions: Mapping[int, set[int]]) -> dict[int, set[int]]:
    """Crossings with signals on the arms of each junction; the nearest junction has it."""
    nearest: dict[int, tuple[float, int]] = {}
    for root, nodes in junctions.items():
        for node in nodes:
            if has_crossing(streets.marked.get(node, {})):
                nearest[node] = (0.0, root)
            for walk in streets.walks(node, CROSSING_M):
                length_m = 0.0
                for one, other in zip(walk.nodes, walk.nodes[1:], strict=False):
                    length_m += streets.apart_m(one, other)
                    if length_m > CROSSING_M or not has_crossing(streets.marked.get(other, {})):
                        continue
                    nearest[other] = min(nearest.get(other, (length_m, root)), (length_m, root))
    found: dict[int, set[int]] = defaultdict(set)
    for crossing, (_, root) in nearest.items():
        found[root].add(crossing)
    return found


def _between(streets: Streets, nodes: set[int]) -> list[Cluster]:
    """Lamps and crossings between junctions; those that belong to one crossing are one."""
    groups = _Groups()
    for node in sorted(nodes):
        groups.find(node)
        for step in streets.arms(node):
            walk = streets.walk(node, step, JOIN_M)
            for other in walk.nodes[1:]:
                if other in nodes and streets.apart_m(node, other) <= JOIN_M:
                    groups.join(node, other)
    for one, other in _beside(streets, nodes):
        groups.join(one, other)
    return [
        Cluster(
            id=f"n{min(its)}",
            nodes=frozenset(its),
            lamps=frozenset(node for node in its if has_lamp(streets.marked[node])),
            crossings=frozenset(node for node in its if has_crossing(streets.marked[node])),
            is_between=True,
        )
        for its in groups.members().values()
    ]


def _beside(streets: Streets, nodes: set[int]) -> Iterable[tuple[int, int]]:
    """On the two carriageways of one street, side by side. A square of about 110 m is looked through at a time."""
    squares: dict[tuple[int, int], list[int]] = defaultdict(list)
    for node in sorted(nodes):
        place = streets.places[node]
        squares[int(place.lat * 1_000), int(place.lon * 1_000)].append(node)
    for (row, column), its in squares.items():
        around = [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        others = [other for square in around for other in squares.get(square, ())]
        for one in its:
            for other in others:
                if one < other and streets.apart_m(one, other) <= JOIN_M and _are_carriageways(streets, one, other):
                    yield one, other
