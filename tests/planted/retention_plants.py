"""Planted bugs of erasing: a hold that is ignored, one person who erases alone, a key that survives its record."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from tests.core import test_core_retention as rules_tests
from tests.planted.plant import Patch, Plant
from turnout.adapters.storage.sqlite.key_file import KeyFile
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.core.board import Board
from turnout.core.context import Context
from turnout.core.retention import rules
from turnout.core.retention.commands import ApproveErasure
from turnout.words.identity import ActorId, IncidentId


def hold_ignored(patch: Patch) -> None:
    patch.setattr(rules, "hold_on", lambda board, incident, call: None)


def holds_of_calls_ignored(patch: Patch) -> None:
    patch.setattr(rules, "_held", lambda board, owners: None)


def erased_alone(patch: Patch) -> None:
    honest = rules._approve

    def approve(board: Board, command: ApproveErasure, context: Context) -> Any:
        actor = replace(context.actor, id=ActorId("somebody-else"))
        return honest(board, command, replace(context, actor=actor))

    patch.setattr(rules, "_approve", approve)


def key_left(patch: Patch) -> None:
    patch.setattr(KeyFile, "destroy", lambda self, slot: None)


def nothing_is_erased_under_a_hold_or_alone(_: Path) -> None:
    rules_tests.test_while_a_hold_stands_nothing_is_erased_by_anybody()
    rules_tests.test_the_hold_of_one_call_keeps_the_incident_that_it_concerns()
    rules_tests.test_one_asks_and_another_approves_and_every_key_is_named()


async def a_destroyed_key_is_in_no_file(folder: Path) -> None:
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    await vault.put(IncidentId("I1"), "caller", b"555-0142")
    key = (folder / "vault.keys").read_bytes()[32:64]
    await vault.destroy(IncidentId("I1"))
    await vault.close()
    assert [path for path in folder.iterdir() if key in path.read_bytes()] == []


RETENTION_PLANTS: dict[str, Plant] = {
    "a hold that is ignored": Plant(hold_ignored, nothing_is_erased_under_a_hold_or_alone),
    "a hold of a call that is ignored": Plant(holds_of_calls_ignored, nothing_is_erased_under_a_hold_or_alone),
    "one person who erases alone": Plant(erased_alone, nothing_is_erased_under_a_hold_or_alone),
    "a key that survives its record": Plant(key_left, a_destroyed_key_is_in_no_file),
}
