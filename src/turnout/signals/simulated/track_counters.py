"""Counters at the ends of single tracks in a SUMO network: they see who runs on rails, as axle counters do, not cars.

Laid as loops of their own; few, so that a vehicle's record on one may be looked at, which `run.Detectors` does not.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from turnout.signals.simulated.sumo_layout import Loop
from turnout.signals.single_track import Count, Interlocking, SingleTrack
from turnout.signals.sumo_tracks import RAIL
from turnout.signals.sumo_xml import Records

LENGTH_M: Final = 0.2
AT_M: Final = 0.3
"""From the lane's end. SUMO's vehicles stop 1 m before the stop line."""


def counters_of(track: SingleTrack) -> list[str]:
    of_entries = (name for entry in track.entries for name in (entry.counter, *entry.approach))
    return [*of_entries, *(end.counter for end in track.exits)]


def track_loops(records: Records, tracks: Iterable[SingleTrack]) -> tuple[Loop, ...]:
    lengths = {lane.id: lane.length_m for edge in records.edges.values() for lane in edge.lanes}
    loops = {}
    for track in tracks:
        for name in counters_of(track):
            lane, _, end = name.rpartition("@")
            start = max(lengths[lane] - AT_M, 0.0) if end == "end" else AT_M
            loops[name] = Loop(f"track {name}", lane, start, LENGTH_M)
    return tuple(loops.values())


class TrackCounters:
    """Reads them once a second and tells the interlockings, before any signal is switched."""

    def __init__(self, sumo: Any, interlockings: Sequence[Interlocking]) -> None:
        self._records = sumo.inductionloop.getVehicleData
        self._class_of = sumo.vehicletype.getVehicleClass
        self._interlockings = interlockings
        self._names = sorted({name for each in interlockings for name in counters_of(each.track)})
        self._is_rail: dict[str, bool] = {}
        self._on: dict[str, set[str]] = {name: set() for name in self._names}
        """Who was on each a second ago."""

    def step(self, at_ms: int) -> None:
        counts = {name: count for name in self._names if any(count := self._count(name))}
        for each in self._interlockings:
            each.count(counts, at_ms)

    def _count(self, name: str) -> Count:
        records = self._records(f"track {name}")
        seen = {who: left_s for who, _, _, left_s, kind in records if self._runs_on_rails(kind)}
        was, here = self._on[name], {who for who, left_s in seen.items() if left_s < 0}
        self._on[name] = here
        return Count(len(seen.keys() - was), len((was | seen.keys()) - here), len(records) > len(seen))

    def _runs_on_rails(self, kind: str) -> bool:
        if kind not in self._is_rail:
            self._is_rail[kind] = self._class_of(kind) in RAIL
        return self._is_rail[kind]
