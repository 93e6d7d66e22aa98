"""A small book with the shape of the real one: units, incidents, timers; enough to try the desk's machinery on."""

from typing import Any

import msgspec

from turnout.core.context import Actor, Context
from turnout.desk.book import EventBody, Origin
from turnout.words.identity import ActorId, CommandId


class Unit(msgspec.Struct, frozen=True):
    id: str
    incident: str | None = None
    sent: int = 0


class Incident(msgspec.Struct, frozen=True):
    id: str
    text: str = ""


class Timer(msgspec.Struct, frozen=True):
    id: str
    due: int
    rung: int | None = None


class ToyBoard(msgspec.Struct, frozen=True):
    units: dict[str, Unit] = {}
    incidents: dict[str, Incident] = {}
    timers: dict[str, Timer] = {}
    facts: int = 0


class _Act(msgspec.Struct, frozen=True, tag_field="do"):
    pass


class OpenIncident(_Act, frozen=True, tag="open-incident"):
    incident: str
    text: str = ""


class CloseIncident(_Act, frozen=True, tag="close-incident"):
    incident: str


class AddUnit(_Act, frozen=True, tag="add-unit"):
    unit: str


class AssignUnit(_Act, frozen=True, tag="assign-unit"):
    unit: str
    incident: str


class ReleaseUnit(_Act, frozen=True, tag="release-unit"):
    unit: str


class StartTimer(_Act, frozen=True, tag="start-timer"):
    timer: str
    due: int


class RingTimer(_Act, frozen=True, tag="ring-timer"):
    timer: str


class Nothing(_Act, frozen=True, tag="nothing"):
    pass


class MeetBug(_Act, frozen=True, tag="meet-bug"):
    """Its decision trips over an assertion."""


class MeetLateBug(_Act, frozen=True, tag="meet-late-bug"):
    """Its first event is applied, its second cannot be."""


ToyCommand = (
    OpenIncident
    | CloseIncident
    | AddUnit
    | AssignUnit
    | ReleaseUnit
    | StartTimer
    | RingTimer
    | Nothing
    | MeetBug
    | MeetLateBug
)


class _Fact(msgspec.Struct, frozen=True, tag_field="name"):
    pass


class IncidentOpened(_Fact, frozen=True, tag="incident-opened"):
    incident: str
    text: str


class IncidentClosed(_Fact, frozen=True, tag="incident-closed"):
    incident: str


class UnitAdded(_Fact, frozen=True, tag="unit-added"):
    unit: str


class UnitAssigned(_Fact, frozen=True, tag="unit-assigned"):
    unit: str
    incident: str


class UnitReleased(_Fact, frozen=True, tag="unit-released"):
    unit: str


class TimerStarted(_Fact, frozen=True, tag="timer-started"):
    timer: str
    due: int


class TimerRang(_Fact, frozen=True, tag="timer-rang"):
    timer: str
    at: int


class Unappliable(_Fact, frozen=True, tag="unappliable"):
    pass


ToyEvent = (
    IncidentOpened | IncidentClosed | UnitAdded | UnitAssigned | UnitReleased | TimerStarted | TimerRang | Unappliable
)


class _No(msgspec.Struct, frozen=True, tag_field="code"):
    pass


class UnitNotAvailable(_No, frozen=True, tag="unit-not-available"):
    unit: str
    incident: str | None


class NotOnTheBoard(_No, frozen=True, tag="not-on-the-board"):
    what: str


ToyRefusal = UnitNotAvailable | NotOnTheBoard

_EVENTS: msgspec.json.Decoder[ToyEvent] = msgspec.json.Decoder(ToyEvent)
_BOARDS: msgspec.msgpack.Decoder[ToyBoard] = msgspec.msgpack.Decoder(ToyBoard)


class ToyBook:
    """Implements `turnout.desk.book.Book`."""

    stream = "toy"
    board_shape = "toy-1"

    def empty(self) -> ToyBoard:
        return ToyBoard()

    def decide(self, board: ToyBoard, command: ToyCommand, context: Context) -> list[ToyEvent] | ToyRefusal:
        match command:
            case OpenIncident(incident, text):
                return [IncidentOpened(incident, text)] if incident not in board.incidents else []
            case CloseIncident(incident):
                if incident not in board.incidents:
                    return NotOnTheBoard(incident)
                working = [unit.id for unit in board.units.values() if unit.incident == incident]
                return [*(UnitReleased(unit) for unit in working), IncidentClosed(incident)]
            case AddUnit(unit):
                return [UnitAdded(unit)] if unit not in board.units else []
            case AssignUnit(unit, incident):
                return _assign(board, unit, incident)
            case ReleaseUnit(unit):
                known = board.units.get(unit)
                return NotOnTheBoard(unit) if known is None or known.incident is None else [UnitReleased(unit)]
            case StartTimer(timer, due):
                return [TimerStarted(timer, due)]
            case RingTimer(timer):
                held = board.timers.get(timer)
                return NotOnTheBoard(timer) if held is None or held.rung is not None else [TimerRang(timer, context.at)]
            case Nothing():
                return []
            case MeetBug():
                raise AssertionError("a planted bug in a rule")
            case MeetLateBug():
                return [IncidentOpened("half-done", ""), Unappliable()]

    def evolve(self, board: ToyBoard, event: ToyEvent) -> ToyBoard:
        facts = board.facts + 1
        match event:
            case IncidentOpened(incident, text):
                return _with(board, facts=facts, incidents={**board.incidents, incident: Incident(incident, text)})
            case IncidentClosed(incident):
                left = {key: value for key, value in board.incidents.items() if key != incident}
                return _with(board, facts=facts, incidents=left)
            case UnitAdded(unit):
                return _with(board, facts=facts, units={**board.units, unit: Unit(unit)})
            case UnitAssigned(unit, incident):
                was = board.units[unit]
                assert was.incident is None, f"{unit} is on {was.incident}"
                return _with(board, facts=facts, units={**board.units, unit: Unit(unit, incident, was.sent + 1)})
            case UnitReleased(unit):
                was = board.units[unit]
                return _with(board, facts=facts, units={**board.units, unit: Unit(unit, None, was.sent)})
            case TimerStarted(timer, due):
                return _with(board, facts=facts, timers={**board.timers, timer: Timer(timer, due)})
            case TimerRang(timer, at):
                was_timer = board.timers[timer]
                rung = {**board.timers, timer: Timer(timer, was_timer.due, at)}
                return _with(board, facts=facts, timers=rung)
            case Unappliable():
                raise AssertionError("a stored event that cannot be applied")

    def encode_event(self, event: ToyEvent) -> EventBody:
        return EventBody(str(type(event).__struct_config__.tag), 1, msgspec.json.encode(event))

    def decode_event(self, name: str, version: int, body: bytes) -> ToyEvent:
        return _EVENTS.decode(body)

    def command_name(self, command: ToyCommand) -> str:
        return str(type(command).__struct_config__.tag)

    def encode_command(self, command: ToyCommand) -> bytes:
        return msgspec.json.encode(command)

    def tell_apart(self, command: ToyCommand, content: bytes) -> bytes:
        return content

    def comes_first(self, command: ToyCommand) -> bool:
        return isinstance(command, (AssignUnit, OpenIncident))

    def encode_board(self, board: ToyBoard) -> bytes:
        return msgspec.msgpack.encode(board)

    def decode_board(self, body: bytes) -> ToyBoard:
        return _BOARDS.decode(body)


def _with(board: ToyBoard, **changes: Any) -> ToyBoard:
    return msgspec.structs.replace(board, **changes)


def _assign(board: ToyBoard, unit: str, incident: str) -> list[ToyEvent] | ToyRefusal:
    known = board.units.get(unit)
    if known is None:
        return NotOnTheBoard(unit)
    if incident not in board.incidents:
        return NotOnTheBoard(incident)
    if known.incident is not None:
        return UnitNotAvailable(unit, known.incident)
    return [UnitAssigned(unit, incident)]


def origin(command_id: str, actor: str = "dispatcher-1") -> Origin:
    return Origin(Actor(ActorId(actor)), CommandId(command_id), position="P1")
