"""The board from what is stored: the newest snapshot that can be trusted, then the journal's rows after it."""

import logging
from collections.abc import AsyncIterator

from turnout.desk.book import B, Book, C, E, R
from turnout.desk.chain import first_bad
from turnout.desk.faults import StorageDamaged
from turnout.desk.head import Head, Step, first_head, replay
from turnout.desk.ports import BoardSnapshot, Journal, Snapshots

log = logging.getLogger(__name__)


async def restore(
    book: Book[B, C, E, R], journal: Journal, snapshots: Snapshots | None, known: Head[B] | None = None
) -> Head[B]:
    """The head as the journal says it. Raises `StorageDamaged` when the rows read do not form the chain.

    `known`: a head that was followed; it is gone on from if the journal holds its last row, else forgotten.
    """
    return (await restore_from(book, journal, snapshots, known))[0]


async def restore_from(
    book: Book[B, C, E, R], journal: Journal, snapshots: Snapshots | None, known: Head[B] | None = None
) -> tuple[Head[B], int]:
    """As `restore`, and the row of the snapshot that it began with: 0 where it was none, or is not known."""
    if known is not None and await _holds(journal, known):
        head, began = known, 0
    else:
        head = await from_snapshot(book, journal, snapshots)
        began = head.seq
    async for step in catch_up(book, journal, head):
        head = step.head
    return head, began


async def catch_up(book: Book[B, C, E, R], journal: Journal, head: Head[B]) -> AsyncIterator[Step[B, E]]:
    """The journal's rows after `head`, verified and applied, page by page."""
    async for page in journal.read(head.seq):
        bad = first_bad(page, head.seq, head.hash, head.at)
        if bad is not None:
            raise StorageDamaged(f"journal row {bad.seq} is {bad.why}")
        step = replay(book, head, page)
        head = step.head
        yield step


async def _holds(journal: Journal, head: Head[B]) -> bool:
    """Whether the journal has the head's last row. The hash covers everything before it."""
    if head.seq == 0:
        return True
    async for page in journal.read(head.seq - 1):
        return page[0].seq == head.seq and page[0].hash == head.hash
    log.warning("the journal ends before %d, which was followed; read anew", head.seq)
    return False


async def from_snapshot(
    book: Book[B, C, E, R], journal: Journal, snapshots: Snapshots | None, not_beyond: int | None = None
) -> Head[B]:
    """The head of the newest snapshot that can be trusted (of row `not_beyond` at the latest), else the first."""
    for snapshot in await snapshots.list_newest_first() if snapshots is not None else ():
        if not_beyond is not None and snapshot.seq > not_beyond:
            continue
        head = await _trusted(book, journal, snapshot)
        if head is not None:
            return head
    return first_head(book)


async def _trusted(book: Book[B, C, E, R], journal: Journal, snapshot: BoardSnapshot) -> Head[B] | None:
    """The snapshot's head, if this program can read it and the journal holds the row that it was taken after."""
    if snapshot.shape != book.board_shape:
        log.info("snapshot at %d has another shape; passed over", snapshot.seq)
        return None
    async for page in journal.read(snapshot.seq - 1):
        row = page[0]
        if row.seq != snapshot.seq or row.hash != snapshot.row_hash:
            break
        try:
            board = book.decode_board(snapshot.body)
        except ValueError:  # msgspec's decoding and validation errors are ValueErrors
            log.warning("snapshot at %d does not decode; passed over", snapshot.seq)
            return None
        return Head(board, row.seq, row.at, row.hash)
    log.warning("snapshot at %d is of another journal; passed over", snapshot.seq)
    return None
