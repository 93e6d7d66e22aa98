"""Who looked at whose matter, why and on what ground, and what was odd (charter 6, functions 18.5, 18.6).

By matter, by who looked, by time: never by a person of the public, of whom it holds a card's identity only. It is made
of the journal's own events, by their numbers; each person may read their own.
"""

import asyncio
from typing import Final

import msgspec

from turnout.core.board import Board, GlassBreak, Review
from turnout.core.reveals.odd import Look, Mark, marks_of
from turnout.core.tables.events import DetailsOpened, FileOpened
from turnout.desk.access import Principal
from turnout.edge.counter import DeskAt
from turnout.edge.looking_up import LookUp
from turnout.records.incidents import FOUND_MAX, ActsAsked, IncidentRecords
from turnout.words.identity import CallId, IncidentId
from turnout.words.moment import Moment

CODES: Final = ("details-opened", "file-opened")


class Reveal(msgspec.Struct, frozen=True, kw_only=True):
    """`n`: of all reveals, without a gap; `subject`: the card's or file's identity; `via`: the review or the glass."""

    n: int
    seq: int
    at: Moment
    by: str
    position: str
    what: str
    incident: str = ""
    tag: str = ""
    call: str = ""
    subject: str
    purpose: str
    ground: str
    via: str
    odd: tuple[Mark, ...] = ()


class RevealPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first. `total`: how many there have been in this city."""

    reveals: tuple[Reveal, ...]
    total: int


class OwnReveals(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody opened, and their own reviews and broken glass that are open."""

    reveals: tuple[Reveal, ...]
    reviews: tuple[Review, ...]
    glass: tuple[GlassBreak, ...]


class RevealsAsked(msgspec.Struct, frozen=True, kw_only=True):
    since: Moment | None = None
    until: Moment | None = None
    by: str = ""
    incident: str = ""
    call: str = ""
    before: int = 0
    """Only older than this sequence: the next page."""
    most: int = 100


class RevealLog:
    def __init__(self, desk: DeskAt, records: IncidentRecords, look_up: LookUp) -> None:
        self._desk, self._records, self._look_up = desk, records, look_up

    async def page(self, who: Principal, asked: RevealsAsked) -> RevealPage:
        """For somebody bound to agencies, nothing of incidents that are not theirs."""
        found = await asyncio.to_thread(self._found, asked)
        if not who.sight.is_all:
            found = [one for one in found if await self._is_theirs(who, one)]
        return RevealPage(reveals=tuple(found), total=self._desk.board.reveals)

    async def own(self, who: Principal, before: int, most: int) -> OwnReveals:
        me, board = who.actor.id, self._desk.board
        found = await asyncio.to_thread(self._found, RevealsAsked(by=me, before=before, most=most))
        return OwnReveals(
            reveals=tuple(found),
            reviews=tuple(one for one in board.reviews.values() if me in (one.who, one.asked_by)),
            glass=tuple(one for one in board.glass.values() if one.by == me),
        )

    async def _is_theirs(self, who: Principal, one: Reveal) -> bool:
        if one.incident:
            return await self._look_up.find(who, one.incident) is not None
        board: Board = self._desk.board
        call = board.calls.get(CallId(one.call))
        return call is not None and who.sight.call(call, board)

    def _found(self, asked: RevealsAsked) -> list[Reveal]:
        acts = ActsAsked(
            since=asked.since,
            until=asked.until,
            by=asked.by,
            incident=asked.incident,
            call=asked.call,
            codes=CODES,
            before=asked.before,
            most=min(asked.most, FOUND_MAX),
        )
        rows = [
            (seq, event) for seq, event in self._records.acts(acts) if isinstance(event, DetailsOpened | FileOpened)
        ]
        tags = self._tags({event.incident for _, event in rows if event.incident is not None})
        shown = [_reveal(seq, event, tags) for seq, event in rows]
        marks = marks_of(
            [_look(one) for one in reversed(shown)], is_whole=not (asked.by or asked.incident or asked.call)
        )
        return [msgspec.structs.replace(one, odd=odd) for one, odd in zip(shown, reversed(marks), strict=True)]

    def _tags(self, incidents: set[IncidentId]) -> dict[str, str]:
        board = self._desk.board
        tags = self._records.tags(incidents)
        return tags | {one: board.incidents[one].tag for one in incidents if one in board.incidents}


def _reveal(seq: int, event: DetailsOpened | FileOpened, tags: dict[str, str]) -> Reveal:
    is_file = isinstance(event, FileOpened)
    return Reveal(
        n=event.n,
        seq=seq,
        at=event.at,
        by=event.by,
        position=event.position,
        what="file" if is_file else "details",
        incident=event.incident or "",
        tag=tags.get(event.incident or "", ""),
        call="" if isinstance(event, FileOpened) else event.call or "",
        subject=event.media if isinstance(event, FileOpened) else event.person,
        purpose=event.purpose,
        ground=event.ground,
        via=event.via,
    )


def _look(one: Reveal) -> Look:
    return Look(one.n, one.at, one.by, one.incident or one.call, one.purpose, one.ground)
