"""How long the event loop stands still: measured by a task that wants to wake ten times a second."""

import asyncio
import time
from collections import deque
from typing import Final

EVERY_S: Final = 0.1
KEPT: Final = 100
"""Ten seconds: what an operator means by *now*."""


class Lag:
    def __init__(self) -> None:
        self._late_ms: deque[float] = deque(maxlen=KEPT)

    def worst_ms(self) -> int:
        return round(max(self._late_ms, default=0.0))

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            asleep = time.perf_counter()
            await asyncio.sleep(EVERY_S)
            self._late_ms.append((time.perf_counter() - asleep - EVERY_S) * 1000.0)
