"""What has happened to signal plans. Each event has the whole proposal: once it is decided, it is nowhere else."""

from turnout.core.fact import Fact
from turnout.core.plans.matters import ProposedPlans


class PlansProposed(Fact, frozen=True, kw_only=True, tag="plans-proposed"):
    proposal: ProposedPlans


class PlansReleased(Fact, frozen=True, kw_only=True, tag="plans-released"):
    proposal: ProposedPlans
    reason: str = ""


class PlansRefused(Fact, frozen=True, kw_only=True, tag="plans-refused"):
    proposal: ProposedPlans
    reason: str = ""


class PlansWithdrawn(Fact, frozen=True, kw_only=True, tag="plans-withdrawn"):
    proposal: ProposedPlans
    reason: str = ""


PlanEvent = PlansProposed | PlansReleased | PlansRefused | PlansWithdrawn
