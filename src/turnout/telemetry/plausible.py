"""Whether a reported place can be believed. London 1992 believed wrong ones: here each refusal has a code.

Pure, over arrays: a batch of fixes against what is held of the same units. Distances are on a plane tangent at each
fix, good to a per mille within a city, which is all that these limits need.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]

OK: Final = 0
UNKNOWN_UNIT: Final = 1
PLACE_ZERO: Final = 2
SWAPPED_AXES: Final = 3
NOT_ON_EARTH: Final = 4
OUTSIDE_CITY: Final = 5
FUTURE: Final = 6
OLDER: Final = 7
JUMP: Final = 8

CODES: Final = (
    "ok",
    "unknown-unit",
    "place-zero",
    "swapped-axes",
    "place-not-on-earth",
    "outside-city",
    "fix-in-the-future",
    "fix-older-than-held",
    "fix-jumps",
)
"""The names of the numbers above; `edge/speech.py` has the words."""

ZERO_DEGREES: Final = 0.01
"""Around (0, 0) in the Gulf of Guinea, where receivers without a fix put themselves; no city is there."""

OUTSIDE_DEGREES: Final = 1.0
"""About 100 km around the city's bounds: a crew may transport far, a neighbour come from afar, nobody from farther."""

FUTURE_MS: Final = 30_000
"""Clocks of vehicles go wrong by seconds; a fix further ahead would hide all true ones after it."""

NO_CLOCK_BEFORE_MS: Final = 946_684_800_000
"""The year 2000: receivers that do not know the time yet say 1970 or 1980."""

JUMP_LEAST_M: Final = 400.0
"""Reflections between high buildings throw a fix that far; it is no jump, and the next one corrects it."""

JUMP_SPEED_MPS: Final = 70.0
"""250 km/h: faster than any unit on a road, slower than any error that matters (a helicopter needs its own kind)."""

JUMP_CONFIRMED_BY: Final = 2
"""Further fixes at the new place before it is believed: a receiver switched on after a ferry is soon believed."""

METRES_PER_DEGREE: Final = 111_195.0


def metres_between(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    """Distances in metres, element by element; NaN where either is NaN."""
    north = (lat_b - lat_a) * METRES_PER_DEGREE
    east = (lon_b - lon_a) * METRES_PER_DEGREE * np.cos(np.radians(lat_a))
    return np.hypot(north, east)


def judge_places(lat: Floats, lon: Floats, bounds: tuple[float, float, float, float]) -> Codes:
    """A code for each place by itself. `bounds` are the city's: west, south, east, north, in degrees."""
    west, south, east, north = bounds
    codes = np.zeros(len(lat), dtype=np.int8)
    inside = _within(lat, lon, west, south, east, north, OUTSIDE_DEGREES)
    swapped = _within(lon, lat, west, south, east, north, OUTSIDE_DEGREES)
    on_earth = (np.abs(lat) <= 90.0) & (np.abs(lon) <= 180.0)
    codes[~inside] = OUTSIDE_CITY
    codes[~on_earth] = NOT_ON_EARTH
    codes[~inside & swapped] = SWAPPED_AXES
    codes[(np.abs(lat) < ZERO_DEGREES) & (np.abs(lon) < ZERO_DEGREES)] = PLACE_ZERO
    return codes


def judge_times(at: Ints, held_at: Ints, now: int) -> Codes:
    """A code for each time. `held_at` is the newest fix held of the same unit, 0 where none is."""
    codes = np.zeros(len(at), dtype=np.int8)
    codes[(at < held_at) | (at < NO_CLOCK_BEFORE_MS)] = OLDER
    codes[at > now + FUTURE_MS] = FUTURE
    return codes


def jumps(metres: Floats, at: Ints, held_at: Ints) -> npt.NDArray[np.bool_]:
    """Which fixes lie farther from the one held than the time between allows."""
    seconds = np.maximum((at - held_at) / 1000.0, 1.0)
    return (held_at > 0) & (metres > JUMP_LEAST_M) & (metres > seconds * JUMP_SPEED_MPS)


def _within(
    lat: Floats, lon: Floats, west: float, south: float, east: float, north: float, margin: float
) -> npt.NDArray[np.bool_]:
    return (lat >= south - margin) & (lat <= north + margin) & (lon >= west - margin) & (lon <= east + margin)
