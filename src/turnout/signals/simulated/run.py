"""A scenario in SUMO with control of ours: detectors are read and lamps are set, once a second.

`libsumo` comes with SUMO, which is a program beside (decision 0233): `uv pip install eclipse-sumo libsumo`. Nothing
here looks at a vehicle: of each detector SUMO says when somebody came on it and whether one is there.
"""

import importlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import STAYS, Changes, Changing, Reading
from turnout.signals.guard import Aspect
from turnout.signals.short_street import StreetLock
from turnout.signals.simulated.lamps import Lamps
from turnout.signals.simulated.sumo_layout import Loop
from turnout.signals.simulated.track_counters import TrackCounters
from turnout.signals.single_track import Interlocking
from turnout.words.trouble import Unsupported

SECOND_MS = 1_000
LEFT: Final = 3
"""Where `getVehicleData` says when somebody left; -1 while he is there."""
READ_MAX: Final = 3
"""More do not come on a loop in a second."""


class Controls(Protocol):
    def hear(self, at_ms: int, changes: Changes) -> tuple[Aspect, ...]: ...


def library() -> Any:
    """`libsumo`. Raises `Unsupported` where it is not installed."""
    try:
        return importlib.import_module("libsumo")
    except ImportError as trouble:
        raise Unsupported("SUMO is not installed", "libsumo", "uv pip install eclipse-sumo libsumo") from trouble


def native(sumo: Any, domain: str, name: str) -> Any:
    """`libsumo`'s function itself, behind the Python one that only calls it: a third of the time of a call."""
    inner = getattr(getattr(sumo, "libsumo", None), "_libsumo", None)
    return getattr(inner, f"{domain}_{name}", getattr(getattr(sumo, domain), name))


class Ran(msgspec.Struct, frozen=True):
    steps: int
    seconds: float
    """Of real time, without reading the network."""
    reading_s: float
    """Of processor time, in reading detectors; `control_s`: in control and in setting lamps."""
    control_s: float


Fault = Callable[[str, int, Reading | None], Reading | None]
"""What a broken detector says, by its name and the time, instead of the truth."""


def run(
    words: Sequence[str],
    controls: Mapping[str, Controls],
    layouts: Sequence[Layout],
    loops: Sequence[Loop],
    end_s: float,
    *,
    fault: Fault | None = None,
    before: Callable[[Any, int], None] | None = None,
    tracks: Sequence[Interlocking] = (),
    streets: Sequence[StreetLock] = (),
    until_empty: bool = False,
) -> Ran:
    """Run SUMO with these words (without the program's name). `before`: called before control, with libsumo.

    `until_empty`: it is over before `end_s` when everybody has arrived and nobody is to come.
    """
    sumo = library()
    sumo.start(["sumo", *words])
    try:
        step, now_s = native(sumo, "simulation", "step"), native(sumo, "simulation", "getTime")
        detectors = Detectors(sumo, loops, layouts, fault)
        counters = TrackCounters(sumo, tracks) if tracks else None
        driven = [_Driven(sumo, signal, control, layouts) for signal, control in controls.items()]
        steps, reading_s, control_s, began, clock = 0, 0.0, 0.0, time.perf_counter(), time.process_time
        while now_s() < end_s and not (until_empty and sumo.simulation.getMinExpectedNumber() == 0):
            step()
            at_ms = round(now_s() * SECOND_MS)
            started_s = clock()
            changes = detectors.read(at_ms)
            if counters is not None:
                counters.step(at_ms)
            for lock in streets:
                lock.step(at_ms)
            read_s = clock()
            if before is not None:
                before(sumo, at_ms)
            for each in driven:
                each.step(at_ms, changes[each.signal])
            reading_s, control_s = reading_s + read_s - started_s, control_s + clock() - read_s
            steps += 1
        return Ran(steps, time.perf_counter() - began, reading_s, control_s)
    finally:
        sumo.close()


class Detectors:
    """What has changed on the loops, for each signal on those that are its own.

    Every loop costs one call of `libsumo` a second, and another while somebody is on it. Who was on a loop in the last
    second, less who was on it before, has come. Two may stand on one at once. Who changes lanes leaves the loop at the
    end of a second, and SUMO still counts him in the next.
    """

    def __init__(self, sumo: Any, loops: Sequence[Loop], layouts: Sequence[Layout], fault: Fault | None) -> None:
        self._since: Callable[[str], float] = native(sumo, "inductionloop", "getTimeSinceDetection")
        self._number: Callable[[str], int] = native(sumo, "inductionloop", "getLastStepVehicleNumber")
        self._each = sumo.inductionloop.getVehicleData
        self._names = sorted(loop.id for loop in loops)
        """In the order in which SUMO keeps them: each is found near the one before."""
        self._was = [0] * len(loops)
        """How many were on each; on `_taken` of them somebody was."""
        self._taken = 0
        self._changes: dict[str, dict[str, Reading | None]] = {layout.junction.id: {} for layout in layouts}
        self._owners: list[list[dict[str, Reading | None]]] = [[] for _ in loops]
        number = {name: nth for nth, name in enumerate(self._names)}
        self._broken: dict[str, _Broken] = {}
        for layout in layouts:
            signal = layout.junction.id
            own = {mark.detector for mark in layout.marks}
            own |= {name for lane in layout.lanes for name in (*lane.exits, *lane.mouths)}
            for name in own & set(number):
                self._owners[number[name]].append(self._changes[signal])
            if fault is not None:
                self._broken[signal] = _Broken(fault, sorted(own & set(number)))
        self._known = [[Reading(entered, bool(is_on)) for is_on in (0, 1)] for entered in range(READ_MAX + 1)]

    def read(self, at_ms: int) -> Mapping[str, Changes]:
        """By signal. Each second's are gone with the next call."""
        for changes in self._changes.values():
            changes.clear()
        names, was, number, taken, still = self._names, self._was, self._number, self._taken, 0
        seen = [(nth, ago_s) for nth, ago_s in enumerate(map(self._since, names)) if ago_s < 1.0]
        for nth, ago_s in seen:
            many = number(names[nth])
            if was[nth]:
                still += 1
                if many == 1 == was[nth] and ago_s == 0.0:
                    continue
            self._change(nth, many, ago_s == 0.0)
        if still != taken:
            self._leave({nth for nth, many in enumerate(was) if many} - {nth for nth, _ in seen})
        if self._broken:
            return {signal: each.changes(at_ms, self._changes[signal]) for signal, each in self._broken.items()}
        return self._changes

    def _change(self, nth: int, many: int, is_on: bool) -> None:
        """`many` were on it in this second."""
        name, before = self._names[nth], self._was[nth]
        entered, on = min(max(many - before, 0), READ_MAX), int(is_on)
        if is_on and many > 1:
            on = max(sum(each[LEFT] < 0 for each in self._each(name)), 1)
        self._was[nth] = on
        self._taken += (on > 0) - (before > 0)
        if entered or not is_on or not before:
            for changes in self._owners[nth]:
                changes[name] = self._known[entered][is_on]

    def _leave(self, gone: Iterable[int]) -> None:
        """They were on it, and nobody has been in this second."""
        for nth in gone:
            self._was[nth] = 0
            self._taken -= 1
            for changes in self._owners[nth]:
                changes[self._names[nth]] = None


class _Broken:
    """What a signal is told of its loops, some of which are broken."""

    def __init__(self, fault: Fault, names: Iterable[str]) -> None:
        self._fault, self._names = fault, list(names)
        self._on: set[str] = set()
        self._changing = Changing()

    def changes(self, at_ms: int, true: Changes) -> Changes:
        readings: dict[str, Reading | None] = {**dict.fromkeys(self._on, STAYS), **true}
        self._on = {name for name, reading in readings.items() if reading is not None and reading.is_occupied}
        said = {name: self._fault(name, at_ms, readings.get(name)) for name in self._names}
        return self._changing.of({name: reading for name, reading in said.items() if reading is not None})


class _Driven:
    """A signal and what controls it: SUMO is told when its lamps change."""

    def __init__(self, sumo: Any, signal: str, control: Controls, layouts: Sequence[Layout]) -> None:
        self.signal, self._control = signal, control
        (junction,) = (layout.junction for layout in layouts if layout.junction.id == signal)
        self._lamps = Lamps(junction)
        self._tell = sumo.trafficlight.setRedYellowGreenState
        self._shown: tuple[Aspect, ...] = ()
        self._told = ""

    def step(self, at_ms: int, changes: Changes) -> None:
        shown = self._control.hear(at_ms, changes)
        if shown is self._shown:
            return
        self._shown, state = shown, self._lamps.state(shown)
        if state != self._told:
            self._told = state
            self._tell(self.signal, state)


def write_loops(path: Path, body: str) -> None:
    path.write_text(body, encoding="utf-8")
