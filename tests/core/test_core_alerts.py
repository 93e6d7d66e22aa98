"""Stations are alerted with the dispatch, answer, and are tried by another way (2.5, 3.11, 3.12)."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import given
from msgspec.structs import replace

from turnout.core.board import StationAlert
from turnout.core.context import Actor
from turnout.core.history import chronology
from turnout.core.incidents.commands import CancelIncident, MergeIncidents, PreAlert, WithdrawPreAlert
from turnout.core.refusals import (
    IdentityTaken,
    NoFirstDueStation,
    NotPermitted,
    StationNotAlerted,
    TooManyAlerts,
    UnknownEntry,
    ValueNotTaken,
)
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.timers.commands import RingTimer
from turnout.core.undo import undo_of
from turnout.core.units.commands import AssignUnits, ClearUnits, ReportAlert, SelfInitiate, SendAlert
from turnout.core.units.events import UnitsAssigned
from turnout.core.units.station_alert import ALERTS_MAX, newest_of, next_id, settled, stations_of
from turnout.words.identity import ActorId, StationId
from turnout.words.moment import Moment

SCREEN = Actor(ActorId("screen-S1"), roles=("station",), station="S1")


def alerts(room: Any, id: str = "I1") -> list[tuple[str, str, tuple[str, ...]]]:
    return [(alert.id, alert.channel, alert.units) for alert in room.incident(id).alerts]


def report(room: Any, outcome: str, alert: str = "S1/1", **more: Any) -> Any:
    command = ReportAlert(
        incident_id="I1", station=alert[:2], alert_id=alert, outcome=outcome, note=more.pop("note", "")
    )  # type: ignore[arg-type]
    return room.do(command, **more)


def clocks(room: Any) -> set[str]:
    return {timer.id for timer in room.board.timers.values() if timer.kind == "alert"}


def test_sending_units_alerts_their_stations_in_the_same_act(room: Any) -> None:
    room.opened()
    sent = room.do(AssignUnits(incident_id="I1", units=("E01", "T01", "E02")))[0]
    assert isinstance(sent, UnitsAssigned)
    assert alerts(room) == [("S1/1", "station", ("E01", "T01")), ("S2/1", "station", ("E02",))]
    assert clocks(room) == {"alert/S1/I1", "alert/S2/I1"}
    assert room.board.timers["alert/S1/I1"].due == sent.at + 20_000


def test_a_unit_on_the_road_alerts_no_station(room: Any) -> None:
    room.opened()
    room.report("E01", "available")
    room.sent("I1", "E01")
    assert alerts(room) == []
    assert clocks(room) == set()


def test_a_unit_sent_over_its_being_out_of_service_is_alerted_where_it_stands(room: Any) -> None:
    room.opened()
    room.report("E01", "MECH")
    room.sent("I1", "E01", override="all others are out")
    assert alerts(room) == [("S1/1", "station", ("E01",))]


def test_what_was_taken_down_on_paper_or_come_upon_alerts_nobody(room: Any, at_place: Any) -> None:
    room.opened()
    room.sent("I1", "E01", back_entry=room.now)
    room.do(SelfInitiate(incident_id="I2", unit="E02", type="FIRE", location=at_place()))
    assert (alerts(room), alerts(room, "I2")) == ([], [])


def test_where_the_agency_names_no_way_nobody_is_alerted(room: Any, admin: Any, a_city: Any) -> None:
    agencies = {id: replace(agency, alert_by=()) for id, agency in a_city.agencies.items()}
    room.do(PublishCatalogue(catalogue=replace(a_city, agencies=agencies)), actor=admin)
    room.opened()
    room.sent("I1", "E01")
    assert alerts(room) == []


def test_the_stations_acknowledgement_is_that_of_its_crews(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "T01", "E02")
    report(room, "delivered", actor=SCREEN)
    report(room, "acknowledged", actor=SCREEN)
    first = room.incident().alerts[0]
    assert (first.delivered_by, first.acknowledged_by, first.acknowledged) == ("screen-S1", "screen-S1", room.now)
    stages = {unit: room.unit(unit).status.at for unit in ("E01", "T01", "E02")}
    assert stages == {"E01": "acknowledged", "T01": "acknowledged", "E02": "dispatched"}
    assert clocks(room) == {"alert/S2/I1"}


def test_an_acknowledgement_says_that_it_was_delivered_and_is_said_once(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    report(room, "acknowledged")
    assert room.incident().alerts[0].delivered == room.now
    assert report(room, "acknowledged") == []
    assert report(room, "failed") == []


def test_the_clock_rings_for_the_dispatcher_and_stays_until_answered(room: Any, clock: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.later(25)
    room.do(RingTimer(timer="alert/S1/I1"), actor=clock)
    assert room.board.timers["alert/S1/I1"].rung == room.now
    room.do(SendAlert(incident_id="I1", station="S1", alert_id="again"))
    assert alerts(room)[-1] == ("again", "station", ("E01",))
    assert room.board.timers["alert/S1/I1"].rung is None
    report(room, "acknowledged")
    assert clocks(room) == set()


def test_a_crew_that_moves_needs_no_answer_from_its_station(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "T01")
    room.report("E01", "enroute")
    assert clocks(room) == {"alert/S1/I1"}
    room.report("T01", "enroute")
    assert clocks(room) == set()


def test_a_crew_that_is_stood_down_leaves_no_clock_behind(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.do(ClearUnits(units=("E01",), override="not needed"))
    assert clocks(room) == set()


def test_a_way_that_fails_is_followed_by_the_next_and_the_last_rings_at_once(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    report(room, "failed", note="no power")
    assert [way for _, way, _ in alerts(room)] == ["station", "page"]
    assert room.incident().alerts[0].failed == "no power"
    report(room, "failed", "S1/2")
    report(room, "failed", "S1/3")
    assert [way for _, way, _ in alerts(room)] == ["station", "page", "voice"]
    assert room.board.timers["alert/S1/I1"].due == room.now


def test_a_way_that_fails_after_the_crew_has_moved_is_not_repeated(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.report("E01", "enroute")
    report(room, "failed")
    assert [way for _, way, _ in alerts(room)] == ["station"]
    assert clocks(room) == set()


def test_an_older_failure_does_not_start_a_further_way(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.do(SendAlert(incident_id="I1", station="S1", alert_id="phone", channel="voice"))
    report(room, "failed")
    assert [id for id, _, _ in alerts(room)] == ["S1/1", "phone"]


def test_alerting_names_one_target_that_has_something_to_do(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    room.refusal(SendAlert(incident_id="I1", alert_id="A"), ValueNotTaken)
    room.refusal(SendAlert(incident_id="I1", unit="E01", station="S1", alert_id="A"), ValueNotTaken)
    room.refusal(SendAlert(incident_id="I1", unit="E01", alert_id="A"), ValueNotTaken)
    room.refusal(SendAlert(incident_id="I1", station="S2", alert_id="A"), StationNotAlerted)
    room.refusal(SendAlert(incident_id="I1", station="S1", alert_id="S1/1"), IdentityTaken)
    room.refusal(ReportAlert(incident_id="I1", station="S2", alert_id="S1/1", outcome="delivered"), UnknownEntry)
    room.refusal(ReportAlert(incident_id="I1", alert_id="S1/1", outcome="delivered"), ValueNotTaken)


def test_alerts_of_one_incident_have_an_end(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    for number in range(ALERTS_MAX - 1):
        room.do(SendAlert(incident_id="I1", station="S1", alert_id=f"A{number}"))
    assert (
        room.refusal(SendAlert(incident_id="I1", station="S1", alert_id="one more"), TooManyAlerts).most == ALERTS_MAX
    )
    room.sent("I1", "E02")
    assert len(room.incident().alerts) == ALERTS_MAX


def test_a_stations_screen_answers_for_its_own_station_only(room: Any) -> None:
    room.opened()
    room.sent("I1", "E01", "E02")
    other = ReportAlert(incident_id="I1", station="S2", alert_id="S2/1", outcome="acknowledged")
    assert room.refusal(other, NotPermitted, actor=SCREEN).lacks == "station"
    room.refusal(SendAlert(incident_id="I1", station="S1", alert_id="A"), NotPermitted, actor=SCREEN)
    room.refusal(
        ReportAlert(incident_id="I1", unit="E01", alert_id="A", outcome="delivered"), NotPermitted, actor=SCREEN
    )


def test_the_first_due_station_is_warned_from_type_and_place(room: Any, at_place: Any, call_taker: Any) -> None:
    here = replace(at_place(), zones={"first-due": "F1"})
    room.opened(location=here, hold=True)
    room.do(PreAlert(incident_id="I1"), actor=call_taker)
    [alert] = room.incident().alerts
    assert (alert.station, alert.kind, alert.units, alert.warns) == ("S1", "pre", (), True)
    assert clocks(room) == set()
    assert room.do(PreAlert(incident_id="I1")) == []
    room.opened("I2", "NOISE", location=here)
    room.refusal(PreAlert(incident_id="I2"), NoFirstDueStation)


def test_each_discipline_has_its_own_first_due_station(room: Any, at_place: Any, admin: Any, a_city: Any) -> None:
    area = replace(a_city.zones["F1"], stations={"ems": "S2"})
    room.do(PublishCatalogue(catalogue=replace(a_city, zones={**a_city.zones, "F1": area})), actor=admin)
    here = replace(at_place(), zones={"first-due": "F1"})
    room.opened("I1", "MED", location=here)
    room.do(PreAlert(incident_id="I1"))
    assert [alert.station for alert in room.incident().alerts] == ["S2"]


def test_a_warning_is_followed_by_the_alert_or_withdrawn_with_the_dispatch(room: Any) -> None:
    room.opened()
    room.do(PreAlert(incident_id="I1", to=("S1", "S2")))
    room.sent("I1", "E02")
    north, south, sent = room.incident().alerts
    assert (north.withdrawn, south.followed) == (room.now, room.now)
    assert (sent.id, sent.station, sent.kind) == ("S2/2", "S2", "dispatch")
    assert room.incident().pre_alerted == ()


def test_a_warning_is_withdrawn_by_hand_and_by_the_end_of_the_incident(room: Any) -> None:
    room.opened()
    room.do(PreAlert(incident_id="I1", to=("S1", "S2")))
    room.do(WithdrawPreAlert(incident_id="I1", to=("S1",), reason="only smoke from a barbecue"))
    assert [alert.warns for alert in room.incident().alerts] == [False, True]
    room.do(PreAlert(incident_id="I1", to=("S1",)))
    assert room.incident().alerts[-1].id == "S1/2"
    room.do(CancelIncident(incident_id="I1", reason="FALSE"))
    assert not any(alert.warns for alert in room.incident().alerts)


def test_a_warning_can_be_taken_back_and_given_again(room: Any) -> None:
    room.opened()
    before, command = room.board, PreAlert(incident_id="I1", to=("S1",))
    back = undo_of(before, command, room.do(command))
    assert back == [WithdrawPreAlert(incident_id="I1", to=("S1",), reason="undo")]
    assert undo_of(room.board, back[0], room.do(back[0])) == [command]


def test_a_warning_may_be_acknowledged_and_starts_nothing(room: Any) -> None:
    room.opened()
    room.do(PreAlert(incident_id="I1", to=("S1",)))
    report(room, "acknowledged", actor=SCREEN)
    assert room.incident().alerts[0].acknowledged == room.now
    assert room.incident().status == "pending"


def test_alerts_go_over_with_a_joined_incident_and_are_still_answered(room: Any) -> None:
    room.opened()
    room.opened("I2")
    room.sent("I1", "E01", "E02")
    room.sent("I2", "T01")
    room.do(MergeIncidents(from_id="I1", into_id="I2"))
    assert [id for id, _, _ in alerts(room, "I2")] == ["S1/1", f"{room.incident('I1').tag}/S1/1", "S2/1"]
    assert clocks(room) == {"alert/S1/I2", "alert/S2/I2"}
    report(room, "acknowledged")
    ours, theirs, _ = room.incident("I2").alerts
    assert (ours.acknowledged, theirs.acknowledged) == (None, room.now)
    assert room.unit("E01").status.at == "acknowledged"


def test_the_chronology_tells_of_alerts_in_both_languages(room: Any) -> None:
    room.opened()
    room.do(PreAlert(incident_id="I1", to=("S1",)))
    room.sent("I1", "E01")
    report(room, "failed", "S1/2", note="no power")
    report(room, "acknowledged", "S1/3")
    lines = [line.text for line in chronology(enumerate(room.events, 1))]
    told = "\n".join(text.en for text in lines)
    for part in (
        "; alerted: North (station",
        "Alert at North: failed (no power)",
        "Alerted again: North (pager)",
        "North: acknowledged",
    ):
        assert part in told
    assert "已通知：North" in "\n".join(text.zh for text in lines)


STATIONS = st.sampled_from([StationId("S1"), StationId("S2"), StationId("S3")])


@st.composite
def many_alerts(draw: st.DrawFn) -> tuple[StationAlert, ...]:
    """As the rules make them, one after the other, in any state."""
    made: tuple[StationAlert, ...] = ()
    for station in draw(st.lists(STATIONS, max_size=8)):
        alert = StationAlert(
            id=draw(st.sampled_from([next_id(made, station)] + [f"{station}/{n}" for n in (2, 3, 4)])),
            station=station,
            channel="station",
            kind=draw(st.sampled_from(["pre", "dispatch"])),
            sent=Moment(1),
            by=ActorId("dora"),
            acknowledged=draw(st.sampled_from([None, Moment(2)])),
            withdrawn=draw(st.sampled_from([None, Moment(2)])),
        )
        if alert.id not in {one.id for one in made}:
            made += (alert,)
    return made


@given(alerts=many_alerts(), station=STATIONS)
def test_a_new_alert_never_bears_the_identity_of_another(alerts: tuple[StationAlert, ...], station: StationId) -> None:
    assert next_id(alerts, station) not in {alert.id for alert in alerts}


@given(alerts=many_alerts(), sent=st.frozensets(STATIONS))
def test_settling_ends_every_warning_and_touches_nothing_else(
    alerts: tuple[StationAlert, ...], sent: frozenset[StationId]
) -> None:
    after = settled(alerts, Moment(9), sent)
    assert not any(alert.warns for alert in after)
    assert settled(after, Moment(10), sent) == after
    for before, now in zip(alerts, after, strict=True):
        assert (now is before) == (not before.warns)
        assert not (now.followed and now.withdrawn and before.warns)
        if before.warns:
            assert (now.followed == 9) == (before.station in sent)
            assert replace(now, followed=None, withdrawn=None) == before


@given(alerts=many_alerts())
def test_the_newest_alert_of_a_station_is_the_one_that_counts(alerts: tuple[StationAlert, ...]) -> None:
    for station in stations_of(alerts):
        newest = newest_of(alerts, station)
        assert newest is not None
        assert all(alert.station != station for alert in alerts[alerts.index(newest) + 1 :])
