"""Which signals may be asked, and for whom (15.4).

A junction is asked only while the traffic authority permits it, by the hour, and a person has armed it; who may command
that is another right than a dispatcher's. A corridor is for one unit under way, and takes nothing from the dispatch: it
is noted beside it. Pure: routes, places and controllers are the caller's.
"""

from typing import Final, TypedDict, assert_never

from turnout.core.board import Board, Incident, OnIncident
from turnout.core.context import Context
from turnout.core.corridors.arming import arm, disarm, end_id
from turnout.core.corridors.commands import (
    ArmSignals,
    AskJunctions,
    CancelCorridor,
    CorridorCommand,
    DisarmSignals,
    EndCorridor,
    JunctionAsk,
    NoteJunctions,
    OpenCorridor,
    PermitSignals,
    WithdrawSignals,
)
from turnout.core.corridors.events import (
    CorridorCancelled,
    CorridorEnded,
    CorridorRequested,
    JunctionsAsked,
    JunctionsNoted,
    SignalsPermitted,
    SignalsWithdrawn,
)
from turnout.core.corridors.matters import DAY_MIN, DAYS, Corridor, Hours, JunctionAsked, JunctionTold, SignalPermit
from turnout.core.corridors.refusals import (
    CorridorIsOpen,
    CorridorIsOver,
    CorridorsFull,
    NoSignalsArmed,
    UnitNotUnderWay,
)
from turnout.core.decision import Decision, head
from turnout.core.refusals import IdentityTaken, UnknownEntry, UnknownUnit
from turnout.core.sealed_fields import PERMIT_TOLD_MIN
from turnout.core.texts import Show
from turnout.core.timers.starting import running
from turnout.words.identity import IncidentId, UnitId
from turnout.words.moment import Moment
from turnout.words.sealed_text import ERASED

CORRIDORS_MAX: Final = 50
"""At once. A city with so many crews under blue light has other needs than green."""
PERMITS_MAX: Final = 200
UNDER_WAY: Final = frozenset({"dispatched", "acknowledged", "enroute", "transporting"})
LOWEST_LEVEL: Final = 3
"""By priority: what is less urgent than priority 3 goes last together."""

_MINUTE_MS: Final = 60_000
_EPOCH_DAY: Final = DAYS.index("thu")


def decide_corridor(board: Board, command: CorridorCommand, context: Context) -> Decision:
    match command:
        case PermitSignals():
            return _permit(board, command, context)
        case WithdrawSignals():
            return _withdraw(board, command, context)
        case ArmSignals():
            return arm(board, command, context)
        case DisarmSignals():
            return disarm(board, command, context)
        case OpenCorridor():
            return _open(board, command, context)
        case CancelCorridor():
            return _cancel(board, command, context)
        case AskJunctions():
            return _ask(board, command, context)
        case NoteJunctions():
            return _note(board, command, context)
        case EndCorridor():
            return _end(board, command, context)
        case _:
            assert_never(command)


def why_not_asked(board: Board, junction: str, at: Moment) -> str:
    """Why nothing may be written to this controller now: a name of `REASONS`; empty where it may."""
    if find_permit(board, junction, at) is not None:
        return ""
    naming = [permit for permit in board.signal_permits.values() if junction in permit.junctions]
    if not naming:
        return "no-permission"
    return "not-armed" if any(_is_in_force(permit, at, _offset_min(board)) for permit in naming) else "outside-hours"


def find_permit(board: Board, junction: str, at: Moment) -> SignalPermit | None:
    """By which permission this controller may be written to now."""
    permits, offset_min = board.signal_permits.values(), _offset_min(board)
    return next((one for one in permits if one.is_armed(junction, at) and _is_in_force(one, at, offset_min)), None)


def _offset_min(board: Board) -> int:
    return board.catalogue.utc_offset_min if board.catalogue is not None else 0


def _is_in_force(permit: SignalPermit, at: Moment, offset_min: int) -> bool:
    minutes = at // _MINUTE_MS + offset_min
    day, minute = (minutes // DAY_MIN + _EPOCH_DAY) % 7, minutes % DAY_MIN
    return not permit.hours or any(_holds(hours, day, minute) for hours in permit.hours)


def _holds(hours: Hours, day: int, minute: int) -> bool:
    is_today, is_yesterday = DAYS[day] in hours.days, DAYS[day - 1] in hours.days
    if hours.from_minute < hours.to_minute:
        return is_today and hours.from_minute <= minute < hours.to_minute
    return (is_today and minute >= hours.from_minute) or (is_yesterday and minute < hours.to_minute)


class _Where(TypedDict):
    incident: IncidentId
    unit: UnitId


def _where(corridor: Corridor) -> _Where:
    return {"incident": corridor.incident, "unit": corridor.unit}


def _permit(board: Board, command: PermitSignals, context: Context) -> Decision:
    if command.permit_id in board.signal_permits:
        return IdentityTaken(kind="permit", value=command.permit_id)
    if len(board.signal_permits) >= PERMITS_MAX:
        return CorridorsFull(most=PERMITS_MAX)
    permit = SignalPermit(
        id=command.permit_id,
        junctions=tuple(dict.fromkeys(command.junctions)),
        hours=tuple(Hours(hours.days, hours.from_minute, hours.to_minute) for hours in command.hours),
        authority=command.authority,
        by=context.actor.id,
        at=context.at,
    )
    return [SignalsPermitted(**head(context), permit=permit)]


def _withdraw(board: Board, command: WithdrawSignals, context: Context) -> Decision:
    permit = board.signal_permits.get(command.permit_id)
    if permit is None:
        return UnknownEntry(kind="permit", entry=command.permit_id)
    stops = running(board, [end_id(permit.id)])
    return [SignalsWithdrawn(**head(context), permit=permit, reason=command.reason, stops=stops)]


def _open(board: Board, command: OpenCorridor, context: Context) -> Decision:
    if command.corridor_id in board.corridors:
        return IdentityTaken(kind="corridor", value=command.corridor_id)
    unit = board.units.get(UnitId(command.unit))
    if unit is None:
        return UnknownUnit(unit=command.unit)
    if not isinstance(unit.status, OnIncident) or unit.status.at not in UNDER_WAY:
        return UnitNotUnderWay(unit=unit.id)
    if any(one.unit == unit.id and one.cancelled is None for one in board.corridors.values()):
        return CorridorIsOpen(unit=unit.id)
    armed = (permit.is_armed(one, context.at) for permit in board.signal_permits.values() for one in permit.armed)
    if not any(armed):
        return NoSignalsArmed()
    if len(board.corridors) >= CORRIDORS_MAX:
        return CorridorsFull(most=CORRIDORS_MAX)
    corridor = Corridor(
        id=command.corridor_id,
        unit=unit.id,
        incident=unit.status.incident,
        level=command.level or level_of(board.incidents[unit.status.incident]),
        by=context.actor.id,
        at=context.at,
    )
    return [CorridorRequested(**head(context), incident=corridor.incident, unit=unit.id, corridor=corridor)]


def level_of(incident: Incident) -> int:
    """1 is the highest, for both."""
    return max(1, min(LOWEST_LEVEL, incident.priority))


def is_under_way(board: Board, corridor: Corridor) -> bool:
    """Whether the unit still drives for that incident."""
    unit = board.units.get(corridor.unit)
    status = unit.status if unit is not None else None
    return isinstance(status, OnIncident) and status.incident == corridor.incident and status.at in UNDER_WAY


def _cancel(board: Board, command: CancelCorridor, context: Context) -> Decision:
    corridor = board.corridors.get(command.corridor_id)
    if corridor is None:
        return UnknownEntry(kind="corridor", entry=command.corridor_id)
    if corridor.cancelled is not None:
        return []
    where = _where(corridor)
    return [CorridorCancelled(**head(context), **where, corridor_id=corridor.id, reason=command.reason)]


def _ask(board: Board, command: AskJunctions, context: Context) -> Decision:
    corridor = board.corridors.get(command.corridor_id)
    if corridor is None or corridor.cancelled is not None:
        return CorridorIsOver(corridor=command.corridor_id)
    where, keys, notes = _where(corridor), keys_of(corridor, context.show), []
    asks = []
    for ask in command.asks:
        if ask.junction not in keys:
            keys[ask.junction] = f"#{len({*corridor.junctions, *keys.values()}) + 1}"
        key, permit = keys[ask.junction], find_permit(board, ask.junction, context.at)
        asks.append(_asked(ask, key, permit))
        if permit is None:
            why = why_not_asked(board, ask.junction, context.at)
            notes.append(JunctionTold(key=key, junction=ask.junction, name=ask.name, state="refused", reason=why))
    asked = JunctionsAsked(**head(context), **where, corridor_id=corridor.id, asks=tuple(asks))
    if not notes:
        return [asked]
    return [asked, JunctionsNoted(**head(context), **where, corridor_id=corridor.id, notes=tuple(notes))]


def _asked(ask: JunctionAsk, key: str, permit: SignalPermit | None) -> JunctionAsked:
    """Without a number that is another for another junction: when the crew is there, how few a permission names."""
    among = len(permit.junctions) if permit is not None else 0
    return JunctionAsked(
        key=key,
        junction=ask.junction,
        name=ask.name,
        place=ask.place,
        group=ask.group,
        also=ask.also,
        permit=permit.id if permit is not None else "",
        among=among if among >= PERMIT_TOLD_MIN else 0,
    )


def keys_of(corridor: Corridor, show: Show) -> dict[str, str]:
    """Junction → under what it stands on the board. Which it was cannot be told once it is erased."""
    return {id: key for key, row in corridor.junctions.items() if (id := show(row.id)) != ERASED}


def _key_of(junction: str, keys: dict[str, str], corridor: Corridor, show: Show) -> str | None:
    """An erased one is named by what it stands under."""
    row = corridor.junctions.get(junction)
    return junction if row is not None and show(row.id) == ERASED else keys.get(junction)


def _note(board: Board, command: NoteJunctions, context: Context) -> Decision:
    corridor = board.corridors.get(command.corridor_id)
    if corridor is None:
        return CorridorIsOver(corridor=command.corridor_id)
    known, keys = corridor.junctions, keys_of(corridor, context.show)
    news = tuple(
        JunctionTold(key=key, junction=row.id, name=row.name, state=note.state, reason=note.reason)
        for note in command.notes
        if (key := _key_of(note.junction, keys, corridor, context.show)) is not None
        and (row := known[key])
        and (note.state, note.reason) != (row.state, row.reason)
    )
    if not news:
        return []
    where = _where(corridor)
    return [JunctionsNoted(**head(context), **where, corridor_id=corridor.id, notes=news)]


def _end(board: Board, command: EndCorridor, context: Context) -> Decision:
    corridor = board.corridors.get(command.corridor_id)
    if corridor is None:
        return []
    where = _where(corridor)
    return [CorridorEnded(**head(context), **where, corridor_id=corridor.id, outcome=command.outcome)]
