"""Switching roads, gazetteer, outlines and map while the room works (7.6).

Everything of the new version is opened, and every unit put on its roads, in a thread, beside what is in force. Then the
journal says so, and all references change in one step of the loop. A proposal that is under way ends on the roads that
it began with; the next question is answered by the new ones. If anything fails before, nothing has changed.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from turnout.city.ground import (
    GroundCard,
    LoadedGround,
    check_ground,
    get_ground,
    import_ground,
    list_grounds,
    load_ground,
)
from turnout.city.problem import Problem
from turnout.core.tables.commands import TakeGround
from turnout.desk.access import Principal
from turnout.edge.access_desk import vouched
from turnout.edge.advice import Adviser, OnRoads
from turnout.edge.answers import Declined, declined
from turnout.edge.counter import Counter
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.trouble import BadInput

log = logging.getLogger(__name__)

GROUNDS: Final = "ground"
"""The folder of versions, in the data folder."""

OWN: Final = ""
"""The version that the city folder's own ground goes by."""


class GroundState(msgspec.Struct, frozen=True):
    """`missing` names a version that the journal says is in force and that is not in the data folder."""

    in_force: str
    missing: str
    versions: tuple[GroundCard, ...]


class GroundChecked(msgspec.Struct, frozen=True):
    version: str
    problems: tuple[Problem, ...]


class GroundDesk:
    """`take` are told, in order, of each ground that comes into force: whoever holds a part of it."""

    def __init__(
        self, counter: Counter, adviser: Adviser | None, own: Path, store: Path, now: Callable[[], Moment]
    ) -> None:
        self._counter, self._adviser, self._own, self._store, self._now = counter, adviser, own, store, now
        self._switching = asyncio.Lock()
        self._takers: list[Callable[[LoadedGround], None]] = []
        self.version = OWN
        self.missing = ""
        self._tiles: Path | None = None

    def follow(self, taker: Callable[[LoadedGround], None]) -> None:
        self._takers.append(taker)

    def tiles_or(self, own: Path | None) -> Path | None:
        """The tiles in force; those of the city folder where its own ground is."""
        return own if self._tiles is None else self._tiles

    def state(self) -> GroundState:
        return GroundState(self.version, self.missing, tuple(list_grounds(self._store)))

    def _folder(self, version: str) -> Path:
        return self._own if version == OWN else self._store / get_ground(self._store, version).version

    async def take_in(self) -> GroundCard | Declined:
        """Import the city folder's ground, as it lies there now, as a version. Nothing is switched."""
        try:
            return await asyncio.to_thread(import_ground, self._own, self._store, self._now())
        except BadInput as trouble:
            return _cannot(trouble)

    async def check(self, version: str) -> GroundChecked | Declined:
        tables = self._counter.board.catalogue
        assert tables is not None, "an edge is opened with tables in force"
        try:
            return GroundChecked(version, await asyncio.to_thread(check_ground, tables, self._folder(version)))
        except BadInput as trouble:
            return _cannot(trouble)

    async def switch(self, who: Principal, version: str, note: str) -> GroundState | GroundChecked | Declined:
        """That version in force, from the next question on; what is wrong with it, where it has errors."""
        async with self._switching:
            checked = await self.check(version)
            if isinstance(checked, Declined) or any(one.severity == "error" for one in checked.problems):
                return checked
            try:
                ready, on = await self._prepared(version)
            except BadInput as trouble:
                return _cannot(trouble)
            command = TakeGround(version=version or "own", note=note)
            answer = await self._counter.submit(vouched(who), f"ground/{uuid.uuid4()}", command, note, "")
            if isinstance(answer, Declined):
                return answer
            self._take(ready, on)
        return self.state()

    async def restore(self) -> None:
        """At the start: what the journal says was in force. Where it is gone, the folder's own, and it is said."""
        version = self._counter.board.ground
        if version in (OWN, "own"):
            return
        try:
            self._take(*await self._prepared(version))
        except BadInput as trouble:
            self.missing = version
            log.error("the ground %s that was in force cannot be used: %s", version, trouble)

    async def _prepared(self, version: str) -> tuple[LoadedGround, OnRoads | None]:
        """Open beside what is in force, with every unit on its roads. Raises `BadInput`."""
        ready = await asyncio.to_thread(load_ground, self._folder(version), version)
        if self._adviser is None:
            return ready, None
        return ready, await asyncio.to_thread(self._adviser.prepared, ready.roads, self._adviser.known())

    def _take(self, ready: LoadedGround, on: OnRoads | None) -> None:
        """In one step of the loop: nobody sees one half."""
        if self._adviser is not None and on is not None:
            self._adviser.use(on)
        for taker in self._takers:
            taker(ready)
        self.version, self.missing, self._tiles = ready.version, "", ready.tiles

    def warning(self) -> Name | None:
        """What health says of a ground that is gone."""
        if not self.missing:
            return None
        return Name(
            f"The map data {self.missing} that were in force are not there: the city folder's own are used.",
            f"原来启用的地图数据 {self.missing} 已不存在，目前使用城市文件夹自带的数据。",
        )


def _cannot(trouble: BadInput) -> Declined:
    return declined("ground-unusable", problem=str(trouble))
