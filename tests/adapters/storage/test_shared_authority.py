"""The authority of terminals' certificates in a real PostgreSQL with its standby: one for all, under the site key."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.storage.test_site_key_change import City, two_servers
from tests.postgres_pair import connected, the_pair
from turnout.adapters.identity.devices import Authority, key_bytes, new_authority
from turnout.adapters.storage.postgres.authority import KeptAuthority, PostgresAuthority
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.site_key import SITE_KEY, SiteKeys
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.config import Settings
from turnout.desk.faults import StorageDamaged
from turnout.device_sharing import door_of, shared_authority
from turnout.site_keys import change_site_key, lay_next

DOOR = Settings(devices_port=9)


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    database = the_pair().new_database()
    vault = PostgresVault(database, tmp_path / SITE_KEY)
    await vault.prepare(database)
    await vault.close()
    return database


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    async with two_servers(tmp_path) as city:
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
