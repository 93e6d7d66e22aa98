"""Plans run past the guard, as a controller would run them: whatever it withholds or holds on is an error of the plan.

`check` finds by arithmetic what this finds by trying; what both let through is simulated.
"""

from collections.abc import Iterator
from typing import Final

from turnout.signals.guard import Aspect, Guard, rules_of
from turnout.signals.model import SECOND_MS, Junction, Plan
from turnout.signals.problem import Problem, Spot
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

STEP_MS: Final = 500
"""Plans are set in seconds or halves; a change within a step is seen at its end."""
SETTLING_CYCLES: Final = 2
"""The guard begins with all red; after one cycle it is in step, a second one is for greens past the cycle's end."""
CURE: Final = Name("see `check`, or lengthen what is between", "请先查看检查结果，或加长其间的时间")


def withheld(junction: Junction, plan: Plan) -> Iterator[Problem]:
    """One problem for each group that does not get what the plan asks, or keeps it longer."""
    spot = Spot(junction=junction.id, part=plan.id)
    try:
        guard = Guard(rules_of(junction), 0)
    except Unsupported as trouble:
        yield Problem("guard-refuses", spot, Name(trouble.what, f"防护规则自相矛盾：{trouble.what}"), CURE)
        return
    told: set[str] = set()
    for at_ms in range(STEP_MS, (SETTLING_CYCLES + 1) * plan.cycle_ms + STEP_MS, STEP_MS):
        asked = [_has_green(plan, group.id, at_ms) for group in junction.groups]
        shown = guard.let_out(asked, at_ms)
        if at_ms <= SETTLING_CYCLES * plan.cycle_ms:
            continue
        for group, green, aspect in zip(junction.groups, asked, shown, strict=True):
            if (aspect is Aspect.GREEN) != green and group.id not in told and _is_steady(plan, group.id, at_ms, green):
                told.add(group.id)
                yield _problem(spot, group.id, at_ms % plan.cycle_ms, is_withheld=green)


def _has_green(plan: Plan, group: str, at_ms: int) -> bool:
    return any(
        (at_ms - window.from_ms) % plan.cycle_ms < window.lasts_ms(plan.cycle_ms) for window in plan.windows_of(group)
    )


def _is_steady(plan: Plan, group: str, at_ms: int, green: bool) -> bool:
    """Whether the plan has asked the same for a step: the guard sees a change at the end of the step it falls in."""
    return _has_green(plan, group, at_ms - STEP_MS) == green


def _problem(spot: Spot, group: str, at_ms: int, *, is_withheld: bool) -> Problem:
    at = f"{at_ms / SECOND_MS:g}"
    what = (
        Name(f"the guard does not let out the green of {group} at second {at}", f"第 {at} 秒，{group} 的绿灯被防护拒绝")
        if is_withheld
        else Name(f"the guard keeps {group} green at second {at}", f"第 {at} 秒，防护使 {group} 保持绿灯")
    )
    return Problem("guard-withholds", spot, what, CURE)
