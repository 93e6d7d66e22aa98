"""How the board changes with signal plans."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.board import Board
from turnout.core.plans.events import PlanEvent, PlansProposed, PlansRefused, PlansReleased, PlansWithdrawn
from turnout.core.plans.matters import DistrictPlans, ProposedPlans, ReleasedPlans


def evolve_plans(board: Board, event: PlanEvent) -> Board:
    proposal = event.proposal
    row = board.district_plans.get(proposal.district) or DistrictPlans(id=proposal.district)
    match event:
        case PlansProposed():
            return _with(board, replace(row, proposals=(*row.proposals, proposal)))
        case PlansReleased():
            released = ReleasedPlans(proposal=proposal.id, digest=proposal.digest, by=event.by, at=event.at)
            return _with(board, replace(_without(row, proposal), released=released))
        case PlansRefused() | PlansWithdrawn():
            return _with(board, _without(row, proposal))
        case _:
            assert_never(event)


def _without(row: DistrictPlans, proposal: ProposedPlans) -> DistrictPlans:
    left = tuple(each for each in row.proposals if each.id != proposal.id)
    assert len(left) < len(row.proposals), f"no proposal {proposal.id} on the board"
    return replace(row, proposals=left)


def _with(board: Board, row: DistrictPlans) -> Board:
    """A district of which nothing is released or proposed has no row."""
    kept = {id: each for id, each in board.district_plans.items() if id != row.id}
    if row.released is not None or row.proposals:
        kept[row.id] = row
    return replace(board, district_plans=kept)
