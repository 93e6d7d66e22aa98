"""How the board changes with holds, requests to erase and erasures."""

from typing import assert_never

from msgspec.structs import replace

from turnout.core.board import Board
from turnout.core.retention.events import (
    DetailsErased,
    ErasureAsked,
    ErasureDeclined,
    HoldPlaced,
    HoldReleased,
    RetentionEvent,
)
from turnout.core.texts import without


def evolve_retention(board: Board, event: RetentionEvent) -> Board:
    match event:
        case HoldPlaced():
            return replace(board, holds={**board.holds, event.hold.id: event.hold})
        case HoldReleased():
            assert event.hold in board.holds, f"no hold {event.hold} on the board"
            return replace(board, holds={id: one for id, one in board.holds.items() if id != event.hold})
        case ErasureAsked():
            return replace(board, erasures={**board.erasures, event.request.id: event.request})
        case ErasureDeclined():
            assert event.request in board.erasures, f"no request {event.request} on the board"
            return _without(board, event.request)
        case DetailsErased():
            erased = without(board, frozenset(event.owners))
            return _without(erased, event.request) if event.request else erased
        case _:
            assert_never(event)


def _without(board: Board, request: str) -> Board:
    return replace(board, erasures={id: one for id, one in board.erasures.items() if id != request})
