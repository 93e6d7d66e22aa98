"""Following a journal that another desk writes, so that whoever takes over has the board already.

What is followed may turn out never to have been: a server that is about to fail can show rows that its standby never
got. So nothing is answered from this head; whoever becomes the desk first finds its last row in the journal, by hash.
"""

import asyncio
import logging
from typing import Final, Generic

from turnout.desk.book import B, Book, C, E, R
from turnout.desk.faults import StorageDamaged, StorageFailed
from turnout.desk.head import Head
from turnout.desk.ports import Journal, Snapshots
from turnout.desk.restore import catch_up, restore

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.25
"""How much of the journal a takeover has left to read: what was written since the last look."""


class Follower(Generic[B, C, E, R]):
    """`follow` until it is cancelled; `head` is how far it has come.

    A journal that cannot be reached leaves the head as it is: who loses the database with the desk would else read the
    board anew just when everybody waits.
    """

    def __init__(self, book: Book[B, C, E, R], journal: Journal, snapshots: Snapshots) -> None:
        self._book, self._journal, self._snapshots = book, journal, snapshots
        self.head: Head[B] | None = None
        self._is_failing = False

    async def follow(self) -> None:
        while True:
            try:
                await self.look()
            except StorageFailed as fault:
                self._note(fault)
                if isinstance(fault, StorageDamaged):
                    self.head = None
            else:
                self._is_failing = False
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Take over what is new. Raises `StorageFailed` when it cannot be read, or does not follow on from `head`."""
        if self.head is None:
            self.head = await restore(self._book, self._journal, self._snapshots)
            return
        async for step in catch_up(self._book, self._journal, self.head):
            self.head = step.head

    def _note(self, fault: StorageFailed) -> None:
        """Once, until it can be followed again."""
        if not self._is_failing:
            log.warning("the journal cannot be followed: %s", fault)
        self._is_failing = True
