"""What waits for one socket beside row changes: answers, which must arrive, and places of units, which are lossy.

Row changes wait in the desk's subscription, per row and bounded. Here, too, nothing grows: too many answers unread cut
the console off; of places only the newest of each unit waits.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Final, Literal

WAITING_MESSAGES_MAX: Final = 500
"""Answers unread: a person gives one command at a time, the simulated city some tens."""

WAITING_BYTES_MAX: Final = 2 * 1024 * 1024
"""A proposal or a line's answer has some kilobytes."""

UNDER_WAY_MAX: Final = 64
"""Commands and lines of one connection that wait for their answer. A person has one; the simulated city some tens."""

CutReason = Literal["slow", "shutdown", "signed-off"]


class Outlet:
    """Filled by anybody on the loop, emptied by the socket's one sender task."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._places: Mapping[str, str] = {}
        self._places_as_one: str | None = None
        self.wake = asyncio.Event()
        self.cut: CutReason | None = None
        self.under_way = 0
        """Commands and lines of this connection that wait for their answer."""

    def __len__(self) -> int:
        """Messages unread."""
        return len(self._waiting)

    def __bool__(self) -> bool:
        return True

    def put(self, message: str) -> None:
        """Queue a message. One too many, and the console is cut off; nothing more is taken then."""
        if self.cut is not None:
            return
        if len(self._waiting) >= WAITING_MESSAGES_MAX or self._bytes > WAITING_BYTES_MAX:
            self.cut_off("slow")
            return
        self._waiting.append(message)
        self._bytes += len(message)
        self.wake.set()

    def put_places(self, places: Mapping[str, str], as_one: str) -> None:
        """The newest place of each unit as an encoded line, and all of them joined; older ones are forgotten."""
        if self.cut is not None:
            return
        if self._places:
            self._places, self._places_as_one = {**self._places, **places}, None
        else:
            self._places, self._places_as_one = places, as_one
        self.wake.set()

    def cut_off(self, reason: CutReason) -> None:
        """Drop what waits; the sender says why and closes."""
        if self.cut is None:
            self.cut = reason
            self._waiting.clear()
            self._bytes = 0
            self._places, self._places_as_one = {}, None
            self.wake.set()

    def take(self) -> str | None:
        """The next message that must arrive, or None."""
        if not self._waiting:
            return None
        message = self._waiting.popleft()
        self._bytes -= len(message)
        return message

    def take_places(self) -> str:
        """The lines of all units whose place has changed since the last time, joined by commas; empty: none."""
        if not self._places:
            return ""
        joined = self._places_as_one if self._places_as_one is not None else ",".join(self._places.values())
        self._places, self._places_as_one = {}, None
        return joined
