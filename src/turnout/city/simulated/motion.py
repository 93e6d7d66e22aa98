"""How a vehicle moves along its way: it pulls away, keeps to the speed of the road, slows for corners, and stops.

A speed profile by the usual forward and backward pass over the points of the way under limits of acceleration
(kinematics only). The whole is then stretched or pressed to the time that the drive is to take, so that a drawn travel
time is met exactly and what happens in between still looks like driving.
"""

import bisect
import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec

from turnout.words.place import EARTH_RADIUS_M, Place, distance_m

ACCELERATION_MPS2 = 1.6
BRAKING_MPS2 = 2.2
"""A loaded fire engine reaches 50 km/h in about nine seconds and brakes without throwing the crew about."""
CORNER_DEG = 35.0
CORNER_MPS = 5.0
"""Into a side street at about 18 km/h."""
SPEED_MIN_MPS = 1.5
SHORT_M = 0.5


class Fix(msgspec.Struct, frozen=True, gc=False):
    """Where a vehicle is, which way it points, how fast it is."""

    place: Place
    heading_deg: float
    speed_mps: float


class Motion:
    """One drive along a line. Times count from setting out."""

    def __init__(self, line: Sequence[Place], clock_s: Sequence[float], total_s: float | None = None) -> None:
        """`clock_s` says when the road engine passes each point: its speeds. `total_s` is what the drive is to take."""
        kept = _apart(line)
        self.line = [line[i] for i in kept]
        self.length_m = [distance_m(a, b) for a, b in pairwise(self.line)]
        target = [
            max(SPEED_MIN_MPS, metres / max(clock_s[j] - clock_s[i], 0.05))
            for metres, (i, j) in zip(self.length_m, pairwise(kept), strict=True)
        ]
        self._speeds = _vertex_speeds(self.line, self.length_m, target)
        self._legs = [
            _Leg(metres, a, b, most)
            for metres, a, b, most in zip(self.length_m, self._speeds, self._speeds[1:], target, strict=False)
        ]
        self._starts_s = [0.0]
        for leg in self._legs:
            self._starts_s.append(self._starts_s[-1] + leg.seconds)
        natural_s = self._starts_s[-1]
        self.total_s = natural_s if total_s is None else total_s
        self._stretch = self.total_s / natural_s if natural_s > 0.0 else 1.0

    def after(self, elapsed_s: float) -> Fix:
        """Where it is after so many seconds; at the end, standing, once the drive is over."""
        if not self._legs:
            return Fix(self.line[-1], 0.0, 0.0)
        if elapsed_s >= self.total_s:
            return Fix(self.line[-1], bearing_deg(*self.line[-2:]), 0.0)
        natural_s = max(0.0, elapsed_s) / self._stretch
        index = min(bisect.bisect_right(self._starts_s, natural_s) - 1, len(self._legs) - 1)
        a, b = self.line[index], self.line[index + 1]
        metres, speed = self._legs[index].after(natural_s - self._starts_s[index])
        share = min(1.0, metres / self.length_m[index])
        place = Place(a.lat + (b.lat - a.lat) * share, a.lon + (b.lon - a.lon) * share)
        return Fix(place, bearing_deg(a, b), speed / self._stretch)


class _Leg:
    """A straight piece: up to a peak, on at it, down to the next speed."""

    def __init__(self, metres: float, first_mps: float, last_mps: float, most_mps: float) -> None:
        a, b = ACCELERATION_MPS2, BRAKING_MPS2
        reachable = math.sqrt((2 * a * b * metres + b * first_mps**2 + a * last_mps**2) / (a + b))
        self.first, self.peak = first_mps, max(first_mps, last_mps, min(most_mps, reachable), SPEED_MIN_MPS)
        up_m = max(0.0, (self.peak**2 - first_mps**2) / (2 * a))
        down_m = max(0.0, (self.peak**2 - last_mps**2) / (2 * b))
        scale = min(1.0, metres / (up_m + down_m)) if up_m + down_m > 0.0 else 0.0
        self.up_m, self.down_m = up_m * scale, down_m * scale
        self.metres, self.last = metres, last_mps
        self.up_s = 2 * self.up_m / (first_mps + self.peak)
        self.level_s = max(0.0, metres - self.up_m - self.down_m) / self.peak
        self.down_s = 2 * self.down_m / (last_mps + self.peak)
        self.seconds = self.up_s + self.level_s + self.down_s

    def after(self, elapsed_s: float) -> tuple[float, float]:
        """Metres along it and metres per second."""
        if elapsed_s < self.up_s:
            share = elapsed_s / self.up_s
            speed = self.first + (self.peak - self.first) * share
            return (self.first + speed) / 2 * elapsed_s, speed
        if elapsed_s < self.up_s + self.level_s:
            return self.up_m + self.peak * (elapsed_s - self.up_s), self.peak
        left_s = max(0.0, self.seconds - elapsed_s)
        share = left_s / self.down_s if self.down_s > 0.0 else 0.0
        speed = self.last + (self.peak - self.last) * share
        return self.metres - (self.last + speed) / 2 * left_s, speed


def _apart(line: Sequence[Place]) -> list[int]:
    """The points that lie apart from the one before; of the last ones the very last."""
    kept = [0]
    for i in range(1, len(line)):
        if distance_m(line[kept[-1]], line[i]) > SHORT_M:
            kept.append(i)
    if len(kept) > 1:
        kept[-1] = len(line) - 1
    return kept


def _vertex_speeds(line: Sequence[Place], length_m: Sequence[float], target: Sequence[float]) -> list[float]:
    """The highest speed at each point under road, corner and acceleration; zero at both ends."""
    speeds = [0.0]
    for i in range(1, len(line) - 1):
        turn = abs((bearing_deg(line[i], line[i + 1]) - bearing_deg(line[i - 1], line[i]) + 180.0) % 360.0 - 180.0)
        most = min(target[i - 1], target[i])
        speeds.append(min(most, CORNER_MPS) if turn > CORNER_DEG else most)
    speeds += [0.0] * (len(line) - len(speeds))
    for i in range(1, len(speeds)):
        speeds[i] = min(speeds[i], math.sqrt(speeds[i - 1] ** 2 + 2 * ACCELERATION_MPS2 * length_m[i - 1]))
    for i in range(len(speeds) - 2, -1, -1):
        speeds[i] = min(speeds[i], math.sqrt(speeds[i + 1] ** 2 + 2 * BRAKING_MPS2 * length_m[i]))
    return speeds


def moved(place: Place, north_m: float, east_m: float) -> Place:
    """The place so many metres away; for hundreds of metres, not for hundreds of kilometres."""
    metres_per_degree = EARTH_RADIUS_M * math.pi / 180.0
    lon = place.lon + east_m / (metres_per_degree * math.cos(math.radians(place.lat)))
    return Place(place.lat + north_m / metres_per_degree, lon)


def bearing_deg(a: Place, b: Place) -> float:
    """The heading from one place to one near it, degrees clockwise from north."""
    east = (b.lon - a.lon) * math.cos(math.radians((a.lat + b.lat) / 2.0))
    return math.degrees(math.atan2(east, b.lat - a.lat)) % 360.0
