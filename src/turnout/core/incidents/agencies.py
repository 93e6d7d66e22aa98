"""Agencies on an incident (4.19, 7.3): each of the city's has its own number there; a neighbour counts elsewhere."""

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft
from turnout.core.incidents.commands import AddAgency
from turnout.core.incidents.events import AgencyAdded
from turnout.core.lookups import open_incident_of, tables_of
from turnout.core.no import No
from turnout.core.numbers import counters, next_number
from turnout.core.refusals import AgencyAlreadyOnIncident, UnknownCode
from turnout.words.identity import AgencyId, IncidentId


def decide_add_agency(board: Board, command: AddAgency, context: Context) -> Decision:
    tables, incident = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    agency = AgencyId(command.agency)
    if agency not in tables.agencies:
        return UnknownCode(kind="agency", value=agency)
    if agency in incident.agencies:
        return AgencyAlreadyOnIncident(agency=agency, tag=incident.tag)
    draft = Draft(board, context)
    add_agency(draft, incident.id, agency)
    return draft.events


def add_agency(draft: Draft, incident_id: IncidentId, agency: AgencyId, *, leads: bool = False) -> None:
    """Add to `draft` that `agency` joins, or, already there, that it leads from now on."""
    board = draft.board
    incident = board.incidents[incident_id]
    tables = board.catalogue
    entry = tables.agencies.get(agency) if tables is not None else None
    joins = agency not in incident.numbers and entry is not None and not entry.neighbour
    number = next_number(board, entry, incident.opened, incident.exercise) if joins and entry is not None else None
    event = AgencyAdded(
        **draft.head,
        incident=incident_id,
        agency=agency,
        number="" if number is None else number.given,
        series={} if number is None else counters([number]),
        leads=leads,
    )
    draft.add(event)
