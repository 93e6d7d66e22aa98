"""A voter at work: the rules of `register`, with its memory on disk before its word goes out."""

import asyncio
from collections.abc import Callable

from turnout.keeper.disk import MemoryStore
from turnout.keeper.register import Learn, Lease, Memory, Message, Reply, answer

Monotonic = Callable[[], float]
"""Seconds that only go forward, whatever is done to the machine's time of day."""


class Voter:
    """`postgres` is told to whoever asks: what runs beside this voter."""

    def __init__(self, name: str, store: MemoryStore, monotonic: Monotonic) -> None:
        self.name, self._store, self._monotonic = name, store, monotonic
        self._memory = store.load()
        self._lease = Lease(monotonic())
        self._turn = asyncio.Lock()
        self.postgres = ""

    @property
    def memory(self) -> Memory:
        return self._memory

    async def hear(self, message: Message | Learn) -> Reply:
        """Raises OSError when the memory cannot be kept; then nothing was promised."""
        async with self._turn:
            memory, lease, why = answer(self._memory, self._lease, message, self._monotonic())
            if memory != self._memory:
                await asyncio.to_thread(self._store.save, memory)
            self._memory, self._lease = memory, lease
            return Reply(self.name, why, memory, lease.holds(self._monotonic()), self.postgres)
