"""A city's record in a PostgreSQL that several servers share, and the accounts that they keep there for one another."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.postgres.between import PostgresBetween
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.adapters.storage.postgres.plan_bodies import KeptBodies
from turnout.adapters.storage.postgres.site_key import SITE_KEY, SiteKeys
from turnout.adapters.storage.postgres.site_key_following import SiteKeyFollower
from turnout.adapters.storage.postgres.snapshots import PostgresSnapshots
from turnout.adapters.storage.postgres.standing import PostgresStanding
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.core.board import Board
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.core.refusals import Refusal
from turnout.desk.faults import Displaced, Fault, StorageFailed
from turnout.desk.following import Follower
from turnout.desk.head import Head
from turnout.desk.lease import LeaseKeeper
from turnout.desk.operations import Operations
from turnout.storing import ACCOUNTS, Stores

log = logging.getLogger(__name__)

ACCOUNTS_LOOK_S: Final = 0.25
"""How long a change of the accounts may be on this machine only."""

LAST_S: Final = 1.0
"""For the last changes, when this server stops being the desk."""


class KeptAccounts:
    """The accounts' file, brought from the last desk and kept for the next one."""

    def __init__(self, kept: PostgresKept, epoch: int, standing: Callable[[], Fault | None]) -> None:
        """`standing`: why this is the desk no longer; None while it is."""
        self._kept, self._epoch, self._standing = kept, epoch, standing
        self._store: IdentityStore | None = None
        self._version: tuple[int, int] | None = None
        self._keeping = asyncio.Lock()

    async def bring(self, path: Path) -> None:
        """The file as the last desk left it. Where there never was one, this server's own is the beginning."""
        body = await self._kept.find(ACCOUNTS)
        if body is not None:
            await asyncio.to_thread(_replace_database, path, body)

    @asynccontextmanager
    async def following(self, store: IdentityStore) -> AsyncIterator[None]:
        """Every change goes into the database within `ACCOUNTS_LOOK_S`; the last ones at the end, while it is the desk.

        Else they would not be taken; and who leaves is soon to stand by, and must not wait for a database that is lost.
        """
        self._store = store
        task = asyncio.create_task(self._follow(), name="accounts")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            if self._standing() is None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.keep_now(), LAST_S)

    async def _follow(self) -> None:
        while True:
            try:
                await self.keep()
            except StorageFailed as fault:
                log.warning("the accounts are kept on this machine only: %s", fault)
            except Displaced:
                return
            await asyncio.sleep(ACCOUNTS_LOOK_S)

    async def keep_now(self) -> None:
        """What has changed is in the database when this returns, if that takes it."""
        with suppress(StorageFailed, Displaced):
            await self.keep()

    async def keep(self) -> None:
        """What has changed is in the database when this returns. Raises `StorageFailed`, `Displaced`."""
        assert self._store is not None, "accounts are followed before they are kept"
        async with self._keeping:
            version = self._store.version()
            if version != self._version:
                await self._kept.keep(ACCOUNTS, await asyncio.to_thread(self._store.image), self._epoch)
                self._version = version


class CopiedAccounts:
    """The accounts as another process has them: a copy that follows what the desk keeps."""

    def __init__(self, kept: PostgresKept, store: IdentityStore, on_change: Callable[[], None]) -> None:
        """`on_change` is told when the copy has become another: sessions may have ended."""
        self._kept, self._store, self._on_change = kept, store, on_change
        self._mark = ""
        self._refreshing = asyncio.Lock()

    async def refresh(self) -> None:
        """As the desk has kept them by now. Where the database does not answer, as they were."""
        async with self._refreshing:
            try:
                found = await self._kept.find_newer(ACCOUNTS, self._mark)
                if found is None:
                    return
                await asyncio.to_thread(self._store.take_image, found[1])
                self._mark = found[0]
            except StorageFailed as fault:
                log.warning("the accounts are as they were: %s", fault)
                return
            self._on_change()

    async def follow(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(ACCOUNTS_LOOK_S)
            await self.refresh()


def _replace_database(path: Path, body: bytes) -> None:
    """A whole SQLite file; what its old log held does not belong to it."""
    fresh = path.with_name(path.name + ".fresh")
    fresh.write_bytes(body)
    fresh.chmod(0o600)
    for log_file in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        log_file.unlink(missing_ok=True)
    os.replace(fresh, path)


async def in_postgres(
    stack: AsyncExitStack,
    database: Database,
    keys: SiteKeys,
    keeper: LeaseKeeper,
    epoch: int,
    followed: Head[Board] | None,
) -> Stores:
    """Tables that `prepare_postgres` has made, for as long as the lease is held."""
    journal = PostgresJournal(database, Operations.stream)
    stack.push_async_callback(journal.close)
    snapshots = PostgresSnapshots(database)
    stack.push_async_callback(snapshots.close)
    vault = PostgresVault(database, keys)
    stack.push_async_callback(vault.close)
    kept = PostgresKept(database)
    stack.push_async_callback(kept.close)
    # At once: everybody waits, and each is some round trips to the primary.
    await asyncio.gather(journal.open(), vault.prepare(database), kept.open())
    standing = PostgresStanding(database)
    stack.push_async_callback(standing.close)
    accounts = KeptAccounts(kept, epoch, keeper.standing)
    return Stores(
        journal, snapshots, vault, KeptBodies(kept, epoch), epoch, keeper.standing, accounts, followed, standing.ask
    )


@asynccontextmanager
async def following(database: Database) -> AsyncIterator[Follower[Board, Command, Event, Refusal]]:
    """The board of the journal that another server writes, kept in step for as long as this lasts."""
    journal, snapshots = PostgresJournal(database, Operations.stream), PostgresSnapshots(database)
    follower: Follower[Board, Command, Event, Refusal] = Follower(Operations(), journal, snapshots)
    task = asyncio.create_task(follower.follow(), name="following")
    try:
        yield follower
    finally:
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        if not isinstance(ended, asyncio.CancelledError):
            log.error("the journal was not followed to the end", exc_info=ended)
        await journal.close()
        await snapshots.close()


async def following_site_key(stack: AsyncExitStack, database: Database, folder: Path) -> SiteKeys:
    """This server's site keys, said to the others and kept as the city's are. Raises `StorageFailed`."""
    keys = SiteKeys(folder / SITE_KEY)
    follower = SiteKeyFollower(database, keys)
    stack.push_async_callback(follower.close)
    await follower.open()
    stack.push_async_callback(ended, asyncio.create_task(follower.follow(), name="site key"))
    return keys


async def ended(task: "asyncio.Task[None]") -> None:
    """Cancel it, and wait until it has."""
    task.cancel()
    await asyncio.wait([task])


async def prepare_postgres(database: Database, folder: Path) -> None:
    """Make or upgrade every table, and hold this server's site key against the city's. Raises `StorageFailed`."""
    for store in (
        PostgresJournal(database, Operations.stream),
        PostgresSnapshots(database),
        PostgresVault(database, folder / SITE_KEY),
        PostgresKept(database),
        PostgresBetween(database),
    ):
        try:
            await store.prepare(database)
        finally:
            await store.close()
