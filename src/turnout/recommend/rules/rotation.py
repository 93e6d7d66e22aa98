"""Among equals the one that has rested longest goes (2.1). With a plan that says rotation, rest is all that counts."""

import msgspec

from turnout.recommend.proposal import Reason
from turnout.recommend.request import Candidate, Request

EQUAL_S = 15.0
"""Nobody can tell arrivals closer than this apart: the error of any prediction is four times as large (measures.md)."""
ROTATION_STEP_S = 100_000.0
"""More than any drive, so that under rotation the order of rest decides and the drive only breaks ties."""


def weigh(candidates: list[Candidate], request: Request) -> list[Candidate]:
    rested_first = sorted(candidates, key=lambda candidate: candidate.unit.last_dispatched or 0)
    step_s = ROTATION_STEP_S if request.wanted.by_rotation else EQUAL_S / max(1, len(candidates))
    rank = {candidate.unit.id: index for index, candidate in enumerate(rested_first)}
    return [_weighed(candidate, rank[candidate.unit.id], step_s, request) for candidate in candidates]


def _weighed(candidate: Candidate, rank: int, step_s: float, request: Request) -> Candidate:
    why = (*candidate.why, Reason("by-rotation", {"turn": rank + 1})) if request.wanted.by_rotation else candidate.why
    return msgspec.structs.replace(candidate, penalty_s=candidate.penalty_s + rank * step_s, why=why)
