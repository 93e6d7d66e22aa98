"""A bounded queue and one thread that sends what is in it: for whoever takes what the program says of itself.

`note` never waits and never raises. What a slow or absent taker costs is what no longer fits, and that is counted.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

CLOSE_S: Final = 1.0
"""How long an end of the program waits for a taker."""


class Sending(Generic[T]):
    """`send` gets up to `at_once` of them in order, every `every_s` seconds, and says whether they were taken."""

    def __init__(
        self,
        name: str,
        send: Callable[[Sequence[T]], bool],
        *,
        most: int,
        at_once: int,
        every_s: float,
        tells: bool = True,
    ) -> None:
        """`tells`: whether the log says, once, that the taker takes none."""
        self.name, self.most = name, most
        self._send, self._at_once, self._every_s, self._tells = send, at_once, every_s, tells
        self._waiting: deque[T] = deque(maxlen=most)
        self._stopping = threading.Event()
        self._full = self._refused = 0
        self._is_down = False
        self._thread = threading.Thread(target=self._send_on, name=name, daemon=True)
        self._thread.start()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def dropped(self) -> int:
        """Lost since the start: the queue was full, or the taker took none."""
        return self._full + self._refused

    def note(self, one: T) -> None:
        if len(self._waiting) >= self.most:
            self._full += 1
            return
        self._waiting.append(one)

    def _send_on(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._stopping.wait(self._every_s)
            while self._waiting and not (is_last and self._is_down):
                self.send([self._waiting.popleft() for _ in range(min(self._at_once, len(self._waiting)))])

    def send(self, batch: Sequence[T]) -> None:
        """The process edge of the taker: whatever it does, these are gone, and counted where it took none."""
        why = ""
        try:
            is_down = not self._send(batch)
        except Exception as trouble:  # noqa: BLE001 - a foreign library, talking to a foreign program
            is_down, why = True, f" ({type(trouble).__name__})"
        if is_down:
            self._refused += len(batch)
            if not self._is_down and self._tells:
                log.warning("nobody takes the %s%s", self.name, why)
        self._is_down = is_down

    def stop(self) -> None:
        """The thread sends what waits, if there is a taker; `close` waits for it."""
        self._stopping.set()

    def close(self, within_s: float = CLOSE_S) -> None:
        """Not for long."""
        self.stop()
        self._thread.join(within_s)
