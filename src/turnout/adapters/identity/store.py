"""The file of accounts: people, passkeys, tokens and sessions. No secret is in it, only what proves one.

Secrets of people are kept as Argon2id (RFC 9106); tokens, session cookies and the setup code are random numbers, so
their SHA-256 is enough. The file is apart from the journal: it can be replaced without touching the record.
"""

import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec

from turnout.adapters.disk_faults import named_faults
from turnout.adapters.identity.sessions import SessionTable, decoded, encoded
from turnout.edge.identities import Device, OfflineEntry
from turnout.words.identity import AgencyId
from turnout.words.moment import Moment
from turnout.words.name import Language

BUSY_MS = 5_000
"""Another process (a `turnout token` beside the running server) holds the file for milliseconds."""

_STEPS = (
    """
    CREATE TABLE accounts (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, secret TEXT NOT NULL, roles TEXT NOT NULL, agencies TEXT NOT NULL,
        positions TEXT NOT NULL, unit TEXT NOT NULL, language TEXT NOT NULL, disabled INTEGER NOT NULL DEFAULT 0,
        created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE passkeys (
        id BLOB PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts(id), public_key BLOB NOT NULL,
        sign_count INTEGER NOT NULL, name TEXT NOT NULL, created INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX passkeys_of ON passkeys(account);
    CREATE TABLE tokens (
        id TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, name TEXT NOT NULL, scopes TEXT NOT NULL,
        agencies TEXT NOT NULL, by TEXT NOT NULL, created INTEGER NOT NULL, expires INTEGER NOT NULL,
        revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE sessions (
        digest BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, demo INTEGER NOT NULL,
        position TEXT NOT NULL, groups_ TEXT NOT NULL, roles TEXT NOT NULL, language TEXT NOT NULL,
        created INTEGER NOT NULL, expires INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE setup (one INTEGER PRIMARY KEY CHECK (one = 1), digest BLOB NOT NULL, expires INTEGER NOT NULL) STRICT;
    """,
    """
    CREATE TABLE codes (
        account TEXT PRIMARY KEY REFERENCES accounts(id), digest BLOB NOT NULL, expires INTEGER NOT NULL
    ) STRICT;
    """,
    """
    CREATE TABLE bindings (
        provider TEXT NOT NULL, subject TEXT NOT NULL, account TEXT NOT NULL UNIQUE REFERENCES accounts(id),
        PRIMARY KEY (provider, subject)
    ) STRICT;
    """,
    "ALTER TABLE sessions ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;",
    """
    CREATE TABLE offline_codes (
        digest BLOB PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts(id), expires INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX offline_codes_of ON offline_codes(account);
    CREATE TABLE offline_entries (
        id TEXT PRIMARY KEY, account TEXT NOT NULL, at INTEGER NOT NULL, position TEXT NOT NULL,
        answered_by TEXT NOT NULL DEFAULT '', answered INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    """,
    """
    CREATE TABLE provisioned (
        id TEXT PRIMARY KEY, account TEXT NOT NULL UNIQUE REFERENCES accounts(id), external_id TEXT NOT NULL,
        language TEXT NOT NULL, says_active INTEGER NOT NULL, closed INTEGER NOT NULL, gone INTEGER NOT NULL,
        changed INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE provisioned_groups (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, external_id TEXT NOT NULL, created INTEGER NOT NULL,
        changed INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE provisioned_members (
        group_ TEXT NOT NULL REFERENCES provisioned_groups(id), person TEXT NOT NULL REFERENCES provisioned(id),
        PRIMARY KEY (group_, person)
    ) STRICT;
    CREATE INDEX provisioned_groups_of ON provisioned_members(person);
    """,
    """
    CREATE TABLE devices (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, by TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL,
        revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    """,
    """
    ALTER TABLE sessions ADD COLUMN proved INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sessions ADD COLUMN network TEXT NOT NULL DEFAULT '';
    ALTER TABLE sessions ADD COLUMN way TEXT NOT NULL DEFAULT '';
    ALTER TABLE sessions ADD COLUMN drafts_key TEXT NOT NULL DEFAULT '';
    ALTER TABLE sessions ADD COLUMN lacks_factor INTEGER NOT NULL DEFAULT 0;
    """,
    "CREATE TABLE bound_to_devices (role TEXT PRIMARY KEY) STRICT;",
)
SCHEMA = len(_STEPS)


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the agencies' staff who works with the system."""

    id: str
    name: str
    secret: str
    """Argon2id, encoded with its parameters; empty: signs in with a passkey only."""
    roles: tuple[str, ...]
    agencies: tuple[AgencyId, ...] = ()
    positions: tuple[str, ...] = ()
    """Named positions that it may take; empty: any."""
    unit: str = ""
    language: Language = "en"
    disabled: bool = False
    created: Moment


class PasskeyRow(msgspec.Struct, frozen=True):
    id: bytes
    account: str
    public_key: bytes
    sign_count: int
    name: str
    created: Moment


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A program's key. `id` is public and names it in lists and the journal."""

    id: str
    digest: bytes
    name: str
    scopes: tuple[str, ...]
    agencies: tuple[AgencyId, ...] = ()
    by: str
    created: Moment
    expires: Moment
    """0: never."""
    revoked: bool = False


class IdentityStore(SessionTable):
    """One connection, one thread at a time. Every method is short; none hashes anything."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        self._base = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._base.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        self._base.execute("PRAGMA foreign_keys = ON")
        self._migrate()

    def close(self) -> None:
        with self._lock:
            self._base.close()

    def version(self) -> tuple[int, int]:
        """Another value after every change, by this connection or by another process."""
        with self._lock:
            return self._base.total_changes, int(self._base.execute("PRAGMA data_version").fetchone()[0])

    def image(self) -> bytes:
        """The whole file as of now. To be called in a thread: it has a connection of its own."""
        with tempfile.TemporaryDirectory(prefix="turnout-") as folder:
            path = Path(folder) / "image"
            with closing(sqlite3.connect(self._path)) as base, closing(sqlite3.connect(path)) as copy:
                base.backup(copy)
            return path.read_bytes()

    def take_image(self, body: bytes) -> None:
        """Become the file that `image` gave elsewhere, in this program's version where that is the later one. To be
        called in a thread."""
        with tempfile.TemporaryDirectory(prefix="turnout-") as folder:
            path = Path(folder) / "image"
            path.write_bytes(body)
            with closing(sqlite3.connect(path)) as given, self._using() as base:
                given.backup(base)
                self._take_steps()

    def open_sessions(self) -> set[str]:
        """What may be connected: sessions neither ended nor locked, `token:…` and `device:…` of each not withdrawn."""
        sessions = {str(row[0]) for row in self._rows("SELECT id FROM sessions WHERE locked = 0")}
        sessions |= {f"token:{row[0]}" for row in self._rows("SELECT id FROM tokens WHERE revoked = 0")}
        return sessions | {f"device:{row[0]}" for row in self._rows("SELECT id FROM devices WHERE revoked = 0")}

    def _migrate(self) -> None:
        version = int(self._base.execute("PRAGMA user_version").fetchone()[0])
        if version > SCHEMA:
            raise RuntimeError(f"the accounts file is of version {version}; this program knows {SCHEMA}")
        self._take_steps()

    def _take_steps(self) -> None:
        version = int(self._base.execute("PRAGMA user_version").fetchone()[0])
        for number, step in enumerate(_STEPS[version:], start=version + 1):
            self._base.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock, named_faults(self._path):
            yield self._base

    def _run(self, sql: str, *values: Any) -> int:
        with self._using() as base:
            return base.execute(sql, values).rowcount

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._using() as base:
            return base.execute(sql, values).fetchall()

    # people

    def count_accounts(self) -> int:
        return int(self._rows("SELECT count(*) FROM accounts")[0][0])

    def add_account(self, row: AccountRow) -> bool:
        """False where the identity is taken."""
        lists = (encoded(row.roles), encoded(row.agencies), encoded(row.positions))
        return (
            self._run(
                "INSERT INTO accounts VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO NOTHING",
                row.id, row.name, row.secret, *lists, row.unit, row.language, int(row.disabled), row.created,
            )
            == 1
        )  # fmt: skip

    def find_account(self, account: str) -> AccountRow | None:
        rows = self._rows("SELECT * FROM accounts WHERE id = ?", account)
        return _account(rows[0]) if rows else None

    def get_account(self, account: str) -> AccountRow:
        """Raises KeyError where there is none."""
        row = self.find_account(account)
        if row is None:
            raise KeyError(account)
        return row

    def list_accounts(self) -> list[AccountRow]:
        return [_account(row) for row in self._rows("SELECT * FROM accounts ORDER BY id")]

    def set_secret(self, account: str, secret: str) -> None:
        self._run("UPDATE accounts SET secret = ? WHERE id = ?", secret, account)

    def change_account(self, row: AccountRow) -> None:
        """What an administrator may change of it; its secret stays."""
        lists = (encoded(row.roles), encoded(row.agencies), encoded(row.positions))
        self._run(
            "UPDATE accounts SET name = ?, roles = ?, agencies = ?, positions = ?, unit = ?, language = ? WHERE id = ?",
            row.name, *lists, row.unit, row.language, row.id,
        )  # fmt: skip

    def set_disabled(self, account: str, disabled: bool) -> bool:
        """Whoever does it last has it: what a provisioning program had closed is not that program's to open again."""
        self._run("UPDATE provisioned SET closed = 0 WHERE account = ?", account)
        return self._run("UPDATE accounts SET disabled = ? WHERE id = ?", int(disabled), account) == 1

    # passkeys

    def add_passkey(self, row: PasskeyRow) -> None:
        values = (row.id, row.account, row.public_key, row.sign_count, row.name, row.created)
        self._run("INSERT INTO passkeys VALUES (?,?,?,?,?,?)", *values)

    def find_passkey(self, credential: bytes) -> PasskeyRow | None:
        rows = self._rows("SELECT * FROM passkeys WHERE id = ?", credential)
        return PasskeyRow(*rows[0]) if rows else None

    def list_passkeys(self, account: str) -> list[PasskeyRow]:
        return [PasskeyRow(*row) for row in self._rows("SELECT * FROM passkeys WHERE account = ?", account)]

    def note_passkey_use(self, credential: bytes, sign_count: int) -> None:
        self._run("UPDATE passkeys SET sign_count = ? WHERE id = ?", sign_count, credential)

    def remove_passkeys(self, account: str) -> None:
        self._run("DELETE FROM passkeys WHERE account = ?", account)

    # who a provider of single sign-on means

    def bind(self, provider: str, subject: str, account: str) -> None:
        """From now on this subject is this account; a one-time code of it is void."""
        with self._using() as base:
            base.execute("INSERT INTO bindings VALUES (?, ?, ?)", (provider, subject, account))
            base.execute("DELETE FROM codes WHERE account = ?", (account,))

    def find_bound(self, provider: str, subject: str) -> AccountRow | None:
        sql = "SELECT a.* FROM accounts a JOIN bindings b ON b.account = a.id WHERE b.provider = ? AND b.subject = ?"
        rows = self._rows(sql, provider, subject)
        return _account(rows[0]) if rows else None

    def find_provider_of(self, account: str) -> str:
        """Empty where the account belongs to none."""
        rows = self._rows("SELECT provider FROM bindings WHERE account = ?", account)
        return str(rows[0][0]) if rows else ""

    def unbind(self, account: str) -> None:
        """Nobody's any more, and no sheet of offline codes opens it."""
        self._run("DELETE FROM offline_codes WHERE account = ?", account)
        self._run("DELETE FROM bindings WHERE account = ?", account)

    # tokens

    def add_token(self, row: TokenRow) -> None:
        lists = (encoded(row.scopes), encoded(row.agencies))
        self._run(
            "INSERT INTO tokens VALUES (?,?,?,?,?,?,?,?,?)",
            row.id, row.digest, row.name, *lists, row.by, row.created, row.expires, int(row.revoked),
        )  # fmt: skip

    def find_token(self, digest: bytes) -> TokenRow | None:
        rows = self._rows("SELECT * FROM tokens WHERE digest = ?", digest)
        return _token(rows[0]) if rows else None

    def list_tokens(self) -> list[TokenRow]:
        return [_token(row) for row in self._rows("SELECT * FROM tokens WHERE revoked = 0 ORDER BY created")]

    def revoke_token(self, token: str) -> bool:
        return self._run("UPDATE tokens SET revoked = 1 WHERE id = ? AND revoked = 0", token) == 1

    # the setup code

    def set_setup(self, digest: bytes, expires: Moment) -> None:
        self._run("INSERT OR REPLACE INTO setup VALUES (1, ?, ?)", digest, expires)

    def has_setup(self, now: Moment) -> bool:
        return bool(self._rows("SELECT 1 FROM setup WHERE expires > ?", now))

    def take_setup(self, digest: bytes, now: Moment) -> bool:
        """Use the code up. False where it is another one, or too old."""
        return self._run("DELETE FROM setup WHERE digest = ? AND expires > ?", digest, now) == 1

    # one-time codes

    def set_code(self, account: str, digest: bytes, expires: Moment) -> None:
        """The account's only code; an earlier one is void."""
        self._run("INSERT OR REPLACE INTO codes VALUES (?, ?, ?)", account, digest, expires)

    def take_code(self, account: str, digest: bytes, now: Moment) -> bool:
        """Use the code up. False where it is another one, or too old."""
        return (
            self._run("DELETE FROM codes WHERE account = ? AND digest = ? AND expires > ?", account, digest, now) == 1
        )

    # offline codes, and who came in by one

    def set_offline_codes(self, account: str, digests: list[bytes], expires: Moment) -> None:
        """The account's only sheet; an earlier one is void."""
        with self._using() as base:
            base.execute("BEGIN IMMEDIATE")
            base.execute("DELETE FROM offline_codes WHERE account = ?", (account,))
            base.executemany("INSERT INTO offline_codes VALUES (?, ?, ?)", [(one, account, expires) for one in digests])
            base.execute("COMMIT")

    def has_offline_code(self, account: str, digest: bytes, now: Moment) -> bool:
        sql = "SELECT 1 FROM offline_codes WHERE account = ? AND digest = ? AND expires > ?"
        return bool(self._rows(sql, account, digest, now))

    def take_offline_code(self, account: str, digest: bytes, now: Moment) -> bool:
        """Use the code up. False where it is another one, was used, or is too old."""
        sql = "DELETE FROM offline_codes WHERE account = ? AND digest = ? AND expires > ?"
        return self._run(sql, account, digest, now) == 1

    def count_offline_codes(self, account: str, now: Moment) -> tuple[int, Moment]:
        """How many are left, and until when they are good."""
        sql = "SELECT count(*), coalesce(max(expires), 0) FROM offline_codes WHERE account = ? AND expires > ?"
        left, expires = self._rows(sql, account, now)[0]
        return int(left), Moment(expires)

    def add_offline_entry(self, entry: OfflineEntry) -> None:
        sql = "INSERT INTO offline_entries(id, account, at, position) VALUES (?, ?, ?, ?)"
        self._run(sql, entry.id, entry.account, entry.at, entry.position)

    def list_offline_entries(self, most: int) -> list[OfflineEntry]:
        sql = "SELECT id, account, at, position FROM offline_entries WHERE answered = 0 ORDER BY at, id LIMIT ?"
        return [OfflineEntry(id=row[0], account=row[1], at=row[2], position=row[3]) for row in self._rows(sql, most)]

    def answer_offline_entry(self, entry: str, by: str, now: Moment) -> None:
        self._run("UPDATE offline_entries SET answered_by = ?, answered = ? WHERE id = ?", by, now, entry)

    # devices

    def add_device(self, one: Device) -> None:
        values = (one.id, one.name, one.by, one.issued, one.expires, one.revoked)
        self._run("INSERT INTO devices VALUES (?,?,?,?,?,?)", *values)

    def find_device(self, device: str) -> Device | None:
        rows = self._rows("SELECT id, name, by, issued, expires, revoked FROM devices WHERE id = ?", device)
        return _device(rows[0]) if rows else None

    def list_devices(self) -> list[Device]:
        sql = "SELECT id, name, by, issued, expires, revoked FROM devices ORDER BY name, issued"
        return [_device(row) for row in self._rows(sql)]

    def remove_device(self, device: str) -> None:
        self._run("DELETE FROM devices WHERE id = ?", device)

    def renew_device(self, device: str, expires: Moment) -> None:
        self._run("UPDATE devices SET expires = ? WHERE id = ?", expires, device)

    def bind_to_devices(self, roles: Sequence[str]) -> None:
        """These roles, and scopes of tokens, and no others, may be used from known terminals only."""
        if self.bound_to_devices() == frozenset(roles):
            return
        with self._using() as base:
            base.execute("BEGIN IMMEDIATE")
            base.execute("DELETE FROM bound_to_devices")
            base.executemany("INSERT INTO bound_to_devices VALUES (?)", [(one,) for one in sorted(set(roles))])
            base.execute("COMMIT")

    def bound_to_devices(self) -> frozenset[str]:
        return frozenset(str(row[0]) for row in self._rows("SELECT role FROM bound_to_devices"))

    def revoke_device(self, device: str, now: Moment) -> bool:
        """By identity or name; False where there is none that is not revoked."""
        sql = "UPDATE devices SET revoked = ? WHERE revoked = 0 AND (id = ? OR name = ?)"
        return self._run(sql, now, device, device) > 0


def _device(row: tuple[Any, ...]) -> Device:
    return Device(id=row[0], name=row[1], by=row[2], issued=row[3], expires=row[4], revoked=row[5])


def _account(row: tuple[Any, ...]) -> AccountRow:
    return AccountRow(
        id=row[0],
        name=row[1],
        secret=row[2],
        roles=decoded(row[3]),
        agencies=tuple(AgencyId(one) for one in decoded(row[4])),
        positions=decoded(row[5]),
        unit=row[6],
        language=row[7],
        disabled=bool(row[8]),
        created=row[9],
    )


def _token(row: tuple[Any, ...]) -> TokenRow:
    return TokenRow(
        id=row[0],
        digest=row[1],
        name=row[2],
        scopes=decoded(row[3]),
        agencies=tuple(AgencyId(one) for one in decoded(row[4])),
        by=row[5],
        created=row[6],
        expires=row[7],
        revoked=bool(row[8]),
    )
