"""Shifts over the dates on which programs have failed: the year's end, 29 February, summer time, 2038.

What a person says is what the clock on the wall shows: a night shift is an hour longer or shorter when clocks are put,
and the day's shift begins as the night's ends.
"""

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.conftest import CLOCK, Room, new_room
from turnout.core.board import Available, OffDuty
from turnout.core.roster.commands import ScheduleShift
from turnout.core.timers.commands import RingTimer
from turnout.core.units.commands import LogOff
from turnout.line.crew_words import Hours, hours
from turnout.line.trouble import CannotRead
from turnout.words.identity import UnitId
from turnout.words.moment import HOUR_MS, MINUTE_MS, Moment

ZONES = ("America/Los_Angeles", "Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe", "America/St_Johns", "UTC")
ODD_DAYS = (
    date(2026, 12, 31),
    date(2027, 3, 14),
    date(2027, 3, 28),
    date(2027, 4, 4),
    date(2027, 10, 3),
    date(2027, 10, 31),
    date(2027, 11, 7),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 12, 31),
    date(2038, 1, 18),
    date(2038, 1, 19),
    date(2100, 2, 28),
)
zones = st.sampled_from([ZoneInfo(name) for name in ZONES])
days = st.builds(lambda day, by: day + timedelta(days=by), st.sampled_from(ODD_DAYS), st.integers(-2, 2))
clocks = st.tuples(st.integers(0, 23), st.integers(0, 59))


def at(day: date, clock: tuple[int, int], zone: ZoneInfo) -> Moment:
    return Moment(int(datetime(day.year, day.month, day.day, *clock, tzinfo=zone).timestamp() * 1_000))


def shown(moment: Moment, zone: ZoneInfo) -> datetime:
    """What the clock on the wall shows then."""
    return datetime.fromtimestamp(moment / 1_000, zone).replace(tzinfo=None)


def ever_shown(wall: datetime, zone: ZoneInfo) -> bool:
    return wall == wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)


def said(day: date, first: tuple[int, int], last: tuple[int, int]) -> list[str]:
    return [f"{day:%Y-%m-%d}", f"{first[0]:02}{first[1]:02}-{last[0]:02}{last[1]:02}"]


@given(zone=zones, day=days, first=clocks, last=clocks)
def test_a_shift_begins_and_ends_when_the_wall_clock_shows_what_was_said(
    zone: ZoneInfo, day: date, first: tuple[int, int], last: tuple[int, int]
) -> None:
    begins = datetime(day.year, day.month, day.day, *first)
    end_day = day if last > first else day + timedelta(days=1)
    ends = datetime(end_day.year, end_day.month, end_day.day, *last)
    if not (ever_shown(begins, zone) and ever_shown(ends, zone)):
        with pytest.raises(CannotRead, match="no-such-time"):
            hours(said(day, first, last), at(day, (0, 0), zone), zone)
        return
    found = hours(said(day, first, last), at(day, (0, 0), zone), zone)
    assert (shown(found.begins, zone), shown(found.ends, zone)) == (begins, ends)
    assert found.begins < found.ends
    assert abs(found.ends - found.begins - int((ends - begins).total_seconds()) * 1_000) <= HOUR_MS


@pytest.mark.parametrize("times", ["0230-0800", "1900-0230", "0215-0245"])
def test_a_time_that_is_skipped_that_night_is_refused_by_name(times: str) -> None:
    zone, eve = ZoneInfo("America/Los_Angeles"), date(2027, 3, 13)
    day = "2027-03-13" if times.startswith("19") else "2027-03-14"
    with pytest.raises(CannotRead, match="no-such-time") as trouble:
        hours([day, times], at(eve, (12, 0), zone), zone)
    assert "02:" in trouble.value.said.en
    assert "02:" in trouble.value.said.zh


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("change", [(7, 0), (0, 0), (23, 30)])
def test_day_and_night_follow_each_other_without_a_gap_through_years(name: str, change: tuple[int, int]) -> None:
    zone = ZoneInfo(name)
    other = ((change[0] + 12) % 24, change[1])
    planned = list(_day_and_night(zone, change, other, date(2026, 12, 20), 450))
    planned += list(_day_and_night(zone, change, other, date(2038, 1, 10), 20))
    for one, next_one in itertools.pairwise(planned):
        assert one.ends == next_one.begins or next_one.begins - one.ends > 1_000 * HOUR_MS
        assert abs(one.ends - one.begins - 12 * HOUR_MS) in (0, HOUR_MS, HOUR_MS // 2)


def _day_and_night(
    zone: ZoneInfo, first: tuple[int, int], last: tuple[int, int], begins: date, count: int
) -> Iterator[Hours]:
    for number in range(count):
        day = begins + timedelta(days=number)
        now = at(day, (0, 0), zone)
        early, late = sorted((first, last))
        yield hours(said(day, early, late), now, zone)
        yield hours(said(day, late, early), now, zone)


@pytest.mark.parametrize(
    ("today", "day", "is_meant"),
    [
        (date(2026, 12, 31), "1-1", date(2027, 1, 1)),
        (date(2026, 12, 31), "12-31", date(2026, 12, 31)),
        (date(2027, 12, 28), "2-29", date(2028, 2, 29)),
        (date(2028, 2, 29), "2-29", date(2028, 2, 29)),
        (date(2028, 2, 28), "tomorrow", date(2028, 2, 29)),
        (date(2027, 12, 31), "tomorrow", date(2028, 1, 1)),
    ],
)
def test_a_day_without_a_year_is_the_next_of_that_name(today: date, day: str, is_meant: date) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    found = hours([day, "1900-0700"], at(today, (12, 0), zone), zone)
    assert shown(found.begins, zone).date() == is_meant


@pytest.mark.parametrize(("today", "day"), [(date(2026, 1, 5), "2-29"), (date(2028, 3, 1), "2-29"), (None, "2-30")])
def test_a_day_that_neither_this_nor_the_next_year_has_is_no_day(today: date | None, day: str) -> None:
    with pytest.raises(CannotRead, match="no-day"):
        hours([day, "1900-0700"], at(today or date(2027, 1, 1), (12, 0), ZoneInfo("UTC")), ZoneInfo("UTC"))


@pytest.mark.parametrize("day", ODD_DAYS[:-1])
def test_over_such_a_night_the_next_crew_comes_on_as_the_shift_ends(day: date) -> None:
    """Planned by a line, rung by the clocks of the board, to the minute."""
    zone, room = ZoneInfo("America/Los_Angeles"), new_room()
    room.now = at(day, (18, 0), zone)
    night = hours(said(day, (19, 0), (7, 0)), room.now, zone)
    morning = hours(said(day + timedelta(days=1), (7, 0), (19, 0)), room.now, zone)
    for unit in (UnitId("E01"),):
        room.do(LogOff(units=(unit,)))
        for name, when in (("night", night), ("day", morning)):
            room.do(ScheduleShift(shift_id=name, unit=unit, begins=when.begins, ends=when.ends, by_itself=True))
    assert isinstance(room.unit("E01").status, OffDuty)
    ring_until(room, Moment(night.begins + MINUTE_MS))
    assert (isinstance(room.unit("E01").status, Available), room.board.shifts["night"].began) == (True, night.begins)
    ring_until(room, Moment(morning.begins + MINUTE_MS))
    assert list(room.board.shifts) == ["day"]
    assert room.board.shifts["day"].began in (morning.begins, morning.begins + 1_000)  # the night is rung off first


def ring_until(room: Room, moment: Moment) -> None:
    """As the clock of timers does: each when it is due."""
    while True:
        waiting = [timer for timer in room.board.timers.values() if timer.rung is None and timer.due <= moment]
        if not waiting:
            room.now = max(room.now, moment)
            return
        due = min(waiting, key=lambda timer: timer.due)
        room.now = Moment(max(room.now, due.due - 1_000))  # a command takes a second in this room
        room.do(RingTimer(timer=due.id), actor=CLOCK)
