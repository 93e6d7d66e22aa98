"""How long from anywhere to many places: a tree per place, kept, so that asking for a unit is then a look-up.

A board of coverage asks for two thousand units times a thousand places every few seconds, while roads and closures
change a few times a day. The trees are Dijkstra's over the reversed arcs, as in reach.py, but cut off at a limit.
"""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turnout.roads.graph import RoadGraph
from turnout.roads.reach import EdgeTimes, ReversedArcs, both_ways
from turnout.roads.spot import Spots
from turnout.words.later import Later

sparse, csgraph = Later("scipy.sparse"), Later("scipy.sparse.csgraph")
"""Half a second to load: after the doors are open (decision 0157)."""


Seconds = NDArray[np.uint16]

UNREACHED_S = 65_535
"""Stands for: not within the limit."""
LIMIT_MAX_S = 7_200.0
"""Two hours: no coverage standard is longer, and the seconds still fit two bytes."""
TREES_AT_ONCE = 8
"""Per call of the search, so that it never holds the interpreter for more than some ten milliseconds."""
CELLS_MAX = 250_000_000
"""Nodes times places: half a gigabyte at two bytes each. San Francisco has 8 million (9,300 times 811)."""


@dataclasses.dataclass(frozen=True, eq=False)
class TimesTable:
    """Seconds from every node of the roads to every place, as they were when it was made."""

    graph: RoadGraph
    open_s: NDArray[np.float64]
    node_s: Seconds
    """Row: node; column: place."""

    def from_sources(self, sources: Spots) -> Seconds:
        """Row i: seconds from source i to every place, rounded up; `UNREACHED_S` beyond the limit.

        A source on the very street of a place is led round its next junction: too long by less than a block's drive.
        """
        on_road = sources.edge >= 0
        edge = np.where(on_road, sources.edge, 0)
        twin = self.graph.edge_twin[edge]
        may_turn = sources.either_way & (twin >= 0)
        twin = np.where(may_turn, twin, 0)
        head = self.graph.arcs.edge_head
        ahead = _later(self.node_s[head[edge]], (1.0 - sources.fraction) * self.open_s[edge])
        back = _later(self.node_s[head[twin]], sources.fraction * self.open_s[twin])
        back[~may_turn] = UNREACHED_S
        seconds = np.minimum(ahead, back)
        seconds[~on_road] = UNREACHED_S
        return seconds


def _later(node_s: Seconds, first_s: NDArray[np.float64]) -> Seconds:
    """`node_s` with the drive to the first node before it."""
    first = np.ceil(np.minimum(first_s, LIMIT_MAX_S)).astype(np.uint16)[:, None]
    return np.where(node_s >= UNREACHED_S - first, np.uint16(UNREACHED_S), node_s + first)


def times_to(
    graph: RoadGraph,
    arcs: ReversedArcs,
    times: EdgeTimes,
    targets: Spots,
    limit_s: float,
    keep_on: Callable[[], bool] = lambda: True,
) -> TimesTable | None:
    """The table of these places; None when `keep_on` says that nobody wants it any more."""
    assert limit_s <= LIMIT_MAX_S, f"{limit_s} s does not fit two bytes"
    nodes, count = graph.arcs.node_count, len(targets)
    assert nodes * count <= CELLS_MAX, f"{nodes} nodes times {count} places"
    matrix = _with_targets(graph, arcs, times, targets)
    node_s: Seconds = np.full((nodes, count), UNREACHED_S, dtype=np.uint16)
    for first in range(0, count, TREES_AT_ONCE):
        if not keep_on():
            return None
        until = min(first + TREES_AT_ONCE, count)
        found = csgraph.dijkstra(matrix, directed=True, indices=np.arange(nodes + first, nodes + until), limit=limit_s)
        reached = np.where(np.isfinite(found[:, :nodes]), np.ceil(found[:, :nodes]), UNREACHED_S)
        node_s[:, first:until] = reached.T.astype(np.uint16)
    return TimesTable(graph, times.open_s, node_s)


def _with_targets(graph: RoadGraph, arcs: ReversedArcs, times: EdgeTimes, targets: Spots) -> Any:
    """The reversed arcs, and one virtual node per target from which its street is entered."""
    tails, seconds, ends = [arcs.tails], [times.through_s[arcs.edges]], []
    length = len(arcs.tails)
    for index in range(len(targets)):
        spot = targets.at(index)
        for edge, begin, until in both_ways(graph, spot, leaving=False) if spot is not None else ():
            into = arcs.tails_of_edge(edge)
            tails.append(into)
            seconds.append(np.full(len(into), (until - begin) * times.open_s[edge]))
            length += len(into)
        ends.append(length)
    starts = np.concatenate([arcs.starts, np.array(ends, dtype=np.int32)])
    size = graph.arcs.node_count + len(targets)
    return sparse.csr_matrix((np.concatenate(seconds), np.concatenate(tails), starts), shape=(size, size), copy=False)
