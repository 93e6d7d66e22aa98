"""How the board changes when units are sent, report and leave an incident."""

from typing import Final, assert_never

from msgspec.structs import replace

from turnout.core.applying import (
    change_incident,
    change_unit,
    place_of_assignment,
    the_incident,
    the_unit,
    with_assignment,
)
from turnout.core.board import (
    STAGES,
    Assignment,
    Available,
    Board,
    Dispatch,
    OnIncident,
    RollCall,
    Timer,
    Unit,
)
from turnout.core.units.events import (
    AlertReported,
    AlertSent,
    AssignmentEnded,
    AssignmentEvent,
    IncidentStacked,
    IncidentUnstacked,
    LateReasonGiven,
    PaperAssignmentEntered,
    RoleChanged,
    RollCallAnswered,
    RollCallStarted,
    SentUnit,
    StageTimeFilled,
    StationAlerted,
    StationAlertReported,
    StatusReported,
    UnitDisposed,
    UnitFreed,
    UnitKept,
    UnitsAssigned,
)
from turnout.core.units.evolve_alerts import evolve_alert
from turnout.core.units.station_alert import settled
from turnout.words.identity import IncidentId

STAGE_ORDER: Final[dict[str, int]] = {stage: place for place, stage in enumerate(STAGES)}


def evolve_assignment(board: Board, event: AssignmentEvent) -> Board:  # noqa: C901  one case per event
    match event:
        case UnitsAssigned():
            return _assigned(board, event)
        case AssignmentEnded():
            return _ended(board, event)
        case StatusReported():
            return _reported(board, event)
        case StageTimeFilled():
            return _time_filled(board, event)
        case UnitFreed():
            return change_unit(board, event.unit, free=True)
        case UnitKept():
            return change_unit(board, event.unit, free=False)
        case IncidentStacked():
            return change_unit(board, event.unit, stack=_stacked(the_unit(board, event.unit), event))
        case IncidentUnstacked():
            stack = tuple(id for id in the_unit(board, event.unit).stack if id != event.incident)
            return change_unit(board, event.unit, stack=stack)
        case AlertSent() | AlertReported() | StationAlerted() | StationAlertReported():
            return evolve_alert(board, event)
        case PaperAssignmentEntered():
            return _entered(board, event)
        case LateReasonGiven() | UnitDisposed() | RoleChanged():
            return _assignment_noted(board, event)
        case RollCallStarted():
            return change_incident(board, event.incident, event, roll_call=RollCall(event.at, event.asked))
        case RollCallAnswered():
            roll_call = the_incident(board, event.incident).roll_call
            assert roll_call is not None, f"no roll-call at {event.incident}"
            answered = {**roll_call.answered, event.unit: event.at}
            return change_incident(board, event.incident, event, roll_call=replace(roll_call, answered=answered))
        case _:
            assert_never(event)


def _stacked(unit: Unit, event: IncidentStacked) -> tuple[IncidentId, ...]:
    at = 0 if event.first else len(unit.stack) if event.nth is None else event.nth - 1
    return (*unit.stack[:at], event.incident, *unit.stack[at:])


def _assigned(board: Board, event: UnitsAssigned) -> Board:
    incident = the_incident(board, event.incident)
    units = dict(board.units)
    for sent in event.units:
        units[sent.unit] = _sent(the_unit(board, sent.unit), sent, event)
    dispatch = Dispatch(
        at=event.at,
        by=event.by,
        units=tuple(sent.unit for sent in event.units),
        offer=event.offer,
        reason=event.reason,
    )
    active = incident.status == "active"
    alerted = frozenset(alert.station for alert in event.alerts)
    changed = replace(
        incident,
        assignments=(*incident.assignments, *(_assignment(sent, event) for sent in event.units)),
        dispatches=(*incident.dispatches, dispatch),
        alerts=(*settled(incident.alerts, event.at, alerted), *event.alerts),
        pre_alerted=(),
        status="active",
        status_since=incident.status_since if active else event.at,
        last_change=event.at,
    )
    return replace(board, units=units, incidents={**board.incidents, event.incident: changed})


def _assignment(sent: SentUnit, event: UnitsAssigned) -> Assignment:
    return Assignment(
        unit=sent.unit,
        role=sent.role,
        by=event.by,
        times={"dispatched": sent.dispatched},
        travel_time_s=sent.travel_time_s,
    )


def _sent(unit: Unit, sent: SentUnit, event: UnitsAssigned) -> Unit:
    assert not isinstance(unit.status, OnIncident), f"{unit.id} is on {unit.status}"
    return replace(
        unit,
        status=OnIncident(event.incident, "dispatched"),
        since=sent.dispatched,
        last_dispatched=sent.dispatched,
        dispatches=unit.dispatches + 1,
        last_incident=event.incident,
        free=False,
        stack=tuple(id for id in unit.stack if id != event.incident) if unit.stack else unit.stack,
    )


def _ended(board: Board, event: AssignmentEnded) -> Board:
    incident = the_incident(board, event.incident)
    index = place_of_assignment(incident, event.unit)
    assignment = incident.assignments[index]
    over = replace(
        assignment,
        times={**assignment.times, "ended": event.ended},
        ended_as=event.ended_as,
        disposition=event.disposition or assignment.disposition,
        odometer_km=_with_odometer(assignment, "ended", event.odometer_km),
    )
    board = change_incident(board, event.incident, event, assignments=with_assignment(incident, index, over))
    unit = the_unit(board, event.unit)
    set_out = assignment.times.keys() - {"dispatched", "acknowledged"}
    known = unit.odometer_km
    return change_unit(
        board,
        event.unit,
        status=Available(in_quarters=False),
        since=event.ended,
        free=False,
        odometer_km=known if event.odometer_km is None else event.odometer_km,
        last_worked=event.ended if set_out else unit.last_worked,
    )


def _reported(board: Board, event: StatusReported) -> Board:
    incident = the_incident(board, event.incident)
    index = place_of_assignment(incident, event.unit)
    assignment = incident.assignments[index]
    times = dict(assignment.times)
    if event.set_back:
        times = {s: at for s, at in times.items() if STAGE_ORDER[s] <= STAGE_ORDER[event.stage]}
    times.setdefault(event.stage, event.happened)
    destination = event.destination if event.destination is not None else assignment.destination
    changed = replace(
        assignment,
        times=times,
        destination=destination,
        odometer_km=_with_odometer(assignment, event.stage, event.odometer_km),
    )
    status = OnIncident(event.incident, event.stage, destination, event.code)
    board = change_incident(board, event.incident, event, assignments=with_assignment(incident, index, changed))
    unit = the_unit(board, event.unit)
    return change_unit(
        board,
        event.unit,
        status=status,
        since=event.happened,
        odometer_km=unit.odometer_km if event.odometer_km is None else event.odometer_km,
    )


def _with_odometer(assignment: Assignment, stage: str, odometer_km: float | None) -> dict[str, float]:
    return assignment.odometer_km if odometer_km is None else {**assignment.odometer_km, stage: odometer_km}


def _entered(board: Board, event: PaperAssignmentEntered) -> Board:
    """Among the incident's assignments in the order of sending; the unit stays as it is."""
    incident = the_incident(board, event.incident)
    entered = Assignment(
        unit=event.unit,
        by=event.by,
        times=event.times,
        role=event.role,
        disposition=event.disposition,
        destination=event.destination,
        ended_as="cleared",
        from_paper=True,
    )
    all_of_them = sorted((*incident.assignments, entered), key=lambda one: one.times["dispatched"])
    return change_incident(board, event.incident, event, assignments=tuple(all_of_them))


def _time_filled(board: Board, event: StageTimeFilled) -> Board:
    incident = the_incident(board, event.incident)
    index = place_of_assignment(incident, event.unit, working=False)
    assignment = incident.assignments[index]
    changed = replace(
        assignment,
        times={**assignment.times, event.stage: event.happened},
        odometer_km=_with_odometer(assignment, event.stage, event.odometer_km),
    )
    return change_incident(board, event.incident, event, assignments=with_assignment(incident, index, changed))


def _assignment_noted(board: Board, event: LateReasonGiven | UnitDisposed | RoleChanged) -> Board:
    incident = the_incident(board, event.incident)
    index = place_of_assignment(incident, event.unit, working=False)
    assignment = incident.assignments[index]
    if isinstance(event, LateReasonGiven):
        changed = replace(assignment, late_reasons={**assignment.late_reasons, event.interval: event.reason})
    elif isinstance(event, RoleChanged):
        changed = replace(assignment, role=event.becomes)
    else:
        changed = replace(assignment, disposition=event.disposition)
    return change_incident(board, event.incident, event, assignments=with_assignment(incident, index, changed))


def noted_overdue(board: Board, timer: Timer) -> Board:
    """A clock of a unit on an incident has rung: by when that should have been done stays with the assignment (3.9)."""
    incident = board.incidents.get(timer.incident) if timer.incident is not None else None
    if incident is None or timer.unit is None or timer.kind not in ("acknowledge", "turnout", "travel", "on-scene"):
        return board
    index = place_of_assignment(incident, timer.unit, working=False)
    assignment = incident.assignments[index]
    if timer.kind in assignment.overdue:
        return board
    changed = replace(assignment, overdue={**assignment.overdue, timer.kind: timer.due})
    row = replace(incident, assignments=with_assignment(incident, index, changed))
    return replace(board, incidents={**board.incidents, incident.id: row})
