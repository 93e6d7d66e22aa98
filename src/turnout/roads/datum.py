"""GCJ-02 and BD-09, the datums of Chinese maps and devices, to and from WGS 84. Everything inside is WGS 84.

GCJ-02 has no published definition. The formulas are those that its users recovered and agree on (the transform of
`eviltransform` and `coordtransform`, on the Krasovsky 1940 ellipsoid); BD-09 is GCJ-02 with a second, published shift.
The way back has no closed form: it is found by repeating the way there, to less than a millimetre.
Outside the rough rectangle about China that all of them use, the datums are WGS 84 itself.
"""

import math
from collections.abc import Callable

from turnout.words.place import Place

_KRASOVSKY_A_M = 6_378_245.0
_KRASOVSKY_EE = 0.006_693_421_622_965_943_23
_SOUTH, _NORTH, _WEST, _EAST = 0.8293, 55.8271, 72.004, 137.8347
_BD_PI = math.pi * 3000.0 / 180.0
_CLOSE_DEG = 1e-9
"""A tenth of a millimetre."""
ROUNDS_MAX = 30
"""Each round shrinks the error about a hundredfold; seven are enough anywhere in the rectangle."""


def is_shifted(place: Place) -> bool:
    """Whether Chinese datums differ from WGS 84 here: the rough rectangle about China."""
    return _SOUTH <= place.lat <= _NORTH and _WEST <= place.lon <= _EAST


def gcj02_from_wgs84(place: Place) -> Place:
    """What a Chinese map calls this place."""
    return _shifted(place) if is_shifted(place) else place


def wgs84_from_gcj02(place: Place) -> Place:
    """Where a place on a Chinese map is. Within 0.7 km of the rectangle's rim it may be taken as outside."""
    found = _undone(place, _shifted) if is_shifted(place) else place
    return found if is_shifted(found) else place


def bd09_from_wgs84(place: Place) -> Place:
    """What a Baidu map calls this place."""
    return _baidu(_shifted(place)) if is_shifted(place) else place


def wgs84_from_bd09(place: Place) -> Place:
    """Where a place on a Baidu map is."""
    if not is_shifted(place):
        return place
    found = _undone(_undone(place, _baidu), _shifted)
    return found if is_shifted(found) else place


def _undone(wanted: Place, there: Callable[[Place], Place]) -> Place:
    """The place that `there` moves to `wanted`: the error of each guess is taken off it."""
    guess = wanted
    for _ in range(ROUNDS_MAX):
        seen = there(guess)
        north, east = wanted.lat - seen.lat, wanted.lon - seen.lon
        guess = Place(guess.lat + north, guess.lon + east)
        if abs(north) < _CLOSE_DEG and abs(east) < _CLOSE_DEG:
            break
    return guess


def _shifted(place: Place) -> Place:
    x, y = place.lon - 105.0, place.lat - 35.0
    wave = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + wave
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + wave
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    latitude = math.radians(place.lat)
    magic = 1.0 - _KRASOVSKY_EE * math.sin(latitude) ** 2
    meridian_m = _KRASOVSKY_A_M * (1.0 - _KRASOVSKY_EE) / (magic * math.sqrt(magic))
    parallel_m = _KRASOVSKY_A_M / math.sqrt(magic) * math.cos(latitude)
    return Place(place.lat + math.degrees(north / meridian_m), place.lon + math.degrees(east / parallel_m))


def _baidu(place: Place) -> Place:
    radius = math.hypot(place.lon, place.lat) + 0.000_02 * math.sin(place.lat * _BD_PI)
    angle = math.atan2(place.lat, place.lon) + 0.000_003 * math.cos(place.lon * _BD_PI)
    return Place(radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065)
