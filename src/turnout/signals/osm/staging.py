"""Stages proposed for a junction, and a plan to start from. Nobody has said that the street shows either.

Every stage is as many groups as may have green together, led by one that none before it served.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from turnout.signals.model import SECOND_MS, GreenWindow, Junction, Plan, SignalGroup, Stage

PROPOSED: Final = "proposed"
"""Identity of the plan, so that nobody takes it for the street's."""
GREEN_MS: Final = 15_000
"""Of a stage, where its least greens ask for no more."""


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
    """The stages in turn, each as long as its least greens, with the intergreens between; None without stages."""
    if not junction.stages:
        return None
    least, groups = junction.least_between(), {group.id: group for group in junction.groups}
    kinds = [stage.groups for stage in junction.stages]
    if len(kinds) == 1:
        return Plan(PROPOSED, GREEN_MS * 4, tuple(GreenWindow(group, 0, GREEN_MS * 4) for group in kinds[0]))
    starts = [0]
    ended: dict[str, int] = {}
    for stage, following in pairwise([*kinds, kinds[0]]):
        ends = starts[-1] + _lasts_ms(stage, groups)
        ended |= dict.fromkeys(stage, ends)
        waits = [
            at + least[group, other] for group, at in ended.items() for other in following if (group, other) in least
        ]
        starts.append(_whole_s(max([ends, *waits])))
    return Plan(PROPOSED, starts[-1], _windows(kinds, starts, groups))


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
