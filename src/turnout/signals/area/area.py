"""Area coordination of a SUMO network: read, coordinated, told. See `search.py` for how."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from msgspec.structs import replace

from turnout.signals.area.demand import Demand, Flows, Turning, flows_of_counts, flows_of_routes
from turnout.signals.area.frame import Durations, Frame
from turnout.signals.area.programmes import retimed
from turnout.signals.area.search import Setting, best_of, judged
from turnout.signals.area.streams import LaneId, Streams
from turnout.signals.check import check
from turnout.signals.model import SECOND_MS, Junction, Plan, Signals
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import CUT_OUT, Programme, Records, read_records
from turnout.words.name import Name
from turnout.words.trouble import Malformed, Unsupported

PLAN: Final = "area"
JUNCTIONS_MAX: Final = 1_000
CYCLE_LEAST_S: Final = 30
CYCLE_MOST_S: Final = 300
ODD_CYCLE_MS: Final = 600 * SECOND_MS
CHANGES_MAX: Final = 64
"""Of greens in a cycle; the largest junctions have some twenty."""
NOBODY_COMES: Final = Name(
    "no vehicle of the demand comes to a signal of this network", "交通需求中没有车辆驶经该路网的信号路口"
)
OWN_DEMAND: Final = Name("name its own demand", "请指明该路网自身的交通需求")
CYCLES_S: Final = range(50, 141, 10)
"""Tried where nobody says which."""


class Area(NamedTuple):
    """A network with its plans and its demand. `programmes`: by signal, those that `frames` were made of."""

    streams: Streams
    frames: list[Frame]
    programmes: dict[str, Programme]
    flows: Flows
    problems: tuple[Problem, ...]


class JunctionFigures(NamedTuple):
    """`delay_s` per vehicle at its signals; `degree`: of saturation, of the fullest lane."""

    per_h: float
    delay_s: float
    stops: float
    degree: float


class Coordinated(NamedTuple):
    setting: Setting
    plans: dict[str, Plan]
    programmes: list[Programme]
    before: dict[str, JunctionFigures]
    """As the plans were, each with its own cycle, and arrivals that come evenly."""
    after: dict[str, JunctionFigures]


def read_area(
    net: bytes,
    file: str,
    added: Sequence[tuple[bytes, str]],
    demand: Demand | Mapping[Turning, float],
    saturation: Mapping[LaneId, float] | None = None,
) -> Area:
    """Raises `BrokenSignals` where plans have errors, and what `read_sumo` raises."""
    found = read_sumo(net, file, added)
    if len(found.signals.junctions) > JUNCTIONS_MAX:
        what = Name(f"more than {JUNCTIONS_MAX} signals", f"信号路口多于 {JUNCTIONS_MAX} 个")
        raise Unsupported(what, file, CUT_OUT)
    records = read_records(net, file, root="net")
    programmes = {(each.signal, each.id): each for each in records.programmes}
    for content, name in added:
        added_here = read_records(content, name, root="additional").programmes
        programmes |= {(each.signal, each.id): each for each in added_here}
    frames, problems = _frames(found.signals, programmes, file)
    flows = _flows(records, {frame.junction.id for frame in frames}, demand)
    if not flows.turns:
        raise Malformed(NOBODY_COMES, file, OWN_DEMAND)
    chosen = {frame.junction.id: programmes[frame.junction.id, frame.plan.id] for frame in frames}
    return Area(Streams(records, frames, flows, saturation), frames, chosen, flows, (*found.problems, *problems))


def _frames(
    signals: Signals, programmes: Mapping[tuple[str, str], Programme], file: str
) -> tuple[list[Frame], list[Problem]]:
    """Of each junction the newest plan that breaks nothing.

    Raises `BrokenSignals` where there is none, `Unsupported` for what no controller runs.
    """
    errors = [problem for problem in check(signals, file) if problem.severity == "error"]
    frames, problems = [], []
    for junction in signals.junctions:
        framed = []
        for plan in reversed(junction.plans):
            _refuse_odd(plan, f"{file} junction {junction.id}")
            framed.append(Frame(_with_whole_ambers(junction, programmes[junction.id, plan.id]), plan))
        right = [frame for frame in framed if frame.fits(frame.durations_ms)]
        if not right:
            raise BrokenSignals(tuple(problem for problem in errors if problem.spot.junction == junction.id))
        frames.append(right[0])
        if right[0].plan is not junction.plans[-1]:
            problems.append(_older(file, junction, right[0].plan))
    return frames, problems


def _refuse_odd(plan: Plan, where: str) -> None:
    """Raises `Unsupported` for what no controller runs, and what would take for ever."""
    changes = len({at % plan.cycle_ms for window in plan.windows for at in (window.from_ms, window.to_ms)})
    if not SECOND_MS <= plan.cycle_ms <= ODD_CYCLE_MS or changes > CHANGES_MAX:
        seconds, most_s = plan.cycle_ms / SECOND_MS, ODD_CYCLE_MS // SECOND_MS
        what = Name(
            f"plan {plan.id!r}: {seconds:g} s, {changes} changes",
            f"方案“{plan.id}”：周期 {seconds:g} 秒，绿灯启闭 {changes} 次",
        )
        cure = Name(
            f"a cycle of 1 to {most_s} s with at most {CHANGES_MAX} changes of greens",
            f"请采用 1 至 {most_s} 秒的周期，绿灯启闭不超过 {CHANGES_MAX} 次",
        )
        raise Unsupported(what, where, cure)


def _ambers_ms(programme: Programme, junction: Junction) -> dict[str, int]:
    """By group: the shortest amber that this programme itself shows."""
    found: dict[str, int] = {}
    for movement in junction.movements:
        shown = [(phase.state[int(movement.id)] in "yY", phase.duration_ms) for phase in programme.phases]
        start = next((n for n, (is_amber, _) in enumerate(shown) if not is_amber), 0)
        turned = shown[start:] + shown[:start]
        for is_amber, run in itertools.groupby(turned, key=lambda each: each[0]):
            if is_amber:
                lasts = sum(duration for _, duration in run)
                found[movement.group] = min(lasts, found.get(movement.group, lasts))
    return found


def _with_whole_ambers(junction: Junction, programme: Programme) -> Junction:
    """With the ambers of this programme; and nobody has green beside an amber that it crosses, whatever was shown."""
    shown = _ambers_ms(programme, junction)
    groups = tuple(replace(each, ending_ms=max(each.ending_ms, shown.get(each.id, 0))) for each in junction.groups)
    junction = replace(junction, groups=groups)
    ambers = {group.id: group.ending_ms for group in junction.groups}
    whole = [replace(each, least_ms=max(each.least_ms, ambers[each.ending])) for each in junction.intergreens]
    return replace(junction, intergreens=tuple(whole))


def _older(file: str, junction: Junction, plan: Plan) -> Problem:
    newest = junction.plans[-1].id
    what = Name(
        f"plan {newest!r} breaks an intergreen or a least time; what is coordinated is plan {plan.id!r}",
        f"方案“{newest}”违反绿灯间隔或最短时间，改以方案“{plan.id}”参与协调",
    )
    cure = Name("mend it; `turnout signals check` says where", "请更正该方案；`turnout signals check` 会指出位置")
    return Problem("plan-not-used", Spot(file, 0, junction.id, newest), what, cure, "warning")


def _flows(records: Records, signals: set[str], demand: Demand | Mapping[Turning, float]) -> Flows:
    signalled = {(link.from_edge, link.to_edge) for link in records.links if link.signal in signals}
    if isinstance(demand, Demand):
        return flows_of_routes(demand, signalled)
    return flows_of_counts(demand, signalled)


def coordinate(area: Area, cycles_s: Iterable[int] = CYCLES_S) -> Coordinated:
    """Raises `BrokenSignals` where every cycle is too short for some junction."""
    cycles_s = list(cycles_s)
    setting = best_of(area.streams, cycles_s)
    if setting is None:
        raise BrokenSignals((_too_short(area, max(cycles_s)),))
    chosen = list(zip(area.frames, setting.durations_ms, setting.offsets_s, strict=True))
    plans = {frame.junction.id: frame.retimed(durations, offset, PLAN) for frame, durations, offset in chosen}
    programmes = [
        retimed(area.programmes[frame.junction.id], frame, durations, offset, PLAN)
        for frame, durations, offset in chosen
    ]
    return Coordinated(setting, plans, programmes, _as_before(area), _figures(area, setting))


def _too_short(area: Area, most_s: int) -> Problem:
    longest = max(area.frames, key=lambda frame: int(frame.durations_ms.sum()))
    what = Name(
        f"a cycle of {most_s} s is too short for its least greens and intergreens",
        f"周期 {most_s} 秒不足以容纳其最短绿灯与绿灯间隔",
    )
    cure = Name("allow a longer cycle", "请允许更长的周期")
    return Problem("cycle-too-short", Spot(junction=longest.junction.id), what, cure)


def _figures(area: Area, setting: Setting) -> dict[str, JunctionFigures]:
    _, result = judged(area.streams, setting)
    found = {}
    for n, frame in enumerate(area.frames):
        lanes = area.streams.lanes_at[n]
        per_h = float(area.streams.per_h[lanes].sum())
        if per_h:
            waits = float((result.even + result.overflow * result.degree)[lanes].sum())
            stops = float(result.stops_per_s[lanes].sum()) * 3_600 / per_h
            found[frame.junction.id] = JunctionFigures(
                per_h, waits * 3_600 / per_h, stops, float(result.degree[lanes].max())
            )
    return found


def _as_before(area: Area) -> dict[str, JunctionFigures]:
    """Junctions with the same cycle are judged together, with their offsets; each cycle by itself."""
    found: dict[str, JunctionFigures] = {}
    whole = [np.round(frame.durations_ms / SECOND_MS).astype(np.int64) * SECOND_MS for frame in area.frames]
    for seconds in sorted({int(each.sum()) // SECOND_MS for each in whole}):
        durations, offsets, these = [], [], set()
        for frame, each in zip(area.frames, whole, strict=True):
            if int(each.sum()) == seconds * SECOND_MS:
                these.add(frame.junction.id)
            durations.append(each if int(each.sum()) == seconds * SECOND_MS else _stretched(each, seconds))
            offsets.append((frame.plan.offset_ms + frame.edges_ms[0]) // SECOND_MS % seconds)
        figures = _figures(area, Setting(seconds, tuple(durations), tuple(offsets), 0.0))
        found |= {junction: figures[junction] for junction in these & figures.keys()}
    return found


def _stretched(durations_ms: Durations, seconds: int) -> Durations:
    """In proportion, to whole seconds of this cycle: what neighbours of another cycle do is only guessed."""
    ends = np.round(np.cumsum(durations_ms) * seconds / durations_ms.sum()).astype(np.int64)
    stretched: Durations = np.diff(ends, prepend=0) * SECOND_MS
    return stretched
