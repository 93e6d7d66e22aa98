"""The log of the door: who signed in, who was not let in, and to whom something was denied (OWASP ASVS 5.0, 16.3).

A line says who, when, from which network, how and why not. Never a secret, and never what was typed as an account that
there is not: people type their password there. What is alike within a minute is two lines at most, the second with a
count, so that a flood of failures takes few; failures and all others have room of their own, so that no flood pushes
out who got in. Lines are only added, each hashed with the one before (`chained_lines.py`), and let go from the
beginning. It is beside the journal, as signing in does not wait for it, and is bounded by days and lines.
"""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from turnout.records.chained_lines import CHAINS, SAID, Checked, Heads, Noted, checked, digest_of, line_hash
from turnout.records.log_file import opened
from turnout.words.moment import DAY_MS, Moment

FILE: Final = "sign-ins.sqlite"

SHAPE: Final = 2
"""Goes up when the tables below change: an older file is set aside."""

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
    n INTEGER PRIMARY KEY, failure INTEGER NOT NULL, k INTEGER NOT NULL, hash BLOB NOT NULL,
    act TEXT NOT NULL, way TEXT NOT NULL, account TEXT NOT NULL, position TEXT NOT NULL, reason TEXT NOT NULL,
    network TEXT NOT NULL, about TEXT NOT NULL, at INTEGER NOT NULL, last INTEGER NOT NULL, count INTEGER NOT NULL,
    UNIQUE (failure, k)
) STRICT;
CREATE INDEX line_account ON line(account, n);
CREATE INDEX line_failure ON line(failure, n);
CREATE INDEX line_at ON line(at);
CREATE TABLE log (id TEXT PRIMARY KEY) STRICT;
INSERT INTO log VALUES (lower(hex(randomblob(8))));
CREATE TABLE chain (
    failure INTEGER PRIMARY KEY, gone_k INTEGER NOT NULL, gone_hash BLOB NOT NULL,
    last_k INTEGER NOT NULL, last_hash BLOB NOT NULL
) STRICT;
INSERT INTO chain VALUES (0, 0, zeroblob(32), 0, zeroblob(32)), (1, 0, zeroblob(32), 0, zeroblob(32));
"""
_TAKEN = f"INSERT INTO line(failure, k, hash, {SAID}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


class DoorLine(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing at the door, or the further like of it within a minute. `n` is its place in the log, 0 before that."""

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
        self._base = opened(path, SHAPE, _TABLES, KEPT_MS / DAY_MS)
        # What the journal has noted of it must outlive a power cut, or somebody looks as if they had cut lines off.
        self._base.execute("PRAGMA synchronous = FULL")
        (self._id,) = self._base.execute("SELECT id FROM log").fetchone()

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def add(self, lines: Sequence[DoorLine], now: Moment) -> None:
        """All of them or none, and what is too old or too many goes. Raises `sqlite3.Error` when the disk does."""
        with self._lock:
            self._base.execute("BEGIN IMMEDIATE")
            try:
                self._chain(lines)
                for failure in CHAINS:
                    self._keep_young(failure, now)
                self._added += len(lines)
                if self._added >= self._let_go:
                    self._added = 0
                    for failure in CHAINS:
                        self._keep_most(failure)
                self._base.execute("COMMIT")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("ROLLBACK")
                raise

    def heads(self) -> Heads:
        """How far it is."""
        with self._lock:
            last = self._last()
        return Heads(self._id, last[0][0], last[1][0], digest_of(self._id, last[0], last[1]))

    def _last(self) -> dict[int, tuple[int, bytes]]:
        rows = self._base.execute("SELECT failure, last_k, last_hash FROM chain").fetchall()
        return {failure: (k, found) for failure, k, found in rows}

    def _chain(self, lines: Sequence[DoorLine]) -> None:
        last, rows = self._last(), list[tuple[Any, ...]]()
        for line in lines:
            failure = int(line.act in FAILURES)
            k, before = last[failure][0] + 1, last[failure][1]
            said = _said(line, 1 + sum(one for one, _ in last.values()))
            last[failure] = (k, line_hash(before, self._id, failure, k, said))
            rows.append((failure, *last[failure], *said))
        self._base.executemany(_TAKEN, rows)
        for failure, (k, found) in last.items():
            self._base.execute("UPDATE chain SET last_k = ?, last_hash = ? WHERE failure = ?", (k, found, failure))

    def _keep_young(self, failure: int, now: Moment) -> None:
        """Up to the first line that is not too old: what is let go is the beginning of the chain."""
        if self._base.execute("SELECT 1 FROM line WHERE at < ? LIMIT 1", (now - KEPT_MS,)).fetchone() is None:
            return
        young = "SELECT min(k) FROM line WHERE failure = ? AND at >= ?"
        (first,) = self._base.execute(young, (failure, now - KEPT_MS)).fetchone()
        last_k, _ = self._last()[failure]
        self._forget(failure, (first if first is not None else last_k + 1) - 1)

    def _keep_most(self, failure: int) -> None:
        last_k, _ = self._last()[failure]
        (count,) = self._base.execute("SELECT count(*) FROM line WHERE failure = ?", (failure,)).fetchone()
        if count > self._lines_max - self._let_go:
            self._forget(failure, last_k - (self._lines_max - self._let_go))

    def _forget(self, failure: int, upto: int) -> None:
        row = self._base.execute("SELECT hash FROM line WHERE failure = ? AND k = ?", (failure, upto)).fetchone()
        if row is not None:
            gone = "UPDATE chain SET gone_k = ?, gone_hash = ? WHERE failure = ?"
            self._base.execute(gone, (upto, row[0], failure))
            self._base.execute("DELETE FROM line WHERE failure = ? AND k <= ?", (failure, upto))

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
        sql = f"SELECT {SAID} FROM line WHERE {' AND '.join(where)} ORDER BY n DESC LIMIT ?"
        with self._lock:
            rows = self._base.execute(sql, (*values, min(asked.most, FOUND_MAX))).fetchall()
        return [DoorLine(**dict(zip(DoorLine.__struct_fields__, row, strict=True))) for row in rows]


def _said(line: DoorLine, n: int) -> tuple[Any, ...]:
    """As `SAID` has it."""
    said = (line.act, line.at, line.way, line.account, line.position, line.reason, line.network, line.about)
    return (n, *said, line.last or line.at, line.count)


def check_file(path: Path, noted: Sequence[Noted], now: Moment) -> tuple[Checked, str]:
    """Hold every line against the chains and what the journal has noted, and the log's name. Nothing is written.

    Raises `sqlite3.Error`, also where it is of another shape.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)) as base:
        base.execute("BEGIN")
        found = checked(base, noted, now, KEPT_MS, LINES_MAX - 2 * LET_GO)
        (log,) = base.execute("SELECT id FROM log").fetchone()
    return found, log
