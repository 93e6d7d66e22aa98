"""The green corridor: which signals ahead of a crew are asked for green, when, and when they are given back.

A junction is asked so long before the estimated arrival that the queue in front of it is gone by then: the time to
clear the crossing traffic, the start-up time, and a saturation headway for each vehicle that waits (Highway Capacity
Manual, 7th edition, chapter 19). It is held until the crew is past, and given back at once when the crew arrives, takes
another way or is called off; after a bounded time when the crew stands still or is no longer heard of. Where the
corridors of two crews meet, the higher level goes first, then the one that was requested first; the other is told.

Pure: the way ahead, places and clock come in; requests go out. All times are milliseconds of one clock unless the name
says otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec
from msgspec.structs import replace

SATURATION_HEADWAY_S: Final = 2.0
"""Between two vehicles of a queue that discharges: 1,800 per hour and lane, the HCM's base rate rounded."""
START_UP_S: Final = 2.0
"""Lost by the first vehicles of a queue."""
CLEARING_S: Final = 12.0
"""Until the group can be green at all: the least green of what has just begun, and its intergreen."""
MARGIN_S: Final = 4.0
"""A crew that sees green early need not brake."""
QUEUE_DEFAULT: Final = 8
"""Vehicles of a lane that wait where nobody counts them."""
LEAD_MAX_S: Final = 90.0
"""No junction is asked earlier: what its other approaches wait must have an end."""
ASKED_MAX: Final = 8
"""Junctions of one corridor at a time; more are never within the lead."""

LOST_AFTER_MS: Final = 10_000
"""A place older than this is no longer driven on in thought: nothing new is asked."""
LOST_HOLD_MS: Final = 30_000
"""After so long without a place everything is given back."""
PACE_WEIGHT: Final = 0.1
"""Of the newest second in the crew's pace: half a minute of crawling is a jam, one braking is not."""
PACE_MIN_MPS: Final = 3.0
"""So fast a crew gets through a jam: others make way."""
FASTER_MAX: Final = 2.0
"""A crew is not taken to be more than so many times as fast as its way alone says: slower streets may follow."""
STILL_MPS: Final = 1.0
STILL_M: Final = 15.0
"""Who is nearer to the end of the way by no more than this has not moved."""
STILL_HOLD_MS: Final = 60_000
"""A queue of twenty has gone in this time; who stands longer is held up by something else."""
HOLD_MAX_MS: Final = 150_000
"""At one junction until it is passed, in all, also where it was given back meanwhile: whatever happens. Afterwards this
corridor does not ask it again."""
PASSED_M: Final = 80.0
"""Who was so near to a stop line when last seen, and no longer has it ahead, is past it."""
ASK_ANEW_MS: Final = 5_000
"""A controller is told anew when the arrival has moved by this much."""
AT_ONCE_ANEW_MS: Final = 1_000
"""Or green is wanted at once, and a time later by this was told."""
REPEAT_MS: Final = 20_000
"""And in any case so often: it drops what nobody repeats."""
FULL_S: Final = 10.0
"""So long somebody stands behind a junction before the street there is taken to be full: a queue that drives off passes
a detector sooner. Then the next junction is opened."""
FLOWS_MS: Final = 20_000
"""So long the street before it has to flow until a junction that was opened for it, and is not near, goes back: the
front of a queue that sets off needs this for some seventy metres."""
BLOCKED_S: Final = 30.0
"""And so long although it is: green into that street is lost to all others, and is given back."""
THROUGH_MS: Final = 6_000
"""From the stop line until a long vehicle has left the junction."""

ReleaseReason = Literal[
    "passed",
    "off-route",
    "lost",
    "stopped",
    "too-long",
    "blocked",
    "flows",
    "other-corridor",
    "ended",
    "cancelled",
    "refused",
]


class Ahead(msgspec.Struct, frozen=True):
    """A junction with signals on the way: the group that lets the crew through, and how far its stop line is."""

    junction: str
    group: str
    metres: float
    seconds: float
    also: tuple[str, ...] = ()
    """Groups at further stop lines of the same junction, in the order of driving."""

    @property
    def groups(self) -> frozenset[str]:
        return frozenset((self.group, *self.also))

    def with_stop(self, group: str) -> "Ahead":
        """With one more stop line of the same junction, which this group lets through."""
        return self if group in self.groups else replace(self, also=(*self.also, group))


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the crew. `ahead` in the order of driving, as of `fix_at_ms`; `left_m` to the end of the way."""

    fix_at_ms: int
    speed_mps: float | None
    """None: its places come without a speed."""
    left_m: float
    ahead: tuple[Ahead, ...]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A junction that was asked and not yet given back. `metres`: how far it was when the crew was last seen.

    `since_ms`: as if it had been held without a break for as long as it was held in all.
    """

    group: str
    also: tuple[str, ...] = ()
    since_ms: int
    told_ms: int
    arrives_ms: int
    green_ms: int
    """When green is wanted. Never put off: a crew that slows down keeps the green that it has."""
    metres: float
    needed_ms: int | None = None
    """When the street before it was last full, for which it was opened; None: it is near."""

    def serves(self, ahead: Ahead) -> bool:
        """Whether it was asked for all stop lines that are still ahead."""
        return ahead.groups <= {self.group, *self.also}


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One corridor as it runs. `level` 1 is the highest."""

    id: str
    level: int
    since_ms: int
    held: dict[str, Held] = {}
    barred: dict[str, str] = {}
    """Junctions that are not asked again, and why."""
    spent_ms: dict[str, int] = {}
    """For how long junctions that were given back before the crew was past had been held, in all."""
    behind: dict[str, str] = {}
    """Junctions at which another corridor goes first, and which."""
    moved_ms: int
    moved_m: float = -1.0
    """When the crew last moved, and how far it then had to go."""
    pace_mps: float = 12.0
    """Its speed of late. In a jam it arrives later than the way alone would say, on free streets sooner."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Ask the junction, or tell it another arrival. Times from `at_ms`."""

    corridor: str
    junction: str
    at_ms: int
    group: str
    also: tuple[str, ...] = ()
    level: int
    green_in_ms: int
    """Until green is wanted: what the queue before the crew needs sooner than it arrives."""
    arrives_in_ms: int
    leaves_in_ms: int
    is_new: bool


class Release(msgspec.Struct, frozen=True, kw_only=True):
    corridor: str
    junction: str
    reason: ReleaseReason


class StandBack(msgspec.Struct, frozen=True, kw_only=True):
    """Another corridor goes first there; it is asked as soon as that one has given it back."""

    corridor: str
    junction: str
    group: str
    first: str


Act = Ask | Release | StandBack
Queue = Callable[[str, str], int | None]
"""Vehicles that wait in each lane before a junction's group; None: nobody counts them."""
Full = Callable[[str, Ahead], float | None]
"""For how many seconds somebody has stood behind a junction, where the crew drives on; None: nobody looks there."""
Meet = Callable[[str, str, str], bool]
"""Whether two groups of a junction may not be green together."""


def lead_s(queue: int | None) -> float:
    """So long before the arrival green is asked for, that a queue of so many vehicles a lane is gone by then."""
    return min(LEAD_MAX_S, CLEARING_S + discharge_s(queue))


def discharge_s(queue: int | None) -> float:
    """So long before the arrival it has to be green for that."""
    waiting = QUEUE_DEFAULT if queue is None else max(queue, 0)
    return START_UP_S + waiting * SATURATION_HEADWAY_S + MARGIN_S


def arrives_s(ahead: Ahead, pace_mps: float, speed_mps: float | None) -> float:
    """Until the crew is at that stop line, by its pace of late, or by its speed where it has just sped up.

    Where its places come without a speed: never sooner than the way alone says.
    """
    by_pace_s = ahead.metres / max(pace_mps, speed_mps or 0.0, PACE_MIN_MPS)
    return max(by_pace_s, ahead.seconds if speed_mps is None else ahead.seconds / FASTER_MAX)


def in_all(known: int, is_guess: bool) -> int:
    """Those that are counted, and where somewhere nobody counts once what is assumed."""
    return known + (QUEUE_DEFAULT if is_guess else 0)


def nobody_looks(junction: str, ahead: Ahead) -> float | None:
    """`Full` of a city without detectors behind its junctions."""
    return None


def begun(id: str, level: int, at_ms: int) -> Track:
    return Track(id=id, level=level, since_ms=at_ms, moved_ms=at_ms)


def step(
    tracks: Sequence[Track],
    seen: Mapping[str, Seen],
    queue: Queue,
    meet: Meet,
    now_ms: int,
    full: Full = nobody_looks,
) -> tuple[list[Track], list[Act]]:
    """The next moment of all corridors: what is asked, what is given back. `seen` is by corridor; it may lack some."""
    moved = [_moved(track, seen.get(track.id), now_ms) for track in tracks]
    wants = [_wants(track, seen.get(track.id), queue, full, now_ms) for track in moved]
    gone_first = settle(moved, [want.green for want in wants], meet)
    acts: list[Act] = []
    after = []
    for track, want in zip(moved, wants, strict=True):
        green = want.green
        behind = {junction: gone_first[track.id, junction] for junction in green if (track.id, junction) in gone_first}
        told = {junction: ahead for junction, ahead in green.items() if junction not in behind}
        stands: list[Act] = [
            StandBack(corridor=track.id, junction=junction, group=green[junction].group, first=first)
            for junction, first in behind.items()
            if track.behind.get(junction) != first
        ]
        why_not: dict[str, ReleaseReason] = dict.fromkeys(want.blocked, "blocked")
        why_not |= dict.fromkeys(behind, "other-corridor")
        why_not |= dict.fromkeys(want.flows, "flows")
        freed, released = _given_back(track, told, why_not, seen.get(track.id), now_ms)
        asking, asked = _asked(freed, told, want, now_ms)
        acts += [*released, *stands, *asked]
        after.append(replace(asking, behind=behind))
    return after, acts


def settle(tracks: Sequence[Track], wants: Sequence[Mapping[str, Ahead]], meet: Meet) -> dict[tuple[str, str], str]:
    """(corridor, junction) → the corridor that goes first there, for those that have to stand back.

    Level, then who was requested first; never two whose groups meet.
    """
    order = sorted(zip(tracks, wants, strict=True), key=lambda one: (one[0].level, one[0].since_ms, one[0].id))
    first: dict[str, list[tuple[str, frozenset[str]]]] = {}
    stands_back: dict[tuple[str, str], str] = {}
    for track, want in order:
        for junction, ahead in want.items():
            ahead_of = first.setdefault(junction, [])
            winner = next((id for id, groups in ahead_of if _meet(meet, junction, groups, ahead.groups)), None)
            if winner is None:
                ahead_of.append((track.id, ahead.groups))
            else:
                stands_back[track.id, junction] = winner
    return stands_back


def _meet(meet: Meet, junction: str, ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return any(meet(junction, one, other) for one in ours for other in theirs)


def ended(track: Track, reason: ReleaseReason) -> tuple[Track, list[Act]]:
    """The corridor is over: everything goes back."""
    acts: list[Act] = [Release(corridor=track.id, junction=junction, reason=reason) for junction in track.held]
    return replace(track, held={}, behind={}), acts


def refused(track: Track, junction: str, reason: str) -> Track:
    """The junction said no: it is neither held nor asked again."""
    return replace(dropped(track, junction), barred={**track.barred, junction: reason})


def dropped(track: Track, junction: str) -> Track:
    """The junction was neither asked nor told to stand back after all: it may be, later."""
    held = {id: one for id, one in track.held.items() if id != junction}
    behind = {id: first for id, first in track.behind.items() if id != junction}
    return replace(track, held=held, behind=behind)


def untold(track: Track, junction: str) -> Track:
    """The junction is held, and was not told the newest after all: it is told anew."""
    held = track.held.get(junction)
    return track if held is None else replace(track, held={**track.held, junction: replace(held, told_ms=0)})


def _moved(track: Track, seen: Seen | None, now_ms: int) -> Track:
    if seen is None:
        return track
    speed_mps = track.pace_mps if seen.speed_mps is None else seen.speed_mps
    pace_mps = track.pace_mps + PACE_WEIGHT * (speed_mps - track.pace_mps)
    is_driving = seen.speed_mps is not None and seen.speed_mps > STILL_MPS
    if is_driving or abs(seen.left_m - track.moved_m) > STILL_M:
        return replace(track, moved_ms=now_ms, moved_m=seen.left_m, pace_mps=pace_mps)
    return replace(track, pace_mps=pace_mps)


def _is_still(track: Track, now_ms: int) -> bool:
    return now_ms - track.moved_ms > STILL_HOLD_MS


class _Wants(NamedTuple):
    """The junctions that are to be green, nearest first, and how far they are by now; and those where it would be lost.

    `green_ms`: when green is wanted there; at once where the street before it is full, and for those that are not near,
    which were opened for that. `needed_ms`: of those that are not near, when the street before them was last full.
    `blocked`: the street behind them is full. `flows`: they are not near, and the street before them has flowed for
    `FLOWS_MS`.
    """

    green: dict[str, Ahead]
    green_ms: dict[str, int]
    needed_ms: dict[str, int]
    blocked: frozenset[str]
    flows: frozenset[str]


def _wants(track: Track, seen: Seen | None, queue: Queue, full: Full, now_ms: int) -> _Wants:
    """Queues are counted from the crew on: who waits at one junction waits at the next one too.

    A street that is full is the queue of the junction at its end: that one is opened first, from the far end.
    """
    age_ms = None if seen is None else now_ms - seen.fix_at_ms
    if seen is None or age_ms is None or age_ms > LOST_HOLD_MS or _is_still(track, now_ms):
        return _Wants({}, {}, {}, frozenset(), frozenset())
    wants: dict[str, Ahead] = {}
    green_ms: dict[str, int] = {}
    needed_ms: dict[str, int] = {}
    blocked: list[str] = []
    flows: list[str] = []
    known, is_guess = 0, False
    is_open_first = False
    for nth, ahead in enumerate(seen.ahead):
        if len(wants) == ASKED_MAX:
            break
        held = track.held.get(ahead.junction)
        if ahead.junction in track.barred or ahead.junction in wants:
            continue
        if held is not None and now_ms - held.since_ms > HOLD_MAX_MS:
            continue
        last_ms = held.needed_ms if held is not None else None
        seconds = max(0.0, arrives_s(ahead, track.pace_mps, seen.speed_mps) - max(age_ms, 0) / 1_000)
        here = queue(ahead.junction, ahead.group)
        known, is_guess = known + (here or 0), is_guess or here is None
        is_held = held is not None and held.serves(ahead)
        waiting = in_all(known, is_guess)
        is_near = seconds <= lead_s(waiting) or (is_held and last_ms is None)
        is_needed = is_open_first or (nth == 0 and last_ms is not None)
        full_s = (full(ahead.junction, ahead) or 0.0) if is_held or is_near or is_needed else 0.0
        is_open_first = full_s >= FULL_S
        if full_s >= BLOCKED_S:
            blocked.append(ahead.junction)
        elif is_held and not is_near and not is_needed and last_ms is not None and now_ms - last_ms >= FLOWS_MS:
            flows.append(ahead.junction)
        elif is_held or ((is_near or is_needed) and age_ms <= LOST_AFTER_MS):
            wants[ahead.junction] = replace(ahead, seconds=seconds)
            green_ms[ahead.junction] = now_ms + max(0, round((seconds - discharge_s(waiting)) * 1_000))
            if is_needed or not is_near:
                green_ms[ahead.junction] = now_ms
            if not is_near:
                needed_ms[ahead.junction] = now_ms if is_needed or last_ms is None else last_ms
    return _Wants(wants, green_ms, needed_ms, frozenset(blocked), frozenset(flows))


def _given_back(
    track: Track,
    want: Mapping[str, Ahead],
    why_not: Mapping[str, ReleaseReason],
    seen: Seen | None,
    now_ms: int,
) -> tuple[Track, list[Act]]:
    acts: list[Act] = []
    kept, barred, spent_ms = dict(track.held), dict(track.barred), dict(track.spent_ms)
    for junction, held in track.held.items():
        ahead = want.get(junction)
        if ahead is not None and held.serves(ahead):
            continue
        reason = _why(track, junction, held, seen, now_ms)
        if reason == "too-long":
            barred[junction] = reason
        else:
            reason = why_not.get(junction, reason)
            spent_ms[junction] = now_ms - held.since_ms
        if reason == "passed":
            del spent_ms[junction]
        acts.append(Release(corridor=track.id, junction=junction, reason=reason))
        del kept[junction]
    return replace(track, held=kept, barred=barred, spent_ms=spent_ms), acts


def _why(track: Track, junction: str, held: Held, seen: Seen | None, now_ms: int) -> ReleaseReason:
    if now_ms - held.since_ms > HOLD_MAX_MS:
        return "too-long"
    if seen is None or now_ms - seen.fix_at_ms > LOST_HOLD_MS:
        return "lost"
    if _is_still(track, now_ms):
        return "stopped"
    if any(ahead.junction == junction for ahead in seen.ahead):
        return "off-route"
    return "passed" if held.metres <= PASSED_M or held.arrives_ms <= now_ms else "off-route"


def _asked(track: Track, told: Mapping[str, Ahead], want: _Wants, now_ms: int) -> tuple[Track, list[Act]]:
    acts: list[Act] = []
    held = dict(track.held)
    for junction, ahead in told.items():
        arrives_in_ms = round(ahead.seconds * 1_000)
        before, green_ms = held.get(junction), want.green_ms[junction]
        if before is not None and not _is_news(before, ahead, now_ms, arrives_in_ms, green_ms):
            held[junction] = replace(before, metres=ahead.metres, needed_ms=want.needed_ms.get(junction))
            continue
        green_ms = min(before.green_ms, green_ms) if before is not None else green_ms
        since_ms = before.since_ms if before is not None else now_ms - track.spent_ms.get(junction, 0)
        arrives_ms = now_ms + arrives_in_ms
        held[junction] = Held(
            group=ahead.group,
            also=ahead.also,
            since_ms=since_ms,
            told_ms=now_ms,
            arrives_ms=arrives_ms,
            green_ms=green_ms,
            metres=ahead.metres,
            needed_ms=want.needed_ms.get(junction),
        )
        acts.append(
            Ask(
                corridor=track.id,
                junction=junction,
                at_ms=now_ms,
                group=ahead.group,
                also=ahead.also,
                level=track.level,
                green_in_ms=max(0, green_ms - now_ms),
                arrives_in_ms=arrives_in_ms,
                leaves_in_ms=arrives_in_ms + THROUGH_MS,
                is_new=before is None,
            )
        )
    return replace(track, held=held), acts


def _is_news(held: Held, ahead: Ahead, now_ms: int, arrives_in_ms: int, green_ms: int) -> bool:
    if (held.group, held.also) != (ahead.group, ahead.also):
        return True
    has_moved = abs(held.arrives_ms - now_ms - arrives_in_ms) >= ASK_ANEW_MS
    sooner_ms = max(held.green_ms, now_ms) - green_ms
    is_sooner = sooner_ms >= (AT_ONCE_ANEW_MS if green_ms <= now_ms else ASK_ANEW_MS)
    return has_moved or is_sooner or now_ms - held.told_ms >= REPEAT_MS
