"""Who may have a person's details opened, and that it is on record first (charter 6, functions 1.7, 1.10, 1.11)."""

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import NotPermitted, UnknownCall, UnknownEntry, UnknownIncident
from turnout.core.tables.commands import NoteDetailsOpened, NoteFileOpened
from turnout.core.tables.events import DetailsOpened, FileOpened
from turnout.words.identity import CallId, IncidentId


def note_details_opened(board: Board, command: NoteDetailsOpened, context: Context) -> Decision:
    """Only of a person of this incident, or the caller of this call; and never without a purpose (charter 6)."""
    persons = _of_incident(board, command) if command.incident_id else _of_call(board, command.call_id)
    if not isinstance(persons, dict):
        return persons
    if persons.get(command.ref) != command.person_id:
        return UnknownEntry(kind="person", entry=command.person_id)
    if not context.purpose.strip():
        return NotPermitted(command="note-details-opened", lacks="purpose")
    opened = DetailsOpened(
        **head(context),
        incident=IncidentId(command.incident_id) if command.incident_id else None,
        call=CallId(command.call_id) if command.call_id else None,
        person=command.person_id,
        ref=command.ref,
        purpose=context.purpose,
    )
    return [opened]


def _of_incident(board: Board, command: NoteDetailsOpened) -> dict[str, str] | UnknownIncident:
    """Reference into the vault → whose card it is, earlier versions of a card included."""
    incident = board.incidents.get(IncidentId(command.incident_id)) or command.record
    if incident is None or incident.id != command.incident_id:
        return UnknownIncident(incident=command.incident_id)
    persons = {card.ref: card.id for card in (*incident.earlier_persons, *incident.persons)}
    for id in incident.calls:
        call = board.calls.get(id)
        if call is not None and call.caller is not None:
            persons[call.caller.ref] = call.caller.id
    return persons


def _of_call(board: Board, call_id: str) -> dict[str, str] | UnknownCall:
    """A closed call stays readable as long as it is on the board: whoever closed it may have to call back."""
    call = board.calls.get(CallId(call_id))
    if call is None:
        return UnknownCall(call=call_id)
    return {} if call.caller is None else {call.caller.ref: call.caller.id}


def note_file_opened(board: Board, command: NoteFileOpened, context: Context) -> Decision:
    """Only a file of this incident, and never without a purpose: it may show or sound like anybody (charter 6)."""
    incident = board.incidents.get(IncidentId(command.incident_id)) or command.record
    if incident is None or incident.id != command.incident_id:
        return UnknownIncident(incident=command.incident_id)
    if not any(media.id == command.media_id and media.ref == command.ref for media in incident.media):
        return UnknownEntry(kind="media", entry=command.media_id)
    if not context.purpose.strip():
        return NotPermitted(command="note-file-opened", lacks="purpose")
    opened = FileOpened(
        **head(context), incident=incident.id, media=command.media_id, ref=command.ref, purpose=context.purpose
    )
    return [opened]
