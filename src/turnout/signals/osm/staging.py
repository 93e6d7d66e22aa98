"""Stages proposed for a junction, and a plan to start from. Nobody has said that the street shows either.

Every stage is as many groups as may have green together, led by one that none before it served.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from turnout.signals.check import check
from turnout.signals.model import SECOND_MS, GreenWindow, Junction, Plan, SignalGroup, Signals, Stage

PROPOSED: Final = "proposed"
"""Identity of the plan, so that nobody takes it for the street's."""
GREEN_MS: Final = 15_000
"""Of a stage, where its least greens ask for no more."""
CYCLE_MAX_MS: Final = 3_600_000
WINDOWS_MAX: Final = 16
"""Greens of one group in a cycle, as in a file of plans."""


def proposed_stages(junction: Junction, order: Sequence[str]) -> tuple[Stage, ...]:
    """`order`: the groups, those first that are to lead a stage and those near each other that go together."""
    least = junction.least_between()
    left = list(order)
    stages: list[Stage] = []
    while left:
        chosen: list[str] = []
        for group in [*left, *(group for group in order if group not in left)]:
            if all((group, other) not in least and (other, group) not in least for other in chosen):
                chosen.append(group)
        left = [group for group in left if group not in chosen]
        stages.append(Stage(f"S{len(stages) + 1}", tuple(group for group in order if group in chosen)))
    return tuple(stages)


def proposed_plan(junction: Junction) -> Plan | None:
    """The stages in turn, each as long as its least greens, with the intergreens between.

    None without stages, and where `check` finds that it would keep something too short.
    """
    if not junction.stages:
        return None
    plan = _in_turn(junction)
    if plan.cycle_ms > CYCLE_MAX_MS or any(len(plan.windows_of(group.id)) > WINDOWS_MAX for group in junction.groups):
        return None
    with_it = msgspec.structs.replace(junction, plans=(plan,), hours=())
    wrong = any(each.severity == "error" for each in check(Signals((with_it,))) if each.spot.part == PROPOSED)
    return None if wrong else plan


def _in_turn(junction: Junction) -> Plan:
    groups = {group.id: group for group in junction.groups}
    kinds = [stage.groups for stage in junction.stages]
    if len(kinds) == 1:
        lasts_ms = max(GREEN_MS * 4, _lasts_ms(kinds[0], groups))
        return Plan(PROPOSED, lasts_ms, tuple(GreenWindow(group, 0, lasts_ms) for group in kinds[0]))
    waits_ms = _waits_ms(kinds, [_lasts_ms(stage, groups) for stage in kinds], junction.least_between())
    starts = [0]
    for stage, wait_ms in zip(kinds, waits_ms, strict=True):
        starts.append(starts[-1] + _lasts_ms(stage, groups) + wait_ms)
    return Plan(PROPOSED, starts[-1], _windows(kinds, starts, groups))


def _waits_ms(
    kinds: Sequence[Sequence[str]], lasts_ms: Sequence[int], least: Mapping[tuple[str, str], int]
) -> list[int]:
    """From the end of each stage until the next may begin, looked back from there over a whole cycle.

    Waits not yet known count nothing: the longer they are, the longer ago a stage before them has ended.
    """
    waits = [0] * len(kinds)
    for nth in range(len(kinds)):
        following, seen, ago_ms = kinds[(nth + 1) % len(kinds)], set[str](), 0
        for back in range(len(kinds)):
            at = (nth - back) % len(kinds)
            for group in set(kinds[at]) - seen:
                needs = [least[group, other] - ago_ms for other in following if (group, other) in least]
                waits[nth] = max([waits[nth], *needs])
            seen |= set(kinds[at])
            ago_ms += lasts_ms[at] + waits[(at - 1) % len(kinds)]
        waits[nth] = _whole_s(waits[nth])
    return waits


def _lasts_ms(stage: Sequence[str], groups: dict[str, SignalGroup]) -> int:
    return _whole_s(max(GREEN_MS, *(groups[group].min_green_ms for group in stage)))


def _whole_s(duration_ms: int) -> int:
    return -(-duration_ms // SECOND_MS) * SECOND_MS


def _windows(
    kinds: Sequence[Sequence[str]], starts: Sequence[int], groups: dict[str, SignalGroup]
) -> tuple[GreenWindow, ...]:
    """A group that two stages in a row have stays green between them."""
    cycle, windows = starts[-1], []
    ends = [start + _lasts_ms(stage, groups) for stage, start in zip(kinds, starts, strict=False)]
    for group in groups:
        has = [group in stage for stage in kinds]
        for nth, stage_has in enumerate(has):
            if not stage_has or has[nth - 1]:
                continue
            last = nth
            while has[(last + 1) % len(kinds)]:
                last += 1
            windows.append(GreenWindow(group, starts[nth], ends[last % len(kinds)] % cycle))
        if all(has):
            windows.append(GreenWindow(group, 0, cycle))
    return tuple(windows)
