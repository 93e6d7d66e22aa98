"""Who is on the way to the stop line, from detectors alone.

A vehicle that passes a detector is on the stretch behind it until a detector further down has seen it: what came in
less what went out. Counts drift, because vehicles change lanes and loops miss some, so what is seen at the ends of a
stretch puts the count right: nobody at the lower end for a while, and who should be there has gone elsewhere; standing
at both ends, and the stretch is full. The stop line sees who stands there. As input and output counting with gaps in
Vigos, Papageorgiou and Wang (Transp. Res. C 16, 2008).
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from turnout.signals.adaptive.layout import Layout, Mark

CRUISE: Final = 0.95
"""Of the speed limit is driven."""
STANDING_MS: Final = 3_000
"""A detector occupied for so long has a queue over it. A lorry of 18 m at 25 km/h needs less."""
FREE_MS: Final = 3_000
"""Nobody seen for so long, and nobody stands there. In a queue that drives off, gaps are about 2 s."""
LATE_MS: Final = 4_000
"""Who is late by so much where nobody was seen is not on this stretch any more."""
EARLY_MS: Final = 5_000
"""A vehicle seen may have been expected so much later: it drives faster."""
JAM_M: Final = 7.5
"""Of lane that a standing vehicle takes; HCM and SUMO alike."""
DUE_MS: Final = 1_000
GAP_MS: Final = 2_500
"""Nobody at the stop line for so long under green, and who was due a second ago is not counted with the stage any more:
the gap after which actuated control ends a green."""
STALLS_MS: Final = 4_000
"""Under green somebody stands at the stop line no longer than this, unless something keeps him. A queue's first start
within 2 s."""
PASSES_MS: Final = 2_000
"""Who came on the stop line under green no longer ago drives over it, in the amber if need be."""
BLOCKED_MS: Final = 5_000
"""Behind the junction nobody stands so long unless there is a queue."""
STRETCH_MAX: Final = 64
"""Vehicles counted on one stretch at most; stretches are shorter than 150 m."""
CHANGING: Final = 0.02
"""Taken to change lanes on a stretch before anything is learned."""
WEIGH_MS: Final = 30_000
"""What was learned is applied so often."""
WEIGHT_MIN: Final = 0.03
"""A lane that is less probable is left out."""
RIGHT_MS: Final = 2_000
"""Stretches are put right so often."""
SECOND_MS: Final = 1_000
NOWHERE: Final[dict[str, float]] = {}
FORGET: Final = 0.95
"""Of what was learned of turning stays, at every vehicle: the last 20 count."""


class Reading(NamedTuple):
    """Of one detector in one second. A detector without a reading saw nobody."""

    entered: int
    is_occupied: bool


STAYS: Final = Reading(0, True)
"""The one who was there a second ago."""


Changes = dict[str, Reading | None]
"""Of the detectors that somebody came on or left since the second before; None: on that one nobody is seen any more."""


class Changing:
    """Makes changes of readings: what is seen as it was a second ago is left out."""

    def __init__(self) -> None:
        self._occupied: set[str] = set()

    def of(self, readings: Mapping[str, Reading]) -> Changes:
        before, self._occupied = self._occupied, {name for name, (_, is_on) in readings.items() if is_on}
        found: dict[str, Reading | None] = {
            name: reading for name, reading in readings.items() if reading != STAYS or name not in before
        }
        found.update(dict.fromkeys(before.difference(readings)))
        return found


Queue = list[tuple[int, float]]
"""When each would be at the stop line if nobody were in the way, in ms, and how sure it is that he comes to this lane;
the first first. Lists and dictionaries, not any sequence or mapping: what is compiled goes through these faster."""
Queues = dict[str, Queue]
"""By lane: who is on the way or waits."""


class Seen:
    """What one detector has shown. It is told only of seconds in which somebody came or left."""

    __slots__ = ("gone_ms", "left_ms", "since_ms", "total")

    def __init__(self, at_ms: int) -> None:
        self.since_ms = -1
        """Occupied since, by one vehicle; -1 when it is free."""
        self.left_ms = at_ms - 60_000
        """Last time somebody was on it, while it is free."""
        self.gone_ms = -1
        """When the last one who stood here left."""
        self.total = 0
        """Who ever came."""

    def read(self, entered: int, is_occupied: bool, at_ms: int) -> None:
        """Somebody came or left."""
        if self.since_ms >= 0 and (entered or not is_occupied) and self.stands(at_ms):
            self.gone_ms = at_ms
        self.total += entered
        if not is_occupied:
            self.since_ms, self.left_ms = -1, at_ms
        elif self.since_ms < 0 or entered:
            self.since_ms = at_ms

    def empties(self, at_ms: int) -> None:
        """Nobody is there any more; a second ago somebody was."""
        if self.stands(at_ms):
            self.gone_ms = at_ms
        self.since_ms, self.left_ms = -1, max(self.left_ms, at_ms - SECOND_MS)

    def stands(self, at_ms: int) -> bool:
        return 0 <= self.since_ms <= at_ms - STANDING_MS

    def is_free(self, at_ms: int) -> bool:
        return self.since_ms < 0 and self.left_ms <= at_ms - FREE_MS


class _Stretch:
    """From a detector to the next ones downstream, those of neighbouring lanes among them: vehicles change lanes."""

    __slots__ = (
        "after",
        "arrives_ms",
        "direct",
        "full",
        "longest_ms",
        "mark",
        "names",
        "seen",
        "shares",
        "to",
        "travel_ms",
        "weights",
    )

    def __init__(self, mark: Mark, ways: Mapping[str, float], all_seen: Mapping[str, Seen]) -> None:
        self.mark, self.seen = mark, all_seen[mark.detector]
        self.names = list(ways)
        self.to = [all_seen[name] for name in ways]
        self.direct = self.to[: len(mark.ways)]
        drive = mark.speed_mps * CRUISE
        self.travel_ms = [round(1_000 * metres / drive) for metres in ways.values()]
        self.longest_ms = max(self.travel_ms)
        self.arrives_ms = round(1_000 * mark.before_stop_line_m / drive)
        self.full = round(min(way.metres for way in mark.ways) / JAM_M)
        self.after: deque[int] = deque()
        """When those came by who are between here and the next."""
        self.shares = [1.0] * len(mark.ways) + [CHANGING] * (len(ways) - len(mark.ways))
        """How often each way was taken, lately."""
        self.weights: tuple[tuple[str, float], ...] = ()
        """Of each lane at whose stop line one gets from here: how probable it is."""


class Observer:
    """The estimate of one junction. `step` once a second, then `queues`."""

    def __init__(self, layout: Layout, at_ms: int) -> None:
        self.layout = layout
        self._came: dict[str, tuple[_Stretch, int]] = {}
        """By stop line: from where the last one came."""
        self._marks = marks = {mark.detector: mark for mark in layout.marks}
        exits = {each for lane in layout.lanes for each in (*lane.exits, *lane.mouths)} - set(marks)
        self.seen = {name: Seen(at_ms) for name in (*marks, *exits)}
        ordered = sorted(layout.marks, key=lambda mark: mark.before_stop_line_m)
        self._stretches: dict[str, _Stretch] = {}
        self._into: dict[str, list[tuple[_Stretch, int, bool, int]]] = {name: [] for name in self.seen}
        """Which stretches lead to it, by which of their ways, whether from a lane beside, how long that takes."""
        for mark in ordered:
            if not mark.ways:
                continue
            ways = {way.to: way.metres for way in mark.ways}
            for way in mark.ways:
                for other in marks[way.to].beside:
                    ways.setdefault(other, way.metres)
            stretch = _Stretch(mark, ways, self.seen)
            self._stretches[mark.detector] = stretch
            for nth, to in enumerate(ways):
                self._into[to].append((stretch, nth, nth >= len(stretch.direct), stretch.travel_ms[nth]))
        self._ordered = list(self._stretches.values())
        self._stops = [(lane.id, self.seen[lane.stop]) for lane in layout.lanes]
        self._stop_of = dict(self._stops)
        self._exits = [(lane.id, [self.seen[name] for name in lane.exits]) for lane in layout.lanes if lane.exits]
        self._mouths = [(lane.id, [self.seen[name] for name in lane.mouths]) for lane in layout.lanes if lane.mouths]
        order = {mark.detector: nth for nth, mark in enumerate(ordered)}
        self._known = {name: (order.get(name, -1), seen) for name, seen in self.seen.items()}
        """From the stop lines up; those behind the junction and where streets begin have -1."""
        self._changing = Changing()
        self._weighed_ms = self._right_ms = at_ms
        self.is_news = False
        """Whether somebody came or left in this second."""
        self._weigh()

    def step(self, at_ms: int, readings: Mapping[str, Reading]) -> list[str]:
        """The detectors on which somebody came, from the stop lines up. Of changes alone: `hear`, and then always."""
        return self.hear(at_ms, self._changing.of(readings))

    def hear(self, at_ms: int, changes: Changes) -> list[str]:
        """As `step`."""
        came: list[tuple[int, str, int]] = []
        is_news, all_known = False, self._known
        for name, reading in changes.items():
            if name not in all_known:
                continue
            nth, seen = all_known[name]
            if reading is None:
                seen.empties(at_ms)
                is_news = True
                continue
            entered, is_occupied = reading
            if entered or seen.since_ms < 0:
                came.append((nth, name, entered))
            seen.read(entered, is_occupied, at_ms)
        self.is_news = is_news or bool(came)
        if len(came) > 1:
            came.sort()
        for nth, name, entered in came:
            if entered and nth >= 0:
                self._passed(name, entered, at_ms)
        if not 0 <= at_ms - self._right_ms < RIGHT_MS:
            self._right_ms = at_ms
            self._put_right(at_ms)
        if not 0 <= at_ms - self._weighed_ms < WEIGH_MS:
            self._weighed_ms = at_ms
            self._weigh()
        return [name for _, name, _ in came]

    def _weigh(self) -> None:
        """What was learned of turning and of changing lanes, from the stop lines up."""
        reached: dict[str, dict[str, float]] = {lane.stop: {lane.id: 1.0} for lane in self.layout.lanes}
        for name, stretch in self._stretches.items():
            shares, names = stretch.shares, stretch.names
            if len(names) == 1:
                lanes = reached.get(names[0], NOWHERE)
            else:
                lanes, total = {}, sum(shares, 0.0)
                for nth, share in enumerate(shares):
                    for lane, weight in reached.get(names[nth], NOWHERE).items():
                        lanes[lane] = lanes.get(lane, 0.0) + weight * share / total
            reached[name] = lanes
            stretch.weights = tuple([each for each in lanes.items() if each[1] >= WEIGHT_MIN])

    def _passed(self, name: str, entered: int, at_ms: int) -> None:
        """Take those who came by off the stretch before, and put them on the one behind."""
        onward = self._stretches.get(name)
        for _ in range(entered):
            self._take(name, at_ms)
            if onward is not None and len(onward.after) < STRETCH_MAX:
                onward.after.append(at_ms)

    def _take(self, name: str, at_ms: int) -> None:
        """One vehicle from the stretch where it was due first; from a neighbouring lane where there is none.

        Who still stands on the detector before is the last to be thought of.
        """
        best: tuple[bool, bool, int] | None = None
        taken: tuple[_Stretch, int] | None = None
        latest_ms = at_ms + EARLY_MS
        for stretch, nth, is_beside, travel_ms in self._into[name]:
            after = stretch.after
            if after:
                due = after[0] + travel_ms
                if due <= latest_ms:
                    found = (len(after) == 1 and stretch.seen.since_ms >= 0, is_beside, due)
                    if best is None or found < best:
                        best, taken = found, (stretch, nth)
        if (best is None or best[0] or best[1]) and self._changed_at_stop(name, at_ms):
            return
        if taken is None:
            self._came.pop(name, None)
            return
        self._came[name] = taken
        stretch, nth = taken
        stretch.after.popleft()
        if len(stretch.shares) > 1:
            stretch.shares = shares = [share * FORGET for share in stretch.shares]
            shares[nth] += 1

    def _changed_at_stop(self, name: str, at_ms: int) -> bool:
        """Whether one who stood at the neighbouring stop line has just come over; then he was bound for this lane."""
        if name in self._stretches:
            return False
        for other in self._marks[name].beside:
            if self.seen[other].gone_ms >= at_ms - 1_000 and other in self._came:
                stretch, nth = self._came.pop(other)
                for i, to in enumerate(stretch.to):
                    if to is self.seen[name]:
                        stretch.shares[nth] = max(stretch.shares[nth] - 1, CHANGING)
                        stretch.shares[i] += 1
                        self._came[name] = (stretch, i)
                        return True
        return False

    def _put_right(self, at_ms: int) -> None:
        standing_ms, free_ms = at_ms - STANDING_MS, at_ms - LATE_MS
        for stretch in self._ordered:
            after, since_ms = stretch.after, stretch.seen.since_ms
            if after and after[0] < free_ms - stretch.longest_ms:
                late_ms = free_ms - stretch.longest_ms
                if all(to.is_free(at_ms) for to in stretch.direct):
                    while after and after[0] < late_ms:
                        after.popleft()
            if 0 <= since_ms <= standing_ms and all(to.stands(at_ms) for to in stretch.direct):
                while len(after) < stretch.full:
                    after.appendleft(at_ms - stretch.longest_ms)

    def moving(self, queues: Queues, lanes: Iterable[str], green_ms: int, at_ms: int) -> Queues:
        """The queues, of these `lanes` that have green without those whom more of it does not serve.

        Who should be there by now where nobody is seen has gone elsewhere, or gives way before he reaches the stop
        line. Who has just come on the stop line drives over it, whatever is shown next.
        """
        if at_ms - green_ms < STALLS_MS:
            return queues
        found: dict[str, Queue] | None = None
        since_ms, stop_of = at_ms - GAP_MS, self._stop_of
        for lane_id in lanes:
            seen = stop_of[lane_id]
            if seen.since_ms >= max(at_ms - PASSES_MS, 0):
                found = found or dict(queues)
                rest = list(queues[lane_id])
                rest.remove((at_ms, 1.0))
                found[lane_id] = rest
            elif seen.since_ms < 0 and seen.left_ms < since_ms and queues[lane_id]:
                found = found or dict(queues)
                found[lane_id] = [each for each in queues[lane_id] if each[0] >= at_ms - DUE_MS]
        return found or queues

    def queues(self, at_ms: int) -> Queues:
        found: dict[str, list[tuple[int, float]]] = {
            lane_id: [(at_ms, 1.0)] if seen.since_ms >= 0 else [] for lane_id, seen in self._stops
        }
        for stretch in self._ordered:
            after = stretch.after
            if after:
                arrives_ms = stretch.arrives_ms
                for lane_id, weight in stretch.weights:
                    found[lane_id] += [(came + arrives_ms, weight) for came in after]
        for arrivals in found.values():
            if len(arrivals) > 1:
                arrivals.sort()
        return found

    def stands_at(self, lane_id: str) -> bool:
        return self._stop_of[lane_id].since_ms >= 0

    def went_since(self, lane_id: str, since_ms: int) -> bool:
        """Whether one who stood at the stop line has driven off since then."""
        return self._stop_of[lane_id].gone_ms >= since_ms

    def stalled(self, green_ms: int, at_ms: int) -> set[str]:
        """Lanes where the first has not moved though it had green since `green_ms`.

        It gives way, or wants where there is red, or waits to change lanes.
        """
        if at_ms - green_ms < STALLS_MS:
            return set()
        long_ms = at_ms - STALLS_MS
        return {lane_id for lane_id, seen in self._stops if 0 <= seen.since_ms <= long_ms}

    def blocked(self, at_ms: int) -> set[str]:
        """Lanes from which nobody could leave: every way out has stood for long."""
        long_ms = at_ms - BLOCKED_MS
        found = set()
        for lane_id, exits in self._exits:
            for seen in exits:
                if not 0 <= seen.since_ms <= long_ms:
                    break
            else:
                found.add(lane_id)
        return found

    def full(self, at_ms: int) -> set[str]:
        """Lanes whose street is full: somebody stands where it begins."""
        long_ms = at_ms - BLOCKED_MS
        found = set()
        for lane_id, mouths in self._mouths:
            for seen in mouths:
                if 0 <= seen.since_ms <= long_ms:
                    found.add(lane_id)
                    break
        return found
