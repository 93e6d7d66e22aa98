"""`turnout signals quality`: logs of controllers in; how well signals serve per group and hour, and diagrams, out."""

import argparse
import csv
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.signals.asked import add_language
from turnout.signals.command import FAULTY, FINE
from turnout.signals.file_trouble import NAME_FOLDER, unwritten
from turnout.signals.model import Signals
from turnout.signals.plans_file import read_plans
from turnout.signals.problem import BrokenSignals, spoken
from turnout.signals.quality.clock import GAP_NAMES
from turnout.signals.quality.content import content_of
from turnout.signals.quality.drawing import purdue_svg
from turnout.signals.quality.figures import GroupHour, QualityReport
from turnout.signals.quality.log import FILE_BYTES_MAX, clock_text, read_log
from turnout.signals.quality.log_map import NAME_JUNCTION, NO_JUNCTION, read_map
from turnout.signals.quality.report import report
from turnout.signals.quality.roads import RoadHour, Way, by_road
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

PLANS_BYTES_MAX: Final = 64 << 20
COLUMNS: Final = (
    "junction",
    "group",
    "hour",
    "covered_s",
    "known_s",
    "cycles",
    "cycle_s",
    "green_share",
    "volume",
    "arrivals",
    "on_green",
    "on_yellow",
    "on_red",
    "platoon_ratio",
    "splits_judged",
    "split_failures",
    "green_occupancy",
    "red_occupancy",
    "late_on_yellow",
    "late_on_red",
    "doubted_detectors",
)
ROAD_COLUMNS: Final = (
    "arterial",
    "direction",
    "hour",
    "junctions",
    "known",
    "arrivals",
    "on_green",
    "share_on_green",
    "splits_judged",
    "split_failures",
    "doubted_detectors",
)
WAYS: Final[Mapping[Way, Name]] = {"outbound": Name("outbound", "去程"), "inbound": Name("inbound", "返程")}
ROAD: Final = Name(
    "{arterial}, {way}, {at}: {share:.0%} on green at {known} of {junctions} junctions",
    "{arterial}，{way}，{at}：{junctions} 个路口中的 {known} 个，绿灯到达 {share:.0%}",
)
READ: Final = Name("{rows} rows, {refused} of them refused", "{rows} 条记录，其中 {refused} 条未被接受")
FOUND: Final = Name(
    "junction {junction}: {hours} hours, {on_green} on green, {failures} of {judged} splits failed",
    "路口 {junction}：{hours} 小时，绿灯到达 {on_green}，{judged} 个周期中 {failures} 个相位绿灯不足（split failure）",
)
UNKNOWN: Final = Name("unknown", "未知")
GAP: Final = Name("junction {junction}, {begin} to {end}: {why}", "路口 {junction}，{begin} 至 {end}：{why}")
FAULT: Final = Name(
    "junction {junction}, {at}: detector {detector} of {group}: {why}",
    "路口 {junction}，{at}：{group} 的检测器 {detector}：{why}",
)


def add_quality_command(kinds: Any) -> None:
    quality = kinds.add_parser("quality", help="report how well signals serve, from their logs (运行质量报告)")
    quality.add_argument("log", type=Path, help="high-resolution events (.csv, .csv.gz)")
    quality.add_argument("--map", type=Path, required=True, help="what its numbers mean (quality.toml)")
    quality.add_argument("--plans", type=Path, help="the file of plans: names, and the roads to add up")
    quality.add_argument("--junction", default="", help="only this one")
    quality.add_argument("--to", type=Path, required=True, help="a folder for tables and diagrams")
    add_language(quality)
    quality.set_defaults(run=_quality)


def _quality(asked: argparse.Namespace) -> int:
    language: Language = asked.language
    try:
        signals = [
            each
            for each in read_map(content_of(asked.map, PLANS_BYTES_MAX), asked.map.name)
            if asked.junction in ("", each.junction)
        ]
        plans = (
            read_plans(content_of(asked.plans, PLANS_BYTES_MAX), asked.plans.name)
            if asked.plans is not None
            else Signals(())
        )
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    if not signals:
        raise Malformed(NO_JUNCTION, asked.map.name, NAME_JUNCTION)
    log = read_log(content_of(asked.log, FILE_BYTES_MAX), asked.log.name, {each.device for each in signals})
    print(READ.spoken(language).format(rows=log.rows, refused=log.refused))
    for line in spoken(log.problems, language):
        print(line)
    reports = [report(log, signal) for signal in signals]
    for each in reports:
        _tell(each, language)
    roads = by_road(reports, plans.arterials)
    for road in roads:
        _tell_road(road, language)
    _write(asked.to, reports, roads, {junction.id: junction.name for junction in plans.junctions})
    return FINE


def _tell_road(road: RoadHour, language: Language) -> None:
    if road.share_on_green is not None:
        told = {"arterial": road.arterial, "way": WAYS[road.way].spoken(language), "at": clock_text(road.at_ms)[:16]}
        counted = {"known": road.known, "junctions": road.junctions, "share": road.share_on_green}
        print(ROAD.spoken(language).format(**told, **counted))


def _tell(found: QualityReport, language: Language) -> None:
    arrivals = [each.arrivals for each in found.hours if each.arrivals]
    splits = [each.splits for each in found.hours if each.splits]
    total = sum(each.all for each in arrivals)
    share = f"{sum(each.on_green for each in arrivals) / total:.0%}" if total else UNKNOWN.spoken(language)
    counted = {"failures": sum(each.failures for each in splits), "judged": sum(each.judged for each in splits)}
    hours = sum(each.covered_s > 0 for each in found.coverage)
    print(FOUND.spoken(language).format(junction=found.junction, hours=hours, on_green=share, **counted))
    for name in found.rests_on:
        print(f"  {name.spoken(language)}")
    for gap in found.gaps:
        told = {"begin": clock_text(gap.from_ms), "end": clock_text(gap.to_ms)}
        why = GAP_NAMES[gap.kind].spoken(language)
        print(f"  {GAP.spoken(language).format(junction=found.junction, why=why, **told)}")
    for fault in found.faults:
        told = {"at": clock_text(fault.at_ms)[:16], "detector": fault.detector, "group": fault.group}
        why = fault.name.spoken(language)
        print(f"  {FAULT.spoken(language).format(junction=found.junction, why=why, **told)}")


def table_of(reports: list[QualityReport]) -> bytes:
    """All hours of all groups as CSV. What is not known is an empty cell, never 0."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(COLUMNS)
    for found in reports:
        rows.writerows(_row(found.junction, each) for each in found.hours)
    return table.getvalue().encode()


def _row(junction: str, hour: GroupHour) -> list[object]:
    arrivals, splits, late = hour.arrivals, hour.splits, hour.late
    cells: list[object] = [junction, hour.group, clock_text(hour.at_ms)[:16], hour.covered_s, hour.known_s]
    cells += [hour.cycles, hour.cycle_s, hour.green_share, hour.volume]
    cells += [arrivals.all, arrivals.on_green, arrivals.on_yellow, arrivals.on_red] if arrivals else [None] * 4
    cells += [arrivals.platoon_ratio if arrivals else None]
    cells += [splits.judged, splits.failures] if splits else [None] * 2
    cells += [splits.green_occupancy, splits.red_occupancy] if splits else [None] * 2
    cells += [late.on_yellow, late.on_red] if late else [None] * 2
    cells.append(" ".join(hour.doubts))
    return ["" if cell is None else round(cell, 3) if isinstance(cell, float) else cell for cell in cells]


def roads_table(roads: Sequence[RoadHour]) -> bytes:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(ROAD_COLUMNS)
    for road in roads:
        share = None if road.share_on_green is None else round(road.share_on_green, 3)
        cells = (road.arrivals, road.on_green, share, road.splits_judged, road.split_failures)
        row = [road.arterial, road.way, clock_text(road.at_ms)[:16], road.junctions, road.known, *cells]
        rows.writerow(["" if cell is None else cell for cell in (*row, " ".join(road.doubts))])
    return table.getvalue().encode()


def _write(folder: Path, reports: list[QualityReport], roads: Sequence[RoadHour], names: dict[str, Name]) -> None:
    files = {"quality.csv": table_of(reports), "quality.json": msgspec.json.format(msgspec.json.encode(reports))}
    if roads:
        files["roads.csv"] = roads_table(roads)
    for found in reports:
        for diagram in found.diagrams:
            stem = _stem(f"{found.junction}.{diagram.group}")
            name = names.get(found.junction, Name(found.junction, found.junction))
            for language in LANGUAGES:
                files[f"purdue.{stem}.{language}.svg"] = purdue_svg(found, diagram, name, language)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name_of, body in files.items():
            (folder / name_of).write_bytes(body)
            print(folder / name_of)
    except OSError as error:
        raise unwritten(error, str(folder), NAME_FOLDER) from error


LANGUAGES: Final[tuple[Language, ...]] = ("en", "zh-CN")


def _stem(name: str) -> str:
    """A name for a file: what is no letter, digit, dot or dash becomes a dash."""
    return "".join(letter if letter.isalnum() or letter in ".-_" else "-" for letter in name)[:120]
