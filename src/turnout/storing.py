"""Where a city's record is kept: what desk and edge need of it, and the files of the data folder that have it.

With a PostgreSQL that several servers share: storing_shared.py.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.plan_bodies import FolderBodies
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.texts import WholeVault
from turnout.core.board import Board
from turnout.desk.faults import Fault
from turnout.desk.head import Head
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal, Snapshots
from turnout.edge.alarms.facts import DatabaseFacts
from turnout.edge.signals_room.ports import Bodies
from turnout.words.trouble import NotOurs

ACCOUNTS: Final = "accounts.sqlite"
MESSAGES: Final = "messages.sqlite"


class AccountsElsewhere(Protocol):
    """The accounts' file, brought from the last desk and kept for the next one."""

    async def bring(self, path: Path) -> None: ...
    def following(self, store: IdentityStore) -> AbstractAsyncContextManager[None]: ...
    async def keep_now(self) -> None: ...
    async def keep(self) -> None: ...


@dataclass(frozen=True)
class Stores:
    """What the desk and the edge need of it. `epoch`: of a lease that is held; None: the desk claims the journal.

    `followed`: the board as this server knew it while it stood by.
    """

    journal: Journal
    snapshots: Snapshots
    vault: WholeVault
    bodies: Bodies
    """Of signal plans."""
    epoch: int | None = None
    standing: Callable[[], Fault | None] = lambda: None
    accounts: AccountsElsewhere | None = None
    followed: Head[Board] | None = None
    ask_database: Callable[[], Awaitable[DatabaseFacts]] | None = None
    """How a database stands that other machines share in; None: there is none."""


MOVED: Final = "moved-to-database"
"""Where `turnout move` sets aside the files of a city that lives in a database now."""


async def in_files(stack: AsyncExitStack, folder: Path) -> Stores:
    """SQLite files in the city's data folder. Raises `NotOurs` where they were moved into a database."""
    if (folder / MOVED).exists():
        raise NotOurs(
            "this city lives in a database now 此城市已迁入数据库",
            str(folder),
            "start with --database; to go back to the files of that day, move them out of that folder and remove it",
        )
    journal = SqliteJournal(folder / "journal.sqlite", Operations.stream)
    stack.push_async_callback(journal.close)
    snapshots = SqliteSnapshots(folder / "snapshots.sqlite")
    stack.push_async_callback(snapshots.close)
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    stack.push_async_callback(vault.close)
    return Stores(journal, snapshots, vault, FolderBodies(folder))


async def opened_accounts(stack: AsyncExitStack, stores: Stores, folder: Path) -> IdentityStore:
    """The accounts' file; with several servers as the last desk left it, and kept for the next one."""
    path = folder / ACCOUNTS
    if stores.accounts is not None:
        await stores.accounts.bring(path)
    store = IdentityStore(path)
    stack.callback(store.close)
    if stores.accounts is not None:
        await stack.enter_async_context(stores.accounts.following(store))
    return store
