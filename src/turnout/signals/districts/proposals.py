"""What is told of proposals on the engineer's screen, as in JSON."""

from typing import Literal

import msgspec

from turnout.core.plans.matters import SimulatedPeriod
from turnout.signals.districts.results import SimulateResult
from turnout.signals.districts.shapes import Id, PlanSet

ProposalState = Literal["proposed", "released", "refused", "withdrawn"]


class ProposalCard(msgspec.Struct, frozen=True, kw_only=True):
    id: Id
    district: str
    state: ProposalState
    digest: str
    simulation: str
    note: str
    by: str
    at: int
    decided_by: str = ""
    decided_at: int = 0
    reason: str = ""
    in_force: bool = False
    period: SimulatedPeriod | None = None
    """Whose plans were simulated: those of this day of the week at this minute. Null: no junction has hours."""
    never_entered: tuple[int, int] = (0, 0)
    """Of the simulation, before and after: vehicles that found no room to enter; `teleports`: were taken out."""
    teleports: tuple[int, int] = (0, 0)
    change: dict[str, tuple[float, float, float]] = {}
    """Of the simulation: by figure, mean, low and high of after minus before."""


class Proposals(msgspec.Struct, frozen=True):
    """Newest first."""

    proposals: tuple[ProposalCard, ...]


class ProposalShape(msgspec.Struct, frozen=True, kw_only=True):
    card: ProposalCard
    plans: PlanSet
    simulation: SimulateResult
