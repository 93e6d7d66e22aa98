"""A crossing of two roads with detectors, and the simplest traffic that queues: to try adaptive control on.

Vehicles are points on a lane, metres before the stop line. Each second one moves on as far as its speed, the one ahead
and the lamp allow; over the stop line comes one every two seconds. Nothing is drawn by chance.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from turnout.signals.adaptive.layout import LaneLayout, Layout, Mark, Way, layout_of
from turnout.signals.adaptive.observer import Reading
from turnout.signals.guard import Aspect
from turnout.signals.model import (
    Approach,
    GreenWindow,
    Intergreen,
    Junction,
    Movement,
    Plan,
    SignalGroup,
)
from turnout.words.name import Name

PLACES_M = (2.5, 22.0, 50.0)
SPEED_MPS = 13.0
BEGINS_M = 70.0
JAM_M, VEHICLE_M, LOOP_M = 7.5, 5.0, 2.0
BEHIND_M = 15.0
"""Where the detector behind the junction lies, counted from the stop line on."""


def a_crossing(stages: int = 2) -> Layout:
    """A main road (lanes m1, m2) and a side road (s1); with three stages m2 has one of its own as well."""
    groups = tuple(SignalGroup(name, "vehicle", 5_000, 3_000) for name in ("M1", "M2", "S1"))
    least = tuple(Intergreen(a, b, 4_000) for a, b in (("M1", "S1"), ("S1", "M1"), ("M2", "S1"), ("S1", "M2")))
    windows = [GreenWindow("M1", 0, 25_000), GreenWindow("M2", 0, 25_000), GreenWindow("S1", 30_000, 45_000)]
    if stages == 3:
        windows[1] = GreenWindow("M2", 0, 35_000)
        windows[2] = GreenWindow("S1", 40_000, 45_000)
    junction = Junction(
        id="J",
        name=Name("J", "J"),
        approaches=(Approach("main", Name("Main", "主路"), 2), Approach("side", Name("Side", "支路"), 1)),
        movements=(
            Movement("0", "main", "through", "M1"),
            Movement("1", "main", "left", "M2", ("0",) if stages == 3 else ()),
            Movement("2", "side", "through", "S1"),
        ),
        groups=groups,
        intergreens=least,
        plans=(Plan("day", 50_000, tuple(windows)),),
    )
    lanes = [
        LaneLayout(id=lane, approach=approach, movements=(movement,), stop=f"{lane}@2.5", exits=(f"{lane}>",))
        for lane, approach, movement in (("m1", "main", "0"), ("m2", "main", "1"), ("s1", "side", "2"))
    ]
    return layout_of(junction, lanes, [mark for lane in lanes for mark in marks_of(lane.id)])


def marks_of(lane: str) -> list[Mark]:
    beside = {"m1": "m2", "m2": "m1"}
    return [
        Mark(
            detector=f"{lane}@{place}",
            before_stop_line_m=place,
            speed_mps=SPEED_MPS,
            ways=(Way(f"{lane}@{nearer}", place - nearer),) if nearer else (),
            beside=(f"{beside[lane]}@{place}",) if lane in beside else (),
        )
        for nearer, place in zip((0.0, *PLACES_M), PLACES_M, strict=False)
    ]


class Vehicle(NamedTuple):
    """Metres before the stop line (behind it: below 0), and since when it has been on the lane, in seconds."""

    at_m: float
    since_s: int


class Street:
    """One lane. `step` moves it by a second; then `readings`."""

    def __init__(self, lane: str) -> None:
        self.lane = lane
        self.vehicles: list[Vehicle] = []
        self.before: list[Vehicle] = []
        self.left_s = -2
        self.waits_s: list[int] = []

    def step(self, at_s: int, is_green: bool, comes: bool) -> None:
        self.before = list(self.vehicles)
        moved: list[Vehicle] = []
        for vehicle in self.vehicles:
            to_m = vehicle.at_m - SPEED_MPS
            if moved and moved[-1].at_m >= 0:
                to_m = max(to_m, moved[-1].at_m + JAM_M)
            if vehicle.at_m >= 0 and to_m < 0:
                if is_green and at_s - self.left_s >= 2:
                    self.left_s = at_s
                    self.waits_s.append(at_s - vehicle.since_s)
                else:
                    to_m = 0.0
            moved.append(Vehicle(min(to_m, vehicle.at_m), vehicle.since_s))
        if comes and (not moved or moved[-1].at_m < BEGINS_M - JAM_M):
            moved.append(Vehicle(BEGINS_M, at_s))
            self.before.append(Vehicle(BEGINS_M + 1, at_s))
        self.vehicles = moved

    def readings(self) -> dict[str, Reading]:
        found = {}
        for name, place in [(f"{self.lane}@{place}", place) for place in PLACES_M] + [(f"{self.lane}>", -BEHIND_M)]:
            ends_m = place + LOOP_M / 2
            entered = sum(old.at_m > ends_m >= new.at_m for old, new in zip(self.before, self.vehicles, strict=True))
            is_on = any(new.at_m <= ends_m and new.at_m + VEHICLE_M >= place - LOOP_M / 2 for new in self.vehicles)
            if entered or is_on:
                found[name] = Reading(entered, is_on)
        self.vehicles = [each for each in self.vehicles if each.at_m > -2 * BEHIND_M]
        return found

    @property
    def waiting(self) -> int:
        return sum(each.at_m >= 0 for each in self.vehicles)


Break = Callable[[int, dict[str, Reading]], Mapping[str, Reading]]


class Crossing:
    """The crossing under a control, with vehicles that come every so many seconds on each lane (0: none)."""

    def __init__(self, every_s: Mapping[str, int], breaks: Break = lambda at_s, readings: readings) -> None:
        self.streets = {lane: Street(lane) for lane in ("m1", "m2", "s1")}
        self.every_s, self.breaks = every_s, breaks
        self.shown: Sequence[Aspect] = (Aspect.RED,) * 3

    def step(self, at_s: int) -> Mapping[str, Reading]:
        readings: dict[str, Reading] = {}
        for (lane, street), aspect in zip(self.streets.items(), self.shown, strict=True):
            every_s = self.every_s.get(lane, 0)
            street.step(at_s, aspect is Aspect.GREEN, bool(every_s) and at_s % every_s == 0)
            readings |= street.readings()
        return self.breaks(at_s, readings)
