"""A unit on an incident is not proposed unless it is free (3.22); the incident that holds it is named (2.14)."""

from turnout.core.board import OnIncident, Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Request


def bar(unit: Unit, request: Request) -> Reason | None:
    if not isinstance(unit.status, OnIncident) or unit.free:
        return None
    if unit.status.incident == request.incident.id:
        return Reason("on-this-incident")
    other = request.board.incidents.get(unit.status.incident)
    if other is None:
        return Reason("on-incident", {"incident": str(unit.status.incident), "priority": 0})
    before_scene = unit.status.at in ("dispatched", "acknowledged", "enroute", "staged")
    code = "could-be-preempted" if before_scene and other.priority > request.incident.priority else "on-incident"
    return Reason(code, {"incident": other.tag, "priority": other.priority})
