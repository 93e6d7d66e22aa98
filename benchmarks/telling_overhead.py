"""What telling others costs: commands a second with and without a collector, in turns within one run.

    python -m benchmarks.telling_overhead [--seconds 4] [--turns 5] [--clients 32] [--incidents 300]

One server (without its web server) takes commands at its counter, appended with a real fsync. In turns of some seconds
nobody is told; or a collector gets the trace of every command, the log and the figures, by OTLP over HTTP, in a process
of its own on the same machine; or it hangs. The turns follow one another on the same board, so that the ratio means
something on another machine; each turn's ratio is to the turn without that went before it.
"""

import argparse
import asyncio
import gc
import multiprocessing
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.desk_throughput import percentile
from benchmarks.desk_workloads import Workload, operations
from tests.adapters.collector import collector
from tests.adapters.running import Running, running
from turnout.adapters.otlp.collector import OtlpCollector
from turnout.core.tables.commands import PublishCatalogue
from turnout.desk.access import part
from turnout.desk.book import Origin
from turnout.words.identity import CommandId

MANNERS = ("takes", "hangs")


def collect(manner: str, says: Connection) -> None:
    """A collector, until the process is ended."""
    with collector(manner) as at:
        says.send(at.url)
        while True:
            time.sleep(1)
            at.taken.clear()


async def turn(
    house: Running, workload: Workload, clients: int, seconds: float, name: str
) -> tuple[float, list[float]]:
    """(commands a second, milliseconds of each)."""
    taken_ms, start = list[float](), time.perf_counter()
    who = part("benchmark")

    async def client(number: int) -> None:
        for n, command in enumerate(workload.commands(number, clients)):
            began = time.perf_counter()
            if began - start >= seconds:
                return
            await house.edge.counter.hand_in(who, f"{name}-{number}-{n}", command)
            taken_ms.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(client(number) for number in range(clients)))
    return len(taken_ms) / (time.perf_counter() - start), taken_ms


async def measured(given: argparse.Namespace, folder: Path, urls: dict[str, str]) -> None:
    workload = operations(given.incidents)
    async with running(folder) as house:
        for n, command in enumerate(workload.preparation):
            if not isinstance(command, PublishCatalogue):
                await house.desk.submit(command, Origin(workload.actor, CommandId(f"prepare-{n}")))
        gc.collect()
        gc.freeze()
        ratios, latencies = {manner: list[float]() for manner in MANNERS}, {"nobody": list[float]()}
        await turn(house, workload, given.clients, given.seconds, "warm")
        for number in range(given.turns):
            for manner in MANNERS:
                alone, ms = await turn(house, workload, given.clients, given.seconds, f"{number}{manner}-")
                latencies["nobody"] += ms
                at = OtlpCollector(urls[manner])
                reading = asyncio.create_task(at.read_on(house.edge))
                house.edge.counter.exported = at
                told, ms = await turn(house, workload, given.clients, given.seconds, f"{number}{manner}")
                house.edge.counter.exported = None
                reading.cancel()
                lost = {one.name: one.dropped for one in at.queues}
                await asyncio.to_thread(at.close)
                latencies.setdefault(manner, []).extend(ms)
                ratios[manner].append(told / alone)
                print(f"{manner:6} {alone:6.0f} -> {told:6.0f} commands/s, ratio {told / alone:.2f}, lost {lost}")
    for manner in MANNERS:
        those = ratios[manner]
        print(f"{manner:6} ratio median {statistics.median(those):.2f} ({min(those):.2f} to {max(those):.2f})")
    for who, ms in latencies.items():
        print(f"{who:6} p50 {percentile(ms, 0.5):.1f} ms, p99 {percentile(ms, 0.99):.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--incidents", type=int, default=300)
    given = parser.parse_args()
    urls, collectors = dict[str, str](), []
    spawning = multiprocessing.get_context("spawn")
    for manner in MANNERS:
        hears, says = spawning.Pipe(duplex=False)
        process = spawning.Process(target=collect, args=(manner, says), daemon=True)
        process.start()
        collectors.append(process)
        urls[manner] = hears.recv()
    with tempfile.TemporaryDirectory(prefix="telling-") as folder:
        asyncio.run(measured(given, Path(folder), urls))
    for process in collectors:
        process.terminate()


if __name__ == "__main__":
    main()
