"""NATS between processes: what is said is heard, what is not the city's is dropped by name, and nobody waits for it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import nats
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.roles.nats_server import NatsServer
from turnout.adapters.between import nats_line
from turnout.adapters.between.nats_line import (
    MESSAGE_BYTES_MAX,
    SEAL_BYTES,
    WAITING_MAX,
    NatsLine,
    PlacesTold,
    RowsSaid,
    opened,
    sealed,
)
from turnout.desk.chain import JournalRow, genesis
from turnout.desk.chain import sealed as sealed_row
from turnout.edge.between import LINK
from turnout.telemetry.latest import Fix
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import Moment

KEY, OTHER_KEY = bytes(32), bytes([1] * 32)
SUBJECT = "turnout.test.between"
FIX = Fix(unit="E07", lat=37.76, lon=-122.43, at=Moment(1))


def row(seq: int, body: bytes = b"{}") -> JournalRow:
    texts = (ActorId("a"), "", "", "", CommandId(f"c{seq}"), "do")
    return sealed_row(JournalRow(seq, Moment(1), *texts, bytes(32), "done", 1, body, genesis("toy"), b""))


class Ear:
    """A process on the line, and what it heard."""

    def __init__(self, server: NatsServer, name: str, key: bytes = KEY) -> None:
        self.rows: list[int] = []
        self.pokes = 0
        self.places: list[tuple[str, str]] = []
        self.line = NatsLine(
            server.url, "test", key, name, on_rows=self._rows, on_poke=self._poke, on_places=self._places
        )

    def _rows(self, rows: Any) -> None:
        self.rows += [one.seq for one in rows]

    def _poke(self) -> None:
        self.pokes += 1

    def _places(self, fixes: Any, by: str) -> None:
        self.places += [(fix.unit, by) for fix in fixes]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20.0):
        while not holds():
            await asyncio.sleep(0.01)


@pytest.fixture
def server() -> Iterator[NatsServer]:
    server = NatsServer().start()
    yield server
    server.kill()


@pytest.fixture
async def ears(server: NatsServer) -> AsyncIterator[tuple[Ear, Ear]]:
    one, two = Ear(server, "one"), Ear(server, "two")
    for ear in (one, two):
        ear.line.start()
    await until(lambda: one.line.is_connected and two.line.is_connected)
    await until_hearing(one, two)
    yield one, two
    for ear in (one, two):
        await ear.line.stop()


async def until_hearing(one: Ear, two: Ear) -> None:
    """Connected is not yet subscribed: until each has heard the other."""
    async with asyncio.timeout(20.0):
        while not (one.pokes and two.pokes):
            for ear in (one, two):
                ear.line.publish_rows([], 0)
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.1)


async def test_rows_and_places_arrive_and_nobody_hears_its_own(ears: tuple[Ear, Ear]) -> None:
    one, two = ears
    one.line.publish_rows([row(1), row(2)], 2)
    one.line.publish_places([FIX])
    await until(lambda: bool(two.places))
    assert (two.rows, two.places) == ([1, 2], [("E07", "one")])
    assert (one.rows, one.places) == ([], [])


async def test_a_batch_too_large_for_a_message_is_a_poke(ears: tuple[Ear, Ear]) -> None:
    one, two = ears
    before = two.pokes
    one.line.publish_rows([row(1, os.urandom(MESSAGE_BYTES_MAX))], 1)
    await until(lambda: two.pokes > before)
    assert two.rows == []


async def test_what_is_not_the_citys_is_dropped_by_name(server: NatsServer, ears: tuple[Ear, Ear]) -> None:
    stranger = await nats.connect(server.url)
    for data in (
        b"",
        b"move E07",
        sealed(OTHER_KEY, SUBJECT, PlacesTold(LINK, "x", [FIX])),
        sealed(KEY, "turnout.elsewhere.between", PlacesTold(LINK, "x", [FIX])),
        sealed(KEY, SUBJECT, RowsSaid(LINK + 2, 1, [row(1)])),
        bytes(MESSAGE_BYTES_MAX + SEAL_BYTES + 1),
    ):
        await stranger.publish(SUBJECT, data)
    await stranger.close()
    await until(lambda: ears[0].line.dropped.total() == 6)
    assert ears[0].line.dropped == {"not-ours": 4, "unsupported": 1, "too-large": 1}
    assert (ears[0].rows, ears[0].places) == ([], [])


async def test_a_broker_that_comes_back_is_used_again_and_nobody_waited(
    server: NatsServer, ears: tuple[Ear, Ear]
) -> None:
    one, two = ears
    server.kill()
    await until(lambda: not one.line.is_connected and not two.line.is_connected)
    for seq in range(2 * WAITING_MAX):
        one.line.publish_rows([row(seq + 1)], seq + 1)
    server.start()
    await until(lambda: one.line.is_connected and two.line.is_connected)
    one.line.publish_rows([row(7)], 7)
    await until(lambda: bool(two.rows))
    assert two.rows == [7]


async def test_a_line_begins_and_ends_without_a_broker() -> None:
    ear = Ear(NatsServer(), "alone")
    ear.line.start()
    ear.line.publish_places([FIX])
    await asyncio.sleep(0.1)
    async with asyncio.timeout(20.0):
        await ear.line.stop()


async def test_a_listeners_bug_does_not_end_the_hearing(ears: tuple[Ear, Ear], monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = ears

    def stumble(rows: Any) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(two.line, "_on_rows", stumble)
    one.line.publish_rows([row(1)], 1)
    one.line.publish_places([FIX])
    await until(lambda: bool(two.places))


@given(st.data())
def test_no_altered_message_is_opened(data: st.DataObject) -> None:
    whole = sealed(KEY, SUBJECT, RowsSaid(LINK, 2, [row(1), row(2)]))
    assert isinstance(opened(KEY, SUBJECT, whole), RowsSaid)
    at = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(1, 255))
    altered = whole[:at] + bytes([whole[at] ^ byte]) + whole[at + 1 :]
    assert opened(KEY, SUBJECT, altered) == "not-ours"
    assert opened(KEY, SUBJECT, whole[: data.draw(st.integers(0, len(whole) - 1))]) == "not-ours"


@given(st.binary(max_size=200))
def test_what_a_process_of_the_city_garbles_is_malformed(body: bytes) -> None:
    seal = nats_line._seal(KEY, SUBJECT, body)
    assert opened(KEY, SUBJECT, seal + body) == "malformed"
