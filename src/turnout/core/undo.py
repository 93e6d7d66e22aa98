"""What takes back a command, as further commands (the command line's undo). Nothing is ever deleted.

Undoing is a new act, decided by the same rules as any: it may be refused when the world has moved on. None: this cannot
be taken back (a closed-loop fact such as an arrival of a call, a crew sent home, tables published).
"""

from turnout.core.board import Available, Board, Incident, OnIncident, OutOfService, Unit
from turnout.core.calls.commands import OpenFromAlarm
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.incidents.commands import (
    TRIAGES,
    AddItem,
    AddNarrative,
    AddPerson,
    AddVehicle,
    CancelIncident,
    ChangeEntry,
    ChangeIncident,
    ChangePerson,
    ClaimIncident,
    CloseIncident,
    HoldIncident,
    LinkIncidents,
    OpenIncident,
    PreAlert,
    ReleaseIncident,
    Relocate,
    RemovePerson,
    ReopenIncident,
    Retype,
    RouteIncident,
    SetAlarmLevel,
    SetPatient,
    SetPrimary,
    SetSecondaryPlace,
    StrikeEntry,
    StrikeNarrative,
    WithdrawPreAlert,
)
from turnout.core.incidents.events import PreAlerted, PreAlertWithdrawn
from turnout.core.lookups import working_assignment
from turnout.core.roster.commands import CancelShift, ChangeShift, ScheduleShift
from turnout.core.roster.shift import Shift
from turnout.core.tables.commands import (
    CloseRoad,
    EndZone,
    OpenRoad,
    OpenZone,
    SetExercise,
    SetHospital,
    SetHydrant,
    TakeGroups,
)
from turnout.core.units.commands import (
    AssignUnits,
    ChangeRole,
    ChangeVehicle,
    ClearUnits,
    FreeUnits,
    LogOn,
    MoveUp,
    NoteUnit,
    ReportStatus,
    ReturnToService,
    SelfInitiate,
    StackIncident,
    TakeOutOfService,
)
from turnout.core.units.events import StatusReported, UnitsAssigned
from turnout.words.identity import AgencyId, IncidentId, UnitId
from turnout.words.sealed_text import ERASED

UNDO = "undo"
"""The reason that is logged with everything that is taken back."""


def undo_of(before: Board, command: Command, events: list[Event]) -> list[Command] | None:
    """Commands that put back what `command` did to `before`, in order; None where it cannot be undone.

    An empty list: it did nothing, so there is nothing to take back.
    """
    if not events:
        return []
    return (
        _undo_units(before, command, events)
        or _undo_incident(before, command, events)
        or _undo_entry(before, command)
        or _undo_table(before, command)
        or _undo_roster(before, command)
    )


def _undo_units(before: Board, command: Command, events: list[Event]) -> list[Command] | None:  # noqa: C901
    match command:
        case AssignUnits():
            return _undo_assignment(before, command, events)
        case ReportStatus():
            return _undo_status(before, command, events)
        case ClearUnits():
            return _undo_clearing(before, command)
        case FreeUnits():
            return [FreeUnits(units=command.units, undo=not command.undo)]
        case StackIncident():
            return [_restacked(before, command)]
        case ChangeRole():
            return _undo_role(before, command)
        case TakeOutOfService():
            return _undo_out_of_service(before, command)
        case ReturnToService():
            return [_back_out(unit) for id in command.units if (unit := before.units.get(UnitId(id))) is not None]
        case MoveUp():
            unit = before.units[UnitId(command.unit)]
            return [MoveUp(unit=unit.id, station=unit.station, reason=UNDO)]
        case ChangeVehicle():
            vehicle = before.units[UnitId(command.unit)].vehicle
            return [ChangeVehicle(unit=command.unit, vehicle=vehicle)] if vehicle else None
        case NoteUnit():
            return [NoteUnit(unit=command.unit, note=before.units[UnitId(command.unit)].note)]
        case LogOn():
            return None
        case SelfInitiate():
            return [CancelIncident(incident_id=command.incident_id, reason=UNDO)]
        case _:
            return None


def _restacked(before: Board, command: StackIncident) -> Command:
    """Where it was in the stack, or not in it."""
    stack = before.units[UnitId(command.unit)].stack
    if command.incident_id not in stack:
        return StackIncident(unit=command.unit, incident_id=command.incident_id, remove=True)
    place = stack.index(IncidentId(command.incident_id)) + 1
    return StackIncident(unit=command.unit, incident_id=command.incident_id, place=place)


def _undo_role(before: Board, command: ChangeRole) -> list[Command] | None:
    assignment = working_assignment(before.incidents[IncidentId(command.incident_id)], command.unit)
    assert assignment is not None, f"{command.unit} does not work on {command.incident_id}"
    return [ChangeRole(incident_id=command.incident_id, unit=command.unit, role=assignment.role)]


def _undo_assignment(before: Board, command: AssignUnits, events: list[Event]) -> list[Command]:
    """Released as cancelled. Units that had been pre-empted go back to where they were."""
    sent = tuple(s.unit for e in events if isinstance(e, UnitsAssigned) for s in e.units)
    undone: list[Command] = [ClearUnits(units=sent, incident_id=command.incident_id, override=UNDO)]
    for id in sent:
        unit = before.units[id]
        if isinstance(unit.status, OnIncident):
            undone += _back_on(unit, unit.status)
    return undone


def _back_on(unit: Unit, status: OnIncident) -> list[Command]:
    back: list[Command] = [AssignUnits(incident_id=status.incident, units=(unit.id,), reason=UNDO, override=UNDO)]
    if status.at != "dispatched":
        back.append(ReportStatus(unit=unit.id, status=status.at, override=UNDO, destination=status.destination))
    return back


def _undo_status(before: Board, command: ReportStatus, events: list[Event]) -> list[Command] | None:
    unit = before.units[UnitId(command.unit)]
    match unit.status:
        case OnIncident() as status if any(isinstance(event, StatusReported) for event in events):
            return [ReportStatus(unit=unit.id, status=status.code or status.at, override=UNDO)]
        case OnIncident() as status:
            return _back_on(unit, status)
        case Available() as status:
            return [ReportStatus(unit=unit.id, status="in-quarters" if status.in_quarters else "available")]
        case OutOfService():
            return [_back_out(unit)]
        case _:
            return None


def _back_out(unit: Unit) -> Command:
    reason = unit.status.reason if isinstance(unit.status, OutOfService) else UNDO
    return TakeOutOfService(units=(unit.id,), reason=reason, note=UNDO)


def _undo_clearing(before: Board, command: ClearUnits) -> list[Command] | None:
    """Sent again, with the stage that they were at. A unit that a stacked incident has taken stays with that."""
    back: list[Command] = []
    for id in command.units:
        unit = before.units[UnitId(id)]
        if not isinstance(unit.status, OnIncident) or unit.stack:
            return None
        back += _back_on(unit, unit.status)
    return back


def _undo_out_of_service(before: Board, command: TakeOutOfService) -> list[Command]:
    units = [before.units[UnitId(id)] for id in command.units]
    back: list[Command] = []
    was_available = tuple(unit.id for unit in units if isinstance(unit.status, Available))
    if was_available:
        back.append(ReturnToService(units=was_available))
    back += [_back_out(unit) for unit in units if isinstance(unit.status, OutOfService)]
    return back


def _undo_incident(before: Board, command: Command, events: list[Event]) -> list[Command] | None:
    incident = before.incidents.get(IncidentId(getattr(command, "incident_id", "")))
    match command:
        case OpenIncident() | OpenFromAlarm():
            return [CancelIncident(incident_id=command.incident_id, reason=UNDO)]
        case HoldIncident():
            return [ReleaseIncident(incident_id=command.incident_id)]
        case ReleaseIncident() if incident is not None and incident.status == "held":
            return [HoldIncident(incident_id=command.incident_id, reason=UNDO)]
        case ClaimIncident():
            return [ClaimIncident(incident_id=command.incident_id, release=not command.release)]
        case RouteIncident() if incident is not None and incident.group:
            return [RouteIncident(incident_id=incident.id, group=incident.group)]
        case SetAlarmLevel():
            return [SetAlarmLevel(incident_id=command.incident_id, was=command.level, level=command.was, reason=UNDO)]
        case PreAlert():
            told = tuple(one for event in events if isinstance(event, PreAlerted) for one in event.to)
            return [WithdrawPreAlert(incident_id=command.incident_id, to=told, reason=UNDO)]
        case WithdrawPreAlert():
            told = tuple(one for event in events if isinstance(event, PreAlertWithdrawn) for one in event.to)
            return [PreAlert(incident_id=command.incident_id, to=told)]
        case LinkIncidents():
            return [
                LinkIncidents(incident_id=command.incident_id, other_id=command.other_id, unlink=not command.unlink)
            ]
        case SetPrimary() if incident is not None:
            known = incident.primary_chosen.get(AgencyId(command.agency))
            unit = "" if known is None else known.unit
            return [SetPrimary(incident_id=incident.id, agency=command.agency, unit=unit, reason=UNDO)]
        case CloseIncident() | CancelIncident() if incident is not None:
            return _undo_end(before, incident)
        case _:
            return None


def _undo_end(before: Board, incident: Incident) -> list[Command]:
    back: list[Command] = [ReopenIncident(incident_id=incident.id, reason=UNDO)]
    for assignment in incident.working:
        unit = before.units[assignment.unit]
        if isinstance(unit.status, OnIncident):
            back += _back_on(unit, unit.status)
    return back


def _undo_entry(before: Board, command: Command) -> list[Command] | None:
    incident = before.incidents.get(IncidentId(getattr(command, "incident_id", "")))
    if incident is None:
        return None
    id = incident.id
    match command:
        case ChangeIncident():
            return [
                ChangeIncident(
                    incident_id=id, field=command.field, was=command.becomes, becomes=command.was, reason=UNDO
                )
            ]
        case Retype():
            return [Retype(incident_id=id, was=command.type, type=incident.type, subtype=incident.subtype)]
        case Relocate():
            return [Relocate(incident_id=id, was=command.location.text, location=incident.location)]
        case AddNarrative():
            return [StrikeNarrative(incident_id=id, entry_id=command.entry_id, reason=UNDO)]
        case ChangeEntry() | ChangePerson():
            return [_undo_correction(incident, command)]
        case AddPerson():
            return [RemovePerson(incident_id=id, person_id=command.person.id, reason=UNDO)]
        case AddVehicle():
            return [StrikeEntry(incident_id=id, entry_id=command.vehicle_id, reason=UNDO)]
        case AddItem():
            return [StrikeEntry(incident_id=id, entry_id=command.item_id, reason=UNDO)]
        case SetPatient():
            return _undo_patient(incident, command)
        case SetSecondaryPlace():
            return _undo_place(incident, command)
        case _:
            return None


def _undo_correction(incident: Incident, command: ChangeEntry | ChangePerson) -> Command:
    if isinstance(command, ChangePerson):
        was = next(card for card in incident.persons if card.id == command.person.id)
        return ChangePerson(incident_id=incident.id, was_ref=command.person.ref, person=was)
    return ChangeEntry(
        incident_id=incident.id,
        entry_id=command.entry_id,
        field=command.field,
        was=command.becomes,
        becomes=command.was,
    )


def _undo_patient(incident: Incident, command: SetPatient) -> list[Command] | None:
    was = next((patient for patient in incident.patients if patient.id == command.patient_id), None)
    if was is None:
        return None
    changed = (command.triage, was.triage), (command.destination, was.destination), (command.unit, was.unit)
    if any(becomes and before == ERASED for becomes, before in changed):
        return None
    back = SetPatient(
        incident_id=incident.id,
        patient_id=was.id,
        triage=next((one for one in TRIAGES if one == was.triage), ""),
        destination=None if was.destination == ERASED else was.destination,
        unit=None if was.unit == ERASED else was.unit,
        card=was.card,
    )
    return [back]


def _undo_place(incident: Incident, command: SetSecondaryPlace) -> list[Command]:
    was = next((place for place in incident.places if place.id == command.place_id), None)
    back = SetSecondaryPlace(
        incident_id=incident.id,
        place_id=command.place_id,
        role=command.role if was is None else was.role,
        location=command.location if was is None else was.location,
        remove=was is None or was.removed,
    )
    return [back]


def _undo_table(before: Board, command: Command) -> list[Command] | None:
    match command:
        case CloseRoad():
            return [OpenRoad(closure_id=command.closure_id)]
        case OpenRoad():
            was = before.closures[command.closure_id]
            return [
                CloseRoad(
                    closure_id=was.id,
                    line=was.line,
                    radius_m=was.radius_m,
                    slowdown=was.slowdown,
                    reason=was.reason,
                    until=was.until,
                )
            ]
        case OpenZone():
            return [EndZone(zone_id=command.zone_id)]
        case SetHospital() if (hospital := before.hospitals.get(command.hospital)) is not None:
            return [
                SetHospital(hospital=hospital.id, diversion=hospital.diversion, beds=hospital.beds, note=hospital.note)
            ]
        case SetHospital():
            return [SetHospital(hospital=command.hospital)]
        case SetHydrant():
            known = before.hydrants.get(command.hydrant)
            return [SetHydrant(hydrant=command.hydrant, out_of_service=known is not None and known.out_of_service)]
        case TakeGroups():
            return [TakeGroups(position_id=command.position_id, groups=before.positions[command.position_id].groups)]
        case SetExercise():
            return [SetExercise(on=not command.on)]
        case _:
            return None


def _undo_roster(before: Board, command: Command) -> list[Command] | None:
    """A shift that has begun is not taken back: a crew has been logged on."""
    match command:
        case ScheduleShift():
            return [CancelShift(shift_id=command.shift_id, reason=UNDO)]
        case CancelShift():
            return [_scheduled(before.shifts[command.shift_id])]
        case ChangeShift():
            return [_as_it_was(before.shifts[command.shift_id])]
        case _:
            return None


def _scheduled(shift: Shift) -> Command:
    return ScheduleShift(
        shift_id=shift.id,
        unit=shift.unit,
        begins=shift.begins,
        ends=shift.ends,
        crew=shift.crew,
        vehicle=shift.vehicle,
        equipment=shift.equipment,
        station=shift.station,
        by_itself=shift.by_itself,
        note=shift.note,
    )


def _as_it_was(shift: Shift) -> Command:
    return ChangeShift(
        shift_id=shift.id,
        begins=shift.begins,
        ends=shift.ends,
        crew=shift.crew,
        vehicle=shift.vehicle,
        equipment=shift.equipment,
        station=shift.station,
        by_itself=shift.by_itself,
        note=shift.note,
    )
