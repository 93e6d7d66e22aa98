"""The desk: the one writer of a book. Recognise a repeated command, decide, append, answer, tell.

One task does everything in order. While a batch is being made durable, the next is decided on the board as it will be
(the *ahead* head); nobody is answered, not even with a refusal, before everything that the answer rests on is durable.
When an append fails, the ahead head is dropped, every sender concerned gets the fault, and the board is again what the
journal says. Group commit follows from it: a batch is whatever came while the one before was being written.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Generic

import msgspec

from turnout.desk.answers import CommandIdReused, Done, Refused
from turnout.desk.batch import Batch, Flight, Waiting
from turnout.desk.book import B, Book, C, E, Origin, R, command_digest
from turnout.desk.chain import JournalRow
from turnout.desk.faults import (
    BugFound,
    DeskStopped,
    Displaced,
    EnrichmentFailed,
    Fault,
    NotTheDesk,
    StorageFailed,
    TooLarge,
)
from turnout.desk.head import Head, Step, decide_onto, first_head, not_before
from turnout.desk.lanes import Lanes
from turnout.desk.ports import BoardSnapshot, Clock, DoneCommand, Journal, Snapshots
from turnout.desk.remembered import Remembered, Settled, Sighting, as_repeated
from turnout.desk.restore import catch_up, restore_from
from turnout.words.moment import Moment

log = logging.getLogger(__name__)

COMMAND_BYTES_MAX = 16 * 1024 * 1024
"""The largest real command publishes a city's whole tables, zones' outlines included: some megabytes. What people type
is limited field by field in the commands themselves, and by the edges."""

SLICE_COMMANDS_MAX = 64
"""Decided without a break: a few milliseconds, so that a duress command never waits long behind others."""

BATCH_ROWS_MAX = 1_024
"""Rows in one append. More would make the first sender of a batch wait for the last one's disk time."""

SNAPSHOT_EVERY_ROWS = 10_000
"""Replaying that many takes half a second, which a start may cost; encoding a busy board takes a hundredth of one."""

RECOVER_PAUSE_S = 0.5
"""Between two attempts to read a journal that cannot be read."""

RESTARTS_IN_A_ROW_MAX = 20
"""Bugs met without one command done between them: by then the desk is of no use, and says so."""


class Told(msgspec.Struct, Generic[B, E], frozen=True):
    """What the desk tells when rows have become durable: the boards before and after, and what happened between."""

    seq: int
    at: Moment
    before: B
    after: B
    rows: Sequence[JournalRow]
    events: Sequence[E]


class DeskHealth(msgspec.Struct, frozen=True):
    """For an operator. `trouble` is the code of what keeps the desk from taking commands, or empty."""

    seq: int
    first_lane: int
    other_lane: int
    restarts: int
    failed_appends: int
    clock_behind_ms: int
    trouble: str
    has_ended: bool = False
    """For good: only another desk, begun from the journal, can go on."""


class Desk(Generic[B, C, E, R]):
    """`start`, any number of `submit`s at once, `stop`. The journal and the snapshots are the caller's to close."""

    def __init__(
        self,
        book: Book[B, C, E, R],
        journal: Journal,
        clock: Clock,
        *,
        snapshots: Snapshots | None = None,
        enrich: Callable[[C, B], C] | None = None,
        standing: Callable[[], Fault | None] = lambda: None,
        lanes: Lanes[Waiting[C]] | None = None,
        snapshot_every_rows: int = SNAPSHOT_EVERY_ROWS,
    ) -> None:
        self._book, self._journal, self._clock, self._snapshots = book, journal, clock, snapshots
        self._enrich, self._standing = enrich, standing
        self._lanes: Lanes[Waiting[C]] = lanes if lanes is not None else Lanes()
        self._snapshot_every_rows = snapshot_every_rows
        self._remembered: Remembered[R] = Remembered()
        self._durable: Head[B] = first_head(book)
        self._open: Batch[B, C, E, R] = Batch(self._durable)
        self._flight: Flight[B, C, E, R] | None = None
        self._listeners: list[Callable[[Told[B, E]], None]] = []
        self._wake = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._snapshotter: asyncio.Task[None] | None = None
        self._snapshot_seq = 0
        self._epoch = 0
        self._stopping = False
        self._trouble: Fault | None = DeskStopped("not started")
        self._restarts = self._restarts_in_a_row = self._failed_appends = self._clock_behind_ms = 0

    @property
    def board(self) -> B:
        """The durable board: what the journal says, never more."""
        return self._durable.board

    @property
    def seq(self) -> int:
        return self._durable.seq

    @property
    def at(self) -> Moment:
        """The time of the last durable row."""
        return self._durable.at

    @property
    def last_hash(self) -> bytes:
        """Of the last durable row."""
        return self._durable.hash

    def listen(self, listener: Callable[[Told[B, E]], None]) -> None:
        """`listener` is called after every batch, in order, on the desk's loop. It must return at once."""
        self._listeners.append(listener)

    def health(self) -> DeskHealth:
        first, other = self._lanes.lengths
        trouble = self._trouble or self._standing()
        return DeskHealth(
            seq=self.seq,
            first_lane=first,
            other_lane=other,
            restarts=self._restarts,
            failed_appends=self._failed_appends,
            clock_behind_ms=self._clock_behind_ms,
            trouble=trouble.code if trouble is not None else "",
            has_ended=self._worker is not None and self._worker.done(),
        )

    def standing(self) -> Fault | None:
        """Why this is not the desk any more, or may not be; None while it is. To be asked after waiting."""
        return self._standing()

    async def start(self, epoch: int | None = None, known: Head[B] | None = None) -> None:
        """Become the journal's writer and take commands. Raises a `Fault` when the stored board cannot be had.

        `epoch`: the one that came with a lease (desk/lease.py); without it the journal is claimed here. `known`: the
        head that was followed until then (desk/following.py).
        """
        self._epoch = epoch if epoch is not None else await self._journal.claim()
        head, self._snapshot_seq = await self._restored(known)
        self._restart_from(head)
        self._trouble = None
        self._worker = asyncio.create_task(self._supervised(), name=f"desk {self._book.stream}")

    async def stop(self) -> None:
        """Take nothing more, finish what was taken, keep a snapshot.

        One that is the desk no longer, or has lost its storage, keeps none: it would wait for what is gone.
        """
        self._stopping, is_well = True, self._trouble is None
        self._wake.set()
        if self._worker is not None:
            await self._worker
        if self._snapshotter is not None:
            await self._snapshotter
        if self._snapshot_seq < self.seq and is_well and self._standing() is None:
            await self._keep_snapshot(self._durable)

    async def submit(self, command: C, origin: Origin) -> Done | Refused[R]:
        """The answer, once it is durable. Raises a `Fault` when there is none: then send the same identity again.

        A caller that is cancelled while waiting leaves the command to its course.
        """
        if self._stopping:
            raise DeskStopped("the desk is being stopped")
        trouble = self._trouble or self._standing()
        if trouble is not None:
            raise trouble.with_traceback(None)
        content = self._book.encode_command(command)
        if len(content) > COMMAND_BYTES_MAX:
            raise TooLarge(f"{len(content)} bytes; a command may have {COMMAND_BYTES_MAX}")
        named, by = self._book.command_name(command), origin.actor.id
        digest = command_digest(named, self._book.tell_apart(command, content), by)
        sighting = self._remembered.find(origin.command_id)
        repeated = sighting is not None
        if sighting is None:
            sighting = self._put(Waiting(command, origin, digest, command_digest(named, content, by)))
        elif sighting.digest != digest:
            return Refused(CommandIdReused(origin.command_id))
        outcome = sighting.answer if isinstance(sighting, Settled) else await asyncio.shield(sighting.outcome)
        if isinstance(outcome, Fault):
            raise outcome.with_traceback(None)  # one fault may answer many senders
        return as_repeated(outcome) if repeated else outcome

    def _put(self, waiting: Waiting[C]) -> Sighting[R]:
        self._lanes.put(waiting, first=self._book.comes_first(waiting.command))
        sighting: Sighting[R] = Sighting(waiting.digest, asyncio.get_running_loop().create_future())
        self._remembered.expect(waiting.origin.command_id, sighting)
        self._wake.set()
        return sighting

    async def _supervised(self) -> None:
        """The process edge of the desk: whatever gets here ends it, and nobody is left waiting."""
        try:
            await self._work()
            self._end(DeskStopped("the desk has stopped"))
        except Fault as fault:
            log.error("the desk ends: %s", fault)
            self._end(fault)
        except Exception as bug:  # the process edge: a bug that the restart could not cure
            log.exception("the desk ends: its board cannot be rebuilt from the journal")
            self._end(DeskStopped(f"the board cannot be rebuilt from the journal: {type(bug).__name__}"))
        except asyncio.CancelledError:
            self._end(DeskStopped("the desk was broken off"))
            raise

    def _end(self, fault: Fault) -> None:
        self._trouble = fault
        self._remembered.fail_pending(fault)

    async def _work(self) -> None:
        while True:
            self._wake.clear()
            if self._flight is not None and self._flight.has_landed:
                await self._land(self._flight)
            if self._lanes and len(self._open.rows) < BATCH_ROWS_MAX:
                await self._decide_some()
                self._wake.set()
            if self._flight is None and self._open.is_worth_a_flight:
                self._launch()
            if self._stopping and self._flight is None and not self._lanes:
                return
            await self._wake.wait()
            await asyncio.sleep(0)

    async def _decide_some(self) -> None:
        """Decide a slice of what waits, onto the open batch."""
        taken = self._lanes.take(SLICE_COMMANDS_MAX)
        try:
            done = await self._journal.find_commands([waiting.origin.command_id for waiting in taken])
        except StorageFailed as fault:
            self._fail_all(taken, fault)
            await self._fall_back(fault)
            return
        for index, waiting in enumerate(taken):
            known = done.get(waiting.origin.command_id)
            if known is not None:
                self._answer_from_journal(waiting, known)
                continue
            bug = self._decide(waiting)
            if bug is not None:
                self._lanes.put_back(taken[index + 1 :])
                await self._restart(waiting, bug)
                return

    def _answer_from_journal(self, waiting: Waiting[C], known: DoneCommand) -> None:
        """An answer like any other: it goes out with the batch, behind everything that was decided before it."""
        if known.digest in (waiting.digest, waiting.older_digest):
            self._open.add_known(waiting, Done(known.first_seq, known.last_seq, known.at, repeated=True))
        else:
            self._open.add_known(waiting, Refused(CommandIdReused(waiting.origin.command_id)))

    def _decide(self, waiting: Waiting[C]) -> Exception | None:
        """Put one command's outcome into the open batch; the bug, if it met one."""
        if waiting.stages is not None:
            waiting.stages.taken_ns = time.time_ns()
        head = self._open.head
        now = self._clock.now()
        at = not_before(head, now)
        self._clock_behind_ms = at - now
        command = waiting.command
        if self._enrich is not None:
            try:
                command = self._enrich(command, head.board)
            except Exception as trouble:  # the edge's own code; the board is untouched by it
                log.exception("enriching %s failed", self._book.command_name(command))
                self._remembered.fail(waiting.origin.command_id, EnrichmentFailed(repr(trouble)))
                return None
        try:
            outcome = decide_onto(self._book, head, command, waiting.origin.context(at), waiting.digest)
        except StorageFailed as fault:  # nothing can be sealed just now; the board is untouched by it
            self._remembered.fail(waiting.origin.command_id, fault)
            return None
        except Exception as bug:  # noqa: BLE001 - the process edge of the rules: the desk restarts from the journal
            return bug
        if isinstance(outcome, Step):
            self._open.add_done(waiting, outcome, at)
        else:
            self._open.add_refused(waiting, outcome)
        if waiting.stages is not None:
            waiting.stages.decided_ns = time.time_ns()
        return None

    def _launch(self) -> None:
        batch = self._open
        self._open = Batch(batch.head)
        self._flight = Flight(batch, self._journal, self._durable.seq, self._epoch, self._wake)

    async def _land(self, flight: Flight[B, C, E, R]) -> None:
        self._flight = None
        fault = flight.fault()
        if fault is None and not flight.batch.rows and (fault := self._standing()) is not None:
            # Rows that were taken prove that this is the desk. Refusals and repeats prove nothing: the city may be
            # elsewhere by now, so the lease is looked at after everything that was waited for.
            self._fail(flight.batch, fault)
            return
        if fault is not None:
            self._failed_appends += 1
            self._fail(flight.batch, fault)
            await self._fall_back(fault)
            return
        self._restarts_in_a_row = 0
        before, self._durable = self._durable, flight.batch.head
        for waiting, answer in flight.batch.answers:
            self._remembered.settle(waiting.origin.command_id, answer)
        self._tell(before, flight.batch.rows, flight.batch.events)
        flight.note_stages()
        self._snapshot_now_and_then()

    async def _fall_back(self, fault: Fault) -> None:
        """Storage failed: drop what was decided ahead, and be again what the journal says as soon as it can be read."""
        if isinstance(fault, Displaced):
            raise fault
        log.error("back to the durable board at %d: %s", self.seq, fault)
        if self._flight is not None:
            await self._flight.wait()
            await self._land(self._flight)
            return
        self._fail(self._open, fault)
        self._open = Batch(self._durable)
        while True:
            try:
                await self._catch_up()
            except (StorageFailed, NotTheDesk) as still:
                self._trouble = still
                self._fail_waiting(still)
                if self._stopping:
                    return
                await asyncio.sleep(RECOVER_PAUSE_S)
            else:
                self._trouble = None
                return

    async def _catch_up(self) -> None:
        """Rows whose append seemed to fail may be there after all: take them over."""
        async for step in catch_up(self._book, self._journal, self._durable):
            self._stand()
            before, self._durable = self._durable, step.head
            self._tell(before, step.rows, step.events)
        self._open = Batch(self._durable)

    async def _restart(self, culprit: Waiting[C], bug: Exception) -> None:
        """A command met a bug: it alone gets a fault. The board is rebuilt, and the others are decided again on it."""
        name = self._book.command_name(culprit.command)
        of = {"command_id": culprit.origin.command_id}
        log.error("bug found by %s; restarting from the journal", name, extra=of, exc_info=bug)
        self._remembered.fail_for_good(culprit.origin.command_id, BugFound(f"{name}: {bug!r}"))
        self._restarts += 1
        self._restarts_in_a_row += 1
        if self._restarts_in_a_row > RESTARTS_IN_A_ROW_MAX:
            last = type(bug).__name__
            raise DeskStopped(f"{RESTARTS_IN_A_ROW_MAX} bugs with nothing done between them; the last: {last}")
        undone, self._open = self._open, Batch(self._open.head)
        self._lanes.put_back(waiting for waiting, _ in undone.answers)
        if self._flight is not None:
            await self._flight.wait()
            await self._land(self._flight)
        before = self._durable
        self._restart_from((await self._restored())[0])
        self._tell(before, [], [])

    async def _restored(self, known: Head[B] | None = None) -> tuple[Head[B], int]:
        """The board as the journal says it, and the row of the snapshot that it was made from.

        Raises a `Fault` when that cannot be had, or might be another desk's.
        """
        head, began = await restore_from(self._book, self._journal, self._snapshots, known)
        self._stand()
        return head, began

    def _stand(self) -> None:
        """Raises what `standing` says. To be called after reading and before showing: what another desk has just
        written can be read before its standby has it, and may turn out never to have been."""
        if (fault := self._standing()) is not None:
            raise fault.with_traceback(None)

    def _restart_from(self, head: Head[B]) -> None:
        self._durable = head
        self._open = Batch(head)

    def _fail(self, batch: Batch[B, C, E, R], fault: Fault) -> None:
        self._fail_all([waiting for waiting, _ in batch.answers], fault)

    def _fail_all(self, waiting: Sequence[Waiting[C]], fault: Fault) -> None:
        for each in waiting:
            self._remembered.fail(each.origin.command_id, fault)

    def _fail_waiting(self, fault: Fault) -> None:
        self._fail_all(self._lanes.take(len(self._lanes)), fault)

    def _tell(self, before: Head[B], rows: Sequence[JournalRow], events: Sequence[E]) -> None:
        if before.board is self.board:
            return
        told = Told(self.seq, self.at, before.board, self.board, rows, events)
        for listener in self._listeners:
            try:
                listener(told)
            except Exception:  # a listener's bug is not the desk's: what is durable stays acknowledged
                log.exception("a listener failed on %d", told.seq)

    def _snapshot_now_and_then(self) -> None:
        due = self.seq - self._snapshot_seq >= self._snapshot_every_rows
        if due and (self._snapshotter is None or self._snapshotter.done()):
            self._snapshot_seq = self.seq
            self._snapshotter = asyncio.create_task(self._keep_snapshot(self._durable))

    async def _keep_snapshot(self, head: Head[B]) -> None:
        if self._snapshots is None:
            return
        try:
            body = await asyncio.to_thread(self._book.encode_board, head.board)
            await self._snapshots.keep(BoardSnapshot(head.seq, head.hash, self._book.board_shape, body))
        except Exception:
            log.exception("no snapshot at %d", head.seq)
