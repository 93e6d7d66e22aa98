"""The book of operations: the core's rules, as the desk's machinery wants them."""

import hashlib
from typing import Any, Final, Protocol

import msgspec

from turnout.core.board import Board, Timer
from turnout.core.calls.commands import OpenFromAlarm, TakeCall, TakeMessage
from turnout.core.commands import Command
from turnout.core.context import Context
from turnout.core.decide import decide
from turnout.core.events import Event, decode, encode
from turnout.core.evolve import evolve
from turnout.core.incidents.commands import OpenIncident, SetAlarmLevel
from turnout.core.plans.commands import ProposePlans, ReleasePlans, as_asked
from turnout.core.refusals import Refusal
from turnout.core.texts import sealed, without_text
from turnout.core.timers.commands import RingTimer
from turnout.core.units.commands import (
    AnswerDuress,
    AssignUnits,
    ExchangeUnits,
    PreemptUnit,
    RaiseDuress,
    RelieveUnit,
    SelfInitiate,
    SendAlert,
)
from turnout.desk.book import EventBody
from turnout.words.identity import TimerId
from turnout.words.moment import Moment
from turnout.words.place import Place

COMES_FIRST: Final = (
    RaiseDuress,
    AnswerDuress,
    OpenIncident,
    TakeCall,
    TakeMessage,
    OpenFromAlarm,
    AssignUnits,
    PreemptUnit,
    RelieveUnit,
    ExchangeUnits,
    SelfInitiate,
    SetAlarmLevel,
    SendAlert,
)
"""Duress, new calls and incidents, sending units: never behind anything else, however much waits."""

_commands = msgspec.json.Encoder(order="deterministic")
_boards: msgspec.msgpack.Decoder[Board] = msgspec.msgpack.Decoder(Board)
_board_encoder = msgspec.msgpack.Encoder()


def _without_prose(schema: Any) -> Any:
    """A schema without its docstrings: explaining a field better does not change the shape of a board."""
    if isinstance(schema, dict):
        return {key: _without_prose(value) for key, value in schema.items() if key not in ("title", "description")}
    if isinstance(schema, list):
        return [_without_prose(value) for value in schema]
    return schema


def shape_of(kind: type[msgspec.Struct]) -> str:
    """A digest of the type's structure, for telling whether what was stored is still of it."""
    schema = _without_prose(msgspec.json.schema(kind))
    return hashlib.sha256(msgspec.json.encode(schema, order="deterministic")).hexdigest()[:32]


class Seals(Protocol):
    """Who has the keys of what was said."""

    def seal(self, owner: str, text: str) -> str:
        """`text` as it is recorded. May raise a `StorageFailed`."""
        ...

    def shown_or_fault(self, text: str) -> str:
        """`text` with what is sealed in it opened. Raises a `StorageFailed` where a key is not at hand: what rules are
        shown may be recorded."""
        ...

    def find_place(self, sealed: str) -> Place | None:
        """The place for which this stands; None where its key is destroyed."""
        ...


class Operations:
    """Implements `turnout.desk.book.Book` with `turnout.core`."""

    stream = "operations"
    board_shape = shape_of(Board)

    def __init__(self, texts: Seals | None = None) -> None:
        """`texts`: at the desk, where what was said and seen is sealed before it is recorded. Nobody else makes events:
        what is read stays as it stands in the journal."""
        self._texts = texts

    def empty(self) -> Board:
        return Board.empty()

    def decide(self, board: Board, command: Command, context: Context) -> list[Event] | Refusal:
        if self._texts is not None:
            opened = {"show": self._texts.shown_or_fault, "find_place": self._texts.find_place}
            context = msgspec.structs.replace(context, **opened)
        return decide(board, command, context)

    def evolve(self, board: Board, event: Event) -> Board:
        return evolve(board, event)

    def encode_event(self, event: Event) -> EventBody:
        return EventBody(*encode(sealed(event, self._texts.seal) if self._texts is not None else event))

    def decode_event(self, name: str, version: int, body: bytes) -> Event:
        return decode(name, version, body)

    def command_name(self, command: Command) -> str:
        return str(command.__struct_config__.tag)

    def encode_command(self, command: Command) -> bytes:
        return _commands.encode(command)

    def tell_apart(self, command: Command, content: bytes) -> bytes:
        """Without what is said in it, which ends: a hash over that would confirm a guess for ever."""
        bare = without_text(command)
        if isinstance(bare, ProposePlans | ReleasePlans):
            bare = as_asked(bare)
        return content if bare is command else _commands.encode(bare)

    def comes_first(self, command: Command) -> bool:
        return isinstance(command, COMES_FIRST)

    def encode_board(self, board: Board) -> bytes:
        """Incident by incident: in one call a busy city's would keep the desk from the interpreter for 15 ms."""
        incidents = {key: msgspec.Raw(_board_encoder.encode(one)) for key, one in board.incidents.items()}
        return _board_encoder.encode(msgspec.structs.replace(board, incidents=incidents))

    def decode_board(self, body: bytes) -> Board:
        return _boards.decode(body)


def timers_of(board: Board) -> dict[TimerId, Timer]:
    return board.timers


def due_of(timer: Timer) -> Moment | None:
    """When it is to ring; None once it has rung."""
    return timer.due if timer.rung is None else None


def ring(timer_id: TimerId) -> RingTimer:
    return RingTimer(timer=timer_id)
