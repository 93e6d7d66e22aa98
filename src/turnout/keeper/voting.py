"""One node's side of the register: changes by compare-and-swap, renewals of the lease, what the voters say."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from turnout.keeper.register import (
    ACTS_S,
    Accept,
    Ballot,
    Learn,
    Message,
    Prepare,
    Read,
    Release,
    Renew,
    Reply,
    Value,
    highest,
    learnt,
    majority,
    newest,
)
from turnout.keeper.voter import Monotonic, Voter

REST_S: Final = 0.03
"""How long the others' answers are waited for once a majority has done it."""

Change = Callable[[Value], Value | None]
"""The next value, or None when it is not to be changed; asked once per attempt with the newest value."""


class Asked(Protocol):
    """Another voter, or this node's own."""

    async def ask(self, question: Message) -> Reply | None: ...


class _Noted:
    """A voter, and when it has answered."""

    def __init__(self, voter: Asked, note: Callable[[], None]) -> None:
        self._voter, self._note = voter, note

    async def ask(self, question: Message) -> Reply | None:
        reply = await self._voter.ask(question)
        if reply is not None:
            self._note()
        return reply


class Voting:
    """`voters` has this node's own first: its own promise is given before anybody else's is asked for."""

    def __init__(self, me: str, voters: Mapping[str, Asked], monotonic: Monotonic) -> None:
        self.me, self._monotonic = me, monotonic
        self._heard_s: dict[str, float] = {}
        self._voters = {name: _Noted(voter, partial(self._note, name)) for name, voter in voters.items()}
        self._majority = majority(len(voters))
        self._number = 0
        self._sent_s = float("-inf")
        self.value: Value | None = None
        self.is_leased = True
        self.replies: dict[str, Reply] = {}

    def _note(self, name: str) -> None:
        self._heard_s[name] = self._monotonic()

    def heard_within(self, seconds: float) -> list[str]:
        """Which voters have answered lately, also those whose answer came too late to count."""
        now_s = self._monotonic()
        return [name for name in self._voters if now_s - self._heard_s.get(name, float("-inf")) < seconds]

    def may_act(self) -> bool:
        """Whether this node's lease holds. To be asked after waiting, not before."""
        return self._monotonic() - self._sent_s < ACTS_S

    async def look(self) -> None:
        """What the voters say now: the newest value, and whether a majority holds back for the primary."""
        self._learn(await self._ask_all(Read()))

    async def learn_again(self, own: Voter) -> None:
        """Look; and if this node's own voter has lost its disk, let it remember what both others do."""
        await self.look()
        if own.memory.value is not None:
            return
        others = [reply for name, reply in self.replies.items() if name != self.me]
        if len(others) == len(self._voters) - 1 and (memory := learnt(others)) is not None:
            await own.hear(Learn(memory))

    async def change(self, change: Change) -> Value | None:
        """The value that a majority has taken, changed or as it was; None: there was no majority, or a rival.

        Then the change may still come about: somebody may find it and finish it.
        """
        self._number = max(self._number, highest(self.replies.values())) + 1
        ballot = Ballot(self._number, self.me)
        promised = await self._ask_in_turn(Prepare(ballot))
        self._number = max(self._number, highest(promised))
        given = [reply for reply in promised if not reply.why]
        current = newest(given)
        if len(given) < self._majority or current is None:
            return None
        value = change(current) or current
        sent_s = self._monotonic()
        taken = await self._ask_in_turn(Accept(ballot, value))
        if sum(not reply.why for reply in taken) < self._majority:
            return None
        self.value = value
        if value.primary == self.me and current.primary != self.me:
            self._sent_s = sent_s
        return value

    async def renew(self) -> bool:
        """One renewal of this node's lease, if it is the primary. False when not all who answered took it."""
        value = self.value
        if value is None or value.primary != self.me:
            return True
        sent_s = self._monotonic()
        replies = await self._ask_all(Renew(value.epoch, self.me))
        self._learn(replies)
        if sum(not reply.why for reply in replies) >= self._majority:
            self._sent_s = max(self._sent_s, sent_s)
        return all(not reply.why for reply in replies)

    async def release(self) -> None:
        """Let go of the lease; only when PostgreSQL has ended here."""
        value, self._sent_s = self.value, float("-inf")
        if value is not None and value.primary == self.me:
            await self._ask_all(Release(value.epoch, self.me))

    def _learn(self, replies: list[Reply]) -> None:
        self.replies = {reply.node: reply for reply in replies}
        if len(replies) >= self._majority:
            self.is_leased = sum(not reply.is_leased for reply in replies) < self._majority
        found = newest(replies)
        if found is not None and (len(replies) >= self._majority or self.value is None):
            self.value = found

    async def _ask_in_turn(self, question: Message) -> list[Reply]:
        """This node's own voter first. Without its word nobody else is asked: `learnt` rests on it."""
        own, *others = self._voters.values()
        first = await own.ask(question)
        if first is None or first.why:
            return [first] if first is not None else []
        return [first, *await _answers(others, question, self._majority - 1, rest_s=0.0)]

    async def _ask_all(self, question: Message) -> list[Reply]:
        return await _answers(list(self._voters.values()), question, self._majority)


async def _answers(voters: Sequence[Asked], question: Message, enough: int, rest_s: float = REST_S) -> list[Reply]:
    """What has come when `enough` have done it and the rest has had `rest_s`: who is gone is not waited for."""
    waiting = {asyncio.create_task(voter.ask(question)) for voter in voters}
    replies: list[Reply] = []
    while waiting:
        is_enough = sum(not reply.why for reply in replies) >= enough
        done, waiting = await asyncio.wait(
            waiting, timeout=rest_s if is_enough else None, return_when=asyncio.FIRST_COMPLETED
        )
        replies += [reply for task in done if (reply := task.result()) is not None]
        if is_enough and not done:
            break
    for task in waiting:
        _late.add(task)
        task.add_done_callback(_late.discard)
    return replies


_late: set["asyncio.Task[Reply | None]"] = set()
"""Questions whose answer is no longer waited for; they end by themselves (`wire.ANSWER_S`)."""
