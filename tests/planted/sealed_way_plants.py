"""Planted bugs of the way of a corridor: in clear, in a digest, not found again, erased under a running corridor."""

from pathlib import Path
from typing import Any

from tests.core import test_core_sealed_corridors as core_tests
from tests.core.conftest import new_room
from tests.edge import test_edge_sealed_corridors as edge_tests
from tests.edge.test_edge_corridors import a_street
from tests.planted.plant import Patch, Plant
from turnout.core import texts as core_texts
from turnout.core.corridors import rules as corridor_rules
from turnout.core.corridors.commands import AskJunctions
from turnout.core.corridors.matters import CorridorJunction, CrossingName, JunctionAsked, JunctionTold
from turnout.core.retention import rules as retention_rules
from turnout.edge.corridors.noted import Noted


def _left_in_clear(patch: Patch, *kinds: type) -> None:
    honest = core_texts._may_change

    def may_change(value: object, of: type, name: str, was: object) -> bool:
        return of not in kinds and honest(value, of, name, was)

    patch.setattr(core_texts, "_may_change", may_change)


def streets_in_clear(patch: Patch) -> None:
    _left_in_clear(patch, CrossingName)


def junctions_in_clear(patch: Patch) -> None:
    _left_in_clear(patch, JunctionAsked, JunctionTold, CorridorJunction)


def compared_as_sealed(patch: Patch) -> None:
    patch.setattr(
        corridor_rules, "keys_of", lambda corridor, show: {row.id: key for key, row in corridor.junctions.items()}
    )


def given_back_as_sealed(patch: Patch) -> None:
    patch.setattr(Noted, "_shown", lambda self, row: row)


def junctions_in_the_digest(patch: Patch) -> None:
    patch.setitem(core_texts.IN_COMMANDS, AskJunctions, ())


def over_while_a_signal_is_held(patch: Patch) -> None:
    patch.setattr(retention_rules, "is_over", lambda board, incident, call: True)


def erased_where_it_was_merged_from(patch: Patch) -> None:
    patch.setattr(retention_rules, "_is_held_under", lambda corridor, incident: corridor.incident == incident)


async def no_way_stands_in_a_file(folder: Path) -> None:
    async with a_street(folder) as street:
        await edge_tests.driven(street)
        await edge_tests.test_the_way_stands_in_no_file_and_is_shown_while_its_key_lives(street)


async def what_stands_is_given_back_by_name(folder: Path) -> None:
    async with a_street(folder) as street:
        await edge_tests.driven(street)
        await edge_tests.test_after_a_restart_what_stands_is_given_back_by_name(street)


async def no_junction_is_in_a_digest(folder: Path) -> None:
    async with a_street(folder) as street:
        await edge_tests.driven(street)
        await edge_tests.test_no_junction_is_in_a_commands_digest(street)


def the_board_is_as_if_nothing_were_sealed(_: Path) -> None:
    steps: Any = core_tests.test_whatever_is_asked_and_answered_the_board_has_it_as_if_nothing_were_sealed
    steps()


def nothing_is_erased_under_a_corridor(_: Path) -> None:
    core_tests.test_nothing_is_erased_while_a_corridor_stands(new_room())


def nothing_is_erased_that_names_what_is_held(_: Path) -> None:
    core_tests.test_a_merger_leaves_what_was_asked_under_its_first_owner(new_room())


SEALED_WAY_PLANTS: dict[str, Plant] = {
    "the streets of a corridor in clear": Plant(streets_in_clear, no_way_stands_in_a_file),
    "the junctions of a corridor in clear": Plant(junctions_in_clear, no_way_stands_in_a_file),
    "a rule that looks for a sealed junction": Plant(compared_as_sealed, the_board_is_as_if_nothing_were_sealed),
    "a junction that is given back by what stands for it": Plant(
        given_back_as_sealed, what_stands_is_given_back_by_name
    ),
    "junctions in a command's digest": Plant(junctions_in_the_digest, no_junction_is_in_a_digest),
    "an erasure under a running corridor": Plant(over_while_a_signal_is_held, nothing_is_erased_under_a_corridor),
    "an erasure of where a running corridor was merged from": Plant(
        erased_where_it_was_merged_from, nothing_is_erased_that_names_what_is_held
    ),
}
