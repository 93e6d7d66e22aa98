"""Who has the secret is heard; everybody else is hung up on, and nothing from outside fills memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from turnout.keeper.disk import MemoryFile
from turnout.keeper.register import Ballot, Memory, Read, Reply, Value
from turnout.keeper.site import Address, load_site
from turnout.keeper.wire import BODY_MAX_BYTES, NONCE_BYTES, Line, Question, VoterServer
from turnout.words.trouble import Malformed

SECRET = b"sixteen bytes or more"


@asynccontextmanager
async def a_server(heard: list[Question]) -> AsyncIterator[Address]:
    async def answer(question: Question) -> Reply:
        heard.append(question)
        return Reply("w", "", Memory(), False)

    server = await VoterServer(SECRET, answer).listen(Address("127.0.0.1", 0))
    try:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def test_whoever_has_the_secret_is_answered() -> None:
    heard: list[Question] = []
    async with a_server(heard) as address:
        line = Line(SECRET, address)
        for _ in range(3):
            reply = await line.ask(Read())
            assert reply is not None
            assert reply.node == "w"
        await line.close()
    assert heard == [Read()] * 3


async def test_another_secret_is_not_heard() -> None:
    heard: list[Question] = []
    async with a_server(heard) as address:
        line = Line(b"another secret of the same", address)
        assert await line.ask(Read()) is None
        await line.close()
    assert heard == []


async def test_what_was_said_once_cannot_be_said_again() -> None:
    heard: list[Question] = []
    said = bytearray()
    async with a_server(heard) as address:
        reader, writer = await asyncio.open_connection(address.host, address.port)

        async def record(inner_reader: asyncio.StreamReader, inner_writer: asyncio.StreamWriter) -> None:
            inner_writer.write(await reader.readexactly(NONCE_BYTES))
            said.extend(await inner_reader.read(BODY_MAX_BYTES))
            writer.write(bytes(said))
            inner_writer.write(await reader.read(BODY_MAX_BYTES))
            inner_writer.close()

        tap = await asyncio.start_server(record, "127.0.0.1", 0)
        line = Line(SECRET, Address("127.0.0.1", tap.sockets[0].getsockname()[1]))
        assert await line.ask(Read()) is not None
        for one in (writer, (await asyncio.open_connection(address.host, address.port))[1]):
            one.write(bytes(said))
            await asyncio.sleep(0.1)
            one.close()
        await line.close()
        tap.close()
    assert heard == [Read()]


async def test_a_frame_that_is_too_long_is_not_read() -> None:
    heard: list[Question] = []
    async with a_server(heard) as address:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        await reader.readexactly(NONCE_BYTES)
        writer.write((BODY_MAX_BYTES + 1).to_bytes(4, "big"))
        assert await reader.read() == b""
        writer.close()


async def test_a_voter_that_is_gone_is_no_answer() -> None:
    async with a_server([]) as address:
        pass
    assert await Line(SECRET, address).ask(Read()) is None


def test_a_memory_is_the_same_after_a_start_and_a_damaged_one_is_refused(tmp_path: Path) -> None:
    memory = Memory(Ballot(4, "b"), Ballot(3, "a"), Value(2, "a", "together", "b"))
    MemoryFile(tmp_path).save(memory)
    assert MemoryFile(tmp_path).load() == memory
    (tmp_path / "voter.json").write_bytes(b'{"promised":')
    with pytest.raises(Malformed):
        MemoryFile(tmp_path).load()


SITE = """
secret = "{folder}/secret"
encrypted_below = true
[node.a]
keeper = "10.0.0.1:7400"
postgres = "10.0.0.1:5432"
[node.b]
keeper = "10.0.0.2:7400"
postgres = "10.0.0.2:5432"
"""
WITNESS = '[node.witness]\nkeeper = "10.0.0.3:7400"\n'


def test_a_site_has_two_databases_and_a_witness(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sixteen bytes or more\n")
    path = tmp_path / "site.toml"
    path.write_text(SITE.format(folder=tmp_path) + WITNESS)
    site = load_site(path)
    assert site.other_postgres("a").name == "b"
    assert site.nodes["witness"].postgres is None


def test_machines_that_would_speak_in_the_clear_are_no_site(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sixteen bytes or more\n")
    path = tmp_path / "site.toml"
    said = (SITE.format(folder=tmp_path) + WITNESS).replace("encrypted_below = true\n", "")
    path.write_text(said)
    with pytest.raises(Malformed, match="in the clear"):
        load_site(path)
    path.write_text(said.replace("10.0.0.", "127.0.0."))
    assert load_site(path).nodes["witness"].postgres is None


@pytest.mark.parametrize(
    "wrong",
    [SITE, SITE + WITNESS.replace("7400", "0"), SITE + WITNESS.replace("witness", "Wit-ness"), SITE + "[", "node = 1"],
)
def test_a_site_that_is_none_is_refused(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("sixteen bytes or more\n")
    path = tmp_path / "site.toml"
    path.write_text(wrong.replace("{folder}", str(tmp_path)))
    with pytest.raises(Malformed):
        load_site(path)
