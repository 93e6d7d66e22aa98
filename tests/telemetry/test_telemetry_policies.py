"""Where a place speaks for a status, and where it does not."""

import msgspec
import pytest

from turnout.core.board import Board, Incident, Location, OnIncident, Unit
from turnout.core.catalogue import Catalogue, Station
from turnout.telemetry.latest import Held
from turnout.telemetry.policies import status_by_place
from turnout.words.identity import ActorId, AgencyId, IncidentId, StationId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.sealed_text import SealedText, as_place, written

STATION, FIRE = Place(37.7700, -122.4200), Place(37.7800, -122.4200)
NOW = Moment(1_800_000_000_000)


def a_board(stage: str) -> Board:
    station = Station(StationId("S07"), Name("Station 7", "七站"), AgencyId("FIRE"), STATION)
    unit = Unit(
        id=UnitId("E07"),
        kind="engine",
        agency=AgencyId("FIRE"),
        home=station.id,
        station=station.id,
        status=msgspec.convert({"stage": "on-incident", "incident": "I1", "at": stage}, OnIncident),
        since=NOW,
        capabilities=frozenset(),
    )
    incident = Incident(
        id=IncidentId("I1"),
        tag="F01",
        numbers={},
        opened=NOW,
        opened_by=ActorId("d"),
        position="",
        status="active",
        status_since=NOW,
        type="SF",
        priority=1,
        agencies=(AgencyId("FIRE"),),
        location=Location(text="a fire", place=FIRE),
        last_change=NOW,
    )
    catalogue = Catalogue(city="x", name=Name("X", "X"), time_zone="UTC", stations={station.id: station})
    return Board(catalogue=catalogue, units={unit.id: unit}, incidents={incident.id: incident})


def seen(place: Place, speed_mps: float | None) -> Held:
    return Held(UnitId("E07"), place, 0.0, speed_mps, NOW, "gps")


@pytest.mark.parametrize(
    ("stage", "place", "speed_mps", "status"),
    [
        ("dispatched", Place(37.7720, -122.4200), 9.0, "enroute"),
        ("acknowledged", Place(37.7720, -122.4200), 9.0, "enroute"),
        ("dispatched", STATION, 0.0, None),
        ("dispatched", Place(37.7702, -122.4200), 9.0, None),
        ("enroute", FIRE, 0.5, "on-scene"),
        ("enroute", FIRE, 9.0, None),
        ("enroute", Place(37.7790, -122.4200), 0.5, None),
        ("on-scene", FIRE, 0.0, None),
        ("enroute", FIRE, None, None),
    ],
)
def test_a_place_reports_a_status_only_where_it_is_sure(
    stage: str, place: Place, speed_mps: float | None, status: str | None
) -> None:
    command = status_by_place(a_board(stage), seen(place, speed_mps))
    assert (command.status if command is not None else None) == status
    if command is not None:
        assert (command.incident_id, command.happened) == ("I1", NOW)


def test_a_place_that_is_sealed_is_opened_to_be_measured_and_once_erased_nothing_arrives_there():
    board = a_board("enroute")
    incident = board.incidents[IncidentId("I1")]
    sealed = as_place(written(SealedText("0-1", "I1", b"")))
    hidden = msgspec.structs.replace(incident, location=msgspec.structs.replace(incident.location, place=sealed))
    board = msgspec.structs.replace(board, incidents={incident.id: hidden})
    command = status_by_place(board, seen(FIRE, 0.0), lambda one: FIRE if one == sealed else None)
    assert command is not None
    assert command.status == "on-scene"
    assert status_by_place(board, seen(FIRE, 0.0), lambda one: None) is None
