"""Who may see a row is known from the row, even when what it follows from has left the board."""

from typing import Any

import msgspec
import pytest

from tests.desk.stand_ins import NOON
from turnout.core.board import (
    Board,
    Call,
    Incident,
    Location,
    OffDuty,
    OnIncident,
    SupplementalRequest,
    Timer,
    Unit,
)
from turnout.desk.concerns import (
    EVERY_DESK,
    calls_after,
    concerns,
    mark_of,
    of_call,
    of_incident,
    of_supplement,
    of_timer,
    of_unit,
    supplements_after,
    timers_after,
    units_after,
)
from turnout.desk.desk import Told
from turnout.desk.rows import Row, Table
from turnout.desk.subscribers import Subscribers
from turnout.words.identity import ActorId, AgencyId, CallId, IncidentId, StationId, TimerId, UnitId

FIRE, POLICE = AgencyId("fire"), AgencyId("police")
I1 = IncidentId("I1")


def itself(entry: Any, board: Board) -> Any:
    return entry


TABLES: tuple[Table[Board], ...] = (
    Table("incidents", lambda board: board.incidents, itself, scope_of=of_incident),
    Table("units", lambda board: board.units, itself, units_after, of_unit),
    Table("calls", lambda board: board.calls, itself, calls_after, of_call),
    Table("timers", lambda board: board.timers, itself, timers_after, of_timer),
    Table("supplements", lambda board: board.supplements, itself, supplements_after, of_supplement),
)


def incident(*agencies: AgencyId) -> Incident:
    return Incident(
        id=I1,
        tag="T01",
        numbers={},
        opened=NOON,
        opened_by=ActorId("a"),
        position="P1",
        status="active",
        status_since=NOON,
        type="SF",
        priority=1,
        agencies=agencies,
        location=Location(text="here"),
        last_change=NOON,
    )


def unit(agency: AgencyId, is_on_it: bool) -> Unit:
    return Unit(
        id=UnitId("E07"),
        kind="engine",
        agency=agency,
        home=StationId("S1"),
        station=StationId("S1"),
        status=OnIncident(I1, "enroute") if is_on_it else OffDuty(),
        since=NOON,
        capabilities=frozenset(),
    )


def board(*agencies: AgencyId, unit_on_it: bool = True) -> Board:
    return Board(
        incidents={I1: incident(*agencies)},
        units={UnitId("E07"): unit(FIRE, unit_on_it)},
        calls={CallId("call"): Call(id=CallId("call"), channel="phone", received=NOON, status="attached", incident=I1)},
        timers={
            TimerId("of incident"): Timer(
                id=TimerId("of incident"), kind="travel", due=NOON, started=NOON, incident=I1
            ),
            TimerId("of unit"): Timer(id=TimerId("of unit"), kind="rest", due=NOON, started=NOON, unit=UnitId("E07")),
        },
        supplements={"tow": SupplementalRequest(id="tow", incident=I1, kind="tow", text="", asked=NOON, changed=NOON)},
    )


def police(row: Row) -> bool:
    return concerns(row.scope, frozenset((POLICE,)))


async def keys(message: Any) -> set[tuple[str, str]]:
    raws = message.rows if hasattr(message, "rows") else message.upserts
    return {(decoded["table"], decoded["id"]) for decoded in map(msgspec.json.decode, raws)}


ALL = {
    ("incidents", "I1"),
    ("units", "E07"),
    ("calls", "call"),
    ("timers", "of incident"),
    ("timers", "of unit"),
    ("supplements", "tow"),
}


async def test_everything_of_a_shared_incident_is_seen_by_each_of_its_agencies() -> None:
    shared = Subscribers(TABLES, board(FIRE, POLICE), 1, NOON)
    assert await keys(await anext(shared.subscribe(None, police))) == ALL
    fires_own = Subscribers(TABLES, board(FIRE), 1, NOON)
    assert await keys(await anext(fires_own.subscribe(None, police))) == set()


async def test_what_belongs_to_an_incident_comes_into_view_when_the_incident_is_shared() -> None:
    before, after = board(FIRE), board(FIRE, POLICE)
    after = msgspec.structs.replace(before, incidents=after.incidents)
    subscribers = Subscribers(TABLES, before, 1, NOON)
    stream = subscribers.subscribe(None, police)
    await anext(stream)
    subscribers.hear(Told(2, NOON, before, after, [], []))
    assert await keys(await anext(stream)) == ALL


@pytest.mark.parametrize("leaves", ["unshared", "closed"])
async def test_what_belongs_to_an_incident_leaves_the_screen_with_it(leaves: str) -> None:
    before = board(FIRE, POLICE)
    after = board(FIRE) if leaves == "unshared" else Board(units=board(FIRE, unit_on_it=False).units)
    subscribers = Subscribers(TABLES, before, 1, NOON)
    stream = subscribers.subscribe(None, police)
    await anext(stream)
    subscribers.hear(Told(2, NOON, before, after, [], []))
    changes = await anext(stream)
    assert set(changes.removes) == ALL
    assert changes.upserts == ()


async def test_a_call_that_is_nobodys_yet_is_everybodys() -> None:
    call = Call(id=CallId("call"), channel="phone", received=NOON, status="waiting")
    subscribers = Subscribers(TABLES, Board(calls={call.id: call}), 1, NOON)
    assert await keys(await anext(subscribers.subscribe(None, police))) == {("calls", "call")}


def test_people_of_no_named_agency_see_everything() -> None:
    assert concerns(frozenset((FIRE,)), frozenset())


def test_a_stations_screen_sees_what_names_its_station_and_what_is_the_citys() -> None:
    here = frozenset((FIRE, mark_of("S1")))
    assert concerns(here, frozenset(), "S1")
    assert not concerns(here, frozenset(), "S2")
    assert concerns(None, frozenset(), "S1")
    assert not concerns(EVERY_DESK, frozenset(), "S1")
    assert concerns(EVERY_DESK, frozenset((POLICE,)))
