"""One emergency from the call to its disposition, through every rule on the way."""

from typing import Any

from turnout.core.board import Available, OnIncident
from turnout.core.calls.commands import TakeCall
from turnout.core.incidents.commands import AddNarrative, CloseIncident, OpenIncident
from turnout.core.incidents.events import IncidentOpened
from turnout.core.timers.commands import RingTimer
from turnout.core.units.commands import AssignUnits, ClearUnits


def test_an_emergency_runs_from_call_to_disposition(room: Any, clock: Any, at_place: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone", text="smoke", answered=True))
    events = room.do(
        OpenIncident(incident_id="I1", type="FIRE", location=at_place(), call_id="K1", narrative="smoke on floor 3")
    )
    opened = events[0]
    assert isinstance(opened, IncidentOpened)
    assert (opened.tag, opened.numbers) == ("F01", {"FD": "F26000001"})
    assert room.board.calls["K1"].incident == "I1"
    assert "pending/I1" in room.board.timers

    room.do(AssignUnits(incident_id="I1", units=("E01", "T01")))
    assert room.incident().status == "active"
    assert room.unit("E01").status == OnIncident("I1", "dispatched")
    assert set(room.board.timers) == {
        "alert/S1/I1",
        *(f"{kind}/{unit}/I1" for kind in ("acknowledge", "turnout") for unit in ("E01", "T01")),
    }
    assert room.unit("R01").status.reason == "crew-on:T01"

    room.report("E01", "ENR")
    assert "travel/E01/I1" in room.board.timers
    room.report("E01", "on-scene")
    assert room.unit("E01").status.at == "on-scene"
    room.report("T01", "on-scene")
    room.do(AddNarrative(incident_id="I1", entry_id="n2", text="fire under control"))
    room.do(ClearUnits(units=("E01", "T01")))
    assert room.unit("E01").status == Available(in_quarters=False)
    assert room.unit("R01").status == Available(in_quarters=True)
    room.do(CloseIncident(incident_id="I1", disposition="FIRE-OUT"))
    assert room.incident().dispositions == {"FD": "FIRE-OUT"}
    assert set(room.board.timers) == {"archive/I1"}

    room.later(15 * 60)
    room.do(RingTimer(timer="archive/I1"), actor=clock)
    board = room.board
    assert (board.incidents, board.calls, board.tags, board.timers) == ({}, {}, {}, {})
