"""What is particular to SQLite: durability settings, full and read-only disks, schema steps, damaged snapshots."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.contracts.journal_contract import STREAM, appended, read_all
from turnout.adapters.storage.sqlite.database import connect, upgrade
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.adapters.storage.sqlite.snapshots import KEPT_MAX, SqliteSnapshots
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.adapters.storage.steps import SCHEMA_PLACES, schema_steps
from turnout.desk.faults import StorageBusy, StorageDamaged, StorageFailed, StorageFull, StorageReadOnly
from turnout.desk.ports import BoardSnapshot


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[SqliteJournal]:
    journal = SqliteJournal(tmp_path / "journal.sqlite", STREAM)
    yield journal
    await journal.close()


def setting(connection: sqlite3.Connection, name: str) -> object:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return value


async def test_a_commit_waits_for_the_disk(journal: SqliteJournal) -> None:
    """WAL with synchronous=FULL (2): sqlite.org/pragma.html#pragma_synchronous."""
    assert await journal.pragma("journal_mode") == "wal"
    assert await journal.pragma("synchronous") == 2


async def test_a_full_disk_is_named_nothing_is_half_written_and_it_goes_on_when_there_is_space(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    epoch = await journal.claim()
    rows = await appended(journal, epoch, ["c1"])
    pages = int(str(await journal.pragma("page_count")))
    await journal.pragma("max_page_count", str(pages))
    with pytest.raises(StorageFull):
        await appended(journal, epoch, [f"big-{n}" for n in range(500)])
    assert await read_all(journal) == rows
    await journal.pragma("max_page_count", "1000000")
    rows += await appended(journal, epoch, [f"big-{n}" for n in range(500)])
    assert await read_all(journal) == rows


async def test_a_read_only_disk_is_named_and_can_still_be_read(journal: SqliteJournal) -> None:
    epoch = await journal.claim()
    rows = await appended(journal, epoch, ["c1"])
    await journal.pragma("query_only", "1")
    with pytest.raises(StorageReadOnly):
        await appended(journal, epoch, ["c2"])
    assert await read_all(journal) == rows
    await journal.pragma("query_only", "0")
    await appended(journal, epoch, ["c2"])


async def test_a_file_that_another_process_holds_is_named(journal: SqliteJournal, tmp_path: Path) -> None:
    epoch = await journal.claim()
    await journal.pragma("busy_timeout", "10")
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy):
            await appended(journal, epoch, ["c1"])
        other.execute("ROLLBACK")
    await appended(journal, epoch, ["c1"])


async def test_the_journal_cannot_be_changed_by_accident(journal: SqliteJournal, tmp_path: Path) -> None:
    await appended(journal, await journal.claim(), ["c1"])
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as other:
        for sql in ("UPDATE journal SET actor = 'x'", "DELETE FROM journal"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(sql)


def test_a_file_of_another_stream_is_not_taken(tmp_path: Path) -> None:
    SqliteJournal(tmp_path / "journal.sqlite", "operations")
    with pytest.raises(StorageDamaged, match="operations"):
        SqliteJournal(tmp_path / "journal.sqlite", "custody")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"not a database, for sure " * 100)
    with pytest.raises(StorageDamaged):
        SqliteJournal(tmp_path / "journal.sqlite", STREAM)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageFailed, match="unable to open"):
        SqliteJournal(tmp_path / "missing" / "journal.sqlite", STREAM)


def structure(connection: sqlite3.Connection) -> list[tuple[str, str, str]]:
    return connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()


KINDS = sorted(folder.name for folder in SCHEMA_PLACES[1].iterdir() if any(folder.glob("*.sql")))
VERSIONS = [(kind, version) for kind in KINDS for version in range(len(schema_steps(kind)))]


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_every_old_version_is_upgraded_to_exactly_the_current_one(tmp_path: Path, kind: str, version: int) -> None:
    steps = schema_steps(kind)
    old, new = connect(tmp_path / "old", writing=True), connect(tmp_path / "new", writing=True)
    upgrade(old, steps[:version], tmp_path / "old")
    upgrade(old, steps, tmp_path / "old")
    upgrade(new, steps, tmp_path / "new")
    assert structure(old) == structure(new)
    assert setting(old, "user_version") == setting(new, "user_version") == len(steps)
    old.close()
    new.close()


def test_a_step_that_fails_leaves_the_file_at_its_old_version(tmp_path: Path) -> None:
    path = tmp_path / "file"
    connection = connect(path, writing=True)
    with pytest.raises(sqlite3.OperationalError):
        upgrade(
            connection, ["CREATE TABLE a (x);\nCREATE TABLE b (y);", "CREATE TABLE c (z);\nCREATE TABLE a (x);"], path
        )
    assert structure(connection) == []
    upgrade(connection, ["CREATE TABLE a (x);\nCREATE TABLE b (y);"], path)
    assert [name for _, name, _ in structure(connection)] == ["a", "b"]
    connection.close()


def test_a_file_of_a_newer_program_is_not_written_to(tmp_path: Path) -> None:
    connection = connect(tmp_path / "file", writing=True)
    upgrade(connection, schema_steps("journal"), tmp_path / "file")
    connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageFailed, match="schema 99"):
        upgrade(connection, schema_steps("journal"), tmp_path / "file")
    connection.close()


def test_released_schema_steps_are_never_edited() -> None:
    """A changed digest here means a changed history: write a new step instead."""
    digests = {kind: [hashlib.sha256(step.encode()).hexdigest()[:16] for step in schema_steps(kind)] for kind in KINDS}
    assert digests == RELEASED_STEPS


RELEASED_STEPS = {
    "journal": ["6c1d2f3c3a1bfe21"],
    "proof": ["b6d7013b95edf416"],
    "snapshots": ["b25af847f9434b0a"],
    "vault": ["c5f6432a44d4d4c4", "face5b011de89d92"],
    "witness": ["fd068afdf3db3752"],
}


def snapshot(seq: int) -> BoardSnapshot:
    return BoardSnapshot(seq, b"h" * 32, "shape-1", f"board {seq}".encode())


async def test_the_newest_snapshots_are_kept_and_the_older_dropped(tmp_path: Path) -> None:
    snapshots = SqliteSnapshots(tmp_path / "snapshots.sqlite")
    for seq in range(1, KEPT_MAX + 4):
        await snapshots.keep(snapshot(seq))
    assert [each.seq for each in await snapshots.list_newest_first()] == [6, 5, 4]
    await snapshots.close()


async def test_a_damaged_snapshot_is_passed_over(tmp_path: Path) -> None:
    snapshots = SqliteSnapshots(tmp_path / "snapshots.sqlite")
    await snapshots.keep(snapshot(1))
    await snapshots.keep(snapshot(2))
    with closing(sqlite3.connect(tmp_path / "snapshots.sqlite")) as file, file:
        file.execute("UPDATE snapshot SET body = x'00' WHERE seq = 2")
    assert list(await snapshots.list_newest_first()) == [snapshot(1)]
    await snapshots.close()


async def test_a_snapshot_file_that_cannot_be_read_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "snapshots.sqlite").write_bytes(b"not a database, for sure " * 100)
    snapshots = SqliteSnapshots(tmp_path / "snapshots.sqlite")
    assert await snapshots.list_newest_first() == []
    await snapshots.keep(snapshot(1))
    assert len(await snapshots.list_newest_first()) == 1
    await snapshots.close()


async def test_the_vault_waits_for_the_disk_too(tmp_path: Path) -> None:
    vault = SqliteVault(tmp_path / "vault.sqlite", tmp_path / "vault.keys")
    assert await vault.pragma("synchronous") == 2
    assert await vault.pragma("secure_delete") == 1
    await vault.close()
