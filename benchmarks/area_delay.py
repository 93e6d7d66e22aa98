"""Plans by area coordination in SUMO, beside the plans that came with the network; and the time for 225 signals.

    uv pip install eclipse-sumo            (780 MB; not among what Turnout installs)
    .venv/bin/python -m benchmarks.area_delay FOLDER [--cycles 50,60,70] [--rounds 2] [--seeds 5]
    .venv/bin/python -m benchmarks.area_delay --grid 15

FOLDER holds one scenario with a .sumocfg. Each cycle is coordinated and simulated with a seed that is not used again;
lanes that were full discharge what they discharge, so the next round is told so. The plans with the least delay are
then run with seeds 1 to N, beside the network's own. Delay as in `benchmarks.signal_delay`.
"""

import argparse
import itertools
import math
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from lxml import etree
from scipy import stats

from benchmarks.signal_delay import SAFE, Run, files_of, run
from tests.signals.area.grids import grid_counts, grid_net
from turnout.signals.area.area import Area, Coordinated, coordinate, read_area
from turnout.signals.area.demand import Demand, read_routes
from turnout.signals.area.programmes import written
from turnout.signals.area.search import capacities
from turnout.signals.area.streams import SATURATION_PER_S, LaneId

LEARNT_WITH: Final = 101
"""The seed of simulations by which plans are chosen."""
SLICE_S: Final = 300
"""Lanes are looked at in slices of so long."""
FULL_SLICES: Final = 3


def told(config: Path, names: Iterable[str]) -> list[tuple[bytes, str]]:
    return [((config.parent / name).read_bytes(), name) for name in names]


def demand_of(config: Path) -> Demand:
    """Of the routes that SUMO drove, since trips have none before."""
    run(config, LEARNT_WITH, [watched(config)], ["--vehroute-output", "driven.xml"])
    return read_routes(told(config, ["driven.xml"]))


def watched(config: Path) -> str:
    (config.parent / "lanes.add.xml").write_text(
        f'<additional><laneData id="lanes" freq="{SLICE_S}" file="lanes.xml"/></additional>', encoding="utf-8"
    )
    return "lanes.add.xml"


def discharged(config: Path, area: Area, found: Coordinated, before: dict[LaneId, float]) -> dict[LaneId, float]:
    """Vehicles per second of lanes that were full: half what they were taken for, half what was seen."""
    seconds = found.setting.seconds
    able = dict(zip(area.streams.lanes, capacities(area.streams, found.setting).sum(1).tolist(), strict=True))
    seen: dict[LaneId, list[float]] = defaultdict(list)
    for lane in etree.parse(config.parent / "lanes.xml", etree.XMLParser(**SAFE)).iter("lane"):
        edge, _, number = lane.get("id").rpartition("_")
        this = edge, int(number)
        if this in able and float(lane.get("waitingTime", 0)) / SLICE_S > 0.6 * able[this] + 1:
            seen[this].append(float(lane.get("left", 0)) / SLICE_S * seconds)
    after = dict(before)
    for this, left in seen.items():
        if len(left) >= FULL_SLICES and able[this] > 0:
            was = before.get(this, SATURATION_PER_S)
            shown = was * statistics.mean(left) / able[this]
            after[this] = min(max((was + shown) / 2, 0.35 * SATURATION_PER_S), 1.15 * SATURATION_PER_S)
    return after


def learnt(config: Path, cycles_s: list[int], rounds: int) -> tuple[str, int, float]:
    """The file with the best programmes, their cycle, and the delay with the seed they were chosen by."""
    net, *_ = files_of(config, "net-file")
    added = told(config, files_of(config, "additional-files"))
    added = [(content, name) for content, name in added if b"<tlLogic" in content]
    demand, saturation = demand_of(config), {}
    best: tuple[float, str, int] | None = None
    for round_, seconds in itertools.product(range(rounds), cycles_s):
        (content,) = told(config, [net])
        area = read_area(*content, added, demand, saturation)
        began = time.perf_counter()
        found = coordinate(area, [seconds])
        took_s = time.perf_counter() - began
        name = f"area-{round_}-{seconds}.add.xml"
        (config.parent / name).write_bytes(written(found.programmes))
        seen = run(config, LEARNT_WITH, [name, watched(config)])
        saturation = discharged(config, area, found, saturation)
        print(
            f"  cycle {seconds} s: {seen.delay_s:.1f} s, seed {LEARNT_WITH}; worked out in {took_s:.1f} s", flush=True
        )
        if best is None or seen.delay_s < best[0]:
            best = seen.delay_s, name, seconds
    assert best is not None
    return best[1], best[2], best[0]


def row(name: str, control: str, runs: list[Run]) -> str:
    delays = [each.delay_s for each in runs]
    spread = statistics.stdev(delays) / math.sqrt(len(runs)) * stats.t.ppf(0.975, len(runs) - 1)
    teleports, left = sum(each.teleports for each in runs), sum(each.not_entered for each in runs)
    return f"| {name} | {control} | {statistics.mean(delays):.1f} | ± {spread:.1f} | {left} | {teleports} |"


def compared(config: Path, cycles_s: list[int], rounds: int, seeds: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        here = Path(place) / config.parent.name
        shutil.copytree(config.parent, here)
        here.chmod(0o755)
        copy = here / config.name
        name, seconds, _ = learnt(copy, cycles_s, rounds)
        print("| scenario | plans | delay, s per vehicle | 95 % | never entered | teleports |")
        print("| --- | --- | ---: | ---: | ---: | ---: |")
        own, ours = ([run(copy, seed, added) for seed in range(1, seeds + 1)] for added in ([], [name]))
        print(row(here.name, "its own", own))
        print(row(here.name, f"area, cycle {seconds} s", ours))
        less = [1 - mine.delay_s / its.delay_s for its, mine in zip(own, ours, strict=True)]
        print(f"less delay by {statistics.mean(less):.1%} (least of a seed {min(less):.1%})")


def grid(size: int) -> None:
    """A square of signals, 300 m apart, one lane in every direction and 300 vehicles an hour in each."""
    net, counts = grid_net(size), grid_counts(size)
    area = read_area(net, "grid.net.xml", [], counts)
    began = time.perf_counter()
    found = coordinate(area, [60])
    took_s = time.perf_counter() - began
    before, after = (
        np.average([each.delay_s for each in side.values()], weights=[each.per_h for each in side.values()])
        for side in (found.before, found.after)
    )
    print(
        f"{len(area.frames)} signals, {len(area.streams.lanes)} lanes: {took_s:.1f} s; {before:.1f} s -> {after:.1f} s"
    )


def main() -> None:
    asking: Any = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asking.add_argument("folder", type=Path, nargs="?")
    asking.add_argument("--cycles", default="60,70,80,90,100,110,120")
    asking.add_argument("--rounds", type=int, default=2)
    asking.add_argument("--seeds", type=int, default=5)
    asking.add_argument("--grid", type=int, default=0)
    asked = asking.parse_args()
    if asked.grid:
        grid(asked.grid)
        return
    (config,) = asked.folder.glob("*.sumocfg")
    compared(config.resolve(), [int(each) for each in asked.cycles.split(",")], asked.rounds, asked.seeds)


if __name__ == "__main__":
    main()
