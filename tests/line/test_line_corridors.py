"""The verb of green corridors: it opens one for a unit, and with OFF cancels the one that runs (15.4)."""

import pytest
from msgspec.structs import replace

from turnout.core.board import Board, Corridor, Location
from turnout.core.corridors.commands import CancelCorridor, OpenCorridor
from turnout.line.acts.corridors import VERBS
from turnout.line.trouble import CannotRead
from turnout.line.verbs import Making
from turnout.words.identity import ActorId, IncidentId, UnitId
from turnout.words.moment import Moment

CORRIDOR = Corridor(
    id="K1", unit=UnitId("E01"), incident=IncidentId("I1"), level=1, by=ActorId("dora"), at=Moment(1_000)
)
MAKE = VERBS[0].make


def making(*corridors: Corridor) -> Making:
    board = Board(corridors={one.id: one for one in corridors})
    return Making(board=board, new_id=lambda: "new", note="not needed", locate=lambda text: Location(text=text))


def test_it_opens_a_corridor_for_the_unit() -> None:
    assert MAKE({"unit": "E01"}, making()).commands == (OpenCorridor(corridor_id="new", unit="E01"),)


def test_with_off_it_cancels_the_one_that_runs_and_says_where_there_is_none() -> None:
    made = MAKE({"unit": "E01", "way": "off"}, making(CORRIDOR))
    assert made.commands == (CancelCorridor(corridor_id="K1", reason="not needed"),)
    over = replace(CORRIDOR, cancelled=Moment(2_000))
    with pytest.raises(CannotRead):
        MAKE({"unit": "E01", "way": "off"}, making(over))
