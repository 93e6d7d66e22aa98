"""Ways for simulated drivers: the city's real roads, with a straight line where no road leads."""

from itertools import pairwise

from turnout.city.simulated.motion import Motion
from turnout.roads import Drive, Roads
from turnout.words.moment import Moment
from turnout.words.place import Place, distance_m

OFF_ROAD_MPS = 6.0
"""Where no road leads (an island, a beach) the last stretch is driven straight, slowly."""
OFF_ROAD_MIN_M = 40.0
"""A crew does not leave the road for less: it walks."""
FASTEST_MPS = 28.0
"""100 km/h: no drawn pace makes a fire engine faster than that on average over a way."""
SNAP_M = 400.0


class Way:
    """A way that can be driven: its line, the road engine's clock over it, and how long it is expected to take."""

    def __init__(self, line: list[Place], clock_s: list[float], expected_s: float, intercept_s: float) -> None:
        self.line, self.clock_s = line, clock_s
        self.expected_s, self.intercept_s = expected_s, intercept_s
        self.length_m = sum(distance_m(a, b) for a, b in pairwise(line))

    def motion(self, total_s: float) -> Motion:
        """The drive over it in so many seconds, or in the fewest that are plausible."""
        return Motion(self.line, self.clock_s, max(total_s, self.length_m / FASTEST_MPS))


class Ways:
    """Finds ways over one city's roads. It knows no closures: a crew drives the way that it knows."""

    def __init__(self, roads: Roads) -> None:
        self._roads = roads

    def way(self, start: Place, end: Place, at: Moment, drive: Drive, heading_deg: float | None = None) -> Way:
        """From one place to another. `heading_deg` where the vehicle is under way already."""
        speed = None if heading_deg is None else FASTEST_MPS / 2
        a = self._roads.snap(start, heading_deg, speed, SNAP_M) or self._roads.snap(start, limit_m=SNAP_M)
        b = self._roads.snap(end, limit_m=SNAP_M)
        route = self._roads.route(a, b, at, drive=drive) if a is not None and b is not None else None
        intercept_s = self._roads.profile.pace(drive).intercept_s
        if route is None:
            straight_s = distance_m(start, end) / OFF_ROAD_MPS
            return Way([start, end], [0.0, straight_s], straight_s + intercept_s, intercept_s)
        line, clock_s = list(route.line), list(route.clock_s)
        off_m = distance_m(line[-1], end)
        if off_m > OFF_ROAD_MIN_M:
            line.append(end)
            clock_s.append(clock_s[-1] + off_m / OFF_ROAD_MPS)
        if distance_m(start, line[0]) > 1.0:
            lead_s = distance_m(start, line[0]) / OFF_ROAD_MPS
            line, clock_s = [start, *line], [0.0, *(lead_s + c for c in clock_s)]
        return Way(line, clock_s, self._roads.estimate(clock_s[-1], drive).expected_s, intercept_s)
