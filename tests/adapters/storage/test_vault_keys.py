"""Keys by themselves, many at once: made durably, found while they live, destroyed beyond recall; in both vaults."""

from pathlib import Path

import pytest

from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.texts import WholeVault
from turnout.audit.vault import DetailsDestroyed
from turnout.words.identity import IncidentId

OWNERS = [IncidentId(f"k{n}") for n in range(20)]


async def test_each_owner_has_a_key_of_its_own(vault: WholeVault) -> None:
    made = await vault.make_keys(OWNERS)
    assert len({*made}) == len(OWNERS)
    assert {len(key) for key in made} == {32}
    assert await vault.find_keys([*OWNERS, IncidentId("unknown")]) == dict(zip(OWNERS, made, strict=True))


async def test_keys_beside_details_take_nobodys_place(vault: WholeVault) -> None:
    before = await vault.put(IncidentId("I1"), "caller", b"before")
    await vault.make_keys(OWNERS)
    after = await vault.put(IncidentId("I2"), "caller", b"after")
    await vault.destroy_keys(OWNERS)
    assert await vault.open(IncidentId("I1"), before.ref) == b"before"
    assert await vault.open(IncidentId("I2"), after.ref) == b"after"


async def test_destroyed_keys_are_found_no_more_and_not_made_again(vault: WholeVault) -> None:
    made = await vault.make_keys(OWNERS)
    await vault.destroy_keys(OWNERS[:15])
    await vault.destroy_keys(OWNERS[:15])
    assert await vault.find_keys(OWNERS) == dict(zip(OWNERS[15:], made[15:], strict=True))
    with pytest.raises(DetailsDestroyed):
        await vault.put(OWNERS[0], "caller", b"again")


async def test_destroyed_keys_are_in_no_file(tmp_path: Path) -> None:
    vault = SqliteVault(tmp_path / "vault.sqlite", tmp_path / "vault.keys")
    made = await vault.make_keys(OWNERS)
    await vault.destroy_keys(OWNERS[:15])
    await vault.close()
    body = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert [key in body for key in made] == [False] * 15 + [True] * 5
