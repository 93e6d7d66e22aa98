"""Handing a call over with all its data (1.24): it rings at the other position, and nobody loses it on the way.

Until somebody accepts, the call is still its call-taker's. Declined, it stays there and says so; left too long, it
waits in the queue again for everybody, because whoever offered it may by then be speaking with another caller.
"""

from typing import Final

from turnout.core.board import Board, Call, Timer
from turnout.core.calls.commands import AcceptCall, DeclineCall, HandOverCall
from turnout.core.calls.events import CallAccepted, CallDeclined, CallHandedOver, HandOverLapsed
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.refusals import CallNotOffered, ValueNotTaken
from turnout.core.timers.starting import call_timer, running, standard_s, timer_id
from turnout.words.identity import TimerId
from turnout.words.moment import SECOND_MS

HAND_OVER_S: Final = 30
"""Where the city's standards say nothing: twice the 15 s in which 90 % of calls are to be answered (NENA-STA-020)."""


def hand_over(board: Board, call: Call, command: HandOverCall, context: Context) -> Decision:
    """To a position that somebody is signed on to, which it rings; any other name is somebody outside who was told."""
    to = command.to.strip()
    if not to or to == context.position:
        return ValueNotTaken(field="hand_over_to", value=command.to)
    if to not in board.positions:
        stops = ringing(board, call)
        return [CallHandedOver(**head(context), call=call.id, to=to, stops=stops)]
    limit_s = standard_s(board.catalogue, "hand-over", None, 0) or HAND_OVER_S
    clock = call_timer(call, "hand-over", context.at, limit_s * SECOND_MS)
    return [CallHandedOver(**head(context), call=call.id, to=to, offered=True, starts=(clock,))]


def accept(board: Board, call: Call, command: AcceptCall, context: Context) -> Decision:
    """Also at another position than the one that it rings at: a call that somebody takes is a call that is taken."""
    if call.offer is None:
        if call.answered_by == context.actor.id:
            return []
        return CallNotOffered(call=command.call_id)
    return [CallAccepted(**head(context), call=call.id, stops=ringing(board, call))]


def decline(board: Board, call: Call, command: DeclineCall, context: Context) -> Decision:
    if call.offer is None:
        return CallNotOffered(call=command.call_id)
    declined = CallDeclined(
        **head(context), call=call.id, to=call.offer.to, reason=command.reason, stops=ringing(board, call)
    )
    return [declined]


def ringing(board: Board, call: Call) -> tuple[TimerId, ...]:
    """The clock of a hand-over, where one runs."""
    return running(board, [timer_id("hand-over", call.id)])


def lapse(draft: Draft, timer: Timer) -> None:
    """The clock of a hand-over has run out. One that was settled meanwhile has stopped it."""
    call = draft.board.calls[timer.call] if timer.call is not None else None
    assert call is not None, f"{timer.id} times no call"
    assert call.offer is not None, f"{call.id} is not being handed over"
    draft.add(HandOverLapsed(**draft.head, call=call.id, to=call.offer.to, stops=(timer.id,)))
