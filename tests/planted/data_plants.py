"""Bugs of plans from data: each says what nobody measured, or hides what somebody did."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.planted.plant import Plant
from tests.signals.hours import test_periods as period_checks
from tests.signals.hours import test_plans_by_hours as plan_checks
from tests.signals.hours import test_segments as segment_checks
from tests.signals.quality import test_quality_log as log_checks
from tests.signals.quality import test_quality_report as report_checks
from tests.signals.quality import test_travel_times as travel_checks
from turnout.signals.hours import periods as timing
from turnout.signals.hours import plans as planning
from turnout.signals.hours import segments, waves
from turnout.signals.quality import clock, faults, lamps, report, travel

Patch = pytest.MonkeyPatch


def a_missing_hour_is_missing(folder: Path) -> None:
    report_checks.test_an_hour_without_data_is_missing_and_not_zero()


def no_green_lasts_through_a_gap(folder: Path) -> None:
    report_checks.test_a_green_does_not_last_through_a_gap()


def a_mute_detector_counts_for_nothing(folder: Path) -> None:
    report_checks.test_a_detector_that_never_logged_counts_for_nothing()


def the_public_package_agrees(folder: Path) -> None:
    report_checks.test_of_a_real_log_it_says_what_the_public_package_says()


def who_travels_arrives_later(folder: Path) -> None:
    report_checks.test_an_arrival_is_at_the_stop_line_as_long_after_the_detector_as_it_travels()


def broken_detectors_are_named(folder: Path) -> None:
    report_checks.test_detectors_that_cannot_be_believed_are_named_and_doubted()


def a_set_clock_is_found(folder: Path) -> None:
    log_checks.test_a_clock_that_was_set_back_is_found_and_its_time_left_out()


def another_order_is_no_set_clock(folder: Path) -> None:
    log_checks.test_a_file_in_another_order_is_no_clock_that_was_set_back()


def the_future_is_left_out(folder: Path) -> None:
    log_checks.test_a_few_rows_of_the_future_are_left_out_and_the_rest_stays()


def no_crew_by_itself(folder: Path) -> None:
    travel_checks.test_fewer_than_five_are_not_shown()


def many_runs_of_one_crew_are_hidden(folder: Path) -> None:
    travel_checks.test_many_runs_of_too_few_vehicles_leave_no_row()


def volume_is_of_the_covered_time(folder: Path) -> None:
    report_checks.test_volume_is_of_the_time_that_the_log_covers_whatever_is_known_of_the_lamps()


def urgent_runs_are_apart(folder: Path) -> None:
    travel_checks.test_runs_with_lights_and_siren_are_counted_apart()


def a_detour_is_no_travel_time(folder: Path) -> None:
    travel_checks.test_a_detour_is_not_counted()


def periods_are_the_best(folder: Path) -> None:
    segment_checks.test_no_other_periods_cost_less()


def plans_change_at_midnight(folder: Path) -> None:
    period_checks.test_a_plan_that_changes_at_midnight_between_kinds_of_days_is_told()


def holes_are_not_zero(folder: Path) -> None:
    period_checks.test_a_hole_is_filled_from_other_days_and_told()


def directions_weigh_as_counted(folder: Path) -> None:
    plan_checks.test_the_directions_weigh_as_they_are_counted()


def the_wait_is_right(folder: Path) -> None:
    plan_checks.test_the_new_plan_begins_where_the_wait_ends()


def every_hour_is_known(patch: Patch) -> None:
    honest = lamps.Lamp.lasted_ms
    patch.setattr(lamps.Lamp, "lasted_ms", lambda self, shows, edges: np.maximum(honest(self, shows, edges), 1))


def gaps_are_not_seen(patch: Patch) -> None:
    patch.setattr(lamps, "_stretch_ends", lambda log, at_ms: np.full(len(at_ms), log.stretches[-1].to_ms))


def mute_detectors_count(patch: Patch) -> None:
    patch.setattr(report, "_mute", lambda log, signal: ())


def red_begins_when_it_is_cleared(patch: Patch) -> None:
    """The end of red clearance is taken for the beginning of red."""
    patch.setattr(lamps, "CLEARED", ())


def splits_fail_sooner(patch: Patch) -> None:
    patch.setattr(report, "FAILED", 0.7)


def nobody_travels(patch: Patch) -> None:
    honest = report._arrivals_at

    def arrivals_at(log: Any, detectors: Any) -> Any:
        return honest(
            log, [type("At", (), {"channel": each.channel, "travel_s": 0.0, "latency_s": 0.0}) for each in detectors]
        )

    patch.setattr(report, "_arrivals_at", arrivals_at)


def stuck_is_usual(patch: Patch) -> None:
    patch.setattr(faults, "STUCK_MS", 10**12)


def set_clocks_are_late_rows(patch: Patch) -> None:
    patch.setattr(clock, "_set_back", lambda at_ms, code, parameter: ([], 0))


def late_rows_are_set_clocks(patch: Patch) -> None:
    patch.setattr(clock, "_is_unordered", lambda at_ms: False)


def the_future_is_believed(patch: Patch) -> None:
    patch.setattr(clock, "_ahead", lambda at_ms: np.zeros(len(at_ms), bool))


def one_crew_is_enough(patch: Patch) -> None:
    patch.setattr(travel, "SHOWN_MIN", 1)


def runs_stand_for_vehicles(patch: Patch) -> None:
    """Who runs often enough is shown."""
    patch.setattr(travel, "VEHICLES_SHOWN_MIN", 1)


def volume_is_said_to_be_of_the_known_time(patch: Patch) -> None:
    honest = report.GroupHour

    def hour(**told: Any) -> Any:
        return honest(**{**told, "covered_s": told["known_s"]})

    patch.setattr(report, "GroupHour", hour)


def all_runs_are_alike(patch: Patch) -> None:
    honest = travel.TravelTimes.take
    patch.setattr(
        travel.TravelTimes,
        "take",
        lambda self, vehicle, at_ms, place, is_urgent: honest(self, vehicle, at_ms, place, False),
    )


def every_way_is_the_street(patch: Patch) -> None:
    patch.setattr(travel, "DETOUR", (0.0, 100.0))


def the_search_stops_too_soon(patch: Patch) -> None:
    """What a grouping cannot cost less than is told twice as high."""
    honest = segments._at_least
    patch.setattr(segments, "_at_least", lambda *told: [2 * each for each in honest(*told)])


def midnight_begins_the_longest_night(patch: Patch) -> None:
    """Saturday begins with Friday's plan."""
    honest = timing.hours_of
    patch.setattr(timing, "hours_of", lambda shown: tuple(row for row in honest(shown) if row.from_minute > 0))


def holes_are_zero(patch: Patch) -> None:
    honest = period_checks.filled
    patch.setattr(
        period_checks, "filled", lambda counts, file: honest(counts, file)._replace(per_h=np.nan_to_num(counts.per_h))
    )


def directions_are_swapped(patch: Patch) -> None:
    honest = waves._first
    patch.setattr(waves, "_first", lambda demand, *streams: honest(demand, *reversed(streams)))


def the_offset_counts_from_now(patch: Patch) -> None:
    def wait_ms(before: Any, after: Any, minute: int) -> int:
        return int((after.offset_ms - before.offset_ms) % after.cycle_ms)

    patch.setattr(plan_checks, "wait_ms", wait_ms)
    patch.setattr(planning, "wait_ms", wait_ms)


DATA_PLANTS = {
    "hours without data that are zero": Plant(every_hour_is_known, a_missing_hour_is_missing),
    "greens that last through a gap": Plant(gaps_are_not_seen, no_green_lasts_through_a_gap),
    "a detector that never logged counts zero": Plant(mute_detectors_count, a_mute_detector_counts_for_nothing),
    "red that begins at the end of its clearance": Plant(red_begins_when_it_is_cleared, the_public_package_agrees),
    "splits that fail too soon": Plant(splits_fail_sooner, the_public_package_agrees),
    "vehicles that are at the stop line at once": Plant(nobody_travels, who_travels_arrives_later),
    "a stuck detector that is believed": Plant(stuck_is_usual, broken_detectors_are_named),
    "a clock that was set back and nobody sees": Plant(set_clocks_are_late_rows, a_set_clock_is_found),
    "a shuffled log taken for a set clock": Plant(late_rows_are_set_clocks, another_order_is_no_set_clock),
    "one wrong time that makes all others late": Plant(the_future_is_believed, the_future_is_left_out),
    "travel times of one crew shown": Plant(one_crew_is_enough, no_crew_by_itself),
    "many runs of one crew shown": Plant(runs_stand_for_vehicles, many_runs_of_one_crew_are_hidden),
    "volume of a time that is not known": Plant(volume_is_said_to_be_of_the_known_time, volume_is_of_the_covered_time),
    "runs with sirens among the street's": Plant(all_runs_are_alike, urgent_runs_are_apart),
    "a detour counted as the street": Plant(every_way_is_the_street, a_detour_is_no_travel_time),
    "periods that are not the best": Plant(the_search_stops_too_soon, periods_are_the_best),
    "no plan at midnight": Plant(midnight_begins_the_longest_night, plans_change_at_midnight),
    "holes in counts that are zero": Plant(holes_are_zero, holes_are_not_zero),
    "directions that weigh the wrong way": Plant(directions_are_swapped, directions_weigh_as_counted),
    "a change of plans reckoned from its offset alone": Plant(the_offset_counts_from_now, the_wait_is_right),
}
