"""What nobody outside may pretend at the counter."""

from typing import Any

import pytest

from turnout.core.board import Board
from turnout.core.context import Actor
from turnout.core.units.commands import RaiseDuress
from turnout.desk.access import Principal, part
from turnout.desk.answers import Done
from turnout.desk.book import Origin
from turnout.edge.answers import Accepted, Declined
from turnout.edge.counter import Counter
from turnout.words.identity import ActorId
from turnout.words.moment import Moment

DORA = Principal(actor=Actor(ActorId("dora"), roles=("dispatcher",)), scopes=frozenset({"dispatch"}), position="D1")


class DeskThatNotes:
    """Takes everything and remembers from whom it came."""

    def __init__(self) -> None:
        self.board = Board.empty()
        self.seq = 0
        self.origins: list[Origin] = []

    async def submit(self, command: Any, origin: Origin) -> Done:
        self.origins.append(origin)
        return Done(1, 1, Moment(0))


@pytest.mark.parametrize("identity", ["ring/pending/I1/1767268800000", "place/E07/I1/on-scene", "publish/1/0/2"])
async def test_the_identity_of_a_ring_cannot_be_used_up_by_somebody_else(identity: str) -> None:
    desk = DeskThatNotes()
    counter = Counter(desk, None)  # type: ignore[arg-type]
    answer = await counter.submit(DORA, identity, RaiseDuress(unit="E07"), "", "")
    assert isinstance(answer, Declined)
    assert desk.origins == []
    assert isinstance(await counter.submit(part("clock"), identity, RaiseDuress(unit="E07"), "", ""), Accepted)


async def test_a_person_acts_at_the_position_that_they_hold() -> None:
    desk = DeskThatNotes()
    counter = Counter(desk, None)  # type: ignore[arg-type]
    await counter.submit(DORA, "c1", RaiseDuress(unit="E07"), "", "SUPERVISOR")
    assert desk.origins[0].position == "D1"
