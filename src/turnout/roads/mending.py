"""Mends streets that end a step short of the crossing they belong to.

Municipal street tables are drawn street by street, and rounding leaves whole streets a metre or two beside their
crossings: they touch nothing, and no crew could be sent along them. A part that hangs together with nothing else is
joined to the rest wherever two of their junctions lie within `JOIN_M`. Parts that are connected already are left
alone: two dead ends on both sides of a fence are no crossing.
"""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from turnout.roads.graph import Flags, Floats, Ints
from turnout.words.place import EARTH_RADIUS_M

JOIN_M = 3.0
"""Less than a lane: two real junctions are never so close, and San Francisco's rounding errors reach 2.4 m."""


def joined(lat: Floats, lon: Floats, begin: Ints, end: Ints, on_ground: Flags) -> Ints:
    """For each junction the one that it becomes: itself, or one that an isolated part is joined to.

    `begin` and `end` are the edges' junctions. Junctions that are not `on_ground` (bridges, tunnels, barriers) are
    never joined.
    """
    count = len(lat)
    part = _parts(count, begin, end)
    largest = np.bincount(part).argmax()
    north_m = np.radians(lat) * EARTH_RADIUS_M
    east_m = np.radians(lon) * EARTH_RADIUS_M * np.cos(np.radians(lat.mean()))
    near = cKDTree(np.stack([north_m, east_m], -1)).query_pairs(JOIN_M, output_type="ndarray")
    apart = part[near[:, 0]] != part[near[:, 1]]
    near = near[apart & on_ground[near].all(axis=1) & (part[near] != largest).any(axis=1)]
    together = _parts(count, near[:, 0], near[:, 1])
    first = np.full(count, count, dtype=np.int64)
    np.minimum.at(first, together, np.arange(count))
    return first[together].astype(np.int32)


def _parts(count: int, begin: Ints, end: Ints) -> Ints:
    """Which of the parts that hang together each junction is in."""
    links = csr_matrix((np.ones(len(begin), dtype=np.int8), (begin, end)), shape=(count, count))
    _, part = connected_components(links, directed=False)
    parts: Ints = part
    return parts
