"""What has happened to timers by themselves; most start and stop with the event that they time (`Fact.starts`)."""

from turnout.core.fact import Fact
from turnout.words.identity import TimerId


class TimerRang(Fact, frozen=True, kw_only=True, tag="timer-rang"):
    timer: TimerId


class TimersReset(Fact, frozen=True, kw_only=True, tag="timers-reset"):
    """The new due-times are in `starts`."""

    timers: tuple[TimerId, ...]


class TimersCancelled(Fact, frozen=True, kw_only=True, tag="timers-cancelled"):
    timers: tuple[TimerId, ...]
    reason: str = ""


TimerEvent = TimerRang | TimersReset | TimersCancelled
