"""From when a crew rests (2.1): the last time that it left an incident for which it had set out."""

from typing import Any

from turnout.core.units.commands import ClearUnits


def test_a_crew_rests_from_when_it_left_an_incident_that_it_had_set_out_for(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "enroute")
    room.report("E01", "on-scene")
    room.do(ClearUnits(units=("E01",)))
    assert room.unit("E01").last_worked == room.unit("E01").since
    room.report("E01", "in-quarters")
    assert room.unit("E01").last_worked < room.unit("E01").since


def test_a_crew_called_back_before_it_set_out_has_lost_no_rest(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "acknowledged")
    room.do(ClearUnits(units=("E01",), override="not needed"))
    assert room.unit("E01").last_worked is None
