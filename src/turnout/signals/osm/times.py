"""Times that a junction needs by its geometry: amber, intergreens, clearances of pedestrians, least greens.

Intergreens by RiLSA 2015's method: crossing time plus clearing time less entering time. Vehicles clear for 3 s
straight on and 2 s when they turn, then drive at 10 and 7 m/s (5 m/s in curves of less than 10 m) until their 6 m are
out of the way; cyclists for 1 s, then at 4 m/s; those who enter come flying at 40 km/h. Where the stop line may lie
nearer or farther, they clear from the farthest and enter from the nearest. In the United States by ITE 2020: amber by
deceleration, then all-red until the junction is driven through, and nothing taken off. The longer way counts, all is
rounded up to whole seconds. None of it takes gradients, trams or long vehicles into account: an engineer looks at it
before it is used.
"""

import math
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from turnout.signals.model import SECOND_MS, Turn
from turnout.signals.osm.arms import Arm, Leg, Point, along, turned, unit
from turnout.signals.osm.turns import Way
from turnout.signals.osm.widths import LANE_M

Line = NDArray[np.float64]

STRAIGHT_MPS: Final = 10.0
TURNING_MPS: Final = 7.0
TIGHT_MPS: Final = 5.0
TIGHT_M: Final = 10.0
"""Of a curve with a smaller radius one turns at `TIGHT_MPS`."""
CYCLING_MPS: Final = 4.0
ENTERING_MPS: Final = 40 / 3.6
STRAIGHT_S: Final = 3.0
TURNING_S: Final = 2.0
CYCLING_S: Final = 1.0
VEHICLE_M: Final = 6.0
ITE_REACTION_S: Final = 1.0
ITE_DECELERATION: Final = 3.05
"""10 feet per second squared."""
ITE_OVER_KMH: Final = 11.0
"""Where no speeds are measured, 7 mph over the limit stands for the 85th percentile."""
ITE_VEHICLE_M: Final = 6.1
ALL_RED_MS: Final = 1_000
"""At least, after amber, wherever two ways meet."""
CORNER_M: Final = 3.0
CROSSWALK_M: Final = 4.0
STOP_BEFORE_M: Final = 2.0
"""From a crossing to the stop line before it."""
SETBACK_MAX_M: Final = 40.0
SAMPLES: Final = 48


class Speed(NamedTuple):
    """Of an approach: at which a junction is cleared, and for which its amber is."""

    clearing_kmh: float
    amber_kmh: float


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a country does. `amber_s` by speed: up to so many km/h, so long."""

    method: Literal["RiLSA 2015", "ITE 2020"] = "RiLSA 2015"
    drives_on_left: bool = False
    amber_s: tuple[tuple[float, float], ...] = ((50, 3), (60, 4), (250, 5))
    red_amber_s: float = 0.0
    walking_mps: float = 1.0
    flashing_s: float = 0.0
    """Flashing green of pedestrians."""
    min_green_s: int = 7
    min_walk_s: int = 7


GENERAL: Final = Rules()
RULES: Final = {
    "DE": Rules(red_amber_s=1.0, min_green_s=5, min_walk_s=5),
    "CN": Rules(amber_s=((50, 3), (70, 4), (250, 5)), flashing_s=3.0),
    "US": Rules(method="ITE 2020"),
    "GB": Rules(drives_on_left=True, amber_s=((250, 3),), red_amber_s=2.0),
}
"""Amber by RiLSA 2015, by GB 14886-2016 (at least 3 s) and by the Traffic Signs Manual, chapter 6. Pedestrians
walk 1.0 m/s everywhere: below MUTCD's 3.5 ft/s and RiLSA's 1.2 m/s."""
_LEFT: Final = (
    "AU BD BN BT BW CY FJ GB GG GY HK ID IE IM IN JE JM JP KE LK LS MO MT MU MV MW MY MZ NA NP NZ PG PK SG SR SZ TH"
    " TT TZ UG ZA ZM ZW"
)
LEFT: Final = frozenset(_LEFT.split())
"""Where one drives on the left."""


def rules_for(country: str) -> Rules:
    """Of an ISO 3166 code; where there are none of its own, the general ones on its side of the road."""
    return RULES.get(country, Rules(drives_on_left=country in LEFT))


def amber_ms(speed_kmh: float, rules: Rules) -> int:
    if rules.method == "ITE 2020":
        needed_s = ITE_REACTION_S + (speed_kmh + ITE_OVER_KMH) / 3.6 / (2 * ITE_DECELERATION)
        return round(min(max(math.ceil(needed_s * 2) / 2, 3.0), 6.0) * SECOND_MS)
    return round(next(seconds for most, seconds in rules.amber_s if speed_kmh <= most + 0.5) * SECOND_MS)


def walk_ms(width_m: float, rules: Rules) -> int:
    """Until who has just stepped off is across."""
    return math.ceil(width_m / rules.walking_mps) * SECOND_MS


def least_walk_ms(width_m: float, rules: Rules) -> int:
    """Until who begins is past the middle."""
    return max(rules.min_walk_s, math.ceil(width_m / 2 / rules.walking_mps)) * SECOND_MS


class Ground:
    """The ways over a junction as lines with a width: from the edge of the narrowest street to where they are out.

    Where the stop line lies is a guess between a nearest and a farthest. Lines do not depend on it: who clears has the
    way from the farthest before him, who enters is there the earlier by what the nearest lies inside of the edge.
    """

    def __init__(self, arms: Sequence[Arm], rules: Rules) -> None:
        self.arms, self.rules = arms, rules
        self._lines: dict[Way, tuple[Line, bool]] = {}
        self.setback_m = [_setback(arms, i) for i in range(len(arms))]

    def line(self, way: Way) -> Line:
        """Points from `edge_m` to the far side, as many for every way."""
        return self._drawn(way)[0]

    def is_tight(self, way: Way) -> bool:
        """Whether it turns in a curve of less than `TIGHT_M`, or none could be drawn."""
        return way.turn != "through" and self._drawn(way)[1]

    def lead_m(self, way: Way) -> float:
        """From the farthest stop line to where the line begins."""
        return self.stop_m(way.come) - self.edge_m(way.come)

    def early_m(self, way: Way) -> float:
        """From where the line begins to a stop line that is mapped inside of it."""
        return self.edge_m(way.come) - self.near_m(way.come)

    def _drawn(self, way: Way) -> tuple[Line, bool]:
        if way in self._lines:
            return self._lines[way]
        come, go = self.arms[way.come], self.arms[way.go]
        assert come.coming is not None, "a way begins where traffic comes"
        assert go.leading is not None, "a way ends where traffic leads away"
        inwards = (come.coming.direction + 180.0) % 360.0
        start = self._place(come.coming, self.edge_m(way.come), come.coming is come.leading, inwards, come.lanes_in)
        clear_m = self.setback_m[way.go] + CROSSWALK_M
        end = self._place(go.leading, clear_m, go.coming is go.leading, go.leading.direction, go.lanes_out)
        bend = _bend(start, unit(inwards), end, unit(go.leading.direction))
        points = np.array(start), np.array(_halfway(start, end) if bend is None else bend), np.array(end)
        is_tight = bend is None or way.turn == "u-turn" or _radius_m(*points) < TIGHT_M
        self._lines[way] = _curve(*points), is_tight
        return self._lines[way]

    def stop_m(self, arm: int) -> float:
        """From the middle to the farthest place of the stop line: at least to its lamp or before its crossing."""
        lamp_m, crossing_m = self._mapped_m(arm)
        return max(self.setback_m[arm], lamp_m or 0.0, crossing_m or 0.0)

    def near_m(self, arm: int) -> float:
        """And to the nearest."""
        mapped = [metres for metres in self._mapped_m(arm) if metres is not None]
        return min([self.edge_m(arm), *mapped])

    def edge_m(self, arm: int) -> float:
        """And to the edge of the narrowest street that may be crossed there."""
        return min(_narrow_setback(self.arms, arm), self.setback_m[arm])

    def _mapped_m(self, arm: int) -> tuple[float | None, float | None]:
        """Where lamp and crossing put the stop line."""
        leg = self.arms[arm].coming
        assert leg is not None, "only where traffic comes there is a stop line"
        lamp_m = None if leg.lamp_m is None else min(leg.lamp_m, SETBACK_MAX_M)
        return lamp_m, None if leg.crossing_m is None else leg.crossing_m + STOP_BEFORE_M

    def to_crossing_m(self, way: Way, arm: int) -> float:
        """From the farthest stop line until over the crossing of an arm; over all of the junction to one behind it."""
        crossing_m = self.arms[arm].crossing_m
        if way.come == arm:
            before_m = self.near_m(arm) - STOP_BEFORE_M if crossing_m is None else crossing_m
            return max(STOP_BEFORE_M, self.stop_m(arm) - max(before_m, 0.0)) + CROSSWALK_M
        farther_m = max(0.0, (crossing_m or 0.0) - self.setback_m[arm]) if way.go == arm else 0.0
        return self.lead_m(way) + float(_lengths(self.line(way))[-1]) + farther_m + CROSSWALK_M

    def _place(self, leg: Leg, metres: float, is_two_way: bool, heading: float, lanes: int) -> Point:
        """On a leg, so far from the middle, beside its middle line where both directions share it."""
        beyond = max(0.0, metres - math.hypot(*leg.line[0]))
        east, north = along(leg.line, beyond)
        if math.hypot(east, north) < metres:
            ahead = unit(leg.direction)
            more = metres - math.hypot(east, north)
            east, north = east + ahead[0] * more, north + ahead[1] * more
        side = unit(heading - 90.0 if self.rules.drives_on_left else heading + 90.0)
        offset = lanes * LANE_M / 2 if is_two_way else 0.0
        return east + side[0] * offset, north + side[1] * offset

    def half_width_m(self, way: Way) -> float:
        return max(self.arms[way.come].lanes_in, 1) * LANE_M / 2


def _setback(arms: Sequence[Arm], i: int) -> float:
    """From the middle to beyond the widest street that is crossed there."""
    mine = arms[i]
    nodes_m = max(math.hypot(*leg.line[0]) for leg in mine.legs)
    beside = [
        arm.width_m / 2 / max(math.sin(math.radians(abs(turned(mine.bearing, arm.bearing)))), 0.5)
        for j, arm in enumerate(arms)
        if j != i and 25 <= abs(turned(mine.bearing, arm.bearing)) <= 155
    ]
    return min(max(beside, default=0.0) + nodes_m + CORNER_M, SETBACK_MAX_M)


def _narrow_setback(arms: Sequence[Arm], i: int) -> float:
    """From the middle to the edge of the narrowest that the street crossed there can be."""
    leg = arms[i].coming
    assert leg is not None, "only where traffic comes there is a stop line"
    beside = [
        arm.narrow_m / 2
        for j, arm in enumerate(arms)
        if j != i and 25 <= abs(turned(arms[i].bearing, arm.bearing)) <= 155
    ]
    return min(min(beside, default=0.0) + math.hypot(*leg.line[0]), SETBACK_MAX_M)


def _curve(start: Line, bend: Line, end: Line) -> Line:
    at = np.linspace(0.0, 1.0, SAMPLES)[:, None]
    curve: Line = (1 - at) ** 2 * start + 2 * at * (1 - at) * bend + at**2 * end
    return curve


def _radius_m(start: Line, bend: Line, end: Line) -> float:
    """The least of the curve; infinite where it is straight."""
    at = np.linspace(0.0, 1.0, SAMPLES)[:, None]
    speed = 2 * (1 - at) * (bend - start) + 2 * at * (end - bend)
    change = 2 * (end - 2 * bend + start)
    across = np.abs(speed[:, 0] * change[1] - speed[:, 1] * change[0])
    if across.max() < 1e-9:
        return math.inf
    return float(np.min(np.hypot(*speed.T) ** 3 / np.maximum(across, 1e-9)))


def _halfway(start: Point, end: Point) -> Point:
    return (start[0] + end[0]) / 2, (start[1] + end[1]) / 2


def _bend(start: Point, ahead: Point, end: Point, away: Point) -> Point | None:
    """Where the straight on of the one and the straight back of the other meet; None where they hardly do."""
    cross = ahead[0] * away[1] - ahead[1] * away[0]
    if abs(cross) < 0.2:
        return None
    along_m = ((end[0] - start[0]) * away[1] - (end[1] - start[1]) * away[0]) / cross
    meeting = start[0] + ahead[0] * along_m, start[1] + ahead[1] * along_m
    return meeting if 0 < along_m <= 2 * SETBACK_MAX_M else None


def shared_m(ending: Line, beginning: Line, apart_m: float) -> tuple[float, float]:
    """Along the first until it is clear of the second, and along the second until it comes to the first.

    To the next point of the first and from the last of the second, as what lies between points is not looked at. Where
    they never come so near, the whole of the first and nothing of the second.
    """
    gaps = np.hypot(*(ending[:, None, :] - beginning[None, :, :]).transpose(2, 0, 1))
    near = gaps <= apart_m
    clear, enter = _lengths(ending), _lengths(beginning)
    if not near.any():
        return float(clear[-1]), 0.0
    last, first = int(np.flatnonzero(near.any(axis=1))[-1]), int(np.flatnonzero(near.any(axis=0))[0])
    return float(clear[min(last + 1, len(clear) - 1)]), float(enter[max(first - 1, 0)])


def _lengths(line: Line) -> Line:
    """Along a line, at each of its points."""
    pieces: Line = np.hypot(*np.diff(line, axis=0).T)
    return np.concatenate([[0.0], np.cumsum(pieces)])


def between_ms(ending: Way, beginning: Way, ground: Ground) -> int:
    """Intergreen from one way to another that it meets."""
    one, other = ground.line(ending), ground.line(beginning)
    apart_m = ground.half_width_m(ending) + ground.half_width_m(beginning)
    clear_m, enter_m = shared_m(one, other, apart_m)
    return _needed_ms(ending, clear_m + ground.lead_m(ending), max(0.0, enter_m - ground.early_m(beginning)), ground)


def to_walkers_ms(ending: Way, ground: Ground, arm: int) -> int:
    """Intergreen from a way to pedestrians who cross an arm; they are in the way at once."""
    return _needed_ms(ending, ground.to_crossing_m(ending, arm), 0.0, ground)


def clearing_s(turn: Turn, clear_m: float, rules: Rules, speed: Speed, is_tight: bool = False) -> float:
    """From the end of green until the last one is out of the way."""
    is_straight = turn == "through"
    turning_mps = TIGHT_MPS if is_tight else TURNING_MPS
    limit_mps = speed.clearing_kmh / 3.6
    cyclist_s = CYCLING_S + clear_m / CYCLING_MPS
    if rules.method == "ITE 2020":
        driven_mps = limit_mps if is_straight else min(limit_mps, TIGHT_MPS if is_tight else 32.0 / 3.6)
        vehicle_s = amber_ms(speed.amber_kmh, rules) / SECOND_MS + (clear_m + ITE_VEHICLE_M) / driven_mps
    else:
        mps = min(STRAIGHT_MPS if is_straight else turning_mps, limit_mps)
        vehicle_s = (STRAIGHT_S if is_straight else TURNING_S) + (clear_m + VEHICLE_M) / mps
    return max(vehicle_s, cyclist_s)


def _needed_ms(ending: Way, clear_m: float, enter_m: float, ground: Ground) -> int:
    rules, leg = ground.rules, ground.arms[ending.come].coming
    assert leg is not None, "a way begins where traffic comes"
    speed = Speed(leg.speed_kmh, leg.amber_kmh)
    entering_s = 0.0 if rules.method == "ITE 2020" else enter_m / ENTERING_MPS
    needed_s = clearing_s(ending.turn, clear_m, rules, speed, ground.is_tight(ending)) - entering_s
    return max(math.ceil(round(needed_s, 6)) * SECOND_MS, amber_ms(speed.amber_kmh, rules) + ALL_RED_MS)
