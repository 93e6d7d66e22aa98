"""Times that a junction needs by its geometry: amber, intergreens, clearances of pedestrians, least greens.

Intergreens by RiLSA 2015's method: crossing time plus clearing time less entering time. Vehicles clear for 3 s
straight on and 2 s when they turn, then drive at 10 and 7 m/s until their 6 m are out of the way; cyclists for 1 s,
then at 4 m/s; those who enter come flying at 40 km/h. In the United States by ITE 2020: amber by deceleration, then
all-red until the junction is driven through, and nothing taken off. The longer way counts, all is rounded up to whole
seconds. None of it takes gradients, trams or long vehicles into account: an engineer looks at it before it is used.
"""

import math
from collections.abc import Sequence
from typing import Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from turnout.signals.model import SECOND_MS
from turnout.signals.osm.arms import LANE_M, Arm, Leg, Point, along, turned, unit
from turnout.signals.osm.turns import Way

Line = NDArray[np.float64]

STRAIGHT_MPS: Final = 10.0
TURNING_MPS: Final = 7.0
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
    """The ways over a junction as lines with a width: from stop line to where they are out of it."""

    def __init__(self, arms: Sequence[Arm], rules: Rules) -> None:
        self.arms, self.rules = arms, rules
        self._lines: dict[Way, Line] = {}
        self.setback_m = [_setback(arms, i) for i in range(len(arms))]

    def line(self, way: Way) -> Line:
        """Points from the stop line to the far side, as many for every way."""
        if way not in self._lines:
            self._lines[way] = self._drawn(way)
        return self._lines[way]

    def _drawn(self, way: Way) -> Line:
        come, go = self.arms[way.come], self.arms[way.go]
        assert come.coming is not None, "a way begins where traffic comes"
        assert go.leading is not None, "a way ends where traffic leads away"
        inwards = (come.coming.direction + 180.0) % 360.0
        start = self._place(come.coming, self._stop_m(way.come), come.coming is come.leading, inwards, come.lanes_in)
        clear_m = self.setback_m[way.go] + CROSSWALK_M
        end = self._place(go.leading, clear_m, go.coming is go.leading, go.leading.direction, go.lanes_out)
        bend = _bend(start, unit(inwards), end, unit(go.leading.direction))
        at = np.linspace(0.0, 1.0, SAMPLES)[:, None]
        curve: Line = (1 - at) ** 2 * np.array(start) + 2 * at * (1 - at) * np.array(bend) + at**2 * np.array(end)
        return curve

    def _stop_m(self, arm: int) -> float:
        """From the middle; where the map shows the stop line's lamp or a crossing, at least so far."""
        leg = self.arms[arm].coming
        assert leg is not None, "only where traffic comes there is a stop line"
        lamp_m = leg.lamp_m if leg.lamp_m is not None and leg.lamp_m <= SETBACK_MAX_M else 0.0
        crossing_m = (leg.crossing_m or -STOP_BEFORE_M) + STOP_BEFORE_M
        return max(self.setback_m[arm], lamp_m, crossing_m)

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


def _bend(start: Point, ahead: Point, end: Point, away: Point) -> Point:
    """Where the straight on of the one and the straight back of the other meet; halfway where they hardly do."""
    cross = ahead[0] * away[1] - ahead[1] * away[0]
    halfway = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    if abs(cross) < 0.2:
        return halfway
    along_m = ((end[0] - start[0]) * away[1] - (end[1] - start[1]) * away[0]) / cross
    meeting = start[0] + ahead[0] * along_m, start[1] + ahead[1] * along_m
    return meeting if 0 < along_m <= 2 * SETBACK_MAX_M else halfway


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


def between_ms(ending: Way, beginning: Way, ground: Ground, speed_kmh: float) -> int:
    """Intergreen from one way to another that it meets."""
    one, other = ground.line(ending), ground.line(beginning)
    apart_m = ground.half_width_m(ending) + ground.half_width_m(beginning)
    clear_m, enter_m = shared_m(one, other, apart_m)
    return _ms(_clearing_s(ending, clear_m, ground.rules, speed_kmh), enter_m, ground.rules, speed_kmh)


def to_walkers_ms(ending: Way, ground: Ground, arm: int, speed_kmh: float) -> int:
    """Intergreen from a way to pedestrians who cross an arm; they are in the way at once."""
    if ending.come == arm:
        clear_m = STOP_BEFORE_M + CROSSWALK_M
    else:
        clear_m = float(_lengths(ground.line(ending))[-1]) + CROSSWALK_M
    return _ms(_clearing_s(ending, clear_m, ground.rules, speed_kmh), 0.0, ground.rules, speed_kmh)


def _clearing_s(way: Way, clear_m: float, rules: Rules, speed_kmh: float) -> float:
    """From the end of green until the last one is out of the way."""
    is_straight = way.turn == "through"
    mps = min(STRAIGHT_MPS if is_straight else TURNING_MPS, speed_kmh / 3.6)
    cyclist_s = CYCLING_S + clear_m / CYCLING_MPS
    if rules.method == "ITE 2020":
        driven_mps = (speed_kmh if is_straight else min(speed_kmh, 32.0)) / 3.6
        vehicle_s = amber_ms(speed_kmh, rules) / SECOND_MS + (clear_m + ITE_VEHICLE_M) / driven_mps
    else:
        vehicle_s = (STRAIGHT_S if is_straight else TURNING_S) + (clear_m + VEHICLE_M) / mps
    return max(vehicle_s, cyclist_s)


def _ms(clearing_s: float, enter_m: float, rules: Rules, speed_kmh: float) -> int:
    entering_s = 0.0 if rules.method == "ITE 2020" else enter_m / ENTERING_MPS
    least_ms = amber_ms(speed_kmh, rules) + ALL_RED_MS
    return max(math.ceil(round(clearing_s - entering_s, 6)) * SECOND_MS, least_ms)
