"""PostgreSQL's tables beside the journal: schema steps, snapshots, the vault and its site key, kept files, faults."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.contracts.journal_contract import STREAM, appended, read_all
from tests.postgres_pair import connected, the_pair
from turnout.adapters.storage.postgres.database import Database, PostgresLine, named_faults, upgrade
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.adapters.storage.postgres.snapshots import KEPT_MAX, PostgresSnapshots
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.adapters.storage.steps import SCHEMA_PLACES, schema_steps
from turnout.audit.vault import DetailDamaged, DetailsDestroyed, DetailUnknown
from turnout.desk.faults import Displaced, StorageDamaged, StorageFailed, StorageFull, StorageReadOnly
from turnout.desk.ports import BoardSnapshot
from turnout.words.identity import IncidentId

INCIDENT, OTHER = IncidentId("I1"), IncidentId("I2")
NUMBER = b"+1 415 555 0132, Ms Chen / \xe9\x99\x88"
PARTS = sorted(folder.name for folder in (SCHEMA_PLACES[1] / "postgres").iterdir())


@pytest.fixture
def database() -> Database:
    return the_pair().new_database()


@pytest.fixture
async def line(database: Database) -> AsyncIterator[PostgresLine]:
    line = PostgresLine(database, "test")
    yield line
    await line.close()


@pytest.fixture
async def vault(database: Database, tmp_path: Path) -> AsyncIterator[PostgresVault]:
    vault = PostgresVault(database, tmp_path / "vault.site-key")
    await vault.prepare(database)
    yield vault
    await vault.close()


def test_released_schema_steps_are_never_edited() -> None:
    """A changed digest here means a changed history: write a new step instead."""
    steps = {part: schema_steps(f"postgres/{part}") for part in PARTS}
    digests = {part: [hashlib.sha256(step.encode()).hexdigest()[:16] for step in each] for part, each in steps.items()}
    assert digests == RELEASED_STEPS


RELEASED_STEPS = {
    "between": ["c263c71bcd320606"],
    "journal": ["db51025ba95143df"],
    "kept": ["300ecf2d2fb5cbe9"],
    "snapshots": ["0f2ffde11ccb79be"],
    "vault": ["442f4cb12f74466f", "ff4d026d14b4d07e", "142d598d14c401fb", "7811468788d21ce8"],
}


async def test_the_steps_may_be_applied_again_and_by_two_servers_at_once(database: Database) -> None:
    async def prepared() -> None:
        journal = PostgresJournal(database, STREAM)
        await journal.prepare(database)
        await journal.close()

    await asyncio.gather(prepared(), prepared(), prepared())
    await prepared()


async def test_a_step_that_fails_leaves_the_schema_at_its_old_version(database: Database, line: PostgresLine) -> None:
    broken = ["CREATE TABLE a (x integer)", "CREATE TABLE b (y integer); CREATE TABLE a (x integer)"]
    with pytest.raises(StorageFailed):
        await line.do(lambda one: upgrade(one, database.schema, "test", broken))
    await line.do(lambda one: upgrade(one, database.schema, "test", broken[:1]))
    assert await line.do(lambda one: one.fetchval("SELECT version FROM schema_step WHERE part = 'test'")) == 1
    assert await line.do(lambda one: one.fetchval("SELECT to_regclass('b')")) is None


async def test_a_schema_of_a_newer_program_is_not_written_to(database: Database, line: PostgresLine) -> None:
    await line.do(lambda one: upgrade(one, database.schema, "test", ["SELECT 1", "SELECT 2"]))
    with pytest.raises(StorageFailed, match="schema 2"):
        await line.do(lambda one: upgrade(one, database.schema, "test", ["SELECT 1"]))


async def test_tables_of_another_stream_are_not_taken(database: Database) -> None:
    for stream in ("operations", "custody"):
        journal = PostgresJournal(database, stream)
        if stream == "operations":
            await journal.prepare(database)
        else:
            with pytest.raises(StorageDamaged, match="operations"):
                await journal.prepare(database)
        await journal.close()


async def test_the_journal_cannot_be_changed_by_accident(database: Database) -> None:
    journal = PostgresJournal(database, STREAM)
    await journal.prepare(database)
    rows = await appended(journal, await journal.claim(), ["c1"])
    async with connected(database) as other:
        for sql in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal", "TRUNCATE journal"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await other.execute(sql)
    assert await read_all(journal) == rows
    await journal.close()


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (asyncpg.DiskFullError("no space left on device"), StorageFull),
        (asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT"), StorageReadOnly),
        (asyncpg.DataCorruptedError("invalid page"), StorageDamaged),
        (ConnectionResetError("gone"), StorageFailed),
    ],
)
def test_what_the_server_says_is_named(error: Exception, fault: type[StorageFailed]) -> None:
    with pytest.raises(fault), named_faults("test"):
        raise error


async def test_a_server_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    journal = PostgresJournal(Database(f"postgresql://turnout@/postgres?host={tmp_path}", "nowhere"), STREAM)
    with pytest.raises(StorageFailed):
        await journal.last()


async def test_a_line_that_broke_is_opened_again(line: PostgresLine) -> None:
    process = await line.do(lambda one: one.fetchval("SELECT pg_backend_pid()"))
    with pytest.raises(StorageFailed):
        await line.do(lambda one: one.fetchval("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert await line.do(lambda one: one.fetchval("SELECT pg_backend_pid()")) != process


def snapshot(seq: int) -> BoardSnapshot:
    return BoardSnapshot(seq, b"h" * 32, "shape-1", f"board {seq}".encode())


async def test_the_newest_snapshots_are_kept_and_a_damaged_one_is_passed_over(database: Database) -> None:
    snapshots = PostgresSnapshots(database)
    await snapshots.prepare(database)
    for seq in range(1, KEPT_MAX + 4):
        await snapshots.keep(snapshot(seq))
    assert [each.seq for each in await snapshots.list_newest_first()] == [6, 5, 4]
    async with connected(database) as other:
        await other.execute("UPDATE snapshot SET body = 'x' WHERE seq = 6")
    assert list(await snapshots.list_newest_first()) == [snapshot(5), snapshot(4)]
    await snapshots.close()


async def test_a_detail_is_read_back_by_another_server_with_the_same_site_key(
    vault: PostgresVault, database: Database, tmp_path: Path
) -> None:
    kept = await vault.put(INCIDENT, "caller", NUMBER)
    other = PostgresVault(database, tmp_path / "vault.site-key")
    await other.prepare(database)
    assert await other.open(INCIDENT, kept.ref) == NUMBER
    with pytest.raises(DetailUnknown):
        await other.open(OTHER, kept.ref)
    await other.close()


async def test_a_server_with_another_site_key_or_none_is_told_so(
    vault: PostgresVault, database: Database, tmp_path: Path
) -> None:
    for there in (b"k" * 32, None):
        path = tmp_path / "other.site-key"
        path.unlink(missing_ok=True)
        if there is not None:
            path.write_bytes(there)
        other = PostgresVault(database, path)
        with pytest.raises(StorageFailed, match="another site key"):
            await other.prepare(database)
        assert path.exists() == (there is not None), "no key is left behind that is not the city's"
        await other.close()


async def test_the_database_holds_neither_a_detail_nor_the_site_key(
    vault: PostgresVault, database: Database, tmp_path: Path
) -> None:
    await vault.put(INCIDENT, "caller", NUMBER)
    async with connected(database) as other:
        for table in ("owner_key", "detail", "site_key"):
            text = await other.fetchval(f"SELECT string_agg(t::text, '') FROM {table} AS t")
            for secret in (NUMBER, b"Chen", (tmp_path / "vault.site-key").read_bytes()):
                assert secret.hex() not in text


async def test_what_is_sealed_stands_in_no_file_of_the_primary_or_its_standby(vault: PostgresVault) -> None:
    """Pages, write-ahead log, the standby's copy of both: before it is destroyed, and after."""
    planted = b"Wilhelmina Quandt-Zylberstein +1 415 555 0143"
    await vault.put(INCIDENT, "caller", planted)
    kept = await vault.put(OTHER, "caller", NUMBER)
    for _ in range(2):
        for text in (planted, NUMBER, planted.hex().encode()):
            assert await files_of_the_pair_with(text) == []
        await vault.destroy(INCIDENT)
    assert await files_of_the_pair_with(kept.ref.encode()) != [], "the scan finds what is there"


async def files_of_the_pair_with(text: bytes) -> list[str]:
    """Files of both servers in which it stands, once everything is on their disks."""
    pair = the_pair()
    await pair.ask("SELECT pg_switch_wal()")
    for server in (pair.primary, pair.standby):
        connection = await asyncpg.connect(server.url("postgres"))
        await connection.execute("CHECKPOINT")
        await connection.close()
    places = [path for one in (pair.primary, pair.standby) for path in one.data.rglob("*") if path.is_file()]
    return [str(path) for path in places if text in _body(path)]


def _body(path: Path) -> bytes:
    """A server at work removes files of its own at any time."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


async def test_a_destroyed_incident_can_be_read_by_nobody_and_others_can(
    vault: PostgresVault, database: Database
) -> None:
    gone, kept = await vault.put(INCIDENT, "caller", NUMBER), await vault.put(OTHER, "caller", NUMBER)
    assert await vault.has_key(INCIDENT)
    await vault.destroy(INCIDENT)
    assert [await vault.has_key(owner) for owner in (INCIDENT, OTHER, IncidentId("I9"))] == [False, True, False]
    with pytest.raises(DetailsDestroyed):
        await vault.open(INCIDENT, gone.ref)
    with pytest.raises(DetailsDestroyed):
        await vault.put(INCIDENT, "caller", NUMBER)
    await vault.destroy(INCIDENT)
    assert await vault.open(OTHER, kept.ref) == NUMBER
    async with connected(database) as other:
        assert await other.fetchval("SELECT wrapped FROM owner_key WHERE owner = 'I1'") is None
        assert await other.fetchval("SELECT count(*) FROM detail WHERE owner = 'I1'") == 0


async def test_the_same_put_again_gives_the_same_answer_and_another_detail_is_refused(vault: PostgresVault) -> None:
    kept = await vault.put(INCIDENT, "caller", NUMBER, "r1")
    assert await vault.put(INCIDENT, "caller", NUMBER, "r1") == kept
    with pytest.raises(ValueError, match="another detail"):
        await vault.put(INCIDENT, "caller", b"other", "r1")


async def test_a_detail_moved_to_another_owner_does_not_open(vault: PostgresVault, database: Database) -> None:
    kept = await vault.put(INCIDENT, "caller", NUMBER)
    await vault.put(OTHER, "caller", NUMBER)
    async with connected(database) as other:
        await other.execute("UPDATE detail SET owner = 'I2' WHERE ref = $1", kept.ref)
    with pytest.raises(DetailDamaged):
        await vault.open(OTHER, kept.ref)


async def test_a_repeated_put_waits_for_the_standby_too(vault: PostgresVault) -> None:
    kept = await vault.put(INCIDENT, "caller", NUMBER, "r1")
    with the_pair().frozen_standby():
        again = asyncio.create_task(vault.put(INCIDENT, "caller", NUMBER, "r1"))
        await the_pair().until_waiting("vault")
        assert not again.done()
    assert await again == kept


async def test_only_the_newest_desk_keeps_files(database: Database) -> None:
    journal, kept = PostgresJournal(database, STREAM), PostgresKept(database)
    await journal.prepare(database)
    await kept.prepare(database)
    assert await kept.find("accounts") is None
    epoch = await journal.claim()
    await kept.keep("accounts", b"one", epoch)
    await kept.keep("accounts", b"two", epoch)
    await journal.claim()
    with pytest.raises(Displaced):
        await kept.keep("accounts", b"three", epoch)
    assert await kept.find("accounts") == b"two"
    await kept.close()
    await journal.close()
