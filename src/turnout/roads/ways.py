"""What OpenStreetMap's tags say about driving: class, speed, direction and who may. Pure rules over tags.

Sources: the OSM wiki pages Key:access, Key:oneway, Key:maxspeed, Tag:junction=roundabout and Relation:restriction.
Emergency vehicles may use what private cars may not, so the choices here differ from a car's:
taken are private and service roads, busways, gated roads and pedestrian streets, and any footway or path that says
`emergency=yes`; one-ways and turn restrictions are kept unless the map exempts emergency vehicles by name. Not taken
are roads that say `emergency=no`, that are closed to everybody (`access=no`) or to every vehicle, that change direction
by the hour (`oneway=reversible`), and roads that are not built yet or no more.
"""

import re
from collections.abc import Mapping
from typing import Literal, assert_never

import msgspec

from turnout.roads.graph import ROAD_CLASSES
from turnout.words.name import Name

Tags = Mapping[str, str]
Direction = Literal["both", "ahead", "back", "reversible"]

CLASS_SPEED_KMH = {
    "motorway": 100.0,
    "trunk": 80.0,
    "primary": 55.0,
    "secondary": 50.0,
    "tertiary": 40.0,
    "unclassified": 40.0,
    "residential": 40.0,
    "living_street": 15.0,
    "service": 15.0,
    "pedestrian": 10.0,
    "track": 15.0,
    "path": 8.0,
    "motorway_link": 60.0,
    "trunk_link": 50.0,
    "primary_link": 45.0,
    "secondary_link": 40.0,
    "tertiary_link": 35.0,
    "busway": 40.0,
}
"""The usual limit of a class where none is posted: urban values between those of OSRM's and Valhalla's car profiles."""

SPEED_KMH_MIN, SPEED_KMH_MAX = 5.0, 140.0
"""A posted limit outside these is a slip (or `maxspeed=0` on a closed road) and counts as not posted."""
MPH_KMH = 1.609344
KNOT_KMH = 1.852

_ON_FOOT = frozenset({"footway", "path", "cycleway", "bridleway", "steps", "track"})
_YES = frozenset({"yes", "designated", "official", "permissive", "destination", "permit", "private"})
_SERVICE_VEHICLES = ("emergency", "psv", "bus", "taxi", "hgv", "delivery")
_BARRED = frozenset({"no", "military", "agricultural", "forestry", "agricultural;forestry"})
_BARRIERS = frozenset(
    {"bollard", "block", "jersey_barrier", "debris", "fence", "wall", "guard_rail", "log", "planter", "barrier_board"}
)
_OPENED = frozenset({"removable", "rising", "foldable", "retractable"})
_SPEED = re.compile(r"^(?:[A-Z]{2}:)?\s*(\d{1,3}(?:\.\d+)?)\s*(mph|km/h|kmh|kph|knots)?$")
_SCOTTISH = re.compile(r"\bMc([a-z])(?=[a-z]{2})")
_PLACEHOLDER = re.compile(r"^unnamed #?\d*$", re.IGNORECASE)
_ORDINAL = re.compile(r"\b0*(\d+)(st|nd|rd|th)\b", re.IGNORECASE)


class WayRule(msgspec.Struct, frozen=True):
    """How one way may be driven."""

    road_class: str
    direction: Direction
    ahead_kmh: float
    back_kmh: float
    ahead_posted: bool
    back_posted: bool
    name: Name


def way_rule(tags: Tags) -> WayRule | str:
    """How a way may be driven, or the reason why it is not taken."""
    road_class = road_class_of(tags)
    if road_class is None:
        return "not a road"
    if not may_drive(tags, road_class):
        return "no access"
    direction = direction_of(tags, road_class)
    if direction == "reversible":
        return "reversible"
    usual = CLASS_SPEED_KMH[road_class]
    ahead = posted_kmh(tags.get("maxspeed:forward", tags.get("maxspeed", "")))
    back = posted_kmh(tags.get("maxspeed:backward", tags.get("maxspeed", "")))
    return WayRule(
        road_class, direction, ahead or usual, back or usual, ahead is not None, back is not None, name_of(tags)
    )


def road_class_of(tags: Tags) -> str | None:
    """The class a crew drives it as, or None where it is no road for them."""
    highway = tags.get("highway", "")
    if tags.get("area") == "yes":
        return None
    if highway in _ON_FOOT and highway != "track":
        return "path" if tags.get("emergency") in _YES and highway != "steps" else None
    if highway == "road":
        return "unclassified"
    if highway == "bus_guideway":
        return None
    return highway if highway in ROAD_CLASSES else None


def may_drive(tags: Tags, road_class: str) -> bool:
    """Whether an emergency vehicle may use the way; the nearest tag to it decides."""
    if "emergency" in tags:
        return tags["emergency"] != "no"
    if any(tags.get(kind) in _YES for kind in _SERVICE_VEHICLES) or road_class in ("pedestrian", "busway"):
        return tags.get("access") != "no" or any(tags.get(kind) in _YES for kind in _SERVICE_VEHICLES)
    for key in ("motor_vehicle", "vehicle", "access"):
        if key in tags:
            return tags[key] not in _BARRED
    return True


def direction_of(tags: Tags, road_class: str) -> Direction:
    """Which way it is driven, by `oneway` or implied by motorways and roundabouts."""
    if tags.get("oneway:emergency") == "no":
        return "both"
    match tags.get("oneway"):
        case "yes" | "1" | "true":
            return "ahead"
        case "-1" | "reverse":
            return "back"
        case "reversible":
            return "reversible"
        case "no" | "0" | "false" | "alternating":
            return "both"
        case _:
            implied = road_class == "motorway" or tags.get("junction") in ("roundabout", "circular")
            return "ahead" if implied else "both"


def directions_of(direction: Direction) -> tuple[bool, bool]:
    """Whether a way is driven along its points, and against them."""
    match direction:
        case "both":
            return True, True
        case "ahead":
            return True, False
        case "back":
            return False, True
        case "reversible":
            return False, False
        case _:
            assert_never(direction)


def posted_kmh(text: str) -> float | None:
    """A `maxspeed` value in km/h: `50`, `25 mph`, `30 mph;25 mph` (the lowest counts), `walk`. None when no number."""
    speeds = []
    for part in text.split(";"):
        if part.strip() in ("walk", "DE:walk"):
            speeds.append(7.0)
            continue
        found = _SPEED.match(part.strip())
        if found:
            per_unit = {"mph": MPH_KMH, "knots": KNOT_KMH}.get(found[2] or "", 1.0)
            speeds.append(float(found[1]) * per_unit)
    usable = [speed for speed in speeds if SPEED_KMH_MIN <= speed <= SPEED_KMH_MAX]
    return min(usable) if usable else None


def name_of(tags: Tags) -> Name:
    """The street's name; `ref` where a road has only a number."""
    plain = tidy(tags.get("name") or tags.get("ref") or "")
    return Name(tidy(tags.get("name:en") or "") or plain, tidy(tags.get("name:zh") or "") or plain)


def tidy(name: str) -> str:
    """A name as people write it. San Francisco's street table has `01St St`, `Mcallister St` and `Unnamed #117`.

    No tabs or control characters are left in it.
    """
    spaced = " ".join("".join(mark if mark.isprintable() else " " for mark in name).split())
    if _PLACEHOLDER.match(spaced):
        return ""
    ordinals = _ORDINAL.sub(lambda found: found[1] + found[2].lower(), spaced)
    return _SCOTTISH.sub(lambda found: "Mc" + found[1].upper(), ordinals)


def bars_vehicles(tags: Tags) -> bool:
    """Whether a point on a road stops every vehicle; gates are opened and removable bollards removed for a crew."""
    if tags.get("barrier") not in _BARRIERS or tags.get("bollard") in _OPENED:
        return False
    return not any(tags.get(key) in _YES for key in ("emergency", "motor_vehicle", "vehicle"))


def is_on_ground(tags: Tags) -> bool:
    """Whether the way is neither a bridge nor a tunnel, so that what lies beside it lies at its height."""
    return tags.get("layer", "0") == "0" and all(tags.get(key, "no") == "no" for key in ("bridge", "tunnel"))


class TurnRule(msgspec.Struct, frozen=True):
    """What a restriction relation says: these turns are forbidden, or only these are allowed."""

    only: bool


def turn_rule(tags: Tags) -> TurnRule | str:
    """What a `type=restriction` relation says for a crew, or the reason why it is not taken."""
    said = tags.get("restriction:emergency") or tags.get("restriction") or tags.get("restriction:motor_vehicle") or ""
    if not said:
        return "conditional" if "restriction:conditional" in tags else "for other vehicles"
    if "emergency" in tags.get("except", "").replace(" ", "").split(";"):
        return "emergency vehicles exempt"
    if said.startswith("no_"):
        return TurnRule(only=False)
    if said.startswith("only_"):
        return TurnRule(only=True)
    return "not understood"
