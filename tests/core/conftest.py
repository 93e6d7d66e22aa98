"""A small city and a room that speaks the domain: `room.do(...)` decides, evolves and checks the invariants."""

from typing import Any, TypeVar

import pytest

from turnout.core.board import Board, CrewMember, Location
from turnout.core.catalogue import (
    Agency,
    Catalogue,
    Disposition,
    Group,
    Hospital,
    Hydrant,
    IncidentType,
    Question,
    Reason,
    Role,
    Station,
    StatusCode,
    TimeStandard,
    TriageAnswer,
    UnitEntry,
    UnitKind,
    Zone,
)
from turnout.core.commands import Command
from turnout.core.context import Actor, Context
from turnout.core.decide import decide
from turnout.core.events import Event, decode, encode
from turnout.core.evolve import evolve
from turnout.core.incidents.commands import OpenIncident
from turnout.core.invariants import broken
from turnout.core.no import No
from turnout.core.tables.commands import PublishCatalogue, SetExercise
from turnout.core.units.commands import AssignUnits, LogOn, ReportStatus
from turnout.words.identity import ActorId, AgencyId, CommandId, StationId, UnitId, ZoneId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

T = TypeVar("T")

NOON = Moment(1_767_268_800_000)
"""2026-01-01T12:00:00Z."""

DISPATCHER = Actor(ActorId("dora"), roles=("dispatcher",))
OTHER_DISPATCHER = Actor(ActorId("otto"), roles=("dispatcher",))
CALL_TAKER = Actor(ActorId("carl"), roles=("call-taker",))
ADMIN = Actor(ActorId("ada"), roles=("admin",))
CLOCK = Actor(ActorId("clock"), roles=("system",))


def _name(text: str) -> Name:
    return Name(text, text)


def _units() -> dict[UnitId, UnitEntry]:
    fire, ems, police, north, south = AgencyId("FD"), AgencyId("EMS"), AgencyId("PD"), StationId("S1"), StationId("S2")
    entries = [
        UnitEntry(UnitId("E01"), "engine", fire, north),
        UnitEntry(UnitId("E02"), "engine", fire, south),
        UnitEntry(UnitId("T01"), "truck", fire, north, crew_shared_with=(UnitId("R01"),)),
        UnitEntry(UnitId("R01"), "rescue", fire, north),
        UnitEntry(UnitId("M01"), "medic", ems, north),
        UnitEntry(UnitId("M02"), "medic", ems, south),
        UnitEntry(UnitId("C01"), "car", police, south),
        UnitEntry(UnitId("C02"), "car", police, south),
        UnitEntry(UnitId("N01"), "engine", AgencyId("NB"), north),
    ]
    return {entry.id: entry for entry in entries}


def a_city() -> Catalogue:
    agencies = [
        Agency(AgencyId("FD"), _name("Fire"), "fire", "F{yy}{n:06}", alert_by=("station", "page", "voice")),
        Agency(AgencyId("EMS"), _name("Medical"), "ems", "M{yy}{n:06}"),
        Agency(AgencyId("PD"), _name("Police"), "police", "P{yy}{n:06}"),
        Agency(AgencyId("NB"), _name("Neighbour"), "fire", "N{yy}{n:06}", neighbour=True),
    ]
    stations = [
        Station(StationId("S1"), _name("North"), AgencyId("FD"), Place(37.79, -122.40)),
        Station(StationId("S2"), _name("South"), AgencyId("FD"), Place(37.75, -122.42)),
    ]
    kinds = [
        UnitKind("engine", _name("Engine"), "fire", ("pump",), 3, 80, rank=20),
        UnitKind("truck", _name("Truck"), "fire", ("ladder",), 4, 80, rank=10),
        UnitKind("rescue", _name("Rescue"), "fire", ("rescue",), 2, 80, rank=30),
        UnitKind("medic", _name("Medic"), "ems", ("als",), 2, 60, rank=40, transports=True),
        UnitKind("car", _name("Car"), "police", ("patrol",), 1, 60, rank=50),
    ]
    return Catalogue(
        city="test",
        name=_name("Testville"),
        time_zone="America/Los_Angeles",
        utc_offset_min=-480,
        version="1",
        agencies={agency.id: agency for agency in agencies},
        stations={station.id: station for station in stations},
        unit_kinds={kind.code: kind for kind in kinds},
        units=_units(),
        types={kind.code: kind for kind in _types()},
        zones={
            ZoneId("B1"): Zone(ZoneId("B1"), _name("Beat 1"), "beat", AgencyId("PD"), group="police-south"),
            ZoneId("F1"): Zone(
                ZoneId("F1"), _name("First due 1"), "first-due", AgencyId("FD"), StationId("S1"), group="fire-north"
            ),
        },
        statuses=(
            StatusCode("ENR", _name("En route"), "enroute"),
            StatusCode("ONS", _name("On scene"), "on-scene"),
            StatusCode("AIQ", _name("In quarters"), "in-quarters"),
            StatusCode("10-8", _name("In service"), "available", AgencyId("PD")),
            StatusCode("RPT", _name("Report writing"), "clearing", AgencyId("PD")),
            StatusCode("MECH", _name("Mechanical"), "out-of-service"),
        ),
        dispositions={
            "DONE": Disposition("DONE", _name("Done")),
            "FIRE-OUT": Disposition("FIRE-OUT", _name("Fire out"), (AgencyId("FD"),)),
        },
        reasons={
            "MECH": Reason("MECH", "out-of-service", _name("Mechanical")),
            "LIFE": Reason("LIFE", "preempt", _name("Life at risk elsewhere")),
            "FALSE": Reason("FALSE", "cancel", _name("False alarm")),
            "TRAFFIC": Reason("TRAFFIC", "late", _name("Traffic")),
        },
        standards=(
            TimeStandard("pending", 120),
            TimeStandard("pending", 60, priority=1),
            TimeStandard("acknowledge", 30),
            TimeStandard("turnout", 70, agency=AgencyId("FD")),
            TimeStandard("travel", 240),
            TimeStandard("on-scene", 1200),
            TimeStandard("roll-call", 60),
            TimeStandard("callback", 300),
            TimeStandard("alert", 20),
        ),
        hospitals={"H1": Hospital("H1", _name("General"), Place(37.76, -122.40))},
        hydrants={"HY1": Hydrant("HY1", Place(37.76, -122.41))},
        roles={
            "dispatcher": Role("dispatcher", _name("Dispatcher"), ("dispatch",)),
            "call-taker": Role("call-taker", _name("Call-taker"), ("calls",)),
            "crew": Role("crew", _name("Crew"), ("field",)),
            "admin": Role("admin", _name("Admin"), ("*",)),
            "station": Role("station", _name("Station"), ("station",)),
            "viewer": Role("viewer", _name("Viewer"), ("read",)),
        },
        groups={
            "fire-north": Group("fire-north", _name("Fire north"), (AgencyId("FD"), AgencyId("EMS"))),
            "police-south": Group("police-south", _name("Police south"), (AgencyId("PD"),)),
        },
    )


def _types() -> list[IncidentType]:
    fire, ems, police = AgencyId("FD"), AgencyId("EMS"), AgencyId("PD")
    breathing = Question(
        "breathing",
        _name("Breathing?"),
        (
            TriageAnswer("yes", _name("Yes"), determinant="10-C-1"),
            TriageAnswer("no", _name("No"), determinant="9-E-1", priority=1),
        ),
    )
    return [
        IncidentType("FIRE", _name("Structure fire"), (fire,), 1),
        IncidentType("MED", _name("Medical"), (ems,), 2, questions=(breathing,)),
        IncidentType("CRASH", _name("Crash"), (police, ems), 2),
        IncidentType("NOISE", _name("Noise"), (police,), 5, scene_arrival_required=False),
        IncidentType("INFO", _name("Information"), (police,), 5, advise_only=True),
        IncidentType("BURGLARY", _name("Burglary"), (police,), 3, close_requires=("narrative",)),
        IncidentType("HAZMAT", _name("Hazmat"), (fire,), 1, decision_first=True),
    ]


def at_place(text: str = "100 Main St", lat: float = 37.78, lon: float = -122.41, **zones: str) -> Location:
    return Location(text=text, place=Place(lat, lon), verified=True, zones=zones)


class Room:
    """One city's operations room: a board, a clock that moves a second per command, and everything that happened."""

    def __init__(self) -> None:
        self.board = Board.empty()
        self.now = NOON
        self.events: list[Event] = []
        self._given = 0

    def context(self, actor: Actor = DISPATCHER, position: str = "D1", purpose: str = "") -> Context:
        self._given += 1
        self.now = Moment(self.now + 1000)
        return Context(
            at=self.now,
            actor=actor,
            position=position,
            purpose=purpose,
            command_id=CommandId(f"c{self._given}"),
        )

    def ask(self, command: Command, actor: Actor = DISPATCHER, **more: Any) -> list[Event] | No:
        """What the rules say; what they say happens. Every event goes through its stored form on the way."""
        context = self.context(actor, **more)
        before = self.board
        decided = decide(before, command, context)
        assert decide(before, command, context) == decided
        if isinstance(decided, No):
            assert self.board is before
            return decided
        for event in decided:
            stored = encode(event)
            again = decode(*stored)
            assert again == event
            self.board = evolve(self.board, again)
        assert broken(self.board) == []
        self.events += decided
        return decided

    def do(self, command: Command, actor: Actor = DISPATCHER, **more: Any) -> list[Event]:
        decided = self.ask(command, actor, **more)
        assert not isinstance(decided, No), decided
        return decided

    def refusal(self, command: Command, kind: type[T], actor: Actor = DISPATCHER, **more: Any) -> T:
        decided = self.ask(command, actor, **more)
        assert isinstance(decided, kind), decided
        return decided

    def later(self, seconds: float) -> None:
        self.now = Moment(self.now + int(seconds * 1000))

    def opened(self, id: str = "I1", type: str = "FIRE", **more: Any) -> str:
        more.setdefault("location", at_place())
        self.do(OpenIncident(incident_id=id, type=type, **more))
        return id

    def sent(self, id: str, *units: str, **more: Any) -> None:
        self.do(AssignUnits(incident_id=id, units=units, **more))

    def report(self, unit: str, status: str, **more: Any) -> list[Event]:
        return self.do(ReportStatus(unit=unit, status=status, **more))

    def incident(self, id: str = "I1"):  # type: ignore[no-untyped-def]
        return self.board.incidents[id]  # type: ignore[index]

    def unit(self, id: str):  # type: ignore[no-untyped-def]
        return self.board.units[id]  # type: ignore[index]


@pytest.fixture
def room() -> Room:
    """Tables in force, everybody on duty and in quarters; R01 shares its crew with T01."""
    return new_room()


@pytest.fixture(name="at_place")
def _at_place() -> Any:
    return at_place


@pytest.fixture
def clock() -> Actor:
    return CLOCK


@pytest.fixture
def admin() -> Actor:
    return ADMIN


@pytest.fixture(name="a_city")
def _a_city() -> Catalogue:
    return a_city()


def new_room() -> Room:
    room = Room()
    room.do(PublishCatalogue(catalogue=a_city()), actor=ADMIN)
    for unit in room.board.units:
        room.do(LogOn(unit=unit))
    return room


@pytest.fixture(scope="session")
def make_room() -> Any:
    return new_room


@pytest.fixture
def other_dispatcher() -> Actor:
    return OTHER_DISPATCHER


@pytest.fixture
def call_taker() -> Actor:
    return CALL_TAKER


@pytest.fixture
def noon() -> Moment:
    return NOON


@pytest.fixture
def crew_of() -> Any:
    def make(count: int, *skills: str) -> tuple[CrewMember, ...]:
        return tuple(CrewMember(f"S{n}", skills=skills) for n in range(count))

    return make


@pytest.fixture
def exercise_on() -> SetExercise:
    return SetExercise(on=True)


@pytest.fixture
def opening() -> Any:
    def make(id: str, type: str, **more: Any) -> OpenIncident:
        return OpenIncident(incident_id=id, type=type, location=at_place(), **more)

    return make
