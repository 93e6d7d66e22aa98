"""The one broker of reveals (charter 6, functions 18.5): nothing personal is shown but by it, nor before it is noted.

It alone opens the vault and reads files for people and programs; a house test holds it. First the reveal goes into the
journal, with its ground, its purpose and the next number of the counter; only when that is durable is anything read.
"""

import uuid
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec

from turnout.audit.access_text import AccessText
from turnout.audit.files import FileDamaged, Files, FileUnknown
from turnout.audit.vault import DetailDamaged, DetailsDestroyed, DetailUnknown, Owner, Vault
from turnout.core.board import Media
from turnout.core.refusals import NoGround
from turnout.core.reveals.matters import Kind
from turnout.core.reveals.policy import Matter
from turnout.core.tables.commands import NoteDetailsOpened, NoteFileOpened
from turnout.desk.access import Principal
from turnout.edge.answers import Accepted, Declined, declined
from turnout.edge.counter import Counter, refused
from turnout.words.moment import Moment

KINDS: Final[dict[type, Kind]] = {NoteDetailsOpened: "details", NoteFileOpened: "files"}


class Revealed(msgspec.Struct, frozen=True):
    details: dict[str, str]
    seq: int


class Revealing:
    """`text`: what a city has written to narrow the policy; None: the shipped one, which is the rules of the core."""

    def __init__(
        self, counter: Counter, vault: Vault, files: Files, now: Callable[[], Moment], text: AccessText | None = None
    ) -> None:
        self._counter, self._vault, self._files, self._now, self._text = counter, vault, files, now, text

    async def details(
        self, who: Principal, noted: NoteDetailsOpened, owner: Owner, purpose: str, matter: Matter
    ) -> Revealed | Declined:
        """What is sealed under `noted.ref`."""
        answer = await self._note(who, noted, purpose, matter)
        if isinstance(answer, Declined):
            return answer
        try:
            body = await self._vault.open(owner, noted.ref)
        except DetailsDestroyed:
            return declined("details-destroyed")
        except DetailUnknown:
            return declined("unknown-person")
        except DetailDamaged:
            return declined("details-damaged")
        return Revealed(msgspec.json.decode(body, type=dict[str, str]), answer.seq_to)

    async def file(
        self, who: Principal, noted: NoteFileOpened, media: Media, purpose: str, matter: Matter
    ) -> tuple[int, int] | Declined:
        """(size in bytes, journal row), once every byte was compared with its hash."""
        answer = await self._note(who, noted, purpose, matter)
        if isinstance(answer, Declined):
            return answer
        try:
            size = await self._files.check(media.owner or noted.incident_id, media.ref, media.sha256)
        except DetailsDestroyed:
            return declined("details-destroyed")
        except FileUnknown:
            return declined("file-not-here")
        except FileDamaged:
            return declined("file-damaged")
        return size, answer.seq_to

    async def read(self, owner: str, ref: str, first: int, end: int) -> AsyncIterator[bytes] | Declined:
        """Of a file that was noted, the bytes from `first` up to, not with, `end`. What bars it shows before any go."""
        content = self._files.read(owner, ref, first, end)
        try:
            beginning = await anext(content, b"")
        except DetailsDestroyed:
            return declined("details-destroyed")
        except FileUnknown:
            return declined("file-not-here")
        except FileDamaged:
            return declined("file-damaged")
        return _after(beginning, content)

    async def _note(
        self, who: Principal, noted: NoteDetailsOpened | NoteFileOpened, purpose: str, matter: Matter
    ) -> Accepted | Declined:
        if "persons" in who.hidden:
            return declined("field-hidden", field="persons")
        if not purpose.strip():
            return declined("purpose-needed")
        barred = self._barred_by_the_city(who, noted, purpose, matter)
        if barred is not None:
            return barred
        return await self._counter.submit(who, str(uuid.uuid4()), noted, purpose.strip(), "")

    def _barred_by_the_city(
        self, who: Principal, noted: NoteDetailsOpened | NoteFileOpened, purpose: str, matter: Matter
    ) -> Declined | None:
        if self._text is None or self._text.is_shipped:
            return None
        board = self._counter.board
        if self._text.allows(board, who.actor, KINDS[type(noted)], matter, purpose, self._now()):
            return None
        named = matter.incident.tag if noted.incident_id and matter.incident is not None else ""
        return refused(NoGround(matter=named or getattr(noted, "call_id", "")))


async def _after(beginning: bytes, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield beginning
    async for piece in content:
        yield piece
