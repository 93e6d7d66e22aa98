"""A scenario in SUMO with control of ours: detectors are read and lamps are set, once a second.

`libsumo` comes with SUMO, which is a program beside (decision 0233): `uv pip install eclipse-sumo libsumo`. Nothing
here looks at a vehicle: of each detector SUMO says when somebody came on it and whether one is there.
"""

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import Reading
from turnout.signals.guard import Aspect
from turnout.signals.simulated.lamps import Lamps
from turnout.signals.simulated.sumo_layout import Loop
from turnout.words.trouble import Unsupported

SECOND_MS = 1_000


class Controls(Protocol):
    def step(self, at_ms: int, readings: Mapping[str, Reading]) -> tuple[Aspect, ...]: ...


def library() -> Any:
    """`libsumo`. Raises `Unsupported` where it is not installed."""
    try:
        return importlib.import_module("libsumo")
    except ImportError as trouble:
        raise Unsupported("SUMO is not installed", "libsumo", "uv pip install eclipse-sumo libsumo") from trouble


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
) -> Ran:
    """Run SUMO with these words (without the program's name). `before`: called before control, with libsumo."""
    sumo = library()
    sumo.start(["sumo", *words])
    try:
        lamps = {layout.junction.id: Lamps(layout.junction) for layout in layouts}
        data = sumo.inductionloop.getVehicleData
        names = [loop.id for loop in loops]
        told: dict[str, str] = {}
        steps, ours, began = 0, 0.0, time.perf_counter()
        while sumo.simulation.getTime() < end_s and (end_s < 1e9 or sumo.simulation.getMinExpectedNumber() > 0):
            sumo.simulationStep()
            now_s = sumo.simulation.getTime()
            at_ms = round(now_s * SECOND_MS)
            started = time.perf_counter()
            readings = {}
            for name in names:
                seen = data(name)
                if seen:
                    entered = sum(1 for each in seen if each[2] > now_s - 1.0)
                    readings[name] = Reading(entered, seen[-1][3] < 0 or any(each[3] < 0 for each in seen))
            if fault is not None:
                for name in names:
                    said = fault(name, at_ms, readings.pop(name, None))
                    if said is not None:
                        readings[name] = said
            if before is not None:
                before(sumo, at_ms)
            for signal, control in controls.items():
                state = lamps[signal].state(control.step(at_ms, readings))
                if told.get(signal) != state:
                    told[signal] = state
                    sumo.trafficlight.setRedYellowGreenState(signal, state)
            ours += time.perf_counter() - started
            steps += 1
        return Ran(steps, time.perf_counter() - began, ours)
    finally:
        sumo.close()


def write_loops(path: Path, body: str) -> None:
    path.write_text(body, encoding="utf-8")
