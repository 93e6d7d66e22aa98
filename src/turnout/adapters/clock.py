"""The machine's clock, as the desk wants it. It is set by NTP and may step; the desk's own times never go back."""

import asyncio
import time

from turnout.words.moment import Moment

NANOSECONDS_PER_MS = 1_000_000


def monotonic_s() -> float:
    """Seconds that only go forward, also while the time of day is set (CLOCK_MONOTONIC)."""
    return time.monotonic()


class SystemClock:
    """Implements `turnout.desk.ports.Clock`."""

    def now(self) -> Moment:
        return Moment(time.time_ns() // NANOSECONDS_PER_MS)

    async def sleep_until(self, moment: Moment) -> None:
        """Sleeps by the monotonic clock: after a step of the other one it returns early or late, and is asked again."""
        await asyncio.sleep(max(0, moment - self.now()) / 1000)
