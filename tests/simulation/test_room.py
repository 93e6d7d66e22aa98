"""Counter, records and vault in the world where everything fails: days of the city's own book, each from a seed."""

import os
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.planted.plant import Patch
from tests.simulation.again import seen_again
from tests.simulation.faults import KINDS
from tests.simulation.room import ROOM_KINDS, Room, drawn
from tests.simulation.world import Run, run
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.audit.vault import DetailsDestroyed
from turnout.edge.answers import declined
from turnout.edge.details import Details, DetailsShown
from turnout.edge.recording import Recorder

SOAK = os.environ.get("TURNOUT_TESTS") == "soak"
SEEDS = 2_000 if SOAK else 20
PLANTED_SEEDS = 200


def a_day(seed: int) -> Run:
    with drawn(seed):
        return run(seed, Room)


def again(seed: int) -> Run:
    return seen_again(a_day, seed, "records_vault")


def test_whatever_befalls_the_servers_records_vault_and_counter_keep_what_they_said(seed: int | None) -> None:
    if seed is not None:
        print(again(seed))
        return
    reached: Counter[str] = Counter()
    for each in range(SEEDS):
        reached += again(each).reached
    assert set(ROOM_KINDS) - set(KINDS) - set(reached) == set(), "never came to pass, so nothing was learnt of it"


def test_the_same_seed_is_the_same_day_with_keys_and_identities_too() -> None:
    assert a_day(3) == a_day(3)
    assert a_day(3).trace != a_day(4).trace


def lines_dropped_when_it_is_much(patch: Patch) -> None:
    """A full queue is emptied, and nobody remembers that something is missing."""
    honest = Recorder.hear

    def hear(self: Any, told: Any) -> None:
        honest(self, told)
        self._behind = False

    patch.setattr(Recorder, "hear", hear)


def nothing_caught_up(patch: Patch) -> None:
    honest = Recorder.start

    def start(self: Any, desk_seq: Any, *, behind: bool = False) -> None:
        honest(self, desk_seq, behind=False)

    patch.setattr(Recorder, "start", start)


def without_the_standby(name: str) -> Callable[[Patch], None]:
    """What the vault does then is on one machine when it is answered."""

    def plant(patch: Patch) -> None:
        honest = getattr(PostgresVault, name)

        async def act(self: Any, *words: Any, **more: Any) -> Any:
            await self._line.do(lambda connection: connection.execute("SET synchronous_commit = local"))
            try:
                return await honest(self, *words, **more)
            finally:
                await self._line.do(lambda connection: connection.execute("SET synchronous_commit = on"))

        patch.setattr(PostgresVault, name, act)

    return plant


def shown_before_it_is_on_record(patch: Patch) -> None:
    async def show(self: Any, who: Any, noted: Any, owner: Any, card: Any, purpose: str, record: Any = None) -> Any:
        answer = await self._counter.submit(who, str(uuid.uuid4()), noted, purpose, "")
        try:
            body = await self._vault.open(owner, card.ref)
        except DetailsDestroyed:
            return declined("details-destroyed")
        return DetailsShown(card, msgspec.json.decode(body), getattr(answer, "seq_to", 0))

    patch.setattr(Details, "_show", show)


PLANTED: dict[str, tuple[Callable[[Patch], None], str]] = {
    "the records drop what is too much and forget it": (lines_dropped_when_it_is_much, "the records are not what"),
    "the records never catch up": (nothing_caught_up, "the records are not what"),
    "a detail is answered before the standby has it": (without_the_standby("put"), "DetailUnknown"),
    "a destruction is answered before the standby has it": (without_the_standby("destroy"), "was destroyed, and|opens"),
    "a detail is shown though its opening is not on record": (shown_before_it_is_on_record, "is no opening"),
}
"""With what is found."""


@pytest.mark.parametrize("name", PLANTED)
def test_the_simulated_room_finds_the_planted_bug(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant, said = PLANTED[name]
    plant(monkeypatch)
    with pytest.raises(AssertionError, match=said):
        first_bad_day(PLANTED_SEEDS)


def first_bad_day(seeds: int) -> None:
    for each in range(seeds):
        again(each)
