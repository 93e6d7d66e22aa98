"""Planted bugs of sealed texts: written in clear, one key for all, a key that nobody finds again, a door left open."""

import re
from pathlib import Path
from typing import Any

from tests.adapters.http import test_http_typed_seals as typed_tests
from tests.adapters.running import running
from tests.core import test_core_sealed_places as core_place_tests
from tests.core import test_core_texts as core_tests
from tests.edge import test_edge_remarks as remark_tests
from tests.edge import test_edge_sealed_places as place_tests
from tests.edge import test_edge_texts as edge_tests
from tests.edge.test_edge_erasing import erasing, files_with, stepped
from tests.planted.plant import Patch, Plant
from tests.planted.sealed_patient_plants import SEALED_PATIENT_PLANTS
from tests.planted.sealed_way_plants import SEALED_WAY_PLANTS
from turnout.adapters.http import door
from turnout.adapters.storage.sqlite.vault import SqliteVault
from turnout.core import texts as core_texts
from turnout.core.decide import decide
from turnout.core.incidents.commands import AddNarrative, AddVehicle, OpenIncident
from turnout.core.incidents.duplicates import near_incidents
from turnout.core.retention import evolve as retention_evolve
from turnout.desk.operations import Operations
from turnout.edge import line_desk, storable
from turnout.edge import texts as texts_module
from turnout.edge.texts import Texts
from turnout.records import retention
from turnout.words.sealed_text import ERASED, FOUND, as_place, spelled


def written_in_clear(patch: Patch) -> None:
    patch.setattr(Texts, "seal", lambda self, owner, text: text)


def one_key_for_all(patch: Patch) -> None:
    honest = Texts.seal
    patch.setattr(Texts, "seal", lambda self, owner, text: honest(self, "the city", text))


def keys_not_recorded(patch: Patch) -> None:
    patch.setattr(retention, "note_keys", lambda base, rows: None)


def key_kept_in_memory(patch: Patch) -> None:
    async def destroy(self: Texts, keys: list[str]) -> None:
        pass

    patch.setattr(Texts, "destroy", destroy)


def left_on_screens(patch: Patch) -> None:
    patch.setattr(retention_evolve, "without", lambda board, owners: board)


def mark_taken_at_the_door(patch: Patch) -> None:
    patch.setattr(storable, "MARK_BYTES", b"never")


def body_not_looked_at(patch: Patch) -> None:
    async def passed(request: Any) -> None:
        pass

    patch.setattr(door, "_nothing_sealed", passed)


def line_not_looked_at(patch: Patch) -> None:
    patch.setattr(line_desk, "why_unstorable", lambda said: None)


def descriptions_in_clear(patch: Patch) -> None:
    honest = core_texts._may_change

    def may_change(value: object, of: type, name: str, was: object) -> bool:
        return name != "description" and honest(value, of, name, was)

    patch.setattr(core_texts, "_may_change", may_change)


def compared_as_sealed(patch: Patch) -> None:
    patch.setattr(Operations, "decide", lambda self, board, command, context: decide(board, command, context))


def description_in_the_digest(patch: Patch) -> None:
    patch.setitem(core_texts.IN_COMMANDS, AddVehicle, ())


def no_command_is_told_apart_by_what_ends(_: Path) -> None:
    core_tests.test_what_a_command_says_that_ends_is_not_in_what_it_is_told_apart_by()


def places_in_clear(patch: Patch) -> None:
    honest = core_texts._may_change

    def may_change(value: object, of: type, name: str, was: object) -> bool:
        return name != "place" and honest(value, of, name, was)

    patch.setattr(core_texts, "_may_change", may_change)


def nothing_is_near(patch: Patch) -> None:
    patch.setattr(Texts, "find_place", lambda self, sealed: None)


def places_kept_in_memory(patch: Patch) -> None:
    patch.setattr(Texts, "_forget_places", lambda self, owners: None)


def address_in_the_digest(patch: Patch) -> None:
    patch.setitem(core_texts.IN_COMMANDS, OpenIncident, ("narrative", "priority_reason"))


def found_as_text(patch: Patch) -> None:
    patch.setattr(texts_module, "FOUND_IN_JSON", re.compile(f"(){FOUND.pattern}()".encode(), re.ASCII))


async def no_place_stands_in_a_file(folder: Path) -> None:
    async with running(folder / "var") as house:
        await place_tests.plant(house)
        assert files_with(house.folder, *place_tests.PLANTED) == []


async def a_place_is_measured_and_shown_as_one(folder: Path) -> None:
    async with running(folder / "var") as house:
        await place_tests.plant(house)
        await place_tests.test_a_place_at_the_doors_has_the_form_it_always_had(house)
        near = near_incidents(house.desk.board, place_tests.WHERE, "MED", house.edge.now(), house.edge.texts.find_place)
        assert "I1" in {one.incident.id for one in near}


async def a_place_ends_with_its_key(folder: Path) -> None:
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    texts = Texts(vault)
    await texts.begin()
    sealed = as_place(texts.seal("I1", spelled(place_tests.HOME)))
    assert texts.find_place(sealed) == place_tests.HOME
    await texts.destroy([texts._of_owner["I1"][0]])
    assert texts.find_place(sealed) is None
    await texts.close()
    await vault.close()


def no_place_is_in_a_digest(_: Path) -> None:
    core_place_tests.test_no_place_is_in_what_a_command_is_told_apart_by()


async def nothing_typed_stands_in_a_file(folder: Path) -> None:
    async with running(folder / "var") as house:
        await remark_tests.plant(house)
        assert files_with(house.folder, remark_tests.NAME) == []


async def nothing_said_stands_in_a_file_before_or_after_an_erasure(folder: Path) -> None:
    async with running(folder / "var") as house:
        await edge_tests.plant(house)
        await edge_tests.ended(house)
        assert files_with(house.folder, edge_tests.NAME) == []
        keys = edge_tests.keys_of(house)
        await edge_tests.told(house)
        await stepped(house, erasing(house), 31)
        assert files_with(house.folder, *keys) == []
        assert ERASED in str(house.desk.board.incidents["I1"].narrative)


async def a_key_is_of_one_owner(folder: Path) -> None:
    vault = SqliteVault(folder / "vault.sqlite", folder / "vault.keys")
    texts = Texts(vault)
    await texts.begin()
    first, second = texts.seal("I1", "fire"), texts.seal("I2", "flood")
    await texts.destroy([texts._of_owner[next(iter(texts._of_owner))][0]])
    assert (texts.shown(first), texts.shown(second)) == (ERASED, "flood")
    await texts.close()
    await vault.close()


def nothing_sealed_comes_in_by_a_door(_: Path) -> None:
    typed: Any = AddNarrative(incident_id="I1", entry_id="E1", text="\ufdd00-1.x.y\ufdd1")
    assert storable.find_unstorable(typed) is not None


async def nothing_sealed_is_opened_by_sending_it(folder: Path) -> None:
    async with running(folder / "var") as house:
        sealed = await typed_tests.sealed_elsewhere(house)
        async with house.program("read", "avl:*") as asker:
            await typed_tests.test_a_body_with_something_sealed_is_taken_by_no_route(asker, sealed, "/positions", True)


async def no_line_has_something_sealed_opened(folder: Path) -> None:
    await typed_tests.test_a_line_on_the_socket_opens_nothing(folder, False)


TEXTS_PLANTS: dict[str, Plant] = {
    **SEALED_WAY_PLANTS,
    **SEALED_PATIENT_PLANTS,
    "what is said is written in clear": Plant(
        written_in_clear, nothing_said_stands_in_a_file_before_or_after_an_erasure
    ),
    "one key for all that is said": Plant(one_key_for_all, a_key_is_of_one_owner),
    "keys of texts that no record has": Plant(
        keys_not_recorded, nothing_said_stands_in_a_file_before_or_after_an_erasure
    ),
    "a key of texts that survives": Plant(key_kept_in_memory, nothing_said_stands_in_a_file_before_or_after_an_erasure),
    "what is erased stays on the screens": Plant(
        left_on_screens, nothing_said_stands_in_a_file_before_or_after_an_erasure
    ),
    "a description in clear": Plant(descriptions_in_clear, nothing_typed_stands_in_a_file),
    "a rule that compares what is sealed": Plant(compared_as_sealed, nothing_typed_stands_in_a_file),
    "a description in a command's digest": Plant(description_in_the_digest, no_command_is_told_apart_by_what_ends),
    "a place in clear": Plant(places_in_clear, no_place_stands_in_a_file),
    "a desk that measures no place": Plant(nothing_is_near, a_place_is_measured_and_shown_as_one),
    "a place that is shown as a text": Plant(found_as_text, a_place_is_measured_and_shown_as_one),
    "a place that outlives its key": Plant(places_kept_in_memory, a_place_ends_with_its_key),
    "an address in a command's digest": Plant(address_in_the_digest, no_place_is_in_a_digest),
    "something sealed that is typed": Plant(mark_taken_at_the_door, nothing_sealed_comes_in_by_a_door),
    "a body that is not looked at": Plant(body_not_looked_at, nothing_sealed_is_opened_by_sending_it),
    "a line that is not looked at": Plant(line_not_looked_at, no_line_has_something_sealed_opened),
}
