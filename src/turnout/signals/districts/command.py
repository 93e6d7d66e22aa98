"""`turnout signals district` and `simulate`: a district's folder looked at, and a draft of plans simulated there."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from turnout.signals.asked import add_language
from turnout.signals.check import check
from turnout.signals.command import COUNTED, FAULTY, FINE
from turnout.signals.districts.deriving import derived_in
from turnout.signals.districts.folder import District, read_head
from turnout.signals.districts.plan_sets import junction_plans
from turnout.signals.districts.reading import ReadDistrict, read_district
from turnout.signals.districts.results import (
    SEEDS_LEAST,
    SEEDS_MOST,
    AdaptResult,
    ConfidenceInterval,
    Period,
    RunCounts,
    Simulate,
    SimulateResult,
)
from turnout.signals.districts.shapes import PlanSet
from turnout.signals.districts.simulate import simulate
from turnout.signals.districts.sumo import SimulationFailed
from turnout.signals.file_trouble import NAME_FILE, NAME_READABLE, unread, unwritten
from turnout.signals.model import DAYS, Signals
from turnout.signals.plans_file import FILE_BYTES_MAX, read_plans
from turnout.signals.plans_writing import write_plans
from turnout.signals.problem import BrokenSignals, spoken
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

R = TypeVar("R")

FIGURES: Final = {
    "delay_s": Name("delay, s per vehicle", "延误（秒/车）"),
    "stops": Name("stops per vehicle", "停车次数（次/车）"),
    "travel_s": Name("travel time, s per vehicle", "行程时间（秒/车）"),
    "waiting_s": Name("time stood still, s per vehicle", "停驶时间（秒/车）"),
    "throughput": Name("vehicles that arrived", "到达车辆数"),
}
HEADING: Final = Name(
    "{figure}: {before:.1f} before, {after:.1f} after; change {change:+.1f}, 95 % interval {low:+.1f} to {high:+.1f}",
    "{figure}：之前 {before:.1f}，之后 {after:.1f}；变化 {change:+.1f}，95% 置信区间 {low:+.1f} 至 {high:+.1f}",
)
BESIDE: Final = Name(
    "{side}: {entered} vehicles entered, {never} never could, {teleports} were stuck and taken out",
    "{side}：驶入 {entered} 辆，未能驶入 {never} 辆，受困移除 {teleports} 辆",
)
SIDES: Final = (Name("before", "之前"), Name("after", "之后"))
TO_PROPOSE: Final = Name(
    "to propose plans, simulate them on the engineers' screen: what was found here is no one's record",
    "如需提出方案，请在工程师工作台上仿真：此处的结果不作为记录",
)


def add_district_commands(kinds: Any) -> None:
    looking = kinds.add_parser("district", help="look at a district's folder (查看片区)")
    looking.add_argument("folder", type=Path, help="the folder with district.toml")
    looking.add_argument(
        "--arterial", default="", help="junctions in order, as 235,221,210: print what the network says of that street"
    )
    looking.set_defaults(run=_district)
    simulating = kinds.add_parser("simulate", help="simulate plans beside those of a district (仿真比较)")
    simulating.add_argument("folder", type=Path, help="the folder with district.toml")
    simulating.add_argument("--plans", type=Path, required=True, help="a plain file (.toml) with the draft's junctions")
    add_words_of_runs(simulating)
    simulating.set_defaults(run=_simulate)
    add_language(looking)


def add_words_of_runs(command: Any) -> None:
    command.add_argument("--seeds", type=int, default=SEEDS_LEAST, help=f"{SEEDS_LEAST} to {SEEDS_MOST} (default 5)")
    command.add_argument("--at", default="", help="which plans: those of this hour, as tue 07:30 (default: the last)")
    command.add_argument("--to", type=Path, help="a file for all figures (.json)")
    add_language(command)


def _district(asked: argparse.Namespace) -> int:
    language: Language = asked.language
    try:
        district = read_head(asked.folder)
        read = read_district(district)
        if asked.arterial:
            print(_arterial(district, read, asked.arterial.split(",")), end="")
            return FINE
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    problems = (*read.problems, *check(read.signals))
    for line in spoken(problems, language):
        print(line)
    groups = sum(len(junction.groups) for junction in read.signals.junctions)
    plans = sum(len(junction.plans) for junction in read.signals.junctions)
    counted = {"junctions": len(read.signals.junctions), "groups": groups, "plans": plans}
    print(COUNTED.spoken(language).format(arterials=len(read.signals.arterials), **counted))
    return FAULTY if any(problem.severity == "error" for problem in problems) else FINE


def _arterial(district: District, read: ReadDistrict, junctions: list[str]) -> str:
    """The plain file's lines for it."""
    name = " – ".join(junctions)
    arterial = derived_in(district, read.signals, Name(name, name), junctions, "-".join(junctions)[:128])
    return write_plans(Signals((), (arterial,))).decode()


def _simulate(asked: argparse.Namespace) -> int:
    seeds, period = seeds_of(asked.seeds), period_of(asked.at)

    def found() -> SimulateResult:
        district = read_head(asked.folder)
        read = read_district(district)
        draft = Simulate(plans=_draft(asked.plans), seeds=seeds, period=period)
        return simulate(district, read, None, draft, lambda part, said: tell(part, said, asked.language))

    return ran(asked, found, tell_figures, TO_PROPOSE)


def ran(asked: argparse.Namespace, found: Callable[[], R], show: Callable[[R, Language], None], last: Name) -> int:
    """`last`: said once all figures are."""
    language: Language = asked.language
    try:
        result = found()
    except BrokenSignals as trouble:
        print(trouble.spoken(language), file=sys.stderr)
        return FAULTY
    except SimulationFailed as trouble:
        print(trouble.said.spoken(language), file=sys.stderr)
        return FAULTY
    show(result, language)
    if asked.to is not None:
        try:
            asked.to.write_bytes(msgspec.json.format(msgspec.json.encode(result)))
        except OSError as error:
            raise unwritten(error, str(asked.to), NAME_FILE) from error
        print(asked.to)
    print(last.spoken(language))
    return FINE


def seeds_of(seeds: int) -> int:
    if not SEEDS_LEAST <= seeds <= SEEDS_MOST:
        cure = Name(f"take {SEEDS_LEAST} to {SEEDS_MOST}", f"请取 {SEEDS_LEAST} 至 {SEEDS_MOST}")
        raise Malformed(Name(f"{seeds} seeds", f"{seeds} 个随机种子"), "--seeds", cure)
    return seeds


def _draft(path: Path) -> PlanSet:
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise unread(error, str(path), NAME_READABLE) from error
    file_signals = read_plans(content, path.name)
    return PlanSet(tuple(junction_plans(each) for each in file_signals.junctions if each.plans))


def period_of(at: str) -> Period | None:
    if not at:
        return None
    day, _, since = at.partition(" ")
    try:
        return msgspec.convert({"day": day, "from": since}, Period)
    except msgspec.ValidationError as trouble:
        days = ", ".join(DAYS)
        cure = Name(f"write a day ({days}) and HH:MM", f"请写星期（{days}）与 HH:MM")
        raise Malformed(Name(f"{at!r} is no hour", f"{at!r} 不是时刻"), "--at", cure) from trouble


def tell(part: float, said: Name, language: Language) -> None:
    print(f"{part:4.0%} {said.spoken(language)}", file=sys.stderr)


def tell_figures(found: SimulateResult | AdaptResult, language: Language) -> None:
    for pair in found.pairs:
        change: ConfidenceInterval = pair.change
        told = {"figure": FIGURES[pair.figure].spoken(language), "before": pair.before.mean, "after": pair.after.mean}
        print(HEADING.spoken(language).format(**told, change=change.mean, low=change.low, high=change.high))
    for side, counts in zip(SIDES, (found.before, found.after), strict=True):
        print(_beside(side.spoken(language), counts, language))


def _beside(side: str, counts: RunCounts, language: Language) -> str:
    told = {"entered": counts.entered, "never": counts.never_entered, "teleports": counts.teleports}
    return BESIDE.spoken(language).format(side=side, **told)
