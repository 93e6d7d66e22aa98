"""Moments: whole milliseconds since 1970-01-01T00:00:00Z, always UTC. Local time exists only on screens."""

from typing import Annotated, NewType

import msgspec

MOMENT_MAX = 253_402_300_799_999
"""The last millisecond of the year 9999: calendars end there, and a number beyond it is no time."""

Moment = NewType("Moment", Annotated[int, msgspec.Meta(ge=0, le=MOMENT_MAX)])
"""Milliseconds since the Unix epoch, UTC. Fits a JavaScript number exactly."""

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


def later(moment: Moment, by_ms: int) -> Moment:
    """The moment `by_ms` milliseconds after `moment`."""
    return Moment(moment + by_ms)
