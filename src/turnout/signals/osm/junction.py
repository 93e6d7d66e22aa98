"""A junction from its arms: approaches, movements, groups, which of them may not meet and for how long.

Traffic that turns across the oncoming stream has a group of its own where a lane is painted for it alone, and meets
nobody then; else it gives way. Who turns gives way to pedestrians beside him. All else that crosses may not have green
together.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from turnout.roads.graph import ROAD_CLASSES
from turnout.signals.model import Approach, Intergreen, Junction, Movement, SignalGroup, Turn
from turnout.signals.osm.arms import Arm, Plane, arms_of, legs_of, middle_of
from turnout.signals.osm.clusters import Cluster
from turnout.signals.osm.said import Guess
from turnout.signals.osm.staging import proposed_plan, proposed_stages
from turnout.signals.osm.streets import Restriction, Streets, has_crossing
from turnout.signals.osm.times import Ground, Rules, amber_ms, between_ms, least_walk_ms, to_walkers_ms, walk_ms
from turnout.signals.osm.turns import Way, is_opposite, meetings, ways_of
from turnout.words.name import Name

ARMS_MAX: Final = 12
"""More arms than any junction has: the map shows something else, such as a square drawn as a star."""
COMPASS: Final = (
    ("north", "北"),
    ("northeast", "东北"),
    ("east", "东"),
    ("southeast", "东南"),
    ("south", "南"),
    ("southwest", "西南"),
    ("west", "西"),
    ("northwest", "西北"),
)
UNNAMED: Final = Name("Unnamed street", "无名道路")
WALKING_MPS: Final = 5 / 3.6


class Found(msgspec.Struct, frozen=True):
    """A junction, what was guessed about it, and its ways by movement: from arm to arm, for a judge."""

    junction: Junction | None
    guesses: tuple[Guess, ...]
    arms: tuple[Arm, ...] = ()
    ways: tuple[Way, ...] = ()
    meet: frozenset[tuple[int, int]] = frozenset()
    """Pairs of ways, by number, that cross or merge, whether they may have green together or not."""


def junction_of(streets: Streets, cluster: Cluster, restrictions: Iterable[Restriction], rules: Rules) -> Found:
    """None where nothing comes in, or more than a junction can have."""
    middle = middle_of(streets, cluster)
    legs, inner = legs_of(streets, cluster, Plane(middle))
    arms = arms_of(legs, rules.drives_on_left)
    if len(arms) > ARMS_MAX:
        return Found(None, (Guess("many-arms", cluster.id, str(len(arms))),))
    ways = ways_of(arms, inner, streets, restrictions)
    if not ways:
        return Found(None, (Guess("no-way-through", cluster.id),))
    built = _Built(streets, cluster, arms, ways, rules)
    at = round(middle.lon, 7), round(middle.lat, 7)
    junction = Junction(
        id=cluster.id,
        name=_crossing_name(arms),
        at=at,
        approaches=tuple(built.approaches()),
        movements=tuple(built.movements()),
        groups=tuple(built.groups.values()),
        intergreens=tuple(built.intergreens()),
    )
    junction = msgspec.structs.replace(junction, stages=proposed_stages(junction, built.order()))
    plan = proposed_plan(junction)
    guesses = tuple(built.guesses())
    if plan is None:
        guesses = (*guesses, Guess("no-plan", cluster.id))
    else:
        junction = msgspec.structs.replace(junction, plans=(plan,))
    return Found(junction, guesses, tuple(arms), tuple(ways), built.meet)


def _crossing_name(arms: Sequence[Arm]) -> Name:
    """The two streets of highest class that cross there."""
    named = sorted((arm for arm in arms if arm.name.en), key=_rank)
    streets = list(dict.fromkeys(arm.name for arm in named))[:2]
    if not streets:
        return UNNAMED
    return Name(" / ".join(each.en for each in streets), "／".join(each.zh for each in streets))


def _rank(arm: Arm) -> tuple[int, int, float]:
    return ROAD_CLASSES.index(arm.legs[0].road_class), -arm.lanes_in, arm.bearing


class _Built:
    """One junction on its way: arms and ways by number, groups by name."""

    def __init__(
        self, streets: Streets, cluster: Cluster, arms: Sequence[Arm], ways: Sequence[Way], rules: Rules
    ) -> None:
        self.streets, self.cluster, self.arms, self.ways, self.rules = streets, cluster, arms, ways, rules
        self.ground = Ground(arms, rules)
        self.meet = frozenset(meetings(ways, arms, rules.drives_on_left))
        self.across: Turn = "right" if rules.drives_on_left else "left"
        self.ids = _ids(arms)
        self.walks, self.walks_are_guessed = self._walks()
        self.coming = sorted({way.come for way in ways})
        number = {arm: f"K{nth}" for nth, arm in enumerate(self.coming, 1)}
        self.protected = {arm for arm in self.coming if self._is_protected(arm)}
        self.group_of = [
            number[way.come] + ("L" if way.turn in (self.across, "u-turn") and way.come in self.protected else "")
            for way in ways
        ]
        self.walk_group = {arm: f"F{nth}" for nth, arm in enumerate(self.walks, 1)}
        self.groups = {group.id: group for group in [*self._vehicle_groups(), *self._walk_groups()]}

    def _walks(self) -> tuple[list[int], bool]:
        """Arms that pedestrians cross under signals, and whether the map only says so of the junction as a whole."""
        if self.cluster.is_between:
            return ([0] if self.cluster.crossings else []), False
        mapped = [i for i, arm in enumerate(self.arms) if arm.crossing_m is not None]
        inside = self.cluster.nodes & self.cluster.crossings
        if mapped or not any(has_crossing(self.streets.marked[node]) for node in inside):
            return mapped, False
        return list(range(len(self.arms))), True

    def _is_protected(self, arm: int) -> bool:
        """Whether a lane is painted for turning across alone, and somebody comes from over there."""
        coming = self.arms[arm].coming
        marks = coming.marks if coming is not None else ()
        has_lane = any(mark and mark <= {self.across, "u-turn"} and self.across in mark for mark in marks)
        others = {way.turn for way in self.ways if way.come == arm} - {self.across, "u-turn"}
        return has_lane and bool(others) and any(is_opposite(self.arms, arm, other) for other in self.coming)

    def _speed_kmh(self, arm: int) -> float:
        coming = self.arms[arm].coming
        return coming.speed_kmh if coming is not None else 50.0

    def _amber_kmh(self, arm: int) -> float:
        coming = self.arms[arm].coming
        return coming.amber_kmh if coming is not None else 50.0

    def _vehicle_groups(self) -> Iterable[SignalGroup]:
        for name in sorted(set(self.group_of), key=lambda name: (int(name[1:].rstrip("L")), name)):
            arm = self.ways[self.group_of.index(name)].come
            yield SignalGroup(
                name,
                "vehicle",
                min_green_ms=self.rules.min_green_s * 1_000,
                ending_ms=amber_ms(self._amber_kmh(arm), self.rules),
                starting_ms=round(self.rules.red_amber_s * 1_000),
            )

    def _walk_groups(self) -> Iterable[SignalGroup]:
        for arm, name in self.walk_group.items():
            width_m = self._walk_m(arm)
            yield SignalGroup(
                name,
                "pedestrian",
                min_green_ms=least_walk_ms(width_m, self.rules),
                ending_ms=round(self.rules.flashing_s * 1_000),
                clearance_ms=max(walk_ms(width_m, self.rules), round(self.rules.flashing_s * 1_000)),
            )

    def _walk_m(self, arm: int) -> float:
        return max(each.width_m for each in self.arms) if self.cluster.is_between else self.arms[arm].width_m

    def approaches(self) -> Iterable[Approach]:
        for i in self.coming:
            arm = self.arms[i]
            street, heading = _street(arm), round((arm.bearing + 180.0) % 360.0, 1) % 360.0
            english, chinese = _side(arm)
            yield Approach(
                self.ids[i],
                Name(f"{street.en}, from the {english}", f"{street.zh}{chinese}进口"),
                arm.lanes_in,
                self._speed_kmh(i) / 3.6,
                street if street is not UNNAMED else None,
                heading,
            )
        for i in self.walks:
            street, (english, chinese) = _street(self.arms[i]), _side(self.arms[i])
            name = Name(f"Crossing of {street.en}, {english} side", f"{street.zh}{chinese}侧人行横道")
            yield Approach(f"{self.ids[i]}-crossing", name, 1, WALKING_MPS)

    def _movement_ids(self) -> list[str]:
        return _numbered([f"{self.ids[way.come]}-{way.turn}" for way in self.ways])

    def movements(self) -> Iterable[Movement]:
        ids = self._movement_ids()
        for nth, way in enumerate(self.ways):
            yields = [ids[other] for other in range(len(self.ways)) if self._yields(nth, other)]
            if not self._is_alone(nth) and way.turn != "through" and way.go in self.walk_group:
                yields.append(f"{self.ids[way.go]}-crossing")
            yield Movement(ids[nth], self.ids[way.come], way.turn, self.group_of[nth], tuple(yields))
        for arm, group in self.walk_group.items():
            yield Movement(f"{self.ids[arm]}-crossing", f"{self.ids[arm]}-crossing", "crossing", group)

    def _is_alone(self, nth: int) -> bool:
        return self.group_of[nth].endswith("L")

    def _is_given_way(self, a: int, b: int) -> bool:
        """Whether two ways that meet may have green together: oncoming traffic, and one turns across and gives way."""
        turning = [nth for nth in (a, b) if self.ways[nth].turn in (self.across, "u-turn")]
        is_oncoming = is_opposite(self.arms, self.ways[a].come, self.ways[b].come)
        return is_oncoming and bool(turning) and not any(self._is_alone(nth) for nth in (a, b))

    def _yields(self, nth: int, other: int) -> bool:
        pair = min(nth, other), max(nth, other)
        if pair not in self.meet or not self._is_given_way(*pair):
            return False
        turns = [self.ways[each].turn in (self.across, "u-turn") for each in (nth, other)]
        return turns[0] and (not turns[1] or nth < other)

    def intergreens(self) -> Iterable[Intergreen]:
        """The longest that any two of their ways need."""
        least: dict[tuple[str, str], int] = {}

        def needs(ending: str, beginning: str, least_ms: int) -> None:
            least[ending, beginning] = max(least.get((ending, beginning), 0), least_ms)

        for a, b in sorted(self.meet):
            if not self._is_given_way(a, b) and self.group_of[a] != self.group_of[b]:
                for one, other in ((a, b), (b, a)):
                    needed_ms = between_ms(self.ways[one], self.ways[other], self.ground)
                    needs(self.group_of[one], self.group_of[other], needed_ms)
        for arm, walk in self.walk_group.items():
            for nth, way in enumerate(self.ways):
                if self._meets_walkers(nth, arm):
                    needs(self.group_of[nth], walk, to_walkers_ms(way, self.ground, arm))
                    needs(walk, self.group_of[nth], self.groups[walk].clearance_ms)
        return (Intergreen(*pair, least_ms) for pair, least_ms in sorted(least.items()))

    def _meets_walkers(self, nth: int, arm: int) -> bool:
        way = self.ways[nth]
        if self.cluster.is_between:
            return True
        return way.come == arm or (way.go == arm and (way.turn == "through" or self._is_alone(nth)))

    def order(self) -> list[str]:
        """Main street first, each with the one that faces it; then who turns across; pedestrians wherever they fit."""
        left = sorted(self.coming, key=lambda arm: _rank(self.arms[arm]))
        order: list[str] = []
        while left:
            axis = [left[0], *(arm for arm in left[1:] if is_opposite(self.arms, left[0], arm))]
            left = [arm for arm in left if arm not in axis]
            names = [self.group_of[nth] for arm in axis for nth, way in enumerate(self.ways) if way.come == arm]
            order += sorted(dict.fromkeys(names), key=lambda name: name.endswith("L"))
        return [*order, *self.walk_group.values()]

    def guesses(self) -> Iterable[Guess]:
        legs = {i: self.arms[i].coming for i in self.coming}
        said = {
            "lanes-unknown": [i for i, leg in legs.items() if leg is not None and not leg.lanes_are_known],
            "speed-unknown": [i for i, leg in legs.items() if leg is not None and not leg.speed_is_posted],
            "no-street-name": [i for i in self.coming if not self.arms[i].name.en],
            "no-lamp": [i for i, leg in legs.items() if leg is not None and leg.lamp_m is None],
        }
        if self.cluster.is_between or self.cluster.lamps & self.cluster.nodes:
            del said["no-lamp"]
        for rule, arms in said.items():
            if arms:
                yield Guess(rule, self.cluster.id, ", ".join(self.ids[i] for i in arms))
        facing = [i for i in self.protected if any(is_opposite(self.arms, i, other) for other in self.protected)]
        if facing:
            yield Guess("turns-together", self.cluster.id, ", ".join(self.ids[i] for i in sorted(facing)))
        crossed = range(len(self.arms)) if self.cluster.is_between else self.walks
        if self.walks and not all(self.arms[i].width_is_tagged for i in crossed):
            walks = (
                self.walks if self.cluster.is_between else [i for i in self.walks if not self.arms[i].width_is_tagged]
            )
            yield Guess("crossing-width-guessed", self.cluster.id, ", ".join(self.walk_group[i] for i in walks))
        if self.walks_are_guessed:
            yield Guess("crossings-guessed", self.cluster.id)
        if not self.walks:
            yield Guess("lamp-alone" if self.cluster.is_between else "no-crossing", self.cluster.id)


def _street(arm: Arm) -> Name:
    return arm.name if arm.name.en else UNNAMED


def _side(arm: Arm) -> tuple[str, str]:
    return COMPASS[round(arm.bearing / 45.0) % 8]


def _ids(arms: Sequence[Arm]) -> list[str]:
    return _numbered([_side(arm)[0] for arm in arms])


def _numbered(names: Sequence[str]) -> list[str]:
    """The second of a name gets a 2 behind it, and so on."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return found
