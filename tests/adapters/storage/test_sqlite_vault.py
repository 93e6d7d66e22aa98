"""Personal details can be read while their key is there, by nobody once it is destroyed; the chain still verifies."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.vault import DETAIL_BYTES_MAX, DetailDamaged, DetailsDestroyed, DetailUnknown
from turnout.desk.faults import StorageDamaged
from turnout.words.identity import CallId, IncidentId

INCIDENT, OTHER = IncidentId("I1"), IncidentId("I2")
NUMBER = b"+1 415 555 0132, Ms Chen / \xe9\x99\x88"


@pytest.fixture
async def vault(tmp_path: Path) -> AsyncIterator[SqliteVault]:
    vault = SqliteVault(tmp_path / "vault.sqlite", tmp_path / "vault.keys")
    yield vault
    await vault.close()


def reopened(folder: Path) -> SqliteVault:
    return SqliteVault(folder / "vault.sqlite", folder / "vault.keys")


async def test_a_detail_is_read_back_after_a_restart(vault: SqliteVault, tmp_path: Path) -> None:
    kept = await vault.put(INCIDENT, "caller", NUMBER)
    assert await vault.open(INCIDENT, kept.ref) == NUMBER
    again = reopened(tmp_path)
    assert await again.open(INCIDENT, kept.ref) == NUMBER
    await again.close()


async def test_no_file_holds_a_detail_in_the_clear(vault: SqliteVault, tmp_path: Path) -> None:
    await vault.put(INCIDENT, "caller", NUMBER)
    for file in tmp_path.iterdir():
        assert NUMBER not in file.read_bytes()
        assert b"Chen" not in file.read_bytes()


async def test_the_same_detail_twice_has_unequal_hashes_and_neither_is_the_plain_one(vault: SqliteVault) -> None:
    one, two = await vault.put(INCIDENT, "caller", NUMBER), await vault.put(INCIDENT, "caller", NUMBER)
    assert len({one.sha256, two.sha256, sha256(NUMBER).hexdigest()}) == 3


async def test_a_destroyed_incident_can_be_read_by_nobody_and_others_can(vault: SqliteVault, tmp_path: Path) -> None:
    gone, kept = await vault.put(INCIDENT, "caller", NUMBER), await vault.put(OTHER, "caller", NUMBER)
    key = (tmp_path / "vault.keys").read_bytes()[32:64]
    await vault.destroy(INCIDENT)
    with pytest.raises(DetailsDestroyed):
        await vault.open(INCIDENT, gone.ref)
    assert await vault.open(OTHER, kept.ref) == NUMBER
    for file in tmp_path.iterdir():
        assert key not in file.read_bytes(), f"{file.name} still holds the key"


async def test_a_copy_of_what_was_sealed_is_worthless_without_the_key(vault: SqliteVault, tmp_path: Path) -> None:
    gone = await vault.put(INCIDENT, "caller", NUMBER)
    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as file:
        stolen = file.execute("SELECT * FROM detail").fetchall()
    await vault.destroy(INCIDENT)
    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as file, file:
        file.executemany("INSERT INTO detail VALUES (?,?,?,?,?,?)", stolen)
    with pytest.raises(DetailsDestroyed):
        await vault.open(INCIDENT, gone.ref)


async def test_nothing_can_be_put_for_an_incident_once_it_is_destroyed(vault: SqliteVault) -> None:
    await vault.destroy(INCIDENT)
    await vault.destroy(INCIDENT)
    with pytest.raises(DetailsDestroyed):
        await vault.put(INCIDENT, "caller", NUMBER)


async def test_a_repeated_put_under_one_reference_gives_the_same_answer(vault: SqliteVault) -> None:
    first = await vault.put(INCIDENT, "caller", NUMBER, ref="c1/caller")
    assert await vault.put(INCIDENT, "caller", NUMBER, ref="c1/caller") == first
    with pytest.raises(ValueError, match="another detail"):
        await vault.put(INCIDENT, "caller", b"somebody else", ref="c1/caller")


async def test_a_reference_of_another_incident_opens_nothing(vault: SqliteVault) -> None:
    kept = await vault.put(INCIDENT, "caller", NUMBER)
    await vault.put(OTHER, "caller", b"another")
    for owner, ref in [(OTHER, kept.ref), (INCIDENT, "no such"), (IncidentId("I9"), kept.ref)]:
        with pytest.raises(DetailUnknown):
            await vault.open(owner, ref)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE detail SET sealed = (SELECT sealed FROM detail WHERE ref = 'two') WHERE ref = 'one'",
        "UPDATE detail SET field = 'patient' WHERE ref = 'one'",
        "UPDATE detail SET sealed = zeroblob(length(sealed)) WHERE ref = 'one'",
        "UPDATE detail SET sha256 = 'ff' WHERE ref = 'one'",
    ],
)
async def test_what_was_exchanged_or_altered_does_not_open(vault: SqliteVault, tmp_path: Path, tampering: str) -> None:
    await vault.put(INCIDENT, "caller", NUMBER, ref="one")
    await vault.put(INCIDENT, "caller", b"another", ref="two")
    with closing(sqlite3.connect(tmp_path / "vault.sqlite")) as file, file:
        file.execute(tampering)
    with pytest.raises(DetailDamaged):
        await vault.open(INCIDENT, "one")


async def test_a_detail_that_is_too_large_is_not_kept(vault: SqliteVault) -> None:
    with pytest.raises(ValueError, match="may have"):
        await vault.put(INCIDENT, "caller", b"x" * (DETAIL_BYTES_MAX + 1))


async def test_a_call_has_a_key_of_its_own(vault: SqliteVault) -> None:
    kept = await vault.put(CallId("call-1"), "caller", NUMBER)
    await vault.destroy(INCIDENT)
    assert await vault.open(CallId("call-1"), kept.ref) == NUMBER


async def test_a_key_that_a_crash_left_half_written_is_passed_over(vault: SqliteVault, tmp_path: Path) -> None:
    with (tmp_path / "vault.keys").open("ab") as file:
        file.write(b"half")
    kept = await vault.put(INCIDENT, "caller", NUMBER)
    assert await vault.open(INCIDENT, kept.ref) == NUMBER


async def test_an_older_key_file_that_was_put_back_gives_no_two_owners_one_slot(
    vault: SqliteVault, tmp_path: Path
) -> None:
    await vault.put(INCIDENT, "caller", NUMBER)
    old = (tmp_path / "vault.keys").read_bytes()
    lost = await vault.put(OTHER, "caller", NUMBER)
    (tmp_path / "vault.keys").write_bytes(old)
    again = reopened(tmp_path)
    third = await again.put(IncidentId("I3"), "caller", NUMBER)
    assert await again.open(IncidentId("I3"), third.ref) == NUMBER
    with pytest.raises(DetailsDestroyed):  # its key is not in that file, and no other is taken for it
        await again.open(OTHER, lost.ref)
    assert [await again.has_key(owner) for owner in (INCIDENT, OTHER, IncidentId("I3"), IncidentId("I4"))] == [
        True,
        False,
        True,
        False,
    ]
    await again.close()


async def test_a_crash_while_a_key_is_destroyed_is_made_up_for_at_the_next_opening(
    vault: SqliteVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await vault.put(INCIDENT, "caller", NUMBER)
    key = (tmp_path / "vault.keys").read_bytes()[32:64]

    def crashed(*_: object) -> None:
        raise OSError("power")

    with monkeypatch.context() as patch:
        patch.setattr("turnout.adapters.storage.sqlite.key_file.KeyFile.destroy", crashed)
        with pytest.raises(OSError, match="power"):
            await vault.destroy(INCIDENT)
    await reopened(tmp_path).close()
    assert key not in (tmp_path / "vault.keys").read_bytes()


def test_a_file_that_is_no_key_file_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "vault.keys").write_bytes(b"somebody's letters")
    with pytest.raises(StorageDamaged):
        reopened(tmp_path)
    assert (tmp_path / "vault.keys").read_bytes() == b"somebody's letters"


def test_only_its_owner_may_read_the_key_file(tmp_path: Path) -> None:
    SqliteVault(tmp_path / "vault.sqlite", tmp_path / "vault.keys")
    assert (tmp_path / "vault.keys").stat().st_mode & 0o777 == 0o600
