"""Who waits before a single track stands in line with all others, from the second on in which he may go."""

import itertools
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.signals.streets import Crossing, a_crossing
from tests.signals.test_signals_adaptive import AS_DRAWN, Closing, Trusting
from tests.signals.test_single_track import a_track
from turnout.signals.adaptive.control import AdaptiveControl
from turnout.signals.adaptive.layout import LaneLayout, Layout, Mark, layout_of
from turnout.signals.adaptive.observer import Reading
from turnout.signals.adaptive.supervisor import (
    UNSEEN_PATIENCE_MS,
    Supervisor,
    promise_of,
    worst_unseen_red_ms,
    worst_wait_ms,
)
from turnout.signals.guard import Aspect, rules_of
from turnout.signals.model import Approach, GreenWindow, Intergreen, Junction, Movement, Plan, SignalGroup
from turnout.signals.single_track import CLEAR_MS, LINE_MS, Interlocking, SingleTrack, TrackEntry
from turnout.words.name import Name


def roads(count: int, min_green_ms: int = 25_000) -> Layout:
    """So many roads, of which no two have green at once; on each stop line somebody may stand."""
    names = [f"G{nth}" for nth in range(count)]
    windows = tuple(GreenWindow(name, nth * 60_000, nth * 60_000 + 50_000) for nth, name in enumerate(names))
    junction = Junction(
        id="J",
        name=Name("J", "J"),
        approaches=tuple(Approach(name, Name(name, name), 1) for name in names),
        movements=tuple(Movement(name, name, "through", name) for name in names),
        groups=tuple(SignalGroup(name, "vehicle", min_green_ms, 3_000) for name in names),
        intergreens=tuple(Intergreen(a, b, 5_000) for a, b in itertools.permutations(names, 2)),
        plans=(Plan("day", 60_000 * count, windows),),
    )
    lanes = [LaneLayout(id=name, approach=name, movements=(name,), stop=f"{name} stop") for name in names]
    return layout_of(
        junction, lanes, [Mark(detector=lane.stop, before_stop_line_m=2.5, speed_mps=13.0) for lane in lanes]
    )


def track_of(*groups: str) -> SingleTrack:
    """Its ends are signals of the junction; where it has only one there, the other is far away."""
    ends = [("J", name) for name in groups] + [("far", "far")]
    entries = tuple(TrackEntry(nth, *end, f"in {nth}") for nth, end in enumerate(ends[:2]))
    return SingleTrack(id="T", lanes=(), entries=entries, exits=())


def longest_reds_s(
    layout: Layout, track: Interlocking | None, shut: Iterable[bool], seconds: int, empty: Sequence[str] = ()
) -> list[int]:
    """Of each group, in traffic that never ends on all roads but those that are `empty`."""
    control = AdaptiveControl(layout, 0, tracks=() if track is None else (track,))
    control.watch = Trusting(layout, control.observer.seen)
    last, longest = [0] * len(layout.lanes), [0] * len(layout.lanes)
    for at_s, is_shut in zip(range(1, seconds + 1), shut, strict=False):
        if isinstance(track, Closing):
            track.is_shut = is_shut
        elif track is not None:
            track.count({}, at_s * 1_000)
        goes = [aspect is Aspect.GREEN and at_s % 2 == 1 for aspect in control.guard.shown]
        stands = {
            lane.stop: Reading(int(is_going), True)
            for lane, is_going in zip(layout.lanes, goes, strict=True)
            if lane.id not in empty
        }
        for nth, aspect in enumerate(control.step(at_s * 1_000, stands)):
            last[nth] = at_s if aspect is Aspect.GREEN else last[nth]
            longest[nth] = max(longest[nth], at_s - last[nth])
    return longest


OPEN = itertools.repeat(False)


@pytest.mark.parametrize("count", [4, 5])
def test_a_signal_that_a_track_leaves_open_is_red_no_longer_than_if_there_were_no_track(count: int) -> None:
    """The others alone take more than the patience for a round, so that somebody is overdue all the time."""
    layout = roads(count)
    track = Closing(track_of(f"G{count - 1}"), 0)
    assert longest_reds_s(layout, track, OPEN, 1_500) == longest_reds_s(layout, None, OPEN, 1_500)


@given(st.integers(3, 5), st.lists(st.integers(1, 90), min_size=1, max_size=40), st.sets(st.integers(0, 3)))
@example(4, [1] * 40, set())
@example(4, [2, 70, 40, 3], set())
@settings(max_examples=15, deadline=None, phases=AS_DRAWN)
def test_roads_that_are_full_wait_no_longer_than_is_published_however_often_two_ends_of_a_track_are_closed(
    count: int, turns: list[int], empty: set[int]
) -> None:
    """`turns`: for how many seconds both are open, closed, open..., again and again. On some roads nobody is seen."""
    layout = roads(count, 10_000)
    once = [bool(nth % 2) for nth, lasts in enumerate(turns) for _ in range(lasts)]
    promise = promise_of(layout, rules_of(layout.junction, {"G1", "G2"}))
    found = longest_reds_s(
        layout, Closing(track_of("G1", "G2"), 0), itertools.cycle(once), 900, [f"G{nth}" for nth in empty]
    )
    for nth in set(range(count)) - {1, 2}:
        assert found[nth] * 1_000 <= (worst_unseen_red_ms if nth in empty else worst_wait_ms)(promise, nth)


def test_the_home_of_one_that_may_be_closed_counts_in_the_waits_of_all_others() -> None:
    """It is served before them once; each change may be later by its least green."""
    layout = roads(4)
    plain, promised = (promise_of(layout, rules_of(layout.junction, names)) for names in ((), ("G1", "G2")))
    assert worst_wait_ms(promised, 0) == worst_wait_ms(plain, 0) + 5 * 25_000


def test_who_is_closed_joins_the_line_of_the_overdue_when_he_opens() -> None:
    """Else one that is closed and opened again would be the first in line each time."""
    layout = a_crossing()
    supervisor = Supervisor(promise_of(layout, rules_of(layout.junction, {"M1", "M2"})), 0)
    supervisor.wants([0], 1_000)
    supervisor.wants([2], 2_000)
    assert supervisor.overdue(100_000) == [0, 1]
    assert supervisor.overdue(101_000, {0, 1}) == [1]
    assert supervisor.overdue(102_000) == [1, 0]
    assert supervisor.overdue(103_000 + UNSEEN_PATIENCE_MS) == [1, 0]


def test_of_two_who_wait_against_one_another_each_keeps_the_track_until_he_was_let_in() -> None:
    """Both signals stay red for long, as others are in line before them; then for ever."""
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    holders = []
    for at_s in range(1, 1_500):
        lock.count({}, at_s * 1_000)
        holders.append(lock.holder)
        for nth, signal in enumerate((("J0", "W"), ("J1", "E"))):
            is_green = at_s in range(200, 203) and lock.may_enter(nth)
            lock.tell(signal, is_red=not is_green, is_waited_for=not is_green)
    turns = [(holder, len(list(seconds))) for holder, seconds in itertools.groupby(holders)]
    assert [holder for holder, _ in turns[:4]] == [0, 1, 0, 1]
    assert 200 < turns[0][1] + turns[1][1] <= 203 + CLEAR_MS // 1_000
    assert [lasts * 1_000 for _, lasts in turns[2:-1]] == [LINE_MS] * len(turns[2:-1])


def test_two_ends_of_a_track_at_a_junction_that_is_full_are_both_served() -> None:
    """Of seven roads; no tram is counted, so that each end waits all the time."""
    layout = roads(7)
    longest = longest_reds_s(layout, Interlocking(track_of("G1", "G2"), 0), OPEN, 1_500)
    assert max(longest) * 1_000 < LINE_MS


def test_a_stage_with_a_signal_before_a_track_is_left_as_soon_as_any_other() -> None:
    """Its least green is over; only to the promise does it matter that it might have begun just before."""
    layout = a_crossing()
    groups = tuple(replace(group, min_green_ms=15_000) for group in layout.junction.groups)
    layout = replace(layout, junction=replace(layout.junction, groups=groups))
    seen: list[list[tuple[Aspect, ...]]] = [[], []]
    for nth, tracks in enumerate(((), (Closing(track_of("M1"), 0),))):
        control, crossing = AdaptiveControl(layout, 0, tracks=tracks), Crossing({"m1": 4, "m2": 5, "s1": 7})
        for at_s in range(1, 401):
            crossing.shown = control.step(at_s * 1_000, crossing.step(at_s))
            seen[nth].append(tuple(crossing.shown))
    assert seen[0] == seen[1]
    plain, promised = (promise_of(layout, rules_of(layout.junction, may_close)) for may_close in ((), ("M1",)))
    assert promised.switch_ms == plain.switch_ms == plain.change_ms
    assert promised.change_ms[0][1] == plain.change_ms[0][1] + 15_000
