"""Disk trouble, displaced writers, bugs: nothing acknowledged is lost, nobody waits for ever."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.desk.stand_ins import NOON, SetClock, TroubledJournal, all_rows
from tests.desk.toy_book import (
    AddUnit,
    IncidentOpened,
    MeetBug,
    MeetLateBug,
    OpenIncident,
    ToyBoard,
    ToyBook,
    ToyEvent,
    origin,
)
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.desk.answers import Done
from turnout.desk.desk import RECOVER_PAUSE_S, RESTARTS_IN_A_ROW_MAX, Desk
from turnout.desk.faults import (
    BugFound,
    DeskStopped,
    Displaced,
    EnrichmentFailed,
    StorageDamaged,
    StorageFailed,
    StorageFull,
)


async def test_a_failed_append_faults_its_senders_and_leaves_no_trace(desk: Any, journal: TroubledJournal) -> None:
    await desk.submit(AddUnit("E07"), origin("c1"))
    journal.fail_next_append = StorageFull("no space left")
    with pytest.raises(StorageFull):
        await desk.submit(AddUnit("E08"), origin("c2"))
    assert list(desk.board.units) == ["E07"]
    assert len(await all_rows(journal)) == 1


async def test_the_desk_goes_on_when_there_is_space_again_and_the_retry_is_done(
    desk: Any, journal: TroubledJournal
) -> None:
    journal.fail_next_append = StorageFull("no space left")
    with pytest.raises(StorageFull):
        await desk.submit(AddUnit("E08"), origin("c2"))
    assert await desk.submit(AddUnit("E08"), origin("c2")) == Done(1, 1, NOON)
    assert desk.health().failed_appends == 1


async def test_while_the_journal_cannot_be_read_everybody_is_told_and_nobody_waits(
    desk: Any, journal: TroubledJournal
) -> None:
    journal.fail_reads = journal.fail_next_append = StorageFailed("the disk has gone")
    with pytest.raises(StorageFailed):
        await desk.submit(AddUnit("E07"), origin("c1"))
    await asyncio.sleep(0.02)
    assert desk.health().trouble == "storage-failed"
    with pytest.raises(StorageFailed):
        await asyncio.wait_for(desk.submit(AddUnit("E08"), origin("c2")), timeout=0.1)
    journal.fail_reads = None
    await asyncio.sleep(RECOVER_PAUSE_S * 1.5)
    assert isinstance(await desk.submit(AddUnit("E07"), origin("c1")), Done)
    assert desk.health().trouble == ""


async def test_a_displaced_desk_stops_for_good_and_its_successor_goes_on(
    a_desk: Any, tmp_path: Path, clock: SetClock
) -> None:
    async with a_desk() as old:
        await old.submit(AddUnit("E07"), origin("c1"))
        journal = SqliteJournal(tmp_path / "journal.sqlite", "toy")
        new: Any = Desk(ToyBook(), journal, clock)
        await new.start()
        with pytest.raises(Displaced):
            await old.submit(AddUnit("E08"), origin("c2"))
        with pytest.raises(Displaced):
            await old.submit(AddUnit("E08"), origin("c2"))
        assert await new.submit(AddUnit("E08"), origin("c2")) == Done(2, 2, NOON)
        await new.stop()
        await journal.close()


@pytest.mark.parametrize("command", [MeetBug(), MeetLateBug()])
async def test_a_bug_faults_its_own_sender_and_nobody_else(desk: Any, journal: TroubledJournal, command: Any) -> None:
    """Some are durable, some decided, some waiting when the bug is met."""
    journal.gate = asyncio.Event()
    durable = asyncio.create_task(desk.submit(AddUnit("E01"), origin("c1")))
    await journal.appending.wait()
    decided = asyncio.create_task(desk.submit(AddUnit("E02"), origin("c2")))
    await asyncio.sleep(0.02)
    buggy = asyncio.create_task(desk.submit(command, origin("c3")))
    waiting = [asyncio.create_task(desk.submit(AddUnit(f"E{n}"), origin(f"c{n}"))) for n in range(10, 90)]
    await asyncio.sleep(0.02)
    journal.gate.set()
    outcomes = await asyncio.gather(durable, decided, buggy, *waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Done, Done, BugFound] + [Done] * 80
    assert "half-done" not in desk.board.incidents
    assert desk.health().restarts == 1
    assert len({row.command_id for row in await all_rows(journal)}) == len(await all_rows(journal)) == 82


async def test_a_command_that_met_a_bug_is_not_tried_again(desk: Any) -> None:
    for _ in range(3):
        with pytest.raises(BugFound):
            await desk.submit(MeetBug(), origin("c1"))
    assert desk.health().restarts == 1


async def test_a_desk_that_meets_nothing_but_bugs_stops_and_says_so(desk: Any) -> None:
    for n in range(RESTARTS_IN_A_ROW_MAX):
        with pytest.raises(BugFound):
            await desk.submit(MeetBug(), origin(f"c{n}"))
    with pytest.raises(BugFound):
        await desk.submit(MeetBug(), origin("last"))
    await asyncio.sleep(0.01)
    with pytest.raises(DeskStopped):
        await desk.submit(AddUnit("E07"), origin("c99"))


async def test_bugs_between_which_work_is_done_do_not_stop_the_desk(desk: Any) -> None:
    for n in range(RESTARTS_IN_A_ROW_MAX * 2):
        with pytest.raises(BugFound):
            await desk.submit(MeetBug(), origin(f"bug-{n}"))
        await desk.submit(AddUnit(f"E{n}"), origin(f"c{n}"))
    assert desk.health().restarts == RESTARTS_IN_A_ROW_MAX * 2


class Forgetful(ToyBook):
    """Cannot apply what it has written, from the second reading on: a bug that a restart does not cure."""

    def __init__(self) -> None:
        self.applied = 0

    def evolve(self, board: ToyBoard, event: ToyEvent) -> ToyBoard:
        if isinstance(event, IncidentOpened):
            self.applied += 1
            assert self.applied < 2, "a planted bug in evolve"
        return super().evolve(board, event)


async def test_a_stored_event_that_cannot_be_applied_stops_the_desk_and_nobody_hangs(a_desk: Any) -> None:
    async with a_desk(book=Forgetful()) as desk:
        await desk.submit(OpenIncident("I1"), origin("c1"))
        tasks = [asyncio.create_task(desk.submit(AddUnit(f"E{n}"), origin(f"u{n}"))) for n in range(5)]
        tasks += [asyncio.create_task(desk.submit(MeetBug(), origin("c2")))]
        outcomes = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), timeout=2)
        assert [type(outcome) for outcome in outcomes] == [DeskStopped] * 5 + [BugFound]
        assert desk.health().trouble == "desk-stopped"


async def test_what_the_edge_cannot_add_is_a_fault_of_that_command_only(a_desk: Any) -> None:
    def enrich(command: Any, board: Any) -> Any:
        if isinstance(command, OpenIncident):
            raise KeyError("no such zone")
        return command

    async with a_desk(enrich=enrich) as desk:
        with pytest.raises(EnrichmentFailed):
            await desk.submit(OpenIncident("I1"), origin("c1"))
        assert isinstance(await desk.submit(AddUnit("E07"), origin("c2")), Done)
        assert desk.health().restarts == 0


async def test_a_listener_with_a_bug_does_not_keep_the_others_from_hearing(desk: Any) -> None:
    heard: list[int] = []

    def deaf(told: Any) -> None:
        raise ValueError("a planted bug in a listener")

    desk.listen(deaf)
    desk.listen(lambda told: heard.append(told.seq))
    assert isinstance(await desk.submit(AddUnit("E07"), origin("c1")), Done)
    assert heard == [1]


async def test_listeners_are_told_every_row_once_and_in_order(desk: Any) -> None:
    seqs: list[int] = []
    desk.listen(lambda told: seqs.extend(row.seq for row in told.rows))
    desk.listen(lambda told: seqs[-1] == told.seq or pytest.fail("the batch ends with its last row"))
    await asyncio.gather(*(desk.submit(AddUnit(f"E{n}"), origin(f"c{n}")) for n in range(300)))
    assert seqs == list(range(1, 301))


async def test_a_desk_does_not_start_on_a_journal_that_was_tampered_with(a_desk: Any, tmp_path: Path) -> None:
    async with a_desk() as desk:
        await desk.submit(AddUnit("E07"), origin("c1"))
        await desk.submit(AddUnit("E08"), origin("c2"))
    with sqlite3.connect(tmp_path / "journal.sqlite") as file:
        file.execute("DROP TRIGGER journal_is_never_updated")
        file.execute("UPDATE journal SET actor = 'somebody else' WHERE seq = 1")
    with pytest.raises(StorageDamaged, match="row 1 is altered"):
        async with a_desk():
            pass
