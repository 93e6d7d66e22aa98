"""Turn restrictions by splitting junctions, so that the search stays as fast as one over junctions.

Edges that arrive at a junction and may not leave it by the same set of edges get a node of their own there. An edge
arrives at exactly one node, and leaves from every node of its first junction that does not forbid it; each such
departure is an *arc*. A path of arcs is exactly a path of edges without a forbidden turn. This is the edge-based
expansion, merged wherever two edges have the same future, so a city with a few hundred restrictions grows by a few
hundred nodes instead of by a factor of three.
"""

import dataclasses
from collections.abc import Iterable

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


def split_arcs(junction_count: int, edge_from: Ints, edge_to: Ints, forbidden: Iterable[Turn]) -> Arcs:
    """Arcs that obey the forbidden turns, each of which must lead from an edge to one that begins where it ends."""
    barred: dict[int, set[int]] = {}
    for into, out in forbidden:
        assert edge_to[into] == edge_from[out], f"turn {into} -> {out} does not meet at one junction"
        barred.setdefault(into, set()).add(out)
    node_junction = list(range(junction_count))
    edge_head = edge_to.copy()
    node_of: dict[tuple[int, frozenset[int]], int] = {}
    split_at: dict[int, list[tuple[int, frozenset[int]]]] = {}
    for into, outs in sorted(barred.items()):
        junction, key = int(edge_to[into]), frozenset(outs)
        node = node_of.get((junction, key))
        if node is None:
            node = node_of[junction, key] = len(node_junction)
            node_junction.append(junction)
            split_at.setdefault(junction, []).append((node, key))
        edge_head[into] = node
    extra = [
        (node, edge)
        for edge in np.flatnonzero(np.isin(edge_from, list(split_at))).tolist()
        for node, key in split_at[int(edge_from[edge])]
        if edge not in key
    ]
    extra_tail = np.array([node for node, _ in extra], dtype=np.int32)
    edge = np.concatenate([np.arange(len(edge_from), dtype=np.int32), np.array([e for _, e in extra], dtype=np.int32)])
    return Arcs(
        node_junction=np.array(node_junction, dtype=np.int32),
        tail=np.concatenate([edge_from, extra_tail]).astype(np.int32),
        head=edge_head[edge].astype(np.int32),
        edge=edge.astype(np.int32),
        edge_head=edge_head.astype(np.int32),
    )
