"""At full speed not every command is traced: how many are, and that what is left out is counted."""

from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.collector import collector
from turnout.adapters.otlp.collector import OtlpCollector
from turnout.desk.stages import Stages
from turnout.edge.exporting import Passed
from turnout.edge.sampling import SLOW_PER_S, SLOW_S, TRACES_PER_S, Allowance, Sampling
from turnout.edge.trace import Trace

QUICK_S = SLOW_S / 2

pauses_s = st.lists(st.floats(0, 2, allow_nan=False), max_size=300)


@given(st.floats(1, 300), pauses_s, st.floats(0.1, 5))
def test_in_no_stretch_of_time_more_are_taken_than_is_allowed(
    per_s: float, pauses: list[float], stretch_s: float
) -> None:
    allowance, now_s, taken = Allowance(per_s), 1_000.0, list[float]()
    for pause_s in pauses:
        now_s += pause_s
        if allowance.take(now_s):
            taken.append(now_s)
    for at_s in taken:
        assert sum(at_s <= one <= at_s + stretch_s for one in taken) <= per_s * (stretch_s + 1) + 1e-6


@given(st.floats(1, 300), st.integers(1, 400))
def test_whoever_keeps_to_the_allowance_is_never_left_out(per_s: float, count: int) -> None:
    allowance = Allowance(per_s)
    assert all(allowance.take(5.0 + n / per_s * 1.000001) for n in range(count))


def test_a_citys_load_is_traced_wholly_and_a_benchmarks_in_part() -> None:
    city, full = Sampling(), Sampling()
    assert all(city.takes(QUICK_S, n / 20) for n in range(2_000))
    assert city.passed_over == 0
    taken = sum(full.takes(QUICK_S, n / 6_000) for n in range(60_000))
    assert TRACES_PER_S * 10 <= taken <= TRACES_PER_S * 11 + 1
    assert full.passed_over == 60_000 - taken


def test_what_took_long_is_traced_though_there_is_much_else() -> None:
    sampling, slow = Sampling(), 0
    for n in range(60_000):
        is_slow = n % 200 == 0
        took = sampling.takes(SLOW_S if is_slow else QUICK_S, n / 6_000)
        slow += is_slow and took
    assert slow == 300
    assert slow <= SLOW_PER_S * 11


def test_a_collector_gets_no_more_than_that_and_the_rest_is_counted() -> None:
    with collector() as at:
        at_work = OtlpCollector(at.url)
        for n in range(1_000):
            at_work.note(
                Passed(Trace("http", "ab" * 16, "", True, f"{n + 1:016x}"), "x", "done", "", 1, 1, 1, 2, Stages())
            )
        at_work.close()
        assert len(at.spans()) + at_work.passed_over == 1_000
        assert TRACES_PER_S <= len(at.spans()) < 2 * TRACES_PER_S
