"""What the end of a term is counted from: calls that are over, incidents that are closed; and whose keys are destroyed.

Part of the records, written in the same transaction. Of a call there is its identity, its end and its incident: nothing
of whoever called.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from turnout.core.calls.events import CallAttached, CallClosed, CallTaken
from turnout.core.events import Event
from turnout.core.retention.events import DetailsErased
from turnout.words.moment import Moment

TABLES: Final = """
CREATE TABLE call (id TEXT PRIMARY KEY, closed INTEGER, incident TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX call_closed ON call(closed);
CREATE TABLE erased (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX erased_seq ON erased(seq);
CREATE INDEX incident_closed ON incident(closed, id);
"""

CALLS_SQL: Final = """
SELECT id, closed, '' FROM call WHERE (closed, id) > (?, ?) AND closed <= ? AND incident = ''
AND NOT EXISTS (SELECT 1 FROM erased WHERE erased.id = call.id) ORDER BY closed, id LIMIT ?
"""
INCIDENTS_SQL: Final = """
SELECT id, closed, type FROM incident WHERE (closed, id) > (?, ?) AND closed <= ?
AND NOT EXISTS (SELECT 1 FROM erased WHERE erased.id = incident.id) ORDER BY closed, id LIMIT ?
"""
ERASED_SQL: Final = "SELECT id, seq FROM erased WHERE seq > ? ORDER BY seq LIMIT ?"


class Ended(NamedTuple):
    """An incident or a call that is over. `type`: the incident's."""

    id: str
    closed: Moment
    type: str


def write(base: sqlite3.Connection, events: Iterable[tuple[int, Event]]) -> None:
    """`events`: with their journal rows, in order."""
    for seq, event in events:
        match event:
            case CallTaken():
                base.execute("INSERT OR IGNORE INTO call VALUES (?, NULL, '')", (event.call,))
            case CallAttached():
                base.execute("UPDATE call SET incident = ? WHERE id = ?", (event.incident, event.call))
            case CallClosed():
                base.execute("UPDATE call SET closed = ? WHERE id = ?", (event.at, event.call))
            case DetailsErased():
                _note(base, event.owners, seq)


def _note(base: sqlite3.Connection, owners: Sequence[str], seq: int) -> None:
    base.executemany("INSERT OR REPLACE INTO erased VALUES (?, ?)", [(owner, seq) for owner in owners])
