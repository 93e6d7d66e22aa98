"""Counts by day and quarter-hour: of turns between two edges, of links, or of the groups of a junction.

A CSV with the columns `day` (`mon` … `sun`, or a date such as 2026-11-26), `time` (`07:15`, the beginning), `vehicles`
(counted from then on for `minutes`, 15 where there is no such column), and either `from` and `to` (edges of the network
that a turn leads from and to) or `junction` and `group`. What nobody counted is not zero: a missing row is missing.
"""

import csv
import datetime
import io
import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from turnout.signals.file_trouble import COLUMNS_MISSING, ROW_UNREAD, WRITE_AGAIN, no_csv, too_large, too_long
from turnout.signals.model import DAY_MINUTES, DAYS
from turnout.words.name import Name
from turnout.words.trouble import Malformed, NotOurs, Unsupported

Floats = NDArray[np.float64]
Stream = tuple[str, str]
"""From an edge into the next, or a junction and its group."""

ROWS_MAX: Final = 1_000_000
"""A fortnight of quarter-hours for some seven hundred turns."""
STREAMS_MAX: Final = 4_000
SLOT_MINUTES: Final = 15
SLOTS: Final = DAY_MINUTES // SLOT_MINUTES
FILE_BYTES_MAX: Final = 256 << 20

FEWER: Final = Name("hand in fewer junctions or dates", "请减少路口或日期")
NAME_COLUMNS: Final = Name(
    "name the columns day, time, vehicles and from, to (or junction, group) in the first row",
    "请在第一行写明列名 day、time、vehicles，以及 from、to（或 junction、group）",
)
ROW_CURE: Final = Name(
    "write a day as mon or 2026-11-26, a time as 07:15, and vehicles as a number",
    "请将 day 写成 mon 或 2026-11-26，time 写成 07:15，vehicles 写成数字",
)
BY_QUARTERS: Final = Name("count by quarters of an hour, or by 30 or 60 minutes", "请按一刻钟、30 分钟或 60 分钟统计")
TWICE: Final = Name("this time of this stream stands in the file twice", "同一转向或信号组的同一时间在文件中重复出现")


class Counts(NamedTuple):
    """Vehicles per hour: [days of the week, quarter-hours, streams]; NaN where nobody counted.

    A weekday that was counted on several dates has their mean. `of_groups`: streams are junctions with their groups.
    """

    streams: tuple[Stream, ...]
    per_h: Floats
    of_groups: bool
    dates: int


def read_day_counts(content: bytes, file: str) -> Counts:
    """Raises `Malformed` with the line, `NotOurs` where the columns are missing, `Unsupported` for too much."""
    if len(content) > FILE_BYTES_MAX:
        raise Unsupported(too_large(FILE_BYTES_MAX), file, FEWER)
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        columns = set(rows.fieldnames or ())
        of_groups = not {"from", "to"} <= columns
        keys = ("junction", "group") if of_groups else ("from", "to")
        if not {"day", "time", "vehicles", *keys} <= columns:
            raise NotOurs(COLUMNS_MISSING, f"{file} line 1", NAME_COLUMNS)
        return _counts(rows, file, keys)
    except (UnicodeDecodeError, csv.Error) as trouble:
        raise Malformed(no_csv(trouble), file, WRITE_AGAIN) from trouble


def _counts(rows: "csv.DictReader[str]", file: str, keys: tuple[str, str]) -> Counts:
    number: dict[Stream, int] = {}
    sums: list[Floats] = []
    counted: list[Floats] = []
    seen: dict[tuple[str, int], int] = {}
    """By day as written and stream: a bit for each quarter-hour."""
    for n, row in enumerate(rows, 1):
        where = f"{file} line {rows.line_num}"
        if n > ROWS_MAX:
            raise Unsupported(too_long(ROWS_MAX), file, FEWER)
        day, minute, minutes, per_h = _read(row, where)
        stream = (row[keys[0]] or "", row[keys[1]] or "")
        at = number.setdefault(stream, len(number))
        if at == len(sums):
            if at >= STREAMS_MAX:
                what = Name(f"more than {STREAMS_MAX} turns or groups", f"转向或信号组超过 {STREAMS_MAX} 个")
                raise Unsupported(what, where, Name("hand in a part of the city", "请只提供城市的一部分"))
            sums.append(np.zeros((len(DAYS), SLOTS)))
            counted.append(np.zeros((len(DAYS), SLOTS)))
        first, last = minute // SLOT_MINUTES, (minute + minutes) // SLOT_MINUTES
        key, bits = (row["day"].strip().lower(), at), (1 << last) - (1 << first)
        if seen.get(key, 0) & bits:
            raise Malformed(TWICE, where, Name("keep one of the rows", "请只保留其中一行"))
        seen[key] = seen.get(key, 0) | bits
        sums[at][day, first:last] += per_h
        counted[at][day, first:last] += 1
    if not number:
        cure = Name("hand in counts of a day at least", "请至少提供一天的流量")
        raise Malformed(Name("it has no counts", "文件中没有流量"), file, cure)
    total, times = np.stack(sums, axis=2), np.stack(counted, axis=2)
    per_h_of = np.where(times > 0, total / np.maximum(times, 1), math.nan)
    return Counts(tuple(number), per_h_of, keys[0] == "junction", len({day for day, _ in seen}))


def _read(row: dict[str, str], where: str) -> tuple[int, int, int, float]:
    """Day of the week, minute, minutes, vehicles per hour."""
    try:
        day = _day(row["day"].strip().lower())
        clock = row["time"].strip()
        if len(clock) != 5 or clock[2] != ":":
            raise ValueError(clock)
        minute = int(clock[:2]) * 60 + int(clock[3:])
        minutes = int(row.get("minutes") or SLOT_MINUTES)
        vehicles = float(row["vehicles"])
    except (TypeError, ValueError, AttributeError) as trouble:
        raise Malformed(ROW_UNREAD, where, ROW_CURE) from trouble
    if minute >= DAY_MINUTES or minute % SLOT_MINUTES or minutes % SLOT_MINUTES or not 0 < minutes <= 60:
        raise Malformed(Name(f"{clock} for {minutes} minutes", f"{clock} 起 {minutes} 分钟"), where, BY_QUARTERS)
    if not 0 <= vehicles * 60 / minutes <= 100_000 or minute + minutes > DAY_MINUTES:
        what = Name(f"{vehicles:g} vehicles in {minutes} minutes", f"{minutes} 分钟内 {vehicles:g} 辆")
        raise Malformed(what, where, Name("write how many were counted", "请填写实际计数"))
    return day, minute, minutes, vehicles * 60 / minutes


def _day(text: str) -> int:
    named = [n for n, day in enumerate(DAYS) if day == text]
    return named[0] if named else datetime.date.fromisoformat(text).weekday()


class Filled(NamedTuple):
    """Counts without holes, of the days that were counted at all. `days`: their numbers; `share`: what was filled."""

    days: tuple[int, ...]
    per_h: Floats
    share: float


FILLED_MAX: Final = 0.5
"""Where more than half of the counted days is missing, no plan can be made from them."""


def filled(counts: Counts, file: str) -> Filled:
    """A hole gets the mean of the other days at that time, else what lies between its neighbours in time.

    A stream that was never counted on any day at some times is interpolated around the clock. Raises `Malformed` where
    more than half is missing.
    """
    known = ~np.isnan(counts.per_h)
    days = tuple(np.flatnonzero(known.any(axis=(1, 2))).tolist())
    per_h, known = counts.per_h[list(days)], known[list(days)]
    share = 1 - float(known.mean())
    if share > FILLED_MAX:
        what = Name(f"{share:.0%} of the counts of these days are missing", f"这些日期的流量缺失 {share:.0%}")
        raise Malformed(what, file, Name("count whole days", "请统计全天流量"))
    number = known.sum(axis=0)
    mean = np.where(number > 0, np.where(known, per_h, 0.0).sum(axis=0) / np.maximum(number, 1), math.nan)
    at = np.arange(SLOTS)
    for n in range(mean.shape[1]):
        there = np.flatnonzero(~np.isnan(mean[:, n]))
        if len(there) < SLOTS:
            mean[:, n] = np.interp(at, there, mean[there, n], period=SLOTS)
    return Filled(days, np.where(known, per_h, mean[None]), share)


def demand_of(counts: Filled, days: Sequence[int], slots: Sequence[int]) -> Floats:
    """Vehicles per hour of each stream, on average over these days and quarter-hours."""
    rows = [counts.days.index(day) for day in days]
    found: Floats = counts.per_h[np.ix_(rows, list(slots))].mean(axis=(0, 1))
    return found
