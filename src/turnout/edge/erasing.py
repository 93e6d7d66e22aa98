"""Destroying keys: at the end of a term, and whenever the journal says that somebody's details are erased (18.4).

The record comes first. `details-erased` is in the journal before a key is destroyed, and whatever the journal says to
be erased is destroyed again when this begins: after a crash in between, and after a restore of older keys. Looked at in
small steps beside the desk; no dispatch waits for it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final

from turnout.audit.files import Files
from turnout.audit.vault import Owner, Vault
from turnout.city.retention import Retention, Term
from turnout.core.board import Board
from turnout.core.events import Event
from turnout.core.retention.commands import EraseDetails
from turnout.core.retention.events import DetailsErased
from turnout.core.retention.rules import held_where_merged, hold_on, owners_of
from turnout.desk.access import part
from turnout.desk.desk import Told
from turnout.desk.faults import Fault
from turnout.edge.answers import Declined
from turnout.edge.counter import Counter
from turnout.edge.looking_up import merged_with
from turnout.edge.texts import Texts
from turnout.records.incidents import IncidentRecords
from turnout.records.retention import Ended
from turnout.words.identity import IncidentId
from turnout.words.moment import DAY_MS, Moment

log = logging.getLogger(__name__)

STEP_S: Final = 60.0
LOOKED_AT_ONCE: Final = 1_000
"""Of what is over, in one step: a city's day in a minute, ten years in some hours."""

DUE_AT_ONCE: Final = 200
AGAIN_AT_ONCE: Final = 500
SEQ_MAX: Final = 2**62

Place = tuple[int, str]
BEGIN: Final[Place] = (-1, "")


class Erasing:
    """`hear` goes to `Desk.listen`; `run` until it is cancelled. One per city: at its desk."""

    def __init__(
        self,
        counter: Counter,
        records: IncidentRecords,
        vault: Vault,
        texts: Texts,
        files: Files,
        retention: Retention,
        now: Callable[[], Moment],
    ) -> None:
        self._counter, self._records, self._vault, self._texts, self._files = counter, records, vault, texts, files
        self._retention, self._now = retention, now
        self._heard = asyncio.Event()
        self._seen_seq = 0
        self._at: dict[str, Place] = {"incident": BEGIN, "call": BEGIN}

    def hear(self, told: Told[Board, Event]) -> None:
        if any(isinstance(event, DetailsErased) for event in told.events):
            self._heard.set()

    async def run(self) -> None:
        while True:
            self._heard.clear()
            try:
                await self.step()
            except Fault as trouble:
                log.warning("details are not destroyed yet: %s", trouble)
            except Exception:  # the process edge: damaged records, a full disk; the next step tries again
                log.exception("details are not destroyed yet")
            try:
                await asyncio.wait_for(self._heard.wait(), STEP_S)
            except TimeoutError:
                continue
            await asyncio.sleep(0.2)  # the records hear of it a moment later

    async def step(self) -> None:
        """What is due is put on record; what is on record is destroyed."""
        await self._end_terms("call", lambda one: self._retention.call)
        await self._end_terms("incident", lambda one: self._retention.of_type(one.type))
        await self._destroy_what_is_recorded()

    async def _end_terms(self, kind: str, term_of: Callable[[Ended], Term]) -> None:
        least_days = self._retention.call.days if kind == "call" else self._retention.least_days
        until = Moment(self._now() - least_days * DAY_MS)
        ended = await asyncio.to_thread(self._records.ended, kind, self._at[kind], until, LOOKED_AT_ONCE)
        done = 0
        for one in ended:
            self._at[kind] = (one.closed, one.id)
            term = term_of(one)
            if self._now() - one.since >= term.days * DAY_MS and await self._end_term(kind, one, term):
                done += 1
                if done >= DUE_AT_ONCE:
                    return
        if len(ended) < LOOKED_AT_ONCE:
            self._at[kind] = BEGIN

    async def _end_term(self, kind: str, one: Ended, term: Term) -> bool:
        """Whether there was something to erase, and it is on record now."""
        incident, call = (one.id, "") if kind == "incident" else ("", one.id)
        if hold_on(self._counter.board, incident, call) is not None:
            return False
        merged = await asyncio.to_thread(merged_with, incident, self._counter.board, self._records)
        if held_where_merged(self._counter.board, merged) is not None:
            return False
        row = await asyncio.to_thread(self._records.find, one.id) if incident else None
        owners = owners_of(row) if row is not None else (one.id,)
        if not await self._any_lives(owners):
            return False
        command = EraseDetails(incident_id=incident, call_id=call, owners=owners, term=term.id, days=term.days)
        answer = await self._counter.hand_in(part("retention"), f"erase/{one.id}/{one.since}", command)
        if isinstance(answer, Declined):
            log.info("%s %s is kept: %s", kind, one.id, answer.code)
        return not isinstance(answer, Declined)

    async def _any_lives(self, owners: Sequence[str]) -> bool:
        for owner in owners:
            if await self._vault.has_key(_owner(owner)) or await self._living_keys(owner, SEQ_MAX):
                return True
        return False

    async def _living_keys(self, owner: str, before_seq: int) -> list[str]:
        """Of its texts, as far as they are in the journal before that row."""
        return await self._texts.list_living(await asyncio.to_thread(self._records.text_keys, owner, before_seq))

    async def _destroy_what_is_recorded(self) -> None:
        """From the first on: with keys that were put back, also what was destroyed long ago."""
        while True:
            erased = await asyncio.to_thread(self._records.erased, self._seen_seq, AGAIN_AT_ONCE)
            for owner, seq in erased:
                if keys := await self._living_keys(owner, seq):
                    await self._texts.destroy(keys)
                if await self._vault.has_key(_owner(owner)):
                    await self._vault.destroy(_owner(owner))
                    await self._files.discard_all(owner)
            if not erased:
                return
            self._seen_seq = erased[-1][1]
            await asyncio.sleep(0)


def _owner(id: str) -> Owner:
    """Identities of incidents and calls are of one space: the vault takes either."""
    return IncidentId(id)
