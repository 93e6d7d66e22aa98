"""Delay under adaptive control from detectors alone, beside the peers: fixed, actuated, and two that see every vehicle.

    uv pip install eclipse-sumo libsumo            (780 MB each; not among what Turnout installs)
    .venv/bin/python -m benchmarks.adaptive_delay FOLDER [seeds] [controls, with commas] [fault or ""] [words for SUMO]

FOLDER holds scenarios, each a folder with a .sumocfg, or is such a file: `Doerpfeldstr/all_modes.sumocfg`, one of five
there. What SUMO cannot load is told and left out. All controls run the same stages, with the same demand and seeds.
Delay is SUMO's time loss plus departure delay in seconds per vehicle of all that were to enter; those still on their
way and those that could not enter are among them. `locked`: seeds in which nobody arrived for five minutes while
vehicles were on the road, in a second run of each that goes on until everybody has arrived, or for `RUN_ON_S`: an hour
may be over before it shows. Whom the files let in after the scenario's end is taken off there. Without teleports: what
is stuck stays. A single track that is in doubt at the end is told
below. With a fault every junction has one broken detector from the tenth minute on: stuck, silent or double. Words for
SUMO: `--time-to-teleport.bidi 70` takes off the road who has met another head-on on a single track for 70 s.
"""

import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from lxml import etree
from scipy import stats

from benchmarks.signal_delay import SAFE, actuated, files_of, sumo_home
from turnout.signals.adaptive.control import AdaptiveControl
from turnout.signals.adaptive.faults import FaultKind
from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import Changes, Queue
from turnout.signals.adaptive.pressure import MaxPressureControl
from turnout.signals.guard import Aspect
from turnout.signals.short_street import ShortStreet, StreetLock
from turnout.signals.simulated.broken import FROM_S, broken
from turnout.signals.simulated.gridlock import Trip, is_locked
from turnout.signals.simulated.run import Controls, run
from turnout.signals.simulated.short_streets import short_streets
from turnout.signals.simulated.sumo_layout import Placed, loops_file, placed
from turnout.signals.simulated.track_counters import track_loops
from turnout.signals.single_track import Interlocking, SingleTrack
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records

SEEN_M = 75.0
"""How far before the stop line a perfect sensor sees: as far as our detectors lie."""
DURATION_S = 3_600
"""Of scenarios that do not say how long they last."""
RUN_ON_S = 7_200
"""After the scenario's end."""
TAKEN_OFF = "traci"
"""What SUMO writes of whom `closing` takes off."""
Look = Callable[[Any, int], None]
CONTROLS = ("fixed", "actuated", "max-pressure", "self-organising", "detectors")


class Scenario(NamedTuple):
    config: Path
    begin_s: float
    end_s: float
    added: tuple[str, ...]
    placed: Placed
    tracks: tuple[SingleTrack, ...] = ()
    words: tuple[str, ...] = ()
    """Further words for SUMO."""
    streets: tuple[ShortStreet, ...] = ()
    closes_s: float = math.inf
    """Nobody who sets out from then on is let in."""


class Result(NamedTuple):
    delay_s: float
    vehicles: int
    never_entered: int
    is_locked: bool
    seconds: float
    on_plan: int
    """Junctions that ran their plan at the end."""
    doubts: tuple[str, ...] = ()
    """Single tracks that were closed at the end though perhaps nobody was on them."""


class Truth:
    """Every vehicle, for the peers that may see them."""

    def __init__(self, layouts: tuple[Layout, ...]) -> None:
        self.lanes = {
            (layout.junction.id, int(movement)): lane.id
            for layout in layouts
            for lane in layout.lanes
            for movement in lane.movements
        }
        self.speeds = {mark.detector: mark.speed_mps for layout in layouts for mark in layout.marks}
        self.of_lane = {lane.id: self.speeds[lane.stop] for layout in layouts for lane in layout.lanes}
        self.exits = {
            lane.id: [name.rpartition("@")[0] for name in lane.exits] for layout in layouts for lane in layout.lanes
        }
        self.queues: dict[str, Queue] = {}
        self.beyond: dict[str, float] = {}

    def look(self, sumo: Any, at_ms: int) -> None:
        self.queues = {lane: [] for lane in self.of_lane}
        for vehicle in sumo.vehicle.getIDList():
            ahead = sumo.vehicle.getNextTLS(vehicle)
            if ahead and ahead[0][2] <= SEEN_M and (ahead[0][0], ahead[0][1]) in self.lanes:
                lane = self.lanes[ahead[0][0], ahead[0][1]]
                drive_ms = round(1_000 * ahead[0][2] / (self.of_lane[lane] * 0.95))
                self.queues[lane].append((at_ms + drive_ms, 1.0))
        for queue in self.queues.values():
            queue.sort()
        count = sumo.lane.getLastStepVehicleNumber
        self.beyond = {lane: statistics.mean(map(count, exits)) for lane, exits in self.exits.items()}


class SelfOrganising:
    def __init__(
        self,
        layout: Layout,
        at_ms: int,
        truth: Truth,
        tracks: Sequence[Interlocking],
        streets: Sequence[StreetLock],
    ) -> None:
        self.control, self.truth = AdaptiveControl(layout, at_ms, tracks=tracks, streets=streets), truth
        self.own = [lane.id for lane in layout.lanes]

    def hear(self, at_ms: int, changes: Changes) -> tuple[Aspect, ...]:
        return self.control.hear(at_ms, changes, {lane: self.truth.queues[lane] for lane in self.own})


class MaxPressure:
    def __init__(self, layout: Layout, at_ms: int, truth: Truth) -> None:
        self.control, self.truth = MaxPressureControl(layout, at_ms), truth

    def hear(self, at_ms: int, changes: Changes) -> tuple[Aspect, ...]:
        waiting = {lane: float(len(queue)) for lane, queue in self.truth.queues.items()}
        return self.control.step(at_ms, waiting, self.truth.beyond)


def scenario(config: Path) -> Scenario:
    root = etree.parse(config, etree.XMLParser(**SAFE))
    begin, end = (root.find(f"time/{edge}") for edge in ("begin", "end"))
    begin_s = float(begin.get("value")) if begin is not None else 0.0
    (net,) = files_of(config, "net-file")
    added = files_of(config, "additional-files")
    body = (config.parent / net).read_bytes()
    programmes = [((config.parent / name).read_bytes(), name) for name in added if b"<tlLogic" in whole(config, name)]
    found, records = read_sumo(body, net, programmes), read_records(body, net, root="net")
    laid = placed(records, found.signals.junctions)
    tracks = tuple(track for track in found.tracks if track.is_secured)
    laid_loops = loops_file((*laid.loops, *track_loops(records, tracks)))
    (config.parent / "loops.add.xml").write_text(laid_loops, encoding="utf-8")
    end_s = float(end.get("value")) if end is not None else begin_s + DURATION_S
    return Scenario(config, begin_s, end_s, tuple(added), laid, tracks, (), short_streets(records, laid.layouts))


def configs_in(folder: Path) -> list[Path]:
    """The file itself, where one is named."""
    return [folder] if folder.is_file() else sorted(folder.rglob("*.sumocfg"))


def whole(config: Path, name: str) -> bytes:
    return (config.parent / name).read_bytes()


def words_of(scene: Scenario, seed: int, added: tuple[str, ...]) -> list[str]:
    """Absolute: libsumo runs in this process, which does not change its folder."""
    here = scene.config.parent
    inputs = {"net-file": files_of(scene.config, "net-file"), "route-files": files_of(scene.config, "route-files")}
    inputs["additional-files"] = [*scene.added, *added]
    named = [
        word
        for kind, names in inputs.items()
        if names
        for word in (f"--{kind}", ",".join(str(here / n) for n in names))
    ]
    named += ["--begin", str(scene.begin_s), "--end", str(scene.end_s), "--seed", str(seed)]
    named += ["--no-step-log", "--no-warnings", "--time-to-teleport", "-1", "--duration-log.disable"]
    named += ["--tripinfo-output", str(here / "trips.xml"), "--tripinfo-output.write-unfinished"]
    return [*named, "--tripinfo-output.write-undeparted", *scene.words]


def told(scene: Scenario, seconds: float, on_plan: int) -> Result:
    delay, waiting, times = 0.0, 0, list[Trip]()
    for _, trip in etree.iterparse(scene.config.parent / "trips.xml", tag="tripinfo", **SAFE):
        delay += float(trip.get("timeLoss")) + max(float(trip.get("departDelay")), 0.0)
        waiting += float(trip.get("depart")) < 0
        free_s = float(trip.get("duration")) - float(trip.get("timeLoss"))
        if trip.get("vaporized") != TAKEN_OFF:
            times.append(Trip(float(trip.get("depart")), float(trip.get("arrival")), free_s))
        trip.clear()
    count = len(times)
    return Result(delay / max(count, 1), count, waiting, is_locked(times, scene.end_s), seconds, on_plan)


def alone(scene: Scenario, seed: int, control: str) -> Result:
    """SUMO by itself."""
    added = (actuated(scene.config).name,) if control == "actuated" else ()
    began = time.perf_counter()
    words = [str(sumo_home() / "bin" / "sumo"), *words_of(scene, seed, added)]
    done = subprocess.run(words, capture_output=True, timeout=900, env={"SUMO_HOME": str(sumo_home())})
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace")[-300:])
    return told(scene, time.perf_counter() - began, 0)


def closing(scene: Scenario, look: Look | None) -> Look:
    def closed(sumo: Any, at_ms: int) -> None:
        if look is not None:
            look(sumo, at_ms)
        if at_ms > scene.closes_s * 1_000:
            for vehicle in sumo.simulation.getDepartedIDList():
                if at_ms / 1_000 - sumo.vehicle.getDepartDelay(vehicle) > scene.closes_s:
                    sumo.vehicle.remove(vehicle)

    return closed


def controlled(scene: Scenario, seed: int, control: str, kind: str) -> Result:
    truth = Truth(scene.placed.layouts)
    begin_ms = round(scene.begin_s * 1_000)
    tracks = [Interlocking(track, begin_ms) for track in scene.tracks] if control != "max-pressure" else []
    streets = [StreetLock(street, begin_ms) for street in scene.streets] if control != "max-pressure" else []
    made: Callable[[Layout], Any] = {
        "max-pressure": lambda layout: MaxPressure(layout, begin_ms, truth),
        "self-organising": lambda layout: SelfOrganising(layout, begin_ms, truth, tracks, streets),
        "detectors": lambda layout: AdaptiveControl(
            layout, begin_ms, plan=layout.junction.plans[-1].id, tracks=tracks, streets=streets
        ),
    }[control]
    controls: dict[str, Controls] = {layout.junction.id: made(layout) for layout in scene.placed.layouts}
    before = closing(scene, truth.look if control != "detectors" else None)
    from_ms = begin_ms + round(FROM_S * 1_000)
    fault = broken(scene.placed.layouts, msgspec.convert(kind, FaultKind), from_ms) if kind else None
    words = words_of(scene, seed, ("loops.add.xml",))
    laid = scene.placed
    done = run(
        words,
        controls,
        laid.layouts,
        laid.loops,
        scene.end_s,
        fault=fault,
        before=before,
        tracks=tracks,
        streets=streets,
        until_empty=scene.closes_s < scene.end_s,
    )
    on_plan = sum(getattr(each, "mode", "") == "plan" for each in controls.values())
    doubts = {doubt for each in controls.values() for doubt in getattr(each, "doubts", ())}
    said = tuple(f"seed {seed}: {doubt.spoken('en', round(scene.end_s * 1_000))}" for doubt in sorted(doubts, key=str))
    return told(scene, done.seconds, on_plan)._replace(doubts=said)


def ran(scene: Scenario, seed: int, control: str, kind: str) -> Result:
    """The scenario as it is; whether it locks is seen in the one that goes on."""
    on = scene._replace(end_s=scene.end_s + RUN_ON_S, closes_s=scene.end_s)
    if control in ("fixed", "actuated"):
        added = (actuated(scene.config).name,) if control == "actuated" else ()
        run(words_of(on, seed, added), {}, (), (), on.end_s, before=closing(on, None), until_empty=True)
        locks = told(on, 0.0, 0).is_locked
        return alone(scene, seed, control)._replace(is_locked=locks)
    locks = controlled(on, seed, control, kind).is_locked
    return controlled(scene, seed, control, kind)._replace(is_locked=locks)


def row(scene: Scenario, control: str, results: list[Result], kind: str) -> str:
    delays = [each.delay_s for each in results]
    size = len(delays)
    spread = statistics.stdev(delays) / size**0.5 * stats.t.ppf(0.975, size - 1) if size > 1 else 0.0
    mean = statistics.mean(delays)
    vehicles, left = (round(statistics.mean(each[at] for each in results)) for at in (1, 2))
    locked = sum(each.is_locked for each in results)
    seconds = statistics.mean(each.seconds for each in results)
    said = f"{control}, {kind}: {results[-1].on_plan} on plan" if kind and control == "detectors" else control
    cells = f"{mean:.1f} | ± {spread:.1f} | {max(delays):.1f} | {vehicles} | {left} | {locked} | {seconds:.1f}"
    return f"| {scene.config.parent.name} | {said} | {cells} |"


def main(folder: Path, seeds: int = 5, chosen: str = ",".join(CONTROLS), kind: str = "", *words: str) -> None:
    print("| scenario | control | delay, s | 95 % | worst seed | vehicles | never entered | locked | run, s |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for config in configs_in(folder):
        with tempfile.TemporaryDirectory() as place:
            here = Path(place) / config.parent.name
            shutil.copytree(config.parent, here)
            here.chmod(0o755)
            try:
                scene = scenario(here / config.name)._replace(words=words)
                for control in chosen.split(","):
                    results = [ran(scene, seed, control, kind) for seed in range(1, seeds + 1)]
                    print(row(scene, control, results, kind), flush=True)
                    for said in (said for result in results for said in result.doubts):
                        print(f"{said}.", file=sys.stderr, flush=True)
            except (OSError, ValueError, RuntimeError) as trouble:
                print(f"| {config.parent.name} {config.name} | left out: {str(trouble)[:100]!r} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]), *sys.argv[3:])
