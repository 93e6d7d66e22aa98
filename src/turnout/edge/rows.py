"""The tables that consoles hold a copy of, and which of their rows somebody may see.

A row is the board's own struct: there is no second rule engine in the browser, and no second set of shapes. Which rows
changed, and who has missed what, is the desk's `subscribers`.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final

import msgspec

from turnout.core.board import Board
from turnout.desk.access import Sight
from turnout.desk.rows import Row, Table
from turnout.desk.subscribers import Sees

TABLES_SHOWN: Final = (
    "incidents",
    "units",
    "calls",
    "timers",
    "closures",
    "special_zones",
    "hospitals",
    "hydrants",
    "positions",
    "premises",
    "supplements",
)


class BoardRow(msgspec.Struct, frozen=True):
    """What is true of the board as a whole: table `board`, row `board`. Another `catalogue`: fetch `/city` again."""

    exercise: bool
    catalogue: str


def _whole(board: Board) -> Mapping[str, BoardRow]:
    version = board.catalogue.version if board.catalogue is not None else ""
    return {"board": BoardRow(board.exercise, version)}


def _itself(entry: Any, _board: Board) -> msgspec.Struct:
    assert isinstance(entry, msgspec.Struct)
    return entry


TABLES: Final[tuple[Table[Board], ...]] = (
    Table(name="board", entries=_whole, row_of=_itself),
    *(Table[Board](name=name, entries=attrgetter(name), row_of=_itself) for name in TABLES_SHOWN),
)


def sees(sight: Sight, board: Callable[[], Board]) -> Sees:
    """A judge of rows for one connection. `board` gives the board of the moment."""
    if sight.is_all:
        return lambda row: True
    return lambda row: may_see(sight, row.table, row.row, board())


def may_see(sight: Sight, table: str, row: Any, board: Board) -> bool:
    """Whether `sight` may see this row. Tables about the city itself (closures, hospitals) are for all."""
    if sight.is_all:
        return True
    if table == "incidents":
        return sight.incident(row)
    if table == "units":
        return sight.unit_row(row, board)
    if table == "calls":
        return sight.call(row, board)
    if table == "timers":
        return sight.timer(row, board)
    if table == "supplements":
        incident = board.incidents.get(row.incident)
        return incident is not None and sight.incident(incident)
    return True


def snapshot(board: Board, sight: Sight) -> dict[str, dict[str, Any]]:
    """Every row that `sight` may see, by table."""
    return {
        table.name: {key: row for key, row in table.entries(board).items() if may_see(sight, table.name, row, board)}
        for table in TABLES
        if table.name != "board"
    }


class _Framed(msgspec.Struct):
    table: str
    id: str
    row: msgspec.Raw


_unframe = msgspec.json.Decoder(_Framed)


def by_table(rows: tuple[msgspec.Raw, ...]) -> dict[str, dict[str, msgspec.Raw]]:
    """The subscription's rows as the wire has them: table → identity → row. The rows' bytes are not made again."""
    tables: dict[str, dict[str, msgspec.Raw]] = {}
    for body in rows:
        framed = _unframe.decode(body)
        tables.setdefault(framed.table, {})[framed.id] = framed.row
    return tables


__all__ = ["TABLES", "BoardRow", "Row", "by_table", "may_see", "sees", "snapshot"]
