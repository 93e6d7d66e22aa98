"""The area as its lanes see it: how much comes, where from and how long after, and what a plan lets through.

All that depends on the network and the demand alone is worked out once; `capacity` is what a plan makes of it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from turnout.signals.area.demand import Flows, Turning
from turnout.signals.area.frame import Durations, Frame
from turnout.signals.sumo_xml import Link, Records

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
LaneId = tuple[str, int]
"""Edge, and lane of it."""

SATURATION_PER_S: Final = 0.52
"""Vehicles a second that leave a lane straight on, in an unbroken queue: 1,870 an hour (HCM 2016, chapter 19)."""
TURNING: Final = 0.9
"""Of that, where the lane turns."""
GAP_S: Final = 5.0
FOLLOW_S: Final = 2.2
"""Who gives way takes gaps of so long, and follows the one before after so long (HCM 2016, chapter 20)."""
SNEAKERS: Final = 1.0
"""Vehicles that turn at the end of green after waiting within the junction."""
SPACE_M: Final = 7.5
"""A standing vehicle, with the gap before it."""
CARS: Final = frozenset({"passenger", "private"})
EVENING_ROUNDS: Final = 60
"""So often are vehicles moved to the emptier of the lanes that lead the same way."""


class _Use(NamedTuple):
    """What leaves a lane over one link: its group, vehicles per hour, and the links that it gives way to."""

    group: int
    link: int
    per_h: float
    turns: bool
    yields_to: tuple[int, ...]


class Streams:
    """Lanes before signals, numbered. Arrays are per lane, or per connection from one lane to a later one."""

    def __init__(
        self, records: Records, frames: list[Frame], flows: Flows, saturation: Mapping[LaneId, float] | None = None
    ) -> None:
        """`saturation`: measured vehicles per second of lanes, where they are known."""
        self.frames = frames
        self._at = {frame.junction.id: n for n, frame in enumerate(frames)}
        links = _links(records, self._at, flows.turns)
        loads = _evened({turn: tuple(lanes) for turn, lanes in links.items()}, flows.turns)
        self.lanes: list[LaneId] = sorted({lane for load in loads.values() for lane in load})
        number = {lane: n for n, lane in enumerate(self.lanes)}
        size = len(self.lanes)
        self.per_h: Floats = np.zeros(size)
        self.junction_of: Indices = np.zeros(size, np.int64)
        self._uses: list[list[_Use]] = [[] for _ in range(size)]
        self._link_per_h: list[dict[int, float]] = [defaultdict(float) for _ in frames]
        for turn, load in loads.items():
            for lane, per_h in load.items():
                self._add_use(number[lane], links[turn][lane], per_h)
        self.lanes_at = [np.flatnonzero(self.junction_of == n) for n in range(len(frames))]
        lengths = {lane.id: lane.length_m for edge in records.edges.values() for lane in edge.lanes}
        self.room: Floats = np.array([lengths.get(f"{edge}_{lane}", 100.0) / SPACE_M for edge, lane in self.lanes])
        measured = saturation or {}
        self._factor = np.array([measured.get(lane, SATURATION_PER_S) / SATURATION_PER_S for lane in self.lanes])
        self._connect(records, flows, loads, number)

    def _add_use(self, lane: int, link: Link, per_h: float) -> None:
        junction = self._at[link.signal]
        movement = next(m for m in self.frames[junction].junction.movements if m.id == str(link.index))
        groups = [group.id for group in self.frames[junction].junction.groups]
        self.per_h[lane] += per_h
        self.junction_of[lane] = junction
        yields = tuple(int(other) for other in movement.yields_to)
        self._uses[lane].append(
            _Use(groups.index(movement.group), link.index, per_h, movement.turn != "through", yields)
        )
        self._link_per_h[junction][link.index] += per_h

    def _connect(
        self, records: Records, flows: Flows, loads: Mapping[Turning, dict[LaneId, float]], number: Mapping[LaneId, int]
    ) -> None:
        """`from_lane`, `to_lane`, `share` of what leaves the first, `after_s` at the speed allowed; `outside` per s."""
        shares: dict[tuple[int, int], float] = defaultdict(float)
        seconds: dict[tuple[int, int], float] = {}
        over = _seconds_on(records)
        self.outside: Floats = np.zeros(len(self.lanes))
        for turn, load in loads.items():
            total = flows.turns[turn]
            for lane, per_h in load.items():
                self.outside[number[lane]] += flows.outside.get(turn, 0.0) * per_h / total / 3_600
        for (before, turn), per_h in flows.onward.items():
            after_s = sum(over.get(edge, 0.0) for edge in flows.ways[before, turn])
            for lane, leaving in loads.get(before, {}).items():
                for to, coming in loads.get(turn, {}).items():
                    pair = number[lane], number[to]
                    part = per_h * leaving / flows.turns[before] * coming / flows.turns[turn]
                    shares[pair] += part / max(self.per_h[pair[0]], 1e-9)
                    seconds[pair] = after_s
        pairs = sorted((pair for pair in shares if shares[pair] > 0), key=lambda pair: pair[1])
        self.from_lane: Indices = np.array([a for a, _ in pairs], np.int64)
        self.to_lane: Indices = np.array([b for _, b in pairs], np.int64)
        self.share: Floats = np.array([shares[pair] for pair in pairs], np.float64)
        self.after_s: Floats = np.array([seconds[pair] for pair in pairs], np.float64)
        self.reached_from: list[Indices] = []
        """By junction: lanes that its vehicles come to next."""
        self.leaving_at: list[Indices] = []
        """By junction: connections that begin there."""
        for n in range(len(self.frames)):
            begins = np.flatnonzero(self.junction_of[self.from_lane] == n) if pairs else np.zeros(0, np.int64)
            self.leaving_at.append(begins)
            self.reached_from.append(np.unique(self.to_lane[begins]))

    def capacity(self, junction: int, durations_ms: Durations, offset_s: int) -> Floats:
        """[lanes of the junction, seconds of the cycle]: vehicles that may leave in each second."""
        frame = self.frames[junction]
        green = frame.effective(durations_ms, offset_s)
        found = np.zeros((len(self.lanes_at[junction]), green.shape[1]))
        groups = {use.link: use.group for lane in self.lanes_at[junction] for use in self._uses[lane]}
        for row, lane in enumerate(self.lanes_at[junction]):
            for use in self._uses[lane]:
                leaves = green[use.group] * SATURATION_PER_S * (TURNING if use.turns else 1.0)
                against = self._against(junction, use, groups, green)
                if against is not None:
                    leaves = _giving_way(leaves, against, green[use.group])
                found[row] += leaves * use.per_h / self.per_h[lane] if self.per_h[lane] else leaves
            found[row] *= self._factor[lane]
        return found

    def _against(self, junction: int, use: _Use, groups: Mapping[int, int], green: Floats) -> Floats | None:
        """Vehicles a second that have the right of way over this one; None where there are never any."""
        total: Floats | None = None
        for link in use.yields_to:
            per_s = self._link_per_h[junction].get(link, 0.0) / 3_600
            if per_s and link in groups:
                shown = green[groups[link]]
                crossing = shown * per_s / max(float(shown.mean()), 0.05)
                total = crossing if total is None else total + crossing
        return total


def _giving_way(leaves: Floats, against: Floats, green: Floats) -> Floats:
    """By gaps (Siegloch; HCM 2016, equation 20-18), and who waits within the junction at the end of green."""
    met = np.clip(against, 1e-6, 0.6)
    gaps = met * np.exp(-met * GAP_S) / (1 - np.exp(-met * FOLLOW_S))
    ends = green > np.roll(green, -1) + 0.5
    found: Floats = np.where(against > 1e-6, np.minimum(leaves, green * gaps), leaves) + SNEAKERS * ends
    return found


def _links(records: Records, at: Mapping[str, int], turns: Collection[Turning]) -> dict[Turning, dict[LaneId, Link]]:
    """By turn: the lanes that cars may take for it, each with its link. Bus lanes only where there is no other."""
    allowed = {lane.id: lane.allow.split() for edge in records.edges.values() for lane in edge.lanes}
    found: dict[Turning, dict[LaneId, Link]] = defaultdict(dict)
    others: dict[Turning, dict[LaneId, Link]] = defaultdict(dict)
    for link in records.links:
        turn, lane = (link.from_edge, link.to_edge), (link.from_edge, link.from_lane)
        if link.signal in at and turn in turns:
            allow = allowed.get(f"{link.from_edge}_{link.from_lane}", [])
            into = found if not allow or not CARS.isdisjoint(allow) else others
            into[turn].setdefault(lane, link)
    return {turn: found.get(turn) or others[turn] for turn in {**found, **others}}


def _evened(
    lanes_of: Mapping[Turning, tuple[LaneId, ...]], per_h: Mapping[Turning, float]
) -> dict[Turning, dict[LaneId, float]]:
    """The vehicles of each turn on its lanes, so that lanes that lead the same way carry about the same."""
    loads = {turn: {lane: per_h[turn] / len(lanes) for lane in lanes} for turn, lanes in lanes_of.items()}
    for _ in range(EVENING_ROUNDS):
        on_lane: dict[LaneId, float] = defaultdict(float)
        for load in loads.values():
            for lane, carried in load.items():
                on_lane[lane] += carried
        for turn, load in loads.items():
            mean = sum(on_lane[lane] for lane in load) / len(load)
            moved = {lane: max(carried - 0.3 * (on_lane[lane] - mean), 0.0) for lane, carried in load.items()}
            total = sum(moved.values())
            if total > 0:
                loads[turn] = {lane: carried * per_h[turn] / total for lane, carried in moved.items()}
    return loads


def _seconds_on(records: Records) -> dict[str, float]:
    """Over each edge, at the speed that is allowed."""
    return {
        edge.id: max(lane.length_m for lane in edge.lanes) / max(max(lane.speed_mps for lane in edge.lanes), 0.1)
        for edge in records.edges.values()
        if edge.lanes
    }
