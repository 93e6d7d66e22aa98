"""Incidents come, are dealt with and leave: memory stays what it was.

The whole program in this process, with its clock set on between incidents, so that a day's work takes seconds; the
bounded stores are made small, so that they are full.
"""

import asyncio
import gc
import os
import tracemalloc
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import msgspec
import pytest

from turnout import joining, serving
from turnout.adapters.clock import SystemClock
from turnout.city.folder import City, load_city, shipped_city
from turnout.config import Settings
from turnout.core.board import Location
from turnout.core.commands import Command
from turnout.core.context import Actor
from turnout.core.incidents.commands import AddNarrative, CancelIncident, OpenIncident
from turnout.core.permissions import SYSTEM_ROLE
from turnout.core.units.commands import AssignUnits, ClearUnits, LogOn, ReportStatus
from turnout.desk import desk as desk_module
from turnout.desk.access import Principal, Sight
from turnout.desk.remembered import Remembered
from turnout.desk.subscribers import Limits, Subscribers
from turnout.edge import texts as texts_module
from turnout.edge.answers import Accepted
from turnout.edge.edge import Edge
from turnout.edge.rows import sees
from turnout.words.identity import ActorId, UnitId
from turnout.words.moment import Moment
from turnout.words.place import Place

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
WARM_UP, INCIDENTS = (1_000, 4_000) if SOAK else (250, 400)
BETWEEN_MS = 10_000
"""360 incidents an hour: a very large city's. They leave the board 15 minutes after they have ended."""

BYTES_AN_INCIDENT_MAX = 2_000
"""One incident that stays, or its ten rows, or the answers to its eight commands, are several times as much."""

WHO = Principal(actor=Actor(ActorId("load"), roles=(SYSTEM_ROLE, "*")), scopes=frozenset({"*"}), kind="part")


class SetOn(SystemClock):
    """The machine's clock, and what the test has added."""

    added_ms = 0

    def now(self) -> Moment:
        return Moment(super().now() + SetOn.added_ms)


@asynccontextmanager
async def a_city_at_work(folder: Path) -> AsyncIterator[tuple[Edge, list[UnitId], str]]:
    city: City = load_city(shipped_city("san-francisco"))
    settings = msgspec.structs.replace(Settings(), data=folder, simulation=False)
    async with serving.opened(settings, city) as (edge, _):
        units = [unit for unit, entry in city.catalogue.units.items() if not entry.crew_shared_with]
        for unit in units:
            await give(edge, LogOn(unit=unit, crew=()))
        cancelled = next(reason.code for reason in city.catalogue.reasons.values() if reason.kind == "cancel")
        yield edge, units, cancelled


async def give(edge: Edge, command: Command) -> None:
    answer = await edge.counter.hand_in(WHO, str(uuid.uuid4()), command)
    assert isinstance(answer, Accepted), answer


async def one_incident(edge: Edge, number: int, unit: UnitId, cancelled: str) -> None:
    incident = str(uuid.uuid4())
    place = Place(37.74 + number % 40 * 0.001, -122.45 + number % 37 * 0.001)
    here = Location(text="on the map", place=place, kind="coordinate")
    await give(edge, OpenIncident(incident_id=incident, type="MED", location=here))
    await give(edge, AssignUnits(incident_id=incident, units=(unit,), override="load"))
    for status in ("acknowledged", "enroute", "on-scene"):
        await give(edge, ReportStatus(unit=unit, status=status, incident_id=incident))
    await give(edge, AddNarrative(incident_id=incident, entry_id=str(uuid.uuid4()), text="Smoke from the roof."))
    await give(edge, ClearUnits(units=(unit,), incident_id=incident, override="load"))
    await give(edge, CancelIncident(incident_id=incident, reason=cancelled))


async def read_on(edge: Edge) -> None:
    async for _ in edge.subscribers.subscribe(None, sees(Sight())):
        pass


async def held_bytes() -> int:
    """What Python holds once everything that was begun has had its time."""
    await asyncio.sleep(1.0)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


async def test_incidents_that_have_left_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Limits(kept_rows=1_000, pending_rows=500, behind_batches=200)
    monkeypatch.setattr(joining, "Subscribers", partial(Subscribers, limits=small))
    monkeypatch.setattr(desk_module, "Remembered", lambda: Remembered(200))
    for bound in ("OWNERS_MAX", "KEYS_MAX", "BOARD_KEYS_MIN", "SHOWN_MAX"):
        monkeypatch.setattr(texts_module, bound, 200)
    monkeypatch.setattr(serving, "SystemClock", SetOn)
    monkeypatch.setattr(SetOn, "added_ms", 0)
    async with a_city_at_work(tmp_path) as (edge, units, cancelled):
        reading = asyncio.create_task(read_on(edge))
        stalled = edge.subscribers.subscribe(None, sees(Sight()))
        tracemalloc.start()
        try:
            for number in range(WARM_UP + INCIDENTS):
                if number == WARM_UP:
                    before = await held_bytes()
                await one_incident(edge, number, units[number % len(units)], cancelled)
                SetOn.added_ms += BETWEEN_MS
            after = await held_bytes()
        finally:
            tracemalloc.stop()
        open_now = len(edge.counter.board.incidents)
        reading.cancel()
        stalled.close()
    assert open_now <= 100, "they do not leave the board"
    grown = (after - before) / INCIDENTS
    assert grown < BYTES_AN_INCIDENT_MAX, f"{grown:.0f} bytes an incident stay"
