"""Units that change places: freed, pre-empted, relieved, exchanged, stacked (2.13, 2.14, 3.22, 4.16)."""

from turnout.core.board import Board, OffDuty, OnIncident
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.lookups import (
    duty_of,
    has_arrived,
    open_incident_of,
    reason_refused,
    tables_of,
    unit_of,
    working_assignment,
)
from turnout.core.no import No
from turnout.core.refusals import (
    AlreadyAssigned,
    AlreadyStacked,
    NotAssigned,
    NotOnStack,
    SameIncident,
    UnitHasArrived,
    UnitIsOffDuty,
    UnitOnNoIncident,
)
from turnout.core.units.clearing import begin_stacked
from turnout.core.units.commands import (
    ChangeRole,
    ExchangeUnits,
    FreeUnits,
    PreemptUnit,
    RelieveUnit,
    StackIncident,
)
from turnout.core.units.events import IncidentStacked, IncidentUnstacked, RoleChanged, UnitFreed, UnitKept
from turnout.core.units.leaving import leave
from turnout.core.units.sending import Sending, send
from turnout.words.identity import IncidentId, UnitId


def free_units(board: Board, command: FreeUnits, context: Context) -> Decision:
    draft = Draft(board, context)
    for id in dict.fromkeys(command.units):
        unit = unit_of(board, id)
        if isinstance(unit, No):
            return unit
        if not isinstance(unit.status, OnIncident):
            return UnitOnNoIncident(unit=unit.id)
        if command.undo and unit.free:
            draft.add(UnitKept(**draft.head, unit=unit.id, incident=unit.status.incident))
        elif not command.undo and not unit.free:
            draft.add(UnitFreed(**draft.head, unit=unit.id, incident=unit.status.incident))
    return draft.events


def preempt_unit(board: Board, command: PreemptUnit, context: Context) -> Decision:
    """The first incident goes back to the queue, and with `stack_first` is also held for this unit (2.14)."""
    tables, unit = tables_of(board), unit_of(board, command.unit)
    if isinstance(tables, No):
        return tables
    if isinstance(unit, No):
        return unit
    refusal = reason_refused(tables, "preempt", command.reason)
    if refusal is not None:
        return refusal
    if not isinstance(unit.status, OnIncident):
        return UnitOnNoIncident(unit=unit.id)
    first = unit.status.incident
    draft = Draft(board, context)
    to = IncidentId(command.to_incident)
    no = send(draft, Sending(incident=to, units=(unit.id,), reason=command.reason, preempt=command.reason))
    if no is not None:
        return no
    if command.stack_first and first not in draft.board.units[unit.id].stack:
        draft.add(IncidentStacked(**draft.head, unit=unit.id, incident=first, first=True))
    return draft.events


def relieve_unit(board: Board, command: RelieveUnit, context: Context) -> Decision:
    """`by` is sent first, so that the incident is never without."""
    unit = unit_of(board, command.unit)
    if isinstance(unit, No):
        return unit
    duty = duty_of(board, unit, command.incident_id)
    if isinstance(duty, No):
        return duty
    incident, assignment = duty
    if command.before_scene and has_arrived(assignment):
        return UnitHasArrived(unit=unit.id, tag=incident.tag)
    draft = Draft(board, context)
    sending = Sending(
        incident=incident.id,
        units=(UnitId(command.by),),
        roles={command.by: assignment.role} if assignment.role else {},
        offer=command.offer,
        reason=command.reason,
        relieves=unit.id,
    )
    no = send(draft, sending)
    if no is not None:
        return no
    leave(draft, unit.id, "relieved", reason=f"relieved-by:{command.by}")
    begin_stacked(draft, unit.id)
    return draft.events


def exchange_units(board: Board, command: ExchangeUnits, context: Context) -> Decision:
    """Each goes to the other's incident and starts there as newly sent: neither has arrived at its new one."""
    one, other = unit_of(board, command.one), unit_of(board, command.other)
    if isinstance(one, No):
        return one
    if isinstance(other, No):
        return other
    duty, others_duty = duty_of(board, one), duty_of(board, other)
    if isinstance(duty, No):
        return duty
    if isinstance(others_duty, No):
        return others_duty
    (first, was), (second, others_was) = duty, others_duty
    if first.id == second.id:
        return SameIncident(tag=first.tag)
    draft = Draft(board, context)
    for unit in (one, other):
        leave(draft, unit.id, "exchanged", goes_on=True, incident_ends=True)
    for unit, to, role in ((one, second, others_was.role), (other, first, was.role)):
        sending = Sending(
            incident=to.id,
            units=(unit.id,),
            roles={unit.id: role} if role else {},
            reason="exchanged",
            override="exchanged",
        )
        no = send(draft, sending)
        if no is not None:
            return no
    return draft.events


def stack_incident(board: Board, command: StackIncident, context: Context) -> Decision:
    """Hold an incident for a unit, at the end, first or at a place; held already, it can be moved within the stack."""
    unit, incident = unit_of(board, command.unit), open_incident_of(board, command.incident_id)
    if isinstance(unit, No):
        return unit
    if isinstance(incident, No):
        return incident
    draft = Draft(board, context)
    held = incident.id in unit.stack
    if command.remove:
        if not held:
            return NotOnStack(unit=unit.id, tag=incident.tag)
        draft.add(IncidentUnstacked(**draft.head, unit=unit.id, incident=incident.id))
        return draft.events
    if isinstance(unit.status, OnIncident) and unit.status.incident == incident.id:
        assignment = duty_of(board, unit)
        assert not isinstance(assignment, No)
        by, at = assignment[1].by, assignment[1].times["dispatched"]
        return AlreadyAssigned(unit=unit.id, incident=incident.id, tag=incident.tag, by=by, at=at)
    if isinstance(unit.status, OffDuty):
        return UnitIsOffDuty(unit=unit.id, since=unit.since)
    if held and not command.first and command.place is None:
        return AlreadyStacked(unit=unit.id, tag=incident.tag)
    others = len(unit.stack) - held
    place = None if command.first or command.place is None else min(command.place, others + 1)
    if held and unit.stack.index(incident.id) == (0 if place is None else place - 1):
        return []
    if held:
        draft.add(IncidentUnstacked(**draft.head, unit=unit.id, incident=incident.id))
    stacked = IncidentStacked(**draft.head, unit=unit.id, incident=incident.id, first=command.first, nth=place)
    draft.add(stacked)
    return draft.events


def change_role(board: Board, command: ChangeRole, context: Context) -> Decision:
    """What a unit does there, as long as it works there (4.4)."""
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    assignment = working_assignment(incident, command.unit)
    if assignment is None:
        return NotAssigned(unit=command.unit, tag=incident.tag)
    if assignment.role == command.role:
        return []
    changed = RoleChanged(
        **head(context), unit=assignment.unit, incident=incident.id, was=assignment.role, becomes=command.role
    )
    return [changed]
