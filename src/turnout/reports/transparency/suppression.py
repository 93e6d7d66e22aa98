"""Which counts of a year may be published (counts under 5 never are), and which others must then stay hidden too.

Everybody knows this rule and may subtract one table's sum from another's. Hidden are, in each table: every count from
1 to 4, and every count equal to the smallest that is 5 or more. So two hidden rows of a table could change places and
the very same would be published: each of them may be 5 or more, and nobody can tell. A table without a count of 5 or
more has nothing to hide behind; then no table of those happenings is published, nor their total, from which it
would follow (decision 0190). The terms are those of Hundepool et al., Statistical Disclosure Control (2012), chapter 4.
"""

from collections.abc import Sequence
from typing import Final

LEAST: Final = 5
"""The smallest count that is published: issue and charter say five."""

Counts = dict[str, int]
"""How many there were of each kind; each happening is counted in exactly one row."""

Shown = dict[str, int | None]
"""The same, None where it is hidden. Zero is published as zero."""


def published(tables: Sequence[Counts]) -> list[Shown] | None:
    """What may be published of `tables`, which count the same happenings in several ways; None: nothing of them.

    Raises `AssertionError` where two tables do not have the same sum.
    """
    assert len({sum(one.values()) for one in tables}) <= 1, "tables of the same happenings differ in their sum"
    hidden = [_hidden(one) for one in tables]
    if any(one is None for one in hidden):
        return None
    return [
        {row: None if count in (values or ()) else count for row, count in table.items()}
        for table, values in zip(tables, hidden, strict=True)
    ]


def _hidden(table: Counts) -> set[int] | None:
    """The counts that are hidden wherever they stand; None: there is nothing to hide them behind."""
    small = {count for count in table.values() if 0 < count < LEAST}
    large = [count for count in table.values() if count >= LEAST]
    if not small:
        return set()
    return small | {min(large)} if large else None
