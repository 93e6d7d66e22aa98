"""`turnout signals hours`: counts of the day in; periods, and a plan for each of them at every junction, out."""

import argparse
import csv
import io
import sys
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from turnout.signals.area.area import CYCLES_S
from turnout.signals.area.command import cycles_of, saturation_of
from turnout.signals.area.programmes import written
from turnout.signals.asked import add_language
from turnout.signals.bands import LIMIT_S
from turnout.signals.check import check
from turnout.signals.command import FAULTY, FINE
from turnout.signals.file_trouble import MEND, NAME_FOLDER, NAME_READABLE, unread, unwritten
from turnout.signals.hours.counts import Counts, read_day_counts
from turnout.signals.hours.periods import PERIOD_LEAST_MINUTES, PLANS_MOST, Periods
from turnout.signals.hours.plans import PlansByHours, area_by_hours
from turnout.signals.hours.waves import refuse_shared, wave_by_hours
from turnout.signals.model import DAY_MINUTES, Signals
from turnout.signals.plans_file import read_plans
from turnout.signals.plans_writing import write_plans
from turnout.signals.problem import BrokenSignals, spoken
from turnout.signals.sumo_network import read_sumo
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

COLUMNS: Final = (
    "arterial",
    "plan",
    "days",
    "from",
    "to",
    "vehicles_per_h",
    "busiest_per_h",
    "cycle_s",
    "delay_before_s",
    "delay_after_s",
    "saturation",
)
EXPLAINED: Final = Name(
    "{name}{periods} periods, which explain {explained:.0%} of how traffic varies over the week",
    "{name}{periods} 个时段，可解释一周流量变化的 {explained:.0%}",
)
PERIOD: Final = Name(
    "{days} {begin}–{end}: {per_h:.0f} vehicles an hour, cycle {cycle:g} s, plan {plan}",
    "{days} {begin}–{end}：每小时 {per_h:.0f} 辆，周期 {cycle:g} 秒，方案 {plan}",
)
CHANGE: Final = Name("{days} {at}, {before} → {after}: {said}", "{days} {at}，{before} → {after}：{said}")
TO_TRY: Final = Name(
    "simulate them before they are proposed; nothing is written to a controller",
    "提出之前请先仿真；本命令不写入任何信号机",
)


def add_hours_command(kinds: Any) -> None:
    hours = kinds.add_parser("hours", help="make a plan for each time of day from counts (分时段方案)")
    hours.add_argument("file", type=Path, help="a SUMO network (.net.xml, .net.xml.gz), or a file of plans (.toml)")
    hours.add_argument("--counts", type=Path, required=True, help="a CSV by day and quarter-hour")
    hours.add_argument("--plans", type=Path, action="append", default=[], help="of a network: programmes (.add.xml)")
    hours.add_argument("--arterial", default="", help="of a file of plans: only this one")
    hours.add_argument("--most", type=int, default=PLANS_MOST, help=f"plans of the week (default: {PLANS_MOST})")
    hours.add_argument(
        "--least-minutes",
        type=int,
        default=PERIOD_LEAST_MINUTES,
        help=f"shortest period (default: {PERIOD_LEAST_MINUTES})",
    )
    hours.add_argument("--cycles", default="", help="of a network: seconds to try (default: 50 to 140 by tens)")
    hours.add_argument("--saturation", type=Path, help="of a network: measured, a CSV with edge, lane, per_h")
    hours.add_argument("--limit-s", type=float, default=LIMIT_S, help="of a file of plans: for each wave (default: 60)")
    hours.add_argument("--to", type=Path, required=True, help="a folder for plans, hours and figures")
    add_language(hours)
    hours.set_defaults(run=_hours)


def _file(path: Path) -> tuple[bytes, str]:
    try:
        return path.read_bytes(), path.name
    except OSError as error:
        raise unread(error, str(path), NAME_READABLE) from error


def _hours(asked: argparse.Namespace) -> int:
    language: Language = asked.language
    counts = read_day_counts(*_file(asked.counts))
    limits: dict[str, Any] = {"plans_most": asked.most, "least_minutes": asked.least_minutes}
    try:
        if asked.file.suffix == ".toml":
            signals, found = _of_arterials(asked, counts, limits)
        else:
            signals, found = _of_area(asked, counts, limits)
        errors = tuple(problem for problem in check(signals, asked.file.name) if problem.severity == "error")
        if errors:
            raise BrokenSignals(errors)
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    for name, each in found.items():
        for line in spoken(each.problems, language):
            print(line)
        _tell(each, f"{name}: " if name else "", language)
    print(TO_TRY.spoken(language))
    _write(asked.to, signals, found)
    return FINE


def _of_area(
    asked: argparse.Namespace, counts: Counts, limits: dict[str, Any]
) -> tuple[Signals, dict[str, PlansByHours]]:
    if asked.arterial:
        cure = Name("hand in a file of plans for one arterial", "请为单条干道提供方案文件")
        raise Malformed(Name("a network is coordinated as a whole", "路网只能整体协调"), "--arterial", cure)
    content, file = _file(asked.file)
    added = [_file(path) for path in asked.plans]
    cycles_s = cycles_of(asked.cycles) if asked.cycles else list(CYCLES_S)
    saturation = saturation_of(*_file(asked.saturation)) if asked.saturation is not None else None
    found = area_by_hours(content, file, added, counts, cycles_s=cycles_s, saturation=saturation, **limits)
    junctions = read_sumo(content, file, added).signals.junctions
    return Signals(found.into(junctions)), {"": found}


def _of_arterials(
    asked: argparse.Namespace, counts: Counts, limits: dict[str, Any]
) -> tuple[Signals, dict[str, PlansByHours]]:
    content, file = _file(asked.file)
    signals = read_plans(content, file)
    chosen = [each for each in signals.arterials if asked.arterial in ("", each.id)]
    if not chosen:
        cure = Name("name an arterial of the file", "请指定文件中的一条干道")
        raise Malformed(Name("no such arterial in the file", "文件中没有这条干道"), file, cure)
    if not 0 < asked.limit_s <= 3_600:
        what = Name("a limit of 1 to 3600 s is taken", "时限须为 1 至 3600 秒")
        raise Malformed(what, "--limit-s", MEND)
    refuse_shared(chosen, file)
    found = {}
    for arterial in chosen:
        found[arterial.id] = wave_by_hours(signals, arterial, counts, file, limit_s=asked.limit_s, **limits)
    for each in found.values():
        signals = replace(signals, junctions=each.into(signals.junctions))
    return _with_waves(signals, found), found


def _with_waves(signals: Signals, found: dict[str, PlansByHours]) -> Signals:
    """Waves name the plans that there are now: one for each period."""
    return replace(
        signals,
        arterials=tuple(
            replace(
                arterial,
                waves=tuple(
                    replace(next(wave for wave in arterial.waves if wave.plan), id=period.plan, plan=period.plan)
                    for period in found[arterial.id].periods.periods
                ),
            )
            if arterial.id in found
            else arterial
            for arterial in signals.arterials
        ),
    )


def _clock(minute: int) -> str:
    minute %= DAY_MINUTES
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _tell(found: PlansByHours, name: str, language: Language) -> None:
    periods: Periods = found.periods
    counted = {"periods": len(periods.periods), "explained": periods.explained}
    print(EXPLAINED.spoken(language).format(name=name, **counted))
    for rest in periods.rests_on:
        print(f"  {rest.spoken(language)}")
    for period, figures in zip(periods.periods, found.figures, strict=True):
        told = {"days": "+".join(period.days), "begin": _clock(period.from_minute), "plan": period.plan}
        told["end"] = _clock(period.from_minute + period.minutes)
        print("  " + PERIOD.spoken(language).format(per_h=period.vehicles_per_h, cycle=figures.cycle_s, **told))
    for change in periods.changes:
        said = {"days": "+".join(change.days), "at": _clock(change.at_minute), "said": change.said.spoken(language)}
        print("  " + CHANGE.spoken(language).format(before=change.before, after=change.after, **said))


def _table(found: dict[str, PlansByHours]) -> bytes:
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(COLUMNS)
    for arterial, each in found.items():
        for period, figures in zip(each.periods.periods, each.figures, strict=True):
            told = (figures.cycle_s, figures.delay_before_s, figures.delay_after_s, figures.fullest)
            times = (_clock(period.from_minute), _clock(period.from_minute + period.minutes))
            counted = (period.vehicles_per_h, period.busiest_per_h)
            row = [arterial, period.plan, "+".join(period.days), *times, *counted, *told]
            rows.writerow(["" if cell is None else cell for cell in row])
    return table.getvalue().encode()


HEAD: Final = ("Made by `turnout signals hours` from counts. Simulate the plans before they are proposed.",)


def _write(folder: Path, signals: Signals, found: dict[str, PlansByHours]) -> None:
    files = {"plans.toml": write_plans(signals, HEAD), "hours.csv": _table(found)}
    files["hours.json"] = msgspec.json.format(
        msgspec.json.encode({arterial: each.periods for arterial, each in found.items()})
    )
    for each in found.values():
        for plan, programmes in each.programmes.items():
            files[f"{plan}.add.xml"] = written(list(programmes))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in files.items():
            (folder / name).write_bytes(body)
            print(folder / name)
    except OSError as error:
        raise unwritten(error, str(folder), NAME_FOLDER) from error
