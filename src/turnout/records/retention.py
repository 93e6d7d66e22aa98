"""What the end of a term is counted from: calls that are over, incidents that are closed; and whose keys are destroyed.

Part of the records, written in the same transaction. Of a call there is its identity, its end, its incident, who
answered it (`by`), and as its body the caller's card: a reference, nothing of whoever called. Of each key that seals
texts there is whose it is and the row in which it stands first. A text that was written after an erasure is not erased
by it: its term is counted from when it was written.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from turnout.core.calls.events import CallAccepted, CallAnswered, CallAttached, CallClosed, CallTaken
from turnout.core.events import Event
from turnout.core.incidents.entries import PersonCard
from turnout.core.incidents.events import IncidentOpened, IncidentsMerged
from turnout.core.retention.events import DetailsErased
from turnout.core.retention.matters import CallRecord
from turnout.words.moment import Moment
from turnout.words.sealed_text import list_keys

TABLES: Final = """
CREATE TABLE call (
    id TEXT PRIMARY KEY, closed INTEGER, incident TEXT NOT NULL, by TEXT NOT NULL, body BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX call_incident ON call(incident);
CREATE INDEX call_closed ON call(closed);
CREATE TABLE erased (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX erased_seq ON erased(seq);
CREATE INDEX incident_closed ON incident(closed, id);
CREATE TABLE text_key (key TEXT PRIMARY KEY, id TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL)
STRICT, WITHOUT ROWID;
CREATE INDEX text_key_owner ON text_key(id);
"""

_WRITTEN_SINCE: Final = "FROM erased JOIN text_key USING (id) WHERE erased.id = {0}.id AND text_key.seq > erased.seq"
_NOT_ERASED: Final = f"""
NOT EXISTS (SELECT 1 FROM erased WHERE erased.id = {{0}}.id) OR EXISTS (SELECT 1 {_WRITTEN_SINCE})
"""
_SINCE: Final = f"max(closed, coalesce((SELECT max(at) {_WRITTEN_SINCE}), 0))"
CALLS_SQL: Final = f"""
SELECT id, closed, '', {_SINCE.format("call")} FROM call
WHERE (closed, id) > (?, ?) AND closed <= ? AND incident = '' AND ({_NOT_ERASED.format("call")})
ORDER BY closed, id LIMIT ?
"""
INCIDENTS_SQL: Final = f"""
SELECT id, closed, type, {_SINCE.format("incident")} FROM incident
WHERE (closed, id) > (?, ?) AND closed <= ? AND ({_NOT_ERASED.format("incident")})
ORDER BY closed, id LIMIT ?
"""
CALL_SQL: Final = """
SELECT call.id, coalesce(call.closed, incident.closed, 0), incident, by, call.body
FROM call LEFT JOIN incident ON incident.id = call.incident
WHERE call.id = ? AND (call.closed IS NOT NULL OR incident != '')
"""
TEXT_KEYS_SQL: Final = "SELECT key FROM text_key WHERE id = ? AND seq < ? ORDER BY seq"
ERASED_SQL: Final = "SELECT id, seq FROM erased WHERE seq > ? ORDER BY seq LIMIT ?"


class Ended(NamedTuple):
    """An incident or a call that is over. `type`: the incident's. `since`: from when its term is counted."""

    id: str
    closed: Moment
    type: str
    since: Moment


def note_keys(base: sqlite3.Connection, rows: Iterable[tuple[int, Moment, bytes]]) -> None:
    """`rows`: number, time and stored form. A text that is told again, such as of a reopened incident, has its key."""
    found = [(key, owner, seq, at) for seq, at, body in rows for key, owner in list_keys(body)]
    base.executemany("INSERT OR IGNORE INTO text_key VALUES (?, ?, ?, ?)", found)


def write(base: sqlite3.Connection, events: Iterable[tuple[int, Event]]) -> None:
    """`events`: with their journal rows, in order."""
    for seq, event in events:
        match event:
            case CallTaken():
                base.execute("INSERT OR IGNORE INTO call VALUES (?, NULL, '', ?, ?)", _taken(event))
            case CallAnswered() | CallAccepted():
                base.execute("UPDATE call SET by = ? WHERE id = ?", (event.by, event.call))
            case IncidentOpened():
                base.executemany(_ATTACHED, [(event.incident, call) for call in event.calls])
            case IncidentsMerged():
                base.execute("UPDATE call SET incident = ? WHERE incident = ?", (event.into, event.merged))
            case CallAttached():
                base.execute(_ATTACHED, (event.incident, event.call))
            case CallClosed():
                base.execute("UPDATE call SET closed = ? WHERE id = ?", (event.at, event.call))
            case DetailsErased():
                _note(base, event.owners, seq)


def call_record(row: tuple[Any, ...]) -> CallRecord:
    """Of a row of `CALL_SQL`."""
    id, closed, incident, answered_by, caller = row
    return CallRecord(id, closed, incident, answered_by, None if caller is None else _card.decode(caller))


_ATTACHED: Final = "UPDATE call SET incident = ? WHERE id = ?"
_card: Final = msgspec.json.Decoder(PersonCard)


def _taken(event: CallTaken) -> tuple[str, str, bytes | None]:
    caller = None if event.caller is None else msgspec.json.encode(event.caller)
    return event.call, event.by if event.answered else "", caller


def _note(base: sqlite3.Connection, owners: Sequence[str], seq: int) -> None:
    base.executemany("INSERT OR REPLACE INTO erased VALUES (?, ?)", [(owner, seq) for owner in owners])
