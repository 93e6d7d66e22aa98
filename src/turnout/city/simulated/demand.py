"""Demand for help, drawn from a fitted model: how many calls, when, of which type and where. Places, never persons.

A Poisson process whose rate follows the hour of the local week; the type follows the part of the day, the cell follows
the type (`benchmarks/demand_fit.py` fits it). It exists to place crews, to train and to load the product (charter, 7).
"""

import math
import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from zipfile import BadZipFile

import msgspec
import numpy as np

from turnout.city.simulated.motion import moved
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.place import Place
from turnout.words.trouble import Malformed

HOURS_OF_WEEK = 168
DAY_PARTS = 6
CELL_LAT_DEG = 0.0027
CELL_LON_DEG = 0.0034
"""About 300 m a side at 37.8 degrees north: a few blocks."""
JITTER_M = 40.0
"""The real places stand for whole blocks; a drawn call lies somewhere along the block."""
MONDAY_OFFSET_H = 72
"""1970-01-01, where moments begin, was a Thursday."""


def cell_of(place: Place) -> tuple[int, int]:
    return (math.floor(place.lat / CELL_LAT_DEG), math.floor(place.lon / CELL_LON_DEG))


class DrawnCall(msgspec.Struct, frozen=True, gc=False):
    """A call that the model made up: nobody made it."""

    at: Moment
    call_type: str
    urgent: bool
    address: str
    neighbourhood: str
    place: Place


class Demand:
    """The fitted model of one city, ready to draw from."""

    def __init__(self, path: Path) -> None:
        """Raises Malformed where the file is not a demand model."""
        try:
            with np.load(path, allow_pickle=False) as held:
                self._rate_per_hour = [float(r) for r in held["rate_per_hour"]]
                self._types = [str(t) for t in held["types"]]
                self._type_ends = [list(accumulate(map(float, row))) for row in held["type_share"]]
                self._urgent = [float(u) for u in held["urgent_share"]]
                self._cell_ends = [list(accumulate(map(float, row))) for row in held["cell_share"]]
                blocks = zip(
                    held["block_cell"].tolist(),
                    held["block_lat"].tolist(),
                    held["block_lon"].tolist(),
                    held["block_address"].tolist(),
                    held["block_neighbourhood"].tolist(),
                    strict=True,
                )
                self._blocks: dict[int, list[tuple[Place, str, str]]] = {}
                for cell, lat, lon, address, neighbourhood in blocks:
                    self._blocks.setdefault(cell, []).append((Place(lat, lon), address, neighbourhood))
        except (KeyError, ValueError, BadZipFile) as bad:
            raise Malformed(str(bad), str(path), "write it again with benchmarks/calibration.py") from bad
        if len(self._rate_per_hour) != HOURS_OF_WEEK:
            raise Malformed(f"{len(self._rate_per_hour)} hours instead of {HOURS_OF_WEEK}", str(path))

    def rate_per_hour(self, at: Moment, utc_offset_min: int) -> float:
        """Calls foretold per hour at this moment."""
        return self._rate_per_hour[_hour_of_week(at, utc_offset_min)]

    def draw(self, chance: random.Random, start: Moment, utc_offset_min: int, load: float = 1.0) -> Iterator[DrawnCall]:
        """Calls from `start` on, without end, in order of time. `load` multiplies the rate."""
        most_per_hour = max(self._rate_per_hour) * load
        at = float(start)
        while True:
            at += chance.expovariate(most_per_hour) * HOUR_MS
            rate = self.rate_per_hour(Moment(int(at)), utc_offset_min) * load
            if chance.random() * most_per_hour < rate:
                yield self._call(chance, Moment(int(at)), utc_offset_min)

    def place(self, chance: random.Random, call_type: str = "") -> tuple[Place, str, str]:
        """A place for a call of that type (of any, where the model does not know it), with block and neighbourhood."""
        index = self._types.index(call_type) if call_type in self._types else _pick(self._type_ends[0], chance)
        middle, address, neighbourhood = chance.choice(self._blocks[_pick(self._cell_ends[index], chance)])
        place = moved(middle, chance.uniform(-JITTER_M, JITTER_M), chance.uniform(-JITTER_M, JITTER_M))
        return place, address, neighbourhood

    def _call(self, chance: random.Random, at: Moment, utc_offset_min: int) -> DrawnCall:
        part = _hour_of_week(at, utc_offset_min) % 24 * DAY_PARTS // 24
        index = _pick(self._type_ends[part], chance)
        place, address, neighbourhood = self.place(chance, self._types[index])
        urgent = chance.random() < self._urgent[index]
        return DrawnCall(at, self._types[index], urgent, address, neighbourhood, place)


def _hour_of_week(at: Moment, utc_offset_min: int) -> int:
    return ((at + utc_offset_min * 60_000) // HOUR_MS + MONDAY_OFFSET_H) % HOURS_OF_WEEK


def _pick(ends: list[float], chance: random.Random) -> int:
    return min(bisect_right(ends, chance.random() * ends[-1]), len(ends) - 1)
