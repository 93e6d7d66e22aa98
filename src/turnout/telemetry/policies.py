"""Where a place *matters*, it becomes an ordinary command (function 3.10). Pure: place and board in, command out.

Off unless the operator turns it on: the times that crews press are the record that they are judged by, and a machine
that presses for them must be wanted by them (docs/decisions/0074).
"""

from typing import Final

from turnout.core.board import Board, OnIncident
from turnout.core.location import FindPlace, no_place, place_of
from turnout.core.units.commands import ReportStatus
from turnout.telemetry.latest import Held
from turnout.words.place import distance_m

ARRIVED_WITHIN_M: Final = 60.0
"""From the incident: the width of a crossing and the length of a ladder truck."""

ARRIVED_BELOW_MPS: Final = 1.5
"""Walking pace. A unit that drives past has not arrived."""

LEFT_BEYOND_M: Final = 120.0
"""From its station: out of the apron and down the block."""

LEFT_ABOVE_MPS: Final = 3.0


def status_by_place(board: Board, held: Held, find: FindPlace = no_place) -> ReportStatus | None:
    """The status that the place of a unit speaks for, if it is further than the one reported. `find` opens the
    incident's place."""
    unit = board.units.get(held.unit)
    if unit is None or not isinstance(unit.status, OnIncident) or held.speed_mps is None:
        return None
    incident = board.incidents.get(unit.status.incident)
    if incident is None:
        return None
    stage, place = unit.status.at, place_of(incident.location, find)
    if stage in ("dispatched", "acknowledged") and _has_left(board, held):
        return ReportStatus(unit=unit.id, status="enroute", incident_id=incident.id, happened=held.at)
    near = place is not None and distance_m(place, held.place) <= ARRIVED_WITHIN_M
    if stage == "enroute" and near and held.speed_mps <= ARRIVED_BELOW_MPS:
        return ReportStatus(unit=unit.id, status="on-scene", incident_id=incident.id, happened=held.at)
    return None


def _has_left(board: Board, held: Held) -> bool:
    """Whether it drives, away from the station where it is posted."""
    assert board.catalogue is not None
    station = board.catalogue.stations.get(board.units[held.unit].station)
    if station is None or held.speed_mps is None or held.speed_mps < LEFT_ABOVE_MPS:
        return False
    return distance_m(station.place, held.place) >= LEFT_BEYOND_M
