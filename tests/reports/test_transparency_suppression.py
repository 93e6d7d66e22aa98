"""No combination of what is published tells a count below five, also to somebody who knows the rule."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.reports.transparency import suppression
from turnout.reports.transparency.suppression import LEAST, Counts, Shown, published

ROWS_MAX = 4
COUNT_MAX = 9


def a_table(counts: tuple[int, ...]) -> Counts:
    return dict(zip("abcdef", counts, strict=False))


def all_with(rows: int, total: int) -> Iterator[Counts]:
    """Every table of so many rows and that sum."""
    for counts in product(range(total + 1), repeat=rows - 1):
        if sum(counts) <= total:
            yield a_table((*counts, total - sum(counts)))


def as_key(shown: list[Shown] | None) -> object:
    return None if shown is None else tuple(tuple(one.items()) for one in shown)


def all_that_publish_the_same(tables: list[Counts], totals: range) -> Iterator[list[Counts]]:
    """Every year that would have been published in the very same way, by whoever knows the rule and the rows."""
    seen = as_key(published(tables))
    for total in totals:
        for other in product(*(all_with(len(one), total) for one in tables)):
            if as_key(published(list(other))) == seen:
                yield list(other)


def assert_no_small_count_is_told(tables: list[Counts]) -> None:
    """The most that anybody can do: try every year. Where a total follows from what is shown, no other is tried."""
    shown = published(tables)
    total = sum(tables[0].values())
    totals = range(total, total + 1) if shown is not None else range(total + 2)
    possible: dict[tuple[int, str], set[int]] = defaultdict(set)
    for other in all_that_publish_the_same(tables, totals):
        for index, table in enumerate(other):
            for row, count in table.items():
                possible[index, row].add(count)
    for index, table in enumerate(tables):
        for row, count in table.items():
            if not 0 < count < LEAST:
                continue
            assert shown is None or shown[index][row] is None, "a small count is published"
            assert len(possible[index, row]) > 1, f"{count} of {row} follows from {shown}"
            if shown is not None:
                assert max(possible[index, row]) >= LEAST, f"that {row} is below {LEAST} follows from {shown}"


two_tables = st.tuples(
    st.lists(st.integers(0, COUNT_MAX), min_size=1, max_size=3),
    st.lists(st.integers(0, COUNT_MAX), min_size=1, max_size=2),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, COUNT_MAX), min_size=1, max_size=3))
def test_no_sum_or_difference_tells_a_count_below_five(counts: list[int]):
    assert_no_small_count_is_told([a_table(tuple(counts))])


@settings(max_examples=60, deadline=None)
@given(two_tables)
def test_two_tables_of_the_same_happenings_do_not_tell_it_together(both: tuple[list[int], list[int]]):
    one, other = both
    rest = sum(one) - sum(other)
    if rest < 0:
        one = [*one[:-1], one[-1] - rest]
    else:
        other = [*other[:-1], other[-1] + rest]
    assert_no_small_count_is_told([a_table(tuple(one)), a_table(tuple(other))])


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=14))
def test_hidden_rows_could_change_places_and_the_same_would_be_published(counts: list[int]):
    table = a_table_of_many(counts)
    shown = published([table])
    if shown is None:
        return
    hidden = [row for row, count in shown[0].items() if count is None]
    for one, other in product(hidden, hidden):
        assert published([{**table, one: table[other], other: table[one]}]) == shown
    assert not hidden or max(table[row] for row in hidden) >= LEAST


def a_table_of_many(counts: list[int]) -> Counts:
    return {f"row {index}": count for index, count in enumerate(counts)}


def test_zero_is_said_and_is_not_hidden():
    assert published([{"a": 0, "b": 7, "c": 3, "d": 9}]) == [{"a": 0, "b": None, "c": None, "d": 9}]


def test_large_counts_stand_as_they_are():
    assert published([{"a": 5, "b": 0}, {"x": 2, "y": 3}]) is None
    assert published([{"a": 5, "b": 0}, {"x": 5, "y": 0}]) == [{"a": 5, "b": 0}, {"x": 5, "y": 0}]


def test_where_nothing_hides_a_small_count_the_other_tables_of_it_go_too():
    by_month = {"01": 12, "02": 0}
    by_type = {"fire": 4, "medical": 4, "alarm": 4}
    assert published([by_month, by_type]) is None, "twelve in all would tell four of each"


def test_the_threshold_is_five():
    assert suppression.LEAST == 5
