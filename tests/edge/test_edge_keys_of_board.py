"""The keys of what stands on the board stay at hand, however much is read besides; and no rule records a gap."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.adapters.running import Running, running
from turnout.audit.texts import holder, seal
from turnout.core.board import Board, Location
from turnout.core.events import Event
from turnout.core.incidents.commands import ClaimIncident, OpenIncident, SplitIncident
from turnout.core.retention.events import DetailsErased
from turnout.desk.access import part
from turnout.desk.desk import Told
from turnout.edge import texts as texts_module
from turnout.edge.answers import Declined
from turnout.edge.texts import UNKNOWN, Texts
from turnout.words.identity import ActorId, IncidentId
from turnout.words.place import Place
from turnout.words.sealed_text import ERASED, written

HOME = Location(text="4 Ottokar Lane", place=Place(37.7793, -122.4193), kind="coordinate")
SPLIT = SplitIncident(incident_id="I1", child_id="I2", type="MED")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    async with running(tmp_path / "var") as house:
        await house.do(OpenIncident(incident_id="I1", type="MED", location=HOME, narrative="smoke"))
        yield house


async def read_much(texts: Texts, count: int) -> None:
    """As a door does that shows old records."""
    names = [f"00ff-{n}" for n in range(count)]
    made = await texts._store.make_keys([holder(name) for name in names])
    for name, secret in zip(names, made, strict=True):
        await texts.open_json(written(seal(name, secret, "old", "said long ago")).encode())


def split_address(house: Running) -> str:
    return house.edge.texts.shown(house.desk.board.incidents["I2"].location.text)


async def test_a_split_has_its_address_after_much_was_read(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = house.edge.texts
    monkeypatch.setattr(texts_module, "KEYS_MAX", 10)
    await read_much(texts, 300)
    texts._shown.clear()
    texts._places.clear()
    await house.do(SPLIT)
    assert split_address(house) == HOME.text
    assert texts.find_place(house.desk.board.incidents["I2"].location.place) == HOME.place


async def test_after_a_restart_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path / "var") as house:
        await house.do(OpenIncident(incident_id="I1", type="MED", location=HOME, narrative="smoke"))
    async with running(tmp_path / "var") as house:
        monkeypatch.setattr(texts_module, "KEYS_MAX", 10)
        await read_much(house.edge.texts, 300)
        house.edge.texts._shown.clear()
        await house.do(SPLIT)
        assert split_address(house) == HOME.text


async def test_a_rule_without_a_key_records_nothing_and_has_it_soon(house: Running) -> None:
    texts = house.edge.texts
    for held in (texts._of_board, texts._keys, texts._shown, texts._places):
        held.clear()
    answer = await house.edge.counter.hand_in(part("tester"), "c1", SPLIT)
    assert isinstance(answer, Declined)
    assert answer.code == "storage-failed"
    assert "I2" not in house.desk.board.incidents
    async with asyncio.timeout(20):
        while isinstance(await house.edge.counter.hand_in(part("tester"), "c1", SPLIT), Declined):
            await asyncio.sleep(0.05)
    assert split_address(house) == HOME.text != UNKNOWN


async def test_what_the_board_names_no_more_is_let_go(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = house.edge.texts
    texts._look_from = 5
    for number in range(20):
        texts.seal(f"X{number}", "of an incident that has left")
    own = texts._of_owner["I1"][0]
    assert len(texts._of_board) > 20
    await house.do(ClaimIncident(incident_id="I1"))
    async with asyncio.timeout(20):
        while len(texts._of_board) > 1:
            await asyncio.sleep(0.01)
    assert list(texts._of_board) == [own]


async def test_what_is_heard_with_a_key_that_came_beside_others_ends_when_it_is_erased(house: Running) -> None:
    """At an edge keys that were made together come together, before it is known whose they are."""
    told: list[Told[Board, Event]] = []
    house.desk.listen(told.append)
    for incident in ("I3", "I4"):
        await house.do(OpenIncident(incident_id=incident, type="MED", location=HOME, narrative=f"flood at {incident}"))
    at_edge, (first, second) = Texts(house.edge.texts._store), told
    text = second.after.incidents[IncidentId("I4")].narrative[0].text
    await at_edge.ready([row.body for row in first.rows], neighbours=True)
    assert at_edge.knows(second.rows)
    at_edge.hear(second)
    assert at_edge.shown(text) == "flood at I4"
    erased = DetailsErased(at=second.at, by=ActorId("tester"), owners=("I4",), rule="term")
    at_edge.hear(msgspec.structs.replace(second, rows=[], events=[erased]))
    assert at_edge.shown(text) == ERASED
