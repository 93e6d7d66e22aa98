"""What a newly built city starts with: stations from the map, a fleet to match, and areas around the stations by road.

The map knows houses, not crews, so the fleet is a guess by rule: people correct `units.csv`. Where the map knows no
house of an agency, one is put at the middle of the city and the build says so.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from turnout.city.areas import Junctions, outlines_of, travel_times_s
from turnout.city.extract import Extract, Facility, FacilityKind
from turnout.words.name import Name
from turnout.words.place import Place

STATION_COLUMNS: Final = ("id", "agency", "name_en", "name_zh", "lat", "lon", "address", "keep_available")
UNIT_COLUMNS: Final = ("id", "kind", "agency", "station", "capabilities", "crew_shared_with", "aliases")
HOSPITAL_COLUMNS: Final = ("id", "name_en", "name_zh", "lat", "lon", "address", "aliases")

ENGINES_MIN: Final = 3
TRUCK_EVERY: Final = 3
CHIEF_EVERY: Final = 8
PATROLS_PER_STATION: Final = 4
PATROLS_MIN: Final = 6
AMBULANCES_MIN: Final = 3
CREWS: Final = ("roads", "cleaning", "tree", "signal", "water", "sewer")
"""City services crews, one each, and an animal-care crew."""

SHORE_DEG: Final = 0.003
"""The city reaches about 300 m beyond its outermost roads."""
HULL_RATIO: Final = 0.15
"""Of `shapely.concave_hull`: tight enough to follow a coast, loose enough not to cut through blocks."""
OUTLINE_SHARE_MIN: Final = 0.7
"""An administrative outline is the city's when so much of the road network lies in it."""


@dataclass(frozen=True)
class House:
    """A station, as a line of stations.csv and as a place."""

    id: str
    agency: str
    name: Name
    place: Place
    address: str = ""

    def cells(self) -> tuple[object, ...]:
        place = (f"{self.place.lat:.6f}", f"{self.place.lon:.6f}")
        return (self.id, self.agency, self.name.en, self.name.zh, *place, self.address, "")


@dataclass(frozen=True)
class HouseRule:
    """Which facilities of the map are houses of an agency, in order of preference."""

    agency: str
    prefix: str
    kinds: tuple[FacilityKind, ...]
    name: Name


HOUSE_RULES: Final = (
    HouseRule("FIRE", "FS", ("fire_station",), Name("Fire station", "消防站")),
    HouseRule("EMS", "AS", ("ambulance_station", "hospital"), Name("Ambulance station", "急救站")),
    HouseRule("POL", "PS", ("police",), Name("Police station", "警署")),
    HouseRule("SVC", "YD", (), Name("City yard", "市政场站")),
)


def houses_of(extract: Extract, middle: Place, boundary: BaseGeometry) -> tuple[list[House], list[Name]]:
    """Stations of every agency inside the city, and what a person should know about them."""
    houses: list[House] = []
    notes: list[Name] = []
    for rule in HOUSE_RULES:
        found: list[Facility] = []
        for kind in rule.kinds:
            inside = [each for each in extract.facilities if each.kind == kind and _within(each.place, boundary)]
            found = found or inside
        houses += [_house(rule, n, each) for n, each in enumerate(found, start=1)]
        if not found:
            houses.append(House(f"{rule.prefix}1", rule.agency, rule.name, middle))
            notes.append(
                Name(
                    f"The map has no {rule.name.en.lower()}: one was put at the middle of the city. "
                    "Move it in stations.csv.",
                    f"地图中没有{rule.name.zh}：已在城市中部放置一处，请在 stations.csv 中更正。",
                )
            )
    return houses, notes


def _within(place: Place, boundary: BaseGeometry) -> bool:
    return bool(shapely.intersects_xy(boundary, place.lon, place.lat))


def _house(rule: HouseRule, number: int, facility: Facility) -> House:
    name = facility.name
    if not name.en:
        name = Name(f"{rule.name.en} {number}", f"{rule.name.zh}{number}")
    return House(f"{rule.prefix}{number}", rule.agency, name, facility.place, facility.address)


def fleet_of(houses: list[House]) -> list[tuple[object, ...]]:
    """Lines of units.csv: engines, trucks and chiefs at fire stations, ambulances, patrols, crews."""
    by_agency: dict[str, list[House]] = {}
    for house in houses:
        by_agency.setdefault(house.agency, []).append(house)
    lines: list[tuple[object, ...]] = []

    def add(code: str, kind: str, house: House, *capabilities: str) -> None:
        lines.append((code, kind, house.agency, house.id, " ".join(capabilities), "", ""))

    fire, ems, police, yards = (by_agency[agency] for agency in ("FIRE", "EMS", "POL", "SVC"))
    for n in range(max(ENGINES_MIN, len(fire))):
        add(f"E{n + 1:02}", "engine", fire[n % len(fire)])
    for n in range(0, max(1, len(fire)), TRUCK_EVERY):
        add(f"T{n // TRUCK_EVERY + 1:02}", "truck", fire[n])
    for n in range(0, max(1, len(fire)), CHIEF_EVERY):
        add(f"B{n // CHIEF_EVERY + 1:02}", "chief", fire[n], "battalion-chief")
    for n in range(max(AMBULANCES_MIN, 2 * len(ems))):
        add(f"M{n + 1:02}", "medic", ems[n % len(ems)])
    add("RC1", "rescue-captain", ems[0])
    for n in range(max(PATROLS_MIN, PATROLS_PER_STATION * len(police))):
        add(f"P{n + 1:02}", "patrol", police[n % len(police)])
    for n, house in enumerate(police, start=1):
        add(f"SG{n}", "patrol-sergeant", house)
    add("W1", "police-wagon", police[0])
    add("MC1", "traffic-motor", police[0])
    add("K1", "dog-team", police[0])
    for crew in CREWS:
        add(f"{crew[:2].upper()}01", "works-crew", yards[0], f"{crew}-crew")
    add("AN01", "works-crew", yards[0], "animal-care")
    return lines


def boundary_of(extract: Extract, junctions: Junctions) -> tuple[BaseGeometry, Name | None]:
    """The city's outline and a little more: the smallest administrative one that holds its roads, or their hull."""
    graph = junctions.graph
    points = np.column_stack([graph.junction_lon, graph.junction_lat])
    held = [area for area in extract.city_outlines if _share_within(points, area.shape) >= OUTLINE_SHARE_MIN]
    if held:
        outline = min(held, key=lambda area: float(area.shape.area)).shape
        return shapely.simplify(outline.buffer(SHORE_DEG), SHORE_DEG / 10), None
    hull = shapely.concave_hull(shapely.MultiPoint(points), ratio=HULL_RATIO)
    note = Name(
        "The map has no outline of the city: the hull of its roads is used. Draw a better one in boundary.geojson.",
        "地图中没有城市轮廓：已用道路外包线代替，可在 boundary.geojson 中改画。",
    )
    return shapely.simplify(hull.buffer(SHORE_DEG), SHORE_DEG / 10), note


def _share_within(points: Any, outline: BaseGeometry) -> float:
    return float(np.mean(shapely.contains_xy(outline, points[:, 0], points[:, 1])))


def areas_around(
    junctions: Junctions, houses: list[House], land: BaseGeometry, agency: str, kind: str, prefix: str
) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """A zone around each house of the agency: the ground that it reaches first by road."""
    own = [house for house in houses if house.agency == agency]
    owner = np.argmin(travel_times_s(junctions, [house.place for house in own]), axis=0)
    outlines = outlines_of(junctions, owner, len(own), land)
    return [
        (
            {
                "id": f"{prefix}-{house.id}",
                "name_en": f"Area of {house.name.en}",
                "name_zh": f"{house.name.zh}辖区",
                "kind": kind,
                "agency": agency,
                "station": house.id,
            },
            outline,
        )
        for house, outline in zip(own, outlines, strict=True)
        if not outline.is_empty
    ]


def parts_of_city(
    extract: Extract, junctions: Junctions, land: BaseGeometry, city: Name
) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Neighbourhoods: every junction belongs to the mapped outline around it, or to the nearest mapped name."""
    graph = junctions.graph
    points = np.column_stack([graph.junction_lon, graph.junction_lat])
    named = [(area.name, area.shape.representative_point()) for area in extract.part_outlines]
    named += [(name, shapely.Point(place.lon, place.lat)) for name, place in extract.parts]
    named = [(name, point) for name, point in named if land.contains(point)] or [(city, land.representative_point())]
    middles = np.array([[point.x, point.y] for _, point in named])
    away = ((points[:, None, :] - middles[None, :, :]) ** 2).sum(axis=2)
    owner = np.argmin(away, axis=1).astype(np.int64)
    names = {name: n for n, (name, _) in enumerate(named)}
    for area in sorted(extract.part_outlines, key=lambda area: -float(area.shape.area)):
        if area.name in names:
            owner[shapely.contains_xy(area.shape, points[:, 0], points[:, 1])] = names[area.name]
    outlines = outlines_of(junctions, owner, len(named), land)
    return [
        ({"id": f"NB-{n:03}", "name_en": name.en, "name_zh": name.zh, "kind": "neighbourhood"}, outline)
        for n, ((name, _), outline) in enumerate(zip(named, outlines, strict=True), start=1)
        if not outline.is_empty
    ]
