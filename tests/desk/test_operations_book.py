"""The real rules behind the real desk: one emergency from open to cleared, across a restart."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.desk.stand_ins import NOON, SetClock, all_rows
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.core.board import CrewMember, Location, Timer
from turnout.core.catalogue import Agency, Catalogue, IncidentType, Station, TimeStandard, UnitEntry, UnitKind
from turnout.core.context import Actor
from turnout.core.incidents.commands import AddNarrative, OpenIncident
from turnout.core.permissions import SYSTEM_ROLE
from turnout.core.refusals import UnitNotAvailable
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.units.commands import AssignUnits, LogOn, RaiseDuress, ReportStatus
from turnout.desk.answers import Done, Refused
from turnout.desk.book import Origin
from turnout.desk.desk import Desk
from turnout.desk.operations import Operations, due_of, ring, shape_of, timers_of
from turnout.desk.timers import TimerClock
from turnout.words.identity import ActorId, AgencyId, CommandId, StationId, TimerId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

FIRE, STATION = AgencyId("fire"), StationId("S1")
HERE = Place(37.78, -122.41)


def name(text: str) -> Name:
    return Name(text, text)


CATALOGUE = Catalogue(
    city="toy-town",
    name=name("Toy town"),
    time_zone="UTC",
    agencies={FIRE: Agency(FIRE, name("Fire"), "fire", "F{yy}{n:06}")},
    stations={STATION: Station(STATION, name("One"), FIRE, HERE)},
    unit_kinds={"engine": UnitKind("engine", name("Engine"), "fire", ("fire",), 1, 80)},
    units={UnitId(unit): UnitEntry(UnitId(unit), "engine", FIRE, STATION) for unit in ("E07", "E08")},
    types={"SF": IncidentType("SF", name("Structure fire"), (FIRE,), 1)},
    standards=(TimeStandard("turnout", 80), TimeStandard("acknowledge", 30)),
)


def by(command_id: str) -> Origin:
    return Origin(Actor(ActorId("dispatcher-1"), roles=(SYSTEM_ROLE, "*")), CommandId(command_id), position="P1")


def opened(incident: str, lon: float) -> OpenIncident:
    return OpenIncident(incident_id=incident, type="SF", location=Location(text="here", place=Place(37.78, lon)))


@pytest.fixture
async def files(tmp_path: Path) -> AsyncIterator[tuple[SqliteJournal, SqliteSnapshots]]:
    journal = SqliteJournal(tmp_path / "journal.sqlite", Operations.stream)
    snapshots = SqliteSnapshots(tmp_path / "snapshots.sqlite")
    yield journal, snapshots
    await journal.close()
    await snapshots.close()


async def a_busy_desk(files: tuple[SqliteJournal, SqliteSnapshots], clock: SetClock) -> Any:
    desk: Any = Desk(Operations(), files[0], clock, snapshots=files[1])
    await desk.start()
    preparation = [
        PublishCatalogue(catalogue=CATALOGUE),
        *(LogOn(unit=unit, crew=(CrewMember(staff=f"{unit}-1"),)) for unit in ("E07", "E08")),
        opened("I1", -122.41),
        opened("I2", -122.45),
        AssignUnits(incident_id="I1", units=("E07",)),
    ]
    for n, command in enumerate(preparation):
        answer = await desk.submit(command, by(f"prepare-{n}"))
        assert isinstance(answer, Done), answer
    return desk


async def test_one_emergency_goes_through(files: Any, clock: SetClock) -> None:
    desk = await a_busy_desk(files, clock)
    refused = await desk.submit(AssignUnits(incident_id="I2", units=("E07",)), by("c1"))
    assert isinstance(refused, Refused)
    assert isinstance(refused.refusal, UnitNotAvailable)
    clock.forward(40_000)
    answer = await desk.submit(ReportStatus(unit="E07", status="enroute"), by("c2"))
    assert isinstance(answer, Done)
    assert desk.board.incidents["I1"].assignments[0].times["enroute"] == NOON + 40_000
    assert desk.board.seq == desk.seq
    await desk.stop()


@pytest.mark.parametrize("with_snapshot", [True, False])
async def test_the_board_after_a_restart_is_the_board_before_it(
    files: Any, clock: SetClock, with_snapshot: bool
) -> None:
    desk = await a_busy_desk(files, clock)
    await desk.stop()
    again: Any = Desk(Operations(), files[0], clock, snapshots=files[1] if with_snapshot else None)
    await again.start()
    assert again.board == desk.board
    assert (again.seq, again.at) == (desk.seq, desk.at)
    await again.stop()


async def test_a_timer_of_the_board_rings_through_the_desk(files: Any, clock: SetClock) -> None:
    desk = await a_busy_desk(files, clock)
    timers = TimerClock(desk, clock, timers_of, due_of, ring)
    timers.start()
    waiting = min((timer for timer in desk.board.timers.values()), key=lambda timer: timer.due)
    clock.set(waiting.due)
    for _ in range(100):
        await desk.submit(AddNarrative(incident_id="I1", entry_id="n1", text="."), by("c1"))
        if desk.board.timers.get(waiting.id) is None or desk.board.timers[waiting.id].rung is not None:
            break
    assert "timer-rang" in {row.name for row in await all_rows(files[0])}
    await timers.stop()
    await desk.stop()


def test_duress_new_incidents_and_sending_units_come_before_everything_else() -> None:
    book = Operations()
    assert book.comes_first(RaiseDuress(unit="E07"))
    assert book.comes_first(opened("I1", 0.0))
    assert book.comes_first(AssignUnits(incident_id="I1", units=("E07",)))
    assert not book.comes_first(AddNarrative(incident_id="I1", entry_id="n1", text="."))
    assert not book.comes_first(ring(TimerId("t1")))


def test_a_timer_that_has_rung_is_due_no_more() -> None:
    timer = Timer(id=TimerId("t1"), kind="turnout", due=Moment(5), started=Moment(1))
    assert due_of(timer) == 5
    assert due_of(msgspec.structs.replace(timer, rung=Moment(6))) is None


def test_the_shape_of_a_board_changes_with_its_structure_and_not_with_its_prose() -> None:
    plain = msgspec.defstruct("Plain", [("seq", int)], namespace={"__doc__": "Short."})
    explained = msgspec.defstruct("Plain", [("seq", int)], namespace={"__doc__": "What it is for, at length."})
    other = msgspec.defstruct("Plain", [("seq", str)], namespace={"__doc__": "Short."})
    assert shape_of(plain) == shape_of(explained)
    assert shape_of(plain) != shape_of(other)
