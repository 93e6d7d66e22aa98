"""Travel times of our own vehicles along an arterial: from junction to junction, by direction and hour.

The vehicles are the responders' own, and only the times between two junctions are kept, counted by whole seconds: no
vehicle, no day, no way beyond the section. A row is shown from five times of three vehicles on, and left out else: one
crew's runs are that crew's, however many they are. Runs with lights and siren are counted apart: they say how a crew
gets through, not how the street flows.
"""

import bisect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from turnout.signals.model import Arterial, Junction
from turnout.words.name import Name
from turnout.words.place import Place

SHOWN_MIN: Final = 5
"""Times of one row; fewer say little of the street."""
VEHICLES_SHOWN_MIN: Final = 3
"""Different vehicles of one row; of fewer, one could tell which crew it was, or one of two could tell the other's."""
NEAR_M: Final = 40.0
"""A junction is passed at the nearest point of the way to it, no farther than this: half of a wide junction."""
APART_MAX_MS: Final = 30_000
"""Between two places of a vehicle; what lies between longer ones is not known."""
APART_MAX_M: Final = 2_500.0
"""Likewise: 300 km/h for 30 s; whoever seems farther had a wrong place."""
TIME_MAX_S: Final = 900
"""For one section. Who takes longer stood somewhere."""
DETOUR: Final = (0.6, 1.5)
"""The way that was driven, as a share of the section's length; else it was another way."""
VEHICLES_MAX: Final = 10_000
"""That are followed at once; a city has some hundred."""
METRES_PER_DEGREE: Final = 111_195.0
BAND_DEGREES: Final = 250 / METRES_PER_DEGREE
"""Of latitude: gates are looked up by bands so high, and by longitude within one."""

Run = Literal["urgent", "other"]
RUN_NAMES: Final[Mapping[Run, Name]] = {
    "urgent": Name("with lights and siren", "警灯警报出动"),
    "other": Name("without lights and siren", "普通行驶"),
}
HOURS: Final = 24


class Gate(NamedTuple):
    junction: str
    place: Place


class Line(NamedTuple):
    """An arterial's junctions whose places are known, in order, and the metres from each to the next."""

    arterial: str
    gates: tuple[Gate, ...]
    lengths_m: tuple[float, ...]


class TravelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One section, direction, hour of the day and kind of run, of three vehicles at least. Seconds."""

    arterial: str
    start: str
    end: str
    hour: int
    run: Run
    times: int
    median_s: float
    lower_s: float
    """First quartile; `upper_s` the third."""
    upper_s: float
    speed_kmh: float
    """Of the median."""


class TravelReport(msgspec.Struct, frozen=True, kw_only=True):
    rows: tuple[TravelRow, ...]
    rests_on: tuple[Name, ...]


def lines_of(arterials: Iterable[Arterial], junctions: Iterable[Junction]) -> tuple[Line, ...]:
    """Arterials with at least two junctions whose place is known (`at`). Ways of the others are added up."""
    places = {each.id: Place(each.at[1], each.at[0]) for each in junctions if each.at is not None}
    found = []
    for arterial in arterials:
        gates: list[Gate] = []
        lengths: list[float] = []
        passed_m = 0.0
        for stop in arterial.stops:
            if stop.junction in places:
                if gates:
                    lengths.append(passed_m)
                gates.append(Gate(stop.junction, places[stop.junction]))
                passed_m = 0.0
            passed_m += stop.to_next_m
        if len(gates) >= 2:
            found.append(Line(arterial.id, tuple(gates), tuple(lengths)))
    return tuple(found)


class _Gates:
    """All gates of all lines, by bands of latitude and in order of longitude: what a way may come near to."""

    def __init__(self, lines: Sequence[Line]) -> None:
        bands: dict[int, list[tuple[float, int, int]]] = {}
        for n, line in enumerate(lines):
            for gate, (_, place) in enumerate(line.gates):
                bands.setdefault(math.floor(place.lat / BAND_DEGREES), []).append((place.lon, n, gate))
        self._bands = {band: sorted(gates) for band, gates in bands.items()}

    def near(self, start: Place, end: Place) -> Iterator[tuple[int, int]]:
        """Line and gate of those in the box around the straight piece, with `NEAR_M` on all sides."""
        aside = NEAR_M / METRES_PER_DEGREE
        along = aside / max(math.cos(math.radians(start.lat)), 1e-9)
        south, north = min(start.lat, end.lat) - aside, max(start.lat, end.lat) + aside
        west, east = min(start.lon, end.lon) - along, max(start.lon, end.lon) + along
        for band in range(math.floor(south / BAND_DEGREES), math.floor(north / BAND_DEGREES) + 1):
            gates = self._bands.get(band, [])
            for at in range(bisect.bisect_left(gates, (west, -1, -1)), len(gates)):
                lon, line, gate = gates[at]
                if lon > east:
                    break
                yield line, gate


class _Followed:
    """What is known of a vehicle until it has passed the next junction; nothing of it is kept."""

    __slots__ = ("approached", "at_ms", "driven_m", "is_urgent", "passed", "place")

    def __init__(self, at_ms: int, place: Place, is_urgent: bool) -> None:
        self.at_ms, self.place, self.is_urgent = at_ms, place, is_urgent
        self.driven_m = 0.0
        self.passed: dict[int, tuple[int, int, float]] = {}
        """By line: the last gate, when, and how far it had driven then."""
        self.approached: dict[tuple[int, int], tuple[float, float, float]] = {}
        """By line and gate that it is near to: how near it came, when, and how far it had driven."""


_Key = tuple[int, int, int, int, Run]


class TravelTimes:
    """Takes places one after the other, each vehicle's in order of time; what is out of order begins anew.

    `times`: by line, section, direction (1 outbound, -1 inbound), hour and kind of run, how many took so many seconds.
    Which vehicles it were is known while reading, until there are enough of them or `report` is asked for.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)
        self.times: dict[_Key, dict[int, int]] = {}
        self._gates = _Gates(self.lines)
        self._vehicles: dict[str, _Followed] = {}
        self._told_apart: dict[_Key, set[str]] = {}
        """The first vehicles of a row, until they are enough."""
        self._of_enough: set[_Key] = set()

    def take(self, vehicle: str, at_ms: int, place: Place, is_urgent: bool) -> None:
        """`at_ms`: of the city's clock, in milliseconds since 1970 of that clock; its hour is the hour of the day."""
        before = self._vehicles.get(vehicle)
        moved_m = _apart_m(before.place, place) if before is not None else 0.0
        is_new = before is None or not 0 < at_ms - before.at_ms <= APART_MAX_MS or before.is_urgent != is_urgent
        if before is None or is_new or moved_m > APART_MAX_M:
            if before is None and len(self._vehicles) >= VEHICLES_MAX:
                self._vehicles.pop(next(iter(self._vehicles)))
            self._vehicles.pop(vehicle, None)
            self._vehicles[vehicle] = _Followed(at_ms, place, is_urgent)
            return
        for n, gate in self._gates.near(before.place, place):
            self._look(before, n, gate, place, at_ms, moved_m)
        left = [each for each in before.approached if self._is_left(each, place)]
        for each in sorted(left, key=lambda each: before.approached[each][1]):
            _, when_ms, driven_m = before.approached.pop(each)
            self._pass(vehicle, before, *each, when_ms, driven_m)
        before.driven_m += moved_m
        before.at_ms, before.place = at_ms, place

    def _look(self, before: _Followed, line: int, gate: int, place: Place, at_ms: int, moved_m: float) -> None:
        """Whether this piece of the way comes nearer to a gate than before."""
        metres, share = _nearest(self.lines[line].gates[gate].place, before.place, place)
        known = before.approached.get((line, gate))
        if metres <= NEAR_M and (known is None or metres < known[0]):
            when_ms = before.at_ms + share * (at_ms - before.at_ms)
            before.approached[line, gate] = (metres, when_ms, before.driven_m + share * moved_m)

    def _is_left(self, passed: tuple[int, int], place: Place) -> bool:
        line, gate = passed
        return _apart_m(self.lines[line].gates[gate].place, place) > NEAR_M

    def _pass(self, vehicle: str, followed: _Followed, line: int, gate: int, when_ms: float, driven_m: float) -> None:
        last = followed.passed.get(line)
        followed.passed[line] = (gate, round(when_ms), driven_m)
        if last is None or abs(gate - last[0]) != 1:
            return
        section, way = min(gate, last[0]), gate - last[0]
        share = (driven_m - last[2]) / max(self.lines[line].lengths_m[section], 1.0)
        seconds = round((when_ms - last[1]) / 1_000)
        if DETOUR[0] <= share <= DETOUR[1] and 0 < seconds <= TIME_MAX_S:
            run: Run = "urgent" if followed.is_urgent else "other"
            key: _Key = (line, section, way, last[1] // 3_600_000 % HOURS, run)
            counted = self.times.setdefault(key, {})
            counted[seconds] = counted.get(seconds, 0) + 1
            self._tell_apart(key, vehicle)

    def _tell_apart(self, key: _Key, vehicle: str) -> None:
        if key not in self._of_enough:
            known = self._told_apart.setdefault(key, set())
            known.add(vehicle)
            if len(known) >= VEHICLES_SHOWN_MIN:
                self._of_enough.add(key)
                del self._told_apart[key]

    def report(self) -> TravelReport:
        """Rows by arterial, section, direction, hour and kind of run; those of too few are left out.

        All vehicles are forgotten then. What is taken afterwards needs as many different ones anew.
        """
        self._vehicles.clear()
        self._told_apart.clear()
        rows = []
        for key, counted in sorted(self.times.items()):
            number = sum(counted.values())
            if number < SHOWN_MIN or key not in self._of_enough:
                continue
            line, section, way, hour, run = key
            gates = self.lines[line].gates
            start, end = (section, section + 1) if way > 0 else (section + 1, section)
            lower, median, upper = (quantile(counted, share) for share in (0.25, 0.5, 0.75))
            rows.append(
                TravelRow(
                    arterial=self.lines[line].arterial,
                    start=gates[start].junction,
                    end=gates[end].junction,
                    hour=hour,
                    run=run,
                    times=number,
                    median_s=median,
                    lower_s=lower,
                    upper_s=upper,
                    speed_kmh=round(self.lines[line].lengths_m[section] / median * 3.6, 1),
                )
            )
        return TravelReport(rows=tuple(rows), rests_on=RESTS_ON)


RESTS_ON: Final = (
    Name(
        "places of the responders' own vehicles, from junction to junction; no vehicle and no day is kept",
        "应急部门自有车辆的位置，按路口到路口计时；不保留车辆与日期",
    ),
    Name(
        f"rows of fewer than {SHOWN_MIN} times or {VEHICLES_SHOWN_MIN} vehicles are left out; a section is counted"
        f" where it was driven without a detour, in at most {TIME_MAX_S // 60} minutes, with a place every"
        f" {APART_MAX_MS // 1_000} s",
        f"少于 {SHOWN_MIN} 次或 {VEHICLES_SHOWN_MIN} 辆车的行不列出；仅计未绕行、{TIME_MAX_S // 60} 分钟以内、"
        f"位置间隔不超过 {APART_MAX_MS // 1_000} 秒的行程",
    ),
    Name(
        "crews are few and drive at all hours: these are samples of the street, not its traffic",
        "出动车辆有限、时段不均：这是道路的样本，不代表全部交通",
    ),
)


def quantile(counted: Mapping[int, int], share: float) -> float:
    """Of whole seconds and how often each was driven; between two, where the share lies between (as `numpy` does)."""
    ordered = sorted(counted)
    at = share * (sum(counted.values()) - 1)
    return (1 - at % 1) * _nth(counted, ordered, math.floor(at)) + at % 1 * _nth(counted, ordered, math.ceil(at))


def _nth(counted: Mapping[int, int], ordered: Sequence[int], nth: int) -> int:
    passed = 0
    for seconds in ordered:
        passed += counted[seconds]
        if nth < passed:
            return seconds
    return ordered[-1]


def _east_north_m(start: Place, end: Place) -> tuple[float, float]:
    east = (end.lon - start.lon) * METRES_PER_DEGREE * math.cos(math.radians(start.lat))
    return east, (end.lat - start.lat) * METRES_PER_DEGREE


def _apart_m(start: Place, end: Place) -> float:
    return math.hypot(*_east_north_m(start, end))


def _nearest(gate: Place, start: Place, end: Place) -> tuple[float, float]:
    """How near the straight piece comes to the gate, and at which share of it."""
    to_end, to_gate = _east_north_m(start, end), _east_north_m(start, gate)
    long = to_end[0] ** 2 + to_end[1] ** 2
    share = min(max((to_end[0] * to_gate[0] + to_end[1] * to_gate[1]) / long, 0.0), 1.0) if long > 0 else 0.0
    return math.hypot(to_gate[0] - share * to_end[0], to_gate[1] - share * to_end[1]), share
