"""Following a journal that another desk writes, so that whoever takes over has the board already.

What is followed may turn out never to have been: a server that is about to fail can show rows that its standby never
got. So nothing is answered from this head; whoever becomes the desk first finds its last row in the journal, by hash.
"""

import asyncio
import logging
from typing import Final, Generic

from turnout.desk.book import B, Book, C, E, R
from turnout.desk.faults import StorageFailed
from turnout.desk.head import Head
from turnout.desk.ports import Journal, Snapshots
from turnout.desk.restore import catch_up, restore

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.25
"""How much of the journal a takeover has left to read: what was written since the last look."""


class Follower(Generic[B, C, E, R]):
    """`follow` until it is cancelled; `head` is how far it has come."""

    def __init__(self, book: Book[B, C, E, R], journal: Journal, snapshots: Snapshots) -> None:
        self._book, self._journal, self._snapshots = book, journal, snapshots
        self.head: Head[B] | None = None

    async def follow(self) -> None:
        while True:
            try:
                await self.look()
            except StorageFailed as fault:
                if self.head is not None:
                    log.warning("the journal cannot be followed: %s", fault)
                self.head = None
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Take over what is new. Raises `StorageFailed` when it cannot be read, or does not follow on from `head`."""
        if self.head is None:
            self.head = await restore(self._book, self._journal, self._snapshots)
            return
        async for step in catch_up(self._book, self._journal, self.head):
            self.head = step.head
