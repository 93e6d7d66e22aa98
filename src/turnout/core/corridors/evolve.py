"""How the board changes with permissions, arming and corridors."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.board import Board
from turnout.core.corridors.events import (
    CorridorCancelled,
    CorridorEnded,
    CorridorEvent,
    CorridorRequested,
    JunctionsAsked,
    JunctionsNoted,
    SignalsArmed,
    SignalsDisarmed,
    SignalsPermitted,
    SignalsWithdrawn,
)
from turnout.core.corridors.matters import Corridor, CorridorJunction, SignalPermit


def evolve_corridor(board: Board, event: CorridorEvent) -> Board:
    match event:
        case SignalsPermitted():
            return _with_permit(board, event.permit)
        case SignalsWithdrawn():
            kept = {id: one for id, one in board.signal_permits.items() if id != event.permit.id}
            return replace(board, signal_permits=kept)
        case SignalsArmed():
            return _with_permit(board, _armed(board.signal_permits[event.permit_id], event))
        case SignalsDisarmed():
            permit = board.signal_permits[event.permit_id]
            gone = frozenset(event.junctions)
            until = {junction: end for junction, end in permit.until.items() if junction not in gone}
            return _with_permit(board, replace(permit, armed=permit.armed - gone, until=until))
        case CorridorRequested():
            return _with_corridor(board, event.corridor)
        case JunctionsAsked():
            return _asked(board, event)
        case JunctionsNoted():
            return _noted(board, event)
        case CorridorCancelled():
            corridor = board.corridors[event.corridor_id]
            return _with_corridor(board, replace(corridor, cancelled=event.at, cancelled_by=event.by))
        case CorridorEnded():
            assert event.corridor_id in board.corridors, f"no corridor {event.corridor_id} on the board"
            kept_open = {id: one for id, one in board.corridors.items() if id != event.corridor_id}
            return replace(board, corridors=kept_open)
        case _:
            assert_never(event)


def _armed(permit: SignalPermit, event: SignalsArmed) -> SignalPermit:
    ends = {junction: event.until for junction in event.junctions if event.until is not None}
    armed = permit.armed | frozenset(event.junctions)
    return replace(permit, armed=armed, until={**permit.until, **ends}, armed_by=event.by)


def _asked(board: Board, event: JunctionsAsked) -> Board:
    corridor = board.corridors[event.corridor_id]
    asked = {
        ask.key or ask.junction: CorridorJunction(
            id=ask.junction,
            name=ask.name,
            place=ask.place,
            group=ask.group,
            also=ask.also,
            state="asked",
            since=event.at,
        )
        for ask in event.asks
    }
    return _with_corridor(board, replace(corridor, junctions={**corridor.junctions, **asked}))


def _noted(board: Board, event: JunctionsNoted) -> Board:
    corridor = board.corridors[event.corridor_id]
    noted = {
        key: replace(corridor.junctions[key], state=note.state, reason=note.reason, since=event.at)
        for note in event.notes
        if (key := note.key or note.junction)
    }
    return _with_corridor(board, replace(corridor, junctions={**corridor.junctions, **noted}))


def _with_corridor(board: Board, corridor: Corridor) -> Board:
    return replace(board, corridors={**board.corridors, corridor.id: corridor})


def _with_permit(board: Board, permit: SignalPermit) -> Board:
    return replace(board, signal_permits={**board.signal_permits, permit.id: permit})
