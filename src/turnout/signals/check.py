"""What is wrong with signals, whatever they were read from: names that mean nothing, and plans that nobody may run.

Everything is found at once, with the junction, the plan and the seconds, and what a person can do about it.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from turnout.signals.model import SECOND_MS, Arterial, GreenWindow, Junction, Plan, Signals
from turnout.signals.problem import Problem, Severity, Spot
from turnout.words.name import Name

Rule = Callable[[Junction], Iterable[Problem]]


def check(signals: Signals, file: str = "") -> tuple[Problem, ...]:
    """Errors first, then by junction."""
    found = [problem for junction in signals.junctions for rule in JUNCTION_RULES for problem in rule(junction)]
    found += _twice("junction", [junction.id for junction in signals.junctions], Spot())
    found += _twice("arterial", [arterial.id for arterial in signals.arterials], Spot())
    for arterial in signals.arterials:
        found += _stops(signals, arterial)
    placed = [_in_file(problem, file) for problem in found]
    return tuple(sorted(placed, key=lambda each: (each.severity != "error", each.spot.junction, each.spot.part)))


def _in_file(problem: Problem, file: str) -> Problem:
    return replace(problem, spot=replace(problem.spot, file=file))


def _seconds(duration_ms: int) -> str:
    return f"{duration_ms / SECOND_MS:g} s"


def _problem(
    rule: str, spot: Spot, what: tuple[str, str], cure: tuple[str, str], severity: Severity = "error"
) -> Problem:
    return Problem(rule, spot, Name(*what), Name(*cure), severity)


def _twice(kind: str, names: Sequence[str], spot: Spot) -> Iterable[Problem]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _problem(
            "named-twice",
            spot,
            (f"two of the kind {kind} are called {name!r}", f"有两个同类项（{kind}）都叫“{name}”"),
            ("give one another name", "请给其中一个改名"),
        )


def names_are_known(junction: Junction) -> Iterable[Problem]:
    spot = Spot(junction=junction.id)
    groups = {group.id for group in junction.groups}
    approaches = {approach.id for approach in junction.approaches}
    movements = {movement.id for movement in junction.movements}
    plans = {plan.id for plan in junction.plans}
    named = [
        *(("group", each.group, groups) for each in junction.movements),
        *(("approach", each.approach, approaches) for each in junction.movements),
        *(("movement", to, movements) for each in junction.movements for to in each.yields_to),
        *(("group", name, groups) for each in junction.intergreens for name in (each.ending, each.beginning)),
        *(("group", name, groups) for each in junction.stages for name in each.groups),
        *(("approach", each.approach, approaches) for each in junction.detectors if not each.is_behind),
        *(("group", name, groups) for each in junction.detectors for name in each.groups),
        *(("group", window.group, groups) for plan in junction.plans for window in plan.windows),
        *(("plan", each.plan, plans) for each in junction.hours),
    ]
    for kind, name in dict.fromkeys((kind, name) for kind, name, known in named if name not in known):
        yield _problem(
            "unknown-name",
            spot,
            (f"no {kind} is called {name!r}", f"没有名为“{name}”的项（{kind}）"),
            ("correct the name, or describe what it means", "请更正名称或补充其定义"),
        )
    yield from _twice("group", [group.id for group in junction.groups], spot)
    yield from _twice("plan", [plan.id for plan in junction.plans], spot)
    yield from _twice("movement", [movement.id for movement in junction.movements], spot)
    yield from _twice("stage", [stage.id for stage in junction.stages], spot)
    yield from _twice("detector", [detector.id for detector in junction.detectors], spot)


def detectors_are_of_lanes(junction: Junction) -> Iterable[Problem]:
    """Warnings: a corridor passes over such a detector, and takes nothing else from the junction."""
    lanes = {approach.id: approach.lanes for approach in junction.approaches}
    served = {(each.approach, each.group) for each in junction.movements}
    vehicles = {group.id for group in junction.groups if group.kind == "vehicle"}
    for detector in junction.detectors:
        spot = Spot(junction=junction.id, part=f"detector {detector.id}")
        strange = [name for name in detector.groups if name not in vehicles]
        elsewhere = [] if detector.is_behind else [n for n in detector.groups if (detector.approach, n) not in served]
        if strange or elsewhere:
            name = (strange or elsewhere)[0]
            yield _problem(
                "detector-group",
                spot,
                (f"{name} has no vehicles there", f"{name} 在该处没有机动车流"),
                ("name vehicles' groups of its own approach", "请写明其所在进口的机动车信号组"),
                "warning",
            )
        most = lanes.get(detector.approach, 0)
        if not detector.is_behind and most and detector.lanes[-1] > most:
            yield _problem(
                "detector-lane",
                spot,
                (f"lane {detector.lanes[-1]} of {most}", f"车道 {detector.lanes[-1]}，该进口共 {most} 条"),
                ("correct its lane, or the lanes of the approach", "请更正其 lane 或该进口的 lanes"),
                "warning",
            )


def intergreens_are_whole(junction: Junction) -> Iterable[Problem]:
    least, endings = junction.least_between(), {group.id: group.ending_ms for group in junction.groups}
    for a, b in least:
        if (b, a) not in least:
            yield _problem(
                "half-intergreen",
                Spot(junction=junction.id, part=f"{b} - {a}"),
                (
                    f"an intergreen from {a} to {b}, and none from {b} to {a}",
                    f"有 {a} 至 {b} 的绿灯间隔，而无 {b} 至 {a} 的",
                ),
                ("write both", "请写出两个方向"),
            )
        if a == b:
            yield _problem(
                "own-intergreen",
                Spot(junction=junction.id, part=a),
                ("an intergreen to itself", "对自身的绿灯间隔"),
                ("remove it", "请删除"),
            )
        if least[a, b] < endings.get(a, 0):
            short = _seconds(least[a, b]), _seconds(endings[a])
            yield _problem(
                "intergreen-short-of-amber",
                Spot(junction=junction.id, part=f"{a} - {b}"),
                (
                    f"the intergreen is {short[0]}, the amber of {a} {short[1]}",
                    f"绿灯间隔 {short[0]}，而 {a} 的黄灯为 {short[1]}",
                ),
                (
                    "lengthen the intergreen; see which plan shows green beside that amber",
                    "请加长绿灯间隔，并查看哪个方案在该黄灯时亮绿灯",
                ),
            )


def stages_do_not_conflict(junction: Junction) -> Iterable[Problem]:
    least = junction.least_between()
    for stage in junction.stages:
        for a, b in itertools.combinations(stage.groups, 2):
            if (a, b) in least or (b, a) in least:
                yield _problem(
                    "stage-conflict",
                    Spot(junction=junction.id, part=stage.id),
                    (f"{a} and {b} may not have green together", f"{a} 与 {b} 不得同时绿灯"),
                    ("take one of them out of the stage", "请将其中之一移出该阶段"),
                )


def plans_keep_the_times(junction: Junction) -> Iterable[Problem]:
    for plan in junction.plans:
        spot = Spot(junction=junction.id, part=plan.id)
        if plan.cycle_ms <= 0:
            yield _problem("cycle", spot, ("a cycle of no length", "周期为零"), ("write its seconds", "请写出秒数"))
            continue
        outside = [window for window in plan.windows if not _is_inside(plan, window)]
        for window in outside:
            yield _problem(
                "window-outside",
                replace(spot, groups=(window.group,)),
                (f"a green of {window.group} lies outside the cycle", f"{window.group} 的绿灯超出周期"),
                (f"seconds go from 0 to {_seconds(plan.cycle_ms)}", f"秒数应在 0 至 {_seconds(plan.cycle_ms)} 之间"),
            )
        if not outside:
            yield from _greens(junction, plan, spot)
            yield from _meetings(junction, plan, spot)


def _is_inside(plan: Plan, window: GreenWindow) -> bool:
    return 0 <= window.from_ms < plan.cycle_ms and 0 <= window.to_ms <= plan.cycle_ms


def _greens(junction: Junction, plan: Plan, spot: Spot) -> Iterable[Problem]:
    """Least greens, longest reds, and groups that never have green."""
    for group in junction.groups:
        own = replace(spot, groups=(group.id,))
        windows = sorted(plan.windows_of(group.id), key=lambda window: window.from_ms)
        if not windows:
            yield _problem(
                "never-green",
                own,
                (f"{group.id} never has green", f"{group.id} 从不亮绿灯"),
                ("give it a green, if the road is not closed", "若道路未封闭，请为其安排绿灯"),
                "warning",
            )
        for window, following in zip(windows, [*windows[1:], *windows[:1]], strict=True):
            lasts = window.lasts_ms(plan.cycle_ms)
            if lasts < group.min_green_ms:
                yield _problem(
                    "green-too-short",
                    own,
                    (
                        f"{group.id} has green for {_seconds(lasts)}; at least {_seconds(group.min_green_ms)}",
                        f"{group.id} 绿灯仅 {_seconds(lasts)}；至少应为 {_seconds(group.min_green_ms)}",
                    ),
                    ("lengthen that green", "请加长该绿灯"),
                )
            red = (following.from_ms - window.from_ms - lasts) % plan.cycle_ms if lasts < plan.cycle_ms else 0
            if group.max_red_ms and red > group.max_red_ms:
                yield _problem(
                    "red-too-long",
                    own,
                    (
                        f"{group.id} is red for {_seconds(red)}; more than {_seconds(group.max_red_ms)}",
                        f"{group.id} 红灯长达 {_seconds(red)}；超过 {_seconds(group.max_red_ms)}",
                    ),
                    ("shorten the cycle, or give it a second green", "请缩短周期或增加一次绿灯"),
                )


def _meetings(junction: Junction, plan: Plan, spot: Spot) -> Iterable[Problem]:
    """Every two greens that may not meet, and that do or leave too little between."""
    for (a, b), least in junction.least_between().items():
        for ending, beginning in itertools.product(plan.windows_of(a), plan.windows_of(b)):
            lasts = ending.lasts_ms(plan.cycle_ms)
            after = (beginning.from_ms - ending.from_ms) % plan.cycle_ms
            if after < lasts and a != b:
                yield _problem(
                    "greens-meet",
                    replace(spot, groups=(a, b)),
                    (f"{a} and {b} have green together, which they may not", f"{a} 与 {b} 同时绿灯，属于禁止情形"),
                    ("part the two greens by their intergreen", "请按绿灯间隔分开两者"),
                )
            elif after - lasts < least and a != b:
                left = _seconds(after - lasts)
                yield _problem(
                    "intergreen-broken",
                    replace(spot, groups=(a, b)),
                    (
                        f"{left} from the end of {a} to the beginning of {b}; at least {_seconds(least)}",
                        f"{a} 结束至 {b} 开始仅 {left}；至少应为 {_seconds(least)}",
                    ),
                    (f"begin {b} later, or end {a} earlier", f"请推迟 {b} 或提前结束 {a}"),
                )


def _stops(signals: Signals, arterial: Arterial) -> Iterable[Problem]:
    for stop in arterial.stops:
        spot = Spot(junction=stop.junction, part=arterial.id)
        junction = signals.junction(stop.junction)
        if junction is None:
            yield _problem(
                "unknown-junction",
                spot,
                (f"no junction is called {stop.junction!r}", f"没有名为“{stop.junction}”的路口"),
                ("describe the junction; without groups if it has no signals", "请描述该路口；若无信号灯可不写信号组"),
            )
            continue
        if not junction.groups and stop.left_turns is None:
            yield _problem(
                "no-signals",
                spot,
                ("it has no signals: the band passes through", "该路口无信号灯：绿波直接通过"),
                ("nothing to do, if that is so", "若属实则无须处理"),
                "warning",
            )
            continue
        groups = {group.id for group in junction.groups}
        for name in (stop.outbound, stop.inbound):
            if junction.groups and name not in groups:
                yield _problem(
                    "unknown-group",
                    spot,
                    (f"the junction has no group {name!r}", f"该路口没有信号组“{name}”"),
                    ("name the groups of through traffic", "请写明直行交通的信号组"),
                )


JUNCTION_RULES: Final[tuple[Rule, ...]] = (
    names_are_known,
    intergreens_are_whole,
    stages_do_not_conflict,
    plans_keep_the_times,
    detectors_are_of_lanes,
)
