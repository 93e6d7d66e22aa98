"""Jobs from a district's data: plans by time of day from its counts, quality from its log."""

from collections.abc import Callable
from typing import Final

import msgspec

from turnout.signals.area.area import CYCLES_S
from turnout.signals.districts.folder import NAME_BOTH, District
from turnout.signals.districts.plan_sets import junction_plans
from turnout.signals.districts.reading import problem_shape
from turnout.signals.districts.results import PlanHours, Quality
from turnout.signals.districts.shapes import PlanSet, ProblemShape
from turnout.signals.hours.counts import read_day_counts
from turnout.signals.hours.periods import Periods
from turnout.signals.hours.plans import PlanFigures, area_by_hours
from turnout.signals.model import Signals
from turnout.signals.quality.drawing import purdue_svg
from turnout.signals.quality.figures import PurdueDiagram, QualityReport
from turnout.signals.quality.log import read_log
from turnout.signals.quality.log_map import NAME_JUNCTION, NO_JUNCTION, read_map
from turnout.signals.quality.report import report
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

PROBLEMS_MAX: Final = 100
"""Of a log or a network: more of the same say nothing new."""

Told = Callable[[float, Name], None]


class HoursResult(msgspec.Struct, frozen=True, kw_only=True):
    """`plans`: every junction's, one for each period, with their hours."""

    periods: Periods
    figures: tuple[PlanFigures, ...]
    plans: PlanSet
    problems: tuple[ProblemShape, ...]


class Drawn(msgspec.Struct, frozen=True):
    """A Purdue coordination diagram as SVG."""

    junction: str
    group: str
    en: str
    zh: str


class QualityResult(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` of the log, of which `refused` could not be read. `drawings`: where one junction was asked for."""

    reports: tuple[QualityReport, ...]
    drawings: tuple[Drawn, ...]
    rows: int
    refused: int
    problems: tuple[ProblemShape, ...]


def hours_result(district: District, signals: Signals, asked: PlanHours, told: Told) -> HoursResult:
    """Raises what `read_day_counts` and `area_by_hours` raise."""
    head = district.head
    if not (head.network and head.counts):
        what = Name("the district has no network with counts by time of day", "该片区没有带分时段流量的路网")
        raise Malformed(what, district.id, NAME_BOTH)
    told(0.05, Name("reading counts", "正在读取流量"))
    counts = read_day_counts(district.content(head.counts), head.counts)
    found = area_by_hours(
        district.content(head.network),
        head.network,
        district.added(),
        counts,
        cycles_s=asked.cycles_s or CYCLES_S,
        plans_most=asked.plans_most,
        least_minutes=asked.least_minutes,
        told=lambda part: told(part, Name("coordinating period by period", "正在逐时段协调")),
    )
    new = {each.junction for each in found.junctions}
    return HoursResult(
        periods=found.periods,
        figures=found.figures,
        plans=PlanSet(tuple(junction_plans(each) for each in found.into(signals.junctions) if each.id in new)),
        problems=tuple(problem_shape(each) for each in found.problems[:PROBLEMS_MAX]),
    )


def quality_result(district: District, asked: Quality, told: Told) -> QualityResult:
    """Raises what `read_map`, `read_log` and `report` raise."""
    head = district.head
    if not district.has_log:
        what = Name("the district has no log of detectors with its map", "该片区没有检测器日志及其对照表")
        raise Malformed(what, district.id, NAME_BOTH)
    signals = [
        each
        for each in read_map(district.content(head.detector_map), head.detector_map)
        if asked.junction in ("", each.junction)
    ]
    if not signals:
        raise Malformed(NO_JUNCTION, head.detector_map, NAME_JUNCTION)
    told(0.1, Name("reading the log", "正在读取日志"))
    log = read_log(district.content(head.detector_log), head.detector_log, {each.device for each in signals})
    reports = []
    for n, signal in enumerate(signals):
        told(0.3 + 0.7 * n / len(signals), Name(f"junction {signal.junction}", f"路口 {signal.junction}"))
        reports.append(report(log, signal, asked.since_ms, asked.until_ms))
    drawings = tuple(_drawn(each, diagram) for each in reports if asked.junction for diagram in each.diagrams)
    return QualityResult(
        reports=tuple(reports),
        drawings=drawings,
        rows=log.rows,
        refused=log.refused,
        problems=tuple(problem_shape(each) for each in log.problems[:PROBLEMS_MAX]),
    )


def _drawn(found: QualityReport, diagram: PurdueDiagram) -> Drawn:
    name = Name(found.junction, found.junction)
    languages: tuple[Language, ...] = ("en", "zh-CN")
    drawn = [purdue_svg(found, diagram, name, each).decode() for each in languages]
    en, zh = (svg[svg.index("<svg") :] for svg in drawn)
    return Drawn(found.junction, diagram.group, en, zh)
