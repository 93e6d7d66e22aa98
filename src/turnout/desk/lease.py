"""Which of several servers is the desk: a lease that is renewed by beats and judged by each server's monotonic clock.

No time of day is compared with another machine's, and none is stored. The holder counts from the moment *before* it
sent its last renewal that was confirmed, and stops acting `ACTS_S` after it. A watcher counts from the moment *after*
it saw a beat for the first time, and takes the lease when `LEASE_S` have passed without another. The beat cannot have
been seen before it was sent, so the holder has been silent for `LEASE_S - ACTS_S` before anybody takes over, as long as
two machines' seconds differ by less than a third (Gray and Cheriton, "Leases", SOSP 1989).

That keeps two servers from both *answering*. That they cannot both *write* does not rest on any clock: taking the lease
raises the epoch that every batch carries.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from turnout.desk.faults import Displaced, Fault, NotTheDesk, StorageFailed

log = logging.getLogger(__name__)

ACTS_S: Final = 1.0
"""The holder acts so long on one renewal: four renewals may be late before it stops."""

LEASE_S: Final = 1.5
"""A watcher waits so long: half of the three seconds in which work must go on, the rest is for reading the board."""

BACK_S: Final = 0.2
"""Where nobody could reach the store, the holder gets so long to renew once it answers again: no change for nothing.

That two never answer does not rest on it but on `LEASE_S`.
"""

RENEW_EVERY_S: Final = 0.25
RENEW_AGAIN_S: Final = 0.05
"""After a renewal that was not confirmed: well within `BACK_S`, so that the holder is there first."""

LOOK_EVERY_S: Final = 0.1
GLIMPSE_AFTER_S: Final = 0.15
"""A look takes some milliseconds. The sooner the holder's last beat is seen, the sooner its time is over."""

LOOK_SOON_S: Final = 0.03
"""Once the lease has run out and only `BACK_S` is waited for: a tenth of a second more is one that everybody waits."""

NOTE_EVERY_S: Final = 10.0

Monotonic = Callable[[], float]
"""Seconds that only go forward, whatever is done to the machine's time of day."""


class Seen(msgspec.Struct, frozen=True):
    """The lease as it stands: who holds it, since which epoch, and its beat."""

    epoch: int
    holder: str
    beat: int


class Look(msgspec.Struct, frozen=True):
    """`is_changing`: a change of it is under way that cannot be seen yet, for it waits for the standby.

    Such a change comes about whatever happens then, and was sent before it was seen under way.
    """

    seen: Seen
    is_changing: bool = False


class LeaseStore(Protocol):
    """Where the lease is kept. Every method may raise a `StorageFailed`; a change is durable when it returns."""

    async def look(self) -> Look: ...

    async def glimpse(self) -> Seen | None:
        """While the store does not answer: what a copy of it says, which may be old. None: nothing. Never raises."""
        ...

    async def take(self, seen: Seen, holder: str) -> int | None:
        """The new epoch, under which alone the journal takes batches from now on; None if it is no longer as seen."""
        ...

    async def renew(self, epoch: int, holder: str) -> bool:
        """One beat more. False when somebody else has it."""
        ...

    async def release(self, epoch: int, holder: str) -> None:
        """Let go: whoever watches may take it at once."""
        ...


class Holding(msgspec.Struct, frozen=True):
    """What a holder knows. `sent_s`: its monotonic clock before it sent the newest confirmed renewal."""

    epoch: int
    sent_s: float

    def may_act(self, now_s: float) -> bool:
        return now_s - self.sent_s < ACTS_S


class Watching(msgspec.Struct, frozen=True):
    """What a watcher knows. `since_s`: its monotonic clock after it had first seen the lease as it is."""

    seen: Seen
    since_s: float
    is_silent: bool = False
    back_s: float = float("-inf")
    """When the store last answered again after it had not."""
    changing_s: float | None = None
    """Since when a change is under way that cannot be seen yet."""

    def looked(self, look: Look, now_s: float) -> "Watching":
        back_s = now_s if self.is_silent else self.back_s
        if look.seen != self.seen:
            changing_s = now_s if look.is_changing else None
            return Watching(look.seen, self._sent_by_s(look.seen, now_s), False, back_s, changing_s)
        changing_s = (now_s if self.changing_s is None else self.changing_s) if look.is_changing else None
        return Watching(self.seen, self.since_s, False, back_s, changing_s)

    def _sent_by_s(self, seen: Seen, now_s: float) -> float:
        """When at the latest the holder has sent what is seen now: a renewal may have waited long for the standby."""
        is_next = seen == Seen(self.seen.epoch, self.seen.holder, self.seen.beat + 1)
        return self.changing_s if is_next and self.changing_s is not None else now_s

    def silent(self) -> "Watching":
        """The store does not answer. A renewal that is confirmed meanwhile will be seen, so the time runs on."""
        return Watching(self.seen, self.since_s, True, self.back_s, self.changing_s)

    def glimpsed(self, copy: Seen | None, now_s: float) -> "Watching":
        """A copy knows of a renewal that was not seen before the store fell silent: its time runs from now on, and need
        not run from when the store answers again."""
        if copy is None or (copy.epoch, copy.beat) <= (self.seen.epoch, self.seen.beat):
            return self
        return Watching(copy, self._sent_by_s(copy, now_s), self.is_silent, self.back_s)

    def has_run_out(self, now_s: float) -> bool:
        return now_s - self.since_s >= LEASE_S

    def may_take(self, now_s: float) -> bool:
        if not self.seen.holder:
            return True
        return self.has_run_out(now_s) and now_s - self.back_s >= BACK_S


class LeaseKeeper:
    """`take` waits until the lease is ours; from then on it is renewed, until it is `lost` or released."""

    def __init__(self, store: LeaseStore, holder: str, monotonic: Monotonic) -> None:
        self._store, self._holder, self._monotonic = store, holder, monotonic
        self._holding: Holding | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._silent_since_s: float | None = None
        self._watching: Watching | None = None
        self.lost = asyncio.Event()

    def standing(self) -> Fault | None:
        """Why nothing may be answered now; None while the lease is ours. To be asked after waiting, not before."""
        if self.lost.is_set():
            return Displaced("another server has taken the lease")
        if self._holding is None or not self._holding.may_act(self._monotonic()):
            return NotTheDesk("the lease could not be renewed in time")
        return None

    async def take(self) -> int:
        """Watch until it may be taken, and take it: the epoch. Storage that does not answer is asked again."""
        self._forget()
        while True:
            try:
                taken = await self._watch()
            except StorageFailed as fault:
                self._note("the lease cannot be read", fault)
                taken = None
                if self._watching is not None:
                    self._watching = self._watching.silent()
                    await self._glimpse()
            else:
                self._silent_since_s = None
            if taken is not None:
                self._holding = taken
                self._renewing = asyncio.create_task(self._renew(taken.epoch), name="lease")
                return taken.epoch
            await asyncio.sleep(self._pause_s())

    def _forget(self) -> None:
        """What an earlier watch has seen is too old to count from."""
        self._watching = None

    def _pause_s(self) -> float:
        watching = self._watching
        is_near = watching is not None and not watching.is_silent and watching.has_run_out(self._monotonic())
        return LOOK_SOON_S if is_near else LOOK_EVERY_S

    async def _watch(self) -> Holding | None:
        look = await self._look()
        now_s, seen = self._monotonic(), look.seen
        watching = self._watching.looked(look, now_s) if self._watching is not None else Watching(seen, now_s)
        self._watching = watching
        if not self._is_left_from_before(seen) and not watching.may_take(now_s):
            return None
        sent_s = self._monotonic()
        epoch = await self._store.take(seen, self._holder)
        return Holding(epoch, sent_s) if epoch is not None else None

    def _is_left_from_before(self, seen: Seen) -> bool:
        """Whether it is this process's own, which it could not let go of when its database was lost: nobody acts by it.

        A holder's name is one process's, and whoever watches holds nothing.
        """
        return self._holding is None and seen.holder == self._holder

    async def _look(self) -> Look:
        """A store that is slow to answer may be lost: what its copy knows is looked at meanwhile, not afterwards."""
        looking = asyncio.create_task(self._store.look())
        try:
            done, _ = await asyncio.wait([looking], timeout=GLIMPSE_AFTER_S)
            if not done:
                await self._glimpse()
            return await looking
        finally:
            looking.cancel()

    async def _glimpse(self) -> None:
        copy = await self._store.glimpse()
        if self._watching is not None:
            self._watching = self._watching.glimpsed(copy, self._monotonic())

    async def _renew(self, epoch: int) -> None:
        pause_s = RENEW_EVERY_S
        while True:
            await asyncio.sleep(pause_s)
            sent_s = self._monotonic()
            try:
                ours = await self._store.renew(epoch, self._holder)
            except StorageFailed as fault:
                self._note("the lease could not be renewed", fault)
                pause_s = RENEW_AGAIN_S
                continue
            if not ours:
                log.error("another server has taken the lease; this one is no longer the desk")
                self.lost.set()
                return
            self._holding, self._silent_since_s, pause_s = Holding(epoch, sent_s), None, RENEW_EVERY_S

    def _note(self, what: str, fault: StorageFailed) -> None:
        """Once at the beginning and then every `NOTE_EVERY_S`: a log that is flooded is read by nobody."""
        now_s = self._monotonic()
        if self._silent_since_s is None or now_s - self._silent_since_s >= NOTE_EVERY_S:
            self._silent_since_s = now_s
            log.warning("%s: %s", what, fault)

    async def release(self) -> None:
        """Stop renewing and let go. Failing to say so only makes the next one wait for `LEASE_S`."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        holding, self._holding = self._holding, None
        if holding is None or self.lost.is_set():
            return
        try:
            await self._store.release(holding.epoch, self._holder)
        except StorageFailed as fault:
            log.warning("the lease could not be released: %s", fault)
