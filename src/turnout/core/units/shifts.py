"""Units on and off duty, in and out of service, their crews, vehicles and posts (2.6, 3.1, 3.2, 3.4, 3.13, 3.18)."""

from turnout.core.board import Available, Board, OffDuty, OnIncident, OutOfService
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.lookups import reason_refused, tables_of, tag_of, unit_of
from turnout.core.no import No
from turnout.core.refusals import UnitIsOffDuty, UnitIsOnIncident, UnitIsOutOfService, UnknownCode
from turnout.core.roster.clocks import end_running
from turnout.core.roster.overlaps import named_twice, on_duty_elsewhere
from turnout.core.units.commands import (
    ChangeVehicle,
    LogOff,
    LogOn,
    MoveUp,
    NoteUnit,
    ReturnToService,
    TakeOutOfService,
)
from turnout.core.units.crews import crew_elsewhere
from turnout.core.units.events import (
    CrewWentWith,
    UnitInService,
    UnitLoggedOff,
    UnitLoggedOn,
    UnitMovedUp,
    UnitNoted,
    UnitOutOfService,
    VehicleChanged,
)
from turnout.core.units.evolve_shifts import crew_on
from turnout.words.identity import StationId, UnitId


def log_on(board: Board, command: LogOn, context: Context) -> Decision:
    """Also to change crew or vehicle between incidents. A crew that is not named counts as complete."""
    tables, unit = tables_of(board), unit_of(board, command.unit)
    if isinstance(tables, No):
        return tables
    if isinstance(unit, No):
        return unit
    if isinstance(unit.status, OnIncident):
        return UnitIsOnIncident(unit=unit.id, tag=tag_of(board, unit.status.incident))
    station = StationId(command.station) if command.station else unit.home
    if station not in tables.stations:
        return UnknownCode(kind="station", value=station)
    twice = named_twice(command.crew) or on_duty_elsewhere(board, unit, command.crew)
    if twice is not None:
        return twice
    kind, entry = tables.unit_kinds.get(unit.kind), tables.units.get(unit.id)
    skills = [skill for member in command.crew for skill in member.skills]
    own = (*(kind.capabilities if kind is not None else ()), *(entry.capabilities if entry is not None else ()))
    draft = Draft(board, context)
    logged_on = UnitLoggedOn(
        **draft.head,
        unit=unit.id,
        station=station,
        staffed=not command.crew or kind is None or len(command.crew) >= kind.crew_min,
        capabilities=tuple(sorted({*own, *skills})),
        crew=command.crew,
        vehicle=command.vehicle,
        equipment=command.equipment,
        odometer_km=command.odometer_km,
    )
    draft.add(logged_on)
    away = crew_elsewhere(board, unit)
    if away is not None:
        draft.add(CrewWentWith(**draft.head, unit=unit.id, partner=UnitId(away.partner)))
    return draft.events


def log_off(board: Board, command: LogOff, context: Context) -> Decision:
    draft = Draft(board, context)
    for id in dict.fromkeys(command.units):
        unit = unit_of(board, id)
        if isinstance(unit, No):
            return unit
        if isinstance(unit.status, OnIncident):
            return UnitIsOnIncident(unit=unit.id, tag=tag_of(board, unit.status.incident))
        if not isinstance(unit.status, OffDuty):
            draft.add(UnitLoggedOff(**draft.head, unit=unit.id))
            end_running(draft, unit.id)
    return draft.events


def take_out_of_service(board: Board, command: TakeOutOfService, context: Context) -> Decision:
    tables = tables_of(board)
    if isinstance(tables, No):
        return tables
    refusal = reason_refused(tables, "out-of-service", command.reason)
    if refusal is not None and command.reason not in {status.code for status in tables.statuses}:
        return refusal
    if command.reason.startswith(crew_on("")):
        return UnknownCode(kind="reason.out-of-service", value=command.reason)
    draft = Draft(board, context)
    for id in dict.fromkeys(command.units):
        unit = unit_of(board, id)
        if isinstance(unit, No):
            return unit
        if isinstance(unit.status, OnIncident):
            return UnitIsOnIncident(unit=unit.id, tag=tag_of(board, unit.status.incident))
        if isinstance(unit.status, OffDuty):
            return UnitIsOffDuty(unit=unit.id, since=unit.since)
        if unit.status != OutOfService(command.reason):
            draft.add(UnitOutOfService(**draft.head, unit=unit.id, reason=command.reason, note=command.note))
    return draft.events


def return_to_service(board: Board, command: ReturnToService, context: Context) -> Decision:
    """A vehicle whose crew is away on another comes back with its crew, not by being told to."""
    draft = Draft(board, context)
    for id in dict.fromkeys(command.units):
        unit = unit_of(board, id)
        if isinstance(unit, No):
            return unit
        match unit.status:
            case OnIncident():
                return UnitIsOnIncident(unit=unit.id, tag=tag_of(board, unit.status.incident))
            case OffDuty():
                return UnitIsOffDuty(unit=unit.id, since=unit.since)
            case OutOfService():
                away = crew_elsewhere(board, unit)
                if away is not None:
                    return away
                draft.add(UnitInService(**draft.head, unit=unit.id))
            case Available():
                pass
    return draft.events


def change_vehicle(board: Board, command: ChangeVehicle, context: Context) -> Decision:
    unit = unit_of(board, command.unit)
    if isinstance(unit, No):
        return unit
    if unit.vehicle == command.vehicle and command.odometer_km is None:
        return []
    changed = VehicleChanged(
        **head(context),
        unit=unit.id,
        was=unit.vehicle,
        vehicle=command.vehicle,
        odometer_km=command.odometer_km,
    )
    return [changed]


def move_up(board: Board, command: MoveUp, context: Context) -> Decision:
    """To fill in at another station; to its own, it goes home. It stays available all the way (2.6)."""
    tables, unit = tables_of(board), unit_of(board, command.unit)
    if isinstance(tables, No):
        return tables
    if isinstance(unit, No):
        return unit
    station = StationId(command.station)
    if station not in tables.stations:
        return UnknownCode(kind="station", value=station)
    match unit.status:
        case OnIncident():
            return UnitIsOnIncident(unit=unit.id, tag=tag_of(board, unit.status.incident))
        case OffDuty():
            return UnitIsOffDuty(unit=unit.id, since=unit.since)
        case OutOfService():
            return UnitIsOutOfService(unit=unit.id, reason=unit.status.reason, since=unit.since)
        case Available():
            there = unit.status.in_quarters and unit.station == station
            if there or unit.status.moving_to == station:
                return []
            return [UnitMovedUp(**head(context), unit=unit.id, station=station, reason=command.reason)]


def note_unit(board: Board, command: NoteUnit, context: Context) -> Decision:
    unit = unit_of(board, command.unit)
    if isinstance(unit, No):
        return unit
    return [] if unit.note == command.note else [UnitNoted(**head(context), unit=unit.id, note=command.note)]
