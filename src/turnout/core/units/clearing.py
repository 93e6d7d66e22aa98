"""Units that are done with their incident (2.13, 3.8, 3.22, 3.24, 6.2)."""

import msgspec

from turnout.core.board import Assignment, Available, Board, Incident, Unit
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft
from turnout.core.incidents.closing import close_if_complete, dispose_with_last_unit, disposition_refused
from turnout.core.lookups import anyone_arrived, duty_of, has_arrived, unit_of
from turnout.core.no import No
from turnout.core.refusals import NotArrived, Refusal, ValueNotTaken
from turnout.core.units.commands import ClearUnits
from turnout.core.units.events import IncidentUnstacked
from turnout.core.units.leaving import leave
from turnout.core.units.sending import Sending, send
from turnout.words.identity import UnitId
from turnout.words.moment import Moment


class Clearing(msgspec.Struct, frozen=True, kw_only=True):
    """Who is done, and what they say about it."""

    units: tuple[UnitId, ...]
    meant: str = ""
    """The incident that the sender believes them to be on."""
    disposition: str = ""
    override: str = ""
    happened: Moment | None = None
    """When it was pressed, if that is earlier than now."""
    odometer_km: float | None = None


def clear_units(board: Board, command: ClearUnits, context: Context) -> Decision:
    if command.odometer_km is not None and len(set(command.units)) > 1:
        return ValueNotTaken(field="odometer_km", value=command.odometer_km)
    draft = Draft(board, context)
    clearing = Clearing(
        units=tuple(UnitId(unit) for unit in dict.fromkeys(command.units)),
        meant=command.incident_id,
        disposition=command.disposition,
        override=command.override,
        odometer_km=command.odometer_km,
    )
    return clear(draft, clearing) or draft.events


def clear(draft: Draft, clearing: Clearing) -> Refusal | None:
    """Add to `draft` that the units are done, all of them or none; then what is held for them begins."""
    board = draft.board
    leaving: list[tuple[Unit, Incident, Assignment]] = []
    for id in clearing.units:
        unit = unit_of(board, id)
        if isinstance(unit, No):
            return unit
        duty = duty_of(board, unit, clearing.meant)
        if isinstance(duty, No):
            return duty
        refusal = _clear_refused(board, unit, duty[0], clearing)
        if refusal is not None:
            return refusal
        leaving.append((unit, *duty))
    for unit, _, assignment in leaving:
        leave(
            draft,
            unit.id,
            "cleared" if has_arrived(assignment) else "cancelled",
            disposition=clearing.disposition,
            override=clearing.override,
            ended=_ended(assignment, draft.at if clearing.happened is None else clearing.happened),
            odometer_km=clearing.odometer_km,
        )
    if clearing.disposition:
        for unit, incident, _ in leaving:
            dispose_with_last_unit(draft, incident.id, unit.agency, clearing.disposition)
    for incident_id in dict.fromkeys(incident.id for _, incident, _ in leaving):
        close_if_complete(draft, incident_id)
    for unit, _, _ in leaving:
        begin_stacked(draft, unit.id)
    return None


def _ended(assignment: Assignment, happened: Moment) -> Moment:
    """Not before the last thing that is known of it: a device's clock may be wrong."""
    return max(happened, *assignment.times.values())


def _clear_refused(board: Board, unit: Unit, incident: Incident, clearing: Clearing) -> Refusal | None:
    """Nobody clears an incident at which nobody has arrived, unless its type allows it or a person says why (3.24)."""
    if clearing.disposition:
        refusal = disposition_refused(board, clearing.disposition, (unit.agency,))
        if refusal is not None:
            return refusal
    kind = board.catalogue.types.get(incident.type) if board.catalogue is not None else None
    required = kind is None or kind.scene_arrival_required
    if required and not clearing.override and not anyone_arrived(incident):
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
        send(draft, sending)  # refused, it stays held: by new tables its crew may be out with another vehicle
        return
