"""Finding what a command speaks of, or the refusal that says that it is not there."""

from turnout.core.board import Assignment, Board, Call, Incident, OnIncident, Unit
from turnout.core.catalogue import Catalogue
from turnout.core.refusals import (
    CallIsClosed,
    IncidentIsClosed,
    NoTables,
    NotAssigned,
    UnitMovedOn,
    UnitOnNoIncident,
    UnknownCall,
    UnknownCode,
    UnknownIncident,
    UnknownUnit,
)
from turnout.core.units.station_alert import Channel
from turnout.words.identity import AgencyId, CallId, IncidentId, StationId, UnitId

ARRIVED = frozenset({"on-scene", "at-patient", "transporting", "at-destination"})
"""Stages that a unit can only be at once it has arrived."""


def tables_of(board: Board) -> Catalogue | NoTables:
    return NoTables() if board.catalogue is None else board.catalogue


def incident_of(board: Board, incident_id: str) -> Incident | UnknownIncident:
    found = board.incidents.get(IncidentId(incident_id))
    return UnknownIncident(incident=incident_id) if found is None else found


def open_incident_of(board: Board, incident_id: str) -> Incident | UnknownIncident | IncidentIsClosed:
    incident = incident_of(board, incident_id)
    if isinstance(incident, Incident) and incident.status == "closed":
        at = incident.closed if incident.closed is not None else incident.status_since
        return IncidentIsClosed(incident=incident.id, tag=incident.tag, at=at)
    return incident


def unit_of(board: Board, unit_id: str) -> Unit | UnknownUnit:
    found = board.units.get(UnitId(unit_id))
    return UnknownUnit(unit=unit_id) if found is None else found


def open_call_of(board: Board, call_id: str) -> Call | UnknownCall | CallIsClosed:
    call = board.calls.get(CallId(call_id))
    if call is None:
        return UnknownCall(call=call_id)
    if call.closed is not None:
        return CallIsClosed(call=call_id, at=call.closed)
    return call


def tag_of(board: Board, incident_id: str) -> str:
    """The tag that people know it by; its identity where it is not on the board."""
    incident = board.incidents.get(IncidentId(incident_id))
    return incident_id if incident is None else incident.tag


def working_assignment(incident: Incident, unit_id: str) -> Assignment | None:
    return next((a for a in reversed(incident.assignments) if a.unit == unit_id and not a.is_over), None)


def latest_assignment(incident: Incident, unit_id: str) -> Assignment | None:
    return next((a for a in reversed(incident.assignments) if a.unit == unit_id), None)


def duty_of(board: Board, unit: Unit, meant: str = "") -> tuple[Incident, Assignment] | UnitOnNoIncident | UnitMovedOn:
    """What `unit` is working on. `meant`: the incident that the sender believes it to be on, if they say."""
    status = unit.status
    if not isinstance(status, OnIncident):
        return (
            UnitMovedOn(unit=unit.id, meant=tag_of(board, meant), now="") if meant else UnitOnNoIncident(unit=unit.id)
        )
    incident = board.incidents[status.incident]
    if meant and meant != incident.id:
        return UnitMovedOn(unit=unit.id, meant=tag_of(board, meant), now=incident.tag)
    assignment = working_assignment(incident, unit.id)
    assert assignment is not None, f"{unit.id} is on {incident.id} without an assignment"
    return incident, assignment


def assignment_of(incident: Incident, unit_id: str) -> Assignment | NotAssigned:
    """The newest one, over or not."""
    return latest_assignment(incident, unit_id) or NotAssigned(unit=unit_id, tag=incident.tag)


def has_arrived(assignment: Assignment) -> bool:
    return not ARRIVED.isdisjoint(assignment.times)


def anyone_arrived(incident: Incident) -> bool:
    return any(has_arrived(assignment) for assignment in incident.assignments)


def lead_agency(incident: Incident) -> AgencyId:
    return incident.agencies[0]


def ways_to(tables: Catalogue | None, station: StationId) -> tuple[Channel, ...]:
    """By what its agency alerts the station, the first way first; none: the program alerts nobody there by itself."""
    entry = tables.stations.get(station) if tables is not None else None
    agency = tables.agencies.get(entry.agency) if tables is not None and entry is not None else None
    return agency.alert_by if agency is not None else ()


BUILT_IN_REASONS = frozenset({"undo", "reported"})
"""Reasons that the program itself gives: something was taken back; a crew reported it without saying why."""


def reason_refused(tables: Catalogue, kind: str, code: str) -> UnknownCode | None:
    """A coded reason must be one of its kind, where the city has written any down; else it is free text."""
    if code in BUILT_IN_REASONS:
        return None
    known = _reasons_of(tables, kind)
    return None if not known or code in known else UnknownCode(kind=f"reason.{kind}", value=code)


def is_typed_reason(tables: Catalogue, kind: str, code: str) -> bool:
    """Whether it is somebody's own words, because the city has written no reasons of that kind down."""
    return bool(code) and code not in BUILT_IN_REASONS and not _reasons_of(tables, kind)


def _reasons_of(tables: Catalogue, kind: str) -> set[str]:
    return {reason.code for reason in tables.reasons.values() if reason.kind == kind}
