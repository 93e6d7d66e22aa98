"""What is held for a unit never stands in the way of its being done (2.13)."""

from typing import Any

from msgspec.structs import replace

from turnout.core.decide import decide
from turnout.core.evolve import evolve
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.units.commands import ClearUnits, StackIncident


def test_a_unit_whose_crew_the_tables_have_since_put_on_another_clears_and_keeps_what_it_holds(
    room: Any, a_city: Any, admin: Any
) -> None:
    for incident in ("I1", "I2", "I3"):
        room.opened(incident)
    room.sent("I1", "E01")
    room.sent("I2", "E02")
    room.report("E01", "on-scene")
    room.do(StackIncident(unit="E01", incident_id="I3"))
    shared = {**a_city.units, "E01": replace(a_city.units["E01"], crew_shared_with=("E02",))}
    board = room.board
    publishing = PublishCatalogue(catalogue=replace(a_city, units=shared))
    for command, actor in ((publishing, admin), (ClearUnits(units=("E01",)), None)):
        context = room.context(actor) if actor is not None else room.context()
        decided = decide(board, command, context)
        assert isinstance(decided, list)
        for event in decided:
            board = evolve(board, event)
    assert board.units["E01"].stack == ("I3",)
