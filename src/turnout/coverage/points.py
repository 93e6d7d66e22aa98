"""The places for which cover is wanted, and how much each weighs: cells of some 300 m, by calls foretold or alike."""

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from turnout.coverage.picture import WeightedBy

Floats = NDArray[np.float64]

CELL_DEG = 0.003
"""About 330 m: a crew drives it in half a minute."""
POINTS_MAX = 4_000
"""More would make the table of road times larger than it helps: a bigger city is looked at in bigger cells."""


@dataclasses.dataclass(frozen=True, eq=False)
class DemandPoints:
    """`weights`: per discipline, one number per place; any scale."""

    lat: Floats
    lon: Floats
    weights: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.lat)

    def shares(self, discipline: str) -> Floats:
        """The weights of a discipline, summing to 1; even ones where no demand for it is foretold."""
        weight = self.weights[discipline] if self.weighted_by(discipline) == "demand" else np.ones(len(self))
        shares: Floats = weight / max(float(weight.sum()), 1e-12)
        return shares

    def weighted_by(self, discipline: str) -> WeightedBy:
        """By calls foretold for this discipline, or each place alike."""
        weight = self.weights.get(discipline)
        return "demand" if weight is not None and float(weight.sum()) > 0.0 else "ground"

    def heaviest(self, count: int) -> "DemandPoints":
        """At most so many places: those from which most calls come, over all disciplines."""
        if len(self) <= count:
            return self
        weight = np.sum([self.shares(discipline) for discipline in self.weights], axis=0)
        kept = np.zeros(len(self), dtype=np.bool_)
        kept[np.argsort(-np.broadcast_to(weight, len(self)), kind="stable")[:count]] = True
        return self.only(kept)

    def only(self, kept: NDArray[np.bool_]) -> "DemandPoints":
        """Those places alone."""
        weights = {discipline: weight[kept] for discipline, weight in self.weights.items()}
        return DemandPoints(self.lat[kept], self.lon[kept], weights)


def by_area(lat: Floats, lon: Floats, points_max: int = POINTS_MAX) -> DemandPoints:
    """One place per cell that has any of these (junctions of the roads): every inhabited cell weighs the same."""
    cell = CELL_DEG
    while True:
        cells = np.stack([np.floor(lat / cell), np.floor(lon / cell)], axis=1)
        _, first = np.unique(cells, axis=0, return_index=True)
        if len(first) <= points_max:
            return DemandPoints(lat[first], lon[first], {})
        cell *= 1.25
