"""Logs as they come: bad rows, late rows, clocks that were set, gaps; and a log that is read back as it was written."""

import gzip
import random
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.quality.logs import EIGHT, Row, a_vehicle, cycles, signal_of
from turnout.signals.quality import clock
from turnout.signals.quality import log as logs
from turnout.signals.quality.clock import signal_log
from turnout.signals.quality.log import read_log, written
from turnout.words.trouble import Malformed, NotOurs, Unsupported

HEAD = "TimeStamp,DeviceId,EventId,Parameter\n"


def test_a_log_is_read_with_its_devices_and_columns_in_any_order():
    found = read_log(
        b"EventCode,EventParam,SignalID,Timestamp\n82,5,7,2026-01-12T08:00:00.1\n1,2,8,2026-01-12 08:00:01\n", "f"
    )
    assert found.signals["7"].at_ms.tolist() == [EIGHT + 100]
    assert found.signals["8"].code.tolist() == [1]


def test_bad_rows_are_refused_by_their_line_and_the_rest_is_read():
    rows = [f"2026-01-12 08:00:{n:02d}.0,7,82,5" for n in range(10)]
    rows[3] = "yesterday,7,82,5"
    rows[6] = "2026-01-12 08:00:06.0,7,eighty,5"
    rows[8] = "2026-01-12 08:00:08+01:00,7,82"
    found = read_log((HEAD + "\n".join(rows)).encode(), "f")
    assert [problem.spot.line for problem in found.problems] == [5, 8, 10]
    assert found.refused == 3
    assert len(found.signals["7"].at_ms) == 7


def test_a_file_that_is_mostly_unreadable_is_no_log():
    with pytest.raises(Malformed, match="cannot be read"):
        read_log((HEAD + "a,b,c,d\n" * 30 + "2026-01-12 08:00:00,7,82,5\n").encode(), "f")
    with pytest.raises(NotOurs, match="no column"):
        read_log(b"name,age\nx,1\n", "f")
    with pytest.raises(Malformed, match="empty"):
        read_log(b"", "f")
    with pytest.raises(Malformed, match="unpacked"):
        read_log(b"\x1f\x8bbroken", "f")


def test_a_log_has_a_limit_packed_or_not(monkeypatch: pytest.MonkeyPatch):
    body = (HEAD + "2026-01-12 08:00:00,7,82,5\n" * 50).encode()
    monkeypatch.setattr(logs, "ROWS_MAX", 20)
    with pytest.raises(Unsupported, match="rows"):
        read_log(gzip.compress(body), "f")
    monkeypatch.setattr(logs, "FILE_BYTES_MAX", 200)
    with pytest.raises(Unsupported, match="MiB"):
        read_log(gzip.compress(body), "f")


def test_devices_that_nobody_asks_for_are_not_kept():
    body = (HEAD + "2026-01-12 08:00:00,7,82,5\n2026-01-12 08:00:00,8,82,5\n").encode()
    assert list(read_log(body, "f", {"8"}).signals) == ["8"]


def test_rows_that_come_late_are_put_where_they_belong():
    rows = cycles(1_800) + a_vehicle(700)
    found = signal_of(rows)
    assert found.out_of_order == 2
    assert not found.gaps
    assert np.all(np.diff(found.at_ms) >= 0)


def test_rows_that_come_twice_are_counted_once():
    rows = sorted(cycles(1_800) + a_vehicle(700))
    found = signal_of(rows + rows)
    assert found.repeated == len(rows)
    assert not found.gaps
    assert len(found.at_ms) == len(rows)


def test_a_clock_that_was_set_back_is_found_and_its_time_left_out():
    """At 30 minutes it was set back by 10: the times from 20 to 30 minutes come twice."""
    before = sorted(cycles(1_800) + [row for n in range(170) for row in a_vehicle(n * 10 + 3)])
    after = [(at + 1_200, code, parameter) for at, code, parameter in sorted(cycles(1_800, 77.0))]
    found = signal_of([*before, *after])
    assert [gap.kind for gap in found.gaps] == ["set-back"]
    assert found.gaps[0].from_ms == EIGHT + 1_200_000
    assert abs(found.gaps[0].to_ms - (EIGHT + 1_800_000)) < 60_000
    assert not np.any((found.at_ms > found.gaps[0].from_ms) & (found.at_ms < found.gaps[0].to_ms))
    assert len(found.stretches) == 2


def a_busy_day() -> list[Row]:
    return sorted(cycles(24 * 3_600) + [row for n in range(8_600) for row in a_vehicle(n * 10 + 3)])


def test_a_few_late_rows_of_a_busy_detector_take_no_day_out():
    """They are of a detector that counts all day; the time between the first and the last of them is the day."""
    rows = a_busy_day()
    late = [row for row in rows if row[1] == 82][100:-100:250]
    found = signal_of([*[row for row in rows if row not in set(late)], *late])
    assert len(late) > clock.BACK_ROWS
    assert not found.gaps
    assert found.out_of_order == len(late)
    assert len(found.at_ms) == len(rows)


def test_half_the_rows_of_one_detector_that_come_late_take_no_day_out():
    rows = sorted(a_busy_day() + cycles(24 * 3_600, phase=4))
    own = {row for row in rows if row[1] in (81, 82) and int(row[0] / 10) % 2}
    found = signal_of([*[row for row in rows if row not in own], *sorted(own)])
    assert not found.gaps
    assert len(found.at_ms) == len(rows)


def test_a_long_late_run_takes_no_more_memory_than_a_few_copies_of_the_rows():
    """A second file after the first: all rows of the day once more, a tenth of a second later."""
    rows = a_busy_day()
    at_ms, code, parameter = (np.array([row[n] * (1_000 if n == 0 else 1) for row in rows], np.int64) for n in range(3))
    columns = np.concatenate([at_ms, at_ms + 100]), np.tile(code, 2), np.tile(parameter, 2)
    tracemalloc.start()
    found = signal_log(*columns)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [gap.kind for gap in found.gaps] == ["set-back"]
    assert most < 150 * len(columns[0])


def test_a_file_in_another_order_is_no_clock_that_was_set_back():
    rows = sorted(cycles(3_600) + [row for n in range(300) for row in a_vehicle(n * 12 + 3)])
    swapped = rows[len(rows) // 2 :] + rows[: len(rows) // 2]
    by_code = sorted(rows, key=lambda row: (row[1], row[2], row[0]))
    shuffled = random.Random(1).sample(rows, len(rows))
    for order in (swapped, by_code, shuffled):
        found = signal_of(order)
        assert not found.gaps
        assert len(found.at_ms) == len(rows) - found.ahead
    assert signal_of(swapped).ahead == signal_of(by_code).ahead == 0


def test_a_few_rows_of_the_future_are_left_out_and_the_rest_stays():
    rows = sorted(cycles(3_600) + [row for n in range(300) for row in a_vehicle(n * 12 + 3)])
    wrong = [(at + 1e8, code, parameter) for at, code, parameter in rows[200:203]]
    found = signal_of([*rows[:200], *wrong, *rows[200:]])
    assert found.ahead == 3
    assert found.out_of_order == 0
    assert found.at_ms[-1] < EIGHT + 3_600_000
    assert not found.gaps


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.integers(0, 255), st.integers(1, 64)), min_size=1, max_size=50, unique=True
    )
)
def test_a_log_is_read_back_as_it_was_written(rows: list[tuple[int, int, int]]):
    made = signal_of([(at / 10, code, parameter) for at, code, parameter in sorted(rows)])
    read = read_log(written({"J": made}), "f").signals["J"]
    for one, other in zip(made[:3], read[:3], strict=True):
        assert np.array_equal(one, other)
