"""Places that people look after: special zones, premises, and places taken as typed (1.9, 1.13, 1.25, 2.2)."""

import math
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from turnout.core.board import Location
from turnout.core.incidents.commands import CancelIncident, Relocate, SetSecondaryPlace
from turnout.core.refusals import (
    ChangedMeanwhile,
    NotPermitted,
    OutlineCrosses,
    TimeNotPossible,
    UnknownCode,
    UnknownEntry,
    ValueNotTaken,
)
from turnout.core.tables.commands import (
    EndZone,
    OpenZone,
    RemovePremise,
    RenewPremise,
    SettlePlace,
    WritePremise,
)
from turnout.core.tables.forced import FORCED_MAX
from turnout.core.tables.premises import EXPIRES_WITHIN_MS
from turnout.core.tables.zones import OUTLINE_MAX, crossing_sides
from turnout.core.timers.commands import CancelTimers, RingTimer
from turnout.words.place import Place

HERE = Place(37.77, -122.42)
SQUARE = (HERE, Place(37.78, -122.42), Place(37.78, -122.41), Place(37.77, -122.41))
BOW_TIE = (SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3])


def a_zone(**more: Any) -> OpenZone:
    given = {"zone_id": "z1", "name": "Street fair", "outline": SQUARE, "plan_zone": "B1"}
    return OpenZone(**(given | more))


def test_an_outline_that_crosses_itself_is_refused_with_the_sides_that_do(room: Any) -> None:
    refusal = room.refusal(a_zone(outline=BOW_TIE), OutlineCrosses)
    assert (refusal.first, refusal.second) == (1, 3)
    assert room.board.special_zones == {}


@pytest.mark.parametrize(
    "outline",
    [
        (HERE, HERE, SQUARE[1], SQUARE[2]),
        (HERE, SQUARE[1], HERE, SQUARE[2]),
        (HERE, SQUARE[1], Place(37.775, -122.42), SQUARE[2]),
        (*SQUARE, Place(37.78, -122.415)),
    ],
)
def test_an_outline_that_touches_itself_or_turns_back_is_refused(room: Any, outline: Any) -> None:
    room.refusal(a_zone(outline=outline), OutlineCrosses)


def test_an_outline_that_is_flat_or_has_too_many_corners_is_refused(room: Any) -> None:
    flat = tuple(Place(37.77 + n / 1000, -122.42) for n in (0, 1, 3))
    assert isinstance(room.ask(a_zone(outline=flat)), OutlineCrosses | ValueNotTaken)
    round_one = tuple(
        Place(37.77 + math.sin(2 * math.pi * n / 201) / 100, -122.42 + math.cos(2 * math.pi * n / 201) / 100)
        for n in range(OUTLINE_MAX + 1)
    )
    room.refusal(a_zone(outline=round_one), ValueNotTaken)
    room.do(a_zone(outline=round_one[:-1]))


corners = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda at: Place(float(at[0]), float(at[1]))),
    min_size=3,
    max_size=8,
    unique=True,
)


@given(corners)
def test_what_crosses_itself_is_what_the_judge_calls_not_simple(outline: list[Place]) -> None:
    """On whole degrees both reckon exactly. Shapely judges; the rules may not import it."""
    ring = shapely.LinearRing([(place.lon, place.lat) for place in outline])
    assert (crossing_sides(outline) is None) == bool(ring.is_simple)


@given(st.lists(st.floats(0, 2 * math.pi, exclude_max=True), min_size=3, max_size=40, unique=True))
def test_corners_in_the_order_of_their_bearing_never_cross(bearings: list[float]) -> None:
    apart = sorted({round(bearing, 3) for bearing in bearings})
    ring = [Place(37 + math.sin(bearing), -122 + math.cos(bearing)) for bearing in apart]
    assert len(ring) < 3 or crossing_sides(ring) is None


def test_a_zone_begins_and_ends_when_it_was_planned_to(room: Any, clock: Any) -> None:
    begins, ends = room.now + 3_600_000, room.now + 7_200_000
    room.do(a_zone(since=begins, until=ends))
    assert room.board.special_zones["z1"].planned
    room.refusal(CancelTimers(timers=("zone-begins/z1",)), UnknownEntry)
    room.later(3_600)
    room.do(RingTimer(timer="zone-begins/z1"), actor=clock)
    assert not room.board.special_zones["z1"].planned
    room.later(3_600)
    room.do(RingTimer(timer="zone-ends/z1"), actor=clock)
    assert (room.board.special_zones, room.board.timers) == ({}, {})


def test_a_planned_zone_can_be_called_off(room: Any) -> None:
    room.do(a_zone(since=room.now + 3_600_000, until=room.now + 7_200_000))
    room.do(EndZone(zone_id="z1"))
    assert (room.board.special_zones, room.board.timers) == ({}, {})


def test_a_zone_that_ends_before_it_begins_has_no_name_or_no_plan_is_refused(room: Any) -> None:
    room.refusal(a_zone(since=room.now + 7_200_000, until=room.now + 3_600_000), TimeNotPossible)
    room.refusal(a_zone(name=" "), ValueNotTaken)
    room.refusal(a_zone(plan_zone="NOWHERE"), UnknownCode)
    room.do(a_zone(since=room.now - 5_000))
    assert room.board.special_zones["z1"].since == room.now


def a_note(room: Any, **more: Any) -> WritePremise:
    given = {"note_id": "p1", "kind": "hazard", "place": HERE, "address": "1 Mill Rd", "text": "chlorine"}
    return WritePremise(**(given | {"expires": room.now + 60_000} | more))


def test_a_note_that_has_expired_already_or_for_too_long_or_says_nothing_is_refused(room: Any) -> None:
    room.refusal(a_note(room, expires=room.now), TimeNotPossible)
    room.refusal(a_note(room, expires=room.now + EXPIRES_WITHIN_MS + 60_000), TimeNotPossible)
    room.refusal(a_note(room, text=" \n"), ValueNotTaken)


def test_an_overdue_note_is_renewed_by_whoever_answers_for_it_then(
    room: Any, clock: Any, other_dispatcher: Any
) -> None:
    room.do(a_note(room))
    room.later(120)
    room.do(RingTimer(timer="review/p1"), actor=clock)
    assert room.board.premises["p1"].overdue
    room.refusal(RenewPremise(note_id="p1", expires=room.now), TimeNotPossible, actor=other_dispatcher)
    room.do(RenewPremise(note_id="p1", expires=room.now + 99_000), actor=other_dispatcher)
    note = room.board.premises["p1"]
    assert (note.text, note.owner, note.overdue) == ("chlorine", "otto", False)
    assert room.board.timers["review/p1"].rung is None
    room.do(RemovePremise(note_id="p1", reason="moved out"))
    room.refusal(RenewPremise(note_id="p1", expires=room.now + 99_000), UnknownEntry)


def test_two_who_change_one_note_are_told_of_each_other(room: Any, other_dispatcher: Any) -> None:
    room.do(a_note(room))
    room.do(a_note(room, text="chlorine, 2 t", was="chlorine"), actor=other_dispatcher)
    refusal = room.refusal(a_note(room, text="gone", was="chlorine"), ChangedMeanwhile)
    assert (refusal.theirs, refusal.by) == ("chlorine, 2 t", "otto")
    room.do(a_note(room, text="gone", was="chlorine, 2 t"))


def test_a_call_taker_may_not_write_notes(room: Any, call_taker: Any) -> None:
    room.refusal(a_note(room), NotPermitted, actor=call_taker)


def forced(text: str) -> Location:
    return Location(text=text, kind="forced")


def test_places_that_are_taken_as_typed_wait_to_be_followed_up_also_when_their_incident_is_gone(
    room: Any, admin: Any, clock: Any, at_place: Any
) -> None:
    room.opened("I1", location=forced("the old kiln"))
    room.do(Relocate(incident_id="I1", was="the old kiln", location=at_place()))
    room.do(CancelIncident(incident_id="I1", reason="FALSE"))
    room.later(16 * 60)
    room.do(RingTimer(timer="archive/I1"), actor=clock)
    (place,) = room.board.forced_places.values()
    assert (place.text, place.incident, place.tag[:1]) == ("the old kiln", "I1", "F")
    room.refusal(SettlePlace(place_id=place.id, outcome="added"), NotPermitted)
    room.do(SettlePlace(place_id=place.id, outcome="added", note="now in the table"), actor=admin)
    assert room.board.forced_places == {}
    room.refusal(SettlePlace(place_id=place.id, outcome="added"), UnknownEntry, actor=admin)


def test_the_same_words_forced_again_are_one_matter(room: Any) -> None:
    room.opened("I1", location=forced("the old kiln"))
    room.opened("I2", location=forced("The Old Kiln "))
    post = SetSecondaryPlace(incident_id="I1", place_id="s1", role="staging", location=forced("beside the kiln"))
    room.do(post)
    assert [(one.text, one.times) for one in room.board.forced_places.values()] == [
        ("the old kiln", 2),
        ("beside the kiln", 1),
    ]


def test_the_list_of_forced_places_has_an_end(room: Any) -> None:
    room.opened("I1", location=forced("first"))
    (first,) = room.board.forced_places.values()
    many = {f"p{n}": replace(first, id=f"p{n}", text=f"place {n}") for n in range(FORCED_MAX)}
    room.board = replace(room.board, forced_places=many)
    room.opened("I2", location=forced("last"))
    texts = [one.text for one in room.board.forced_places.values()]
    assert (len(texts), texts[0], texts[-1]) == (FORCED_MAX, "place 1", "last")
