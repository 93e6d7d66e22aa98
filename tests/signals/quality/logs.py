"""Logs to report on: one junction that somebody could have written down, and the sample of the package `atspm`."""

import datetime
from pathlib import Path

import numpy as np

from turnout.signals.quality.clock import SignalLog, signal_log
from turnout.signals.quality.log import EventLog, read_log
from turnout.signals.quality.log_map import LoggedDetector, LoggedSignal, Use

EIGHT = round((datetime.datetime(2026, 1, 12, 8) - datetime.datetime(1970, 1, 1)).total_seconds() * 1_000)
"""Monday, 08:00, on the controller's clock."""
SAMPLE = Path(__file__).parent / "atspm_sample.csv.gz"
"""Two hours of device 1136, 15 April 2024: `sample_raw_data` of atspm 2.6.1 (MIT licence, © Shawn Strasser)."""

Row = tuple[float, int, int]
"""Seconds after eight, code, parameter."""


def a_log(rows: list[Row], begins_ms: int = EIGHT) -> EventLog:
    return EventLog({"J": signal_of(sorted(rows), begins_ms)}, len(rows), 0)


def signal_of(rows: list[Row], begins_ms: int = EIGHT) -> SignalLog:
    columns = [(begins_ms + round(at * 1_000), code, parameter) for at, code, parameter in rows]
    return signal_log(*(np.array(column, np.int64) for column in zip(*columns, strict=True)))


def cycles(
    until_s: float, cycle_s: float = 90.0, green_s: float = 40.0, phase: int = 2, since_s: float = 0.0
) -> list[Row]:
    """Green, 4 s of yellow, red to the end of each cycle."""
    rows: list[Row] = []
    at = since_s
    while at < until_s:
        rows += [(at, 1, phase), (at + green_s, 8, phase), (at + green_s + 4, 10, phase)]
        at += cycle_s
    return [row for row in rows if row[0] < until_s]


def a_vehicle(at: float, channel: int = 5, lasts: float = 0.4) -> list[Row]:
    return [(at, 82, channel), (at + lasts, 81, channel)]


def a_signal(*detectors: tuple[int, Use], travel_s: float = 0.0) -> LoggedSignal:
    """Group K1 on phase 2, F1 on the pedestrians' 2; detectors by channel and use."""
    laid = tuple(LoggedDetector(channel=n, group="K1", uses=(use,), travel_s=travel_s) for n, use in detectors)
    return LoggedSignal(device="J", junction="market", phases={"K1": 2}, pedestrians={"F1": 2}, detectors=laid)


def the_sample() -> EventLog:
    return read_log(SAMPLE.read_bytes(), SAMPLE.name)


SAMPLE_USES: dict[int, tuple[int, tuple[Use, ...]]] = {
    25: (8, ("presence",)),
    26: (8, ("presence",)),
    4: (2, ("presence",)),
    46: (6, ("yellow-red",)),
    15: (5, ("advance",)),
    17: (6, ("advance",)),
    16: (6, ("advance",)),
    20: (6, ("count",)),
    19: (6, ("count",)),
    22: (8, ("advance",)),
    27: (5, ("presence",)),
    8: (8, ("advance",)),
    37: (6, ("presence",)),
    2: (2, ("advance",)),
    57: (6, ("presence",)),
    23: (8, ("advance",)),
}


def the_sample_signal() -> LoggedSignal:
    """As `sample_config` of atspm has it: phases 2, 5, 6 and 8, by the name of group P2 and so on."""
    return LoggedSignal(
        device="1136",
        junction="sample",
        phases={f"P{phase}": phase for phase in (2, 5, 6, 8)},
        pedestrians={"W6": 6},
        detectors=tuple(
            LoggedDetector(channel=channel, group=f"P{phase}", uses=uses)
            for channel, (phase, uses) in SAMPLE_USES.items()
        ),
    )
