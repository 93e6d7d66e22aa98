"""`turnout move`: a city that began in files goes on in a PostgreSQL, with every row, hash and sealed detail as it was.

The server is stopped meanwhile. Broken off and begun again it goes on where it was; the files are set aside only when
the database holds everything, so that no server can go on with them and make a second history.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final, NamedTuple

from turnout.adapters.identity.devices import FOLDER, Authority
from turnout.adapters.storage.folder_lock import folder_lock
from turnout.adapters.storage.plan_bodies import FOLDER as PLANS_FOLDER
from turnout.adapters.storage.plan_bodies import file_of
from turnout.adapters.storage.postgres.authority import KeptAuthority, PostgresAuthority
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.adapters.storage.postgres.lease import PostgresLease
from turnout.adapters.storage.postgres.plan_bodies import KeptBodies
from turnout.adapters.storage.postgres.site_key import SITE_KEY, SiteKeys
from turnout.adapters.storage.postgres.snapshots import PostgresSnapshots
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import SqliteSnapshots
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.desk.chain import JournalRow
from turnout.desk.faults import StorageDamaged
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal, Tail
from turnout.edge.signals_room.simulations import PLANS, SIMULATIONS, sha256
from turnout.recovery.copying import sync
from turnout.storing import MOVED
from turnout.storing_shared import prepare_postgres
from turnout.words.trouble import Malformed, NotOurs

FILES: Final = ("journal.sqlite", "snapshots.sqlite", "vault.sqlite", "vault.keys")
"""What a server without `--database` works on. Accounts, records, files and the message log stay where they are,
and the authority's certificate, whose key is set aside with these."""

BATCH_ROWS: Final = 2_000


class Moved(NamedTuple):
    tail: Tail
    owners: int
    details: int
    set_aside: Path


async def move(folder: Path, url: str, tell: Callable[[int, int], None] = lambda done, of: None) -> Moved:
    """What is in the city's `folder`, into the database. `tell` hears how many rows are there, of how many.

    Raises `Malformed` when there is nothing to move, `NotOurs` when a server works on either, the database holds
    another journal or terminals' authority lacks its key, `StorageDamaged` when the journal or the vault is not what it
    should be, `StorageFailed`.
    """
    if (folder / MOVED).exists():
        raise NotOurs("this city was moved before", str(folder / MOVED), "start the server with --database")
    if not (folder / FILES[0]).is_file():
        raise Malformed("there is no journal in files", str(folder), "name the folder with --data and --city")
    _refuse_half_an_authority(Authority(folder / FOLDER))
    with folder_lock(folder):
        async with AsyncExitStack() as stack:
            moved = await _copied(stack, folder, Database(url, Operations.stream), tell)
        _set_aside(folder)
    return moved


def _refuse_half_an_authority(ours: Authority) -> None:
    if ours.certificate_file.is_file() and not ours.key_file.is_file():
        cure = (
            f"put {ours.key_file.name} back beside it; or set this file aside: another authority is made, and every"
            " terminal is issued a certificate anew"
        )
        raise NotOurs("terminals are known by an authority whose key is not here", str(ours.certificate_file), cure)


async def _copied(stack: AsyncExitStack, folder: Path, database: Database, tell: Callable[[int, int], None]) -> Moved:
    await prepare_postgres(database, folder)
    await _refuse_a_desk(database)
    ours = SqliteJournal(folder / "journal.sqlite", Operations.stream)
    stack.push_async_callback(ours.close)
    theirs = PostgresJournal(database, Operations.stream)
    stack.push_async_callback(theirs.close)
    tail = await _copy_rows(ours, theirs, tell)
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    stack.push_async_callback(vault.close)
    shared = PostgresVault(database, folder / SITE_KEY)
    stack.push_async_callback(shared.close)
    await shared.prepare(database)
    owners, details = await _copy_details(vault, shared)
    await _copy_authority(Authority(folder / FOLDER), PostgresAuthority(database, SiteKeys(folder / SITE_KEY)))
    await _copy_plans(folder, database, await theirs.claim())
    await _copy_snapshot(folder, database, tail)
    return Moved(tail, owners, details, folder / MOVED)


async def _refuse_a_desk(database: Database) -> None:
    lease = PostgresLease(database)
    try:
        holder = (await lease.look()).seen.holder
    finally:
        await lease.close()
    if holder:
        raise NotOurs(
            f"{holder} is the desk there, or was when it ended", "--database", "stop it; it lets go at its end"
        )


async def _copy_rows(ours: SqliteJournal, theirs: PostgresJournal, tell: Callable[[int, int], None]) -> Tail:
    bad = await ours.verify()
    if bad is not None:
        raise StorageDamaged(f"row {bad.seq} of the journal is {bad.why}")
    end, there = await ours.last(), await theirs.last()
    if there.seq and await _hash_at(ours, there.seq) != there.hash:
        raise NotOurs("the database holds another journal", "--database", "name an empty database")
    epoch = await theirs.claim()
    async for batch in _whole_commands(ours.read(there.seq)):
        await theirs.append(batch, batch[0].seq - 1, epoch)
        tell(batch[-1].seq, end.seq)
    there = await theirs.last()
    if there != end:
        raise StorageDamaged(f"the database ends at {there.seq} with another hash than the file at {end.seq}")
    return end


async def _hash_at(journal: Journal, seq: int) -> bytes | None:
    async for page in journal.read(seq - 1):
        return page[0].hash
    return None


async def _whole_commands(pages: AsyncIterator[Sequence[JournalRow]]) -> AsyncIterator[list[JournalRow]]:
    """The rows in batches that split no command."""
    batch: list[JournalRow] = []
    async for page in pages:
        for row in page:
            if len(batch) >= BATCH_ROWS and row.command_id != batch[-1].command_id:
                yield batch
                batch = []
            batch.append(row)
    if batch:
        yield batch


async def _copy_details(ours: SqliteVault, theirs: PostgresVault) -> tuple[int, int]:
    """How many owners and details there are. Each is opened there once, for nobody: what cannot be is said now."""
    owners = details = 0
    async for one in ours.hand_over():
        await theirs.take_over(one)
        owners, details = owners + 1, details + len(one.details)
        for kept in one.details if one.key is not None else ():
            await theirs.open(one.owner, kept.ref)
    if await theirs.count() != (owners, details):
        raise StorageDamaged("the database's vault holds other details than the files")
    return owners, details


async def _copy_authority(ours: Authority, theirs: PostgresAuthority) -> None:
    """Of terminals' certificates, where there is one with its key: those that they have stay good."""
    try:
        if not ours.key_file.is_file():
            return
        made = KeptAuthority(ours.certificate_file.read_bytes(), ours.key_file.read_bytes())
        await theirs.keep(made)
        if await theirs.find() != made:
            raise NotOurs("the database holds another authority", "--database", "name an empty database")
    finally:
        await theirs.close()


async def _copy_plans(folder: Path, database: Database, epoch: int) -> None:
    """Bodies of plans and simulations: the rows name them by digest. One that is no longer what it was stays behind."""
    kept = PostgresKept(database)
    try:
        theirs = KeptBodies(kept, epoch)
        for path in sorted((folder / PLANS_FOLDER).glob("*.json")):
            body = path.read_bytes()
            name = next((name for name in _names(body) if file_of(name) == path.name), None)
            if name is not None:
                await theirs.keep(name, body)
    finally:
        await kept.close()


def _names(body: bytes) -> Iterator[str]:
    """By which it may be kept."""
    yield PLANS + sha256(body)
    yield SIMULATIONS + sha256(body)


async def _copy_snapshot(folder: Path, database: Database, tail: Tail) -> None:
    """The newest board, so that the first start in the database need not read every row."""
    ours, theirs = SqliteSnapshots(folder / "snapshots.sqlite"), PostgresSnapshots(database)
    try:
        for snapshot in [one for one in await ours.list_newest_first() if one.seq <= tail.seq][:1]:
            await theirs.keep(snapshot)
    finally:
        await ours.close()
        await theirs.close()


def _set_aside(folder: Path) -> None:
    """The folder's name first: while it is there, no server without `--database` starts, whatever is left behind."""
    aside = folder / MOVED
    aside.mkdir(mode=0o700)
    sync(folder)
    for name in (*FILES, f"{FOLDER}/ca.key"):
        for path in (folder / name, folder / f"{name}-wal", folder / f"{name}-shm"):
            if path.exists():
                path.rename(aside / path.name)
    sync(folder)
