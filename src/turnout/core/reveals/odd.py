"""What is odd about a look at somebody's details (18.5): asked of the responders' own work, never of the public. Pure.

Each mark is a fact that a second person can check, not a judgement and not a score.
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from turnout.words.moment import HOUR_MS, Moment

MANY: Final = 12
"""Different matters within an hour by one person: more than a busy call-taker opens calls in."""

SAME_WORDS: Final = 6
"""Different matters for which one person gave the very same purpose, among those shown: words without a thought."""

Mark = Literal["glass", "many", "same-words", "gap"]


class Look(msgspec.Struct, frozen=True):
    """One reveal, as far as it is judged."""

    n: int
    at: Moment
    by: str
    matter: str
    purpose: str
    ground: str


def marks_of(looks: Sequence[Look], *, is_whole: bool) -> list[tuple[Mark, ...]]:
    """For each of `looks`, in the order of their numbers. `is_whole`: nothing was left out, so a gap is a gap."""
    return [_marks(looks, index, is_whole) for index in range(len(looks))]


def _marks(looks: Sequence[Look], index: int, is_whole: bool) -> tuple[Mark, ...]:
    one, before = looks[index], looks[:index]
    own = [other for other in looks if other.by == one.by]
    found: list[Mark] = []
    if one.ground == "glass":
        found.append("glass")
    if len({other.matter for other in own if 0 <= one.at - other.at <= HOUR_MS}) >= MANY:
        found.append("many")
    if len({other.matter for other in own if other.purpose.casefold() == one.purpose.casefold()}) >= SAME_WORDS:
        found.append("same-words")
    if is_whole and one.n and before and before[-1].n and one.n != before[-1].n + 1:
        found.append("gap")
    return tuple(found)
