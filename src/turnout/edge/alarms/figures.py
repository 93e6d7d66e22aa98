"""The figures that the watch looks at, taken from the edge and from what an adapter says of the machine."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from turnout.desk.desk import DeskHealth
from turnout.edge.alarms.facts import MIB, DatabaseFacts, DiskFacts, MachineFacts
from turnout.edge.alarms.judging import Reading, Sample, hours_left, per_hour
from turnout.edge.edge import Edge
from turnout.edge.measuring import Measures
from turnout.words.moment import DAY_MS, HOUR_MS, MINUTE_MS, Moment

COMMANDS_LEAST: Final = 5
"""Fewer in a minute say nothing about a hundredth of them."""

FAULTS_WITHIN_S: Final = 300.0
BUGS_WITHIN_S: Final = 3_600.0
STEPS_WITHIN_S: Final = 600.0
"""A step of the clock is over at once; somebody has to hear of it all the same."""

VOTERS: Final = 3
"""Two keepers and a witness (`turnout keep`)."""

TREND_EVERY_S: Final = 60.0
TREND_SAMPLES: Final = 360
"""Six hours: longer than one night's backup, short enough to notice what began this morning."""
TREND_LEAST_S: Final = 1_800.0
"""Half an hour: less would make an alarm of every import."""


def speed_readings(measures: Measures) -> Iterator[Reading]:
    """How quick commands and appends have been in the last minute."""
    if measures.commands.lately() >= COMMANDS_LEAST:
        yield Reading("command-latency", measures.commands.percentile_s(0.99) * 1_000.0)
    else:
        yield Reading("command-latency", 0.0)
    yield Reading("append-time", measures.appends.percentile_s(0.99) * 1_000.0)


def queue_readings(measures: Measures) -> Iterator[Reading]:
    """How full each queue is, in percent."""
    for key, (length, most) in measures.lengths().items():
        yield Reading("queue", 100.0 * length / most, key)


class Lately:
    """How much a counter has gone up within a while."""

    def __init__(self, within_s: float, monotonic_s: Callable[[], float]) -> None:
        self._within_s, self._monotonic_s = within_s, monotonic_s
        self._seen: deque[tuple[float, int]] = deque()

    def __call__(self, count: int) -> int:
        now_s = self._monotonic_s()
        if not self._seen or self._seen[-1][1] != count:
            self._seen.append((now_s, count))
        while len(self._seen) > 1 and self._seen[1][0] <= now_s - self._within_s:
            self._seen.popleft()
        return count - self._seen[0][1]


class DeskFigures:
    """Of the desk: faults, bugs, and what is open."""

    def __init__(self, edge: Edge, monotonic_s: Callable[[], float]) -> None:
        self._edge = edge
        self._faults, self._bugs = Lately(FAULTS_WITHIN_S, monotonic_s), Lately(BUGS_WITHIN_S, monotonic_s)

    def __call__(self) -> Iterator[Reading]:
        desk: DeskHealth = self._edge.desk_health()
        board = self._edge.counter.board
        yield Reading("storage-faults", self._faults(desk.failed_appends))
        yield Reading("bugs", self._bugs(desk.restarts))
        yield Reading("board-size", len(board.incidents) + len(board.calls) + len(board.timers))
        yield Reading("loop-lag", self._edge.lag.worst_ms())


class ClockFigures:
    """Steps of the machine's clock against the one that only goes forward, and how far it is from the times on record.

    `wall_now` is the machine's own; the edge's goes at a steady pace.
    """

    def __init__(self, edge: Edge, wall_now: Callable[[], Moment], monotonic_s: Callable[[], float]) -> None:
        self._edge, self._wall_now, self._monotonic_s = edge, wall_now, monotonic_s
        self._offset_ms: float | None = None
        self._steps: deque[tuple[float, float]] = deque(maxlen=1_000)

    def __call__(self) -> Iterator[Reading]:
        now, now_s = self._wall_now(), self._monotonic_s()
        offset_ms = now - now_s * 1_000.0
        if self._offset_ms is not None and abs(offset_ms - self._offset_ms) > 1.0:
            self._steps.append((now_s, abs(offset_ms - self._offset_ms)))
        self._offset_ms = offset_ms
        while self._steps and self._steps[0][0] <= now_s - STEPS_WITHIN_S:
            self._steps.popleft()
        yield Reading("clock-step", max((step for _, step in self._steps), default=0.0))
        yield Reading("clock-apart", float(max(abs(self._edge.now() - now), self._edge.subscribers.at - now)))


def kept_readings(edge: Edge) -> Iterator[Reading]:
    """What somebody has to look after."""
    if edge.certificate_expires is not None:
        yield Reading("certificate", (edge.certificate_expires - edge.now()) / DAY_MS)
    yield Reading("offline-entries", len(edge.identities.list_offline_entries()))
    for folder, age_ms in edge.fallback.ages():
        yield Reading("fallback-stale", age_ms / MINUTE_MS, str(folder))


def backup_reading(last: Moment | None, now: Moment) -> Sequence[Reading]:
    """`last`: the newest backup, or the city's beginning where there has been none; None: neither is known."""
    return () if last is None else (Reading("backup-age", max(0.0, (now - last) / HOUR_MS)),)


class DiskFigures:
    """From what the disk says now and has said before."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._free: deque[Sample] = deque(maxlen=TREND_SAMPLES)
        self._files: dict[str, deque[Sample]] = {}

    def readings(self, facts: DiskFacts) -> list[Reading]:
        self._remember(facts)
        free = facts.free_bytes / MIB
        found = [Reading("disk-probe", facts.probe_ms), Reading("disk-free", free)]
        found += [
            Reading("disk-refuses", float(facts.refused == kind), kind) for kind in ("full", "read-only", "failed")
        ]
        left = hours_left(self._free, TREND_LEAST_S)
        found.append(Reading("disk-full-in", left if left is not None else FAR_H))
        for name, samples in self._files.items():
            rate = per_hour(samples, TREND_LEAST_S)
            if rate is not None:
                found.append(Reading("file-growth", rate, name))
        return found

    def _remember(self, facts: DiskFacts) -> None:
        now_s = self._monotonic_s()
        if self._free and now_s - self._free[-1].at_s < TREND_EVERY_S:
            return
        self._free.append(Sample(now_s, facts.free_bytes / MIB))
        for name, size in facts.files.items():
            self._files.setdefault(name, deque(maxlen=TREND_SAMPLES)).append(Sample(now_s, size / MIB))


FAR_H: Final = 100_000.0
"""A disk that does not fill up: eleven years."""


def machine_readings(facts: MachineFacts) -> list[Reading]:
    found = [Reading("memory", facts.memory_percent)]
    if facts.is_synchronised is not None:
        found.append(Reading("clock-unsynchronised", float(not facts.is_synchronised)))
    return found


def database_readings(facts: DatabaseFacts) -> list[Reading]:
    """Without a standby nobody has to be waited for (`alone`), or everybody waits (`missing`): never both."""
    found = [Reading("database-alone", float(not facts.waits_for_standby))]
    if facts.standbys is not None:
        found.append(Reading("standby-missing", float(facts.waits_for_standby and not facts.standbys)))
        found.append(Reading("standby-behind", facts.behind_mib or 0.0))
    if facts.voters_heard is not None:
        found.append(Reading("keeper-missing", float(VOTERS - facts.voters_heard)))
    return found
