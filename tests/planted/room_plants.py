"""Planted bugs of the engineers' room: figures that an asker makes up, one person alone, plans that have moved on."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.core import test_core_plans as rules_tests
from tests.edge import test_edge_signals_figures as figures_tests
from tests.edge import test_edge_signals_room as room_tests
from tests.planted.plant import Patch, Plant
from tests.signals.districts import test_signals_adapt as adapt_tests
from tests.signals.districts import test_signals_simulate as simulate_tests
from tests.signals.districts.a_district import a_district
from tests.signals.districts.fake_sumo import install, install_library
from turnout.adapters.storage.plan_bodies import FolderBodies
from turnout.core.plans import rules
from turnout.core.plans.commands import ProposePlans
from turnout.edge.signals_room import jobs, room, simulations
from turnout.edge.signals_room.jobs import Job, Jobs
from turnout.edge.signals_room.simulations import Simulations
from turnout.signals.districts import adapt, run_figures, simulate
from turnout.signals.districts.folder import read_head
from turnout.signals.districts.reading import read_district
from turnout.signals.districts.sumo_program import HOME
from turnout.words.identity import ActorId


def nobody_proposed_it(patch: Patch) -> None:
    honest = rules.find_proposal

    def find(board: rules.Board, proposal_id: str) -> rules.ProposedPlans | None:
        found = honest(board, proposal_id)
        return replace(found, by=ActorId("")) if found is not None else None

    patch.setattr(rules, "find_proposal", find)


def moved_on_unseen(patch: Patch) -> None:
    patch.setattr(rules, "_has_moved_on", lambda board, district, over, command: False)


def whichever_has_the_identity(patch: Patch) -> None:
    patch.setattr(rules, "_is_another", lambda proposal, command: False)


def nothing_is_changed(patch: Patch) -> None:
    patch.setattr(simulate, "changed", lambda base, draft: [])


def figures_believed(patch: Patch) -> None:
    def filled(command: ProposePlans, figures: object, state: str) -> ProposePlans:
        return command

    patch.setattr(room, "_filled", filled)


def bodies_believed(patch: Patch) -> None:
    async def found(self: Simulations, digest: str) -> bytes | None:
        return await self._bodies.find(simulations.PLANS + digest)

    patch.setattr(Simulations, "find_plans", found)


def a_line_without_an_end(patch: Patch) -> None:
    patch.setattr(jobs, "WAITING_MAX", 10**9)


def silent_when_lost(patch: Patch) -> None:
    async def work(self: Jobs, job: Job) -> None:
        try:
            await self._take(job, await self._worker.ask(job.work, self._limit_s))
        except jobs.WorkerLost:
            return

    patch.setattr(Jobs, "_work", work)


def two_people_release(_: Path) -> None:
    rules_tests.test_nobody_releases_or_refuses_what_they_proposed_themselves()


def figures_are_of_what_is_in_force(_: Path) -> None:
    rules_tests.test_figures_against_plans_that_are_no_longer_in_force_count_for_nothing()


def a_gridlock_flows_freely(patch: Patch) -> None:
    honest = run_figures._delay_s

    def delay_s(ran: run_figures.Run, edges: Sequence[str], gates: Sequence[str]) -> float | None:
        return honest(ran, edges, gates) or 0.0

    patch.setattr(run_figures, "_delay_s", delay_s)


def a_gridlock_is_no_improvement(folder: Path) -> None:
    district = read_head(a_district(folder))
    with pytest.MonkeyPatch.context() as patch:
        simulate_tests.test_a_gridlock_through_which_nobody_gets_has_no_delay_and_is_no_improvement(
            (district, read_district(district)), patch, folder
        )


def what_was_looked_at_is_released(_: Path) -> None:
    rules_tests.test_what_is_released_is_what_was_looked_at_though_its_identity_is_used_again()


def every_changed_plan_passes_the_guard(folder: Path) -> None:
    simulate_tests.test_a_changed_plan_that_does_not_run_at_the_hour_passes_the_guard_too(simulate_tests.opened(folder))


async def figures_are_the_simulations(folder: Path) -> None:
    await figures_tests.test_a_proposal_says_what_its_simulations_found_and_nothing_that_was_sent(folder)


def any_simulation_shows_all(patch: Patch) -> None:
    patch.setattr(room, "_filled", lambda *given: replace(honest_filled(*given), not_run=None))


honest_filled = room._filled


async def what_no_simulation_ran_is_named(folder: Path) -> None:
    await figures_tests.test_a_set_is_run_by_all_its_simulations_together(folder)


def one_simulation_is_enough_to_look_at(patch: Patch) -> None:
    patch.setattr(rules, "_is_another", lambda proposal, command: proposal.digest != command.digest)


def all_simulations_were_looked_at(_: Path) -> None:
    rules_tests.test_a_set_for_several_hours_is_released_as_one_by_who_has_looked_at_all_its_simulations()


async def what_is_kept_is_what_it_was(folder: Path) -> None:
    bodies = FolderBodies(folder)
    await room_tests.test_nothing_is_said_of_another_district_or_of_what_is_not_what_it_was(
        (Simulations(bodies), bodies), folder
    )


async def the_line_has_an_end(_: Path) -> None:
    async with asyncio.timeout(60):
        room = Jobs(room_tests.FakeWorker())
        for _n in range(7):
            last = room.put("d", "area", room_tests.WORK)
        assert not isinstance(last, Job)


async def a_lost_job_says_so(_: Path) -> None:
    room = Jobs(room_tests.FakeWorker(room_tests.lost))
    working = asyncio.create_task(room.run())
    job = room_tests.put(room)
    try:
        async with asyncio.timeout(5):
            await job.over.wait()
    finally:
        working.cancel()


def nobody_is_stuck(patch: Patch) -> None:
    patch.setattr(run_figures, "is_locked", lambda trips, end_s: False)


def a_gridlock_of_a_trial_is_told(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        adapt_tests.test_a_gridlock_is_said_with_its_seeds_on_either_side(adapt_tests.opened(folder), folder, patch)


def every_junction_stays_adaptive(patch: Patch) -> None:
    honest = adapt._adapted
    patch.setattr(adapt, "_adapted", lambda *given: tuple(replace(each, on_plan=0) for each in honest(*given)))


def who_fell_back_is_told(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        home = install_library(install(folder / "sumo"))
        patch.setenv(HOME, str(home))
        adapt_tests.test_with_a_broken_detector_each_junction_runs_its_plan_and_the_fault_is_named(
            adapt_tests.opened(folder), home, "stuck"
        )


ROOM_PLANTS: dict[str, Plant] = {
    "plans released by who proposed them": Plant(nobody_proposed_it, two_people_release),
    "plans released over others than they were simulated against": Plant(
        moved_on_unseen, figures_are_of_what_is_in_force
    ),
    "a release of another proposal than was looked at": Plant(
        whichever_has_the_identity, what_was_looked_at_is_released
    ),
    "a changed plan that neither runs nor passes the guard": Plant(
        nothing_is_changed, every_changed_plan_passes_the_guard
    ),
    "a proposal with figures that somebody sent": Plant(figures_believed, figures_are_the_simulations),
    "a set for several hours of which one was simulated": Plant(
        any_simulation_shows_all, what_no_simulation_ran_is_named
    ),
    "a set for several hours released by who has looked at one": Plant(
        one_simulation_is_enough_to_look_at, all_simulations_were_looked_at
    ),
    "plans in force that are not those that were released": Plant(bodies_believed, what_is_kept_is_what_it_was),
    "a gridlock that counts as no delay": Plant(a_gridlock_flows_freely, a_gridlock_is_no_improvement),
    "a gridlock in a trial of control that nobody is told of": Plant(nobody_is_stuck, a_gridlock_of_a_trial_is_told),
    "a fall back to the plan that nobody is told of": Plant(every_junction_stays_adaptive, who_fell_back_is_told),
    "a line of jobs without an end": Plant(a_line_without_an_end, the_line_has_an_end),
    "a job that never says that its process died": Plant(silent_when_lost, a_lost_job_says_so),
}
