"""A worker of the engineers' room as a process: it answers, and however it ends, it is noticed and nothing is left."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.signals.districts.a_district import a_district
from tests.signals.districts.fake_sumo import calls_of, install
from turnout.adapters.signals_worker import WORDS, WorkerProcess
from turnout.edge.signals_room.ports import WorkerLate, WorkerLost
from turnout.signals.districts.results import Simulate
from turnout.signals.districts.shapes import DistrictShape, PlanSet
from turnout.signals.districts.sumo_program import HOME, MISSING
from turnout.signals.districts.work import Answer, Kind, Progress, Refusal, Work, encode, pieces
from turnout.signals.districts.worker import machine_bytes, memory_most

LONG_S = 120.0
"""On a busy machine a process of Python takes seconds to begin."""


@pytest.fixture
async def worker() -> AsyncIterator[WorkerProcess]:
    worker = WorkerProcess()
    yield worker
    await worker.stop()


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(a_district(tmp_path))


def work(folder: str, kind: Kind = "district", ask: object = None) -> Work:
    return Work(kind=kind, folder=folder, ask=encode(ask))


def simulation() -> Simulate:
    return Simulate(plans=PlanSet(()), seeds=5)


async def until_gone(pid: int) -> None:
    for _ in range(600):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z":
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"process {pid} is still there")


async def until_called(home: Path) -> int:
    """The process of the SUMO that runs."""
    for _ in range(600):
        if calls := calls_of(home):
            return calls[-1][0]
        await asyncio.sleep(0.1)
    raise AssertionError("SUMO was never run")


async def test_it_answers_one_question_after_another_from_one_process(worker: WorkerProcess, folder: str) -> None:
    first = await worker.ask(work(folder), LONG_S)
    assert isinstance(first, Answer)
    assert msgspec.json.decode(first.body, type=DistrictShape).card.junctions == 4
    pid = worker.pid
    refused = await worker.ask(work(folder, "check", {"plans": {"junctions": [{"id": "no", "plans": []}]}}), LONG_S)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.problems[0]["rule"]) == ("signals-broken", "unknown-junction")
    broken = await worker.ask(work(folder, "check", {"plans": 7}), LONG_S)
    assert isinstance(broken, Refusal)
    assert broken.code == "malformed"
    assert worker.pid == pid


async def test_what_cannot_be_run_is_refused_in_both_languages(
    worker: WorkerProcess, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(HOME, str(tmp_path / "nowhere"))
    refused = await worker.ask(work(folder, "simulate", simulation()), LONG_S)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.said) == ("signals-unsupported", MISSING)


async def test_a_killed_process_is_noticed_and_the_next_question_has_a_new_one(
    worker: WorkerProcess, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = install(tmp_path / "home", "hangs")
    monkeypatch.setenv(HOME, str(home))
    asking = asyncio.create_task(worker.ask(work(folder, "simulate", simulation()), LONG_S))
    sumo = await until_called(home)
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(WorkerLost):
        await asking
    await until_gone(sumo)
    assert isinstance(await worker.ask(work(folder), LONG_S), Answer)
    assert worker.pid != pid


async def test_one_that_is_late_is_ended_with_the_sumo_that_it_started(
    worker: WorkerProcess, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = install(tmp_path / "home", "hangs")
    monkeypatch.setenv(HOME, str(home))
    assert isinstance(await worker.ask(work(folder), LONG_S), Answer)
    told: list[Progress] = []
    asking = asyncio.create_task(worker.ask(work(folder, "simulate", simulation()), 8.0, told.append))
    sumo = await until_called(home)
    with pytest.raises(WorkerLate):
        await asking
    await until_gone(sumo)
    assert told[0].said.zh.startswith("正在仿真现行方案")


async def test_a_question_that_is_given_up_ends_the_process(
    worker: WorkerProcess, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = install(tmp_path / "home", "hangs")
    monkeypatch.setenv(HOME, str(home))
    asking = asyncio.create_task(worker.ask(work(folder, "simulate", simulation()), LONG_S))
    sumo = await until_called(home)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await until_gone(sumo)


async def test_one_that_is_ended_leaves_no_files_of_its_simulation(
    folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = install(tmp_path / "home", "hangs")
    monkeypatch.setenv(HOME, str(home))
    place = tmp_path / "place"
    worker = WorkerProcess(place=place)
    asking = asyncio.create_task(worker.ask(work(folder, "simulate", simulation()), LONG_S))
    await until_called(home)
    assert list(place.glob("*/*/plans.add.xml"))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert list(place.iterdir()) == []


async def test_when_nobody_asks_any_more_it_ends_with_what_it_started(
    folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As when the desk is killed: its pipes close, and that is all that is left of it."""
    home = install(tmp_path / "home", "hangs")
    monkeypatch.setenv(HOME, str(home))
    with subprocess.Popen(WORDS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True) as child:
        assert child.stdin is not None
        child.stdin.writelines(pieces(work(folder, "simulate", simulation())))
        child.stdin.flush()
        sumo = await until_called(home)
        child.stdin.close()
        assert await asyncio.to_thread(child.wait, LONG_S) == -signal.SIGKILL
    await until_gone(sumo)


@pytest.mark.parametrize(
    "says",
    [
        "import sys; sys.stdout.buffer.write(b'\\xff' * 12 + b'x' * 100); sys.stdout.flush(); input()",
        "import sys; sys.stdout.buffer.write(b'\\0\\0\\0\\3' + bytes(8) + b'{]}'); sys.stdout.flush(); input()",
        "import sys; sys.stdout.buffer.write(b'\\0\\0\\1\\0' + bytes(8) + b'half')",
        "raise SystemExit(3)",
    ],
)
async def test_a_program_that_speaks_otherwise_is_a_lost_worker(folder: str, says: str) -> None:
    worker = WorkerProcess((sys.executable, "-c", says))
    with pytest.raises(WorkerLost):
        await worker.ask(work(folder), LONG_S)
    assert worker.pid is None


async def test_a_program_that_is_not_there_is_a_lost_worker(folder: str, tmp_path: Path) -> None:
    worker = WorkerProcess((str(tmp_path / "gone"),))
    with pytest.raises(WorkerLost):
        await worker.ask(work(folder), LONG_S)


def test_on_a_small_machine_half_of_the_memory_stays_the_desks() -> None:
    assert [memory_most(gib << 30) >> 30 for gib in (1, 4, 16, 256)] == [1, 2, 8, 8]


async def test_it_has_the_lowest_priority_and_limits_that_hold_for_what_it_starts(
    worker: WorkerProcess, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = install(tmp_path / "home", "hangs")
    monkeypatch.setenv(HOME, str(home))
    asking = asyncio.create_task(worker.ask(work(folder, "simulate", simulation()), LONG_S))
    sumo = await until_called(home)
    assert os.getpriority(os.PRIO_PROCESS, sumo) == 19
    limits = Path(f"/proc/{sumo}/limits").read_text(encoding="ascii")
    (space,) = [line.split()[3] for line in limits.splitlines() if line.startswith("Max address space")]
    assert int(space) <= memory_most(machine_bytes())
    assert Path(f"/proc/{sumo}/oom_score_adj").read_text(encoding="ascii") == "1000\n"
    assert "unlimited" not in next(line for line in limits.splitlines() if line.startswith("Max file size"))
    asking.cancel()
