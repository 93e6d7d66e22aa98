"""Desks, standby, clients and consoles in a world where everything fails: thousands of days, each from a seed."""

import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.desk.toy_book import ToyBoard, ToyBook
from tests.planted.plant import Patch
from tests.planted.plants import PLANTS
from tests.simulation.again import seen_again
from tests.simulation.faults import KINDS
from tests.simulation.loop import Process, Stuck, VirtualLoop
from tests.simulation.world import Run, run
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.desk import lease as lease_module
from turnout.desk.subscribers import Subscribers
from turnout.desk.timers import TimerClock

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
SEEDS = 5_000 if SOAK else 120
"""A tenth of a second each."""

PLANTED_SEEDS = 400
"""Within so many a planted bug must have been found. The rarest takes some dozens; which, changes with every change of
the program, since a seed is then another day."""


def wall_clock_lease(patch: Patch) -> None:
    patch.setattr(Process, "lease_clock_s", lambda self: self.loop.world_s + self.wall_step_s)


def lease_acted_on_for_ever(patch: Patch) -> None:
    patch.setattr(lease_module, "ACTS_S", 3_600.0)


def commands_not_looked_up(patch: Patch) -> None:
    async def find_commands(self: PostgresJournal, command_ids: Sequence[str]) -> Mapping[str, Any]:
        return {}

    patch.setattr(PostgresJournal, "find_commands", find_commands)


def taken_back_by_a_desk_that_was(patch: Patch) -> None:
    honest = Subscribers.subscribe

    def subscribe(self: Any, resume_after: int | None, sees: Any, mark: str = "") -> Any:
        self._standing = lambda: None
        return honest(self, resume_after, sees, mark)

    patch.setattr(Subscribers, "subscribe", subscribe)


def rung_twice_at_once(patch: Patch) -> None:
    class Forgetful(dict[Any, Any]):
        def __contains__(self, key: object) -> bool:
            return False

    honest = TimerClock.start

    def start(self: Any) -> None:
        self._ringing = Forgetful()
        honest(self)

    patch.setattr(TimerClock, "start", start)


def damaged_snapshot_believed(patch: Patch) -> None:
    patch.setattr(ToyBook, "decode_board", lambda self, body: ToyBoard())


def projection_hears_twice(patch: Patch) -> None:
    """The rows that screens show are made from what was told; here each change of a row is followed once too often."""
    honest = Subscribers.hear

    def hear(self: Any, told: Any) -> None:
        honest(self, told)
        honest(self, msgspec.structs.replace(told, seq=told.seq + 1))

    patch.setattr(Subscribers, "hear", hear)


ALSO_HERE = (
    "asynchronous replication",
    "a WARNING taken for success",
    "a retry that does not wait for the standby",
    "answered before the disk has it",
    "a refusal that does not wait",
    "a retry that does not wait",
    "the board ahead outlives a failed append",
    "doubtful rows taken over twice",
    "the board ahead is shown",
    "a clock that steps back is believed",
    "check-then-await",
    "an event applied twice",
    "a lost resume tail",
    "coalescing forgets what the console holds",
    "a snapshot shared without what happened since",
    "rows that may be seen no more stay",
)
"""Those of tests/planted that the simulation finds as well, by what they do to clients. The others need a lock, a
disk or a lucky day; what catches them is named there."""

PLANTED: dict[str, Callable[[Patch], None]] = {
    **{name: PLANTS[name].plant for name in ALSO_HERE},
    "a wall-clock lease": wall_clock_lease,
    "a lease acted on for ever": lease_acted_on_for_ever,
    "refused yet happened": commands_not_looked_up,
    "a screen is taken back by a server that was the desk": taken_back_by_a_desk_that_was,
    "a timer is rung twice at once": rung_twice_at_once,
    "a snapshot is believed whatever is in it": damaged_snapshot_believed,
    "a projection hears of everything twice": projection_hears_twice,
}
"""The last ones are planted in the simulation only."""


def again(seed: int) -> Run:
    return seen_again(run, seed, "nothing_acknowledged")


def test_whatever_befalls_the_servers_nothing_acknowledged_is_lost_and_no_screen_is_wrong(seed: int | None) -> None:
    if seed is not None:
        print(again(seed))
        return
    reached: Counter[str] = Counter()
    for each in range(SEEDS):
        reached += again(each).reached
    assert set(KINDS) - set(reached) == set(), "never came to pass, so nothing was learnt of it"


def test_the_same_seed_is_the_same_run_to_the_last_bit() -> None:
    assert run(7) == run(7)
    assert run(7).trace != run(8).trace


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_the_same_seed_is_the_same_run_in_another_process(hash_seed: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.simulation.world", "7"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        cwd=Path(__file__).parents[2],
    )
    assert told.stdout.strip() == str(run(7))


@pytest.mark.parametrize("name", PLANTED)
def test_the_simulation_finds_the_planted_bug(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    PLANTED[name](monkeypatch)
    with pytest.raises(AssertionError):
        first_bad_day(PLANTED_SEEDS)


def first_bad_day(seeds: int) -> None:
    """A server that stops over what it cannot make sense of is as bad a day as one that loses something."""
    for each in range(seeds):
        again(each)


def test_a_failure_names_the_command_that_shows_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> Run:
        raise AssertionError("lost")

    monkeypatch.setattr(sys.modules[__name__], "run", broken)
    with pytest.raises(AssertionError, match="pytest tests/simulation -k nothing_acknowledged --seed 41"):
        again(41)


def test_what_never_gets_on_is_found_and_not_waited_for() -> None:
    loop = VirtualLoop(random.Random(1))
    waiting = loop.create_future()
    with pytest.raises(Stuck):
        loop.run_until_complete(waiting)
    loop.close()
