"""The engineers' room beside the desk: a line of jobs with an end, results that are bounded, a store that is believed
only where it is what it was.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

from turnout.adapters.storage.plan_bodies import FolderBodies
from turnout.core.plans.commands import SIMULATIONS_MAX
from turnout.desk.faults import StorageFailed
from turnout.edge.answers import Declined
from turnout.edge.signals_room import asking, jobs
from turnout.edge.signals_room import simulations as room_simulations
from turnout.edge.signals_room.asking import Asking
from turnout.edge.signals_room.jobs import Job, Jobs
from turnout.edge.signals_room.ports import Told, WorkerLate, WorkerLost
from turnout.edge.signals_room.simulations import PLANS, SIMULATIONS, Simulations, sha256
from turnout.signals.districts.results import ConfidenceInterval, Pair, RunCounts, SimulateResult
from turnout.signals.districts.shapes import PlanSet
from turnout.signals.districts.work import Answer, Progress, Refusal, Work
from turnout.words.name import Name

WORK = Work(kind="area", folder="nowhere")
HALF = Progress(part=0.5, said=Name("half", "一半"))


def answer(body: object) -> Answer:
    return Answer(body=msgspec.json.encode(body))


class FakeWorker:
    """Does what it is told, question by question; without a word it waits for ever."""

    def __init__(self, *does: Callable[[], Awaitable[Answer | Refusal]]) -> None:
        self.does, self.asked, self.stopped = list(does), 0, 0
        self.begun = asyncio.Event()

    async def ask(self, work: Work, limit_s: float, told: Told | None = None) -> Answer | Refusal:
        self.asked += 1
        self.begun.set()
        if told is not None:
            told(HALF)
        if not self.does:
            await asyncio.Event().wait()
        return await self.does.pop(0)()

    async def stop(self) -> None:
        self.stopped += 1


async def found() -> Answer:
    return answer({"found": 1})


async def lost() -> Answer:
    raise WorkerLost("killed")


async def late() -> Answer:
    raise WorkerLate


@pytest.fixture
async def line() -> AsyncIterator[Callable[[FakeWorker], Jobs]]:
    tasks: list[asyncio.Task[None]] = []

    def started(worker: FakeWorker) -> Jobs:
        made = Jobs(worker)
        tasks.append(asyncio.create_task(made.run()))
        return made

    yield started
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


Line = Callable[[FakeWorker], Jobs]


def put(line: Jobs) -> Job:
    job = line.put("d", "area", WORK)
    assert isinstance(job, Job)
    return job


async def test_jobs_are_done_one_after_another_and_say_how_far_they_are(line: Line) -> None:
    worker = FakeWorker(found, found)
    room = line(worker)
    one, two = put(room), put(room)
    assert (one.card.state, one.card.progress) == ("waiting", 0.0)
    await two.over.wait()
    assert [job.card.state for job in (one, two)] == ["done", "done"]
    assert one.card.progress == 1.0
    assert msgspec.json.decode(msgspec.json.encode(one.card))["result"] == {"found": 1}


async def test_a_line_of_jobs_has_an_end_and_who_comes_after_is_told_when_to_ask_again(line: Line) -> None:
    worker = FakeWorker()
    room = line(worker)
    running = put(room)
    await worker.begun.wait()
    for _ in range(jobs.WAITING_MAX):
        put(room)
    no = room.put("d", "area", WORK)
    assert isinstance(no, Declined)
    assert (no.code, no.status, no.retry_after_s) == ("jobs-full", 429, jobs.AGAIN_S)
    assert running.card.state == "running"
    assert running.card.said == HALF.said


async def test_a_cancelled_place_in_the_line_is_free_again(line: Line) -> None:
    worker = FakeWorker()
    room = line(worker)
    running = put(room)
    await worker.begun.wait()
    for _ in range(3):
        waiting = [put(room) for _ in range(jobs.WAITING_MAX)]
        assert isinstance(room.put("d", "area", WORK), Declined)
        for job in waiting:
            await room.cancel(job)
            assert job.card.state == "cancelled"
    await room.cancel(running)
    assert running.card.state == "cancelled"
    await room.cancel(running)
    worker.does = [found]
    last = put(room)
    await last.over.wait()
    assert last.card.state == "done"
    assert worker.asked == 2


@pytest.mark.parametrize(("does", "said"), [(lost, jobs.LOST), (late, jobs.LATE)])
async def test_a_job_whose_process_dies_says_so_and_the_next_one_is_done(
    line: Line, does: Callable[[], Awaitable[Answer]], said: Name
) -> None:
    room = line(FakeWorker(does, found))
    one, two = put(room), put(room)
    await two.over.wait()
    assert (one.card.state, one.card.said) == ("failed", said)
    assert two.card.state == "done"


async def test_a_bug_in_what_takes_a_result_fails_that_job_only(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    room = line(FakeWorker(found, found))

    async def taken(found: Answer) -> tuple[msgspec.Raw, str]:
        raise StorageFailed("the disk is gone")

    one = room.put("d", "simulate", WORK, taken)
    assert isinstance(one, Job)
    two = put(room)
    await two.over.wait()
    assert (one.card.state, one.card.said, one.card.result) == ("failed", jobs.UNKEPT, None)
    assert two.card.state == "done"
    assert "the disk is gone" in caplog.text


async def test_results_and_jobs_are_kept_within_their_limits(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "RESULT_BYTES_MAX", 100)

    async def much() -> Answer:
        return answer("x" * 200)

    worker = FakeWorker(much, *[found] * (jobs.KEPT_MAX + 5))
    room = line(worker)
    first = put(room)
    await first.over.wait()
    assert (first.card.state, first.card.said) == ("failed", jobs.TOO_LARGE)
    for _ in range(jobs.KEPT_MAX + 5):
        await put(room).over.wait()
    assert room.find(first.id) is None
    assert len(room.listed()) == jobs.KEPT_MAX


async def test_no_proposal_can_answer_with_more_than_its_simulations_may_say_together(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = 100
    monkeypatch.setattr(jobs, "PROPOSED_BYTES_MAX", each * SIMULATIONS_MAX)
    kept: list[int] = []

    async def taken(found: Answer) -> tuple[msgspec.Raw, str]:
        kept.append(len(found.body))
        return msgspec.Raw(found.body), "s"

    async def said(size: int) -> Answer:
        return Answer(body=b"x" * size, beside=b"")

    worker = FakeWorker(*(partial(said, size) for size in (each, each + 1, each + 1)))
    room = line(worker)
    fits, does_not = (room.put("d", "simulate", WORK, taken) for _ in range(2))
    other = room.put("d", "quality", WORK)
    assert isinstance(fits, Job)
    assert isinstance(does_not, Job)
    assert isinstance(other, Job)
    await other.over.wait()
    assert (fits.state, does_not.state, does_not.said, other.state) == ("done", "failed", jobs.TOO_MANY_SIGNALS, "done")
    assert kept == [each], "what no proposal can show is not kept"


async def test_results_of_jobs_are_bounded_together_and_what_was_asked_goes(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = len(answer({"found": 1}).body)
    monkeypatch.setattr(jobs, "KEPT_BYTES_MAX", 3 * each)
    room = line(FakeWorker(*[found] * 5))
    made = [room.put("d", "area", Work(kind="area", folder="nowhere", ask=b"draft", plans=b"plans")) for _ in range(5)]
    for job in made:
        assert isinstance(job, Job)
        await job.over.wait()
        assert (job.work.ask, job.work.plans, job.taken) == (b"", b"", None)
    assert room.listed() == made[:1:-1]


async def test_questions_wait_in_turn_and_not_too_many() -> None:
    worker = FakeWorker()
    room = Asking(worker, 1.0)
    waiting = [asyncio.create_task(room.ask(WORK)) for _ in range(asking.WAITING_MAX)]
    await worker.begun.wait()
    no = await room.ask(WORK)
    assert isinstance(no, Declined)
    assert (no.code, no.status) == ("room-busy", 429)
    assert worker.asked == 1
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    worker.does = [found]
    assert await room.ask(WORK) == Answer(body=b'{"found":1}')
    await room.stop()


@pytest.mark.parametrize(("does", "code"), [(lost, "worker-lost"), (late, "work-cut-off")])
async def test_a_question_whose_process_ends_is_answered_with_words(
    does: Callable[[], Awaitable[Answer]], code: str
) -> None:
    room = Asking(FakeWorker(does), 5.0)
    no = await room.ask(WORK)
    assert isinstance(no, Declined)
    assert no.code == code
    assert no.text.zh
    await room.stop()


async def test_a_process_that_nobody_asks_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "IDLE_S", 0.0)
    worker = FakeWorker(found)
    await Asking(worker, 1.0).ask(WORK)
    for _ in range(100):
        if worker.stopped:
            break
        await asyncio.sleep(0.01)
    assert worker.stopped == 1


async def test_a_question_that_comes_as_an_idle_process_is_ended_is_not_ended_with_it() -> None:
    worker = FakeWorker()
    room = Asking(worker, 1.0)
    room._end_idle()
    question = asyncio.create_task(room.ask(WORK))
    await worker.begun.wait()
    stopped = worker.stopped
    for _ in range(10):
        await asyncio.sleep(0)
    assert worker.stopped == stopped
    question.cancel()
    await asyncio.wait([question])
    await room.stop()


async def test_a_question_that_has_a_process_keeps_it_though_the_clock_has_run_out() -> None:
    worker = FakeWorker()
    room = Asking(worker, 1.0)
    question = asyncio.create_task(room.ask(WORK))
    await worker.begun.wait()
    room._end_idle()
    for _ in range(10):
        await asyncio.sleep(0)
    assert worker.stopped == 0
    question.cancel()
    await asyncio.wait([question])
    await room.stop()


async def test_the_process_of_jobs_is_ended_too_when_none_comes(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "IDLE_S", 0.0)
    worker = FakeWorker(found, found)
    room = line(worker)
    await put(room).over.wait()
    while not worker.stopped:
        await asyncio.sleep(0)
    job = put(room)
    await job.over.wait()
    assert job.state == "done"


def a_result(plans: bytes) -> SimulateResult:
    same = ConfidenceInterval(1.0, 0.5, 1.5)
    counts = RunCounts(entered=1, arrived=1, never_entered=0, teleports=0)
    pair = Pair(figure="delay_s", before=same, after=same, change=ConfidenceInterval(-2.0, -3.0, -1.0))
    return SimulateResult(
        digest=sha256(plans),
        base="b" * 64,
        state="c" * 64,
        seeds=5,
        period=None,
        before=counts,
        after=counts,
        pairs=(pair,),
        junctions=(),
        arterials=(),
    )


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Simulations, FolderBodies]:
    bodies = FolderBodies(tmp_path)
    return Simulations(bodies), bodies


async def take(simulations: Simulations, district: str = "centre") -> tuple[bytes, str]:
    plans = msgspec.json.encode(PlanSet(()))
    _, simulation = await simulations.take(district, Answer(body=msgspec.json.encode(a_result(plans)), beside=plans))
    return plans, simulation


async def test_what_a_simulation_found_is_kept_under_its_digest(kept: tuple[Simulations, FolderBodies]) -> None:
    plans, simulation = await take(kept[0])
    assert await kept[0].find_plans(sha256(plans)) == plans
    assert await kept[0].find_result("centre", simulation) == msgspec.json.encode(a_result(plans))
    body = await kept[1].find(SIMULATIONS + simulation)
    assert body is not None
    assert msgspec.json.decode(body)["district"] == "centre"


async def test_the_same_figures_of_two_districts_are_each_their_own(kept: tuple[Simulations, FolderBodies]) -> None:
    for district in ("centre", "renamed"):
        _, simulation = await take(kept[0], district)
        assert await kept[0].find_result(district, simulation) is not None


async def test_what_was_damaged_is_whole_again_once_it_is_simulated_anew(
    kept: tuple[Simulations, FolderBodies], tmp_path: Path
) -> None:
    _, simulation = await take(kept[0])
    for path in (tmp_path / "plans").iterdir():
        path.write_bytes(b"{}")
    assert await kept[0].find_result("centre", simulation) is None
    await take(kept[0])
    assert await kept[0].find_result("centre", simulation) is not None


async def test_nothing_is_said_of_another_district_or_of_what_is_not_what_it_was(
    kept: tuple[Simulations, FolderBodies], tmp_path: Path
) -> None:
    simulations = kept[0]
    plans, simulation = await take(simulations)
    for other in ("else", "centr", 'centre","result":{}'):
        assert await simulations.find_result(other, simulation) is None
    assert await simulations.find_result("centre", "c" * 64) is None
    for path in (tmp_path / "plans").iterdir():
        assert path.stat().st_mode & 0o077 == 0
        path.write_bytes(path.read_bytes().replace(b"-2.0", b"-9.0").replace(b"[]", b"[ ]"))
    assert await simulations.find_result("centre", simulation) is None
    assert await simulations.find_plans(sha256(plans)) is None


async def test_plans_in_force_are_read_once_and_held_within_a_limit(
    kept: tuple[Simulations, FolderBodies], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulations, bodies = kept
    sets = [msgspec.json.encode(["x" * 100, n]) for n in range(4)]
    for plans in sets:
        await bodies.keep(PLANS + sha256(plans), plans)
    read: list[str] = []
    honest = bodies.find

    async def find(name: str) -> bytes | None:
        read.append(name)
        return await honest(name)

    monkeypatch.setattr(bodies, "find", find)
    monkeypatch.setattr(room_simulations, "HELD_BYTES_MAX", 250)
    for plans in (*sets, sets[-1], sets[-1], sets[0]):
        assert await simulations.find_plans(sha256(plans)) == plans
    assert read == [PLANS + sha256(plans) for plans in (*sets, sets[0])]


async def test_a_store_that_cannot_write_is_a_fault_and_leaves_no_half_body(
    kept: tuple[Simulations, FolderBodies], tmp_path: Path
) -> None:
    (tmp_path / "plans").write_bytes(b"a file stands in the way")
    with pytest.raises(StorageFailed):
        await kept[1].keep(PLANS + "x", b"{}")
    with pytest.raises(StorageFailed):
        await kept[1].find(SIMULATIONS + "x")
