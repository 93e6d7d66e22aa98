"""Movements of a junction, and which of their ways cross or meet.

Ways are chords between the ends of arms around the junction: two cross where their ends alternate. So nothing depends
on how finely the map draws the middle.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from turnout.signals.model import Turn
from turnout.signals.osm.arms import Arm, Leg, turned
from turnout.signals.osm.streets import Restriction, Streets, Walk

THROUGH_DEG: Final = 45.0
BACK_DEG: Final = 150.0
OPPOSITE_DEG: Final = 45.0
LANE_SIDE_DEG: Final = 0.5
"""Of an arm in one piece, what comes lies beside what leads."""


class Way(msgspec.Struct, frozen=True):
    """From one arm to another, by their places in the list of arms."""

    come: int
    go: int
    turn: Turn


def ways_of(
    arms: Sequence[Arm], inner: Sequence[Walk], streets: Streets, restrictions: Iterable[Restriction]
) -> list[Way]:
    """Every way that may be driven."""
    reached = _reached(arms, inner, streets)
    barred = _barred(arms, restrictions)
    turns = {(i, j): turn for i, arm in enumerate(arms) if arm.coming for j, turn in _turns(arms, i).items()}
    found = []
    for (i, j), turn in turns.items():
        coming = arms[i].coming
        assert coming is not None, "only arms that come are asked"
        painted = frozenset[Turn]().union(*coming.marks) if coming.marks and all(coming.marks) else None
        is_painted = painted is None or turn in painted
        is_back = turn == "u-turn" and painted is None
        if (i, j) in reached and (i, j) not in barred and is_painted and not is_back:
            found.append(Way(i, j, turn))
    return _painted_or_all(found, turns, reached, barred)


def _painted_or_all(
    found: list[Way], turns: Mapping[tuple[int, int], Turn], reached: set[tuple[int, int]], barred: set[tuple[int, int]]
) -> list[Way]:
    """Where what is painted leads nowhere, an arm has all its ways: paint is often for a later junction."""
    has = {way.come for way in found}
    rest = [
        Way(i, j, turn)
        for (i, j), turn in turns.items()
        if i not in has and turn != "u-turn" and (i, j) in reached and (i, j) not in barred
    ]
    return sorted([*found, *rest], key=lambda way: (way.come, way.go))


def _turns(arms: Sequence[Arm], i: int) -> dict[int, Turn]:
    """Where an arm leads; of several that are nearly straight on, the straightest is through."""
    coming = arms[i].coming
    assert coming is not None, "only arms that come are asked"
    ahead = (coming.direction + 180.0) % 360.0
    angles = {j: turned(ahead, arm.leading.direction) for j, arm in enumerate(arms) if arm.leading is not None}
    straight = min((j for j in angles if j != i), key=lambda j: abs(angles[j]), default=None)
    found: dict[int, Turn] = {}
    for j, angle in angles.items():
        if j == i or (abs(angle) > BACK_DEG and arms[j].name == arms[i].name):
            found[j] = "u-turn"
        elif abs(angle) <= THROUGH_DEG and (j == straight or abs(angle) <= THROUGH_DEG / 2):
            found[j] = "through"
        else:
            found[j] = "right" if angle > 0 else "left"
    return found


def _reached(arms: Sequence[Arm], inner: Sequence[Walk], streets: Streets) -> set[tuple[int, int]]:
    """Pairs of arms between which the map lets one drive inside the junction."""
    onward: dict[int, set[int]] = defaultdict(set)
    for walk in inner:
        if all(streets.is_driven(step) for step in walk.steps):
            onward[walk.nodes[0]].add(walk.end)
    found = set()
    for i, arm in enumerate(arms):
        if arm.coming is None:
            continue
        seen, queue = {arm.coming.node}, deque([arm.coming.node])
        while queue:
            for other in sorted(onward[queue.popleft()] - seen):
                seen.add(other)
                queue.append(other)
        found |= {(i, j) for j, other in enumerate(arms) if other.leading is not None and other.leading.node in seen}
    return found


def _barred(arms: Sequence[Arm], restrictions: Iterable[Restriction]) -> set[tuple[int, int]]:
    """Turns that a restriction forbids. One that leads to a way inside the junction is of none of its arms."""
    found = set()
    every = {j for j, arm in enumerate(arms) if arm.leading is not None}
    for each in restrictions:
        comes = [i for i, arm in enumerate(arms) if _is_of(arm.coming, each.from_ways)]
        goes = {j for j, arm in enumerate(arms) if _is_of(arm.leading, each.to_ways)}
        if goes:
            found |= {(i, j) for i in comes for j in (every - goes if each.only else goes)}
    return found


def _is_of(leg: Leg | None, ways: Sequence[int]) -> bool:
    return leg is not None and leg.way in ways


Ends = tuple[float, float]


def ends_of(way: Way, arms: Sequence[Arm], drives_on_left: bool) -> Ends:
    """Bearings at which it enters and leaves the junction."""
    return _end(arms[way.come], True, drives_on_left), _end(arms[way.go], False, drives_on_left)


def _end(arm: Arm, is_coming: bool, drives_on_left: bool) -> float:
    leg = arm.coming if is_coming else arm.leading
    assert leg is not None, "a way begins and ends at what is there"
    if arm.coming is not arm.leading:
        return leg.bearing
    # Looking outwards and driving on the right, what leaves is on the right: clockwise, as bearings go.
    side = LANE_SIDE_DEG if is_coming == drives_on_left else -LANE_SIDE_DEG
    return (leg.bearing + side) % 360.0


def alternate(one: Ends, other: Ends) -> bool:
    """Whether two chords of a circle cross: one end of the second lies on either side of the first."""
    span = (one[1] - one[0]) % 360.0
    return ((other[0] - one[0]) % 360.0 < span) != ((other[1] - one[0]) % 360.0 < span)


def meetings(ways: Sequence[Way], arms: Sequence[Arm], drives_on_left: bool) -> Iterator[tuple[int, int]]:
    """Pairs of ways, by number, that cross, or lead into one arm. From one arm they lie side by side."""
    ends = [ends_of(way, arms, drives_on_left) for way in ways]
    for a, one in enumerate(ways):
        for b in range(a + 1, len(ways)):
            other = ways[b]
            if one.come != other.come and (one.go == other.go or alternate(ends[a], ends[b])):
                yield a, b


def is_opposite(arms: Sequence[Arm], one: int, other: int) -> bool:
    """Whether two arms face each other, so that their greens may run together."""
    return abs(abs(turned(arms[one].bearing, arms[other].bearing)) - 180.0) <= OPPOSITE_DEG
