"""The authority of terminals' certificates in a real PostgreSQL with its standby: one for all, under the site key."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.storage.test_site_key_change import City, two_servers
from tests.postgres_pair import connected, the_pair
from turnout.adapters.identity.devices import Authority, Devices, key_bytes, new_authority, new_request
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.postgres.authority import KeptAuthority, PostgresAuthority
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.adapters.storage.postgres.site_key import SITE_KEY, SiteKeys
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.config import Settings
from turnout.desk.faults import StorageDamaged
from turnout.device_sharing import door_of, shared_authority
from turnout.edge.identities import Device, IdentityRefusal
from turnout.site_keys import change_site_key, lay_next
from turnout.storing import ACCOUNTS
from turnout.words.moment import Moment

DOOR = Settings(devices_port=9)
FAR = 9_000_000_000_000


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    database = the_pair().new_database()
    vault = PostgresVault(database, tmp_path / SITE_KEY)
    await vault.prepare(database)
    await vault.close()
    await with_kept(database)
    return database


async def with_kept(database: Database) -> None:
    kept = PostgresKept(database)
    await kept.prepare(database)
    await kept.close()


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    async with two_servers(tmp_path) as city:
        await with_kept(city.database)
        yield city


async def the_authority(database: Database, keys: SiteKeys) -> KeptAuthority | None:
    kept = PostgresAuthority(database, keys)
    try:
        return await kept.find()
    finally:
        await kept.close()


async def test_servers_that_come_first_together_have_one_authority(city: City, tmp_path: Path) -> None:
    async with connected(city.database) as connection:
        await connection.execute("DELETE FROM authority")
    asked = (
        (server.keys, tmp_path / f"{server.folder.name}{n}", signs)
        for server in city.both
        for n, signs in ((1, True), (2, False))
    )
    made = await asyncio.gather(
        *(shared_authority(city.database, keys, folder, signs=signs) for keys, folder, signs in asked)
    )
    assert len({one.certificate_file.read_bytes() for one in made}) == 1
    assert [one.has_key() for one in made] == [True, False, True, False], "an edge signs nothing"
    assert not any(one.key_file.exists() for one in made), "its key is in memory alone"


async def test_the_site_key_is_changed_where_nothing_but_the_authority_is_under_it(
    database: Database, tmp_path: Path
) -> None:
    keys = SiteKeys(tmp_path / SITE_KEY)
    made = await shared_authority(database, keys, tmp_path, signs=True)
    old = keys.path.read_bytes()
    lay_next(tmp_path)
    await change_site_key(tmp_path, database)
    fresh = keys.path.read_bytes()
    assert old != fresh
    found = await the_authority(database, SiteKeys(keys.path))
    assert found is not None
    assert found.certificate == made.certificate_file.read_bytes()
    (tmp_path / "old").write_bytes(old)
    with pytest.raises(Exception, match="lacks the site key"):
        await the_authority(database, SiteKeys(tmp_path / "old"))


async def test_who_writes_into_the_database_alone_puts_no_authority_of_their_own_there(
    database: Database, tmp_path: Path
) -> None:
    """Key and certificate belong together; with one altered the certificate that a process had goes on."""
    keys = SiteKeys(tmp_path / SITE_KEY)
    before = await shared_authority(database, keys, tmp_path / "here", signs=True)
    certificate = before.certificate_file.read_bytes()
    async with connected(database) as connection:
        await connection.execute("UPDATE authority SET certificate = $1", new_authority()[0])
    with pytest.raises(StorageDamaged, match="was altered"):
        await the_authority(database, keys)
    after = await shared_authority(database, keys, tmp_path / "here", signs=True)
    assert after.certificate_file.read_bytes() == certificate
    assert not after.has_key()
    assert door_of(after, DOOR) == after.certificate_file
    elsewhere = await shared_authority(database, keys, tmp_path / "elsewhere", signs=True)
    assert door_of(elsewhere, DOOR) is None, "a door that would believe anybody is none"
    assert not elsewhere.has_signed(b"anything")


@pytest.mark.parametrize("altered", ["generation = 99", "generation = generation + 1", "wrapped = ''"])
async def test_whatever_is_altered_of_the_row_no_process_is_stopped(
    database: Database, tmp_path: Path, altered: str, caplog: pytest.LogCaptureFixture
) -> None:
    keys = SiteKeys(tmp_path / SITE_KEY)
    before = await shared_authority(database, keys, tmp_path / "here", signs=True)
    certificate = before.certificate_file.read_bytes()
    async with connected(database) as connection:
        await connection.execute(f"UPDATE authority SET {altered}")
    with pytest.raises(StorageDamaged, match="was altered"):
        await the_authority(database, keys)
    after = await shared_authority(database, keys, tmp_path / "here", signs=True)
    assert after.certificate_file.read_bytes() == certificate
    assert not after.has_key()
    assert "none is issued or renewed" in caplog.text


def register(path: Path, *, revoked: bool = False, expires: int = FAR) -> IdentityStore:
    """With one terminal."""
    store = IdentityStore(path)
    store.add_device(Device(id="d1", name="E07", by="setup", issued=Moment(1), expires=Moment(expires)))
    if revoked:
        store.revoke_device("d1", Moment(2))
    return store


async def kept_by_the_desk(database: Database, store: IdentityStore) -> None:
    async with connected(database) as connection:
        sql = "INSERT INTO kept VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET body = excluded.body"
        await connection.execute(sql, ACCOUNTS, store.image())
    store.close()


async def removed(database: Database) -> None:
    async with connected(database) as connection:
        await connection.execute("DELETE FROM authority")


@pytest.mark.parametrize("kept", [True, False])
async def test_where_terminals_have_certificates_no_other_authority_is_made_in_place_of_one_that_is_gone(
    database: Database, tmp_path: Path, kept: bool, caplog: pytest.LogCaptureFixture
) -> None:
    keys, here = SiteKeys(tmp_path / SITE_KEY), tmp_path / "here"
    before = await shared_authority(database, keys, here, signs=True)
    certificate = before.certificate_file.read_bytes()
    await removed(database)
    if kept:
        await kept_by_the_desk(database, register(tmp_path / "desk.sqlite"))
    else:
        register(here / ACCOUNTS).close()
    after = await shared_authority(database, keys, here, signs=True)
    assert (after.certificate_file.read_bytes(), after.has_key()) == (certificate, False)
    assert await the_authority(database, keys) is None
    assert "1 terminals have certificates" in caplog.text
    if kept:
        elsewhere = await shared_authority(database, keys, tmp_path / "elsewhere", signs=True)
        assert door_of(elsewhere, DOOR) is None
        with closing(IdentityStore(tmp_path / "elsewhere" / ACCOUNTS)) as store:
            known = Devices(store, elsewhere, lambda: Moment(2))
            csr = new_request("E08")[1]
            assert known.issue("E08", csr, 30, "setup") == IdentityRefusal("device-no-authority")
        assert not elsewhere.certificate_file.exists(), "none of its own beside the database"
        assert not elsewhere.key_file.exists()


@pytest.mark.parametrize(("revoked", "expires"), [(True, FAR), (False, 5)])
async def test_with_all_revoked_or_over_another_authority_is_made_and_it_is_said(
    database: Database, tmp_path: Path, revoked: bool, expires: int, caplog: pytest.LogCaptureFixture
) -> None:
    keys, here = SiteKeys(tmp_path / SITE_KEY), tmp_path / "here"
    before = await shared_authority(database, keys, here, signs=True)
    certificate = before.certificate_file.read_bytes()
    register(here / ACCOUNTS).close()
    await kept_by_the_desk(database, register(tmp_path / "desk.sqlite", revoked=revoked, expires=expires))
    assert "another authority" not in caplog.text
    await shared_authority(database, keys, here, signs=True)
    assert "another authority" not in caplog.text, "it is the same"
    await removed(database)
    after = await shared_authority(database, keys, here, signs=True)
    assert after.has_key()
    assert after.certificate_file.read_bytes() != certificate
    assert "another authority" in caplog.text
    assert "issued anew" in caplog.text


async def test_a_register_that_cannot_be_read_is_no_leave_to_make_an_authority(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(database) as connection:
        await connection.execute("INSERT INTO kept VALUES ($1, $2)", ACCOUNTS, b"no database" * 99)
    keys = SiteKeys(tmp_path / SITE_KEY)
    found = await shared_authority(database, keys, tmp_path / "here", signs=True)
    assert not found.has_key()
    assert await the_authority(database, keys) is None
    assert "cannot be read" in caplog.text


def test_a_port_for_terminals_that_is_not_opened_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert door_of(Authority(tmp_path, b""), Settings()) is None
    assert caplog.text == ""
    assert door_of(Authority(tmp_path, b""), DOOR) is None
    assert "the port 9 for terminals is not opened" in caplog.text


async def test_one_that_is_there_stays(database: Database, tmp_path: Path) -> None:
    kept = PostgresAuthority(database, SiteKeys(tmp_path / SITE_KEY))
    first, second = (KeptAuthority(one, key_bytes(key)) for one, key in (new_authority(), new_authority()))
    await kept.keep(first)
    await kept.keep(second)
    assert await kept.find() == first
    await kept.close()


def test_a_process_whose_authority_is_elsewhere_reads_no_key_from_its_folder(tmp_path: Path) -> None:
    Authority(tmp_path).make()
    assert Authority(tmp_path).has_key()
    assert not Authority(tmp_path, b"").has_key()
