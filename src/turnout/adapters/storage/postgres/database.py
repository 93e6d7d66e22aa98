"""One connection to PostgreSQL that opens itself again, its faults in our words, and the schema's steps.

Two things that PostgreSQL does are not errors to it and are to us. A wait for the standby that is broken off (by a
cancel, say) ends in success with a WARNING, although the commit may be on one machine only; here that is
`StorageUnconfirmed`. And a role or database may be set to commit without waiting, or to keep warnings to itself; every
connection is put right when it is opened.
"""

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import asyncpg
import msgspec

from turnout.adapters.storage.postgres.primary import SessionAttribute, first_of, urls_of
from turnout.desk.faults import (
    DeskStopped,
    StorageBusy,
    StorageDamaged,
    StorageFailed,
    StorageFull,
    StorageReadOnly,
    StorageUnconfirmed,
)

T = TypeVar("T")
Connection = Any
"""An asyncpg connection; the library carries no types."""

ANSWER_S: Final = 5.0
"""For one call, the standby's confirmation included. After it the sender is told that the outcome is not known."""

VERSION_MIN: Final = 150_000

DURABLE_LEVELS: Final = ("on", "remote_apply")
"""Values of `synchronous_commit` that wait until the standby has it on disk."""

_FAULT_OF_STATE: dict[str, type[StorageFailed]] = {
    "53100": StorageFull,
    "25006": StorageReadOnly,
    "55P03": StorageBusy,
    "57014": StorageBusy,
    "XX001": StorageDamaged,
    "XX002": StorageDamaged,
}
"""disk_full, read_only_sql_transaction, lock_not_available, query_canceled, data_corrupted, index_corrupted."""

_LOST_CLASSES: Final = ("08", "57P01", "57P02", "57P03")
"""The connection or the server has gone: what was under way may have been done."""


class Database(msgspec.Struct, frozen=True):
    """Where a city's book is kept. `schema` is PostgreSQL's word for a folder of tables."""

    url: str
    schema: str


def is_rolled_back(fault: StorageFailed) -> bool:
    """Whether the server itself said no, so that nothing of it can be there, now or later."""
    cause = fault.__cause__
    if not isinstance(cause, asyncpg.PostgresError) or isinstance(fault, StorageUnconfirmed):
        return False
    return not str(cause.sqlstate or "08").startswith(_LOST_CLASSES)


@contextmanager
def named_faults(name: str) -> Iterator[None]:
    """PostgreSQL's errors, the network's and the library's as `StorageFailed` and its kinds."""
    try:
        yield
    except asyncpg.PostgresError as error:
        kind = _FAULT_OF_STATE.get(error.sqlstate or "", StorageFailed)
        raise kind(f"{name}: {error} ({error.sqlstate})") from error
    except TimeoutError as error:
        raise StorageBusy(f"{name}: no answer in time") from error
    except (OSError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise StorageFailed(f"{name}: {error!r}") from error


class PostgresLine:
    """One connection; calls are done in the order in which they are made. A broken one is opened again by the next."""

    def __init__(
        self, database: Database, name: str, answer_s: float = ANSWER_S, wanted: SessionAttribute = "read-write"
    ) -> None:
        self._database, self._name, self._answer_s = database, f"turnout {name}", answer_s
        self._wanted = wanted
        self._connection: Connection | None = None
        self._turn = asyncio.Lock()
        self._warning = ""
        self._closed = False
        _lines.add(self)

    async def do(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """`work` on the connection. Raises `StorageFailed`; see `is_rolled_back` for whether it can have been done."""
        async with self._turn:
            if self._closed:
                raise DeskStopped(f"{self._name} is closed")
            try:
                with named_faults(self._name):
                    async with asyncio.timeout(self._answer_s):
                        connection = await self._opened()
                        self._warning = ""
                        done = await work(connection)
            except StorageFailed as fault:
                if not is_rolled_back(fault):
                    self._drop()
                raise
            except asyncio.CancelledError:
                self._drop()
                raise
            if self._warning:
                raise StorageUnconfirmed(f"{self._name}: {self._warning}")
            return done

    async def open(self) -> None:
        """Connect now, so that the first call need not. Raises `StorageFailed`."""
        await self.do(_nothing)

    async def close(self) -> None:
        self._closed = True
        async with self._turn:
            self._drop()

    async def _opened(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._database, self._name, self._wanted)
            self._connection.add_log_listener(self._hear)
        return self._connection

    def _hear(self, _: Connection, notice: Any) -> None:
        """What the server says besides its answer; asyncpg calls this before whoever waits for the answer goes on."""
        if notice.severity_en == "WARNING":
            self._warning = f"{notice.message} ({notice.sqlstate})"

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def leave(self, database: Database) -> None:
        """Break the connection to it; whoever waits on it gets a fault now, and the next call looks for the primary."""
        if self._database == database:
            self._drop()


async def _nothing(connection: Connection) -> None:
    """`PostgresLine.do` has opened the connection by then."""


_lines: "weakref.WeakSet[PostgresLine]" = weakref.WeakSet()


def leave_server(database: Database) -> None:
    """Its primary does not answer: let every line of this process look for the primary anew.

    A machine that was cut off or frozen closes no connection; waiting for it would outlast the promotion elsewhere.
    """
    for line in list(_lines):
        line.leave(database)


async def connect(database: Database, name: str, wanted: SessionAttribute = "read-write") -> Connection:
    """A connection to the primary (`any`: or to a copy), with every setting that our promises rest on put right."""
    settings = {"search_path": database.schema, "application_name": name[:60]}
    connection = await first_of(urls_of(database.url), settings, wanted)
    version, fsync, level = await connection.fetchrow(
        "SELECT current_setting('server_version_num')::int, current_setting('fsync'),"
        " current_setting('synchronous_commit')"
    )
    if version < VERSION_MIN or fsync != "on":
        connection.terminate()
        raise StorageFailed(f"PostgreSQL {version} with fsync = {fsync}; 15 or newer with fsync = on is needed")
    await connection.execute("SET client_min_messages = warning")
    if level not in DURABLE_LEVELS:
        await connection.execute("SET synchronous_commit = on")
    return connection


async def upgrade(connection: Connection, schema: str, part: str, steps: list[str]) -> None:
    """Apply the steps that the schema has not had, all or none. Raises `StorageFailed` when it is newer than we are."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext('turnout schema ' || current_database()))")
        if not await connection.fetchval("SELECT to_regnamespace($1)", schema):
            await connection.execute(f'CREATE SCHEMA "{schema}"')
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_step (part text PRIMARY KEY, version integer NOT NULL)"
        )
        version = await connection.fetchval("SELECT version FROM schema_step WHERE part = $1", part) or 0
        if version > len(steps):
            raise StorageFailed(f"{part} is of schema {version}; this program knows {len(steps)} and must not write it")
        for step in steps[version:]:
            await connection.execute(step)
        await connection.execute(
            "INSERT INTO schema_step VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET version = excluded.version",
            part,
            len(steps),
        )


async def names_standby(database: Database) -> bool:
    """Whether a commit waits for another machine. Raises `StorageFailed`."""
    line = PostgresLine(database, "settings")
    try:
        return bool(await line.do(lambda one: one.fetchval("SELECT current_setting('synchronous_standby_names')")))
    finally:
        await line.close()
