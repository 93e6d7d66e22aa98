"""The quality report: against the public package `atspm` on its own sample, by hand, and by properties."""

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.quality.logs import (
    EIGHT,
    a_log,
    a_signal,
    a_vehicle,
    cycles,
    the_sample,
    the_sample_signal,
)
from turnout.signals.quality.figures import GroupHour, QualityReport
from turnout.signals.quality.lamps import total_until, united
from turnout.signals.quality.log import EventLog
from turnout.signals.quality.purdue import POINTS_MAX
from turnout.signals.quality.report import HOUR_MS, report
from turnout.words.trouble import Malformed, Unsupported

# What atspm 2.6.1 says of its sample (benchmarks/signal_quality.py runs it): by phase, for noon and one o'clock.
ACTUATIONS = {2: (364, 338), 5: (171, 201), 6: (820, 802), 8: (146, 137)}
ON_GREEN = {2: (286, 258), 5: (36, 50), 6: (476, 431), 8: (76, 69)}
FAILURES = {2: (0, 0), 5: (0, 0), 6: (3, 1), 8: (1, 0)}
GREEN_OCCUPANCY = {2: (0.205777, 0.208972), 5: (0.732091, 0.732548), 6: (0.572313, 0.554403), 8: (0.623761, 0.622089)}
RED_OCCUPANCY = {2: (0.000513, 0.003500), 5: (0.107273, 0.066222), 6: (0.420000, 0.322917), 8: (0.069744, 0.029756)}


def hour(found: QualityReport, group: str = "K1", at_ms: int = EIGHT) -> GroupHour:
    return next(each for each in found.hours if each.group == group and each.at_ms == at_ms)


def test_of_a_real_log_it_says_what_the_public_package_says():
    found = report(the_sample(), the_sample_signal())
    for phase in (2, 5, 6, 8):
        for n, each in enumerate(row for row in found.hours if row.group == f"P{phase}"):
            assert each.arrivals is not None
            assert each.splits is not None
            assert each.arrivals.all + each.arrivals.unplaced == ACTUATIONS[phase][n]
            assert each.arrivals.on_green == ON_GREEN[phase][n]
            assert each.splits.failures == FAILURES[phase][n]
            assert each.splits.green_occupancy == pytest.approx(GREEN_OCCUPANCY[phase][n], abs=2e-6)
            assert each.splits.red_occupancy == pytest.approx(RED_OCCUPANCY[phase][n], abs=2e-6)
    assert [each.delay_s for each in found.pedestrians] == [48.3, 51.55]
    assert [each.calls for each in found.pedestrians] == [1, 2]
    late = [row.late for row in found.hours if row.group == "P6"]
    assert [(each.on_yellow, each.on_red) for each in late if each] == [(19, 2), (14, 3)]


def test_arrivals_are_placed_by_what_the_lamps_showed():
    rows = cycles(900) + a_vehicle(10) + a_vehicle(41) + a_vehicle(60) + a_vehicle(100) + a_vehicle(100.5)
    arrivals = hour(report(a_log(rows), a_signal((5, "advance")))).arrivals
    assert arrivals is not None
    assert (arrivals.on_green, arrivals.on_yellow, arrivals.on_red) == (3, 1, 1)
    assert arrivals.share_on_green == pytest.approx(0.6)


def test_an_arrival_is_at_the_stop_line_as_long_after_the_detector_as_it_travels():
    found = report(a_log(cycles(900) + a_vehicle(85)), a_signal((5, "advance"), travel_s=8.0))
    assert hour(found).arrivals is not None
    assert hour(found).arrivals.on_green == 1  # type: ignore[union-attr]
    assert found.diagrams[0].points[0].at_ms == EIGHT + 93_000


def test_a_split_has_failed_where_the_stop_line_stays_occupied_through_green_and_red():
    full, empty = [(90.0, 82, 7), (145.0, 81, 7)], a_vehicle(190, 7, 4.0)
    splits = hour(report(a_log([*cycles(900), *a_vehicle(1, 7), *full, *empty]), a_signal((7, "presence")))).splits
    assert splits is not None
    assert splits.failures == 1
    assert splits.judged == 8


@pytest.mark.parametrize(("ends_s", "failures"), [(137.94, 0), (137.96, 1)])
def test_both_occupancies_have_to_reach_their_threshold(ends_s: float, failures: int):
    """Red begins at 134 s; its first five seconds are 79 % occupied until 137.95 s."""
    rows = [*cycles(900), *a_vehicle(1, 7), (90.0, 82, 7), (ends_s, 81, 7)]
    splits = hour(report(a_log(rows), a_signal((7, "presence")))).splits
    assert splits is not None
    assert splits.failures == failures


def test_an_hour_without_data_is_missing_and_not_zero():
    rows = cycles(3_000) + cycles(3_600 * 3, since_s=3_600 * 2.5) + a_vehicle(100) + a_vehicle(3_600 * 2.5 + 70)
    found = report(a_log(rows), a_signal((5, "advance")))
    missing = hour(found, at_ms=EIGHT + HOUR_MS)
    assert missing.known_s == missing.covered_s == 0
    assert (missing.volume, missing.arrivals, missing.splits, missing.cycles, missing.green_s) == (None,) * 5
    assert [round(each.covered_s / 60) for each in found.coverage] == [50, 0, 29]
    assert [gap.kind for gap in found.gaps] == ["silence"]
    assert any("1 are missing" in name.en for name in found.rests_on)
    assert all(each.at_ms < EIGHT + HOUR_MS or each.at_ms >= EIGHT + 2 * HOUR_MS for each in found.diagrams[0].cycles)


def test_a_green_does_not_last_through_a_gap():
    rows = [(0.0, 1, 2), *a_vehicle(100), (3_000.0, 8, 2), (3_004.0, 10, 2), (3_050.0, 1, 2)]
    each = hour(report(a_log(rows), a_signal()))
    assert each.green_s == pytest.approx(100.4)
    assert each.known_s == pytest.approx(100.4 + 50)


def test_volume_is_of_the_time_that_the_log_covers_whatever_is_known_of_the_lamps():
    """From 15 minutes on the phase logs nothing; then it is not known what it shows, and vehicles are counted on."""
    counts = [row for n in range(170) for row in a_vehicle(5 + n * 60)]
    found = report(a_log([*cycles(900), (900.0, 11, 9), *counts]), a_signal((5, "count")))
    first, second = hour(found), hour(found, at_ms=EIGHT + HOUR_MS)
    assert (first.volume, first.covered_s) == (60, 3_600)
    assert (second.volume, second.covered_s) == (60, 3_600)
    lost = report(a_log([(0.0, 10, 9), *counts]), a_signal((5, "count")))
    assert [(each.volume, each.known_s, each.cycles) for each in lost.hours][:2] == [(60, 0.0, None)] * 2
    assert [each.covered_s for each in lost.hours] == [each.covered_s for each in lost.coverage]
    gone = [row for row in counts if not 1_200 < row[0] < 3_000]
    holed = hour(report(a_log([*cycles(1_190), *gone]), a_signal((5, "count"))))
    assert holed.covered_s == pytest.approx(3_600 - (3_005 - 1_145.4), abs=60)
    assert holed.volume == 30


def test_a_detector_that_never_logged_counts_for_nothing():
    each = report(a_log(cycles(900)), a_signal((5, "advance"), (7, "presence")))
    assert hour(each).volume is None
    assert hour(each).arrivals is None
    assert hour(each).splits is None
    assert any("5, 7" in name.en for name in each.rests_on)


def test_detectors_that_cannot_be_believed_are_named_and_doubted():
    stuck = [(100.0, 82, 5)]
    beside = [row for n in range(60) for row in a_vehicle(2 + n * 50, 6)]
    found = report(a_log([*cycles(3_600), *stuck, *beside]), a_signal((5, "advance"), (6, "advance"), (8, "advance")))
    assert [(fault.detector, fault.kind) for fault in found.faults] == [("5", "stuck"), ("8", "silent")]
    assert found.faults[0].by == ("arrivals",)
    assert hour(found).doubts == ("5", "8")


def test_what_the_controller_itself_calls_broken_is_told():
    found = report(a_log([*cycles(900), *a_vehicle(10), (20.0, 87, 5)]), a_signal((5, "advance")))
    assert [fault.kind for fault in found.faults] == ["reported"]


def test_a_pedestrian_waits_from_the_first_call_after_walk_has_ended():
    rows = [*cycles(900), (0.0, 21, 2), (7.0, 22, 2), (15.0, 23, 2), (3.0, 90, 2), (20.0, 90, 2), (50.0, 90, 2)]
    rows += [(90.0, 21, 2), (97.0, 22, 2), (105.0, 23, 2), (180.0, 21, 2)]
    walks = report(a_log(rows), a_signal()).pedestrians[0]
    assert (walks.walks, walks.calls, walks.delay_s, walks.longest_wait_s) == (3, 1, 70.0, 83.0)


def test_cycles_that_lack_a_row_are_not_judged():
    rows = [row for row in cycles(900) if row != (220.0, 8, 2)]
    each = hour(report(a_log([*rows, *a_vehicle(1, 7)]), a_signal((7, "presence"))))
    assert each.splits is not None
    assert each.splits.judged == 7
    assert each.cycles == 8


def test_a_lost_beginning_of_green_is_no_red():
    rows = [row for row in cycles(900) if row != (180.0, 1, 2)]
    found = report(a_log([*rows, *a_vehicle(150), *a_vehicle(200)]), a_signal((5, "advance")))
    each = hour(found)
    assert each.arrivals is not None
    assert (each.arrivals.all, each.arrivals.unplaced) == (0, 2)
    assert each.known_s == 854 - 86
    assert all(not EIGHT + 134_000 <= cycle.at_ms < EIGHT + 224_000 for cycle in found.diagrams[0].cycles)


def test_a_device_that_is_not_in_the_log_is_refused():
    with pytest.raises(Malformed, match="no row of device"):
        report(EventLog({}, 0, 0), a_signal())


def test_more_than_a_month_is_refused():
    with pytest.raises(Unsupported, match="hours"):
        report(a_log(cycles(900)), a_signal(), EIGHT, EIGHT + 40 * 24 * HOUR_MS)


def test_the_report_is_json():
    found = report(the_sample(), the_sample_signal())
    assert msgspec.json.decode(msgspec.json.encode(found), type=QualityReport) == found


def test_a_diagram_stays_small_and_loses_no_vehicle():
    rows = cycles(24 * 3_600) + [row for n in range(24 * 3_600 // 9) for row in a_vehicle(n * 9 + 0.1 * (n % 7))]
    found = report(a_log(rows), a_signal((5, "advance")))
    drawn = found.diagrams[0]
    assert len(drawn.points) <= POINTS_MAX
    assert drawn.cell_s > 0
    placed = sum(each.arrivals.all for each in found.hours if each.arrivals)
    assert 0 <= placed - sum(point.vehicles for point in drawn.points) <= 20  # before the first and after the last red


moments = st.lists(st.integers(0, 35_999), min_size=1, max_size=60, unique=True)
plans = st.tuples(st.integers(40, 120), st.integers(5, 30))


@settings(max_examples=60, deadline=None)
@given(moments, plans)
def test_arrivals_on_green_yellow_and_red_are_all_arrivals(tenths: list[int], plan: tuple[int, int]):
    rows = cycles(3_600, *map(float, plan)) + [row for each in tenths for row in a_vehicle(each / 10, lasts=0.05)]
    found = report(a_log(rows), a_signal((5, "advance")))
    total = [each.arrivals for each in found.hours if each.arrivals]
    assert sum(each.on_green + each.on_yellow + each.on_red for each in total) == sum(each.all for each in total)
    assert sum(each.all + each.unplaced for each in total) == len(tenths)
    assert sum(each.volume or 0 for each in found.hours) == len(tenths)


@settings(max_examples=40, deadline=None)
@given(moments, st.integers(-1_000, 1_000))
def test_a_shifted_log_gives_the_shifted_report(tenths: list[int], hours: int):
    rows = cycles(3_600) + [row for each in tenths for row in [*a_vehicle(each / 10), *a_vehicle(each / 10, 7, 3.0)]]
    signal = a_signal((5, "advance"), (7, "presence"))
    plain, moved = (report(a_log(rows, EIGHT + shift * HOUR_MS), signal) for shift in (0, hours))
    for one, other in zip(plain.hours, moved.hours, strict=True):
        assert msgspec.structs.replace(one, at_ms=one.at_ms + hours * HOUR_MS) == other
    assert [(each.at_ms + hours * HOUR_MS, each.into_s) for each in plain.diagrams[0].points] == [
        (each.at_ms, each.into_s) for each in moved.diagrams[0].points
    ]


spans = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 40)), max_size=12)


@given(spans, st.integers(0, 260))
def test_occupied_time_is_that_of_a_count_by_moments(drawn: list[tuple[int, int]], until: int):
    begins, ends = (np.array([begin + turn * length for begin, length in drawn], np.int64) for turn in (0, 1))
    joined = united([(begins, ends)])
    moments = {each for begin, length in drawn for each in range(begin, begin + length)}
    assert total_until(*joined, np.array([until]))[0] == sum(each < until for each in moments)


@settings(max_examples=40, deadline=None)
@given(moments)
def test_what_a_lamp_showed_is_what_a_walk_through_its_rows_shows(tenths: list[int]):
    lamp_rows = [(at, code) for at, code, _ in cycles(3_600)]
    rows = cycles(3_600) + [row for each in tenths for row in a_vehicle(each / 10, lasts=0.05)]
    arrivals = [each.arrivals for each in report(a_log(rows), a_signal((5, "advance"))).hours if each.arrivals]
    walked = [max((at, code) for at, code in lamp_rows if at <= each / 10)[1] for each in tenths]
    told = [sum(getattr(each, name) for each in arrivals) for name in ("on_green", "on_yellow", "on_red")]
    assert told == [walked.count(code) for code in (1, 8, 10)]
