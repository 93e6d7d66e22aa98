"""Detectors that cannot be believed: found by what their neighbours on the lane have seen, and named.

A loop that is always occupied, one that never is, one that counts double. A vehicle that passes a detector has passed
the one before and will pass the next, so their counts go together; a detector is compared with those that have no
other way in or out. As the plausibility checks of RiLSA 2015 and of Chen, Kwon, Rice, Skabardonis and Varaiya (2003).
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import Seen
from turnout.words.name import Name

FaultKind = Literal["stuck", "silent", "double"]
FAULT_NAMES: Final[Mapping[FaultKind, Name]] = {
    "stuck": Name("always occupied", "持续占用"),
    "silent": Name("sees nobody", "无检测信号"),
    "double": Name("counts double", "重复计数"),
}

STUCK_MS: Final = 240_000
"""Occupied so long by one vehicle while others pass beside it. No red is that long (`supervisor.worst_wait_ms`)."""
PASSED_MIN: Final = 12
"""So many must have passed a neighbour before it is believed against the detector: some change lanes."""
COUNTED_MIN: Final = 30
"""So many must have been counted before two counts are compared."""
DOUBLE: Final = 1.6
"""From so many times the neighbours' counts on; lane changing between two detectors stays well below."""
RIGHT: Final = 1.3
SHARE: Final = 0.5
"""Of a lane's fair share, or of those who went by, is missing at the whole place when one detector there is silent."""
WINDOW_MS: Final = 900_000
"""Counts are compared over so long, then afresh."""
LOOK_MS: Final = 30_000
AGAIN_MIN: Final = 5
"""A silent one that counts so many is believed again."""


class DetectorFault(msgspec.Struct, frozen=True):
    detector: str
    kind: FaultKind
    since_ms: int


class _Watched:
    __slots__ = ("before", "has_counted", "here", "is_stop", "near", "next", "places", "seen", "until", "window")

    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.near: list[_Watched] = []
        """Before and behind it on the same way, with no other way in or out between."""
        self.here: tuple[_Watched, ...] = ()
        """It and those on the neighbouring lanes at the same place; `next`: the same of the place behind it."""
        self.next: tuple[_Watched, ...] = ()
        self.window = self.until = seen.total
        """What it had counted when the window began, and when it last counted somebody."""
        self.before: list[int] = []
        """What the neighbours had counted then; `places`: what its whole place had, and the next."""
        self.places = (0, 0)
        self.is_stop = self.has_counted = False
        """`has_counted`: since it was last looked at."""

    @property
    def counted(self) -> int:
        """In this window."""
        return self.seen.total - self.window


class FaultWatch:
    """The detectors of one junction. `seen`: what the observer keeps of each."""

    def __init__(self, layout: Layout, seen: Mapping[str, Seen]) -> None:
        self._watched = every = {mark.detector: _Watched(seen[mark.detector]) for mark in layout.marks}
        into: dict[str, list[str]] = {name: [] for name in self._watched}
        ways = {mark.detector: mark.ways for mark in layout.marks}
        closed = {mark.detector: [way.to for way in mark.ways if not way.is_open] for mark in layout.marks}
        for mark in layout.marks:
            for way in mark.ways:
                into[way.to].append(mark.detector)
        for mark in layout.marks:
            name, onward = mark.detector, closed[mark.detector]
            if len(mark.ways) == len(onward) == 1 and len(into[onward[0]]) == 1:
                every[name].near.append(every[onward[0]])
                every[onward[0]].near.append(every[name])
        beside = {mark.detector: (mark.detector, *mark.beside) for mark in layout.marks}
        for mark in layout.marks:
            watched = every[mark.detector]
            watched.here = tuple(every[name] for name in beside[mark.detector])
            watched.is_stop = not mark.ways
            onward = [way.to for way in mark.ways]
            if watched.is_stop:  # the place before it
                onward = [name for name in into[mark.detector] if mark.detector in closed[name]]
            elif any(way.is_open for each in beside[mark.detector] for way in ways[each]):
                onward = []
            watched.next = tuple(every[name] for name in dict.fromkeys(name for to in onward for name in beside[to]))
        for lane in layout.lanes:
            for name in lane.exits:
                if name not in every:
                    every[name] = _Watched(seen[name])
                every[name].near.append(every[lane.stop])
        for watched in every.values():
            _remember(watched)
        self._exits = set(every) - set(ways)
        self._looked_ms = self._window_ms = 0
        self.faults: dict[str, DetectorFault] = {}

    def step(self, at_ms: int) -> None:
        if 0 <= at_ms - self._looked_ms < LOOK_MS:
            return
        self._looked_ms = at_ms
        for name, watched in self._watched.items():
            watched.has_counted = watched.seen.total != watched.until
            if watched.has_counted:
                watched.until = watched.seen.total
                _remember(watched)
            self._look(name, watched, at_ms)
        if at_ms - self._window_ms >= WINDOW_MS or at_ms < self._window_ms:
            self._window_ms = at_ms
            for watched in self._watched.values():
                watched.window = watched.seen.total

    def _look(self, name: str, watched: _Watched, at_ms: int) -> None:
        kind = self._kind(name, watched, at_ms)
        known = self.faults.get(name)
        if kind is None and known is not None and self._is_right(known, watched):
            del self.faults[name]
        elif kind is not None and (known is None or known.kind != kind):
            self.faults[name] = DetectorFault(name, kind, at_ms)

    def _kind(self, name: str, watched: _Watched, at_ms: int) -> FaultKind | None:
        if watched.seen.since_ms >= 0:
            is_long = at_ms - watched.seen.since_ms >= STUCK_MS
            return "stuck" if is_long and _is_passed_by(watched) else None
        if name in self._exits:
            return None
        if len(watched.near) < 2:
            return _at_the_edge(watched)
        if _is_passed_by(watched):
            return "silent"
        return "double" if _is_double(watched) and _is_more(watched) else None

    def _is_right(self, known: DetectorFault, watched: _Watched) -> bool:
        """Whether one that could not be believed can be again."""
        if known.kind == "stuck":
            return watched.seen.since_ms < 0
        if known.kind == "silent":
            return watched.counted >= AGAIN_MIN
        most = max([near.counted for near in watched.near], default=0)
        return most >= COUNTED_MIN // 2 and watched.counted <= RIGHT * most


def _totals(watched: _Watched) -> list[int]:
    return [near.seen.total for near in watched.near]


def _remember(watched: _Watched) -> None:
    watched.before = _totals(watched)
    watched.places = _place_total(watched.here), _place_total(watched.next)


def _place_total(place: Iterable[_Watched]) -> int:
    return sum([each.seen.total for each in place])


def _is_passed_by(watched: _Watched) -> bool:
    """Whether so many went by it, since it last saw somebody come, that it must have seen one.

    On both sides of it; where only one is known, twice as many if they may have come from the lane beside. Where there
    are lanes beside, half of them must be missing at the whole place too: they may all have changed lanes before it,
    and others behind it.
    """
    if watched.has_counted:
        return False
    passed = [near.seen.total - watched.before[nth] for nth, near in enumerate(watched.near)]
    least = min(passed, default=0)
    if least < (2 if len(passed) == 1 and len(watched.here) > 1 else 1) * PASSED_MIN:
        return False
    if len(watched.here) < 2 or not watched.next:
        return True
    here, behind = watched.places
    missing = (_place_total(watched.next) - behind) - (_place_total(watched.here) - here)
    return missing >= SHARE * least


def _is_double(watched: _Watched) -> bool:
    counted = watched.counted
    return counted >= COUNTED_MIN and counted >= DOUBLE * max([near.counted for near in watched.near])


def _is_more(watched: _Watched) -> bool:
    """Whether its whole place counts too much, too: else they came from the lane beside and went back to it."""
    if len(watched.here) < 2 or not watched.next:
        return True
    return _counted(watched.here) - _counted(watched.next) >= (1 - 1 / DOUBLE) * watched.counted


def _counted(place: Iterable[_Watched]) -> int:
    return sum([each.counted for each in place])


def _at_the_edge(watched: _Watched) -> FaultKind | None:
    """Of one that has a neighbour on one side only: vehicles may have come from the lane beside.

    So the whole place is compared with the place behind it, or before it where it is a stop line. A place where nobody
    is seen at all is not judged: there may be other ways in. Its neighbour on the lane has seen half at least of those
    who are missing: a lane that nobody uses has silent detectors, and beside it somebody may begin his way.
    """
    counted, is_stop = watched.counted, watched.is_stop
    if counted and (is_stop or not watched.near or not _is_double(watched)):
        return None  # what moves up over a stop line by bits is counted more than once by a right one too
    here, behind = _counted(watched.here), _counted(watched.next)
    if not watched.next or behind < COUNTED_MIN or (here < COUNTED_MIN and not is_stop):
        return None
    if counted == 0:
        missing = behind - here
        if watched.near and max([near.counted for near in watched.near]) < SHARE * missing:
            return None
        return "silent" if missing >= max(SHARE * behind / max(len(watched.here), 1), PASSED_MIN) else None
    return "double" if here - behind >= (1 - 1 / DOUBLE) * counted else None
