"""A loop of virtual time: nothing waits, the clock jumps to the next timer, and the order of what is ready is drawn.

What runs in it belongs to a `Process` or to the world outside. A process has clocks of its own speed, may stand still,
and may die at any await: then nothing of it runs any more, not even a `finally`. One seed gives one run: threads, the
collector and the machine's clock have no part in it.
"""

import asyncio
import heapq
import random
from asyncio import TimerHandle
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from typing import Any, Final

STEPS_MAX: Final = 2_000_000
"""Of one run, rounds of the loop. A healthy run takes some ten thousand; beyond it something turns in a circle."""

THREAD_S: Final = 0.004
"""What is given to a thread is done so much later, at once."""


class Stuck(AssertionError):
    """Nothing is ready and nothing will be."""


class Process:
    """One operating system process: its clocks, and whether it runs. `rate`: its seconds in one of the world's."""

    def __init__(self, loop: "VirtualLoop", name: str, rate: float, offset_s: float) -> None:
        self.loop, self.name, self.rate, self.offset_s = loop, name, rate, offset_s
        self.wall_step_s = 0.0
        self.runs = True
        self.held: list[asyncio.Handle] = []
        """What would have run while it stood still."""

    def monotonic_s(self) -> float:
        return self.offset_s + self.loop.world_s * self.rate

    def lease_clock_s(self) -> float:
        """What a lease is judged by. A planted bug takes another clock."""
        return self.monotonic_s()

    def world_s_of(self, monotonic_s: float) -> float:
        return (monotonic_s - self.offset_s) / self.rate

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> "asyncio.Task[Any]":
        context = Context()
        context.run(_process.set, self)
        return self.loop.create_task(work, name=name, context=context)

    def stand_still(self) -> None:
        self.runs = False

    def go_on(self) -> None:
        """Also, at the end of a run, of what had died: so that its tasks can be broken off in order."""
        self.runs = True
        held, self.held = self.held, []
        self.loop.take_again(held)


_process: ContextVar[Process | None] = ContextVar("process", default=None)


def running_process() -> Process | None:
    return _process.get()


class VirtualLoop(asyncio.BaseEventLoop):
    """`world_s` is everybody's true time; `time()` is that of the process which asks."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.world_s = 0.0
        self.tasks: list[asyncio.Task[Any]] = []
        self.trouble: list[str] = []
        """What nobody heard: exceptions of tasks that nobody awaited."""
        self._rng = rng
        self._steps = 0
        self._names = 0
        self.set_task_factory(self._kept_task)
        self.set_exception_handler(lambda _, what: self.trouble.append(str(what.get("exception") or what["message"])))

    def _kept_task(self, loop: Any, work: Any, **more: Any) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **more)
        self.tasks.append(task)
        if len(self.tasks) > 4_096:
            self.tasks = [one for one in self.tasks if not one.done()]
        return task

    def time(self) -> float:
        process = _process.get()
        return self.world_s if process is None else process.monotonic_s()

    def call_at(self, when: float, callback: Any, *args: Any, context: Context | None = None) -> TimerHandle:
        process = _process.get()
        at = when if process is None else process.world_s_of(when)
        return super().call_at(at, callback, *args, context=context)

    def in_the_world(self, after_s: float, callback: Callable[..., Any], *args: Any) -> TimerHandle:
        """Later by the true clock, whoever asks for it, and whether or not they still run then."""
        return super().call_at(self.world_s + after_s, callback, *args, context=Context())

    def take_again(self, handles: list[asyncio.Handle]) -> None:
        self._ready.extend(handles)  # type: ignore[attr-defined]

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        done = self.create_future()

        def work() -> None:
            if not done.done():
                done.set_result(func(*args))

        self.call_later(THREAD_S, work)
        return done

    def _run_once(self) -> None:
        ready, scheduled = self._ready, self._scheduled  # type: ignore[attr-defined]
        self._steps += 1
        assert self._steps < STEPS_MAX, "the run does not end"
        while scheduled and scheduled[0]._cancelled:
            heapq.heappop(scheduled)._scheduled = False
        if not ready:
            if not scheduled:
                raise Stuck("nothing is ready, and no timer runs")
            self.world_s = max(self.world_s, scheduled[0]._when)
        while scheduled and scheduled[0]._when <= self.world_s:
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            ready.append(handle)
        batch = list(ready)
        ready.clear()
        self._rng.shuffle(batch)
        for handle in batch:
            process = handle._context.get(_process)
            if handle._cancelled:
                continue
            if process is not None and not process.runs:
                process.held.append(handle)
            else:
                handle._run()

    def _write_to_self(self) -> None:
        """There is no thread to be woken from."""

    def _process_events(self, event_list: Any) -> None:
        """There is no socket."""
