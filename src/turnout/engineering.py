"""The engineers' room of a running city, put together: processes beside the desk, the store of plans, the records."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from turnout.adapters.signals_worker import WorkerProcess
from turnout.adapters.storage.reserve import Space
from turnout.edge.counter import Counter
from turnout.edge.signals_room.asking import Asking
from turnout.edge.signals_room.jobs import Jobs
from turnout.edge.signals_room.ports import Bodies
from turnout.edge.signals_room.room import SignalsRoom
from turnout.edge.signals_room.simulations import Simulations
from turnout.records.incidents import IncidentRecords
from turnout.signals.districts.sumo_program import find_library, find_sumo

SCRATCH = "at-work"
"""In the city's data folder."""
READING_S = 60.0
"""A network of a thousand junctions is read in some seconds, once."""
COORDINATING_S = 90.0
"""Two solvings of a wave with a free cycle, each with its own limit, and the reading before."""


@asynccontextmanager
async def opened_room(
    counter: Counter, records: IncidentRecords, city: Path, bodies: Bodies, space: Space, folder: Path
) -> AsyncIterator[SignalsRoom]:
    """Its processes are started when somebody asks. `folder`: the city's data.

    What they and SUMO write lies in it below `SCRATCH`; what a desk that was killed left there is removed.
    """
    scratch = folder / SCRATCH
    await asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True)
    simulations = Simulations(bodies)
    room = SignalsRoom(
        lambda: counter.board,
        records,
        city,
        simulations,
        Asking(WorkerProcess(place=scratch), READING_S),
        Asking(WorkerProcess(place=scratch), COORDINATING_S),
        Jobs(WorkerProcess(place=scratch)),
        has_sumo=lambda: find_sumo() is not None,
        has_library=lambda: find_library() is not None,
        has_room=space.has_room_for_bulk,
    )
    counter.simulated = room.fill
    working = asyncio.create_task(room.run(), name="engineers' room")
    try:
        yield room
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
        await room.stop()
