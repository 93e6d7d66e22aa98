"""Speaking with signal controllers: each junction in its own time, so that a slow one holds up no other.

What is said to one junction for one corridor is said in order. Every answer is waited for a bounded time; none in time
is `lost`. Nothing of this is on the way of a dispatch.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from turnout.signals.controller import Asked, Controllers, PriorityRequest, PriorityStatus

log = logging.getLogger(__name__)

WAIT_S: Final = 3.0
"""A controller answers in tens of milliseconds; a mobile line may take a second, and again when a packet is lost."""
AT_ONCE_MAX: Final = 8
"""Said to one junction for one corridor and not yet answered. Nothing more is asked then; giving back always is."""


class Heard(NamedTuple):
    """An answer. `is_given_back`: to giving back, not to asking."""

    corridor: str
    junction: str
    status: PriorityStatus
    is_given_back: bool
    reason: str


class Talks:
    def __init__(self, controllers: Controllers, wait_s: float = WAIT_S) -> None:
        self._controllers, self._wait_s = controllers, wait_s
        self._last: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._open: dict[tuple[str, str], int] = {}
        self._heard: list[Heard] = []

    def taken(self) -> list[Heard]:
        """What has been answered since this was last asked."""
        heard, self._heard = self._heard, []
        return heard

    @property
    def waiting(self) -> tuple[Heard, ...]:
        """Answered, and not yet taken."""
        return tuple(self._heard)

    def is_open(self, corridor: str, junction: str = "") -> bool:
        """Whether an answer is still waited for, at that junction or at any."""
        return any(of == corridor and at == (junction or at) for of, at in self._open)

    def ask(self, corridor: str, junction: str, request: Callable[[], PriorityRequest]) -> None:
        """`request` is made when it is its turn, as its times count from when it is sent."""
        self._say(corridor, junction, lambda: self._controllers.ask(request()))

    def look(self, corridor: str, junction: str, request: str) -> None:
        if not self.is_open(corridor, junction):
            self._say(corridor, junction, lambda: self._controllers.status(junction, request))

    def give_back(self, corridor: str, junction: str, request: str, reason: str, asked: Asked | None = None) -> None:
        """`asked`: what it was, where another process may have asked it."""
        self._say(corridor, junction, lambda: self._controllers.cancel(junction, request, asked), reason)

    async def close(self, wait_s: float) -> None:
        """Wait so long for what is under way, and no longer."""
        under_way = set(self._last.values())
        if not under_way:
            return
        _, late = await asyncio.wait(under_way, timeout=wait_s)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _say(self, corridor: str, junction: str, call: Callable[[], Awaitable[PriorityStatus]], back: str = "") -> None:
        key = corridor, junction
        if not back and self._open.get(key, 0) >= AT_ONCE_MAX:
            return
        self._open[key] = self._open.get(key, 0) + 1
        self._last[key] = asyncio.create_task(self._said(key, self._last.get(key), call, back))

    async def _said(
        self,
        key: tuple[str, str],
        before: asyncio.Task[None] | None,
        call: Callable[[], Awaitable[PriorityStatus]],
        back: str,
    ) -> None:
        try:
            if before is not None:
                await asyncio.wait({before})
            status = await self._answer(key[1], call)
            self._heard.append(Heard(*key, status, bool(back), back))
        finally:
            self._open[key] -= 1
            if self._open[key] == 0:
                del self._open[key]
                self._last.pop(key, None)

    async def _answer(self, junction: str, call: Callable[[], Awaitable[PriorityStatus]]) -> PriorityStatus:
        """An adapter is another's code: whatever it raises is a fault of that controller alone."""
        try:
            return await asyncio.wait_for(call(), self._wait_s)
        except TimeoutError:
            return PriorityStatus(id="", state="lost", reason="no-answer")
        except Exception:
            log.exception("the controller of %s failed", junction)
            return PriorityStatus(id="", state="lost", reason="fault")
