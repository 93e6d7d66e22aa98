"""The quality report of a junction, from its log: per group and hour, as Signal Performance Measures define them.

- Arrivals on green, platoon ratio, Purdue coordination diagram: Day, Haseman, Premachandra, Brennan, Wasson, Sturdevant
  and Bullock (2010), Evaluation of Arterial Signal Coordination, TRR 2192; HCM 7th ed., chapter 19.
- Split failures: green occupancy and occupancy of the first 5 s of red both 0.79 or more: Freije, Hainen, Stevens, Li,
  Smith, Summers, Day, Sturdevant and Bullock (2014), Graphical Performance Measures for Practitioners to Triage Split
  Failure Trouble Calls, TRR 2439. The threshold is UDOT's (ATSPM, Purdue Split Failure).
- Pedestrians' delay: from the first call after the last walk to the next walk (UDOT ATSPM, Pedestrian Delay).

What a figure is counted to: an arrival to the hour of the arrival, a cycle to the hour in which it began, a judged
split to the hour in which its red was 5 s old. Volume is of the time that the log covers, whatever the lamps showed;
all else of the time in which it is known what they showed. Yellow lasts from its beginning to that of red clearance.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from msgspec.structs import replace

from turnout.signals.quality.clock import Ints, SignalLog
from turnout.signals.quality.faults import faults_of
from turnout.signals.quality.figures import (
    Arrivals,
    CoveredHour,
    GroupHour,
    Late,
    PedestrianHour,
    QualityReport,
    Splits,
)
from turnout.signals.quality.lamps import (
    DETECTOR_OFF,
    DETECTOR_ON,
    DO_NOT_WALK,
    GREEN,
    OVERLAP,
    PEDESTRIAN_CALLS,
    PHASE,
    RED,
    UNKNOWN,
    WALK,
    WALK_ENDING,
    YELLOW,
    Floats,
    Lamp,
    lamp_of,
    occupied,
    total_until,
    united,
)
from turnout.signals.quality.log import EventLog
from turnout.signals.quality.log_map import LoggedDetector, LoggedSignal
from turnout.signals.quality.purdue import purdue_of
from turnout.words.name import Name
from turnout.words.trouble import Malformed, Unsupported

HOUR_MS: Final = 3_600_000
HOURS_MAX: Final = 24 * 31
"""A month; more is asked for in parts."""
RED_MS: Final = 5_000
FAILED: Final = 0.79
"""Both occupancies at least so high: the split failed."""
ARRIVAL_TYPES: Final = (0.50, 0.85, 1.15, 1.50, 2.00)
"""Upper ends of the platoon ratio for arrival types 1 to 5."""


class _Hours(NamedTuple):
    edges_ms: Ints

    def counted(self, times: Ints) -> Ints:
        """How many of these times lie in each hour."""
        n = np.searchsorted(self.edges_ms, times, "right") - 1
        inside = (n >= 0) & (n < len(self.edges_ms) - 1)
        found: Ints = np.bincount(n[inside], minlength=len(self.edges_ms) - 1)
        return found

    def means(self, times: Ints, values: Ints | Floats) -> list[float | None]:
        n = np.searchsorted(self.edges_ms, times, "right") - 1
        size = len(self.edges_ms) - 1
        inside = (n >= 0) & (n < size)
        sums = np.bincount(n[inside], values[inside], size)
        counts = np.bincount(n[inside], minlength=size)
        return [float(total) / count if count else None for total, count in zip(sums, counts.tolist(), strict=True)]


def report(log: EventLog, signal: LoggedSignal, from_ms: int | None = None, to_ms: int | None = None) -> QualityReport:
    """The report of one junction: `signal` is its entry of `quality.toml` (`read_map`), `log` comes from `read_log`.

    From the whole hour of `from_ms` to that of `to_ms` (of the controller's clock), else all that the log covers; a
    month at the most. Raises `Malformed` where the log does not know the device, `Unsupported` for more than a month.
    """
    found = log.signals.get(signal.device)
    if found is None or not len(found.at_ms):
        raise _unheard(log, signal)
    first = int(found.at_ms[0]) if from_ms is None else from_ms
    last = int(found.at_ms[-1]) + 1 if to_ms is None else to_ms
    begin, end = first // HOUR_MS * HOUR_MS, -(-last // HOUR_MS) * HOUR_MS
    if end <= begin:
        what = Name("the time ends before it begins", "时间范围的结束不晚于开始")
        raise Malformed(what, f"junction {signal.junction}", Name("give a later end", "请指定更晚的结束时间"))
    if (end - begin) // HOUR_MS > HOURS_MAX:
        number = (end - begin) // HOUR_MS
        cure = Name(f"ask for at most {HOURS_MAX}", f"请至多查询 {HOURS_MAX} 小时")
        raise Unsupported(Name(f"{number} hours", f"共 {number} 小时"), f"junction {signal.junction}", cure)
    hours = _Hours(np.arange(begin, end + 1, HOUR_MS, dtype=np.int64))
    covered = _covered_ms(found, hours)
    faults = faults_of(found, signal, hours.edges_ms, covered)
    lamps, mute = _lamps(found, signal), _mute(found, signal)
    heard = replace(signal, detectors=tuple(each for each in signal.detectors if each.name not in mute))
    doubts: dict[tuple[str, int], list[str]] = {}
    for fault in faults:
        doubts.setdefault((fault.group, fault.at_ms), []).append(fault.detector)
    rows = [
        each
        for group in signal.groups
        for each in _group_hours(found, heard, group, lamps[group], (hours, covered), doubts)
    ]
    return QualityReport(
        junction=signal.junction,
        device=signal.device,
        from_ms=begin,
        to_ms=end,
        hours=tuple(rows),
        pedestrians=tuple(
            each
            for group, number in signal.pedestrians.items()
            for each in _pedestrian_hours(found, group, number, hours, covered)
        ),
        coverage=tuple(
            CoveredHour(at, ms / 1_000) for at, ms in zip(hours.edges_ms[:-1].tolist(), covered.tolist(), strict=True)
        ),
        gaps=tuple(gap for gap in found.gaps if gap.to_ms > begin and gap.from_ms < end),
        faults=faults,
        diagrams=tuple(
            purdue_of(group, lamps[group], _arrivals_at(found, heard.detectors_of(group, "advance")), begin, end)
            for group in signal.groups
            if heard.detectors_of(group, "advance")
        ),
        out_of_order=found.out_of_order,
        repeated=found.repeated,
        ahead=found.ahead,
        rests_on=_rests_on(found, heard, covered, mute),
    )


def _unheard(log: EventLog, signal: LoggedSignal) -> Malformed:
    known = sorted(log.signals)[:5]
    what = Name(f"the log has no row of device {signal.device!r}", f"日志中没有设备 {signal.device!r} 的记录")
    cure = (
        Name(f"name a device of the log ({', '.join(known)})", f"请指定日志中的设备（{'、'.join(known)}）")
        if known
        else Name("hand in a log of this device", "请提供该设备的日志")
    )
    return Malformed(what, f"junction {signal.junction}", cure)


def _lamps(log: SignalLog, signal: LoggedSignal) -> dict[str, Lamp]:
    lamps = {group: lamp_of(log, PHASE, number) for group, number in signal.phases.items()}
    return lamps | {group: lamp_of(log, OVERLAP, number) for group, number in signal.overlaps.items()}


def _mute(log: SignalLog, signal: LoggedSignal) -> tuple[str, ...]:
    """Detectors of which no row was ever logged: whether nobody came or they are not connected, nobody knows."""
    heard = set(np.unique(log.parameter[np.isin(log.code, (DETECTOR_OFF, DETECTOR_ON))]).tolist())
    return tuple(each.name for each in signal.detectors if each.channel not in heard)


def _covered_ms(log: SignalLog, hours: _Hours) -> Ints:
    begins = np.array([stretch.from_ms for stretch in log.stretches], np.int64)
    ends = np.array([stretch.to_ms for stretch in log.stretches], np.int64)
    found: Ints = np.diff(total_until(begins, ends, hours.edges_ms))
    return found


def _arrivals_at(log: SignalLog, detectors: list[LoggedDetector]) -> Ints:
    """When vehicles that these detectors saw are at the stop line, in order."""
    found = [
        log.of((DETECTOR_ON,), each.channel)[0] + round((each.travel_s - each.latency_s) * 1_000) for each in detectors
    ]
    return np.sort(np.concatenate(found)) if found else np.zeros(0, np.int64)


def _group_hours(
    log: SignalLog,
    signal: LoggedSignal,
    group: str,
    lamp: Lamp,
    covered_hours: tuple[_Hours, Ints],
    doubts: Mapping[tuple[str, int], list[str]],
) -> list[GroupHour]:
    hours, covered = covered_hours
    known_ms = lamp.lasted_ms(None, hours.edges_ms).tolist()
    green_ms = lamp.lasted_ms(GREEN, hours.edges_ms).tolist()
    begins, lasts = _cycles(lamp)
    cycles, cycle_ms = hours.counted(begins).tolist(), hours.means(begins, lasts)
    volume = _volume(log, signal, group, hours)
    arrivals = _arrivals(log, signal, group, lamp, hours)
    splits = _splits(log, signal, group, lamp, hours)
    late = _late(log, signal, group, lamp, hours)
    found = []
    for n, at_ms in enumerate(hours.edges_ms[:-1].tolist()):
        covered_s, known_s = int(covered[n]) / 1_000, known_ms[n] / 1_000
        counted = volume[n] if volume is not None and covered_s else None
        doubted = tuple(dict.fromkeys(doubts.get((group, at_ms), ())))
        if not known_s:
            found.append(
                GroupHour(group=group, at_ms=at_ms, covered_s=covered_s, known_s=0.0, volume=counted, doubts=doubted)
            )
            continue
        mean = cycle_ms[n]
        found.append(
            GroupHour(
                group=group,
                at_ms=at_ms,
                covered_s=covered_s,
                known_s=known_s,
                cycles=cycles[n],
                cycle_s=round(mean / 1_000, 3) if mean is not None else None,
                green_s=green_ms[n] / 1_000,
                green_share=green_ms[n] / known_ms[n],
                volume=counted,
                arrivals=_with_ratio(arrivals[n], green_ms[n] / known_ms[n]) if arrivals is not None else None,
                splits=splits[n] if splits is not None else None,
                late=late[n] if late is not None else None,
                doubts=doubted,
            )
        )
    return found


def _cycles(lamp: Lamp) -> tuple[Ints, Ints]:
    """Beginnings of green that a whole cycle follows, and how long it lasts."""
    greens = np.flatnonzero(lamp.shows == GREEN)
    n = greens[:-1][np.diff(greens) == 3]
    for step in range(3):
        n = n[lamp.until_ms[n + step] == lamp.at_ms[n + step + 1]]
    return lamp.at_ms[n], lamp.at_ms[n + 3] - lamp.at_ms[n]


def _volume(log: SignalLog, signal: LoggedSignal, group: str, hours: _Hours) -> list[int] | None:
    detectors = signal.detectors_of(group, "count") or signal.detectors_of(group, "advance")
    if not detectors:
        return None
    found: list[int] = sum(hours.counted(log.of((DETECTOR_ON,), each.channel)[0]) for each in detectors).tolist()  # type: ignore[union-attr]
    return found


def _shown(lamp: Lamp, times: Ints, hours: _Hours) -> dict[int, list[int]]:
    """By what was shown: how many of these times, for each hour."""
    shown = lamp.at(times)
    return {each: hours.counted(times[shown == each]).tolist() for each in (GREEN, YELLOW, RED, UNKNOWN)}


def _arrivals(
    log: SignalLog, signal: LoggedSignal, group: str, lamp: Lamp, hours: _Hours
) -> list[tuple[int, int, int, int]] | None:
    detectors = signal.detectors_of(group, "advance")
    if not detectors:
        return None
    by = _shown(lamp, _arrivals_at(log, detectors), hours)
    return list(zip(by[GREEN], by[YELLOW], by[RED], by[UNKNOWN], strict=True))


def _with_ratio(counted: tuple[int, int, int, int], green_share: float) -> Arrivals:
    green, yellow, red, unplaced = counted
    total = green + yellow + red
    share = green / total if total else None
    ratio = share / green_share if share is not None and green_share > 0 else None
    kind = None if ratio is None else 1 + sum(ratio > end for end in ARRIVAL_TYPES)
    return Arrivals(
        all=total,
        on_green=green,
        on_yellow=yellow,
        on_red=red,
        unplaced=unplaced,
        share_on_green=share,
        platoon_ratio=ratio,
        arrival_type=kind,
    )


def _splits(log: SignalLog, signal: LoggedSignal, group: str, lamp: Lamp, hours: _Hours) -> list[Splits] | None:
    detectors = signal.detectors_of(group, "presence")
    if not detectors:
        return None
    found = [occupied(log, each.channel) for each in detectors]
    begins, ends = united([(begins, ends) for begins, ends, _ in found])
    known = np.sort(np.concatenate([since for _, _, since in found]))
    judged_at, green, red = _judged(log, lamp, begins, ends, known)
    failed = judged_at[(green >= FAILED) & (red >= FAILED)]
    rows = zip(
        hours.counted(judged_at).tolist(),
        hours.counted(failed).tolist(),
        hours.means(judged_at, green),
        hours.means(judged_at, red),
        strict=True,
    )
    return [Splits(*row) for row in rows]


def _judged(log: SignalLog, lamp: Lamp, begins: Ints, ends: Ints, known: Ints) -> tuple[Ints, Floats, Floats]:
    """When each cycle could be judged, and its two occupancies.

    It had green, yellow and five seconds of red without a gap, and some detector of the group was known at its green.
    """
    n = np.flatnonzero((lamp.shows[:-2] == GREEN) & (lamp.shows[1:-1] == YELLOW) & (lamp.shows[2:] == RED))
    n = n[(lamp.until_ms[n] == lamp.at_ms[n + 1]) & (lamp.until_ms[n + 1] == lamp.at_ms[n + 2])]
    n = n[(lamp.until_ms[n + 2] - lamp.at_ms[n + 2] >= RED_MS) & (lamp.until_ms[n] > lamp.at_ms[n])]
    n = n[lamp.is_sharp[n + 2]]
    starts = np.array([stretch.from_ms for stretch in log.stretches], np.int64)
    since = np.searchsorted(known, lamp.at_ms[n], "right") - 1
    stretch = starts[np.maximum(np.searchsorted(starts, lamp.at_ms[n], "right") - 1, 0)] if len(starts) else starts
    n = n[(since >= 0) & (known[np.maximum(since, 0)] >= stretch)] if len(known) else n[:0]
    green_at, green_ends, red_at = lamp.at_ms[n], lamp.until_ms[n], lamp.at_ms[n + 2]
    on_green = total_until(begins, ends, green_ends) - total_until(begins, ends, green_at)
    on_red = total_until(begins, ends, red_at + RED_MS) - total_until(begins, ends, red_at)
    return red_at + RED_MS, on_green / np.maximum(green_ends - green_at, 1), on_red / RED_MS


def _late(log: SignalLog, signal: LoggedSignal, group: str, lamp: Lamp, hours: _Hours) -> list[Late] | None:
    detectors = signal.detectors_of(group, "yellow-red")
    if not detectors:
        return None
    by = _shown(lamp, _arrivals_at(log, detectors), hours)
    return [Late(*row) for row in zip(by[YELLOW], by[RED], strict=True)]


def _pedestrian_hours(log: SignalLog, group: str, number: int, hours: _Hours, covered: Ints) -> list[PedestrianHour]:
    at_ms, code = log.of((WALK, WALK_ENDING, DO_NOT_WALK), number)
    walks, ends = at_ms[code == WALK], at_ms[code != WALK]
    called, _ = log.of(PEDESTRIAN_CALLS, number)
    waits = _since_ended(log, walks, ends)
    first = _first_calls(log, called, walks, ends)
    counted, calls = hours.counted(walks).tolist(), hours.counted(first[1]).tolist()
    delays = hours.means(first[1], first[1] - first[0])
    longest: dict[int, int] = {}
    for at, wait in zip(*(each.tolist() for each in waits), strict=True):
        longest[at // HOUR_MS * HOUR_MS] = max(wait, longest.get(at // HOUR_MS * HOUR_MS, 0))
    return [
        PedestrianHour(
            group=group,
            at_ms=at,
            walks=counted[n] if covered[n] else None,
            calls=calls[n] if covered[n] and len(called) else None,
            delay_s=round(delay / 1_000, 3) if (delay := delays[n]) is not None else None,
            longest_wait_s=longest[at] / 1_000 if at in longest else None,
        )
        for n, at in enumerate(hours.edges_ms[:-1].tolist())
    ]


def _same_stretch(log: SignalLog, one: Ints, other: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    starts = np.array([stretch.from_ms for stretch in log.stretches], np.int64)
    same: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.searchsorted(starts, one, "right") == np.searchsorted(
        starts, other, "right"
    )
    return same


def _since_ended(log: SignalLog, walks: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Beginnings of walk, and how long after the end of the one before."""
    before = np.searchsorted(walks, walks, "left") - 1
    n = np.flatnonzero(before >= 0)
    after = np.searchsorted(ends, walks[before[n]], "left")
    n, after = n[after < len(ends)], after[after < len(ends)]
    ended = ends[after]
    right = (ended <= walks[n]) & _same_stretch(log, ended, walks[n])
    return walks[n][right], (walks[n] - ended)[right]


def _first_calls(log: SignalLog, called: Ints, walks: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Of each walk that somebody waited for: the first call after the walk before had ended, and the walk."""
    after = np.searchsorted(walks, called, "left")
    called, after = called[after < len(walks)], after[after < len(walks)]
    last = np.searchsorted(ends, called, "right") - 1
    begun = np.searchsorted(walks, called, "right") - 1
    waiting = (begun < 0) | ((last >= 0) & (ends[np.maximum(last, 0)] >= walks[np.maximum(begun, 0)]))
    called, after = called[waiting], after[waiting]
    _, first = np.unique(after, return_index=True)
    called, walk = called[first], walks[after[first]]
    same = _same_stretch(log, called, walk)
    return called[same], walk[same]


def _rests_on(log: SignalLog, signal: LoggedSignal, covered: Ints, mute: Sequence[str]) -> tuple[Name, ...]:
    missing, parts = int((covered == 0).sum()), int(((covered > 0) & (covered < HOUR_MS - 60_000)).sum())
    said = [
        Name(f"{len(log.at_ms)} rows of device {signal.device}", f"设备 {signal.device} 的 {len(log.at_ms)} 条记录")
    ]
    if missing or parts:
        said.append(
            Name(
                f"of {len(covered)} hours {missing} are missing and {parts} are known in part",
                f"共 {len(covered)} 小时，其中 {missing} 小时缺失，{parts} 小时不完整",
            )
        )
    for count, en, zh in (
        (log.ahead, "rows with a time far ahead were left out", "条记录的时间明显超前，已剔除"),
        (log.out_of_order, "rows came late and were put where they belong", "条记录迟到，已按时间归位"),
        (log.repeated, "rows came twice and are counted once", "条记录重复，只计一次"),
    ):
        if count:
            said.append(Name(f"{count} {en}", f"{count} {zh}"))
    if mute:
        said.append(
            Name(
                f"never heard of in this log, and so taken for nothing: {', '.join(mute)}",
                f"以下检测器在记录中从未出现，不据以计数：{'、'.join(mute)}",
            )
        )
    for group in signal.groups:
        lacks = [use for use in ("advance", "presence") if not signal.detectors_of(group, use)]
        if lacks:
            said.append(
                Name(
                    f"{group} has no detector for {' and '.join(LACKS[use].en for use in lacks)}",
                    f"{group} 没有检测器，无法得出{'、'.join(LACKS[use].zh for use in lacks)}",
                )
            )
    return tuple(said)


LACKS: Final[Mapping[str, Name]] = {
    "advance": Name("arrivals", "到达"),
    "presence": Name("split failures", "相位绿灯不足（split failure）"),
}
