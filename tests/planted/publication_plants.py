"""Planted bugs in what leaves the house: counts below five that a reader can work out, and texts that stay in."""

from pathlib import Path

from tests.planted.plant import Patch, Plant
from tests.redaction import test_redaction_rules as redaction_tests
from tests.reports import test_transparency_suppression as rule_tests
from turnout.redaction import rules as redaction_rules
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


def a_layer_keeps_its_own_and_no_more(_: Path) -> None:
    for layer in redaction_tests.LAYERS.values():
        for planted in redaction_tests.PLANTED:
            redaction_tests.test_what_a_layer_does_not_keep_is_in_no_byte_and_what_it_keeps_is_there(planted, layer)
    redaction_tests.test_a_sentence_leaves_only_with_everything("public")
    redaction_tests.test_what_nobody_has_declared_is_taken_out()


def what_is_covered_is_still_there(patch: Patch) -> None:
    patch.setattr(redaction_rules._Taking, "_take", lambda self, kind, value: {"taken_out": kind, "was": value})


def what_nobody_declared_stays(patch: Patch) -> None:
    patch.setattr(redaction_rules, "_telling_fields", lambda kind: frozenset())


def sentences_stay(patch: Patch) -> None:
    honest = redaction_rules._Taking.line
    patch.setattr(redaction_rules._Taking, "line", lambda self, line, whole: honest(self, line, True))


PUBLICATION_PLANTS: dict[str, Plant] = {
    "small counts that nothing hides": Plant(nothing_hides_the_small_ones, no_small_count_is_told),
    "a table of small counts beside one with their sum": Plant(its_other_tables_are_published, no_small_count_is_told),
    "a value that is covered and not removed": Plant(what_is_covered_is_still_there, a_layer_keeps_its_own_and_no_more),
    "a field that nobody declared": Plant(what_nobody_declared_stays, a_layer_keeps_its_own_and_no_more),
    "sentences that say what fields may not": Plant(sentences_stay, a_layer_keeps_its_own_and_no_more),
}
