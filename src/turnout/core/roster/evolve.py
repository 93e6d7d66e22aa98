"""How the board changes with the roster."""

from typing import Any, assert_never

from msgspec.structs import replace

from turnout.core.board import Board
from turnout.core.roster.events import (
    RosterEvent,
    ShiftBegan,
    ShiftCancelled,
    ShiftChanged,
    ShiftEnded,
    ShiftOffered,
    ShiftOverran,
    ShiftScheduled,
)


def evolve_roster(board: Board, event: RosterEvent) -> Board:
    match event:
        case ShiftScheduled() | ShiftChanged():
            return replace(board, shifts={**board.shifts, event.shift.id: event.shift})
        case ShiftOffered():
            return _changed(board, event.planned, offered=event.at)
        case ShiftBegan():
            return _changed(board, event.planned, began=event.at)
        case ShiftOverran():
            return _changed(board, event.planned, overrun=event.at)
        case ShiftCancelled() | ShiftEnded():
            assert event.planned in board.shifts, f"no shift {event.planned} on the board"
            return replace(board, shifts={id: shift for id, shift in board.shifts.items() if id != event.planned})
        case _:
            assert_never(event)


def _changed(board: Board, planned: str, **changes: Any) -> Board:
    shift = board.shifts.get(planned)
    assert shift is not None, f"no shift {planned} on the board"
    return replace(board, shifts={**board.shifts, planned: replace(shift, **changes)})
