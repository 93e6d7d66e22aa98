"""The message log (7.14): one line for each message between parts, found by incident, call, unit or time.

A line has no body and nothing of a person: whose account sent what kind of message when, what came of it, how large it
was and its digest. It is not the journal: it may be deleted, and what it keeps is bounded by days and by size. There is
no other key to search by (charter 6), so no person can be looked for.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.records.log_file import opened
from turnout.words.moment import DAY_MS, Moment

SHAPE: Final = 1
"""Goes up when the tables below change: an older file is set aside."""

FOUND_MAX: Final = 500
"""Of one search: more than a person reads; the next page begins where this one ends."""

PAGE_SHARE: Final = 0.05
"""How much of the log is let go at once when it is full, so that it is not done with every batch."""

_TABLES = """
CREATE TABLE message (n INTEGER PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX message_at ON message(at);
CREATE TABLE subject (kind TEXT, id TEXT, n INTEGER, PRIMARY KEY (kind, id, n)) STRICT, WITHOUT ROWID;
CREATE INDEX subject_n ON subject(n);
"""


class Message(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One message between two parts. `n` is its place in the log, 0 before it is in it."""

    n: int = 0
    at: Moment
    source: str
    """The door it came in by (`http`, `socket`, `line`), or the part that sent it (`clock`, `avl`, `desk`)."""
    by: str
    """Account, program or part, as in the journal."""
    target: str
    """`desk`, `station:ST07`, `unit:E07`, `records:SFFD`."""
    kind: str
    """Name of the command, or `station-alert`, `alert`, `transfer`."""
    size: int
    """Bytes."""
    outcome: str
    """`done`, `repeated`, `sent`, or the code of the no."""
    duration_us: int = 0
    """Until it was answered; 0 where nobody waits for an answer."""
    trace: str = ""
    """Identity of the trace (W3C Trace Context), 32 hexadecimal digits."""
    seq_from: int = 0
    seq_to: int = 0
    """Rows of the journal that came of it; 0 where there are none."""
    digest: str = ""
    """SHA-256; of a command the same as `command_digest` in the journal."""
    incidents: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class MessagesAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search, newest first. Every field that is given narrows it; there are no other keys."""

    incident: str = ""
    call: str = ""
    unit: str = ""
    since: Moment | None = None
    until: Moment | None = None
    before: int = 0
    """Only older than this `n`; 0: from the newest."""
    most: int = 100


class MessageStore:
    """One connection behind a lock: `add` from the log's thread, questions from others."""

    def __init__(self, path: Path, keep_days: int = 90, most_bytes: int = 2 * 1024**3) -> None:
        self._lock = threading.Lock()
        self._keep_ms, self._most_bytes = keep_days * DAY_MS, most_bytes
        self._base = opened(path, SHAPE, _TABLES, keep_days)

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def add(self, messages: Sequence[Message], now: Moment) -> None:
        """All of them or none, and what is too old or too much goes. Raises `sqlite3.Error` when the disk does."""
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                for message in messages:
                    self._add(message)
                self._let_go("SELECT n FROM message WHERE at < ? ORDER BY at LIMIT 5000", now - self._keep_ms)
                if self._used_bytes() > self._most_bytes:
                    count = self._base.execute("SELECT count(*) FROM message").fetchone()[0]
                    oldest = "SELECT n FROM message ORDER BY n LIMIT ?"
                    self._let_go(oldest, max(1, int(count * PAGE_SHARE)))
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    def _add(self, message: Message) -> None:
        row = (message.at, msgspec.msgpack.encode(message))
        n = self._base.execute("INSERT INTO message(at, body) VALUES (?, ?)", row).lastrowid
        named = (("incident", message.incidents), ("call", message.calls), ("unit", message.units))
        self._base.executemany(
            "INSERT OR IGNORE INTO subject VALUES (?, ?, ?)", [(kind, one, n) for kind, ids in named for one in ids]
        )

    def _let_go(self, which: str, given: int) -> None:
        gone = [row[0] for row in self._base.execute(which, (given,))]
        for table in ("subject", "message"):
            self._base.executemany(f"DELETE FROM {table} WHERE n = ?", [(n,) for n in gone])

    def _used_bytes(self) -> int:
        """What the lines take. Pages that were let go are used again before the file grows."""
        size, count, free = (
            int(self._base.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_size", "page_count", "freelist_count")
        )
        return size * (count - free)

    def find(self, asked: MessagesAsked) -> list[Message]:
        """Newest first."""
        where, values = _conditions(asked)
        sql = f"SELECT n, body FROM message WHERE {where} ORDER BY n DESC LIMIT ?"
        with self._lock:
            rows = self._base.execute(sql, (*values, min(asked.most, FOUND_MAX))).fetchall()
        return [msgspec.structs.replace(_message.decode(body), n=n) for n, body in rows]


_message: Final = msgspec.msgpack.Decoder(Message)


def _conditions(asked: MessagesAsked) -> tuple[str, list[Any]]:
    where, values = ["1"], list[Any]()
    for kind, one in (("incident", asked.incident), ("call", asked.call), ("unit", asked.unit)):
        if one:
            where.append("n IN (SELECT n FROM subject WHERE kind = ? AND id = ?)")
            values += [kind, one]
    for comparison, value in (("at >= ?", asked.since), ("at <= ?", asked.until), ("n < ?", asked.before or None)):
        if value is not None:
            where.append(comparison)
            values.append(value)
    return " AND ".join(where), values
