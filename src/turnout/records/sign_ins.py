"""The log of the door: who signed in, who was not let in, and to whom something was denied (OWASP ASVS 5.0, 16.3).

A line says who, when, from which network, how and why not. Never a secret, and never what was typed as an account that
there is not: people type their password there. What is alike within a minute is one line with a count, so that a
flood of failures takes few; failures and all others have room of their own, so that no flood pushes out who got in.
It is beside the journal, as signing in does not wait for it: it may be deleted, and is bounded by days and lines.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from turnout.records.log_file import opened
from turnout.words.moment import DAY_MS, MINUTE_MS, Moment

SHAPE: Final = 1
"""Goes up when the table below changes: an older file is dropped."""

KEPT_MS: Final = 200 * DAY_MS
"""Six months, which China's Cybersecurity Law asks for at least (article 21), and time to notice."""

LINES_MAX: Final = 300_000
"""Of failures, and as many of all others: some 60 MB each. A room of two hundred makes a thousand lines a day."""

LET_GO: Final = 3_000
"""After so many new ones it is looked which are too many, so that it is not done with every batch."""

FOUND_MAX: Final = 500
"""Of one search: more than a person reads; the next page begins where this one ends."""

DoorAct = Literal[
    "signed-in",
    "not-let-in",
    "denied",
    "locked",
    "unlocked",
    "handed-over",
    "signed-off",
    "secret-changed",
    "passkey-added",
    "proved",
]
FAILURES: Final = frozenset({"not-let-in", "denied"})

_TABLES = """
CREATE TABLE line (
    n INTEGER PRIMARY KEY, minute INTEGER NOT NULL, act TEXT NOT NULL, way TEXT NOT NULL, account TEXT NOT NULL,
    position TEXT NOT NULL, reason TEXT NOT NULL, network TEXT NOT NULL, about TEXT NOT NULL,
    at INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL, failure INTEGER NOT NULL,
    UNIQUE (minute, act, way, account, position, reason, network, about)
) STRICT;
CREATE INDEX line_account ON line(account, n);
CREATE INDEX line_failure ON line(failure, n);
CREATE INDEX line_at ON line(at);
"""
_COLUMNS: Final = "n, act, at, way, account, position, reason, network, about, last, count"
_TAKEN = """
INSERT INTO line(act, at, way, account, position, reason, network, about, last, count, minute, failure)
VALUES (?,?,?,?,?,?,?,?,?,?,?,?)
ON CONFLICT(minute, act, way, account, position, reason, network, about)
DO UPDATE SET last = max(last, excluded.last), count = count + excluded.count
"""


class DoorLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing at the door, or the like of it within a minute. `n` is its place in the log, 0 before it is in it."""

    n: int = 0
    act: DoorAct
    at: Moment
    way: str = ""
    """`password`, `passkey`, `code`, `setup`, `demo`, `sso/…`, `token`; empty where one was in already."""
    account: str = ""
    """An account that there is; empty where none is known."""
    position: str = ""
    reason: str = ""
    """Why not: the code of the no."""
    network: str = ""
    """An address of IPv4, the /64 of one of IPv6; empty: a part of the program."""
    about: str = ""
    """The right that was lacking, the route, or who had the console before."""
    last: Moment = Moment(0)
    count: int = 1


class SignInsAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A search, newest first. Every field that is given narrows it."""

    account: str = ""
    failures: bool = False
    since: Moment | None = None
    until: Moment | None = None
    before: int = 0
    """Only older than this `n`; 0: from the newest."""
    most: int = 100


class SignInStore:
    """One connection behind a lock: `add` from the log's thread, questions from others."""

    def __init__(self, path: Path, lines_max: int = LINES_MAX) -> None:
        self._lock, self._lines_max = threading.Lock(), lines_max
        self._let_go = max(1, min(LET_GO, lines_max // 10))
        self._added = self._let_go
        path.touch(mode=0o600, exist_ok=True)
        self._base = opened(path, SHAPE, _TABLES)

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def add(self, lines: Sequence[DoorLine], now: Moment) -> None:
        """All of them or none, and what is too old or too many goes. Raises `sqlite3.Error` when the disk does."""
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                self._base.executemany(_TAKEN, [_row(line) for line in lines])
                self._base.execute("DELETE FROM line WHERE at < ?", (now - KEPT_MS,))
                self._added += len(lines)
                if self._added >= self._let_go:
                    self._added = 0
                    for failure in (0, 1):
                        self._keep_most(failure)
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    def _keep_most(self, failure: int) -> None:
        nth = "SELECT n FROM line WHERE failure = ? ORDER BY n DESC LIMIT 1 OFFSET ?"
        row = self._base.execute(nth, (failure, self._lines_max - self._let_go)).fetchone()
        if row is not None:
            self._base.execute("DELETE FROM line WHERE failure = ? AND n <= ?", (failure, row[0]))

    def find(self, asked: SignInsAsked) -> list[DoorLine]:
        """Newest first."""
        where, values = ["1"], list[Any]()
        for condition, value in (
            ("account = ?", asked.account or None),
            ("failure = ?", 1 if asked.failures else None),
            ("last >= ?", asked.since),
            ("at <= ?", asked.until),
            ("n < ?", asked.before or None),
        ):
            if value is not None:
                where.append(condition)
                values.append(value)
        sql = f"SELECT {_COLUMNS} FROM line WHERE {' AND '.join(where)} ORDER BY n DESC LIMIT ?"
        with self._lock:
            rows = self._base.execute(sql, (*values, min(asked.most, FOUND_MAX))).fetchall()
        return [DoorLine(**dict(zip(DoorLine.__struct_fields__, row, strict=True))) for row in rows]


def _row(line: DoorLine) -> tuple[Any, ...]:
    """As `_TAKEN` has it."""
    said = (line.act, line.at, line.way, line.account, line.position, line.reason, line.network, line.about)
    return (*said, line.last or line.at, line.count, line.at // MINUTE_MS, int(line.act in FAILURES))
