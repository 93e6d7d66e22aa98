"""Several hosts of a database: all are asked at once, and a silent one hides nothing."""

import asyncio

import pytest

from tests.postgres_pair import the_pair
from turnout.adapters.storage.postgres import primary
from turnout.adapters.storage.postgres.database import Database, PostgresLine, leave_server
from turnout.adapters.storage.postgres.primary import first_of, urls_of
from turnout.desk.faults import StorageFailed


@pytest.mark.parametrize(
    ("url", "each"),
    [
        ("postgresql://t@db1/city", ["postgresql://t@db1/city"]),
        ("postgresql://t:p@db1,db2:5433/c?a=b", ["postgresql://t:p@db1/c?a=b", "postgresql://t:p@db2:5433/c?a=b"]),
        ("postgresql://t@/c?host=/x", ["postgresql://t@/c?host=/x"]),
        ("postgresql://t@/c?host=/x,db2", ["postgresql://t@/c?host=/x", "postgresql://t@/c?host=db2"]),
        (
            "postgresql://t@/c?host=a,b&port=1,2",
            ["postgresql://t@/c?host=a&port=1", "postgresql://t@/c?host=b&port=2"],
        ),
    ],
)
def test_an_address_of_several_hosts_is_several_addresses(url: str, each: list[str]) -> None:
    assert urls_of(url) == each


async def test_a_host_that_says_nothing_and_a_standby_do_not_hide_the_primary() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pair = the_pair()
    urls = [f"postgresql://turnout@127.0.0.1:{port}/postgres", pair.standby.url("postgres")]
    async with asyncio.timeout(2.5):
        connection = await first_of([*urls, pair.primary.url("postgres")], {}, "read-write")
    assert not await connection.fetchval("SELECT pg_is_in_recovery()")
    await connection.close()
    server.close()


async def test_a_host_that_says_no_is_asked_again_while_another_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def connected(url: str, settings: dict[str, str], wanted: str, after_s: float = 0.0) -> str:
        asked.append(url)
        if url == "silent":
            await asyncio.Event().wait()
        if asked.count(url) < 3:
            raise OSError("still a standby")
        return url

    monkeypatch.setattr(primary, "_connected", connected)
    async with asyncio.timeout(5.0):
        assert await first_of(["silent", "standby"], {}, "read-write") == "standby"
    asked.clear()
    with pytest.raises(OSError, match="still"):
        await first_of(["standby"], {}, "read-write")


async def test_whoever_waits_for_a_silent_server_is_told_when_it_is_left() -> None:
    database = the_pair().new_database()
    line, other = PostgresLine(database, "waiting"), PostgresLine(Database(database.url, "another"), "another")
    waiting = asyncio.create_task(line.do(lambda one: one.fetchval("SELECT pg_sleep(4)")))
    await other.do(lambda one: one.fetchval("SELECT 1"))
    while not line._connection:
        await asyncio.sleep(0.01)
    leave_server(database)
    with pytest.raises(StorageFailed):
        await asyncio.wait_for(waiting, 2.0)
    assert other._connection is not None
    await line.close()
    await other.close()
