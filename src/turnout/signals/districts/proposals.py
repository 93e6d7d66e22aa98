"""What is told of proposals on the engineer's screen, as in JSON."""

from typing import Literal

import msgspec

from turnout.core.plans.matters import SimulatedPeriod
from turnout.signals.districts.results import SimulateResult
from turnout.signals.districts.shapes import Id, PlanSet

ProposalState = Literal["proposed", "released", "refused", "withdrawn"]


class RunCard(msgspec.Struct, frozen=True, kw_only=True):
    simulation: str
    period: SimulatedPeriod | None = None
    """Whose plans were simulated: those of this day of the week at this minute. Null: no junction has hours."""
    never_entered: tuple[int, int] = (0, 0)
    """Before and after: vehicles that found no room to enter; `teleports`: were taken out."""
    teleports: tuple[int, int] = (0, 0)
    change: dict[str, tuple[float, float, float]] = {}
    """By figure, mean, low and high of after minus before."""


class ProposalCard(msgspec.Struct, frozen=True, kw_only=True):
    id: Id
    district: str
    state: ProposalState
    digest: str
    note: str
    by: str
    at: int
    decided_by: str = ""
    decided_at: int = 0
    reason: str = ""
    in_force: bool = False
    runs: tuple[RunCard, ...] = ()
    """Its simulations: the set is released with all of them, or not at all."""


class Proposals(msgspec.Struct, frozen=True):
    """Newest first."""

    proposals: tuple[ProposalCard, ...]


class ProposalShape(msgspec.Struct, frozen=True, kw_only=True):
    card: ProposalCard
    plans: PlanSet
    simulations: tuple[SimulateResult, ...]
    """In the order of `runs` of the card."""
