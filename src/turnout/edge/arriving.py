"""Places that matter, handed in as ordinary commands (telemetry/policies.py decides which), where that is on."""

import asyncio
import logging
from collections.abc import Sequence

from turnout.core.location import FindPlace
from turnout.desk.access import part
from turnout.edge.answers import Declined
from turnout.edge.counter import Counter
from turnout.telemetry.latest import Latest
from turnout.telemetry.policies import status_by_place
from turnout.words.identity import UnitId

log = logging.getLogger(__name__)


class Arriving:
    def __init__(self, counter: Counter, latest: Latest, find: FindPlace) -> None:
        """`find` opens the places of incidents."""
        self._counter, self._latest, self._find = counter, latest, find
        self._tasks: set[asyncio.Task[None]] = set()

    def moved(self, units: Sequence[UnitId]) -> None:
        """These have a new place: what follows from it is on its way when this returns."""
        for unit in units:
            held = self._latest.find(unit)
            command = status_by_place(self._counter.board, held, self._find) if held is not None else None
            if command is not None:
                task = asyncio.create_task(self._report(unit, command.incident_id, command.status))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _report(self, unit: UnitId, incident: str, status: str) -> None:
        """The identity is made of what is reported, so that the fixes of one arrival report it once."""
        held = self._latest.find(unit)
        command = status_by_place(self._counter.board, held, self._find) if held is not None else None
        if command is None or (command.incident_id, command.status) != (incident, status):
            return
        answer = await self._counter.hand_in(part("avl"), f"place/{unit}/{incident}/{status}", command)
        if isinstance(answer, Declined):
            log.info("the place of %s does not report %s: %s", unit, status, answer.code)
