"""Units of the incident's agencies, and of neighbours only where a plan asks for mutual aid (2.15)."""

from turnout.core.board import Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Request


def bar(unit: Unit, request: Request) -> Reason | None:
    if unit.agency in request.wanted.agencies:
        return None
    agency = request.catalogue.agencies.get(unit.agency)
    if agency is not None and agency.neighbour:
        return Reason("mutual-aid-not-in-plan", {"agency": str(unit.agency)})
    return Reason("other-agency", {"agency": str(unit.agency)})
