"""Noting what happens at the door (ASVS 5.0, 16.3), beside every way: lines within bounds, and a thread that writes.

Nobody waits for it, neither who signs in nor a dispatch. What is alike within a minute is one line with a count; beyond
so many different failures a minute, further ones are counted without account and network. When its disk is slow or
full, what does not fit is counted and lost.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from turnout.desk.access import Principal
from turnout.edge.allowance import asked_from, network_of
from turnout.edge.identities import Standing
from turnout.records.sign_ins import FAILURES, DoorAct, DoorLine, SignInsAsked, SignInStore
from turnout.words.moment import MINUTE_MS, Moment

log = logging.getLogger(__name__)

WAITING_MAX: Final = 4_000
"""Lines that wait to be written: some 2 MiB, and everybody of a large city who signs in within a second."""

FAILURES_A_MINUTE_MAX: Final = 300
"""Different ones, of accounts and networks. A whole room that mistypes makes two hundred."""

WRITE_EVERY_S: Final = 0.25
AGAIN_S: Final = 2.0
"""After a failure (a full disk)."""

REPELLED: Final = frozenset({"malformed", "unstorable-text", "too-large", "too-many-requests"})
"""Nos to what no program of ours sends: somebody may be looking for a way round (ASVS 5.0, 16.3.3)."""

DENIED: Final = REPELLED | {
    *("not-permitted", "no-ground", "scope-missing", "field-hidden", "foreign-origin", "device-needed"),
}
"""Nos that mean: who asks may not do or see this. Codes of the rules and of `speech.py`."""

TOLD_LESS: Final = frozenset({"wrong-secret", "wrong-code", "wrong-offline-code"})

REASONS: Final[dict[Standing, str]] = {"none": "unknown-account", "closed": "account-disabled"}
"""Why it was in truth, where who tried is told no more than that it is not right."""


class DoorLog:
    """`note…` from wherever somebody comes in or is turned away; `run` writes."""

    def __init__(
        self, store: SignInStore, now: Callable[[], Moment], may_write: Callable[[], bool] = lambda: True
    ) -> None:
        """`may_write`: not while what is left of the disk is for dispatch."""
        self.store, self._now, self._may_write = store, now, may_write
        self._waiting: dict[DoorLine, DoorLine] = {}
        """By what the line says, without its times and count."""
        self._minute, self._failures = 0, set[DoorLine]()
        self._begun, self._begun_minute = set[DoorLine](), 0
        """Which lines of this minute are written."""
        self._has_failed = False
        self.dropped = 0
        """Lines that were lost since the start."""

    def __len__(self) -> int:
        return len(self._waiting)

    def note(
        self, act: DoorAct, *, way: str = "", account: str = "", position: str = "", reason: str = "", about: str = ""
    ) -> None:
        """Never waits and never raises. The network is that of who is being answered."""
        now = self._now()
        minute = now // MINUTE_MS
        line = DoorLine(
            act=act,
            at=Moment(minute * MINUTE_MS),
            way=way,
            account=account,
            position=position,
            reason=reason,
            network=network_of(asked_from.get()),
            about=about,
        )
        if act in FAILURES:
            line = self._counted(line, minute)
        held = self._waiting.get(line)
        if held is not None:
            self._waiting[line] = replace(held, last=now, count=held.count + 1)
        elif len(self._waiting) >= WAITING_MAX:
            self.dropped += 1
        else:
            self._waiting[line] = replace(line, at=now, last=now)

    def note_of(self, who: Principal, act: DoorAct, *, way: str = "", reason: str = "", about: str = "") -> None:
        """As `note`, of somebody who is in already. What the program's own parts do is no visit."""
        if who.kind != "part":
            way = way or ("token" if who.kind == "program" else "")
            account, position = str(who.actor.id), who.position
            self.note(act, way=way, account=account, position=position, reason=reason, about=about)

    def note_refused(self, way: str, account: str, standing: Standing, code: str) -> None:
        """Somebody was not let in. What was typed as an account that there is not may be a password: it is not kept."""
        reason = REASONS.get(standing, code) if account and code in TOLD_LESS else code
        self.note("not-let-in", way=way, account="" if standing == "none" else account, reason=reason)

    def note_denied(self, who: Principal | None, code: str, about: str) -> None:
        """A no, if it is one of rights. `about`: the right, the command or the route, never what was typed."""
        if code not in DENIED:
            return
        if who is None:
            self.note("denied", reason=code, about=about)
        else:
            self.note_of(who, "denied", reason=code, about=about)

    def _counted(self, line: DoorLine, minute: int) -> DoorLine:
        """The failure; once there are too many different ones in a minute, what is left of it without who and where."""
        if minute != self._minute:
            self._minute, self._failures = minute, set()
        if line in self._failures or len(self._failures) < FAILURES_A_MINUTE_MAX:
            self._failures.add(line)
            return line
        return replace(line, account="", network="", position="", about="")

    async def find(self, asked: SignInsAsked) -> list[DoorLine]:
        """Newest first, what still waits to be written included."""
        if self._may_write():
            await self.write_waiting()
        return await asyncio.to_thread(self.store.find, asked)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_S if self._has_failed else WRITE_EVERY_S)
            if self._waiting and self._may_write():
                await self._write(self._due())

    async def write_waiting(self) -> None:
        """What waits now goes to the disk; what the disk refuses waits on."""
        await self._write(self._waiting)

    def _due(self) -> dict[DoorLine, DoorLine]:
        """What is new. The further like of a failure waits until its minute is over: two lines of it, then."""
        minute = self._now() // MINUTE_MS
        if minute != self._begun_minute:
            self._begun, self._begun_minute = set(), minute
        return {
            line: held
            for line, held in self._waiting.items()
            if line.act not in FAILURES or line not in self._begun or line.at // MINUTE_MS != minute
        }

    async def _write(self, batch: dict[DoorLine, DoorLine]) -> None:
        if not batch:
            return
        batch = dict(batch)
        self._waiting = {line: held for line, held in self._waiting.items() if line not in batch}
        self._begun |= batch.keys()
        try:
            await asyncio.shield(asyncio.to_thread(self.store.add, tuple(batch.values()), self._now()))
            self._has_failed = False
        except sqlite3.Error as fault:
            if not self._has_failed:  # once: a log that grows on a full disk makes it worse
                log.warning("the log of the door cannot be written: %s", fault)
            self._has_failed = True
            self._put_back(batch)

    def _put_back(self, batch: dict[DoorLine, DoorLine]) -> None:
        since, self._waiting = self._waiting, batch
        for line, held in since.items():
            earlier = self._waiting.get(line)
            if earlier is not None:
                self._waiting[line] = replace(earlier, last=held.last, count=earlier.count + held.count)
            elif len(self._waiting) < WAITING_MAX:
                self._waiting[line] = held
            else:
                self.dropped += 1

    def close(self) -> None:
        """Write the rest, as far as the disk takes it."""
        try:
            self.store.add(tuple(self._waiting.values()), self._now())
        except sqlite3.Error as fault:
            log.warning("the log of the door lacks its last %d lines: %s", len(self._waiting), fault)
        self.store.close()
