"""A scenario in SUMO with control of ours: detectors are read and lamps are set, once a second.

`libsumo` comes with SUMO, which is a program beside (decision 0233): `uv pip install eclipse-sumo libsumo`. Nothing
here looks at a vehicle: of each detector SUMO says when somebody came on it and whether one is there.
"""

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import Reading
from turnout.signals.guard import Aspect
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
    def step(self, at_ms: int, readings: Mapping[str, Reading]) -> tuple[Aspect, ...]: ...


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
    ours_s: float
    """Of that, in control."""


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
) -> Ran:
    """Run SUMO with these words (without the program's name). `before`: called before control, with libsumo."""
    sumo = library()
    sumo.start(["sumo", *words])
    try:
        clock = sumo.simulation
        detectors = Detectors(sumo, loops, layouts, fault)
        counters = TrackCounters(sumo, tracks) if tracks else None
        driven = [_Driven(sumo, signal, control, layouts) for signal, control in controls.items()]
        steps, ours, began = 0, 0.0, time.perf_counter()
        while clock.getTime() < end_s and (end_s < 1e9 or clock.getMinExpectedNumber() > 0):
            sumo.simulationStep()
            at_ms = round(clock.getTime() * SECOND_MS)
            started = time.perf_counter()
            readings = detectors.read(at_ms)
            if counters is not None:
                counters.step(at_ms)
            if before is not None:
                before(sumo, at_ms)
            for each in driven:
                each.step(at_ms, readings[each.signal])
            ours += time.perf_counter() - started
            steps += 1
        return Ran(steps, time.perf_counter() - began, ours)
    finally:
        sumo.close()


class Detectors:
    """What the loops show, for each signal those that are its own; a second loop costs two calls of `libsumo`.

    Who was on a loop in the last second, less who was on it before, has come. Two may stand on one at once.
    """

    def __init__(self, sumo: Any, loops: Sequence[Loop], layouts: Sequence[Layout], fault: Fault | None) -> None:
        self._since = native(sumo, "inductionloop", "getTimeSinceDetection")
        self._number = native(sumo, "inductionloop", "getLastStepVehicleNumber")
        self._each = sumo.inductionloop.getVehicleData
        self._names = [loop.id for loop in loops]
        self._was = [0] * len(loops)
        self._fault = fault
        self._readings: dict[str, dict[str, Reading]] = {layout.junction.id: {} for layout in layouts}
        owners: dict[str, list[dict[str, Reading]]] = {name: [] for name in self._names}
        for layout in layouts:
            own = {mark.detector for mark in layout.marks}
            own |= {name for lane in layout.lanes for name in (*lane.exits, *lane.mouths)}
            for name in own & set(owners):
                owners[name].append(self._readings[layout.junction.id])
        self._owners = [owners[name] for name in self._names]
        self._known = [[Reading(entered, bool(is_on)) for is_on in (0, 1)] for entered in range(READ_MAX + 1)]

    def read(self, at_ms: int) -> Mapping[str, Mapping[str, Reading]]:
        """By signal. Each second's are gone with the next call."""
        for readings in self._readings.values():
            readings.clear()
        names, was, number, known, owners = self._names, self._was, self._number, self._known, self._owners
        since = list(map(self._since, names))
        for nth in [nth for nth, ago_s in enumerate(since) if ago_s < 1.0]:
            name, are_on = names[nth], int(since[nth] == 0.0)
            seen = number(name)
            reading = known[min(max(seen - was[nth], 0), READ_MAX)][are_on]
            if seen > 1 and are_on:
                are_on = sum(each[LEFT] < 0 for each in self._each(name))
            was[nth] = are_on
            for readings in owners[nth]:
                readings[name] = reading
        if self._fault is not None:
            self._break(self._fault, at_ms)
        return self._readings

    def _break(self, fault: Fault, at_ms: int) -> None:
        for name, owners in zip(self._names, self._owners, strict=True):
            for readings in owners:
                said = fault(name, at_ms, readings.pop(name, None))
                if said is not None:
                    readings[name] = said


class _Driven:
    """A signal and what controls it: SUMO is told when its lamps change."""

    def __init__(self, sumo: Any, signal: str, control: Controls, layouts: Sequence[Layout]) -> None:
        self.signal, self._control = signal, control
        (junction,) = (layout.junction for layout in layouts if layout.junction.id == signal)
        self._lamps = Lamps(junction)
        self._tell = sumo.trafficlight.setRedYellowGreenState
        self._shown: tuple[Aspect, ...] = ()
        self._told = ""

    def step(self, at_ms: int, readings: Mapping[str, Reading]) -> None:
        shown = self._control.step(at_ms, readings)
        if shown is self._shown:
            return
        self._shown, state = shown, self._lamps.state(shown)
        if state != self._told:
            self._told = state
            self._tell(self.signal, state)


def write_loops(path: Path, body: str) -> None:
    path.write_text(body, encoding="utf-8")
