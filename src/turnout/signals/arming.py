"""Whether a junction's controller may be written to: only while a person has armed it, and never for ever.

Closed at the start, closed again when the time is over. Who may arm, and that it stands in the journal, is the
caller's matter; here nothing is open of which nobody said so.
"""

from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from turnout.words.trouble import Unsupported

ARMED_MAX_MS: Final = 12 * 3_600_000
"""A long shift. Who is responsible the next day arms it again."""


class Gate(Protocol):
    def is_open(self, junction: str) -> bool: ...


class Armed(msgspec.Struct, frozen=True):
    """`by`: the person. `until_ms`: on the clock that only goes forward."""

    by: str
    until_ms: int


class Arming:
    """Implements `Gate`."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        """`now_ms`: a clock that only goes forward, in milliseconds."""
        self._now_ms = now_ms
        self._armed: dict[str, Armed] = {}

    def arm(self, junction: str, by: str, for_ms: int) -> Armed:
        """Raises `Unsupported` without a person, or for no time or more than `ARMED_MAX_MS`."""
        if not by:
            raise Unsupported("nobody who arms it", junction, "say which person answers for it")
        if not 0 < for_ms <= ARMED_MAX_MS:
            raise Unsupported(f"armed for {for_ms / 1_000:g} s", junction, f"up to {ARMED_MAX_MS // 3_600_000} hours")
        armed = Armed(by, self._now_ms() + for_ms)
        self._armed[junction] = armed
        return armed

    def disarm(self, junction: str) -> None:
        self._armed.pop(junction, None)

    def find(self, junction: str) -> Armed | None:
        armed = self._armed.get(junction)
        if armed is not None and self._now_ms() >= armed.until_ms:
            del self._armed[junction]
            return None
        return armed

    def is_open(self, junction: str) -> bool:
        return self.find(junction) is not None
