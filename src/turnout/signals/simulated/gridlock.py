"""Whether traffic stood still as a whole: nobody arrived for five minutes while somebody was on the road.

Where the road was empty these begin when the first to enter would have arrived without anybody in the way.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

LOCKED_S: Final = 300.0


class Trip(NamedTuple):
    """Seconds. `entered_s`, `arrived_s`: -1 for never. `free_s`: driven without loss, of who is under way so far."""

    entered_s: float
    arrived_s: float
    free_s: float


def is_locked(trips: Sequence[Trip], end_s: float) -> bool:
    """`end_s`: of the run. Who has not arrived is taken to need as long as the longest free trip of those who have."""
    longest_s = max((trip.free_s for trip in trips if trip.arrived_s >= 0), default=0.0)
    entered = [trip for trip in trips if trip.entered_s >= 0]
    moments = [
        (trip.entered_s, 1, trip.free_s if trip.arrived_s >= 0 else max(trip.free_s, longest_s)) for trip in entered
    ]
    moments += [(trip.arrived_s, -1, 0.0) for trip in entered if trip.arrived_s >= 0]
    moments.sort(key=lambda moment: (moment[0], -moment[1], moment[2]))
    on_road, since_s = 0, end_s
    for at_s, by, free_s in moments:
        if on_road and by < 0 and at_s - since_s >= LOCKED_S:
            return True
        if by < 0:
            since_s = at_s
        elif not on_road:
            since_s = at_s + free_s
        on_road += by
    return on_road > 0 and end_s - since_s >= LOCKED_S
