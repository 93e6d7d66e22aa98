"""Nobody waits for ever: who has waited long is served in turn, whatever the priorities say.

The stabilising supervisor of Lämmer and Helbing (2008): flows that have waited too long form a queue of their own, and
while it is not empty its head is served. Here each signal group has one home stage, so that at most the other home
stages go before; that makes the longest wait a number (`worst_wait_ms`), which holds for any traffic and any detector.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from turnout.signals.adaptive.layout import Layout, Stage
from turnout.signals.guard import FOR_EVER_MS, STEP_MAX_MS, Aspect, refuse_unkept, rules_of
from turnout.signals.guard_rules import TOGETHER, Rules

PATIENCE_MS: Final = 90_000
"""So long may somebody wait who was seen, until his stage is put into the queue of the overdue."""
UNSEEN_PATIENCE_MS: Final = 180_000
"""So long may a group be red where no detector has seen anybody: detectors miss some."""
SERVED_MS: Final = 25_000
"""Green that an overdue group gets while somebody stands before it and nobody else is overdue. With 10 s a side road of
a network that is full got 180 vehicles an hour and stood back into the next junction: Bologna acosta 512 s, not 286."""
CROSSES_MS: Final = 5_000
"""After a change was asked for what is new waits so long where one who had stood drives off meanwhile: he starts in the
amber, from a place behind one who turned left, and is slow. More of it costs more than it saves (decision 0280)."""


class Promise(msgspec.Struct, frozen=True):
    """What the supervisor rests on: of each group its home stage; from stage to stage how long a change takes."""

    homes: tuple[int, ...]
    change_ms: tuple[tuple[int, ...], ...]
    """At most: a group that may be closed may have begun just before, and has its least green first."""
    switch_ms: tuple[tuple[int, ...], ...]
    """Where every group of the stage that ends has had its least green, or is red."""
    green_ms: tuple[int, ...]
    """Of each stage: no change begins before its green has lasted so long."""
    freeing_ms: tuple[int, ...]
    """Of each stage: by so much is its end put off at most to let out who stands inside the junction."""
    may_close: frozenset[int] = frozenset()
    """Groups to which nothing is promised, as they may be kept from beginning."""


def promise_of(layout: Layout, rules: Rules) -> Promise:
    stages = [stage.groups for stage in layout.stages]
    switch = tuple(tuple(_switch_ms(rules, a, b) for b in stages) for a in stages)
    change = tuple(
        tuple(
            switch_ms + _late_ms(rules, a.groups - b.groups) + _crossed_ms(a, b)
            for switch_ms, b in zip(row, layout.stages, strict=True)
        )
        for row, a in zip(switch, layout.stages, strict=True)
    )
    green = tuple(max((rules.groups[i].min_green_ms for i in stage), default=0) for stage in stages)
    may_close = frozenset(i for i, rule in enumerate(rules.groups) if rule.may_close)
    return Promise(tuple(_homes(layout)), change, switch, green, _freeing_ms(layout, change, green), may_close)


def frees(layout: Layout, now: int, lanes: Collection[str]) -> int | None:
    """The stage within the present one in which one of the lanes gives way no more; None where there is none."""
    for nth, other in enumerate(layout.stages):
        is_within = other.groups < layout.stages[now].groups
        if is_within and any(lane in other.rates and lane not in other.yielding for lane in lanes):
            return nth
    return None


def _freeing_ms(layout: Layout, change: Sequence[Sequence[int]], green: Sequence[int]) -> tuple[int, ...]:
    found = []
    for now, stage in enumerate(layout.stages):
        ways = {frees(layout, now, [lane]) for lane in stage.yielding}
        times = [change[now][way] + green[way] + STEP_MAX_MS for way in ways if way is not None]
        found.append(max(times, default=0))
    return tuple(found)


def _homes(layout: Layout) -> list[int]:
    """Of each group: the stage where its lanes flow best; of equals the one that is a home to most."""
    best: list[set[int]] = []
    of_group = lanes_of_groups(layout)
    for group in range(len(layout.junction.groups)):
        flows = {
            nth: sum(stage.rates.get(lane, 0.0) for lane in of_group[group])
            for nth, stage in enumerate(layout.stages)
            if group in stage.groups
        }
        most = max(flows.values(), default=0.0)
        best.append({nth for nth, flow in flows.items() if flow == most})
    homes = [-1] * len(best)
    while -1 in homes and any(best[i] for i, home in enumerate(homes) if home < 0):
        open_ones = [i for i, home in enumerate(homes) if home < 0 and best[i]]
        nth = max(range(len(layout.stages)), key=lambda stage: sum(stage in best[i] for i in open_ones))
        for i in open_ones:
            if nth in best[i]:
                homes[i] = nth
        if not any(best[i] for i, home in enumerate(homes) if home < 0):
            break
    return homes


def lanes_of_groups(layout: Layout) -> list[list[str]]:
    """Of each group: the lanes that it lets go."""
    groups = {movement.id: movement.group for movement in layout.junction.movements}
    names = [group.id for group in layout.junction.groups]
    return [
        [lane.id for lane in layout.lanes if any(groups[each] == name for each in lane.movements)] for name in names
    ]


def _switch_ms(rules: Rules, ending: Collection[int], beginning: Collection[int]) -> int:
    """From the decision until every group of the new stage is green and nothing else is; but for those that are closed.

    Of greens that have had their least length.
    """
    end = [i for i in ending if i not in beginning]
    begin = [j for j in beginning if j not in ending]
    longest = max((rules.groups[i].ending_ms for i in end), default=0)
    for j in begin:
        longest = max(longest, rules.groups[j].starting_ms)
        for i in end:
            if rules.least_ms[i][j] != TOGETHER:
                longest = max(longest, rules.least_ms[i][j])
    return longest


def _late_ms(rules: Rules, ending: Collection[int]) -> int:
    """So long after the decision does the last green end: of a group that may be closed and has begun just before."""
    late = [rules.groups[i] for i in ending if rules.groups[i].may_close]
    return max((rule.starting_ms + rule.min_green_ms for rule in late), default=0)


def _crossed_ms(ending: Stage, beginning: Stage) -> int:
    """So much later may the change be over where somebody drives off slowly who may have had to give way."""
    return CROSSES_MS if any(lane not in beginning.rates for lane in ending.yielding) else 0


class Supervisor:
    """When each group is to be served at the latest. Told of changes only. Milliseconds."""

    def __init__(self, promise: Promise, at_ms: int) -> None:
        self._homes = promise.homes
        self._due_ms = [at_ms + UNSEEN_PATIENCE_MS if home >= 0 else FOR_EVER_MS for home in promise.homes]
        """`FOR_EVER_MS` while it is green, and of a group that has no home."""
        self._first_ms = min(self._due_ms)
        self._is_green = [False] * len(promise.homes)

    def see(self, shown: Sequence[Aspect], at_ms: int) -> list[int]:
        """What is shown has changed. The groups whose green has just ended."""
        ended = []
        for i, aspect in enumerate(shown):
            if (aspect is Aspect.GREEN) is not self._is_green[i]:
                self._is_green[i] = aspect is Aspect.GREEN
                self._due_ms[i] = FOR_EVER_MS
                if not self._is_green[i]:
                    ended.append(i)
                    if self._homes[i] >= 0:
                        self._due_ms[i] = at_ms - STEP_MAX_MS + UNSEEN_PATIENCE_MS
        self._first_ms = min(self._due_ms)
        return ended

    def wants(self, groups: Iterable[int], at_ms: int) -> None:
        """Somebody waits for each of them."""
        latest_ms, all_due_ms = at_ms + PATIENCE_MS, self._due_ms
        for group in groups:
            if latest_ms < all_due_ms[group] < FOR_EVER_MS:
                all_due_ms[group] = latest_ms
                self._first_ms = min(self._first_ms, latest_ms)

    def is_due(self, at_ms: int) -> bool:
        return at_ms >= self._first_ms

    def overdue(self, at_ms: int, without: Collection[int] = ()) -> list[int]:
        """Home stages that are to be served, in their order; none for groups that may not be served now.

        Those of groups that are closed join the line when they open: one that is closed and opened again would else be
        the first in it each time, and keep the others waiting.
        """
        if not self.is_due(at_ms):
            return []
        for i in without:
            if self._due_ms[i] < at_ms:
                self._due_ms[i] = at_ms
        late = sorted(
            (due_ms, self._homes[i]) for i, due_ms in enumerate(self._due_ms) if due_ms <= at_ms and i not in without
        )
        return list(dict.fromkeys(home for _, home in late))


def worst_wait_ms(promise: Promise, group: int) -> int:
    """The longest that somebody whom a detector has seen waits for green, called once a second.

    Patience; what the stage in service and a change under way still need; each other home stage once, with its change;
    and the change to one's own. For groups that may be closed no number is given; but their home stages count as all
    others, and once is enough for them too. Let T be when the group is overdue. Another is ahead of it in line only
    while it has been due since T or before. Who turns green is due anew, after T. Who is closed when the line is asked
    for is due from that second on. While a stage is on, the line is asked for each second from the end of its least
    green until it is left for one in line, and it is left only when none of its own is in line: so each of those whose
    home it is has been green by then or is closed, and none of them is ahead again. One that opens while its stage is
    on is waited for until it is green: its red with amber, which `_late_ms` counts with its least green. Where it is
    closed once more its stage is on without it, and ends when it has had its least green.
    """
    assert group not in promise.may_close
    return PATIENCE_MS + _served_ms(promise, group)


def worst_unseen_red_ms(promise: Promise, group: int) -> int:
    """The longest red of a group where no detector sees anybody."""
    return UNSEEN_PATIENCE_MS + _served_ms(promise, group)


def _served_ms(promise: Promise, group: int) -> int:
    change = max(map(max, promise.change_ms)) + 2 * STEP_MAX_MS
    served = [change + green + freeing for green, freeing in zip(promise.green_ms, promise.freeing_ms, strict=True)]
    others = {home for home in promise.homes if home >= 0} - {promise.homes[group]}
    return max(served) + sum(served[home] for home in others) + change


def worst_waits_ms(layout: Layout, without: Collection[str] = ()) -> dict[str, int]:
    """By approach: the longest that somebody whom a detector has seen waits for green in any of its lanes.

    `without`: groups for which nothing can be promised, as they let onto a single track; nor for their approaches.
    Raises `Unsupported` for rules that cannot be kept.
    """
    rules = rules_of(layout.junction, without)
    refuse_unkept(rules)
    promise = promise_of(layout, rules)
    found: dict[str, int] = {}
    of_groups = lanes_of_groups(layout)
    for group, lanes in enumerate(of_groups):
        if promise.homes[group] >= 0 and group not in promise.may_close:
            for lane in layout.lanes:
                if lane.id in lanes:
                    found[lane.approach] = max(found.get(lane.approach, 0), worst_wait_ms(promise, group))
    held = {
        lane
        for group, each in zip(layout.junction.groups, of_groups, strict=True)
        if group.id in without
        for lane in each
    }
    for lane in layout.lanes:
        if lane.id in held:
            found.pop(lane.approach, None)
    return found
