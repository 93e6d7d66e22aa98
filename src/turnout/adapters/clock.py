"""The machine's clock, as the desk wants it: the time of day at a steady pace, whatever is done to the machine's own.

The time of day is set by NTP, by hand or by a virtual machine's host, and may step. Timers that people wait for must
then neither all ring at once nor sleep for an hour, sessions must not all end, and times on record must not stand
still. So a step is not followed but approached slowly, on the clock that only goes forward (decision 0164).
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from turnout.words.moment import Moment

NANOSECONDS_PER_MS = 1_000_000

SLEW: Final = 0.05
"""A step is made up for by going so much faster or slower: a timer of a minute is 3 s out, an hour is made up in 20."""

FOLLOWED_NS: Final = 100 * NANOSECONDS_PER_MS
"""What NTP does in ordinary times is simply followed."""

BELIEVED_NS: Final = 6 * 3_600 * 1_000 * NANOSECONDS_PER_MS
"""More than any mistake of a time zone or of summer time: from here on it was wrong before, and is right now."""


def monotonic_s() -> float:
    """Seconds that only go forward, also while the time of day is set (CLOCK_MONOTONIC)."""
    return time.monotonic()


def wall_now() -> Moment:
    """What the machine's own clock says, steps and all."""
    return Moment(time.time_ns() // NANOSECONDS_PER_MS)


def elapsed_ns() -> int:
    """As `monotonic_s`, but with the time that a machine was suspended (CLOCK_BOOTTIME), where it is counted."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def steadied(steady_ns: int, passed_ns: int, wall_ns: int) -> int:
    """The time of day `passed_ns` after it was `steady_ns`, when the machine's clock says `wall_ns`."""
    steady_ns += passed_ns
    apart_ns = wall_ns - steady_ns
    if abs(apart_ns) <= FOLLOWED_NS or abs(apart_ns) > BELIEVED_NS:
        return wall_ns
    most_ns = int(passed_ns * SLEW)
    return steady_ns + max(-most_ns, min(most_ns, apart_ns))


class SystemClock:
    """Implements `turnout.desk.ports.Clock`."""

    def __init__(self, wall_ns: Callable[[], int] = time.time_ns, elapsed: Callable[[], int] = elapsed_ns) -> None:
        self._wall_ns, self._elapsed = wall_ns, elapsed
        self._last = elapsed(), wall_ns()
        """(elapsed, time of day) when it was last asked: one value, since threads ask as well."""

    def now(self) -> Moment:
        was_ns, steady_ns = self._last
        now_ns = self._elapsed()
        steady_ns = steadied(steady_ns, max(0, now_ns - was_ns), self._wall_ns())
        self._last = now_ns, steady_ns
        return Moment(steady_ns // NANOSECONDS_PER_MS)

    async def sleep_until(self, moment: Moment) -> None:
        """Sleeps by the monotonic clock: after a step of the other one it returns early or late, and is asked again."""
        await asyncio.sleep(max(0, moment - self.now()) / 1000)
