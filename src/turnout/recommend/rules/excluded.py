"""A person has asked for others."""

from turnout.core.board import Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Request


def bar(unit: Unit, request: Request) -> Reason | None:
    return Reason("excluded-by-hand") if unit.id in request.exclude else None
