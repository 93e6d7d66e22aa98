"""Periods of the day from counts: when which plan is to run, and for how much traffic. Every struct becomes JSON."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from turnout.signals.hours.counts import SLOT_MINUTES, SLOTS, Counts, Filled, Stream, demand_of, filled
from turnout.signals.hours.segments import DAY_KINDS_MAX, Segment, segmented
from turnout.signals.model import DAY_MINUTES, DAYS, Day, InForce
from turnout.words.name import Name
from turnout.words.trouble import Malformed

PLANS_MOST: Final = 8
"""Plans of all days together. More are worth little and are much to keep; controllers hold 16 and more."""
PERIOD_LEAST_MINUTES: Final = 60
"""Each change of plans disturbs a few cycles; a shorter period hardly earns that back."""
PRICE: Final = 0.02
"""A further period must explain at least this share of how demand varies over the week."""
WEEKEND: Final = (DAYS.index("sat"), DAYS.index("sun"))


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From a minute of the day on, so many minutes, over midnight where it is long; on these days, with this plan."""

    plan: str
    days: tuple[Day, ...]
    from_minute: int
    minutes: int
    vehicles_per_h: float
    """Of all streams together, on average."""
    busiest_per_h: float
    """Of them, in its fullest quarter-hour of an average day."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One plan gives way to another. `said`: what the controllers have to do then."""

    days: tuple[Day, ...]
    at_minute: int
    before: str
    after: str
    cycle_before_s: float = 0.0
    cycle_after_s: float = 0.0
    """0: not known yet, as the plans are not made."""
    said: Name = Name("", "")


class Periods(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `explained`: the share of the week's variation that the periods' means account for."""

    periods: tuple[Period, ...]
    hours: tuple[InForce, ...]
    changes: tuple[Change, ...]
    explained: float
    rests_on: tuple[Name, ...]


class Timed(NamedTuple):
    """Periods with the demand of each plan, vehicles per hour by stream."""

    periods: Periods
    demand: dict[str, dict[Stream, float]]


LIMITS: Final = Name(
    "1 to 48 plans, periods of 15 to 720 minutes, 1 to 7 kinds of days",
    "请取方案 1 至 48 个、时段 15 至 720 分钟、日期类别 1 至 7 类",
)


def periods(
    counts: Counts,
    file: str,
    *,
    plans_most: int = PLANS_MOST,
    least_minutes: int = PERIOD_LEAST_MINUTES,
    kinds_most: int = DAY_KINDS_MAX,
    price: float = PRICE,
) -> Timed:
    """The best periods of all kinds of days; `counts` come from `read_day_counts`. Days that nobody counted are told.

    Saturday and Sunday get each other's hours, working days those of the kind that has most of these, the first of
    several; where there is none, of the kind that has most days. Raises `Malformed` for too few counts or limits that
    contradict.
    """
    if not 1 <= plans_most <= 48 or not SLOT_MINUTES <= least_minutes <= 720 or not 1 <= kinds_most <= 7:
        raise Malformed(Name("limits that cannot be kept", "所给限制无法满足"), file, LIMITS)
    whole = filled(counts, file)
    found = segmented(whole.per_h, plans_most, -(-least_minutes // SLOT_MINUTES), price, kinds_most)
    kinds = [(tuple(whole.days[day] for day in kind.days), kind.segments) for kind in found.kinds]
    kinds.sort()
    missing = tuple(day for day in range(len(DAYS)) if day not in whole.days)
    lent = {day: _lender(day, [days for days, _ in kinds]) for day in missing}
    shown, demand = [], {}
    for n, (days, segments) in enumerate(kinds):
        all_days = tuple(sorted((*days, *(day for day in missing if lent[day] == n))))
        for segment in segments:
            period = _period(whole, days, all_days, segment)
            shown.append(period)
            per_h = demand_of(whole, days, _slots(segment))
            demand[period.plan] = {stream: float(each) for stream, each in zip(counts.streams, per_h, strict=True)}
    hours = hours_of(shown)
    return Timed(
        Periods(
            periods=tuple(shown),
            hours=hours,
            changes=changes_of(hours),
            explained=1 - found.cost / found.whole if found.whole > 0 else 1.0,
            rests_on=_rests_on(counts, whole, {day: kinds[n][0] for day, n in lent.items()}),
        ),
        demand,
    )


def _lender(missing: int, kinds: Sequence[Sequence[int]]) -> int:
    """The kind whose hours a day gets that nobody counted: of days that are most like it."""

    def likeness(n: int) -> tuple[int, int, int]:
        alike = sum((day in WEEKEND) == (missing in WEEKEND) for day in kinds[n])
        return alike, len(kinds[n]), -n

    return max(range(len(kinds)), key=likeness)


def _slots(segment: Segment) -> list[int]:
    return [(segment.first + n) % SLOTS for n in range(segment.length)]


def _period(counts: Filled, days: Sequence[int], all_days: Sequence[int], segment: Segment) -> Period:
    each = [demand_of(counts, days, [slot]).sum() for slot in _slots(segment)]
    minute = segment.first * SLOT_MINUTES if segment.length < SLOTS else 0
    return Period(
        plan=f"{days_text(all_days)}-{minute // 60:02d}{minute % 60:02d}",
        days=tuple(DAYS[day] for day in all_days),
        from_minute=minute,
        minutes=segment.length * SLOT_MINUTES,
        vehicles_per_h=round(float(np.mean(each)), 1),
        busiest_per_h=round(float(max(each)), 1),
    )


def days_text(days: Sequence[int]) -> str:
    """`mon-fri`, `sat`, `mon-wed+fri`."""
    runs = [
        [day for _, day in run]
        for _, run in itertools.groupby(enumerate(sorted(days)), key=lambda pair: pair[1] - pair[0])
    ]
    return "+".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def hours_of(shown: Sequence[Period]) -> tuple[InForce, ...]:
    """Each plan from when its period begins; at midnight of every kind of days, the one whose period lasts over it."""
    rows: list[InForce] = []
    for days in dict.fromkeys(period.days for period in shown):
        own = sorted((period for period in shown if period.days == days), key=lambda each: each.from_minute)
        if own[0].from_minute > 0:
            rows.append(InForce(own[-1].plan, days, 0))
        rows += [InForce(period.plan, days, period.from_minute) for period in own]
    return tuple(rows)


def changes_of(hours: Sequence[InForce]) -> tuple[Change, ...]:
    """When one plan gives way to another in the course of the week; the same on several days is told once."""
    starts = sorted((DAYS.index(day) * DAY_MINUTES + row.from_minute, row.plan) for row in hours for day in row.days)
    found: dict[tuple[int, str, str], list[Day]] = {}
    for (_, before), (at, after) in zip([starts[-1], *starts[:-1]], starts, strict=True):
        if before != after:
            found.setdefault((at % DAY_MINUTES, before, after), []).append(DAYS[at // DAY_MINUTES])
    return tuple(
        Change(days=tuple(days), at_minute=minute, before=before, after=after)
        for (minute, before, after), days in sorted(found.items())
    )


def _rests_on(counts: Counts, whole: Filled, lent: Mapping[int, Sequence[int]]) -> tuple[Name, ...]:
    streams = len(counts.streams)
    en, zh = ("groups", "信号组") if counts.of_groups else ("turns", "转向")
    said = [
        Name(
            f"counts of {counts.dates} days for {streams} {en}, by quarter-hours; a period's traffic is its mean",
            f"{counts.dates} 天、{streams} 个{zh}的每刻钟计数；时段流量取平均值",
        )
    ]
    if whole.share > 0:
        said.append(
            Name(
                f"{whole.share:.1%} of these counts were missing and were put in from other days or neighbouring times",
                f"其中 {whole.share:.1%} 缺失，由其他日期或相邻时段补入",
            )
        )
    for lender in dict.fromkeys(tuple(days) for days in lent.values()):
        days_zh = "、".join(DAYS_ZH[day] for day in lender)
        own = [day for day, days in lent.items() if tuple(days) == lender]
        is_like = all(any((day in WEEKEND) == (each in WEEKEND) for each in lender) for day in own)
        said.append(
            Name(
                f"nobody counted on {', '.join(DAYS[day] for day in own)}: hours and traffic are those of"
                f" {days_text(lender)}{'' if is_like else ', which are hardly like them: count them'}",
                f"{'、'.join(DAYS_ZH[day] for day in own)}没有计数，时段与流量沿用{days_zh}"
                f"{'' if is_like else '，两者差别大，请补充计数'}",
            )
        )
    return tuple(said)


DAYS_ZH: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
