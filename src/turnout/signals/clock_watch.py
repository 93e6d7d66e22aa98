"""Whether a controller's clock can be trusted: it is held against one that only goes forward.

A plan begins by the time of day, so a clock that jumps throws a green wave out of step. It is told as the fault
`clock`, until the clock has been steady for a while.
"""

from typing import Final

JUMP_MS: Final = 3_000
"""Clocks are read in whole seconds, and an answer takes up to a second: less than this is no jump."""
STEADY_MS: Final = 60_000
"""About a cycle: the time in which a controller falls into step again."""


class ClockWatch:
    def __init__(self) -> None:
        self._apart_ms: int | None = None
        self._jumped_ms: int | None = None
        self.jumps = 0

    def look(self, said_ms: int, now_ms: int) -> bool:
        """Whether the clock is steady. `said_ms`: what it says; `now_ms`: a clock that only goes forward."""
        apart_ms = said_ms - now_ms
        if self._apart_ms is not None and abs(apart_ms - self._apart_ms) > JUMP_MS:
            self._jumped_ms = now_ms
            self.jumps += 1
            self._apart_ms = apart_ms
        elif self._apart_ms is None:
            self._apart_ms = apart_ms
        else:
            self._apart_ms += (apart_ms - self._apart_ms) // 8
        if self._jumped_ms is not None and now_ms - self._jumped_ms >= STEADY_MS:
            self._jumped_ms = None
        return self._jumped_ms is None
