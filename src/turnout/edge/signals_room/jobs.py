"""Jobs of minutes: one at a time in a process of the lowest priority, a few waiting, the newest results kept.

Nothing of a job runs in the desk's process but its bookkeeping. A process that dies fails its job with words, and the
next job begins with a new one. Jobs are of this server: after a restart there are none, and what a simulation found is
in the store.
"""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from turnout.core.plans.commands import SIMULATIONS_MAX
from turnout.edge.answers import Declined, declined
from turnout.edge.signals_room.asking import IDLE_S
from turnout.edge.signals_room.ports import Worker, WorkerLate, WorkerLost
from turnout.signals.districts.results import JobCard, JobState
from turnout.signals.districts.work import Answer, Progress, Refusal, Work
from turnout.words.name import Name

log = logging.getLogger(__name__)

WAITING_MAX: Final = 6
"""With one running: an afternoon of simulations. More would be forgotten by who asked."""
KEPT_MAX: Final = 2 * SIMULATIONS_MAX
"""Jobs that are over and still answered for: all hours of a set of plans, and what others ask."""
KEPT_BYTES_MAX: Final = 64 << 20
"""Of their results together: the newest ones."""
RESULT_BYTES_MAX: Final = 8 << 20
"""A month of a junction's Purdue diagrams says some."""
PROPOSED_BYTES_MAX: Final = 48 << 20
"""Of all simulations that a proposal may have, in one answer: of each an equal part. A junction says up to 377 bytes
(long names, 20 seeds), so one of a thousand junctions some 370 KiB. Those that a proposal from before names were kept
without this bound, and are shown whole."""
LIMIT_S: Final = 2 * 3_600.0
"""Twenty seeds of a city's network, twice."""
AGAIN_S: Final = 60

WAITS: Final = Name("waiting for its turn", "等待执行")
BEGINS: Final = Name("begun", "已开始")
DONE: Final = Name("done", "完成")
CANCELLED: Final = Name("cancelled", "已取消")
LOST: Final = Name(
    "the process that worked on it has died; ask again, and for less if it dies again",
    "执行进程已终止；请重试，若再次终止请缩小任务",
)
LATE: Final = Name(f"cut off after {LIMIT_S / 3_600:g} hours", f"超过 {LIMIT_S / 3_600:g} 小时，已中止")
TOO_LARGE: Final = Name(
    "its result is too large to be kept; ask for fewer junctions or a shorter time",
    "结果过大，无法保存；请减少路口或缩短时段",
)
TOO_MANY_SIGNALS: Final = Name(
    "the network has too many signals for a simulation that can be proposed; split the district",
    "路网的信号路口过多，其仿真无法用于提出方案；请拆分片区",
)
UNKEPT: Final = Name("what it found could not be stored", "结果未能写入存储")

Taken = Callable[[Answer], Awaitable[tuple[msgspec.Raw, str]]]
"""Told what a job found before it is done: what is shown of it, and by which digest it is kept."""


@dataclass
class Job:
    id: str
    district: str
    kind: str
    work: Work
    taken: Taken | None
    state: JobState = "waiting"
    progress: float = 0.0
    said: Name = WAITS
    problems: tuple[Any, ...] = ()
    result: msgspec.Raw | None = None
    simulation: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def result_bytes(self) -> int:
        return memoryview(self.result).nbytes if self.result is not None else 0

    @property
    def card(self) -> JobCard:
        return JobCard(
            id=self.id,
            district=self.district,
            kind=self.kind,
            state=self.state,
            progress=round(self.progress, 3),
            said=self.said,
            problems=self.problems,
            result=self.result,
            simulation=self.simulation,
        )


class Jobs:
    def __init__(self, worker: Worker, limit_s: float = LIMIT_S) -> None:
        self._worker, self._limit_s = worker, limit_s
        self._jobs: dict[str, Job] = {}
        self._come = asyncio.Event()
        self._running: tuple[Job, asyncio.Task[None]] | None = None

    def put(self, district: str, kind: str, work: Work, taken: Taken | None = None) -> Job | Declined:
        waiting = sum(job.state == "waiting" for job in self._jobs.values())
        if waiting >= WAITING_MAX:
            return declined("jobs-full", most=WAITING_MAX, wait_s=AGAIN_S)
        job = Job(str(uuid.uuid4()), district, kind, work, taken)
        self._jobs[job.id] = job
        self._come.set()
        return job

    def find(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def listed(self) -> list[Job]:
        """Newest first."""
        return list(reversed(self._jobs.values()))

    async def cancel(self, job: Job) -> None:
        """One that is over stays as it is."""
        if self._running is not None and self._running[0] is job:
            self._running[1].cancel()
            await job.over.wait()
        elif job.state == "waiting":
            self._close(job, "cancelled", CANCELLED)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._come.clear()
            job = next((job for job in self._jobs.values() if job.state == "waiting"), None)
            if job is None:
                await self._wait()
            else:
                await self._run(job)

    async def _wait(self) -> None:
        """For a job. Its process is ended where none comes for long; what comes meanwhile has a new one."""
        try:
            await asyncio.wait_for(self._come.wait(), IDLE_S)
        except TimeoutError:
            await self._worker.stop()
            await self._come.wait()

    async def _run(self, job: Job) -> None:
        task = asyncio.create_task(self._work(job))
        self._running = job, task
        try:
            await asyncio.wait([task])
        finally:
            self._running = None
            task.cancel()
        if task.cancelled():
            self._close(job, "cancelled", CANCELLED)
        elif (trouble := task.exception()) is not None:
            log.error("a job of the engineers' room failed", exc_info=trouble)
            self._close(job, "failed", UNKEPT)

    async def _work(self, job: Job) -> None:
        job.state, job.said = "running", BEGINS
        try:
            answer = await self._worker.ask(job.work, self._limit_s, lambda progress: _note(job, progress))
        except WorkerLost as trouble:
            log.warning("the process of job %s has died: %s", job.id, trouble)
            self._close(job, "failed", LOST)
        except WorkerLate:
            self._close(job, "failed", LATE)
        else:
            await self._take(job, answer)

    async def _take(self, job: Job, answer: Answer | Refusal) -> None:
        if isinstance(answer, Refusal):
            job.problems = answer.problems
            self._close(job, "failed", answer.said)
            return
        if job.taken is None:
            most, trouble = RESULT_BYTES_MAX, TOO_LARGE
        else:
            most, trouble = PROPOSED_BYTES_MAX // SIMULATIONS_MAX, TOO_MANY_SIGNALS
        if len(answer.body) > most:
            self._close(job, "failed", trouble)
            return
        if job.taken is not None:
            job.result, job.simulation = await job.taken(answer)
        else:
            job.result = msgspec.Raw(answer.body)
        job.progress = 1.0
        self._close(job, "done", DONE)

    def _close(self, job: Job, state: JobState, said: Name) -> None:
        """What it was asked is not kept: a draft and the plans in force are megabytes."""
        job.state, job.said = state, said
        job.work, job.taken = Work(kind=job.work.kind), None
        job.over.set()
        self._forget()

    def _forget(self) -> None:
        over = [job for job in self._jobs.values() if job.over.is_set()]
        left = sum(job.result_bytes for job in over)
        for job in over[:-1]:
            if len(over) <= KEPT_MAX and left <= KEPT_BYTES_MAX:
                return
            over.remove(job)
            left -= job.result_bytes
            del self._jobs[job.id]

    async def stop(self) -> None:
        await self._worker.stop()


def _note(job: Job, progress: Progress) -> None:
    job.progress, job.said = min(max(progress.part, 0.0), 1.0), progress.said
