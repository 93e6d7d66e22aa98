"""How the board changes when something has happened to a call."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.applying import change_call, change_incident, the_call, the_incident
from turnout.core.board import Board, Call, Callback
from turnout.core.calls.events import (
    CallAbandoned,
    CallAnswered,
    CallArchived,
    CallAttached,
    CallbackNoted,
    CallClosed,
    CallerPlaceRefreshed,
    CallEvent,
    CallHandedOver,
    CallTaken,
)


def evolve_call(board: Board, event: CallEvent) -> Board:
    match event:
        case CallTaken():
            return _taken(board, event)
        case CallAnswered():
            return change_call(board, event.call, status="answered", answered=event.at, answered_by=event.by)
        case CallerPlaceRefreshed():
            return change_call(board, event.call, fixes=(*the_call(board, event.call).fixes, event.fix))
        case CallAttached():
            return _attached(board, event)
        case CallHandedOver():
            return change_call(board, event.call, handed_to=event.to)
        case CallAbandoned():
            return change_call(board, event.call, abandoned=True, status="callback")
        case CallbackNoted():
            return _called_back(board, event)
        case CallClosed():
            return change_call(board, event.call, status="closed", closed=event.at, outcome=event.outcome)
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
    )
    return replace(board, calls={**board.calls, event.call: call})


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
