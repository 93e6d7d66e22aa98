"""A built city's gazetteer: municipal tables where a recipe has them, else what the OpenStreetMap extract says."""

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from turnout.city.draft import Draft
from turnout.city.extract import Extract
from turnout.roads.gazetteer.records import (
    CityNamed,
    CommonPlace,
    Crossing,
    GazetteerRecords,
    House,
    Neighbourhood,
    StreetSegment,
)
from turnout.roads.gazetteer.sources.common_places import read_common_places
from turnout.roads.gazetteer.sources.datasf import read_datasf
from turnout.roads.gazetteer.stored import build_gazetteer
from turnout.roads.graph import RoadGraph
from turnout.words.name import Name
from turnout.words.place import Place

OSM_SOURCE = "OpenStreetMap"


def write_gazetteer(municipal: Path | None, extract: Extract, graph: RoadGraph, draft: Draft, credit: str) -> None:
    """Write `gazetteer.sqlite` into the draft's folder, with the folder's own common places."""
    assert draft.city is not None, "only a folder that was read whole gets a gazetteer"
    records = read_datasf(municipal) if municipal is not None else records_of(extract, graph, draft)
    own = draft.folder / "common_places.csv"
    if own.is_file():
        records.add(read_common_places(own))
    about = draft.city.value
    build_gazetteer(records, CityNamed(about.name, about.also, credit), draft.folder / "gazetteer.sqlite")


def records_of(extract: Extract, graph: RoadGraph, draft: Draft) -> GazetteerRecords:
    """Streets, crossings, houses, stations and hospitals of the extract; neighbourhoods of the folder."""
    return GazetteerRecords(
        segments=[
            StreetSegment(
                street=street.name.en,
                line=tuple(Place(lat, lon) for lon, lat in shapely.get_coordinates(street.line).tolist()),
                street_zh=street.name.zh if street.name.zh != street.name.en else "",
            )
            for street in extract.streets
            if street.name.en
        ],
        crossings=crossings_of(graph),
        houses=[House(each.street, each.number, each.place, each.postcode) for each in extract.houses],
        common_places=[
            CommonPlace(each.name, each.kind, each.place, each.address, source=OSM_SOURCE)
            for each in extract.facilities
            if each.name.en
        ],
        neighbourhoods=[
            Neighbourhood(zone.value.name, _rings(outline))
            for zone, outline in zip(draft.zones, draft.outlines, strict=True)
            if zone.value.kind == "neighbourhood"
        ],
    )


def crossings_of(graph: RoadGraph) -> list[Crossing]:
    """Every pair of differently named streets that meet at a junction."""
    meeting: dict[int, set[Name]] = defaultdict(set)
    for edge in range(graph.edge_count):
        street = graph.street_of(edge)
        if street.en:
            meeting[int(graph.edge_from[edge])].add(street)
            meeting[int(graph.edge_to[edge])].add(street)
    return [
        Crossing(a, b, Place(float(graph.junction_lat[junction]), float(graph.junction_lon[junction])))
        for junction, names in meeting.items()
        for a, b in combinations(sorted({name.en for name in names}), 2)
    ]


def _rings(outline: BaseGeometry) -> tuple[tuple[Place, ...], ...]:
    return tuple(
        tuple(Place(lat, lon) for lon, lat in shapely.get_coordinates(ring).tolist())
        for part in shapely.get_parts(outline)
        for ring in (part.exterior, *part.interiors)
    )
