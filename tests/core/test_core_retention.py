"""What may be kept longer and what erased (18.4): holds go before everything, and nobody erases alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from turnout.core.board import Board, Call, Incident, Location, PersonCard
from turnout.core.context import Actor, Context
from turnout.core.decide import decide
from turnout.core.evolve import evolve
from turnout.core.retention.commands import (
    ApproveErasure,
    AskErasure,
    DeclineErasure,
    EraseDetails,
    PlaceHold,
    ReleaseHold,
)
from turnout.core.retention.events import DetailsErased
from turnout.core.retention.matters import CallRecord
from turnout.core.retention.rules import REQUESTS_OF_ONE_MAX, decide_retention
from turnout.words.identity import ActorId, AgencyId, CallId, CommandId, IncidentId
from turnout.words.moment import Moment
from turnout.words.place import Place

NOON = Moment(1_780_000_000_000)
GONE = Incident(
    id=IncidentId("I1"),
    tag="F01",
    numbers={},
    position="D1",
    status_since=NOON,
    last_change=NOON,
    priority=3,
    type="MED",
    location=Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate"),
    agencies=(AgencyId("fire"),),
    calls=("C1",),  # type: ignore[arg-type]
    opened=NOON,
    opened_by=ActorId("caller-taker"),
    status="closed",
    closed=NOON,
)


def by(who: str) -> Context:
    return Context(at=NOON, actor=Actor(id=ActorId(who)), command_id=CommandId("c"), position="")


def done(board: Board, command: Any, who: str = "ann") -> Board:
    found = decide_retention(board, command, by(who))
    assert isinstance(found, list), found
    for event in found:
        board = evolve(board, event)
    return board


def code(board: Board, command: Any, who: str = "ann") -> str:
    found = decide_retention(board, command, by(who))
    return "" if isinstance(found, list) else str(found.__struct_config__.tag)


HOLD = PlaceHold(hold_id="h", incident_id="I1", reason="complaint 12", record=GONE)
ASK = AskErasure(request_id="r", incident_id="I1", reason="wrong person", record=GONE)
APPROVE = ApproveErasure(request_id="r", record=GONE)
TERM = EraseDetails(incident_id="I1", owners=("I1", "C1"), term="default", days=180)


def test_one_asks_and_another_approves_and_every_key_is_named() -> None:
    board = done(Board.empty(), ASK)
    assert code(board, APPROVE) == "second-person-needed"
    (event,) = decide_retention(board, APPROVE, by("bob"))  # type: ignore[misc]
    assert isinstance(event, DetailsErased)
    assert (event.owners, event.rule, event.whose) == (("I1", "C1"), "request", "ann")
    assert evolve(board, event).erasures == {}


def test_while_a_hold_stands_nothing_is_erased_by_anybody() -> None:
    asked = done(Board.empty(), ASK)
    held = done(asked, HOLD)
    assert [code(held, one, "bob") for one in (APPROVE, TERM, ASK)] == ["on-hold", "on-hold", "identity-taken"]
    assert code(done(Board.empty(), HOLD), ASK) == "on-hold"
    free = done(held, ReleaseHold(hold_id="h", reason="settled"))
    assert code(free, APPROVE, "bob") == code(free, TERM) == ""


def test_the_hold_of_one_call_keeps_the_incident_that_it_concerns() -> None:
    record = CallRecord("C1", NOON)
    board = done(Board.empty(), PlaceHold(hold_id="h", call_id="C1", reason="court", call_record=record))
    assert code(board, TERM) == "on-hold"
    asked = done(Board.empty(), ASK)
    held = done(asked, PlaceHold(hold_id="h", call_id="C1", reason="court", call_record=record))
    assert code(held, APPROVE, "bob") == "on-hold"


def test_the_hold_of_an_incident_keeps_what_was_merged_into_it() -> None:
    record = replace(GONE, id=IncidentId("I3"))
    chain = ("I2", "I3")
    hold = PlaceHold(hold_id="h", incident_id="I3", reason="court", record=record)
    board = done(done(Board.empty(), ASK), hold)
    assert code(board, replace(APPROVE, merged=chain), "bob") == "on-hold"
    assert code(board, replace(TERM, merged=chain)) == "on-hold"
    assert code(done(Board.empty(), hold), replace(ASK, merged=chain)) == "on-hold"
    assert code(done(Board.empty(), ASK), replace(APPROVE, merged=chain), "bob") == ""


def test_one_who_asks_for_many_erasures_leaves_room_for_others() -> None:
    asked = done(Board.empty(), ASK).erasures["r"]
    full = {f"r{n}": replace(asked, id=f"r{n}") for n in range(REQUESTS_OF_ONE_MAX)}
    board = replace(Board.empty(), erasures=full)
    assert code(board, ASK) == "retention-full"
    assert code(board, ASK, "bob") == ""


def test_a_call_of_an_incident_is_decided_for_the_incident_and_one_that_never_was_for_nothing() -> None:
    of_incident = PlaceHold(hold_id="h", call_id="C1", reason="court", call_record=CallRecord("C1", NOON, "I1"))
    assert code(Board.empty(), of_incident) == "call-of-incident"
    assert code(Board.empty(), replace(of_incident, call_record=None)) == "unknown-call"


def test_an_incident_whose_calls_are_not_known_is_not_erased_in_part() -> None:
    board = done(Board.empty(), ASK)
    assert code(board, replace(APPROVE, record=None), "bob") == "unknown-incident"


@pytest.mark.parametrize("command", [HOLD, ASK])
def test_a_reason_is_needed_and_the_matter_must_be_known(command: Any) -> None:
    assert code(Board.empty(), replace(command, reason=" ")) == "not-permitted"
    assert code(Board.empty(), replace(command, record=None)) == "unknown-incident"
    assert code(Board.empty(), replace(command, incident_id="", record=None)) == "unknown-incident"


def test_what_somebody_works_on_is_not_erased() -> None:
    board = replace(Board.empty(), incidents={GONE.id: replace(GONE, status="active", closed=None)})
    assert code(board, TERM) == code(board, ASK) == "not-over"


def test_a_request_that_is_declined_is_off_the_board() -> None:
    board = done(done(Board.empty(), ASK), DeclineErasure(request_id="r", reason="needed in court"), "bob")
    assert board.erasures == {}
    assert code(board, APPROVE, "bob") == "unknown-entry"


def test_only_the_program_says_that_a_term_is_over() -> None:
    refused = decide(Board.empty(), TERM, by("ann"))
    assert not isinstance(refused, list)
    assert refused.__struct_config__.tag == "not-permitted"


def a_card(id: str, ref: str, role: Any = "patient") -> PersonCard:
    return PersonCard(id=id, role=role, ref=ref, digest="d")


PEOPLE = replace(
    GONE,
    persons=(a_card("ann", "card-2"), a_card("bob", "card-3"), a_card("old", "0123")),
    earlier_persons=(a_card("ann", "card-1"),),
)
ASK_CARD = replace(ASK, person_id="ann", record=PEOPLE)
APPROVE_CARD = replace(APPROVE, record=PEOPLE)


def test_one_persons_card_is_erased_alone_in_all_its_versions() -> None:
    board = done(Board.empty(), ASK_CARD)
    assert board.erasures["r"].card == "ann"
    assert code(board, APPROVE_CARD) == "second-person-needed"
    (event,) = decide_retention(board, APPROVE_CARD, by("bob"))  # type: ignore[misc]
    assert isinstance(event, DetailsErased)
    assert (event.owners, event.card, event.rule, event.whose) == (("card-2", "card-1"), "ann", "request", "ann")


def test_a_callers_card_is_erased_alone_of_a_call_and_of_the_incident_that_it_concerns() -> None:
    caller = a_card("cat", "card-9", "caller")
    call = Call(id=CallId("C1"), channel="phone", received=NOON, status="closed", closed=NOON, caller=caller)
    board = replace(Board.empty(), calls={call.id: call})
    asked = done(board, AskErasure(request_id="r", call_id="C1", person_id="cat", reason="asked for it"))
    (event,) = decide_retention(asked, ApproveErasure(request_id="r"), by("bob"))  # type: ignore[misc]
    assert isinstance(event, DetailsErased)
    assert event.owners == ("card-9",)
    asked = done(board, replace(ASK_CARD, person_id="cat"))
    (event,) = decide_retention(asked, APPROVE_CARD, by("bob"))  # type: ignore[misc]
    assert isinstance(event, DetailsErased)
    assert event.owners == ("card-9",)


def test_a_callers_card_is_erased_alone_when_its_call_has_left_the_board() -> None:
    caller = a_card("cat", "card-9", "caller")
    gone = CallRecord("C1", NOON, caller=caller)
    ask = AskErasure(request_id="r", call_id="C1", person_id="cat", reason="asked for it", call_record=gone)
    asked = done(Board.empty(), ask)
    (event,) = decide_retention(asked, ApproveErasure(request_id="r", call_record=gone), by("bob"))  # type: ignore[misc]
    assert isinstance(event, DetailsErased)
    assert event.owners == ("card-9",)
    of_incident = (replace(gone, incident="I1"),)
    asked = done(Board.empty(), replace(ASK_CARD, person_id="cat", gone_calls=of_incident))
    (event,) = decide_retention(asked, replace(APPROVE_CARD, gone_calls=of_incident), by("bob"))  # type: ignore[misc]
    assert isinstance(event, DetailsErased)
    assert event.owners == ("card-9",)
    assert code(asked, APPROVE_CARD, "bob") == "unknown-entry"


def test_a_card_under_its_incidents_key_or_of_nobody_is_not_erased_alone() -> None:
    assert code(Board.empty(), replace(ASK_CARD, person_id="old")) == "shared-key"
    assert code(Board.empty(), replace(ASK_CARD, person_id="eve")) == "unknown-entry"


def test_a_hold_of_any_call_of_the_incident_keeps_each_card() -> None:
    record = CallRecord("C1", NOON)
    hold = PlaceHold(hold_id="h", call_id="C1", reason="court", call_record=record)
    assert code(done(done(Board.empty(), ASK_CARD), hold), APPROVE_CARD, "bob") == "on-hold"
    assert code(done(Board.empty(), HOLD), ASK_CARD) == "on-hold"


COMMANDS = [
    *(HOLD, ASK, APPROVE, ASK_CARD, APPROVE_CARD, TERM),
    ReleaseHold(hold_id="h", reason="x"),
    DeclineErasure(request_id="r", reason="x"),
]
steps = st.lists(st.sampled_from(COMMANDS), max_size=30)


@given(steps, st.lists(st.sampled_from(["ann", "bob"]), min_size=30, max_size=30))
def test_whatever_is_done_nothing_is_erased_under_a_hold_or_by_one_person_alone(
    commands: list[Any], who: list[str]
) -> None:
    board = Board.empty()
    for command, name in zip(commands, who, strict=False):
        found = decide_retention(board, command, by(name))
        for event in found if isinstance(found, list) else []:
            if isinstance(event, DetailsErased):
                assert not board.holds
                assert event.rule == "term" or event.whose not in (None, name)
            board = evolve(board, event)
