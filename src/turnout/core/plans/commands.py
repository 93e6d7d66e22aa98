"""Commands about signal plans: propose what was simulated, release or refuse it, withdraw it."""

from typing import Annotated, Final

import msgspec

from turnout.core.act import Do
from turnout.core.limits import Code, Id, Line
from turnout.core.plans.matters import PlanOfJunction, SimulatedRun

SIMULATIONS_MAX: Final = 24
"""Of one set of plans: as many plans as a day may be divided into."""

Simulations = Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=SIMULATIONS_MAX)]


class ProposePlans(Do, frozen=True, kw_only=True, tag="propose-plans"):
    """Propose a set of plans that was simulated. What its simulations found is filled in by the server."""

    proposal_id: Id
    district: Id
    simulations: Simulations
    """Digests of what simulations of this set found, one for each of its hours: a job's `simulation`."""
    note: Line = ""
    digest: Code = ""
    over: Code = ""
    runs: Annotated[tuple[SimulatedRun, ...], msgspec.Meta(max_length=SIMULATIONS_MAX)] = ()
    not_run: PlanOfJunction | None = None
    """The first plan that the set changes and none of them ran. With all from `digest` on it comes from the records of
    the simulations, and the rest from the district and the records: what an asker sends is not believed."""
    is_taken: bool = False
    """The records have a proposal of this identity."""
    state: Code = ""
    """What the district is now, as `over`; empty: it cannot be read."""
    after: Code = ""
    """The proposal whose plans are in force in `state`; empty: those of the files."""


class ReleasePlans(Do, frozen=True, kw_only=True, tag="release-plans"):
    """Put them in force, as somebody else than who proposed them. No controller is written to."""

    proposal_id: Id
    digest: Id
    simulations: Simulations
    """Of the proposal that was looked at, all of them: another of the same identity is not meant."""
    reason: Line = ""
    state: Code = ""
    """With `after` filled in by the server, as of `ProposePlans`."""
    after: Code = ""


class RefusePlans(Do, frozen=True, kw_only=True, tag="refuse-plans"):
    """`digest` and `simulations`: of the proposal that was looked at."""

    proposal_id: Id
    digest: Id
    simulations: Simulations
    reason: Line = ""


class WithdrawPlans(Do, frozen=True, kw_only=True, tag="withdraw-plans"):
    """By who proposed them."""

    proposal_id: Id
    reason: Line = ""


def as_asked(command: ProposePlans | ReleasePlans) -> ProposePlans | ReleasePlans:
    """Without what is another when it is sent again: a repeat is told by what was asked."""
    if isinstance(command, ReleasePlans):
        return msgspec.structs.replace(command, state="", after="")
    return msgspec.structs.replace(command, state="", after="", is_taken=False)


PlanCommand = ProposePlans | ReleasePlans | RefusePlans | WithdrawPlans
