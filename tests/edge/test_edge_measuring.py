"""Numbers that the program takes of itself: cheap, of the last minute, and never kinder than the truth."""

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.storages import SqliteStorage
from turnout.desk.faults import StorageFull
from turnout.desk.ports import Tail
from turnout.edge.measuring import CLASSES, Durations, Measures, class_of, upper_s
from turnout.edge.timed_journal import TimedJournal
from turnout.words.moment import Moment

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


class FullOnce:
    """A journal that is full until room is made; `doubtful`: what it refused is there all the same."""

    def __init__(self, doubtful: bool = False) -> None:
        self.has_room, self.doubtful, self.appended, self.seq = False, doubtful, 0, 7

    async def append(self, rows: Any, expected_last_seq: int, epoch: int) -> None:
        if not self.has_room:
            self.seq += len(rows) if self.doubtful else 0
            raise StorageFull("no space")
        self.appended += 1

    async def last(self) -> Tail:
        return Tail(self.seq, Moment(0), b"")

    async def make_room(self) -> bool:
        self.has_room = True
        return True


async def test_what_did_not_fit_is_written_once_room_is_made_and_nobody_hears_of_it() -> None:
    journal: Any = FullOnce()
    await TimedJournal(journal, Measures(), journal.make_room).append([None], 7, 1)  # type: ignore[list-item]
    assert journal.appended == 1


async def test_what_may_be_there_after_all_is_not_written_again() -> None:
    """The desk asks the journal: a second append would find it elsewhere and take itself for displaced."""
    journal: Any = FullOnce(doubtful=True)
    with pytest.raises(StorageFull):
        await TimedJournal(journal, Measures(), journal.make_room).append([None], 7, 1)  # type: ignore[list-item]
    assert journal.appended == 0
