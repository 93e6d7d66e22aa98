"""Whose details may be opened, and that it is on record first, counted without a gap (charter 6, functions 1.7, 18.5).

Who may is said by `core/reveals/policy.py`; the ground on which it was allowed is in the journal with the reveal.
"""

from turnout.core.board import Board, Call, Incident
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import NoGround, NotPermitted, UnknownCall, UnknownEntry, UnknownIncident
from turnout.core.retention.matters import CallRecord
from turnout.core.retention.refusals import CallOfIncident
from turnout.core.reveals.policy import find_basis, matter_of_call, matter_of_incident
from turnout.core.tables.commands import NoteDetailsOpened, NoteFileOpened
from turnout.core.tables.events import DetailsOpened, FileOpened
from turnout.words.identity import CallId, IncidentId


def note_details_opened(board: Board, command: NoteDetailsOpened, context: Context) -> Decision:
    """Only of a person of this incident, or the caller of this call; and never without a purpose (charter 6)."""
    found = _incident(board, command) if command.incident_id else _call(board, command)
    if isinstance(found, UnknownIncident | UnknownCall | CallOfIncident):
        return found
    if _persons(board, found, command.gone_calls).get(command.ref) != command.person_id:
        return UnknownEntry(kind="person", entry=command.person_id)
    if not context.purpose.strip():
        return NotPermitted(command="note-details-opened", lacks="purpose")
    if isinstance(found, Incident):
        matter = matter_of_incident(found, command.gone_calls)
    else:
        matter = matter_of_call(board, found)
    basis = find_basis(board, context.actor, "details", matter, context.at)
    if basis is None:
        return NoGround(matter=found.tag if isinstance(found, Incident) else found.id)
    opened = DetailsOpened(
        **head(context),
        incident=found.id if isinstance(found, Incident) else None,
        call=None if isinstance(found, Incident) else CallId(found.id),
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


def _call(board: Board, command: NoteDetailsOpened) -> Call | CallRecord | UnknownCall | CallOfIncident:
    """A closed call stays readable as long as it is on the board: whoever closed it may have to call back.

    One that has left it is asked about by its incident, where it concerned one: the ground is that of the incident.
    """
    call = board.calls.get(CallId(command.call_id)) or command.call_record
    if call is None or call.id != command.call_id:
        return UnknownCall(call=command.call_id)
    if isinstance(call, CallRecord) and call.incident:
        return CallOfIncident(call=call.id, incident=call.incident)
    return call


def _persons(board: Board, found: Incident | Call | CallRecord, gone: tuple[CallRecord, ...]) -> dict[str, str]:
    """Reference into the vault → whose card it is, earlier versions of a card included."""
    if isinstance(found, Call | CallRecord):
        return {} if found.caller is None else {found.caller.ref: found.caller.id}
    persons = {card.ref: card.id for card in (*found.earlier_persons, *found.persons)}
    on_board = (board.calls[id] for id in found.calls if id in board.calls)
    calls: tuple[Call | CallRecord, ...] = (*on_board, *gone)
    for call in calls:
        if call.caller is not None:
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
    basis = find_basis(board, context.actor, "files", matter_of_incident(incident, command.gone_calls), context.at)
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
