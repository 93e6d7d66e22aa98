"""A crew whose emergency button is on needs help; it is not sent to give it (3.20)."""

from turnout.core.board import Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Request


def bar(unit: Unit, request: Request) -> Reason | None:
    return None if unit.duress is None else Reason("in-duress")
