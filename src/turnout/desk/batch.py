"""A batch: commands decided together, and the one append that makes them durable together."""

import asyncio
import time
from typing import Generic

from turnout.desk.answers import Done, Refused
from turnout.desk.book import B, C, E, Origin, R
from turnout.desk.chain import JournalRow
from turnout.desk.faults import Fault, StorageFailed
from turnout.desk.head import Head, Step
from turnout.desk.ports import Journal
from turnout.desk.stages import watched
from turnout.words.moment import Moment


class Waiting(Generic[C]):
    """A command that has been taken and not been answered."""

    __slots__ = ("command", "digest", "older_digest", "origin", "stages")

    def __init__(self, command: C, origin: Origin, digest: bytes, older_digest: bytes) -> None:
        """`older_digest`: as a program wrote it that hashed texts too (before decision 0206)."""
        self.command, self.origin, self.digest, self.older_digest = command, origin, digest, older_digest
        self.stages = watched.get()


class Batch(Generic[B, C, E, R]):
    """Decided and not yet durable. The answers are given when, and only when, the rows are durable.

    A refusal has no rows and waits all the same: what it was decided on must not turn out never to have been.
    """

    def __init__(self, head: Head[B]) -> None:
        self.head = head
        self.rows: list[JournalRow] = []
        self.events: list[E] = []
        self.answers: list[tuple[Waiting[C], Done | Refused[R]]] = []

    @property
    def is_worth_a_flight(self) -> bool:
        return bool(self.answers)

    def add_done(self, waiting: Waiting[C], step: Step[B, E], at: Moment) -> None:
        self.answers.append((waiting, Done(self.head.seq + 1, step.head.seq, at)))
        self.rows.extend(step.rows)
        self.events.extend(step.events)
        self.head = step.head

    def add_known(self, waiting: Waiting[C], answer: Done | Refused[R]) -> None:
        """What the journal says of a command that was done before."""
        self.answers.append((waiting, answer))

    def add_refused(self, waiting: Waiting[C], refusal: R) -> None:
        self.answers.append((waiting, Refused(refusal)))


class Flight(Generic[B, C, E, R]):
    """A batch on its way to the disk. Sets `landed` when it is over, well or not."""

    def __init__(
        self, batch: Batch[B, C, E, R], journal: Journal, after_seq: int, epoch: int, landed: asyncio.Event
    ) -> None:
        self.batch = batch
        self.began_ns = time.time_ns()
        self.durable_ns = 0
        self._task: asyncio.Task[None] | None = None
        if batch.rows:
            self._task = asyncio.create_task(self._append(journal, after_seq, epoch))
            self._task.add_done_callback(lambda _: landed.set())
        else:
            landed.set()

    async def _append(self, journal: Journal, after_seq: int, epoch: int) -> None:
        await journal.append(self.batch.rows, after_seq, epoch)
        self.durable_ns = time.time_ns()

    def note_stages(self) -> None:
        """For whoever traces one of its commands: when it was appended, and that everybody has been told."""
        now_ns = 0
        for waiting, _ in self.batch.answers:
            stages = waiting.stages
            if stages is not None:
                stages.told_ns = now_ns = now_ns or time.time_ns()
                stages.began_ns, stages.durable_ns = self.began_ns, self.durable_ns or now_ns
                stages.rows = len(self.batch.rows)

    @property
    def has_landed(self) -> bool:
        return self._task is None or self._task.done()

    async def wait(self) -> None:
        if self._task is not None:
            await asyncio.wait([self._task])

    def fault(self) -> Fault | None:
        """Why it failed, once it has landed. Whatever the storage raises that is no `Fault` is taken for one."""
        trouble = self._task.exception() if self._task is not None else None
        if trouble is None or isinstance(trouble, Fault):
            return trouble
        return StorageFailed(repr(trouble) if isinstance(trouble, OSError) else type(trouble).__name__)
