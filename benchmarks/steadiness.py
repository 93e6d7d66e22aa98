"""Whether a loaded city is in a steady state: does memory stay flat, and does the answer?

What is closed stays on the board for a quarter of an hour (`core/timers/starting.py`), so a board grows for that long
after the first call. What was measured before `STEADY_AFTER` is not judged.
"""

import statistics
from collections.abc import Sequence
from typing import Final

import msgspec

STEADY_AFTER: Final = 20
"""Minutes: an incident's course, then 15 on the board, then one for everything that was begun meanwhile."""
JUDGED_MIN: Final = 12
"""Fewer minutes say nothing of a slope: 4 in each third."""
MEMORY_GROWS_MAX: Final = 5.0
"""Per cent of its mean in an hour. A server that is started anew once a month would else need 10 times its memory."""
SLOWER_MAX: Final = 1.5
"""99th percentile of the last third to that of the first. On a machine that others use, it halves and doubles."""


class Minute(msgspec.Struct, frozen=True):
    """What one minute showed. `waited_ms` is of each command; `on_board` incidents, of which `open` are not closed."""

    number: int
    memory_mb: float
    waited_ms: tuple[float, ...]
    on_board: int
    open: int


class Verdict(msgspec.Struct, frozen=True):
    minutes: int
    memory_mb: float
    memory_mb_an_hour: float
    least_mb: tuple[float, float]
    """In the first and the last third: what stays between two crowds. A leak lifts it, a crowd does not."""
    board_an_hour: float
    first_ms: tuple[float, float]
    """p50 and p99 of the first third."""
    last_ms: tuple[float, float]

    @property
    def flat(self) -> bool:
        grows = self.memory_mb_an_hour <= self.memory_mb * MEMORY_GROWS_MAX / 100.0
        return grows and self.last_ms[1] <= self.first_ms[1] * SLOWER_MAX

    def line(self) -> str:
        return (
            f"{'FLAT' if self.flat else 'NOT FLAT'}: {self.minutes} minutes judged; "
            f"memory {self.memory_mb:.1f} MB, {self.memory_mb_an_hour:+.1f} MB an hour, "
            f"least {self.least_mb[0]:.1f} in the first and {self.least_mb[1]:.1f} in the last third; "
            f"incidents on the board {self.board_an_hour:+.0f} an hour; first third p50 {self.first_ms[0]:.1f} "
            f"p99 {self.first_ms[1]:.1f} ms, last third p50 {self.last_ms[0]:.1f} p99 {self.last_ms[1]:.1f} ms"
        )


def judged(minutes: Sequence[Minute]) -> Verdict | None:
    """Of the steady part; None where that is too short to say."""
    steady = [minute for minute in minutes if minute.number > STEADY_AFTER]
    if len(steady) < JUDGED_MIN:
        return None
    hours = [minute.number / 60.0 for minute in steady]
    third = len(steady) // 3
    return Verdict(
        minutes=len(steady),
        memory_mb=statistics.fmean(minute.memory_mb for minute in steady),
        memory_mb_an_hour=statistics.linear_regression(hours, [minute.memory_mb for minute in steady]).slope,
        least_mb=(
            min(minute.memory_mb for minute in steady[:third]),
            min(minute.memory_mb for minute in steady[-third:]),
        ),
        board_an_hour=statistics.linear_regression(hours, [float(minute.on_board) for minute in steady]).slope,
        first_ms=_centiles(steady[:third]),
        last_ms=_centiles(steady[-third:]),
    )


def _centiles(minutes: Sequence[Minute]) -> tuple[float, float]:
    waited = [each for minute in minutes for each in minute.waited_ms]
    cuts = statistics.quantiles(waited, n=100)
    return cuts[49], cuts[98]
