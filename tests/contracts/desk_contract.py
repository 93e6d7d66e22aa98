"""What the desk promises to whoever sends it commands, as checks that a faulty desk must fail.

Here are the promises on which nothing acknowledged being lost rests; finer points are in tests/desk.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.desk.stand_ins import NOON, SetClock, TroubledJournal, all_rows
from tests.desk.toy_book import (
    AddUnit,
    AssignUnit,
    MeetBug,
    NotOnTheBoard,
    OpenIncident,
    ToyBook,
    UnitNotAvailable,
    origin,
)
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.desk.answers import Done, Refused
from turnout.desk.desk import Desk, Told
from turnout.desk.faults import Fault, NotTheDesk, StorageFailed, StorageFull

Check = Callable[[Path], Awaitable[None]]
"""Gets an empty folder."""


@asynccontextmanager
async def a_desk(
    folder: Path, clock: SetClock | None = None, **parts: Any
) -> AsyncIterator[tuple[Any, TroubledJournal]]:
    """A desk over the folder's journal; in the end it goes without a goodbye, as in a crash."""
    journal = TroubledJournal(SqliteJournal(folder / "journal.sqlite", "toy"))
    desk: Any = Desk(ToyBook(), journal, clock or SetClock(), **parts)
    try:
        await desk.start()
        yield desk, journal
    finally:
        if desk._worker is not None:
            desk._worker.cancel()
            await asyncio.gather(desk._worker, return_exceptions=True)
        await journal.close()


async def some_time() -> None:
    await asyncio.sleep(0.02)


async def nobody_is_answered_before_the_disk_has_it(folder: Path) -> None:
    async with a_desk(folder) as (desk, journal):
        journal.gate = asyncio.Event()
        done = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await journal.appending.wait()
        await some_time()
        assert not done.done()
        journal.gate.set()
        assert await done == Done(1, 1, NOON)


async def nothing_of_another_desk_is_shown_once_the_lease_has_lapsed(folder: Path) -> None:
    lapsed: list[Fault] = []
    async with a_desk(folder, standing=lambda: lapsed[0] if lapsed else None) as (desk, journal):
        journal.gate = asyncio.Event()
        failing = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await journal.appending.wait()
        lapsed.append(NotTheDesk("the lease could not be renewed in time"))
        async with a_desk(folder) as (next_desk, _):
            await next_desk.submit(AddUnit("E08"), origin("c2"))
        journal.fail_next_append = StorageFailed("no way to the database")
        journal.gate.set()
        with pytest.raises(Fault):
            await failing
        await some_time()
        assert desk.board.units == {}, "shown before it is known to be durable"
        with pytest.raises(Fault):
            await desk.submit(AddUnit("E09"), origin("c3"))


async def a_desk_whose_lease_lapsed_while_it_read_does_not_begin(folder: Path) -> None:
    journal = SqliteJournal(folder / "journal.sqlite", "toy")
    desk: Any = Desk(ToyBook(), journal, SetClock(), standing=lambda: NotTheDesk("the restart took too long"))
    try:
        with pytest.raises(NotTheDesk):
            await desk.start()
    finally:
        await desk.stop()
        await journal.close()


async def a_desk_whose_lease_lapsed_while_it_restarted_ends(folder: Path) -> None:
    lapsed: list[Fault] = []
    async with a_desk(folder, standing=lambda: lapsed[0] if lapsed else None) as (desk, journal):
        await desk.submit(AddUnit("E07"), origin("c1"))
        honest = journal.read

        async def read(after_seq: int) -> AsyncIterator[Any]:
            lapsed.append(NotTheDesk("another has it"))
            async with a_desk(folder) as (next_desk, _):
                await next_desk.submit(AddUnit("E08"), origin("c3"))
            async for page in honest(after_seq):
                yield page

        journal.read = read  # type: ignore[method-assign]
        with pytest.raises(Fault):
            await desk.submit(MeetBug(), origin("c2"))
        await asyncio.wait([desk._worker], timeout=5)
        assert "E08" not in desk.board.units
        assert desk.health().has_ended


async def nothing_is_shown_before_the_disk_has_it(folder: Path) -> None:
    async with a_desk(folder) as (desk, journal):
        told: list[Told[Any, Any]] = []
        desk.listen(told.append)
        journal.gate = asyncio.Event()
        done = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await journal.appending.wait()
        await some_time()
        assert (desk.board.units, desk.seq, told) == ({}, 0, [])
        journal.gate.set()
        await done
        assert list(desk.board.units) == ["E07"]
        assert [each.seq for each in told] == [1]


async def a_refusal_waits_for_what_it_rests_on(folder: Path) -> None:
    async with a_desk(folder) as (desk, journal):
        journal.gate = asyncio.Event()
        done = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await journal.appending.wait()
        refused = asyncio.create_task(desk.submit(AssignUnit("E07", "I1"), origin("c2")))
        await some_time()
        assert not refused.done(), "it rests on a unit that is not durable yet"
        journal.gate.set()
        await done
        assert await refused == Refused(NotOnTheBoard("I1"))


async def a_repeat_waits_for_the_disk_like_the_first(folder: Path) -> None:
    async with a_desk(folder) as (desk, journal):
        journal.gate = asyncio.Event()
        first = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await journal.appending.wait()
        again = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await some_time()
        assert not again.done()
        journal.gate.set()
        assert (await first, await again) == (Done(1, 1, NOON), Done(1, 1, NOON, repeated=True))
        assert len(await all_rows(journal)) == 1


async def a_command_is_done_once_across_a_crash(folder: Path) -> None:
    async with a_desk(folder) as (desk, _):
        await desk.submit(OpenIncident("I1"), origin("c0"))
        await desk.submit(AddUnit("E07"), origin("c1"))
        await desk.submit(AssignUnit("E07", "I1"), origin("c2"))
    async with a_desk(folder) as (desk, journal):
        assert await desk.submit(AssignUnit("E07", "I1"), origin("c2")) == Done(3, 3, NOON, repeated=True)
        assert len(await all_rows(journal)) == 3


async def everything_acknowledged_is_in_the_journal_after_a_crash(folder: Path) -> None:
    acknowledged: dict[str, Done] = {}
    async with a_desk(folder) as (desk, _):

        async def send(n: int) -> None:
            acknowledged[f"c{n}"] = await desk.submit(AddUnit(f"E{n}"), origin(f"c{n}"))

        senders = [asyncio.create_task(send(n)) for n in range(400)]
        while len(acknowledged) < 50:
            await asyncio.sleep(0)
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
    async with a_desk(folder) as (_, journal):
        at = {row.command_id: row.seq for row in await all_rows(journal)}
        assert {command_id: at.get(command_id) for command_id in acknowledged} == {
            command_id: answer.first_seq for command_id, answer in acknowledged.items()
        }


async def a_failed_append_leaves_no_trace_and_what_was_decided_on_it_falls_too(folder: Path) -> None:
    async with a_desk(folder) as (desk, journal):
        await desk.submit(OpenIncident("I1"), origin("c0"))
        journal.gate, journal.appending = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await journal.appending.wait()
        ahead = asyncio.create_task(desk.submit(AssignUnit("E07", "I1"), origin("c2")))
        await some_time()
        journal.fail_next_append = StorageFull("no space left")
        journal.gate.set()
        outcomes = await asyncio.gather(first, ahead, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [StorageFull, StorageFull]
        assert desk.board.units == {}
        assert await desk.submit(AssignUnit("E07", "I1"), origin("c2")) == Refused(NotOnTheBoard("E07"))


async def rows_of_an_append_that_only_seemed_to_fail_are_applied_once(folder: Path) -> None:
    async with a_desk(folder) as (desk, journal):
        seqs: list[int] = []
        desk.listen(lambda told: seqs.extend(row.seq for row in told.rows))
        journal.fail_after_append = StorageFailed("the disk answered too late")
        with pytest.raises(StorageFailed):
            await desk.submit(AddUnit("E07"), origin("c1"))
        assert await desk.submit(AddUnit("E07"), origin("c1")) == Done(1, 1, NOON, repeated=True)
        assert (desk.board.facts, desk.seq, seqs) == (1, 1, [1])


async def the_board_is_what_a_replay_gives(folder: Path) -> None:
    async with a_desk(folder) as (desk, _):
        await desk.submit(OpenIncident("I1"), origin("c0"))
        await asyncio.gather(*(desk.submit(AddUnit(f"E{n}"), origin(f"u{n}")) for n in range(100)))
        await asyncio.gather(*(desk.submit(AssignUnit(f"E{n % 40}", "I1"), origin(f"a{n}")) for n in range(100)))
        before = desk.board
    async with a_desk(folder) as (desk, _):
        assert desk.board == before


async def times_never_decrease_when_the_clock_steps_back(folder: Path) -> None:
    clock = SetClock()
    async with a_desk(folder, clock) as (desk, _):
        await desk.submit(AddUnit("E07"), origin("c1"))
        clock.forward(-3_600_000)
        await desk.submit(AddUnit("E08"), origin("c2"))
    async with a_desk(folder, clock) as (desk, journal):
        await desk.submit(AddUnit("E09"), origin("c3"))
        clock.set(NOON + 5)
        await desk.submit(AddUnit("E10"), origin("c4"))
        assert [row.at for row in await all_rows(journal)] == [NOON, NOON, NOON, NOON + 5]


async def commands_of_one_sender_are_done_in_the_order_in_which_they_were_sent(folder: Path) -> None:
    async with a_desk(folder) as (desk, journal):
        await asyncio.gather(*(desk.submit(AddUnit(f"E{n}"), origin(f"c{n}")) for n in range(200)))
        assert [row.command_id for row in await all_rows(journal)] == [f"c{n}" for n in range(200)]


async def two_who_want_one_unit_do_not_both_get_it(folder: Path) -> None:
    async with a_desk(folder) as (desk, journal):
        for n, command in enumerate((AddUnit("E07"), OpenIncident("I1"), OpenIncident("I2"))):
            await desk.submit(command, origin(f"before-{n}"))
        journal.gate, journal.appending = asyncio.Event(), asyncio.Event()
        one = asyncio.create_task(desk.submit(AssignUnit("E07", "I1"), origin("c1")))
        await journal.appending.wait()
        two = asyncio.create_task(desk.submit(AssignUnit("E07", "I2"), origin("c2")))
        await some_time()
        journal.gate.set()
        assert isinstance(await one, Done)
        assert await two == Refused(UnitNotAvailable("E07", "I1"))
        assert desk.board.units["E07"].sent == 1


async def a_repeat_from_an_earlier_life_waits_for_what_was_decided_before_it(folder: Path) -> None:
    async with a_desk(folder) as (desk, _):
        await desk.submit(AddUnit("E07"), origin("c1"))
    async with a_desk(folder) as (desk, journal):
        journal.gate = asyncio.Event()
        other = asyncio.create_task(desk.submit(AddUnit("E08"), origin("c2")))
        await journal.appending.wait()
        again = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await some_time()
        assert not again.done(), "it is answered in the order of the desk, like everything"
        journal.gate.set()
        assert await again == Done(1, 1, NOON, repeated=True)
        await other


async def nothing_without_rows_is_answered_once_the_lease_has_lapsed(folder: Path) -> None:
    trouble: list[Fault] = []
    async with a_desk(folder, standing=lambda: trouble[0] if trouble else None) as (desk, journal):
        journal.gate = asyncio.Event()
        done = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
        await journal.appending.wait()
        refused = asyncio.create_task(desk.submit(AssignUnit("E07", "I1"), origin("c2")))
        await some_time()
        trouble.append(NotTheDesk("the lease could not be renewed in time"))
        journal.gate.set()
        assert await done == Done(1, 1, NOON), "the journal took it, so this was the desk"
        with pytest.raises(NotTheDesk):
            await refused
        with pytest.raises(NotTheDesk):
            await desk.submit(AddUnit("E08"), origin("c3"))
        trouble.clear()
        assert await desk.submit(AssignUnit("E07", "I1"), origin("c2")) == Refused(NotOnTheBoard("I1"))


CHECKS: tuple[Check, ...] = (
    nobody_is_answered_before_the_disk_has_it,
    nothing_is_shown_before_the_disk_has_it,
    nothing_of_another_desk_is_shown_once_the_lease_has_lapsed,
    a_desk_whose_lease_lapsed_while_it_read_does_not_begin,
    a_desk_whose_lease_lapsed_while_it_restarted_ends,
    a_refusal_waits_for_what_it_rests_on,
    a_repeat_waits_for_the_disk_like_the_first,
    a_command_is_done_once_across_a_crash,
    everything_acknowledged_is_in_the_journal_after_a_crash,
    a_failed_append_leaves_no_trace_and_what_was_decided_on_it_falls_too,
    rows_of_an_append_that_only_seemed_to_fail_are_applied_once,
    the_board_is_what_a_replay_gives,
    times_never_decrease_when_the_clock_steps_back,
    commands_of_one_sender_are_done_in_the_order_in_which_they_were_sent,
    two_who_want_one_unit_do_not_both_get_it,
    a_repeat_from_an_earlier_life_waits_for_what_was_decided_before_it,
    nothing_without_rows_is_answered_once_the_lease_has_lapsed,
)
