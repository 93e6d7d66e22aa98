"""Processor time of an hour under adaptive control, beside SUMO alone: the program, and its own plans in `libsumo`.

    uv pip install eclipse-sumo libsumo            (780 MB each; not among what Turnout installs)
    .venv/bin/turnout signals compile
    .venv/bin/python -m turnout.signals.simulated.compiled benchmarks.adaptive_speed FOLDER [seeds] [rounds]

Without `turnout.signals.simulated.compiled` control runs as it is written; the first line of what it prints says which.

FOLDER holds scenarios, each a folder with a .sumocfg, or is such a file. All arms have the same demand, the same words
and the same output (trips); one after the other, seed by seed, round by round, so that a machine that is busy is so for
all. Seconds of processor of a whole run: the network read, the hour, the trips written; of the program its start as
well, of `libsumo` not Python's imports, nor the placing of detectors, which is done once a network. `control` is the
part of the last arm that is neither SUMO's step nor reading. Medians; ratios are of the same seed in the same round.
"""

import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.adaptive_delay import Scenario, alone, configs_in, scenario, words_of
from turnout.signals.adaptive import control
from turnout.signals.adaptive.control import AdaptiveControl
from turnout.signals.short_street import StreetLock
from turnout.signals.simulated import run as running
from turnout.signals.single_track import Interlocking

PROGRAM, BARE, LAID, READ, OURS = (
    "SUMO alone, its own plans",
    "its own plans in `libsumo`, no loops",
    "the same, loops laid and not read",
    "the same, loops laid and read every second",
    "**detectors and control**",
)
ACTUATED = "SUMO alone, actuated"
Seconds = dict[str, float]


def program(scene: Scenario, seed: int, kind: str) -> float:
    def spent_s() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    began_s = spent_s()
    alone(scene, seed, kind)
    return spent_s() - began_s


def library(scene: Scenario, seed: int, arm: str) -> float:
    """Its own plans, stepped from Python."""
    sumo: Any = running.library()
    began_s = time.process_time()
    sumo.start(["sumo", *words_of(scene, seed, () if arm == BARE else ("loops.add.xml",))])
    step, now_s = running.native(sumo, "simulation", "step"), running.native(sumo, "simulation", "getTime")
    detectors = running.Detectors(sumo, scene.placed.loops, scene.placed.layouts, None) if arm == READ else None
    while now_s() < scene.end_s:
        step()
        if detectors is not None:
            detectors.read(0)
    sumo.close()
    return time.process_time() - began_s


def ours(scene: Scenario, seed: int) -> tuple[float, running.Ran]:
    begin_ms, laid = round(scene.begin_s * 1_000), scene.placed
    tracks = [Interlocking(track, begin_ms) for track in scene.tracks]
    streets = [StreetLock(street, begin_ms) for street in scene.streets]
    controls = {
        layout.junction.id: AdaptiveControl(
            layout, begin_ms, plan=layout.junction.plans[-1].id, tracks=tracks, streets=streets
        )
        for layout in laid.layouts
    }
    words = words_of(scene, seed, ("loops.add.xml",))
    began_s = time.process_time()
    ran = running.run(words, controls, laid.layouts, laid.loops, scene.end_s, tracks=tracks, streets=streets)
    return time.process_time() - began_s, ran


def a_round(scene: Scenario, seed: int) -> Seconds:
    found = {PROGRAM: program(scene, seed, "fixed"), ACTUATED: program(scene, seed, "actuated")}
    found |= {arm: library(scene, seed, arm) for arm in (BARE, LAID, READ)}
    found[OURS], ran = ours(scene, seed)
    found["of it reading"], found["of it control"] = ran.reading_s, ran.control_s
    found["of it SUMO, with loops"] = found[OURS] - ran.reading_s - ran.control_s
    return found


def rows(name: str, loops: int, rounds: list[Seconds]) -> str:
    lines = [f"### {name}, {loops} loops, {len(rounds)} rounds"]
    lines += ["| | seconds | of the program | of its own plans in `libsumo` |", "| --- | ---: | ---: | ---: |"]
    for arm in rounds[0]:
        spent = [each[arm] for each in rounds]
        ratios = [statistics.median(each[arm] / each[base] for each in rounds) for base in (PROGRAM, BARE)]
        spread = f"{statistics.median(spent):.2f} ({min(spent):.2f} to {max(spent):.2f})"
        lines.append(f"| {arm} | {spread} | {ratios[0]:.2f} | {ratios[1]:.2f} |")
    return "\n".join(lines)


def main(folder: Path, seeds: int = 3, rounds: int = 1) -> None:
    print(f"control is {'compiled' if Path(control.__file__).suffix != '.py' else 'as it is written'}")
    for config in configs_in(folder):
        with tempfile.TemporaryDirectory() as place:
            here = Path(place) / config.parent.name
            shutil.copytree(config.parent, here)
            here.chmod(0o755)
            try:
                scene = scenario(here / config.name)
                done = [a_round(scene, seed) for _ in range(rounds) for seed in range(1, seeds + 1)]
            except (OSError, ValueError, RuntimeError) as trouble:
                print(f"{config.parent.name} {config.name}, left out: {str(trouble)[:100]!r}", flush=True)
                continue
            print(rows(config.parent.name, len(scene.placed.loops), done), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:4]))
