"""A built city's gazetteer: municipal tables where a recipe has them, else what the OpenStreetMap extract says."""

from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from turnout.city.draft import Draft
from turnout.roads.gazetteer.records import CityNamed, Neighbourhood
from turnout.roads.gazetteer.sources.common_places import read_common_places
from turnout.roads.gazetteer.sources.datasf import read_datasf
from turnout.roads.gazetteer.sources.osm import read_osm
from turnout.roads.gazetteer.stored import build_gazetteer
from turnout.words.place import Place


def write_gazetteer(municipal: Path | None, osm_file: Path, draft: Draft, credit: str) -> None:
    """Write `gazetteer.sqlite` into the draft's folder, with the folder's own neighbourhoods and common places."""
    assert draft.city is not None, "only a folder that was read whole gets a gazetteer"
    if municipal is not None:
        records = read_datasf(municipal)
    else:
        records = read_osm(osm_file)
        records.neighbourhoods = neighbourhoods_of(draft)
    own = draft.folder / "common_places.csv"
    if own.is_file():
        records.add(read_common_places(own))
    about = draft.city.value
    build_gazetteer(records, CityNamed(about.name, about.also, credit), draft.folder / "gazetteer.sqlite")


def neighbourhoods_of(draft: Draft) -> list[Neighbourhood]:
    """The folder's neighbourhoods, which cover the city without gaps, as the gazetteer keeps them."""
    return [
        Neighbourhood(zone.value.name, _rings(outline))
        for zone, outline in zip(draft.zones, draft.outlines, strict=True)
        if zone.value.kind == "neighbourhood"
    ]


def _rings(outline: BaseGeometry) -> tuple[tuple[Place, ...], ...]:
    return tuple(
        tuple(Place(lat, lon) for lon, lat in shapely.get_coordinates(ring).tolist())
        for part in shapely.get_parts(outline)
        for ring in (part.exterior, *part.interiors)
    )
