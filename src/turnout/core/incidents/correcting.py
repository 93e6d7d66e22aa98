"""Correcting what was entered (1.2): the old value stays on record, and nobody overwrites another unseen (4.7)."""

from typing import Final

from msgspec.structs import replace

from turnout.core.board import Board, InvolvedVehicle, PropertyItem
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.incidents.commands import ChangeEntry, ChangePerson
from turnout.core.incidents.events import EntryChanged, PersonChanged
from turnout.core.incidents.waiting import changed_meanwhile
from turnout.core.lookups import open_incident_of
from turnout.core.no import No
from turnout.core.refusals import CardChanged, UnknownEntry, UnknownIncident, ValueNotTaken
from turnout.words.identity import IncidentId

QUANTITY_MAX: Final = 1_000_000
"""Of one item: what is more is not counted one by one."""


def change_entry(board: Board, command: ChangeEntry, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    entries: tuple[InvolvedVehicle | PropertyItem, ...] = (*incident.vehicles, *incident.items)
    entry = next((one for one in entries if one.id == command.entry_id and not one.struck_reason), None)
    if entry is None:
        return UnknownEntry(kind="entry", entry=command.entry_id)
    if not _takes(entry, command.field, command.becomes):
        return ValueNotTaken(field=command.field, value=command.becomes)
    theirs: str | int = getattr(entry, command.field)
    theirs = context.show(theirs) if isinstance(theirs, str) else theirs
    if theirs == command.becomes:
        return []
    if theirs != command.was:
        changed = changed_meanwhile(incident, change_key(entry.id, command.field), command.was, theirs)
        return replace(changed, field=command.field)
    return [
        EntryChanged(
            **head(context),
            incident=incident.id,
            entry=entry.id,
            field=command.field,
            was=theirs,
            becomes=command.becomes,
        )
    ]


def change_key(entry: str, field: str) -> str:
    """Under what `Incident.changes` notes who changed a field of an entry."""
    return f"{entry}.{field}"


def _takes(entry: InvolvedVehicle | PropertyItem, field: str, value: str | int) -> bool:
    if field == "quantity":
        return isinstance(entry, PropertyItem) and isinstance(value, int) and 1 <= value <= QUANTITY_MAX
    if field == "role":
        return isinstance(entry, InvolvedVehicle) and isinstance(value, str)
    return isinstance(value, str) and bool(value.strip())


def change_person(board: Board, command: ChangePerson, context: Context) -> Decision:
    """Of two who correct a card at once, the second is told and opens it again: only the vault knows what it says."""
    incident = board.incidents.get(IncidentId(command.incident_id)) or command.record
    if incident is None or incident.id != command.incident_id:
        return UnknownIncident(incident=command.incident_id)
    card = next((one for one in incident.persons if one.id == command.person.id and not one.removed), None)
    if card is None:
        return UnknownEntry(kind="person", entry=command.person.id)
    becomes = replace(command.person, removed=False)
    if card == becomes:
        return []
    if card.ref != command.was_ref:
        change = incident.changes.get(change_key(card.id, "person"))
        by = incident.opened_by if change is None else change.by
        return CardChanged(person=card.id, by=by, at=incident.opened if change is None else change.at)
    return [PersonChanged(**head(context), incident=incident.id, was=card.ref, person=becomes)]
