"""Places are sealed in every event, opened where a rule measures, and leave the board with their owner's key."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.conftest import NOON, at_place
from tests.core.test_core_texts import erased, example, token
from turnout.core.board import PlaceFix
from turnout.core.calls.commands import RefreshCallerPlace, TakeCall
from turnout.core.evolve import evolve
from turnout.core.incidents.commands import OpenIncident, Relocate
from turnout.core.incidents.duplicates import near_incidents
from turnout.core.incidents.events import IncidentRelocated
from turnout.core.incidents.incident import on_the_ground
from turnout.core.tables.events import PlaceSettled
from turnout.core.texts import opened_row, sealed, without_text
from turnout.words.identity import ActorId, CallId, IncidentId
from turnout.words.place import Place
from turnout.words.sealed_text import ERASED, PLACE_MARK, as_place, find_sealed, read_place, spelled


def opens(sealed: str) -> str:
    """What `token` sealed."""
    found = find_sealed(sealed)
    return found.sealed.decode() if found is not None else sealed


def finds(sealed: str) -> Place | None:
    return read_place(opens(sealed))


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_is_the_same_to_the_last_digit_when_it_is_opened(lat: float, lon: float) -> None:
    assert read_place(spelled(Place(lat, lon))) == Place(lat, lon)


@pytest.mark.parametrize("text", ["", ERASED, "37.1", "37.1 x", "1 2 3"])
def test_what_spells_no_place_is_none(text: str) -> None:
    assert read_place(text) is None


def test_a_place_is_sealed_under_its_owner_and_its_zones_stay(room: Any) -> None:
    where = replace(at_place(lat=37.79), crossing="Fifth", floor="3", detail="bell 7", zones={"beat": "A1"})
    head = {"at": NOON, "by": ActorId("a"), "incident": IncidentId("I1")}
    recorded: Any = sealed(IncidentRelocated(**head, was="there", location=where), token)
    assert recorded.location.place.startswith(PLACE_MARK)
    told = [recorded.was, recorded.location.place]
    told += [getattr(recorded.location, one) for one in ("text", "crossing", "floor", "detail")]
    assert {found.owner for one in told if (found := find_sealed(one)) is not None} == {"I1"}
    assert all(find_sealed(one) for one in told)
    assert recorded.location.zones == {"beat": "A1"}
    assert opened_row(recorded.location, opens) == where
    assert sealed(recorded, token) is recorded, "what is sealed stays as it is"


def test_what_is_measured_has_the_place_and_nothing_else_opened(room: Any) -> None:
    room.do(OpenIncident(incident_id="I1", type="FIRE", location=at_place(lat=37.79)))
    incident = room.board.incidents[IncidentId("I1")]
    hidden = replace(incident.location, text=token("I1"), place=as_place(token("I1", spelled(Place(37.79, -122.4)))))
    seen = on_the_ground(replace(incident, location=hidden), finds).location
    assert (seen.place, seen.text) == (Place(37.79, -122.4), hidden.text)


def test_what_is_erased_is_near_nothing(room: Any) -> None:
    where = at_place(lat=37.79)
    room.do(OpenIncident(incident_id="I1", type="FIRE", location=where))
    incident = room.board.incidents[IncidentId("I1")]
    assert isinstance(where.place, Place)
    place = as_place(token("I1", spelled(where.place)))
    hidden = replace(incident, location=replace(incident.location, text=token("I1"), place=place))
    board = replace(room.board, incidents={incident.id: hidden})
    assert near_incidents(board, where, "FIRE", room.now, lambda one: None, opens) == []
    (near,) = near_incidents(board, where, "FIRE", room.now, finds, opens)
    assert near.distance_m < 1.0


def test_no_place_is_in_what_a_command_is_told_apart_by() -> None:
    here, there = at_place(lat=37.79), at_place(lat=37.81)
    for kind in (OpenIncident, Relocate):
        command: Any = example(msgspec.inspect.type_info(kind))
        assert without_text(replace(command, location=here)) == without_text(replace(command, location=there))
    refreshed: Any = example(msgspec.inspect.type_info(RefreshCallerPlace))
    assert without_text(refreshed) == without_text(replace(refreshed, place=Place(1.0, 2.0)))


def test_an_erasure_takes_the_places_off_the_board_and_leaves_their_zones(room: Any) -> None:
    where = replace(at_place(lat=37.79), kind="forced", zones={"beat": "A1"})
    room.do(OpenIncident(incident_id="I1", type="FIRE", location=where))
    room.do(TakeCall(call_id="C1", channel="phone"))
    board = room.board
    incident, call = board.incidents[IncidentId("I1")], board.calls[CallId("C1")]
    forced = next(iter(board.forced_places.values()))
    hidden = replace(where, text=token("I1"), place=as_place(token("I1", "37.79 -122.4")))
    fix = PlaceFix(at=NOON, place=as_place(token("C1", "1.0 2.0")), source="")
    board = replace(
        board,
        incidents={incident.id: replace(incident, location=hidden)},
        calls={call.id: replace(call, fixes=(fix,))},
        forced_places={forced.id: replace(forced, text=token("I1"), place=hidden.place)},
    )
    after = evolve(board, erased("I1"))
    assert after.calls[call.id].fixes == (fix,)
    left = after.incidents[incident.id].location
    assert (left.text, left.place, left.zones) == (ERASED, None, {"beat": "A1"})
    assert (after.forced_places[forced.id].text, after.forced_places[forced.id].place) == (ERASED, None)
    assert evolve(after, erased("C1")).calls[call.id].fixes[0].place is None


def test_a_forced_place_that_is_followed_up_stays_under_its_incidents_key() -> None:
    settled = PlaceSettled(at=NOON, by=ActorId("a"), place="I1/7", text=token("I1"), outcome="nothing")
    assert sealed(settled, lambda owner, text: pytest.fail("nobody owns it")) is settled
