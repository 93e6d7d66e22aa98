"""The newest place of every unit, in memory, in arrays. Never in the journal; a restart begins with none.

Fixes arrive in batches; a batch costs a few array operations, so that 600 units ten times a second are a small part of
a core (measures.md: batch 50 or more). Each is judged first (`plausible.py`), and what is refused says why.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np

from turnout.telemetry import plausible
from turnout.telemetry.plausible import Codes, Floats, Ints
from turnout.words.identity import UnitId
from turnout.words.moment import Moment
from turnout.words.place import Place

BATCH_MAX: Final = 5_000
"""Fixes in one message: every unit of the largest city once."""


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A place that a unit reports. `heading` in degrees from north, clockwise; `at` when it was measured."""

    unit: str
    lat: float
    lon: float
    heading: float | None = None
    speed_mps: float | None = None
    at: Moment
    source: str = ""


class RefusedFix(msgspec.Struct, frozen=True):
    """`index` in the batch."""

    index: int
    unit: str
    code: str


class Taken(msgspec.Struct, frozen=True):
    """What came of a batch. `units` are those that have a new place."""

    taken: int
    refused: tuple[RefusedFix, ...]
    units: tuple[UnitId, ...]


class Held(msgspec.Struct, frozen=True):
    """The newest place of one unit."""

    unit: UnitId
    place: Place
    heading: float | None
    speed_mps: float | None
    at: Moment
    source: str


class _Aside(msgspec.Struct):
    """A place too far to be believed at once, and how often it has been confirmed."""

    lat: float
    lon: float
    at: int
    confirmed: int


class Latest:
    """`bounds` of the city: west, south, east, north. Units are those of the tables; others are refused."""

    def __init__(self, units: Sequence[UnitId], bounds: tuple[float, float, float, float]) -> None:
        self._bounds = bounds
        self._index: dict[str, int] = {}
        self._units: list[UnitId] = []
        self._source: list[str] = []
        self._lat = self._lon = self._heading = self._speed = np.empty(0)
        self._at: Ints = np.empty(0, dtype=np.int64)
        self._aside: dict[int, _Aside] = {}
        self.know(units)

    def know(self, units: Sequence[UnitId]) -> None:
        """The units of the tables now in force. What is held of the others stays until a restart, and is not shown."""
        new = [unit for unit in units if unit not in self._index]
        for unit in new:
            self._index[unit] = len(self._units)
            self._units.append(unit)
            self._source.append("")
        unknown = np.full(len(new), np.nan)
        self._lat = np.concatenate([self._lat, unknown])
        self._lon = np.concatenate([self._lon, unknown])
        self._heading = np.concatenate([self._heading, unknown])
        self._speed = np.concatenate([self._speed, unknown])
        self._at = np.concatenate([self._at, np.zeros(len(new), dtype=np.int64)])

    def take(self, fixes: Sequence[Fix], now: Moment) -> Taken:
        """Judge and keep. Several fixes of one unit in a batch are taken one after the other."""
        refused: list[RefusedFix] = []
        taken = 0
        changed: dict[UnitId, None] = {}
        for positions in _rounds(fixes):
            codes = self._take_round([fixes[position] for position in positions], now)
            for position, code in zip(positions, codes.tolist(), strict=True):
                if code == plausible.OK:
                    taken += 1
                    changed[UnitId(fixes[position].unit)] = None
                else:
                    refused.append(RefusedFix(position, fixes[position].unit, plausible.CODES[code]))
        refused.sort(key=lambda one: one.index)
        return Taken(taken, tuple(refused), tuple(changed))

    def find(self, unit: UnitId) -> Held | None:
        row = self._index.get(unit)
        return self._held(row) if row is not None and self._at[row] > 0 else None

    def list_all(self) -> list[Held]:
        """Every unit whose place is known."""
        return [self._held(int(row)) for row in np.flatnonzero(self._at)]

    def arrays(self, units: Sequence[UnitId]) -> tuple[Floats, Floats, Floats, Floats]:
        """Latitude, longitude, heading and speed of `units`, for placing them on the roads; NaN where unknown."""
        rows = np.array([self._index[unit] for unit in units], dtype=np.int64)
        return self._lat[rows], self._lon[rows], self._heading[rows], self._speed[rows]

    def _held(self, row: int) -> Held:
        heading, speed = float(self._heading[row]), float(self._speed[row])
        return Held(
            unit=self._units[row],
            place=Place(float(self._lat[row]), float(self._lon[row])),
            heading=None if np.isnan(heading) else heading,
            speed_mps=None if np.isnan(speed) else speed,
            at=Moment(int(self._at[row])),
            source=self._source[row],
        )

    def _take_round(self, fixes: Sequence[Fix], now: Moment) -> Codes:
        rows = np.array([self._index.get(fix.unit, -1) for fix in fixes], dtype=np.int64)
        lat = np.array([fix.lat for fix in fixes])
        lon = np.array([fix.lon for fix in fixes])
        at = np.array([fix.at for fix in fixes], dtype=np.int64)
        held_at = np.where(rows >= 0, self._at[rows], 0) if len(self._at) else np.zeros(len(fixes), dtype=np.int64)
        codes = plausible.judge_places(lat, lon, self._bounds)
        codes = np.where(codes == plausible.OK, plausible.judge_times(at, held_at, now), codes).astype(np.int8)
        codes[rows < 0] = plausible.UNKNOWN_UNIT
        good = np.flatnonzero(codes == plausible.OK)
        if len(good):
            held = rows[good]
            metres = plausible.metres_between(self._lat[held], self._lon[held], lat[good], lon[good])
            far = plausible.jumps(np.nan_to_num(metres), at[good], held_at[good])
            for position in good[far]:
                if not self._confirms(int(rows[position]), fixes[position]):
                    codes[position] = plausible.JUMP
        self._keep(fixes, rows, codes)
        return codes

    def _confirms(self, row: int, fix: Fix) -> bool:
        """Whether this far place has by now been reported often enough to be believed."""
        aside = self._aside.get(row)
        here = np.array([fix.lat]), np.array([fix.lon])
        if aside is not None:
            metres = plausible.metres_between(np.array([aside.lat]), np.array([aside.lon]), *here)
            at, before = np.array([fix.at], dtype=np.int64), np.array([aside.at], dtype=np.int64)
            if not bool(plausible.jumps(metres, at, before)[0]):
                aside.lat, aside.lon, aside.at = fix.lat, fix.lon, fix.at
                aside.confirmed += 1
                return aside.confirmed >= plausible.JUMP_CONFIRMED_BY
        self._aside[row] = _Aside(fix.lat, fix.lon, fix.at, 0)
        return False

    def _keep(self, fixes: Sequence[Fix], rows: Ints, codes: Codes) -> None:
        good = np.flatnonzero(codes == plausible.OK)
        kept, believed = rows[good], [fixes[position] for position in good.tolist()]
        self._lat[kept] = [fix.lat for fix in believed]
        self._lon[kept] = [fix.lon for fix in believed]
        self._heading[kept] = [_or_nan(fix.heading) for fix in believed]
        self._speed[kept] = [_or_nan(fix.speed_mps) for fix in believed]
        self._at[kept] = [fix.at for fix in believed]
        for row, fix in zip(kept.tolist(), believed, strict=True):
            self._source[row] = fix.source
        if self._aside:
            for row in kept.tolist():
                self._aside.pop(row, None)


def by_unit(held: Sequence[Held]) -> Mapping[UnitId, Held]:
    return {one.unit: one for one in held}


def _rounds(fixes: Sequence[Fix]) -> list[list[int]]:
    """Positions in the batch, parted so that no part has a unit twice, each unit's fixes in the order given."""
    rounds: list[list[int]] = []
    seen: dict[str, int] = {}
    for position, fix in enumerate(fixes):
        turn = seen.get(fix.unit, 0)
        seen[fix.unit] = turn + 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(position)
    return rounds


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
