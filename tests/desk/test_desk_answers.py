"""What a sender is told, and when."""

import asyncio
import gc
from typing import Any

import pytest

from tests.desk.stand_ins import NOON, SetClock, TroubledJournal, all_rows
from tests.desk.toy_book import (
    AddUnit,
    AssignUnit,
    CloseIncident,
    Nothing,
    NotOnTheBoard,
    OpenIncident,
    UnitNotAvailable,
    origin,
)
from turnout.desk.answers import CommandIdReused, Done, Refused
from turnout.desk.batch import Waiting
from turnout.desk.desk import COMMAND_BYTES_MAX
from turnout.desk.faults import Busy, DeskStopped, TooLarge
from turnout.desk.lanes import Lanes


async def opened(desk: Any) -> None:
    await desk.submit(AddUnit("E07"), origin("add-E07"))
    await desk.submit(OpenIncident("I1"), origin("open-I1"))
    await desk.submit(OpenIncident("I2"), origin("open-I2"))


async def test_a_done_command_is_answered_with_its_rows(desk: Any) -> None:
    assert await desk.submit(AddUnit("E07"), origin("c1")) == Done(1, 1, NOON)
    assert await desk.submit(OpenIncident("I1"), origin("c2")) == Done(2, 2, NOON)
    assert list(desk.board.units) == ["E07"]


async def test_a_command_with_nothing_to_do_is_done_with_no_rows(desk: Any) -> None:
    answer = await desk.submit(Nothing(), origin("c1"))
    assert (answer.first_seq, answer.last_seq) == (1, 0)


async def test_a_refusal_is_an_answer(desk: Any) -> None:
    assert await desk.submit(CloseIncident("I9"), origin("c1")) == Refused(NotOnTheBoard("I9"))


async def test_of_two_who_send_one_unit_at_once_one_wins_and_the_other_is_told(desk: Any) -> None:
    await opened(desk)
    both = await asyncio.gather(
        desk.submit(AssignUnit("E07", "I1"), origin("c1", "dispatcher-1")),
        desk.submit(AssignUnit("E07", "I2"), origin("c2", "dispatcher-2")),
    )
    assert [type(answer) for answer in both] == [Done, Refused]
    assert both[1].refusal == UnitNotAvailable("E07", "I1")


async def test_a_row_says_who_from_where_and_by_which_command(desk: Any, journal: TroubledJournal) -> None:
    await desk.submit(AddUnit("E07"), origin("c1", "dispatcher-9"))
    (row,) = await all_rows(journal)
    assert (row.actor, row.position, row.command_id, row.command) == ("dispatcher-9", "P1", "c1", "add-unit")
    assert (row.seq, row.at, row.name, row.version) == (1, NOON, "unit-added", 1)


async def test_a_repeated_command_is_answered_as_before_and_done_once(desk: Any, journal: TroubledJournal) -> None:
    first = await desk.submit(AddUnit("E07"), origin("c1"))
    again = await desk.submit(AddUnit("E07"), origin("c1"))
    assert (again.first_seq, again.last_seq, again.at) == (first.first_seq, first.last_seq, first.at)
    assert (first.repeated, again.repeated) == (False, True)
    assert len(await all_rows(journal)) == 1


async def test_a_command_sent_twice_at_once_is_done_once(desk: Any, journal: TroubledJournal) -> None:
    answers = await asyncio.gather(*(desk.submit(AddUnit("E07"), origin("c1")) for _ in range(20)))
    assert sorted(answer.repeated for answer in answers) == [False] + [True] * 19
    assert len(await all_rows(journal)) == 1


async def test_a_command_done_before_a_restart_is_answered_from_the_journal(a_desk: Any) -> None:
    async with a_desk() as desk:
        await desk.submit(AddUnit("E06"), origin("c0"))
        first = await desk.submit(AddUnit("E07"), origin("c1"))
    async with a_desk() as desk:
        again = await desk.submit(AddUnit("E07"), origin("c1"))
        assert again == Done(first.first_seq, first.last_seq, first.at, repeated=True)
        assert desk.seq == 2


async def test_a_repeated_refusal_is_answered_as_before_though_it_would_now_be_done(desk: Any) -> None:
    await desk.submit(AddUnit("E07"), origin("c0"))
    first = await desk.submit(AssignUnit("E07", "I1"), origin("c1"))
    await desk.submit(OpenIncident("I1"), origin("c2"))
    again = await desk.submit(AssignUnit("E07", "I1"), origin("c1"))
    assert first == Refused(NotOnTheBoard("I1"))
    assert again == Refused(NotOnTheBoard("I1"), repeated=True)


@pytest.mark.parametrize("restarted", [False, True])
async def test_an_identity_used_for_another_command_is_refused_by_name(a_desk: Any, restarted: bool) -> None:
    async with a_desk() as desk:
        await desk.submit(AddUnit("E07"), origin("c1"))
        if not restarted:
            assert await desk.submit(AddUnit("E08"), origin("c1")) == Refused(CommandIdReused("c1"))
    async with a_desk() as desk:
        assert await desk.submit(AddUnit("E08"), origin("c1")) == Refused(CommandIdReused("c1"))
        assert list(desk.board.units) == ["E07"]


async def test_an_identity_used_by_another_sender_is_refused(desk: Any) -> None:
    await desk.submit(AddUnit("E07"), origin("c1", "dispatcher-1"))
    assert await desk.submit(AddUnit("E07"), origin("c1", "dispatcher-2")) == Refused(CommandIdReused("c1"))


async def test_what_comes_while_a_batch_is_written_goes_together_into_the_next(
    desk: Any, journal: TroubledJournal
) -> None:
    journal.gate = asyncio.Event()
    first = asyncio.create_task(desk.submit(AddUnit("E00"), origin("c0")))
    await journal.appending.wait()
    others = [asyncio.create_task(desk.submit(AddUnit(f"E{n}"), origin(f"c{n}"))) for n in range(1, 31)]
    await asyncio.sleep(0.02)
    journal.gate.set()
    await asyncio.gather(first, *others)
    assert journal.appends == [1, 30]


async def test_a_caller_that_goes_away_leaves_its_command_to_its_course(desk: Any, journal: TroubledJournal) -> None:
    journal.gate = asyncio.Event()
    gone = asyncio.create_task(desk.submit(AddUnit("E07"), origin("c1")))
    await journal.appending.wait()
    gone.cancel()
    journal.gate.set()
    again = await desk.submit(AddUnit("E07"), origin("c1"))
    assert again == Done(1, 1, NOON, repeated=True)


async def test_times_never_decrease_when_the_clock_steps_back(a_desk: Any, clock: SetClock, journal: Any) -> None:
    async with a_desk() as desk:
        await desk.submit(AddUnit("E07"), origin("c1"))
        clock.forward(-3_600_000)
        await desk.submit(AddUnit("E08"), origin("c2"))
        assert desk.health().clock_behind_ms == 3_600_000
    async with a_desk() as desk:
        await desk.submit(AddUnit("E09"), origin("c3"))
        clock.set(NOON + 5)
        await desk.submit(AddUnit("E10"), origin("c4"))
    assert [row.at for row in await all_rows(journal)] == [NOON, NOON, NOON, NOON + 5]


async def test_a_full_lane_says_busy_at_once_and_dispatch_still_gets_in(a_desk: Any, journal: TroubledJournal) -> None:
    lanes: Lanes[Waiting[Any]] = Lanes(first_max=2, other_max=1)
    async with a_desk(lanes=lanes) as desk:
        await opened(desk)
        # Nothing runs between these submits: the lanes fill before the desk can take from them.
        tasks = [
            asyncio.create_task(desk.submit(command, origin(f"c{n}")))
            for n, command in enumerate([AddUnit("E08"), AddUnit("E09"), AssignUnit("E07", "I1")])
        ]
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(each) for each in done] == [Done, Busy, Done]
        assert isinstance(await desk.submit(AddUnit("E09"), origin("c1")), Done), "a busy command was never taken"


async def test_what_comes_first_is_decided_before_what_had_waited_longer(desk: Any, journal: TroubledJournal) -> None:
    await opened(desk)
    journal.gate, journal.appending = asyncio.Event(), asyncio.Event()
    tasks = [
        asyncio.create_task(desk.submit(command, origin(f"c{n}")))
        for n, command in enumerate([AddUnit("E08"), AddUnit("E09"), AssignUnit("E07", "I1")])
    ]
    await asyncio.sleep(0)
    journal.gate.set()
    await asyncio.gather(*tasks)
    assert [row.name for row in await all_rows(journal)][3:] == ["unit-assigned", "unit-added", "unit-added"]


async def test_a_command_that_is_too_large_is_not_taken(desk: Any) -> None:
    with pytest.raises(TooLarge):
        await desk.submit(OpenIncident("I1", "x" * COMMAND_BYTES_MAX), origin("c1"))


async def test_a_stopping_desk_finishes_what_it_took_and_takes_nothing_more(a_desk: Any) -> None:
    async with a_desk() as desk:
        taken = [asyncio.create_task(desk.submit(AddUnit(f"E{n}"), origin(f"c{n}"))) for n in range(50)]
        await asyncio.sleep(0)
        await desk.stop()
        assert all(isinstance(answer, Done) for answer in await asyncio.gather(*taken))
        with pytest.raises(DeskStopped):
            await desk.submit(AddUnit("E99"), origin("c99"))


async def test_what_the_edge_adds_is_decided_and_journalled_but_is_no_part_of_the_identity(a_desk: Any) -> None:
    texts = iter(["on 1st Street", "on 2nd Street"])

    def enrich(command: Any, board: Any) -> Any:
        return OpenIncident(command.incident, next(texts))

    async with a_desk(enrich=enrich) as desk:
        await desk.submit(OpenIncident("I1"), origin("c1"))
        again = await desk.submit(OpenIncident("I1"), origin("c1"))
        assert again.repeated
        assert desk.board.incidents["I1"].text == "on 1st Street"


async def test_remembered_answers_are_nothing_for_the_collector(desk: Any) -> None:
    """Twenty thousand are remembered: a full collection that visits them stops the desk for 30 ms."""
    await desk.submit(AddUnit("E07"), origin("c1"))
    await desk.submit(CloseIncident("I9"), origin("c2"))
    assert not any(gc.is_tracked(desk._remembered.find(each)) for each in ("c1", "c2"))
