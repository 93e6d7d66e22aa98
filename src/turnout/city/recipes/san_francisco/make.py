"""The recipe itself: from the city's open data to a city folder's hand-editable files."""

import csv
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from turnout.city import areas
from turnout.city.recipes.san_francisco import source
from turnout.city.recipes.san_francisco.fleet import UNIT_COLUMNS, fire_and_ems_units, police_units, unit_facts
from turnout.city.recipes.san_francisco.stations import (
    POLICE_STATIONS,
    STATION_COLUMNS,
    StationLine,
    extra_stations,
    fire_stations,
    police_stations,
)
from turnout.city.templates import TEMPLATES
from turnout.city.write import csv_text, geojson_text, write_files
from turnout.roads.graph import RoadGraph
from turnout.words.place import Place

HERE: Final = Path(__file__).parent
SHIPPED: Final = HERE.parent.parent / "folders" / "san-francisco"
FITTED_PARTS: Final = ("common_places.csv", "speeds.toml", "week.csv.gz", "behaviour.toml", "demand.npz")
"""Made elsewhere and taken over as they are: places by hand, the week, and what was fitted to it."""
SHORE_DEG: Final = 0.003
"""The city reaches about 300 m beyond its shore: piers, bridges' feet, beaches."""

CRACK_DEG: Final = 0.0001
"""The city's outlines of neighbourhoods leave cracks of some metres between them; land has none."""
ISLANDS: Final = {"Treasure Island": "48", "Yerba Buena Island": "48"}
"""The bridge's end is nearer by road to stations across the water; the islands have a station of their own."""
GREEN_PARTS: Final = frozenset(
    {
        "Golden Gate Park",
        "Presidio National Park",
        "McLaren Park",
        "Lincoln Park / Ft. Miley",
        "Panhandle",
        "Candlestick Point SRA",
        "Aquatic Park / Ft. Mason",
        "Sutro Heights",
    }
)
"""Neighbourhoods that are parks: the city's data here has no other outlines of parks."""

Zones = list[tuple[dict[str, Any], BaseGeometry]]


def make_tables(municipal: Path, graph: RoadGraph, folder: Path) -> None:
    """Write every hand-editable file of San Francisco into `folder`. Raises Malformed naming the file of the source."""
    for template in (TEMPLATES, HERE / "overlay"):
        shutil.copytree(
            template, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__*", "extra_*", "invented_*")
        )
    for part in FITTED_PARTS:
        if (SHIPPED / part).is_file():
            shutil.copyfile(SHIPPED / part, folder / part)
    facilities = source.read_facilities(municipal)
    responses = source.read_responses(municipal)
    stations = [
        *fire_stations(facilities),
        *police_stations(facilities),
        *extra_stations(_overlay("extra_stations.csv")),
    ]
    units = fire_and_ems_units(responses, stations, unit_facts(HERE / "unit_facts.csv"))
    cells = [unit.cells() for unit in (*units, *police_units())]
    with _overlay("invented_units.csv").open(encoding="utf-8") as text:
        rows = csv.DictReader(line for line in text if not line.startswith("#"))
        cells += [tuple(row[column] for column in UNIT_COLUMNS) for row in rows]
    hoods = source.read_neighbourhoods(municipal)
    land = shapely.union_all([hood.shape for hood in hoods]).buffer(CRACK_DEG).buffer(-CRACK_DEG)
    junctions = areas.Junctions(graph)
    zones = [
        *with_ambulance_posts(
            _first_due(junctions, stations, responses, hoods, land),
            junctions,
            {station.id: station.place for station in stations},
            {unit.station for unit in units if unit.kind == "medic"},
        ),
        *_beats(junctions, stations, land),
        *_neighbourhoods(hoods),
    ]
    boundary = shapely.simplify(land.buffer(SHORE_DEG), SHORE_DEG / 6)
    write_files(
        folder,
        {
            "stations.csv": csv_text(STATIONS_REMARK, STATION_COLUMNS, (station.cells() for station in stations)),
            "units.csv": csv_text(UNITS_REMARK, UNIT_COLUMNS, cells),
            "zones.geojson": geojson_text(zones),
            "boundary.geojson": geojson_text([({"name": "San Francisco"}, boundary)]),
        },
    )


STATIONS_REMARK: Final = (
    "Fire and police stations: City Facilities, DataSF (PDDL). Fire Station 51, neighbours and yards: placed by hand."
)
UNITS_REMARK: Final = (
    "Fire and ambulance units: every unit of the real week, with its home told by its call sign or inferred.\n"
    "Police (3A01 ...), city services and neighbours are invented: see README.md."
)


def with_ambulance_posts(
    zones: Zones, junctions: areas.Junctions, places: Mapping[str, Place], posts: Collection[str]
) -> Zones:
    """First-due areas with the post whose ambulances reach their fire station soonest by road (functions 1.15)."""
    names = sorted(posts)
    at = junctions.nearest([places[str(properties["station"])] for properties, _ in zones])
    times_s = areas.travel_times_s(junctions, [places[post] for post in names])[:, at]
    return [
        ({**properties, "stations": {"ems": names[int(times_s[:, n].argmin())]}}, outline)
        for n, (properties, outline) in enumerate(zones)
    ]


def _overlay(file: str) -> Path:
    return HERE / "overlay" / file


def _first_due(
    junctions: areas.Junctions,
    stations: list[StationLine],
    responses: list[source.Response],
    hoods: list[source.Outline],
    land: BaseGeometry,
) -> Zones:
    """First-due areas, learned from the Station Area of the week's calls."""
    houses = [station for station in stations if station.agency == "FIRE"]
    number = {station.id.removeprefix("ST"): n for n, station in enumerate(houses)}
    calls = {run.call: run for run in responses if run.station_area in number}
    at = junctions.nearest([run.place for run in calls.values()])
    belongs_to = np.array([number[run.station_area] for run in calls.values()], dtype=np.int64)
    graph = junctions.graph
    times_s = areas.travel_times_s(junctions, [station.place for station in houses])
    handicap_s = areas.learn_handicaps_s(times_s, at, belongs_to)
    owner = np.argmin(times_s + handicap_s[:, None], axis=0)
    for hood in hoods:
        if hood.name in ISLANDS:
            on_it = shapely.contains_xy(hood.shape.buffer(SHORE_DEG), graph.junction_lon, graph.junction_lat)
            owner[on_it] = number[ISLANDS[hood.name]]
    outlines = areas.outlines_of(junctions, owner, len(houses), land)
    return [
        (
            {
                "id": f"FD{station.id.removeprefix('ST')}",
                "name_en": f"First due {station.name.en.removeprefix('Fire ')}",
                "name_zh": f"{station.name.zh}首出区",
                "kind": "first-due",
                "agency": "FIRE",
                "station": station.id,
                "group": "fire",
            },
            outline,
        )
        for station, outline in zip(houses, outlines, strict=True)
        if not outline.is_empty
    ]


def _beats(junctions: areas.Junctions, stations: list[StationLine], land: BaseGeometry) -> Zones:
    """Police beats: the district whose station is soonest by road. Invented; the real districts differ."""
    houses = [station for station in stations if station.agency == "POL"]
    times_s = areas.travel_times_s(junctions, [station.place for station in houses])
    outlines = areas.outlines_of(junctions, np.argmin(times_s, axis=0), len(houses), land)
    found: Zones = []
    for station, outline in zip(houses, outlines, strict=True):
        letter, en, zh, group = next(each for each in POLICE_STATIONS.values() if f"PS-{each[0]}" == station.id)
        properties = {"id": f"BEAT-{letter}", "name_en": f"{en} district", "name_zh": f"{zh}警区", "kind": "beat"}
        found.append((properties | {"agency": "POL", "station": station.id, "group": group}, outline))
    return found


def _neighbourhoods(hoods: list[source.Outline]) -> Zones:
    with (HERE / "neighbourhoods.csv").open(encoding="utf-8") as text:
        zh = {row["name"]: row["zh"] for row in csv.DictReader(line for line in text if not line.startswith("#"))}
    outlines = areas.without_crumbs([hood.shape for hood in hoods])
    return [
        (
            {
                "id": "NB-" + "".join(part for part in hood.name.upper() if part.isalnum()),
                "name_en": hood.name,
                "name_zh": zh.get(hood.name, hood.name),
                "kind": "neighbourhood",
            },
            outline,
        )
        for hood, outline in zip(hoods, outlines, strict=True)
    ]
