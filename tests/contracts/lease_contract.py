"""What the lease promises, as checks that a faulty one must fail: on clocks set by hand, and by many examples."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from turnout.adapters import clock as clock_module
from turnout.desk import lease as lease_module
from turnout.desk.faults import Displaced, NotTheDesk, StorageFailed
from turnout.desk.lease import Holding, LeaseKeeper, Look, Seen, Watching


class LeaseInMemory:
    """A store that can be cut off from one server or from all."""

    def __init__(self) -> None:
        self.seen = Seen(0, "", 0)
        self.copy: Seen | None = None
        self.cut_off: set[str] = set()
        self.answers = asyncio.Event()
        self.answers.set()

    async def look(self) -> Look:
        await self.answers.wait()
        return Look(self.seen)

    async def glimpse(self) -> Seen | None:
        return self.copy

    async def take(self, seen: Seen, holder: str) -> int | None:
        if seen != self.seen:
            return None
        self.seen = Seen(seen.epoch + 1, holder, 0)
        return self.seen.epoch

    async def renew(self, epoch: int, holder: str) -> bool:
        if holder in self.cut_off:
            raise StorageFailed("no way to the database")
        if (self.seen.epoch, self.seen.holder) != (epoch, holder):
            return False
        self.seen = Seen(epoch, holder, self.seen.beat + 1)
        return True

    async def release(self, epoch: int, holder: str) -> None:
        if (self.seen.epoch, self.seen.holder) == (epoch, holder):
            self.seen = Seen(epoch, "", self.seen.beat + 1)


class Clocks:
    """Both of a machine's clocks."""

    def __init__(self) -> None:
        self.monotonic_s, self.wall_s = 100.0, 1_800_000_000.0

    def pass_by(self, seconds: float) -> None:
        self.monotonic_s += seconds
        self.wall_s += seconds

    def as_module(self) -> Any:
        return SimpleNamespace(monotonic=lambda: self.monotonic_s, time=lambda: self.wall_s)


@asynccontextmanager
async def by_hand() -> AsyncIterator[tuple[LeaseInMemory, Clocks]]:
    """Clocks that stand until they are moved; sleeping takes no time."""
    clocks, before = Clocks(), (clock_module.time, lease_module.RENEW_EVERY_S, lease_module.LOOK_EVERY_S)
    clock_module.time = clocks.as_module()
    lease_module.RENEW_EVERY_S = lease_module.LOOK_EVERY_S = 0  # type: ignore[misc]
    try:
        yield LeaseInMemory(), clocks
    finally:
        clock_module.time = before[0]
        lease_module.RENEW_EVERY_S, lease_module.LOOK_EVERY_S = before[1:]  # type: ignore[misc]


def keeper(store: LeaseInMemory, name: str) -> LeaseKeeper:
    return LeaseKeeper(store, name, clock_module.monotonic_s)


async def some_looks() -> None:
    """Several rounds of renewing and of watching."""
    for _ in range(30):
        await asyncio.sleep(0)


async def the_time_of_day_moves_no_lease(_: Path) -> None:
    async with by_hand() as (store, clocks):
        one, two = keeper(store, "one"), keeper(store, "two")
        await one.take()
        taking = asyncio.create_task(two.take())
        for step_s in (3_600, -7_200, 86_400 * 365):
            store.cut_off = {"one"}
            await some_looks()
            clocks.wall_s += step_s
            await some_looks()
            assert not taking.done(), "a step of the clock is no silence"
            assert one.standing() is None
            store.cut_off = set()
            await some_looks()
        await one.release()
        await taking
        await two.release()


async def a_holder_that_falls_silent_is_followed_by_itself(_: Path) -> None:
    async with by_hand() as (store, clocks):
        one, two = keeper(store, "one"), keeper(store, "two")
        first = await one.take()
        taking = asyncio.create_task(two.take())
        await some_looks()
        store.cut_off = {"one"}
        await some_looks()
        clocks.pass_by(lease_module.ACTS_S)
        await some_looks()
        assert isinstance(one.standing(), NotTheDesk), "it stops by itself, before anybody takes over"
        assert not taking.done()
        clocks.pass_by(lease_module.LEASE_S - lease_module.ACTS_S)
        assert await taking == first + 1
        assert two.standing() is None
        store.cut_off = set()
        await one.lost.wait()
        assert isinstance(one.standing(), Displaced)
        await one.release()
        await two.release()
        assert store.seen.holder == "", "what one had lost was not one's to release"


async def a_silent_store_does_not_stop_the_count(_: Path) -> None:
    """Nobody reaches the store while a database is promoted; the holder was lost with the old one."""
    seen = Seen(3, "one", 7)
    watching = Watching(seen, 10.0).silent().looked(Look(seen), 12.0)
    assert not watching.may_take(12.0), "the holder may have been kept from renewing by the same silence"
    assert watching.may_take(12.01 + lease_module.BACK_S)
    assert not watching.looked(Look(Seen(3, "one", 8)), 12.1).may_take(12.1 + lease_module.BACK_S), "it has renewed"


async def a_renewal_that_only_a_copy_showed_runs_from_then(_: Path) -> None:
    """The holder renewed once more before its machine was lost; the standby has it, and is made the primary later."""
    seen, renewed = Seen(3, "one", 7), Seen(3, "one", 8)
    silent = Watching(seen, 10.0).silent().glimpsed(renewed, 10.5)
    assert silent.glimpsed(renewed, 11.0) == silent, "no second renewal"
    assert silent.glimpsed(seen, 11.0) == silent, "an old copy says nothing"
    assert silent.glimpsed(None, 11.0) == silent
    back = silent.looked(Look(renewed), 11.0)
    assert not back.may_take(10.49 + lease_module.LEASE_S), "it may have been sent just before it was seen"
    assert back.may_take(10.51 + lease_module.LEASE_S)
    assert not back.looked(Look(Seen(3, "one", 9)), 11.7).may_take(11.8 + lease_module.BACK_S), "it has renewed"


async def a_renewal_that_waited_for_the_standby_runs_from_when_it_was_seen_under_way(_: Path) -> None:
    """The holder's answer was lost with its line; the renewal waits until the database goes on alone."""
    seen, renewed = Seen(3, "one", 7), Seen(3, "one", 8)
    waits = Watching(seen, 10.0).looked(Look(seen, is_changing=True), 10.5).looked(Look(seen, is_changing=True), 11.0)
    shown = waits.looked(Look(renewed), 11.5)
    assert not shown.may_take(10.49 + lease_module.LEASE_S)
    assert shown.may_take(10.5 + lease_module.LEASE_S)
    other = Watching(seen, 10.0).looked(Look(seen, is_changing=True), 10.5).looked(Look(seen), 11.0)
    assert not other.looked(Look(renewed), 11.5).may_take(11.49 + lease_module.LEASE_S), "that was another one"
    later = waits.looked(Look(Seen(3, "one", 9)), 11.5)
    assert not later.may_take(11.49 + lease_module.LEASE_S), "the one after it was sent later"


async def a_copy_is_looked_at_while_the_store_is_silent(_: Path) -> None:
    """Not only when the store was given up: by then the holder's last beat would be new for most of a second more."""
    async with by_hand() as (store, clocks):
        store.seen = Seen(3, "one", 7)
        two = keeper(store, "two")
        taking = asyncio.create_task(two.take())
        await some_looks()
        store.answers.clear()
        store.copy = Seen(3, "one", 8)
        await asyncio.sleep(2 * lease_module.GLIMPSE_AFTER_S if lease_module.GLIMPSE_AFTER_S < 1 else 0.3)
        clocks.pass_by(lease_module.LEASE_S)
        store.seen = store.copy
        store.answers.set()
        assert await asyncio.wait_for(taking, 5) == 4
        await two.release()


async def what_could_not_be_let_go_is_taken_again_at_once(_: Path) -> None:
    """The database was lost while the desk was being taken over: who stood down need not wait for itself."""
    async with by_hand() as (store, clocks):
        one, again = keeper(store, "one"), keeper(store, "one")
        first = await one.take()
        await some_looks()
        left = store.seen
        await one.release()
        store.seen = left
        assert await asyncio.wait_for(again.take(), 5) == first + 1
        assert again.standing() is None
        two = keeper(store, "two")
        taking = asyncio.create_task(two.take())
        await some_looks()
        clocks.pass_by(lease_module.ACTS_S)
        await some_looks()
        assert not taking.done(), "another's is waited for as ever"
        taking.cancel()
        await again.release()


async def a_holder_that_is_cut_off_for_a_moment_goes_on(_: Path) -> None:
    async with by_hand() as (store, clocks):
        one = keeper(store, "one")
        await one.take()
        store.cut_off = {"one"}
        clocks.pass_by(lease_module.ACTS_S + 0.1)
        assert isinstance(one.standing(), NotTheDesk)
        store.cut_off = set()
        while one.standing() is not None:
            await asyncio.sleep(0)
        await one.release()


async def a_lease_that_was_let_go_is_taken_at_once(_: Path) -> None:
    async with by_hand() as (store, _clocks):
        one, two = keeper(store, "one"), keeper(store, "two")
        await one.take()
        taking = asyncio.create_task(two.take())
        await some_looks()
        await one.release()
        assert isinstance(one.standing(), NotTheDesk)
        await taking
        await two.release()


delays = st.floats(0, 2, allow_nan=False)


def never_do_two_act_at_once(_: Path) -> None:
    """Whatever the delays of sending, confirming and looking: when it may be taken, the holder has stopped."""

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(
        st.lists(st.tuples(delays, delays, delays, delays), min_size=1, max_size=8),
        st.lists(delays, min_size=5, max_size=30),
    )
    @example([(0.0, 0.1, 1.0, 0.2), (0.0, 0.0, 0.0, 0.0)], [0.2, 0.0, 1.5, 0.3, 1.0])  # one waits, then one at once
    def played(beats: list[tuple[float, float, float, float]], looks: list[float]) -> None:
        now, stored, confirmed = 0.0, [(0.0, 0)], [(0.0, Holding(1, 0.0))]
        waiting = list[tuple[float, float]]()
        for beat, (pause, sending, seen_after, confirming) in enumerate(beats, start=1):
            sent = now + pause
            waiting.append((sent + sending, sent + sending + seen_after))
            stored.append((sent + sending + seen_after, beat))
            now = sent + sending + seen_after + confirming
            confirmed.append((now, Holding(1, sent)))
        at, watching = 0.0, Watching(Seen(1, "one", -1), 0.0)
        for pause in [*looks, lease_module.LEASE_S, lease_module.LEASE_S]:
            at += pause
            beat = max(number for when, number in stored if when <= at)
            is_changing = any(begun <= at < seen for begun, seen in waiting)
            watching = watching.looked(Look(Seen(1, "one", beat), is_changing), at)
            if watching.may_take(at):
                holding = [held for when, held in confirmed if when <= at][-1]
                assert not holding.may_act(at), "two would act at once"
                return

    played()


CHECKS = (
    the_time_of_day_moves_no_lease,
    a_silent_store_does_not_stop_the_count,
    a_renewal_that_only_a_copy_showed_runs_from_then,
    a_renewal_that_waited_for_the_standby_runs_from_when_it_was_seen_under_way,
    a_copy_is_looked_at_while_the_store_is_silent,
    a_holder_that_falls_silent_is_followed_by_itself,
    what_could_not_be_let_go_is_taken_again_at_once,
    a_holder_that_is_cut_off_for_a_moment_goes_on,
    a_lease_that_was_let_go_is_taken_at_once,
    never_do_two_act_at_once,
)
