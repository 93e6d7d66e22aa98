"""Means with confidence intervals, and differences paired by seed: Student's t, as for any small sample.

Law, *Simulation Modeling and Analysis*, 5th edition 2015, 10.2: a paired-t interval over replications that share their
random numbers.
"""

import math
import statistics
from collections.abc import Sequence
from typing import Final

from scipy import stats

from turnout.signals.districts.results import Compared, ConfidenceInterval

CONFIDENCE: Final = 0.95
DIGITS: Final = 3


def interval(values: Sequence[float]) -> ConfidenceInterval:
    """At least two values."""
    mean = statistics.fmean(values)
    t = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(values) - 1))
    half = t * statistics.stdev(values) / math.sqrt(len(values))
    return ConfidenceInterval(round(mean, DIGITS), round(mean - half, DIGITS), round(mean + half, DIGITS))


def compared(before: Sequence[float], after: Sequence[float]) -> Compared:
    """The n-th of both were simulated with the same seed."""
    differences = [its - own for own, its in zip(before, after, strict=True)]
    return Compared(before=interval(before), after=interval(after), change=interval(differences))
