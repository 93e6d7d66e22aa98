"""The fallback kit, kept fresh while all is well: every minute to files, beside the data and wherever else was named.

A folder named by the operator is best on another machine or a stick (Bucks County 2024: what helps then must not live
inside the system). Other machines can fetch the same by `turnout fallback`. Nothing here is waited for by anybody.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from turnout.core.board import Board
from turnout.core.texts import opened
from turnout.desk.access import Sight
from turnout.reports.fallback import LastPlace, fallback_sheet, paper_forms
from turnout.roads.gazetteer import Gazetteer
from turnout.telemetry.latest import Latest
from turnout.words.moment import MINUTE_MS, Moment
from turnout.words.name import Language, Name
from turnout.words.place import Place
from turnout.words.trouble import BadInput

log = logging.getLogger(__name__)

EVERY_S: Final = 60.0
STALE_MS: Final = 3 * MINUTE_MS
"""Two rounds missed: the operator is told."""
LANGUAGES: Final[tuple[Language, ...]] = ("zh-CN", "en")


class FallbackKit:
    def __init__(
        self,
        board: Callable[[], Board],
        latest: Latest,
        gazetteer: Gazetteer | None,
        now: Callable[[], Moment],
        folders: Sequence[Path] = (),
        show: Callable[[str], str] = str,
    ) -> None:
        """`show` opens what is sealed."""
        self._board, self._latest, self._gazetteer, self._now = board, latest, gazetteer, now
        self._folders, self._show = tuple(folders), show
        self._kept_at: dict[Path, Moment] = dict.fromkeys(self._folders, now())
        self._trouble: dict[Path, str] = {}

    def use(self, gazetteer: Gazetteer | None) -> None:
        """Places are described by these words from now on: another version of the ground is in force."""
        self._gazetteer = gazetteer

    def sheet(self, language: Language, sight: Sight | None = None) -> bytes:
        """The sheet of this moment, with what `sight` may see. Some milliseconds of work: call it in a thread."""
        board = self._board()
        held = self._latest.list_all()
        places = {one.unit: LastPlace(one.place, one.at) for one in held if one.unit in board.units}
        seen = opened(seen_by(board, sight or Sight()), self._show)
        return fallback_sheet(seen, places, self._describe, language, self._now())

    def forms(self, language: Language) -> bytes:
        catalogue = self._board().catalogue
        return paper_forms(catalogue.name if catalogue is not None else Name("Turnout", "出动"), language)

    def stale(self) -> Name | None:
        """What an operator has to be told: a folder that has had no sheet for minutes. None: all is well."""
        now = self._now()
        for folder, kept in self._kept_at.items():
            if now - kept > STALE_MS:
                minutes, why = (now - kept) // MINUTE_MS, self._trouble.get(folder, "")
                return Name(
                    f"The fallback sheet in {folder} is {minutes} minutes old: {why}",
                    f"{folder} 中的应急底单已有 {minutes} 分钟未更新：{why}",
                )
        return None

    def ages(self) -> Iterator[tuple[Path, int]]:
        """How many milliseconds ago each folder got its newest sheet."""
        now = self._now()
        for folder, kept in self._kept_at.items():
            yield folder, now - kept

    async def keep(self) -> None:
        """Until cancelled: write the kit into every folder, once a minute."""
        while self._folders:
            await asyncio.to_thread(self.write)
            await asyncio.sleep(EVERY_S)

    def write(self) -> None:
        """One round. A folder that cannot be written is reported and does not keep the others from theirs."""
        files = {f"sheet.{language}.html": self.sheet(language) for language in LANGUAGES}
        files |= {f"forms.{language}.html": self.forms(language) for language in LANGUAGES}
        for folder in self._folders:
            try:
                keep_files(folder, files)
            except OSError as fault:
                self._trouble[folder] = str(fault)
                log.error("the fallback kit cannot be written: %s", fault)
            else:
                self._kept_at[folder] = self._now()
                self._trouble.pop(folder, None)

    def _describe(self, place: Place) -> str:
        gazetteer = self._gazetteer  # the one of this moment: the sheet is made in a thread
        if gazetteer is not None:
            try:
                said = gazetteer.reverse(place)
            except BadInput:
                said = None
            if said is not None and (said.block or said.crossing):
                return said.block or said.crossing
        return f"{place.lat:.5f}, {place.lon:.5f}"


def seen_by(board: Board, sight: Sight) -> Board:
    """The board without what concerns other agencies only."""
    if sight.is_all:
        return board
    return msgspec.structs.replace(
        board,
        incidents={key: row for key, row in board.incidents.items() if sight.incident(row)},
        units={key: row for key, row in board.units.items() if sight.unit_row(row, board)},
        calls={key: row for key, row in board.calls.items() if sight.call(row, board)},
    )


def keep_files(folder: Path, files: dict[str, bytes]) -> None:
    """Each file whole or as it was before: written beside it, synced, and put in its place."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, body in files.items():
        beside = folder / f".{name}.new"
        with beside.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(folder / name)
