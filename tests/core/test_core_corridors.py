"""Signals for a crew on its way (15.4): permitted by the hour, armed by a person, every request in the journal."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.conftest import new_room
from turnout.core.board import Board, Corridor, SignalPermit
from turnout.core.context import Actor
from turnout.core.corridors.arming import end_id
from turnout.core.corridors.commands import (
    ArmSignals,
    AskJunctions,
    CancelCorridor,
    DisarmSignals,
    EndCorridor,
    GivenHours,
    JunctionAsk,
    JunctionNote,
    NoteJunctions,
    OpenCorridor,
    PermitSignals,
    WithdrawSignals,
)
from turnout.core.corridors.events import JunctionsAsked, JunctionsNoted, SignalsDisarmed
from turnout.core.corridors.matters import DAYS, CrossingName, Hours
from turnout.core.corridors.refusals import (
    ArmingEndNotTaken,
    CorridorIsOpen,
    CorridorIsOver,
    CorridorsFull,
    JunctionNotPermitted,
    NoSignalsArmed,
    UnitNotUnderWay,
)
from turnout.core.corridors.rules import CORRIDORS_MAX, PERMITS_MAX, is_under_way, why_not_asked
from turnout.core.events import decode
from turnout.core.evolve import evolve
from turnout.core.history import chronology
from turnout.core.incidents.commands import MergeIncidents
from turnout.core.refusals import IdentityTaken, NotPermitted, UnknownEntry, UnknownUnit
from turnout.core.timers.commands import CancelTimers, ResetTimers, RingTimer
from turnout.words.identity import ActorId, UnitId
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.place import Place

ENGINEER = Actor(ActorId("tess"), ("admin",))
PROGRAM = Actor(ActorId("program:corridor"), ("system",))
HERE = Place(37.7, -122.4)
PERMIT = PermitSignals(permit_id="P1", junctions=("J1", "J2"), authority="Traffic office, order 7")


def ask(*junctions: str) -> AskJunctions:
    asks = tuple(
        JunctionAsk(
            junction=one,
            name=CrossingName(f"Main / {one}", f"主街／{one}"),
            place=Place(37.7, -122.4),
            group="ns",
            arrives_in_ms=1,
        )
        for one in junctions
    )
    return AskJunctions(corridor_id="K1", asks=asks)


def note(junction: str, state: Any, reason: str = "") -> NoteJunctions:
    return NoteJunctions(corridor_id="K1", notes=(JunctionNote(junction=junction, state=state, reason=reason),))


def arm(room: Any, *junctions: str, hours: float = 8) -> ArmSignals:
    return ArmSignals(permit_id="P1", junctions=junctions, until=Moment(room.now + int(hours * HOUR_MS)))


def armed(room: Any) -> None:
    room.do(PERMIT, actor=ENGINEER)
    room.do(arm(room, "J1"), actor=ENGINEER)


def under_way(room: Any) -> None:
    armed(room)
    room.opened("I1")
    room.sent("I1", "E01")
    room.do(OpenCorridor(corridor_id="K1", unit="E01"))


def test_a_merger_takes_the_corridor_along_for_the_crew_still_drives(room: Any) -> None:
    under_way(room)
    room.opened("I2")
    room.do(MergeIncidents(from_id="I1", into_id="I2", reason="same"))
    corridor = room.board.corridors["K1"]
    assert corridor.incident == "I2"
    assert is_under_way(room.board, corridor)


def test_with_no_signal_armed_there_is_no_corridor(room: Any) -> None:
    room.opened("I1")
    room.sent("I1", "E01")
    room.refusal(OpenCorridor(corridor_id="K1", unit="E01"), NoSignalsArmed)
    room.do(PERMIT, actor=PROGRAM)
    room.refusal(OpenCorridor(corridor_id="K1", unit="E01"), NoSignalsArmed)


def test_a_corridor_is_for_a_unit_under_way_and_one_at_a_time(room: Any) -> None:
    armed(room)
    room.refusal(OpenCorridor(corridor_id="K1", unit="E99"), UnknownUnit)
    room.refusal(OpenCorridor(corridor_id="K1", unit="E01"), UnitNotUnderWay)
    room.opened("I1")
    room.sent("I1", "E01")
    room.do(OpenCorridor(corridor_id="K1", unit="E01"))
    room.refusal(OpenCorridor(corridor_id="K2", unit="E01"), CorridorIsOpen)
    room.refusal(OpenCorridor(corridor_id="K1", unit="E01"), IdentityTaken)
    room.report("E01", "on-scene")
    room.refusal(OpenCorridor(corridor_id="K3", unit="E01"), UnitNotUnderWay)
    assert not is_under_way(room.board, room.board.corridors["K1"])


def test_its_level_is_that_of_the_incident_unless_somebody_says_another(room: Any) -> None:
    armed(room)
    room.opened("I1", type="NOISE")
    room.sent("I1", "C01")
    room.do(OpenCorridor(corridor_id="K1", unit="C01"))
    assert room.board.corridors["K1"].level == 3
    room.do(CancelCorridor(corridor_id="K1"))
    room.do(OpenCorridor(corridor_id="K2", unit="C01", level=1))
    assert room.board.corridors["K2"].level == 1


def test_what_is_not_armed_is_refused_by_name_and_the_request_stands_before_the_answer(room: Any) -> None:
    under_way(room)
    asked, noted = room.do(ask("J1", "J2", "J3"), actor=PROGRAM)
    assert isinstance(asked, JunctionsAsked)
    assert isinstance(noted, JunctionsNoted)
    states = {row.id: (row.state, row.reason) for row in room.board.corridors["K1"].junctions.values()}
    assert states == {"J1": ("asked", ""), "J2": ("refused", "not-armed"), "J3": ("refused", "no-permission")}


def test_what_the_controllers_answer_is_kept_once(room: Any) -> None:
    under_way(room)
    room.do(ask("J1"), actor=PROGRAM)
    assert room.do(note("J9", "granted"), actor=PROGRAM) == []
    assert len(room.do(note("J1", "granted"), actor=PROGRAM)) == 1
    assert room.do(note("J1", "granted"), actor=PROGRAM) == []
    room.do(note("J1", "released", "passed"), actor=PROGRAM)
    assert room.board.corridors["K1"].junctions["#1"].reason == "passed"
    room.do(EndCorridor(corridor_id="K1", outcome="arrived"), actor=PROGRAM)
    assert room.board.corridors == {}
    assert room.do(EndCorridor(corridor_id="K1", outcome="arrived"), actor=PROGRAM) == []
    room.refusal(note("J1", "granted"), CorridorIsOver, actor=PROGRAM)


def test_cancelled_it_asks_for_nothing_more_and_stays_until_all_is_given_back(room: Any) -> None:
    under_way(room)
    room.do(ask("J1"), actor=PROGRAM)
    room.do(CancelCorridor(corridor_id="K1", reason="not needed"))
    assert room.do(CancelCorridor(corridor_id="K1")) == []
    room.refusal(ask("J1"), CorridorIsOver, actor=PROGRAM)
    room.do(note("J1", "released", "cancelled"), actor=PROGRAM)
    assert room.board.corridors["K1"].cancelled_by == "dora"
    room.refusal(CancelCorridor(corridor_id="K9"), UnknownEntry)


def test_only_the_program_asks_signals_and_only_who_has_the_right_permits_and_arms(room: Any) -> None:
    under_way(room)
    for command in (ask("J1"), note("J1", "granted"), EndCorridor(corridor_id="K1", outcome="arrived")):
        room.refusal(command, NotPermitted, actor=ENGINEER)
    for command in (PERMIT, WithdrawSignals(permit_id="P1"), arm(room), DisarmSignals(permit_id="P1")):
        room.refusal(command, NotPermitted)


def test_a_crews_terminal_opens_a_corridor_for_nobody(room: Any) -> None:
    armed(room)
    room.opened("I1")
    room.sent("I1", "E01")
    crew = Actor(ActorId("crew"), ("crew",), unit="E01")
    room.refusal(OpenCorridor(corridor_id="K1", unit="E01"), NotPermitted, actor=crew)


def test_disarmed_or_withdrawn_nothing_is_asked_from_then_on(room: Any) -> None:
    armed(room)
    assert why_not_asked(room.board, "J1", room.now) == ""
    room.do(DisarmSignals(permit_id="P1", reason="works"), actor=PROGRAM)
    assert why_not_asked(room.board, "J1", room.now) == "not-armed"
    assert room.do(DisarmSignals(permit_id="P1"), actor=PROGRAM) == []
    again = arm(room)
    room.do(again, actor=PROGRAM)
    assert room.do(again, actor=PROGRAM) == []
    room.do(WithdrawSignals(permit_id="P1"), actor=PROGRAM)
    assert why_not_asked(room.board, "J1", room.now) == "no-permission"
    for command in (arm(room), DisarmSignals(permit_id="P1"), WithdrawSignals(permit_id="P1")):
        room.refusal(command, UnknownEntry, actor=PROGRAM)


def test_only_junctions_of_the_permission_are_armed(room: Any) -> None:
    armed(room)
    room.refusal(PERMIT, IdentityTaken, actor=PROGRAM)
    refusal = room.refusal(arm(room, "J2", "J7"), JunctionNotPermitted, actor=PROGRAM)
    assert refusal.junction == "J7"
    assert room.board.signal_permits["P1"].armed == {"J1"}


def test_an_arming_ends_by_itself_and_its_timer_disarms(room: Any) -> None:
    armed(room)
    permit = room.board.signal_permits["P1"]
    assert permit.armed_by == ENGINEER.id
    timer = room.board.timers[end_id("P1")]
    assert timer.due == permit.until["J1"]
    room.later(8 * 3_600)
    assert why_not_asked(room.board, "J1", room.now) == "not-armed", "before the timer has rung"
    (over,) = room.do(RingTimer(timer=timer.id), actor=PROGRAM)
    assert isinstance(over, SignalsDisarmed)
    assert over.junctions == ("J1",)
    assert room.board.signal_permits["P1"].armed == frozenset()
    assert timer.id not in room.board.timers


def test_an_arming_ends_after_now_and_within_the_citys_hours(room: Any) -> None:
    room.do(PERMIT, actor=ENGINEER)
    for hours in (-1, 0, 12.01, 10_000):
        refusal = room.refusal(arm(room, hours=hours), ArmingEndNotTaken, actor=ENGINEER)
        assert refusal.most_h == 12
    room.board = replace(room.board, catalogue=replace(room.board.catalogue, signals_armed_h=2))
    assert room.refusal(arm(room, hours=3), ArmingEndNotTaken, actor=ENGINEER).most_h == 2
    room.do(arm(room, hours=2), actor=ENGINEER)


def test_a_renewed_arming_holds_until_its_new_end_and_what_ends_first_is_timed(room: Any) -> None:
    armed(room)
    room.do(arm(room, "J2", hours=2), actor=ENGINEER)
    room.later(3_600)
    room.do(arm(room, "J1", hours=10), actor=ENGINEER)
    room.later(3_600)
    room.do(RingTimer(timer=end_id("P1")), actor=PROGRAM)
    permit = room.board.signal_permits["P1"]
    assert permit.armed == {"J1"}
    assert room.board.timers[end_id("P1")].due == permit.until["J1"]
    room.later(7 * 3_600)
    assert why_not_asked(room.board, "J1", room.now) == ""
    room.do(DisarmSignals(permit_id="P1"), actor=ENGINEER)
    assert end_id("P1") not in room.board.timers


def test_nobody_stops_the_clock_of_an_arming_and_a_withdrawn_permission_has_none(room: Any) -> None:
    armed(room)
    for command in (CancelTimers(timers=(end_id("P1"),), reason="x"), ResetTimers(timers=(end_id("P1"),))):
        room.refusal(command, UnknownEntry)
    room.do(WithdrawSignals(permit_id="P1"), actor=ENGINEER)
    assert end_id("P1") not in room.board.timers


def test_what_was_armed_before_ends_were_asked_for_is_shown_and_not_asked_until_it_is_renewed(room: Any) -> None:
    room.do(PERMIT, actor=ENGINEER)
    old = decode(
        "signals-armed", 1, b'{"event":"signals-armed","at":1,"by":"tess","permit_id":"P1","junctions":["J1"]}'
    )
    room.board = evolve(room.board, old)
    assert room.board.signal_permits["P1"].armed == {"J1"}
    assert why_not_asked(room.board, "J1", room.now) == "not-armed"
    room.opened("I1")
    room.sent("I1", "E01")
    room.refusal(OpenCorridor(corridor_id="K1", unit="E01"), NoSignalsArmed)
    room.do(arm(room, "J1"), actor=ENGINEER)
    assert why_not_asked(room.board, "J1", room.now) == ""


@given(
    st.lists(st.tuples(st.sampled_from(("arm", "disarm", "wait")), st.integers(1, 12), st.integers(0, 3)), max_size=12)
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_armed_and_disarmed_nothing_is_open_after_the_end_that_was_given(
    deeds: list[tuple[str, int, int]],
) -> None:
    room, given_until = new_room(), dict[str, int]()
    room.do(PERMIT, actor=ENGINEER)
    for deed, hours, which in deeds:
        junctions = (("J1",), ("J2",), ("J1", "J2"), ())[which]
        named = junctions or ("J1", "J2")
        if deed == "arm":
            command = arm(room, *junctions, hours=hours)
            room.do(command, actor=ENGINEER)
            given_until |= dict.fromkeys(named, command.until)
        elif deed == "disarm":
            room.do(DisarmSignals(permit_id="P1", junctions=junctions), actor=ENGINEER)
            given_until = {one: end for one, end in given_until.items() if one not in named}
        else:
            room.later(hours * 3_600)
            if end_id("P1") in room.board.timers:
                room.do(RingTimer(timer=end_id("P1")), actor=PROGRAM)
        for junction in ("J1", "J2"):
            is_open = why_not_asked(room.board, junction, room.now) == ""
            assert is_open == (room.now < given_until.get(junction, 0))


def test_a_permission_holds_by_the_hour_of_the_city_also_past_midnight() -> None:
    night = Hours(("fri",), 22 * 60, 6 * 60)
    permit = SignalPermit(
        id="P1",
        junctions=("J1",),
        hours=(night,),
        authority="office",
        by=ActorId("tess"),
        at=Moment(0),
        armed=frozenset({"J1"}),
        until={"J1": Moment(10**15)},
    )
    board = Board(signal_permits={"P1": permit})
    friday = 24 * 60  # the first of January 1970 was a Thursday

    def at(minute: int) -> str:
        return why_not_asked(board, "J1", Moment((friday + minute) * 60_000))

    assert [at(minute) for minute in (21 * 60 + 59, 22 * 60, 24 * 60 + 359, 24 * 60 + 360)] == [
        "outside-hours",
        "",
        "",
        "outside-hours",
    ]
    assert at(5 * 60) == "outside-hours", "the night before is Thursday's"


@given(st.integers(0, 7 * 1440 - 1), st.sampled_from(DAYS), st.integers(0, 1440), st.integers(0, 1440))
def test_a_span_of_hours_is_as_long_as_it_says(minute: int, day: Any, begins: int, ends: int) -> None:
    permit = SignalPermit(
        id="P",
        junctions=("J",),
        hours=(Hours((day,), begins, ends),),
        authority="",
        by=ActorId("t"),
        at=Moment(0),
        armed=frozenset({"J"}),
        until={"J": Moment(10**15)},
    )
    board = Board(signal_permits={"P": permit})
    monday = 4 * 1440
    start = monday + DAYS.index(day) * 1440 + begins
    lasts = ends - begins if ends > begins else 1440 - begins + ends
    is_inside = (monday + minute - start) % (7 * 1440) < lasts
    assert (why_not_asked(board, "J", Moment((monday + minute) * 60_000)) == "") == is_inside


def test_neither_corridors_nor_permissions_grow_without_end(room: Any) -> None:
    under_way(room)
    one = room.board.corridors["K1"]
    many = {
        f"K{n}": Corridor(id=f"K{n}", unit=UnitId("X"), incident=one.incident, level=1, by=one.by, at=one.at)
        for n in range(CORRIDORS_MAX)
    }
    permits = {f"P{n}": room.board.signal_permits["P1"] for n in range(PERMITS_MAX)}
    room.sent("I1", "E02")
    room.board = replace(room.board, corridors=many, signal_permits=permits)
    room.refusal(OpenCorridor(corridor_id="new", unit="E02"), CorridorsFull)
    room.refusal(PermitSignals(permit_id="new", junctions=("J1",), authority="x"), CorridorsFull, actor=PROGRAM)


def test_the_history_says_in_both_languages_what_was_asked_and_answered(room: Any) -> None:
    under_way(room)
    room.do(ask("J1", "J2"), actor=PROGRAM)
    room.do(note("J1", "granted"), actor=PROGRAM)
    room.do(CancelCorridor(corridor_id="K1", reason="called off"))
    told = [line.text for line in chronology(enumerate(room.events)) if line.code.startswith(("corridor", "junction"))]
    assert [text.en for text in told] == [
        "Green corridor for E01 to F01: level 1",
        "Green asked for E01: Main / J1 [P1], Main / J2",
        "Signals for E01: Main / J2: refused (not armed)",
        "Signals for E01: Main / J1: green",
        "Green corridor of E01 cancelled (reason: called off)",
    ]
    assert told[2].zh == "E01 的信号：主街／J2: 拒绝 (未启用)"


def test_hours_that_are_none_are_malformed() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"days":[],"from_minute":0}', type=GivenHours)
