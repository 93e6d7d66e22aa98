"""Turn restrictions by splitting junctions, so that the search stays as fast as one over junctions.

Edges that arrive at a junction and may not leave it by the same set of edges get a node of their own there. An edge
arrives at exactly one node, and leaves from every node of its first junction that does not forbid it; each such
departure is an *arc*. A path of arcs is exactly a path of edges without a forbidden turn. This is the edge-based
expansion, merged wherever two edges have the same future, so a city with a few hundred restrictions grows by a few
hundred nodes instead of by a factor of three.
"""

import dataclasses
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Turn = tuple[int, int]
"""A forbidden turn: from this edge into that one. The first ends where the second begins."""


@dataclasses.dataclass(frozen=True, eq=False)
class Arcs:
    """What a search walks. `node_junction` says of each node at which junction it stands."""

    node_junction: Ints
    tail: Ints
    head: Ints
    edge: Ints
    edge_head: Ints
    """The node at which each edge arrives."""

    def arrays(self) -> dict[str, Ints]:
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @property
    def node_count(self) -> int:
        return len(self.node_junction)


def plain_arcs(junction_count: int, edge_from: Ints, edge_to: Ints) -> Arcs:
    """Arcs where every turn is allowed: one node per junction, one arc per edge."""
    return Arcs(
        node_junction=np.arange(junction_count, dtype=np.int32),
        tail=edge_from.copy(),
        head=edge_to.copy(),
        edge=np.arange(len(edge_from), dtype=np.int32),
        edge_head=edge_to.copy(),
    )


def split_arcs(junction_count: int, edge_from: Ints, edge_to: Ints, edge_twin: Ints, forbidden: Iterable[Turn]) -> Arcs:
    """Arcs that obey the forbidden turns, each of which must lead from an edge to one that begins where it ends.

    A forbidden left turn is not dodged by driving on to the next junction and turning back there: who leaves a
    junction where a turn was forbidden to him does not make a U-turn at the next one, unless it is a dead end.
    """
    barred: dict[int, frozenset[int]] = {}
    for into, out in forbidden:
        assert edge_to[into] == edge_from[out], f"turn {into} -> {out} does not meet at one junction"
        barred[into] = barred.get(into, frozenset()) | {out}
    leaving = _leaving_near(edge_from, edge_to, barred)
    splits = _Splits(junction_count)
    edge_head = edge_to.copy()
    for into, outs in sorted(barred.items()):
        edge_head[into] = splits.node(int(edge_to[into]), outs, strict=True)
    arcs = [(int(edge_from[edge]), int(edge_head[edge]), edge) for edge in range(len(edge_from))]
    for junction, outs, strict, node in splits:
        for edge in leaving[junction]:
            if edge in outs:
                continue
            head, end = int(edge_head[edge]), int(edge_to[edge])
            no_way_back = barred.get(edge, frozenset()) | {int(edge_twin[edge])}
            if strict and edge_twin[edge] >= 0 and not no_way_back.issuperset(leaving[end]):
                head = splits.node(end, no_way_back, strict=edge in barred)
            arcs.append((node, head, edge))
    tail, head_of, edge_of = (np.array(column, dtype=np.int32) for column in zip(*arcs, strict=True))
    return Arcs(np.array(splits.node_junction, dtype=np.int32), tail, head_of, edge_of, edge_head.astype(np.int32))


class _Splits:
    """The nodes that junctions are split into, in the order in which they came up; may grow while it is walked."""

    def __init__(self, junction_count: int) -> None:
        self.node_junction = list(range(junction_count))
        self._node_of: dict[tuple[int, frozenset[int], bool], int] = {}
        self._rows: list[tuple[int, frozenset[int], bool, int]] = []

    def node(self, junction: int, barred: frozenset[int], strict: bool) -> int:
        """The node of a junction for those who may not leave it by `barred`."""
        key = (junction, barred, strict)
        if key not in self._node_of:
            self._node_of[key] = len(self.node_junction)
            self._rows.append((*key, len(self.node_junction)))
            self.node_junction.append(junction)
        return self._node_of[key]

    def __iter__(self) -> Iterator[tuple[int, frozenset[int], bool, int]]:
        return iter(self._rows)


def _leaving_near(edge_from: Ints, edge_to: Ints, barred: Collection[int]) -> dict[int, list[int]]:
    """The edges that leave each junction, for those where turns are forbidden and all within two edges of them."""
    near = np.unique(edge_to[list(barred)]) if barred else np.empty(0, dtype=np.int32)
    for _ in range(2):
        near = np.union1d(near, edge_to[np.isin(edge_from, near)])
    leaving: dict[int, list[int]] = {int(junction): [] for junction in near}
    for edge in np.flatnonzero(np.isin(edge_from, near)).tolist():
        leaving[int(edge_from[edge])].append(edge)
    return leaving
