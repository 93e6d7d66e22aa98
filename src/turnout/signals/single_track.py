"""A single track that is driven in both directions, secured: nobody is let in while somebody may come the other way.

As a railway's block with counters at its ends (axle counters, EN 50126 and VDV 1520 for trams: "Eingleisiger
Abschnitt"): who comes in is counted at the signal, who leaves behind the end. One direction at a time holds the track.
It passes to the other when nobody is on it and no signal has let anybody in for a while. Pure: counts and times in.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from turnout.signals.guard import STEP_MAX_MS
from turnout.words.name import Language, Name

CLEAR_MS: Final = 3_000
"""A signal of the other direction must have been red for so long. Counters stand at the stop line: whoever drove at the
end of amber has been counted by then."""
TURN_MS: Final = 45_000
"""So long may somebody wait while others follow one another the other way; then no more of those are let in."""
LINE_MS: Final = 300_000
"""So long does a direction keep the track for who waited when it got it and has had no green yet: at a full junction
all who are overdue go before him. Were it closed before, both ends of a track might be red for ever."""
GAP_MS: Final = 12_000
"""Where the track lies in a street, cars follow a tram on it. They are let out too: until nobody has come out at the
end for so long, nobody is let in against them."""
GAP_WAIT_MS: Final = 240_000
"""Longer is not waited for cars: they can change lanes, trams cannot."""
DOUBTFUL_MS: Final = 900_000
"""Occupied for so long without anybody counted, a person is told: a counter may have missed one. It stays closed."""


DOUBT = Name(
    "single track {track}: trams were counted in ({inside}) and for {minutes} min none in or out. A counter may have "
    "missed one, or they stand on it. It stays closed: look, and where it is clear declare it clear",
    "单线区段“{track}”：已计入电车（{inside}），{minutes} 分钟内无车驶入或驶出。可能计数器漏计，也可能电车停在区段内。"
    "区段保持关闭：请到现场查看，确认出清后办理计轴复零",
)


class TrackDoubt(msgspec.Struct, frozen=True):
    """A track that is occupied by its counters, and nobody has been counted for long. Milliseconds."""

    track: str
    inside: tuple[int, int]
    """Trams by direction."""
    since_ms: int
    """When somebody was last counted, by the clock of the `Interlocking`."""

    def spoken(self, language: Language, at_ms: int) -> str:
        inside = " / ".join(map(str, self.inside))
        return DOUBT.spoken(language).format(track=self.track, inside=inside, minutes=(at_ms - self.since_ms) // 60_000)


class TrackEntry(msgspec.Struct, frozen=True):
    """Where one gets in: the signal that holds, and the counter at its stop line."""

    direction: int
    """0 or 1."""
    junction: str
    group: str
    counter: str
    approach: tuple[str, ...] = ()
    """Counters so far before the signal that a tram they have seen can still be stopped there. While they have seen
    none, others that share the signal may drive. Empty: nobody may, unless the track is free."""


class TrackExit(msgspec.Struct, frozen=True):
    direction: int
    counter: str


class SingleTrack(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    lanes: tuple[str, ...]
    entries: tuple[TrackEntry, ...]
    exits: tuple[TrackExit, ...]
    open_ends: tuple[str, ...] = ()
    """Lanes by which one gets in past no signal: the track cannot be secured."""

    @property
    def is_secured(self) -> bool:
        return not self.open_ends and {entry.direction for entry in self.entries} == {0, 1}


class Count(NamedTuple):
    """Of one counter in one second: whose front came on it, whose rear has left it."""

    came: int
    left: int
    is_passed: bool = False
    """Somebody was on it who does not run on rails: a car, where the track lies in a street."""


class Interlocking:
    """One track. Each second: `count`, then `may_enter` for each signal before and `tell` after it is switched.

    All its times are by a clock of its own, which `count` alone moves, by a second at most and never back: a clock that
    jumps makes no red look longer than it was.
    """

    def __init__(self, track: SingleTrack, at_ms: int) -> None:
        self.track = track
        self.holder = 0
        self.inside = [0, 0]
        self.is_closing = False
        """Nobody more is let in: the other direction is next."""
        self._said_ms = self._now_ms = self._held_since = at_ms
        self._red_since = {(entry.junction, entry.group): at_ms for entry in track.entries}
        """Of each signal; -1 while it is not red."""
        self._directions = {(entry.junction, entry.group): entry.direction for entry in track.entries}
        self._waits_since: dict[tuple[str, str], int] = {}
        self._coming = dict.fromkeys(self._directions, 0)
        """Trams between the counters before each signal and the signal."""
        self._is_always_shut = {(entry.junction, entry.group): not entry.approach for entry in track.entries}
        self._counted_ms = at_ms
        self._passed_ms = [at_ms - GAP_MS] * 2
        """By direction: when somebody last left it at the end, tram or car."""

    def count(self, counts: Mapping[str, Count], at_ms: int) -> None:
        passed_ms, self._said_ms = at_ms - self._said_ms, at_ms
        self._now_ms += min(max(passed_ms, 0), STEP_MAX_MS)
        for entry in self.track.entries:
            if (count := counts.get(entry.counter)) is not None and count.came:
                self.inside[entry.direction] += count.came
                self._counted_ms = self._now_ms
            signal = entry.junction, entry.group
            near = sum(counts[name].came for name in entry.approach if name in counts)
            passed = counts[entry.counter].came if entry.counter in counts and self._was_open(signal) else 0
            self._coming[signal] = max(self._coming[signal] + near - passed, 0)
        for end in self.track.exits:
            if (count := counts.get(end.counter)) is not None:
                self._passed_ms[end.direction] = self._now_ms
                if count.left:
                    self.inside[end.direction] = max(self.inside[end.direction] - count.left, 0)
                    self._counted_ms = self._now_ms
        self._pass_on()

    def may_enter(self, direction: int) -> bool:
        return direction == self.holder and not self.is_closing and not self.inside[1 - direction]

    def is_closed(self, entry: TrackEntry) -> bool:
        """Whether the signal may not show green: a tram would get in that may not."""
        signal = entry.junction, entry.group
        is_tram = self._is_always_shut[signal] or self._coming[signal] > 0
        return is_tram and not self.may_enter(entry.direction)

    def tell(self, signal: tuple[str, str], *, is_red: bool, is_waited_for: bool) -> None:
        if not is_red:
            self._red_since[signal] = -1
        elif self._red_since[signal] < 0:
            self._red_since[signal] = self._now_ms
        if is_red and (self._coming[signal] or (is_waited_for and self._is_always_shut[signal])):
            self._waits_since.setdefault(signal, self._now_ms)
        else:
            self._waits_since.pop(signal, None)

    def doubt(self) -> TrackDoubt | None:
        if not any(self.inside) or self._now_ms - self._counted_ms < DOUBTFUL_MS:
            return None
        return TrackDoubt(self.track.id, (self.inside[0], self.inside[1]), self._counted_ms)

    def declare_clear(self, doubt: TrackDoubt) -> bool:
        """A person has looked: no tram is on it, and its counts begin anew (reset of an axle counter, "Grundstellung").

        False, and nothing changes, unless the doubt is still the one that he was told, as a tram that has been counted
        since is not what he saw; and unless every signal has been red for `CLEAR_MS`, as somebody may just be driving
        in. Trams that come up to a signal stay counted.
        """
        if self.doubt() != doubt or any(since < 0 or self._is_recent(since) for since in self._red_since.values()):
            return False
        self.inside, self._counted_ms = [0, 0], self._now_ms
        return True

    def _was_open(self, signal: tuple[str, str]) -> bool:
        """Whether who is counted in there may be one who came. At red the counter errs, and he is before it still."""
        since = self._red_since[signal]
        return since < 0 or self._is_recent(since)

    def _pass_on(self) -> None:
        """The other direction is next where it waits and this one has no use for the track, or has had its turn."""
        waits = [self._waits(direction) for direction in (0, 1)]
        mine, other = self.holder, 1 - self.holder
        if waits[other] < 0:
            self.is_closing = False
            return
        is_idle = not self.inside[mine] and waits[mine] < 0 and not self._is_coming(mine)
        is_over = waits[other] >= TURN_MS and self._has_had_turn(mine)
        self.is_closing = self.is_closing or is_idle or is_over or self.inside[other] > 0
        is_followed = self._now_ms - self._passed_ms[mine] < GAP_MS and waits[other] < GAP_WAIT_MS
        if self.is_closing and not any(self.inside) and not is_followed and self._is_shut(mine):
            self.holder, self.is_closing, self._held_since = other, False, self._now_ms

    def _has_had_turn(self, direction: int) -> bool:
        """Whether green was shown to all who waited when it got the track; not waited for longer than `LINE_MS`."""
        waiting = [at for signal, at in self._waits_since.items() if self._directions[signal] == direction]
        return self._now_ms - self._held_since >= LINE_MS or all(at > self._held_since for at in waiting)

    def _waits(self, direction: int) -> int:
        """For how long somebody waits; -1 where nobody does."""
        since = [at for signal, at in self._waits_since.items() if self._directions[signal] == direction]
        return self._now_ms - min(since) if since else -1

    def _is_coming(self, direction: int) -> bool:
        return any(self._coming[signal] for signal, way in self._directions.items() if way == direction)

    def _is_recent(self, since_ms: int) -> bool:
        return self._now_ms - since_ms < CLEAR_MS

    def _is_shut(self, direction: int) -> bool:
        return all(
            (since >= 0 and not self._is_recent(since)) or not (self._is_always_shut[signal] or self._coming[signal])
            for signal, since in self._red_since.items()
            if self._directions[signal] == direction
        )
