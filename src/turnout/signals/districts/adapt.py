"""The plans in force and adaptive control from detectors in SUMO, seed by seed with the same traffic.

Before is SUMO by itself with the plans in force, after a program of ours beside it (`simulated.program`) that reads
detectors and sets lamps once a second. On both sides nobody is taken out who is stuck. It is advice: control that is
tried here drives no controller, and its figures are of no set of plans that could be proposed.
"""

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from turnout.signals.adaptive.faults import FAULT_NAMES, FaultKind
from turnout.signals.adaptive.layout import Layout
from turnout.signals.districts.folder import District
from turnout.signals.districts.plan_sets import body_of, digest_of, plans_of, s_of, with_plans
from turnout.signals.districts.reading import ReadDistrict
from turnout.signals.districts.results import (
    Adapt,
    AdaptedJunction,
    AdaptResult,
    ApproachWait,
    FoundDoubt,
    FoundFault,
    KeptPlan,
    LaneDetectors,
)
from turnout.signals.districts.run_figures import Run, arterials_of, junctions_of, pairs_of, sum_of, ways_of
from turnout.signals.districts.scene import (
    LOOPS,
    Scene,
    lamps_of,
    programmes,
    refuse_no_period,
    refuse_unfit,
    run_here,
    span_s,
)
from turnout.signals.districts.shapes import PlanSet
from turnout.signals.districts.simulate import FILES_CHANGED, Told, part_of, refuse_errors
from turnout.signals.districts.state import state_of
from turnout.signals.districts.sumo import RUN_S, SimulationFailed, homed, refuse_another, run_program, version_of
from turnout.signals.districts.sumo_program import Sumo, get_library, get_sumo
from turnout.signals.guard import refuse_unkept, rules_of
from turnout.signals.model import Junction, Signals
from turnout.signals.short_street import ShortStreet
from turnout.signals.simulated.broken import FROM_S, broken_one
from turnout.signals.simulated.program import MODULE, ControlledRun, Found
from turnout.signals.simulated.short_streets import short_streets
from turnout.signals.simulated.sumo_layout import Loop, loops_file, placed
from turnout.signals.simulated.track_counters import track_loops
from turnout.signals.simulated.waits import waits_ms
from turnout.signals.single_track import SingleTrack
from turnout.signals.sumo_tracks import single_tracks
from turnout.signals.sumo_xml import Records, read_records
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

STAY: Final = ("--time-to-teleport", "-1")
"""Who is stuck is not taken out: a gridlock shows as one, and not as fewer vehicles."""
COMPILED: Final = "turnout.signals.simulated.compiled"
"""Runs the program with what was compiled of control, where somebody has done that (decision 0276)."""
ASKED, FOUND = ".asked.json", ".found.json"
"""As no file of a district is named."""


class _Laid(NamedTuple):
    """Junctions that are controlled, with their detectors and the plan that each falls back to; those that are not."""

    layouts: tuple[Layout, ...]
    loops: tuple[Loop, ...]
    plans: Mapping[str, str]
    tracks: tuple[SingleTrack, ...]
    streets: tuple[ShortStreet, ...]
    kept: tuple[KeptPlan, ...]


def adapt(
    district: District,
    read: ReadDistrict,
    in_force: PlanSet | None,
    asked: Adapt,
    told: Told,
    run_s: float = RUN_S,
) -> AdaptResult:
    """Raises as `simulate`; `Unsupported` also without SUMO's library, or a junction that can be controlled."""
    sumo, library = get_sumo(), get_library()
    refuse_unfit(district)
    refuse_short(district, asked.fault)
    signals = with_plans(read.signals, in_force) if in_force is not None else read.signals
    refuse_errors(signals, (), asked.period)
    refuse_no_period((signals,), asked.period)
    state = state_of(district, signals)
    records = read_records(district.content(district.head.network), district.head.network, root="net")
    laid = _laid(signals, records, asked)
    plans = programmes(signals, records, asked.period)
    program = version_of(sumo)
    runs: tuple[list[Run], list[Run]] = ([], [])
    ends: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="turnout-adapt-") as place:
        scene = Scene(sumo, district, Path(place), run_s, STAY)
        (scene.place / LOOPS).write_text(
            loops_file((*laid.loops, *track_loops(records, laid.tracks))), encoding="utf-8"
        )
        for seed in range(1, asked.seeds + 1):
            told(part_of(seed, 0, asked.seeds), _saying(seed, asked.seeds, 0))
            runs[0].append(scene.run(plans, seed))
            told(part_of(seed, 1, asked.seeds), _saying(seed, asked.seeds, 1))
            scene.lay(plans)
            ends.append(_controlled(scene, seed, laid, asked.fault, sumo, library))
            refuse_another(program, ends[-1].version)
            runs[1].append(scene.read())
    if state_of(district, signals) != state:
        raise SimulationFailed(FILES_CHANGED)
    ways = ways_of(records, signals)
    before, after = (tuple(n for n, run in enumerate(side, 1) if run.is_locked) for side in runs)
    return AdaptResult(
        base=digest_of(body_of(plans_of(signals))),
        state=state,
        seeds=asked.seeds,
        period=asked.period,
        fault=asked.fault,
        before=sum_of(runs[0]),
        after=sum_of(runs[1]),
        pairs=pairs_of(runs),
        junctions=junctions_of(runs, ways),
        arterials=arterials_of(runs, ways),
        gridlocked_before=before,
        gridlocked_after=after,
        detectors=len(laid.loops),
        adapted=_adapted(laid, ends, asked.fault),
        kept=laid.kept,
        doubts=_doubts(ends),
    )


def refuse_short(district: District, fault: FaultKind | None) -> None:
    """Raises `Unsupported` where a run is over before the detectors break."""
    begin_s, end_s = span_s(district)
    if fault is not None and end_s - begin_s <= FROM_S:
        what = Name(
            f"a run of {end_s - begin_s:g} s is over before a detector breaks, at {FROM_S:g} s",
            f"运行 {end_s - begin_s:g} 秒即结束，而检测器在第 {FROM_S:g} 秒才发生故障",
        )
        cure = Name("try sound detectors, or let the district run longer", "请将检测器设为全部正常，或延长运行时间")
        raise Unsupported(what, district.id, cure)


def _saying(seed: int, seeds: int, side: int) -> Name:
    en, zh = (("plans in force", "现行方案"), ("adaptive control", "自适应控制"))[side]
    return Name(f"simulating {en}, seed {seed} of {seeds}", f"正在仿真{zh}，第 {seed}/{seeds} 个随机种子")


def _laid(signals: Signals, records: Records, asked: Adapt) -> _Laid:
    here = run_here(signals, records, asked.period)
    numbered = [junction for junction, _, lamps in here if _is_numbered(junction, records, lamps)]
    found = placed(records, numbered)
    if not found.layouts:
        what = Name("no junction of the district can be controlled", "该片区没有可作自适应控制的路口")
        raise Unsupported(what, cure=Name("see `turnout signals waits`", "请查看 `turnout signals waits`"))
    with_plan = {junction.id for junction, _, _ in here}
    strange = with_plan - {junction.id for junction in numbered}
    kept = [KeptPlan(name, NO_PLAN) for name in sorted(lamps_of(records).keys() - with_plan)]
    kept += [KeptPlan(name, OTHER_NUMBERS) for name in sorted(strange)]
    kept += [KeptPlan(each.id, _why(each, found.left[each.id])) for each in numbered if each.id in found.left]
    tracks = tuple(track for track in single_tracks(records, numbered) if track.is_secured)
    streets = short_streets(records, found.layouts)
    plans = {junction.id: plan.id for junction, plan, _ in here}
    return _Laid(found.layouts, found.loops, plans, tracks, streets, tuple(kept))


NO_PLAN: Final = Name("no plan of ours: the network's own programme runs", "没有本系统的方案：运行路网自带的信号程序")
OTHER_NUMBERS: Final = Name(
    "its movements are not numbered as all the network's links are", "其流向编号与路网的全部连接不一致"
)


def _is_numbered(junction: Junction, records: Records, lamps: int) -> bool:
    """Whether every lamp of the network is a movement of it: one of the plain file may leave some out."""
    numbers = {int(each.id) for each in junction.movements if each.id.isdecimal()}
    wanted = {link.index for link in records.links if link.signal == junction.id}
    return wanted <= numbers and max(numbers, default=-1) == lamps - 1


def _why(junction: Junction, what: str) -> Name:
    try:
        refuse_unkept(rules_of(junction))
    except Unsupported:
        return Name(f"the guard cannot keep its rules: {what}", "安全核无法遵守其规则，详见方案检查")
    return Name(what, "阶段不足两个，或车道、检测器过多")


def _controlled(scene: Scene, seed: int, laid: _Laid, fault: FaultKind | None, sumo: Sumo, library: Path) -> Found:
    """Raises `SimulationFailed` with the program's last words."""
    asked = ControlledRun(
        words=tuple(scene.words(seed, LOOPS)),
        begin_s=scene.begin_s,
        end_s=scene.end_s,
        layouts=laid.layouts,
        loops=laid.loops,
        plans=dict(laid.plans),
        tracks=laid.tracks,
        streets=laid.streets,
        fault=fault,
    )
    (scene.place / ASKED).write_bytes(msgspec.json.encode(asked))
    (scene.place / FOUND).unlink(missing_ok=True)
    places = os.pathsep.join(str(Path(each).resolve()) for each in sys.path if each)
    words = [sys.executable, "-P", "-m", COMPILED, MODULE, ASKED, FOUND, str(library)]
    run_program(words, scene.place, homed(sumo) | {"PYTHONPATH": places}, scene.run_s)
    try:
        return msgspec.json.decode((scene.place / FOUND).read_bytes(), type=Found)
    except (OSError, msgspec.DecodeError) as trouble:
        said = Name("the program that controls has said nothing", "控制程序未给出结果")
        raise SimulationFailed(said) from trouble


def _adapted(laid: _Laid, ends: Sequence[Found], fault: FaultKind | None) -> tuple[AdaptedJunction, ...]:
    on_plan = Counter(each.junction for end in ends for each in end.junctions if each.mode == "plan")
    faults = Counter(
        (each.junction, fault.detector, fault.kind) for end in ends for each in end.junctions for fault in each.faults
    )
    seen = Counter(
        pair
        for end in ends
        for pair in {(each.junction, fault.detector) for each in end.junctions for fault in each.faults}
    )
    broken = {layout.junction.id: broken_one(layout) if fault is not None else "" for layout in laid.layouts}
    lane_of = {loop.id: loop.lane for loop in laid.loops}
    return tuple(
        AdaptedJunction(
            junction=layout.junction.id,
            waits=_waits(layout, laid),
            detectors=len(own := _detectors_of(layout)),
            lanes=tuple(LaneDetectors(*each) for each in sorted(Counter(lane_of[name] for name in own).items())),
            on_plan=on_plan[layout.junction.id],
            faults=tuple(
                FoundFault(detector=name, lane=lane_of[name], kind=kind, name=FAULT_NAMES[kind], seeds=seeds)
                for (junction, name, kind), seeds in sorted(faults.items())
                if junction == layout.junction.id
            ),
            broken=(own_broken := broken[layout.junction.id]),
            missed=len(ends) - seen[layout.junction.id, own_broken] if own_broken else 0,
        )
        for layout in laid.layouts
    )


DOUBT: Final = Name(
    "occupied, and for 15 min nobody was counted in or out: a jam on the track, or a counter has missed one",
    "区段被占用，而 15 分钟内无车驶入或驶出：区段内堵塞，或计数器漏计",
)


def _doubts(ends: Sequence[Found]) -> tuple[FoundDoubt, ...]:
    """A track is told by each junction whose signals lead to it, and counts once a run."""
    seeds = Counter(track for end in ends for track in {doubt.track for at in end.junctions for doubt in at.doubts})
    return tuple(FoundDoubt(track=track, name=DOUBT, seeds=many) for track, many in sorted(seeds.items()))


def _detectors_of(layout: Layout) -> set[str]:
    at_lanes = (name for lane in layout.lanes for name in (lane.stop, *lane.exits, *lane.mouths))
    return {mark.detector for mark in layout.marks} | set(at_lanes)


def _waits(layout: Layout, laid: _Laid) -> tuple[ApproachWait, ...]:
    names = {approach.id: approach.name for approach in layout.junction.approaches}
    return tuple(
        ApproachWait(
            approach=approach,
            name=names.get(approach, Name(approach, approach)),
            worst_s=s_of(worst_ms) if worst_ms is not None else None,
        )
        for approach, worst_ms in waits_ms(layout, laid.tracks, laid.streets).items()
    )
