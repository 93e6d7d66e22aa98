"""Bugs of a promotion: each is caught by the simulated lives of the keepers, or by a voter whose power is cut."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.keeper.simulated import Disk, run
from tests.planted.plant import Patch, Plant
from turnout.keeper import keeper as keeper_module
from turnout.keeper import rules
from turnout.keeper.keeper import Keeper
from turnout.keeper.register import Ballot, Begin, Memory, Prepare, Value
from turnout.keeper.voter import Voter
from turnout.keeper.voting import Voting

SEEDS = range(12)
FAULTS = 12


def nothing_is_lost_in_simulated_lives(folder: Path) -> None:
    for seed in SEEDS:
        run(seed, FAULTS)


async def a_voter_keeps_what_it_promised(folder: Path) -> None:
    """The disk says when it was written, the voter when it answered."""

    class Slow:
        kept = Memory()

        def load(self) -> Memory:
            return self.kept

        def save(self, memory: Memory) -> None:
            time.sleep(0.05)
            Slow.kept = memory

    voter = Voter("w", Slow(), time.monotonic)
    await voter.hear(Begin(Value(1, "a")))
    reply = await voter.hear(Prepare(Ballot(2, "a")))
    assert not reply.why
    assert Slow.kept.promised == Ballot(2, "a"), "the answer went out before the disk had it"


def the_lease_is_judged_by_the_monotonic_clock_alone(folder: Path) -> None:
    """The time of day goes back an hour; the lease that was not renewed runs out all the same."""

    class Silent:
        async def ask(self, question: Any) -> None:
            return None

    now_s = [100.0]
    voting = Voting("a", {"a": Silent(), "b": Silent(), "w": Silent()}, lambda: now_s[0])
    voting._sent_s = now_s[0]
    assert voting.may_act()
    now_s[0] += 2.0
    assert not voting.may_act(), "the lease outlived itself"


async def commits_wait_until_the_register_says_alone(folder: Path) -> None:
    """No majority answers: then nothing may be acknowledged on this machine alone."""

    class NoMajority:
        value = Value(1, "a", "together", "b")

        async def change(self, change: Any) -> None:
            return None

    class Database:
        names_set = True

        def name_standby(self, wanted: bool) -> None:
            self.names_set = wanted

    database: Any = Database()
    voting: Any = NoMajority()
    keeper = Keeper(Voter("a", Disk(), time.monotonic), voting, database, "b", time.monotonic)
    await keeper._go_alone()
    assert database.names_set, "commits no longer wait, and the standby may be promoted"


def promotion_without_the_register(patch: Patch) -> None:
    async def take_over(self: Keeper) -> None:
        await self._postgresql.promote()
        self._postgresql.name_standby(False)

    patch.setattr(Keeper, "_take_over", take_over)


def promotion_of_who_was_not_in_step(patch: Patch) -> None:
    patch.setattr(rules, "may_be_promoted", lambda value, node: value.primary != node)


def alone_before_the_register(patch: Patch) -> None:
    honest = Keeper._confirmed_alone

    async def confirmed_alone(self: Keeper) -> bool:
        self._postgresql.name_standby(False)
        return await honest(self)

    patch.setattr(Keeper, "_confirmed_alone", confirmed_alone)


def together_before_everything_is_there(patch: Patch) -> None:
    async def return_(self: Keeper) -> None:
        self._return_s = self._monotonic()
        await self._voting.change(self._joined)
        await asyncio.sleep(keeper_module.LOOK_EVERY_S)
        self._postgresql.name_standby(True)

    patch.setattr(Keeper, "_return", return_)


def fence_by_the_time_of_day(patch: Patch) -> None:
    patch.setattr(Voting, "may_act", lambda self: time.time() - self._sent_s > 0)


def answer_before_the_disk(patch: Patch) -> None:
    async def to_thread(work: Callable[..., Any], *given: Any) -> None:
        asyncio.get_running_loop().run_in_executor(None, work, *given)

    patch.setattr("turnout.keeper.voter.asyncio.to_thread", to_thread)


KEEPER_PLANTS = {
    "promotion without asking the register": Plant(promotion_without_the_register, nothing_is_lost_in_simulated_lives),
    "promotion of who was not in step": Plant(promotion_of_who_was_not_in_step, nothing_is_lost_in_simulated_lives),
    "alone before the register says so": Plant(alone_before_the_register, commits_wait_until_the_register_says_alone),
    "together before everything is there": Plant(
        together_before_everything_is_there, nothing_is_lost_in_simulated_lives
    ),
    "a fence by the time of day": Plant(fence_by_the_time_of_day, the_lease_is_judged_by_the_monotonic_clock_alone),
    "a voter that answers before its disk": Plant(answer_before_the_disk, a_voter_keeps_what_it_promised),
}
