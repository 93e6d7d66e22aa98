"""Whose details may be opened, and that it is on record first, counted without a gap (charter 6, functions 1.7, 18.5).

Who may is said by `core/reveals/policy.py`; the ground on which it was allowed is in the journal with the reveal.
"""

from turnout.core.board import Board, Call, Incident
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import NoGround, NotPermitted, UnknownCall, UnknownEntry, UnknownIncident
from turnout.core.reveals.policy import find_basis, matter_of_call, matter_of_incident
from turnout.core.tables.commands import NoteDetailsOpened, NoteFileOpened
from turnout.core.tables.events import DetailsOpened, FileOpened
from turnout.words.identity import CallId, IncidentId


def note_details_opened(board: Board, command: NoteDetailsOpened, context: Context) -> Decision:
    """Only of a person of this incident, or the caller of this call; and never without a purpose (charter 6)."""
    found = _incident(board, command) if command.incident_id else _call(board, command.call_id)
    if isinstance(found, UnknownIncident | UnknownCall):
        return found
    if _persons(board, found).get(command.ref) != command.person_id:
        return UnknownEntry(kind="person", entry=command.person_id)
    if not context.purpose.strip():
        return NotPermitted(command="note-details-opened", lacks="purpose")
    matter = matter_of_incident(found) if isinstance(found, Incident) else matter_of_call(board, found)
    basis = find_basis(board, context.actor, "details", matter, context.at)
    if basis is None:
        return NoGround(matter=found.tag if isinstance(found, Incident) else found.id)
    opened = DetailsOpened(
        **head(context),
        incident=found.id if isinstance(found, Incident) else None,
        call=None if isinstance(found, Incident) else found.id,
        person=command.person_id,
        ref=command.ref,
        purpose=context.purpose,
        n=board.reveals + 1,
        ground=basis.ground,
        via=basis.via,
    )
    return [opened]


def _incident(board: Board, command: NoteDetailsOpened | NoteFileOpened) -> Incident | UnknownIncident:
    incident = board.incidents.get(IncidentId(command.incident_id)) or command.record
    if incident is None or incident.id != command.incident_id:
        return UnknownIncident(incident=command.incident_id)
    return incident


def _call(board: Board, call_id: str) -> Call | UnknownCall:
    """A closed call stays readable as long as it is on the board: whoever closed it may have to call back."""
    call = board.calls.get(CallId(call_id))
    return UnknownCall(call=call_id) if call is None else call


def _persons(board: Board, found: Incident | Call) -> dict[str, str]:
    """Reference into the vault → whose card it is, earlier versions of a card included."""
    if isinstance(found, Call):
        return {} if found.caller is None else {found.caller.ref: found.caller.id}
    persons = {card.ref: card.id for card in (*found.earlier_persons, *found.persons)}
    for id in found.calls:
        call = board.calls.get(id)
        if call is not None and call.caller is not None:
            persons[call.caller.ref] = call.caller.id
    return persons


def note_file_opened(board: Board, command: NoteFileOpened, context: Context) -> Decision:
    """Only a file of this incident, and never without a purpose: it may show or sound like anybody (charter 6)."""
    incident = _incident(board, command)
    if isinstance(incident, UnknownIncident):
        return incident
    if not any(media.id == command.media_id and media.ref == command.ref for media in incident.media):
        return UnknownEntry(kind="media", entry=command.media_id)
    if not context.purpose.strip():
        return NotPermitted(command="note-file-opened", lacks="purpose")
    basis = find_basis(board, context.actor, "files", matter_of_incident(incident), context.at)
    if basis is None:
        return NoGround(matter=incident.tag)
    opened = FileOpened(
        **head(context),
        incident=incident.id,
        media=command.media_id,
        ref=command.ref,
        purpose=context.purpose,
        n=board.reveals + 1,
        ground=basis.ground,
        via=basis.via,
    )
    return [opened]
