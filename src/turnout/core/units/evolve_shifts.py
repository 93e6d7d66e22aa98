"""How the board changes when a unit comes on duty, goes, is changed, or calls for help."""

from typing import assert_never

from turnout.core.applying import change_unit, the_unit
from turnout.core.board import Available, Board, OffDuty, OutOfService
from turnout.core.units.events import (
    AvailabilityReported,
    CrewCameBack,
    CrewWentWith,
    DuressAcknowledged,
    DuressCleared,
    DuressRaised,
    ShiftEvent,
    UnitInService,
    UnitLoggedOff,
    UnitLoggedOn,
    UnitMovedUp,
    UnitNoted,
    UnitOutOfService,
    VehicleChanged,
)
from turnout.words.moment import Moment


def evolve_shift(board: Board, event: ShiftEvent) -> Board:  # noqa: C901  one case per event
    unit, at = event.unit, event.at
    match event:
        case AvailabilityReported():
            return _availability(board, event)
        case UnitLoggedOn():
            return _logged_on(board, event)
        case UnitLoggedOff():
            since = _since(board, event)
            return change_unit(board, unit, status=OffDuty(), since=since, crew=(), staffed=False, stack=(), free=False)
        case UnitOutOfService():
            return change_unit(board, unit, status=OutOfService(event.reason), since=_since(board, event))
        case UnitInService():
            return change_unit(board, unit, status=Available(in_quarters=False), since=_since(board, event))
        case CrewWentWith():
            return change_unit(board, unit, status=OutOfService(crew_on(event.partner)), since=at)
        case CrewCameBack():
            return change_unit(board, unit, status=Available(in_quarters=True), since=at)
        case VehicleChanged():
            return change_unit(board, unit, vehicle=event.vehicle, **_odometer(event.odometer_km))
        case UnitMovedUp():
            going = Available(in_quarters=False, moving_to=event.station)
            return change_unit(board, unit, status=going, since=at, station=event.station)
        case UnitNoted():
            return change_unit(board, unit, note=event.note)
        case DuressRaised():
            return change_unit(board, unit, duress=at, duress_acknowledged_by=None)
        case DuressAcknowledged():
            return change_unit(board, unit, duress_acknowledged_by=event.by)
        case DuressCleared():
            return change_unit(board, unit, duress=None, duress_acknowledged_by=None)
        case _:
            assert_never(event)


def crew_on(partner: str) -> str:
    """The out-of-service reason of a vehicle whose crew is away on `partner`."""
    return f"crew-on:{partner}"


def _odometer(odometer_km: float | None) -> dict[str, float]:
    return {} if odometer_km is None else {"odometer_km": odometer_km}


def _availability(board: Board, event: AvailabilityReported) -> Board:
    was = board.units[event.unit].status if event.unit in board.units else None
    moving_to = was.moving_to if isinstance(was, Available) and not event.in_quarters else None
    status = Available(in_quarters=event.in_quarters, moving_to=moving_to, code=event.code)
    return change_unit(board, event.unit, status=status, since=_since(board, event))


def _since(board: Board, event: AvailabilityReported | UnitInService | UnitLoggedOff | UnitOutOfService) -> Moment:
    """The true time of what was pressed in a dead spot: what was pressed there after it is news all the same."""
    return event.at if event.happened is None else max(event.happened, the_unit(board, event.unit).since)


def _logged_on(board: Board, event: UnitLoggedOn) -> Board:
    return change_unit(
        board,
        event.unit,
        status=Available(in_quarters=True),
        since=event.at,
        station=event.station,
        staffed=event.staffed,
        capabilities=frozenset(event.capabilities),
        crew=event.crew,
        vehicle=event.vehicle,
        equipment=event.equipment,
        dispatches=0,
        stack=(),
        **_odometer(event.odometer_km),
    )
