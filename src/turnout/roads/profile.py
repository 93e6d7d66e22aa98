"""How fast crews drive: factors on the roads' own speeds, by class of road and hour of the week, and how sure we are.

A real run takes longer than its road explains (leaving the quarters, finding the door) and varies more than any engine
admits, so a travel time is published with an intercept and as an interval. Factors are data: `speeds.toml` in a
city's folder, calibrated on its own runs; `default_speeds.toml` beside this file where a city has none.
"""

import math
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import numpy as np

from turnout.roads.graph import ROAD_CLASSES, Floats, RoadGraph
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed, Unsupported

FORMAT_VERSION = 1
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FACTOR_MIN, FACTOR_MAX = 0.05, 4.0
"""Outside these a factor is a slip of the pen: 25 mph would become under 2 or over 160 km/h."""
SPEED_KMH_MIN = 3.0
"""Walking pace: no edge is slower, whatever the factors say."""

Drive = Literal["urgent", "routine"]
"""Under lights and siren, or as anybody drives."""


class TravelEstimate(msgspec.Struct, frozen=True, gc=False):
    """When a crew that sets out now arrives, in seconds from now."""

    drive_s: float
    """What the roads alone explain."""
    expected_s: float
    earliest_s: float
    """One run in ten is sooner."""
    latest_s: float
    """One run in ten is later."""


class DrivePace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One way of driving: its factors by band and road class, its intercept and its spread."""

    factors: dict[str, dict[str, float]]
    """Band letter, then road class or `default`."""
    intercept_s: float
    earliest_ratio: float
    latest_ratio: float


class SpeedProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The speeds of one city."""

    version: int
    source: str
    time_zone: str
    week: dict[str, str]
    """Per day 24 letters, one per hour of local time, each a band."""
    urgent: DrivePace
    routine: DrivePace

    def band_at(self, at: Moment) -> str:
        """The band that the local hour of the week falls into."""
        local = datetime.fromtimestamp(at / 1000.0, UTC).astimezone(ZoneInfo(self.time_zone))
        return self.week[DAYS[local.weekday()]][local.hour]

    def pace(self, drive: Drive) -> DrivePace:
        return self.urgent if drive == "urgent" else self.routine

    def edge_times_s(self, graph: RoadGraph, band: str, drive: Drive) -> Floats:
        """Seconds to drive each edge from end to end."""
        factors = self.pace(drive).factors[band]
        by_class = np.array([factors.get(name, factors["default"]) for name in ROAD_CLASSES])
        speed_kmh = np.maximum(graph.edge_speed_kmh * by_class[graph.edge_class], SPEED_KMH_MIN)
        times_s: Floats = graph.edge_length_m / (speed_kmh / 3.6)
        return times_s

    def estimate(self, drive_s: float, drive: Drive = "urgent") -> TravelEstimate:
        """The arrival for a drive of that many seconds, with the intercept added and as an interval."""
        pace = self.pace(drive)
        expected_s = drive_s + pace.intercept_s
        return TravelEstimate(drive_s, expected_s, expected_s * pace.earliest_ratio, expected_s * pace.latest_ratio)


def load_profile(path: Path) -> SpeedProfile:
    """Read a `speeds.toml`. Raises Malformed or Unsupported, naming file, field and cure."""
    return read_profile(path.read_text(encoding="utf-8"), str(path))


def read_profile(text: str, where: str) -> SpeedProfile:
    """The profile in this TOML text; `where` names it in complaints."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as trouble:
        raise Malformed(str(trouble), where, "correct the TOML at that line") from trouble
    if isinstance(table.get("version"), int) and table["version"] != FORMAT_VERSION:
        raise Unsupported(f"version {table['version']}, wanted {FORMAT_VERSION}", where)
    try:
        profile = msgspec.convert(table, SpeedProfile)
    except msgspec.ValidationError as trouble:
        raise Malformed(str(trouble), where, "see default_speeds.toml for the form") from trouble
    for fault, cure in _faults(profile):
        raise Malformed(fault, where, cure)
    return profile


def _faults(profile: SpeedProfile) -> list[tuple[str, str]]:
    faults = []
    try:
        ZoneInfo(profile.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        faults.append((f"time_zone {profile.time_zone!r} is unknown", "use an IANA name such as Asia/Shanghai"))
    if set(profile.week) != set(DAYS):
        faults.append(("week must name the seven days", "monday to sunday, in lower case"))
    for day, hours in profile.week.items():
        if len(hours) != 24:
            faults.append((f"week.{day} has {len(hours)} letters", "one letter per hour, 24 in all"))
    bands = set("".join(profile.week.values()))
    for drive, pace in (("urgent", profile.urgent), ("routine", profile.routine)):
        faults.extend((f"{drive}.factors has no band {band}", "add it") for band in bands - set(pace.factors))
        faults.extend(_faults_in_pace(drive, pace))
    return faults


def _faults_in_pace(drive: str, pace: DrivePace) -> list[tuple[str, str]]:
    faults = []
    for band, factors in pace.factors.items():
        if "default" not in factors:
            faults.append((f"{drive}.factors.{band} has no default", "add default = 1.0"))
        for name, factor in factors.items():
            if name != "default" and name not in ROAD_CLASSES:
                faults.append((f"{drive}.factors.{band}.{name} is no road class", f"one of {', '.join(ROAD_CLASSES)}"))
            if not FACTOR_MIN <= factor <= FACTOR_MAX:
                faults.append((f"{drive}.factors.{band}.{name} is {factor}", f"{FACTOR_MIN} to {FACTOR_MAX}"))
    if not 0.0 <= pace.intercept_s < math.inf:
        faults.append((f"{drive}.intercept_s is {pace.intercept_s}", "0 or more seconds"))
    if not 0.0 < pace.earliest_ratio <= 1.0 <= pace.latest_ratio < math.inf:
        faults.append(
            (f"{drive} has an interval that leaves out what is expected", "earliest_ratio ≤ 1 ≤ latest_ratio")
        )
    return faults


DEFAULT_PROFILE = load_profile(Path(__file__).with_name("default_speeds.toml"))
