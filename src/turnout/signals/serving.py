"""What a junction shows for a vehicle with priority: the seconds of its own plan that serve it, one after the other.

An engineer has made stages that work: queues between two stop lines of one controller clear in their order, who turns
across is let through in his turn. Greens put together only by what may not meet have none of that: the street inside a
junction fills, and the vehicle stands at green. So the plan runs on, and the seconds in which the groups on the way are
not green are left out. Where no second has all of them green, those that have any are run through: the stop lines
behind one another are served in turn.
"""

from collections.abc import Sequence
from typing import Final

from turnout.signals.model import Plan

STEP_MS: Final = 1_000


class Serving:
    """Of one plan. `names`: the junction's groups in the order of what comes out."""

    def __init__(self, plan: Plan, names: Sequence[str]) -> None:
        self.plan, self._names = plan, tuple(names)
        self._groups: frozenset[str] = frozenset()
        self._local_ms = 0

    def greens(self, groups: Sequence[str], at_ms: int) -> list[bool] | None:
        """For whom green is to be asked at this second; to be called once a second while it serves these groups.

        None: the plan never gives them green.
        """
        if frozenset(groups) != self._groups:
            self._groups = frozenset(groups)
            self._local_ms = (at_ms - self.plan.offset_ms) % self.plan.cycle_ms
        else:
            self._local_ms = (self._local_ms + STEP_MS) % self.plan.cycle_ms
        found = next_serving(self.plan, groups, self._local_ms)
        if found is None:
            return None
        self._local_ms = found
        green = green_at(self.plan, found)
        return [name in green for name in self._names]

    def end(self) -> None:
        """The next request begins at the second at which the plan then is."""
        self._groups = frozenset()


def green_at(plan: Plan, local_ms: int) -> frozenset[str]:
    """Who has green so long after the beginning of the cycle."""
    return frozenset(
        window.group
        for window in plan.windows
        if (local_ms - window.from_ms) % plan.cycle_ms < window.lasts_ms(plan.cycle_ms)
    )


def next_serving(plan: Plan, groups: Sequence[str], local_ms: int) -> int | None:
    """The first second of the cycle, this one or a later one, at which all of the groups have green; else any of them.

    None where none of them ever has.
    """
    asked = frozenset(groups)
    any_of: int | None = None
    for later_ms in range(0, plan.cycle_ms, STEP_MS):
        at_ms = (local_ms + later_ms) % plan.cycle_ms
        green = green_at(plan, at_ms)
        if asked and asked <= green:
            return at_ms
        if any_of is None and asked & green:
            any_of = at_ms
    return any_of
