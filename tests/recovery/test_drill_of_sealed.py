"""The drill opens what was sealed, and shows that what was erased does not open (7.9, 18.4)."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.adapters.running import Running, running
from tests.edge.test_edge_erasing import CITY, HERE, erasing, stepped
from tests.recovery.test_recovery import what_failed
from turnout.adapters.clock import SystemClock
from turnout.adapters.storage.sqlite.key_file import KEY_BYTES
from turnout.core.board import PersonCard
from turnout.core.incidents.commands import AddNarrative, AddPerson, CancelIncident, OpenIncident
from turnout.core.retention.commands import ApproveErasure, AskErasure
from turnout.edge.details import DetailsGiven
from turnout.recovery import drill as drill_module
from turnout.recovery import unsealing
from turnout.recovery.backup import back_up
from turnout.recovery.drill import DETAILS, TEXTS, Drill, drill_backup


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Running]:
    async with a_house(tmp_path) as house:
        yield house


@asynccontextmanager
async def a_house(folder: Path) -> AsyncIterator[Running]:
    """I1 and I2, each with a text and a card; of I2 the card is erased alone, I1 is erased."""
    async with running(folder / "var") as house:
        cards = {}
        for incident in ("I1", "I2"):
            await house.do(OpenIncident(incident_id=incident, type="MED", location=HERE, narrative="smoke"))
            for name in ("Ann", "Bo"):
                given = DetailsGiven(incident_id=incident, role="patient", details={"name": name})
                card = await house.edge.details.keep(house.dispatcher(), given)
                assert isinstance(card, PersonCard)
                cards[incident, name] = card
                await house.do(AddPerson(incident_id=incident, person=card))
            await house.do(AddNarrative(incident_id=incident, entry_id="n", text="and more"))
            await house.do(CancelIncident(incident_id=incident, reason="false-call"))
        for n, asked in enumerate(({"incident_id": "I1"}, {"incident_id": "I2", "person_id": cards["I2", "Ann"].id})):
            asks, approves = house.dispatcher("supervisor"), house.dispatcher("supervisor")
            await house.do(AskErasure(request_id=f"r{n}", reason="wish", **asked), asks)
            await house.do(ApproveErasure(request_id=f"r{n}"), approves)
        await stepped(house, erasing(house), 0)
        yield house


def backed_up(house: Running, to: Path) -> tuple[Path, Path]:
    back_up(house.folder / CITY, CITY, to / "backup", to / "keys", SystemClock().now())
    return to / "backup", to / "keys"


def found(drill: Drill) -> tuple[str, str]:
    said = {step.what.en: step.found.en for step in drill.steps}
    return said[DETAILS.en], said[TEXTS.en]


async def test_what_was_kept_opens_and_what_was_erased_does_not(house: Running, tmp_path: Path) -> None:
    drill = await drill_backup(*backed_up(house, tmp_path / "to"))
    assert what_failed(drill) == []
    assert found(drill) == (
        "1 opened, 0 damaged, 0 lack their key; 2 were erased, of which 0 still have a key",
        "5 opened, 0 damaged, 0 lack their key; 1 were erased, of which 0 still have a key",
    )


async def test_without_keys_it_says_that_nothing_was_opened(house: Running, tmp_path: Path) -> None:
    drill = await drill_backup(backed_up(house, tmp_path / "to")[0], None)
    assert [step.what for step in drill.steps if step.is_good is None] == [DETAILS, TEXTS]


async def test_keys_that_are_older_than_the_journal_do_not_pass(house: Running, tmp_path: Path) -> None:
    """A copy of the keys from before: what was said since is lost, and nobody had erased it."""
    _, old = backed_up(house, tmp_path / "before")
    texts = house.edge.texts
    texts._ahead.clear()
    await texts._make()
    await house.do(OpenIncident(incident_id="I3", type="MED", location=HERE, narrative="later"))
    backup, _ = backed_up(house, tmp_path / "after")
    drill = await drill_backup(backup, old)
    assert what_failed(drill) == [TEXTS.en]
    assert "1 lack their key" in found(drill)[1]


async def test_a_key_that_outlives_its_erasure_does_not_pass(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a restore that forgets to destroy what its journal says is erased."""
    backup, keys = backed_up(house, tmp_path / "to")
    honest = drill_module.restore_backup

    async def forgetful(*asked: object, **named: object) -> object:
        tail = await honest(*asked, **named)  # type: ignore[arg-type]
        folder = Path(str(asked[1])) / CITY
        with closing(sqlite3.connect(folder / "vault.sqlite", isolation_level=None)) as base:
            slots = [slot for (slot,) in base.execute("SELECT slot FROM owner_key WHERE destroyed = 1")]
            base.execute("UPDATE owner_key SET destroyed = 0")
        with (folder / "vault.keys").open("r+b") as file:
            for slot in slots:
                file.seek(slot * KEY_BYTES)
                file.write(b"k" * KEY_BYTES)
        return tail

    monkeypatch.setattr(drill_module, "restore_backup", forgetful)
    drill = await drill_backup(backup, keys)
    assert what_failed(drill) == [DETAILS.en, TEXTS.en]
    details, texts = found(drill)
    assert "of which 2 still have a key" in details
    assert "of which 1 still have a key" in texts


async def test_a_key_that_is_not_the_one_it_was_sealed_with_does_not_pass(house: Running, tmp_path: Path) -> None:
    backup, keys = backed_up(house, tmp_path / "to")
    shutil.copy(keys / "vault.keys", tmp_path / "whole.keys")
    content = bytearray((keys / "vault.keys").read_bytes())
    for at in range(KEY_BYTES, len(content), KEY_BYTES):
        if any(content[at : at + KEY_BYTES]):
            content[at] ^= 1
    (keys / "vault.keys").write_bytes(content)
    drill = await drill_backup(backup, keys)
    assert what_failed(drill) == [DETAILS.en, TEXTS.en]
    assert "5 damaged" in found(drill)[1]


async def test_of_a_long_journal_a_sample_is_opened_and_each_key_is_looked_up(
    house: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unsealing, "TEXTS_OPENED_MAX", 5)
    monkeypatch.setattr(unsealing, "AT_ONCE", 2)
    for n in range(9):
        await house.do(OpenIncident(incident_id=f"L{n}", type="MED", location=HERE, narrative="smoke"))
    drill = await drill_backup(*backed_up(house, tmp_path / "to"))
    assert what_failed(drill) == []
    opened = int(found(drill)[1].split()[0])
    assert 3 <= opened <= 5, "two texts of the eleven are erased"
