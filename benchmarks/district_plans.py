"""A district of the engineers' screen: coordinated as its area, then simulated beside its own plans, as the jobs do it.

    export SUMO_HOME=…                     (or the extra turnout[signals])
    .venv/bin/python -m benchmarks.district_plans [FOLDER] [--cycles 90,100,110,120] [--seeds 5]

FOLDER is that of a district; the sample of San Francisco's folder where none is said. Both jobs run in the worker's own
process. Every figure is of the whole district: before, after, and the change with its 95 % interval, paired by seed.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from turnout.adapters.signals_worker import WorkerProcess
from turnout.city.folder import shipped_city
from turnout.edge.signals_room.ports import Worker
from turnout.signals.districts.folder import FOLDER
from turnout.signals.districts.results import CoordinateArea, Simulate, SimulateResult
from turnout.signals.districts.shapes import PlanSet
from turnout.signals.districts.work import Answer, Kind, Progress, Work, encode

LIMIT_S: Final = 4 * 3_600.0


class Coordinated(msgspec.Struct, frozen=True):
    """Of `AreaResult`, what is simulated."""

    cycle_s: float
    plans: PlanSet


async def asked(worker: Worker, folder: Path, kind: Kind, ask: msgspec.Struct) -> bytes:
    work = Work(kind=kind, folder=str(folder), ask=encode(ask))
    answer = await worker.ask(work, LIMIT_S, told)
    if not isinstance(answer, Answer):
        raise SystemExit(f"{kind}: {answer.said.en} {answer.problems}")
    return answer.body


def told(progress: Progress) -> None:
    print(f"{progress.part:.0%} {progress.said.en}", file=sys.stderr, flush=True)


async def measured(folder: Path, cycles_s: tuple[int, ...], seeds: int) -> None:
    worker = WorkerProcess()
    try:
        begun = time.perf_counter()
        body = await asked(worker, folder, "area", CoordinateArea(cycles_s=cycles_s))
        area = msgspec.json.decode(body, type=Coordinated)
        print(
            f"{folder.name}: cycle {area.cycle_s:g} s, coordinated in {time.perf_counter() - begun:.0f} s", flush=True
        )
        body = await asked(worker, folder, "simulate", Simulate(plans=area.plans, seeds=seeds))
    finally:
        await worker.stop()
    result = msgspec.json.decode(body, type=SimulateResult)
    print(f"seeds 1 to {result.seeds}, {time.perf_counter() - begun:.0f} s in all")
    for pair in result.pairs:
        change = f"{pair.change.mean:+.2f} [{pair.change.low:+.2f}, {pair.change.high:+.2f}]"
        print(f"{pair.figure}: {pair.before.mean:.2f} -> {pair.after.mean:.2f}, {change}")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument(
        "folder", nargs="?", type=Path, default=shipped_city("san-francisco") / FOLDER / "bologna-acosta"
    )
    words.add_argument("--cycles", default="90,100,110,120")
    words.add_argument("--seeds", type=int, default=5)
    said = words.parse_args()
    asyncio.run(measured(said.folder.resolve(), tuple(int(each) for each in said.cycles.split(",")), said.seeds))


if __name__ == "__main__":
    main()
