"""Maintaining the city's tables while they are in force (7.7): check, compare, publish, versions, put back.

The journal's tables are the truth; the city folder is where they begin and where they can be taken from again. Every
publication is one event in the name of who gave it, and the rules have the last word on their rights (core/fields.py).
"""

import asyncio
import uuid
from pathlib import Path
from typing import Annotated, Final

import msgspec

from turnout.city.amending import CHANGES_MAX, Change, Difference, amended, check_tables, conflicts, differences
from turnout.city.folder import load_city, versioned
from turnout.city.problem import BrokenFolder, Problem
from turnout.core.catalogue import Catalogue
from turnout.core.limits import Code, Line
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.tables.events import CataloguePublished
from turnout.core.units.crews import with_mutual_crews
from turnout.desk.access import Principal
from turnout.edge.answers import Accepted, Declined, declined
from turnout.edge.counter import Counter
from turnout.records.incidents import ActsAsked, IncidentRecords
from turnout.words.moment import Moment

VERSIONS_MAX: Final = 200
"""In a list, newest first: years of a city's changes."""

PUBLISHED: Final = "catalogue-published"


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """Changes made on top of the tables of version `base`."""

    base: Code
    changes: Annotated[tuple[Change, ...], msgspec.Meta(max_length=CHANGES_MAX)]
    note: Line = ""


class Conflict(msgspec.Struct, frozen=True):
    """An entry that somebody else has changed since the edit began."""

    table: str
    key: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What publishing would do. Errors keep it from being published, warnings do not."""

    version: str
    """Of the tables in force, which the differences are against."""
    problems: tuple[Problem, ...]
    differences: tuple[Difference, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def errors(self) -> int:
        return sum(problem.severity == "error" for problem in self.problems)


class VersionCard(msgspec.Struct, frozen=True, kw_only=True):
    """One publication. `seq` names it."""

    seq: int
    at: Moment
    by: str
    position: str
    note: str
    version: str
    reverts: int
    in_force: bool


class Published(msgspec.Struct, frozen=True):
    seq: int
    version: str


class FolderState(msgspec.Struct, frozen=True, kw_only=True):
    """How the city folder stands to the tables in force."""

    version: str
    is_ahead: bool
    """It has changed since its tables were last taken."""
    is_changed_live: bool
    """The tables in force are not the folder's of when it was last taken."""
    problems: tuple[Problem, ...]
    differences: tuple[Difference, ...]
    """From what is in force to what the folder says now."""


class TablesDesk:
    """`ground` is the folder of the outlines and roads in force, `folder` the city folder."""

    def __init__(
        self, counter: Counter, records: IncidentRecords, folder: Path, ground: Path, at_start: Catalogue
    ) -> None:
        self._counter, self._records, self._folder, self.ground = counter, records, folder, ground
        self._at_start = at_start
        self._judging = asyncio.Semaphore(1)
        counter.why_unsound = self.why_unsound

    @property
    def has_two_truths(self) -> bool:
        """Whether the folder, as of the start, and the tables in force have each changed since they were the same."""
        held = self.in_force
        return held.version != held.folder_version != self._at_start.version

    @property
    def in_force(self) -> Catalogue:
        held = self._counter.board.catalogue
        assert held is not None, "an edge is opened with tables in force"
        return held

    async def why_unsound(self, tables: Catalogue) -> Declined | None:
        """The first error that the city's own rules find in tables that come whole, as an edit's on the screen.

        One at a time: it is some tenths of a second's work.
        """
        async with self._judging:
            found = await asyncio.to_thread(check_tables, tables, self.ground)
        errors = [one for one in found if one.severity == "error"]
        if not errors:
            return None
        spot = errors[0].spot
        return declined("tables-unsound", errors=len(errors), rule=errors[0].rule, at=f"{spot.file}:{spot.line}")

    async def check(self, edit: Edit) -> Checked:
        """Nothing is done."""
        checked, _ = await asyncio.to_thread(self._judged, edit, self.in_force)
        return checked

    def _judged(self, edit: Edit, held: Catalogue) -> tuple[Checked, Catalogue]:
        after = amended(held, edit.changes)
        if isinstance(after, Problem):
            none = Checked(version=held.version, problems=(after,), differences=(), conflicts=())
            return none, held
        after = with_mutual_crews(after)
        found = conflicts(self._base(edit.base, held), held, edit.changes)
        checked = Checked(
            version=held.version,
            problems=check_tables(after, self.ground),
            differences=differences(held, after),
            conflicts=tuple(Conflict(table, key) for table, key in found),
        )
        return checked, after

    def _base(self, version: str, held: Catalogue) -> Catalogue:
        """The tables that the edit began with; those in force where they are not found."""
        if version == held.version:
            return held
        for _, event in self._records.acts(ActsAsked(code=PUBLISHED, most=VERSIONS_MAX)):
            if isinstance(event, CataloguePublished) and event.catalogue.version == version:
                return event.catalogue
        return held

    async def publish(self, who: Principal, edit: Edit) -> Published | Checked | Declined:
        """Into force, where there is neither an error nor a conflict; else what stands in the way."""
        held = self.in_force
        checked, after = await asyncio.to_thread(self._judged, edit, held)
        if checked.errors or checked.conflicts:
            return checked
        return await self._put_in_force(who, after, held, edit.note)

    async def revert(self, who: Principal, seq: int, note: str) -> Published | Declined:
        """The tables of an earlier publication again, by one act. The rules still judge whether they hold together."""
        tables = await self.version(seq)
        if tables is None:
            return declined("unknown-tables", seq=seq)
        return await self._put_in_force(who, tables, self.in_force, note, seq, tables.folder_version)

    async def take_folder(self, who: Principal, note: str) -> Published | FolderState | Declined:
        """What the folder says now, in place of everything that was changed live."""
        state, tables = await asyncio.to_thread(self._folder_now)
        if tables is None or any(problem.severity == "error" for problem in state.problems):
            return state
        return await self._put_in_force(who, tables, self.in_force, note, 0, tables.version)

    async def folder(self) -> FolderState:
        return (await asyncio.to_thread(self._folder_now))[0]

    def _folder_now(self) -> tuple[FolderState, Catalogue | None]:
        held = self.in_force
        changed = held.version != held.folder_version
        try:
            tables = load_city(self._folder).catalogue
        except BrokenFolder as trouble:
            state = FolderState(
                version="", is_ahead=True, is_changed_live=changed, problems=trouble.problems, differences=()
            )
            return state, None
        state = FolderState(
            version=tables.version,
            is_ahead=tables.version != held.folder_version,
            is_changed_live=changed,
            problems=check_tables(tables, self.ground),
            differences=differences(held, with_mutual_crews(tables)),
        )
        return state, tables

    async def versions(self) -> list[VersionCard]:
        """Newest first; the first is in force."""
        asked = ActsAsked(code=PUBLISHED, most=VERSIONS_MAX)
        found = await asyncio.to_thread(self._records.acts, asked)
        return [
            VersionCard(
                seq=seq,
                at=event.at,
                by=event.by,
                position=event.position,
                note=event.note,
                version=event.catalogue.version,
                reverts=event.reverts,
                in_force=place == 0,
            )
            for place, (seq, event) in enumerate(found)
            if isinstance(event, CataloguePublished)
        ]

    async def version(self, seq: int) -> Catalogue | None:
        event = await asyncio.to_thread(self._records.event_at, seq)
        return event.catalogue if isinstance(event, CataloguePublished) else None

    async def compared(self, seq: int) -> tuple[Difference, ...] | None:
        """What putting that publication back would change."""
        tables = await self.version(seq)
        return None if tables is None else await asyncio.to_thread(differences, self.in_force, tables)

    async def _put_in_force(
        self, who: Principal, tables: Catalogue, held: Catalogue, note: str, reverts: int = 0, folder: str = ""
    ) -> Published | Declined:
        origin = folder or held.folder_version or held.version
        fresh = tables if reverts or folder == tables.version else versioned(tables)
        local = msgspec.structs.replace(fresh, folder_version=origin, utc_offset_min=held.utc_offset_min)
        command = PublishCatalogue(catalogue=local, note=note, over=held.version, reverts=reverts)
        answer = await self._counter.hand_in(who, str(uuid.uuid4()), command, counted=True, is_checked=True)
        if isinstance(answer, Accepted):
            return Published(answer.seq_to, local.version)
        return answer
