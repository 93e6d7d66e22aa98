"""The primary unit of an incident (6.3): computed, never simply the first that was sent."""

from turnout.core.board import Board, Incident, Unit
from turnout.words.moment import Moment


def lead_unit(board: Board, incident: Incident) -> Unit | None:
    """Of those working, else of all that were sent, the lowest rank of its kind.

    Among equals, the one that arrived first, then the one sent first, then by call sign. Never simply the first sent.
    """
    considered = incident.working or incident.assignments
    ranked = []
    for assignment in considered:
        unit = board.units.get(assignment.unit)
        if unit is None:
            continue
        kind = board.catalogue.unit_kinds.get(unit.kind) if board.catalogue is not None else None
        rank = kind.rank if kind is not None else 99
        arrived = assignment.times.get("on-scene", Moment(2**62))
        ranked.append((rank, arrived, assignment.times["dispatched"], unit.id))
    return board.units[min(ranked)[3]] if ranked else None
