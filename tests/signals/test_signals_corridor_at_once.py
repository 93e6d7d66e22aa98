"""The green corridor: a junction that is asked already is told to open at once where the street before it fills."""

from tests.signals.test_signals_corridor import STOPS, all_meet, full_at, nobody_counts, seen_at
from turnout.signals import corridor
from turnout.signals.corridor import Ask, begun, step


def asked_of(junction: str, full_from_s: int) -> list[tuple[int, int]]:
    """When that junction was asked or told anew, and in how many ms it is to be green."""
    tracks, asked = [begun("C1", 1, 0)], list[tuple[int, int]]()
    stops = (*STOPS[:1], ("J2", 480.0))
    for second in range(14):
        now_ms = second * 1_000
        full = full_at(*(("J1",) if second >= full_from_s else ()), seconds=corridor.FULL_S)
        sight = {"C1": seen_at(15.0 * second, now_ms, stops)}
        tracks, acts = step(tracks, sight, nobody_counts, all_meet, now_ms, full)
        asked += [(second, act.green_in_ms) for act in acts if isinstance(act, Ask) and act.junction == junction]
    return asked


def test_a_junction_that_is_near_and_asked_is_opened_at_once_where_the_street_before_it_fills() -> None:
    assert asked_of("J2", 99) == [(0, 10_000)]
    for second in range(1, 9):
        assert asked_of("J2", second) == [(0, 10_000), (second, 0)]


def test_a_junction_that_is_near_and_not_yet_asked_is_asked_at_once_where_the_street_before_it_is_full() -> None:
    assert asked_of("J2", 0) == [(0, 0)]
