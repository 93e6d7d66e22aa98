"""Commands about signal plans: propose what was simulated, release or refuse it, withdraw it."""

from typing import Annotated, Final

import msgspec

from turnout.core.act import Do
from turnout.core.limits import Code, Count, Id, Line
from turnout.core.plans.matters import ProposedFigure

FIGURES_MAX: Final = 16


class ProposePlans(Do, frozen=True, kw_only=True, tag="propose-plans"):
    """Propose a set of plans that was simulated. What its simulation found is filled in by the server."""

    proposal_id: Id
    district: Id
    simulation: Id
    """Digest of what the simulation found: a job's `simulation`."""
    note: Line = ""
    digest: Code = ""
    over: Code = ""
    seeds: Count = 0
    figures: Annotated[tuple[ProposedFigure, ...], msgspec.Meta(max_length=FIGURES_MAX)] = ()
    """With `digest`, `over` and `seeds` from the record of the simulation: what an asker sends is not believed."""


class ReleasePlans(Do, frozen=True, kw_only=True, tag="release-plans"):
    """Put them in force, as somebody else than who proposed them. No controller is written to."""

    proposal_id: Id
    reason: Line = ""


class RefusePlans(Do, frozen=True, kw_only=True, tag="refuse-plans"):
    proposal_id: Id
    reason: Line = ""


class WithdrawPlans(Do, frozen=True, kw_only=True, tag="withdraw-plans"):
    """By who proposed them."""

    proposal_id: Id
    reason: Line = ""


PlanCommand = ProposePlans | ReleasePlans | RefusePlans | WithdrawPlans
