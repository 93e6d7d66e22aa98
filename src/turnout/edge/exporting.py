"""What is told of a command to a collector, outside: codes and numbers, never a text or a person."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.desk.stages import Stages
from turnout.edge.answers import Answer, Declined
from turnout.edge.trace import Trace, begun, here
from turnout.words.identity import IncidentId


class Passed(NamedTuple):
    """A command that was answered. `number`: the lead agency's, of the incident that it names; else empty."""

    trace: Trace
    command: str
    outcome: str
    number: str
    seq_from: int
    seq_to: int
    began_ns: int
    ended_ns: int
    stages: Stages


class Outgoing(Protocol):
    """What waits for the collector, and what it did not take."""

    @property
    def name(self) -> str: ...
    @property
    def most(self) -> int: ...
    @property
    def dropped(self) -> int: ...
    def __len__(self) -> int: ...


class Exported(Protocol):
    """A collector's adapter. `note` never waits and never raises."""

    @property
    def queues(self) -> Sequence[Outgoing]:
        """Of each signal: `traces`, `logs`, `metrics`."""
        ...

    @property
    def passed_over(self) -> int:
        """Traces that were not sent because there were too many to send them all."""
        ...

    def note(self, passed: Passed) -> None: ...


def passed_of(
    command: Command, answer: Answer, board: Board, stages: Stages, began_ns: int, now_ns: Callable[[], int]
) -> Passed:
    seqs = (0, 0) if isinstance(answer, Declined) else (answer.seq_from, answer.seq_to)
    return Passed(
        here.get() or begun("program"),
        str(command.__struct_config__.tag),
        answer.code if isinstance(answer, Declined) else "done",
        number_of(command, board),
        *seqs,
        began_ns,
        now_ns(),
        stages,
    )


def number_of(command: Command, board: Board) -> str:
    row = board.incidents.get(IncidentId(getattr(command, "incident_id", "") or ""))
    return row.numbers.get(row.agencies[0], "") if row is not None and row.agencies else ""
