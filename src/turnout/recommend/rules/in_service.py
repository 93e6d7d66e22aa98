"""A unit out of service is not proposed; one whose crew is away on another vehicle is such a one (3.2, 3.18)."""

from turnout.core.board import OutOfService, Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Request

CREW_AWAY = "crew-on:"


def bar(unit: Unit, request: Request) -> Reason | None:
    if not isinstance(unit.status, OutOfService):
        return None
    if unit.status.reason.startswith(CREW_AWAY):
        return Reason("crew-is-on", {"unit": unit.status.reason.removeprefix(CREW_AWAY)})
    return Reason("out-of-service", {"reason": unit.status.reason})
