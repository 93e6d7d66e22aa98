"""One look at San Francisco's coverage over 600 and 2,000 moving units, as the worker thread does it.

    .venv/bin/python -m benchmarks.coverage_look [looks]

A third of the fleet is on incidents, half of those that are free are on the road with a fix of their own. The table of
road times is made once per hour of the week and set of closures; a look is everything after it: who reaches what, the
gaps, the moves with the drives to their stations, the swaps, and the answer as JSON.
"""

import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any, cast

import msgspec

from benchmarks.recommend_moving import NOW, a_fleet, an_incident
from turnout.city.folder import SHIPPED, City, load_city
from turnout.core.board import Assignment, Available, Board, Incident, OnIncident, Unit
from turnout.desk.access import Sight
from turnout.edge.advice import Adviser
from turnout.edge.counter import DeskAt
from turnout.edge.outlook import Outlook, coverage_shown
from turnout.edge.outlook_points import points_of
from turnout.recommend import Fix
from turnout.roads import Roads
from turnout.telemetry.latest import Latest
from turnout.words.identity import IncidentId, UnitId
from turnout.words.moment import Moment
from turnout.words.place import Place

INCIDENTS = 60
"""Running at once, each with units on the way or at work."""


def a_day(city: City, count: int, places: list[Place], draw: random.Random) -> Board:
    """A board with a third of its fleet at work."""
    fleet = a_fleet(city.catalogue, count, places, draw)
    incidents: dict[IncidentId, Incident] = {}
    for number in range(INCIDENTS):
        place = draw.choice(places)
        zones = {kind: str(zone) for kind, zone in city.zones_at(place).items()}
        incident = an_incident(city.catalogue, number, place, zones, draw)
        incidents[incident.id] = msgspec.structs.replace(incident, status="active")
    units: dict[UnitId, Unit] = {}
    for unit in fleet.values():
        if draw.random() < 1 / 3:
            incident = draw.choice(list(incidents.values()))
            stage = draw.choice(("dispatched", "enroute", "on-scene", "on-scene"))
            units[unit.id] = msgspec.structs.replace(unit, status=OnIncident(incident.id, stage))  # type: ignore[arg-type]
            assignment = Assignment(unit=unit.id, by=incident.opened_by, times={"dispatched": NOW})
            incidents[incident.id] = msgspec.structs.replace(incident, assignments=(*incident.assignments, assignment))
        else:
            units[unit.id] = msgspec.structs.replace(unit, status=Available(in_quarters=draw.random() < 0.5))
    return Board(catalogue=city.catalogue, units=units, incidents=incidents)


def main(looks: int = 20) -> None:
    city = load_city(Path(SHIPPED) / "san-francisco")
    assert city.artefacts.roads is not None
    roads = Roads.load(city.artefacts.roads, city.artefacts.speeds)
    lat, lon = roads.graph.junction_lat, roads.graph.junction_lon
    points = points_of(city, roads)
    for count in (600, 2_000):
        draw = random.Random(11)
        nodes = draw.choices(range(len(lat)), k=count)
        places = [Place(float(lat[n]), float(lon[n])) for n in nodes]
        board = a_day(city, count, places, draw)
        desk = cast(DeskAt, type("Still", (), {"board": board})())
        adviser = Adviser(roads, Latest(list(board.units), (-180.0, -90.0, 180.0, 90.0)), desk)
        outlook = Outlook(roads, adviser, desk, points, lambda: NOW)
        took: list[float] = []
        seen: Any = None
        for number in range(looks + 1):
            fixes = {
                unit: Fix(place, Moment(NOW - 5_000), roads.snap(place, draw.uniform(0, 360), 8.0), 8.0)
                for unit, place in zip(board.units, draw.sample(places, len(places)), strict=True)
            }
            started = time.perf_counter()
            seen = outlook.see(board, NOW, fixes, adviser.conditions_on(board))
            assert seen is not None
            msgspec.json.encode(coverage_shown(seen[0], board, Sight()))
            took.append((time.perf_counter() - started) * 1e3)
            if number == 0:
                print(f"{count} units, {len(points)} places, {len(lat)} junctions: with the table {took.pop():.0f} ms")
        took.sort()
        print(
            f"look ms: p50 {statistics.median(took):.0f}  max {took[-1]:.0f}; last: {len(seen[0].gaps)} gaps, "
            f"{len(seen[0].moves)} moves, {len(seen[1])} swaps"
        )
        outlook.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
