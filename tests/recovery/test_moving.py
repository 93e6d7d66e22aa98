"""`turnout move`: a city that began in files goes on in PostgreSQL, and nothing of it is another than before."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.adapters.running import running
from tests.edge.test_edge_signals_room import take
from tests.postgres_pair import connected, the_pair
from tests.two_servers import TurnoutServer, token_in
from turnout import moving
from turnout.adapters.identity.devices import Authority
from turnout.adapters.storage.plan_bodies import FolderBodies
from turnout.adapters.storage.postgres.authority import KeptAuthority, PostgresAuthority
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.adapters.storage.postgres.plan_bodies import KeptBodies
from turnout.adapters.storage.postgres.site_key import SiteKeys
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.adapters.storage.sqlite.journal import last_of_file, read_file
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.vault import DetailsDestroyed
from turnout.core.board import Location
from turnout.core.incidents.commands import AddNarrative, OpenIncident
from turnout.desk.faults import StorageFailed
from turnout.desk.operations import Operations
from turnout.device_sharing import shared_authority
from turnout.edge.details import DetailsGiven
from turnout.edge.signals_room.simulations import Simulations, sha256
from turnout.moving import move
from turnout.storing import MOVED, in_files
from turnout.storing_shared import prepare_postgres
from turnout.words.identity import IncidentId
from turnout.words.place import Place
from turnout.words.trouble import Malformed, NotOurs

CITY = "san-francisco"
HERE = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")
LINES = 30


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    database = Database(the_pair().primary.url("postgres"), Operations.stream)
    yield database
    async with connected(database) as connection:
        await connection.execute(f"DROP SCHEMA IF EXISTS {Operations.stream} CASCADE")


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """A city's data folder after a day: two incidents with a caller's details, of which one set is destroyed."""
    async with running(tmp_path / "var") as house:
        for incident in ("I1", "I2"):
            await house.do(OpenIncident(incident_id=incident, type="MED", location=HERE))
            given = DetailsGiven(incident_id=incident, details={"name": f"Somebody of {incident}"})
            await house.edge.details.keep(house.dispatcher(), given)
        for number in range(LINES):
            await house.do(AddNarrative(incident_id="I1", entry_id=f"n{number}", text=f"line {number}"))
    vault = SqliteVault(tmp_path / "var" / CITY / "vault.sqlite", tmp_path / "var" / CITY / "vault.keys")
    await vault.destroy(IncidentId("I2"))
    await vault.close()
    return tmp_path / "var" / CITY


async def sealed_in(folder: Path) -> list[tuple[Any, str, str]]:
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    try:
        return await vault.list_sealed()
    finally:
        await vault.close()


async def rows_in(database: Database) -> list[Any]:
    journal = PostgresJournal(database, Operations.stream)
    try:
        assert await journal.verify() is None
        return [row async for page in journal.read(0) for row in page]
    finally:
        await journal.close()


async def test_every_row_and_detail_is_in_the_database_as_it_was_in_the_files(folder: Path, database: Database) -> None:
    rows, sealed = [row for page in read_file(folder / "journal.sqlite") for row in page], await sealed_in(folder)
    ours = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    before = [await ours.open(owner, ref) for owner, _, ref in sealed]
    await ours.close()
    moved = await move(folder, database.url)
    assert await rows_in(database) == rows
    assert (moved.tail.seq, moved.details) == (rows[-1].seq, len(sealed))
    vault = PostgresVault(database, folder / "vault.site-key")
    await vault.prepare(database)
    assert [await vault.open(owner, ref) for owner, _, ref in sealed] == before
    with pytest.raises(DetailsDestroyed):
        await vault.put(IncidentId("I2"), "name", b"again")
    await vault.close()


async def test_plans_and_what_their_simulations_found_come_along(folder: Path, database: Database) -> None:
    """The rows name them by digest. What is not what it was kept as stays behind."""
    ours = Simulations(FolderBodies(folder))
    plans, simulation = await take(ours)
    assert (result := await ours.find_result("centre", simulation)) is not None
    (folder / "plans" / "strange.json").write_bytes(b"not what it was")
    await move(folder, database.url)
    kept = PostgresKept(database)
    theirs = Simulations(KeptBodies(kept))
    assert await theirs.find_plans(sha256(plans)) == plans
    assert await theirs.find_result("centre", simulation) == result
    await kept.close()


async def test_terminals_stay_known_and_the_authoritys_key_leaves_the_files(folder: Path, database: Database) -> None:
    authority = Authority(folder / "devices")
    authority.make()
    made = KeptAuthority(authority.certificate_file.read_bytes(), authority.key_file.read_bytes())
    await move(folder, database.url)
    kept = PostgresAuthority(database, SiteKeys(folder / "vault.site-key"))
    assert await kept.find() == made
    await kept.close()
    assert not authority.key_file.exists()
    assert (folder / MOVED / "ca.key").read_bytes() == made.key, "to be destroyed with the others"
    there = await shared_authority(database, SiteKeys(folder / "vault.site-key"), folder, signs=True)
    assert there.certificate_file.read_bytes() == made.certificate
    assert there.has_key()


async def test_terminals_that_would_be_known_no_more_are_named_before_anything_is_moved(
    folder: Path, database: Database
) -> None:
    authority = Authority(folder / "devices")
    authority.make()
    authority.key_file.unlink()
    with pytest.raises(NotOurs, match="key is not here") as refused:
        await move(folder, database.url)
    assert "issued a certificate anew" in str(refused.value.cure)
    assert not (folder / MOVED).exists()
    assert (folder / "journal.sqlite").is_file()


async def test_a_server_goes_on_there_and_none_starts_on_the_files_any_more(
    folder: Path, database: Database, tmp_path: Path
) -> None:
    token = token_in(tmp_path / "var")
    await move(folder, database.url)
    async with AsyncExitStack() as stack:
        with pytest.raises(NotOurs, match="lives in a database"):
            await in_files(stack, folder)
    with pytest.raises(NotOurs, match="moved before"):
        await move(folder, database.url)
    assert last_of_file(folder / MOVED / "journal.sqlite", Operations.stream).seq > LINES
    server = TurnoutServer(database.url, tmp_path / "var")
    server.start()
    try:
        async with httpx.AsyncClient(timeout=20.0, headers={"authorization": f"Bearer {token}"}) as client:
            await server.until_desk(client)
            board = (await client.get(f"{server.url}/api/v1/board")).json()
        assert "I1" in str(board)
        assert "line 7" in str(board), "its key came along"
    finally:
        server.end()


async def test_a_move_that_was_broken_off_is_gone_on_with(
    folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH_ROWS", 10)
    honest, left = PostgresJournal.append, 2

    async def append(self: Any, *words: Any) -> None:
        nonlocal left
        if not left:
            raise StorageFailed("the line was cut")
        left -= 1
        await honest(self, *words)

    monkeypatch.setattr(PostgresJournal, "append", append)
    with pytest.raises(StorageFailed):
        await move(folder, database.url)
    there = len(await rows_in(database))
    assert 20 <= there < last_of_file(folder / "journal.sqlite", Operations.stream).seq
    monkeypatch.setattr(PostgresJournal, "append", honest)
    told: list[int] = []
    moved = await move(folder, database.url, lambda done, of: told.append(done))
    assert told[0] > there
    assert len(await rows_in(database)) == moved.tail.seq


async def test_no_rows_are_put_where_a_desk_is_at_work(folder: Path, database: Database) -> None:
    await prepare_postgres(database, folder)
    async with connected(database) as connection:
        await connection.execute(f"UPDATE {Operations.stream}.lease SET holder = 'db1/8080/aa'")
    with pytest.raises(NotOurs, match="db1/8080/aa is the desk"):
        await move(folder, database.url)
    assert await rows_in(database) == []


async def test_it_is_refused_by_name(folder: Path, database: Database, tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no journal in files"):
        await move(tmp_path / "nowhere", database.url)
    async with running(tmp_path / "var"):
        with pytest.raises(NotOurs, match="another Turnout is running"):
            await move(folder, database.url)
    async with running(tmp_path / "other") as house:
        await house.do(OpenIncident(incident_id="I9", type="MED", location=HERE))
    await move(tmp_path / "other" / CITY, database.url)
    with pytest.raises(StorageFailed, match="another site key"):
        await move(folder, database.url)
    shutil.copy(tmp_path / "other" / CITY / "vault.site-key", folder)
    with pytest.raises(NotOurs, match="another journal"):
        await move(folder, database.url)
    assert (folder / "journal.sqlite").is_file()
