"""Signal plans (15.3): proposed once simulated, released by another person, and only against what is in force."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.core.board import Board
from turnout.core.context import Actor, Context
from turnout.core.decide import decide
from turnout.core.evolve import evolve
from turnout.core.history import chronology
from turnout.core.invariants import broken
from turnout.core.no import No
from turnout.core.plans.commands import ProposePlans, RefusePlans, ReleasePlans, WithdrawPlans
from turnout.core.plans.matters import PlanOfJunction, ProposedFigure, ProposedPlans, SimulatedPeriod, SimulatedRun
from turnout.core.plans.refusals import DistrictNotRead, PlansFull, PlansMovedOn, PlansNotRun, PlansNotSimulated
from turnout.core.plans.rules import DISTRICTS_MAX, PROPOSALS_MAX
from turnout.core.refusals import IdentityTaken, NotPermitted, UnknownEntry
from turnout.core.reveals.refusals import SecondPersonNeeded
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import Moment

ADA, BEN = Actor(ActorId("ada"), ("system",)), Actor(ActorId("ben"), ("system",))
FILES, ONE, TWO = "a" * 64, "b" * 64, "c" * 64
SIMULATION = "d" * 64
DELAY = ProposedFigure(figure="delay_s", before=100.0, after=90.0, change=-10.0, low=-14.0, high=-6.0)

FIGURELESS = SimulatedRun(simulation=SIMULATION, seeds=5, figures=())


def proposing(id: str = "P1", digest: str = ONE, over: str = FILES, **more: Any) -> ProposePlans:
    said: dict[str, Any] = {"district": "centre", "note": "morning", "state": over, "digest": digest, "over": over}
    simulations = more.setdefault("simulations", (SIMULATION,))
    runs = tuple(SimulatedRun(simulation=each, seeds=5, figures=(DELAY,)) for each in simulations)
    return ProposePlans(proposal_id=id, **(said | {"runs": runs} | more))


def releasing(id: str = "P1", digest: str = ONE, state: str = FILES, **more: Any) -> ReleasePlans:
    return ReleasePlans(proposal_id=id, digest=digest, state=state, **({"simulations": (SIMULATION,)} | more))


def refusing(id: str = "P1", digest: str = ONE, **more: Any) -> RefusePlans:
    return RefusePlans(proposal_id=id, digest=digest, **({"simulations": (SIMULATION,)} | more))


def context(who: Actor) -> Context:
    return Context(at=Moment(1_000), actor=who, command_id=CommandId("c"))


def given_by(board: Board, who: Actor, command: Any) -> Board | No:
    """The board after it, or why not."""
    decision = decide(board, command, context(who))
    if not isinstance(decision, list):
        return decision
    for event in decision:
        board = evolve(board, event)
    assert broken(board) == []
    return board


def after(*steps: tuple[Actor, Any]) -> Board:
    board = Board()
    for who, command in steps:
        found = given_by(board, who, command)
        assert isinstance(found, Board), found
        board = found
    return board


def test_another_person_releases_what_was_proposed_and_it_is_in_force() -> None:
    board = after((ADA, proposing()), (BEN, releasing(reason="try it")))
    row = board.district_plans["centre"]
    assert row.proposals == ()
    assert row.released is not None
    assert (row.released.digest, row.released.proposal, row.released.by) == (ONE, "P1", "ben")


def test_nobody_releases_or_refuses_what_they_proposed_themselves() -> None:
    board = after((ADA, proposing()))
    for command in (releasing(), refusing()):
        assert given_by(board, ADA, command) == SecondPersonNeeded(whose=ActorId("ada"))


@pytest.mark.parametrize("lacking", [{"runs": ()}, {"runs": (FIGURELESS,)}, {"over": ""}, {"digest": ""}])
def test_what_no_simulation_compared_cannot_be_proposed(lacking: dict[str, Any]) -> None:
    command = msgspec.structs.replace(proposing(), **lacking)
    assert given_by(Board(), ADA, command) == PlansNotSimulated(district="centre")


def test_figures_against_plans_that_are_no_longer_in_force_count_for_nothing() -> None:
    two = proposing("P2", TWO)
    board = after((ADA, proposing()), (ADA, two), (BEN, releasing()))
    moved_on = PlansMovedOn(district="centre")
    assert given_by(board, BEN, releasing("P2", TWO, state=ONE, after="P1")) == moved_on
    assert given_by(board, BEN, releasing("P2", TWO)) == moved_on
    assert given_by(board, ADA, proposing("P3", TWO, state=ONE, after="P1")) == moved_on
    assert given_by(board, ADA, proposing("P3", TWO)) == moved_on
    assert isinstance(given_by(board, ADA, proposing("P3", TWO, over=ONE, after="P1")), Board)


def test_what_is_released_is_what_was_looked_at_though_its_identity_is_used_again() -> None:
    another = proposing(digest=TWO, simulations=("e" * 64,))
    board = after((ADA, proposing()), (ADA, WithdrawPlans(proposal_id="P1")), (ADA, another))
    moved_on = PlansMovedOn(district="centre")
    for seen in ({}, {"digest": TWO}, {"simulations": ("e" * 64,)}):
        assert given_by(board, BEN, releasing(**seen)) == moved_on
        assert given_by(board, BEN, refusing(**seen)) == moved_on
    assert isinstance(given_by(board, BEN, releasing(digest=TWO, simulations=("e" * 64,))), Board)


def test_a_set_for_several_hours_is_released_as_one_by_who_has_looked_at_all_its_simulations() -> None:
    runs = tuple(
        SimulatedRun(simulation=name, seeds=5, figures=(DELAY,), period=SimulatedPeriod("mon", hour * 60))
        for name, hour in (("7", 7), ("12", 12), ("17", 17))
    )
    proposed = proposing(simulations=("7", "12", "17"), runs=runs)
    board = after((ADA, proposed))
    (waiting,) = board.district_plans["centre"].proposals
    assert waiting.runs == runs
    moved_on = PlansMovedOn(district="centre")
    for seen in (("7",), ("7", "12"), ("7", "17", "12"), ("7", "12", "17", "17")):
        assert given_by(board, BEN, releasing(simulations=seen)) == moved_on
        assert given_by(board, BEN, refusing(simulations=seen)) == moved_on
    released = given_by(board, BEN, releasing(simulations=("7", "12", "17")))
    assert isinstance(released, Board)
    assert released.district_plans["centre"].proposals == ()
    one_empty = proposing(simulations=("7", "12"), runs=(runs[0], FIGURELESS))
    assert given_by(Board(), ADA, one_empty) == PlansNotSimulated(district="centre")


def test_figures_over_files_that_have_changed_since_count_for_nothing() -> None:
    board = after((ADA, proposing()))
    assert given_by(board, BEN, releasing(state=TWO)) == PlansMovedOn(district="centre")
    assert given_by(board, ADA, proposing("P2", state=TWO)) == PlansMovedOn(district="centre")
    assert given_by(board, BEN, releasing(state="")) == DistrictNotRead(district="centre")
    assert given_by(board, ADA, proposing("P2", state="")) == DistrictNotRead(district="centre")


def test_after_a_release_a_district_whose_files_have_grown_takes_the_next_proposal() -> None:
    grown = "f" * 64
    board = after((ADA, proposing()), (BEN, releasing()), (ADA, proposing("P2", TWO, over=grown, after="P1")))
    assert isinstance(given_by(board, BEN, releasing("P2", TWO, state=grown, after="P1")), Board)


def test_a_set_with_a_changed_plan_that_did_not_run_is_not_proposed() -> None:
    left = proposing(not_run=PlanOfJunction("221", "0"))
    assert given_by(Board(), ADA, left) == PlansNotRun(district="centre", junction="221", plan="0")


def test_a_refused_proposal_leaves_the_board_and_changes_nothing_in_force() -> None:
    board = after((ADA, proposing()), (BEN, refusing(reason="too long a red")))
    assert board.district_plans == {}


def test_only_who_proposed_it_withdraws_it() -> None:
    board = after((ADA, proposing()))
    no = given_by(board, BEN, WithdrawPlans(proposal_id="P1"))
    assert no == NotPermitted(command="withdraw-plans", lacks="own-name", subject="ada")
    gone = given_by(board, ADA, WithdrawPlans(proposal_id="P1"))
    assert isinstance(gone, Board)
    assert gone.district_plans == {}


def test_an_identity_names_one_waiting_proposal() -> None:
    board = after((ADA, proposing()))
    assert given_by(board, BEN, proposing(digest=TWO)) == IdentityTaken(kind="plans", value="P1")
    assert given_by(board, BEN, releasing("P9")) == UnknownEntry(kind="plans", entry="P9")
    taken = IdentityTaken(kind="plans", value="P1")
    assert given_by(Board(), ADA, proposing(is_taken=True)) == taken
    released = after((ADA, proposing()), (BEN, releasing()))
    assert given_by(released, ADA, proposing(over=ONE, after="P1")) == taken


def test_proposals_and_districts_have_a_limit() -> None:
    board = after(*((ADA, proposing(f"P{n}")) for n in range(PROPOSALS_MAX)))
    assert given_by(board, ADA, proposing("more")) == PlansFull(most=PROPOSALS_MAX)
    board = after(*((ADA, proposing(f"P{n}", district=f"d{n}")) for n in range(DISTRICTS_MAX)))
    assert given_by(board, ADA, proposing("more", district="one-more")) == PlansFull(most=DISTRICTS_MAX)


def test_the_chronology_says_what_was_proposed_and_what_it_would_change_in_both_languages() -> None:
    decision = decide(Board(), proposing(), context(ADA))
    assert isinstance(decision, list)
    (said,) = chronology(list(enumerate(decision)))
    assert "delay -10.0 s [-14.0, -6.0]: morning" in said.text.en
    assert said.text.zh.startswith("提出信号方案")
    assert "延误 -10.0 s" in said.text.zh


def test_the_chronology_says_of_each_hour_what_it_would_change() -> None:
    periods = (SimulatedPeriod("mon", 425), SimulatedPeriod("sat", 0))
    runs = tuple(SimulatedRun(simulation=p.day, seeds=5, figures=(DELAY,), period=p) for p in periods)
    decision = decide(Board(), proposing(simulations=("mon", "sat"), runs=runs), context(ADA))
    assert isinstance(decision, list)
    (said,) = chronology(list(enumerate(decision)))
    assert "delay Mon 07:05 -10.0 s [-14.0, -6.0], delay Sat 00:00 -10.0 s" in said.text.en
    assert "周一 07:05 延误 -10.0 s [-14.0, -6.0]，周六 00:00 延误" in said.text.zh


steps = st.tuples(
    st.sampled_from([ADA, BEN]),
    st.sampled_from(["propose", "release", "refuse", "withdraw"]),
    st.sampled_from(["P1", "P2", "P3"]),
    st.sampled_from([FILES, ONE, TWO]),
    st.sampled_from([ONE, TWO]),
)


@given(st.lists(steps, max_size=30))
def test_whatever_is_commanded_what_is_in_force_was_released_by_a_second_person_over_what_was_in_force(
    chosen: list[tuple[Actor, str, str, str, str]],
) -> None:
    board, in_force, released = Board(), "", ""
    waiting: dict[str, ProposedPlans] = {}
    for who, act, id, over, digest in chosen:
        state, ids = in_force or FILES, {} if not released else {"after": released}
        commands: dict[str, Any] = {
            "propose": proposing(id, digest, over, state=state, **ids),
            "release": releasing(id, digest, state, **ids),
            "refuse": refusing(id, digest),
            "withdraw": WithdrawPlans(proposal_id=id),
        }
        command = commands[act]
        found = given_by(board, who, command)
        if isinstance(found, Board):
            board = found
            if act == "release":
                assert waiting[id].by != who.id
                assert waiting[id].over == (in_force or FILES)
                assert waiting[id].digest == digest
                in_force, released = digest, id
        row = board.district_plans.get("centre")
        waiting = {each.id: each for each in row.proposals} if row is not None else {}
        assert (row.released.digest if row is not None and row.released is not None else "") == in_force
