"""What may be done with a call. A call is never turned away: what is odd about it is taken and marked."""

from typing import assert_never

from turnout.core.board import Board, Call, PlaceFix, Timer
from turnout.core.calls.commands import (
    AbandonCall,
    AnswerCall,
    AttachCall,
    CallCommand,
    CloseCall,
    HandOverCall,
    NoteCallback,
    RefreshCallerPlace,
    TakeCall,
)
from turnout.core.calls.events import (
    CallAbandoned,
    CallAnswered,
    CallAttached,
    CallbackNoted,
    CallClosed,
    CallerPlaceRefreshed,
    CallHandedOver,
    CallTaken,
)
from turnout.core.context import Context
from turnout.core.decision import Decision, head
from turnout.core.lookups import open_call_of, open_incident_of
from turnout.core.refusals import CallIsAnswered, IdentityTaken, No, PlaceNotOnEarth
from turnout.core.timers.starting import ARCHIVE_AFTER_MS, call_timer, running, standard_s, timer_id
from turnout.words.identity import CallId
from turnout.words.moment import SECOND_MS, Moment


def decide_call(board: Board, command: CallCommand, context: Context) -> Decision:
    if isinstance(command, TakeCall):
        return _take(board, command, context)
    call = open_call_of(board, command.call_id)
    if isinstance(call, No):
        return call
    match command:
        case AnswerCall():
            return _answer(call, context)
        case RefreshCallerPlace():
            return _refresh(call, command, context)
        case AttachCall():
            return _attach(board, call, command, context)
        case HandOverCall():
            return [CallHandedOver(**head(context), call=call.id, to=command.to)]
        case AbandonCall():
            starts = _callback_timer(board, call, context.at)
            return [CallAbandoned(**head(context), call=call.id, silent=command.silent, starts=starts)]
        case NoteCallback():
            return _note_callback(board, call, command, context)
        case CloseCall():
            return _close(board, call, command, context)
        case _:
            assert_never(command)


def _take(board: Board, command: TakeCall, context: Context) -> Decision:
    if CallId(command.call_id) in board.calls:
        return IdentityTaken(kind="call", value=command.call_id)
    rang = context.at if command.received is None else min(command.received, context.at)
    taken = CallTaken(
        **head(context),
        call=CallId(command.call_id),
        channel=command.channel,
        received=Moment(rang),
        text=command.text,
        location=command.location,
        caller=command.caller,
        suggested_type=command.suggested_type,
        source=command.source,
        answered=command.answered,
    )
    return [taken]


def _answer(call: Call, context: Context) -> Decision:
    if call.answered is None or call.answered_by is None:
        return [CallAnswered(**head(context), call=call.id)]
    if call.answered_by == context.actor.id:
        return []
    return CallIsAnswered(call=call.id, by=call.answered_by, at=call.answered)


def _refresh(call: Call, command: RefreshCallerPlace, context: Context) -> Decision:
    if not command.place.is_on_earth():
        return PlaceNotOnEarth(lat=command.place.lat, lon=command.place.lon)
    fix = PlaceFix(at=context.at, place=command.place, uncertainty_m=command.uncertainty_m, source=command.source)
    return [CallerPlaceRefreshed(**head(context), call=call.id, fix=fix)]


def _attach(board: Board, call: Call, command: AttachCall, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if call.incident == incident.id:
        return []
    stops = running(board, [timer_id("callback", call.id)])
    return [CallAttached(**head(context), call=call.id, incident=incident.id, was=call.incident, stops=stops)]


def _note_callback(board: Board, call: Call, command: NoteCallback, context: Context) -> Decision:
    """Reached: off the list. Not reached: it stays on, and its clock starts again."""
    reached = command.outcome == "reached"
    noted = CallbackNoted(
        **head(context),
        call=call.id,
        outcome=command.outcome,
        note=command.note,
        stops=running(board, [timer_id("callback", call.id)]) if reached else (),
        starts=() if reached or call.status != "callback" else _callback_timer(board, call, context.at),
    )
    return [noted]


def _callback_timer(board: Board, call: Call, at: Moment) -> tuple[Timer, ...]:
    limit_s = standard_s(board.catalogue, "callback", None, 0)
    return () if limit_s is None else (call_timer(call, "callback", at, limit_s * SECOND_MS),)


def _close(board: Board, call: Call, command: CloseCall, context: Context) -> Decision:
    """One that concerns an incident leaves the board with it; any other a little later by itself."""
    closed = CallClosed(
        **head(context),
        call=call.id,
        outcome=command.outcome,
        stops=running(board, [timer_id("callback", call.id)]),
        starts=() if call.incident is not None else (call_timer(call, "archive", context.at, ARCHIVE_AFTER_MS),),
    )
    return [closed]
