"""Sessions as they are kept: whose, since when, from which network, and when its person last proved who it is.

A session is looked up by the SHA-256 of its cookie, and named to people by its identity, which opens nothing.
"""

from abc import abstractmethod
from typing import Any

import msgspec

from turnout.words.moment import Moment
from turnout.words.name import Language


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    digest: bytes
    id: str
    account: str
    demo: bool
    position: str
    groups: tuple[str, ...]
    roles: tuple[str, ...]
    """Only of a demo session; a person's roles are looked up in the account each time."""
    language: Language
    created: Moment
    expires: Moment
    locked: bool = False
    proved: Moment = Moment(0)
    """When its person last showed a password, a passkey or what a provider says; 0: before this was kept."""
    network: str = ""
    """From where that was: an address of IPv4, the /64 of one of IPv6."""
    way: str = ""
    drafts_key: str = ""
    """With which the browser seals what is typed; it can be had as long as there is the session."""
    lacks_factor: bool = False
    """It was opened with one factor where two are asked for: it can only add a passkey."""


class SessionTable:
    """The part of `IdentityStore` with the table `sessions`."""

    @abstractmethod
    def _run(self, sql: str, *values: Any) -> int: ...

    @abstractmethod
    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]: ...

    def add_session(self, row: SessionRow) -> None:
        self._run(
            "INSERT INTO sessions VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            row.digest, row.id, row.account, int(row.demo), row.position, encoded(row.groups), encoded(row.roles),
            row.language, row.created, row.expires, int(row.locked), row.proved, row.network, row.way,
            row.drafts_key, int(row.lacks_factor),
        )  # fmt: skip

    def find_session(self, digest: bytes) -> SessionRow | None:
        rows = self._rows("SELECT * FROM sessions WHERE digest = ?", digest)
        return _session(rows[0]) if rows else None

    def find_session_named(self, session: str) -> SessionRow | None:
        rows = self._rows("SELECT * FROM sessions WHERE id = ?", session)
        return _session(rows[0]) if rows else None

    def list_sessions_of(self, account: str, now: Moment) -> list[SessionRow]:
        """Those that are not over, the newest first."""
        asked = "SELECT * FROM sessions WHERE account = ? AND expires > ? ORDER BY created DESC, id"
        return [_session(row) for row in self._rows(asked, account, now)]

    def change_session(self, session: str, position: str, groups: tuple[str, ...], language: Language) -> None:
        self._run(
            "UPDATE sessions SET position = ?, groups_ = ?, language = ? WHERE id = ?",
            position, encoded(groups), language, session,
        )  # fmt: skip

    def set_locked(self, session: str, locked: bool) -> None:
        self._run("UPDATE sessions SET locked = ? WHERE id = ?", int(locked), session)

    def note_proof(self, session: str, now: Moment, network: str) -> None:
        self._run("UPDATE sessions SET proved = ?, network = ? WHERE id = ?", now, network, session)

    def set_digest(self, session: str, digest: bytes) -> None:
        """It is opened by another cookie from now on, and by the earlier one no more."""
        self._run("UPDATE sessions SET digest = ? WHERE id = ?", digest, session)

    def set_factors(self, session: str) -> None:
        """It has two now."""
        self._run("UPDATE sessions SET lacks_factor = 0 WHERE id = ?", session)

    def set_drafts_key(self, session: str, key: str) -> None:
        self._run("UPDATE sessions SET drafts_key = ? WHERE id = ?", key, session)

    def end_session(self, session: str) -> bool:
        return self._run("DELETE FROM sessions WHERE id = ?", session) == 1

    def end_sessions_of(self, account: str, but: str = "") -> list[str]:
        """Those that ended: all of them `but` one."""
        ended = self._rows("SELECT id FROM sessions WHERE account = ? AND id <> ?", account, but)
        self._run("DELETE FROM sessions WHERE account = ? AND id <> ?", account, but)
        return [str(row[0]) for row in ended]

    def forget_expired(self, now: Moment) -> None:
        self._run("DELETE FROM sessions WHERE expires <= ?", now)


def encoded(values: tuple[str, ...]) -> str:
    return msgspec.json.encode(values).decode()


def decoded(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])


def _session(row: tuple[Any, ...]) -> SessionRow:
    return SessionRow(
        digest=row[0],
        id=row[1],
        account=row[2],
        demo=bool(row[3]),
        position=row[4],
        groups=decoded(row[5]),
        roles=decoded(row[6]),
        language=row[7],
        created=row[8],
        expires=row[9],
        locked=bool(row[10]),
        proved=row[11],
        network=row[12],
        way=row[13],
        drafts_key=row[14],
        lacks_factor=bool(row[15]),
    )
