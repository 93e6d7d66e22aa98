"""Counts of made days: a curve with two peaks on working days, one hump on the others."""

import numpy as np

from turnout.signals.hours.counts import SLOTS, Counts, Stream
from turnout.signals.model import DAYS

WORKING = (0, 1, 2, 3, 4)


def a_week(streams: dict[Stream, tuple[float, float]], days: tuple[int, ...] = tuple(range(7))) -> Counts:
    """Each stream with its vehicles per hour in the morning's and in the evening's peak; a third of it in between."""
    at_h = np.arange(SLOTS) / 4
    per_h = np.full((len(DAYS), SLOTS, len(streams)), np.nan)
    for n, (morning, evening) in enumerate(streams.values()):
        low = max(morning, evening) * 0.05
        quiet = np.where((at_h >= 6) & (at_h < 21), (morning + evening) / 6, low)
        peaks = np.where((at_h >= 7) & (at_h < 9), morning, np.where((at_h >= 16) & (at_h < 18.5), evening, quiet))
        weekend = np.where((at_h >= 10) & (at_h < 19), (morning + evening) / 4, low)
        for day in days:
            per_h[day, :, n] = peaks if day in WORKING else weekend
    return Counts(tuple(streams), per_h, True, len(days))


def as_csv(counts: Counts) -> bytes:
    head = "junction,group" if counts.of_groups else "from,to"
    rows = [f"day,time,{head},vehicles"]
    for day, slot, n in np.argwhere(~np.isnan(counts.per_h)).tolist():
        one, other = counts.streams[n]
        rows.append(
            f"{DAYS[day]},{slot // 4:02d}:{slot % 4 * 15:02d},{one},{other},{counts.per_h[day, slot, n] / 4:.4f}"
        )
    return "\n".join(rows).encode()
