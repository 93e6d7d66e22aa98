"""Timers: due-times on the board. Here is the part that waits for them; what a ring means is the rules' business.

The ring is an ordinary command whose identity is made of the timer's identity and due-time, so that however often it is
sent (after a fault, after a restart, by two processes), it is done once.
"""

import asyncio
import heapq
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Generic

from turnout.core.context import Actor
from turnout.core.permissions import SYSTEM_ROLE
from turnout.desk.book import B, C, E, Origin, R
from turnout.desk.desk import Desk, Told
from turnout.desk.faults import BugFound, Displaced, Fault
from turnout.desk.ports import Clock
from turnout.desk.rows import changed_ids
from turnout.words.identity import ActorId, CommandId, TimerId
from turnout.words.moment import Moment

log = logging.getLogger(__name__)

CLOCK_ACTOR = Actor(ActorId("clock"), roles=(SYSTEM_ROLE,))

RING_AGAIN_MS = 500
"""After a fault: soon enough for a clock that people watch, seldom enough for a desk in trouble."""

RINGS_AT_ONCE_MAX = 64
"""Rings on their way to the desk: after an outage thousands may be due, and they must not fill its lane."""

STALE_SHARE_MAX = 4
"""Entries of timers that were stopped or moved stay in the heap until their time; beyond this it is made anew."""

LOOK_AGAIN_MS = 60_000
"""The longest sleep: a clock that was stepped is noticed within it."""


class TimerClock(Generic[B, C, E, R]):
    """Submits `ring(timer)` to the desk whenever a timer on the board has come due."""

    def __init__(
        self,
        desk: Desk[B, C, E, R],
        clock: Clock,
        timers_of: Callable[[B], Mapping[Any, Any]],
        due: Callable[[Any], Moment | None],
        ring: Callable[[TimerId], C],
    ) -> None:
        """`due` says when a timer entry is to ring, or None when it has rung or waits for nothing."""
        self._desk, self._clock = desk, clock
        self._timers_of, self._due_of, self._ring = timers_of, due, ring
        self._due: dict[TimerId, Moment] = {}
        self._heap: list[tuple[Moment, TimerId]] = []
        self._changed = asyncio.Event()
        self._ringing: dict[tuple[TimerId, Moment], asyncio.Task[None]] = {}
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take over the timers that are on the board, and follow it from now on. The desk must have been started."""
        for timer_id in self._timers_of(self._desk.board):
            self._set(timer_id, self._desk.board)
        self._desk.listen(self._hear)
        self._running = asyncio.create_task(self._run(), name="timers")

    async def stop(self) -> None:
        """Ring no more. A ring that the desk has taken goes on; only nobody waits for its answer."""
        tasks = [*self._ringing.values(), *([self._running] if self._running is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _hear(self, told: Told[B, E]) -> None:
        for timer_id in changed_ids(self._timers_of(told.before), self._timers_of(told.after)):
            self._set(TimerId(timer_id), told.after)

    def _set(self, timer_id: TimerId, board: B) -> None:
        timer = self._timers_of(board).get(timer_id)
        due = self._due_of(timer) if timer is not None else None
        if due is None:
            self._due.pop(timer_id, None)
        elif self._due.get(timer_id) != due:
            self._due[timer_id] = due
            heapq.heappush(self._heap, (due, timer_id))
            if len(self._heap) > STALE_SHARE_MAX * len(self._due) + RINGS_AT_ONCE_MAX:
                self._heap = [(at, id) for id, at in self._due.items()]
                heapq.heapify(self._heap)
            self._changed.set()

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            self._ring_those_due()
            await self._wait_for_next()

    def _ring_those_due(self) -> None:
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now and len(self._ringing) < RINGS_AT_ONCE_MAX:
            due, timer_id = heapq.heappop(self._heap)
            if self._due.get(timer_id) != due:
                continue  # stopped, or moved, since it was put here
            del self._due[timer_id]
            if (timer_id, due) in self._ringing:
                continue  # the desk has made its board anew, and the timer came back with it
            task = asyncio.create_task(self._ring_until_answered(timer_id, due), name=f"ring {timer_id}")
            self._ringing[timer_id, due] = task
            task.add_done_callback(partial(self._rung, timer_id, due))

    def _rung(self, timer_id: TimerId, due: Moment, _task: asyncio.Task[None]) -> None:
        del self._ringing[timer_id, due]
        self._changed.set()

    async def _wait_for_next(self) -> None:
        """Until the next timer is due, or the timers have changed, or it is time to look at the clock again."""
        wake = Moment(self._clock.now() + LOOK_AGAIN_MS)
        if self._heap and len(self._ringing) < RINGS_AT_ONCE_MAX:
            wake = min(wake, self._heap[0][0])
        sleeping = asyncio.ensure_future(self._clock.sleep_until(wake))
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait([sleeping, changed], return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            changed.cancel()

    async def _ring_until_answered(self, timer_id: TimerId, due: Moment) -> None:
        origin = Origin(CLOCK_ACTOR, CommandId(f"ring/{timer_id}/{due}"), cause=timer_id)
        while True:
            try:
                await self._desk.submit(self._ring(timer_id), origin)
            except (BugFound, Displaced) as fault:
                log.error("timer %s cannot ring: %s", timer_id, fault)
                return
            except Fault as fault:
                log.warning("timer %s rings again in %d ms: %s", timer_id, RING_AGAIN_MS, fault)
                await self._clock.sleep_until(Moment(self._clock.now() + RING_AGAIN_MS))
            else:
                return
