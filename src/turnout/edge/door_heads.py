"""Putting the heads of the door's log onto the journal, under its chain, its tree and signed checkpoints.

Who may write on the machine can write the log's chain anew; what the journal has noted before, and a witness has
cosigned, stays as it was. Beside the desk: no sign-in waits for it.
"""

import asyncio
import logging
import sqlite3
from typing import Final

from turnout.core.tables.commands import NoteDoorLog
from turnout.desk.access import part
from turnout.desk.faults import Fault
from turnout.edge.answers import Declined
from turnout.edge.counter import Counter
from turnout.records.chained_lines import Heads
from turnout.records.sign_ins import SignInStore

log = logging.getLogger(__name__)

FIRST_S: Final = 60.0
"""After a start: one that ends sooner has noted nothing."""

EVERY_S: Final = 600.0
"""While the log grows: 144 rows of the journal a day. So long a line can still be written anew without a trace."""


class DoorHeads:
    """`run` until it is cancelled. One per city: at its desk, of the desk's own log."""

    def __init__(self, counter: Counter, store: SignInStore) -> None:
        self._counter, self._store = counter, store
        self._noted: Heads | None = None

    async def run(self) -> None:
        await asyncio.sleep(FIRST_S)
        while True:
            try:
                await self.step()
            except (Fault, sqlite3.Error) as trouble:
                log.warning("the log of the door is not noted on the journal: %s", trouble)
            await asyncio.sleep(EVERY_S)

    async def step(self) -> None:
        """What is new is noted."""
        heads = await asyncio.to_thread(self._store.heads)
        if heads == self._noted or not heads.others + heads.failures:
            return
        noted = NoteDoorLog(log=heads.log, others=heads.others, failures=heads.failures, digest=heads.digest)
        answer = await self._counter.hand_in(part("door"), f"door/{heads.digest[:32]}", noted)
        if isinstance(answer, Declined):
            log.warning("the log of the door is not noted on the journal: %s", answer.code)
        else:
            self._noted = heads
