"""What `turnout signals travel` has measured of a district: how fast our own vehicles drive a section, hour by hour.

Aggregates alone: a row has no vehicle and no day, and one of fewer than five times is left out, whoever wrote the file.
Runs under priority are left out too: they say nothing of the speed at which traffic progresses.
"""

import csv
import io
import math
from typing import Final

from turnout.signals.districts.shapes import MeasuredSpeed
from turnout.signals.file_trouble import COLUMNS_MISSING, WRITE_AGAIN, no_csv, too_large, too_long
from turnout.signals.quality.travel import SHOWN_MIN
from turnout.words.name import Name
from turnout.words.trouble import Malformed, NotOurs, Unsupported

COLUMNS: Final = ("arterial", "from", "to", "hour", "run", "times", "speed_kmh")
FILE_BYTES_MAX: Final = 8 << 20
ROWS_MAX: Final = 20_000
"""Four hundred sections, both ways, by hour."""
SPEED_MAX_KMH: Final = 200.0
FEWER: Final = Name("write it for fewer arterials", "请为较少的干道生成该文件")
FROM_TRAVEL: Final = Name("write it with `turnout signals travel`", "请用 `turnout signals travel` 生成该文件")
NO_NUMBER: Final = Name("hour, times or speed_kmh is no number", "hour、times 或 speed_kmh 不是数字")
IMPOSSIBLE: Final = Name("hour, times or speed_kmh is not possible", "hour、times 或 speed_kmh 超出可能的范围")


def read_speeds(content: bytes, file: str) -> tuple[MeasuredSpeed, ...]:
    """Raises `Malformed` with the line, `NotOurs` where the columns are missing, `Unsupported` for too much."""
    if len(content) > FILE_BYTES_MAX:
        raise Unsupported(too_large(FILE_BYTES_MAX), file, FEWER)
    found: list[MeasuredSpeed] = []
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise NotOurs(COLUMNS_MISSING, f"{file} line 1", FROM_TRAVEL)
        for row in rows:
            if rows.line_num > ROWS_MAX:
                raise Unsupported(too_long(ROWS_MAX), file, FEWER)
            speed = _speed(row, f"{file} line {rows.line_num}")
            if row["run"] != "urgent" and speed.times >= SHOWN_MIN:
                found.append(speed)
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise Malformed(no_csv(trouble), file, WRITE_AGAIN) from trouble
    return tuple(found)


def _speed(row: dict[str, str], where: str) -> MeasuredSpeed:
    try:
        hour, times, kmh = int(row["hour"]), int(row["times"]), float(row["speed_kmh"])
    except (TypeError, ValueError) as trouble:
        raise Malformed(NO_NUMBER, where, WRITE_AGAIN) from trouble
    if not (0 <= hour < 24 and times >= 0 and math.isfinite(kmh) and 0 < kmh <= SPEED_MAX_KMH):
        raise Malformed(IMPOSSIBLE, where, WRITE_AGAIN)
    return MeasuredSpeed(
        arterial=row["arterial"], start=row["from"], end=row["to"], hour=hour, times=times, speed_kmh=kmh
    )
