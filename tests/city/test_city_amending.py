"""Changing tables entry by entry (7.7): what differs, what would be wrong, who else has changed it."""

from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.city.amending import FILES, Change, amended, changes_of, check_tables, conflicts, differences, key_of
from turnout.city.folder import load_city, shipped_city, versioned
from turnout.city.problem import Problem
from turnout.city.shapes_of_tables import FieldShape, shapes
from turnout.core.catalogue import Catalogue
from turnout.core.fields import TABLES, entries_of

FOLDER = shipped_city("san-francisco")


@cache
def tables() -> Catalogue:
    return load_city(FOLDER).catalogue


def changed(*changes: Change) -> Catalogue:
    after = amended(tables(), changes)
    assert isinstance(after, Catalogue), after
    return after


def entry(table: str, key: str, **more: object) -> Change:
    held: dict[str, object] = msgspec.to_builtins(entries_of(tables(), table)[key])
    return Change(table, key, held | more)


SOME = st.sampled_from([(table, key) for table in TABLES for key in list(entries_of(tables(), table))[:6]])


@given(st.lists(SOME, unique=True, max_size=8), st.randoms())
def test_what_differs_makes_the_same_tables_again_in_either_direction(some: list[tuple[str, str]], random) -> None:  # type: ignore[no-untyped-def]
    """Also where entries go: putting back gives every entry again, if not its place."""
    after = changed(*(Change(table, key, None) for table, key in some))
    assert {(one.table, one.key) for one in differences(tables(), after)} == set(some)
    again = amended(after, changes_of(differences(after, tables())))
    assert isinstance(again, Catalogue)
    assert differences(tables(), again) == ()


def test_an_entry_keeps_its_place_also_under_another_name() -> None:
    plans = [plan.id for plan in tables().plans]
    after = changed(entry("plans", plans[2], id="renamed"))
    assert [plan.id for plan in after.plans] == [*plans[:2], "renamed", *plans[3:]]


def test_a_difference_names_the_fields_that_differ() -> None:
    code = next(iter(tables().types))
    after = changed(entry("types", code, priority=5, look_back_days=1))
    [one] = differences(tables(), after)
    assert (one.table, one.key, set(one.fields)) == ("types", code, {"priority", "look_back_days"})
    assert one.before is not None
    assert one.after is not None
    assert one.after["look_back_days"] == 1


def test_a_change_that_does_not_fit_says_which_row_and_why() -> None:
    code = next(iter(tables().types))
    outcome = amended(tables(), [entry("types", code), entry("types", code, priority="urgent")])
    assert isinstance(outcome, Problem)
    assert (outcome.spot.file, outcome.spot.line, outcome.spot.entry) == ("types.toml", 2, code)
    assert "priority" in outcome.what.en
    assert isinstance(amended(tables(), [Change("nothing", "x", {})]), Problem)


def test_the_shipped_tables_are_sound_also_without_their_files_lines() -> None:
    assert [one for one in check_tables(tables(), FOLDER) if one.severity == "error"] == []


def test_a_problem_names_file_row_and_entry_with_its_cure_in_both_languages() -> None:
    unit = next(iter(tables().units))
    [problem] = [
        one for one in check_tables(changed(entry("units", unit, station="nowhere")), FOLDER) if one.severity == "error"
    ]
    assert (problem.rule, problem.spot.file, problem.spot.line, problem.spot.entry) == (
        "unknown-station",
        "units.csv",
        1,
        unit,
    )
    assert problem.spoken("en").startswith(f"units.csv row 1 ({unit}): error: unknown station `nowhere`")
    assert "units.csv 第 1 条" in problem.spoken("zh-CN")


def test_a_type_without_a_plan_is_found_before_it_is_published() -> None:
    new = Change(
        "types", "NEW", {"code": "NEW", "name": {"en": "New", "zh": "新"}, "agencies": ["FIRE"], "priority": 3}
    )
    assert "type-without-plan" in {one.rule for one in check_tables(changed(new), FOLDER)}


def test_only_what_somebody_else_changed_as_well_is_a_conflict() -> None:
    one, other = list(tables().types)[:2]
    theirs = changed(entry("types", one, look_back_days=9))
    mine = [entry("types", one, priority=5), entry("types", other, priority=5)]
    assert conflicts(tables(), theirs, mine) == (("types", one),)
    assert conflicts(tables(), tables(), mine) == ()


def test_the_version_follows_the_content_alone() -> None:
    other = msgspec.structs.replace(tables(), utc_offset_min=60, version="x", folder_version="y")
    assert versioned(other).version == versioned(tables()).version
    assert versioned(changed(Change("info", next(iter(tables().info)), None))).version != tables().version


@pytest.mark.parametrize("table", TABLES)
def test_every_field_of_every_entry_is_in_its_form(table: str) -> None:
    known = {one.field for one in shapes()[table]}
    for key, held in list(entries_of(tables(), table).items())[:20]:
        assert set(msgspec.to_builtins(held)) <= known
        if table != "capabilities":
            assert key.partition("#")[0] == key_of(table, held)


def test_a_form_knows_choices_codes_and_what_is_inside_of_records() -> None:
    def of(table: str, field: str) -> FieldShape:
        return next(one for one in shapes()[table] if one.field == field)

    assert set(of("agencies", "discipline").choices) == {"fire", "ems", "police", "services"}
    assert (of("units", "kind").refers, of("units", "station").refers) == ("unit_kinds", "stations")
    assert {one.field for one in of("plans", "needs").fields} == {"capability", "count", "role"}
    assert of("types", "questions").fields[2].kind == "records"
    assert (of("stations", "place").kind, of("stations", "keep_available").kind) == ("place", "counts")


def test_every_table_has_its_file_and_its_words() -> None:
    assert set(FILES) == set(TABLES)
    words = (Path(__file__).parents[2] / "web/src/shared/words/zh-admin.ts").read_text(encoding="utf-8")
    assert [table for table in TABLES if f"    {table}: '" not in words] == []
    assert [one.field for fields in shapes().values() for one in fields if f"    {one.field}: '" not in words] == []
