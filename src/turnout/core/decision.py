"""What every rule answers, and how a rule of several steps is written down."""

from typing import TypedDict

from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.events import Event
from turnout.core.evolve import evolve
from turnout.core.refusals import Refusal
from turnout.words.identity import ActorId
from turnout.words.moment import Moment

Decision = list[Event] | Refusal
"""What happens, in order, or why not. An empty list: it is so already, nothing happens."""


class Head(TypedDict):
    """The head that all events have in common (`Fact`)."""

    at: Moment
    by: ActorId
    position: str


def head(context: Context) -> Head:
    return {"at": context.at, "by": context.actor.id, "position": context.position}


class Draft:
    """The events of one decision so far, and the board as it will be after them. Refused, it is just dropped.

    The board is only worked out when somebody asks for it.
    """

    def __init__(self, board: Board, context: Context) -> None:
        self.context = context
        self.head = head(context)
        self.events: list[Event] = []
        self._board, self._applied = board, 0

    @property
    def board(self) -> Board:
        while self._applied < len(self.events):
            self._board = evolve(self._board, self.events[self._applied])
            self._applied += 1
        return self._board

    @property
    def at(self) -> Moment:
        return self.context.at

    def add(self, event: Event) -> None:
        self.events.append(event)

    def name(self, what: str) -> str:
        """An identity for something that comes into being with this command: the same when it is decided again."""
        return f"{self.context.command_id}:{what}{len(self.events)}"
