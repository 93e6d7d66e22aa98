"""Turn DataSF's "Fire Department Calls for Service" extract into the compact week that the simulated city ships.

Source: https://data.sfgov.org/d/nuek-vuh3, ODC Public Domain Dedication and License 1.0. It holds no caller and no
patient; places are rounded by the city to the block. One line per unit response; the call's own fields
stand on the call's first line only. Times are seconds after `received_utc`, so that a shifted week shifts one column.

    .venv/bin/python -m benchmarks.week_from_datasf ../shared/data/san-francisco/sffd_calls_2016-12-31_2017-01-07.csv
"""

import csv
import gzip
import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from turnout.city.simulated.week import COLUMNS

LOCAL = ZoneInfo("America/Los_Angeles")
SHIPPED = Path("src/turnout/city/folders/san-francisco/week.csv.gz")
README = (
    "# San Francisco Fire Department, every unit response of 2016-12-31 to 2017-01-07 (local days).\n"
    "# Data: City and County of San Francisco, DataSF,\n"
    "# 'Fire Department Calls for Service' (nuek-vuh3), ODC PDDL 1.0 (public domain).\n"
    "# Times ending in _s are seconds after received_utc; a call's own fields stand on its first line only.\n"
)
STAMPS = ("Entry", "Dispatch", "Response", "On Scene", "Transport", "Hospital", "Available")


def moment_of(text: str) -> datetime | None:
    """DataSF writes local wall-clock time; the week holds no change of clocks."""
    if not text:
        return None
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=LOCAL).astimezone(UTC)


def seconds_after(row: dict[str, str], stamp: str, received: datetime) -> str:
    moment = moment_of(row[f"{stamp} DtTm"])
    return "" if moment is None else str(int((moment - received).total_seconds()))


def line_of(row: dict[str, str], first: bool) -> list[str]:
    """One shipped line. `first` says that the call's own fields are to be written."""
    received = moment_of(row["Received DtTm"])
    assert received is not None
    lat, lon = re.findall(r"-?[0-9.]+", row["Location"])
    call = [
        received.strftime("%Y-%m-%dT%H:%M:%SZ"),
        row["Call Type"],
        row["Call Type Group"],
        row["Original Priority"],
        row["Priority"],
        row["Final Priority"],
        row["Address"],
        f"{float(lat):.5f}",
        f"{float(lon):.5f}",
        row["Neighborhood  District"],
        row["Station Area"],
        row["Number of Alarms"],
        row["Call Final Disposition"],
    ]
    times = [seconds_after(row, stamp, received) for stamp in STAMPS]
    als = "1" if row["ALS Unit"] == "true" else "0"
    return [
        row["Call Number"],
        *(call if first else [""] * len(call)),
        row["Unit ID"],
        row["Unit Type"],
        als,
        row["Unit sequence in call dispatch"],
        *times,
    ]


def convert(source: Path, shipped: Path) -> int:
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rows.sort(key=lambda row: (moment_of(row["Received DtTm"]), row["Call Number"], int(row[STAMP_ORDER])))
    text = io.StringIO()
    text.write(README)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    seen: set[str] = set()
    for row in rows:
        writer.writerow(line_of(row, row["Call Number"] not in seen))
        seen.add(row["Call Number"])
    shipped.write_bytes(gzip.compress(text.getvalue().encode(), compresslevel=9, mtime=0))
    return len(rows)


STAMP_ORDER = "Unit sequence in call dispatch"

if __name__ == "__main__":
    print(convert(Path(sys.argv[1]), SHIPPED), "responses;", SHIPPED.stat().st_size, "bytes")
