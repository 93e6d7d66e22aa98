"""Which stage serves most vehicles per second: self-organising control, and max-pressure to compare it with.

Lämmer and Helbing, "Self-control of traffic lights and vehicle flows in urban road networks" (J. Stat. Mech. P04019):
the priority of a flow is the number of vehicles that can be served, over the time that it takes: what is left of
switching, a penalty for interrupting the flow in service, and the green until they are through. Here it is reckoned of
whole stages. Max-pressure after Varaiya (Transp. Res. C 36, 2013), the comparison. Pure: queues in, numbers out.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from turnout.signals.adaptive.layout import Layout, Stage
from turnout.signals.adaptive.observer import Queues


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The same for every junction. Milliseconds."""

    headway_ms: int = 1_900
    """Between vehicles of a queue that drives off; a flow of 1 900 an hour (HCM)."""
    start_ms: int = 1_500
    """Lost until the first of a queue has started."""
    penalty_ms: int = 2_000
    """Added to a change, for the flow that it interrupts."""
    horizon_ms: int = 60_000
    """Of green that is looked at."""
    full_counts: float = 2.0
    """Whoever leaves a full street counts so often: he also makes room in the junction upstream."""


LEAST_MS: Final = 1_000
ROUNDED: Final = 1 - 1e-9
"""Two sums of the same numbers in another order differ by less."""


class Situation(NamedTuple):
    """What is before the stages. `moving`: the queues of the stage that is on, where some turned out not to move.

    From `blocked` lanes nobody can leave; from `stalled` ones nobody does in the stage that is on.
    """

    queues: Queues
    moving: Queues
    blocked: Collection[str]
    stalled: Collection[str]
    full: Collection[str] = ()
    """Lanes whose street is full back to the junction upstream."""


def best_stage(
    layout: Layout, seen: Situation, at_ms: int, current: int, change_ms: Sequence[int], settings: Settings
) -> int:
    """The stage that serves most vehicles per second; of equals the one that is on, then the first.

    `change_ms`: until each one's green begins. A stage is not weighed where all that wait could not make it the best.
    """
    gains = dict.fromkeys(seen.full, settings.full_counts)
    waiting: dict[str, float] = {}
    for lane, queue in seen.queues.items():
        if queue and lane not in seen.blocked:
            many = 0.0
            for _, weight in queue:
                many += weight
            waiting[lane] = many
    most, highest = [0.0] * len(layout.stages), 0.0
    for nth, stage in enumerate(layout.stages):
        if nth != current:
            before_ms = change_ms[nth] + settings.start_ms + settings.penalty_ms
            most[nth] = _most(stage, waiting, gains, before_ms, settings)
            highest = max(highest, most[nth])
    if highest <= _least(layout.stages[current], seen, gains, at_ms, settings):
        return current
    best, best_rate = current, _rate(layout.stages[current], seen.moving, seen.stalled, gains, at_ms, 0, 0, settings)
    for nth, stage in enumerate(layout.stages):
        if most[nth] > best_rate:
            start_ms = change_ms[nth] + settings.start_ms
            rate = _rate(stage, seen.queues, seen.blocked, gains, at_ms, start_ms, settings.penalty_ms, settings)
            if rate > best_rate:
                best, best_rate = nth, rate
    return best


def _least(stage: Stage, seen: Situation, gains: Mapping[str, float], at_ms: int, settings: Settings) -> float:
    """The best green of the stage that is on serves no less per second: as if it lasted until all are through."""
    served, last_ms, horizon_ms = 0.0, float(LEAST_MS), float(settings.horizon_ms)
    for lane, rate in stage.rates.items():
        queue = seen.moving[lane]
        if not queue or lane in seen.stalled:
            continue
        headway_ms, free_ms, many = settings.headway_ms / rate, 0.0, 0.0
        for arrives_ms, weight in queue:
            free_ms = max(free_ms, float(arrives_ms - at_ms))
            if free_ms > horizon_ms:
                break
            free_ms += headway_ms * weight
            many += weight
        served += many * gains.get(lane, 1.0)
        last_ms = max(last_ms, free_ms)
    return 1_000 * served / last_ms * ROUNDED


def _most(
    stage: Stage, waiting: Mapping[str, float], gains: Mapping[str, float], before_ms: int, settings: Settings
) -> float:
    """No green of the stage serves more per second: as if all were at the stop line and the lanes shared them."""
    served = flow = 0.0
    gain = 1.0
    for lane, rate in stage.rates.items():
        if lane in waiting:
            served += waiting[lane]
            flow += rate
            gain = max(gain, gains.get(lane, 1.0))
    return 1_000 * gain * served / (before_ms + settings.headway_ms * served / flow) if served else 0.0


def _rate(
    stage: Stage,
    queues: Queues,
    without: Collection[str],
    gains: Mapping[str, float],
    at_ms: int,
    start_ms: int,
    cost_ms: int,
    settings: Settings,
) -> float:
    """The best that any length of green gives."""
    leaving: list[tuple[float, float]] = []
    end_ms = start_ms + settings.horizon_ms
    for lane, rate in stage.rates.items():
        queue = queues[lane]
        if not queue or lane in without:
            continue
        headway_ms, free_ms, gain = settings.headway_ms / rate, float(start_ms), gains.get(lane, 1.0)
        for arrives_ms, weight in queue:
            if arrives_ms - at_ms > free_ms:
                free_ms = float(arrives_ms - at_ms)
            if free_ms > end_ms:
                break
            free_ms += headway_ms * weight
            leaving.append((free_ms, weight * gain))
    leaving.sort()
    best = served = 0.0
    for left_ms, weight in leaving:
        served += weight
        rate = served / ((left_ms if left_ms > LEAST_MS else LEAST_MS) + cost_ms)
        if rate > best:
            best = rate
    return 1_000 * best


def pressures(layout: Layout, waiting: Mapping[str, float], beyond: Mapping[str, float]) -> list[float]:
    """Of each stage: those before its green lanes less those behind. `beyond`: by lane, the mean where it leads."""
    return [
        sum(rate * (waiting.get(lane, 0.0) - beyond.get(lane, 0.0)) for lane, rate in stage.rates.items())
        for stage in layout.stages
    ]
