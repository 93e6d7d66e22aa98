"""Who may look at personal details, on what ground; reviews; broken glass; the counter (charter 6, functions 18.5)."""

from typing import Any

import pytest
from msgspec.structs import replace

from turnout.core.board import PersonCard, Position
from turnout.core.calls.commands import AnswerCall, TakeCall
from turnout.core.catalogue import Role
from turnout.core.context import Actor
from turnout.core.incidents.commands import AddPerson, LinkMedia, RouteIncident
from turnout.core.refusals import (
    IdentityTaken,
    NoGround,
    NotPermitted,
    ReviewsFull,
    SecondPersonNeeded,
    TimeNotPossible,
    UnknownCall,
    UnknownEntry,
)
from turnout.core.retention.matters import CallRecord
from turnout.core.retention.refusals import CallOfIncident
from turnout.core.reveals.commands import AnswerGlass, ApproveReview, BreakGlass, DeclineReview, RequestReview
from turnout.core.reveals.policy import AFTER_MS
from turnout.core.reveals.rules import GLASS_MS, REVIEW_DAYS_MAX, REVIEWS_OF_ONE_MAX
from turnout.core.tables.commands import NoteDetailsOpened, NoteFileOpened, PublishCatalogue, SignOff, SignOn
from turnout.core.units.commands import ClearUnits
from turnout.words.identity import ActorId, AgencyId
from turnout.words.moment import DAY_MS
from turnout.words.name import Name

LOOK = NoteDetailsOpened(incident_id="I1", person_id="p1", ref="r1")
DORA = Actor(ActorId("dora"), roles=("dispatcher",))
CREW = Actor(ActorId("tablet-E01"), roles=("crew",), unit="E01")
OTHER_CREW = Actor(ActorId("tablet-C01"), roles=("crew",), unit="C01")
CARL = Actor(ActorId("carl"), roles=("call-taker",))
NINA = Actor(ActorId("nina"), roles=("call-taker",))
AUDREY = Actor(ActorId("audrey"), roles=("auditor",))
SOPHIE = Actor(ActorId("sophie"), roles=("supervisor",))
RECORDS = Actor(ActorId("program:rms"), roles=("records-system",), agencies=(AgencyId("FD"),))


@pytest.fixture
def scene(room: Any, a_city: Any, admin: Any, opening: Any) -> Any:
    """I1, opened by carl in the group fire-north, with one patient; nobody is signed on."""
    roles = dict(a_city.roles)
    for code, may in (("supervisor", ("dispatch", "oversee")), ("auditor", ("audit", "read"))):
        roles[code] = Role(code, Name(code, code), may)
    room.do(PublishCatalogue(catalogue=replace(a_city, roles=roles)), actor=admin)
    room.opened("I0", "NOISE")
    room.do(opening("I1", "FIRE"), actor=CARL)
    room.do(AddPerson(incident_id="I1", person=PersonCard(id="p1", role="patient", ref="r1", digest="d")), actor=CARL)
    room.do(RouteIncident(incident_id="I1", group="fire-north"), actor=DORA)
    return room


def signs_on(room: Any, actor: Actor, *groups: str) -> None:
    position = Position(id=f"at-{actor.id}", actor=actor.id, roles=actor.roles, groups=groups, since=room.now)
    room.do(SignOn(position=position), actor=actor)


def looks(room: Any, actor: Actor) -> str:
    """The ground that it was allowed on; empty where it was not."""
    decided = room.ask(LOOK, actor, purpose="call back")
    return "" if isinstance(decided, NoGround) else decided[0].ground


def test_whoever_took_the_call_may_look_and_another_call_taker_may_not(scene: Any) -> None:
    assert (looks(scene, CARL), looks(scene, NINA)) == ("call-taker", "")


def test_the_crew_that_was_sent_may_look_and_no_other(scene: Any) -> None:
    assert looks(scene, CREW) == ""
    scene.sent("I1", "E01")
    assert (looks(scene, CREW), looks(scene, OTHER_CREW)) == ("crew", "")


def test_a_crew_may_look_until_its_report_is_written_and_no_longer(scene: Any) -> None:
    scene.sent("I1", "E01", "E02")
    scene.do(ClearUnits(units=("E01",), override="turned back"))
    scene.later(AFTER_MS / 1000 - 60)
    assert looks(scene, CREW) == "crew"
    scene.later(120)
    assert looks(scene, CREW) == ""


def test_a_dispatcher_looks_while_signed_on_for_the_group(scene: Any) -> None:
    assert looks(scene, DORA) == ""
    signs_on(scene, DORA, "police-south")
    assert looks(scene, DORA) == "dispatcher", "fire-north is nobody's, so it is everybody's"
    signs_on(scene, SOPHIE, "fire-north")
    assert (looks(scene, DORA), looks(scene, SOPHIE)) == ("", "dispatcher")
    signs_on(scene, DORA)
    assert looks(scene, DORA) == "dispatcher"
    scene.do(SignOff(position_id="at-dora"), actor=DORA)
    assert looks(scene, DORA) == ""


def test_a_records_system_has_what_concerns_its_own_agencies(scene: Any) -> None:
    assert looks(scene, RECORDS) == "agency-record"
    scene.refusal(LOOK, NotPermitted, actor=replace(RECORDS, agencies=(AgencyId("PD"),)), purpose="case file")


def test_a_call_that_waits_is_everybodys_to_call_back_and_then_its_takers(scene: Any) -> None:
    caller = PersonCard(id="p9", role="caller", ref="r9", digest="d")
    scene.do(TakeCall(call_id="K1", channel="phone", caller=caller))
    look = NoteDetailsOpened(call_id="K1", person_id="p9", ref="r9")
    scene.refusal(look, NoGround, actor=NINA, purpose="call back")
    signs_on(scene, NINA)
    (opened,) = scene.do(look, actor=NINA, purpose="call back")
    assert opened.ground == "open-call"
    scene.do(AnswerCall(call_id="K1"), actor=CARL)
    scene.refusal(look, NoGround, actor=NINA, purpose="call back")
    (opened,) = scene.do(look, actor=CARL, purpose="call back")
    assert opened.ground == "call-taker"


def test_a_review_lets_look_once_another_has_approved_it_until_its_end(scene: Any) -> None:
    until = scene.now + DAY_MS
    asked = RequestReview(review_id="V1", incident_id="I1", kinds=("details",), purpose="complaint 7", until=until)
    scene.do(asked, actor=AUDREY)
    assert looks(scene, AUDREY) == ""
    scene.do(ApproveReview(review_id="V1"), actor=SOPHIE)
    (opened,) = scene.do(LOOK, actor=AUDREY, purpose="complaint 7")
    assert (opened.ground, opened.via) == ("review", "V1")
    assert looks(scene, NINA) == "", "it names one person"
    scene.later(DAY_MS / 1000)
    assert looks(scene, AUDREY) == ""


def test_the_caller_of_a_call_that_left_the_board_is_shown_under_a_review_of_the_call(scene: Any) -> None:
    gone = CallRecord("K1", scene.now, caller=PersonCard(id="p9", role="caller", ref="r9", digest="d"))
    look = NoteDetailsOpened(call_id="K1", person_id="p9", ref="r9", call_record=gone)
    until = scene.now + DAY_MS
    asked = RequestReview(
        review_id="V1", call_id="K1", kinds=("details",), purpose="complaint 7", until=until, call_record=gone
    )
    scene.refusal(replace(asked, call_record=None), UnknownCall, actor=AUDREY)
    scene.refusal(replace(asked, call_record=replace(gone, incident="I1")), CallOfIncident, actor=AUDREY)
    scene.do(asked, actor=AUDREY)
    scene.refusal(look, NoGround, actor=AUDREY, purpose="complaint 7")
    scene.do(ApproveReview(review_id="V1"), actor=SOPHIE)
    (opened,) = scene.do(look, actor=AUDREY, purpose="complaint 7")
    assert (opened.ground, opened.via, opened.call, opened.incident) == ("review", "V1", "K1", None)
    scene.refusal(replace(look, call_record=replace(gone, incident="I1")), CallOfIncident, actor=AUDREY, purpose="x")
    scene.refusal(replace(look, call_record=None), UnknownCall, actor=AUDREY, purpose="x")


def test_a_caller_whose_call_left_the_board_is_a_person_of_the_incident(scene: Any) -> None:
    gone = CallRecord("K1", scene.now, "I1", "nina", PersonCard(id="p9", role="caller", ref="r9", digest="d"))
    look = NoteDetailsOpened(incident_id="I1", person_id="p9", ref="r9", gone_calls=(gone,))
    (opened,) = scene.do(look, actor=NINA, purpose="call back")
    assert (opened.ground, opened.incident, opened.person) == ("call-taker", "I1", "p9")
    scene.refusal(replace(look, gone_calls=()), UnknownEntry, actor=CARL, purpose="call back")


def test_a_review_covers_only_what_it_names(scene: Any) -> None:
    scene.do(LinkMedia(incident_id="I1", media_id="m1", kind="photo", ref="f1"), actor=CARL)
    asked = RequestReview(
        review_id="V1", incident_id="I1", kinds=("files",), purpose="complaint", until=scene.now + DAY_MS
    )
    scene.do(asked, actor=AUDREY)
    scene.do(ApproveReview(review_id="V1"), actor=SOPHIE)
    assert looks(scene, AUDREY) == ""
    scene.do(NoteFileOpened(incident_id="I1", media_id="m1", ref="f1"), actor=AUDREY, purpose="complaint")


def test_nobody_approves_their_own_review(scene: Any) -> None:
    asked = RequestReview(
        review_id="V1", incident_id="I0", kinds=("details",), purpose="curious", until=scene.now + DAY_MS
    )
    scene.do(asked, actor=SOPHIE)
    scene.refusal(ApproveReview(review_id="V1"), SecondPersonNeeded, actor=SOPHIE)
    scene.do(replace(asked, review_id="V2", who="sophie"), actor=AUDREY)
    scene.refusal(ApproveReview(review_id="V2"), SecondPersonNeeded, actor=SOPHIE)
    scene.refusal(ApproveReview(review_id="V2"), NotPermitted, actor=DORA)
    scene.refusal(ApproveReview(review_id="V9"), UnknownEntry, actor=SOPHIE)


def test_a_review_has_an_end_within_a_month_a_purpose_and_a_name_of_its_own(scene: Any) -> None:
    asked = RequestReview(review_id="V1", incident_id="I1", kinds=("details",), purpose="x", until=scene.now + DAY_MS)
    scene.refusal(replace(asked, until=scene.now), TimeNotPossible, actor=AUDREY)
    too_long = replace(asked, until=scene.now + (REVIEW_DAYS_MAX + 1) * DAY_MS)
    scene.refusal(too_long, TimeNotPossible, actor=AUDREY)
    scene.refusal(replace(asked, purpose=" "), NotPermitted, actor=AUDREY)
    scene.do(asked, actor=AUDREY)
    scene.refusal(asked, IdentityTaken, actor=AUDREY)


def test_one_person_asks_for_a_few_reviews_at_a_time(scene: Any) -> None:
    until = scene.now + DAY_MS
    for number in range(REVIEWS_OF_ONE_MAX):
        asked = RequestReview(review_id=f"V{number}", incident_id="I1", kinds=("details",), purpose="x", until=until)
        scene.do(asked, actor=AUDREY)
    scene.refusal(replace(asked, review_id="one-more"), ReviewsFull, actor=AUDREY)
    scene.do(DeclineReview(review_id="V3", reason="not needed"), actor=SOPHIE)
    scene.do(replace(asked, review_id="one-more"), actor=AUDREY)


def test_an_ended_review_lets_nobody_look(scene: Any) -> None:
    asked = RequestReview(review_id="V1", incident_id="I1", kinds=("details",), purpose="x", until=scene.now + DAY_MS)
    scene.do(asked, actor=AUDREY)
    scene.do(ApproveReview(review_id="V1"), actor=SOPHIE)
    scene.do(DeclineReview(review_id="V1", reason="done"), actor=SOPHIE)
    assert looks(scene, AUDREY) == ""


def test_breaking_the_glass_works_at_once_and_stays_until_a_second_person_has_answered(scene: Any) -> None:
    scene.do(BreakGlass(glass_id="G1", incident_id="I1", reason="same patient again"), actor=NINA)
    (opened,) = scene.do(LOOK, actor=NINA, purpose="same patient again")
    assert (opened.ground, opened.via) == ("glass", "G1")
    scene.refusal(AnswerGlass(glass_id="G1", finding="justified"), NotPermitted, actor=NINA)
    scene.later(GLASS_MS / 1000)
    assert looks(scene, NINA) == "", "an hour is over"
    assert "G1" in scene.board.glass, "and still somebody has to answer"
    scene.do(AnswerGlass(glass_id="G1", finding="justified"), actor=SOPHIE)
    assert scene.board.glass == {}


def test_nobody_answers_for_their_own_broken_glass(scene: Any) -> None:
    scene.do(BreakGlass(glass_id="G1", incident_id="I0", reason="urgent"), actor=SOPHIE)
    scene.refusal(AnswerGlass(glass_id="G1", finding="justified"), SecondPersonNeeded, actor=SOPHIE)


def test_what_was_not_justified_is_shut_and_what_was_stays_open_for_its_hour(scene: Any) -> None:
    scene.do(BreakGlass(glass_id="G1", incident_id="I1", reason="urgent"), actor=NINA)
    scene.do(AnswerGlass(glass_id="G1", finding="justified"), actor=SOPHIE)
    assert looks(scene, NINA) == "glass"
    scene.refusal(AnswerGlass(glass_id="G1", finding="not-justified"), UnknownEntry, actor=SOPHIE)
    scene.do(BreakGlass(glass_id="G2", incident_id="I1", reason="curious"), actor=OTHER_CREW)
    assert looks(scene, OTHER_CREW) == "glass"
    scene.do(AnswerGlass(glass_id="G2", finding="not-justified"), actor=SOPHIE)
    assert looks(scene, OTHER_CREW) == ""


def test_glass_is_broken_for_a_reason_by_whoever_works_here_and_once(scene: Any) -> None:
    scene.refusal(BreakGlass(glass_id="G1", incident_id="I1", reason=" "), NotPermitted, actor=NINA)
    viewer = Actor(ActorId("vera"), roles=("viewer",))
    scene.refusal(BreakGlass(glass_id="G1", incident_id="I1", reason="x"), NotPermitted, actor=viewer)
    scene.do(BreakGlass(glass_id="G1", incident_id="I1", reason="urgent"), actor=NINA)
    assert scene.do(BreakGlass(glass_id="G2", incident_id="I1", reason="urgent"), actor=NINA) == []
    scene.refusal(BreakGlass(glass_id="G1", incident_id="I0", reason="urgent"), IdentityTaken, actor=NINA)


def test_every_reveal_has_the_next_number(scene: Any) -> None:
    signs_on(scene, DORA)
    numbers = [scene.do(LOOK, actor=actor, purpose="x")[0].n for actor in (CARL, DORA, CARL)]
    assert numbers == [1, 2, 3]
    assert scene.board.reveals == 3
