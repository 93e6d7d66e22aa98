"""Calls are never turned away, never answered twice, and never forgotten (1.6, 1.10, 1.16, 1.20 to 1.24)."""

from typing import Any

from turnout.core.calls.commands import (
    AbandonCall,
    AnswerCall,
    AttachCall,
    CloseCall,
    HandOverCall,
    NoteCallback,
    RefreshCallerPlace,
    TakeCall,
)
from turnout.core.refusals import CallIsAnswered, CallIsClosed, IdentityTaken, PlaceNotOnEarth, UnknownCall
from turnout.core.timers.commands import RingTimer
from turnout.words.place import Place


def test_two_call_takers_cannot_both_answer(room: Any, call_taker: Any, other_dispatcher: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(AnswerCall(call_id="K1"), actor=call_taker)
    answered_at = room.now
    refusal = room.refusal(AnswerCall(call_id="K1"), CallIsAnswered, actor=other_dispatcher)
    assert (refusal.by, refusal.at) == ("carl", answered_at)
    assert room.do(AnswerCall(call_id="K1"), actor=call_taker) == []


def test_a_call_cannot_have_rung_in_the_future(room: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="alarm", received=room.now + 10_000_000, suggested_type="FIRE"))
    assert room.board.calls["K1"].received == room.now
    room.refusal(TakeCall(call_id="K1", channel="phone"), IdentityTaken)


def test_a_second_caller_is_joined_to_the_running_incident(room: Any) -> None:
    room.opened()
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(AttachCall(call_id="K1", incident_id="I1"))
    assert room.incident().calls == ("K1",)
    assert room.do(AttachCall(call_id="K1", incident_id="I1")) == []


def test_a_call_joined_to_the_wrong_incident_can_be_moved(room: Any) -> None:
    room.opened("I1")
    room.opened("I2")
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(AttachCall(call_id="K1", incident_id="I1"))
    room.do(AttachCall(call_id="K1", incident_id="I2"))
    assert (room.incident("I1").calls, room.incident("I2").calls) == ((), ("K1",))


def test_a_caller_who_hung_up_stays_on_the_list_until_reached(room: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(AbandonCall(call_id="K1", silent=True))
    assert room.board.calls["K1"].status == "callback"
    first_due = room.board.timers["callback/K1"].due
    room.later(100)
    room.do(NoteCallback(call_id="K1", outcome="no-answer"))
    assert room.board.timers["callback/K1"].due > first_due
    room.do(NoteCallback(call_id="K1", outcome="reached"))
    assert room.board.calls["K1"].status == "answered"
    assert "callback/K1" not in room.board.timers
    assert [c.outcome for c in room.board.calls["K1"].callbacks] == ["no-answer", "reached"]


def test_every_fix_of_the_caller_is_kept(room: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(RefreshCallerPlace(call_id="K1", place=Place(37.7, -122.4), uncertainty_m=500, source="cell"))
    room.do(RefreshCallerPlace(call_id="K1", place=Place(37.71, -122.41), uncertainty_m=10, source="handset"))
    assert [fix.uncertainty_m for fix in room.board.calls["K1"].fixes] == [500, 10]
    room.refusal(RefreshCallerPlace(call_id="K1", place=Place(122.4, -37.7), source="x"), PlaceNotOnEarth)


def test_a_closed_call_leaves_the_board_a_little_later(room: Any, clock: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(HandOverCall(call_id="K1", to="coast guard"))
    room.do(CloseCall(call_id="K1", outcome="handed over"))
    room.refusal(AnswerCall(call_id="K1"), CallIsClosed)
    room.later(16 * 60)
    room.do(RingTimer(timer="archive/K1"), actor=clock)
    room.refusal(AnswerCall(call_id="K1"), UnknownCall)
