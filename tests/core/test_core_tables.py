"""The city itself: tables, roads, zones, premises, hospitals, positions, timers (1.13, 1.17, 1.25, 2.2, 3.17, 7)."""

from typing import Any

import pytest
from msgspec.structs import replace

from turnout.core.board import Board, PersonCard, Position
from turnout.core.catalogue import Agency, IncidentType, StatusCode
from turnout.core.incidents.commands import AddPerson
from turnout.core.refusals import (
    IdentityTaken,
    NotPermitted,
    PlaceNotOnEarth,
    PositionTaken,
    TablesInconsistent,
    TimeNotPossible,
    UnknownCode,
    UnknownEntry,
    ValueNotTaken,
)
from turnout.core.tables.commands import (
    CloseRoad,
    EndZone,
    NoteDetailsOpened,
    OpenRoad,
    OpenZone,
    PublishCatalogue,
    RemovePremise,
    SetHospital,
    SetHydrant,
    SignOff,
    SignOn,
    TakeGroups,
    WritePremise,
)
from turnout.core.tables.positions import uncovered_groups
from turnout.core.tables.soundness import makes_numbers
from turnout.core.timers.commands import CancelTimers, ResetTimers, RingTimer
from turnout.words.name import Name
from turnout.words.place import Place

HERE = Place(37.77, -122.42)


def test_units_come_in_off_duty_and_leave_when_the_tables_no_longer_name_them(
    room: Any, admin: Any, a_city: Any
) -> None:
    room.opened()
    room.sent("I1", "E01")
    without = {id: unit for id, unit in a_city.units.items() if id not in ("E01", "E02")}
    room.do(PublishCatalogue(catalogue=replace(a_city, units=without)), actor=admin)
    assert "E02" not in room.board.units
    assert "E01" in room.board.units
    room.do(PublishCatalogue(catalogue=a_city), actor=admin)
    assert room.unit("E02").status.__class__.__name__ == "OffDuty"
    assert room.unit("E01").status.at == "dispatched"


def test_shared_crews_are_written_down_on_both_sides(room: Any) -> None:
    assert room.board.catalogue.units["R01"].crew_shared_with == ("T01",)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"unit_kinds": {}}, "units.E01.kind"),
        ({"types": {"X": IncidentType("X", Name("x", "x"), (), 1)}}, "types.X.agencies"),
        ({"statuses": (StatusCode("X", Name("x", "x"), "asleep"),)}, "statuses.X.stage"),
        ({"types": {"X": IncidentType("X", Name("x", "x"), ("ZZ",), 1)}}, "types.X.agencies"),  # type: ignore[arg-type]
    ],
)
def test_tables_that_name_what_they_do_not_hold_are_refused(
    room: Any, admin: Any, a_city: Any, change: Any, where: str
) -> None:
    refusal = room.refusal(PublishCatalogue(catalogue=replace(a_city, **change)), TablesInconsistent, actor=admin)
    assert refusal.where == where


HOLLOW = ("F{yy}", "F{yy}{nn}", "{", "F{0}{n}", "F{n:999999999}", "F{n.real}", "F{n!r:>9}", "{n.__class__}", "F" * 99)
"""Some do not count; some would make a text without an end, or reach into the program."""


@pytest.mark.parametrize("series", HOLLOW)
def test_a_series_must_count(room: Any, admin: Any, a_city: Any, series: str) -> None:
    wrong = Agency("FD", Name("Fire", "消防"), "fire", series)  # type: ignore[arg-type]
    agencies = {**a_city.agencies, "FD": wrong}
    room.refusal(PublishCatalogue(catalogue=replace(a_city, agencies=agencies)), TablesInconsistent, actor=admin)


@pytest.mark.parametrize("series", ["F{yy}{n:06}", "{n}", "2026-{n:4d}", "消{yy}-{n:09}"])
def test_a_series_that_counts_is_taken(a_city: Any, series: str) -> None:
    assert makes_numbers(Agency("FD", Name("Fire", "消防"), "fire", series))  # type: ignore[arg-type]


def test_without_tables_nothing_can_be_opened_but_they_can_be_published(
    make_room: Any, admin: Any, a_city: Any
) -> None:
    room = make_room()
    room.board = Board.empty()
    room.do(PublishCatalogue(catalogue=a_city), actor=admin)
    assert room.board.catalogue is not None


def test_a_closed_road_opens_by_itself_when_its_time_has_come(room: Any, clock: Any) -> None:
    room.do(CloseRoad(closure_id="c1", line=(HERE,), reason="parade", until=room.now + 60_000))
    room.refusal(CloseRoad(closure_id="c1", line=(HERE,), reason="again"), IdentityTaken)
    room.later(120)
    room.do(RingTimer(timer="zone-ends/c1"), actor=clock)
    assert (room.board.closures, room.board.timers) == ({}, {})
    room.refusal(OpenRoad(closure_id="c1"), UnknownEntry)


def test_closures_that_cannot_be_are_refused(room: Any) -> None:
    room.refusal(CloseRoad(closure_id="c1", line=(Place(200, 0),), reason="x"), PlaceNotOnEarth)
    room.refusal(CloseRoad(closure_id="c1", line=(HERE,), reason="x", slowdown=1.0), ValueNotTaken)
    room.refusal(CloseRoad(closure_id="c1", line=(HERE,), reason="x", until=room.now - 1), TimeNotPossible)


def test_a_special_zone_comes_and_goes(room: Any) -> None:
    corners = (HERE, Place(37.78, -122.42), Place(37.78, -122.41))
    room.refusal(OpenZone(zone_id="z1", name="Fair", outline=corners[:2], plan_zone="B1"), ValueNotTaken)
    room.do(OpenZone(zone_id="z1", name="Fair", outline=corners, plan_zone="B1", until=room.now + 99_000))
    room.do(EndZone(zone_id="z1"))
    assert (room.board.special_zones, room.board.timers) == ({}, {})


def test_a_premise_note_has_an_owner_and_an_expiry_and_asks_to_be_reviewed(room: Any, clock: Any) -> None:
    note = WritePremise(
        note_id="p1", kind="hazard", place=HERE, address="1 Mill Rd", text="chlorine", expires=room.now + 60_000
    )
    room.do(note)
    room.later(120)
    room.do(RingTimer(timer="review/p1"), actor=clock)
    assert (room.board.premises["p1"].overdue, room.board.premises["p1"].owner) == (True, "dora")
    room.do(replace(note, expires=room.now + 60_000))
    assert room.board.premises["p1"].overdue is False
    room.do(RemovePremise(note_id="p1", reason="gone"))
    assert (room.board.premises, room.board.timers) == ({}, {})
    room.refusal(replace(note, expires=room.now), TimeNotPossible)


def test_hospitals_and_hydrants_are_as_last_told(room: Any) -> None:
    room.do(SetHospital(hospital="H1", diversion=True, beds=0))
    room.do(SetHydrant(hydrant="HY1", out_of_service=True))
    assert room.board.hospitals["H1"].diversion
    assert room.board.hydrants["HY1"].out_of_service
    room.refusal(SetHospital(hospital="H9"), UnknownCode)
    room.refusal(SetHospital(hospital="H1", beds=-1), ValueNotTaken)


def a_position(id: str, actor: str, *groups: str) -> Position:
    return Position(id=id, actor=actor, roles=(), groups=groups, since=0)  # type: ignore[arg-type]


def test_a_position_has_one_person_who_signs_on_in_their_own_name(room: Any, other_dispatcher: Any) -> None:
    room.do(SignOn(position=a_position("D1", "dora", "fire-north")))
    assert room.board.positions["D1"].since == room.now
    assert room.board.positions["D1"].roles == ("dispatcher",)
    room.refusal(SignOn(position=a_position("D1", "otto")), PositionTaken, actor=other_dispatcher)
    room.refusal(SignOn(position=a_position("D2", "dora")), NotPermitted, actor=other_dispatcher)
    room.refusal(SignOn(position=a_position("D2", "dora", "nobody")), UnknownCode)


def test_groups_can_be_combined_and_split_and_nobody_is_kept_from_leaving(room: Any) -> None:
    room.do(SignOn(position=a_position("D1", "dora", "fire-north")))
    assert uncovered_groups(room.board) == ("police-south",)
    room.do(TakeGroups(position_id="D1", groups=("fire-north", "police-south")))
    assert uncovered_groups(room.board) == ()
    room.do(SignOff(position_id="D1"))
    assert set(uncovered_groups(room.board)) == {"fire-north", "police-south"}
    room.do(SignOn(position=a_position("D1", "dora")))
    assert uncovered_groups(room.board) == (), "who has chosen none answers for all"


def test_details_are_opened_for_a_purpose_and_only_of_people_in_the_incident(room: Any) -> None:
    room.opened("I1", "MED")
    room.do(AddPerson(incident_id="I1", person=PersonCard(id="p1", role="caller", ref="r1", digest="d")))
    look = NoteDetailsOpened(incident_id="I1", person_id="p1", ref="r1")
    assert room.refusal(look, NotPermitted).lacks == "purpose"
    room.refusal(replace(look, ref="r2"), UnknownEntry, purpose="call back")
    events = room.do(look, purpose="call back")
    assert events[0].purpose == "call back"


def test_a_rung_timer_stays_until_it_is_answered_and_rings_once(room: Any, clock: Any) -> None:
    room.opened()
    room.later(61)
    room.do(RingTimer(timer="pending/I1"), actor=clock)
    assert room.board.timers["pending/I1"].rung == room.now
    assert room.do(RingTimer(timer="pending/I1"), actor=clock) == []
    room.do(ResetTimers(timers=("pending/I1",), by_s=30))
    timer = room.board.timers["pending/I1"]
    assert (timer.rung, timer.due) == (None, room.now + 30_000)
    room.do(CancelTimers(timers=("pending/I1",), reason="known"))
    assert room.board.timers == {}


def test_a_timer_that_would_lose_an_incident_cannot_be_cancelled(room: Any) -> None:
    room.opened("I1", activate_at=room.now + 60_000)
    room.refusal(CancelTimers(timers=("scheduled/I1",)), UnknownEntry)
    room.refusal(ResetTimers(timers=("scheduled/I1",)), UnknownEntry)
    room.opened("I2")
    room.refusal(ResetTimers(timers=("pending/I2",), by_s=0), ValueNotTaken)
