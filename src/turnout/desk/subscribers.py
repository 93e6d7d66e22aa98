"""Subscriptions: every console's own stream of row changes, from a snapshot or from where it left off.

Nobody is waited for. What a console has not fetched yet is kept per row, newest only; one that falls too far behind is
cut off and comes back with `resume_after`. What it then missed is kept for a while; else it gets a fresh snapshot.

A number alone does not say what somebody has seen: after a restore, or a primary that was lost with rows that nobody
else had, other rows have the same numbers. So every message also has a mark of the row it goes up to, and whoever comes
back with another mark gets a fresh snapshot.
"""

import asyncio
from bisect import bisect_left
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import takewhile
from typing import Any, Final, Generic, NamedTuple

import msgspec

from turnout.desk.book import B
from turnout.desk.desk import Told
from turnout.desk.faults import Busy, Fault
from turnout.desk.rows import BoardRows, Row, RowChanges, RowKey, Show, Table, as_it_is, joined
from turnout.words.moment import Moment


class Limits(msgspec.Struct, frozen=True):
    """What is kept for how many, and for how long."""

    kept_rows: int = 50_000
    """Row changes kept for those who come back: ten minutes at ten times a large city's load."""
    kept_bytes: int = 64 * 1024 * 1024
    """And no more than this of their text: the row of an incident with a long chronology has tens of kilobytes."""
    pending_rows: int = 5_000
    """Different rows that one console may have unfetched: more than a whole board of a large city."""
    behind_batches: int = 2_000
    """Batches that one console may be behind: a second at full speed, many minutes of a real city's day."""
    quiet_seq: int = 1_000
    """A console that may see nothing of what happens is still told the sequence this often, so that it can resume."""
    first_rows: int = 500
    """What a subscription begins with is given to everybody of that sight who comes within so many rows of the journal,
    with what happened since: had each of two hundred who come back at once its own, the desk would stand still."""
    firsts: int = 16
    """Different ones that are held: by sight, and by where those left off who come back."""
    subscriptions: int = 5_000
    """In one process; a city has some hundred consoles, and crews' terminals share edges of their own."""


DEFAULT_LIMITS = Limits()

Sees = Callable[[Row], bool]
"""Whether this connection may see a row. Must depend on the row (and its `scope`) alone: it is asked of rows as they
were, too, to know what a screen holds. Other rights are another subscription. Those who give the same object share the
messages that are made with it."""


MARK_BYTES: Final = 8
"""Of the row's hash: enough to tell two rows of the same number apart."""


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot", tag_field="kind"):
    """Every row that may be seen, as of `seq`."""

    seq: int
    at: Moment
    rows: tuple[msgspec.Raw, ...]
    mark: str = ""
    """Of the journal's row `seq`, in hexadecimal."""


class Changes(msgspec.Struct, frozen=True, tag="changes", tag_field="kind"):
    """What became of rows since the message before. May be empty: then only `seq` has moved."""

    seq: int
    at: Moment
    upserts: tuple[msgspec.Raw, ...]
    removes: tuple[RowKey, ...]
    mark: str = ""


class Cut(msgspec.Struct, frozen=True, tag="cut", tag_field="kind"):
    """The last message: this subscription has ended. Subscribe again with `resume_after`."""

    resume_after: int


Message = Snapshot | Changes | Cut

Visible = tuple[tuple[msgspec.Raw, ...], tuple[RowKey, ...]]
"""Rows to put, and keys of rows to take away."""

_encoder = msgspec.json.Encoder()


def encode_message(message: Message) -> bytes:
    """The message as JSON, the rows' bytes as they are."""
    return _encoder.encode(message)


class Drains:
    """What is sent to whoever fetches between two batches: made once for all who are equally far and see alike.

    Consoles that keep up all wake on the same batch. Had each of fifty its own joining to do, the desk would stand
    still meanwhile. It is one object, so that its bytes need to be made only once too.
    """

    def __init__(self) -> None:
        self._joined: dict[int, RowChanges] = {}
        self._changes: dict[tuple[int, Sees], Changes] = {}

    def forget(self) -> None:
        """Another batch has come: what was put together lacks it."""
        self._joined.clear()
        self._changes.clear()

    def changes(
        self, upto: tuple[int, Moment, str], from_seq: int, pending: Sequence[RowChanges], sees: Sees
    ) -> Changes:
        """`pending` must be every batch from the one of `from_seq` to the newest, which is `upto`: seq, time, mark."""
        found = self._changes.get((from_seq, sees))
        if found is None:
            if from_seq not in self._joined:
                self._joined[from_seq] = joined(pending)
            visible = visible_changes(self._joined[from_seq], sees)
            found = self._changes[from_seq, sees] = Changes(*upto[:2], *visible, upto[2])
        return found


class Subscription:
    """One console's stream: iterate it with `async for`, from one task, until its `Cut`. Always `close` it."""

    def __init__(
        self,
        first: Snapshot | Changes,
        sees: Sees,
        limits: Limits,
        drains: Drains,
        leave: Callable[["Subscription"], None],
    ) -> None:
        seq = first.seq
        self._first: Message | None = first
        self._sees, self._limits, self._drains, self._leave = sees, limits, drains, leave
        self._upto = seq, first.at, first.mark
        self._sent_seq = self._pending_from = seq
        self._pending: list[RowChanges] = []
        """Batches not fetched yet, shared with everybody; joined only when there are many, or when they are fetched."""
        self._pending_rows = 0
        self._behind = 0
        self._cut = self._ended = False
        self._wake = asyncio.Event()

    @property
    def behind(self) -> tuple[int, int]:
        """(rows, batches) that wait to be fetched."""
        return self._pending_rows, self._behind

    def push(self, seq: int, at: Moment, mark: str, changes: RowChanges) -> None:
        """What happened. Never waits; cuts this console off if it is too far behind."""
        self._upto = seq, at, mark
        if not self._pending:
            self._pending_from = seq
        self._behind += 1
        self._pending.append(changes)
        self._pending_rows += len(changes)
        if self._pending_rows > self._limits.pending_rows:
            self._pending = [joined(self._pending)]
            self._pending_rows = len(self._pending[0])
        if self._pending_rows > self._limits.pending_rows or self._behind > self._limits.behind_batches:
            self.cut()
        self._wake.set()

    def cut(self) -> None:
        """End it: the console gets nothing but the `Cut` from now on."""
        self._cut = True
        self._pending.clear()
        self._leave(self)
        self._wake.set()

    def close(self) -> None:
        """The console has gone."""
        self._ended = True
        self._pending.clear()
        self._leave(self)
        self._wake.set()

    def __aiter__(self) -> AsyncIterator[Message]:
        return self

    async def __anext__(self) -> Message:
        while not self._ended:
            message = self._next()
            if message is not None:
                return message
            self._wake.clear()
            await self._wake.wait()
        raise StopAsyncIteration

    def _next(self) -> Message | None:
        if self._cut:
            self._ended = True
            return Cut(self._sent_seq)
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return self._drained()

    def _drained(self) -> Changes | None:
        """Everything unfetched in one message; None when there is nothing to say."""
        pending, self._pending = self._pending, []
        self._pending_rows = self._behind = 0
        if not pending:
            return None
        changes = self._drains.changes(self._upto, self._pending_from, pending, self._sees)
        seq = self._upto[0]
        if not changes.upserts and not changes.removes and seq - self._sent_seq < self._limits.quiet_seq:
            return None
        self._sent_seq = seq
        return changes


def visible_changes(changes: RowChanges, sees: Sees) -> Visible:
    """What somebody who `sees` must be sent: rows to put, and keys of rows that are gone, or may be seen no more."""
    upserts: list[msgspec.Raw] = []
    removes: list[RowKey] = []
    for key, change in changes.items():
        if change.after is not None and sees(change.after):
            upserts.append(change.after.body)
        elif change.before is not None and sees(change.before):
            removes.append(key)
    return tuple(upserts), tuple(removes)


class _KeptBatch(NamedTuple):
    seq: int
    at: Moment
    changes: RowChanges
    text_bytes: int
    marks: bytes
    """Of the batch's rows, one after the other, the last of them of `seq`."""

    def mark(self, seq: int) -> str:
        """Of row `seq`, which is in this batch; empty where it is not known."""
        end = len(self.marks) - (self.seq - seq) * MARK_BYTES
        return self.marks[max(end - MARK_BYTES, 0) : max(end, 0)].hex()


def _text_bytes(changes: RowChanges) -> int:
    """What these changes keep in memory beyond the board: their rows as they now are."""
    return sum(len(memoryview(change.after.body)) for change in changes.values() if change.after is not None)


class Subscribers(Generic[B]):
    """Everybody who follows the board. Made with the desk's board at the moment when `hear` goes to `Desk.listen`."""

    def __init__(
        self,
        tables: Sequence[Table[B]],
        board: B,
        seq: int,
        at: Moment,
        limits: Limits = DEFAULT_LIMITS,
        standing: Callable[[], Fault | None] = lambda: None,
        last_hash: bytes = b"",
        show: Show = as_it_is,
    ) -> None:
        """`standing`: the desk's, for those who have already seen more than it has. `last_hash`: of row `seq`. `show`
        opens what is sealed in a row."""
        self._limits, self._standing = limits, standing
        self._rows = BoardRows(tables, board, show)
        self._seq, self._at = seq, at
        self._resumable_from = seq + 1
        """Whoever has seen this much can be told the rest. More than the sequence that we start with, which may have
        been seen from another process, with rows of another shape."""
        self._kept: deque[_KeptBatch] = deque()
        """Every batch after `_kept_since`."""
        self._kept_since = seq
        self._mark = self._mark_since = last_hash[:MARK_BYTES].hex()
        """Of `_seq` and of `_kept_since`."""
        self._kept_rows = self._kept_bytes = 0
        self._subscriptions: set[Subscription] = set()
        self._drains = Drains()
        self._firsts: dict[tuple[int | None, Sees], Snapshot | Changes] = {}

    def __len__(self) -> int:
        return len(self._subscriptions)

    @property
    def seq(self) -> int:
        return self._seq

    @property
    def at(self) -> Moment:
        """The time of the last row that was told."""
        return self._at

    @property
    def limits(self) -> Limits:
        return self._limits

    def farthest_behind(self) -> tuple[int, int]:
        """(rows, batches) that wait for the console that fetches least; the two may be of two consoles."""
        held = [one.behind for one in self._subscriptions]
        return max((rows for rows, _ in held), default=0), max((batches for _, batches in held), default=0)

    def hear(self, told: Told[B, Any]) -> None:
        """The board has moved."""
        changes = self._rows.follow(told.before, told.after)
        if told.seq <= self._seq:
            if changes:
                self._start_over()
            return
        marks = b"".join([row.hash[:MARK_BYTES] for row in told.rows])
        batch = _KeptBatch(told.seq, told.at, changes, _text_bytes(changes), marks)
        self._seq, self._at, self._mark = told.seq, told.at, batch.mark(told.seq)
        self._keep(batch)
        self._drains.forget()
        for subscription in list(self._subscriptions):
            subscription.push(told.seq, told.at, self._mark, changes)

    def subscribe(self, resume_after: int | None, sees: Sees, mark: str = "") -> Subscription:
        """A stream for one connection. `resume_after` is the last `seq` that it has handled, with the same rights, and
        `mark` what came with it; without one nothing is known of what was seen under that number.

        Raises `Busy` when there are too many. Raises the desk's `NotTheDesk` or `Displaced` to somebody who has seen
        more than it has: another server has gone on, and nobody's screen goes back to how things were before. To who
        has seen less, or nothing, an old board is better than none.
        """
        if len(self._subscriptions) >= self._limits.subscriptions:
            raise Busy(f"{self._limits.subscriptions} subscriptions in this process")
        is_ahead = resume_after is not None and resume_after > self._seq
        if is_ahead and (fault := self._standing()) is not None:
            raise fault.with_traceback(None)
        if resume_after is not None and not self._may_resume(resume_after, mark):
            resume_after = None
        first = self._first(resume_after, sees)
        subscription = Subscription(first, sees, self._limits, self._drains, self._subscriptions.discard)
        self._subscriptions.add(subscription)
        if first.seq < self._seq:
            for batch in self._kept_after(first.seq):
                subscription.push(batch.seq, batch.at, batch.mark(batch.seq), batch.changes)
        return subscription

    def _may_resume(self, after: int, mark: str) -> bool:
        """Whether what followed row `after` is held, and the row that was seen under this number is that row."""
        if not self._resumable_from <= after <= self._seq:
            return False
        return not mark or mark == self._mark_of(after)

    def _mark_of(self, seq: int) -> str:
        """Of a row that is held, or the last one before."""
        if seq == self._kept_since:
            return self._mark_since
        return self._kept[bisect_left(self._kept, seq, key=lambda batch: batch.seq)].mark(seq)

    def _first(self, resume_after: int | None, sees: Sees) -> Snapshot | Changes:
        """What a subscription begins with: of this moment, or of a little while ago if somebody who sees alike and was
        equally far has just been given one."""
        key = resume_after, sees
        held = self._firsts.get(key)
        if held is not None and self._kept_since <= held.seq and self._is_recent(held) and self._fits(held.seq):
            return held
        self._firsts = {who: each for who, each in self._firsts.items() if self._is_recent(each) and who != key}
        while len(self._firsts) >= self._limits.firsts:
            del self._firsts[next(iter(self._firsts))]
        fresh = self._firsts[key] = self._snapshot(sees) if resume_after is None else self._missed(resume_after, sees)
        return fresh

    def _snapshot(self, sees: Sees) -> Snapshot:
        return Snapshot(self._seq, self._at, tuple(row.body for row in self._rows if sees(row)), self._mark)

    def _fits(self, seq: int) -> bool:
        """Whether what happened since can be given to a new subscription without cutting it off for it."""
        missed = self._kept_after(seq)
        rows = sum(len(batch.changes) for batch in missed)
        return rows <= self._limits.pending_rows and len(missed) <= self._limits.behind_batches

    def _is_recent(self, first: Snapshot | Changes) -> bool:
        return self._seq - first.seq <= self._limits.first_rows

    def _kept_after(self, seq: int) -> list[_KeptBatch]:
        """Every batch after `seq`, oldest first; from the end, for they are few of many."""
        return list(takewhile(lambda batch: batch.seq > seq, reversed(self._kept)))[::-1]

    def _missed(self, resume_after: int, sees: Sees) -> Changes:
        missed = joined([batch.changes for batch in self._kept_after(resume_after)])
        return Changes(self._seq, self._at, *visible_changes(missed, sees), self._mark)

    def _keep(self, batch: _KeptBatch) -> None:
        self._kept.append(batch)
        self._kept_rows += len(batch.changes)
        self._kept_bytes += batch.text_bytes
        while self._kept_rows > self._limits.kept_rows or self._kept_bytes > self._limits.kept_bytes:
            dropped = self._kept.popleft()
            self._kept_rows -= len(dropped.changes)
            self._kept_bytes -= dropped.text_bytes
            self._resumable_from = self._kept_since = dropped.seq
            self._mark_since = dropped.mark(dropped.seq)

    def _start_over(self) -> None:
        """The board at one sequence turned out to be another: a bug had been shown. Everybody gets a fresh snapshot."""
        self._kept.clear()
        self._kept_rows = self._kept_bytes = 0
        self._firsts.clear()
        self._kept_since, self._mark_since = self._seq, self._mark
        self._resumable_from = self._seq + 1
        for subscription in list(self._subscriptions):
            subscription.cut()
