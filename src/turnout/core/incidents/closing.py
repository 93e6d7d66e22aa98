"""How incidents end (6.1, 6.2, 6.4, 4.11): disposed of, closed, cancelled, reopened, archived."""

from collections.abc import Iterable

from msgspec.structs import replace

from turnout.core.board import Board, Incident
from turnout.core.catalogue import IncidentType
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.incidents.commands import (
    CancelIncident,
    CloseIncident,
    DisposeAgency,
    ReopenIncident,
    RequestTransfer,
    SetPrimary,
)
from turnout.core.incidents.events import (
    AgencyDisposed,
    IncidentArchived,
    IncidentCancelled,
    IncidentClosed,
    IncidentReopened,
    NarrativeAdded,
    PrimaryReleased,
    PrimarySet,
    TransferRequested,
)
from turnout.core.lookups import (
    anyone_arrived,
    incident_of,
    is_typed_reason,
    open_incident_of,
    reason_refused,
    tables_of,
)
from turnout.core.no import No
from turnout.core.numbers import counters, next_tag
from turnout.core.refusals import (
    AgencyNotOnIncident,
    DispositionNotForAgency,
    FieldsMissing,
    IncidentNotClosed,
    NobodyArrived,
    NotAssigned,
    ReasonNeeded,
    Refusal,
    TimeNotPossible,
    UnitsStillWorking,
    UnknownCode,
    UnknownIncident,
)
from turnout.core.timers.starting import archive_timer, incident_timer, running, timer_id, timers_of_incident
from turnout.core.units.events import IncidentUnstacked
from turnout.core.units.leaving import EndedAs, leave
from turnout.core.units.legs import reasons_missing
from turnout.core.units.primary import computed, ranking
from turnout.words.identity import AgencyId, IncidentId, UnitId
from turnout.words.moment import Moment


def disposition_refused(board: Board, code: str, agencies: Iterable[AgencyId]) -> Refusal | None:
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    disposition = tables.dispositions.get(code)
    if disposition is None:
        return UnknownCode(kind="disposition", value=code)
    others = tuple(agency for agency in agencies if disposition.agencies and agency not in disposition.agencies)
    return DispositionNotForAgency(disposition=code, agencies=others) if others else None


def dispose_agency(board: Board, command: DisposeAgency, context: Context) -> Decision:
    """One agency's disposition; with the last one, and nobody working, the incident closes by itself (6.2)."""
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    agency = AgencyId(command.agency)
    if agency not in incident.agencies:
        return AgencyNotOnIncident(agency=agency, tag=incident.tag)
    refusal = disposition_refused(board, command.disposition, (agency,))
    if refusal is not None:
        return refusal
    draft = Draft(board, context)
    draft.add(AgencyDisposed(**draft.head, incident=incident.id, agency=agency, disposition=command.disposition))
    close_if_complete(draft, incident.id)
    return draft.events


def dispose_with_last_unit(draft: Draft, incident_id: IncidentId, agency: AgencyId, disposition: str) -> None:
    """The last unit of `agency` has gone with a disposition: it is the agency's too, unless that has its own (6.2)."""
    incident = draft.board.incidents[incident_id]
    if incident.status == "closed" or agency not in incident.agencies or agency in incident.dispositions:
        return
    if any(_agency_of(draft.board, assignment.unit) == agency for assignment in incident.working):
        return
    draft.add(AgencyDisposed(**draft.head, incident=incident_id, agency=agency, disposition=disposition))


def _agency_of(board: Board, unit_id: str) -> AgencyId | None:
    unit = board.units.get(UnitId(unit_id))
    return None if unit is None else unit.agency


def close_if_complete(draft: Draft, incident_id: IncidentId) -> None:
    """Every agency has its disposition, nobody works, nothing else is missing: it closes by itself (6.2)."""
    incident = draft.board.incidents[incident_id]
    if incident.status == "closed":
        return
    disposed = all(agency in incident.dispositions for agency in incident.agencies)
    if disposed and not incident.working and close_refused(draft.board, incident) is None:
        _close(draft, incident, incident.dispositions, "")


def close_incident(board: Board, command: CloseIncident, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if command.back_entry is not None and not incident.opened <= command.back_entry <= context.at:
        return TimeNotPossible(field="back_entry", at=command.back_entry)
    undisposed = tuple(agency for agency in incident.agencies if agency not in incident.dispositions)
    refusal = disposition_refused(board, command.disposition, undisposed)
    if refusal is not None:
        return refusal
    draft = Draft(board, context)
    if command.note:
        entry = draft.name("note")
        draft.add(NarrativeAdded(**draft.head, incident=incident.id, entry=entry, text=command.note))
        incident = draft.board.incidents[incident.id]
    refusal = None if command.override else close_refused(board, incident)
    if refusal is not None:
        return refusal
    for assignment in incident.working:
        leave(draft, assignment.unit, "cleared", override=command.override, incident_ends=True)
    dispositions = incident.dispositions | dict.fromkeys(undisposed, command.disposition)
    _close(draft, incident, dispositions, command.override, command.back_entry)
    return draft.events


def _close(
    draft: Draft,
    incident: Incident,
    dispositions: dict[AgencyId, str],
    override: str,
    on_paper: Moment | None = None,
) -> None:
    closed = IncidentClosed(
        **draft.head,
        incident=incident.id,
        dispositions=dispositions,
        override=override,
        closed_on_paper=on_paper,
        ranking=computed(draft.board, draft.board.incidents[incident.id]),
        stops=timers_of_incident(draft.board, incident.id),
        starts=archive_timer(incident, draft.at),
    )
    draft.add(closed)
    unstack_everywhere(draft, incident.id)


def unstack_everywhere(draft: Draft, incident_id: IncidentId) -> None:
    for unit in draft.board.units.values():
        if incident_id in unit.stack:
            draft.add(IncidentUnstacked(**draft.head, unit=unit.id, incident=incident_id))


def _kind_of(board: Board, incident: Incident) -> IncidentType | None:
    return board.catalogue.types.get(incident.type) if board.catalogue is not None else None


def close_refused(board: Board, incident: Incident) -> Refusal | None:
    """What stands in the way of closing, that a person's logged override may go over."""
    kind = _kind_of(board, incident)
    if incident.working:
        return UnitsStillWorking(tag=incident.tag, units=tuple(a.unit for a in incident.working))
    if kind is None:
        return None
    missing = tuple(name for name in kind.close_requires if not is_filled(incident, name))
    if missing:
        return FieldsMissing(tag=incident.tag, fields=missing)
    if kind.scene_arrival_required and not kind.advise_only and not anyone_arrived(incident):
        return NobodyArrived(tag=incident.tag)
    return None


def is_filled(incident: Incident, name: str) -> bool:
    """Whether the incident has what `close_requires` names: a part of it, or one of its named facts."""
    match name:
        case "narrative":
            return any(line.struck is None for line in incident.narrative)
        case "patients":
            return bool(incident.patients)
        case "persons":
            return any(not card.removed for card in incident.persons)
        case "vehicles":
            return any(not vehicle.struck_reason for vehicle in incident.vehicles)
        case "items":
            return any(not item.struck_reason for item in incident.items)
        case "subtype":
            return bool(incident.subtype)
        case "media":
            return bool(incident.media)
        case "triage":
            return bool(incident.triage)
        case "late_reasons":
            return not reasons_missing(incident)
        case _:
            return bool(incident.fields.get(name.removeprefix("fields."), ""))


def cancel_incident(board: Board, command: CancelIncident, context: Context) -> Decision:
    """Before or after dispatch: units are freed, and it counts as closed for this reason (6.4)."""
    tables, incident = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    refusal = reason_refused(tables, "cancel", command.reason)
    if refusal is not None:
        return refusal
    draft, is_typed = Draft(board, context), is_typed_reason(tables, "cancel", command.reason)
    ended_as: EndedAs = "cancelled"
    for assignment in incident.working:
        leave(draft, assignment.unit, ended_as, reason=command.reason, is_typed=is_typed, incident_ends=True)
    cancelled = IncidentCancelled(
        **draft.head,
        incident=incident.id,
        reason=command.reason,
        is_typed=is_typed,
        note=command.note,
        ranking=computed(draft.board, draft.board.incidents[incident.id]),
        stops=timers_of_incident(draft.board, incident.id),
        starts=archive_timer(incident, draft.at),
    )
    draft.add(cancelled)
    unstack_everywhere(draft, incident.id)
    return draft.events


def reopen_incident(board: Board, command: ReopenIncident, context: Context) -> Decision:
    """From the board while it is still there, else from the record that the desk has put into the command (4.11)."""
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    refusal = reason_refused(tables, "reopen", command.reason)
    if refusal is not None:
        return refusal
    here = board.incidents.get(IncidentId(command.incident_id))
    incident = here or command.record
    if incident is None or incident.id != command.incident_id:
        return UnknownIncident(incident=command.incident_id)
    if incident.status != "closed":
        return IncidentNotClosed(tag=incident.tag)
    lead = tables.agencies.get(incident.agencies[0])
    tag = None
    if here is None and incident.tag in board.tags:
        tag = next_tag(board, lead.discipline if lead is not None else "services")
    reopened = IncidentReopened(
        **head(context),
        incident=incident.id,
        reason=command.reason,
        is_typed=is_typed_reason(tables, "reopen", command.reason),
        tag=incident.tag if tag is None else tag.given,
        series={} if tag is None else counters([tag]),
        record=None if here is not None else replace(incident, status="closed"),
        stops=running(board, [timer_id("archive", incident.id)]),
        starts=incident_timer(tables, "pending", incident, context.at),
    )
    if not command.note.strip():
        return [reopened]
    entry = f"{context.command_id}:note"
    return [reopened, NarrativeAdded(**head(context), incident=incident.id, entry=entry, text=command.note)]


def set_primary(board: Board, command: SetPrimary, context: Context) -> Decision:
    """A person puts another unit first, or lets the computed ranking hold again; why is on record (6.3)."""
    incident = incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    agency = AgencyId(command.agency)
    if not command.reason.strip():
        return ReasonNeeded(field="primary")
    known = incident.primary_chosen.get(agency)
    if not command.unit:
        released = PrimaryReleased(**head(context), incident=incident.id, agency=agency, reason=command.reason)
        return [] if known is None else [released]
    if command.unit not in ranking(board, incident).get(agency, ()):
        return NotAssigned(unit=command.unit, tag=incident.tag)
    if known is not None and (known.unit, context.show(known.reason)) == (command.unit, command.reason):
        return []
    unit = UnitId(command.unit)
    return [PrimarySet(**head(context), incident=incident.id, agency=agency, unit=unit, reason=command.reason)]


def request_transfer(board: Board, command: RequestTransfer, context: Context) -> Decision:
    """Open or closed, on the board or from its record: the agencies with a number of their own are given it (4.9)."""
    incident = board.incidents.get(IncidentId(command.incident_id)) or command.record
    if incident is None or incident.id != command.incident_id:
        return UnknownIncident(incident=command.incident_id)
    agencies = (AgencyId(command.agency),) if command.agency else tuple(incident.numbers)
    if any(agency not in incident.numbers for agency in agencies):
        return AgencyNotOnIncident(agency=command.agency, tag=incident.tag)
    return [TransferRequested(**head(context), incident=incident.id, agencies=agencies)]


def archive(draft: Draft, incident: Incident) -> None:
    """It leaves the board for the records, with its calls and whatever still timed any of it."""
    gone = {call.id for call in draft.board.calls.values() if call.incident == incident.id}
    stops = tuple(
        timer.id for timer in draft.board.timers.values() if timer.incident == incident.id or timer.call in gone
    )
    draft.add(IncidentArchived(**draft.head, incident=incident.id, stops=stops))
