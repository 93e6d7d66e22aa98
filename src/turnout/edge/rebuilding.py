"""Making the records anew while the room works: beside the old ones, from the journal, and in their place in one step.

The records are one file of several projections (incidents, chronologies, transfers) with one sequence, so one way makes
all of them anew. The old file answers until the new one has every row that the desk has written; a crash before that
leaves the old file, and what was begun is taken away. Transfers get the numbers that they had (`records/transfers.py`).
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import Final

import msgspec

from turnout.desk.faults import Fault
from turnout.edge.answers import Declined, declined
from turnout.edge.recording import AGAIN_S, Recorder
from turnout.records import file
from turnout.records.incidents import IncidentRecords
from turnout.words.moment import Moment
from turnout.words.name import Name

log = logging.getLogger(__name__)

NEAR_ROWS: Final = 1_000
"""So near to the desk, recording may rest for the step: well under a second of what is heard, which waits."""

TRIES_MAX: Final = 150
"""To take the place while a backup reads the old file: five minutes, more than a backup of the records takes."""


class RebuildState(msgspec.Struct, frozen=True, kw_only=True):
    """`rows` of `until` are in the new file. `ended` and no `trouble`: it is in place."""

    running: bool = False
    rows: int = 0
    until: int = 0
    begun: Moment | None = None
    ended: Moment | None = None
    trouble: str = ""


class Rebuilding:
    """One rebuild at a time; `stop` breaks it off and leaves the old records."""

    def __init__(
        self, records: IncidentRecords, recorder: Recorder, seq: Callable[[], int], now: Callable[[], Moment]
    ) -> None:
        self._records, self._recorder, self._seq, self._now = records, recorder, seq, now
        self._fresh = records.path.with_name(records.path.name + file.FRESH)
        file.remove(self._fresh)  # of a server that was killed meanwhile
        self._task: asyncio.Task[None] | None = None
        self._beside: Recorder | None = None
        self._state = RebuildState()

    def state(self) -> RebuildState:
        if self._beside is None:
            return self._state
        return msgspec.structs.replace(self._state, rows=self._beside.seq, until=self._seq())

    def warning(self) -> Name | None:
        """What health says of the records; None: all is well."""
        return self._recorder.warning()

    def begin(self) -> RebuildState | Declined:
        """Begin, unless one is under way."""
        if self._state.running:
            return declined("records-being-rebuilt")
        self._state = RebuildState(running=True, until=self._seq(), begun=self._now())
        self._task = asyncio.create_task(self._run(), name="rebuild of the records")
        return self._state

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        """The process edge of a rebuild: whatever fails, the old records are still there."""
        trouble = "broken off"
        try:
            rows = await self._rebuilt()
            trouble = ""
        except (Fault, OSError, sqlite3.Error) as fault:
            log.exception("the records could not be rebuilt")
            trouble = str(fault) or type(fault).__name__
        finally:
            state = self.state()
            done = rows if not trouble else state.rows
            self._beside = None
            self._state = msgspec.structs.replace(state, running=False, rows=done, ended=self._now(), trouble=trouble)

    async def _rebuilt(self) -> int:
        await asyncio.to_thread(file.remove, self._fresh)
        fresh = await asyncio.to_thread(IncidentRecords, self._fresh)
        try:
            self._beside = self._recorder.beside(fresh)
            while (until := self._seq()) - self._beside.seq > NEAR_ROWS:
                await self._beside.catch_up(until)
            await self._in_place(fresh, self._beside)
            return self._beside.seq
        finally:
            fresh.close()
            file.remove(self._fresh)

    async def _in_place(self, fresh: IncidentRecords, beside: Recorder) -> None:
        """The last rows and the step, while nothing is recorded. Raises `TimeoutError`: the old file is being read."""
        for _ in range(TRIES_MAX):
            async with self._recorder.at_rest():
                await beside.catch_up(self._seq())
                if await self._taken_over(fresh):
                    self._recorder.seq = beside.seq
                    return
            await asyncio.sleep(AGAIN_S)
        raise TimeoutError("another program reads the records all the time")

    async def _taken_over(self, fresh: IncidentRecords) -> bool:
        """Whoever breaks it off waits for the step, which is one or is none."""
        step = asyncio.create_task(asyncio.to_thread(self._records.take_over, fresh))
        try:
            return await asyncio.shield(step)
        except asyncio.CancelledError:
            await step
            raise
