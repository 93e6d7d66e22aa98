"""Copies of the vault's keys: kept for days, and no way back for what was destroyed."""

import os
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.vault import DetailsDestroyed
from turnout.main import main
from turnout.recovery.backup import back_up
from turnout.recovery.key_copies import prune_keys
from turnout.recovery.restoring import restore_backup
from turnout.storing import in_files
from turnout.words.identity import IncidentId
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

NOW = Moment(1_795_000_000_000)
CITY = "san-francisco"


def a_copy(folder: Path, days_old: float) -> Path:
    folder.mkdir(parents=True)
    keys = folder / "vault.keys"
    keys.write_bytes(b"key" * 32)
    os.utime(keys, (NOW / 1000 - days_old * 86_400,) * 2)
    return folder


def test_copies_older_than_their_term_are_removed_and_younger_ones_stay(tmp_path: Path) -> None:
    old, young, newest = (a_copy(tmp_path / str(days), days) for days in (15, 13.9, 0))
    assert prune_keys(newest, 14, NOW) == [old]
    assert sorted(tmp_path.iterdir()) == sorted([young, newest])


def test_the_newest_copy_stays_however_old_it_is(tmp_path: Path) -> None:
    newest = a_copy(tmp_path / "keys", 400)
    assert prune_keys(newest, 7, NOW) == []
    assert (newest / "vault.keys").is_file()


def test_what_is_not_a_copy_alone_is_left(tmp_path: Path) -> None:
    newest, data = a_copy(tmp_path / "new", 0), a_copy(tmp_path / "data", 99)
    (data / "journal.sqlite").touch()
    (tmp_path / "linked").symlink_to(data)
    (tmp_path / "note.txt").touch()
    (tmp_path / "empty").mkdir()
    before = sorted(tmp_path.rglob("*"))
    assert prune_keys(newest, 7, NOW) == []
    assert sorted(tmp_path.rglob("*")) == before


def test_a_removed_copy_is_overwritten_before_it_goes(tmp_path: Path) -> None:
    old, newest = a_copy(tmp_path / "old", 20), a_copy(tmp_path / "new", 0)
    os.link(old / "vault.keys", tmp_path / "same-blocks")
    prune_keys(newest, 7, NOW)
    assert (tmp_path / "same-blocks").read_bytes() == bytes(96)


@pytest.mark.parametrize("days", [-1, 0, 6, 31])
def test_a_term_below_a_week_or_over_a_month_is_refused(tmp_path: Path, days: int) -> None:
    with pytest.raises(Malformed, match=f"{days} days"):
        prune_keys(a_copy(tmp_path / "new", 0), days, NOW)


@pytest.mark.parametrize("days", ["6", "31"])
def test_the_command_refuses_such_a_term_before_it_copies_anything(tmp_path: Path, days: str, capsys) -> None:
    asked = ["--to", str(tmp_path / "b"), "--keys-to", str(tmp_path / "k" / "new"), "--keys-days", days]
    assert main(["backup", "--data", str(tmp_path / "var"), *asked]) == 1
    assert "--keys-days" in capsys.readouterr().err
    assert not (tmp_path / "b").exists()


async def a_city(folder: Path) -> None:
    """One detail each of two incidents, in a city's folder."""
    folder.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        stores = await in_files(stack, folder)
        for owner in ("I1", "I2"):
            await stores.vault.put(IncidentId(owner), "person", f"somebody of {owner}".encode(), ref=f"of-{owner}")


async def opened(folder: Path, owner: str) -> bytes:
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    try:
        return await vault.open(IncidentId(owner), f"of-{owner}")
    finally:
        await vault.close()


async def test_keys_older_than_the_backup_bring_nothing_back_that_it_knows_to_be_destroyed(tmp_path: Path) -> None:
    data = tmp_path / "var" / CITY
    await a_city(data)
    back_up(data, CITY, tmp_path / "first", tmp_path / "keys", NOW)
    vault = SqliteVault(data / "vault.sqlite", data / "vault.keys")
    await vault.destroy(IncidentId("I1"))
    await vault.close()
    back_up(data, CITY, tmp_path / "second", None, NOW)

    await restore_backup(tmp_path / "second", tmp_path / "again", keys=tmp_path / "keys")

    again = tmp_path / "again" / CITY
    assert bytes(32) in again.joinpath("vault.keys").read_bytes(), "its key is gone before any door opens"
    with pytest.raises(DetailsDestroyed):
        await opened(again, "I1")
    assert await opened(again, "I2") == b"somebody of I2"


async def test_a_key_file_put_back_by_hand_opens_nothing_that_was_destroyed(tmp_path: Path) -> None:
    data = tmp_path / "var" / CITY
    await a_city(data)
    kept = (data / "vault.keys").read_bytes()
    vault = SqliteVault(data / "vault.sqlite", data / "vault.keys")
    await vault.destroy(IncidentId("I1"))
    await vault.close()
    (data / "vault.keys").write_bytes(kept)

    vault = SqliteVault(data / "vault.sqlite", data / "vault.keys")
    with pytest.raises(DetailsDestroyed):
        await vault.put(IncidentId("I1"), "person", b"once more")
    await vault.close()
    assert kept[32:64] not in (data / "vault.keys").read_bytes()
