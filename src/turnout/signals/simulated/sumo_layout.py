"""Where detectors would lie in a SUMO network: at stop lines, on the lanes before them, and behind the junction.

The places are the same everywhere: metres before the stop line, measured along the lanes that lead to it, through
junctions without signals. A lane that begins before the last place is reached has its last detector at its beginning.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from turnout.signals.adaptive.layout import LaneLayout, Layout, Mark, Way, layout_of
from turnout.signals.guard import refuse_unkept, rules_of
from turnout.signals.model import Junction
from turnout.signals.sumo_tracks import RAIL
from turnout.signals.sumo_xml import Link, Records
from turnout.words.trouble import Unsupported

PLACES_M: Final = (2.5, 15.0, 35.0, 70.0)
"""Before the stop line. SUMO's vehicles stop 1 m before it."""
LENGTH_M: Final = 2.0
EXIT_M: Final = 15.0
"""Behind the junction: who stands there could not leave it."""
APART_M: Final = 8.0
"""No detector at the beginning of a lane nearer than this to the next."""
PERIOD_S: Final = 60
"""Of a detector's own count, which nobody reads: SUMO goes through all of it at each call."""
STREET_MAX: Final = 32
"""Pieces of a street looked back to where it begins."""
TURNS_ROUND: Final = "t"
"""SUMO's direction of a connection."""
UPSTREAM_MAX: Final = 64
"""Lanes that lead to one stop line."""


class Loop(NamedTuple):
    """A detector to be laid: on which lane, how far from the lane's beginning, how long. Metres."""

    id: str
    lane: str
    from_start_m: float
    length_m: float


class Placed(NamedTuple):
    layouts: tuple[Layout, ...]
    loops: tuple[Loop, ...]
    left: dict[str, str]
    """Junctions that keep their plan, and why."""


class _Lane(NamedTuple):
    id: str
    edge: str
    number: int
    metres: float
    speed_mps: float
    is_for_cars: bool


class _Road:
    """The network as lanes and what leads to them."""

    def __init__(self, records: Records) -> None:
        self.lanes: dict[str, _Lane] = {}
        self.within: dict[str, float] = {}
        for edge in records.edges.values():
            for number, lane in enumerate(edge.lanes):
                allowed = set(lane.allow.split())
                is_for_cars = not allowed or bool(allowed - RAIL - {"pedestrian", "bicycle"})
                self.within[lane.id] = lane.length_m
                if edge.function == "normal":
                    self.lanes[lane.id] = _Lane(lane.id, edge.id, number, lane.length_m, lane.speed_mps, is_for_cars)
        self.of_edge = {edge.id: [lane.id for lane in edge.lanes] for edge in records.edges.values()}
        self.comes: dict[str, set[str]] = defaultdict(set)
        self.goes: dict[str, set[str]] = defaultdict(set)
        """By street: those from which and to which cars drive."""
        self.into: dict[str, list[Link]] = defaultdict(list)
        self.of_signal: dict[str, list[Link]] = defaultdict(list)
        self.turns_round: set[tuple[str, str]] = set()
        """Where a street leads into its own other direction."""
        for link in records.links:
            source, target = f"{link.from_edge}_{link.from_lane}", f"{link.to_edge}_{link.to_lane}"
            if source in self.lanes and target in self.lanes and self.lanes[source].is_for_cars:
                self.into[target].append(link)
                self.comes[link.to_edge].add(link.from_edge)
                self.goes[link.from_edge].add(link.to_edge)
                if link.direction == TURNS_ROUND:
                    self.turns_round.add((link.from_edge, link.to_edge))
                if link.signal:
                    self.of_signal[link.signal].append(link)

    def is_open(self, edge: str, onward: str) -> bool:
        """Whether another street leads in or out where one follows on the other, or one may turn round."""
        return self.goes[edge] != {onward} or self.comes[onward] != {edge} or (edge, onward) in self.turns_round

    def is_cut(self, link: Link) -> bool:
        """Whether it leads only back from where a street ends: at the edge of the map most have arrived there."""
        return link.direction == TURNS_ROUND and self.goes[link.from_edge] == {link.to_edge}


def _longer(way: Way, metres: float, *, is_open: bool = False) -> Way:
    return Way(way.to, way.metres + metres, way.is_open or is_open)


def placed(records: Records, junctions: Iterable[Junction]) -> Placed:
    """Detectors for every junction that can be controlled.

    Those with fewer than two stages, or with rules that the guard cannot keep, keep their plan.
    """
    road = _Road(records)
    loops: dict[str, Loop] = {}
    layouts: list[Layout] = []
    left: dict[str, str] = {}
    for junction in junctions:
        laid: dict[str, Loop] = {}
        try:
            refuse_unkept(rules_of(junction))
            layouts.append(_Placing(road, junction, laid).layout())
        except Unsupported as trouble:
            left[junction.id] = trouble.what
        else:
            loops |= laid
    return Placed(tuple(layouts), tuple(loops.values()), left)


class _Placing:
    """One junction on its way to its layout."""

    def __init__(self, road: _Road, junction: Junction, loops: dict[str, Loop]) -> None:
        self.road, self.junction, self.loops = road, junction, loops
        self.places: dict[str, list[tuple[float, str]]] = {}
        """By lane: metres from its end and detector, from the end up."""
        self.before: dict[str, float] = {}
        """By lane: metres from its end to the stop line."""
        self.ways: dict[str, dict[str, Way]] = defaultdict(dict)

    def layout(self) -> Layout:
        of_lane: dict[str, list[Link]] = defaultdict(list)
        for link in self.road.of_signal[self.junction.id]:
            of_lane[f"{link.from_edge}_{link.from_lane}"].append(link)
        lanes = []
        for lane_id, links in of_lane.items():
            self._upstream(lane_id)
            exits = tuple(dict.fromkeys(self._exit(f"{link.to_edge}_{link.to_lane}") for link in links))
            movements = tuple(dict.fromkeys(str(link.index) for link in links))
            stop = self.places[lane_id][0][1]
            lanes.append(
                LaneLayout(
                    id=lane_id,
                    approach=links[0].from_edge,
                    movements=movements,
                    stop=stop,
                    exits=exits,
                    mouths=tuple(self._mouths(links[0].from_edge)),
                )
            )
        return layout_of(self.junction, lanes, self._marks())

    def _mouths(self, edge: str) -> Iterable[str]:
        """Where the street begins: at a junction from which others are driven to as well. None at the map's edge."""
        for _ in range(STREET_MAX):
            (*others, before) = self.road.comes[edge] or {""}
            if others or len(self.road.goes[before]) != 1 or self.road.comes[before] == set():
                break
            edge = before
        lanes = [self.road.lanes[name] for name in self.road.of_edge[edge] if self.road.lanes[name].is_for_cars]
        if self.road.comes[edge] and lanes[0].metres >= 2 * EXIT_M:
            yield from (self._lay(lane, lane.metres - EXIT_M) for lane in lanes)

    def _exit(self, lane_id: str) -> str:
        lane = self.road.lanes[lane_id]
        return self._lay(lane, max(lane.metres - EXIT_M, lane.metres / 2))

    def _lay(self, lane: _Lane, from_end_m: float) -> str:
        start = max(lane.metres - from_end_m - LENGTH_M / 2, 0.0)
        name = f"{lane.id}@{from_end_m:.1f}"
        self.loops.setdefault(name, Loop(name, lane.id, start, min(LENGTH_M, lane.metres - start)))
        return name

    def _upstream(self, lane_id: str) -> None:
        """Lay detectors on a lane that ends at the stop line, and on those that lead to it."""
        todo: list[tuple[str, float, list[Way]]] = [(lane_id, 0.0, [])]
        steps = 0
        while todo and steps < UPSTREAM_MAX:
            steps += 1
            here, before_m, onward = todo.pop(0)
            lane = self.road.lanes[here]
            if here not in self.places:
                self.before[here] = before_m
                self.places[here] = self._laid(lane, before_m)
                is_new = True
            else:
                is_new = False
            places = self.places[here]
            if places:
                for way in onward:
                    self.ways[places[0][1]].setdefault(way.to, _longer(way, places[0][0]))
                for (near_m, near), (far_m, far) in itertools.pairwise(places):
                    self.ways[far].setdefault(near, Way(near, far_m - near_m))
                last_m, last = places[-1]
                onward = [Way(last, lane.metres - last_m)]
            else:
                onward = [_longer(way, lane.metres) for way in onward]
            if not is_new and places:
                continue
            if before_m + lane.metres >= PLACES_M[-1]:
                continue
            for link in self.road.into[here]:
                if not link.signal and not self.road.is_cut(link):
                    inside = self.road.within.get(link.via, 0.0)
                    is_open = self.road.is_open(link.from_edge, lane.edge)
                    further = [_longer(way, inside, is_open=is_open) for way in onward]
                    todo.append((f"{link.from_edge}_{link.from_lane}", before_m + lane.metres + inside, further))

    def _laid(self, lane: _Lane, before_m: float) -> list[tuple[float, str]]:
        if before_m == 0.0 and lane.metres < 2 * PLACES_M[0]:
            wanted = [lane.metres / 2]
        else:
            wanted = [place - before_m for place in PLACES_M if 0.5 <= place - before_m <= lane.metres - 1.0]
        ends_m = before_m + lane.metres
        if ends_m < PLACES_M[-1] and all(link.signal for link in self.road.into[lane.id]):
            last = lane.metres - 2.0
            if last > 0 and (not wanted or last - wanted[-1] >= APART_M):
                wanted.append(last)
        return [(metres, self._lay(lane, metres)) for metres in wanted]

    def _marks(self) -> Iterable[Mark]:
        edges: dict[tuple[str, float], list[str]] = defaultdict(list)
        for lane_id, places in self.places.items():
            lane = self.road.lanes[lane_id]
            for metres, name in places:
                edges[lane.edge, round(metres)].append(name)
        for lane_id, places in self.places.items():
            lane = self.road.lanes[lane_id]
            for metres, name in places:
                yield Mark(
                    detector=name,
                    before_stop_line_m=self.before[lane_id] + metres,
                    speed_mps=lane.speed_mps,
                    ways=tuple(self.ways[name].values()),
                    beside=tuple(each for each in edges[lane.edge, round(metres)] if each != name),
                )


def loops_file(loops: Sequence[Loop]) -> str:
    """SUMO's file of additional objects that lays the detectors; it writes nothing by itself."""
    rows = (
        f'<inductionLoop id="{_quoted(loop.id)}" lane="{_quoted(loop.lane)}" pos="{loop.from_start_m:.2f}"'
        f' length="{loop.length_m:.2f}" period="{PERIOD_S}" file="NUL" friendlyPos="true"/>'
        for loop in loops
    )
    return "<additional>\n" + "\n".join(rows) + "\n</additional>\n"


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
