"""Fit one distribution of seconds to real intervals, choosing the family by how well it foretells the other days.

Each family is fitted to the even days and judged on the odd ones and back (Kolmogorov-Smirnov distance of the fit to
 the days left out). The simplest family within `TIE` of the best wins, so a curve of quantiles, which can
follow anything, is taken only where a formula really fails.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

Array = NDArray[np.float64]
TIE = 0.012
"""About half of the sampling noise of a KS distance at n = 1,000: below this a formula is preferred to a longer one."""
QUANTILE_KNOTS = 21
EM_ROUNDS = 200


@dataclass(frozen=True)
class Fit:
    """A fitted family with what it was judged by. Ends are the 0.1 and 99.7 percentiles of what was seen."""

    family: str
    parameters: tuple[float, ...]
    zero_share: float
    least: float
    most: float
    n: int
    ks_held_out: float
    ks: float
    real_p50: float
    real_p90: float
    model_p50: float
    model_p90: float

    def cdf(self, at: Array) -> Array:
        """With the zero part, so that it lies over the real step function."""
        inside = np.where(at < self.least, 0.0, np.where(at >= self.most, 1.0, CDFS[self.family](self.parameters, at)))
        return np.where(at < 0, 0.0, self.zero_share + (1.0 - self.zero_share) * inside)


def lognormal(x: Array) -> tuple[float, ...]:
    return (float(np.log(x).mean()), float(max(np.log(x).std(), 0.05)))


def gamma(x: Array) -> tuple[float, ...]:
    shape, _, scale = stats.gamma.fit(x, floc=0)
    return (float(shape), float(scale))


def mixture(x: Array) -> tuple[float, ...]:
    """Two lognormals, by expectation-maximisation from the lower and upper half."""
    y = np.log(x)
    share, low, high = 0.5, float(np.percentile(y, 20)), float(np.percentile(y, 70))
    low_sd = high_sd = float(max(y.std() / 1.5, 0.1))
    for _ in range(EM_ROUNDS):
        a = share * stats.norm.pdf(y, low, low_sd)
        b = (1 - share) * stats.norm.pdf(y, high, high_sd)
        w = a / np.maximum(a + b, 1e-300)
        share = float(np.clip(w.mean(), 0.02, 0.98))
        low, high = float(np.average(y, weights=w + 1e-9)), float(np.average(y, weights=1 - w + 1e-9))
        low_sd = float(max(np.sqrt(np.average((y - low) ** 2, weights=w + 1e-9)), 0.05))
        high_sd = float(max(np.sqrt(np.average((y - high) ** 2, weights=1 - w + 1e-9)), 0.05))
    return (share, low, low_sd, high, high_sd)


def quantiles(x: Array) -> tuple[float, ...]:
    return tuple(float(q) for q in np.percentile(x, np.linspace(0, 100, QUANTILE_KNOTS)))


FITS: dict[str, Callable[[Array], tuple[float, ...]]] = {
    "lognormal": lognormal,
    "gamma": gamma,
    "mixture": mixture,
    "quantiles": quantiles,
}
"""In order of preference where they foretell equally well."""

CDFS: dict[str, Callable[[Sequence[float], Array], Array]] = {
    "lognormal": lambda p, x: stats.lognorm.cdf(x, p[1], scale=np.exp(p[0])),
    "gamma": lambda p, x: stats.gamma.cdf(x, p[0], scale=p[1]),
    "mixture": lambda p, x: (
        p[0] * stats.lognorm.cdf(x, p[2], scale=np.exp(p[1]))
        + (1 - p[0]) * stats.lognorm.cdf(x, p[4], scale=np.exp(p[3]))
    ),
    "quantiles": lambda p, x: np.interp(x, p, np.linspace(0, 1, len(p)), left=0.0, right=1.0),
}


def distance(x: Array, family: str, parameters: Sequence[float]) -> float:
    return float(stats.kstest(x, lambda at: CDFS[family](parameters, at)).statistic)


def fit(seconds: Sequence[float], days: Sequence[int]) -> Fit:
    """The best family for these seconds. `days` are the local days on which they happened, for the folds."""
    every = np.asarray(seconds, dtype=np.float64)
    odd = np.asarray(days) % 2 == 1
    positive = every > 0
    x = every[positive]
    zero_share = float(1 - positive.mean())
    halves = [(x[odd[positive]], x[~odd[positive]]), (x[~odd[positive]], x[odd[positive]])]
    held_out = {
        family: float(np.mean([distance(judged, family, make(fitted)) for fitted, judged in halves]))
        for family, make in FITS.items()
    }
    best = min(held_out.values())
    family = next(family for family in FITS if held_out[family] <= best + TIE)
    parameters = FITS[family](x)
    bare = Fit(
        family,
        parameters,
        zero_share,
        float(np.percentile(x, 0.1)),
        float(np.percentile(x, 99.7)),
        len(every),
        held_out[family],
        distance(x, family, parameters),
        float(np.percentile(every, 50)),
        float(np.percentile(every, 90)),
        0.0,
        0.0,
    )
    return Fit(**{**bare.__dict__, "model_p50": quantile(bare, 0.5), "model_p90": quantile(bare, 0.9)})


def quantile(fitted: Fit, share: float) -> float:
    if share <= fitted.zero_share:
        return 0.0
    return float(brentq(lambda at: float(fitted.cdf(np.array([at]))[0]) - share, 0.0, fitted.most + 1.0))
