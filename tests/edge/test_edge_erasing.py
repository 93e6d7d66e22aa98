"""Details end with their term, in every copy; under a hold they do not, and the record of it outlives them (18.4)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.running import Running, running
from turnout.adapters.clock import SystemClock
from turnout.audit.vault import CardRef, DetailsDestroyed
from turnout.city.retention import Retention, Term
from turnout.core.board import Location
from turnout.core.incidents.commands import AddPerson, CancelIncident, OpenIncident
from turnout.core.retention.commands import ApproveErasure, AskErasure, PlaceHold, ReleaseHold
from turnout.edge import erasing as erasing_module
from turnout.edge.details import DetailsGiven
from turnout.edge.erasing import Erasing
from turnout.recovery.backup import back_up
from turnout.recovery.restoring import restore_backup
from turnout.words.identity import IncidentId
from turnout.words.moment import DAY_MS
from turnout.words.place import Place

CITY = "san-francisco"
HERE = Location(text="City Hall", place=Place(37.7793, -122.4193), kind="coordinate")
TERMS = Retention(Term("incident", 30), Term("call", 10))
PLANTED = "Wilhelmina Quandt-Zylberstein"


async def content() -> AsyncIterator[bytes]:
    yield b"\xff\xd8\xff" + PLANTED.encode() * 50


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    """One incident, over, with a caller's details and a sealed file."""
    async with running(tmp_path / "var") as house:
        await house.do(OpenIncident(incident_id="I1", type="MED", location=HERE))
        given = DetailsGiven(incident_id="I1", details={"name": PLANTED, "callback": "+1 415 555 0142"})
        card = await house.edge.details.keep(house.dispatcher(), given)
        await house.do(AddPerson(incident_id="I1", person=card))  # type: ignore[arg-type]
        await house.edge.files._files.keep("I1", content())
        await house.do(CancelIncident(incident_id="I1", reason="false-call"))
        yield house


def erasing(house: Running) -> Erasing:
    edge = house.edge
    records, vault, files = edge.look_up._records, edge.details._vault, edge.files._files
    found = Erasing(edge.counter, records, vault, edge.texts, files, TERMS, edge.now)
    edge.counter.desk.listen(found.hear)
    return found


async def stepped(house: Running, found: Erasing, days: int) -> None:
    house.clock.ahead_ms = days * DAY_MS
    for _ in range(3):  # what is put on record in one step is in the records at the next
        while house.edge.look_up._records.seq < house.desk.seq:
            await asyncio.sleep(0.01)
        await found.step()


def key_of(house: Running, keys: Path | None = None) -> bytes:
    """Of the details of I1, in the city's keys or in a copy of them."""
    slot = slot_of(house.folder / CITY / "vault.sqlite", "I1")
    return (keys or house.folder / CITY / "vault.keys").read_bytes()[slot * 32 : (slot + 1) * 32]


def slot_of(vault: Path, owner: str) -> int:
    with closing(sqlite3.connect(vault)) as base:
        return int(base.execute("SELECT slot FROM owner_key WHERE owner = ?", (owner,)).fetchone()[0])


def files_with(folder: Path, *values: bytes) -> list[str]:
    return [
        str(path) for path in folder.rglob("*") if path.is_file() and any(one in path.read_bytes() for one in values)
    ]


async def acts(house: Running) -> list[Any]:
    return [event for _, event in house.edge.look_up._records.erased(0, 100)]


async def test_at_the_end_of_its_term_nothing_of_it_can_be_read_in_any_file(house: Running) -> None:
    key, found = key_of(house), erasing(house)
    await stepped(house, found, 29)
    assert files_with(house.folder, key) == [str(house.folder / CITY / "vault.keys")]
    await stepped(house, found, 31)
    assert files_with(house.folder, key, PLANTED.encode(), b"555 0142") == []
    with pytest.raises(DetailsDestroyed):
        await house.edge.details._vault.put(IncidentId("I1"), "person", b"again")
    assert [path for path in (house.folder / CITY / "files").rglob("*") if path.is_file()] == []
    assert house.edge.look_up._records.find("I1") is not None, "the incident's record outlives its details"
    assert await house.edge.counter.desk._journal._journal.verify() is None, "the chain goes on verifying"  # type: ignore[attr-defined]


async def test_records_that_cannot_be_read_stop_it_only_until_they_can(
    house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, found, asked = key_of(house), erasing(house), 0
    records, honest = house.edge.look_up._records, house.edge.look_up._records.ended

    def ended(*words: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise sqlite3.DatabaseError("malformed")
        return honest(*words)

    monkeypatch.setattr(records, "ended", ended)
    monkeypatch.setattr(erasing_module, "STEP_S", 0.05)
    house.clock.ahead_ms = 31 * DAY_MS
    running = asyncio.create_task(found.run())
    async with asyncio.timeout(20):
        while files_with(house.folder, key):
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_under_a_hold_nothing_ends_and_after_it_everything_does(house: Running) -> None:
    key, found = key_of(house), erasing(house)
    await house.do(PlaceHold(hold_id="h", incident_id="I1", reason="complaint 12"), house.dispatcher("supervisor"))
    await stepped(house, found, 400)
    assert files_with(house.folder, key)
    await house.do(ReleaseHold(hold_id="h", reason="settled"), house.dispatcher("supervisor"))
    await stepped(house, found, 400)
    assert not files_with(house.folder, key)


async def test_before_its_term_one_asks_and_another_approves(house: Running) -> None:
    key, found = key_of(house), erasing(house)
    asks, approves = house.dispatcher("supervisor"), house.dispatcher("supervisor")
    await house.do(AskErasure(request_id="r", incident_id="I1", reason="taken by mistake"), asks)
    await stepped(house, found, 0)
    assert files_with(house.folder, key)
    await house.do(ApproveErasure(request_id="r"), approves)
    await stepped(house, found, 0)
    assert not files_with(house.folder, key)


async def test_one_persons_card_is_erased_and_the_rest_of_the_incident_stays(house: Running) -> None:
    """One of two wants what is kept of her erased."""
    found, asks, approves = erasing(house), house.dispatcher("supervisor"), house.dispatcher("supervisor")
    await house.do(OpenIncident(incident_id="I2", type="MED", location=HERE))
    cards: list[Any] = []
    for name in ("Ann Li", "Bob Ng"):
        given = DetailsGiven(incident_id="I2", role="patient", details={"name": name})
        cards.append(await house.edge.details.keep(house.dispatcher(), given))
        await house.do(AddPerson(incident_id="I2", person=cards[-1]))
    await house.do(CancelIncident(incident_id="I2", reason="false-call"))
    ann, bob = cards
    keys = (house.folder / CITY / "vault.keys").read_bytes()
    await house.do(AskErasure(request_id="r", incident_id="I2", person_id=ann.id, reason="asked for it"), asks)
    await house.do(ApproveErasure(request_id="r"), approves)
    await stepped(house, found, 0)
    vault = house.edge.details._vault
    with pytest.raises(DetailsDestroyed):
        await vault.open(IncidentId("I2"), ann.ref)
    assert b"Bob Ng" in await vault.open(IncidentId("I2"), bob.ref)
    after = (house.folder / CITY / "vault.keys").read_bytes()
    slots = [at for at in range(32, len(keys), 32) if keys[at : at + 32] != after[at : at + 32]]
    assert len(slots) == 1, "one key, and one only, is destroyed"
    assert [owner for owner, _ in await asyncio.to_thread(house.edge.look_up._records.erased, 0, 100)] == [ann.ref]
    await stepped(house, found, 31)
    assert not await vault.has_key(CardRef(bob.ref)), "the term of the rest goes on"


async def test_an_older_copy_of_the_keys_brings_nothing_back(house: Running, tmp_path: Path) -> None:
    """Not where the vault is as old: the newer journal says what is erased."""
    found, folder = erasing(house), house.folder / CITY
    back_up(folder, CITY, tmp_path / "before", tmp_path / "keys", SystemClock().now())
    await stepped(house, found, 31)
    back_up(folder, CITY, tmp_path / "after", None, SystemClock().now())
    key = key_of(house, tmp_path / "keys" / "vault.keys")
    await restore_backup(tmp_path / "before", tmp_path / "whole", keys=tmp_path / "keys")
    assert files_with(tmp_path / "whole", key), "that backup does not know"
    await restore_backup(tmp_path / "before", tmp_path / "told", keys=tmp_path / "keys", newer=[tmp_path / "after"])
    assert not files_with(tmp_path / "told", key)


async def test_keys_that_were_put_back_are_destroyed_again_when_a_server_starts(house: Running, tmp_path: Path) -> None:
    keys = house.folder / CITY / "vault.keys"
    old, key = keys.read_bytes(), key_of(house)
    await stepped(house, erasing(house), 31)
    vault: Any = house.edge.details._vault
    await vault._thread.do(lambda one: one.execute("UPDATE owner_key SET destroyed = 0"))
    with keys.open("r+b") as file:
        file.write(old)
    assert await vault.has_key(IncidentId("I1"))
    await stepped(house, erasing(house), 31)
    assert not await vault.has_key(IncidentId("I1"))
    assert key not in keys.read_bytes()
