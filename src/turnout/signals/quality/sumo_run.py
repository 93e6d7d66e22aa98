"""A log as a controller would have written it, from a run of SUMO: what its lamps showed, when its detectors changed.

SUMO writes both by itself: `SaveTLSStates` and `instantInductionLoop`, which `outputs_file` asks for
(https://sumo.dlr.de/docs/Simulation/Output/). Of a crossing, the time and the detector are read, never the vehicle.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np

from turnout.signals.model import Junction
from turnout.signals.quality.clock import signal_log
from turnout.signals.quality.lamps import DETECTOR_OFF, DETECTOR_ON, DO_NOT_WALK, WALK, WALK_ENDING
from turnout.signals.quality.log import ROWS_MAX, EventLog
from turnout.signals.quality.log_map import LoggedDetector, LoggedSignal, Use
from turnout.signals.sumo_tracks import RAIL
from turnout.signals.sumo_xml import Lane, Records, elements_of, unpacked
from turnout.words.name import Name
from turnout.words.trouble import Malformed, Unsupported

PLACES_M: Final[Mapping[float, tuple[Use, ...]]] = {2.5: ("presence",), 9.0: ("presence",), 60.0: ("advance",)}
"""Before the stop line: two loops within the length of a usual presence detector, one before most queues."""
LANE_LEAST_M: Final = 25.0
"""On a shorter lane the loop before the queue lies at its beginning, unless it would lie among the others."""

LETTERS: Final[Mapping[str, str]] = {
    "G": "green",
    "g": "green",
    "y": "yellow",
    "Y": "yellow",
    "r": "red",
    "u": "red",
    "s": "red",
}
VEHICLES: Final = {"green": 1, "yellow": 8, "red": 10}
PEDESTRIANS: Final = {"green": WALK, "yellow": WALK_ENDING, "red": DO_NOT_WALK}


class LaidLoop(NamedTuple):
    id: str
    lane: str
    from_start_m: float


class Laid(NamedTuple):
    """`loops` in SUMO, and the junctions with the phases and channels that they are logged as."""

    loops: tuple[LaidLoop, ...]
    signals: tuple[LoggedSignal, ...]


def laid(records: Records, junctions: Iterable[Junction]) -> Laid:
    """Detectors on every lane before the signals. A lane of several groups counts for the one that goes straight on."""
    lanes = {lane.id: lane for edge in records.edges.values() for lane in edge.lanes}
    groups: dict[str, dict[str, dict[str, bool]]] = defaultdict(lambda: defaultdict(dict))
    by_id = {junction.id: junction for junction in junctions}
    group_of = {(each.id, movement.id): movement.group for each in by_id.values() for movement in each.movements}
    for link in records.links:
        group = group_of.get((link.signal, str(link.index)))
        lane = lanes.get(f"{link.from_edge}_{link.from_lane}")
        if group is not None and lane is not None and _is_for_cars(lane):
            straight = groups[link.signal][lane.id].get(group, False) or link.direction == "s"
            groups[link.signal][lane.id][group] = straight
    loops: list[LaidLoop] = []
    signals = []
    for junction in by_id.values():
        detectors: list[LoggedDetector] = []
        for lane_id, served in groups[junction.id].items():
            group = next((each for each, is_straight in served.items() if is_straight), next(iter(served)))
            for before_m, uses in _places(lanes[lane_id]).items():
                loop = LaidLoop(f"{lane_id}@{before_m:g}", lane_id, lanes[lane_id].length_m - before_m)
                loops.append(loop)
                travel_s = before_m / lanes[lane_id].speed_mps if "advance" in uses else 0.0
                detectors.append(
                    LoggedDetector(
                        channel=len(detectors) + 1, group=group, uses=uses, id=loop.id, travel_s=round(travel_s, 1)
                    )
                )
        signals.append(_signal(junction, detectors))
    return Laid(tuple(loops), tuple(signals))


def _is_for_cars(lane: Lane) -> bool:
    allowed = set(lane.allow.split())
    return not allowed or bool(allowed - RAIL - {"pedestrian", "bicycle"})


def _places(lane: Lane) -> dict[float, tuple[Use, ...]]:
    if lane.length_m >= max(PLACES_M) + 1:
        return dict(PLACES_M)
    near = {place: uses for place, uses in PLACES_M.items() if place < lane.length_m - 1 and place < max(PLACES_M)}
    return near | ({round(lane.length_m - 1, 1): PLACES_M[max(PLACES_M)]} if lane.length_m >= LANE_LEAST_M else {})


def _signal(junction: Junction, detectors: Sequence[LoggedDetector]) -> LoggedSignal:
    numbers = {group.id: n for n, group in enumerate(junction.groups, 1)}
    walking = {group.id for group in junction.groups if group.kind == "pedestrian"}
    return LoggedSignal(
        device=junction.id,
        junction=junction.id,
        phases={group: n for group, n in numbers.items() if group not in walking},
        pedestrians={group: n for group, n in numbers.items() if group in walking},
        detectors=tuple(each for each in detectors if each.group not in walking),
    )


def outputs_file(loops: Sequence[LaidLoop], junctions: Iterable[str], lamps: str, crossings: str) -> str:
    """SUMO's file of additional objects that lets it write both; the last two are the names of the files."""
    rows = [
        f'<instantInductionLoop id={quoteattr(loop.id)} lane={quoteattr(loop.lane)} pos="{loop.from_start_m:.2f}"'
        f' friendlyPos="true" file={quoteattr(crossings)}/>'
        for loop in loops
    ]
    rows += [
        f'<timedEvent type="SaveTLSStates" source={quoteattr(junction)} dest={quoteattr(lamps)}/>'
        for junction in junctions
    ]
    return "<additional>\n" + "\n".join(rows) + "\n</additional>\n"


def log_of_run(
    lamps: bytes, crossings: bytes, signals: Sequence[LoggedSignal], junctions: Iterable[Junction], begins_ms: int
) -> EventLog:
    """The log of a run whose second 0 is `begins_ms` of the controllers' clock. Raises `Malformed`, `NotOurs`."""
    wanted = {signal.junction: signal for signal in signals}
    events = _Events(begins_ms)
    _read_lamps(lamps, {each.id: each for each in junctions if each.id in wanted}, wanted, events)
    channel_of = {each.id: (signal.device, each.channel) for signal in signals for each in signal.detectors}
    for element in elements_of(unpacked(crossings, "crossings"), "crossings", "crossings"):
        at, kind = channel_of.get(element.get("id", "")), element.get("state")
        if at is not None and kind in ("enter", "leave"):
            events.add(at[0], element, "crossings", DETECTOR_ON if kind == "enter" else DETECTOR_OFF, at[1])
    found = {
        device: signal_log(*(np.array(column, np.int64) for column in zip(*sorted(rows), strict=True)))
        for device, rows in events.rows.items()
    }
    return EventLog(found, events.number, 0)


class _Events:
    def __init__(self, begins_ms: int) -> None:
        self.begins_ms, self.number = begins_ms, 0
        self.rows: dict[str, list[tuple[int, int, int]]] = defaultdict(list)

    def add(self, device: str, element: Any, file: str, code: int, parameter: int) -> None:
        self.number += 1
        if self.number > ROWS_MAX:
            what = Name(f"more than {ROWS_MAX} events", f"超过 {ROWS_MAX} 条事件")
            raise Unsupported(what, file, Name("log fewer junctions or hours", "请减少记录的路口或小时数"))
        try:
            seconds = float(element.get("time", ""))
        except ValueError:
            seconds = math.nan
        if not 0 <= seconds < 1e8:
            what = Name(f'time="{element.get("time")}"', f'时间无效：time="{element.get("time")}"')
            cure = Name("run it again", "请重新运行仿真")
            raise Malformed(what, f"{file} line {element.sourceline}", cure)
        # A controller logs to the tenth of a second.
        self.rows[device].append((self.begins_ms + round(seconds * 10) * 100, code, parameter))


def _read_lamps(
    lamps: bytes, junctions: Mapping[str, Junction], signals: Mapping[str, LoggedSignal], events: _Events
) -> None:
    of_group = {
        junction.id: {movement.group: int(movement.id) for movement in reversed(junction.movements)}
        for junction in junctions.values()
    }
    shown: dict[tuple[str, str], str] = {}
    for element in elements_of(unpacked(lamps, "lamps"), "lamps", "lamps"):
        junction, state = element.get("id", ""), element.get("state", "")
        signal = signals.get(junction)
        if signal is None or junction not in of_group:
            continue
        for group, index in of_group[junction].items():
            if index >= len(state):
                what = Name(f"junction {junction} has no lamp {index}", f"路口 {junction} 没有编号为 {index} 的灯")
                cure = Name("hand in the run of this network", "请提供该路网的仿真结果")
                raise Malformed(what, f"lamps line {element.sourceline}", cure)
            shows = LETTERS.get(state[index])
            if shows is None or shown.get((junction, group)) == shows:
                continue
            shown[junction, group] = shows
            if group in signal.pedestrians:
                events.add(signal.device, element, "lamps", PEDESTRIANS[shows], signal.pedestrians[group])
            elif group in signal.phases:
                events.add(signal.device, element, "lamps", VEHICLES[shows], signal.phases[group])
