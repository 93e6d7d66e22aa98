"""Every incident there ever was, as it last stood, and what happened in it, line by line: a projection of the journal.

Its last applied sequence is kept in the same transaction as its rows, so it always knows how far it is; the file can be
deleted at any time and is made anew from the journal. It is searched by number, type, time, unit and status, never by
a person (charter 6): nothing of a person but a reference is in it. Places are sealed in it (decision 0207): whoever
searches by one has the records of the zones around it, and opens them.
"""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.core.board import Incident, Location
from turnout.core.events import Event, decode
from turnout.core.history import calls_of, incidents_of, units_of
from turnout.core.retention.matters import CallRecord
from turnout.records import file, retention, transfers
from turnout.records.retention import Ended
from turnout.records.transfers import TransferDue, TransferEntry, TransferMarks
from turnout.words.identity import AgencyId
from turnout.words.moment import Moment

SHAPE: Final = 7
"""Goes up when the tables below change: an older file is dropped and made anew."""

NONE_TAKEN: Final[Mapping[AgencyId, int]] = {}

FOUND_MAX: Final = 200
"""Of one search: more than a person reads; narrow it by time."""

LINES_MAX: Final = 5_000
"""Of one page of a chronology; the longest real incident has some hundreds, a unit makes so many in two months."""

_TABLES = f"""
{transfers.TABLES}
CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT;
INSERT INTO progress VALUES (1, 0);
CREATE TABLE incident (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, status TEXT NOT NULL, opened INTEGER NOT NULL, closed INTEGER,
    zone TEXT NOT NULL, agencies TEXT NOT NULL, body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX incident_opened ON incident(opened);
CREATE INDEX incident_zone ON incident(zone, opened, id);
CREATE TABLE number (number TEXT PRIMARY KEY, incident TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE sent (unit TEXT, incident TEXT, PRIMARY KEY (unit, incident)) STRICT, WITHOUT ROWID;
CREATE TABLE line (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL,
    by TEXT NOT NULL, position TEXT NOT NULL
) STRICT;
CREATE INDEX line_at ON line(at);
CREATE INDEX line_by ON line(by, seq);
CREATE INDEX line_position ON line(position, seq);
CREATE INDEX line_name ON line(name, seq);
CREATE TABLE line_of (kind TEXT, id TEXT, seq INTEGER, PRIMARY KEY (kind, id, seq)) STRICT, WITHOUT ROWID;
{retention.TABLES}"""


EMPTIED: Final = (
    *("incident", "number", "sent", "line", "line_of"),
    *("call", "erased", "text_key"),
    *("transfer", "transfer_taken"),
)
"""When everything is made anew."""


class RecordedEvent(msgspec.Struct, frozen=True):
    """A journal row as the records need it: the event, and its stored form."""

    seq: int
    at: Moment
    name: str
    version: int
    body: bytes
    event: Event


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A search. Every field that is given narrows it."""

    number: str = ""
    """The beginning of an agency's number, or all of it."""
    type: str = ""
    status: str = ""
    opened_from: Moment | None = None
    opened_to: Moment | None = None
    unit: str = ""
    """A unit that was on it, by its call sign: the responders' own work."""
    agencies: frozenset[AgencyId] = frozenset()
    """Only those that concern one of them; empty: all."""
    most: int = 50


class Located(msgspec.Struct, frozen=True):
    """Where an incident is, of its record."""

    id: str
    location: Location


class ActsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what: by time, operator, position, incident (its identity) or kind of act. Each narrows it."""

    since: Moment | None = None
    until: Moment | None = None
    by: str = ""
    position: str = ""
    incident: str = ""
    call: str = ""
    code: str = ""
    codes: tuple[str, ...] = ()
    """One of these kinds; empty: any."""
    before: int = 0
    """Only what is older than this sequence: the next page."""
    most: int = 100


_encode = msgspec.json.Encoder().encode
_located: msgspec.json.Decoder[Located] = msgspec.json.Decoder(Located)
_incident: msgspec.json.Decoder[Incident] = msgspec.json.Decoder(Incident)


class IncidentRecords:
    """One connection behind a lock: `apply` from the recorder's thread, questions from others."""

    def __init__(self, path: Path, *, may_set_aside: bool = False) -> None:
        """`may_set_aside`: whether a damaged file makes way for a new one: only for the process that keeps it.

        Raises `sqlite3.Error`.
        """
        self._path, self._lock = path, threading.Lock()
        self.set_aside: Path | None = None
        """Where a damaged file was put, in the life of this process."""
        self.is_damaged = False
        """A question or a change found the file damaged: `begin_anew` mends it."""
        try:
            self._base = self._opened()
        except sqlite3.DatabaseError as fault:
            if not may_set_aside or not file.is_damaged(fault):
                raise
            self.set_aside = file.set_aside(path)
            self._base = self._opened()

    def _opened(self) -> sqlite3.Connection:
        base = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        try:
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")
            shape = int(base.execute("PRAGMA user_version").fetchone()[0])
            if shape == 0:
                base.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {SHAPE}; COMMIT;")
            elif shape == SHAPE:
                base.execute("SELECT seq FROM progress").fetchone()
        except sqlite3.Error:
            base.close()
            raise
        if shape not in (0, SHAPE):
            base.close()
            file.remove(self._path)
            return self._opened()
        return base

    @property
    def path(self) -> Path:
        return self._path

    def begin_anew(self) -> None:
        """The damaged file aside, and an empty one in its place."""
        with self._lock:
            self._base.close()
            self.set_aside, self.is_damaged = file.set_aside(self._path), False
            self._base = self._opened()

    def take_over(self, fresh: "IncidentRecords") -> bool:
        """The file of `fresh` in the place of this one, in one step: questions before it get the old, after it the new.

        False, and nothing has changed: another program, such as a backup, is reading. Raises `sqlite3.Error` or
        `OSError`.
        """
        with self._lock:
            damaged = self.is_damaged
            if not damaged and self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                return False
            fresh.close()
            self._base.close()
            try:
                if damaged:
                    self.set_aside = file.set_aside(self._path)
                file.put_in_place(fresh.path, self._path)
                self.is_damaged = False
            finally:
                self._base = self._opened()
        return True

    def close(self) -> None:
        with self._lock:
            self._base.close()

    @property
    def seq(self) -> int:
        """The last journal row that is in it."""
        return int(self._rows("SELECT seq FROM progress")[0][0])

    def count(self) -> int:
        """How many incidents are in it."""
        return int(self._rows("SELECT count(*) FROM incident")[0][0])

    def clear(self) -> None:
        """Forget everything, to be made anew."""
        with self._lock:
            clearing = " ".join(f"DELETE FROM {table};" for table in EMPTIED)
            self._base.executescript(f"BEGIN; {clearing} UPDATE progress SET seq = 0; COMMIT;")

    def apply(
        self,
        events: Sequence[RecordedEvent],
        incidents: Iterable[Incident],
        seq: int,
        due: Sequence[TransferDue] = (),
        taken: Mapping[AgencyId, int] = NONE_TAKEN,
    ) -> None:
        """Everything up to `seq`: the events since the last time, the incidents they changed, what is to go out."""
        with self._lock:
            base = self._base
            if base.in_transaction:  # a rollback that failed on a full disk is done now
                base.execute("ROLLBACK")
            try:
                base.execute("BEGIN IMMEDIATE")
                done = base.execute("SELECT seq FROM progress").fetchone()[0]
                assert not events or events[0].seq > done, "a row of the journal is recorded once"
                base.executemany("INSERT OR REPLACE INTO line VALUES (?,?,?,?,?,?,?)", [_line(one) for one in events])
                base.executemany(
                    "INSERT OR IGNORE INTO line_of VALUES (?,?,?)", [m for e in events for m in _mentions(e)]
                )
                for row in incidents:
                    base.execute("INSERT OR REPLACE INTO incident VALUES (?,?,?,?,?,?,?,?)", _columns(row))
                    numbers = [(number, row.id) for number in row.numbers.values() if number]
                    base.executemany("INSERT OR REPLACE INTO number VALUES (?,?)", numbers)
                    sent = {(assignment.unit, row.id) for assignment in row.assignments}
                    base.executemany("INSERT OR IGNORE INTO sent VALUES (?,?)", sent)
                transfers.write(base, due, taken)
                retention.write(base, [(one.seq, one.event) for one in events])
                retention.note_keys(base, [(one.seq, one.at, one.body) for one in events])
                base.execute("UPDATE progress SET seq = ?", (seq,))
                base.execute("COMMIT")
            except BaseException as fault:
                self.is_damaged |= file.is_damaged(fault)
                if base.in_transaction:
                    base.execute("ROLLBACK")
                raise

    def find(self, called: str) -> Incident | None:
        """By identity or by an agency's number."""
        rows = self._rows(
            "SELECT body FROM incident WHERE id = ? OR id = (SELECT incident FROM number WHERE number = ?)",
            called, called.upper(),
        )  # fmt: skip
        return _incident.decode(rows[0][0]) if rows else None

    def search(self, asked: Asked) -> list[Incident]:
        """Newest first."""
        where, values = _conditions(asked)
        sql = f"SELECT body FROM incident WHERE {where} ORDER BY opened DESC LIMIT ?"
        return [_incident.decode(row[0]) for row in self._rows(sql, *values, min(asked.most, FOUND_MAX))]

    def candidates(self, asked: Asked, zones: Collection[str], most: int) -> list[str]:
        """The identities of what is asked for, newest first; in one of these zones or in none. Empty: anywhere."""
        where, values = _conditions(asked)
        if zones:
            where += f" AND zone IN ('',{','.join('?' * len(zones))})"
            values += zones
        sql = f"SELECT id FROM incident WHERE {where} ORDER BY opened DESC, id DESC LIMIT ?"
        return [id for (id,) in self._rows(sql, *values, most)]

    def located(self, ids: Sequence[str]) -> list[Located]:
        """Where these were, in their order."""
        rows = self._rows(f"SELECT id, body FROM incident WHERE id IN ({','.join('?' * len(ids))})", *ids)
        bodies = dict(rows)
        return [_located.decode(bodies[id]) for id in ids if id in bodies]

    def transfers(self, agency: str, after: int, most: int) -> list[TransferEntry]:
        """An agency's feed beyond entry `after`, in order."""
        return [TransferEntry(*row) for row in self._rows(transfers.PAGE_SQL, agency, after, most)]

    def transfer_marks(self, agency: str) -> TransferMarks:
        return TransferMarks(*self._rows(transfers.MARKS_SQL, agency)[0])

    def lines_of(
        self, kind: str, subject: str, since: Moment, until: Moment | None, after: int = 0, most: int = LINES_MAX
    ) -> list[tuple[int, Event]]:
        """(sequence, event) of one `incident` or `unit` beyond row `after`, in order, `most` of them."""
        last = until if until is not None else Moment(2**62)
        rows = self._rows(
            "SELECT line.seq, name, version, body FROM line_of JOIN line ON line.seq = line_of.seq"
            " WHERE kind = ? AND id = ? AND line_of.seq > ? AND at BETWEEN ? AND ? ORDER BY line_of.seq LIMIT ?",
            kind, subject, after, since, last, most,
        )  # fmt: skip
        return [(seq, decode(name, version, body)) for seq, name, version, body in rows]

    def rows_of(self, incident: str, after: int, most: int) -> list[int]:
        """Sequence numbers of an incident's rows beyond `after`, in order."""
        rows = self._rows(
            "SELECT seq FROM line_of WHERE kind = 'incident' AND id = ? AND seq > ? ORDER BY seq LIMIT ?",
            incident, after, most,
        )  # fmt: skip
        return [seq for (seq,) in rows]

    def acts(self, asked: ActsAsked) -> list[tuple[int, Event]]:
        """(sequence, event) of what was done, newest first (7.1). Never by a caller: none is in it (charter 6)."""
        where, values = ["seq < ?", "at BETWEEN ? AND ?"], list[Any]()
        values += [asked.before or 2**62, asked.since or 0, asked.until if asked.until is not None else 2**62]
        for column, wanted in (("by", asked.by), ("position", asked.position), ("name", asked.code)):
            if wanted:
                where.append(f"{column} = ?")
                values.append(wanted)
        for kind, id in (("incident", asked.incident), ("call", asked.call)):
            if id:
                where.append("seq IN (SELECT seq FROM line_of WHERE kind = ? AND id = ?)")
                values += [kind, id]
        if asked.codes:
            where.append(f"name IN ({','.join('?' * len(asked.codes))})")
            values += asked.codes
        sql = f"SELECT seq, name, version, body FROM line WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT ?"
        rows = self._rows(sql, *values, min(asked.most, FOUND_MAX))
        return [(seq, decode(name, version, body)) for seq, name, version, body in rows]

    def event_at(self, seq: int) -> Event | None:
        """The event of one journal row."""
        rows = self._rows("SELECT name, version, body FROM line WHERE seq = ?", seq)
        return decode(*rows[0]) if rows else None

    def find_call(self, id: str) -> CallRecord | None:
        """One that is over, or became an incident's."""
        rows = self._rows(retention.CALL_SQL, id)
        return retention.call_record(rows[0]) if rows else None

    def ended(self, kind: str, after: tuple[int, str], until: Moment, most: int) -> list[Ended]:
        """Incidents (`incident`), or calls that became none (`call`), over by `until` and not erased, oldest first."""
        sql = retention.CALLS_SQL if kind == "call" else retention.INCIDENTS_SQL
        return [Ended(*row) for row in self._rows(sql, *after, until, most)]

    def erased(self, after_seq: int, most: int) -> list[tuple[str, int]]:
        """(owner, journal row) of what was erased, in the order of the journal; the rows of one event all at once."""
        rows = self._rows(retention.ERASED_SQL, after_seq, most)
        if len(rows) == most:
            whole = [row for row in rows if row[1] != rows[-1][1]]
            rows = whole or self._rows("SELECT id, seq FROM erased WHERE seq = ?", rows[-1][1])
        return [(owner, seq) for owner, seq in rows]

    def text_keys(self, owner: str, before_seq: int) -> list[str]:
        """The keys of its texts that stand in the journal before row `before_seq`."""
        return [key for (key,) in self._rows(retention.TEXT_KEYS_SQL, owner, before_seq)]

    def tags(self, incidents: Iterable[str]) -> dict[str, str]:
        """The tags that these incidents had."""
        found = ((one, self.find(one)) for one in dict.fromkeys(incidents))
        return {one: row.tag for one, row in found if row is not None}

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._base.execute(sql, values).fetchall()
            except sqlite3.DatabaseError as fault:
                self.is_damaged |= file.is_damaged(fault)
                raise


def _line(one: RecordedEvent) -> tuple[Any, ...]:
    return one.seq, one.at, one.name, one.version, one.body, one.event.by, one.event.position


def _mentions(one: RecordedEvent) -> list[tuple[str, str, int]]:
    incidents = [("incident", named, one.seq) for named in incidents_of(one.event)]
    calls = [("call", named, one.seq) for named in calls_of(one.event)] if one.name == "details-opened" else []
    return incidents + calls + [("unit", named, one.seq) for named in units_of(one.event)]


def _columns(row: Incident) -> tuple[Any, ...]:
    agencies, zone = _encode(row.agencies).decode(), coarse_zone(row.location.zones)
    return row.id, row.type, row.status, row.opened, row.closed, zone, agencies, _encode(row)


COARSE: Final = ("neighbourhood", "beat", "first-due")
"""Kinds of zone by which what was near a place is looked for, the first that the place has."""


def coarse_zone(zones: Mapping[str, str]) -> str:
    """Under what a place with these zones is found again; empty where it is in none."""
    return next((f"{kind}/{zones[kind]}" for kind in COARSE if zones.get(kind)), "")


def _conditions(asked: Asked) -> tuple[str, list[Any]]:
    where, values = ["1"], list[Any]()
    if asked.number:
        where.append("id IN (SELECT incident FROM number WHERE number >= ? AND number < ?)")
        values += [asked.number.upper(), asked.number.upper() + "\U0010ffff"]
    if asked.unit:
        where.append("id IN (SELECT incident FROM sent WHERE unit = ?)")
        values.append(asked.unit.upper())
    if asked.agencies:
        where.append(
            f"EXISTS (SELECT 1 FROM json_each(agencies) WHERE value IN ({','.join('?' * len(asked.agencies))}))"
        )
        values += sorted(asked.agencies)
    for column, wanted in (("type", asked.type), ("status", asked.status)):
        if wanted:
            where.append(f"{column} = ?")
            values.append(wanted)
    for comparison, moment in (("opened >= ?", asked.opened_from), ("opened <= ?", asked.opened_to)):
        if moment is not None:
            where.append(comparison)
            values.append(moment)
    return " AND ".join(where), values
