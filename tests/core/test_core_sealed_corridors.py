"""Which junctions a corridor has is sealed in its rows; the rules find them again by opening them (decision 0184)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.core.conftest import Room, new_room
from tests.core.test_core_corridors import ENGINEER, PERMIT, PROGRAM, arm, ask, note, under_way
from tests.core.test_core_sealed_places import opens
from tests.core.test_core_texts import erased, token
from turnout.core.board import Corridor
from turnout.core.commands import Command
from turnout.core.corridors.commands import EndCorridor, OpenCorridor, PermitSignals
from turnout.core.corridors.events import JunctionsAsked
from turnout.core.corridors.rules import keys_of
from turnout.core.decide import decide
from turnout.core.events import decode, encode
from turnout.core.evolve import evolve
from turnout.core.incidents.commands import CancelIncident, MergeIncidents
from turnout.core.retention.commands import AskErasure, EraseDetails
from turnout.core.retention.refusals import NotOver
from turnout.core.texts import opened_row, sealed
from turnout.words.sealed_text import ERASED, is_sealed


def do(room: Room, command: Command) -> list[Any]:
    """As at the desk: sealed on the way into the journal, and opened for the rules."""
    decided = decide(room.board, command, replace(room.context(PROGRAM), show=opens))
    assert isinstance(decided, list), decided
    rows = [encode(sealed(event, token)) for event in decided]
    board = room.board
    for row in rows:
        board = evolve(board, decode(*row))
    room.board = board
    return [decode(*row) for row in rows]


def shown(room: Room) -> dict[str, tuple[str, str]]:
    corridor = opened_row(room.board.corridors["K1"], opens)
    return {row.id: (row.state, row.reason) for row in corridor.junctions.values()}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("ask", "granted", "released", "lost")),
        st.lists(st.sampled_from(("J1", "J2", "J3")), min_size=1, max_size=3),
    ),
    max_size=10,
)


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_and_answered_the_board_has_it_as_if_nothing_were_sealed(
    steps: list[tuple[str, list[str]]],
) -> None:
    plain, room = new_room(), new_room()
    under_way(plain)
    under_way(room)
    for deed, junctions in steps:
        if deed == "ask":
            plain.do(ask(*junctions), actor=PROGRAM)
            do(room, ask(*junctions))
        else:
            for junction in junctions:
                plain.do(note(junction, deed), actor=PROGRAM)
                do(room, note(junction, deed))
    assert shown(room) == {row.id: (row.state, row.reason) for row in plain.board.corridors["K1"].junctions.values()}
    assert list(room.board.corridors["K1"].junctions) == list(plain.board.corridors["K1"].junctions)
    kept = str(room.board.corridors)
    assert not any(junction in kept for junction in ("J1", "J2", "J3", "Main", "37.7"))


def asked_of(junctions: int) -> Any:
    room = new_room()
    permit = replace(PERMIT, junctions=tuple(f"J{n}" for n in range(1, junctions + 1)))
    room.do(permit, actor=ENGINEER)
    room.do(arm(room, "J1"), actor=ENGINEER)
    room.opened("I1")
    room.sent("I1", "E01")
    room.do(OpenCorridor(corridor_id="K1", unit="E01"))
    (event,) = do(room, ask("J1"))
    assert isinstance(event, JunctionsAsked)
    return event.asks[0]


@pytest.mark.parametrize(("junctions", "is_told"), [(1, False), (9, False), (10, True), (40, True)])
def test_the_permission_stays_readable_where_it_has_too_many_junctions_to_say_which(
    junctions: int, is_told: bool
) -> None:
    asked = asked_of(junctions)
    assert opens(asked.permit) == "P1"
    assert (asked.permit == "P1") == is_told
    assert asked.among == (junctions if is_told else 0), "how many says which small permission it was"


def test_the_permission_that_is_named_is_one_under_which_it_is_armed(room: Any) -> None:
    room.do(PermitSignals(permit_id="P0", junctions=("J1",), authority="x"), actor=ENGINEER)
    under_way(room)
    asked, _ = room.do(ask("J1", "J3"), actor=PROGRAM)
    assert [(one.junction, one.permit, one.among) for one in asked.asks] == [("J1", "P1", 0), ("J3", "", 0)]


@given(st.integers(0, 10**9))
@settings(max_examples=20, deadline=None)
def test_no_number_of_an_ask_tells_which_junction_it_is(arrives_in_ms: int) -> None:
    room = new_room()
    under_way(room)
    asks = replace(ask("J1").asks[0], arrives_in_ms=arrives_in_ms), ask("J2").asks[0]
    row, *_ = do(room, replace(ask("J1"), asks=asks))
    assert len({(asked.arrives_in_ms, asked.among) for asked in row.asks}) == 1
    assert (row.asks[0].arrives_in_ms, row.asks[0].among) == (0, 0)


OLD = (
    b'{"event":"junctions-asked","at":1,"by":"program:corridors","incident":"I1","unit":"E01","corridor_id":"K1",'
    b'"asks":[{"junction":"J1","name":{"en":"Main / J1","zh":"x"},"place":{"lat":37.7,"lon":-122.4},"group":"ns",'
    b'"also":[],"arrives_in_ms":1}]}'
)


def test_a_corridor_that_was_asked_for_in_clear_goes_on_over_an_upgrade(room: Any) -> None:
    under_way(room)
    room.board = evolve(room.board, decode("junctions-asked", 1, OLD))
    told = b'"notes":[{"junction":"J1","name":{"en":"Main / J1","zh":"x"},"state":"granted","reason":""}]}'
    old_note = OLD.replace(b"asked", b"noted", 1).partition(b'"asks"')[0] + told
    room.board = evolve(room.board, decode("junctions-noted", 1, old_note))
    assert shown(room) == {"J1": ("granted", "")}
    do(room, ask("J1", "J2"))
    do(room, note("J1", "released", "passed"))
    assert shown(room)["J1"] == ("released", "passed")
    assert set(keys_of(room.board.corridors["K1"], opens)) == {"J1", "J2"}


def test_an_erasure_takes_the_way_off_the_board_and_leaves_what_came_of_it(room: Any) -> None:
    under_way(room)
    do(room, ask("J1", "J2"))
    before: Corridor = room.board.corridors["K1"]
    assert all(is_sealed(row.id) for row in before.junctions.values())
    after = evolve(room.board, erased("I1")).corridors["K1"]
    assert [(row.id, row.name.en, row.place, row.group) for row in after.junctions.values()] == [
        (ERASED, ERASED, None, ERASED)
    ] * 2
    assert [row.state for row in after.junctions.values()] == ["asked", "refused"]
    room.board = evolve(room.board, erased("I1"))
    assert keys_of(room.board.corridors["K1"], opens) == {}
    do(room, ask("J1"))
    assert list(room.board.corridors["K1"].junctions) == ["#1", "#2", "#3"], "what is asked from now on is another"


def test_a_merger_leaves_what_was_asked_under_its_first_owner(room: Any) -> None:
    under_way(room)
    do(room, ask("J1"))
    room.opened("I2")
    do(room, MergeIncidents(from_id="I1", into_id="I2", reason="same"))
    do(room, note("J1", "granted"))
    assert room.board.corridors["K1"].incident == "I2"
    for incident in ("I1", "I2"):
        early = EraseDetails(incident_id=incident, owners=(incident,), term="t", days=30)
        assert isinstance(room.refusal(early, NotOver, actor=PROGRAM), NotOver), "green is held by that name"
        room.refusal(AskErasure(request_id="Q", incident_id=incident, reason="x"), NotOver, actor=ENGINEER)
    do(room, note("J1", "released", "passed"))
    do(room, EndCorridor(corridor_id="K1", outcome="arrived"))
    assert do(room, EraseDetails(incident_id="I1", owners=("I1",), term="t", days=30))


def test_nothing_is_erased_while_a_corridor_stands(room: Any) -> None:
    under_way(room)
    room.do(CancelIncident(incident_id="I1", reason="FALSE"))
    room.refusal(AskErasure(request_id="Q", incident_id="I1", reason="x"), NotOver, actor=ENGINEER)
