"""The roads as lines on a plane of metres, to find what is near: the spot of a fix, the edges of a closure.

The plane is equirectangular about the middle of the graph, which is true to 0.1 % over a city. A fix with a heading
is placed by Newson and Krumm's idea that distance and direction are two independent errors (Hidden Markov Map Matching
Through Noise and Sparseness, ACM GIS 2009), for a single fix: the squares of both, each over its usual size, are added.
"""

import math

import numpy as np
import shapely

from turnout.roads.graph import Floats, Ints, Longs, RoadGraph
from turnout.roads.spot import Spot, Spots
from turnout.words.place import EARTH_RADIUS_M, Place

SNAP_LIMIT_M = 100.0
"""Farther than this from any road a fix or an address is not on the graph, unless the caller allows more."""
FIRST_LOOK_M = 40.0
"""Most fixes lie nearer to a road than this and need no wider look. What is found is the same either way."""
MOVING_MPS = 2.0
"""Slower than this a receiver's heading is noise, and the unit may set out either way."""
FIX_ERROR_M = 10.0
"""The usual error of a vehicle's fix in a street canyon; weighs distance against heading."""
HEADING_ERROR_DEG = 30.0
"""The usual error of a moving vehicle's heading against its road's."""
HEADING_COST_MAX = 9.0
"""Three times the usual error. A heading that fits no road near must not carry a fix to the next block."""


class Ground:
    """An index over a graph's polylines. Immutable; safe to share between threads."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._lat0 = float(np.mean(graph.shape_lat))
        self._lon0 = float(np.mean(graph.shape_lon))
        self._north_m = math.radians(EARTH_RADIUS_M)
        self._east_m = self._north_m * math.cos(math.radians(self._lat0))
        x, y = self.plane(graph.shape_lat, graph.shape_lon)
        points = np.diff(graph.shape_start)
        first = np.ones(len(x), dtype=bool)
        first[graph.shape_start[1:] - 1] = False
        begin = np.flatnonzero(first)
        self._ax, self._ay = x[begin], y[begin]
        self._dx, self._dy = x[begin + 1] - x[begin], y[begin + 1] - y[begin]
        length = np.hypot(self._dx, self._dy)
        self._length_sq = np.maximum(length * length, 1e-12)
        self._shape: Longs = np.repeat(np.arange(len(points)), points - 1)
        until = np.cumsum(length)
        first_segment = graph.shape_start[:-1] - np.arange(len(points))
        before_shape = (until - length)[first_segment]
        total = np.add.reduceat(length, first_segment)
        total = np.maximum(total, 1e-9)
        self._before = ((until - length) - before_shape[self._shape]) / total[self._shape]
        self._share = length / total[self._shape]
        self._bearing = np.degrees(np.arctan2(self._dx, self._dy)) % 360.0
        self._edge_ahead = np.full(len(points), -1, dtype=np.int32)
        self._edge_back = np.full(len(points), -1, dtype=np.int32)
        edges = np.arange(graph.edge_count, dtype=np.int32)
        self._edge_ahead[graph.edge_shape[~graph.edge_backward]] = edges[~graph.edge_backward]
        self._edge_back[graph.edge_shape[graph.edge_backward]] = edges[graph.edge_backward]
        ends = np.stack([np.stack([x[begin], y[begin]], -1), np.stack([x[begin + 1], y[begin + 1]], -1)], 1)
        self._tree = shapely.STRtree(shapely.linestrings(ends))

    def plane(self, lat: Floats, lon: Floats) -> tuple[Floats, Floats]:
        """Metres east and north of the middle of the graph."""
        return (lon - self._lon0) * self._east_m, (lat - self._lat0) * self._north_m

    def snap(
        self,
        place: Place,
        heading_deg: float | None = None,
        speed_mps: float | None = None,
        limit_m: float = SNAP_LIMIT_M,
    ) -> Spot | None:
        """The spot on the road for one place; None when no road is within `limit_m`. See `snap_many`."""
        return self.snap_many(
            np.array([place.lat]),
            np.array([place.lon]),
            None if heading_deg is None else np.array([heading_deg]),
            None if speed_mps is None else np.array([speed_mps]),
            limit_m,
        ).at(0)

    def snap_many(
        self,
        lat: Floats,
        lon: Floats,
        heading_deg: Floats | None = None,
        speed_mps: Floats | None = None,
        limit_m: float = SNAP_LIMIT_M,
    ) -> Spots:
        """Spots for many fixes at once. NaN stands for an unknown heading or speed, and for an unknown place.

        A fix with a heading that is not known to stand still is put on the edge that runs its way, and counts from
        the next junction; any other goes to the nearest road and may set out either way.
        """
        count = len(lat)
        heading = np.full(count, np.nan) if heading_deg is None else np.asarray(heading_deg, dtype=np.float64)
        if speed_mps is not None:
            heading = np.where(np.nan_to_num(speed_mps, nan=np.inf) < MOVING_MPS, np.nan, heading)
        x, y = self.plane(np.asarray(lat, dtype=np.float64), np.asarray(lon, dtype=np.float64))
        spots = Spots(
            edge=np.full(count, -1, dtype=np.int32),
            fraction=np.zeros(count),
            offset_m=np.full(count, np.inf),
            either_way=np.isnan(heading),
        )
        left = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if limit_m > FIRST_LOOK_M:
            left = self._place(spots, left, x, y, heading, FIRST_LOOK_M)
        if len(left):
            self._place(spots, left, x, y, heading, limit_m)
        return spots

    def _place(self, spots: Spots, fixes: Longs, x: Floats, y: Floats, heading: Floats, within_m: float) -> Longs:
        """Place these fixes on roads within that distance; the fixes that a road farther off might suit better."""
        pairs = self._tree.query(shapely.points(x[fixes], y[fixes]), predicate="dwithin", distance=within_m)
        fix, segment = fixes[pairs[0]], pairs[1]
        along = (x[fix] - self._ax[segment]) * self._dx[segment] + (y[fix] - self._ay[segment]) * self._dy[segment]
        along = np.clip(along / self._length_sq[segment], 0.0, 1.0)
        off_x = x[fix] - self._ax[segment] - along * self._dx[segment]
        off_y = y[fix] - self._ay[segment] - along * self._dy[segment]
        offset_sq = off_x * off_x + off_y * off_y
        edge, heading_cost = self._direction(segment, heading[fix])
        cost = offset_sq / (FIX_ERROR_M * FIX_ERROR_M) + heading_cost
        order = np.lexsort((cost, fix))
        best = order[np.flatnonzero(np.diff(fix[order], prepend=-1))]
        won, edge = fix[best], edge[best]
        fraction = self._before[segment[best]] + along[best] * self._share[segment[best]]
        spots.edge[won] = edge
        spots.fraction[won] = np.where(self.graph.edge_backward[edge], 1.0 - fraction, fraction).clip(0.0, 1.0)
        spots.offset_m[won] = np.sqrt(offset_sq[best])
        settled = won[cost[best] <= (within_m / FIX_ERROR_M) ** 2]
        return np.setdiff1d(fixes, settled, assume_unique=True)

    def _direction(self, segment: Longs, heading_deg: Floats) -> tuple[Ints, Floats]:
        """Of each segment the edge that runs nearest to the heading, and what the difference costs."""
        ahead, back = self._edge_ahead[self._shape[segment]], self._edge_back[self._shape[segment]]
        turn = np.abs((heading_deg - self._bearing[segment] + 180.0) % 360.0 - 180.0)
        unknown = np.isnan(turn)
        goes_ahead = np.where(ahead < 0, False, (back < 0) | unknown | (turn <= 90.0))
        turn = np.where(goes_ahead, turn, 180.0 - turn)
        cost = np.minimum((turn / HEADING_ERROR_DEG) ** 2, HEADING_COST_MAX)
        return np.where(goes_ahead, ahead, back), np.where(unknown, 0.0, cost)

    def shapes_near(self, line: shapely.Geometry, within_m: float) -> Longs:
        """The polylines that come within that distance of a geometry on the plane."""
        segments = self._tree.query(line, predicate="dwithin", distance=within_m)
        return np.unique(self._shape[segments])

    def edges_of_shapes(self, shapes: Longs) -> Ints:
        """The edges, in both directions, that run along these polylines."""
        edges = np.concatenate([self._edge_ahead[shapes], self._edge_back[shapes]])
        return np.unique(edges[edges >= 0])

    def line_of_shape(self, shape: int) -> shapely.LineString:
        """One polyline on the plane."""
        points = slice(self.graph.shape_start[shape], self.graph.shape_start[shape + 1])
        x, y = self.plane(self.graph.shape_lat[points], self.graph.shape_lon[points])
        return shapely.LineString(np.stack([x, y], -1))
