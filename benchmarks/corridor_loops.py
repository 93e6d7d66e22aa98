"""What a city sees of a SUMO scenario's streets: loops at and before the stop lines, and behind the junctions."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from turnout.signals.adaptive.observer import Seen
from turnout.signals.model import Junction
from turnout.signals.queues import full_s, waiting
from turnout.signals.simulated.sumo_layout import PLACES_M, loops_file, placed
from turnout.signals.sumo_xml import read_records


class Loops:
    """Read once a second. Of a junction without loops nothing is known."""

    def __init__(self, net: bytes, junctions: list[Junction], file: Path) -> None:
        laid = placed(read_records(net, "net", root="net"), junctions)
        file.write_text(loops_file(laid.loops), encoding="utf-8")
        self._seen = {loop.id: Seen(0) for loop in laid.loops}
        self._read_ms: dict[str, int] = {}
        self._of_junction = {
            layout.junction.id: {mark.detector for mark in layout.marks}.union(*(lane.exits for lane in layout.lanes))
            for layout in laid.layouts
        }
        self._before: dict[str, dict[str, list[tuple[float, str]]]] = {}
        """By junction and lane at its stop line: how far before it, and which loop."""
        self._exits: dict[str, list[str]] = {}
        """By lane behind a junction."""
        for layout in laid.layouts:
            marks = {mark.detector: mark for mark in layout.marks}
            lanes = self._before[layout.junction.id] = {}
            for lane in layout.lanes:
                reached, todo = {lane.stop}, [lane.stop]
                while todo:
                    here = todo.pop()
                    more = {mark.detector for mark in marks.values() if any(way.to == here for way in mark.ways)}
                    todo += more - reached
                    reached |= more
                lanes[lane.id] = sorted((marks[name].before_stop_line_m, name) for name in reached)
                for name in lane.exits:
                    self._exits.setdefault(name.rpartition("@")[0], []).append(name)

    def read(self, sumo: Any, now_s: float, junctions: Iterable[str]) -> None:
        """Those of these junctions: of the others nobody asks."""
        at_ms = round(now_s * 1_000)
        for name in set().union(*(self._of_junction.get(junction, ()) for junction in junctions)):
            if name not in self._read_ms or self._read_ms[name] < at_ms - 1_000:
                self._seen[name] = Seen(at_ms)  # not looked at meanwhile
            seen, self._read_ms[name] = self._seen[name], at_ms
            passed = sumo.inductionloop.getVehicleData(name)
            if passed:
                entered = sum(1 for each in passed if each[2] > now_s - 1.0)
                seen.read(entered, any(each[3] < 0 for each in passed), at_ms)
            elif seen.since_ms >= 0:
                seen.empties(at_ms)

    def queue(self, junction: str, lanes: set[str], at_ms: int) -> int | None:
        """Vehicles in the longest queue, by how far back somebody stands."""
        of = self._before.get(junction, {})
        known = [of[lane] for lane in lanes if lane in of]
        lanes_of = ([(metres, self._seen[name]) for metres, name in marks] for marks in known)
        return max((waiting(lane, PLACES_M[-1], at_ms) for lane in lanes_of), default=None)

    def full_s(self, lanes: set[str], at_ms: int) -> float | None:
        """For how long somebody has stood on each of these lanes behind a junction."""
        return full_s((self._seen[name] for lane in lanes for name in self._exits.get(lane, ())), at_ms)
