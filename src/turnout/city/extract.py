"""What a city folder takes from an OpenStreetMap extract besides its roads: stations, hospitals, outlines, map areas.

Tags after the OpenStreetMap wiki's pages of the same names. Wants the optional extra `build`.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from turnout.roads.ways import name_of, way_rule
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed

FacilityKind = Literal["fire_station", "police", "hospital", "ambulance_station"]
FACILITY_KINDS: Final[tuple[FacilityKind, ...]] = ("fire_station", "police", "hospital", "ambulance_station")

PART_PLACES: Final = ("suburb", "quarter", "neighbourhood", "borough", "village", "hamlet", "town", "city_block")
"""`place` values that are parts of a city, or of a district in the country."""

PARK_TAGS: Final = {
    "leisure": ("park", "garden", "golf_course", "nature_reserve", "playground", "pitch"),
    "landuse": ("forest", "grass", "cemetery", "meadow", "recreation_ground", "vineyard"),
    "natural": ("wood", "scrub", "beach", "heath"),
}
WATER_TAGS: Final = {"natural": ("water", "bay"), "waterway": ("riverbank", "dock"), "landuse": ("basin", "reservoir")}

CITY_LEVEL_MAX: Final = 8
"""Administrative outlines up to this level hold a whole city; above it they are its parts."""

SAME_FACILITY_DEG: Final = 0.001
"""A point and an outline of one kind within about 100 m are the same house, mapped twice."""

CURE: Final = "take an extract of the city from OpenStreetMap, for example with BBBike or Geofabrik"


@dataclass(frozen=True)
class Facility:
    kind: FacilityKind
    name: Name
    place: Place
    address: str


@dataclass(frozen=True)
class NamedArea:
    name: Name
    shape: BaseGeometry


@dataclass(frozen=True)
class StreetLine:
    name: Name
    road_class: str
    limit_kmh: int
    """0 where none is posted."""
    one_way: bool
    line: BaseGeometry


@dataclass
class Extract:
    """Everything that the extract had for us."""

    streets: list[StreetLine] = field(default_factory=list)
    facilities: list[Facility] = field(default_factory=list)
    parts: list[tuple[Name, Place]] = field(default_factory=list)
    """Named parts of the city, as points."""
    part_outlines: list[NamedArea] = field(default_factory=list)
    city_outlines: list[NamedArea] = field(default_factory=list)
    waters: list[NamedArea] = field(default_factory=list)
    parks: list[NamedArea] = field(default_factory=list)
    buildings: list[BaseGeometry] = field(default_factory=list)
    hydrants: list[tuple[str, Place]] = field(default_factory=list)
    """Identity (the `ref` on the hydrant, else the map's own number) and place."""


def read_extract(osm_file: Path) -> Extract:
    """Streets, points and areas of the file. Raises Malformed where it is no OpenStreetMap file."""
    with tempfile.TemporaryDirectory() as scratch:
        ordered = Path(scratch) / "ordered.osm.pbf"
        try:
            _write_ordered(osm_file, ordered)
            found = _read_ordered(ordered)
        except (RuntimeError, ValueError, osmium.InvalidLocationError) as trouble:
            raise Malformed(str(trouble), str(osm_file), CURE) from trouble
    found.facilities = list(without_doubles(found.facilities))
    return found


def _write_ordered(osm_file: Path, ordered: Path) -> None:
    """A copy sorted by kind and identity, which areas are assembled from; extracts made by hand often are not."""
    everything = osmium.MergeInputReader()
    if not everything.add_file(str(osm_file)):
        raise RuntimeError("there is nothing in it")
    with osmium.SimpleWriter(str(ordered)) as writer:
        everything.apply(writer, simplify=False)


def _read_ordered(osm_file: Path) -> Extract:
    found = Extract()
    keys = osmium.filter.KeyFilter(
        *(
            "highway",
            "amenity",
            "emergency",
            "place",
            "natural",
            "leisure",
            "landuse",
            "waterway",
            "building",
            "boundary",
        ),
    )
    shapes = osmium.geom.WKBFactory()
    for item in osmium.FileProcessor(str(osm_file)).with_areas(keys).with_filter(keys):
        tags = {tag.k: tag.v for tag in item.tags}
        if isinstance(item, osmium.osm.Node):
            _take_point(found, tags, Place(item.lat, item.lon))
            if tags.get("emergency") == "fire_hydrant":
                found.hydrants.append((tags.get("ref", "").strip() or f"n{item.id}", Place(item.lat, item.lon)))
        elif isinstance(item, osmium.osm.Way) and "highway" in tags:
            _take_street(found, tags, item)
        elif isinstance(item, osmium.osm.Area):
            shape = _shape_of(shapes, item)
            if shape is not None:
                _take_area(found, tags, shape)
    return found


def _shape_of(shapes: osmium.geom.WKBFactory, area: osmium.osm.Area) -> BaseGeometry | None:
    """The area's multipolygon; None where the extract cuts it off."""
    try:
        return shapely.make_valid(shapely.from_wkb(bytes.fromhex(shapes.create_multipolygon(area))))
    except (RuntimeError, shapely.errors.GEOSException):
        return None


def _take_point(found: Extract, tags: Mapping[str, str], place: Place) -> None:
    kind = facility_kind(tags)
    if kind is not None:
        found.facilities.append(Facility(kind, _named(tags), place, address_of(tags)))
    if tags.get("place") in PART_PLACES and "name" in tags:
        found.parts.append((name_of(tags), place))


def _take_street(found: Extract, tags: Mapping[str, str], way: osmium.osm.Way) -> None:
    rule = way_rule(tags)
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    if isinstance(rule, str) or len(points) < 2:
        return
    limit_kmh = round(rule.ahead_kmh) if rule.ahead_posted else 0
    line = shapely.LineString(points)
    found.streets.append(StreetLine(rule.name, rule.road_class, limit_kmh, rule.direction != "both", line))


def _take_area(found: Extract, tags: Mapping[str, str], shape: BaseGeometry) -> None:
    kind = facility_kind(tags)
    if kind is not None:
        middle = shape.representative_point()
        found.facilities.append(Facility(kind, _named(tags), Place(middle.y, middle.x), address_of(tags)))
    if _tagged(tags, WATER_TAGS):
        found.waters.append(NamedArea(name_of(tags), shape))
    elif _tagged(tags, PARK_TAGS):
        found.parks.append(NamedArea(name_of(tags), shape))
    elif "building" in tags and tags["building"] != "no":
        found.buildings.append(shape)
    if tags.get("boundary") == "administrative" and "name" in tags:
        level = tags.get("admin_level", "")
        if level.isdigit():
            outlines = found.city_outlines if int(level) <= CITY_LEVEL_MAX else found.part_outlines
            outlines.append(NamedArea(name_of(tags), shape))
    elif tags.get("place") in PART_PLACES and "name" in tags:
        found.part_outlines.append(NamedArea(name_of(tags), shape))


def _tagged(tags: Mapping[str, str], wanted: Mapping[str, tuple[str, ...]]) -> bool:
    return any(tags.get(key) in values for key, values in wanted.items())


def facility_kind(tags: Mapping[str, str]) -> FacilityKind | None:
    if tags.get("emergency") == "ambulance_station":
        return "ambulance_station"
    amenity = tags.get("amenity")
    return next((kind for kind in FACILITY_KINDS if kind == amenity), None)


def _named(tags: Mapping[str, str]) -> Name:
    """The name in both languages; where the map has no Chinese one, the local one stands in."""
    return name_of({key: value for key, value in tags.items() if key != "ref"})


def address_of(tags: Mapping[str, str]) -> str:
    return " ".join(tags[key] for key in ("addr:housenumber", "addr:street") if key in tags)


def without_doubles(facilities: list[Facility]) -> Iterator[Facility]:
    """Each house once: the one with a name and an address first."""
    kept: list[Facility] = []
    for each in sorted(facilities, key=lambda each: (not each.name.en, not each.address)):
        twin = any(
            other.kind == each.kind
            and abs(other.place.lat - each.place.lat) < SAME_FACILITY_DEG
            and abs(other.place.lon - each.place.lon) < SAME_FACILITY_DEG
            for other in kept
        )
        if not twin:
            kept.append(each)
    yield from sorted(kept, key=lambda each: (each.kind, each.name.en, each.place.lat, each.place.lon))
