"""Which command identities this process has seen, and what came of each: so that a repeat is answered and not done.

Done commands are also found in the journal; refused ones only here, for as long as there is room.
"""

import asyncio
from collections import OrderedDict
from typing import Generic

import msgspec

from turnout.desk.answers import Done, Refused
from turnout.desk.book import R
from turnout.desk.faults import Fault
from turnout.words.identity import CommandId

REMEMBERED_MAX = 20_000
"""Answers kept: ten seconds at full speed, hours at a real city's. A sender in doubt asks again within seconds."""


class Sighting(Generic[R]):
    """One command identity: what it stood for, and its outcome, now or later.

    A fault is an outcome too (as a result, not an exception, since nobody may be waiting for it).
    """

    __slots__ = ("digest", "outcome")

    def __init__(self, digest: bytes, outcome: asyncio.Future[Done | Refused[R] | Fault]) -> None:
        self.digest, self.outcome = digest, outcome


class Settled(msgspec.Struct, Generic[R], frozen=True, gc=False):
    """An identity with its answer. Nothing that the collector would look at: 20,000 of them cost it 30 ms each time."""

    digest: bytes
    answer: Done | Refused[R]


class Remembered(Generic[R]):
    """Pending sightings are kept whatever their number (the lanes bound it); settled ones up to a limit, oldest out."""

    def __init__(self, most: int = REMEMBERED_MAX) -> None:
        self._pending: dict[CommandId, Sighting[R]] = {}
        self._settled: OrderedDict[CommandId, Settled[R] | Sighting[R]] = OrderedDict()
        self._most = most

    def find(self, command_id: CommandId) -> Settled[R] | Sighting[R] | None:
        return self._pending.get(command_id) or self._settled.get(command_id)

    def expect(self, command_id: CommandId, sighting: Sighting[R]) -> None:
        self._pending[command_id] = sighting

    def settle(self, command_id: CommandId, answer: Done | Refused[R]) -> None:
        """The answer is final: tell whoever waits, and keep it."""
        sighting = self._pending.pop(command_id)
        self._keep(command_id, Settled(sighting.digest, answer))
        sighting.outcome.set_result(answer)

    def fail(self, command_id: CommandId, fault: Fault) -> None:
        """No answer: tell whoever waits, and forget it, so that sending it again finds the truth."""
        self._pending.pop(command_id).outcome.set_result(fault)

    def fail_pending(self, fault: Fault) -> None:
        """The desk ends: nobody is left waiting."""
        for command_id in list(self._pending):
            self.fail(command_id, fault)

    def fail_for_good(self, command_id: CommandId, fault: Fault) -> None:
        """As `fail`, but the same command again is not even tried: it would meet the same bug."""
        sighting = self._pending.pop(command_id)
        self._keep(command_id, sighting)
        sighting.outcome.set_result(fault)

    def _keep(self, command_id: CommandId, settled: Settled[R] | Sighting[R]) -> None:
        self._settled[command_id] = settled
        if len(self._settled) > self._most:
            self._settled.popitem(last=False)


def as_repeated(answer: Done | Refused[R]) -> Done | Refused[R]:
    """The same answer, marked as given before."""
    return msgspec.structs.replace(answer, repeated=True)
