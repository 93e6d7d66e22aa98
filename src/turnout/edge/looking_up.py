"""Looking up what was: incidents open and closed, their course, a unit's history, what is known of a place (1.13).

Never by a person (charter 6): nothing here takes a name, a number of a caller or a description.
"""

import asyncio
from typing import Any, Final, NamedTuple

import msgspec

from turnout.core.board import Board, CrewMember, Incident, PremiseNote
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.history import Line, Names, chronology, codes_of, incidents_of
from turnout.core.incidents.commands import (
    AddAddendum,
    AttachFile,
    ChangePerson,
    LinkMedia,
    ReopenIncident,
    RequestTransfer,
)
from turnout.core.retention.commands import ApproveErasure, AskErasure, EraseDetails, PlaceHold
from turnout.core.retention.matters import CallRecord
from turnout.core.reveals.commands import BreakGlass, RequestReview
from turnout.core.shift_history import ShiftPart, cut_by_shift
from turnout.core.tables.commands import NoteDetailsOpened, NoteFileOpened
from turnout.desk.access import Principal
from turnout.edge.counter import DeskAt
from turnout.edge.places_of_records import LOOKED_AT_PLACE_MAX, PlacesOfRecords, Whereabouts, ZonesAt, no_zones
from turnout.edge.texts import Texts
from turnout.line import incident_called
from turnout.records.incidents import FOUND_MAX, LINES_MAX, ActsAsked, Asked, IncidentRecords
from turnout.words.identity import CallId, IncidentId
from turnout.words.moment import DAY_MS, Moment
from turnout.words.place import Place, distance_m
from turnout.words.sealed_text import ERASED

EARLIER_WITHIN_M: Final = 60
"""Earlier incidents at a place: the building and what stands beside it."""

EARLIER_MAX: Final = 25
SHIFT_LINES_MAX: Final = 20_000
"""Of a unit's history that is cut by shift at once: eight months of a busy one, and some seconds' work."""

LOOK_BACK_DAYS: Final = 365
"""Where no type says otherwise."""


class PlaceKnown(msgspec.Struct, frozen=True):
    """What is known of a place: notes about it, newest expiry first, and earlier incidents there."""

    notes: tuple[PremiseNote, ...]
    earlier: tuple[Incident, ...]


class ShiftTold(msgspec.Struct, frozen=True, kw_only=True):
    """One shift of a unit, or the time between two. `began` null: before what was asked; `ended` null: it goes on."""

    began: Moment | None
    ended: Moment | None
    planned_until: Moment | None
    station: str
    vehicle: str
    crew: tuple[CrewMember, ...]
    off_duty: bool
    lines: tuple[Line, ...]


class Page(NamedTuple):
    """Of a chronology: what comes after a row of the journal, and how much of it."""

    after: int = 0
    most: int = LINES_MAX


FIRST: Final = Page()


class Paged(NamedTuple):
    """`next`: the row after which the next page begins; 0 where this one has the last."""

    lines: list[Line]
    next: int


class LookUp:
    def __init__(
        self, desk: DeskAt, records: IncidentRecords, texts: Texts | None = None, zones_at: ZonesAt = no_zones
    ) -> None:
        """`texts` opens the places of records and codes of chronologies; `zones_at` says in which zones to look for
        what is near."""
        self._desk, self._records, self._texts = desk, records, texts
        self._places = PlacesOfRecords(records, texts, zones_at)

    def find_open(self, who: Principal, called: str) -> Incident | None:
        """On the board, by identity, tag or number; None where there is none that this principal may see."""
        return find_open(self._desk.board, who, called)

    async def find(self, who: Principal, called: str) -> Incident | None:
        """On the board or in the records."""
        row = self.find_open(who, called)
        if row is None:
            row = await asyncio.to_thread(self._records.find, called)
        return row if row is not None and who.sight.incident(row) else None

    async def find_gone_call(self, who: Principal, id: str) -> CallRecord | None:
        """A call that has left the board; one that concerned an incident is shown by that."""
        return None if who.actor.station else await asyncio.to_thread(self._records.find_call, id)

    async def gone_calls(self, incident: Incident) -> tuple[CallRecord, ...]:
        """Of its calls, those that have left the board."""
        if all(id in self._desk.board.calls for id in incident.calls):
            return ()
        return await asyncio.to_thread(gone_calls, incident, self._desk.board, self._records)

    async def search(self, who: Principal, asked: Asked, where: Whereabouts | None = None) -> list[Incident]:
        """As the records have them; those still open as they are now. A station's screen searches nothing."""
        if who.actor.station:
            return []
        own = msgspec.structs.replace(asked, agencies=frozenset(who.actor.agencies), most=min(asked.most, FOUND_MAX))
        if where is None:
            found = await asyncio.to_thread(self._records.search, own)
        else:
            ids = await self._places.search(own, where)
            found = await asyncio.to_thread(lambda: [row for id in ids if (row := self._records.find(id)) is not None])
        return [self._desk.board.incidents.get(row.id, row) for row in found]

    async def course(self, incident: Incident, page: Page = FIRST) -> Paged:
        """What happened in it, line by line, in both languages."""
        return await self._lines("incident", incident.id, Moment(0), None, page)

    async def rows_of(self, incident: Incident, after: int, most: int) -> list[int]:
        """The journal's rows about it beyond `after`, in order."""
        return await asyncio.to_thread(self._records.rows_of, incident.id, after, most)

    async def acts(self, who: Principal, asked: ActsAsked) -> list[Line]:
        """What was done, newest first (7.1); for somebody bound to agencies, only what concerns their incidents."""
        if asked.incident:
            row = await self.find(who, asked.incident)
            asked = msgspec.structs.replace(asked, incident=row.id if row is not None else asked.incident)
        rows = await asyncio.to_thread(self._records.acts, asked)
        return await asyncio.to_thread(self._acts, who, rows, await self._codes(rows))

    def _acts(self, who: Principal, rows: list[tuple[int, Event]], codes: dict[str, str]) -> list[Line]:
        lines = chronology(rows, self._names(rows, codes))
        if who.sight.is_all:
            return lines
        named = {one: self._records.find(one) for line in lines for one in line.incidents}
        seen = {one for one, row in named.items() if row is not None and who.sight.incident(row)}
        return [line for line in lines if not line.incidents or seen.intersection(line.incidents)]

    async def history_of(self, unit: str, since: Moment, until: Moment | None, page: Page = FIRST) -> Paged:
        """What a unit did (3.23)."""
        return await self._lines("unit", unit, since, until, page)

    async def shifts_of(self, unit: str, since: Moment, until: Moment | None) -> list[ShiftTold] | None:
        """The same, cut by shift (3.23): by unit and shift, never by person. None: more than can be cut at once."""
        return await asyncio.to_thread(self._shifts, unit, since, until)

    async def known_of(self, who: Principal, place: Place, type_code: str, now: Moment) -> PlaceKnown:
        """Notes that reach to the place, and earlier incidents there as far back as the type wants."""
        board = self._desk.board
        kind = board.catalogue.types.get(type_code) if board.catalogue is not None else None
        days = kind.look_back_days if kind is not None else LOOK_BACK_DAYS
        asked = Asked(opened_from=Moment(now - days * DAY_MS), most=EARLIER_MAX)
        there = Whereabouts(near=place, within_m=EARLIER_WITHIN_M, looked_max=LOOKED_AT_PLACE_MAX)
        earlier = await self.search(who, asked, there)
        shown = board.premises.values() if "premises" not in who.hidden else ()
        notes = [note for note in shown if distance_m(note.place, place) <= note.radius_m]
        notes.sort(key=lambda note: -note.expires)
        return PlaceKnown(tuple(notes), tuple(earlier))

    async def _lines(self, kind: str, subject: str, since: Moment, until: Moment | None, page: Page) -> Paged:
        of = self._records.lines_of
        rows = await asyncio.to_thread(of, kind, subject, since, until, page.after, page.most + 1)
        shown = rows[: page.most]
        codes = await self._codes(shown)
        lines = await asyncio.to_thread(lambda: chronology(shown, self._names(shown, codes)))
        return Paged(lines, shown[-1][0] if len(rows) > page.most else 0)

    async def _codes(self, rows: list[tuple[int, Event]]) -> dict[str, str]:
        """Opened for the one answer. Raises a `StorageFailed`."""
        sealed = [code for _, event in rows for code in codes_of(event)]
        if not sealed or self._texts is None:
            return {}
        opened = await self._texts.open_once(sealed)
        return {code: ERASED if said is None else said for code, said in zip(sealed, opened, strict=True)}

    def _shifts(self, unit: str, since: Moment, until: Moment | None) -> list[ShiftTold] | None:
        rows = self._records.lines_of("unit", unit, since, until, most=SHIFT_LINES_MAX + 1)
        if len(rows) > SHIFT_LINES_MAX:
            return None
        names = self._names(rows)
        return [_told(part, names) for part in cut_by_shift(unit, rows)]

    def _names(self, rows: list[tuple[int, Event]], codes: dict[str, str] | None = None) -> Names:
        board = self._desk.board
        named = {incident for _, event in rows for incident in incidents_of(event)}
        tags = self._records.tags(named)
        tags.update({one: board.incidents[IncidentId(one)].tag for one in named if one in board.incidents})
        return Names(board.catalogue, tags, codes)


def _told(part: ShiftPart, names: Names) -> ShiftTold:
    return ShiftTold(
        began=part.began,
        ended=part.ended,
        planned_until=part.planned_until,
        station=part.station,
        vehicle=part.vehicle,
        crew=part.crew,
        off_duty=part.off_duty,
        lines=tuple(chronology(part.rows, names)),
    )


def find_open(board: Board, who: Principal, called: str) -> Incident | None:
    """On the board, by identity, tag or number; None where there is none that this principal may see."""
    row = board.incidents.get(IncidentId(called))
    if row is None:
        found = incident_called(board, called)
        row = board.incidents.get(IncidentId(found)) if found is not None else None
    return row if row is not None and who.sight.incident(row) else None


FROM_RECORD: Final = (
    ReopenIncident,
    AddAddendum,
    ChangePerson,
    LinkMedia,
    AttachFile,
    RequestTransfer,
    NoteDetailsOpened,
    NoteFileOpened,
    BreakGlass,
    RequestReview,
    PlaceHold,
    AskErasure,
)
"""Commands that also reach an incident that has left the board."""

MERGED_MAX: Final = 1_000
"""Of one chain of mergers: a storm's calls for one tree are some tens."""

OF_CALLS: Final = (NoteDetailsOpened, BreakGlass, RequestReview, PlaceHold, AskErasure, ApproveErasure)
"""Those that also reach a call that has left it."""

WITH_CALLS: Final = (NoteDetailsOpened, NoteFileOpened, AskErasure, ApproveErasure)
"""Those for which it matters who answered an incident's calls, or whose cards came with them."""


def with_record(command: Command, board: Board, records: IncidentRecords) -> Command:
    """For the desk: what may be done to what has left the board brings its record along (4.11, 6.5).

    Whatever a sender put there is overwritten.
    """
    if isinstance(command, EraseDetails):
        return msgspec.structs.replace(command, merged=merged_with(command.incident_id, board, records))
    if isinstance(command, ApproveErasure):
        request = board.erasures.get(command.request_id)
        incident, call = (request.incident, request.call) if request is not None else ("", "")
    elif isinstance(command, FROM_RECORD):
        incident, call = command.incident_id, getattr(command, "call_id", "")
    else:
        return command
    gone = incident and IncidentId(incident) not in board.incidents
    found: dict[str, Any] = {"record": records.find(incident) if gone else None}
    if isinstance(command, OF_CALLS):
        call_gone = call and not incident and CallId(call) not in board.calls
        found["call_record"] = records.find_call(call) if call_gone else None
    if isinstance(command, WITH_CALLS):
        row = board.incidents.get(IncidentId(incident)) or found["record"]
        found["gone_calls"] = gone_calls(row, board, records) if row is not None else ()
    if isinstance(command, AskErasure | ApproveErasure):
        found["merged"] = merged_with(incident, board, records)
    return msgspec.structs.replace(command, **found)


def merged_with(incident: str, board: Board, records: IncidentRecords) -> tuple[str, ...]:
    """Every incident that was merged into it, or it into, over any number of steps; without itself."""
    found, ahead = {incident}, [incident] if incident else []
    while ahead and len(found) < MERGED_MAX:
        id = ahead.pop()
        row = board.incidents.get(IncidentId(id)) or records.find(id)
        links = () if row is None else row.links
        fresh = {one.incident for one in links if one.kind in ("merged-into", "merged-from")} - found
        found |= fresh
        ahead += fresh
    return tuple(sorted(found - {incident}))


def gone_calls(incident: Incident, board: Board, records: IncidentRecords) -> tuple[CallRecord, ...]:
    """Of its calls, those that have left the board."""
    found = (records.find_call(id) for id in incident.calls if id not in board.calls)
    return tuple(one for one in found if one is not None)
