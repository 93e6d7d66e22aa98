"""What may be done about looking at personal details (charter 6, functions 18.5).

Nobody approves their own review, nor answers their own breaking of the glass. Breaking it is refused to nobody who
works with incidents or calls at all: it works at once, and is never silent.
"""

from typing import Final, TypedDict, assert_never

from turnout.core.board import Board, Call, Incident
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.refusals import (
    IdentityTaken,
    NotPermitted,
    TimeNotPossible,
    UnknownCall,
    UnknownEntry,
    UnknownIncident,
)
from turnout.core.retention.matters import CallRecord
from turnout.core.retention.refusals import CallOfIncident
from turnout.core.reveals.commands import (
    AnswerGlass,
    ApproveReview,
    BreakGlass,
    DeclineReview,
    RequestReview,
    RevealCommand,
)
from turnout.core.reveals.events import GlassAnswered, GlassBroken, ReviewApproved, ReviewDeclined, ReviewRequested
from turnout.core.reveals.matters import GlassBreak, Review
from turnout.core.reveals.refusals import ReviewsFull, SecondPersonNeeded
from turnout.words.identity import ActorId, AgencyId, CallId, IncidentId
from turnout.words.moment import DAY_MS, HOUR_MS, later

GLASS_MS: Final = HOUR_MS
"""What is urgent is over by then; who still needs it asks for a review, or says again why."""

REVIEW_DAYS_MAX: Final = 30
"""A complaint is looked into within a month; a longer one is approved anew."""

REVIEWS_OF_ONE_MAX: Final = 20
"""That one person has asked for at once: the board stays small."""


_Matter = Incident | Call | CallRecord


class _Of(TypedDict):
    incident: IncidentId | None
    call: CallId | None


def decide_reveal(board: Board, command: RevealCommand, context: Context) -> Decision:
    match command:
        case RequestReview():
            return _request(board, command, context)
        case ApproveReview():
            return _approve(board, command, context)
        case DeclineReview():
            return _decline(board, command, context)
        case BreakGlass():
            return _break(board, command, context)
        case AnswerGlass():
            return _answer(board, command, context)
        case _:
            assert_never(command)


def _incident(board: Board, id: str, record: Incident | None) -> Incident | None:
    found = board.incidents.get(IncidentId(id)) or record
    return found if found is not None and found.id == id else None


def _matter(
    board: Board, command: RequestReview
) -> Incident | Call | CallRecord | UnknownIncident | UnknownCall | CallOfIncident:
    if command.incident_id or not command.call_id:
        incident = _incident(board, command.incident_id, command.record)
        return UnknownIncident(incident=command.incident_id) if incident is None else incident
    call = _call(board, command.call_id, command.call_record)
    if call is None:
        return UnknownCall(call=command.call_id)
    return CallOfIncident(call=call.id, incident=call.incident) if call.incident else call


def _call(board: Board, id: str, record: CallRecord | None) -> Call | CallRecord | None:
    found = board.calls.get(CallId(id)) or record
    return found if found is not None and found.id == id else None


def _request(board: Board, command: RequestReview, context: Context) -> Decision:
    matter = _matter(board, command)
    if isinstance(matter, UnknownIncident | UnknownCall | CallOfIncident):
        return matter
    if command.review_id in board.reviews:
        return IdentityTaken(kind="review", value=command.review_id)
    if not command.purpose.strip():
        return NotPermitted(command="request-review", lacks="purpose")
    if not context.at < command.until <= later(context.at, REVIEW_DAYS_MAX * DAY_MS):
        return TimeNotPossible(field="until", at=command.until)
    asker = context.actor.id
    open_ones = [one for one in board.reviews.values() if one.asked_by == asker and one.until > context.at]
    if len(open_ones) >= REVIEWS_OF_ONE_MAX:
        return ReviewsFull(whose=asker, most=REVIEWS_OF_ONE_MAX)
    review = Review(
        id=command.review_id,
        incident=matter.id if isinstance(matter, Incident) else "",
        call="" if isinstance(matter, Incident) else matter.id,
        agencies=matter.agencies if isinstance(matter, Incident) else (),
        who=ActorId(command.who or asker),
        kinds=tuple(dict.fromkeys(command.kinds)),
        purpose=command.purpose.strip(),
        until=command.until,
        asked_by=asker,
        asked=context.at,
    )
    return [ReviewRequested(**head(context), **_of(review), review=review)]


def _of(one: Review | GlassBreak) -> _Of:
    """For an event: which of both it is."""
    return {
        "incident": IncidentId(one.incident) if one.incident else None,
        "call": CallId(one.call) if one.call else None,
    }


def _approve(board: Board, command: ApproveReview, context: Context) -> Decision:
    review = board.reviews.get(command.review_id)
    if review is None:
        return UnknownEntry(kind="review", entry=command.review_id)
    if context.actor.id in (review.asked_by, review.who):
        return SecondPersonNeeded(whose=context.actor.id)
    if review.approved_by is not None:
        return []
    if review.until <= context.at:
        return TimeNotPossible(field="until", at=review.until)
    return [ReviewApproved(**head(context), **_of(review), review=review.id, whose=review.who)]


def _decline(board: Board, command: DeclineReview, context: Context) -> Decision:
    """Also by whoever asked for it: giving a right back needs no second person."""
    review = board.reviews.get(command.review_id)
    if review is None:
        return UnknownEntry(kind="review", entry=command.review_id)
    return [ReviewDeclined(**head(context), **_of(review), review=review.id, whose=review.who, reason=command.reason)]


def _break(board: Board, command: BreakGlass, context: Context) -> Decision:
    """Breaking again what one has broken, and may still look at, changes nothing."""
    incident = _incident(board, command.incident_id, command.record) if command.incident_id else None
    call = _call(board, command.call_id, command.call_record) if command.call_id else None
    if command.incident_id and incident is None:
        return UnknownIncident(incident=command.incident_id)
    if incident is None and call is None:
        return UnknownCall(call=command.call_id)
    if incident is None and isinstance(call, CallRecord) and call.incident:
        return CallOfIncident(call=call.id, incident=call.incident)
    if not command.reason.strip():
        return NotPermitted(command="break-glass", lacks="purpose")
    matter = (incident.id if incident is not None else "", "" if incident is not None or call is None else call.id)
    if any(_lets_look(one, context, matter) for one in board.glass.values()):
        return []
    if command.glass_id in board.glass:
        return IdentityTaken(kind="glass", value=command.glass_id)
    glass = GlassBreak(
        id=command.glass_id,
        by=context.actor.id,
        position=context.position,
        incident=matter[0],
        call=matter[1],
        agencies=_agencies(board, incident, matter[1]),
        reason=command.reason.strip(),
        at=context.at,
        until=later(context.at, GLASS_MS),
    )
    return [GlassBroken(**head(context), **_of(glass), glass=glass)]


def _lets_look(glass: GlassBreak, context: Context, matter: tuple[str, str]) -> bool:
    mine = glass.by == context.actor.id and (glass.incident, glass.call) == matter
    return mine and glass.until > context.at and glass.finding in ("", "justified")


def _agencies(board: Board, incident: Incident | None, call_id: str) -> tuple[AgencyId, ...]:
    if incident is None:
        call = board.calls.get(CallId(call_id))
        incident = board.incidents.get(call.incident) if call is not None and call.incident is not None else None
    return incident.agencies if incident is not None else ()


def _answer(board: Board, command: AnswerGlass, context: Context) -> Decision:
    glass = board.glass.get(command.glass_id)
    if glass is None or glass.finding:
        return UnknownEntry(kind="glass", entry=command.glass_id)
    if context.actor.id == glass.by:
        return SecondPersonNeeded(whose=glass.by)
    answered = GlassAnswered(
        **head(context),
        **_of(glass),
        glass=glass.id,
        whose=glass.by,
        finding=command.finding,
        note=command.note,
    )
    return [answered]
