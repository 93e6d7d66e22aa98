"""What detectors tell of a street: how many wait before a stop line, and whether the street behind it is full.

The one rule of the running city (`detector_watch.py`) and of the benchmark (`benchmarks/corridor_loops.py`). It knows
which detectors somebody stands on, and nobody's way.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from turnout.signals.adaptive.observer import JAM_M, Seen
from turnout.signals.corridor import QUEUE_DEFAULT

BEYOND: Final = 1.5
"""Where even the last loop before the stop line stands, the queue is taken to be so many times as long."""
NEAR_M: Final = 1.0
"""Loops of two lanes that lie so near to one another are at one place."""


def waiting(lane: Iterable[tuple[float, Seen]], last_m: float, at_ms: int) -> int:
    """Vehicles of a lane, by how far back somebody stands.

    `lane`: its loops, metres before the stop line; `last_m`: the place of the last.
    """
    standing = [metres for metres, seen in lane if seen.stands(at_ms)]
    if not standing:
        return 0
    back_m = max(standing)
    return round(back_m / JAM_M * (BEYOND if back_m >= last_m - NEAR_M else 1.0)) + 1


def known_waiting(lane: Sequence[tuple[float, Seen | None]], at_ms: int) -> int | None:
    """Vehicles of a lane some of whose loops (metres before the stop line) are not believed: these are None.

    Nobody waits only where the first loop sees the first vehicle, and all loops up to the last believed one are free.
    Where somebody stands and the end of the queue is not seen, it is known only from what is assumed upwards.
    """
    believed = [(metres, seen) for metres, seen in lane if seen is not None]
    if not believed:
        return None
    last_m = max(metres for metres, _ in believed)
    found = waiting(believed, last_m, at_ms)
    nearer = [(metres, seen) for metres, seen in lane if metres <= last_m]
    if not found:
        sees_first = min(metres for metres, _ in nearer) <= JAM_M
        return 0 if sees_first and all(seen is not None for _, seen in nearer) else None
    last_stands = any(seen.stands(at_ms) for metres, seen in believed if metres >= last_m - NEAR_M)
    is_whole = len(nearer) == len(believed) and not last_stands
    return found if is_whole or found >= QUEUE_DEFAULT else None


def full_s(behind: Iterable[Seen], at_ms: int) -> float | None:
    """For how long somebody has stood on each of these loops behind a junction; None where there are none."""
    since = [seen.since_ms for seen in behind]
    return min((at_ms - each) / 1_000 if each >= 0 else 0.0 for each in since) if since else None
