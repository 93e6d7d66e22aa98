"""Planted bugs of erasing: a hold that is ignored, one person who erases alone, a key that survives its record."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.adapters.running import running
from tests.adapters.storage import test_card_keys as card_tests
from tests.core import test_core_retention as rules_tests
from tests.edge import test_edge_asking_erasure as asking_tests
from tests.edge import test_edge_gone_calls as gone_calls_tests
from tests.planted.plant import Patch, Plant
from tests.recovery import test_drill_of_sealed as drill_tests
from turnout import serving
from turnout.adapters.storage.sqlite import vault as sqlite_vault
from turnout.adapters.storage.sqlite.key_file import KeyFile
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.core.board import Board, PersonCard
from turnout.core.context import Context
from turnout.core.retention import cards, rules
from turnout.core.retention.commands import ApproveErasure
from turnout.edge import erasing as erasing_module
from turnout.edge import looking_up
from turnout.recovery.unsealing import Opening
from turnout.words.identity import ActorId, IncidentId


def hold_ignored(patch: Patch) -> None:
    patch.setattr(rules, "hold_on", lambda board, incident, call: None)


def holds_of_calls_ignored(patch: Patch) -> None:
    patch.setattr(rules, "_held", lambda board, owners: None)


def holds_where_merged_ignored(patch: Patch) -> None:
    patch.setattr(rules, "held_where_merged", lambda board, merged: None)


def erased_alone(patch: Patch) -> None:
    honest = rules._approve

    def approve(board: Board, command: ApproveErasure, context: Context) -> Any:
        actor = replace(context.actor, id=ActorId("somebody-else"))
        return honest(board, command, replace(context, actor=actor))

    patch.setattr(rules, "_approve", approve)


def key_left(patch: Patch) -> None:
    patch.setattr(KeyFile, "destroy", lambda self, slot: None)


def cards_under_the_incidents_key(patch: Patch) -> None:
    honest = SqliteVault._put

    def put(self: SqliteVault, connection: Any, owner: Any, field: str, detail: bytes, ref: str, alone: bool) -> Any:
        return honest(self, connection, owner, field, detail, ref, False)

    patch.setattr(SqliteVault, "_put", put)


def cards_left_with_the_incident(patch: Patch) -> None:
    patch.setattr(sqlite_vault, "WITH_PARTS", "(owner = ? OR (part_of = ? AND 0))")


def nothing_is_erased_under_a_hold_or_alone(_: Path) -> None:
    rules_tests.test_while_a_hold_stands_nothing_is_erased_by_anybody()
    rules_tests.test_the_hold_of_one_call_keeps_the_incident_that_it_concerns()
    rules_tests.test_the_hold_of_an_incident_keeps_what_was_merged_into_it()
    rules_tests.test_one_asks_and_another_approves_and_every_key_is_named()


async def a_destroyed_key_is_in_no_file(folder: Path) -> None:
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    await vault.put(IncidentId("I1"), "caller", b"555-0142")
    key = (folder / "vault.keys").read_bytes()[32:64]
    await vault.destroy(IncidentId("I1"))
    await vault.close()
    assert [path for path in folder.iterdir() if key in path.read_bytes()] == []


async def a_card_is_destroyed_alone_and_with_its_incident(folder: Path) -> None:
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    await card_tests.one_card_is_destroyed_alone(vault)
    await vault.destroy(card_tests.INCIDENT)
    assert not await vault.has_key(card_tests.B)
    await vault.close()


def one_persons_keys_are_named(_: Path) -> None:
    rules_tests.test_one_persons_card_is_erased_alone_in_all_its_versions()
    rules_tests.test_a_card_under_its_incidents_key_or_of_nobody_is_not_erased_alone()


def earlier_versions_forgotten(patch: Patch) -> None:
    patch.setattr(cards, "_cards", lambda board, found: list(found.persons))


def what_a_sender_brings_is_believed(patch: Patch) -> None:
    patch.setattr(serving, "with_record", lambda command, board, records: command)


async def the_records_say_whose_card_it_is(folder: Path) -> None:
    async with gone_calls_tests.a_house(folder) as house:
        await gone_calls_tests.test_a_sender_cannot_bring_a_record_of_its_own(house)


def only_the_next_merger(patch: Patch) -> None:
    def one_step(incident: str, board: Board, records: Any) -> tuple[str, ...]:
        row = board.incidents.get(IncidentId(incident)) or records.find(incident)
        return () if row is None else tuple(one.incident for one in row.links if one.kind.startswith("merged"))

    for module in (looking_up, erasing_module):
        patch.setattr(module, "merged_with", one_step)


async def a_hold_reaches_every_merger(folder: Path) -> None:
    async with running(folder / "var") as house:
        await asking_tests.test_a_hold_keeps_all_that_was_merged_over_any_number_of_steps(house, "I4")


def a_drill_that_passes(patch: Patch) -> None:
    patch.setattr(Opening, "is_good", property(lambda self: True))


async def a_key_that_outlives_its_erasure_is_found(folder: Path) -> None:
    async with drill_tests.a_house(folder) as house:
        with pytest.MonkeyPatch.context() as patch:
            await drill_tests.test_a_key_that_outlives_its_erasure_does_not_pass(house, folder, patch)


def shared_key_taken_for_its_own(patch: Patch) -> None:
    patch.setattr(PersonCard, "has_own_key", property(lambda self: True))


RETENTION_PLANTS: dict[str, Plant] = {
    "a hold that is ignored": Plant(hold_ignored, nothing_is_erased_under_a_hold_or_alone),
    "a hold of a call that is ignored": Plant(holds_of_calls_ignored, nothing_is_erased_under_a_hold_or_alone),
    "a hold that a merged incident escapes": Plant(holds_where_merged_ignored, nothing_is_erased_under_a_hold_or_alone),
    "one person who erases alone": Plant(erased_alone, nothing_is_erased_under_a_hold_or_alone),
    "a key that survives its record": Plant(key_left, a_destroyed_key_is_in_no_file),
    "a card under its incident's key": Plant(
        cards_under_the_incidents_key, a_card_is_destroyed_alone_and_with_its_incident
    ),
    "a card that survives its incident": Plant(
        cards_left_with_the_incident, a_card_is_destroyed_alone_and_with_its_incident
    ),
    "an earlier version of a card that is left": Plant(earlier_versions_forgotten, one_persons_keys_are_named),
    "a caller's card as the sender says it is": Plant(
        what_a_sender_brings_is_believed, the_records_say_whose_card_it_is
    ),
    "a hold that reaches one merger only": Plant(only_the_next_merger, a_hold_reaches_every_merger),
    "a drill that passes whatever its keys open": Plant(a_drill_that_passes, a_key_that_outlives_its_erasure_is_found),
    "a record of an erasure that erases nothing": Plant(shared_key_taken_for_its_own, one_persons_keys_are_named),
}
