"""What keeps crews safe and reachable (3.9, 3.20, 3.21, 3.25): duress, roll-call, on-view work."""

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.incidents.closing import disposition_refused
from turnout.core.incidents.events import NarrativeAdded
from turnout.core.incidents.opening import Opening, begin, identity_refused, kind_of, location_refused
from turnout.core.lookups import (
    assignment_of,
    has_arrived,
    incident_of,
    is_typed_reason,
    open_incident_of,
    reason_refused,
    tables_of,
    unit_of,
)
from turnout.core.no import No
from turnout.core.refusals import NobodyOnScene, NoDuress, NotAskedInRollCall
from turnout.core.timers.starting import assignment_timer, running, timer_id, timers_at_stage, timers_done_at_stage
from turnout.core.units.commands import (
    AnswerDuress,
    AnswerRollCall,
    DisposeUnit,
    GiveLateReason,
    RaiseDuress,
    SelfInitiate,
    StartRollCall,
)
from turnout.core.units.events import (
    DuressAcknowledged,
    DuressCleared,
    DuressRaised,
    LateReasonGiven,
    RollCallAnswered,
    RollCallStarted,
    StatusReported,
    UnitDisposed,
)
from turnout.core.units.sending import Sending, send
from turnout.words.identity import IncidentId, UnitId


def raise_duress(board: Board, command: RaiseDuress, context: Context) -> Decision:
    """Never refused for a unit that exists. Pressed again after it was acknowledged, it alarms again."""
    unit = unit_of(board, command.unit)
    if isinstance(unit, No):
        return unit
    sounding = unit.duress is not None and unit.duress_acknowledged_by is None
    return [] if sounding else [DuressRaised(**head(context), unit=unit.id)]


def answer_duress(board: Board, command: AnswerDuress, context: Context) -> Decision:
    unit = unit_of(board, command.unit)
    if isinstance(unit, No):
        return unit
    if unit.duress is None:
        return NoDuress(unit=unit.id)
    draft = Draft(board, context)
    if unit.duress_acknowledged_by is None:
        draft.add(DuressAcknowledged(**draft.head, unit=unit.id))
    if command.clear:
        draft.add(DuressCleared(**draft.head, unit=unit.id))
    return draft.events


def self_initiate(board: Board, command: SelfInitiate, context: Context) -> Decision:
    """A stop or on-view incident in one line: opened, sent and on scene at once (3.21)."""
    tables, unit = tables_of(board), unit_of(board, command.unit)
    if isinstance(tables, No):
        return tables
    if isinstance(unit, No):
        return unit
    kind = kind_of(tables, command.type)
    if isinstance(kind, No):
        return kind
    refusal = identity_refused(board, command.incident_id) or location_refused(command.location)
    if refusal is not None:
        return refusal
    draft = Draft(board, context)
    id = IncidentId(command.incident_id)
    begin(draft, tables, Opening(id=id, kind=kind, location=command.location))
    if command.narrative:
        entry = draft.name("narrative")
        draft.add(NarrativeAdded(**draft.head, incident=id, entry=entry, text=command.narrative, kind="crew"))
    no = send(draft, Sending(incident=id, units=(unit.id,), reason="self-initiated", alerts=False))
    if no is not None:
        return no
    incident, there = draft.board.incidents[id], draft.board.units[unit.id]
    arrived = StatusReported(
        **draft.head,
        unit=unit.id,
        incident=id,
        stage="on-scene",
        happened=context.at,
        stops=timers_done_at_stage(draft.board, incident, there, "on-scene"),
        starts=timers_at_stage(draft.board, incident, there, "on-scene", context.at),
    )
    draft.add(arrived)
    return draft.events


def start_roll_call(board: Board, command: StartRollCall, context: Context) -> Decision:
    """Everybody who has arrived is asked, each with a clock of its own (3.25)."""
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    asked = tuple(assignment.unit for assignment in incident.working if has_arrived(assignment))
    if not asked:
        return NobodyOnScene(tag=incident.tag)
    clocks = [
        timer
        for id in asked
        for timer in assignment_timer(board.catalogue, "roll-call", incident, board.units[id], context.at)
    ]
    return [RollCallStarted(**head(context), incident=incident.id, asked=asked, starts=tuple(clocks))]


def answer_roll_call(board: Board, command: AnswerRollCall, context: Context) -> Decision:
    incident = incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    roll_call, unit = incident.roll_call, UnitId(command.unit)
    if roll_call is None or unit not in roll_call.asked:
        return NotAskedInRollCall(unit=unit, tag=incident.tag)
    if unit in roll_call.answered:
        return []
    stops = running(board, [timer_id("roll-call", unit, incident.id)])
    return [RollCallAnswered(**head(context), incident=incident.id, unit=unit, stops=stops)]


def give_late_reason(board: Board, command: GiveLateReason, context: Context) -> Decision:
    """Why a standard was missed (3.9); also after closing."""
    tables, incident = tables_of(board), incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    assignment = assignment_of(incident, command.unit)
    if isinstance(assignment, No):
        return assignment
    refusal = reason_refused(tables, "late", command.reason)
    if refusal is not None:
        return refusal
    known = assignment.late_reasons.get(command.interval)
    if known is not None and context.show(known) == command.reason:
        return []
    given = LateReasonGiven(
        **head(context),
        incident=incident.id,
        unit=assignment.unit,
        interval=command.interval,
        reason=command.reason,
        is_typed=is_typed_reason(tables, "late", command.reason),
    )
    return [given]


def dispose_unit(board: Board, command: DisposeUnit, context: Context) -> Decision:
    incident = incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    assignment = assignment_of(incident, command.unit)
    if isinstance(assignment, No):
        return assignment
    unit = board.units.get(assignment.unit)
    refusal = disposition_refused(board, command.disposition, () if unit is None else (unit.agency,))
    if refusal is not None:
        return refusal
    if assignment.disposition == command.disposition:
        return []
    disposed = UnitDisposed(
        **head(context), incident=incident.id, unit=assignment.unit, disposition=command.disposition
    )
    return [disposed]
