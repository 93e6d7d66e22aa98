"""What stands on the board about signal plans: by district what a person has released, and what is proposed."""

from typing import Literal

import msgspec

from turnout.words.identity import ActorId
from turnout.words.moment import Moment

Figure = Literal["delay_s", "stops", "travel_s", "waiting_s", "throughput"]
"""Of all vehicles of the district: time loss with the delay of entering, in seconds per vehicle; stops per vehicle;
travel time and time stood still, in seconds per vehicle; vehicles that arrived."""


class ProposedFigure(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One figure of the simulation. `change` is after minus before, with its 95 % confidence interval."""

    figure: Figure
    before: float
    after: float
    change: float
    low: float
    high: float


class ProposedPlans(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A set of plans that somebody proposes for a district. The set itself is kept by its digest, off the board."""

    id: str
    district: str
    simulation: str
    """Digest of what its simulation found, kept as the set is."""
    digest: str
    over: str
    """Digest of the plans that it was simulated against."""
    note: str = ""
    seeds: int
    figures: tuple[ProposedFigure, ...]
    by: ActorId
    at: Moment


class ReleasedPlans(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The plans in force."""

    proposal: str
    digest: str
    by: ActorId
    at: Moment


class DistrictPlans(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One district. `released` None: those of its files. A proposal leaves when it is decided or withdrawn."""

    id: str
    released: ReleasedPlans | None = None
    proposals: tuple[ProposedPlans, ...] = ()
