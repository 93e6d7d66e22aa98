"""Noting every message between parts, beside the way of a command: a bounded queue, and a thread that writes.

Nobody waits for it. When its disk is slow or full, what no longer fits the queue is counted and lost; the journal has
everything that changed the board all the same.
"""

import asyncio
import hashlib
import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any, Final

import msgspec

from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.history import incidents_of, units_of
from turnout.core.timers.events import TimerRang
from turnout.core.units.events import AlertSent, StationAlerted
from turnout.core.units.station_alert import StationAlert
from turnout.desk.access import Principal
from turnout.desk.book import command_digest
from turnout.desk.chain import JournalRow
from turnout.desk.desk import Told
from turnout.desk.operations import Operations
from turnout.edge.answers import Answer, Declined
from turnout.edge.trace import begun, here
from turnout.records.messages import Message, MessagesAsked, MessageStore
from turnout.words.identity import CallId, IncidentId, TimerId, UnitId
from turnout.words.moment import Moment

log = logging.getLogger(__name__)

WAITING_MAX: Final = 20_000
"""Lines that wait to be written: some 10 MiB, and a minute of the busiest city's messages many times over."""

WRITE_EVERY_S: Final = 0.25
AGAIN_S: Final = 2.0
"""After a failure (a full disk)."""

BATCH_MAX: Final = 2_000

TIMER: Final = "ring-timer"
"""The one command that does not come over the counter: the clock gives it to the desk itself."""

_INCIDENTS: Final = ("incident_id", "other_id", "into_id", "clone_id", "child_id", "to_incident", "one", "other")


class MessageLog:
    """`note_command` at the counter, `hear` on the desk, `note` for all others; `run` writes."""

    def __init__(
        self, store: MessageStore, now: Callable[[], Moment], may_write: Callable[[], bool] = lambda: True
    ) -> None:
        """`may_write`: not while what is left of the disk is for dispatch."""
        self._store, self._now, self._may_write = store, now, may_write
        self._waiting: deque[Message] = deque(maxlen=WAITING_MAX)
        self._has_failed = False
        self.dropped = 0
        """Lines that were lost since the start."""

    def __len__(self) -> int:
        return len(self._waiting)

    def note(self, message: Message) -> None:
        """Never waits and never raises."""
        if len(self._waiting) >= WAITING_MAX:
            self.dropped += 1
            return
        self._waiting.append(message)

    def note_command(
        self, who: Principal, command: Command, answer: Answer, began_s: float, before: Board, after: Board
    ) -> None:
        """A command and what it was answered. `began_s`: of `time.perf_counter`."""
        trace = here.get() or begun(who.actor.id if who.kind == "part" else "program")
        content, kind = _operations.encode_command(command), str(command.__struct_config__.tag)
        seqs = (0, 0) if isinstance(answer, Declined) else (answer.seq_from, answer.seq_to)
        incidents, calls, units = subjects_of(command, before, after)
        self.note(
            Message(
                at=self._now(),
                source=trace.door if who.kind != "part" else str(who.actor.id),
                by=str(who.actor.id),
                target="desk",
                kind=kind,
                size=len(content),
                outcome=outcome_of(answer),
                duration_us=int((time.perf_counter() - began_s) * 1e6),
                trace=trace.trace,
                seq_from=seqs[0],
                seq_to=seqs[1],
                digest=command_digest(kind, _operations.tell_apart(command, content), who.actor.id).hex(),
                incidents=incidents,
                calls=calls,
                units=units,
            )
        )

    def note_transfer(self, agency: str, by: str, document: msgspec.Struct, incident: str, seq: int = 0) -> None:
        """A document that an agency's records system was given."""
        body = msgspec.json.encode(document)
        trace = here.get() or begun("http")
        self.note(
            Message(
                at=self._now(),
                source="desk",
                by=by,
                target=f"records:{agency}",
                kind="transfer",
                size=len(body),
                outcome="sent",
                trace=trace.trace,
                seq_from=seq,
                seq_to=seq,
                digest=hashlib.sha256(body).hexdigest(),
                incidents=(incident,),
            )
        )

    def hear(self, told: Told[Board, Any]) -> None:
        """What the desk did by the clock, and whom it alerts."""
        pairs = zip(told.rows, told.events, strict=True)
        for _, rows in groupby(pairs, key=lambda pair: pair[0].command_id):
            did = list(rows)
            if did[0][0].command == TIMER:
                self.note(rung(did, told))
            for row, event in did:
                for message in alerts_of(row, event):
                    self.note(message)

    async def find(self, asked: MessagesAsked) -> list[Message]:
        """Newest first, what still waits to be written included."""
        if self._may_write():
            await self.write_waiting()
        return await asyncio.to_thread(self._store.find, asked)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(AGAIN_S if self._has_failed else WRITE_EVERY_S)
            if self._waiting and self._may_write():
                await self.write_waiting()

    async def write_waiting(self) -> None:
        """What waits now goes to the disk; what the disk refuses waits on."""
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
            try:
                await asyncio.shield(asyncio.to_thread(self._store.add, batch, self._now()))
                self._has_failed = False
            except sqlite3.Error as fault:
                if not self._has_failed:  # once: a log that grows on a full disk makes it worse
                    log.warning("the message log cannot be written: %s", fault)
                self._has_failed = True
                self._put_back(batch)
                return

    def _put_back(self, batch: list[Message]) -> None:
        room = WAITING_MAX - len(self._waiting)
        self.dropped += max(0, len(batch) - room)
        self._waiting.extendleft(reversed(batch[-room:] if room else []))

    def close(self) -> None:
        """Write the rest, as far as the disk takes it."""
        try:
            self._store.add(list(self._waiting), self._now())
        except sqlite3.Error as fault:
            log.warning("the message log lacks its last %d lines: %s", len(self._waiting), fault)
        self._store.close()


_operations: Final = Operations()


def outcome_of(answer: Answer) -> str:
    if isinstance(answer, Declined):
        return answer.code
    return "repeated" if answer.repeated else "done"


def subjects_of(command: Command, before: Board, after: Board) -> tuple[tuple[str, ...], ...]:
    """Incidents, calls and units that a command names, and the incidents that these are on before or after it."""
    incidents = {value for name in _INCIDENTS if (value := getattr(command, name, None))}
    call = getattr(command, "call_id", None)
    one, many = getattr(command, "unit", None), getattr(command, "units", ())
    units = {str(getattr(unit, "unit", unit)) for unit in (*many, *((one,) if one else ()))}
    for board in (before, after):
        for timer in getattr(command, "timers", ()):
            stood = board.timers.get(TimerId(timer))
            incidents |= {stood.incident} if stood is not None and stood.incident else set()
        row = board.calls.get(CallId(call)) if call else None
        if row is not None and row.incident is not None:
            incidents.add(row.incident)
        for unit in units:
            known = board.units.get(UnitId(unit))
            on = getattr(known.status, "incident", None) if known is not None else None
            if on is not None:
                incidents.add(on)
    return tuple(sorted(map(str, incidents))), (str(call),) if call else (), tuple(sorted(units))


def rung(did: list[tuple[JournalRow, Event]], told: Told[Board, Any]) -> Message:
    """A timer that rang, as the rows that came of it and the timer itself say."""
    rang = [event.timer for _, event in did if isinstance(event, TimerRang)]
    timers = [timer for one in rang if (timer := told.before.timers.get(one) or told.after.timers.get(one))]
    first, last = did[0][0], did[-1][0]
    return Message(
        at=first.at,
        source="clock",
        by=str(first.actor),
        target="desk",
        kind=TIMER,
        size=0,
        outcome="done",
        seq_from=first.seq,
        seq_to=last.seq,
        digest=first.command_digest.hex(),
        incidents=tuple(sorted(_named(incidents_of, did) | {one.incident for one in timers if one.incident})),
        calls=tuple(one.call for one in timers if one.call),
        units=tuple(sorted(_named(units_of, did) | {one.unit for one in timers if one.unit})),
    )


def _named(of: Callable[[Event], tuple[str, ...]], did: list[tuple[JournalRow, Event]]) -> set[str]:
    return {one for _, event in did for one in of(event)}


def alerts_of(row: JournalRow, event: Event) -> Iterator[Message]:
    """What went out to stations and crews with this event."""
    first: tuple[StationAlert, ...] = getattr(event, "alerts", ())
    alerts = (event.alert,) if isinstance(event, StationAlerted) else first
    for alert in alerts:
        yield _alert(row, event, f"station:{alert.station}", "station-alert", alert, alert.units)
    if isinstance(event, AlertSent):
        yield _alert(row, event, f"unit:{event.unit}", "alert", event, (event.unit,))


def _alert(
    row: JournalRow, event: Event, target: str, kind: str, body: msgspec.Struct, units: tuple[UnitId, ...]
) -> Message:
    content = msgspec.json.encode(body)
    return Message(
        at=row.at,
        source="desk",
        by=str(row.actor),
        target=target,
        kind=kind,
        size=len(content),
        outcome="sent",
        seq_from=row.seq,
        seq_to=row.seq,
        digest=hashlib.sha256(content).hexdigest(),
        incidents=tuple(map(IncidentId, incidents_of(event))),
        units=tuple(units),
    )
