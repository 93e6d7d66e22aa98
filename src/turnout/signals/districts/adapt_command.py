"""`turnout signals adapt`: adaptive control tried in a district beside its plans. It is advice; it drives nothing."""

import argparse
import sys
from pathlib import Path
from typing import Any, Final, get_args

from turnout.signals.adaptive.faults import FAULT_NAMES, FaultKind
from turnout.signals.command import FAULTY, LEFT, WAITS
from turnout.signals.districts.adapt import adapt
from turnout.signals.districts.command import SIDES, add_words_of_runs, period_of, ran, seeds_of, tell, tell_figures
from turnout.signals.districts.folder import read_head
from turnout.signals.districts.reading import read_district
from turnout.signals.districts.results import Adapt, AdaptedJunction, AdaptResult
from turnout.signals.districts.sumo_program import MISSING, NO_LIBRARY, find_library, find_sumo
from turnout.words.name import Language, Name

GRIDLOCK: Final = Name(
    "{side}: gridlock with seeds {seeds}: nobody arrived for five minutes while vehicles were on the road",
    "{side}：随机种子 {seeds} 路网锁死：路上有车，而五分钟内无一到达",
)
DOUBTFUL: Final = Name(
    "single track {track} is doubtful at the end with {seeds} of {all} seeds: {why}",
    "单线区段 {track} 在 {all} 个随机种子中有 {seeds} 个结束时存疑：{why}",
)
BROKEN: Final = Name(
    "from minute 10 on one detector of every junction was broken: {kind}",
    "自第 10 分钟起每个路口有一个检测器故障：{kind}",
)
BROKEN_AT: Final = Name(
    "junction {junction}: broken was {broken}; not found with {missed} of {seeds} seeds",
    "路口 {junction}：故障检测器为 {broken}；{seeds} 个随机种子中有 {missed} 个未被发现",
)
BROKEN_NONE: Final = Name(
    "junction {junction}: none of its detectors was broken, as none lies before a stop line's",
    "路口 {junction}：没有可设为故障的检测器（停车线前无检测器）",
)
LAID: Final = Name("{detectors} detectors are laid", "共布设检测器 {detectors} 个")
AT: Final = Name(
    "junction {junction}: {detectors} detectors, by lane: {lanes}",
    "路口 {junction}：检测器 {detectors} 个，各车道：{lanes}",
)
NO_WAIT: Final = Name(
    "junction {junction}, {approach}: no longest wait is promised", "路口 {junction}，{approach}：不承诺最长等待"
)
ON_PLAN: Final = Name(
    "junction {junction} ran its plan at the end with {on_plan} of {seeds} seeds: {faults}",
    "路口 {junction} 在 {seeds} 个随机种子中有 {on_plan} 个结束时按方案运行：{faults}",
)
FAULT: Final = Name("{detector} {kind} ({seeds} of {all})", "{detector} {kind}（{seeds}/{all}）")
ADVICE: Final = Name(
    "this is advice from a simulation: adaptive control drives no controller, and nothing of it can be proposed",
    "以上为仿真得出的建议：自适应控制不驱动任何信号机，也不能据此提出方案",
)


def add_adapt_command(kinds: Any) -> None:
    trying = kinds.add_parser("adapt", help="try adaptive control beside a district's plans (自适应控制比较)")
    trying.add_argument("folder", type=Path, help="the folder with district.toml")
    trying.add_argument(
        "--fault", choices=get_args(FaultKind), help="one detector of every junction is broken so from minute 10 on"
    )
    add_words_of_runs(trying)
    trying.set_defaults(run=_adapt)


def _adapt(asked: argparse.Namespace) -> int:
    missing = MISSING if find_sumo() is None else NO_LIBRARY if find_library() is None else None
    if missing is not None:
        print(missing.spoken(asked.language), file=sys.stderr)
        return FAULTY
    words = Adapt(seeds=seeds_of(asked.seeds), period=period_of(asked.at), fault=asked.fault)

    def found() -> AdaptResult:
        district = read_head(asked.folder)
        return adapt(
            district, read_district(district), None, words, lambda part, said: tell(part, said, asked.language)
        )

    return ran(asked, found, _tell_result, ADVICE)


def _tell_result(found: AdaptResult, language: Language) -> None:
    tell_figures(found, language)
    for side, seeds in zip(SIDES, (found.gridlocked_before, found.gridlocked_after), strict=True):
        if seeds:
            said = {"side": side.spoken(language), "seeds": ", ".join(map(str, seeds))}
            print(GRIDLOCK.spoken(language).format(**said))
    for doubt in found.doubts:
        told = {"track": doubt.track, "seeds": doubt.seeds, "all": found.seeds, "why": doubt.name.spoken(language)}
        print(DOUBTFUL.spoken(language).format(**told))
    if found.fault is not None:
        print(BROKEN.spoken(language).format(kind=FAULT_NAMES[found.fault].spoken(language)))
    print(LAID.spoken(language).format(detectors=found.detectors))
    for junction in found.adapted:
        _tell_junction(junction, found.seeds, language)
        if found.fault is not None:
            told = {"junction": junction.junction, "broken": junction.broken, "missed": junction.missed}
            print((BROKEN_AT if junction.broken else BROKEN_NONE).spoken(language).format(seeds=found.seeds, **told))
    for kept in found.kept:
        print(LEFT.spoken(language).format(junction=kept.junction, why=kept.why.spoken(language)))


def _tell_junction(found: AdaptedJunction, seeds: int, language: Language) -> None:
    lanes = ", ".join(f"{lane.lane} {lane.detectors}" for lane in found.lanes)
    print(AT.spoken(language).format(junction=found.junction, detectors=found.detectors, lanes=lanes))
    for wait in found.waits:
        said = {"junction": found.junction, "approach": wait.name.spoken(language)}
        if wait.worst_s is None:
            print(NO_WAIT.spoken(language).format(**said))
        else:
            print(WAITS.spoken(language).format(worst=f"{wait.worst_s:g}", **said))
    if found.on_plan:
        faults = "; ".join(
            FAULT.spoken(language).format(
                detector=fault.detector, kind=fault.name.spoken(language), seeds=fault.seeds, all=seeds
            )
            for fault in found.faults
        )
        on_plan = {"junction": found.junction, "on_plan": found.on_plan, "seeds": seeds}
        print(ON_PLAN.spoken(language).format(faults=faults, **on_plan))
