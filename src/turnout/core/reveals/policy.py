"""Who may have personal details opened, and on what ground (charter 6, functions 18.5).

The fast path of the policy whose text is `audit/access.cedar`; a property test proves the two equal (decision 0197).
Pure: everything follows from the board, the asker and the time. There is no ground that names a person of the public:
one asks for a matter that one works on, or that a second person has agreed to or will be told of.
"""

from typing import Final, Literal

import msgspec

from turnout.core.board import Board, Call, GlassBreak, Incident, Position, Review
from turnout.core.context import Actor
from turnout.core.permissions import RECORDS_ROLE, has_right
from turnout.core.retention.matters import CallRecord
from turnout.core.reveals.matters import Kind
from turnout.core.tables.positions import uncovered_groups
from turnout.words.identity import IncidentId
from turnout.words.moment import HOUR_MS, Moment

AFTER_MS: Final = 12 * HOUR_MS
"""How long those who worked on something may still look: until the end of the shift, when the report is written."""

Ground = Literal["crew", "call-taker", "dispatcher", "open-call", "agency-record", "review", "glass"]


class Basis(msgspec.Struct, frozen=True, gc=False):
    """The ground on which somebody may look; `via` names the review or the breaking of the glass."""

    ground: Ground
    via: str = ""


class Matter(msgspec.Struct, frozen=True):
    """What is to be opened: something of an incident, or of a call, which may concern an incident.

    `gone`: of the incident's calls, those that have left the board.
    """

    incident: Incident | None = None
    call: Call | CallRecord | None = None
    gone: tuple[CallRecord, ...] = ()


def matter_of_incident(incident: Incident, gone: tuple[CallRecord, ...] = ()) -> Matter:
    return Matter(incident=incident, gone=gone)


def matter_of_call(board: Board, call: Call | CallRecord) -> Matter:
    return Matter(board.incidents.get(IncidentId(call.incident)) if call.incident else None, call)


def find_basis(board: Board, actor: Actor, kind: Kind, matter: Matter, at: Moment) -> Basis | None:
    """The first ground that holds, the everyday ones first; None: not without breaking the glass."""
    if not _of_own_agencies(actor, matter.incident):
        return None
    if is_crew(actor, matter.incident, at):
        return Basis("crew")
    if is_call_taker(board, actor, matter, at):
        return Basis("call-taker")
    if is_dispatcher(board, actor, matter.incident):
        return Basis("dispatcher")
    if may_answer(board, actor, matter.call):
        return Basis("open-call")
    if RECORDS_ROLE in actor.roles and matter.incident is not None:
        return Basis("agency-record")
    return _by_review(board, actor, kind, matter, at) or _by_glass(board, actor, matter, at)


def _of_own_agencies(actor: Actor, incident: Incident | None) -> bool:
    return not actor.agencies or incident is None or not set(actor.agencies).isdisjoint(incident.agencies)


def is_crew(actor: Actor, incident: Incident | None, at: Moment) -> bool:
    """Of a unit that is on it, or has left it within the shift."""
    if not actor.unit or incident is None:
        return False
    return any(
        one.unit == actor.unit and (not one.is_over or at - one.times["ended"] <= AFTER_MS)
        for one in incident.assignments
    )


def is_call_taker(board: Board, actor: Actor, matter: Matter, at: Moment) -> bool:
    """Has answered a call of it, or opened it, and it is not long over."""
    call, incident = matter.call, matter.incident
    if call is not None and call.answered_by == actor.id and not is_long_over(call.closed, at):
        return True
    if incident is None or is_long_over(incident.closed, at):
        return False
    on_board = (board.calls[id] for id in incident.calls if id in board.calls)
    calls: tuple[Call | CallRecord, ...] = (*on_board, *matter.gone)
    return incident.opened_by == actor.id or any(one.answered_by == actor.id for one in calls)


def is_long_over(closed: Moment | None, at: Moment) -> bool:
    return closed is not None and at - closed > AFTER_MS


def is_dispatcher(board: Board, actor: Actor, incident: Incident | None) -> bool:
    """Signed on at a position that answers for its group, or for all, with the right to send units to it."""
    if incident is None or incident.id not in board.incidents or not has_right(board, actor, "assign-units"):
        return False
    held = positions_of(board, actor)
    if any(not position.groups or incident.group in position.groups for position in held):
        return True
    return bool(held) and incident.group in uncovered_groups(board)


def may_answer(board: Board, actor: Actor, call: Call | CallRecord | None) -> bool:
    """A call that waits, or waits to be called back, is everybody's to answer who sits there to answer calls."""
    if not isinstance(call, Call) or not has_right(board, actor, "answer-call"):
        return False
    held = positions_of(board, actor)
    if call.offer is not None and any(position.id == call.offer.to for position in held):
        return True
    return bool(held) and call.status in ("waiting", "callback")


def positions_of(board: Board, actor: Actor) -> list[Position]:
    return [position for position in board.positions.values() if position.actor == actor.id]


def _by_review(board: Board, actor: Actor, kind: Kind, matter: Matter, at: Moment) -> Basis | None:
    for review in board.reviews.values():
        mine = review.who == actor.id and _is_of(review, matter)
        by_another = review.approved_by is not None and review.approved_by != actor.id
        if mine and by_another and kind in review.kinds and at < review.until:
            return Basis("review", review.id)
    return None


def _by_glass(board: Board, actor: Actor, matter: Matter, at: Moment) -> Basis | None:
    for glass in board.glass.values():
        mine = glass.by == actor.id and _is_of(glass, matter)
        if mine and at < glass.until and glass.finding in ("", "justified"):
            return Basis("glass", glass.id)
    return None


def _is_of(one: Review | GlassBreak, matter: Matter) -> bool:
    """Of this incident, or of this call."""
    incident = matter.incident.id if matter.incident is not None else ""
    call = matter.call.id if matter.call is not None else ""
    return (bool(incident) and one.incident == incident) or (bool(call) and one.call == call)
