"""What the engineers' room needs of the outside: processes that work, and a store of bodies by name."""

from collections.abc import Callable
from typing import Protocol

from turnout.signals.districts.work import Answer, Progress, Refusal, Work

Told = Callable[[Progress], None]


class WorkerLost(Exception):
    """The process has died: of itself, of too much memory, or because it was ended."""


class WorkerLate(Exception):
    """It did not answer in time and was ended."""


class Worker(Protocol):
    """One process, started when something is asked. One question at a time: the caller sees to that."""

    async def ask(self, work: Work, limit_s: float, told: Told | None = None) -> Answer | Refusal:
        """Raises `WorkerLost` and `WorkerLate`. Cancelled, the process is ended."""
        ...

    async def stop(self) -> None: ...


class Bodies(Protocol):
    """Plans and what their simulation found, by name. What is kept is never changed. Raise a `Fault`."""

    async def find(self, name: str) -> bytes | None: ...

    async def keep(self, name: str, body: bytes) -> None: ...
