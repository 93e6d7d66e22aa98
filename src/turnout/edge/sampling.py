"""Which of many traces are sent. Each costs processor that the desk has use for, so at full speed not every one is."""

from typing import Final

TRACES_PER_S: Final = 200.0
"""Ten times the calls of a city of 20,000 a day, worked at, are some 20 commands a second: all of them are sent."""

SLOW_PER_S: Final = 50.0
"""Beyond those, of commands that took `SLOW_S` or longer: what one looks for afterwards."""

SLOW_S: Final = 0.1


class Allowance:
    """Up to `per_s` a second, and no more than one second's at once (a token bucket)."""

    def __init__(self, per_s: float) -> None:
        self._per_s = self._left = per_s
        self._at_s = float("-inf")

    def take(self, now_s: float) -> bool:
        """`now_s`: monotonic."""
        self._left = min(self._per_s, self._left + max(0.0, now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Sampling:
    """`passed_over` counts what was not sent though its caller wanted it."""

    def __init__(self) -> None:
        self._any, self._slow = Allowance(TRACES_PER_S), Allowance(SLOW_PER_S)
        self.passed_over = 0

    def takes(self, took_s: float, now_s: float) -> bool:
        if self._any.take(now_s) or (took_s >= SLOW_S and self._slow.take(now_s)):
            return True
        self.passed_over += 1
        return False
