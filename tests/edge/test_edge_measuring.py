"""Numbers that the program takes of itself: cheap, of the last minute, and never kinder than the truth."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.storages import SqliteStorage
from turnout.desk.faults import StorageFull
from turnout.edge.measuring import CLASSES, Durations, Measures, class_of, upper_s
from turnout.edge.timed_journal import TimedJournal

durations = st.lists(st.floats(min_value=1e-6, max_value=900.0), min_size=1, max_size=200)


class Hands:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def __call__(self) -> float:
        return self.at_s


@given(durations, st.sampled_from((0.5, 0.9, 0.99, 1.0)))
def test_a_percentile_is_never_too_small_and_at_most_a_tenth_too_large(taken: list[float], share: float) -> None:
    held = Durations(Hands())
    for duration_s in taken:
        held.add(duration_s)
    exact = sorted(taken)[math.ceil(share * len(taken)) - 1]
    assert exact * (1 - 1e-9) <= held.percentile_s(share) <= exact * 1.1


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_duration_has_a_class(duration_s: float) -> None:
    assert 0 <= class_of(duration_s) < CLASSES


def test_what_is_over_a_minute_old_no_longer_counts_as_lately() -> None:
    clock = Hands()
    held = Durations(clock)
    held.add(2.0)
    clock.at_s += 50.0
    held.add(0.001)
    assert held.percentile_s(0.99) >= 2.0
    clock.at_s += 15.0
    assert held.percentile_s(0.99) < 0.002
    assert (held.lately(), held.count) == (1, 2)
    clock.at_s += 3_600.0
    assert held.percentile_s(0.99) == 0.0


def test_classes_end_where_they_say() -> None:
    assert all(class_of(upper_s(index) * 0.999) <= index for index in range(1, CLASSES))


async def test_the_journal_says_how_long_its_appends_took_also_the_failed_ones(tmp_path: Path) -> None:
    measures = Measures()
    journal: Any = await SqliteStorage(tmp_path).open()
    timed = TimedJournal(journal, measures)
    epoch = await timed.claim()
    await timed.append([], 0, epoch)

    async def full(*_: Any) -> None:
        raise StorageFull("no space")

    journal.append = full
    with pytest.raises(StorageFull):
        await timed.append([], 0, epoch)
    assert measures.appends.count == 2
    await timed.close()
