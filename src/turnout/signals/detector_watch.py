"""The detectors of one junction as its controller shows them, second by second: what is believed of them, and what not.

A controller says who stands on a detector now, and how many it counted in the last period. Only that is used; nobody is
followed. What is occupied is believed once the detector has been seen to change or to count within `STUCK_MS`: one that
never does is stuck, or not known yet, and then takes green from nobody. What is free is believed once it has been seen
to change or to count at all, in this corridor or one before: a dead detector looks like an empty street. What
neighbours on the lane contradict is found by the rules of adaptive control (`adaptive/faults.py`), what counts more
than a lane carries as in the quality report.

Where nothing is believed the answer is None: not known. That is never 0 and never free.
"""

import itertools
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from turnout.signals.adaptive.faults import AGAIN_MIN, FAULT_NAMES, STUCK_MS, FaultWatch
from turnout.signals.adaptive.layout import LaneLayout, Layout, Mark, Way
from turnout.signals.adaptive.observer import Seen
from turnout.signals.controller import Presence
from turnout.signals.corridor import QUEUE_DEFAULT
from turnout.signals.model import SECOND_MS, Detector, Junction
from turnout.signals.queues import NEAR_M, full_s, known_waiting
from turnout.words.name import Name

GAP_MS: Final = 4_000
"""Longer between two readings, and nobody knows who stood on a detector meanwhile. Some two lost answers."""
PER_HOUR_MAX: Final = 3_000
"""Vehicles that one detector may count: a lane carries below 2,000, and some loops lie across two."""
CHATTERS_MIN: Final = 10
"""So many more than a lane carries in a period: one of a few seconds says nothing."""

WatchedFault = Literal["stuck", "silent", "double", "chatters", "reported"]
WATCHED_NAMES: Final[Mapping[WatchedFault, Name]] = {
    "stuck": FAULT_NAMES["stuck"],
    "silent": FAULT_NAMES["silent"],
    "double": FAULT_NAMES["double"],
    "chatters": Name("counts more than a lane can carry", "计数超过车道通行能力"),
    "reported": Name("broken, as the controller says", "信号机报告故障"),
}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Of one detector, for a person. None: not known now."""

    detector: Detector
    is_occupied: bool | None
    fault: WatchedFault | None = None


class _State:
    __slots__ = ("again", "changed_ms", "fault", "has_shown", "is_counting", "lumped_ms", "seen")

    def __init__(self, at_ms: int) -> None:
        self.seen = Seen(at_ms)
        self.changed_ms = -1
        """When it last came to be occupied or free, or counted somebody; -1: never since one looks."""
        self.has_shown = False
        """Whether it ever changed or counted."""
        self.lumped_ms = -1
        """When the controller last told a count."""
        self.is_counting = False
        self.fault: WatchedFault | None = None
        self.again = 0
        """What it had counted when it was called stuck."""


class DetectorWatch:
    """`take` once a second at most. Times are milliseconds of a clock that only goes forward."""

    def __init__(self, junction: Junction, at_ms: int) -> None:
        groups = {group.id for group in junction.groups if group.kind == "vehicle"}
        self.junction = junction
        self._detectors = {each.id: each for each in usable(junction)}
        self._states = {name: _State(at_ms) for name in self._detectors}
        self._heard_ms: int | None = None
        self._unheard: frozenset[str] = frozenset()
        self._lanes = {group: lanes_of(junction, group, self._detectors.values()) for group in groups}
        self._unlooped = {group for group in groups if _has_lane_without(junction, group, self._detectors.values())}
        self._behind = {
            group: [each.id for each in self._detectors.values() if each.is_behind and group in each.groups]
            for group in groups
        }
        layout = _layout(junction, self._detectors.values())
        self._watch = FaultWatch(layout, {name: state.seen for name, state in self._states.items()})

    def take(self, readings: Mapping[str, Presence], at_ms: int) -> None:
        """What the controller shows at this moment. Of those that it does not name nothing is known."""
        is_first = self._heard_ms is None
        is_anew = self._heard_ms is None or at_ms - self._heard_ms > GAP_MS
        self._heard_ms = at_ms
        self._unheard = frozenset(self._states.keys() - readings.keys())
        for name, state in self._states.items():
            reading = readings.get(name)
            if reading is None:
                state.seen.since_ms, state.changed_ms = -1, -1
                state.fault = None
            else:
                has_changed = not is_first and reading.is_occupied != (state.seen.since_ms >= 0)
                if is_anew:
                    state.seen.since_ms = at_ms if reading.is_occupied else -1
                elif has_changed:
                    is_counted = reading.counted is not None
                    state.seen.read(int(reading.is_occupied and not is_counted), reading.is_occupied, at_ms)
                if has_changed:
                    state.changed_ms, state.has_shown = at_ms, True
                self._count(state, reading, at_ms)
                state.fault = self._fault(state, reading, at_ms)
        self._watch.step(at_ms)

    def _count(self, state: _State, reading: Presence, at_ms: int) -> None:
        """A count comes for a whole period: within one that began after somebody came, others have come after him."""
        seen = state.seen
        if reading.counted is None:
            return
        first, state.is_counting = not state.is_counting or reading.counted < seen.total, True
        more = 0 if first else reading.counted - seen.total
        seen.total = reading.counted
        state.has_shown |= bool(more or reading.in_period)
        if more or (first and reading.in_period and reading.period_s * SECOND_MS <= STUCK_MS):
            state.changed_ms = at_ms
            if 0 <= seen.since_ms <= state.lumped_ms:
                seen.since_ms = at_ms
        if more:
            state.lumped_ms = at_ms

    def _fault(self, state: _State, reading: Presence, at_ms: int) -> WatchedFault | None:
        seen = state.seen
        if reading.fault:
            return "reported"
        if reading.in_period > PER_HOUR_MAX * reading.period_s / 3_600 + CHATTERS_MIN:
            return "chatters"
        if 0 <= seen.since_ms <= at_ms - STUCK_MS and at_ms - state.changed_ms >= STUCK_MS:
            if state.fault != "stuck":
                state.again = seen.total
            return "stuck"
        if state.fault == "stuck" and seen.total - state.again < AGAIN_MIN:
            return "stuck"
        return None

    def fault_of(self, name: str) -> WatchedFault | None:
        own = self._states[name].fault
        found = self._watch.faults.get(name)
        if own is not None or found is None:
            return own
        return None if found.kind == "double" and not self._states[name].is_counting else found.kind

    def _is_believed(self, name: str, at_ms: int) -> bool:
        state = self._states[name]
        is_fresh = self._heard_ms is not None and at_ms - self._heard_ms <= GAP_MS and name not in self._unheard
        if not is_fresh or self.fault_of(name) is not None:
            return False
        return state.has_shown if state.seen.since_ms < 0 else 0 <= state.changed_ms > at_ms - STUCK_MS

    def queue(self, group: str, at_ms: int) -> int | None:
        """Vehicles in the longest of the lanes that serve the group.

        None where no detector is believed, or where one lane is not known, or has none, and the others have no more
        than is assumed.
        """
        counted = [self._queue(lane, at_ms) for lane in self._lanes.get(group, [])]
        is_whole = None not in counted and group not in self._unlooped
        most = max((each for each in counted if each is not None), default=None)
        return most if most is not None and (is_whole or most >= QUEUE_DEFAULT) else None

    def _queue(self, lane: list[tuple[float, str]], at_ms: int) -> int | None:
        seen = [(metres, self._states[name].seen if self._is_believed(name, at_ms) else None) for metres, name in lane]
        return known_waiting(seen, at_ms)

    def full_s(self, group: str, at_ms: int) -> float | None:
        """For how long somebody has stood behind the junction on every lane that is believed; None: nobody knows."""
        believed = [self._states[name].seen for name in self._behind.get(group, ()) if self._is_believed(name, at_ms)]
        return full_s(believed, at_ms)

    def has(self, group: str) -> tuple[bool, bool]:
        """Whether the group has detectors before its stop line, and behind the junction."""
        return bool(self._lanes.get(group)), bool(self._behind.get(group))

    def known(self, at_ms: int) -> list[Known]:
        """Every detector: also one that is broken, with what it shows."""
        is_heard = self._heard_ms is not None and at_ms - self._heard_ms <= GAP_MS
        return [
            Known(
                detector=detector,
                is_occupied=self._states[name].seen.since_ms >= 0 if is_heard and name not in self._unheard else None,
                fault=self.fault_of(name),
            )
            for name, detector in self._detectors.items()
        ]

    @property
    def faults(self) -> dict[str, WatchedFault]:
        found = ((name, self.fault_of(name)) for name in self._states)
        return {name: fault for name, fault in found if fault is not None}


def usable(junction: Junction) -> list[Detector]:
    """Those whose lane and groups there are; `signals check` warns of the others."""
    served = {(each.approach, each.group) for each in junction.movements}
    vehicles = {group.id for group in junction.groups if group.kind == "vehicle"}
    lanes = {approach.id: approach.lanes for approach in junction.approaches}
    return [
        each
        for each in junction.detectors
        if set(each.groups) <= vehicles
        and (
            each.is_behind
            or (
                each.lanes[-1] <= lanes.get(each.approach, 0)
                and all((each.approach, name) in served for name in each.groups)
            )
        )
    ]


def groups_of(junction: Junction, detector: Detector) -> frozenset[str]:
    """Whose traffic passes it."""
    vehicles = {group.id for group in junction.groups if group.kind == "vehicle"}
    own = (each.group for each in junction.movements if each.approach == detector.approach)
    return frozenset(detector.groups) or frozenset(own) & vehicles


def lanes_of(junction: Junction, group: str, detectors: Iterable[Detector]) -> list[list[tuple[float, str]]]:
    """The lanes that serve a group: how far before the stop line each detector lies, the nearest first."""
    lanes: dict[tuple[str, int], list[tuple[float, str]]] = {}
    for each in detectors:
        if each.before_stop_line_m is not None and group in groups_of(junction, each):
            for lane in each.lanes:
                lanes.setdefault((each.approach, lane), []).append((each.before_stop_line_m, each.id))
    return [sorted(places) for places in lanes.values()]


def _has_lane_without(junction: Junction, group: str, detectors: Iterable[Detector]) -> bool:
    """Whether the group's traffic has a lane before a stop line on which nothing lies."""
    looped = {(each.approach, lane) for each in detectors if not each.is_behind for lane in each.lanes}
    served = {movement.approach for movement in junction.movements if movement.group == group}
    return any(
        (approach.id, lane) not in looped
        for approach in junction.approaches
        if approach.id in served
        for lane in range(1, approach.lanes + 1)
    )


def _layout(junction: Junction, detectors: Iterable[Detector]) -> Layout:
    """As the rules of faults want it: each lane a chain of detectors, and behind the junction where it leads."""
    detectors = list(detectors)
    by_lane: dict[tuple[str, int], list[Detector]] = {}
    for each in detectors:
        if not each.is_behind:
            for lane in each.lanes:
                by_lane.setdefault((each.approach, lane), []).append(each)
    ways: dict[str, dict[str, float]] = {each.id: {} for each in detectors if not each.is_behind}
    lanes: list[LaneLayout] = []
    for (approach, number), chain in by_lane.items():
        chain.sort(key=_before)
        for nearer, further in itertools.pairwise(chain):
            if nearer.id != further.id:
                ways[further.id][nearer.id] = _before(further) - _before(nearer)
        groups = frozenset[str]().union(*(groups_of(junction, each) for each in chain))
        exits = tuple(each.id for each in detectors if each.is_behind and groups & set(each.groups))
        name = f"{approach}/{number}"
        lanes.append(LaneLayout(id=name, approach=approach, movements=(), stop=chain[0].id, exits=exits))
    marks = tuple(
        Mark(
            detector=each.id,
            before_stop_line_m=_before(each),
            speed_mps=0.0,
            ways=tuple(Way(to, metres) for to, metres in ways[each.id].items()),
            beside=tuple(other.id for other in detectors if _are_beside(each, other)),
        )
        for each in detectors
        if not each.is_behind
    )
    return Layout(junction=junction, lanes=tuple(lanes), marks=marks, stages=())


def _before(detector: Detector) -> float:
    return detector.before_stop_line_m or 0.0


def _are_beside(one: Detector, other: Detector) -> bool:
    is_near = not other.is_behind and abs(_before(one) - _before(other)) <= NEAR_M
    apart = min(abs(a - b) for a in one.lanes for b in other.lanes)
    return one.id != other.id and one.approach == other.approach and is_near and apart == 1
