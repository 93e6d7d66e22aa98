"""Who may go, and in which order: one rule per file, in this one ordered list.

A *bar* says why a unit cannot be proposed (the first that applies is the reason shown); a *weight* lays seconds on a
candidate for the order only, and says so on its line. To add a rule: a file here, a line below, a test.
"""

from collections.abc import Callable
from typing import Final

from turnout.core.board import Unit
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Candidate, Request
from turnout.recommend.rules import (
    agency,
    crew_size,
    duress,
    excluded,
    hold_back,
    in_service,
    not_busy,
    on_duty,
    rest,
    rotation,
)

Bar = Callable[[Unit, Request], Reason | None]
Weight = Callable[[list[Candidate], Request], list[Candidate]]

BARS: Final[tuple[Bar, ...]] = (
    excluded.bar,
    on_duty.bar,
    agency.bar,
    in_service.bar,
    duress.bar,
    not_busy.bar,
    crew_size.bar,
    rest.bar,
)
WEIGHTS: Final[tuple[Weight, ...]] = (
    rotation.weigh,
    hold_back.weigh,
    rest.weigh,
)
