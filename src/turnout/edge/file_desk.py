"""Files of incidents at the edge (4.10, 4.15, 18.1): taken in as a stream, opened for a purpose that is on record.

A ticket stands for one opening: with it a browser may ask for parts of a recording without a further line on the
journal for each. It is good for the session that opened it, for a quarter of an hour.
"""

import asyncio
import logging
import secrets
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Final, Literal

import msgspec

from turnout.audit.files import (
    DiskNearlyFull,
    FileEmpty,
    Files,
    FileTooLarge,
    SealedFile,
)
from turnout.audit.vault import DetailsDestroyed
from turnout.core.board import Incident, Media
from turnout.core.incidents.commands import AttachFile
from turnout.core.limits import Id, Line
from turnout.core.refusals import UnknownIncident
from turnout.core.reveals.policy import matter_of_incident
from turnout.core.tables.commands import NoteFileOpened
from turnout.desk.access import Principal
from turnout.edge.answers import Declined, declined
from turnout.edge.counter import Counter, refused
from turnout.edge.file_kinds import FIRST_BYTES, fits, is_what_it_says, kind_said
from turnout.edge.looking_up import LookUp
from turnout.edge.revealing import Revealing
from turnout.edge.scanning import FileInfected, Scanner, ScannerSilent
from turnout.words.moment import MINUTE_MS, Moment, later

log = logging.getLogger(__name__)

AT_ONCE: Final = 4
"""Files that come in at the same time: a megabyte of memory and one open file each."""

WAIT_S: Final = 30.0
"""For the next bytes of a file. A sender that stalls longer gives its place to another."""

TICKET_MS: Final = 15 * MINUTE_MS
TICKETS_MAX: Final = 1_000

MediaKind = Literal["call-audio", "radio-audio", "photo", "document", "plan", "video"]


class FileGiven(msgspec.Struct, frozen=True, kw_only=True):
    """What is said about a file. `at` and `until`: when a recording began and ended; they link it by time."""

    kind: MediaKind
    content_type: str
    media_id: Annotated[str, msgspec.Meta(max_length=64)] = ""
    at: Moment | None = None
    until: Moment | None = None
    note: Line = ""


class FileKept(msgspec.Struct, frozen=True):
    media: Media
    seq: int
    """The journal row that says so."""


class FileTicket(msgspec.Struct, frozen=True):
    """Good for this session until `expires`: `GET /files/{ticket}`."""

    ticket: Id
    mime: str
    size_bytes: int
    expires: Moment
    seq: int
    """The journal row that says who opened it and why."""


class OpenFile(msgspec.Struct, frozen=True):
    """What a ticket stands for."""

    session: str
    incident: str
    media: Media
    size_bytes: int
    expires: Moment


class FileDesk:
    def __init__(
        self,
        counter: Counter,
        look_up: LookUp,
        files: Files,
        revealing: Revealing,
        now: Callable[[], Moment],
        scanner: Scanner | None = None,
    ) -> None:
        self._scanner = scanner
        self._counter, self._look_up, self._files, self._now = counter, look_up, files, now
        self._revealing = revealing
        self._places = asyncio.Semaphore(AT_ONCE)
        self._incoming = 0
        self._tickets: OrderedDict[str, OpenFile] = OrderedDict()

    @property
    def incoming(self) -> int:
        """Files that are coming in just now."""
        return self._incoming

    async def keep(
        self, who: Principal, called: str, given: FileGiven, content: AsyncIterator[bytes]
    ) -> FileKept | Declined:
        """Seal it, then write it into the incident. Refused, nothing of it stays."""
        incident = await self._look_up.find(who, called)
        if incident is None:
            return refused(UnknownIncident(incident=called))
        mime = kind_said(given.content_type)
        if mime is None or not fits(mime, given.kind):
            return declined("file-kind-not-taken", said=given.content_type, kind=given.kind)
        if self._places.locked():
            return declined("files-busy", most=AT_ONCE)
        async with self._places:
            self._incoming += 1
            try:
                sealed = await self._sealed(incident, mime, content)
            finally:
                self._incoming -= 1
        if isinstance(sealed, Declined):
            return sealed
        answer = await self._attached(who, incident, given, mime, sealed)
        if isinstance(answer, Declined):
            await self._files.discard(incident.id, sealed.ref.ref)
        return answer

    async def _sealed(self, incident: Incident, mime: str, content: AsyncIterator[bytes]) -> SealedFile | Declined:
        looked_at = _as_said(mime, _in_time(content))
        if self._scanner is not None:
            looked_at = self._scanner.scanned(looked_at)
        try:
            return await self._files.keep(incident.id, looked_at)
        except FileInfected as trouble:
            log.warning("a file for incident %s was not taken, it is infected: %s", incident.id, trouble)
            return declined("file-infected", name=str(trouble))
        except ScannerSilent as trouble:
            log.warning("a file was not taken, the scanner does not answer: %s", trouble)
            return declined("scanner-silent")
        except _NotWhatItSays:
            return declined("file-not-what-it-says", said=mime)
        except TimeoutError:
            return declined("file-stalled", wait_s=int(WAIT_S))
        except FileTooLarge as trouble:
            return declined("file-too-large", most_mib=trouble.most // (1024 * 1024))
        except FileEmpty:
            return declined("malformed", problem="the file is empty", field="body")
        except DiskNearlyFull:
            return declined("files-full")
        except DetailsDestroyed:
            return declined("details-destroyed")

    async def _attached(
        self, who: Principal, incident: Incident, given: FileGiven, mime: str, sealed: SealedFile
    ) -> FileKept | Declined:
        command = AttachFile(
            incident_id=incident.id,
            media_id=given.media_id or str(uuid.uuid4()),
            kind=given.kind,
            ref=sealed.ref.ref,
            sha256=sealed.sha256,
            size_bytes=sealed.size_bytes,
            mime=mime,
            at=given.at,
            until=given.until,
            note=given.note,
        )
        answer = await self._counter.submit(who, str(uuid.uuid4()), command, "", "")
        if isinstance(answer, Declined):
            return answer
        at = given.at if given.at is not None else self._now()
        media = Media(
            id=command.media_id, kind=given.kind, ref=command.ref, at=at, note=given.note, until=given.until,
            sha256=sealed.sha256, size_bytes=sealed.size_bytes, mime=mime,
        )  # fmt: skip
        return FileKept(media, answer.seq_to)

    async def open(self, who: Principal, called: str, media_id: str, purpose: str) -> FileTicket | Declined:
        """A ticket, once it is on record who opens the file and why, and every byte was compared with its hash."""
        if "persons" in who.hidden:
            return declined("field-hidden", field="persons")
        if not purpose.strip():
            return declined("purpose-needed")
        incident = await self._look_up.find(who, called)
        if incident is None:
            return refused(UnknownIncident(incident=called))
        media = next((one for one in incident.media if one.id == media_id and one.sha256), None)
        if media is None:
            return declined("unknown-file")
        noted = NoteFileOpened(incident_id=incident.id, media_id=media.id, ref=media.ref)
        matter = matter_of_incident(incident, await self._look_up.gone_calls(incident))
        checked = await self._revealing.file(who, noted, media, purpose, matter)
        if isinstance(checked, Declined):
            return checked
        size, seq = checked
        opened = OpenFile(who.session, media.owner or incident.id, media, size, Moment(later(self._now(), TICKET_MS)))
        return FileTicket(self._ticket(opened), media.mime, size, opened.expires, seq)

    def find(self, who: Principal, ticket: str) -> OpenFile | Declined:
        opened = self._tickets.get(ticket)
        if opened is None or opened.session != who.session or opened.expires < self._now():
            return declined("unknown-file")
        return opened

    async def read(self, opened: OpenFile, first: int, end: int) -> AsyncIterator[bytes] | Declined:
        """The bytes from `first` up to, not with, `end`. What bars reading shows before any goes out."""
        return await self._revealing.read(opened.incident, opened.media.ref, first, end)

    def _ticket(self, opened: OpenFile) -> str:
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = opened
        while len(self._tickets) > TICKETS_MAX:
            self._tickets.popitem(last=False)
        return ticket


class _NotWhatItSays(Exception):
    """The first bytes are another kind of file."""


async def _in_time(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            piece = await asyncio.wait_for(anext(content), WAIT_S)
        except StopAsyncIteration:
            return
        yield piece


async def _as_said(mime: str, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same, once the first bytes have been looked at."""
    first, looked = bytearray(), False
    async for piece in content:
        if looked:
            yield piece
            continue
        first += piece
        if len(first) >= FIRST_BYTES:
            looked = True
            if not is_what_it_says(mime, bytes(first)):
                raise _NotWhatItSays
            yield bytes(first)
    if not looked and first:
        if not is_what_it_says(mime, bytes(first)):
            raise _NotWhatItSays
        yield bytes(first)
