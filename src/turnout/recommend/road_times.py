"""The road engine as a recommendation asks it: one moment, the closures then on the board, urgent or routine."""

from turnout.core.board import Board, Closure
from turnout.recommend.request import DriveTimes
from turnout.roads import CLEAR, AlongLine, AroundPlace, Conditions, Drive, Roads, Spot, Spots, TravelEstimate
from turnout.words.moment import Moment
from turnout.words.place import Place

PLACES_MAX = 4096
"""Places whose road is remembered: stations and running incidents, of which a city has fewer."""

OFF_ROAD_MAX_M = 5_000.0
"""How far from any road an incident may lie: parks, beaches, new quarters that the road file lacks, the shore.
Crews drive to the nearest road all the same; farther out than this a time by road would mean nothing."""


class RoadConditions:
    """The closures of the board as conditions on the roads; worked out again only when the board's closures change."""

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self._closures: dict[str, Closure] = {}
        self._conditions = CLEAR

    def on(self, board: Board) -> Conditions:
        """The conditions in force on this board."""
        if board.closures is not self._closures:
            conditions = CLEAR
            for closure in board.closures.values():
                conditions = self._with(conditions, closure)
            self._closures, self._conditions = board.closures, conditions
        return self._conditions

    def _with(self, conditions: Conditions, closure: Closure) -> Conditions:
        if len(closure.line) == 1:
            extent: AroundPlace | AlongLine = AroundPlace(closure.line[0], closure.radius_m)
        else:
            extent = AlongLine(closure.line)
        if closure.slowdown <= 0.0:
            return self._roads.close(conditions, closure.id, extent)
        return self._roads.slow(conditions, closure.id, extent, 1.0 / closure.slowdown)


class PlaceSpots:
    """Where on the roads a place is, remembered for the places that are asked for again and again."""

    def __init__(self, roads: Roads) -> None:
        self._roads = roads
        self._known: dict[Place, Spot | None] = {}

    def of(self, place: Place) -> Spot | None:
        if place not in self._known:
            if len(self._known) >= PLACES_MAX:
                self._known.clear()
            self._known[place] = self._roads.snap(place, limit_m=OFF_ROAD_MAX_M)
        return self._known[place]


class RoadTimes(DriveTimes):
    """Drive times at one moment."""

    def __init__(self, roads: Roads, spots: PlaceSpots, conditions: Conditions, at: Moment) -> None:
        self._roads, self._spots, self._conditions, self._at = roads, spots, conditions, at

    def spot_of(self, place: Place) -> Spot | None:
        return self._spots.of(place)

    def drive_s(self, target: Spot, sources: Spots, enough: int | None, urgent: bool) -> list[float]:
        reach = self._roads.reach(target, sources, self._at, self._conditions, _drive(urgent), enough)
        seconds: list[float] = reach.times_s.tolist()
        return seconds

    def estimate(self, drive_s: float, urgent: bool) -> TravelEstimate:
        return self._roads.estimate(drive_s, _drive(urgent))


def _drive(urgent: bool) -> Drive:
    return "urgent" if urgent else "routine"
