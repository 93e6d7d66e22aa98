"""The outbox for records systems: what has to be transferred, in order, numbered without gaps per agency (4.9, 9.3).

A projection of the journal like the rest of the records, written in the same transaction: the same journal always gives
the same numbers, so that the file can be made anew while a records system is in the middle of its feed.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from turnout.core.board import Incident
from turnout.core.events import Event
from turnout.core.incidents.events import (
    IncidentArchived,
    IncidentCancelled,
    IncidentReopened,
    IncidentsMerged,
    TransferRequested,
)
from turnout.words.identity import AgencyId
from turnout.words.moment import Moment

TABLES: Final = """
CREATE TABLE transfer (
    agency TEXT, n INTEGER, seq INTEGER NOT NULL, at INTEGER NOT NULL, incident TEXT NOT NULL, cause TEXT NOT NULL,
    PRIMARY KEY (agency, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE transfer_taken (agency TEXT PRIMARY KEY, upto INTEGER NOT NULL) STRICT, WITHOUT ROWID;
"""

PAGE_MAX: Final = 100
"""Entries in one answer: a document has some tens of kilobytes, a large one some hundred."""

Cause = Literal["closed", "cancelled", "merged", "reopened", "amended", "requested"]


class TransferDue(msgspec.Struct, frozen=True):
    """One entry, before it has its number."""

    agency: AgencyId
    seq: int
    at: Moment
    incident: str
    cause: Cause


class TransferEntry(msgspec.Struct, frozen=True):
    """One line of an agency's feed. `n` counts 1, 2, 3 … per agency, without gaps."""

    agency: str
    n: int
    seq: int
    at: Moment
    incident: str
    cause: str


class TransferMarks(msgspec.Struct, frozen=True):
    """How far an agency's feed goes, and up to where its records system has said that it has it."""

    last: int
    taken: int


def due_for(event: Event, seq: int, before: Incident | None, after: Incident | None) -> list[TransferDue]:
    """What `event` makes due for one incident, given its row before and after. An exercise never leaves the room."""
    row = after if after is not None else before
    if row is None or row.exercise or isinstance(event, IncidentArchived):
        return []
    cause = _cause(event, before, after)
    if cause is None:
        return []
    wanted = event.agencies if isinstance(event, TransferRequested) else tuple(row.numbers)
    return [TransferDue(agency, seq, event.at, row.id, cause) for agency in wanted if agency in row.numbers]


def _cause(event: Event, before: Incident | None, after: Incident | None) -> Cause | None:
    if isinstance(event, TransferRequested):
        return "requested"
    if isinstance(event, IncidentReopened):
        return "reopened"
    if after is None or after.status != "closed":
        return None
    if before is not None and before.status == "closed":
        return None if after == before else "amended"
    if isinstance(event, IncidentsMerged):
        return "merged"
    return "cancelled" if isinstance(event, IncidentCancelled) else "closed"


def write(base: sqlite3.Connection, due: Iterable[TransferDue], taken: Mapping[AgencyId, int]) -> None:
    """Inside the caller's transaction."""
    for one in due:
        base.execute(
            "INSERT INTO transfer SELECT ?, 1 + COALESCE(MAX(n), 0), ?, ?, ?, ? FROM transfer WHERE agency = ?",
            (one.agency, one.seq, one.at, one.incident, one.cause, one.agency),
        )
    for agency, upto in taken.items():
        base.execute(
            "INSERT INTO transfer_taken VALUES (?, ?)"
            " ON CONFLICT (agency) DO UPDATE SET upto = MAX(upto, excluded.upto)",
            (agency, upto),
        )


PAGE_SQL: Final = (
    "SELECT agency, n, seq, at, incident, cause FROM transfer WHERE agency = ? AND n > ? ORDER BY n LIMIT ?"
)
MARKS_SQL: Final = """
SELECT COALESCE((SELECT MAX(n) FROM transfer WHERE agency = ?1), 0),
       COALESCE((SELECT upto FROM transfer_taken WHERE agency = ?1), 0)
"""
