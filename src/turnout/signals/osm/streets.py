"""Streets around signals as OpenStreetMap has them: nodes, ways, lamps, and where one may drive.

Tags after the OpenStreetMap wiki: Tag:highway=traffic_signals, Tag:highway=crossing, Key:traffic_signals:direction,
Key:lanes, Key:turn, Relation:restriction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from turnout.roads.ways import WayRule, directions_of, way_rule
from turnout.words.place import Place, distance_m

NOT_STREETS: Final = frozenset({"path", "track", "pedestrian"})
NO_JUNCTION_ON: Final = frozenset({"parking_aisle", "drive-through", "emergency_access"})
"""Service ways that end in a junction only where the map is coarse."""
PEDESTRIAN_SIGNALS: Final = frozenset({"pedestrian_crossing", "pedestrian", "crossing"})


class Restriction(msgspec.Struct, frozen=True):
    """Of turns from one of `from_ways` to one of `to_ways`; `via`: a node, or 0 where it goes over ways."""

    from_ways: tuple[int, ...]
    via: int
    to_ways: tuple[int, ...]
    only: bool


class Way(msgspec.Struct, frozen=True):
    id: int
    nodes: tuple[int, ...]
    tags: Mapping[str, str]


class Extract(msgspec.Struct, kw_only=True):
    """What of a file lies around its signals. `left`: what could not be taken, counted by why."""

    places: dict[int, Place]
    marked: dict[int, dict[str, str]]
    """Nodes that are signals or crossings with signals, and their tags."""
    ways: list[Way]
    restrictions: list[Restriction]
    left: Counter[str]


def has_lamp(tags: Mapping[str, str]) -> bool:
    return tags.get("highway") == "traffic_signals" and tags.get("traffic_signals") not in ("ramp_meter", "blinker")


def has_crossing(tags: Mapping[str, str]) -> bool:
    """Whether pedestrians cross there under signals of their own."""
    is_signalled = tags.get("crossing") == "traffic_signals" or tags.get("crossing:signals") == "yes"
    return is_signalled or tags.get("traffic_signals") in PEDESTRIAN_SIGNALS


class Step(NamedTuple):
    """From a node to the next one on a way. `ahead`: along the way's nodes."""

    to: int
    way: Way
    ahead: bool


class Walk(NamedTuple):
    """Nodes one after the other, the first one among them; `length_m` of all, `steps` between them."""

    nodes: tuple[int, ...]
    steps: tuple[Step, ...]
    length_m: float

    @property
    def end(self) -> int:
        return self.nodes[-1]


def rule_of(tags: Mapping[str, str]) -> WayRule | None:
    """How anybody drives it, what is said of emergency vehicles left out; None where it is no street."""
    rule = way_rule({key: value for key, value in tags.items() if "emergency" not in key})
    if isinstance(rule, str) or rule.road_class in NOT_STREETS or tags.get("service") in NO_JUNCTION_ON:
        return None
    return rule


class Streets:
    """The ways that are driven, node by node."""

    def __init__(self, extract: Extract) -> None:
        self.places, self.marked = extract.places, extract.marked
        self.steps: dict[int, list[Step]] = defaultdict(list)
        rules = {way.id: rule_of(way.tags) for way in extract.ways}
        self.rules = {way: rule for way, rule in rules.items() if rule is not None}
        for way in extract.ways:
            if way.id not in self.rules:
                continue
            for one, other in zip(way.nodes, way.nodes[1:], strict=False):
                self.steps[one].append(Step(other, way, True))
                self.steps[other].append(Step(one, way, False))

    def apart_m(self, one: int, other: int) -> float:
        return distance_m(self.places[one], self.places[other])

    def is_driven(self, step: Step) -> bool:
        return directions_of(self.rules[step.way.id].direction)[0 if step.ahead else 1]

    def class_of(self, step: Step) -> str:
        return self.rules[step.way.id].road_class

    def arms(self, node: int) -> list[Step]:
        """One step to each neighbour."""
        found: dict[int, Step] = {}
        for step in self.steps.get(node, ()):
            if step.to != node:
                found.setdefault(step.to, step)
        return list(found.values())

    def is_junction(self, node: int) -> bool:
        """Whether three streets meet; a way into a yard makes none, unless signals stand right there."""
        arms = self.arms(node)
        if has_lamp(self.marked.get(node, {})):
            return len(arms) >= 3
        return sum(self.class_of(step) != "service" for step in arms) >= 3

    def walk(self, start: int, first: Step, most_m: float) -> Walk:
        """Along the street to the next junction, its end, or beyond `most_m`; past ways into yards."""
        nodes, steps, length_m = [start, first.to], [first], self.apart_m(start, first.to)
        while length_m <= most_m and not self.is_junction(nodes[-1]):
            onward = [step for step in self.arms(nodes[-1]) if step.to not in nodes]
            if len(onward) > 1:
                onward = [step for step in onward if self.class_of(step) != "service"]
            if len(onward) != 1:
                break
            length_m += self.apart_m(nodes[-1], onward[0].to)
            nodes.append(onward[0].to)
            steps.append(onward[0])
        return Walk(tuple(nodes), tuple(steps), length_m)

    def walks(self, start: int, most_m: float) -> Iterator[Walk]:
        for step in self.arms(start):
            yield self.walk(start, step, most_m)
