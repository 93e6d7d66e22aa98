"""A keeper at work: it renews the lease, watches its PostgreSQL and does what `rules` says, one act at a time.

Three loops, so that none waits for another: the lease, the guard that ends a PostgreSQL without a lease, and the acts,
of which copying a database may take an hour.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from turnout.keeper import rules
from turnout.keeper.postgresql import Postgresql, State, standing_of
from turnout.keeper.register import Message, Reply, Value
from turnout.keeper.rules import Act, Standing, View
from turnout.keeper.voter import Monotonic, Voter
from turnout.keeper.voting import Voting

log = logging.getLogger(__name__)

RENEW_EVERY_S: Final = 0.2
GUARD_EVERY_S: Final = 0.05
LOOK_EVERY_S: Final = 0.1
REPEAT_EVERY_S: Final = 1.0
"""How often the primary says its value again when a voter has not taken a renewal."""

START_S: Final = 60.0
"""PostgreSQL that starts recovers first and does not answer meanwhile."""

OFFER_S: Final = 3.0
"""The standby is given so long to take over when PostgreSQL has ended here; then it is started again."""

JOIN_S: Final = 2.0
"""For a standby to confirm everything when it comes back: commits wait for it meanwhile."""

PROMOTE_S: Final = 5.0
"""After it the promotion is asked for again."""

NOTE_EVERY_S: Final = 10.0

VOTER_GONE_S: Final = 10.0
"""A voter that has not answered for so long is said to be missing: fifty renewals."""


class OwnVoter:
    """This node's own voter, asked like the others."""

    def __init__(self, voter: Voter) -> None:
        self._voter = voter

    async def ask(self, question: Message) -> Reply | None:
        try:
            return await self._voter.hear(question)
        except OSError as fault:
            log.error("this voter's memory cannot be kept, so it does not vote: %s", fault)
            return None


class Keeper:
    """Beside one PostgreSQL. `run` until it is cancelled; then PostgreSQL has to be ended (`leave`)."""

    def __init__(self, voter: Voter, voting: Voting, postgresql: Postgresql, other: str, monotonic: Monotonic) -> None:
        self._voter, self._voting, self._postgresql, self._monotonic = voter, voting, postgresql, monotonic
        self._me, self._other = voter.name, other
        now_s = monotonic()
        self._state: State | None = None
        self._answered_s = self._together_s = now_s
        self._starting_until_s = self._return_s = float("-inf")
        self._offered_until_s: float | None = None
        self._rebuild_on_start = False
        self._noted: dict[str, float] = {}
        self._switching = self._repeat = False
        self._acts: dict[Act, Callable[[], Awaitable[None]]] = {
            Act.WAIT: self._upkeep,
            Act.FENCE: self._end,
            Act.HAND_OVER: self._hand_over,
            Act.START_PRIMARY: self._start_primary,
            Act.START_STANDBY: self._start_standby,
            Act.PROMOTE: self._promote,
            Act.TAKE_OVER: self._take_over,
            Act.GO_ALONE: self._go_alone,
            Act.RETURN: self._return,
            Act.REBUILD: self._rebuild,
        }

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._lease(), name="lease")
            tasks.create_task(self._guard(), name="guard")
            tasks.create_task(self._watch(), name="watch")
            tasks.create_task(self._act(), name="acts")

    async def leave(self) -> None:
        """The keeper stops, and PostgreSQL with it; the standby need not wait for the lease."""
        try:
            await self._postgresql.end_cleanly()
        except TimeoutError:
            await self._postgresql.end_at_once()
        await self._voting.release()

    def ask_to_switch(self) -> bool:
        """A person wants the standby to be the primary. False: not now."""
        value = self._voting.value
        ready = value is not None and value.primary == self._me and value.mode == "together"
        self._switching = self._switching or ready
        return ready

    async def _lease(self) -> None:
        repeated_s = float("-inf")
        while True:
            value = self._voting.value
            if value is None or value.primary != self._me or self._is_offering():
                await self._voting.learn_again(self._voter)
            elif not await self._voting.renew() and self._monotonic() - repeated_s >= REPEAT_EVERY_S:
                repeated_s = self._monotonic()
                self._repeat = True
            if value is not None and value.primary == self._me and not self._voting.may_act():
                self._note("no majority of the voters answers: nobody may write here")
            await asyncio.sleep(RENEW_EVERY_S if value is not None and value.primary == self._me else LOOK_EVERY_S)

    async def _guard(self) -> None:
        """A primary without a lease ends before anybody else can have it, whatever act is under way."""
        while True:
            if self._postgresql.is_running and self._is_primary_here() and not self._voting.may_act():
                log.error("the lease could not be renewed: PostgreSQL is ended here")
                await self._end()
            await asyncio.sleep(GUARD_EVERY_S)

    def _is_primary_here(self) -> bool:
        return self._state is not None and not self._state.in_recovery

    async def _watch(self) -> None:
        confirmed, stuck_s = -1, self._monotonic()
        while True:
            if self._postgresql.is_running:
                state = await self._postgresql.ask()
                now_s = self._monotonic()
                if state is not None:
                    self._state, self._answered_s = state, now_s
                    if state.confirmed != confirmed or state.confirmed >= state.written:
                        confirmed, stuck_s = state.confirmed, now_s
                    if not state.in_recovery:
                        self._postgresql.tell_voters(self._voting.heard_within(VOTER_GONE_S))
                    if self._in_touch(state) and now_s - stuck_s < LOOK_EVERY_S * 3:
                        self._together_s = now_s
            else:
                self._state = None
            self._voter.postgres = self._standing() or "starting"
            await asyncio.sleep(LOOK_EVERY_S)

    def _in_touch(self, state: State) -> bool:
        return state.receives if state.in_recovery else state.has_standby

    def _standing(self) -> Standing | None:
        silent_s = self._monotonic() - self._answered_s
        fresh = self._state if silent_s < rules.SILENT_S else None
        most_s = rules.SILENT_S if self._monotonic() >= self._starting_until_s or self._state is not None else START_S
        return standing_of(self._postgresql, fresh, silent_s, most_s)

    def _is_offering(self) -> bool:
        value, until_s = self._voting.value, self._offered_until_s
        ours = value is not None and value.primary == self._me
        return until_s is not None and ours and self._monotonic() < until_s

    def _view(self, standing: Standing) -> View:
        now_s = self._monotonic()
        return View(
            me=self._me,
            value=self._voting.value,
            may_act=self._voting.may_act(),
            is_leased=self._voting.is_leased,
            postgres=standing,
            names_set=self._postgresql.names_set,
            streams=now_s - self._together_s < LOOK_EVERY_S * 3,
            apart_s=now_s - self._together_s,
            has_offered=self._offered_until_s is not None,
            since_return_s=now_s - self._return_s,
        )

    async def _act(self) -> None:
        while True:
            standing = self._standing()
            if standing is not None and not self._is_offering():
                await self._do(rules.next_act(self._view(standing)))
            await asyncio.sleep(LOOK_EVERY_S / 2)

    async def _do(self, act: Act) -> None:
        if act is not Act.WAIT:
            log.warning("%s: %s", self._me, act.value)
        try:
            await self._acts[act]()
        except OSError as trouble:
            self._note(f"{act.value}: {trouble}")
            await asyncio.sleep(LOOK_EVERY_S * 5)

    async def _hand_over(self) -> None:
        await self._voting.release()
        self._offered_until_s = self._monotonic() + OFFER_S

    async def _start_primary(self) -> None:
        await self._start(as_standby=False)

    async def _start_standby(self) -> None:
        await self._postgresql.follow(self._rebuild_on_start)
        self._rebuild_on_start = False
        await self._start(as_standby=True)

    async def _rebuild(self) -> None:
        await self._end()
        self._rebuild_on_start = True

    async def _upkeep(self) -> None:
        value = self._voting.value
        if value is None or value.primary != self._me:
            self._switching = False
            return
        if self._repeat:
            self._repeat = False
            await self._voting.change(lambda value: None)
        if self._switching:
            self._switching = False
            log.warning("%s: a person has asked for the other machine", self._me)
            try:
                await self._postgresql.end_cleanly()
            except TimeoutError:
                await self._end()

    async def _start(self, as_standby: bool) -> None:
        now_s = self._monotonic()
        self._state, self._offered_until_s = None, None
        self._answered_s = self._together_s = now_s
        self._starting_until_s = now_s + START_S
        await self._postgresql.start(as_standby)

    async def _end(self) -> None:
        await self._postgresql.end_at_once()
        self._state = None

    async def _take_over(self) -> None:
        """The majority that names this node has with that confirmed `alone`: nothing more is asked of it."""
        value = await self._voting.change(lambda value: rules.taken_over(value, self._me))
        if not self._is_alone(value):
            await asyncio.sleep(LOOK_EVERY_S)
            return
        self._postgresql.name_standby(False)
        await self._promoted()

    async def _promote(self) -> None:
        """The register has named this node, and its keeper has begun anew since."""
        if await self._confirmed_alone():
            await self._promoted()

    async def _promoted(self) -> None:
        """This node is alone, so commits need not wait once it is promoted."""
        await self._postgresql.promote()
        until_s = self._monotonic() + PROMOTE_S
        while self._monotonic() < until_s:
            state = await self._postgresql.ask()
            if state is not None and not state.in_recovery:
                self._state, self._answered_s = state, self._monotonic()
                break
            await asyncio.sleep(LOOK_EVERY_S / 5)
        self._together_s = self._return_s = self._monotonic()

    async def _go_alone(self) -> None:
        await self._confirmed_alone()

    async def _confirmed_alone(self) -> bool:
        """A majority first, the setting then: the other way round the standby could be promoted without a commit."""
        value = await self._voting.change(lambda value: rules.gone_alone(value, self._me))
        if not self._is_alone(value):
            return False
        self._postgresql.name_standby(False)
        return True

    def _is_alone(self, value: Value | None) -> bool:
        return value is not None and value.primary == self._me and value.mode == "alone"

    async def _return(self) -> None:
        """The setting first, then everything confirmed, then the register."""
        self._return_s = self._monotonic()
        self._postgresql.name_standby(True)
        await asyncio.sleep(LOOK_EVERY_S)
        await self._postgresql.checkpoint()
        began = await self._postgresql.ask()
        deadline_s = self._monotonic() + JOIN_S
        while began is not None and self._monotonic() < deadline_s:
            state = await self._postgresql.ask()
            if state is not None and state.has_standby and state.confirmed >= began.written:
                await self._voting.change(self._joined)
                return
            await asyncio.sleep(LOOK_EVERY_S / 5)

    def _joined(self, value: Value) -> Value | None:
        return rules.joined(value, self._me, self._other)

    def _note(self, what: str) -> None:
        """Once at the beginning and then every `NOTE_EVERY_S`: a log that is flooded is read by nobody."""
        now_s = self._monotonic()
        if now_s - self._noted.get(what[:40], float("-inf")) >= NOTE_EVERY_S:
            self._noted[what[:40]] = now_s
            log.error("%s: %s", self._me, what)
