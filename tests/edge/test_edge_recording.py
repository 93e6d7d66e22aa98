"""The records follow the journal, whatever happens to their file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.core.board import Board
from turnout.core.context import Actor
from turnout.core.events import Event
from turnout.core.tables.commands import SetExercise
from turnout.desk.book import Origin
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Told
from turnout.desk.head import Step, decide_onto, first_head
from turnout.desk.operations import Operations
from turnout.desk.ports import BoardSnapshot
from turnout.edge import recording
from turnout.edge.recording import Recorder
from turnout.records.incidents import IncidentRecords
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import Moment

SYSTEM = Actor(ActorId("system"), roles=("system",))


class Story:
    """A journal of exercises begun and ended, one row each."""

    def __init__(self) -> None:
        self.head = first_head(Operations())
        self.rows: list[JournalRow] = []

    def goes_on(self) -> Told[Board, Event]:
        seq, before = len(self.rows) + 1, self.head
        context = Origin(SYSTEM, CommandId(f"c{seq}")).context(Moment(1_800_000_000_000 + seq))
        step = decide_onto(Operations(), before, SetExercise(on=seq % 2 == 1), context, b"")
        assert isinstance(step, Step)
        self.head = step.head
        self.rows += step.rows
        return Told(step.head.seq, step.head.at, before.board, step.head.board, step.rows, step.events)

    async def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        if self.rows[after_seq:]:
            yield self.rows[after_seq:]


class FailingOnce(IncidentRecords):
    fails = True

    def apply(self, *given: Any) -> None:
        if self.fails:
            self.fails = False
            raise sqlite3.OperationalError("database or disk is full")
        super().apply(*given)


async def test_records_that_could_not_be_written_catch_up_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "AGAIN_S", 0.01)
    story, records = Story(), FailingOnce(tmp_path / "records.sqlite")
    recorder = Recorder(records, story, Operations())  # type: ignore[arg-type]
    recorder.start(lambda: len(story.rows))
    try:
        for _ in range(3):
            recorder.hear(story.goes_on())
            await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            while records.seq < 3:
                await asyncio.sleep(0.01)
    finally:
        await recorder.stop()
        records.close()


class ReadFrom(Story):
    """Notes from where it is read."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    async def read(self, after_seq: int) -> AsyncIterator[Sequence[JournalRow]]:
        self.asked.append(after_seq)
        async for page in super().read(after_seq):
            yield page


async def test_a_catch_up_begins_at_a_snapshot_and_not_with_the_first_row(tmp_path: Path) -> None:
    """A journal of years must not be read again because a killed server left the records one row behind."""
    story = ReadFrom()
    for _ in range(20):
        story.goes_on()
    records = IncidentRecords(tmp_path / "records.sqlite")
    snapshots = SqliteSnapshots(tmp_path / "snapshots.sqlite")
    try:
        await Recorder(records, story, Operations()).catch_up(20)  # type: ignore[arg-type]
        await _keep(snapshots, story)
        for _ in range(5):
            story.goes_on()
        beyond = story.head
        story.asked.clear()
        await Recorder(records, story, Operations(), snapshots).catch_up(25)  # type: ignore[arg-type]
        assert records.seq == beyond.seq
        assert min(story.asked) >= 19, "read from the beginning"
    finally:
        await snapshots.close()
        records.close()


async def _keep(snapshots: SqliteSnapshots, story: Story) -> None:
    book, head = Operations(), story.head
    await snapshots.keep(BoardSnapshot(head.seq, head.hash, book.board_shape, book.encode_board(head.board)))
