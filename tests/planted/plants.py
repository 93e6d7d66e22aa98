"""Bugs that have sunk systems like this one, kept in the tree so that the tests prove they would catch them.

A plant changes one thing for the length of a test. `caught_by` names the check that must fail; the same check passes
without the plant (tests/contracts, tests/desk).
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import Phase, settings
from opentelemetry.sdk.resources import Resource

from tests.contracts import desk_contract, journal_contract, lease_contract
from tests.contracts.storages import SqliteStorage
from tests.desk.test_subscribers_property import play, plays, plays_with_a_restore
from tests.planted.access_plants import ACCESS_PLANTS
from tests.planted.allowance_plants import ALLOWANCE_PLANTS
from tests.planted.area_plants import AREA_PLANTS
from tests.planted.clear_plants import CLEAR_PLANTS
from tests.planted.controller_plants import CONTROLLER_PLANTS
from tests.planted.corridor_plants import CORRIDOR_PLANTS
from tests.planted.data_plants import DATA_PLANTS
from tests.planted.detector_plants import DETECTOR_PLANTS
from tests.planted.disk_and_clock_plants import DISK_AND_CLOCK_PLANTS
from tests.planted.followed_plants import FOLLOWED_PLANTS
from tests.planted.identity_plants import IDENTITY_PLANTS
from tests.planted.keeper_plants import KEEPER_PLANTS
from tests.planted.map_plants import MAP_PLANTS
from tests.planted.plant import Patch, Plant
from tests.planted.postgres_plants import POSTGRES_PLANTS
from tests.planted.proof_plants import PROOF_PLANTS
from tests.planted.provisioning_plants import PROVISIONING_PLANTS
from tests.planted.publication_plants import PUBLICATION_PLANTS
from tests.planted.records_plants import RECORDS_PLANTS
from tests.planted.release_plants import RELEASE_PLANTS
from tests.planted.retention_plants import RETENTION_PLANTS
from tests.planted.room_plants import ROOM_PLANTS
from tests.planted.signal_plants import SIGNAL_PLANTS
from tests.planted.site_key_plants import SITE_KEY_PLANTS
from tests.planted.telling_plants import TELLING_PLANTS
from tests.planted.texts_plants import TEXTS_PLANTS
from turnout.adapters import clock as clock_module
from turnout.adapters.otlp.traces import spans_of
from turnout.adapters.storage.sqlite import journal as sqlite_journal
from turnout.adapters.storage.sqlite.database import connect as honest_connect
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.core.board import Board
from turnout.core.incidents.commands import AddNarrative
from turnout.desk import desk as desk_module
from turnout.desk import lease as lease_module
from turnout.desk import subscribers as subscribers_module
from turnout.desk.answers import Refused
from turnout.desk.batch import Flight
from turnout.desk.chain import BadRow, JournalRow
from turnout.desk.desk import Desk
from turnout.desk.head import replay
from turnout.desk.lanes import Lanes
from turnout.desk.lease import Watching
from turnout.desk.remembered import as_repeated
from turnout.desk.restore import catch_up as honest_catch_up
from turnout.desk.stages import Stages
from turnout.desk.subscribers import Changes, Subscribers, Subscription, visible_changes
from turnout.edge import exporting as exporting_module
from turnout.edge.answers import Accepted
from turnout.edge.message_log import WAITING_MAX, MessageLog
from turnout.records.messages import Message, MessageStore
from turnout.words.moment import Moment


def on_sqlite(check: journal_contract.Check) -> Callable[[Path], Any]:
    async def over(folder: Path) -> None:
        await check(SqliteStorage(folder))

    return over


async def a_commit_waits_for_the_disk(folder: Path) -> None:
    journal = SqliteJournal(folder / "journal.sqlite", "toy")
    try:
        assert await journal.pragma("journal_mode") == "wal"
        assert await journal.pragma("synchronous") == 2
    finally:
        await journal.close()


def ends_with_what_a_fresh_one_gets(plays: Callable[[Any], Any]) -> Callable[[Path], None]:
    """The property of tests/desk, without the search for the smallest example."""

    def check(folder: Path) -> None:
        @settings(max_examples=200, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
        @plays
        def played(steps: Any, limits: Any) -> None:
            asyncio.run(play(steps, limits))

        played()

    return check


a_console_ends_with_what_a_fresh_one_gets = ends_with_what_a_fresh_one_gets(plays)
a_console_ends_right_after_a_restore = ends_with_what_a_fresh_one_gets(plays_with_a_restore)


def synchronous(level: str) -> Callable[[Patch], None]:
    def connect(path: Path, *, writing: bool) -> sqlite3.Connection:
        connection = honest_connect(path, writing=writing)
        connection.execute(f"PRAGMA synchronous = {level}")
        return connection

    return lambda patch: patch.setattr(sqlite_journal, "connect", connect)


def written_after_the_answer(patch: Patch) -> None:
    honest = SqliteJournal.append

    async def append(self: SqliteJournal, rows: Sequence[JournalRow], expected_last_seq: int, epoch: int) -> None:
        async def later() -> None:
            await asyncio.sleep(0.05)
            await honest(self, rows, expected_last_seq, epoch)

        task = asyncio.create_task(later())
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    patch.setattr(SqliteJournal, "append", append)


def row_by_row(patch: Patch) -> None:
    @contextmanager
    def no_transaction(connection: sqlite3.Connection) -> Iterator[None]:
        yield

    patch.setattr(sqlite_journal, "transaction", no_transaction)


def epoch_ignored(patch: Patch) -> None:
    honest = sqlite_journal._append

    def append(connection: sqlite3.Connection, rows: Sequence[JournalRow], expected: int, epoch: int) -> None:
        (newest,) = connection.execute("SELECT epoch FROM writer").fetchone()
        honest(connection, rows, expected, newest)

    patch.setattr(sqlite_journal, "_append", append)


def page_starts_at_the_last_ones_end(patch: Patch) -> None:
    honest = sqlite_journal._page
    patch.setattr(
        sqlite_journal, "_page", lambda connection, after_seq, most=1000: honest(connection, after_seq - 1, most)
    )


def out_of_order(patch: Patch) -> None:
    honest = sqlite_journal._page
    patch.setattr(sqlite_journal, "_page", lambda *given, **named: honest(*given, **named)[::-1])


def links_only(patch: Patch) -> None:
    def first_bad(rows: Sequence[JournalRow], seq: int, prev_hash: bytes, at: int) -> BadRow | None:
        for row in rows:
            if row.prev_hash != prev_hash:
                return BadRow(row.seq, "unlinked")
            prev_hash = row.hash
        return None

    patch.setattr(sqlite_journal, "first_bad", first_bad)


def commands_not_looked_up(patch: Patch) -> None:
    async def find_commands(self: SqliteJournal, command_ids: Sequence[str]) -> Mapping[str, Any]:
        return {}

    patch.setattr(SqliteJournal, "find_commands", find_commands)


def landed_before_it_landed(patch: Patch) -> None:
    patch.setattr(Flight, "has_landed", property(lambda self: True))
    patch.setattr(Flight, "fault", lambda self: None)


def refused_at_once(patch: Patch) -> None:
    honest = Desk._decide

    def decide(self: Any, waiting: Any) -> Exception | None:
        bug = honest(self, waiting)
        if self._open.answers and isinstance(self._open.answers[-1][1], Refused):
            _, refusal = self._open.answers.pop()
            self._remembered.settle(waiting.origin.command_id, refusal)
        return bug

    patch.setattr(Desk, "_decide", decide)


def known_repeat_answered_at_once(patch: Patch) -> None:
    honest = Desk._answer_from_journal

    def answer(self: Any, waiting: Any, known: Any) -> None:
        honest(self, waiting, known)
        _, answer = self._open.answers.pop()
        self._remembered.settle(waiting.origin.command_id, answer)

    patch.setattr(Desk, "_answer_from_journal", answer)


def decided_on_the_board_before_the_wait(patch: Patch) -> None:
    """Check, await, act: both who ask find the unit free."""
    honest = Desk._decide

    def decide(self: Any, waiting: Any) -> Exception | None:
        self._open.head = msgspec.structs.replace(self._open.head, board=self._durable.board)
        return honest(self, waiting)

    patch.setattr(Desk, "_decide", decide)


def lease_looked_at_before_the_wait(patch: Patch) -> None:
    honest = Desk._land

    async def land(self: Any, flight: Any) -> None:
        standing, self._standing = self._standing, lambda: None
        await honest(self, flight)
        self._standing = standing

    patch.setattr(Desk, "_land", land)


def shown_whoever_wrote_it(patch: Patch) -> None:
    patch.setattr(Desk, "_stand", lambda self: None)


def wall_clock_lease(patch: Patch) -> None:
    patch.setattr(clock_module, "monotonic_s", lambda: clock_module.time.time())


def renewal_of_a_copy_counted_from_before(patch: Patch) -> None:
    def glimpsed(self: Watching, copy: Any, now_s: float) -> Watching:
        return Watching(copy, self.since_s, self.is_silent, self.back_s) if copy is not None else self

    patch.setattr(Watching, "glimpsed", glimpsed)


def next_but_one_counted_from_the_one_before(patch: Patch) -> None:
    def sent_by_s(self: Any, seen: Any, now_s: float) -> float:
        return self.changing_s if self.changing_s is not None else now_s

    patch.setattr(Watching, "_sent_by_s", sent_by_s)


def copy_looked_at_only_afterwards(patch: Patch) -> None:
    patch.setattr(lease_module, "GLIMPSE_AFTER_S", 3_600.0)


def lease_acted_on_to_its_end(patch: Patch) -> None:
    patch.setattr(lease_module, "ACTS_S", lease_module.LEASE_S + 0.3)


def repeat_answered_from_what_was_decided(patch: Patch) -> None:
    honest = Desk.submit

    async def submit(self: Any, command: Any, origin: Any) -> Any:
        batches = [self._open, *([self._flight.batch] if self._flight is not None else [])]
        for batch in batches:
            for waiting, answer in batch.answers:
                if waiting.origin.command_id == origin.command_id:
                    return as_repeated(answer)
        return await honest(self, command, origin)

    patch.setattr(Desk, "submit", submit)


def board_ahead_is_kept(patch: Patch) -> None:
    async def fall_back(self: Any, fault: Any) -> None:
        self._fail(self._open, fault)
        self._open.answers.clear()

    patch.setattr(Desk, "_fall_back", fall_back)


def taken_over_twice(patch: Patch) -> None:
    async def twice(book: Any, journal: Any, head: Any) -> AsyncIterator[Any]:
        async for step in honest_catch_up(book, journal, head):
            yield step
            yield replay(book, step.head, step.rows)

    patch.setattr(desk_module, "catch_up", twice)


def board_ahead_is_shown(patch: Patch) -> None:
    patch.setattr(Desk, "board", property(lambda self: self._open.head.board))


def clock_believed(patch: Patch) -> None:
    patch.setattr(desk_module, "not_before", lambda head, now: now)


def last_come_first_served(patch: Patch) -> None:
    honest = Lanes.take
    patch.setattr(Lanes, "take", lambda self, most: honest(self, most)[::-1])


def event_applied_twice(patch: Patch) -> None:
    """By the live board and not by the replay."""
    honest = desk_module.decide_onto

    def decide_onto(book: Any, head: Any, *given: Any) -> Any:
        step = honest(book, head, *given)
        if isinstance(step, tuple) and step.events:
            again = msgspec.structs.replace(step.head, board=book.evolve(step.head.board, step.events[0]))
            return step._replace(head=again)
        return step

    patch.setattr(desk_module, "decide_onto", decide_onto)


def lost_resume_tail(patch: Patch) -> None:
    honest = Subscribers._missed

    def missed(self: Any, resume_after: int, sees: Any) -> Changes:
        last = self._kept.pop() if self._kept else None
        try:
            return honest(self, resume_after, sees)
        finally:
            if last is not None:
                self._kept.append(last)

    patch.setattr(Subscribers, "_missed", missed)


def resumed_by_number_alone(patch: Patch) -> None:
    honest = Subscribers._may_resume
    patch.setattr(Subscribers, "_may_resume", lambda self, after, mark: honest(self, after, ""))


def resumed_from_before_the_ring(patch: Patch) -> None:
    honest = Subscribers._keep

    def keep(self: Any, batch: Any) -> None:
        before = self._resumable_from
        honest(self, batch)
        if self._resumable_from != before:
            self._resumable_from = before

    patch.setattr(Subscribers, "_keep", keep)


def coalescing_forgets_what_was_held(patch: Patch) -> None:
    def push(self: Any, seq: int, at: Any, changes: Any) -> None:
        self._seq, self._at = seq, at
        held = dict(self._pending[0]) if self._pending else {}
        self._pending = [held | changes]
        self._wake.set()

    patch.setattr(Subscription, "push", push)


def rights_of_the_new_row_only(patch: Patch) -> None:
    def visible(changes: Any, sees: Any) -> Any:
        upserts, removes = visible_changes(changes, sees)
        return upserts, tuple(key for key in removes if changes[key].after is None)

    patch.setattr(subscribers_module, "visible_changes", visible)


def snapshot_shared_without_what_happened_since(patch: Patch) -> None:
    patch.setattr(Subscribers, "_is_recent", lambda self, snapshot: True)
    patch.setattr(Subscribers, "_kept_after", lambda self, seq: [])


def lines_lost_in_silence(patch: Patch) -> None:
    """What no longer fits pushes the oldest out, and nobody counts it."""
    patch.setattr(MessageLog, "note", lambda log, message: log._waiting.append(message))


def a_lost_line_is_counted(folder: Path) -> None:
    """As in tests/edge/test_edge_message_log.py, without the disk that hangs."""
    log = MessageLog(MessageStore(folder / "messages.sqlite"), lambda: Moment(1))
    line = Message(at=Moment(1), source="http", by="dora", target="desk", kind="k", size=1, outcome="done")
    for _ in range(WAITING_MAX + 3):
        log.note(line)
    assert (len(log), log.dropped) == (WAITING_MAX, 3)


def narrative_in_a_trace(patch: Patch) -> None:
    """What was typed goes out beside the incident's number."""
    patch.setattr(exporting_module, "number_of", lambda command, board: f"F1 {command}")


def a_trace_holds_no_text(folder: Path) -> None:
    command = AddNarrative(incident_id="I1", entry_id="n1", text="mrs-appleby")
    done = Accepted(1, 1, False, {})
    passed = exporting_module.passed_of(command, done, Board.empty(), Stages(), 1, lambda: 2)
    spans = list(spans_of(passed, Resource({})))
    assert [span.name for span in spans] == ["command add-narrative"]
    assert "mrs-appleby" not in "".join(span.to_json() for span in spans)


PLANTS: dict[str, Plant] = {
    "a narrative in a trace": Plant(narrative_in_a_trace, a_trace_holds_no_text),
    **TELLING_PLANTS,
    **TEXTS_PLANTS,
    **KEEPER_PLANTS,
    "a line of the message log lost in silence": Plant(lines_lost_in_silence, a_lost_line_is_counted),
    **POSTGRES_PLANTS,
    **MAP_PLANTS,
    **SIGNAL_PLANTS,
    **AREA_PLANTS,
    **CONTROLLER_PLANTS,
    **DISK_AND_CLOCK_PLANTS,
    **FOLLOWED_PLANTS,
    **RECORDS_PLANTS,
    **PROOF_PLANTS,
    **ACCESS_PLANTS,
    **RETENTION_PLANTS,
    **CORRIDOR_PLANTS,
    **DETECTOR_PLANTS,
    **DATA_PLANTS,
    **ROOM_PLANTS,
    **SITE_KEY_PLANTS,
    **IDENTITY_PLANTS,
    **CLEAR_PLANTS,
    **PUBLICATION_PLANTS,
    **RELEASE_PLANTS,
    **PROVISIONING_PLANTS,
    **ALLOWANCE_PLANTS,
    "synchronous=NORMAL": Plant(synchronous("NORMAL"), a_commit_waits_for_the_disk),
    "synchronous=OFF": Plant(synchronous("OFF"), a_commit_waits_for_the_disk),
    "written after the answer": Plant(
        written_after_the_answer, on_sqlite(journal_contract.what_was_acknowledged_survives_a_crash)
    ),
    "a batch written row by row": Plant(row_by_row, on_sqlite(journal_contract.a_batch_is_all_or_nothing)),
    "a displaced writer writes": Plant(epoch_ignored, on_sqlite(journal_contract.a_displaced_writer_appends_nothing)),
    "a row read twice at a page's end": Plant(
        page_starts_at_the_last_ones_end, on_sqlite(journal_contract.what_was_appended_is_read_back_exactly)
    ),
    "rows read out of order": Plant(
        out_of_order, on_sqlite(journal_contract.a_long_journal_is_read_in_bounded_pages_without_gaps)
    ),
    "verification of links and not of contents": Plant(
        links_only, on_sqlite(journal_contract.an_altered_row_is_found_whatever_was_altered)
    ),
    "refused yet happened": Plant(commands_not_looked_up, desk_contract.a_command_is_done_once_across_a_crash),
    "answered before the disk has it": Plant(
        landed_before_it_landed, desk_contract.nobody_is_answered_before_the_disk_has_it
    ),
    "a refusal that does not wait": Plant(refused_at_once, desk_contract.a_refusal_waits_for_what_it_rests_on),
    "a retry that does not wait": Plant(
        repeat_answered_from_what_was_decided, desk_contract.a_repeat_waits_for_the_disk_like_the_first
    ),
    "the board ahead outlives a failed append": Plant(
        board_ahead_is_kept,
        desk_contract.a_failed_append_leaves_no_trace_and_what_was_decided_on_it_falls_too,
    ),
    "doubtful rows taken over twice": Plant(
        taken_over_twice, desk_contract.rows_of_an_append_that_only_seemed_to_fail_are_applied_once
    ),
    "the board ahead is shown": Plant(board_ahead_is_shown, desk_contract.nothing_is_shown_before_the_disk_has_it),
    "a clock that steps back is believed": Plant(
        clock_believed, desk_contract.times_never_decrease_when_the_clock_steps_back
    ),
    "check-then-await": Plant(
        decided_on_the_board_before_the_wait, desk_contract.two_who_want_one_unit_do_not_both_get_it
    ),
    "check-then-await of the lease": Plant(
        lease_looked_at_before_the_wait, desk_contract.nothing_without_rows_is_answered_once_the_lease_has_lapsed
    ),
    "what the next desk writes is shown by the last": Plant(
        shown_whoever_wrote_it, desk_contract.nothing_of_another_desk_is_shown_once_the_lease_has_lapsed
    ),
    "a repeat from an earlier life that does not wait": Plant(
        known_repeat_answered_at_once,
        desk_contract.a_repeat_from_an_earlier_life_waits_for_what_was_decided_before_it,
    ),
    "a wall-clock lease": Plant(wall_clock_lease, lease_contract.the_time_of_day_moves_no_lease),
    "a renewal that a copy showed counted from before": Plant(
        renewal_of_a_copy_counted_from_before, lease_contract.a_renewal_that_only_a_copy_showed_runs_from_then
    ),
    "a renewal counted from when the one before it was under way": Plant(
        next_but_one_counted_from_the_one_before, lease_contract.never_do_two_act_at_once
    ),
    "a copy that is looked at only when the store was given up": Plant(
        copy_looked_at_only_afterwards, lease_contract.a_copy_is_looked_at_while_the_store_is_silent
    ),
    "a lease acted on to its end": Plant(lease_acted_on_to_its_end, lease_contract.never_do_two_act_at_once),
    "reordering": Plant(
        last_come_first_served, desk_contract.commands_of_one_sender_are_done_in_the_order_in_which_they_were_sent
    ),
    "an event applied twice": Plant(event_applied_twice, desk_contract.the_board_is_what_a_replay_gives),
    "a lost resume tail": Plant(lost_resume_tail, a_console_ends_with_what_a_fresh_one_gets),
    "resuming from before what is kept": Plant(resumed_from_before_the_ring, a_console_ends_with_what_a_fresh_one_gets),
    "resuming by number alone": Plant(resumed_by_number_alone, a_console_ends_right_after_a_restore),
    "coalescing forgets what the console holds": Plant(
        coalescing_forgets_what_was_held, a_console_ends_with_what_a_fresh_one_gets
    ),
    "a snapshot shared without what happened since": Plant(
        snapshot_shared_without_what_happened_since, a_console_ends_with_what_a_fresh_one_gets
    ),
    "rows that may be seen no more stay": Plant(rights_of_the_new_row_only, a_console_ends_with_what_a_fresh_one_gets),
}
