"""Due-times on the board ring once, at their time, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.desk.stand_ins import NOON, SetClock, TroubledJournal, all_rows
from tests.desk.toy_book import MeetBug, Nothing, RingTimer, StartTimer, Timer, origin
from turnout.desk.faults import BugFound, StorageFull
from turnout.desk.timers import RING_AGAIN_MS, TimerClock


def due_of(timer: Timer) -> int | None:
    return timer.due if timer.rung is None else None


@pytest.fixture
def a_timer_clock(clock: SetClock) -> Any:
    def over(desk: Any) -> Any:
        return TimerClock(desk, clock, lambda board: board.timers, due_of, RingTimer)

    return over


@pytest.fixture
async def ticking(desk: Any, a_timer_clock: Any) -> AsyncIterator[Any]:
    timers = a_timer_clock(desk)
    timers.start()
    yield timers
    await timers.stop()


async def settle() -> None:
    await asyncio.sleep(0.03)


def rung(desk: Any) -> dict[str, int | None]:
    return {timer.id: timer.rung for timer in desk.board.timers.values()}


async def test_a_timer_rings_when_it_is_due_and_not_before(desk: Any, clock: SetClock, ticking: Any) -> None:
    await desk.submit(StartTimer("t1", NOON + 1_000), origin("c1"))
    clock.forward(999)
    await settle()
    assert rung(desk) == {"t1": None}
    clock.forward(1)
    await settle()
    assert rung(desk) == {"t1": NOON + 1_000}


async def test_a_timer_that_is_earlier_than_the_awaited_one_is_not_overslept(
    desk: Any, clock: SetClock, ticking: Any
) -> None:
    await desk.submit(StartTimer("late", NOON + 9_000), origin("c1"))
    await settle()
    await desk.submit(StartTimer("soon", NOON + 1_000), origin("c2"))
    clock.forward(1_000)
    await settle()
    assert rung(desk) == {"late": None, "soon": NOON + 1_000}


async def test_a_timer_that_was_moved_rings_at_its_new_time_only(desk: Any, clock: SetClock, ticking: Any) -> None:
    await desk.submit(StartTimer("t1", NOON + 1_000), origin("c1"))
    await desk.submit(StartTimer("t1", NOON + 5_000), origin("c2"))
    clock.forward(1_000)
    await settle()
    assert rung(desk) == {"t1": None}
    clock.forward(4_000)
    await settle()
    assert rung(desk) == {"t1": NOON + 5_000}


async def test_a_timer_rings_once_though_two_clocks_watch_it(
    desk: Any, clock: SetClock, ticking: Any, a_timer_clock: Any, journal: TroubledJournal
) -> None:
    other = a_timer_clock(desk)
    other.start()
    await desk.submit(StartTimer("t1", NOON + 1_000), origin("c1"))
    clock.forward(1_000)
    await settle()
    await other.stop()
    assert [row.name for row in await all_rows(journal)] == ["timer-started", "timer-rang"]


async def test_a_timer_that_came_due_while_the_desk_was_down_rings_at_the_start(
    a_desk: Any, clock: SetClock, a_timer_clock: Any
) -> None:
    async with a_desk() as desk:
        await desk.submit(StartTimer("t1", NOON + 1_000), origin("c1"))
    clock.forward(60_000)
    async with a_desk() as desk:
        timers = a_timer_clock(desk)
        timers.start()
        await settle()
        await timers.stop()
        assert rung(desk) == {"t1": NOON + 60_000}


async def test_a_ring_that_met_a_fault_is_repeated_until_it_is_answered(
    desk: Any, clock: SetClock, ticking: Any, journal: TroubledJournal
) -> None:
    await desk.submit(StartTimer("t1", NOON + 1_000), origin("c1"))
    journal.fail_next_append = StorageFull("no space")
    clock.forward(1_000)
    await settle()
    assert rung(desk) == {"t1": None}
    clock.forward(RING_AGAIN_MS)
    await settle()
    assert rung(desk) == {"t1": NOON + 1_000 + RING_AGAIN_MS}


async def test_a_timer_that_is_being_rung_is_not_rung_once_more_by_a_board_made_anew(
    desk: Any, clock: SetClock, ticking: Any, journal: TroubledJournal
) -> None:
    unheard: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: unheard.append(what))
    await desk.submit(StartTimer("t1", NOON + 1_000), origin("c1"))
    journal.fail_next_append = StorageFull("no space")
    clock.forward(1_000)
    await settle()
    with pytest.raises(BugFound):
        await desk.submit(MeetBug(), origin("c2"))
    await settle()
    assert rung(desk) == {"t1": None}
    clock.forward(RING_AGAIN_MS)
    await settle()
    assert rung(desk) == {"t1": NOON + 1_000 + RING_AGAIN_MS}
    assert unheard == []


async def test_thousands_that_are_due_at_once_all_ring(desk: Any, clock: SetClock, ticking: Any) -> None:
    await asyncio.gather(*(desk.submit(StartTimer(f"t{n}", NOON + 1_000), origin(f"c{n}")) for n in range(1_500)))
    clock.forward(1_000)
    for _ in range(100):
        await settle()
        if None not in rung(desk).values():
            break
    assert None not in rung(desk).values()


async def test_stopping_does_not_wait_for_a_desk_that_is_gone(a_desk: Any, clock: SetClock, a_timer_clock: Any) -> None:
    async with a_desk() as desk:
        timers = a_timer_clock(desk)
        timers.start()
        await desk.submit(StartTimer("t1", NOON + 1_000), origin("c1"))
    clock.forward(1_000)
    await settle()
    await asyncio.wait_for(timers.stop(), timeout=1.0)


async def test_a_ring_says_what_caused_it(desk: Any, clock: SetClock, ticking: Any, journal: TroubledJournal) -> None:
    await desk.submit(StartTimer("t1", NOON), origin("c1"))
    await settle()
    await desk.submit(Nothing(), origin("c2"))
    row = (await all_rows(journal))[-1]
    assert (row.actor, row.cause, row.command) == ("clock", "t1", "ring-timer")
