"""A single track that is in doubt: a person who has looked declares it clear, and only what he has seen."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.signals.test_single_track import Line, a_track, counted
from turnout.signals.single_track import CLEAR_MS, DOUBTFUL_MS, Count, Interlocking, TrackDoubt


def doubted(lock: Interlocking, waits: tuple[bool, bool] = (False, True)) -> tuple[TrackDoubt, int]:
    """A tram is counted in and never out; the doubt, and the second in which it is told."""
    counted(lock, {"in W": Count(1, 0)}, 1, waits)
    for at_s in itertools.count(2):
        counted(lock, {}, at_s, waits)
        if (doubt := lock.doubt()) is not None:
            return doubt, at_s
        assert not lock.may_enter(1)
    raise AssertionError


def test_a_track_that_a_person_declares_clear_is_open_to_the_other_direction_again() -> None:
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    doubt, at_s = doubted(lock)
    assert at_s * 1_000 == 1_000 + DOUBTFUL_MS
    assert not lock.may_enter(1)
    assert lock.declare_clear(doubt)
    counted(lock, {}, at_s + 1, (False, True))
    assert lock.inside == [0, 0]
    assert lock.may_enter(1)
    assert lock.doubt() is None


@pytest.mark.parametrize("counts", [{"in W": Count(1, 0)}, {"out W": Count(1, 1), "in W": Count(1, 0)}])
def test_a_track_on_which_somebody_was_counted_since_the_person_looked_is_not_declared_clear(
    counts: dict[str, Count],
) -> None:
    """He comes lawfully: the track still belongs to his direction."""
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    doubt, told_s = doubted(lock, (True, False))
    assert lock.may_enter(0)
    for at_s in range(told_s + 1, told_s + 20):
        counted(lock, counts if at_s == told_s + 1 else {}, at_s, (False, True))
    inside = list(lock.inside)
    assert not lock.declare_clear(doubt)
    assert not lock.declare_clear(TrackDoubt("T", (inside[0], inside[1]), doubt.since_ms))
    assert lock.inside == inside


def test_a_track_is_not_declared_clear_while_somebody_may_be_driving_in() -> None:
    """A signal is green, or has not been red for long enough that all who passed it have been counted."""
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    doubt, told_s = doubted(lock)
    lock.count({}, (told_s + 1) * 1_000)
    lock.tell(("J0", "W"), is_red=False, is_waited_for=False)
    declared = []
    for at_s in range(told_s + 2, told_s + 6):
        lock.count({}, at_s * 1_000)
        declared.append(lock.declare_clear(doubt))
        lock.tell(("J0", "W"), is_red=True, is_waited_for=False)
    assert declared == [False] * (CLEAR_MS // 1_000) + [True]


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 1_600)), min_size=1, max_size=6),
    st.sampled_from(("in W", "in E")),
    st.integers(1, 500),
    st.integers(0, 200),
)
@example(trams=[(0, 1), (1, 1)], missed="in E", missed_s=12, late_s=0)
@settings(max_examples=12, deadline=None)
def test_declared_clear_while_it_is_two_trams_do_not_meet_either(
    trams: list[tuple[int, int]], missed: str, missed_s: int, late_s: int
) -> None:
    """A counter has counted one in who is not there; a person looks, and says so some time after."""
    line = Line(trams, is_seen_coming=True)
    looked: list[tuple[TrackDoubt, int]] = []
    for at_s in range(1, 2_400):
        line.step(at_s, {})
        if at_s == missed_s:
            line.interlocking.count({missed: Count(1, 0)}, at_s * 1_000)
        if (doubt := line.interlocking.doubt()) is not None and not any(line.inside) and not looked:
            looked.append((doubt, at_s))
        if looked and at_s >= looked[0][1] + late_s:
            line.interlocking.declare_clear(looked.pop()[0])
        assert not line.is_met


@pytest.mark.parametrize("jump_ms", [3_600_000, -3_600_000])
def test_a_clock_that_jumps_makes_no_red_long_enough_nor_a_track_doubtful(jump_ms: int) -> None:
    """The signal of the holder turns red at 20 s, in the second in which the clock jumps; another waits against it."""
    lock = Interlocking(a_track(is_seen_coming=False), 0)
    for at_s in range(1, 40):
        lock.count({}, at_s * 1_000 + (jump_ms if at_s > 20 else 0))
        lock.tell(("J0", "W"), is_red=at_s >= 20, is_waited_for=at_s < 20)
        lock.tell(("J1", "E"), is_red=True, is_waited_for=True)
        if lock.holder:
            break
    lost_s = int(jump_ms < 0)
    assert at_s == 20 + CLEAR_MS // 1_000 + lost_s
    counted(lock, {"in E": Count(1, 0)}, 1, (False, False))
    for at_s in range(2, 60):
        counted(lock, {}, at_s + at_s // 20 * 3_600, (False, False))
        assert lock.doubt() is None
