"""Units that are done with their incident (2.13, 3.8, 3.22, 3.24, 6.2)."""

from turnout.core.board import Available, Board, Incident, Unit
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft
from turnout.core.incidents.closing import close_if_all_disposed, disposition_refused
from turnout.core.lookups import anyone_arrived, duty_of, has_arrived, unit_of
from turnout.core.refusals import No, NotArrived, Refusal
from turnout.core.units.commands import ClearUnits
from turnout.core.units.events import IncidentUnstacked
from turnout.core.units.leaving import EndedAs, leave
from turnout.core.units.sending import Sending, send
from turnout.words.identity import UnitId


def clear_units(board: Board, command: ClearUnits, context: Context) -> Decision:
    draft = Draft(board, context)
    units = tuple(UnitId(unit) for unit in dict.fromkeys(command.units))
    refusal = clear(draft, units, command.incident_id, command.disposition, command.override)
    return refusal or draft.events


def clear(
    draft: Draft, units: tuple[UnitId, ...], meant: str = "", disposition: str = "", override: str = ""
) -> Refusal | None:
    """Add to `draft` that `units` are done, all of them or none; then what is held for them begins."""
    board = draft.board
    leaving: list[tuple[Unit, Incident, EndedAs]] = []
    for id in units:
        unit = unit_of(board, id)
        if isinstance(unit, No):
            return unit
        duty = duty_of(board, unit, meant)
        if isinstance(duty, No):
            return duty
        incident, assignment = duty
        refusal = _clear_refused(board, unit, incident, disposition, override)
        if refusal is not None:
            return refusal
        leaving.append((unit, incident, "cleared" if has_arrived(assignment) else "cancelled"))
    for unit, _, ended_as in leaving:
        leave(draft, unit.id, ended_as, disposition=disposition, override=override)
    if disposition:
        for unit, incident, _ in leaving:
            close_if_all_disposed(draft, incident.id, unit.agency, disposition)
    for unit, _, _ in leaving:
        begin_stacked(draft, unit.id)
    return None


def _clear_refused(board: Board, unit: Unit, incident: Incident, disposition: str, override: str) -> Refusal | None:
    """Nobody clears an incident at which nobody has arrived, unless its type allows it or a person says why (3.24)."""
    if disposition and (refusal := disposition_refused(board, disposition, (unit.agency,))) is not None:
        return refusal
    kind = board.catalogue.types.get(incident.type) if board.catalogue is not None else None
    required = kind is None or kind.scene_arrival_required
    if required and not override and not anyone_arrived(incident):
        return NotArrived(unit=unit.id, tag=incident.tag)
    return None


def begin_stacked(draft: Draft, unit_id: UnitId) -> None:
    """The next incident held for the unit begins by itself, if it still waits; those that do not drop out (2.13)."""
    unit = draft.board.units[unit_id]
    if not isinstance(unit.status, Available):
        return
    for id in unit.stack:
        incident = draft.board.incidents.get(id)
        if incident is None or incident.status != "pending":
            draft.add(IncidentUnstacked(**draft.head, unit=unit_id, incident=id))
            continue
        sending = Sending(incident=id, units=(unit_id,), reason="stacked", override="stacked")
        refusal = send(draft, sending)
        assert refusal is None, f"{unit_id} is available and cannot take {id}: {refusal}"
        return
