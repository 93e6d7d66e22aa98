"""The one value on which a site's voters agree, and what a voter answers. Pure: time comes in, nothing is written.

The register is CASPaxos (Rystsov, "CASPaxos: Replicated State Machines without logs", 2018): a change is promised by a
majority, made on the newest value that they know, and taken by a majority. A voter's `Memory` has to be on its disk
before its answer goes out.

The lease is the voters': one that has lately taken a renewal promises nothing to anybody but the primary. The primary
counts from before it sent a renewal that a majority took, and stops `ACTS_S` after; a voter counts from after it took
it, for `LEASE_S` (Gray and Cheriton, "Leases", SOSP 1989). Monotonic clocks alone; none is compared with another
machine's.
"""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec

ACTS_S: Final = 0.8
"""The primary's keeper lets PostgreSQL go on so long on one renewal."""

LEASE_S: Final = 1.2
"""A voter holds back so long. The difference is for clocks of different speed and for ending PostgreSQL."""

VOTERS_MAX: Final = 3
"""Two machines with PostgreSQL and a witness: more would outlive nothing that loses both databases."""


class Ballot(msgspec.Struct, frozen=True, order=True):
    """Of two, the later in this order wins. Never used twice: a node raises its number before each change."""

    number: int = 0
    node: str = ""


class Value(msgspec.Struct, frozen=True):
    """`together`: `standby` has every commit that was acknowledged, so it may be promoted. `alone`: nobody may be.

    `epoch` rises with every change of the primary.
    """

    epoch: int
    primary: str
    mode: Literal["together", "alone"] = "alone"
    standby: str = ""


class Memory(msgspec.Struct, frozen=True):
    """What a voter must never forget."""

    promised: Ballot = Ballot()
    accepted: Ballot = Ballot()
    value: Value | None = None


class Prepare(msgspec.Struct, frozen=True, tag="prepare"):
    ballot: Ballot


class Accept(msgspec.Struct, frozen=True, tag="accept"):
    ballot: Ballot
    value: Value


class Renew(msgspec.Struct, frozen=True, tag="renew"):
    epoch: int
    primary: str


class Release(msgspec.Struct, frozen=True, tag="release"):
    """The primary's PostgreSQL has ended: nobody needs to wait for its lease."""

    epoch: int
    primary: str


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """The first value of a new site; taken only by a voter that remembers nothing."""

    value: Value


class Read(msgspec.Struct, frozen=True, tag="read"):
    pass


class Learn(msgspec.Struct, frozen=True, tag="learn"):
    """What all others remember, given by a voter that lost its disk to itself; never taken from the wire."""

    memory: Memory


Message = Prepare | Accept | Renew | Release | Begin | Read


class Reply(msgspec.Struct, frozen=True):
    """`why` is empty when it was done: `new`, `promised`, `leased`, `not-so` (the value is another)."""

    node: str
    why: str
    memory: Memory
    is_leased: bool
    postgres: str = ""
    """What runs beside this voter: `primary`, `standby`, `down`, `silent`; empty: a witness, or not asked yet."""


class Lease(msgspec.Struct, frozen=True):
    """When this voter last took a renewal, by its monotonic clock. A voter that starts counts as one that just did."""

    since_s: float

    def holds(self, now_s: float) -> bool:
        return now_s - self.since_s < LEASE_S


RELEASED: Final = Lease(float("-inf"))


def answer(memory: Memory, lease: Lease, message: Message | Learn, now_s: float) -> tuple[Memory, Lease, str]:
    """What the voter remembers from now on, its lease, and why it did not do what was asked (empty: it did)."""
    match message:
        case Read():
            return memory, lease, "" if memory.value is not None else "new"
        case Begin(value):
            first = Ballot(1, value.primary)
            return (Memory(first, first, value), RELEASED, "") if memory == Memory() else (memory, lease, "not-so")
        case Learn(learnt):
            return (learnt, Lease(now_s), "") if memory == Memory() else (memory, lease, "not-so")
        case _ if memory.value is None:
            return memory, lease, "new"
        case Prepare(ballot):
            why = _why_not_promised(memory, lease, ballot, now_s)
            return (memory, lease, why) if why else (_with(memory, promised=ballot), lease, "")
        case Accept(ballot, value):
            if ballot < memory.promised:
                return memory, lease, "promised"
            changed = memory.value is None or memory.value.primary != value.primary
            return Memory(ballot, ballot, value), Lease(now_s) if changed else lease, ""
        case Renew(epoch, primary):
            why = _why_not_renewed(memory, epoch, primary)
            return (memory, lease, why) if why else (memory, Lease(now_s), "")
        case Release(epoch, primary):
            why = "" if _is_primary(memory, epoch, primary) else "not-so"
            return memory, lease if why else RELEASED, why


def _with(memory: Memory, promised: Ballot) -> Memory:
    return Memory(promised, memory.accepted, memory.value)


def _is_primary(memory: Memory, epoch: int, primary: str) -> bool:
    return memory.value is not None and (memory.value.epoch, memory.value.primary) == (epoch, primary)


def _why_not_promised(memory: Memory, lease: Lease, ballot: Ballot, now_s: float) -> str:
    if ballot <= memory.promised:
        return "promised"
    is_primary = memory.value is not None and memory.value.primary == ballot.node
    return "leased" if lease.holds(now_s) and not is_primary else ""


def _why_not_renewed(memory: Memory, epoch: int, primary: str) -> str:
    """A promise to somebody else that is still open ends the lease here: its change may be under way."""
    if not _is_primary(memory, epoch, primary):
        return "not-so"
    is_open = memory.promised != memory.accepted
    return "promised" if is_open and memory.promised.node != primary else ""


def majority(voters: int) -> int:
    return voters // 2 + 1


def newest(replies: Iterable[Reply]) -> Value | None:
    """The value of the highest ballot that anybody has taken."""
    best = max(replies, key=lambda reply: reply.memory.accepted, default=None)
    return best.memory.value if best is not None else None


def highest(replies: Iterable[Reply]) -> int:
    """The highest number of a ballot that anybody remembers; 0: none."""
    return max((reply.memory.promised.number for reply in replies), default=0)


def learnt(others: Iterable[Reply]) -> Memory | None:
    """What a voter that has lost its disk may remember, from all others; None: one of them has nothing either.

    Enough, because whoever asks for a promise has given it itself before, and is one of the others.
    """
    memories = [reply.memory for reply in others]
    if not memories or any(memory.value is None for memory in memories):
        return None
    taken = max(memories, key=lambda memory: memory.accepted)
    return Memory(max(memory.promised for memory in memories), taken.accepted, taken.value)
