"""Periods of the day from counts: as a traffic engineer would cut them, with hours in force and what they rest on."""

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.signals.hours.days import WORKING, a_week, as_csv
from turnout.signals.hours.counts import SLOTS, filled, read_day_counts
from turnout.signals.hours.periods import Periods, days_text, hours_of, periods
from turnout.signals.model import DAY_MINUTES, DAYS, Junction
from turnout.words.name import Name
from turnout.words.trouble import Malformed, NotOurs, Unsupported

WEEK = a_week({("J1", "K1"): (1_200.0, 600.0), ("J1", "K2"): (400.0, 1_000.0)})


def test_two_peaks_and_a_weekend_are_found_to_the_quarter_hour():
    found = periods(WEEK, "counts").periods
    working = [each for each in found.periods if "mon" in each.days]
    assert [each.days for each in working] == [tuple(DAYS[day] for day in WORKING)] * len(working)
    starts = {each.from_minute for each in working}
    assert {7 * 60, 9 * 60, 16 * 60, 18 * 60 + 30} <= starts
    assert found.explained > 0.97


def test_a_period_lasts_over_midnight_and_its_plan_is_in_force_then():
    found = periods(WEEK, "counts", kinds_most=1).periods
    night = max(found.periods, key=lambda each: each.from_minute + each.minutes)
    assert night.from_minute + night.minutes > DAY_MINUTES
    junction = Junction(id="J", name=Name("J", "J"), hours=found.hours)
    assert junction.plan_at("tue", 0) == junction.plan_at("tue", 23 * 60 + 59) == night.plan


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 6), st.integers(1, 8), st.integers(1, 3))
def test_at_every_minute_the_plan_in_force_is_that_of_the_period(most: int, quarters: int, kinds: int):
    found = periods(WEEK, "counts", plans_most=most, least_minutes=quarters * 15, kinds_most=kinds).periods
    junction = Junction(id="J", name=Name("J", "J"), hours=found.hours)
    for day in DAYS:
        for minute in range(0, DAY_MINUTES, 15):
            (own,) = [
                each
                for each in found.periods
                if day in each.days and (minute - each.from_minute) % DAY_MINUTES < each.minutes
            ]
            assert junction.plan_at(day, minute) == own.plan
    assert len(found.periods) <= most
    assert all(each.minutes >= quarters * 15 for each in found.periods)


def test_a_plan_that_changes_at_midnight_between_kinds_of_days_is_told():
    changes = periods(WEEK, "counts").periods.changes
    at_midnight = [each for each in changes if each.at_minute == 0]
    assert {day for each in at_midnight for day in each.days} == {"sat", "mon"}
    assert all(each.before != each.after for each in changes)


def test_the_demand_of_a_period_is_its_mean():
    timed = periods(WEEK, "counts")
    for period in timed.periods.periods:
        day = DAYS.index(period.days[0])
        slots = [(period.from_minute // 15 + n) % SLOTS for n in range(period.minutes // 15)]
        assert timed.demand[period.plan]["J1", "K2"] == pytest.approx(WEEK.per_h[day, slots, 1].mean())


def test_days_that_nobody_counted_are_told_and_have_hours():
    found = periods(a_week({("J1", "K1"): (1_200.0, 600.0)}, days=(0, 1, 5)), "counts").periods
    said = [name.en for name in found.rests_on if "nobody" in name.en]
    assert [each.partition(": ")[0] for each in said] == ["nobody counted on wed, thu, fri", "nobody counted on sun"]
    assert {day for row in found.hours for day in row.days} == set(DAYS)


def hours_by_day(found: Periods) -> dict[str, set[tuple[str, int]]]:
    return {day: {(row.plan, row.from_minute) for row in found.hours if day in row.days} for day in DAYS}


def test_an_uncounted_sunday_has_the_hours_of_saturday_and_no_working_days_peak():
    for counted, missing, lender in (((*WORKING, 5), "sun", "sat"), ((*WORKING, 6), "sat", "sun")):
        found = periods(a_week({("J1", "K1"): (1_200.0, 600.0)}, days=counted), "counts").periods
        hours = hours_by_day(found)
        assert hours[missing] == hours[lender] != hours["mon"]
        assert any(
            f"nobody counted on {missing}: hours and traffic are those of {lender}" in name.en
            for name in found.rests_on
        )


def test_where_nothing_like_it_was_counted_it_is_said_whose_hours_were_taken():
    found = periods(a_week({("J1", "K1"): (1_200.0, 600.0)}, days=(1, 5)), "counts").periods
    hours = hours_by_day(found)
    assert hours["fri"] == hours["tue"] != hours["sat"] == hours["sun"]
    working = periods(a_week({("J1", "K1"): (1_200.0, 600.0)}, days=WORKING), "counts").periods
    (said,) = [name for name in working.rests_on if "nobody" in name.en]
    assert "sat, sun: hours and traffic are those of mon-fri, which are hardly like them" in said.en
    assert "周六、周日没有计数" in said.zh
    assert "周一、周二、周三、周四、周五" in said.zh


def test_a_hole_is_filled_from_other_days_and_told():
    holed = WEEK._replace(per_h=WEEK.per_h.copy())
    holed.per_h[1, 30, 0] = math.nan
    holed.per_h[:, 50, 1] = math.nan
    whole = filled(holed, "counts")
    known = [WEEK.per_h[day, 30, 0] for day in range(7) if day != 1]
    assert whole.per_h[1, 30, 0] == pytest.approx(np.mean(known))
    lowest, highest = sorted((WEEK.per_h[:, 49, 1].mean(), WEEK.per_h[:, 51, 1].mean()))
    assert lowest <= whole.per_h[0, 50, 1] <= highest
    assert any("missing" in name.en for name in periods(holed, "counts").periods.rests_on)


def test_counts_that_are_mostly_missing_make_no_plans():
    holed = WEEK._replace(per_h=WEEK.per_h.copy())
    holed.per_h[:, ::2, :] = math.nan
    holed.per_h[:, 1, :] = math.nan
    with pytest.raises(Malformed, match="missing"):
        periods(holed, "counts")


def test_counts_are_read_as_they_were_written():
    read = read_day_counts(as_csv(WEEK), "counts")
    assert read.streams == WEEK.streams
    assert read.of_groups
    assert np.allclose(read.per_h, WEEK.per_h, atol=1e-3)


def test_dates_of_one_weekday_have_their_mean_and_hours_are_four_quarters():
    body = b"day,time,from,to,vehicles,minutes\n2026-01-12,07:00,a,b,100,60\n2026-01-19,07:00,a,b,200,60\n"
    read = read_day_counts(body, "counts")
    assert read.per_h[0, 28:32, 0].tolist() == [150.0] * 4
    assert np.isnan(read.per_h).sum() == 7 * SLOTS - 4
    assert read.dates == 2


@pytest.mark.parametrize(
    "row",
    [
        "someday,07:00,a,b,1",
        "mon,7 o'clock,a,b,1",
        "mon,07:05,a,b,1",
        "mon,24:00,a,b,1",
        "mon,07:00,a,b,-1",
        "mon,07:00,a,b,nan",
        "mon,07:00,a,b,many",
        "mon,07:00,a,b",
        "mon,07:00,a,b,5\nmon,07:00,a,b,5",
    ],
)
def test_a_bad_row_is_told_with_its_line(row: str):
    with pytest.raises(Malformed) as told:
        read_day_counts(f"day,time,from,to,vehicles\n{row}\n".encode(), "counts")
    assert f"line {2 + row.count(chr(10))}" in told.value.where


def test_other_files_are_not_taken(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(NotOurs):
        read_day_counts(b"name,age\nx,1\n", "counts")
    with pytest.raises(Malformed):
        read_day_counts(b"day,time,from,to,vehicles\n", "counts")
    monkeypatch.setattr("turnout.signals.hours.counts.STREAMS_MAX", 1)
    with pytest.raises(Unsupported):
        read_day_counts(as_csv(WEEK), "counts")


@pytest.mark.parametrize("limits", [{"plans_most": 0}, {"least_minutes": 5}, {"kinds_most": 9}])
def test_limits_that_contradict_are_refused(limits: dict[str, int]):
    with pytest.raises(Malformed, match="limits"):
        periods(WEEK, "counts", **limits)  # type: ignore[arg-type]


def test_days_are_named_shortly():
    assert days_text((0, 1, 2, 3, 4)) == "mon-fri"
    assert days_text((5, 6)) == "sat-sun"
    assert days_text((0, 1, 4, 6)) == "mon-tue+fri+sun"


def test_periods_are_json():
    found = periods(WEEK, "counts").periods
    assert msgspec.json.decode(msgspec.json.encode(found), type=Periods) == found
    assert hours_of(found.periods) == found.hours
