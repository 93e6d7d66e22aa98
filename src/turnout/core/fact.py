"""What every event is: a recorded fact, in the past tense, with a stable name that no class path leaks into.

An event carries everything that `evolve` needs, so that a replay gives the same board whatever the rules say by then.
The timers that it starts and stops are part of it: "assign" and "start the clocks" are one fact and one journal row.
"""

import msgspec

from turnout.core.timers.timer import Timer
from turnout.words.identity import ActorId, TimerId
from turnout.words.moment import Moment


class Fact(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    tag_field="event",
    omit_defaults=True,
    forbid_unknown_fields=True,
):
    """The head that all events have in common. `at` is when it was recorded, not when it happened."""

    at: Moment
    by: ActorId
    position: str = ""
    stops: tuple[TimerId, ...] = ()
    starts: tuple[Timer, ...] = ()
    """Started after those of `stops` are gone; one with the same identity is replaced."""
