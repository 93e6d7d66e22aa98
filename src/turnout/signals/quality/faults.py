"""Detectors that cannot be believed in an hour of a log, and which figures rest on them.

As the checks of Chen, Kwon, Rice, Skabardonis and Varaiya (2003), on events: occupied without an end, silent beside
neighbours that count, more vehicles than a lane can carry, or named by the controller itself.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from turnout.signals.detector_watch import PER_HOUR_MAX, WATCHED_NAMES
from turnout.signals.quality.clock import Ints, SignalLog
from turnout.signals.quality.figures import DetectorFault, FaultKind
from turnout.signals.quality.lamps import DETECTOR_OFF, DETECTOR_ON, REPORTED_FAULTS, occupied, total_until
from turnout.signals.quality.log_map import LoggedDetector, LoggedSignal, Use
from turnout.words.name import Name

STUCK_MS: Final = 600_000
"""Occupied so long without an end: longer than any red in which somebody stands."""
NEIGHBOURS_MIN: Final = 30
"""Vehicles that each of the others of the group counted in the hour before a silent one is doubted: where somebody uses
the group at all, an hour brings some to every lane."""

FAULT_NAMES: Final[Mapping[FaultKind, Name]] = {
    "stuck": Name("occupied all the time", "持续占用"),
    "silent": Name("sees nobody", "无检测信号"),
    "chatters": WATCHED_NAMES["chatters"],
    "reported": WATCHED_NAMES["reported"],
}
RESTS: Final[Mapping[Use, str]] = {"advance": "arrivals", "presence": "splits", "count": "volume", "yellow-red": "late"}


def faults_of(log: SignalLog, signal: LoggedSignal, edges_ms: Ints, covered: Ints) -> tuple[DetectorFault, ...]:
    """By hour and detector. An hour that is not covered says nothing of a detector."""
    counted = {each.channel: _counted(log, each.channel, edges_ms) for each in signal.detectors}
    stuck = {each.channel: _stuck(log, each.channel, edges_ms) for each in signal.detectors}
    found = []
    for detector in signal.detectors:
        reported = np.histogram(log.of(REPORTED_FAULTS, detector.channel)[0], edges_ms)[0]
        beside = _beside(signal, detector)
        for n, at_ms in enumerate(edges_ms[:-1].tolist()):
            share = covered[n] / 3_600_000
            if not share:
                continue
            own = counted[detector.channel][n]
            others = [int(counted[other.channel][n]) for other in beside if not stuck[other.channel][n]]
            kind: FaultKind | None = None
            if reported[n]:
                kind = "reported"
            elif stuck[detector.channel][n]:
                kind = "stuck"
            elif own > PER_HOUR_MAX * share:
                kind = "chatters"
            elif own == 0 and others and min(others) >= NEIGHBOURS_MIN:
                kind = "silent"
            if kind is not None:
                by = tuple(RESTS[use] for use in detector.uses)
                found.append(DetectorFault(detector.name, detector.group, at_ms, kind, FAULT_NAMES[kind], by))
    return tuple(found)


def _beside(signal: LoggedSignal, detector: LoggedDetector) -> list[LoggedDetector]:
    """Others of the group that are used for the same."""
    return [
        other
        for other in signal.detectors
        if other is not detector and other.group == detector.group and set(other.uses) & set(detector.uses)
    ]


def _counted(log: SignalLog, channel: int, edges_ms: Ints) -> Ints:
    found: Ints = np.histogram(log.of((DETECTOR_ON,), channel)[0], edges_ms)[0]
    return found


def _stuck(log: SignalLog, channel: int, edges_ms: Ints) -> Ints:
    """By hour: how long it was occupied in spans that are too long to be vehicles; a missing end is no such span."""
    at_ms, _ = log.of((DETECTOR_OFF, DETECTOR_ON), channel)
    begins, ends, _ = occupied(log, channel)
    long = ends - begins >= STUCK_MS
    assert len(at_ms) or not len(begins)
    found: Ints = np.diff(total_until(begins[long], ends[long], edges_ms))
    return found
