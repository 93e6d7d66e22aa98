"""A city on a line: places at whole minutes of driving, stations at some of them, and a ruler instead of roads."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from turnout.core.board import Available, Board, OnIncident, Status, Unit
from turnout.core.catalogue import Agency, Catalogue, CoverageStandard, Discipline, Station, UnitKind
from turnout.coverage import Coverage, DemandPoints, Reached, see
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

NOW = Moment(1_700_000_000_000)
MINUTE_S = 60
PLACES = 21
"""At minutes 0 to 20."""
FOUR_MINUTES = CoverageStandard("engine", Name("First engine", "首到水罐车"), "fire", "engine", 4 * MINUTE_S)
EIGHT_MINUTES = CoverageStandard("truck", Name("Ladder", "云梯"), "fire", "truck", 8 * MINUTE_S)
KINDS = {
    "engine": UnitKind("engine", Name("E", "E"), "fire", ("engine",), 4, 80),
    "truck": UnitKind("truck", Name("T", "T"), "fire", ("truck",), 4, 80),
    "quint": UnitKind("quint", Name("Q", "Q"), "fire", ("engine", "truck"), 4, 80),
}


def a_line(
    stations: Mapping[str, int], *, standards: Sequence[CoverageStandard] = (FOUR_MINUTES,), **more: Any
) -> Catalogue:
    """Stations by the minute at which they stand."""
    kept = more.pop("keep", {})
    fields: dict[str, Any] = {
        "city": "line",
        "name": Name("Line", "线"),
        "time_zone": "UTC",
        "agencies": {
            "FD": Agency("FD", Name("Fire", "消防"), "fire", "F{yy}{n:06}"),
            "NB": Agency("NB", Name("Next", "邻"), "fire", "N{yy}{n:06}", neighbour=True),
        },
        "stations": {
            id: Station(
                id, Name(f"Station {id}", f"{id}站"), "FD", Place(1.0, float(at)), keep_available=kept.get(id, {})
            )
            for id, at in stations.items()
        },
        "unit_kinds": KINDS,
        "coverage": tuple(standards),
    }
    return Catalogue(**(fields | more))


def a_unit(id: str, home: str, kind: str = "engine", status: Status | None = None, **more: Any) -> Unit:
    fields: dict[str, Any] = {
        "id": id,
        "kind": kind,
        "agency": "FD",
        "home": home,
        "station": home,
        "status": status or Available(),
        "since": NOW,
        "capabilities": frozenset(KINDS[kind].capabilities),
        "staffed": True,
    }
    return Unit(**(fields | more))


def busy(incident: str = "I1") -> OnIncident:
    return OnIncident(incident, "on-scene")


def a_board(catalogue: Catalogue, *units: Unit) -> Board:
    return Board(at=NOW, seq=7, catalogue=catalogue, units={unit.id: unit for unit in units})


def places(weights: Sequence[float] | None = None, discipline: Discipline = "fire") -> DemandPoints:
    at = np.arange(PLACES, dtype=np.float64)
    return DemandPoints(
        np.ones(PLACES), at, {} if weights is None else {discipline: np.array(weights, dtype=np.float64)}
    )


def minute_of(board: Board, unit: Unit, on_the_road: Mapping[str, int]) -> int:
    assert board.catalogue is not None
    return on_the_road.get(unit.id, round(board.catalogue.stations[unit.station].place.lon))


def reached_on(board: Board, on_the_road: Mapping[str, int]) -> Reached:
    """As the crow drives: a minute is a minute. Units stand at their station unless they are on the road."""
    assert board.catalogue is not None
    line = np.arange(PLACES)
    units, stations = list(board.units.values()), list(board.catalogue.stations.values())
    unit_at = np.array([minute_of(board, unit, on_the_road) for unit in units], dtype=np.int64).reshape(-1, 1)
    station_at = np.array([round(each.place.lon) for each in stations], dtype=np.int64).reshape(-1, 1)
    return Reached(
        units={unit.id: row for row, unit in enumerate(units)},
        unit_s=(np.abs(unit_at - line) * MINUTE_S).astype(np.uint16),
        stations={station.id: row for row, station in enumerate(stations)},
        station_s=(np.abs(station_at - line) * MINUTE_S).astype(np.uint16),
    )


def seen(board: Board, points: DemandPoints | None = None, on_the_road: Mapping[str, int] | None = None) -> Coverage:
    """The coverage of this board."""
    road = on_the_road or {}
    assert board.catalogue is not None
    stations = board.catalogue.stations

    def drives(station: str) -> dict[str, float]:
        to = round(stations[station].place.lon)  # type: ignore[index]
        return {unit.id: abs(minute_of(board, unit, road) - to) * 60.0 for unit in board.units.values()}

    return see(board, NOW, points or places(), reached_on(board, road), drives)  # type: ignore[arg-type]
