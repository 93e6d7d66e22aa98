"""What the server fills into a proposal: what each simulation found, and whether together they run what changes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.edge.test_edge_signals_room import a_result
from turnout.adapters.storage.plan_bodies import FolderBodies
from turnout.core.board import Board
from turnout.core.plans.commands import ProposePlans
from turnout.core.plans.matters import PlanOfJunction, ProposedFigure, SimulatedRun
from turnout.desk.faults import Busy
from turnout.edge.signals_room.asking import Asking
from turnout.edge.signals_room.ports import Told, WorkerLost
from turnout.edge.signals_room.room import SignalsRoom
from turnout.edge.signals_room.simulations import Simulations
from turnout.records.incidents import ActsAsked
from turnout.signals.districts.results import PlanAt, SimulateResult
from turnout.signals.districts.shapes import JunctionPlans, PlanSet
from turnout.signals.districts.work import Answer, Refusal, Work, encode
from turnout.signals.districts.worker import Reader, done

NOBODY: Any = None
STATE = "c" * 64
PLANS = msgspec.json.encode(PlanSet(()))
OTHER = msgspec.json.encode(PlanSet((JunctionPlans(id="x", plans=()),)))
MORNING, EVENING, NIGHT = (PlanAt("221", plan) for plan in ("morning", "evening", "night"))


@dataclass
class HereWorker:
    """As the worker answers, in this process; of the district it says that it is as it was simulated."""

    is_lost: bool = False

    async def ask(self, work: Work, limit_s: float, told: Told | None = None) -> Answer | Refusal:
        if self.is_lost:
            raise WorkerLost("killed")
        if work.kind == "state":
            return Answer(body=encode(STATE))
        message = done(Reader(), work, lambda part, said: None)
        assert isinstance(message, Answer | Refusal)
        return message

    async def stop(self) -> None: ...


class NoRecords:
    def acts(self, asked: ActsAsked) -> list[Any]:
        return []


def a_room(folder: Path, worker: HereWorker | None = None) -> tuple[SignalsRoom, Simulations]:
    (folder / "districts" / "centre").mkdir(parents=True, exist_ok=True)
    (folder / "districts" / "centre" / "district.toml").touch()
    simulations, records = Simulations(FolderBodies(folder)), NoRecords()
    asking, known = Asking(worker or HereWorker(), 60.0), Board()
    room = SignalsRoom(
        lambda: known,
        records,  # type: ignore[arg-type]
        folder,
        simulations,
        asking,
        asking,
        NOBODY,
        has_sumo=lambda: True,
        has_library=lambda: True,
        has_room=lambda: True,
    )
    return room, simulations


async def simulated(simulations: Simulations, *ran: PlanAt, plans: bytes = PLANS, **more: Any) -> str:
    changed = (MORNING, EVENING, NIGHT)
    result: SimulateResult = msgspec.structs.replace(a_result(plans), ran=ran, changed=changed, **more)
    _, simulation = await simulations.take("centre", Answer(body=encode(result), beside=plans))
    return simulation


def proposing(*named: str, **sent: Any) -> ProposePlans:
    return ProposePlans(proposal_id="P", district="centre", simulations=named, **sent)


async def filled(room: SignalsRoom, command: ProposePlans) -> ProposePlans:
    found = await room.fill(command)
    assert isinstance(found, ProposePlans)
    return found


async def test_a_proposal_says_what_its_simulations_found_and_nothing_that_was_sent(tmp_path: Path) -> None:
    room, simulations = a_room(tmp_path)
    simulation = await simulated(simulations, MORNING, EVENING, NIGHT)
    figure = ProposedFigure(figure="delay_s", before=9.0, after=1.0, change=-8.0, low=-9.0, high=-7.0)
    lie = SimulatedRun(simulation=simulation, seeds=20, figures=(figure,))
    found = await filled(room, proposing(simulation, digest="a" * 64, over="b" * 64, runs=(lie,)))
    assert (found.digest, found.over, found.state) == (a_result(PLANS).digest, STATE, STATE)
    (run,) = found.runs
    assert (run.simulation, run.seeds) == (simulation, 5)
    assert [(each.figure, each.change, each.low, each.high) for each in run.figures] == [("delay_s", -2.0, -3.0, -1.0)]
    unknown = await filled(room, proposing("d" * 64, digest="a" * 64, over="b" * 64, runs=(lie,)))
    assert (unknown.digest, unknown.runs) == ("", ())


async def test_a_set_is_run_by_all_its_simulations_together(tmp_path: Path) -> None:
    room, simulations = a_room(tmp_path)
    one = await simulated(simulations, MORNING)
    two = await simulated(simulations, EVENING, NIGHT)
    for named in ((one,), (one, one)):
        assert (await filled(room, proposing(*named))).not_run == PlanOfJunction("221", "evening")
    assert (await filled(room, proposing(two))).not_run == PlanOfJunction("221", "morning")
    for named in ((one, two), (two, one), (one, two, one)):
        found = await filled(room, proposing(*named))
        assert found.not_run is None
        assert [run.simulation for run in found.runs] == list(dict.fromkeys(named))


async def test_simulations_of_two_sets_are_no_proposal(tmp_path: Path) -> None:
    room, simulations = a_room(tmp_path)
    one = await simulated(simulations, MORNING, EVENING, NIGHT)
    other = await simulated(simulations, MORNING, EVENING, NIGHT, plans=OTHER)
    assert (await filled(room, proposing(one, other))).runs == ()


async def test_one_simulation_against_older_files_makes_the_whole_set_too_old(tmp_path: Path) -> None:
    room, simulations = a_room(tmp_path)
    one = await simulated(simulations, MORNING)
    old = await simulated(simulations, EVENING, NIGHT, state="0" * 64)
    for named in ((one, old), (old, one)):
        found = await filled(room, proposing(*named))
        assert (found.over, found.state) == ("0" * 64, STATE)


async def test_a_worker_that_is_gone_is_said_and_not_that_nothing_was_simulated(tmp_path: Path) -> None:
    worker = HereWorker()
    room, simulations = a_room(tmp_path, worker)
    simulation = await simulated(simulations, MORNING, EVENING, NIGHT)
    worker.is_lost = True
    with pytest.raises(Busy):
        await room.fill(proposing(simulation))
