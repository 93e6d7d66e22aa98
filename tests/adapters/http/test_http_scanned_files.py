"""Files are looked at by a virus scanner as they come in: a stand-in that speaks clamd's INSTREAM (ASVS 5.0, 5.4.3)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.adapters.http.room import Room
from tests.adapters.http.test_http_files import JPEG, in_pieces, sealed_in, sends
from tests.adapters.running import API, Running
from turnout.adapters.clamd import Clamd
from turnout.words.trouble import Malformed

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class StandIn:
    """Knows one signature; `answers` puts something else in the place of its verdict."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.answer = b""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
        self.seen.append(content)
        found = b"stream: Eicar-Test-Signature FOUND" if EICAR in content else b"stream: OK"
        if self.answer != b"hangs up":
            writer.write((self.answer or found) + b"\0")
        writer.close()


@asynccontextmanager
async def scanning(house: Running) -> AsyncIterator[StandIn]:
    stand_in, where = StandIn(), house.folder / "clamd.ctl"
    server = await asyncio.start_unix_server(stand_in.talk, where)
    house.edge.files._scanner = Clamd(str(where))
    async with server:
        yield stand_in
    where.unlink(missing_ok=True)


async def test_a_file_that_the_scanner_knows_is_not_taken_and_nothing_of_it_stays(she: Room, house: Running) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    async with scanning(house) as stand_in:
        clean = await sends(she, id, in_pieces(JPEG * 90))
        assert clean.status_code == 201, clean.text
        refused = await sends(she, id, in_pieces(JPEG + EICAR, 700))
        assert (refused.status_code, refused.json()["code"]) == (422, "file-infected")
        assert refused.json()["fields"] == {"name": "Eicar-Test-Signature"}
        assert stand_in.seen == [JPEG * 90, JPEG + EICAR], "all of it was looked at"
    assert len((await she.asks(f"incidents/{id}"))["media"]) == 1
    assert len(sealed_in(house)) == 1


@pytest.mark.parametrize("answer", [b"hangs up", b"INSTREAM size limit exceeded. ERROR", b"x" * 9_000])
async def test_where_the_scanner_does_not_answer_the_file_waits_and_dispatch_does_not(
    she: Room, house: Running, answer: bytes
) -> None:
    id, _ = await she.opens("E 300 MISSION ST STRUCTURE FIRE; smoke")
    async with scanning(house) as stand_in:
        stand_in.answer = answer
        refused = await sends(she, id, JPEG)
        assert (refused.status_code, refused.json()["code"]) == (503, "scanner-silent")
    refused = await sends(she, id, JPEG)
    assert refused.json()["code"] == "scanner-silent", "there is none at all"
    assert sealed_in(house) == []
    assert (await she.browser.get(f"{API}/board")).is_success
    await she.opens("E 400 MISSION ST STRUCTURE FIRE; smoke")


@pytest.mark.parametrize("where", ["clamd", "host:", ":3310", "host:port"])
def test_what_is_no_scanner_is_refused_at_the_start(where: str) -> None:
    with pytest.raises(Malformed):
        Clamd(where)


def test_a_scanner_is_a_socket_or_an_address(tmp_path: Path) -> None:
    Clamd(str(tmp_path / "clamd.ctl"))
    Clamd("127.0.0.1:3310")
