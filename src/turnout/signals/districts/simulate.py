"""A draft and the plans in force in SUMO, seed by seed with the same traffic, and what the one changes of the other."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from turnout.signals.check import check
from turnout.signals.districts.changed import changed
from turnout.signals.districts.folder import District
from turnout.signals.districts.guarded import withheld
from turnout.signals.districts.plan_sets import body_of, digest_of, plans_of, with_plans
from turnout.signals.districts.reading import ReadDistrict
from turnout.signals.districts.results import Period, PlanAt, Simulate, SimulateResult
from turnout.signals.districts.run_figures import Run, arterials_of, junctions_of, pairs_of, sum_of, ways_of
from turnout.signals.districts.scene import Scene, chosen, programmes, refuse_no_period, refuse_unfit, run_here
from turnout.signals.districts.shapes import PlanSet
from turnout.signals.districts.state import state_of
from turnout.signals.districts.sumo import RUN_S, SimulationFailed
from turnout.signals.districts.sumo_program import get_sumo
from turnout.signals.model import Junction, Plan, Signals
from turnout.signals.problem import BrokenSignals
from turnout.signals.sumo_xml import read_records
from turnout.words.name import Name

Told = Callable[[float, Name], None]
"""Told how far it is, 0 to 1, and what is done."""
FILES_CHANGED = Name("the district's files have changed meanwhile", "仿真期间片区文件已更改")


def simulate(
    district: District,
    read: ReadDistrict,
    in_force: PlanSet | None,
    asked: Simulate,
    told: Told,
    run_s: float = RUN_S,
) -> SimulateResult:
    """Raises `BrokenSignals` for plans with errors, `Unsupported` without SUMO or traffic, `SimulationFailed`."""
    sumo = get_sumo()
    refuse_unfit(district)
    base = with_plans(read.signals, in_force) if in_force is not None else read.signals
    draft = with_plans(base, asked.plans)
    others = changed(base, draft)
    refuse_errors(draft, others, asked.period)
    refuse_no_period((base, draft), asked.period)
    state = state_of(district, base)
    records = read_records(district.content(district.head.network), district.head.network, root="net")
    sides = [programmes(each, records, asked.period) for each in (base, draft)]
    runs: tuple[list[Run], list[Run]] = ([], [])
    with tempfile.TemporaryDirectory(prefix="turnout-plans-") as place:
        scene = Scene(sumo, district, Path(place), run_s)
        for seed in range(1, asked.seeds + 1):
            for side, plans in enumerate(sides):
                told(part_of(seed, side, asked.seeds), _saying(seed, asked.seeds, side))
                runs[side].append(scene.run(plans, seed))
    if state_of(district, base) != state:
        raise SimulationFailed(FILES_CHANGED)
    bodies = [digest_of(body_of(plans_of(each))) for each in (draft, base)]
    ways = ways_of(records, draft)
    return SimulateResult(
        digest=bodies[0],
        base=bodies[1],
        seeds=asked.seeds,
        period=asked.period,
        before=sum_of(runs[0]),
        after=sum_of(runs[1]),
        pairs=pairs_of(runs),
        junctions=junctions_of(runs, ways),
        arterials=arterials_of(runs, ways),
        ran=tuple(PlanAt(junction.id, plan.id) for junction, plan, _ in run_here(draft, records, asked.period)),
        changed=tuple(PlanAt(junction.id, plan.id) for junction, plan in others),
        state=state,
    )


def part_of(seed: int, side: int, seeds: int) -> float:
    """How far it is when this seed begins on this side."""
    return ((seed - 1) * 2 + side) / (2 * seeds)


def _saying(seed: int, seeds: int, side: int) -> Name:
    en, zh = (("plans in force", "现行方案"), ("the draft", "拟定方案"))[side]
    return Name(f"simulating {en}, seed {seed} of {seeds}", f"正在仿真{zh}，第 {seed}/{seeds} 个随机种子")


def refuse_errors(draft: Signals, others: Sequence[tuple[Junction, Plan]], period: Period | None) -> None:
    """Raises `BrokenSignals`.

    `others`: what is changed, whether it is run or not: a release puts all of it in force.
    """
    problems = [each for each in check(draft) if each.severity == "error"]
    if not problems:
        run = [(each, plan) for each in draft.junctions if (plan := chosen(each, period)) is not None]
        for junction, plan in [*others, *(each for each in run if each not in others)]:
            problems += withheld(junction, plan)
    if problems:
        raise BrokenSignals(tuple(problems))
