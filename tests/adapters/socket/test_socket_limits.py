"""What a socket may not do: listen for longer than it may, or fill the journal with names without end."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.adapters.running import running
from turnout.adapters.socket.messages import CommandFrame, LineFrame
from turnout.adapters.socket.serve import SocketDoor
from turnout.desk.access import part
from turnout.desk.faults import NotTheDesk
from turnout.edge.identities import NewToken, TokenMade
from turnout.words.moment import Moment

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


async def heard(edge: Any, hello: dict[str, Any]) -> list[Any]:
    """What the door sends to somebody who says hello and nothing more."""
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    incoming.put_nowait({"type": "websocket.connect"})
    incoming.put_nowait({"type": "websocket.receive", "text": msgspec.json.encode(hello).decode()})
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/socket", "headers": []}
    async with asyncio.timeout(10):
        await SocketDoor(edge)(scope, incoming.get, send)
    return sent
