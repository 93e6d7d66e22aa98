"""The site key is changed while the city works: nothing is unreadable at any moment, and nothing destroyed opens after.

Two servers, each with its own files of keys, on a real PostgreSQL with its standby.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from tests.postgres_pair import connected, the_pair
from turnout.adapters.storage.postgres import site_key as files_of_keys
from turnout.adapters.storage.postgres import vault as vault_module
from turnout.adapters.storage.postgres.authority import KeptAuthority, PostgresAuthority
from turnout.adapters.storage.postgres.database import Database, PostgresLine
from turnout.adapters.storage.postgres.site_key import SITE_KEY, SiteKeys, find_site_key, fingerprint
from turnout.adapters.storage.postgres.site_key_change import SiteKeyChange
from turnout.adapters.storage.postgres.site_key_following import SiteKeyFollower
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.adapters.storage.postgres.wrapping import unwrapped_key
from turnout.audit.vault import DetailsDestroyed, VaultRef
from turnout.desk.faults import StorageDamaged, StorageFailed
from turnout.site_keys import change_site_key, lay_next
from turnout.words.identity import IncidentId
from turnout.words.trouble import Malformed, NotOurs

OWNERS = [IncidentId(f"I{n}") for n in range(7)]
GONE = IncidentId("gone")
NUMBER = b"+1 415 555 0132"
AUTHORITY = KeptAuthority(b"a certificate", b"and its key")


class KeyServer:
    """A server's folder, its vault, and what follows the site key there."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.folder, self._database = folder, database
        self.keys = SiteKeys(folder / SITE_KEY)
        self.follower = SiteKeyFollower(database, self.keys, folder.name)
        self.vault = PostgresVault(database, self.keys)

    async def start(self) -> "KeyServer":
        await self.vault.prepare(self._database)
        await self.follower.open()
        return self

    async def stop(self) -> None:
        await self.follower.close()
        await self.vault.close()

    def held(self) -> list[bytes | None]:
        return [find_site_key(path) for path in (self.keys.path, self.keys.next_path)]


class City:
    """`one` and `two`, with a detail for each of `OWNERS`."""

    def __init__(self, database: Database, one: KeyServer, two: KeyServer) -> None:
        self.database, self.one, self.two = database, one, two
        self.kept: dict[IncidentId, VaultRef] = {}
        self.old = one.keys.path.read_bytes()

    @property
    def both(self) -> tuple[KeyServer, KeyServer]:
        return self.one, self.two

    def lay_next(self) -> bytes:
        """Beside the key of both servers: the key."""
        lay_next(self.one.folder)
        shutil.copy(self.one.keys.next_path, self.two.keys.next_path)
        return self.one.keys.next_path.read_bytes()

    async def look(self) -> None:
        for server in self.both:
            await server.follower.look()

    async def all_opens(self) -> None:
        for server in self.both:
            assert await self.authority_at(server) == AUTHORITY, server.folder.name
            for owner, kept in self.kept.items():
                assert await server.vault.open(owner, kept.ref) == NUMBER, (server.folder.name, owner)

    async def authority_at(self, server: KeyServer) -> KeptAuthority | None:
        kept = PostgresAuthority(self.database, server.keys)
        try:
            return await kept.find()
        finally:
            await kept.close()

    async def change(self, *running: "KeyServer") -> Any:
        """As an operator does it, with servers that look meanwhile: both, if it is not said which."""
        following = [asyncio.create_task(one.follower.follow()) for one in running or self.both]
        try:
            return await change_site_key(self.one.folder, self.database)
        finally:
            for task in following:
                task.cancel()
            await asyncio.gather(*following, return_exceptions=True)


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    async with two_servers(tmp_path) as city:
        yield city


@asynccontextmanager
async def two_servers(folder: Path) -> AsyncIterator[City]:
    database = the_pair().new_database()
    for name in ("one", "two"):
        (folder / name).mkdir()
    one = await KeyServer(database, folder / "one").start()
    shutil.copy(one.keys.path, folder / "two")
    two = await KeyServer(database, folder / "two").start()
    city = City(database, one, two)
    for number, owner in enumerate(OWNERS):
        city.kept[owner] = await city.both[number % 2].vault.put(owner, "caller", NUMBER)
    authority = PostgresAuthority(database, one.keys)
    await authority.keep(AUTHORITY)
    await authority.close()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("turnout.adapters.storage.postgres.site_key_following.LOOK_S", 0.05)
            yield city
    finally:  # else their sessions would tell the next test that these servers run
        for server in city.both:
            await server.stop()


async def wrapped_of(database: Database, owner: str) -> bytes | None:
    async with connected(database) as connection:
        return await connection.fetchval("SELECT wrapped FROM owner_key WHERE owner = $1", owner)  # type: ignore[no-any-return]


def windows(folder: Path) -> list[bytes]:
    """Every 32 bytes in a row of every file."""
    bodies = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return [body[at : at + 32] for body in bodies for at in range(len(body) - 31)]


def opens(wrapped: bytes, key: bytes) -> bool:
    try:
        unwrapped_key(key, GONE, wrapped)
    except (StorageDamaged, InvalidTag):
        return False
    return True


def files_with(*places: Path, text: bytes) -> list[str]:
    return [str(path) for place in places for path in place.rglob("*") if path.is_file() and text in _body(path)]


def _body(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:  # a server at work removes files of its own at any time
        return b""


async def nothing_left_opens_what_was_destroyed(city: City, folder: Path) -> None:
    """The wrapped key still stands in pages, log and standby; no key that is left anywhere opens it."""
    await city.one.vault.put(GONE, "caller", NUMBER)
    wrapped = await wrapped_of(city.database, GONE)
    assert wrapped is not None
    assert [key for key in windows(folder) if opens(wrapped, key)], "before, whoever has the site key opens it"
    await city.one.vault.destroy(GONE)
    city.lay_next()
    await city.look()
    await city.change()
    await the_pair().ask("CHECKPOINT")
    places = the_pair().primary.data, the_pair().standby.data
    assert files_with(*places, text=wrapped), "the scan finds what is there: the log has it still"
    async with connected(city.database) as connection:
        rows = await connection.fetch("SELECT owner, wrapped FROM owner_key WHERE wrapped IS NOT NULL")
    fresh = city.one.keys.path.read_bytes()
    every_key = [*windows(folder), *(unwrapped_key(fresh, owner, one) for owner, one in rows)]
    assert [key for key in every_key if opens(wrapped, key)] == []
    assert files_with(folder, *places, text=city.old) == []


async def test_after_a_change_no_key_that_is_left_opens_what_was_destroyed(city: City, tmp_path: Path) -> None:
    await nothing_left_opens_what_was_destroyed(city, tmp_path)
    await city.all_opens()


async def test_details_are_put_and_opened_at_both_servers_all_the_while(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change waits for one before each of its steps: it would be over before the first on a busy machine."""
    monkeypatch.setattr("turnout.adapters.storage.postgres.site_key_change.BATCH", 1)
    put, wrap_some = asyncio.Semaphore(0), SiteKeyChange.wrap_some

    async def after_one_more(change: SiteKeyChange, *words: Any) -> tuple[str, int]:
        await put.acquire()
        return await wrap_some(change, *words)

    monkeypatch.setattr(SiteKeyChange, "wrap_some", after_one_more)
    fresh = city.lay_next()
    await city.look()
    changing = asyncio.create_task(city.change())
    number = 0
    while not changing.done():
        owner = IncidentId(f"meanwhile {number}")
        city.kept[owner] = await city.both[number % 2].vault.put(owner, "caller", NUMBER)
        await city.all_opens()
        put.release()
        number += 1
    changed = await changing
    assert number > len(OWNERS)
    assert (changed.keeping, changed.row.fingerprint, changed.row.generation) == ([], fingerprint(fresh), 2)
    assert [server.held() for server in city.both] == [[fresh, None], [fresh, None]]
    assert all(find is None for find in (server.keys._held.get(fingerprint(city.old)) for server in city.both))
    await city.all_opens()
    again = [await server.vault.put(OWNERS[0], "caller", NUMBER, "again") for server in city.both]
    assert again[0] == again[1]


STEPS_MAX = 60
"""More than a change of some owners has."""


class Crash(Exception):
    pass


def crashing_at(patch: pytest.MonkeyPatch, step: int) -> list[str]:
    """The process that changes the key ends before its `step`th statement or write of a file; what was done by then."""
    done: list[str] = []

    def count(name: str) -> None:
        if len(done) == step:
            raise Crash
        done.append(name)

    honest_do, honest_write = PostgresLine.do, files_of_keys._write

    async def do(self: PostgresLine, work: Any) -> Any:
        count(self._name)
        return await honest_do(self, work)

    def write(path: Path, key: bytes, how: int) -> None:
        count(path.name)
        honest_write(path, key, how)

    patch.setattr(PostgresLine, "do", do)
    patch.setattr(files_of_keys, "_write", write)
    return done


async def crashed(city: City, step: int) -> bool:
    """Whether it was broken off before its end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("turnout.adapters.storage.postgres.site_key_change.BATCH", 3)
        patch.setattr("turnout.site_keys.DESTROYED_S", 0)
        done = crashing_at(patch, step)
        try:
            await change_site_key(city.one.folder, city.database)
        except Crash:
            return True
        assert {"vault.site-key", "vault.site-key.next"} <= {*done}, "crashes between the files were among them"
    return False


async def test_broken_off_at_any_moment_every_detail_opens_and_the_same_command_ends_it(city: City) -> None:
    for step in range(STEPS_MAX):
        fresh = city.lay_next()
        await city.look()
        is_broken_off = await crashed(city, step)
        fellow = await KeyServer(city.database, city.both[step % 2].folder).start()  # with the files as they are now
        await fellow.stop()
        owner = OWNERS[step % len(OWNERS)]
        city.kept[owner] = await city.both[step % 2].vault.put(owner, "caller", NUMBER)
        await city.all_opens()
        if city.one.keys.laid() is not None:
            await city.change()
        await city.look()
        await city.all_opens()
        assert city.one.held() == city.two.held() == [fresh, None]
        if not is_broken_off:
            break
    assert 10 < step < STEPS_MAX - 1


async def a_put_in_the_middle_is_not_left_under_the_key_that_was(city: City) -> None:
    """It had seen which key was in force, and had not written yet, when the change was asked for."""
    city.lay_next()
    await city.look()
    has_read, may_write = asyncio.Event(), asyncio.Event()
    honest = vault_module.read_row

    async def read_row(connection: Any, sql: str) -> Any:
        row = await honest(connection, sql)
        has_read.set()
        await may_write.wait()
        return row

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault_module, "read_row", read_row)
        putting = asyncio.create_task(city.two.vault.put(IncidentId("middle"), "caller", NUMBER))
        await has_read.wait()
        changing = asyncio.create_task(city.change())
        await asyncio.wait([changing], timeout=0.5)
        may_write.set()
        city.kept[IncidentId("middle")] = await putting
        await changing
    await city.all_opens()


async def test_a_put_in_the_middle_is_not_left_under_the_key_that_was(city: City) -> None:
    await a_put_in_the_middle_is_not_left_under_the_key_that_was(city)


async def test_a_server_that_runs_without_the_next_key_is_named_and_nothing_begins(city: City) -> None:
    lay_next(city.one.folder)
    await city.look()
    with pytest.raises(NotOurs, match="two"):
        await city.change()
    change = SiteKeyChange(city.database, city.one.keys)
    assert (await change.row()).next is None
    await change.close()
    await city.all_opens()


async def test_a_server_that_does_not_run_hinders_nothing_and_settles_when_it_starts(city: City) -> None:
    fresh = city.lay_next()
    await city.look()
    await city.two.stop()
    changed = await city.change(city.one)
    assert [one.server for one in changed.keeping] == ["two"]
    assert city.two.held() == [city.old, fresh]
    city.two = await KeyServer(city.database, city.two.folder).start()
    await city.look()
    assert city.two.held() == [fresh, None]
    await city.all_opens()


async def test_a_server_that_starts_in_the_middle_must_have_the_next_key(city: City, tmp_path: Path) -> None:
    fresh = city.lay_next()
    await city.look()
    change = SiteKeyChange(city.database, city.one.keys)
    await change.begin(fingerprint(fresh))
    await change.close()
    (tmp_path / "three").mkdir()
    shutil.copy(city.one.keys.path, tmp_path / "three")
    three = KeyServer(city.database, tmp_path / "three")
    with pytest.raises(StorageFailed, match=r"site-key\.next"):
        await three.start()
    await three.stop()
    shutil.copy(city.one.keys.next_path, tmp_path / "three")
    three = await KeyServer(city.database, tmp_path / "three").start()
    assert await three.vault.open(OWNERS[0], city.kept[OWNERS[0]].ref) == NUMBER
    await three.stop()


async def test_what_is_destroyed_during_a_change_stays_destroyed(city: City) -> None:
    fresh = city.lay_next()
    await city.look()
    change = SiteKeyChange(city.database, city.one.keys)
    row = await change.begin(fingerprint(fresh))
    await city.two.vault.destroy(OWNERS[0])
    after, wrapped = await change.wrap_some(row)
    assert (after, wrapped) == ("I6", 6)
    await city.two.vault.destroy(OWNERS[1])
    await change.end(row)
    await change.close()
    await city.look()
    for owner in OWNERS[:2]:
        with pytest.raises(DetailsDestroyed):
            await city.one.vault.open(owner, city.kept.pop(owner).ref)
    await city.all_opens()


async def test_no_change_ends_while_a_key_is_under_the_one_that_was(city: City) -> None:
    fresh = city.lay_next()
    await city.look()
    change = SiteKeyChange(city.database, city.one.keys)
    row = await change.begin(fingerprint(fresh))
    with pytest.raises(StorageFailed, match="old site key"):
        await change.end(row)
    await change.close()
    await city.all_opens()


async def test_the_key_that_was_is_not_destroyed_before_the_standby_has_the_change(city: City) -> None:
    """Else the standby, promoted, would have keys under a site key that is nowhere."""
    fresh = city.lay_next()
    await city.look()
    change = SiteKeyChange(city.database, city.one.keys)
    row = await change.begin(fingerprint(fresh))
    while (await change.wrap_some(row))[1]:
        pass
    async with connected(city.database) as connection:
        await connection.execute("SET synchronous_commit = local")
        with the_pair().frozen_standby():
            await connection.execute("UPDATE site_key SET fingerprint = next, next = NULL, generation = generation + 1")
            with pytest.raises(StorageFailed):
                await city.one.follower.look()
            assert city.one.held() == [city.old, fresh]
    await city.look()
    assert city.one.held() == [fresh, None]
    await change.close()


async def test_without_a_next_key_or_with_one_that_is_no_other_nothing_is_changed(city: City) -> None:
    with pytest.raises(Malformed, match="keys new"):
        await city.change()
    shutil.copy(city.one.keys.path, city.one.keys.next_path)
    assert (await city.change()).wrapped == 0
    assert city.one.held() == [city.old, None], "the same once more is removed"


async def test_a_next_key_is_not_laid_over_another(city: City) -> None:
    city.lay_next()
    with pytest.raises(NotOurs, match="already"):
        lay_next(city.one.folder)
    with pytest.raises(Malformed, match="no site key"):
        lay_next(city.one.folder.parent)
