"""A card under a key of its own: erased alone while the rest stays, and with its incident; in both vaults."""

from pathlib import Path

import pytest

from tests.adapters.storage.test_site_key_change import files_with
from tests.postgres_pair import connected, the_pair
from turnout.adapters.storage.postgres.vault import PostgresVault
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.audit.vault import CardRef, DetailsDestroyed, DetailUnknown
from turnout.words.identity import IncidentId

INCIDENT, OTHER = IncidentId("I1"), IncidentId("I2")
ANN, BOB, OLD = b"Ann Li 555 0142", b"Bob Ng 555 0143", b"from before"
A, B = CardRef("card-a"), CardRef("card-b")

Vault = SqliteVault | PostgresVault


async def with_two_cards(vault: Vault) -> str:
    """And a detail from before cards had keys: its reference."""
    old = await vault.put(INCIDENT, "person", OLD)
    await vault.put(INCIDENT, "person", ANN, A, alone=True)
    await vault.put(INCIDENT, "person", BOB, B, alone=True)
    return old.ref


async def one_card_is_destroyed_alone(vault: Vault) -> None:
    old = await with_two_cards(vault)
    assert [await vault.open(INCIDENT, ref) for ref in (old, A, B)] == [OLD, ANN, BOB]
    await vault.destroy(A)
    await vault.destroy(A)
    assert [await vault.has_key(owner) for owner in (A, B, INCIDENT)] == [False, True, True]
    with pytest.raises(DetailsDestroyed):
        await vault.open(INCIDENT, A)
    with pytest.raises(DetailsDestroyed):
        await vault.put(INCIDENT, "person", ANN, A, alone=True)
    assert [await vault.open(INCIDENT, ref) for ref in (old, B)] == [OLD, BOB]


async def test_one_card_is_destroyed_alone_and_the_rest_of_the_incident_opens(vault: Vault) -> None:
    await one_card_is_destroyed_alone(vault)


async def test_with_the_incident_every_card_of_it_goes_and_none_comes_after(vault: Vault) -> None:
    await with_two_cards(vault)
    kept = await vault.put(OTHER, "person", ANN, CardRef("card-c"), alone=True)
    await vault.destroy(INCIDENT)
    assert [await vault.has_key(owner) for owner in (A, B, INCIDENT, OTHER)] == [False, False, False, True]
    for ref in (A, B):
        with pytest.raises(DetailsDestroyed):
            await vault.open(INCIDENT, ref)
    with pytest.raises(DetailsDestroyed):
        await vault.put(INCIDENT, "person", ANN, CardRef("card-d"), alone=True)
    assert await vault.open(OTHER, kept.ref) == ANN


async def test_a_card_opens_for_its_own_incident_only_and_again_gives_the_same(vault: Vault) -> None:
    await with_two_cards(vault)
    await vault.put(OTHER, "person", BOB)
    with pytest.raises(DetailUnknown):
        await vault.open(OTHER, A)
    one, two = [await vault.put(INCIDENT, "person", ANN, A, alone=True) for _ in range(2)]
    assert one == two
    with pytest.raises(ValueError, match="another detail"):
        await vault.put(INCIDENT, "person", BOB, A, alone=True)


async def test_nobody_gets_at_a_cards_key_by_calling_an_incident_like_it(vault: Vault) -> None:
    await with_two_cards(vault)
    with pytest.raises(ValueError, match="another's key"):
        await vault.put(IncidentId(A), "person", BOB)
    with pytest.raises(ValueError, match="another's key"):
        await vault.put(OTHER, "person", BOB, A, alone=True)


async def test_the_key_of_a_destroyed_card_is_in_no_file(tmp_path: Path) -> None:
    vault = SqliteVault(tmp_path / "vault.sqlite", tmp_path / "vault.keys")
    await with_two_cards(vault)
    slots = (tmp_path / "vault.keys").read_bytes()
    keys = [slots[at : at + 32] for at in range(32, len(slots), 32)]
    await vault.destroy(A)
    assert [bool(files_with(tmp_path, text=key)) for key in keys] == [True, False, True]
    await vault.destroy(INCIDENT)
    assert not any(files_with(tmp_path, text=key) for key in keys)
    await vault.close()


async def test_the_wrapped_key_of_a_destroyed_card_is_in_no_table(tmp_path: Path) -> None:
    database = the_pair().new_database()
    vault = PostgresVault(database, tmp_path / "vault.site-key")
    await vault.prepare(database)
    await with_two_cards(vault)
    await vault.destroy(A)
    async with connected(database) as connection:
        rows = dict(await connection.fetch("SELECT owner, wrapped IS NULL FROM owner_key"))
        assert rows == {"I1": False, "card-a": True, "card-b": False}
        assert await connection.fetchval("SELECT count(*) FROM detail") == 2
    await vault.close()


async def test_cards_keep_their_own_keys_in_a_move_into_a_database(tmp_path: Path) -> None:
    ours = SqliteVault(tmp_path / "vault.sqlite", tmp_path / "vault.keys")
    old = await with_two_cards(ours)
    await ours.destroy(B)
    database = the_pair().new_database()
    theirs = PostgresVault(database, tmp_path / "vault.site-key")
    await theirs.prepare(database)
    async for one in ours.hand_over():
        await theirs.take_over(one)
    assert [await theirs.open(INCIDENT, ref) for ref in (old, A)] == [OLD, ANN]
    with pytest.raises(DetailsDestroyed):
        await theirs.open(INCIDENT, B)
    await theirs.destroy(INCIDENT)
    with pytest.raises(DetailsDestroyed):
        await theirs.open(INCIDENT, A)
    await ours.close()
    await theirs.close()
