"""How the board changes when something has happened to a call."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.applying import change_call, change_incident, the_call, the_incident
from turnout.core.board import Board, Call, Callback, HandOver
from turnout.core.calls.events import (
    CallAbandoned,
    CallAccepted,
    CallAnswered,
    CallArchived,
    CallAttached,
    CallbackNoted,
    CallClosed,
    CallDeclined,
    CallerPlaceAsked,
    CallerPlaceNotFound,
    CallerPlaceRefreshed,
    CallEvent,
    CallHandedOver,
    CallTaken,
    HandOverLapsed,
    MessageAdded,
    ReplyReported,
)


def evolve_call(board: Board, event: CallEvent) -> Board:  # noqa: C901  one case per event
    match event:
        case CallTaken():
            return _taken(board, event)
        case CallAnswered():
            return _answered(board, event)
        case CallerPlaceRefreshed():
            fixes = (*the_call(board, event.call).fixes, event.fix)
            return change_call(board, event.call, fixes=fixes, place_asked=None, place_refused="")
        case CallerPlaceAsked():
            return change_call(board, event.call, place_asked=event.at, place_refused="")
        case CallerPlaceNotFound():
            return change_call(board, event.call, place_asked=None, place_refused=event.reason)
        case CallAttached():
            return _attached(board, event)
        case CallHandedOver():
            return _handed_over(board, event)
        case CallAccepted():
            return _accepted(board, event)
        case CallDeclined():
            return change_call(board, event.call, offer=None, declined_by=event.to)
        case HandOverLapsed():
            return _lapsed(board, event)
        case MessageAdded():
            messages = (*the_call(board, event.call).messages, event.message)
            return change_call(board, event.call, messages=tuple(sorted(messages, key=lambda one: one.sent)))
        case ReplyReported():
            return _reported(board, event)
        case CallAbandoned():
            return change_call(board, event.call, abandoned=True, status="callback", offer=None, place_asked=None)
        case CallbackNoted():
            return _called_back(board, event)
        case CallClosed():
            ended = {"status": "closed", "closed": event.at, "outcome": event.outcome}
            return change_call(board, event.call, offer=None, place_asked=None, **ended)
        case CallArchived():
            the_call(board, event.call)
            return replace(board, calls={id: call for id, call in board.calls.items() if id != event.call})
        case _:
            assert_never(event)


def _taken(board: Board, event: CallTaken) -> Board:
    call = Call(
        id=event.call,
        channel=event.channel,
        received=event.received,
        status="answered" if event.answered else "waiting",
        text=event.text,
        location=event.location,
        caller=event.caller,
        suggested_type=event.suggested_type,
        source=event.source,
        answered=event.at if event.answered else None,
        answered_by=event.by if event.answered else None,
        alarm_kind=event.alarm_kind,
        conversation=event.conversation,
    )
    return replace(board, calls={**board.calls, event.call: call})


def _answered(board: Board, event: CallAnswered) -> Board:
    """One that went back to the queue keeps the time of its first answer: NFPA 1710's interval ended there."""
    call = the_call(board, event.call)
    first = event.at if call.answered is None else call.answered
    return change_call(board, event.call, status="answered", answered=first, answered_by=event.by, offer=None)


def _handed_over(board: Board, event: CallHandedOver) -> Board:
    if not event.offered:
        return change_call(board, event.call, handed_to=event.to, offer=None)
    offer = HandOver(to=event.to, by=event.by, position=event.position, at=event.at)
    return change_call(board, event.call, offer=offer, declined_by="")


def _accepted(board: Board, event: CallAccepted) -> Board:
    call = the_call(board, event.call)
    first = event.at if call.answered is None else call.answered
    status = "answered" if call.status == "waiting" else call.status
    taken = {"answered_by": event.by, "answered": first, "status": status}
    return change_call(board, event.call, offer=None, declined_by="", **taken)


def _lapsed(board: Board, event: HandOverLapsed) -> Board:
    """Whoever offered it may have turned to something else: it rings for everybody."""
    call = the_call(board, event.call)
    if call.status != "answered":
        return change_call(board, event.call, offer=None, declined_by=event.to)
    return change_call(board, event.call, offer=None, declined_by="", status="waiting", answered_by=None)


def _reported(board: Board, event: ReplyReported) -> Board:
    messages = tuple(
        replace(one, delivery=event.outcome) if one.id == event.message else one
        for one in the_call(board, event.call).messages
    )
    return change_call(board, event.call, messages=messages)


def _called_back(board: Board, event: CallbackNoted) -> Board:
    call = the_call(board, event.call)
    tried = Callback(event.at, event.by, event.outcome, event.note)
    status = call.status
    if event.outcome == "reached" and status == "callback":
        status = "answered" if call.incident is None else "attached"
    return change_call(board, event.call, callbacks=(*call.callbacks, tried), status=status)


def _attached(board: Board, event: CallAttached) -> Board:
    if event.was is not None and event.was in board.incidents:
        others = tuple(id for id in the_incident(board, event.was).calls if id != event.call)
        board = change_incident(board, event.was, event, calls=others)
    board = change_call(board, event.call, status="attached", incident=event.incident)
    calls = the_incident(board, event.incident).calls
    return change_incident(board, event.incident, event, calls=tuple(dict.fromkeys((*calls, event.call))))
