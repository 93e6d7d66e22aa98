"""The judge of hours under load: what it calls flat, and what it does not."""

from benchmarks.steadiness import STEADY_AFTER, Minute, Verdict, judged


def an_hour(memory_grows_mb: float = 0.0, slower_at_end: float = 1.0, warm_up_mb: float = 0.0) -> Verdict:
    minutes = [
        Minute(
            number=number,
            memory_mb=400.0 + max(0, number - STEADY_AFTER) / 60 * memory_grows_mb + min(number, 15) * warm_up_mb,
            waited_ms=tuple(float(each) * (slower_at_end if number > 60 else 1.0) for each in range(1, 101)),
            on_board=min(number, 15) * 140,
            open=140,
        )
        for number in range(1, 81)
    ]
    verdict = judged(minutes)
    assert verdict is not None
    return verdict


def test_an_hour_of_the_same_is_flat() -> None:
    assert an_hour().flat
    assert an_hour().line().startswith("FLAT: 60 minutes")


def test_the_board_that_fills_in_the_first_quarter_of_an_hour_is_not_held_against_it() -> None:
    assert an_hour(warm_up_mb=10.0).flat


def test_memory_that_grows_is_not_flat() -> None:
    grown = an_hour(memory_grows_mb=30.0)
    assert round(grown.memory_mb_an_hour) == 30
    assert grown.least_mb == (400.5, 420.5)
    assert not grown.flat


def test_answers_that_take_longer_in_the_end_are_not_flat() -> None:
    assert not an_hour(slower_at_end=2.0).flat


def test_a_short_run_is_not_judged() -> None:
    assert judged([Minute(number, 400.0, (1.0, 2.0), 140, 140) for number in range(1, 31)]) is None
