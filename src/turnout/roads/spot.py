"""Spots: places on the road graph."""

import dataclasses
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray


class Spot(msgspec.Struct, frozen=True, gc=False):
    """A place on a directed edge.

    `either_way`: somebody here may set out in, or arrive from, both directions of the road. False for a moving unit,
    which counts from the next junction in its own direction.
    """

    edge: int
    fraction: float
    """How far along the edge, 0 to 1."""
    offset_m: float = 0.0
    """How far the place that was asked for is from the road."""
    either_way: bool = True


@dataclasses.dataclass(frozen=True, eq=False)
class Spots:
    """Many spots as columns. Edge -1 means: no road near enough."""

    edge: NDArray[np.int32]
    fraction: NDArray[np.float64]
    offset_m: NDArray[np.float64]
    either_way: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.edge)

    def at(self, index: int) -> Spot | None:
        if self.edge[index] < 0:
            return None
        return Spot(
            int(self.edge[index]),
            float(self.fraction[index]),
            float(self.offset_m[index]),
            bool(self.either_way[index]),
        )

    @classmethod
    def of(cls, spots: Sequence[Spot | None]) -> "Spots":
        return cls(
            edge=np.array([-1 if spot is None else spot.edge for spot in spots], dtype=np.int32),
            fraction=np.array([0.0 if spot is None else spot.fraction for spot in spots], dtype=np.float64),
            offset_m=np.array([np.inf if spot is None else spot.offset_m for spot in spots], dtype=np.float64),
            either_way=np.array([spot is not None and spot.either_way for spot in spots], dtype=np.bool_),
        )
