"""From figures to alarms. Pure: time comes in, on the monotonic clock.

An alarm that comes and goes is soon not looked at any more, so every limit has hysteresis (ISA-18.2, IEC 62682 call it
deadband and on- and off-delay): it begins after having lasted, and ends only after a while of calm.
"""

from collections.abc import Mapping, Sequence

import msgspec

from turnout.edge.alarms.limits import Level, Limit


class Reading(msgspec.Struct, frozen=True):
    """One figure as of now. `about` tells apart what has the same limit: which queue, which file."""

    key: str
    value: float
    about: str = ""


class Standing(msgspec.Struct, frozen=True):
    """What is known of one figure. Seconds are of the monotonic clock; None: it is not so just now."""

    level: Level | None = None
    since_s: float = 0.0
    """When the alarm began; it keeps this while its level changes."""
    value: float = 0.0
    bad_since_s: float | None = None
    severe_since_s: float | None = None
    calm_since_s: float | None = None
    milder_since_s: float | None = None


Key = tuple[str, str]
"""Of a reading: (key, about)."""


def judge(limit: Limit, before: Standing, value: float, now_s: float) -> Standing:
    """What is known after another look."""
    after = Standing(
        level=before.level,
        since_s=before.since_s,
        value=value,
        bad_since_s=_since(limit.is_bad(value, limit.warn), before.bad_since_s, now_s),
        severe_since_s=_since(limit.is_bad(value, limit.severe), before.severe_since_s, now_s),
        calm_since_s=_since(not limit.is_bad(value, limit.ends), before.calm_since_s, now_s),
        milder_since_s=_since(not limit.is_bad(value, limit.severe_ends), before.milder_since_s, now_s),
    )
    if _has_lasted(after.severe_since_s, limit.lasts_s, now_s):
        return _at(after, "severe", now_s)
    if after.level is None and _has_lasted(after.bad_since_s, limit.lasts_s, now_s):
        return _at(after, "warn", now_s)
    if after.level is not None and _has_lasted(after.calm_since_s, limit.calm_s, now_s):
        return msgspec.structs.replace(after, level=None)
    if after.level == "severe" and _has_lasted(after.milder_since_s, limit.calm_s, now_s):
        return msgspec.structs.replace(after, level="warn")
    return after


def _at(standing: Standing, level: Level, now_s: float) -> Standing:
    since_s = standing.since_s if standing.level is not None else now_s
    return msgspec.structs.replace(standing, level=level, since_s=since_s)


def _since(holds: bool, before_s: float | None, now_s: float) -> float | None:
    if not holds:
        return None
    return now_s if before_s is None else before_s


def _has_lasted(since_s: float | None, least_s: float, now_s: float) -> bool:
    return since_s is not None and now_s - since_s >= least_s


def judge_all(
    limits: Mapping[str, Limit], before: Mapping[Key, Standing], readings: Sequence[Reading], now_s: float
) -> dict[Key, Standing]:
    """Every figure that was read, and the alarms of those that could not be read this time, as they were."""
    after = {key: standing for key, standing in before.items() if standing.level is not None}
    for reading in readings:
        key = reading.key, reading.about
        after[key] = judge(limits[reading.key], before.get(key, Standing()), reading.value, now_s)
    return after


class Sample(msgspec.Struct, frozen=True):
    """Of something that grows or shrinks: how much there was, and when."""

    at_s: float
    amount: float


def per_hour(samples: Sequence[Sample], least_s: float) -> float | None:
    """The growth per hour from the first to the last sample; None while they are less than `least_s` apart."""
    if len(samples) < 2 or samples[-1].at_s - samples[0].at_s < least_s:
        return None
    return (samples[-1].amount - samples[0].amount) / (samples[-1].at_s - samples[0].at_s) * 3_600.0


def hours_left(free: Sequence[Sample], least_s: float) -> float | None:
    """How long what is free will last at the present rate; None where it does not shrink, or is not yet known."""
    rate = per_hour(free, least_s)
    if rate is None or rate >= 0.0:
        return None
    return max(0.0, free[-1].amount) / -rate
