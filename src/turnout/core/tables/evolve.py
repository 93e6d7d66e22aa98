"""How the board changes when the city itself does: its tables, roads, zones, hospitals, positions."""

from collections.abc import Mapping
from typing import TypeVar, assert_never

from msgspec.structs import replace

from turnout.core.board import Board, OffDuty, OnIncident, Unit
from turnout.core.catalogue import Catalogue, UnitEntry
from turnout.core.tables.events import (
    AccessNoted,
    CataloguePublished,
    DetailsOpened,
    DoorLogNoted,
    ExerciseSet,
    FileOpened,
    GroundTaken,
    GroupsTaken,
    HospitalSet,
    HydrantSet,
    PlaceSettled,
    PremiseOverdue,
    PremiseRemoved,
    PremiseWritten,
    RoadClosed,
    RoadOpened,
    SignedOff,
    SignedOn,
    TableEvent,
    TransfersTaken,
    ZoneBegan,
    ZoneEnded,
    ZoneOpened,
)
from turnout.words.identity import UnitId
from turnout.words.moment import Moment

T = TypeVar("T")


def evolve_table(board: Board, event: TableEvent) -> Board:  # noqa: C901  one case per event
    match event:
        case CataloguePublished():
            return _published(board, event)
        case RoadClosed():
            return replace(board, closures={**board.closures, event.closure.id: event.closure})
        case RoadOpened():
            return replace(board, closures=_without(board.closures, event.closure))
        case ZoneOpened():
            return replace(board, special_zones={**board.special_zones, event.zone.id: event.zone})
        case ZoneBegan():
            zone = board.special_zones.get(event.zone)
            assert zone is not None, f"no zone {event.zone} on the board"
            return replace(board, special_zones={**board.special_zones, event.zone: replace(zone, planned=False)})
        case ZoneEnded():
            return replace(board, special_zones=_without(board.special_zones, event.zone))
        case PremiseWritten():
            return replace(board, premises={**board.premises, event.note.id: event.note})
        case PremiseRemoved():
            return replace(board, premises=_without(board.premises, event.note))
        case PremiseOverdue():
            note = board.premises.get(event.note)
            assert note is not None, f"no premise note {event.note} on the board"
            return replace(board, premises={**board.premises, event.note: replace(note, overdue=True)})
        case PlaceSettled():
            return replace(board, forced_places=_without(board.forced_places, event.place))
        case HospitalSet():
            return replace(board, hospitals={**board.hospitals, event.hospital.id: event.hospital})
        case HydrantSet():
            return replace(board, hydrants={**board.hydrants, event.hydrant.id: event.hydrant})
        case SignedOn():
            return replace(board, positions={**board.positions, event.taken.id: event.taken})
        case SignedOff():
            return replace(board, positions=_without(board.positions, event.left))
        case GroupsTaken():
            position = board.positions.get(event.taken)
            assert position is not None, f"nobody is signed on at {event.taken}"
            return replace(board, positions={**board.positions, event.taken: replace(position, groups=event.groups)})
        case ExerciseSet():
            return replace(board, exercise=event.on)
        case DetailsOpened() | FileOpened():
            assert event.n in (0, board.reveals + 1), f"reveal {event.n} after {board.reveals}"
            return replace(board, reveals=board.reveals + 1)
        case AccessNoted() | TransfersTaken() | DoorLogNoted():
            return board
        case GroundTaken():
            return replace(board, ground=event.version)
        case _:
            assert_never(event)


def _without(table: Mapping[str, T], key: str) -> dict[str, T]:
    assert key in table, f"no {key} on the board"
    return {id: entry for id, entry in table.items() if id != key}


def _published(board: Board, event: CataloguePublished) -> Board:
    """Units that the tables no longer name leave, unless they are on an incident: then when they are not, next time."""
    tables = event.catalogue
    units: dict[UnitId, Unit] = {
        id: _unit(board.units.get(id), entry, tables, event.at) for id, entry in tables.units.items()
    }
    for id, unit in board.units.items():
        if id not in units and isinstance(unit.status, OnIncident):
            units[id] = unit
    return replace(board, catalogue=tables, units=units)


def _unit(known: Unit | None, entry: UnitEntry, tables: Catalogue, at: Moment) -> Unit:
    kind = tables.unit_kinds.get(entry.kind)
    assert kind is not None, f"no unit kind {entry.kind} in the tables"
    skills = [skill for member in known.crew for skill in member.skills] if known is not None else []
    capabilities = frozenset((*kind.capabilities, *entry.capabilities, *skills))
    if known is None:
        return Unit(
            id=entry.id,
            kind=entry.kind,
            agency=entry.agency,
            home=entry.station,
            station=entry.station,
            status=OffDuty(),
            since=at,
            capabilities=capabilities,
        )
    station = known.station if known.station in tables.stations else entry.station
    same = (known.kind, known.agency, known.home, known.station, known.capabilities)
    if same == (entry.kind, entry.agency, entry.station, station, capabilities):
        return known
    return replace(
        known, kind=entry.kind, agency=entry.agency, home=entry.station, station=station, capabilities=capabilities
    )
