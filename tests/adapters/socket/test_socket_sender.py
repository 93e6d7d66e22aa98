"""The one task that sends: what goes first, and what becomes of a reader who stalls."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import msgspec
import pytest

from turnout.adapters.socket import sender as sending
from turnout.adapters.socket.sender import FRAMES_MAX, Frames, Sender
from turnout.desk.subscribers import Changes, Snapshot
from turnout.edge import outlet as outlets
from turnout.edge.outlet import Outlet
from turnout.words.moment import Moment


class Wire:
    """Keeps what is sent; can stall."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.flows = asyncio.Event()
        self.flows.set()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.flows.wait()
        self.sent.append(dict(message))

    @property
    def texts(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(message["text"]) for message in self.sent if "text" in message]


def a_sender(wire: Wire, outlet: Outlet) -> Sender:
    return Sender(wire.send, outlet, None, lambda: Moment(7), Frames())


async def test_answers_go_out_before_places(monkeypatch: pytest.MonkeyPatch) -> None:
    wire, outlet = Wire(), Outlet()
    outlet.put_places({"E07": '["E07",1,2,null,null,3]'}, '["E07",1,2,null,null,3]')
    outlet.put('{"type":"answer"}')
    task = asyncio.create_task(a_sender(wire, outlet).run())
    await asyncio.sleep(0.01)
    task.cancel()
    assert [message["type"] for message in wire.texts] == ["answer", "places"]


async def test_of_places_that_wait_only_the_newest_of_each_unit_is_sent() -> None:
    wire, outlet = Wire(), Outlet()
    outlet.put_places({"E07": "1", "E08": "2"}, "1,2")
    outlet.put_places({"E07": "3"}, "3")
    assert sorted(outlet.take_places().split(",")) == ["2", "3"]
    assert outlet.take_places() == ""
    assert wire.sent == []


async def test_a_reader_who_takes_nothing_for_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SEND_S", 0.05)
    wire, outlet = Wire(), Outlet()
    wire.flows.clear()
    outlet.put('{"type":"answer"}')
    async with asyncio.timeout(2.0):
        await a_sender(wire, outlet).run()
    assert wire.sent == []


async def test_too_many_answers_unread_cut_the_console_off_and_free_what_waited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outlets, "WAITING_MESSAGES_MAX", 3)
    wire, outlet = Wire(), Outlet()
    for number in range(5):
        outlet.put(f'{{"type":"answer","id":"{number}"}}')
    assert outlet.cut == "slow"
    async with asyncio.timeout(2.0):
        await a_sender(wire, outlet).run()
    assert wire.texts == [{"type": "cut", "reason": "slow"}]
    assert wire.sent[-1] == {"type": "websocket.close", "code": 4408}


def test_a_message_is_made_into_text_once_however_many_are_sent_it() -> None:
    frames = Frames()
    rows = (msgspec.Raw(b'{"table":"units","id":"E07","row":{}}'),)
    message = Snapshot(1, Moment(7), rows)
    assert frames.text(message) is frames.text(message)
    assert msgspec.json.decode(frames.text(message))["tables"] == {"units": {"E07": {}}}


def test_no_more_texts_are_held_than_a_few() -> None:
    frames = Frames()
    messages = [Changes(seq, Moment(7), (), ()) for seq in range(3 * FRAMES_MAX)]
    assert [msgspec.json.decode(frames.text(each))["seq"] for each in messages] == list(range(3 * FRAMES_MAX))
    assert len(frames) == FRAMES_MAX
