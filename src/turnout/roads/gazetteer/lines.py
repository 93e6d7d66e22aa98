"""Lines on the ground, measured in metres: how long, where halfway, how far from a place.

A city is small enough for an equirectangular plane about the line itself; the error is under 0.1 %.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from turnout.words.place import EARTH_RADIUS_M, Place

_M_PER_DEGREE = math.radians(EARTH_RADIUS_M)


def gap_m(a: Place, b: Place) -> float:
    """Metres between two places of one city, on the plane."""
    east = (b.lon - a.lon) * math.cos(math.radians(a.lat))
    return _M_PER_DEGREE * math.hypot(b.lat - a.lat, east)


def length_m(line: Sequence[Place]) -> float:
    """The length of a line."""
    return sum(gap_m(line[i], line[i + 1]) for i in range(len(line) - 1))


def along(line: Sequence[Place], share: float) -> Place:
    """The place at a share (0 to 1) of the line's length from its beginning."""
    left = max(0.0, min(1.0, share)) * length_m(line)
    for begin, end in pairwise(line):
        step = gap_m(begin, end)
        if step > 0 and left <= step:
            part = left / step
            return Place(begin.lat + part * (end.lat - begin.lat), begin.lon + part * (end.lon - begin.lon))
        left -= step
    return line[-1]


def share_of_nearest(line: Sequence[Place], place: Place) -> tuple[float, float, bool]:
    """(share of the length, metres away, place is on the left) of the spot of the line that is nearest to a place."""
    total, before, best = length_m(line), 0.0, (0.0, math.inf, True)
    squeeze = math.cos(math.radians(place.lat))
    for begin, end in pairwise(line):
        dx, dy = (end.lon - begin.lon) * squeeze, end.lat - begin.lat
        px, py = (place.lon - begin.lon) * squeeze, place.lat - begin.lat
        square = dx * dx + dy * dy
        part = max(0.0, min(1.0, (px * dx + py * dy) / square)) if square else 0.0
        away = _M_PER_DEGREE * math.hypot(px - part * dx, py - part * dy)
        step = gap_m(begin, end)
        if away < best[1]:
            best = ((before + part * step) / total if total else 0.0, away, dx * py - dy * px > 0)
        before += step
    return best


def middle_most(places: Sequence[Place]) -> Place:
    """Of several places the one with the least distance to all others."""
    return min(places, key=lambda one: sum(gap_m(one, other) for other in places))


def clusters(places: Iterable[Place], within_m: float) -> list[list[int]]:
    """The places' numbers in groups; a place belongs to the first group with a member within that distance."""
    groups: list[list[int]] = []
    seen: list[Place] = []
    for number, place in enumerate(places):
        near = [group for group in groups if any(gap_m(seen[member], place) <= within_m for member in group)]
        seen.append(place)
        if near:
            near[0].append(number)
            for other in near[1:]:
                near[0].extend(other)
                groups.remove(other)
        else:
            groups.append([number])
    return groups
