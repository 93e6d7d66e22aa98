"""Commands about timers (3.17). Timers start and stop by themselves with what they time."""

from typing import Annotated

import msgspec

from turnout.core.act import Do
from turnout.core.limits import Id, Line

TIMERS_MAX = 500
"""Timers in one act: one or many (3.17)."""

PUT_OFF_MAX_S = 31 * 24 * 3_600
"""A month: a clock that nobody wants to hear for longer is cancelled instead."""

Timers = Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=TIMERS_MAX)]


class RingTimer(Do, frozen=True, kw_only=True, tag="ring-timer"):
    """From the clock, when the due-time has come."""

    timer: Id


class ResetTimers(Do, frozen=True, kw_only=True, tag="reset-timers"):
    timers: Timers
    by_s: Annotated[int, msgspec.Meta(ge=-PUT_OFF_MAX_S, le=PUT_OFF_MAX_S)] | None = None
    """So many seconds from now; None: the standard's own length again."""


class CancelTimers(Do, frozen=True, kw_only=True, tag="cancel-timers"):
    timers: Timers
    reason: Line = ""


TimerCommand = RingTimer | ResetTimers | CancelTimers
