"""Means with confidence intervals, and differences paired by seed: Student's t, as for any small sample.

Law, *Simulation Modeling and Analysis*, 5th edition 2015, 10.2: a paired-t interval over replications that share their
random numbers.
"""

import math
import statistics
from collections.abc import Sequence
from typing import Final, NamedTuple

from scipy import stats

from turnout.signals.districts.results import Compared, ConfidenceInterval

CONFIDENCE: Final = 0.95
DIGITS: Final = 3


class Sides(NamedTuple):
    before: ConfidenceInterval
    after: ConfidenceInterval
    change: ConfidenceInterval


def interval(values: Sequence[float]) -> ConfidenceInterval:
    """At least two values."""
    mean = statistics.fmean(values)
    t = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1))
    half = t * statistics.stdev(values) / math.sqrt(len(values))
    return ConfidenceInterval(round(mean, DIGITS), round(mean - half, DIGITS), round(mean + half, DIGITS))


def compared(before: Sequence[float], after: Sequence[float]) -> Sides:
    """The n-th of both were simulated with the same seed."""
    return Sides(
        interval(before), interval(after), interval([its - own for own, its in zip(before, after, strict=True)])
    )


def compared_where_known(before: Sequence[float | None], after: Sequence[float | None]) -> Compared:
    """None: the run has no such figure. The difference is of the pairs in which both sides have one."""
    pairs = [(own, its) for own, its in zip(before, after, strict=True) if own is not None and its is not None]
    return Compared(
        before=_known(before), after=_known(after), change=_known([its - own for own, its in pairs]), seeds=len(pairs)
    )


def _known(values: Sequence[float | None]) -> ConfidenceInterval | None:
    """None of fewer than two values: one has no interval."""
    known = [each for each in values if each is not None]
    return interval(known) if len(known) > 1 else None
