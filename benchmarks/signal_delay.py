"""Delay at signals in SUMO: the plans that come with a network, and SUMO's own actuated control of the same stages.

    uv pip install eclipse-sumo            (780 MB; not among what Turnout installs)
    .venv/bin/python -m benchmarks.signal_delay FOLDER [seeds]

FOLDER holds scenarios, each a folder with a .sumocfg. Delay is SUMO's time loss plus departure delay in seconds per
vehicle, of all that entered, those still on their way among them; the mean over seeds 1 to N with the half-width of its
95 % confidence interval. SUMO runs by itself, in a copy of the folder: no Python looks at a vehicle.
"""

import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree
from scipy import stats

LIMIT_S = 900
"""Of one run; a gridlock lasts until the scenario ends, not longer."""
SAFE: Any = {"resolve_entities": False, "no_network": True, "load_dtd": False}
LEAST_S, MOST_S = "5", "50"
"""Of an actuated green, where the network does not say: what RESCO's networks say."""


class Run(NamedTuple):
    delay_s: float
    entered: int
    not_entered: int
    teleports: int


def sumo_home() -> Path:
    """Where the package `eclipse-sumo` lies; `SUMO_HOME` is asked first."""
    if "SUMO_HOME" in os.environ:
        return Path(os.environ["SUMO_HOME"])
    for folder in map(Path, sys.path):
        if (folder / "sumo" / "bin" / "sumo").is_file():
            return folder / "sumo"
    raise SystemExit("SUMO is not installed: uv pip install eclipse-sumo, or set SUMO_HOME")


def files_of(config: Path, kind: str) -> list[str]:
    """The files that a configuration names, packed ones where only those are there."""
    element = etree.parse(config, etree.XMLParser(**SAFE)).find(f"input/{kind}")
    named = element.get("value").replace(" ", "").split(",") if element is not None else []
    return [name if (config.parent / name).is_file() else f"{name}.gz" for name in named if name]


def actuated(config: Path) -> Path:
    """A file of programmes: those of the network, actuated. Stages keep their order; only greens have a range."""
    root = etree.Element("additional")
    (net,) = files_of(config, "net-file")
    sources = [net, *files_of(config, "additional-files")]
    latest = {}
    for source in sources:
        for programme in etree.parse(config.parent / source, etree.XMLParser(**SAFE)).iter("tlLogic"):
            latest[programme.get("id")] = programme
    for programme in latest.values():
        made = etree.SubElement(root, "tlLogic", dict(programme.attrib) | {"type": "actuated", "programID": "actuated"})
        for phase in programme.iter("phase"):
            state, ranged = phase.get("state"), dict(phase.attrib)
            if set(state) & set("gG") and not set(state) & set("yY") and "maxDur" not in ranged:
                ranged |= {"minDur": LEAST_S, "maxDur": MOST_S}
            etree.SubElement(made, "phase", ranged)
    path = config.parent / "actuated.add.xml"
    path.write_bytes(etree.tostring(root))
    return path


def run(config: Path, seed: int, added: list[str], more: Sequence[str] = ()) -> Run:
    """One run of a scenario in its folder. Raises `SystemExit` with SUMO's words where it fails."""
    home = sumo_home()
    told = config.parent / "statistics.xml"
    inputs = {kind: files_of(config, kind) for kind in ("net-file", "route-files", "additional-files")}
    inputs["additional-files"] += added
    named = [word for kind, names in inputs.items() if names for word in (f"--{kind}", ",".join(names))]
    time = etree.parse(config, etree.XMLParser(**SAFE)).find("time")
    for edge in ("begin", "end"):
        element = time.find(edge) if time is not None else None
        named += [f"--{edge}", element.get("value")] if element is not None else []
    words = [str(home / "bin" / "sumo"), *named, "--seed", str(seed), "--no-step-log", "--no-warnings"]
    words += ["--statistic-output", str(told), "--duration-log.statistics"]
    words += ["--tripinfo-output", "trips.xml", "--tripinfo-output.write-unfinished", *more]
    done = subprocess.run(
        words, cwd=config.parent, env=os.environ | {"SUMO_HOME": str(home)}, capture_output=True, timeout=LIMIT_S
    )
    if done.returncode:
        raise SystemExit(f"{config.name}: {done.stderr.decode(errors='replace')[-500:]}")
    found = etree.parse(told, etree.XMLParser(**SAFE))
    trips, vehicles = found.find("vehicleTripStatistics"), found.find("vehicles")
    entered = int(vehicles.get("inserted"))
    return Run(
        float(trips.get("timeLoss")) + float(trips.get("departDelay")),
        entered,
        int(vehicles.get("loaded")) - entered,
        int(found.find("teleports").get("total")),
    )


def main(folder: Path, seeds: int = 5) -> None:
    print("| scenario | control | delay, s per vehicle | 95 % | entered | not entered | teleports |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for config in sorted(folder.rglob("*.sumocfg")):
        with tempfile.TemporaryDirectory() as place:
            here = Path(place) / config.parent.name
            shutil.copytree(config.parent, here)
            here.chmod(0o755)
            copy = here / config.name
            for control, added in (("fixed", []), ("actuated", [actuated(copy).name])):
                runs = [run(copy, seed, added) for seed in range(1, seeds + 1)]
                delays = [each.delay_s for each in runs]
                spread = statistics.stdev(delays) / math.sqrt(seeds) * stats.t.ppf(0.975, seeds - 1)
                entered, left = (round(statistics.mean(each[at] for each in runs)) for at in (1, 2))
                teleports = sum(each.teleports for each in runs)
                row = f"{statistics.mean(delays):.1f} | ± {spread:.1f} | {entered} | {left} | {teleports}"
                print(f"| {config.parent.name} | {control} | {row} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
