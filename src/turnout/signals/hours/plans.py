"""A set of plans with hours from counts of the day: periods first, then a coordination for the traffic of each.

`area_by_hours` coordinates all signals of a SUMO network anew for every period (`signals/area`); `wave_by_hours` (in
`waves.py`) gives an arterial the best of its waves, with the weights of its directions at that time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from turnout.signals.area.area import CYCLES_S, Coordinated, coordinate, read_area
from turnout.signals.area.streams import LaneId
from turnout.signals.hours.counts import Counts, Stream
from turnout.signals.hours.periods import Change, Period, Periods, periods
from turnout.signals.model import SECOND_MS, InForce, Junction, Plan
from turnout.signals.problem import Problem, Spot
from turnout.signals.sumo_xml import Programme
from turnout.words.name import Name
from turnout.words.trouble import Malformed

FAINT_PER_H: Final = 1.0
"""At the least, of what is counted at all: a green that nobody was counted at in this period stays a green."""

Ints = NDArray[np.int64]

Told = Callable[[float], None]
"""How much is done, 0 to 1."""


class JunctionPlans(msgspec.Struct, frozen=True, kw_only=True):
    """All plans of a junction, one for each period, and when each is in force."""

    junction: str
    plans: tuple[Plan, ...]
    hours: tuple[InForce, ...]


class PlanFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one period's plans, worked out for its average traffic; simulate them before they are proposed.

    Delays are seconds per vehicle and signal: `before` under the plans as they were, None where it is not known.
    """

    plan: str
    cycle_s: float
    vehicles_per_h: float
    delay_before_s: float | None = None
    delay_after_s: float | None = None
    fullest: float | None = None
    """Degree of saturation of the fullest lane afterwards; above 1 it does not get through."""


class PlansByHours(msgspec.Struct, frozen=True, kw_only=True):
    """What `turnout signals hours` finds. `problems`: warnings of the network and its programmes."""

    periods: Periods
    junctions: tuple[JunctionPlans, ...]
    figures: tuple[PlanFigures, ...]
    programmes: dict[str, tuple[Programme, ...]] = {}
    """By plan, for SUMO; empty where it was no network."""
    problems: tuple[Problem, ...] = ()

    def into(self, junctions: Iterable[Junction]) -> tuple[Junction, ...]:
        """These junctions with the new plans and hours in place of theirs; others stay as they are."""
        new = {each.junction: each for each in self.junctions}
        return tuple(
            replace(each, plans=new[each.id].plans, hours=new[each.id].hours) if each.id in new else each
            for each in junctions
        )


def area_by_hours(
    net: bytes,
    file: str,
    added: Sequence[tuple[bytes, str]],
    counts: Counts,
    *,
    cycles_s: Iterable[int] = CYCLES_S,
    saturation: Mapping[LaneId, float] | None = None,
    told: Told | None = None,
    **limits: Any,
) -> PlansByHours:
    """Plans for all signals of a network and every period. `counts`: of turns (`read_day_counts`).

    `limits` are those of `periods`. Every period takes as long as `coordinate`: some ten seconds for each cycle tried
    with 225 signals. Raises what `periods`, `read_area` and `coordinate` raise.
    """
    if counts.of_groups:
        what = Name("counts of groups do not say where vehicles go", "按信号组统计的流量不含车辆去向")
        raise Malformed(what, file, Name("count turns: columns from and to", "请统计转向流量：from 与 to 两列"))
    cycles_s = list(cycles_s)
    timed = periods(counts, file, **limits)
    plans: dict[str, list[Plan]] = {}
    figures: list[PlanFigures] = []
    programmes: dict[str, tuple[Programme, ...]] = {}
    problems: dict[tuple[str, Spot], Problem] = {}
    for n, period in enumerate(timed.periods.periods):
        area = read_area(net, file, added, at_least(timed.demand[period.plan]), saturation)
        found = coordinate(area, cycles_s)
        for junction, plan in found.plans.items():
            plans.setdefault(junction, []).append(replace(plan, id=period.plan))
        figures.append(_figures(period, found))
        programmes[period.plan] = tuple(replace(each, id=period.plan) for each in found.programmes)
        problems |= {(problem.rule, problem.spot): problem for problem in area.problems}
        if told is not None:
            told((n + 1) / len(timed.periods.periods))
    shifts = shifts_ms(timed.periods, plans)
    plans = shifted(plans, shifts)
    return PlansByHours(
        periods=with_changes(timed.periods, plans),
        junctions=tuple(
            JunctionPlans(junction=junction, plans=tuple(each), hours=timed.periods.hours)
            for junction, each in plans.items()
        ),
        figures=tuple(figures),
        programmes={
            plan: tuple(replace(each, offset_ms=each.offset_ms + shifts[plan]) for each in own)
            for plan, own in programmes.items()
        },
        problems=tuple(problems.values()),
    )


def at_least(demand: Mapping[Stream, float]) -> dict[Stream, float]:
    return {stream: max(per_h, FAINT_PER_H) for stream, per_h in demand.items()}


def _figures(period: Period, found: Coordinated) -> PlanFigures:
    means = []
    for figures in (found.before, found.after):
        total = sum(each.per_h for each in figures.values())
        means.append(sum(each.per_h * each.delay_s for each in figures.values()) / total if total else None)
    return PlanFigures(
        plan=period.plan,
        cycle_s=float(found.setting.seconds),
        vehicles_per_h=period.vehicles_per_h,
        delay_before_s=round(means[0], 2) if means[0] is not None else None,
        delay_after_s=round(means[1], 2) if means[1] is not None else None,
        fullest=round(max((each.degree for each in found.after.values()), default=0.0), 3),
    )


def shifts_ms(found: Periods, plans: Mapping[str, Sequence[Plan]]) -> dict[str, int]:
    """By plan: by how much later all its junctions begin together, so that they wait least at the changes.

    A shift of all offsets alike leaves a coordination as it is. Whole seconds; one plan after the other in the order of
    the periods, the first stays.
    """
    offsets = {
        period.plan: np.array([plan.offset_ms for own in plans.values() for plan in own if plan.id == period.plan])
        for period in found.periods
    }
    cycles = {plan.id: plan.cycle_ms for own in plans.values() for plan in own}
    shifts: dict[str, int] = {}
    for period in found.periods:
        after = [change for change in found.changes if change.after == period.plan and change.before in shifts]
        before = [change for change in found.changes if change.before == period.plan and change.after in shifts]
        waits = {0: 0}
        for shift in range(0, cycles[period.plan] if after or before else 1, SECOND_MS):
            moved = {
                **{each: offsets[each] + shifts[each] for each in shifts},
                period.plan: offsets[period.plan] + shift,
            }
            waits[shift] = sum(
                int(
                    _waits_ms(
                        moved[each.before], cycles[each.before], moved[each.after], cycles[each.after], each
                    ).sum()
                )
                for each in (*after, *before)
            )
        shifts[period.plan] = min(waits, key=lambda shift: (waits[shift], shift))
    return shifts


def _waits_ms(before: Ints, before_cycle_ms: int, after: Ints, after_cycle_ms: int, change: Change) -> Ints:
    """`wait_ms` of every junction, from the offsets of the two plans."""
    at_ms = change.at_minute * 60 * SECOND_MS
    found: Ints = (after - at_ms - (before - at_ms) % before_cycle_ms) % after_cycle_ms
    return found


def shifted(plans: Mapping[str, Sequence[Plan]], shifts: Mapping[str, int]) -> dict[str, list[Plan]]:
    """With these shifts of their offsets, within each plan's cycle."""
    return {
        junction: [replace(plan, offset_ms=(plan.offset_ms + shifts[plan.id]) % plan.cycle_ms) for plan in own]
        for junction, own in plans.items()
    }


def with_changes(found: Periods, plans: Mapping[str, Sequence[Plan]]) -> Periods:
    """With what each change of plans asks of the controllers. `plans` by junction."""
    named = {junction: {plan.id: plan for plan in each} for junction, each in plans.items()}
    return replace(found, changes=tuple(_told(change, named) for change in found.changes))


def _told(change: Change, named: Mapping[str, Mapping[str, Plan]]) -> Change:
    pairs = [
        (plans[change.before], plans[change.after])
        for plans in named.values()
        if change.before in plans and change.after in plans
    ]
    if not pairs:
        return change
    longest = max(wait_ms(before, after, change.at_minute) for before, after in pairs) / SECOND_MS
    cycles = [max(plan.cycle_ms for plan in side) / SECOND_MS for side in zip(*pairs, strict=True)]
    said = Name(
        f"cycle {cycles[0]:g} s → {cycles[1]:g} s; a junction that holds its stage until the new plan begins waits up"
        f" to {longest:g} s, else it makes that up over some cycles",
        f"周期 {cycles[0]:g} 秒 → {cycles[1]:g} 秒；保持当前阶段等待新方案起点的路口最多等 {longest:g} 秒，"
        "否则在数个周期内逐步过渡",
    )
    return replace(change, cycle_before_s=cycles[0], cycle_after_s=cycles[1], said=said)


def wait_ms(before: Plan, after: Plan, minute: int) -> int:
    """From the end of the cycle that runs at this minute of the day until the new plan's next second 0."""
    at_ms = minute * 60 * SECOND_MS
    ends_ms = at_ms + (before.offset_ms - at_ms) % before.cycle_ms
    return (after.offset_ms - ends_ms) % after.cycle_ms
