"""What the guard keeps at a junction: the times of its groups, and the least between the greens of any two.

Apart from the guard, as this file is never compiled (`simulated/compiled.py`).
"""

from typing import Final

import msgspec

TOGETHER: Final = -1
"""In the matrix: these two may have green at the same time."""


class GroupRule(msgspec.Struct, frozen=True):
    """The times of one group, in milliseconds; `max_red_ms` 0: it is never served unasked."""

    min_green_ms: int
    ending_ms: int
    starting_ms: int = 0
    max_red_ms: int = 0
    may_close: bool = False
    """It may be kept from beginning (`single_track`). In line it comes after those that may not: see `worst_red_ms`."""


class Rules(msgspec.Struct, frozen=True, cache_hash=True):
    """`least_ms[i][j]`: from the end of green of group i to the beginning of green of group j, or `TOGETHER`."""

    groups: tuple[GroupRule, ...]
    least_ms: tuple[tuple[int, ...], ...]
