"""What the detectors ahead of crews say: read once a second while a corridor needs them, beside everything else.

Nobody waits for a detector. Each junction is read in its own time; of one whose controller is silent nothing is known,
and it is asked ever more seldom. What is not known is never free: the rule then counts what it assumes.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec

from turnout.signals.controller import Controllers, Presence
from turnout.signals.corridor import BLOCKED_S, FULL_S, QUEUE_DEFAULT, Ahead
from turnout.signals.detector_watch import GAP_MS, WATCHED_NAMES, DetectorWatch, Known
from turnout.signals.model import Junction
from turnout.words.name import Name

log = logging.getLogger(__name__)

AGAIN_MS: Final = 900
"""Between two readings of a junction: the corridors look once a second."""
WAIT_S: Final = 2.5
"""For all answers of a reading, and the turns that it waits for between others."""
READ_MAX: Final = 64
"""Junctions that are read at a time, those nearest to crews first: some tenth of a second of work in each second."""
SILENT_AFTER: Final = 3
"""Readings without an answer, and it is said. From then on the wait doubles."""
SILENT_MS_MAX: Final = 60_000
KEPT_MAX: Final = 500
"""Junctions whose detectors are remembered: which were broken stays known from one corridor to the next."""
RECENT_MS: Final = 3_600_000
"""So long a broken detector is told after it was last read."""


class DetectorRow(msgspec.Struct, frozen=True, kw_only=True):
    """`before_stop_line_m` None: it lies behind the junction. `fault`: why it is not believed."""

    id: str
    approach: str
    lane: int
    to_lane: int
    before_stop_line_m: float | None
    groups: tuple[str, ...]
    state: Literal["occupied", "free", "unknown"]
    fault: Name | None


class GroupRow(msgspec.Struct, frozen=True, kw_only=True):
    """`queue` None: not known, and assumed. `full_s` None: nobody knows whether the street behind is full."""

    group: str
    has_queue: bool
    """Whether it has detectors before its stop line; `has_street`: behind the junction."""
    has_street: bool
    queue: int | None
    full_s: float | None


class JunctionRow(msgspec.Struct, frozen=True, kw_only=True):
    junction: str
    name: Name
    is_heard: bool
    groups: tuple[GroupRow, ...]
    detectors: tuple[DetectorRow, ...]


class DetectorsLive(msgspec.Struct, frozen=True, kw_only=True):
    """The junctions that running corridors read now. `queue_assumed`: vehicles of a lane where nobody counts."""

    queue_assumed: int = QUEUE_DEFAULT
    opened_after_s: float = FULL_S
    given_back_after_s: float = BLOCKED_S
    junctions: tuple[JunctionRow, ...] = ()


class _Read:
    """One junction, as it is read."""

    def __init__(self, junction: Junction, at_ms: int) -> None:
        self.watch = DetectorWatch(junction, at_ms)
        self.next_ms = at_ms
        self.heard_ms = -RECENT_MS
        self.silent = 0
        self.told: dict[str, str] = {}
        self.task: asyncio.Task[None] | None = None


class Detecting:
    """`queue` and `full` are the ports of `signals/corridor.py`."""

    def __init__(self, controllers: Controllers, clock_ms: Callable[[], int], wait_s: float = WAIT_S) -> None:
        self._controllers, self._clock_ms, self._wait_s = controllers, clock_ms, wait_s
        self._reads: dict[str, _Read] = {}
        """The one that was wanted last is the last."""
        self._wanted: tuple[str, ...] = ()

    def look(self, junctions: Iterable[Junction]) -> None:
        """Begins to read these, the nearest first, and waits for none."""
        at_ms = self._clock_ms()
        wanted: list[str] = []
        for junction in junctions:
            if len(wanted) == READ_MAX:
                break
            if junction.detectors and junction.id not in wanted:
                wanted.append(junction.id)
                self._begin(self._of(junction, at_ms), at_ms)
        self._wanted = tuple(wanted)
        while len(self._reads) > KEPT_MAX:
            self._drop(next(iter(self._reads)))

    def queue(self, junction: str, group: str) -> int | None:
        read = self._reads.get(junction)
        return read.watch.queue(group, self._clock_ms()) if read is not None else None

    def full(self, junction: str, ahead: Ahead) -> float | None:
        """Behind the last of its stop lines."""
        read = self._reads.get(junction)
        last = ahead.also[-1] if ahead.also else ahead.group
        return read.watch.full_s(last, self._clock_ms()) if read is not None else None

    def live(self) -> DetectorsLive:
        at_ms = self._clock_ms()
        rows = (_row(self._reads[id], at_ms) for id in self._wanted if id in self._reads)
        return DetectorsLive(junctions=tuple(rows))

    def warning(self) -> Name | None:
        """Which detectors were not believed when they were last read."""
        recent_ms = self._clock_ms() - RECENT_MS
        broken = [
            (id, name, WATCHED_NAMES[fault])
            for id, read in self._reads.items()
            if read.heard_ms > recent_ms
            for name, fault in read.watch.faults.items()
        ]
        if not broken:
            return None
        junction, detector, fault = broken[0]
        return Name(
            f"Detectors: {len(broken)} are not believed; the first: {junction}, {detector}: {fault.en}. "
            "Corridors count what they assume there.",
            f"检测器：{len(broken)} 个不可信，第一个：{junction} 的 {detector}（{fault.zh}）。"
            "绿色通道在该处按假定值计算。",
        )

    def stop(self) -> None:
        for id in list(self._reads):
            self._drop(id)

    def _of(self, junction: Junction, at_ms: int) -> _Read:
        read = self._reads.pop(junction.id, None)
        if read is None or read.watch.junction is not junction:
            if read is not None and read.task is not None:
                read.task.cancel()
            read = _Read(junction, at_ms)
        self._reads[junction.id] = read
        return read

    def _drop(self, id: str) -> None:
        read = self._reads.pop(id)
        if read.task is not None:
            read.task.cancel()

    def _begin(self, read: _Read, at_ms: int) -> None:
        if at_ms >= read.next_ms and (read.task is None or read.task.done()):
            read.next_ms = at_ms + AGAIN_MS
            read.task = asyncio.create_task(self._read(read))

    async def _read(self, read: _Read) -> None:
        """An adapter is another's code: whatever it raises is a fault of that controller alone."""
        id = read.watch.junction.id
        readings: dict[str, Presence] = {}
        try:
            readings = await asyncio.wait_for(self._controllers.detected(id), self._wait_s)
        except TimeoutError:
            pass
        except Exception:
            log.exception("the detectors of %s failed", id)
        at_ms = self._clock_ms()
        if readings:
            read.watch.take(readings, at_ms)
            read.heard_ms = at_ms
        self._tell(read, is_silent=not readings)
        if read.silent >= SILENT_AFTER:
            read.next_ms = at_ms + min(SILENT_MS_MAX, AGAIN_MS << read.silent - SILENT_AFTER)

    def _tell(self, read: _Read, *, is_silent: bool) -> None:
        """In the log, when something begins and when it is over."""
        id = read.watch.junction.id
        was_silent, read.silent = read.silent >= SILENT_AFTER, min(read.silent + 1, 32) if is_silent else 0
        if read.silent >= SILENT_AFTER and not was_silent:
            log.warning("detectors of %s: not known, its controller does not tell them", id)
        if was_silent and not is_silent:
            log.info("detectors of %s: known again", id)
        faults: dict[str, str] = dict(read.watch.faults)
        for name, fault in faults.items():
            if read.told.get(name) != fault:
                log.warning("detector %s of %s is not believed: %s", name, id, fault)
        for name in read.told.keys() - faults.keys():
            log.info("detector %s of %s is believed again", name, id)
        read.told = faults


def _row(read: _Read, at_ms: int) -> JunctionRow:
    junction, watch = read.watch.junction, read.watch
    groups = []
    for group in junction.groups:
        has_queue, has_street = watch.has(group.id)
        if has_queue or has_street:
            queue, full_s = watch.queue(group.id, at_ms), watch.full_s(group.id, at_ms)
            row = GroupRow(group=group.id, has_queue=has_queue, has_street=has_street, queue=queue, full_s=full_s)
            groups.append(row)
    return JunctionRow(
        junction=junction.id,
        name=junction.name,
        is_heard=at_ms - read.heard_ms <= GAP_MS,
        groups=tuple(groups),
        detectors=tuple(_detector(each) for each in watch.known(at_ms)),
    )


def _detector(known: Known) -> DetectorRow:
    detector = known.detector
    state: Literal["occupied", "free", "unknown"] = "unknown"
    if known.is_occupied is not None:
        state = "occupied" if known.is_occupied else "free"
    return DetectorRow(
        id=detector.id,
        approach=detector.approach,
        lane=detector.lane,
        to_lane=detector.lanes[-1],
        before_stop_line_m=detector.before_stop_line_m,
        groups=detector.groups,
        state=state,
        fault=WATCHED_NAMES[known.fault] if known.fault is not None else None,
    )
