"""Rows over the toy board, with one table that shows something of another's entries."""

import hashlib
from collections.abc import Iterable

import msgspec

from tests.desk.stand_ins import NOON
from tests.desk.toy_book import Incident, ToyBoard, Unit
from turnout.desk.chain import JournalRow
from turnout.desk.rows import Changed, Table
from turnout.words.identity import ActorId, CommandId


class UnitRow(msgspec.Struct, frozen=True):
    id: str
    incident: str | None


class IncidentRow(msgspec.Struct, frozen=True):
    id: str
    text: str
    units: tuple[str, ...]


def unit_row(unit: Unit, board: ToyBoard) -> UnitRow:
    return UnitRow(unit.id, unit.incident)


def incident_row(incident: Incident, board: ToyBoard) -> IncidentRow | None:
    """An incident whose text is `secret` is on no screen."""
    if incident.text == "secret":
        return None
    working = tuple(sorted(unit.id for unit in board.units.values() if unit.incident == incident.id))
    return IncidentRow(incident.id, incident.text, working)


def incidents_of_units(before: ToyBoard, after: ToyBoard, changed: Changed) -> Iterable[str]:
    for unit_id in changed["units"]:
        for board in (before, after):
            unit = board.units.get(unit_id)
            if unit is not None and unit.incident is not None:
                yield unit.incident


def toy_row(seq: int, branch: str) -> JournalRow:
    """A row of the journal as far as followers look at it: another branch has other rows under the same numbers."""
    own = hashlib.sha256(f"{branch}/{seq}".encode()).digest()
    texts = ("", "", "", CommandId(""), "", b"", "", 1, b"", b"")
    return JournalRow(seq, NOON, ActorId(""), *texts, own)


TABLES: tuple[Table[ToyBoard], ...] = (
    Table("units", lambda board: board.units, unit_row),
    Table("incidents", lambda board: board.incidents, incident_row, incidents_of_units),
)
