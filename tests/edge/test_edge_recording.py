"""The records follow the journal, whatever happens to their file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from turnout.core.board import Board
from turnout.core.context import Actor
from turnout.core.events import Event
from turnout.core.tables.commands import SetExercise
from turnout.desk.book import Origin
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Told
from turnout.desk.head import Step, decide_onto, first_head
from turnout.desk.operations import Operations
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
