"""What could stand better just now: gaps in the coverage with who could fill in, and sooner units for those under way.

Looked at in a thread of its own, never in the way of a dispatch: after a change of the units, not oftener than every
few seconds, and now and then because units drive. The newest look wins; an older one is simply replaced.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import msgspec
import numpy as np

from turnout.core.board import Available, Board, OffDuty, Unit
from turnout.core.catalogue import Catalogue
from turnout.core.events import Event
from turnout.coverage import Coverage, DemandPoints, Reached, may_still_move, say_gap, say_move, say_standard, see
from turnout.desk.access import Sight
from turnout.desk.desk import Told
from turnout.edge.advice import Adviser, OnRoads
from turnout.edge.counter import DeskAt
from turnout.recommend import Fix, RoadTimes, Swap, say_swap, still_holds, swaps
from turnout.recommend.starting import FORGOTTEN_MS
from turnout.roads import CLEAR, Conditions, Spot, Spots, TimesTable
from turnout.roads.times_table import LIMIT_MAX_S, UNREACHED_S
from turnout.words.identity import StationId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

EVERY_S: Final = 5.0
"""Between two looks. A person needs longer to read one, and a look takes a core for a tenth of a second."""
AT_LEAST_EVERY_S: Final = 20.0
"""Units drive though nothing is reported: what was said of them is looked at anew after so long."""
PLACE_LIMIT_M: Final = 300.0
"""A place of demand farther from any road than this is on water or in a wood; it is left out."""
ASKED_WITHIN_S: Final = 120.0
"""Who has a screen open asks every few seconds; when nobody has for two minutes, nothing is looked at."""
FIRST_WAIT_S: Final = 10.0
"""How long a question waits for the first look after a start."""


class Outlook:
    """One per process; `look_on` runs beside the desk."""

    def __init__(self, adviser: Adviser, desk: DeskAt, points: DemandPoints, now: Callable[[], Moment]) -> None:
        self._adviser, self._desk, self._now = adviser, desk, now
        self._on = adviser.on_roads
        self._all_points = self._points = points
        self._targets: Spots | None = None
        self._table: TimesTable | None = None
        self._table_of: tuple[str, float, Conditions] = ("", 0.0, CLEAR)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="outlook")
        self._changed, self._looked, self._asked = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._asked_at = 0.0
        self._is_closed = False
        self.coverage: Coverage | None = None
        self.swaps: tuple[Swap, ...] = ()

    def close(self) -> None:
        self._is_closed = True
        self._worker.shutdown(wait=False, cancel_futures=True)

    def hear(self, told: Told[Board, Event]) -> None:
        """Another look is wanted once units, closures or tables are others."""
        before, after = told.before, told.after
        if (
            before.units is not after.units
            or before.closures is not after.closures
            or before.catalogue is not after.catalogue
        ):
            self._changed.set()

    async def look_on(self) -> None:
        """For as long as the desk runs, while somebody asks."""
        while not self._is_closed:
            if time.monotonic() - self._asked_at > ASKED_WITHIN_S:
                self._asked.clear()
            await self._asked.wait()
            await self.look()
            await asyncio.sleep(EVERY_S)
            try:
                await asyncio.wait_for(self._changed.wait(), AT_LEAST_EVERY_S - EVERY_S)
            except TimeoutError:
                continue

    async def look(self) -> None:
        """One look at the board as it is now."""
        self._changed.clear()
        board = self._desk.board
        if board.catalogue is None:
            return
        on = self._adviser.on_roads
        work = partial(self.see, board, self._now(), on, dict(on.fixes), on.conditions.on(board))
        seen = await asyncio.get_running_loop().run_in_executor(self._worker, work)
        if seen is not None:
            self.coverage, self.swaps = seen
            self._looked.set()

    async def newest(self) -> Coverage | None:
        """The newest look, waited for a little where nobody has asked for a while; None where there is none yet."""
        if not self._asked.is_set():
            self._looked.clear()
            self.coverage = None
        self._asked_at = time.monotonic()
        self._asked.set()
        if self.coverage is None:
            try:
                await asyncio.wait_for(self._looked.wait(), FIRST_WAIT_S)
            except TimeoutError:
                return None
        return self.coverage

    # --- in the worker's thread

    def see(
        self, board: Board, at: Moment, on: OnRoads, fixes: Mapping[UnitId, Fix], conditions: Conditions
    ) -> tuple[Coverage, tuple[Swap, ...]] | None:
        assert board.catalogue is not None
        self._take(on)
        roads = RoadTimes(on.roads, on.spots, conditions, at)
        better = swaps(board, at, fixes, roads, self._adviser.find_place)
        targets = self._on_the_roads()
        table = self._table_under(targets, board.catalogue, at, conditions)
        if table is None:
            return None
        units = [unit for unit in board.units.values() if not isinstance(unit.status, OffDuty)]
        spots = {unit.id: self._spot_of(unit, board.catalogue, fixes.get(unit.id), at) for unit in units}
        reached = self._reached(table, spots, board.catalogue)
        return see(
            board, at, self._points, reached, partial(self._drives, spots, board.catalogue, at, conditions)
        ), better

    def _take(self, on: OnRoads) -> None:
        """Other roads are in force: what was worked out on the old ones is worth nothing."""
        if on is not self._on:
            self._on, self._points, self._targets, self._table = on, self._all_points, None, None

    def _on_the_roads(self) -> Spots:
        """The places of demand, on their roads; those that are on none are left out, once."""
        if self._targets is None:
            spots = Spots.of([self._on.roads.snap(place, limit_m=PLACE_LIMIT_M) for place in _places(self._points)])
            on_road = spots.edge >= 0
            self._points = self._points.only(on_road)
            self._targets = Spots(
                spots.edge[on_road], spots.fraction[on_road], spots.offset_m[on_road], spots.either_way[on_road]
            )
        return self._targets

    def _table_under(
        self, targets: Spots, catalogue: Catalogue, at: Moment, conditions: Conditions
    ) -> TimesTable | None:
        """The road times to all places, made anew when hour, closures or standards are others."""
        longest_s = float(max((standard.travel_s for standard in catalogue.coverage), default=0))
        wanted = (self._on.roads.profile.band_at(at), min(longest_s, LIMIT_MAX_S), conditions)
        if self._table is None or wanted[:2] != self._table_of[:2] or conditions is not self._table_of[2]:
            self._table = self._on.roads.times_to(
                targets, at, conditions, wanted[1], keep_on=lambda: not self._is_closed
            )
            self._table_of = wanted
        return self._table

    def _spot_of(self, unit: Unit, catalogue: Catalogue, fix: Fix | None, at: Moment) -> Spot | None:
        """Where it stands: in quarters, or not seen lately, at its station; else on the road."""
        in_quarters = isinstance(unit.status, Available) and unit.status.in_quarters
        if not in_quarters and fix is not None and at - fix.at <= FORGOTTEN_MS:
            return fix.spot
        station = catalogue.stations.get(unit.station)
        return None if station is None else self._on.spots.of(station.place)

    def _reached(self, table: TimesTable, spots: Mapping[UnitId, Spot | None], catalogue: Catalogue) -> Reached:
        stations = list(catalogue.stations.values())
        at_stations = Spots.of([self._on.spots.of(station.place) for station in stations])
        return Reached(
            units={unit: row for row, unit in enumerate(spots)},
            unit_s=self._expected(table.from_sources(Spots.of(list(spots.values())))),
            stations={station.id: row for row, station in enumerate(stations)},
            station_s=self._expected(table.from_sources(at_stations)),
        )

    def _expected(self, drive_s: np.ndarray[Any, np.dtype[np.uint16]]) -> np.ndarray[Any, np.dtype[np.uint16]]:
        """With what a real run takes beyond its road (roads/profile.py)."""
        more = np.uint16(round(self._on.roads.estimate(0.0).expected_s))
        return np.where(drive_s >= UNREACHED_S - more, np.uint16(UNREACHED_S), drive_s + more)

    def _drives(
        self,
        spots: Mapping[UnitId, Spot | None],
        catalogue: Catalogue,
        at: Moment,
        conditions: Conditions,
        station: StationId,
    ) -> dict[UnitId, float]:
        """Seconds of ordinary driving from every unit to the station: filling in is no emergency."""
        target = self._on.spots.of(catalogue.stations[station].place)
        if target is None:
            return {}
        reach = self._on.roads.reach(target, Spots.of(list(spots.values())), at, conditions, "routine")
        return dict(zip(spots, reach.times_s.tolist(), strict=True))


def _places(points: DemandPoints) -> list[Place]:
    return [Place(lat, lon) for lat, lon in zip(points.lat.tolist(), points.lon.tolist(), strict=True)]


# --- as it goes out


def coverage_shown(coverage: Coverage, board: Board, sight: Sight) -> dict[str, Any]:
    """The coverage as JSON, in words as well; moves only of units that may be seen."""
    catalogue = board.catalogue
    assert catalogue is not None
    moves = [move for move in coverage.moves if may_still_move(move, board)]
    return {
        "at": coverage.at,
        "seq": coverage.seq,
        "standards": [{**msgspec.structs.asdict(one), "text": say_standard(one)} for one in coverage.standards],
        "gaps": [{**msgspec.structs.asdict(one), "text": say_gap(one, catalogue)} for one in coverage.gaps],
        "moves": [
            {**msgspec.structs.asdict(one), "text": say_move(one, catalogue)}
            for one in moves
            if sight.unit_row(board.units[one.unit], board)
        ],
        "stations": coverage.stations,
    }


def coverage_said(coverage: Coverage, catalogue: Catalogue) -> Name:
    """The coverage in one line: every standard, then what is suggested, best first."""
    lines = [say_standard(one) for one in coverage.standards]
    lines += [say_move(one, catalogue) for one in coverage.moves]
    if not coverage.moves:
        lines.append(Name("no move is suggested", "暂无调防建议"))
    return Name("; ".join(line.en for line in lines), "；".join(line.zh for line in lines))


def swaps_shown(found: tuple[Swap, ...], board: Board, sight: Sight) -> list[dict[str, Any]]:
    """Swaps as JSON, in words as well: those of incidents that may be seen and that still hold."""
    return [
        {**msgspec.structs.asdict(one), "text": say_swap(one), "offer": one.offer}
        for one in found
        if (incident := board.incidents.get(one.incident_id)) is not None
        and sight.incident(incident)
        and still_holds(one, board)
    ]
