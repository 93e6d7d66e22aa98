"""Only units that somebody is on are proposed (3.1)."""

from turnout.core.board import OffDuty, Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Request


def bar(unit: Unit, request: Request) -> Reason | None:
    if isinstance(unit.status, OffDuty) or not unit.staffed:
        return Reason("not-staffed")
    return None
