"""The gate before every controller, opened by what the board says: permitted, armed by a person, and not over.

It closes by itself: when the arming ends, when this server is no longer the desk or its journal takes nothing (nobody
could disarm then), and for good when the desk stops. A request that stands then ends at the controller.
"""

from collections.abc import Callable
from typing import Protocol

from turnout.core.board import Board
from turnout.core.corridors.rules import why_not_asked
from turnout.desk.desk import DeskHealth
from turnout.desk.faults import Fault
from turnout.words.moment import Moment


class DeskThatArms(Protocol):
    @property
    def board(self) -> Board: ...

    def health(self) -> DeskHealth: ...

    def standing(self) -> Fault | None: ...


class BoardGate:
    """Implements `turnout.signals.arming.Gate`."""

    def __init__(self, desk: DeskThatArms, now: Callable[[], Moment]) -> None:
        self._desk, self._now = desk, now
        self._is_shut = False

    def shut(self) -> None:
        """For good."""
        self._is_shut = True

    def is_open(self, junction: str) -> bool:
        if self._is_shut or self._desk.standing() is not None:
            return False
        health = self._desk.health()
        if health.trouble or health.has_ended:
            return False
        return not why_not_asked(self._desk.board, junction, self._now())
