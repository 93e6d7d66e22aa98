"""Sending units to an incident (2.4, 2.7, 2.14, 4.3, 4.6): all or none, and a second sender is told of the first.

Order of guards: the incident, then each unit in the order given. Nothing here looks at how busy the system is (2.16).
"""

import msgspec
from msgspec.structs import replace

from turnout.core.board import (
    Board,
    Incident,
    OffDuty,
    Offer,
    OnIncident,
    OutOfService,
    Unit,
)
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft
from turnout.core.incidents.agencies import add_agency
from turnout.core.incidents.events import IncidentReleased
from turnout.core.lookups import (
    is_typed_reason,
    open_incident_of,
    reason_refused,
    tables_of,
    unit_of,
    working_assignment,
)
from turnout.core.no import No
from turnout.core.refusals import (
    AlreadyAssigned,
    Refusal,
    TimeNotPossible,
    UnitIsOffDuty,
    UnitIsOutOfService,
    UnitNotAvailable,
    UnitNotStaffed,
)
from turnout.core.timers.starting import running, timer_id, timers_at_stage
from turnout.core.units.alerting import alerts_with_dispatch
from turnout.core.units.commands import AssignUnits
from turnout.core.units.crews import crew_elsewhere, crew_goes
from turnout.core.units.events import SentUnit, UnitsAssigned
from turnout.core.units.leaving import EndedAs, leave
from turnout.words.identity import IncidentId, UnitId
from turnout.words.moment import Moment


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to go where, and why so."""

    incident: IncidentId
    units: tuple[UnitId, ...]
    roles: dict[str, str] = {}
    offer: Offer | None = None
    reason: str = ""
    preempt: str = ""
    is_typed: bool = False
    """`preempt` is no code."""
    override: str = ""
    back_entry: Moment | None = None
    relieves: UnitId | None = None
    alerts: bool = True
    """Whether stations are alerted; nobody is called out of quarters to where it stands already."""


def assign_units(board: Board, command: AssignUnits, context: Context) -> Decision:
    draft = Draft(board, context)
    sending = Sending(
        incident=IncidentId(command.incident_id),
        units=tuple(UnitId(unit) for unit in dict.fromkeys(command.units)),
        roles=command.roles,
        offer=command.offer,
        reason=command.reason,
        preempt=command.preempt,
        override=command.override,
        back_entry=command.back_entry,
    )
    return send(draft, sending) or draft.events


def send(draft: Draft, sending: Sending) -> Refusal | None:
    """Add to `draft` that the units go. A refusal means that the draft must be dropped."""
    board = draft.board
    tables, incident = tables_of(board), open_incident_of(board, sending.incident)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    if sending.back_entry is not None and sending.back_entry > draft.at:
        return TimeNotPossible(field="back_entry", at=sending.back_entry)
    if sending.preempt and (unknown := reason_refused(tables, "preempt", sending.preempt)) is not None:
        return unknown
    sending = replace(sending, is_typed=is_typed_reason(tables, "preempt", sending.preempt))
    units: list[Unit] = []
    for id in sending.units:
        unit = unit_of(board, id)
        if isinstance(unit, No):
            return unit
        refusal = _why_not(board, unit, sending)
        if refusal is not None:
            return refusal
        units.append(unit)
    _make_ready(draft, incident, units, sending)
    draft.add(_assigned(draft, units, sending))
    for unit in units:
        crew_goes(draft, unit)
    return None


def _why_not(board: Board, unit: Unit, sending: Sending) -> Refusal | None:
    """Why `unit` cannot be sent. An override goes over what a person can judge, never over what is impossible."""
    status = unit.status
    if isinstance(status, OnIncident):
        return _engaged(board, unit, status, sending)
    away = crew_elsewhere(board, unit, frozenset(sending.units))
    if away is not None:
        return away
    if sending.override:
        return None
    if isinstance(status, OffDuty):
        return UnitIsOffDuty(unit=unit.id, since=unit.since)
    if isinstance(status, OutOfService):
        return UnitIsOutOfService(unit=unit.id, reason=status.reason, since=unit.since)
    if not unit.staffed:
        kind = board.catalogue.unit_kinds.get(unit.kind) if board.catalogue is not None else None
        return UnitNotStaffed(unit=unit.id, crew=len(unit.crew), crew_min=kind.crew_min if kind is not None else 1)
    return None


def _engaged(board: Board, unit: Unit, status: OnIncident, sending: Sending) -> Refusal | None:
    """On this very incident: refused. On another: only if it is free, or the first is pre-empted."""
    incident = board.incidents[status.incident]
    assignment = working_assignment(incident, unit.id)
    assert assignment is not None, f"{unit.id} is on {incident.id} without an assignment"
    by, at = assignment.by, assignment.times["dispatched"]
    if incident.id == sending.incident:
        return AlreadyAssigned(unit=unit.id, incident=incident.id, tag=incident.tag, by=by, at=at)
    if unit.free or sending.preempt:
        return None
    return UnitNotAvailable(unit=unit.id, incident=incident.id, tag=incident.tag, by=by, at=at)


def _make_ready(draft: Draft, incident: Incident, units: list[Unit], sending: Sending) -> None:
    """The incident into the queue, the units off what they were on, their agencies into the incident."""
    if incident.status in ("scheduled", "held"):
        stops = running(draft.board, [timer_id("scheduled", incident.id)])
        draft.add(IncidentReleased(**draft.head, incident=incident.id, stops=stops))
    for unit in units:
        if isinstance(unit.status, OnIncident):
            ended_as: EndedAs = "cleared" if unit.free else "preempted"
            leave(draft, unit.id, ended_as, reason=sending.preempt, is_typed=sending.is_typed, goes_on=True)
    agencies = set(incident.agencies)
    for unit in units:
        if unit.agency not in agencies:
            add_agency(draft, incident.id, unit.agency)
            agencies.add(unit.agency)


def _assigned(draft: Draft, units: list[Unit], sending: Sending) -> UnitsAssigned:
    board = draft.board
    incident = board.incidents[sending.incident]
    dispatched = draft.at if sending.back_entry is None else sending.back_entry
    offered = {line.unit: line.travel_time_s for line in sending.offer.proposed} if sending.offer is not None else {}
    if sending.offer is not None:
        offered |= {line.unit: line.travel_time_s for line in sending.offer.bypassed}
    sent = tuple(SentUnit(unit.id, dispatched, sending.roles.get(unit.id, ""), offered.get(unit.id)) for unit in units)
    clocks = [timer for unit in units for timer in timers_at_stage(board, incident, unit, "dispatched", draft.at)]
    live = sending.back_entry is None and sending.alerts
    alerts, answers = alerts_with_dispatch(draft, incident, units) if live else ((), ())
    return UnitsAssigned(
        **draft.head,
        incident=incident.id,
        units=sent,
        offer=sending.offer,
        reason=sending.reason,
        preempt=sending.preempt,
        is_typed=sending.is_typed,
        override=sending.override,
        back_entry=sending.back_entry is not None,
        relieves=sending.relieves,
        stops=running(board, [timer_id("pending", incident.id), timer_id("review", incident.id)]),
        starts=() if sending.back_entry is not None else (*clocks, *answers),
        alerts=alerts,
    )
