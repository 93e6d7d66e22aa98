"""The guard: whatever is asked, nothing unsafe comes out.

Small junctions are tried out wholly, large ones at random.
"""

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.watching import SMALL, E, G, R, S, a_junction, begun, every_ask, junctions, settled, watched
from turnout.signals import guard as guarding
from turnout.signals.guard import Guard, all_red, rules_of, step, worst_red_ms
from turnout.signals.guard_rules import TOGETHER, GroupRule, Rules
from turnout.signals.model import Intergreen, Junction, SignalGroup
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

STATES_MAX = 200_000


def everything_tried(rules: Rules) -> int:
    """How many states there are. Every ask in every state that can be reached is tried, and its outcome is watched.

    A state is the guard's own and what the watcher knows; both are finite, so this is all sequences of whole seconds of
    any length.
    """
    first = (all_red(rules), begun(rules))
    known, to_try = {first}, [first]
    asks = list(every_ask(rules))
    while to_try:
        lamps, seen = to_try.pop()
        for greens in asks:
            after = step(rules, lamps, greens, 1_000)
            shown = tuple(lamp.aspect for lamp in after)
            state = (after, settled(rules, watched(rules, seen, shown, 1_000)))
            if state not in known:
                known.add(state)
                to_try.append(state)
        assert len(known) <= STATES_MAX
    return len(known)


@pytest.mark.parametrize("name", SMALL)
def test_no_sequence_of_asks_gets_anything_unsafe_out_of_a_small_junction(name: str) -> None:
    assert everything_tried(SMALL[name]) > 10


def every_clock_tried(rules: Rules) -> int:
    """As above, by a clock that lies: a second passes in truth, and it says anything."""
    first = (all_red(rules), begun(rules))
    known, to_try = {first}, [first]
    while to_try:
        lamps, seen = to_try.pop()
        for greens in every_ask(rules):
            for said_ms in (-3_600_000, 500, 3_600_000):
                after = step(rules, lamps, greens, said_ms)
                shown = tuple(lamp.aspect for lamp in after)
                state = (after, settled(rules, watched(rules, seen, shown, 1_000, has_true_clock=False)))
                if state not in known:
                    known.add(state)
                    to_try.append(state)
        assert len(known) <= STATES_MAX
    return len(known)


def test_no_clock_that_jumps_gets_anything_unsafe_out_of_a_small_junction() -> None:
    assert every_clock_tried(a_junction([[-1, 2], [1, -1]], (2, 1, 1, 0), (1, 1, 0, 0))) > 10


@given(junctions(), st.data())
@settings(max_examples=60, deadline=None)
def test_no_asks_get_anything_unsafe_out_of_a_large_junction(rules: Rules, data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=1, max_size=60))
    lamps, seen = all_red(rules), begun(rules)
    for greens in asked:
        for _ in range(3):
            lamps = step(rules, lamps, greens[: len(rules.groups)], 1_000)
            shown = [lamp.aspect for lamp in lamps]
            seen = watched(rules, seen, shown, 1_000)


@given(junctions(), st.data())
@settings(max_examples=40, deadline=None)
def test_no_clock_gets_anything_unsafe_out_of_a_large_junction(rules: Rules, data: st.DataObject) -> None:
    said = st.one_of(st.just(1_000), st.integers(-100_000, 100_000))
    lamps, seen = all_red(rules), begun(rules)
    for _ in range(80):
        greens = data.draw(st.lists(st.booleans(), min_size=len(rules.groups), max_size=len(rules.groups)))
        lamps = step(rules, lamps, greens, data.draw(said))
        seen = watched(rules, seen, [lamp.aspect for lamp in lamps], 1_000, has_true_clock=False)


@given(st.one_of(st.sampled_from(list(SMALL.values())), junctions()), st.data())
@settings(max_examples=100, deadline=None)
def test_a_guard_that_skips_what_changes_nothing_is_in_every_state_that_the_rules_give(
    rules: Rules, data: st.DataObject
) -> None:
    """The same asked many times, at any clock: shown, and how long, as `step` by `step`."""
    size = len(rules.groups)
    passing = st.one_of(st.just(1_000), st.integers(-500, 2_500), st.sampled_from((0, 1, 999, 1_001)))
    guard, lamps, at_ms = Guard(rules, 0), all_red(rules), 0
    for _ in range(12):
        greens = data.draw(st.tuples(*[st.booleans()] * size))
        passes_ms = data.draw(passing)
        for _ in range(data.draw(st.integers(1, 40))):
            at_ms += passes_ms
            lamps = step(rules, lamps, greens, passes_ms)
            assert guard.let_out(greens, at_ms) == tuple(lamp.aspect for lamp in lamps)
            assert guard.lamps == lamps


OWN_INTERGREEN_LONGER_THAN_RED = Rules(
    (GroupRule(0, 5_000, max_red_ms=8_000), GroupRule(0, 0, max_red_ms=8_000)), ((TOGETHER, 8_100), (0, TOGETHER))
)
"""The second is let go only when the first has long been overdue: what that one waits for is its own intergreen."""


@given(junctions(), st.lists(st.tuples(st.integers(0, 4_095), st.integers(1, 15)), max_size=12))
@example(OWN_INTERGREEN_LONGER_THAN_RED, [])
@settings(max_examples=30, deadline=None)
def test_who_was_red_too_long_is_served_though_everybody_else_asks_for_ever(
    rules: Rules, asked: list[tuple[int, int]]
) -> None:
    """Whatever was asked before, in stretches of some seconds."""
    size, limited = len(rules.groups), [i for i, rule in enumerate(rules.groups) if rule.max_red_ms]
    asks = [[bool(greens >> i & 1) for i in range(size)] for greens, seconds in asked for _ in range(seconds)]
    longest_s = 2 * max((worst_red_ms(rules, i) for i in limited), default=0) // 1_000
    lamps, seen = all_red(rules), begun(rules)
    for greens in [*asks, *[[i not in limited for i in range(size)]] * longest_s]:
        lamps = step(rules, lamps, greens, 1_000)
        seen = watched(rules, seen, [lamp.aspect for lamp in lamps], 1_000)


def longest_reds_s(rules: Rules) -> list[int]:
    """Of each group, over every sequence of asks, and of closing those that may be closed."""
    first, found = all_red(rules), [0] * len(rules.groups)
    known, to_try = {first}, [first]
    may_close = [i for i, rule in enumerate(rules.groups) if rule.may_close]
    shut = [each for size in range(len(may_close) + 1) for each in itertools.combinations(may_close, size)]
    while to_try:
        lamps = to_try.pop()
        for greens, closed in itertools.product(every_ask(rules), shut):
            open_ones = tuple(green and i not in closed for i, green in enumerate(greens))
            after = step(rules, lamps, open_ones, 1_000, closed)
            for i, (old, lamp) in enumerate(zip(lamps, after, strict=True)):
                dark_ms = old.dark_ms + 1_000 if lamp.aspect is G and old.aspect is not G else lamp.dark_ms
                found[i] = max(found[i], dark_ms // 1_000)
            if after not in known:
                known.add(after)
                to_try.append(after)
        assert len(known) <= STATES_MAX
    return found


def closing(rules: Rules, *may_close: int) -> Rules:
    """The same, where these may be closed."""
    groups = tuple(replace(rule, may_close=i in may_close) for i, rule in enumerate(rules.groups))
    return replace(rules, groups=groups)


TWO_ROADS_ON_TIME = a_junction([[-1, 3], [2, -1]], (2, 1, 1, 5), (3, 2, 2, 5))


@pytest.mark.parametrize(
    ("rules", "group", "longest_s"),
    [
        pytest.param(OWN_INTERGREEN_LONGER_THAN_RED, 0, 10, id="its own intergreen"),
        pytest.param(OWN_INTERGREEN_LONGER_THAN_RED, 1, 18, id="one in line before it"),
        pytest.param(a_junction([[-1, 3], [5, -1]], (3, 2, 1, 0), (2, 0, 0, 7)), 1, 13, id="one that is never in line"),
        pytest.param(TWO_ROADS_ON_TIME, 1, 11, id="red with amber beside the intergreen"),
        pytest.param(a_junction([[-1]], (1, 1, 2, 5)), 0, 7, id="nobody"),
    ],
)
def test_the_longest_red_that_is_published_is_reached_and_not_passed(rules: Rules, group: int, longest_s: int) -> None:
    assert (longest_reds_s(rules)[group], worst_red_ms(rules, group) / 1_000) == (longest_s, longest_s)


TWO_ENDS_OF_A_TRACK = a_junction(
    [[-1, 1, 1, -1], [1, -1, -1, 1], [1, -1, -1, 1], [-1, 1, 1, -1]],
    (1, 1, 0, 4),
    (1, 1, 0, 3),
    (1, 1, 0, 3),
    (2, 1, 0, 0),
)
"""A road, two ends of a track that it crosses, and another that crosses both ends and not the road."""


@pytest.mark.parametrize(
    ("rules", "may_close", "group", "longest_s"),
    [
        pytest.param(TWO_ENDS_OF_A_TRACK, (1, 2), 0, 5, id="two ends, opened in turns"),
        pytest.param(SMALL["all against all"], (0, 1), 2, 9, id="two of three"),
        pytest.param(OWN_INTERGREEN_LONGER_THAN_RED, (0,), 1, 17, id="one that would be in line before it"),
        pytest.param(TWO_ROADS_ON_TIME, (0,), 1, 10, id="red with amber beside the intergreen"),
    ],
)
def test_the_longest_red_of_who_meets_one_that_is_closed_is_reached_and_not_passed(
    rules: Rules, may_close: tuple[int, ...], group: int, longest_s: int
) -> None:
    """However often it is closed and opened."""
    rules = closing(rules, *may_close)
    assert (longest_reds_s(rules)[group], worst_red_ms(rules, group) / 1_000) == (longest_s, longest_s)


@pytest.mark.parametrize("name", SMALL)
def test_no_closing_of_anybody_makes_a_red_longer_than_is_published(name: str) -> None:
    """Every set of groups that may be closed, in every sequence."""
    size = len(SMALL[name].groups)
    for may_close in itertools.chain.from_iterable(itertools.combinations(range(size), many) for many in (1, 2)):
        rules = closing(SMALL[name], *may_close)
        promised = [i for i, rule in enumerate(rules.groups) if rule.max_red_ms and not rule.may_close]
        longest_s = longest_reds_s(rules) if promised else []
        assert all(longest_s[i] * 1_000 <= worst_red_ms(rules, i) for i in promised)


def shown_for(rules: Rules, asks: Sequence[tuple[bool, ...]]) -> list[str]:
    guard, out = Guard(rules, 0), []
    for second, greens in enumerate(asks, start=1):
        out.append("".join(aspect.name[0] for aspect in guard.let_out(greens, second * 1_000)))
    return out


def test_a_change_shows_amber_then_red_and_the_other_after_its_intergreen() -> None:
    rules = a_junction([[-1, 3], [3, -1]], (2, 2, 0, 0), (2, 2, 1, 0))
    first, second = (True, False), (False, True)
    shown = shown_for(rules, [first] * 5 + [second] * 7)
    assert shown == ["RR", "RR", "GR", "GR", "GR", "ER", "ER", "RS", "RG", "RG", "RG", "RG"]


def test_a_guard_begins_with_all_red_and_keeps_every_intergreen_from_there() -> None:
    guard = Guard(SMALL["two roads"], 0)
    assert guard.shown == (R, R)
    assert guard.let_out((True, False), 1_000) == (R, R)
    assert guard.let_out((True, False), 2_000) == (G, R)


def test_of_two_that_may_not_meet_the_one_that_waits_longer_goes_first() -> None:
    both, first, nobody = (True, True), (True, False), (False, False)
    shown = shown_for(SMALL["two roads"], [first] * 4 + [nobody] * 3 + [both] * 3)
    assert shown[3] == "GR"
    assert shown[-1] == "RG"


def test_jumps_of_the_clock_are_counted_and_let_nothing_out_sooner() -> None:
    guard = Guard(SMALL["two roads"], 0)
    assert guard.let_out((True, False), 86_400_000) == (R, R)
    assert guard.let_out((True, False), 3_000) == (R, R)
    assert guard.let_out((True, False), 4_000) == (G, R)
    assert guard.jumps == 2


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (a_junction([[-1, 1], [2, -1]], (1, 2, 0, 0), (1, 1, 0, 0)), "amber"),
        (a_junction([[-1, 2], [-1, -1]], (1, 1, 0, 0), (1, 1, 0, 0)), "one way only"),
        (a_junction([[-1, 2]], (1, 1, 0, 0), (1, 1, 0, 0)), "matrix"),
        (a_junction([[-1, 2], [2, -1]], (-1, 1, 0, 0), (1, 1, 0, 0)), "below 0"),
        (a_junction([[-1, 2], [2, -1]], (1, 1, 0, 2), (1, 1, 0, 0)), "longest red"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(rules: Rules, said: str) -> None:
    with pytest.raises(Unsupported, match=said):
        Guard(rules, 0)


def a_road_and_a_crossing() -> Junction:
    """The matrix gives 4 s from the crossing to the road, less than the crossing's clearance of 9 s."""
    road = SignalGroup("K1", "vehicle", 5_000, 3_000, starting_ms=1_000, max_red_ms=90_000)
    crossing = SignalGroup("F1", "pedestrian", 6_000, 0, clearance_ms=9_000)
    between = (Intergreen("K1", "F1", 5_000), Intergreen("F1", "K1", 4_000))
    return Junction(id="J", name=Name("J", "J"), groups=(road, crossing), intergreens=between)


def test_pedestrians_keep_their_clearance_though_the_matrix_says_less() -> None:
    rules = rules_of(a_road_and_a_crossing())
    assert rules.least_ms == ((TOGETHER, 5_000), (9_000, TOGETHER))
    shown = shown_for(rules, [(False, True)] * 13 + [(True, False)] * 12)
    last_green = max(second for second, aspects in enumerate(shown) if aspects[1] == "G")
    assert next(second for second, aspects in enumerate(shown) if aspects[0] == "G") - last_green == 1 + 9


def test_the_watcher_knows_every_aspect() -> None:
    assert {S, E} < set(guarding.Aspect)


@given(junctions(), st.data())
@settings(max_examples=60, deadline=None)
def test_who_is_closed_is_never_begun_however_long_he_was_red(rules: Rules, data: st.DataObject) -> None:
    """As on a single track that somebody is on; the others keep every promise of theirs, the longest red as well."""
    groups = range(len(rules.groups))
    may_close = data.draw(st.frozensets(st.sampled_from(groups), max_size=3))
    rules = closing(rules, *may_close)
    guard, seen = Guard(rules, 0), begun(rules)
    for at_s in range(1, 80):
        asks = data.draw(st.tuples(*(st.booleans() for _ in groups)))
        closed = frozenset(i for i in may_close if data.draw(st.booleans()))
        before = guard.shown
        shown = guard.let_out(asks, at_s * 1_000, closed)
        seen = watched(rules, seen, shown, 1_000)
        assert all(before[i] is not R or shown[i] is R for i in closed)


def test_who_is_closed_waits_though_he_was_red_too_long_and_is_served_at_once_when_he_is_not() -> None:
    rules = closing(a_junction([[-1, 2], [1, -1]], (3, 1, 0, 20), (1, 1, 0, 0)), 0)
    guard = Guard(rules, 0)
    shown = [
        guard.let_out((False, True), at_s * 1_000, frozenset({0}) if at_s < 60 else ())[0] for at_s in range(1, 70)
    ]
    assert set(shown[:59]) == {R}
    assert G in shown[59:]
