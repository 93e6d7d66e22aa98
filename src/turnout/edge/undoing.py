"""Taking an act back: the ordinary command that undoes it, where there is one. Pure.

Nothing is removed from the record: the act and its undoing both stand there. What other people's work already rests on
(a cleared unit that may be gone by now, a merged incident) has no undoing, and the line says so.
"""

from typing import Final

from turnout.core.board import Board, OnIncident, OutOfService, Unit
from turnout.core.commands import Command
from turnout.core.incidents.commands import (
    AddNarrative,
    CancelIncident,
    ChangeIncident,
    ClaimIncident,
    CloseIncident,
    HoldIncident,
    OpenIncident,
    ReleaseIncident,
    Relocate,
    ReopenIncident,
    Retype,
    RouteIncident,
    SetAlarmLevel,
    StrikeNarrative,
)
from turnout.core.tables.commands import CloseRoad, EndZone, OpenRoad, OpenZone
from turnout.core.units.commands import (
    AssignUnits,
    ClearUnits,
    FreeUnits,
    LogOff,
    LogOn,
    MoveUp,
    NoteUnit,
    ReportStatus,
    ReturnToService,
    StackIncident,
    TakeOutOfService,
)
from turnout.words.identity import IncidentId, UnitId

WHY: Final = "taken back · 撤回"


def inverse(command: Command, before: Board) -> tuple[Command, ...]:
    """Commands that take `command` back, given the board on which it was decided. Empty: it cannot be taken back."""
    return _of_incident(command, before) or _of_unit(command, before) or _of_city(command)


def _of_incident(command: Command, before: Board) -> tuple[Command, ...]:
    match command:
        case OpenIncident(incident_id=incident):
            reason = _cancel_reason(before)
            return (CancelIncident(incident_id=incident, reason=reason, note=WHY),) if reason else ()
        case AddNarrative(incident_id=incident, entry_id=entry):
            return (StrikeNarrative(incident_id=incident, entry_id=entry, reason=WHY),)
        case HoldIncident(incident_id=incident):
            return (ReleaseIncident(incident_id=incident),)
        case ReleaseIncident(incident_id=incident):
            return (HoldIncident(incident_id=incident, reason=WHY),)
        case ClaimIncident(incident_id=incident, release=release):
            return (ClaimIncident(incident_id=incident, release=not release),)
        case ChangeIncident(incident_id=incident, field=field, was=was, becomes=becomes):
            return (ChangeIncident(incident_id=incident, field=field, was=becomes, becomes=was, reason=WHY),)
        case SetAlarmLevel(incident_id=incident, was=level_was, level=level):
            return (SetAlarmLevel(incident_id=incident, was=level, level=level_was, reason=WHY),)
        case CloseIncident(incident_id=incident) | CancelIncident(incident_id=incident):
            return (ReopenIncident(incident_id=incident, reason=WHY),)
        case RouteIncident() | Retype() | Relocate():
            return _to_what_it_was(command, before)
        case _:
            return ()


def _to_what_it_was(command: RouteIncident | Retype | Relocate, before: Board) -> tuple[Command, ...]:
    row = before.incidents.get(IncidentId(command.incident_id))
    if row is None:
        return ()
    match command:
        case RouteIncident():
            return (RouteIncident(incident_id=row.id, group=row.group),) if row.group else ()
        case Retype(type=type_code):
            return (Retype(incident_id=row.id, was=type_code, type=row.type, subtype=row.subtype),)
        case Relocate(location=location):
            return (Relocate(incident_id=row.id, was=location.text, location=row.location),)


def _of_unit(command: Command, before: Board) -> tuple[Command, ...]:
    match command:
        case AssignUnits(incident_id=incident, units=units, preempt=""):
            sent = tuple(unit for unit in units if not _was_on(before, unit, incident))
            return (ClearUnits(units=sent, incident_id=incident, override=WHY),) if sent else ()
        case StackIncident(unit=unit, incident_id=incident, remove=remove):
            return (StackIncident(unit=unit, incident_id=incident, remove=not remove),)
        case FreeUnits(units=units, undo=undo):
            return (FreeUnits(units=units, undo=not undo),)
        case LogOn(unit=unit):
            return (LogOff(units=(unit,)),)
        case TakeOutOfService(units=units):
            return (ReturnToService(units=units),)
        case ReturnToService(units=units):
            return tuple(
                TakeOutOfService(units=(unit,), reason=row.status.reason)
                for unit in units
                if (row := _unit(before, unit)) is not None and isinstance(row.status, OutOfService)
            )
        case MoveUp(unit=unit):
            row = _unit(before, unit)
            return (MoveUp(unit=unit, station=row.station, reason=WHY),) if row is not None else ()
        case NoteUnit(unit=unit):
            row = _unit(before, unit)
            return (NoteUnit(unit=unit, note=row.note),) if row is not None else ()
        case ReportStatus(unit=unit):
            row = _unit(before, unit)
            if row is None or not isinstance(row.status, OnIncident):
                return ()
            status = row.status
            return (ReportStatus(unit=unit, status=status.at, incident_id=status.incident, override=WHY),)
        case _:
            return ()


def _of_city(command: Command) -> tuple[Command, ...]:
    match command:
        case CloseRoad(closure_id=closure):
            return (OpenRoad(closure_id=closure),)
        case OpenZone(zone_id=zone):
            return (EndZone(zone_id=zone),)
        case _:
            return ()


def _unit(board: Board, unit: str) -> Unit | None:
    return board.units.get(UnitId(unit))


def _was_on(board: Board, unit: str, incident: str) -> bool:
    row = _unit(board, unit)
    return row is not None and isinstance(row.status, OnIncident) and row.status.incident == incident


def _cancel_reason(board: Board) -> str:
    """The city's first reason for cancelling, or empty."""
    if board.catalogue is None:
        return ""
    return next((reason.code for reason in board.catalogue.reasons.values() if reason.kind == "cancel"), "")
