"""A crew that has just worked rests as long as the city says (2.1), unless help is urgent or there is nobody else.

For what can wait a resting unit is barred, and said to rest. For what is urgent it goes, and its line says that its
rest is cut short; so it does where nobody rested can meet a need: then `weigh` puts it behind everybody who has rested.
"""

import msgspec

from turnout.core.board import Available, Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Candidate, Request
from turnout.words.moment import SECOND_MS

RESTING = "still-resting"
REST_COST_S = 4e8
"""More than every place in a rotation of two thousand units and any drive, and less than what nobody can do."""


def rest_left_s(unit: Unit, request: Request) -> int:
    """Seconds of rest that it still has; 0 where the city sets none, or it has had it."""
    kind, agency = request.catalogue.unit_kinds.get(unit.kind), request.catalogue.agencies.get(unit.agency)
    of_agency = agency.rest_s if agency is not None else 0
    rest_s = of_agency if kind is None or kind.rest_s is None else kind.rest_s
    if not rest_s or unit.last_worked is None or not isinstance(unit.status, Available):
        return 0
    return max(0, rest_s - max(0, request.at - unit.last_worked) // SECOND_MS)


def bar(unit: Unit, request: Request) -> Reason | None:
    left_s = 0 if request.is_urgent else rest_left_s(unit, request)
    return Reason(RESTING, {"left_min": _minutes(left_s)}) if left_s else None


def weigh(candidates: list[Candidate], request: Request) -> list[Candidate]:
    return [_weighed(candidate, rest_left_s(candidate.unit, request), request) for candidate in candidates]


def _weighed(candidate: Candidate, left_s: int, request: Request) -> Candidate:
    if not left_s:
        return candidate
    return msgspec.structs.replace(
        candidate,
        penalty_s=candidate.penalty_s + (0.0 if request.is_urgent else REST_COST_S),
        why=(*candidate.why, Reason("rest-cut-short", {"left_min": _minutes(left_s)})),
    )


def _minutes(seconds: int) -> int:
    return -(-seconds // 60)
