"""What a junction shows for a vehicle with priority: the seconds of its own plan that serve it, one after the other.

An engineer has made stages that work: queues between two stop lines of one controller clear in their order, who turns
across is let through in his turn. Greens put together only by what may not meet have none of that: the street inside a
junction fills, and the vehicle stands at green. So the plan runs on, and the seconds in which the groups on the way are
not green are left out. Where there are seconds at which the whole approach has green, it is those: who turns off there
stands in the way. Where no second has all green, those that have any are run through, so that stop lines behind one
another are served in turn; a second lasts until one of them really is green, so that no intergreen eats it up. Groups
to which the served ones give way under green are not asked for meanwhile, unless a vehicle with priority needs them;
nor those to which others of its approach give way: who waits there to turn off fills his lane, and then the one beside.
"""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
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
        self._served = {window.group for window in plan.windows}
        self._groups: frozenset[str] = frozenset()
        self._beside: frozenset[str] = frozenset()
        self._turns: list[int] = []
        """The seconds of the cycle that serve these groups, and which of them it is now."""
        self._turn = 0

    def greens(
        self, groups: Sequence[str], at_ms: int, shown: Collection[str], beside: Collection[str] = ()
    ) -> list[bool] | None:
        """For whom green is to be asked at this second; to be called once a second while it serves these groups.

        `groups` in the order of the vehicle's way; `shown`: who has green now; `beside`: groups of other vehicles with
        priority, which meet none of these. None: the plan never gives green to the first.
        """
        if not groups or groups[0] not in self._served:
            return None
        if (frozenset(groups), frozenset(beside)) != (self._groups, self._beside):
            self._begin(groups, frozenset(beside), at_ms)
        elif not (wanted := self._groups & green_at(self.plan, self._turns[self._turn])) or wanted & set(shown):
            self._turn = (self._turn + 1) % len(self._turns)
        green = green_at(self.plan, self._turns[self._turn])
        on_the_way = self._groups | self._beside
        approach = self._approach.get(groups[0], frozenset())
        before = self._before_any(on_the_way & green) | (self._before_any((approach - on_the_way) & green) - approach)
        return [name in green - (before - on_the_way) for name in self._names]

    def _before_any(self, groups: frozenset[str]) -> frozenset[str]:
        return frozenset[str]().union(*(self._before.get(group, ()) for group in groups))

    def _begin(self, groups: Sequence[str], beside: frozenset[str], at_ms: int) -> None:
        """Where the plan is; where only others came beside it or left, where it was."""
        local_ms = (at_ms - self.plan.offset_ms) % self.plan.cycle_ms // STEP_MS * STEP_MS
        if frozenset(groups) == self._groups:
            local_ms = self._turns[self._turn]
        self._groups, self._beside = frozenset(groups), beside
        self._turns = serving_ms(self.plan, self._groups, self._approach.get(groups[0], frozenset()), beside)
        self._turn = bisect_left(self._turns, local_ms) % len(self._turns)

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
    """By group: those to which one of its movements gives way under green.

    Of the groups of its own approaches only those to which all its movements give way: of a group for both directions
    one movement gives way to who turns off beside the other, and who turns off there at red stands in the way.
    """
    of = {movement.id: movement.group for movement in junction.movements}
    found: dict[str, frozenset[str]] = {}
    surely: dict[str, frozenset[str]] = {}
    for movement in junction.movements:
        group = movement.group
        before = frozenset(of[other] for other in movement.yields_to if other in of) - {group}
        found[group] = found.get(group, frozenset()) | before
        surely[group] = surely.get(group, before) & before
    own = approach_of(junction)
    return {group: surely[group] | (before - own[group]) for group, before in found.items()}


def green_at(plan: Plan, local_ms: int) -> frozenset[str]:
    """Who has green so long after the beginning of the cycle."""
    return frozenset(
        window.group
        for window in plan.windows
        if (local_ms - window.from_ms) % plan.cycle_ms < window.lasts_ms(plan.cycle_ms)
    )


def serving_ms(
    plan: Plan,
    groups: frozenset[str],
    approach: frozenset[str] = frozenset(),
    beside: frozenset[str] = frozenset(),
) -> list[int]:
    """The seconds of the cycle at which all of these have green; milliseconds, in order.

    Where there is none: without the approach; with it and without those beside; without both; else any of the groups.
    Empty where none of them ever has.
    """
    greens = [(at_ms, green_at(plan, at_ms)) for at_ms in range(0, plan.cycle_ms, STEP_MS)]
    for all_of in (groups | approach | beside, groups | beside, groups | approach, groups):
        found = [at_ms for at_ms, green in greens if groups and all_of <= green]
        if found:
            return found
    return [at_ms for at_ms, green in greens if groups & green]
