"""What was taken down on paper is entered afterwards, with its true times, and touches nothing that is live."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from turnout.core.board import OnIncident
from turnout.core.history import Names, tell
from turnout.core.incidents.commands import CloseIncident
from turnout.core.invariants import broken
from turnout.core.refusals import TimeNotPossible, TimesOutOfOrder, UnknownCode
from turnout.core.refusals_text import speak
from turnout.core.units.commands import EnterPaperAssignment
from turnout.words.moment import Moment

NAMES = Names()


def times(room: Any, *ago_s: int) -> dict[str, Moment]:
    stages = ("dispatched", "enroute", "on-scene", "ended")
    return {stage: Moment(room.now - ago * 1000) for stage, ago in zip(stages, ago_s, strict=True)}


def test_a_unit_that_is_elsewhere_by_now_keeps_its_incident_and_the_paper_gets_its_times(room: Any) -> None:
    room.later(7200)
    room.opened("P1", back_entry=Moment(room.now - 3_600_000))
    room.opened("I2")
    room.sent("I2", "E01")
    before = room.unit("E01")
    on_paper = times(room, 3500, 3400, 3000, 1000)
    room.do(EnterPaperAssignment(incident_id="P1", unit="E01", times=on_paper))
    assert room.unit("E01") == before
    assert room.unit("E01").status == OnIncident("I2", "dispatched")
    assignment = room.incident("P1").assignments[0]
    assert (assignment.times, assignment.from_paper, assignment.is_over) == (on_paper, True, True)
    assert room.do(EnterPaperAssignment(incident_id="P1", unit="E01", times=on_paper)) == []


def test_a_paper_incident_ends_when_the_paper_says_and_the_record_says_so_in_both_languages(room: Any) -> None:
    room.later(7200)
    room.opened("P1", back_entry=Moment(room.now - 3_600_000))
    room.do(EnterPaperAssignment(incident_id="P1", unit="E01", times=times(room, 3500, 3400, 3000, 1000)))
    ended = Moment(room.now - 900_000)
    room.do(CloseIncident(incident_id="P1", disposition="DONE", back_entry=ended))
    assert (room.incident("P1").status, room.incident("P1").closed) == ("closed", ended)
    entered, closed = room.events[-2:]
    assert "entered afterwards from paper" in tell(closed, "en", NAMES)
    assert "on scene" in tell(entered, "en", NAMES)
    assert "到达现场" in tell(entered, "zh-CN", NAMES)
    assert "事后补录" in tell(closed, "zh-CN", NAMES)


def test_times_that_cannot_be_are_refused_by_name(room: Any) -> None:
    room.later(7200)
    room.opened("P1", back_entry=Moment(room.now - 3_600_000))

    def enter(given_times: dict[str, Moment]) -> EnterPaperAssignment:
        return EnterPaperAssignment(incident_id="P1", unit="E01", times=given_times)

    refusal = room.refusal(enter(times(room, 3500, 3000, 3200, 1000)), TimesOutOfOrder)
    assert (refusal.earlier, refusal.later) == ("enroute", "on-scene")
    assert "到达现场" in speak(refusal, "zh-CN")
    good = times(room, 3500, 3400, 3000, 1000)
    refusal = room.refusal(enter({stage: at for stage, at in good.items() if stage != "ended"}), TimesOutOfOrder)
    assert refusal.missing == "ended"
    assert room.refusal(enter({**good, "ended": Moment(room.now + 60_000)}), TimeNotPossible).field == "ended"
    assert room.refusal(enter({**good, "lunch": room.now}), UnknownCode).value == "lunch"
    future = CloseIncident(incident_id="P1", disposition="DONE", back_entry=Moment(room.now + 60_000))
    assert room.refusal(future, TimeNotPossible).field == "back_entry"


@given(ago=st.lists(st.integers(0, 3600), min_size=4, max_size=4), unit=st.sampled_from(["E01", "M01"]))
def test_whatever_is_on_the_paper_the_board_stays_true(make_room: Any, ago: list[int], unit: str) -> None:
    room = make_room()
    room.later(7200)
    room.opened("P1", back_entry=Moment(room.now - 3_600_000))
    room.ask(EnterPaperAssignment(incident_id="P1", unit=unit, times=times(room, *ago)))
    assert broken(room.board) == []
    for assignment in room.incident("P1").assignments:
        in_order = [assignment.times[stage] for stage in ("dispatched", "enroute", "on-scene", "ended")]
        assert in_order == sorted(in_order)
