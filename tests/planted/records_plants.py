"""Planted bugs of the records: rows recorded twice, and a rebuild that takes the place before it has everything."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.edge.test_edge_recording import Story
from tests.planted.plant import Patch, Plant
from turnout.desk.operations import Operations
from turnout.edge.rebuilding import Rebuilding
from turnout.edge.recording import Recorder
from turnout.records.incidents import IncidentRecords
from turnout.words.moment import Moment


async def what_is_heard_again_is_recorded_once(folder: Path) -> None:
    story, records = Story(), IncidentRecords(folder / "records.sqlite")
    recorder = Recorder(records, story, Operations())  # type: ignore[arg-type]
    told = story.goes_on()
    try:
        recorder._apply([told])
        recorder._apply([told, story.goes_on()])
        assert records.seq == 2
    finally:
        records.close()


async def a_rebuild_has_every_row(folder: Path) -> None:
    """Also those that came while it was at work, and after it."""
    story, path = Story(), folder / "records.sqlite"
    for _ in range(20):
        story.goes_on()
    records = IncidentRecords(path)
    recorder = Recorder(records, story, Operations())  # type: ignore[arg-type]
    await recorder.catch_up(20)
    recorder.start(lambda: len(story.rows))
    rebuilding = Rebuilding(records, recorder, lambda: len(story.rows), lambda: Moment(0))
    try:
        rebuilding.begin()
        while rebuilding.state().running:
            recorder.hear(story.goes_on())
            await asyncio.sleep(0.002)
        assert rebuilding.state().trouble == ""
        recorder.hear(story.goes_on())
        while recorder.seq < len(story.rows):
            await asyncio.sleep(0.01)
    finally:
        await rebuilding.stop()
        await recorder.stop()
        records.close()
    with closing(sqlite3.connect(path)) as base:
        assert [seq for (seq,) in base.execute("SELECT seq FROM line ORDER BY seq")] == [row.seq for row in story.rows]


def rows_recorded_again(patch: Patch) -> None:
    patch.setattr(IncidentRecords, "seq", property(lambda records: 0))


def place_taken_too_early(patch: Patch) -> None:
    honest = Recorder.catch_up

    async def catch_up(recorder: Recorder, until: int) -> None:
        await honest(recorder, until - 5)

    patch.setattr(Recorder, "catch_up", catch_up)


RECORDS_PLANTS = {
    "rows recorded again": Plant(rows_recorded_again, what_is_heard_again_is_recorded_once),
    "a rebuild that takes the place too early": Plant(place_taken_too_early, a_rebuild_has_every_row),
}
