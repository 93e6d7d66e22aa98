"""Questions to one worker process, in turn and not too many: a screen waits for them, a job does not (jobs.py)."""

import asyncio
import logging
from typing import Final

from turnout.edge.answers import Declined, declined
from turnout.edge.signals_room.ports import Told, Worker, WorkerLate, WorkerLost
from turnout.signals.districts.work import Answer, Refusal, Work

log = logging.getLogger(__name__)

WAITING_MAX: Final = 8
"""Questions that wait for one process: a handful of engineers, each with one on the way. More are told to ask again."""
AGAIN_S: Final = 2
IDLE_S: Final = 600.0
"""A process that is asked nothing for so long is ended: it holds a district in memory."""
STATUS: Final = {"malformed": 400, "signals-broken": 422, "signals-unsupported": 422, "simulation-failed": 409}


class Asking:
    def __init__(self, worker: Worker, limit_s: float) -> None:
        """`limit_s`: of one question, from when the process has it."""
        self._worker, self._limit_s = worker, limit_s
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._idle: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None

    async def ask(self, work: Work, told: Told | None = None) -> Answer | Declined:
        """The answer as it is."""
        if self._waiting >= WAITING_MAX:
            return declined("room-busy", wait_s=AGAIN_S)
        self._waiting += 1
        try:
            async with self._turn:
                self._stay()
                return outcome_of(await self._worker.ask(work, self._limit_s, told))
        except WorkerLate:
            return declined("work-cut-off", limit_s=round(self._limit_s))
        except WorkerLost as trouble:
            log.warning("a worker of the engineers' room has died: %s", trouble)
            return declined("worker-lost")
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._idle = asyncio.get_running_loop().call_later(IDLE_S, self._end_idle)

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _end_idle(self) -> None:
        self._ending = asyncio.ensure_future(self._end_unasked())

    async def _end_unasked(self) -> None:
        """In its turn: a question that has come meanwhile keeps its process."""
        async with self._turn:
            if not self._waiting:
                await self._worker.stop()

    async def stop(self) -> None:
        self._stay()
        await self._worker.stop()


def outcome_of(answer: Answer | Refusal) -> Answer | Declined:
    if isinstance(answer, Answer):
        return answer
    fields = {"problems": list(answer.problems)} if answer.problems else {}
    return Declined(answer.code, fields, answer.said, STATUS[answer.code])
