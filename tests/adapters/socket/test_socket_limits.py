"""What a socket may not do: listen for longer than it may, or fill the journal with names without end."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.running import API, Running, running
from turnout.adapters.socket.messages import CommandFrame, LineFrame
from turnout.adapters.socket.serve import SocketDoor
from turnout.desk.access import part
from turnout.desk.faults import NotTheDesk
from turnout.edge.identities import NewToken, SignedIn, TokenMade
from turnout.words.moment import MINUTE_MS, Moment

COMMAND = {"id": "c1", "command": {"do": "raise-duress", "unit": "E07"}}


@pytest.mark.parametrize("field", ["id", "purpose", "position"])
def test_what_stands_beside_a_command_in_the_journal_is_not_endless(field: str) -> None:
    assert msgspec.json.decode(msgspec.json.encode(COMMAND), type=CommandFrame).id == "c1"
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({**COMMAND, field: "x" * 501}), type=CommandFrame)


def test_a_line_has_a_short_identity() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode({"id": "x" * 65, "text": "U"}), type=LineFrame)


async def test_whoever_only_listens_is_cut_off_when_the_token_expires(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        expires = Moment(house.edge.now() + 300)
        made = house.accounts.add_token(NewToken(name="ears", scopes=("read",), expires=expires), part("setup"))
        assert isinstance(made, TokenMade)
        hello = {"type": "hello", "protocol": 1, "token": made.token}
        sent = await heard(house.edge, hello)
    assert sent[-1] == {"type": "websocket.close", "code": 4401}


async def test_a_console_that_has_seen_more_is_sent_elsewhere_by_a_server_whose_lease_has_lapsed(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as house:
        made = house.accounts.add_token(NewToken(name="eyes", scopes=("read",)), part("setup"))
        assert isinstance(made, TokenMade)
        house.desk._standing = lambda: NotTheDesk("the lease could not be renewed in time")
        hello = {"type": "hello", "protocol": 1, "token": made.token, "board": True}
        sent = await heard(house.edge, {**hello, "resume_after": house.desk.seq + 1})
    assert msgspec.json.decode(sent[-2]["text"])["refusal"]["code"] == "not-the-desk"
    assert sent[-1] == {"type": "websocket.close", "code": 1013}


GONE = {"type": "websocket.disconnect"}


@pytest.mark.parametrize(("code", "status"), [(1000, 423), (1001, 423), (1005, 200), (1006, 200)])
async def test_a_socket_that_was_cut_is_not_a_person_who_left(tmp_path: Path, code: int, status: int) -> None:
    """However long the network was away; whose page was closed is counted from then on."""
    async with running(tmp_path) as house:
        cookie = a_person(house)
        await heard(house.edge, {"type": "hello", "protocol": 1}, {**GONE, "code": code}, headers=[(b"cookie", cookie)])
        assert await status_later(house, cookie) == status


async def test_whose_console_read_nothing_and_was_cut_off_has_not_left(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        cookie = a_person(house)
        listening = asyncio.create_task(
            heard(house.edge, {"type": "hello", "protocol": 1}, headers=[(b"cookie", cookie)])
        )
        while not len(house.edge.connections):
            await asyncio.sleep(0)
        for outlets in house.edge.connections._by_session.values():
            for outlet in outlets:
                outlet.cut_off("slow")
        await listening
        assert await status_later(house, cookie) == 200


def a_person(house: Running) -> bytes:
    """The cookie of somebody who has just signed in, where sessions lock as they do in service."""
    house.accounts._idle._term_ms = house.idle_ms
    signed_in = house.accounts.sign_in_demo("dispatcher", "", "en")
    assert isinstance(signed_in, SignedIn)
    return f"turnout_session={signed_in.secret}".encode()


async def status_later(house: Running, cookie: bytes) -> int:
    """What the session is answered after longer than consoles may be left alone."""
    house.clock.ahead_ms += house.idle_ms + MINUTE_MS
    async with house.client(cookie=cookie.decode()) as back:
        return (await back.get(f"{API}/board")).status_code


async def heard(
    edge: Any, hello: dict[str, Any], *then: dict[str, Any], headers: Sequence[tuple[bytes, bytes]] = ()
) -> list[Any]:
    """What the door sends to somebody who says hello, and whose connection then says no more than this."""
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    incoming.put_nowait({"type": "websocket.connect"})
    incoming.put_nowait({"type": "websocket.receive", "text": msgspec.json.encode(hello).decode()})
    for message in then:
        incoming.put_nowait(message)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/socket", "headers": headers}
    async with asyncio.timeout(10):
        await SocketDoor(edge)(scope, incoming.get, send)
    return sent
