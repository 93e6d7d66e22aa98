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


LEAST_MS: Final = 1_000


class Situation(NamedTuple):
    """What is before the stages. `moving`: the queues of the stage that is on, where some turned out not to move.

    From `blocked` lanes nobody can leave; from `stalled` ones nobody does in the stage that is on.
    """

    queues: Queues
    moving: Queues
    blocked: Collection[str]
    stalled: Collection[str]


def priorities(
    layout: Layout, seen: Situation, at_ms: int, current: int, change_ms: Sequence[int], settings: Settings
) -> list[float]:
    """Vehicles per second of each stage. `change_ms`: until each one's green begins."""
    found = []
    for nth, stage in enumerate(layout.stages):
        if nth == current:
            found.append(_rate(stage, seen.moving, seen.stalled, at_ms, 0, 0, settings))
        else:
            start_ms = change_ms[nth] + settings.start_ms
            found.append(_rate(stage, seen.queues, seen.blocked, at_ms, start_ms, settings.penalty_ms, settings))
    return found


def _rate(
    stage: Stage,
    queues: Queues,
    without: Collection[str],
    at_ms: int,
    start_ms: int,
    cost_ms: int,
    settings: Settings,
) -> float:
    """The best that any length of green gives."""
    leaving: list[tuple[float, float]] = []
    end_ms = start_ms + settings.horizon_ms
    for lane, rate in stage.rates.items():
        if lane in without:
            continue
        headway_ms, free_ms = settings.headway_ms / rate, float(start_ms)
        for arrives_ms, weight in queues[lane]:
            free_ms = max(free_ms, arrives_ms - at_ms)
            if free_ms > end_ms:
                break
            free_ms += headway_ms * weight
            leaving.append((free_ms, weight))
    leaving.sort()
    best = served = 0.0
    for left_ms, weight in leaving:
        served += weight
        best = max(best, served / (max(left_ms, LEAST_MS) + cost_ms))
    return 1_000 * best


def pressures(layout: Layout, waiting: Mapping[str, float], beyond: Mapping[str, float]) -> list[float]:
    """Of each stage: those before its green lanes less those behind. `beyond`: by lane, the mean where it leads."""
    return [
        sum(rate * (waiting.get(lane, 0.0) - beyond.get(lane, 0.0)) for lane, rate in stage.rates.items())
        for stage in layout.stages
    ]
