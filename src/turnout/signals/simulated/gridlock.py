"""Whether traffic stood still as a whole: nobody arrived for five minutes while somebody was on the road."""

from collections.abc import Sequence
from typing import Final

LOCKED_S: Final = 300.0


def is_locked(trips: Sequence[tuple[float, float]], end_s: float) -> bool:
    """Of each trip when it entered and when it arrived, in seconds; -1: never. `end_s`: of the run."""
    moments = [(entered, 1) for entered, _ in trips if entered >= 0]
    moments += [(arrived, -1) for entered, arrived in trips if entered >= 0 and arrived >= 0]
    moments.sort(key=lambda moment: (moment[0], -moment[1]))
    on_road, since_s = 0, end_s
    for at_s, by in moments:
        if on_road and by < 0 and at_s - since_s >= LOCKED_S:
            return True
        if by < 0 or not on_road:
            since_s = at_s
        on_road += by
    return on_road > 0 and end_s - since_s >= LOCKED_S
