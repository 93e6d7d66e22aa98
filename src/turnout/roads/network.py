"""The roads of one city, ready to answer: where is this fix, who is there first, by what way, how long."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from turnout.roads.closures import Extent, edges_covered
from turnout.roads.conditions import CLEAR, Conditions
from turnout.roads.graph import Floats, RoadGraph
from turnout.roads.ground import Ground
from turnout.roads.profile import DEFAULT_PROFILE, Drive, SpeedProfile, TravelEstimate, load_profile
from turnout.roads.reach import EdgeTimes, ReversedArcs, Tree, grow_until_enough
from turnout.roads.route import Route, lay_route, place_on
from turnout.roads.spot import Spot, Spots
from turnout.roads.times_table import TimesTable, times_to
from turnout.words.moment import Moment
from turnout.words.place import Place


@dataclasses.dataclass(frozen=True, eq=False)
class ReachTimes:
    """How long each source drives to the target. Row i belongs to source i."""

    times_s: Floats
    """Seconds by road; infinite where there is no way, or, after a search for `enough`, none among the nearest."""
    limit_s: float
    """How far was searched."""
    _tree: Tree
    _sources: Spots

    def route(self, index: int) -> Route | None:
        """The way of one source; None where its time is infinite."""
        spot = self._sources.at(index)
        if spot is None:
            return None
        way = self._tree.way_from(spot)
        return lay_route(self._tree.graph, self._tree.times.open_s, way) if way else None


class Roads:
    """Answers over one graph with one speed profile. Immutable but for a cache; safe to share between threads."""

    def __init__(self, graph: RoadGraph, profile: SpeedProfile = DEFAULT_PROFILE) -> None:
        self.graph = graph
        self.profile = profile
        self.ground = Ground(graph)
        self.snap = self.ground.snap
        self.snap_many = self.ground.snap_many
        self._arcs = ReversedArcs.of(graph)
        self._usual_s: dict[tuple[str, Drive], Floats] = {}

    @classmethod
    def load(cls, roads_npz: Path, speeds_toml: Path | None = None) -> "Roads":
        """The roads in a city's folder; with the default speeds where it has none of its own."""
        profile = DEFAULT_PROFILE if speeds_toml is None else load_profile(speeds_toml)
        return cls(RoadGraph.load(roads_npz), profile)

    def edge_times_s(self, at: Moment, drive: Drive = "urgent") -> Floats:
        """Seconds to drive each edge at that hour of the week, nothing closed. Do not write into it."""
        key = (self.profile.band_at(at), drive)
        if key not in self._usual_s:
            usual_s = self.profile.edge_times_s(self.graph, *key)
            usual_s.flags.writeable = False
            self._usual_s[key] = usual_s
        return self._usual_s[key]

    def reach(
        self,
        target: Spot,
        sources: Spots,
        at: Moment,
        conditions: Conditions = CLEAR,
        drive: Drive = "urgent",
        enough: int | None = None,
    ) -> ReachTimes:
        """Seconds from every source to one target. With `enough`, the search may stop once so many are found."""
        times = EdgeTimes.under(conditions, self.edge_times_s(at, drive))
        tree, seconds = grow_until_enough(self.graph, self._arcs, times, target, sources, enough)
        return ReachTimes(seconds, tree.limit_s, tree, sources)

    def times_to(
        self,
        targets: Spots,
        at: Moment,
        conditions: Conditions = CLEAR,
        limit_s: float = 600.0,
        drive: Drive = "urgent",
        keep_on: Callable[[], bool] = lambda: True,
    ) -> TimesTable | None:
        """Seconds from anywhere to every target within the limit, to be asked again and again; see times_table.py."""
        times = EdgeTimes.under(conditions, self.edge_times_s(at, drive))
        return times_to(self.graph, self._arcs, times, targets, limit_s, keep_on)

    def route(
        self, source: Spot, target: Spot, at: Moment, conditions: Conditions = CLEAR, drive: Drive = "urgent"
    ) -> Route | None:
        """The quickest way from one spot to another, or None where there is none."""
        return self.reach(target, Spots.of([source]), at, conditions, drive, enough=1).route(0)

    def close(self, conditions: Conditions, key: str, extent: Extent) -> Conditions:
        """Conditions with the roads that `extent` covers closed under `key`."""
        return conditions.with_closure(key, edges_covered(self.ground, extent))

    def slow(self, conditions: Conditions, key: str, extent: Extent, multiplier: float) -> Conditions:
        """Conditions with the roads that `extent` covers taking `multiplier` times as long."""
        return conditions.with_slowdown(key, edges_covered(self.ground, extent), multiplier)

    def place_of(self, spot: Spot) -> Place:
        """The place on the road where a spot is."""
        return place_on(self.graph, spot.edge, spot.fraction)

    def estimate(self, drive_s: float, drive: Drive = "urgent") -> TravelEstimate:
        """The arrival for a drive of that many seconds, as an interval."""
        return self.profile.estimate(drive_s, drive)
