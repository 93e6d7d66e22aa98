"""What may be kept longer and what erased (18.4, charter 6).

Nothing is erased while somebody works on it or a hold stands. Before its term it is erased only when one person asks
and another approves; at the end of its term the program does it itself. Pure: terms and clocks are the caller's.
"""

from collections.abc import Collection
from typing import Final, NamedTuple, assert_never

from turnout.core.board import Board, Corridor, Incident
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import IdentityTaken, NotPermitted, UnknownCall, UnknownEntry, UnknownIncident
from turnout.core.retention.cards import keys_of_card
from turnout.core.retention.commands import (
    ApproveErasure,
    AskErasure,
    DeclineErasure,
    EraseDetails,
    PlaceHold,
    ReleaseHold,
    RetentionCommand,
)
from turnout.core.retention.events import DetailsErased, ErasureAsked, ErasureDeclined, HoldPlaced, HoldReleased
from turnout.core.retention.matters import ErasureRequest, Hold
from turnout.core.retention.refusals import CallOfIncident, NotOver, OnHold, RetentionFull, SharedKey
from turnout.core.reveals.refusals import SecondPersonNeeded
from turnout.words.identity import AgencyId, CallId, IncidentId
from turnout.words.sealed_text import find_sealed

HOLDS_MAX: Final = 5_000
"""Of a city at once. Each is a matter somebody is being asked about."""

REQUESTS_MAX: Final = 1_000

REQUESTS_OF_ONE_MAX: Final = 200
"""That one person or program has asked for at once: none takes up all the room."""


class Matter(NamedTuple):
    """One of both: an incident, or a call that concerns none."""

    incident: IncidentId | None
    call: CallId | None
    agencies: tuple[AgencyId, ...] = ()

    @property
    def said(self) -> dict[str, str]:
        return {"incident": self.incident or "", "call": self.call or ""}


def decide_retention(board: Board, command: RetentionCommand, context: Context) -> Decision:
    match command:
        case PlaceHold():
            return _place(board, command, context)
        case ReleaseHold():
            return _release(board, command, context)
        case AskErasure():
            return _ask(board, command, context)
        case ApproveErasure():
            return _approve(board, command, context)
        case DeclineErasure():
            return _decline(board, command, context)
        case EraseDetails():
            return _erase(board, command, context)
        case _:
            assert_never(command)


def hold_on(board: Board, incident: str, call: str) -> Hold | None:
    """A hold that keeps it: its own, or for a call that of the incident that it concerns."""
    known = board.calls.get(CallId(call)) if call else None
    concerned = {incident, (known.incident or "") if known is not None else ""} - {""}
    for hold in board.holds.values():
        if hold.incident in concerned or (call and hold.call == call):
            return hold
    return None


def is_over(board: Board, incident: str, call: str) -> bool:
    """Nobody works on it any more: it is closed, or has left the board, and no signal is held for its crews."""
    if incident and any(_is_held_under(corridor, incident) for corridor in board.corridors.values()):
        return False
    row = board.incidents.get(IncidentId(incident)) if incident else None
    known = board.calls.get(CallId(call)) if call else None
    return (row is None or row.status == "closed") and (known is None or known.closed is not None)


def _is_held_under(corridor: Corridor, incident: str) -> bool:
    """Also where it went on with a merger: what was asked before is named by the key of the incident that it had."""
    names = (find_sealed(row.id) for row in corridor.junctions.values())
    return corridor.incident == incident or any(name is not None and name.owner == incident for name in names)


def _matter(board: Board, command: PlaceHold | AskErasure) -> Matter | UnknownIncident | UnknownCall | CallOfIncident:
    if command.incident_id or not command.call_id:
        found = board.incidents.get(IncidentId(command.incident_id)) or command.record
        if found is None or found.id != command.incident_id:
            return UnknownIncident(incident=command.incident_id)
        return Matter(found.id, None, found.agencies)
    call = board.calls.get(CallId(command.call_id)) or command.call_record
    if call is None or call.id != command.call_id:
        return UnknownCall(call=command.call_id)
    if call.incident:
        return CallOfIncident(call=call.id, incident=call.incident)
    return Matter(None, CallId(call.id))


def _place(board: Board, command: PlaceHold, context: Context) -> Decision:
    matter = _matter(board, command)
    if not isinstance(matter, Matter):
        return matter
    if command.hold_id in board.holds:
        return IdentityTaken(kind="hold", value=command.hold_id)
    if not command.reason.strip():
        return NotPermitted(command="place-hold", lacks="purpose")
    if len(board.holds) >= HOLDS_MAX:
        return RetentionFull(most=HOLDS_MAX)
    hold = Hold(
        id=command.hold_id,
        **matter.said,
        agencies=matter.agencies,
        reason=command.reason.strip(),
        by=context.actor.id,
        at=context.at,
    )
    return [HoldPlaced(**head(context), incident=matter.incident, call=matter.call, hold=hold)]


def _release(board: Board, command: ReleaseHold, context: Context) -> Decision:
    hold = board.holds.get(command.hold_id)
    if hold is None:
        return UnknownEntry(kind="hold", entry=command.hold_id)
    if not command.reason.strip():
        return NotPermitted(command="release-hold", lacks="purpose")
    event = HoldReleased(
        **head(context),
        incident=IncidentId(hold.incident) if hold.incident else None,
        call=CallId(hold.call) if hold.call else None,
        hold=hold.id,
        whose=hold.by,
        reason=command.reason.strip(),
    )
    return [event]


def _ask(board: Board, command: AskErasure, context: Context) -> Decision:
    matter = _matter(board, command)
    if not isinstance(matter, Matter):
        return matter
    if command.request_id in board.erasures:
        return IdentityTaken(kind="erasure", value=command.request_id)
    if not command.reason.strip():
        return NotPermitted(command="ask-erasure", lacks="purpose")
    no = _why_not(board, matter.incident or "", matter.call or "") or held_where_merged(board, command.merged)
    if no is not None:
        return no
    if len(board.erasures) >= REQUESTS_MAX:
        return RetentionFull(most=REQUESTS_MAX)
    if sum(one.asked_by == context.actor.id for one in board.erasures.values()) >= REQUESTS_OF_ONE_MAX:
        return RetentionFull(most=REQUESTS_OF_ONE_MAX)
    keys = _keys(board, matter.incident or "", matter.call or "", command.person_id, command)
    if not isinstance(keys, tuple):
        return keys
    request = ErasureRequest(
        id=command.request_id,
        **matter.said,
        card=command.person_id,
        agencies=matter.agencies,
        reason=command.reason.strip(),
        asked_by=context.actor.id,
        asked=context.at,
    )
    return [ErasureAsked(**head(context), incident=matter.incident, call=matter.call, request=request)]


def _why_not(board: Board, incident: str, call: str) -> OnHold | NotOver | None:
    hold = hold_on(board, incident, call)
    if hold is not None:
        return OnHold(matter=incident or call, reason=hold.reason)
    return None if is_over(board, incident, call) else NotOver(matter=incident or call)


def _approve(board: Board, command: ApproveErasure, context: Context) -> Decision:
    request = board.erasures.get(command.request_id)
    if request is None:
        return UnknownEntry(kind="erasure", entry=command.request_id)
    if context.actor.id == request.asked_by:
        return SecondPersonNeeded(whose=context.actor.id)
    whole = _keys(board, request.incident, request.call, "", command)
    keys = _keys(board, request.incident, request.call, request.card, command)
    if not isinstance(whole, tuple):
        return whole
    if not isinstance(keys, tuple):
        return keys
    no = _why_not(board, request.incident, request.call) or _held(board, whole)
    no = no or held_where_merged(board, command.merged)
    if no is not None:
        return no
    event = DetailsErased(
        **head(context),
        incident=IncidentId(request.incident) if request.incident else None,
        call=CallId(request.call) if request.call else None,
        owners=keys,
        rule="request",
        request=request.id,
        whose=request.asked_by,
        reason=request.reason,
        card=request.card,
    )
    return [event]


def _keys(
    board: Board, incident: str, call: str, card: str, command: AskErasure | ApproveErasure
) -> tuple[str, ...] | UnknownIncident | UnknownEntry | SharedKey:
    """Whose keys go: all of the matter's, or those of one card.

    Without the incident's record it is not known which calls' keys go with it.
    """
    if not incident:
        known = board.calls.get(CallId(call)) or command.call_record
        if not card:
            return (call,)
        return UnknownEntry(kind="person", entry=card) if known is None else keys_of_card(board, known, card)
    found = _known(board, incident, command.record)
    if found is None:
        return UnknownIncident(incident=incident)
    return keys_of_card(board, found, card, command.gone_calls) if card else owners_of(found)


def _known(board: Board, incident: str, record: Incident | None) -> Incident | None:
    """None where its record is not there, or where it is a call that is asked about."""
    known = board.incidents.get(IncidentId(incident)) or record
    return known if known is not None and known.id == incident else None


def held_where_merged(board: Board, merged: Collection[str]) -> OnHold | None:
    """A hold on any incident that this one was merged with: each has calls and texts of the others."""
    hold = next((one for one in board.holds.values() if one.incident in merged), None)
    return None if hold is None else OnHold(matter=hold.incident, reason=hold.reason)


def _held(board: Board, owners: tuple[str, ...]) -> OnHold | None:
    for owner in owners:
        hold = hold_on(board, "", owner)
        if hold is not None:
            return OnHold(matter=owner, reason=hold.reason)
    return None


def owners_of(incident: Incident) -> tuple[str, ...]:
    """Whose keys hold something of an incident: its own, and those of the calls that concern it."""
    return (incident.id, *incident.calls)


def _decline(board: Board, command: DeclineErasure, context: Context) -> Decision:
    request = board.erasures.get(command.request_id)
    if request is None:
        return UnknownEntry(kind="erasure", entry=command.request_id)
    if not command.reason.strip():
        return NotPermitted(command="decline-erasure", lacks="purpose")
    event = ErasureDeclined(
        **head(context),
        incident=IncidentId(request.incident) if request.incident else None,
        call=CallId(request.call) if request.call else None,
        request=request.id,
        whose=request.asked_by,
        reason=command.reason.strip(),
    )
    return [event]


def _erase(board: Board, command: EraseDetails, context: Context) -> Decision:
    no = _why_not(board, command.incident_id, command.call_id) or _held(board, command.owners)
    no = no or held_where_merged(board, command.merged)
    if no is not None:
        return no
    event = DetailsErased(
        **head(context),
        incident=IncidentId(command.incident_id) if command.incident_id else None,
        call=CallId(command.call_id) if command.call_id else None,
        owners=command.owners,
        rule="term",
        term=command.term,
        days=command.days,
    )
    return [event]
