"""Planted bugs in the yearly report: counts below five that a reader can work out."""

from pathlib import Path

from tests.planted.plant import Patch, Plant
from tests.reports import test_transparency_suppression as rule_tests
from turnout.reports.transparency import suppression
from turnout.reports.transparency.suppression import Counts


def no_small_count_is_told(_: Path) -> None:
    rule_tests.assert_no_small_count_is_told([rule_tests.a_table((3, 7, 9))])
    rule_tests.assert_no_small_count_is_told([rule_tests.a_table((5, 0)), rule_tests.a_table((4, 1))])


def nothing_hides_the_small_ones(patch: Patch) -> None:
    def hidden(table: Counts) -> set[int] | None:
        return {count for count in table.values() if 0 < count < suppression.LEAST}

    patch.setattr(suppression, "_hidden", hidden)


def its_other_tables_are_published(patch: Patch) -> None:
    honest = suppression._hidden

    def hidden(table: Counts) -> set[int] | None:
        found = honest(table)
        return set(table.values()) if found is None else found

    patch.setattr(suppression, "_hidden", hidden)


TRANSPARENCY_PLANTS: dict[str, Plant] = {
    "small counts that nothing hides": Plant(nothing_hides_the_small_ones, no_small_count_is_told),
    "a table of small counts beside one with their sum": Plant(its_other_tables_are_published, no_small_count_is_told),
}
