"""The arms of a junction: what comes in and what leads away, with lanes, speeds and names.

Two one-way arms side by side with one name are the carriageways of one arm. All places are metres east and north of the
middle of the junction; bearings are degrees clockwise from north, outwards.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal

import msgspec

from turnout.roads.ways import posted_kmh
from turnout.signals.osm.clusters import CROSSING_M, Cluster, faces
from turnout.signals.osm.streets import Step, Streets, Walk
from turnout.signals.osm.widths import carriageway_m, narrow_m, tagged_m
from turnout.words.name import Name
from turnout.words.place import EARTH_RADIUS_M, Place

SIGHT_M: Final = 25.0
"""So far out an arm shows where it leads."""
INSIDE_WALK_M: Final = 60.0
WIDE_CLASSES: Final = frozenset({"motorway", "trunk", "primary", "secondary"})
PAIR_DEG: Final = 40.0
PAIR_M: Final = 45.0
LANES_MAX: Final = 20
SPEED_UNKNOWN_KMH: Final = 50.0
"""At which a junction is cleared where no limit is posted."""
FASTEST_KMH: Final[Mapping[str, float]] = {
    "motorway": 100.0,
    "trunk": 100.0,
    "primary": 70.0,
    "secondary": 70.0,
    "tertiary": 60.0,
    "motorway_link": 80.0,
    "trunk_link": 80.0,
}
"""The fastest limit that is usual on such a street at a signal, for its amber where none is posted; else 50."""
Point = tuple[float, float]
Mark = Literal["left", "through", "right", "u-turn"]
MARKS: Final[Mapping[str, Mark]] = {
    "left": "left",
    "slight_left": "left",
    "sharp_left": "left",
    "through": "through",
    "right": "right",
    "slight_right": "right",
    "sharp_right": "right",
    "reverse": "u-turn",
}


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of street that meets the junction, along `line` from its node in the junction outwards."""

    node: int
    way: int
    nodes: tuple[int, ...]
    line: tuple[Point, ...]
    name: Name
    road_class: str
    comes: bool
    leads: bool
    lanes_in: int
    lanes_out: int
    lanes_are_known: bool
    speed_kmh: float
    speed_is_posted: bool
    amber_kmh: float
    """Of the fastest who are to be expected."""
    width_m: float
    """Of the carriageway, at most as the map has it."""
    narrow_m: float
    """And at least."""
    width_is_tagged: bool
    marks: tuple[frozenset[Mark], ...] = ()
    """What is painted on each lane that comes in, from the left; an empty set where nothing is."""
    lamp_m: float | None = None
    """From the middle to a lamp that those who come in look at."""
    crossing_m: float | None = None
    """From the middle to a crossing with signals."""

    @property
    def at(self) -> Point:
        """Where it is seen from the middle."""
        return along(self.line, SIGHT_M)

    @property
    def bearing(self) -> float:
        """Of the place where it is seen."""
        return bearing_of(self.at)

    @property
    def direction(self) -> float:
        """In which it leads away; of one beside the middle, not the same as its bearing."""
        (east, north), (from_east, from_north) = self.at, self.line[0]
        return bearing_of((east - from_east, north - from_north))


class Arm(msgspec.Struct, frozen=True):
    """The legs of one arm: `coming` brings traffic, `leading` takes it; the same one, or two carriageways, or one."""

    coming: Leg | None
    leading: Leg | None

    @property
    def legs(self) -> list[Leg]:
        both = [leg for leg in (self.coming, self.leading) if leg is not None]
        return both[:1] if len(both) == 2 and both[0] is both[1] else both

    @property
    def bearing(self) -> float:
        """In which it leads away."""
        easts, norths = zip(*(unit(leg.direction) for leg in self.legs), strict=True)
        return round(bearing_of((sum(easts), sum(norths))), 1) % 360.0

    @property
    def name(self) -> Name:
        return self.legs[0].name

    @property
    def lanes_in(self) -> int:
        return self.coming.lanes_in if self.coming is not None else 0

    @property
    def lanes_out(self) -> int:
        return self.leading.lanes_out if self.leading is not None else 0

    @property
    def width_m(self) -> float:
        """Of the carriageway, at most as the map has it; with what lies between, where there are two."""
        legs = self.legs
        both_m = sum(leg.width_m for leg in legs)
        return max(both_m, math.dist(legs[0].at, legs[1].at) + both_m / 2) if len(legs) == 2 else both_m

    @property
    def narrow_m(self) -> float:
        return sum(leg.narrow_m for leg in self.legs)

    @property
    def width_is_tagged(self) -> bool:
        return all(leg.width_is_tagged for leg in self.legs)

    @property
    def crossing_m(self) -> float | None:
        found = [leg.crossing_m for leg in self.legs if leg.crossing_m is not None]
        return max(found) if found else None


def bearing_of(point: Point) -> float:
    return math.degrees(math.atan2(point[0], point[1])) % 360.0


def unit(bearing: float) -> Point:
    return math.sin(math.radians(bearing)), math.cos(math.radians(bearing))


def turned(one: float, other: float) -> float:
    """From one bearing to another: degrees, clockwise positive, above -180 to 180."""
    return 180.0 - (180.0 - (other - one)) % 360.0


def along(line: Sequence[Point], metres: float) -> Point:
    """The place so far along a line from its beginning; its end where it is shorter."""
    for a, b in pairwise(line):
        length = math.dist(a, b)
        if metres <= length and length > 0:
            return a[0] + (b[0] - a[0]) * metres / length, a[1] + (b[1] - a[1]) * metres / length
        metres -= length
    return line[-1]


class Plane:
    """Metres east and north of a place."""

    def __init__(self, middle: Place) -> None:
        self.middle = middle
        self._north = math.radians(EARTH_RADIUS_M)
        self._east = self._north * math.cos(math.radians(middle.lat))

    def at(self, place: Place) -> Point:
        east = (place.lon - self.middle.lon + 180.0) % 360.0 - 180.0
        return east * self._east, (place.lat - self.middle.lat) * self._north


def middle_of(streets: Streets, cluster: Cluster) -> Place:
    places = [streets.places[node] for node in sorted(cluster.nodes)]
    lons = [(place.lon - places[0].lon + 180.0) % 360.0 - 180.0 for place in places]
    lon = (places[0].lon + sum(lons) / len(lons) + 180.0) % 360.0 - 180.0
    return Place(sum(place.lat for place in places) / len(places), lon)


def legs_of(streets: Streets, cluster: Cluster, plane: Plane) -> tuple[list[Leg], list[Walk]]:
    """The legs by bearing, and the pieces of street inside the junction."""
    legs: list[Leg] = []
    inner: list[Walk] = []
    for node in sorted(cluster.nodes):
        for step in streets.arms(node):
            walk = _walk_to(streets, cluster, node, step)
            if walk.end in cluster.nodes and len(walk.nodes) > 1:
                inner.append(walk)
            else:
                legs.append(_leg(streets, cluster, plane, walk))
    return sorted(legs, key=lambda leg: (leg.bearing, leg.way)), inner


def _walk_to(streets: Streets, cluster: Cluster, node: int, step: Step) -> Walk:
    """Outwards, or to another node of the junction."""
    walk = streets.walk(node, step, INSIDE_WALK_M)
    for nth, other in enumerate(walk.nodes[1:], 1):
        if other in cluster.nodes:
            length_m = sum(
                streets.apart_m(a, b) for a, b in zip(walk.nodes[:nth], walk.nodes[1 : nth + 1], strict=True)
            )
            return Walk(walk.nodes[: nth + 1], walk.steps[:nth], length_m)
    return walk


def _leg(streets: Streets, cluster: Cluster, plane: Plane, walk: Walk) -> Leg:
    first = walk.steps[0]
    rule, tags = streets.rules[first.way.id], first.way.tags
    line = [plane.at(streets.places[node]) for node in walk.nodes]
    comes, leads = streets.is_driven(first._replace(ahead=not first.ahead)), streets.is_driven(first)
    inwards = "backward" if first.ahead else "forward"
    lanes_in, lanes_out, known = lanes_of(tags, rule.direction == "both", inwards, rule.road_class)
    painted = tags.get(f"turn:lanes:{inwards}") or (tags.get("turn:lanes", "") if not (comes and leads) else "")
    marks = marks_of(painted)
    if comes and marks and not known:
        lanes_in, known = len(marks), True
    lanes = _lanes_across(tags, lanes_in if comes else 0, lanes_out if leads else 0)
    kmh = posted_kmh(tags.get(f"maxspeed:{inwards}", tags.get("maxspeed", "")))
    lamps = [
        math.hypot(*point)
        for nth, (node, point) in enumerate(zip(walk.nodes, line, strict=True))
        if nth > 0 and node in cluster.lamps and _is_for(streets, node, walk.steps[nth - 1])
    ]
    crossings = [
        math.hypot(*point)
        for nth, (node, point) in enumerate(zip(walk.nodes, line, strict=True))
        if nth > 0 and node in cluster.crossings and math.dist(line[0], point) <= CROSSING_M + 10
    ]
    return Leg(
        node=walk.nodes[0],
        way=first.way.id,
        nodes=walk.nodes,
        line=tuple(line),
        name=rule.name,
        road_class=rule.road_class,
        comes=comes,
        leads=leads,
        lanes_in=lanes_in if comes else 0,
        lanes_out=lanes_out if leads else 0,
        lanes_are_known=known,
        speed_kmh=kmh or SPEED_UNKNOWN_KMH,
        speed_is_posted=kmh is not None,
        amber_kmh=kmh or FASTEST_KMH.get(rule.road_class, SPEED_UNKNOWN_KMH),
        width_m=carriageway_m(tags, lanes),
        narrow_m=narrow_m(tags, lanes),
        width_is_tagged=tagged_m(tags) is not None,
        marks=marks if comes and len(marks) == lanes_in else (),
        lamp_m=min(lamps, default=None),
        crossing_m=min(crossings, default=None),
    )


def _is_for(streets: Streets, lamp: int, outwards: Step) -> bool:
    """Whether those who come in over this step see it."""
    tags = streets.marked[lamp]
    inwards = Step(outwards.to, outwards.way, not outwards.ahead)
    return bool(tags) and faces(streets, lamp, inwards) is not False


def lanes_of(tags: Mapping[str, str], is_two_way: bool, inwards: str, road_class: str) -> tuple[int, int, bool]:
    """Lanes in and out, and whether the map says so."""
    outwards = "forward" if inwards == "backward" else "backward"
    total = _number(tags.get("lanes", ""))
    came, left = _number(tags.get(f"lanes:{inwards}", "")), _number(tags.get(f"lanes:{outwards}", ""))
    if not is_two_way:
        usual = 2 if road_class in WIDE_CLASSES else 1
        return (total or usual, total or usual, total is not None)
    both = _number(tags.get("lanes:both_ways", "")) or 0
    if total is not None:
        came = came or (total - left - both if left is not None and total > left + both else None)
        left = left or (total - came - both if came is not None and total > came + both else None)
    if came is not None and left is not None:
        return came, left, True
    if total is not None:
        # An odd lane is counted both ways: nobody has said whose it is.
        half, is_clear = (total + 1) // 2, total % 2 == 0 and came is None and left is None
        return came or half, left or half, is_clear
    return came or 1, left or 1, False


def _lanes_across(tags: Mapping[str, str], lanes_in: int, lanes_out: int) -> int:
    """All that lie side by side; one in the middle for both directions is among them."""
    both = _number(tags.get("lanes:both_ways", "")) or 0
    return max(_number(tags.get("lanes", "")) or 0, lanes_in + lanes_out + both)


def _number(text: str) -> int | None:
    """Whole lanes: `2`, `2.5` (an old way to say a wide one), `2;3` (the first)."""
    found = re.match(r"\s*(\d{1,2})(?:\.\d+)?\s*(?:;|$)", text)
    return min(int(found[1]), LANES_MAX) if found and int(found[1]) > 0 else None


def marks_of(painted: str) -> tuple[frozenset[Mark], ...]:
    if not painted:
        return ()
    lanes = painted.split("|")[:LANES_MAX]
    return tuple(frozenset(MARKS[each] for each in lane.split(";") if each in MARKS) for lane in lanes)


def arms_of(legs: Iterable[Leg], drives_on_left: bool) -> list[Arm]:
    """Two-way legs as they are; of one-way legs, the nearest pair that makes one street."""
    legs = list(legs)
    arms = [Arm(leg if leg.comes else None, leg if leg.leads else None) for leg in legs if leg.comes and leg.leads]
    coming = [leg for leg in legs if leg.comes and not leg.leads]
    leading = [leg for leg in legs if leg.leads and not leg.comes]
    pairs = sorted(
        (math.dist(one.at, other.at), i, j)
        for i, one in enumerate(coming)
        for j, other in enumerate(leading)
        if _make_one_street(one, other, drives_on_left)
    )
    paired_in: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in paired_in and j not in paired_in.values():
            paired_in[i] = j
    arms += [Arm(leg, leading[paired_in[i]] if i in paired_in else None) for i, leg in enumerate(coming)]
    arms += [Arm(None, leg) for j, leg in enumerate(leading) if j not in paired_in.values()]
    return sorted(arms, key=lambda arm: arm.bearing)


def _make_one_street(coming: Leg, leading: Leg, drives_on_left: bool) -> bool:
    angle = turned(coming.direction, leading.direction)
    is_beside = abs(angle) <= PAIR_DEG and math.dist(coming.at, leading.at) <= PAIR_M
    is_named = coming.name.en == leading.name.en and coming.road_class == leading.road_class
    # Looking outwards, traffic that leaves is on the side on which one drives.
    side = unit(coming.direction + (-90.0 if drives_on_left else 90.0))
    beside = (leading.at[0] - coming.at[0]) * side[0] + (leading.at[1] - coming.at[1]) * side[1]
    return is_beside and is_named and beside >= -1.0
