"""The tables that consoles hold a copy of, and which of their rows somebody may see.

A row is the board's own struct: there is no second rule engine in the browser, and no second set of shapes. Which rows
changed, and who has missed what, is the desk's `subscribers`.
"""

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from turnout.core.board import Board
from turnout.core.tables.positions import uncovered_groups
from turnout.desk import concerns
from turnout.desk.access import Sight
from turnout.desk.rows import Row, Table
from turnout.desk.subscribers import Sees

CITY_TABLES: Final = ("closures", "special_zones", "hospitals", "hydrants", "premises")


class BoardRow(msgspec.Struct, frozen=True):
    """What is true of the board as a whole: table `board`, row `board`. Another `catalogue`: fetch `/city` again."""

    exercise: bool
    catalogue: str
    uncovered: tuple[str, ...]
    """Dispatch groups that no position answers for now (7.17): their incidents are everybody's."""
    ground: str
    """Version of roads, gazetteer, outlines and map in force. Another one: fetch `/city` again."""


def _whole(board: Board) -> Mapping[str, BoardRow]:
    version = board.catalogue.version if board.catalogue is not None else ""
    return {"board": BoardRow(board.exercise, version, uncovered_groups(board), board.ground)}


def _itself(entry: Any, _board: Board) -> msgspec.Struct:
    assert isinstance(entry, msgspec.Struct)
    return entry


TABLES: Final[tuple[Table[Board], ...]] = (
    Table(name="board", entries=_whole, row_of=_itself),
    Table(name="incidents", entries=attrgetter("incidents"), row_of=_itself, scope_of=concerns.of_incident),
    Table(
        name="units",
        entries=attrgetter("units"),
        row_of=_itself,
        also_after=concerns.units_after,
        scope_of=concerns.of_unit,
    ),
    Table(
        name="calls",
        entries=attrgetter("calls"),
        row_of=_itself,
        also_after=concerns.calls_after,
        scope_of=concerns.of_call,
    ),
    Table(
        name="timers",
        entries=attrgetter("timers"),
        row_of=_itself,
        also_after=concerns.timers_after,
        scope_of=concerns.of_timer,
    ),
    Table(
        name="supplements",
        entries=attrgetter("supplements"),
        row_of=_itself,
        also_after=concerns.supplements_after,
        scope_of=concerns.of_supplement,
    ),
    Table(name="shifts", entries=attrgetter("shifts"), row_of=_itself, scope_of=concerns.of_shift),
    Table(name="positions", entries=attrgetter("positions"), row_of=_itself, scope_of=concerns.of_position),
    Table(
        name="forced_places",
        entries=attrgetter("forced_places"),
        row_of=_itself,
        scope_of=concerns.of_forced_place,
    ),
    Table(name="reviews", entries=attrgetter("reviews"), row_of=_itself, scope_of=concerns.of_oversight),
    Table(name="glass", entries=attrgetter("glass"), row_of=_itself, scope_of=concerns.of_oversight),
    Table(name="holds", entries=attrgetter("holds"), row_of=_itself, scope_of=concerns.of_oversight),
    Table(name="erasures", entries=attrgetter("erasures"), row_of=_itself, scope_of=concerns.of_oversight),
    Table(name="signal_permits", entries=attrgetter("signal_permits"), row_of=_itself, scope_of=concerns.of_permit),
    Table(
        name="corridors",
        entries=attrgetter("corridors"),
        row_of=_itself,
        also_after=concerns.corridors_after,
        scope_of=concerns.of_corridor,
    ),
    Table(name="district_plans", entries=attrgetter("district_plans"), row_of=_itself, scope_of=concerns.of_plans),
    *(Table[Board](name=name, entries=attrgetter(name), row_of=_itself) for name in CITY_TABLES),
)
"""What belongs to an incident concerns its agencies; tables about the city itself are for all."""


@lru_cache(maxsize=256)
def sees(sight: Sight) -> Sees:
    """A judge of rows for one connection: by whom a row concerned when it was made, not by the board of the moment.

    The very same one for everybody of that sight, so that what they are sent is put together once.
    """
    if not sight.hidden:
        return lambda row: concerns.concerns(row.scope, sight.agencies, sight.station)
    return lambda row: row.table not in sight.hidden and concerns.concerns(row.scope, sight.agencies, sight.station)


def snapshot(board: Board, sight: Sight) -> dict[str, dict[str, Any]]:
    """Every row that `sight` may see, by table."""
    return {
        table.name: {
            key: row
            for key, row in (table.entries(board).items() if table.name not in sight.hidden else ())
            if concerns.concerns(table.scope_of(row, board), sight.agencies, sight.station)
        }
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


__all__ = ["TABLES", "BoardRow", "Row", "by_table", "sees", "snapshot"]
