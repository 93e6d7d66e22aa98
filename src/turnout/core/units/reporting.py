"""What units report: their stages on an incident, and their own availability (3.3, 3.24, 11.10; APCO ANS 1.116).

Forward is always taken, whatever was skipped: crews have their hands full. Back needs a person's override, which is
logged and withdraws the later times. A status that comes late from a dead spot fills in its time and changes nothing
that has been reported since.
"""

from msgspec.structs import replace

from turnout.core.board import (
    STAGES,
    Assignment,
    Available,
    Board,
    Incident,
    OffDuty,
    OnIncident,
    OutOfService,
    Stage,
    Unit,
)
from turnout.core.catalogue import StatusCode
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.events import Event
from turnout.core.lookups import duty_of, has_arrived, latest_assignment, unit_of
from turnout.core.no import No
from turnout.core.refusals import NotArrived, Refusal, ReportTooOld, StagePassed, UnitIsOffDuty, UnknownCode
from turnout.core.timers.starting import timers_at_stage, timers_done_at_stage
from turnout.core.units.clearing import Clearing, clear
from turnout.core.units.commands import LogOff, ReportStatus, ReturnToService, TakeOutOfService
from turnout.core.units.events import (
    AvailabilityReported,
    StageTimeFilled,
    StatusReported,
    UnitInService,
    UnitLoggedOff,
    UnitOutOfService,
)
from turnout.core.units.evolve_assignments import STAGE_ORDER
from turnout.core.units.shifts import log_off, return_to_service, take_out_of_service
from turnout.words.identity import IncidentId
from turnout.words.moment import Moment

IN_QUARTERS = "in-quarters"
"""Available and back in its station: what is reported for it, and a stage that an agency's own code may stand for."""

CLOCK_ERROR_MS = 30_000
"""By how much a crew's device may be wrong about the time: phones and tablets that see a network are within seconds."""

NEEDS_ARRIVAL = frozenset({"transporting", "at-destination", "clearing"})
INCIDENT_STAGES: tuple[Stage, ...] = (
    "dispatched",
    "acknowledged",
    "enroute",
    "staged",
    "on-scene",
    "at-patient",
    "transporting",
    "at-destination",
    "clearing",
)


def report_status(board: Board, command: ReportStatus, context: Context) -> Decision:
    unit = unit_of(board, command.unit)
    if isinstance(unit, No):
        return unit
    meaning = _meaning(board, unit, command.status)
    if isinstance(meaning, No):
        return meaning
    word, code = meaning
    stage = next((stage for stage in INCIDENT_STAGES if stage == word), None)
    if stage is not None:
        return _on_incident(board, unit, stage, code, command, context)
    passed = _passed_since(unit, word, command)
    if passed is not None:
        return passed
    if word in ("available", IN_QUARTERS):
        decided = _available(board, unit, word == IN_QUARTERS, code, command, context)
    elif word == "off-duty":
        decided = log_off(board, LogOff(units=(command.unit,)), context)
    else:
        out = TakeOutOfService(units=(command.unit,), reason=code or "reported")
        decided = take_out_of_service(board, out, context)
    return decided if isinstance(decided, No) else [_at_its_time(event, command, context) for event in decided]


def _passed_since(unit: Unit, word: str, command: ReportStatus) -> StagePassed | None:
    """On no incident: a stored report does not change what has been reported since."""
    if isinstance(unit.status, OnIncident) or command.happened is None or command.override:
        return None
    if command.happened >= unit.since - CLOCK_ERROR_MS:
        return None
    now = str(unit.status.__struct_config__.tag)
    return StagePassed(unit=unit.id, stage=word, now=now, since=unit.since)


def _at_its_time(event: Event, command: ReportStatus, context: Context) -> Event:
    """With the time when it was pressed, where the event is the report's own and not what follows from it."""
    if not isinstance(event, AvailabilityReported | UnitInService | UnitLoggedOff | UnitOutOfService):
        return event
    if command.happened is None or event.unit != command.unit:
        return event
    return replace(event, happened=_happened(command, context))


def _meaning(board: Board, unit: Unit, status: str) -> tuple[str, str] | UnknownCode:
    """The common stage that `status` stands for, and the agency's own code where it is one."""
    if status in STAGES or status == IN_QUARTERS:
        return status, ""
    found: StatusCode | None = None
    for known in board.catalogue.statuses if board.catalogue is not None else ():
        if known.code == status and known.agency in (None, unit.agency) and (found is None or found.agency is None):
            found = known
    return UnknownCode(kind="status", value=status) if found is None else (found.stage, found.code)


def _on_incident(
    board: Board, unit: Unit, stage: Stage, code: str, command: ReportStatus, context: Context
) -> Decision:
    duty = duty_of(board, unit, command.incident_id)
    if isinstance(duty, No):
        return _late_for_old_assignment(board, unit, stage, command, context) or duty
    incident, assignment = duty
    too_old = _too_old(unit, incident, assignment, command)
    if too_old is not None:
        return too_old
    assert isinstance(unit.status, OnIncident)
    now, happened = unit.status.at, _happened(command, context)
    ahead = STAGE_ORDER[stage] > STAGE_ORDER[now] or (now == "staged" and stage == "enroute")
    if stage == now:
        return _again(unit, incident, stage, code, command, context)
    if not ahead and not command.override:
        return _behind(unit, incident, assignment, stage, command, context)
    if stage in NEEDS_ARRIVAL and not has_arrived(assignment) and not command.override:
        return NotArrived(unit=unit.id, tag=incident.tag)
    reported = StatusReported(
        **head(context),
        unit=unit.id,
        incident=incident.id,
        stage=stage,
        happened=happened if stage in assignment.times else _fitted(assignment, stage, happened, ahead),
        code=code,
        destination=command.destination,
        odometer_km=command.odometer_km,
        override=command.override,
        set_back=not ahead,
        stops=timers_done_at_stage(board, incident, unit, stage),
        starts=timers_at_stage(board, incident, unit, stage, context.at),
    )
    return [reported]


def _behind(
    unit: Unit, incident: Incident, assignment: Assignment, stage: Stage, command: ReportStatus, context: Context
) -> Decision:
    """An earlier stage than the one it is at: news only if it was pressed before, and is not known yet."""
    assert isinstance(unit.status, OnIncident)
    if command.happened is not None and command.happened < unit.since:
        known = stage in assignment.times
        return [] if known else [_filled(unit, incident, assignment, stage, command, context)]
    return StagePassed(unit=unit.id, stage=stage, now=unit.status.at, since=unit.since)


def _too_old(unit: Unit, incident: Incident, assignment: Assignment, command: ReportStatus) -> ReportTooOld | None:
    """A stored report that is older than the present assignment must not move that one on.

    One that names the incident means this assignment all the same (its clock is wrong), unless the unit had been on the
    same incident before, and was so when it was pressed.
    """
    sent, happened = assignment.times["dispatched"], command.happened
    if happened is None or happened >= sent - CLOCK_ERROR_MS:
        return None
    earlier = [a.times["ended"] for a in incident.assignments if a.unit == unit.id and a.is_over]
    if command.incident_id and not any(happened <= ended for ended in earlier):
        return None
    return ReportTooOld(unit=unit.id, tag=incident.tag, at=happened, since=sent)


def _happened(command: ReportStatus, context: Context) -> Moment:
    """When it was pressed; a device whose clock runs ahead cannot report the future."""
    return context.at if command.happened is None else Moment(min(command.happened, context.at))


def _fitted(assignment: Assignment, stage: str, happened: Moment, ahead: bool = True) -> Moment:
    """`happened`, kept between the times of the stages before and after it: a device's clock may be wrong.

    Set back (not `ahead`), those after it no longer count.
    """
    order = STAGE_ORDER[stage]
    staged = [(STAGE_ORDER[s], at) for s, at in assignment.times.items() if s in STAGE_ORDER]
    earliest = max((at for place, at in staged if place < order), default=happened)
    later = [at for place, at in staged if place > order and ahead]
    if "ended" in assignment.times:
        later.append(assignment.times["ended"])
    return Moment(max(earliest, min([happened, *later])))


def _again(
    unit: Unit, incident: Incident, stage: Stage, code: str, command: ReportStatus, context: Context
) -> Decision:
    """The stage that it is at: nothing new, unless the report brings a destination, an odometer or another code."""
    status = unit.status
    assert isinstance(status, OnIncident)
    news = (
        (command.destination is not None and command.destination != status.destination)
        or command.odometer_km is not None
        or code != status.code
    )
    if not news:
        return []
    reported = StatusReported(
        **head(context),
        unit=unit.id,
        incident=incident.id,
        stage=stage,
        happened=unit.since,
        code=code,
        destination=command.destination,
        odometer_km=command.odometer_km,
        override=command.override,
    )
    return [reported]


def _late_for_old_assignment(
    board: Board, unit: Unit, stage: Stage, command: ReportStatus, context: Context
) -> Decision | None:
    """A stored report of an incident that the unit has left meanwhile: only its time is of use, if it is unknown."""
    incident = board.incidents.get(IncidentId(command.incident_id))
    assignment = latest_assignment(incident, unit.id) if incident is not None else None
    if incident is None or assignment is None or command.happened is None:
        return None
    if stage in assignment.times:
        return []
    return [_filled(unit, incident, assignment, stage, command, context)]


def _filled(
    unit: Unit, incident: Incident, assignment: Assignment, stage: Stage, command: ReportStatus, context: Context
) -> StageTimeFilled:
    return StageTimeFilled(
        **head(context),
        unit=unit.id,
        incident=incident.id,
        stage=stage,
        happened=_fitted(assignment, stage, _happened(command, context)),
        odometer_km=command.odometer_km,
    )


def _available(
    board: Board, unit: Unit, in_quarters: bool, code: str, command: ReportStatus, context: Context
) -> Decision:
    """From an incident: it is clear of it. From out of service: it is back. Available already: only where it is."""
    status = unit.status
    match status:
        case OnIncident():
            draft = Draft(board, context)
            duty = duty_of(board, unit, command.incident_id)
            refusal: Refusal | None = _too_old(unit, *duty, command) if isinstance(duty, tuple) else duty
            clearing = Clearing(
                units=(unit.id,),
                meant=command.incident_id,
                override=command.override,
                happened=_happened(command, context),
                odometer_km=command.odometer_km,
            )
            refusal = refusal or clear(draft, clearing)
            if refusal is not None:
                return refusal
            if isinstance(draft.board.units[unit.id].status, Available) and (in_quarters or code):
                draft.add(AvailabilityReported(**draft.head, unit=unit.id, in_quarters=in_quarters, code=code))
            return draft.events
        case OutOfService():
            back = return_to_service(board, ReturnToService(units=(unit.id,)), context)
            if isinstance(back, No) or not (in_quarters or code):
                return back
            return [*back, AvailabilityReported(**head(context), unit=unit.id, in_quarters=in_quarters, code=code)]
        case OffDuty():
            return UnitIsOffDuty(unit=unit.id, since=unit.since)
        case Available():
            if (status.in_quarters, status.code) == (in_quarters, code):
                return []
            return [AvailabilityReported(**head(context), unit=unit.id, in_quarters=in_quarters, code=code)]
