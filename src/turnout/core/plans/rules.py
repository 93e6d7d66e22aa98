"""Who may put signal plans in force (15.3): what was simulated is proposed, and another person decides.

A release concerns the plans and files that it was simulated against, and the proposal that was looked at. Once others
are there its figures say nothing, and it has to be simulated again. Nothing here writes to a controller. Pure: what a
simulation says and what the district's files are now is the caller's to show.
"""

from typing import Final, assert_never

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.plans.commands import PlanCommand, ProposePlans, RefusePlans, ReleasePlans, WithdrawPlans
from turnout.core.plans.events import PlansProposed, PlansRefused, PlansReleased, PlansWithdrawn
from turnout.core.plans.matters import ProposedPlans
from turnout.core.plans.refusals import DistrictNotRead, PlansFull, PlansMovedOn, PlansNotRun, PlansNotSimulated
from turnout.core.refusals import IdentityTaken, NotPermitted, UnknownEntry
from turnout.core.reveals.refusals import SecondPersonNeeded

PROPOSALS_MAX: Final = 20
"""That wait at once in a district: a person compares two, and decides the rest first."""
DISTRICTS_MAX: Final = 100
"""As many as a city's folder may have."""


def decide_plans(board: Board, command: PlanCommand, context: Context) -> Decision:
    match command:
        case ProposePlans():
            return _propose(board, command, context)
        case ReleasePlans():
            return _release(board, command, context)
        case RefusePlans():
            return _refuse(board, command, context)
        case WithdrawPlans():
            return _withdraw(board, command, context)
        case _:
            assert_never(command)


def find_proposal(board: Board, proposal_id: str) -> ProposedPlans | None:
    """One that waits."""
    rows = board.district_plans.values()
    return next((each for row in rows for each in row.proposals if each.id == proposal_id), None)


def _is_known(board: Board, proposal_id: str) -> bool:
    released = (row.released for row in board.district_plans.values())
    taken = any(each is not None and each.proposal == proposal_id for each in released)
    return taken or find_proposal(board, proposal_id) is not None


def in_force(board: Board, district: str) -> str:
    """The proposal whose plans are in force; empty: those of the district's files."""
    row = board.district_plans.get(district)
    return row.released.proposal if row is not None and row.released is not None else ""


def _has_moved_on(board: Board, district: str, over: str, command: ProposePlans | ReleasePlans) -> bool:
    """The board may have gone on, too, since the district was read for this command."""
    return command.state != over or command.after != in_force(board, district)


def _is_another(proposal: ProposedPlans, command: ReleasePlans | RefusePlans) -> bool:
    """Than the one that was looked at: an identity may have been withdrawn and used again."""
    seen = proposal.digest, tuple(run.simulation for run in proposal.runs)
    return seen != (command.digest, command.simulations)


def _propose(board: Board, command: ProposePlans, context: Context) -> Decision:
    if command.is_taken or _is_known(board, command.proposal_id):
        return IdentityTaken(kind="plans", value=command.proposal_id)
    if not (command.runs and command.digest and command.over and all(run.figures for run in command.runs)):
        return PlansNotSimulated(district=command.district)
    if command.not_run is not None:
        return PlansNotRun(district=command.district, junction=command.not_run.junction, plan=command.not_run.plan)
    if not command.state:
        return DistrictNotRead(district=command.district)
    if _has_moved_on(board, command.district, command.over, command):
        return PlansMovedOn(district=command.district)
    row = board.district_plans.get(command.district)
    if row is None and len(board.district_plans) >= DISTRICTS_MAX:
        return PlansFull(most=DISTRICTS_MAX)
    if row is not None and len(row.proposals) >= PROPOSALS_MAX:
        return PlansFull(most=PROPOSALS_MAX)
    first, *further = command.runs
    proposal = ProposedPlans(
        id=command.proposal_id,
        district=command.district,
        simulation=first.simulation,
        digest=command.digest,
        over=command.over,
        note=command.note,
        seeds=first.seeds,
        figures=first.figures,
        period=first.period,
        never_entered=first.never_entered,
        teleports=first.teleports,
        further=tuple(further),
        by=context.actor.id,
        at=context.at,
    )
    return [PlansProposed(**head(context), proposal=proposal)]


def _release(board: Board, command: ReleasePlans, context: Context) -> Decision:
    proposal = find_proposal(board, command.proposal_id)
    if proposal is None:
        return UnknownEntry(kind="plans", entry=command.proposal_id)
    if proposal.by == context.actor.id:
        return SecondPersonNeeded(whose=proposal.by)
    if _is_another(proposal, command):
        return PlansMovedOn(district=proposal.district)
    if not command.state:
        return DistrictNotRead(district=proposal.district)
    if _has_moved_on(board, proposal.district, proposal.over, command):
        return PlansMovedOn(district=proposal.district)
    return [PlansReleased(**head(context), proposal=proposal, reason=command.reason)]


def _refuse(board: Board, command: RefusePlans, context: Context) -> Decision:
    proposal = find_proposal(board, command.proposal_id)
    if proposal is None:
        return UnknownEntry(kind="plans", entry=command.proposal_id)
    if proposal.by == context.actor.id:
        return SecondPersonNeeded(whose=proposal.by)
    if _is_another(proposal, command):
        return PlansMovedOn(district=proposal.district)
    return [PlansRefused(**head(context), proposal=proposal, reason=command.reason)]


def _withdraw(board: Board, command: WithdrawPlans, context: Context) -> Decision:
    proposal = find_proposal(board, command.proposal_id)
    if proposal is None:
        return UnknownEntry(kind="plans", entry=command.proposal_id)
    if proposal.by != context.actor.id:
        return NotPermitted(command="withdraw-plans", lacks="own-name", subject=proposal.by)
    return [PlansWithdrawn(**head(context), proposal=proposal, reason=command.reason)]
