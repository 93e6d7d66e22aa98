"""One incident over 2,000 moving units in San Francisco: the whole recommendation, road times included.

    .venv/bin/python -m benchmarks.recommend_moving [units] [incidents]

Every unit is on the road with a fix of its own; its spot on the road graph was found when the fix arrived, as in the
product; and as in the product, the collector is kept off the city's tables while somebody waits (`turnout.serving`).
Side by side in one run: the nearest unit as the crow flies, and how much later that would arrive.
"""

import gc
import math
import random
import statistics
import sys
import time
from pathlib import Path

import msgspec

from turnout.city.folder import SHIPPED, load_city
from turnout.core.board import Available, Board, Incident, Location, Unit
from turnout.core.catalogue import Catalogue
from turnout.recommend import Fix, PlaceSpots, Proposal, RoadConditions, RoadTimes, recommend
from turnout.recommend.rules.rotation import EQUAL_S
from turnout.roads import Roads, Spots
from turnout.words.moment import Moment
from turnout.words.place import Place, distance_m

NOW = Moment(1_483_300_800_000)
"""A Sunday noon of the real week."""


def a_fleet(catalogue: Catalogue, count: int, places: list[Place], draw: random.Random) -> dict[str, Unit]:
    """Units of the kinds that the real fleet has, in its proportions, all on the road and available."""
    entries = [unit for unit in catalogue.units.values() if not catalogue.agencies[unit.agency].neighbour]
    fleet = {}
    for number in range(count):
        entry = entries[number % len(entries)]
        kind = catalogue.unit_kinds[entry.kind]
        fleet[f"U{number}"] = Unit(
            id=f"U{number}",
            kind=entry.kind,
            agency=entry.agency,
            home=entry.station,
            station=entry.station,
            status=Available(in_quarters=False),
            since=NOW,
            capabilities=frozenset((*kind.capabilities, *entry.capabilities)),
            staffed=True,
            last_dispatched=Moment(NOW - draw.randrange(7_200_000)),
        )
    return fleet


def an_incident(
    catalogue: Catalogue, number: int, place: Place, zones: dict[str, str], draw: random.Random
) -> Incident:
    code = draw.choice([code for code, each in catalogue.types.items() if not each.advise_only])
    kind = catalogue.types[code]
    return Incident(
        id=f"I{number}",
        tag=f"F{number}",
        numbers={},
        opened=NOW,
        opened_by="bench",
        position="bench",
        status="pending",
        status_since=NOW,
        type=code,
        priority=kind.priority,
        agencies=kind.agencies,
        location=Location(text="bench", place=place, zones=zones),
        last_change=NOW,
    )


def lost_as_the_crow_flies(
    proposal: Proposal, board: Board, incident: Incident, fixes: dict[str, Fix], roads: RoadTimes
) -> float:
    """Seconds by which the nearest unit as the crow flies would arrive after the first one proposed; at least 0."""
    target = roads.spot_of(incident.location.place) if incident.location.place is not None else None
    if not proposal.lines or target is None or incident.location.place is None:
        return 0.0
    place, first = incident.location.place, proposal.lines[0]
    able = [
        unit
        for unit in board.units.values()
        if first.capability in unit.capabilities and unit.agency in incident.agencies
    ]
    crow = min(able, key=lambda unit: distance_m(fixes[unit.id].place, place))
    by_road = roads.drive_s(target, Spots.of([fixes[crow.id].spot, fixes[first.unit].spot]), None, True)
    return max(0.0, by_road[0] - by_road[1])


def main(units: int = 2_000, incidents: int = 200) -> None:
    draw = random.Random(7)
    city = load_city(Path(SHIPPED) / "san-francisco")
    assert city.artefacts.roads is not None
    roads = Roads.load(city.artefacts.roads)
    lat, lon = roads.graph.junction_lat, roads.graph.junction_lon
    nodes = list(range(len(lat)))
    places = [Place(float(lat[n]), float(lon[n])) for n in draw.choices(nodes, k=units + incidents)]
    fleet = a_fleet(city.catalogue, units, places, draw)
    positions = {
        unit_id: Fix(place, Moment(NOW - 5_000), roads.snap(place, draw.uniform(0, 360), 8.0), 8.0)
        for unit_id, place in zip(fleet, places[:units], strict=True)
    }
    board = Board(catalogue=city.catalogue, units=fleet)
    spots, conditions = PlaceSpots(roads), RoadConditions(roads)
    gc.collect()
    gc.freeze()  # as turnout.serving does once everything is open
    took_ms, lost_s, short = [], [], 0
    for number, place in enumerate(places[units:]):
        incident = an_incident(city.catalogue, number, place, dict(city.zones_at(place)), draw)
        started = time.perf_counter()
        times = RoadTimes(roads, spots, conditions.on(board), NOW)
        proposal = recommend(board, incident, NOW, positions, times)
        msgspec.json.encode(proposal)
        took_ms.append((time.perf_counter() - started) * 1e3)
        lost_s.append(lost_as_the_crow_flies(proposal, board, incident, positions, times))
        short += bool(proposal.shortfalls)
    took_ms.sort()
    p99 = took_ms[math.ceil(len(took_ms) * 0.99) - 1]
    print(f"{units} moving units, {incidents} incidents, {len(lat)} junctions")
    print(f"recommendation ms: p50 {statistics.median(took_ms):.1f}  p99 {p99:.1f}  max {took_ms[-1]:.1f}")
    late = sum(lost > EQUAL_S for lost in lost_s)
    print(
        f"as the crow flies: later by over {EQUAL_S:.0f} s in {100 * late / incidents:.0f} %, worst {max(lost_s):.0f} s"
    )
    print(f"shortfalls in {short} of {incidents}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
