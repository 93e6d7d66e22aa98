"""What differs on the roads just now: closures and slowdowns. Immutable, cheap to derive, for any hour."""

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

RESTRAINTS_MAX = 10_000
"""More open closures and slowdowns at one time than any city has; a runaway feed is refused, not obeyed."""


@dataclasses.dataclass(frozen=True, eq=False)
class Restraint:
    """A named set of edges that take `multiplier` times as long as usual; infinite where closed."""

    key: str
    edges: NDArray[np.int32]
    multiplier: float

    @property
    def is_closure(self) -> bool:
        return math.isinf(self.multiplier)


@dataclasses.dataclass(frozen=True, eq=False)
class Conditions:
    """The closures and slowdowns in force, each under a key by which it is lifted again."""

    restraints: tuple[Restraint, ...] = ()

    def with_closure(self, key: str, edges: NDArray[np.int32]) -> "Conditions":
        """These conditions and one closure more; one of the same key is replaced."""
        return self._with(Restraint(key, edges, math.inf))

    def with_slowdown(self, key: str, edges: NDArray[np.int32], multiplier: float) -> "Conditions":
        """These conditions and a slowdown: the edges take `multiplier` (above 0, finite) times as long."""
        if not 0.0 < multiplier < math.inf:
            raise ValueError(f"a slowdown's multiplier must be above 0 and finite, not {multiplier}")
        return self._with(Restraint(key, edges, multiplier))

    def without(self, key: str) -> "Conditions":
        """These conditions with that closure or slowdown lifted; the same when there is none of that key."""
        return Conditions(tuple(restraint for restraint in self.restraints if restraint.key != key))

    def _with(self, restraint: Restraint) -> "Conditions":
        kept = self.without(restraint.key).restraints
        if len(kept) >= RESTRAINTS_MAX:
            raise ValueError(f"more than {RESTRAINTS_MAX} closures and slowdowns at once")
        return Conditions((*kept, restraint))

    def closed_edges(self) -> NDArray[np.int32]:
        """Every closed edge, in ascending order."""
        closed = [restraint.edges for restraint in self.restraints if restraint.is_closure]
        return np.unique(np.concatenate(closed)) if closed else np.empty(0, dtype=np.int32)

    def slowed(self, times_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Edge times with the slowdowns laid on. Where several cover one edge, the slowest counts."""
        slow = [restraint for restraint in self.restraints if not restraint.is_closure]
        if not slow:
            return times_s
        multiplier = np.full(len(times_s), -math.inf)
        for restraint in slow:
            np.maximum.at(multiplier, restraint.edges, restraint.multiplier)
        return np.where(np.isinf(multiplier), times_s, times_s * multiplier)


CLEAR = Conditions()
"""Nothing closed, nothing slowed."""
