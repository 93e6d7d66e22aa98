"""`turnout drill --database` on a real PostgreSQL that was restored from a base backup, as a site restores one."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.core.conftest import a_city
from tests.postgres_pair import Server, connected, server_user, the_pair
from turnout.adapters.clock import SystemClock
from turnout.adapters.storage.postgres.authority import KeptAuthority, PostgresAuthority
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.site_key import SiteKeys
from turnout.adapters.storage.postgres.snapshots import PostgresSnapshots
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.core.board import Location
from turnout.core.incidents.commands import AddNarrative, OpenIncident
from turnout.core.tables.commands import PublishCatalogue
from turnout.desk.access import part
from turnout.desk.answers import Done
from turnout.desk.book import Origin
from turnout.desk.desk import Desk
from turnout.desk.faults import StorageFailed
from turnout.desk.operations import Operations
from turnout.main import main
from turnout.words.identity import CommandId
from turnout.words.place import Place

HERE = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")
LINES = 30


async def a_day_at_work(database: Database) -> None:
    """A city on the pair, with snapshots in between."""
    journal, snapshots = PostgresJournal(database, Operations.stream), PostgresSnapshots(database)
    await journal.prepare(database)
    await snapshots.prepare(database)
    desk: Any = Desk(Operations(), journal, SystemClock(), snapshots=snapshots, snapshot_every_rows=10)
    await desk.start()
    commands = [PublishCatalogue(catalogue=a_city()), OpenIncident(incident_id="I1", type="MED", location=HERE)]
    commands += [AddNarrative(incident_id="I1", entry_id=f"n{n}", text=f"line {n}") for n in range(LINES)]  # type: ignore[misc]
    for number, command in enumerate(commands):
        origin = Origin(part("tester").actor, CommandId(f"c{number}"), "", "")
        assert isinstance(await desk.submit(command, origin), Done)
    await desk.stop()
    await snapshots.close()
    await journal.close()


async def an_authority(database: Database, site_key: Path) -> KeptAuthority:
    vault = PostgresVault(database, site_key)
    await vault.prepare(database)
    await vault.close()
    kept, made = PostgresAuthority(database, SiteKeys(site_key)), KeptAuthority(b"a certificate", b"and its key")
    await kept.keep(made)
    await kept.close()
    return made


async def the_authority(server: Server, site_key: Path) -> KeptAuthority | None:
    kept = PostgresAuthority(Database(server.url("postgres"), Operations.stream), SiteKeys(site_key))
    try:
        return await kept.find()
    finally:
        await kept.close()


async def dropped(database: Database) -> None:
    async with connected(database) as connection:
        await connection.execute(f"DROP SCHEMA IF EXISTS {Operations.stream} CASCADE")


@pytest.fixture
def restored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own from a base backup of the primary. It waits for a standby that is not there: writes hang."""
    pair = the_pair()
    database = Database(pair.primary.url("postgres"), Operations.stream)
    asyncio.run(a_day_at_work(database))
    asyncio.run(an_authority(database, pair.folder / "restored.site-key"))
    server = Server(pair.folder / "restored")
    server.folder.mkdir(mode=0o755)
    if (user := server_user()) is not None:
        shutil.chown(server.folder, user)
    try:
        reach = f"host={pair.primary.folder} user=turnout"
        pair.primary.run("pg_basebackup", "-D", str(server.data), "-d", reach, "-c", "fast", "--no-sync")
        server.start()
        yield server
        server.stop()
    finally:
        asyncio.run(dropped(database))
        shutil.rmtree(server.folder)
        (pair.folder / "restored.site-key").unlink()


async def asked(server: Server, *statements: str) -> Any:
    connection = await asyncpg.connect(server.url("postgres"), server_settings={"search_path": Operations.stream})
    try:
        await connection.execute("SET synchronous_commit = local")
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


def test_a_restored_database_passes_the_drill_and_one_altered_row_fails_it(
    restored: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = asyncio.run(asked(restored, "SELECT count(*) FROM journal"))
    assert main(["drill", "--database", restored.url("postgres")]) == 0
    said = capsys.readouterr().out
    assert "PASSED · 通过" in said
    assert f"{rows} rows" in said
    assert asyncio.run(asked(restored, "SELECT count(*) FROM journal")) == rows
    assert rows > LINES
    altered = asyncio.run(
        asked(
            restored,
            "SET session_replication_role = replica",
            ALTERING,
            "SELECT count(*) FROM journal WHERE actor = 'somebody else'",
        )
    )
    assert altered == 1, "no row was altered: nothing was tried"
    assert main(["drill", "--database", restored.url("postgres")]) == 1
    assert "FAILED · 未通过" in capsys.readouterr().out


def test_a_restored_database_has_the_authority_of_terminals_for_who_has_the_site_key(
    restored: Server, tmp_path: Path
) -> None:
    site_key = the_pair().folder / "restored.site-key"
    assert asyncio.run(the_authority(restored, site_key)) == KeptAuthority(b"a certificate", b"and its key")
    (tmp_path / "other").write_bytes(bytes(32))
    with pytest.raises(StorageFailed, match="lacks the site key"):
        asyncio.run(the_authority(restored, tmp_path / "other"))


ALTERING = "UPDATE journal SET actor = 'somebody else' WHERE seq = 12"


KEPT_ONE = "DELETE FROM snapshot WHERE seq > (SELECT min(seq) FROM snapshot)"
MOVED_ON = (
    "UPDATE snapshot SET seq = seq + 5, row_hash = (SELECT hash FROM journal WHERE journal.seq = snapshot.seq + 5)"
)
"""A board as it was, said to be that of five rows later."""


def test_a_snapshot_that_is_not_the_journals_fails_the_drill(
    restored: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = asyncio.run(asked(restored, KEPT_ONE, MOVED_ON, "SELECT count(*) FROM snapshot"))
    assert kept == 1
    assert main(["drill", "--database", restored.url("postgres")]) == 1
    assert "FAILED · 未通过" in capsys.readouterr().out


def test_a_database_that_does_not_answer_fails_the_drill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "--database", f"postgresql://turnout@/postgres?host={tmp_path}"]) == 1
    assert "FAILED · 未通过" in capsys.readouterr().out
