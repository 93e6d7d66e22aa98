"""Evolving copies only what it changes, counts every event, and stops at what cannot be."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.core.evolve import evolve
from turnout.core.incidents.events import NarrativeAdded
from turnout.core.timers.events import TimersCancelled
from turnout.core.units.events import StatusReported, UnitNoted
from turnout.words.identity import ActorId, IncidentId, TimerId, UnitId
from turnout.words.moment import Moment

HEAD = {"at": Moment(1), "by": ActorId("x")}


def test_what_does_not_change_stays_the_very_same_object(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    before = room.board
    after = evolve(before, UnitNoted(**HEAD, unit=UnitId("E01"), note="flat tyre"))
    assert after.units is not before.units
    assert all(after.units[id] is unit for id, unit in before.units.items() if id != "E01")
    for table in ("incidents", "calls", "timers", "tags", "series", "premises", "positions", "catalogue"):
        assert getattr(after, table) is getattr(before, table)
    after = evolve(before, NarrativeAdded(**HEAD, incident=IncidentId("I1"), entry="n", text="x"))
    assert after.units is before.units
    assert after.incidents["I2"] is before.incidents["I2"]


def test_each_event_is_one_further_and_time_never_goes_back(room: Any) -> None:
    before = room.board
    after = evolve(before, UnitNoted(**HEAD, unit=UnitId("E01"), note="x"))
    assert (after.seq, after.at) == (before.seq + 1, before.at)


@pytest.mark.parametrize(
    "event",
    [
        UnitNoted(**HEAD, unit=UnitId("X99"), note="x"),
        NarrativeAdded(**HEAD, incident=IncidentId("I9"), entry="n", text="x"),
        StatusReported(**HEAD, unit=UnitId("E01"), incident=IncidentId("I1"), stage="enroute", happened=Moment(1)),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_that_cannot_be_is_a_bug_and_stops(room: Any, event: Any) -> None:
    room.opened("I1")
    with pytest.raises(AssertionError):
        evolve(room.board, event)


@given(st.text(max_size=10))
def test_stopping_a_timer_that_has_stopped_does_no_harm(make_room: Any, id: str) -> None:
    board = make_room().board
    assert evolve(board, TimersCancelled(**HEAD, timers=(), stops=(TimerId(id),))).timers == board.timers
