"""An arterial by hours: which of its waves at what time, and how the two directions weigh, from counts of groups.

The weights are what Little, Kelson and Gartner (1981) and Gartner and others (1991) ask for: in MAXBAND the ratio of
the bands is that of the flows, in MULTIBAND each section has the flows of its two directions. Which plan's cycle and
splits serve the traffic of a period best is judged by the delay of HCM (7th ed., chapter 19).
"""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from msgspec.structs import replace

from turnout.signals.area.frame import AMBER_USED_S, START_LOST_S
from turnout.signals.area.streams import SATURATION_PER_S
from turnout.signals.arterial import task_of
from turnout.signals.bands import LIMIT_S
from turnout.signals.check import check
from turnout.signals.coordinating import coordinated
from turnout.signals.hours.counts import Counts, Stream
from turnout.signals.hours.periods import Period, periods
from turnout.signals.hours.plans import JunctionPlans, PlanFigures, PlansByHours, Told, shifted, shifts_ms, with_changes
from turnout.signals.model import SECOND_MS, Arterial, Junction, Plan, Signals, Stop, Wave
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.signals.sumo_xml import Records
from turnout.words.name import Name
from turnout.words.trouble import Malformed

RATIO: Final = (0.25, 4.0)
"""The inbound band is at least and at most so many times as wide as the outbound one: nobody gets none."""
HOUR_QUARTER: Final = 0.25
"""Hours that overflow builds up over, in HCM's second term."""


def grouped(counts: Counts, records: Records, junctions: Iterable[Junction]) -> Counts:
    """Counts of turns of a SUMO network as counts of the groups that give them green.

    A turn that several groups serve is shared evenly between them. A group with a turn that nobody counted at some time
    is not known at that time.
    """
    if counts.of_groups:
        return counts
    group_of = {(each.id, movement.id): movement.group for each in junctions for movement in each.movements}
    served: dict[Stream, set[Stream]] = {}
    for link in records.links:
        group = group_of.get((link.signal, str(link.index)))
        if group is not None:
            served.setdefault((link.from_edge, link.to_edge), set()).add((link.signal, group))
    of_group: dict[Stream, list[tuple[int, float]]] = {}
    for n, turn in enumerate(counts.streams):
        for each in served.get(turn, ()):
            of_group.setdefault(each, []).append((n, 1 / len(served[turn])))
    streams = tuple(sorted(of_group))
    columns = [sum(counts.per_h[:, :, n] * share for n, share in of_group[stream]) for stream in streams]
    per_h = np.stack(columns, axis=2) if columns else np.zeros((*counts.per_h.shape[:2], 0))
    return Counts(streams, per_h, True, counts.dates)


def wave_by_hours(
    signals: Signals,
    arterial: Arterial,
    counts: Counts,
    file: str,
    *,
    limit_s: float = LIMIT_S,
    step_s: float = 1.0,
    told: Told | None = None,
    **limits: Any,
) -> PlansByHours:
    """Plans for the junctions of one arterial and every period. `counts`: of groups (`read_day_counts`, `grouped`).

    Only the groups of its junctions decide the periods. Of its waves, those that name a plan are weighed: the one whose
    plans cost the period's traffic least is coordinated. `limits` are those of `periods`; `limit_s`: for each
    coordination. Raises `BrokenSignals` where plans have errors or no wave names a plan, else what `periods` raises.
    """
    own = _own(counts, arterial, file)
    waves = [wave for wave in arterial.waves if wave.plan]
    if not waves:
        what = Name("no wave of it names a plan of its junctions", "其绿波均未指明路口方案")
        cure = Name("give a wave the plan whose greens are coordinated", "请为绿波指明要协调的方案")
        raise BrokenSignals((Problem("wave-without-greens", Spot(file, part=arterial.id), what, cure),))
    errors = [problem for problem in check(signals, file) if problem.severity == "error"]
    if errors:
        raise BrokenSignals(tuple(errors))
    timed = periods(own, file, **limits)
    plans: dict[str, list[Plan]] = {}
    figures = []
    for n, period in enumerate(timed.periods.periods):
        demand = timed.demand[period.plan]
        wave, delay_s = min(
            ((wave, delay_of(signals, arterial, wave, demand)) for wave in waves), key=lambda each: each[1]
        )
        weighed, wave = weighted(arterial, wave, demand)
        task, found = coordinated(task_of(signals, weighed, wave), wave, limit_s, step_s)
        for site, offset_s in zip(task.sites, found.offsets_s, strict=True):
            junction = signals.junction(site.id)
            base = junction.plan(wave.plan) if junction is not None else None
            assert base is not None
            offset_ms = round(offset_s * SECOND_MS) % base.cycle_ms
            plans.setdefault(site.id, []).append(replace(base, id=period.plan, offset_ms=offset_ms))
        figures.append(_figures(period, found.cycle_s, delay_s))
        if told is not None:
            told((n + 1) / len(timed.periods.periods))
    plans = shifted(plans, shifts_ms(timed.periods, plans))
    return PlansByHours(
        periods=with_changes(timed.periods, plans),
        junctions=tuple(
            JunctionPlans(junction=junction, plans=tuple(each), hours=timed.periods.hours)
            for junction, each in plans.items()
        ),
        figures=tuple(figures),
    )


def _figures(period: Period, cycle_s: float, delay_s: float) -> PlanFigures:
    """Of greens alone, as if vehicles came evenly: offsets are not in it."""
    return PlanFigures(
        plan=period.plan,
        cycle_s=cycle_s,
        vehicles_per_h=period.vehicles_per_h,
        delay_after_s=round(delay_s, 2) if math.isfinite(delay_s) else None,
    )


OF_GROUPS: Final = Name(
    "hand in counts with the columns junction and group, or turns of its network",
    "请提供含 junction 与 group 两列的流量，或其路网的转向流量",
)


def _own(counts: Counts, arterial: Arterial, file: str) -> Counts:
    stands = {stop.junction for stop in arterial.stops}
    chosen = [n for n, (junction, _) in enumerate(counts.streams) if counts.of_groups and junction in stands]
    if not chosen:
        en = f"no group of the junctions of {arterial.id} was counted"
        what = Name(en, f"干道 {arterial.id} 的路口没有任何信号组的流量")
        raise Malformed(what, file, OF_GROUPS)
    return Counts(tuple(counts.streams[n] for n in chosen), counts.per_h[:, :, chosen], True, counts.dates)


def weighted(arterial: Arterial, wave: Wave, demand: Mapping[Stream, float]) -> tuple[Arterial, Wave]:
    """With the vehicles per hour of each section and direction, and the ratio of the bands.

    What is on the way to the next junction is what that one's outbound group was counted with; where it was not, what
    left from here. Inbound likewise. The ratio is that of the two sums, over sections where both are known.
    """
    stops: list[Stop] = list(arterial.stops)
    both = []
    for n, (here, beyond) in enumerate(itertools.pairwise(stops)):
        out = _first(demand, (beyond.junction, beyond.outbound), (here.junction, here.outbound))
        back = _first(demand, (here.junction, here.inbound), (beyond.junction, beyond.inbound))
        stops[n] = replace(here, outbound_per_h=out or here.outbound_per_h, inbound_per_h=back or here.inbound_per_h)
        if out is not None and back is not None:
            both.append((out, back))
    outbound, inbound = (sum(side) for side in zip(*both, strict=True)) if both else (0.0, 0.0)
    if outbound > 0 and inbound > 0:
        ratio = min(max(inbound / outbound, RATIO[0]), RATIO[1])
        wave = replace(wave, inbound_to_outbound=round(ratio, 3))
    return replace(arterial, stops=tuple(stops)), wave


def _first(demand: Mapping[Stream, float], *streams: Stream) -> float | None:
    return next((demand[stream] for stream in streams if stream[1] and stream in demand), None)


def delay_of(signals: Signals, arterial: Arterial, wave: Wave, demand: Mapping[Stream, float]) -> float:
    """Seconds per vehicle, on average over the counted groups, under the wave's plan; infinite without a green."""
    total = vehicles = 0.0
    for stop in arterial.stops:
        junction = signals.junction(stop.junction)
        plan = junction.plan(wave.plan) if junction is not None else None
        if junction is None or not junction.groups:
            continue
        for group in junction.groups:
            per_h = demand.get((junction.id, group.id), 0.0)
            if per_h > 0:
                if plan is None or not plan.windows_of(group.id):
                    return math.inf
                total += per_h * delay_s(plan, group.id, per_h, lanes_of(junction, group.id))
                vehicles += per_h
    return total / vehicles if vehicles else 0.0


def lanes_of(junction: Junction, group: str) -> int:
    """Lanes of the approaches that it serves; 1 where the file does not say."""
    served = {movement.approach for movement in junction.movements if movement.group == group}
    return max(1, sum(approach.lanes for approach in junction.approaches if approach.id in served))


def delay_s(plan: Plan, group: str, per_h: float, lanes: int) -> float:
    """Per vehicle: uniform and incremental delay of HCM, for fixed times and a quarter of an hour."""
    cycle_s = plan.cycle_ms / SECOND_MS
    green_s = sum(window.lasts_ms(plan.cycle_ms) for window in plan.windows_of(group)) / SECOND_MS
    share = min((green_s - START_LOST_S + AMBER_USED_S) / cycle_s, 1.0)
    capacity = max(SATURATION_PER_S * 3_600 * lanes * share, 1.0)
    degree = per_h / capacity
    uniform = 0.5 * cycle_s * (1 - share) ** 2 / max(1 - min(1.0, degree) * share, 1e-9)
    over = degree - 1
    more = math.sqrt(over * over + 4 * degree / (capacity * HOUR_QUARTER))
    return uniform + 900 * HOUR_QUARTER * (over + more)


def refuse_shared(arterials: Sequence[Arterial], file: str) -> None:
    """Raises `BrokenSignals` for a junction of several arterials: it can have only one offset."""
    seen: dict[str, str] = {}
    for arterial in arterials:
        for stop in arterial.stops:
            if seen.setdefault(stop.junction, arterial.id) != arterial.id:
                what = Name(
                    f"it stands on {seen[stop.junction]} and on {arterial.id}",
                    f"同时位于 {seen[stop.junction]} 和 {arterial.id}",
                )
                cure = Name("coordinate one of them, or all as an area", "请只协调其中一条，或按区域协调")
                raise BrokenSignals((Problem("two-arterials", Spot(file, junction=stop.junction), what, cure),))
