"""What `turnout signals travel` has measured of a district: how fast our own vehicles drive a section, hour by hour.

Aggregates alone: a row has no vehicle and no day, and one of fewer than five times is left out, whoever wrote the file.
Runs under priority are left out too: they say nothing of the speed at which traffic progresses.
"""

import csv
import io
import math
from typing import Final

from turnout.signals.districts.shapes import MeasuredSpeed
from turnout.signals.quality.travel import SHOWN_MIN
from turnout.words.trouble import Malformed, NotOurs, Unsupported

COLUMNS: Final = ("arterial", "from", "to", "hour", "run", "times", "speed_kmh")
FILE_BYTES_MAX: Final = 8 << 20
ROWS_MAX: Final = 20_000
"""Four hundred sections, both ways, by hour."""
SPEED_MAX_KMH: Final = 200.0


def read_speeds(content: bytes, file: str) -> tuple[MeasuredSpeed, ...]:
    """Raises `Malformed` with the line, `NotOurs` where the columns are missing, `Unsupported` for too much."""
    if len(content) > FILE_BYTES_MAX:
        raise Unsupported(f"more than {FILE_BYTES_MAX >> 20} MiB", file, "write it for fewer arterials")
    found: list[MeasuredSpeed] = []
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise NotOurs("columns are missing", f"{file} line 1", "write it with `turnout signals travel`")
        for row in rows:
            if rows.line_num > ROWS_MAX:
                raise Unsupported(f"more than {ROWS_MAX} rows", file, "write it for fewer arterials")
            speed = _speed(row, f"{file} line {rows.line_num}")
            if row["run"] != "urgent" and speed.times >= SHOWN_MIN:
                found.append(speed)
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise Malformed(f"not a CSV in UTF-8: {trouble}", file, "write it again") from trouble
    return tuple(found)


def _speed(row: dict[str, str], where: str) -> MeasuredSpeed:
    try:
        hour, times, kmh = int(row["hour"]), int(row["times"]), float(row["speed_kmh"])
    except (TypeError, ValueError) as trouble:
        raise Malformed("hour, times or speed_kmh is no number", where, "write it again") from trouble
    if not (0 <= hour < 24 and times >= 0 and math.isfinite(kmh) and 0 < kmh <= SPEED_MAX_KMH):
        raise Malformed("hour, times or speed_kmh is not possible", where, "write it again")
    return MeasuredSpeed(
        arterial=row["arterial"], start=row["from"], end=row["to"], hour=hour, times=times, speed_kmh=kmh
    )
