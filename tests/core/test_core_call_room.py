"""Calls among several people: handed over, written, placed again, opened from alarms (1.10, 1.16, 1.20 to 1.24)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.conftest import new_room
from turnout.core.board import PersonCard, Position
from turnout.core.calls.commands import (
    AbandonCall,
    AcceptCall,
    AnswerCall,
    AskCallerPlace,
    AttachCall,
    CloseCall,
    DeclineCall,
    HandOverCall,
    OpenFromAlarm,
    RefreshCallerPlace,
    ReplyToCall,
    ReportNoPlace,
    ReportReply,
    TakeCall,
    TakeMessage,
)
from turnout.core.calls.conversing import MESSAGES_MAX
from turnout.core.calls.placing import FIXES_MAX
from turnout.core.catalogue import AlarmKind
from turnout.core.history import chronology
from turnout.core.incidents.commands import CloseIncident
from turnout.core.refusals import (
    CallIsAttached,
    CallIsFull,
    CallNotOffered,
    IncidentIsClosed,
    LocationNotVerified,
    NotPermitted,
    UnknownCode,
    UnknownEntry,
    ValueNotTaken,
)
from turnout.core.tables.commands import NoteDetailsOpened, PublishCatalogue, SignOn
from turnout.core.timers.commands import CancelTimers, RingTimer
from turnout.words.name import Name
from turnout.words.place import Place


def offered(room: Any, call_taker: Any, other_dispatcher: Any) -> Any:
    """A call that Carl has answered and hands to Otto's position."""
    room.do(SignOn(position=Position(id="D2", actor="otto", roles=(), since=0)), actor=other_dispatcher)
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(AnswerCall(call_id="K1"), actor=call_taker)
    room.do(HandOverCall(call_id="K1", to="D2"), actor=call_taker)
    return room


def test_a_call_that_is_handed_over_rings_at_the_position_and_is_taken_with_all_its_data(
    room: Any, call_taker: Any, other_dispatcher: Any
) -> None:
    offered(room, call_taker, other_dispatcher)
    call = room.board.calls["K1"]
    assert (call.offer.to, call.offer.by, call.answered_by) == ("D2", "carl", "carl")
    room.do(AcceptCall(call_id="K1"), actor=other_dispatcher, position="D2")
    taken = room.board.calls["K1"]
    assert (taken.answered_by, taken.offer, taken.answered) == ("otto", None, call.answered)
    assert room.board.timers == {}
    assert room.do(AcceptCall(call_id="K1"), actor=other_dispatcher) == []
    room.refusal(AcceptCall(call_id="K1"), CallNotOffered, actor=call_taker)
    room.refusal(DeclineCall(call_id="K1"), CallNotOffered, actor=other_dispatcher)


def test_a_declined_call_stays_with_whoever_offered_it_and_says_so(
    room: Any, call_taker: Any, other_dispatcher: Any
) -> None:
    offered(room, call_taker, other_dispatcher)
    room.do(DeclineCall(call_id="K1", reason="on another line"), actor=other_dispatcher)
    call = room.board.calls["K1"]
    assert (call.status, call.answered_by, call.declined_by, call.offer) == ("answered", "carl", "D2", None)
    assert room.board.timers == {}


def test_a_call_that_nobody_takes_in_time_waits_in_the_queue_again(
    room: Any, call_taker: Any, other_dispatcher: Any, clock: Any
) -> None:
    offered(room, call_taker, other_dispatcher)
    first_answered = room.board.calls["K1"].answered
    room.refusal(CancelTimers(timers=("hand-over/K1",)), UnknownEntry)
    room.later(27)
    assert room.do(RingTimer(timer="hand-over/K1"), actor=clock) == []
    room.later(4)
    room.do(RingTimer(timer="hand-over/K1"), actor=clock)
    call = room.board.calls["K1"]
    assert (call.status, call.answered_by, call.offer) == ("waiting", None, None)
    room.do(AnswerCall(call_id="K1"), actor=other_dispatcher)
    call = room.board.calls["K1"]
    assert (call.answered_by, call.answered) == ("otto", first_answered)


def test_a_call_goes_neither_to_nobody_nor_to_where_it_is(room: Any, call_taker: Any, other_dispatcher: Any) -> None:
    offered(room, call_taker, other_dispatcher)
    room.refusal(HandOverCall(call_id="K1", to=" "), ValueNotTaken)
    room.refusal(HandOverCall(call_id="K1", to="D2"), ValueNotTaken, position="D2")
    room.do(HandOverCall(call_id="K1", to="coast guard"), actor=call_taker)
    call = room.board.calls["K1"]
    assert (call.handed_to, call.answered_by) == ("coast guard", "carl")


@pytest.mark.parametrize("end", [CloseCall(call_id="K1", outcome="done"), AbandonCall(call_id="K1")])
def test_a_call_that_ends_while_it_is_handed_over_rings_no_longer(
    room: Any, call_taker: Any, other_dispatcher: Any, end: Any
) -> None:
    offered(room, call_taker, other_dispatcher)
    room.do(end, actor=call_taker)
    assert room.board.calls["K1"].offer is None
    assert "hand-over/K1" not in room.board.timers


def test_a_call_that_rings_at_a_position_and_is_answered_at_another_rings_no_longer(
    room: Any, call_taker: Any, other_dispatcher: Any
) -> None:
    room.do(SignOn(position=Position(id="D2", actor="otto", roles=(), since=0)), actor=other_dispatcher)
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(HandOverCall(call_id="K1", to="D2"))
    room.do(AnswerCall(call_id="K1"), actor=call_taker)
    assert (room.board.calls["K1"].answered_by, room.board.timers) == ("carl", {})


def message(number: int, **more: Any) -> TakeMessage:
    given = {"call_id": f"K{number}", "conversation": "msrp-1", "message_id": f"m{number}", "text": f"line {number}"}
    return TakeMessage(**(given | more))


def test_messages_of_one_conversation_stay_one_call_in_the_order_in_which_they_were_written(room: Any) -> None:
    start = room.now
    room.do(message(1, sent=start))
    room.do(message(3, sent=start + 900))
    room.do(message(2, sent=start + 400))
    assert list(room.board.calls) == ["K1"]
    call = room.board.calls["K1"]
    assert [one.text for one in call.messages] == ["line 1", "line 2", "line 3"]
    assert (call.channel, call.text, call.status) == ("text", "line 1", "waiting")
    assert room.do(message(2)) == []


@given(st.permutations(range(6)))
def test_whatever_order_messages_come_in_they_are_read_as_they_were_written(order: list[int]) -> None:
    room = new_room()
    start = room.now
    for number in order:
        room.do(message(number, sent=start + number * 100))
    (call,) = room.board.calls.values()
    assert [one.text for one in call.messages] == [f"line {number}" for number in range(6)]


def test_a_message_after_the_end_and_one_too_many_begin_a_further_call(room: Any) -> None:
    room.do(message(1))
    room.do(CloseCall(call_id="K1", outcome="done"))
    room.do(message(2))
    assert set(room.board.calls) == {"K1", "K2"}
    full = tuple(replace(room.board.calls["K2"].messages[0], id=f"x{n}") for n in range(MESSAGES_MAX))
    calls = {**room.board.calls, "K2": replace(room.board.calls["K2"], messages=full)}
    room.board = replace(room.board, calls=calls)
    room.refusal(ReplyToCall(call_id="K2", message_id="r1", text="stay there"), CallIsFull)
    room.do(message(3))
    assert set(room.board.calls) == {"K1", "K2", "K3"}


@pytest.mark.parametrize("number", ["+1 415 555 0100", "13800138000", "(415) 555-0100"])
def test_a_callers_number_is_no_name_of_a_conversation(room: Any, number: str) -> None:
    room.refusal(message(1, conversation=number), ValueNotTaken)


def test_a_reply_waits_until_its_gateway_says_what_became_of_it(room: Any) -> None:
    room.do(message(1))
    room.do(ReplyToCall(call_id="K1", message_id="r1", text="Where are you?"))
    assert room.board.calls["K1"].messages[-1].delivery == "waiting"
    room.do(ReportReply(call_id="K1", message_id="r1", outcome="delivered"))
    assert room.board.calls["K1"].messages[-1].delivery == "delivered"
    room.refusal(ReportReply(call_id="K1", message_id="m1", outcome="failed"), UnknownEntry)
    room.do(TakeCall(call_id="K9", channel="phone"))
    room.refusal(ReplyToCall(call_id="K9", message_id="r2", text="hello"), ValueNotTaken)
    said = [line.text.en for line in chronology(enumerate(room.events, 1))]
    assert "Message to the caller: Where are you?" in said


def test_a_callers_place_is_asked_for_again_and_answered_or_said_not_to_be_had(room: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(AskCallerPlace(call_id="K1"))
    asked_at = room.now
    assert room.board.calls["K1"].place_asked == asked_at
    assert room.do(AskCallerPlace(call_id="K1")) == []
    room.do(RefreshCallerPlace(call_id="K1", place=Place(37.7, -122.4), uncertainty_m=30, source="network"))
    assert room.board.calls["K1"].place_asked is None
    assert room.do(ReportNoPlace(call_id="K1", reason="late")) == []
    room.do(AskCallerPlace(call_id="K1"))
    room.do(ReportNoPlace(call_id="K1", reason="handset off"))
    call = room.board.calls["K1"]
    assert (call.place_asked, call.place_refused, len(call.fixes)) == (None, "handset off", 1)


def test_a_phone_is_followed_no_longer_once_its_emergency_is_over(room: Any) -> None:
    room.opened()
    room.do(TakeCall(call_id="K1", channel="phone"))
    room.do(AttachCall(call_id="K1", incident_id="I1"))
    room.do(CloseIncident(incident_id="I1", disposition="DONE", override="nobody went"))
    room.refusal(AskCallerPlace(call_id="K1"), IncidentIsClosed)
    fix = RefreshCallerPlace(call_id="K1", place=Place(37.7, -122.4), source="network")
    room.refusal(fix, IncidentIsClosed)


def test_places_that_cannot_be_and_too_many_are_refused(room: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="phone"))
    here = Place(37.7, -122.4)
    for uncertainty_m in (-1.0, 1e9, float("nan")):
        wrong = RefreshCallerPlace(call_id="K1", place=here, uncertainty_m=uncertainty_m, source="x")
        assert isinstance(room.ask(wrong), ValueNotTaken) or uncertainty_m != uncertainty_m
    room.do(RefreshCallerPlace(call_id="K1", place=here, source="x"))
    call = room.board.calls["K1"]
    room.board = replace(room.board, calls={"K1": replace(call, fixes=call.fixes[:1] * FIXES_MAX)})
    room.refusal(RefreshCallerPlace(call_id="K1", place=here, source="x"), CallIsFull)
    room.do(TakeCall(call_id="K2", channel="alarm"))
    room.refusal(AskCallerPlace(call_id="K2"), ValueNotTaken)


def test_an_alarm_opens_its_incident_in_one_act_with_the_type_of_the_citys_table(
    room: Any, admin: Any, a_city: Any, at_place: Any, call_taker: Any
) -> None:
    smoke = AlarmKind("smoke", Name("Smoke detector", "烟感"), "FIRE", "ALARM")
    room.do(PublishCatalogue(catalogue=replace(a_city, alarm_kinds={"smoke": smoke})), actor=admin)
    room.do(TakeCall(call_id="K1", channel="alarm", alarm_kind="smoke", location=at_place(), text="zone 4"))
    room.do(OpenFromAlarm(call_id="K1", incident_id="I1"), actor=call_taker)
    incident, call = room.incident(), room.board.calls["K1"]
    assert (incident.type, incident.subtype, incident.location, incident.calls) == (
        "FIRE",
        "ALARM",
        at_place(),
        ("K1",),
    )
    assert incident.narrative[0].text == "zone 4"
    assert (call.status, call.answered_by) == ("attached", "carl")
    room.refusal(OpenFromAlarm(call_id="K1", incident_id="I2"), CallIsAttached)


def test_an_alarm_without_type_or_place_is_for_a_person(room: Any, at_place: Any) -> None:
    room.do(TakeCall(call_id="K1", channel="alarm", alarm_kind="teapot", location=at_place()))
    room.refusal(OpenFromAlarm(call_id="K1", incident_id="I1"), UnknownCode)
    room.do(TakeCall(call_id="K2", channel="sensor", suggested_type="FIRE"))
    room.refusal(OpenFromAlarm(call_id="K2", incident_id="I1"), LocationNotVerified)
    room.do(TakeCall(call_id="K3", channel="phone", suggested_type="FIRE", location=at_place()))
    room.refusal(OpenFromAlarm(call_id="K3", incident_id="I1"), ValueNotTaken)


def test_a_callers_number_is_opened_for_a_purpose_also_before_there_is_an_incident(room: Any, call_taker: Any) -> None:
    caller = PersonCard(id="p1", role="caller", ref="r1", digest="d")
    room.do(TakeCall(call_id="K1", channel="phone", caller=caller))
    room.do(AnswerCall(call_id="K1"), actor=call_taker)
    look = NoteDetailsOpened(call_id="K1", person_id="p1", ref="r1")
    refusal = room.refusal(look, NotPermitted, actor=call_taker)
    assert refusal.lacks == "purpose"
    (event,) = room.do(look, actor=call_taker, purpose="calling back")
    assert (event.call, event.incident, event.purpose) == ("K1", None, "calling back")
    other = NoteDetailsOpened(call_id="K1", person_id="p1", ref="other")
    room.refusal(other, UnknownEntry, actor=call_taker, purpose="curious")
