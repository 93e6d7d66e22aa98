"""`turnout signals area`: a network and its traffic in; a cycle, splits and offsets for all its signals out."""

import argparse
import csv
import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from turnout.signals.area.area import (
    CYCLE_LEAST_S,
    CYCLE_MOST_S,
    CYCLES_S,
    Area,
    Coordinated,
    coordinate,
    read_area,
)
from turnout.signals.area.demand import Demand, Turning, read_counts, read_routes
from turnout.signals.area.programmes import written
from turnout.signals.area.streams import LaneId
from turnout.signals.asked import add_language
from turnout.signals.command import FAULTY, FINE
from turnout.signals.file_trouble import NAME_FOLDER, NAME_READABLE, WRITE_AGAIN, no_csv, too_long, unread, unwritten
from turnout.signals.problem import BrokenSignals, spoken
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed, Unsupported

SATURATION_ROWS_MAX: Final = 100_000
NO_LANE: Final = Name("it has no edge, lane and per_h", "没有写明 edge、lane 和 per_h")
NAME_LANES: Final = Name("name lanes that lead to a signal", "请只写通向信号路口的车道")
COLUMNS: Final = Name("the columns are edge, lane (a number) and per_h", "请写 edge、lane（数字）、per_h 三列")
SATURATED: Final = Name(
    "a lane lets 100 to 3000 vehicles an hour through while it has green",
    "请写车道的饱和流量，即绿灯期间每小时 100 至 3000 辆",
)
FIGURES: Final = (
    "junction",
    "vehicles_per_h",
    "delay_before_s",
    "delay_after_s",
    "stops_before",
    "stops_after",
    "saturation_before",
    "saturation_after",
)
FOUND: Final = Name(
    "{junctions} junctions, cycle {cycle} s; delay per vehicle and signal {before:.1f} s before, {after:.1f} s after,"
    " worked out for average traffic",
    "{junctions} 个路口，周期 {cycle} 秒；按平均交通量推算，每车每路口延误由 {before:.1f} 秒变为 {after:.1f} 秒",
)
TO_TRY: Final = Name(
    "simulate it before it is proposed; nothing is written to a controller",
    "提出之前请先仿真；本命令不写入任何信号机",
)
PATHLESS: Final = Name(
    "{number} vehicles of the demand have no route and are not counted", "{number} 辆车没有路线，未计入"
)


def add_area_command(kinds: Any) -> None:
    area = kinds.add_parser("area", help="coordinate all signals of a network at once (区域协调)")
    area.add_argument("net", type=Path, help="a SUMO network (.net.xml, .net.xml.gz)")
    area.add_argument("--plans", type=Path, action="append", default=[], help="further programmes (.add.xml)")
    demand = area.add_mutually_exclusive_group(required=True)
    demand.add_argument("--routes", type=Path, action="append", help="SUMO's routes with edges (.rou.xml)")
    demand.add_argument("--counts", type=Path, help="turning counts: a CSV with from, to, per_h")
    area.add_argument("--saturation", type=Path, help="measured, a CSV with edge, lane, per_h")
    area.add_argument("--cycles", default="", help="seconds to try, as 60,70,80 (default: 50 to 140 by tens)")
    area.add_argument("--to", type=Path, required=True, help="a folder for programmes and figures")
    add_language(area)
    area.set_defaults(run=_area)


def _area(asked: argparse.Namespace) -> int:
    language: Language = asked.language
    cycles_s = cycles_of(asked.cycles)
    demand = _demand(asked)
    saturation = saturation_of(*_file(asked.saturation)) if asked.saturation is not None else None
    try:
        area = read_area(*_file(asked.net), [_file(path) for path in asked.plans], demand, saturation)
        found = coordinate(area, cycles_s)
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    for line in spoken(area.problems, language):
        print(line)
    if isinstance(demand, Demand) and demand.pathless:
        print(PATHLESS.spoken(language).format(number=demand.pathless))
    before, after = (_mean_delay_s(figures) for figures in (found.before, found.after))
    counted = {"junctions": len(area.frames), "cycle": found.setting.seconds}
    print(FOUND.spoken(language).format(before=before, after=after, **counted))
    print(TO_TRY.spoken(language))
    _write(asked.to, area, found)
    return FINE


def _mean_delay_s(figures: Mapping[str, Any]) -> float:
    total = sum(each.per_h for each in figures.values())
    return sum(each.per_h * each.delay_s for each in figures.values()) / total if total else 0.0


def _write(folder: Path, area: Area, found: Coordinated) -> None:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(FIGURES)
    for junction, after in found.after.items():
        before = found.before[junction]
        pairs = ((before.delay_s, after.delay_s), (before.stops, after.stops), (before.degree, after.degree))
        rows.writerow([junction, round(after.per_h), *(f"{value:.2f}" for pair in pairs for value in pair)])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in (("area.add.xml", written(found.programmes)), ("area.csv", table.getvalue().encode())):
            (folder / name).write_bytes(body)
            print(folder / name)
    except OSError as error:
        raise unwritten(error, str(folder), NAME_FOLDER) from error


def _file(path: Path) -> tuple[bytes, str]:
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        raise unread(error, str(path), NAME_READABLE) from error


def _demand(asked: argparse.Namespace) -> Demand | dict[Turning, float]:
    if asked.counts is not None:
        return read_counts(*_file(asked.counts))
    return read_routes([_file(path) for path in asked.routes])


def cycles_of(text: str) -> list[int]:
    """Raises `Malformed`."""
    if not text:
        return list(CYCLES_S)
    parts = text.split(",")
    if not all(part.isascii() and part.isdigit() and CYCLE_LEAST_S <= int(part) <= CYCLE_MOST_S for part in parts):
        cure = Name(
            f"write whole seconds from {CYCLE_LEAST_S} to {CYCLE_MOST_S}, with commas between",
            f"请写 {CYCLE_LEAST_S} 至 {CYCLE_MOST_S} 的整数秒，以半角逗号分隔",
        )
        raise Malformed(Name(f"{text!r} are no cycles", f"“{text}”不是周期"), "--cycles", cure)
    return sorted({int(part) for part in parts})


def saturation_of(content: bytes, file: str) -> dict[LaneId, float]:
    """Vehicles per second by lane. Raises `Malformed` with line."""
    found = {}
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))), 2):
            try:
                lane, per_h = (row["edge"], int(row["lane"])), float(row["per_h"])
            except (KeyError, TypeError, ValueError) as trouble:
                raise Malformed(NO_LANE, f"{file} line {number}", COLUMNS) from trouble
            if number > SATURATION_ROWS_MAX:
                raise Unsupported(too_long(SATURATION_ROWS_MAX), file, NAME_LANES)
            if not 100 <= per_h <= 3_000:
                what = Name(f"per_h is {row['per_h']}", f"per_h 为 {row['per_h']}")
                raise Malformed(what, f"{file} line {number}", SATURATED)
            found[lane] = per_h / 3_600
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise Malformed(no_csv(trouble), file, WRITE_AGAIN) from trouble
    return found
