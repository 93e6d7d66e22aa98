"""How long from many units to one place: one exact shortest-path tree, grown backwards from the place.

The tree is Dijkstra's over the reversed arcs (SciPy's implementation), from one virtual node that stands for the
target, so a single search serves any number of units and its predecessors give each unit's way. With `enough` the
search stops at a time limit, doubled until so many units are found.
"""

import dataclasses
import math

import numpy as np

from turnout.roads.conditions import Conditions
from turnout.roads.graph import Floats, Ints, RoadGraph
from turnout.roads.spot import Spot, Spots
from turnout.words.later import Later

sparse, csgraph = Later("scipy.sparse"), Later("scipy.sparse.csgraph")
"""Half a second to load: after the doors are open (decision 0157)."""


FIRST_LIMIT_S = 600.0
"""The first search looks this far: ten minutes of driving hold enough units on an ordinary day."""
LAST_LIMIT_S = 86_400.0
"""No drive within a city lasts a day; beyond this a place counts as unreachable."""


@dataclasses.dataclass(frozen=True, eq=False)
class ReversedArcs:
    """The arcs by the node where they end, as a compressed sparse matrix wants them, and by edge."""

    starts: Ints
    tails: Ints
    edges: Ints
    edge_starts: Ints
    edge_tails: Ints

    @classmethod
    def of(cls, graph: RoadGraph) -> "ReversedArcs":
        arcs = graph.arcs
        by_head = np.argsort(arcs.head, kind="stable")
        by_edge = np.argsort(arcs.edge, kind="stable")
        return cls(
            starts=_starts(arcs.head, arcs.node_count),
            tails=arcs.tail[by_head],
            edges=arcs.edge[by_head],
            edge_starts=_starts(arcs.edge, graph.edge_count),
            edge_tails=arcs.tail[by_edge],
        )

    def tails_of_edge(self, edge: int) -> Ints:
        """The nodes from which the edge may be entered."""
        return self.edge_tails[self.edge_starts[edge] : self.edge_starts[edge + 1]]


def _starts(keys: Ints, count: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=count))]).astype(np.int32)


@dataclasses.dataclass(frozen=True, eq=False)
class EdgeTimes:
    """Seconds per edge under given conditions: `open_s` as if nothing were closed, `through_s` infinite where closed.

    An incident may lie in a closed street and a unit may stand in one: the last edge in and the first edge out count
    as open. No way leads *through* a closure.
    """

    open_s: Floats
    through_s: Floats

    @classmethod
    def under(cls, conditions: Conditions, usual_s: Floats) -> "EdgeTimes":
        open_s = conditions.slowed(usual_s)
        closed = conditions.closed_edges()
        if not len(closed):
            return cls(open_s, open_s)
        through_s = open_s.copy()
        through_s[closed] = np.inf
        return cls(open_s, through_s)


Stretch = tuple[int, float, float]
"""An edge, and from which fraction of it to which it is driven."""


@dataclasses.dataclass(frozen=True, eq=False)
class Tree:
    """The shortest-path tree into one target."""

    graph: RoadGraph
    arcs: ReversedArcs
    times: EdgeTimes
    target: Spot
    limit_s: float
    node_s: Floats
    """Seconds from each node to the target; the last entry is the virtual node."""
    next_node: Ints

    def from_sources(self, sources: Spots) -> Floats:
        """Seconds from each source; infinite where there is no way within the limit."""
        on_road = sources.edge >= 0
        edge = np.where(on_road, sources.edge, 0)
        twin = self.graph.edge_twin[edge]
        may_turn = sources.either_way & (twin >= 0)
        twin = np.where(may_turn, twin, 0)
        open_s, head = self.times.open_s, self.graph.arcs.edge_head
        ahead_s = (1.0 - sources.fraction) * open_s[edge] + self.node_s[head[edge]]
        back_s = np.where(may_turn, sources.fraction * open_s[twin] + self.node_s[head[twin]], np.inf)
        seconds = np.minimum(ahead_s, back_s)
        here = np.flatnonzero(on_road & np.isin(edge, self._target_edges()))
        for index in here.tolist():
            spot = sources.at(index)
            assert spot is not None
            seconds[index] = min(seconds[index], *(self._seconds(way) for way in self._direct(spot)), math.inf)
        return np.where(on_road & (seconds <= self.limit_s), seconds, np.inf)

    def way_from(self, source: Spot) -> list[Stretch]:
        """The stretches to drive from a source to the target; empty when there is no way within the limit."""
        open_s, head = self.times.open_s, self.graph.arcs.edge_head
        ways: list[tuple[float, list[Stretch], int]] = [(self._seconds(way), way, -1) for way in self._direct(source)]
        for stretch in self._departures(source):
            node = int(head[stretch[0]])
            seconds = (stretch[2] - stretch[1]) * float(open_s[stretch[0]]) + float(self.node_s[node])
            ways.append((seconds, [stretch], node))
        seconds, way, node = min(ways, key=lambda option: option[0])
        if not seconds <= self.limit_s:
            return []
        return way if node < 0 else [*way, *self._down_the_tree(node)]

    def _target_edges(self) -> list[int]:
        twin = int(self.graph.edge_twin[self.target.edge])
        return [self.target.edge, twin] if twin >= 0 else [self.target.edge]

    def _departures(self, source: Spot) -> list[Stretch]:
        return both_ways(self.graph, source, leaving=True)

    def _direct(self, source: Spot) -> list[list[Stretch]]:
        """The ways that never leave the target's own edge."""
        arrivals = {edge: until for edge, _, until in both_ways(self.graph, self.target, leaving=False)}
        return [
            [(edge, begin, arrivals[edge])]
            for edge, begin, _ in self._departures(source)
            if edge in arrivals and begin <= arrivals[edge]
        ]

    def _seconds(self, way: list[Stretch]) -> float:
        return sum((until - begin) * float(self.times.open_s[edge]) for edge, begin, until in way)

    def _down_the_tree(self, node: int) -> list[Stretch]:
        virtual = self.graph.arcs.node_count
        way: list[Stretch] = []
        while (following := int(self.next_node[node])) != virtual:
            assert following >= 0, "a reached node has no way on"
            row = slice(self.arcs.starts[following], self.arcs.starts[following + 1])
            edges = self.arcs.edges[row][self.arcs.tails[row] == node]
            way.append((int(edges[np.argmin(self.times.through_s[edges])]), 0.0, 1.0))
            node = following
        last = [
            stretch
            for stretch in both_ways(self.graph, self.target, leaving=False)
            if node in self.arcs.tails_of_edge(stretch[0])
        ]
        return [*way, min(last, key=lambda stretch: self._seconds([stretch]))]


def both_ways(graph: RoadGraph, spot: Spot, leaving: bool) -> list[Stretch]:
    """From the spot to the end of its edge, or from the edge's beginning to it; and the same on its twin."""
    mirrored = 1.0 - spot.fraction
    stretches: list[Stretch] = [(spot.edge, spot.fraction, 1.0) if leaving else (spot.edge, 0.0, spot.fraction)]
    twin = int(graph.edge_twin[spot.edge])
    if spot.either_way and twin >= 0:
        stretches.append((twin, mirrored, 1.0) if leaving else (twin, 0.0, mirrored))
    return stretches


def grow_tree(graph: RoadGraph, arcs: ReversedArcs, times: EdgeTimes, target: Spot, limit_s: float) -> Tree:
    """The tree of all nodes from which the target can be reached within the limit."""
    virtual = graph.arcs.node_count
    tails, seconds = [arcs.tails], [times.through_s[arcs.edges]]
    for edge, begin, until in both_ways(graph, target, leaving=False):
        into = arcs.tails_of_edge(edge)
        tails.append(into)
        seconds.append(np.full(len(into), (until - begin) * times.open_s[edge]))
    columns = np.concatenate(tails)
    starts = np.append(arcs.starts, np.int32(len(columns)))
    size = virtual + 1
    matrix = sparse.csr_matrix((np.concatenate(seconds), columns, starts), shape=(size, size), copy=False)
    found = csgraph.dijkstra(matrix, directed=True, indices=virtual, return_predecessors=True, limit=limit_s)
    node_s, next_node = found
    return Tree(graph, arcs, times, target, limit_s, node_s, next_node)


def grow_until_enough(
    graph: RoadGraph, arcs: ReversedArcs, times: EdgeTimes, target: Spot, sources: Spots, enough: int | None
) -> tuple[Tree, Floats]:
    """A tree and the sources' seconds: all of them, or with `enough` at least the so many nearest."""
    limit_s = LAST_LIMIT_S if enough is None else FIRST_LIMIT_S
    while True:
        tree = grow_tree(graph, arcs, times, target, limit_s)
        seconds = tree.from_sources(sources)
        if limit_s >= LAST_LIMIT_S or int(np.count_nonzero(np.isfinite(seconds))) >= (enough or 0):
            return tree, seconds
        limit_s = min(limit_s * 2.0, LAST_LIMIT_S)
