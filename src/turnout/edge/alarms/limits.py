"""What is watched, and from where on it is said. One row a figure; an operator changes rows by a file (`--alarms`)."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

import msgspec

from turnout.words.trouble import Malformed

Level = Literal["warn", "severe"]
"""`warn`: somebody should look today. `severe`: soon work will stop or has begun to suffer; somebody looks now."""

Unit = Literal["ms", "s", "min", "h", "days", "%", "MiB", "MiB/h", "rows", "count"]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """`rises`: too much of it is bad; else too little. Hysteresis: an alarm ends only once the figure has been better
    than `ends` for `calm_s`, and begins only once it has been as bad as `warn` for `lasts_s`. All in `unit`."""

    unit: Unit
    warn: float
    severe: float
    ends: float
    """Better than `warn`: between the two nothing changes, or an alarm would come and go."""
    severe_ends: float
    """The same for `severe`."""
    rises: bool = True
    lasts_s: float = 0.0
    calm_s: float = 60.0
    for_demo: bool = True
    """Whether it is said in a demonstration, which nobody backs up or keeps in time."""

    def is_bad(self, value: float, than: float) -> bool:
        """Whether `value` is as bad as `than` or worse."""
        return value >= than if self.rises else value <= than

    def level_of(self, value: float) -> Level | None:
        """The level that the figure by itself would have."""
        if self.is_bad(value, self.severe):
            return "severe"
        return "warn" if self.is_bad(value, self.warn) else None


NEVER: Final = 1e18
"""For a figure that has no severe form."""

LIMITS: Final[Mapping[str, Limit]] = {
    # How fast it is. A dispatcher waits noticeably from half a second on.
    "command-latency": Limit(unit="ms", warn=500, severe=2_000, ends=300, severe_ends=1_000, lasts_s=10),
    "append-time": Limit(unit="ms", warn=100, severe=1_000, ends=60, severe_ends=500, lasts_s=10),
    "disk-probe": Limit(unit="ms", warn=500, severe=5_000, ends=250, severe_ends=2_000),
    "loop-lag": Limit(unit="ms", warn=500, severe=3_000, ends=250, severe_ends=1_000, lasts_s=10),
    "queue": Limit(unit="%", warn=50, severe=90, ends=25, severe_ends=60, calm_s=30),
    # The disk. Days are what an operator needs to buy one, hours to make room.
    "disk-free": Limit(unit="MiB", warn=2_048, severe=512, ends=2_560, severe_ends=768, rises=False),
    "disk-full-in": Limit(unit="h", warn=72, severe=6, ends=96, severe_ends=12, rises=False, lasts_s=600, calm_s=600),
    "disk-refuses": Limit(unit="count", warn=1, severe=1, ends=0.5, severe_ends=0.5, calm_s=10),
    "disk-reserve": Limit(unit="count", warn=1, severe=1, ends=0.5, severe_ends=0.5, calm_s=10),
    "storage-faults": Limit(unit="count", warn=1, severe=20, ends=0.5, severe_ends=10),
    # What only ever grows. The busiest centres write about 40 MiB an hour; ten times that is some hundreds.
    "file-growth": Limit(unit="MiB/h", warn=1_024, severe=8_192, ends=700, severe_ends=6_000, lasts_s=600),
    "board-size": Limit(unit="rows", warn=50_000, severe=200_000, ends=40_000, severe_ends=150_000),
    "records-behind": Limit(unit="rows", warn=5_000, severe=500_000, ends=1_000, severe_ends=100_000, lasts_s=60),
    "memory": Limit(unit="%", warn=60, severe=80, ends=55, severe_ends=75, lasts_s=30),
    # Clocks. Half a second is what two machines' records may differ without anybody noticing.
    "clock-step": Limit(unit="ms", warn=500, severe=60_000, ends=250, severe_ends=30_000),
    "clock-apart": Limit(unit="ms", warn=1_000, severe=60_000, ends=500, severe_ends=30_000),
    "clock-unsynchronised": Limit(
        unit="count", warn=1, severe=NEVER, ends=0.5, severe_ends=NEVER / 2, lasts_s=300, for_demo=False
    ),
    # The database's second machine and those who keep it. With a keeper the primary goes on alone after a second.
    "database-alone": Limit(unit="count", warn=1, severe=NEVER, ends=0.5, severe_ends=NEVER / 2, lasts_s=10, calm_s=10),
    "standby-missing": Limit(unit="count", warn=1, severe=1, ends=0.5, severe_ends=0.5, lasts_s=5, calm_s=10),
    # PostgreSQL keeps 1 GiB of its log for a standby (`wal_keep_size`); one that lacks more is copied anew.
    "standby-behind": Limit(unit="MiB", warn=64, severe=768, ends=16, severe_ends=512, lasts_s=10),
    "keeper-missing": Limit(unit="count", warn=1, severe=NEVER, ends=0.5, severe_ends=NEVER / 2, calm_s=10),
    # What somebody has to look after.
    "certificate": Limit(unit="days", warn=30, severe=7, ends=31, severe_ends=8, rises=False),
    "fallback-stale": Limit(unit="min", warn=3, severe=30, ends=2, severe_ends=10),
    "backup-age": Limit(unit="h", warn=26, severe=72, ends=25, severe_ends=48, for_demo=False),
    "offline-entries": Limit(
        unit="count", warn=1, severe=NEVER, ends=0.5, severe_ends=NEVER / 2, calm_s=1, for_demo=True
    ),
    "bugs": Limit(unit="count", warn=1, severe=5, ends=0.5, severe_ends=3),
}


class _Changed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the operator's file: only the two figures; where they end follows in proportion."""

    warn: float | None = None
    severe: float | None = None


def changed(limit: Limit, warn: float | None, severe: float | None) -> Limit:
    """The row with other figures. Raises ValueError for figures that contradict each other."""
    new_warn = limit.warn if warn is None else warn
    new_severe = limit.severe if severe is None else severe
    if new_warn <= 0 or new_severe <= 0 or not limit.is_bad(new_severe, new_warn):
        raise ValueError("severe must not be milder than warn, and both above 0")
    return msgspec.structs.replace(
        limit,
        warn=new_warn,
        severe=new_severe,
        ends=limit.ends * new_warn / limit.warn,
        severe_ends=limit.severe_ends * new_severe / limit.severe,
    )


def read_limits(path: Path | None) -> Mapping[str, Limit]:
    """The limits as the operator's TOML changes them. Raises `Malformed` with the place."""
    if path is None:
        return LIMITS
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
        given = msgspec.convert(rows, dict[str, _Changed])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as trouble:
        raise Malformed(str(trouble), where=str(path), cure="[disk-free] and below it warn = 4096") from trouble
    limits = dict(LIMITS)
    for key, row in given.items():
        if key not in limits:
            raise Malformed(f"{key!r} is not watched", where=str(path), cure=f"one of {', '.join(LIMITS)}")
        try:
            limits[key] = changed(limits[key], row.warn, row.severe)
        except ValueError as trouble:
            raise Malformed(f"{key}: {trouble}", where=str(path)) from trouble
    return limits
