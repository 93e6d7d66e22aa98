"""`turnout signals travel`: places of our own vehicles in; travel times of the arterials' sections by hour out."""

import argparse
import csv
import io
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from turnout.signals.asked import add_language
from turnout.signals.command import FAULTY, FINE
from turnout.signals.file_trouble import (
    COLUMNS_MISSING,
    NAME_FILE,
    ROW_UNREAD,
    WRITE_AGAIN,
    no_csv,
    rows_unread,
    too_large,
    too_long,
    unwritten,
)
from turnout.signals.plans_file import read_plans
from turnout.signals.problem import BrokenSignals, Problem, Spot, spoken
from turnout.signals.quality.content import content_of
from turnout.signals.quality.log import LocalClock
from turnout.signals.quality.travel import RUN_NAMES, TravelReport, TravelTimes, lines_of
from turnout.words.name import Language, Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed, NotOurs, Unsupported

FILE_BYTES_MAX: Final = 512 << 20
PLANS_BYTES_MAX: Final = 64 << 20
ROWS_MAX: Final = 10_000_000
REFUSED_SHARE: Final = 0.5
REFUSED_SHOWN_MAX: Final = 20
"""Refused rows that are told one by one; the rest is counted."""
TRUTHS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
COLUMNS: Final = ("arterial", "from", "to", "hour", "run", "times", "median_s", "lower_s", "upper_s", "speed_kmh")
ROW: Final = Name(
    "{arterial} {start} → {end}, {hour:02d}:00, {run}: {times} times, half of them within {median:g} s",
    "{arterial} {start} → {end}，{hour:02d}:00，{run}：{times} 次，半数在 {median:g} 秒以内",
)
READ: Final = Name("{rows} places, {refused} of them refused", "{rows} 个位置，其中 {refused} 个未被接受")


def add_travel_command(kinds: Any) -> None:
    travel = kinds.add_parser("travel", help="travel times of our own vehicles along arterials (自有车辆行程时间)")
    travel.add_argument("file", type=Path, help="a file of plans (.toml) with arterials and their junctions' places")
    travel.add_argument("--places", type=Path, required=True, help="a CSV with time, vehicle, lat, lon, urgent")
    travel.add_argument("--to", type=Path, required=True, help="the table to write (.csv)")
    add_language(travel)
    travel.set_defaults(run=_travel)


def _travel(asked: argparse.Namespace) -> int:
    language: Language = asked.language
    try:
        signals = read_plans(content_of(asked.file, PLANS_BYTES_MAX), asked.file.name)
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    lines = lines_of(signals.arterials, signals.junctions)
    if not lines:
        raise Malformed(NO_PLACES, asked.file.name, Name("give its junctions `at`", "请为其路口写明 `at`"))
    times = TravelTimes(lines)
    read = read_places(content_of(asked.places, FILE_BYTES_MAX), asked.places.name, times)
    found = times.report()
    print(READ.spoken(language).format(rows=read.rows, refused=read.refused))
    for line in spoken(read.problems, language):
        print(line)
    for row in found.rows:
        told = {"arterial": row.arterial, "start": row.start, "end": row.end, "hour": row.hour}
        run = RUN_NAMES[row.run].spoken(language)
        print(ROW.spoken(language).format(run=run, times=row.times, median=row.median_s, **told))
    for name in found.rests_on:
        print(name.spoken(language))
    try:
        asked.to.parent.mkdir(parents=True, exist_ok=True)
        asked.to.write_bytes(_table(found))
    except OSError as error:
        raise unwritten(error, str(asked.to), NAME_FILE) from error
    print(asked.to)
    return FINE


class PlacesRead(NamedTuple):
    """`refused`: of the rows, those that could not be read. `problems` tells the first of them."""

    rows: int
    refused: int
    problems: tuple[Problem, ...]


def read_places(content: bytes, file: str, times: TravelTimes) -> PlacesRead:
    """Hands the places to `times`. A row that cannot be read is refused by its line and the rest is read.

    Columns: `time` (of the city's clock, 2026-11-26 08:00:00), `vehicle` (any name that tells it from the others),
    `lat`, `lon` (WGS 84), `urgent` (1 or 0: with lights and siren). Raises `Malformed`, `NotOurs`, `Unsupported`.
    """
    if len(content) > FILE_BYTES_MAX:
        raise Unsupported(too_large(FILE_BYTES_MAX), file, BY_WEEKS)
    clock, rows, refused = LocalClock(), 0, 0
    problems: list[Problem] = []
    try:
        table = csv.DictReader(io.TextIOWrapper(io.BytesIO(content), "utf-8-sig"))
        if not {"time", "vehicle", "lat", "lon", "urgent"} <= set(table.fieldnames or ()):
            raise NotOurs(COLUMNS_MISSING, f"{file} line 1", NAME_COLUMNS)
        for row in table:
            rows += 1
            if rows > ROWS_MAX:
                raise Unsupported(too_long(ROWS_MAX), file, BY_WEEKS)
            try:
                times.take(*_place(row, clock))
            except (TypeError, ValueError, KeyError, AttributeError):
                refused += 1
                if len(problems) < REFUSED_SHOWN_MAX:
                    # Without what stands in the row: it may name a vehicle.
                    problems.append(Problem("row-refused", Spot(file, table.line_num), ROW_UNREAD, ROW_CURE, "warning"))
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise Malformed(no_csv(trouble), file, WRITE_AGAIN) from trouble
    if refused > REFUSED_SHARE * rows:
        raise Malformed(rows_unread(refused, rows), file, WRITE_COLUMNS)
    return PlacesRead(rows, refused, tuple(problems))


NO_PLACES: Final = Name("no arterial has two junctions with a place", "没有一条干道有两个已知位置的路口")
BY_WEEKS: Final = Name("hand in a week at a time", "请每次只提供一周")
NAME_COLUMNS: Final = Name(
    "name the columns time, vehicle, lat, lon, urgent in the first row",
    "请在第一行写明列名 time、vehicle、lat、lon、urgent",
)
WRITE_COLUMNS: Final = Name("write time, vehicle, lat, lon, urgent", "请写明 time、vehicle、lat、lon、urgent")
ROW_CURE: Final = Name(
    "write a time as 2026-11-26 08:00:00, a vehicle, lat and lon in degrees, urgent as 1 or 0",
    "请写明时间（如 2026-11-26 08:00:00）、车辆、经纬度（度）和 urgent（1 或 0）",
)


def _place(row: dict[str, str], clock: LocalClock) -> tuple[str, int, Place, bool]:
    """Vehicle, time, place, whether with lights and siren. Without a vehicle's name, many would become one."""
    vehicle, place = row["vehicle"].strip(), Place(float(row["lat"]), float(row["lon"]))
    if not vehicle or not place.is_on_earth():
        raise ValueError(vehicle)
    return vehicle, clock.at_ms(row["time"].strip()), place, TRUTHS[row["urgent"].strip().lower()]


def _table(found: TravelReport) -> bytes:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(COLUMNS)
    for row in found.rows:
        told = (row.times, row.median_s, row.lower_s, row.upper_s, row.speed_kmh)
        rows.writerow([row.arterial, row.start, row.end, row.hour, row.run, *told])
    return table.getvalue().encode()
