"""A second opinion on the guard, from what it lets out and the true time alone; and junctions to try it on."""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hypothesis import strategies as st

from turnout.signals.guard import Aspect, worst_red_ms
from turnout.signals.guard_rules import GroupRule, Rules

R, S, G, E = Aspect.RED, Aspect.STARTING, Aspect.GREEN, Aspect.ENDING
FOLLOWS = {R: {S, G}, S: {G}, G: {E, R}, E: {R}}


class Seen(NamedTuple):
    aspect: Aspect
    age_ms: int
    dark_ms: int
    """Since the end of its green; while green, 0."""


class Unsafe(AssertionError):
    pass


def begun(rules: Rules) -> tuple[Seen, ...]:
    return tuple(Seen(R, 0, 0) for _ in rules.groups)


def watched(
    rules: Rules, before: Sequence[Seen], shown: Sequence[Aspect], true_ms: int, *, has_true_clock: bool = True
) -> tuple[Seen, ...]:
    """What is known after `shown` came `true_ms` after the time before.

    Raises `Unsafe`, saying which promise is broken.
    """
    after = []
    for i, (rule, seen, aspect) in enumerate(zip(rules.groups, before, shown, strict=True)):
        age_ms, dark_ms = seen.age_ms + true_ms, 0 if seen.aspect is G else seen.dark_ms + true_ms
        if aspect is seen.aspect:
            _unless(not (has_true_clock and aspect is E and age_ms >= rule.ending_ms), f"amber of {i} too long")
            after.append(Seen(aspect, age_ms, dark_ms))
            continue
        _unless(aspect in FOLLOWS[seen.aspect], f"{i} went from {seen.aspect.name} to {aspect.name}")
        if seen.aspect is G:
            _unless(age_ms >= max(rule.min_green_ms, 1), f"green of {i} too short")
            _unless(aspect is E or rule.ending_ms == 0, f"no amber at {i}")
        if seen.aspect is E:
            _unless(age_ms >= rule.ending_ms, f"amber of {i} too short")
        if aspect is G:
            _unless(seen.aspect is S or rule.starting_ms == 0, f"no red with amber at {i}")
            _unless(seen.aspect is R or age_ms >= rule.starting_ms, f"red with amber of {i} too short")
            if rule.max_red_ms and not rule.may_close and has_true_clock:
                _unless(dark_ms <= worst_red_ms(rules, i), f"red of {i} too long")
        after.append(Seen(aspect, 0, 0 if aspect in (G, E) or seen.aspect is G else dark_ms))
    for i, j in itertools.permutations(range(len(after)), 2):
        if rules.least_ms[i][j] >= 0 and after[j].aspect is G:
            _unless(after[i].aspect is not G, f"{i} and {j} both green")
            if after[j].age_ms == 0:
                _unless(after[i].dark_ms >= rules.least_ms[i][j], f"intergreen from {i} to {j} too short")
    for i, (rule, seen) in enumerate(zip(rules.groups, after, strict=True)):
        if rule.max_red_ms and not rule.may_close and has_true_clock:
            _unless(seen.dark_ms <= worst_red_ms(rules, i), f"{i} is red for ever")
    return tuple(after)


def _unless(is_kept: bool, said: str) -> None:
    if not is_kept:
        raise Unsafe(said)


def settled(rules: Rules, seen: Sequence[Seen]) -> tuple[Seen, ...]:
    """The same, with times that no longer make a difference cut off, so that there are finitely many."""
    most = 1_000 + max(
        *(max(row) for row in rules.least_ms),
        *(max(rule.min_green_ms, rule.ending_ms, rule.starting_ms) for rule in rules.groups),
        *(
            worst_red_ms(rules, i) if rule.max_red_ms and not rule.may_close else 0
            for i, rule in enumerate(rules.groups)
        ),
    )
    return tuple(Seen(each.aspect, min(each.age_ms, most), min(each.dark_ms, most)) for each in seen)


def a_junction(least: Sequence[Sequence[int]], *times: tuple[int, int, int, int]) -> Rules:
    """Seconds. Of each group: least green, amber, red with amber, longest red."""
    groups = tuple(GroupRule(*(part * 1_000 for part in each)) for each in times)
    return Rules(groups, tuple(tuple(-1 if each < 0 else each * 1_000 for each in row) for row in least))


SMALL = {
    "two roads": a_junction([[-1, 3], [2, -1]], (2, 1, 0, 0), (3, 2, 0, 0)),
    "two roads, red with amber": a_junction([[-1, 3], [2, -1]], (2, 1, 1, 0), (1, 2, 2, 0)),
    "a road and a crossing": a_junction([[-1, 3], [5, -1]], (3, 2, 1, 0), (2, 0, 0, 7)),
    "two that may meet and one that may not": a_junction(
        [[-1, -1, 2], [-1, -1, 3], [4, 2, -1]], (2, 1, 1, 0), (1, 1, 0, 6), (2, 2, 0, 5)
    ),
    "all against all": a_junction([[-1, 2, 3], [2, -1, 2], [4, 2, -1]], (1, 1, 1, 4), (2, 2, 0, 6), (1, 0, 0, 5)),
    "a ring of four": a_junction(
        [[-1, 1, -1, 2], [2, -1, 1, -1], [-1, 2, -1, 1], [1, -1, 2, -1]],
        (1, 1, 0, 0),
        (2, 1, 0, 0),
        (1, 0, 0, 0),
        (1, 1, 1, 0),
    ),
}
"""Small enough to try everything."""


def every_ask(rules: Rules) -> Iterator[tuple[bool, ...]]:
    return itertools.product((False, True), repeat=len(rules.groups))


@st.composite
def junctions(draw: st.DrawFn) -> Rules:
    """Up to twelve groups with times in tenths of a second."""
    size = draw(st.integers(2, 12))
    tenths = st.integers(0, 60).map(lambda tenth: tenth * 100)
    groups = tuple(
        GroupRule(
            draw(tenths),
            draw(st.sampled_from((0, 1_000, 3_000, 3_600, 5_000))),
            draw(st.sampled_from((0, 0, 1_000, 1_500))),
            draw(st.sampled_from((0, 8_000, 20_000))),
        )
        for _ in range(size)
    )
    least = [[-1] * size for _ in range(size)]
    for i, j in itertools.combinations(range(size), 2):
        if draw(st.booleans()):
            least[i][j] = groups[i].ending_ms + draw(tenths)
            least[j][i] = groups[j].ending_ms + draw(tenths)
    return Rules(groups, tuple(map(tuple, least)))
