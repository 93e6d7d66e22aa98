"""What a junction shows for a vehicle with priority: the seconds of its own plan that serve it, one after the other.

An engineer has made stages that work: queues between two stop lines of one controller clear in their order, who turns
across is let through in his turn. Greens put together only by what may not meet have none of that: the street inside a
junction fills, and the vehicle stands at green. So the plan runs on, and the seconds in which the groups on the way are
not green are left out. Where there are seconds at which the whole approach has green, it is those: who turns off there
stands in the way. Where no second has all green, those that have any are run through, so that stop lines behind one
another are served in turn. Groups to which the served ones give way under green are not asked for meanwhile.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from turnout.signals.model import Junction, Plan

STEP_MS: Final = 1_000


Beside = Mapping[str, frozenset[str]]
"""Groups by a group."""


class Serving:
    """Of one plan of a junction. Greens come out in the order of its groups."""

    def __init__(self, junction: Junction, plan: Plan) -> None:
        self.plan = plan
        self._names = tuple(group.id for group in junction.groups)
        self._approach, self._before = approach_of(junction), gives_way_to(junction)
        self._groups: frozenset[str] = frozenset()
        self._local_ms = 0

    def greens(self, groups: Sequence[str], at_ms: int) -> list[bool] | None:
        """For whom green is to be asked at this second; to be called once a second while it serves these groups.

        `groups` in the order of the vehicle's way. None: the plan never gives them green.
        """
        if frozenset(groups) != self._groups:
            self._groups = frozenset(groups)
            self._local_ms = (at_ms - self.plan.offset_ms) % self.plan.cycle_ms
        else:
            self._local_ms = (self._local_ms + STEP_MS) % self.plan.cycle_ms
        found = next_serving(self.plan, groups, self._local_ms, self._approach.get(groups[0], frozenset()))
        if found is None:
            return None
        self._local_ms = found
        green = green_at(self.plan, found)
        before = frozenset[str]().union(*(self._before.get(group, ()) for group in self._groups & green)) - self._groups
        return [name in green - before for name in self._names]

    def end(self) -> None:
        """The next request begins at the second at which the plan then is."""
        self._groups = frozenset()


def approach_of(junction: Junction) -> Beside:
    """By group: those of the same approaches, itself among them."""
    groups: dict[str, set[str]] = {}
    for movement in junction.movements:
        groups.setdefault(movement.approach, set()).add(movement.group)
    found: dict[str, frozenset[str]] = {}
    for movement in junction.movements:
        found[movement.group] = found.get(movement.group, frozenset()) | groups[movement.approach]
    return found


def gives_way_to(junction: Junction) -> Beside:
    """By group: those to which one of its movements gives way under green."""
    of = {movement.id: movement.group for movement in junction.movements}
    found: dict[str, frozenset[str]] = {}
    for movement in junction.movements:
        before = {of[other] for other in movement.yields_to if other in of} - {movement.group}
        found[movement.group] = found.get(movement.group, frozenset()) | before
    return found


def green_at(plan: Plan, local_ms: int) -> frozenset[str]:
    """Who has green so long after the beginning of the cycle."""
    return frozenset(
        window.group
        for window in plan.windows
        if (local_ms - window.from_ms) % plan.cycle_ms < window.lasts_ms(plan.cycle_ms)
    )


def next_serving(
    plan: Plan, groups: Sequence[str], local_ms: int, approach: frozenset[str] = frozenset()
) -> int | None:
    """The first second of the cycle, this one or a later one, at which all of the groups have green, and the approach.

    Where there is none: all of the groups; else any of them. None where none of them ever has.
    """
    asked = frozenset(groups)
    all_of: int | None = None
    any_of: int | None = None
    for later_ms in range(0, plan.cycle_ms, STEP_MS):
        at_ms = (local_ms + later_ms) % plan.cycle_ms
        green = green_at(plan, at_ms)
        if asked and asked | approach <= green:
            return at_ms
        if all_of is None and asked and asked <= green:
            all_of = at_ms
        if any_of is None and asked & green:
            any_of = at_ms
    return any_of if all_of is None else all_of
