"""A unit whose crew is logged on with fewer than its kind needs is not proposed (3.1).

A city that logs no names marks its units staffed without a crew list; then there is nothing to count.
"""

from turnout.core.board import Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Request


def bar(unit: Unit, request: Request) -> Reason | None:
    kind = request.catalogue.unit_kinds.get(unit.kind)
    if kind is None or not unit.crew or len(unit.crew) >= kind.crew_min:
        return None
    return Reason("crew-too-small", {"crew": len(unit.crew), "needed": kind.crew_min})
