"""One incident, 2,000 moving units already placed on the roads: how long until every travel time is known?

    .venv/bin/python -m benchmarks.roads_reach ../shared/data/san-francisco/sf-city-pddl-only.osm.pbf

Takes an OpenStreetMap file or a city's `roads.npz`. Units and incidents are random; half of the rows search under fifty
closures, and the hour changes from one search to the next.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from turnout.roads import CLEAR, RoadGraph, Roads
from turnout.roads.build import build_roads
from turnout.roads.graph import Floats
from turnout.words.moment import HOUR_MS, Moment
from turnout.words.place import Place


def random_fixes(roads: Roads, count: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Fixes near roads with headings and speeds, some standing still."""
    rng = np.random.default_rng(seed)
    at = rng.integers(0, roads.graph.junction_count, count)
    lat = roads.graph.junction_lat[at] + rng.normal(0.0, 1e-4, count)
    lon = roads.graph.junction_lon[at] + rng.normal(0.0, 1e-4, count)
    return lat, lon, rng.uniform(0.0, 360.0, count), rng.choice([0.0, 5.0, 12.0], count)


def timed(act: Callable[[int], object], times: int) -> str:
    """The median and the 99th percentile of an act, in milliseconds."""
    took_ms = []
    for turn in range(times):
        begun = time.perf_counter()
        act(turn)
        took_ms.append((time.perf_counter() - begun) * 1000.0)
    p50, p99 = np.percentile(took_ms, [50, 99])
    return f"{p50:9.3f} {p99:9.3f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roads", type=Path)
    parser.add_argument("--units", type=int, default=2000)
    parser.add_argument("--searches", type=int, default=500)
    arguments = parser.parse_args()
    is_graph = arguments.roads.suffix == ".npz"
    roads = Roads(RoadGraph.load(arguments.roads) if is_graph else build_roads(arguments.roads))
    lat, lon, heading, speed = random_fixes(roads, arguments.units, seed=3)
    units = roads.snap_many(lat, lon, heading, speed)
    fixes = [(Place(a, b), c, d) for a, b, c, d in zip(*(v.tolist() for v in (lat, lon, heading, speed)), strict=True)]
    incidents = roads.snap_many(*random_fixes(roads, arguments.searches, seed=4)[:2])
    targets = [spot for spot in map(incidents.at, range(len(incidents))) if spot is not None]
    rng = np.random.default_rng(5)
    closed = CLEAR
    for number in range(50):
        closed = closed.with_closure(f"c{number}", rng.integers(0, roads.graph.edge_count, 6).astype(np.int32))
    last = roads.reach(targets[0], units, Moment(0))

    def hour(turn: int) -> Moment:
        return Moment(turn * HOUR_MS)

    n = arguments.searches
    print(f"{roads.graph.junction_count} junctions, {roads.graph.edge_count} edges, {arguments.units} units")
    print(f"{'':52} {'p50 ms':>9} {'p99 ms':>9}")
    acts: list[tuple[str, Callable[[int], object]]] = [
        ("times of all units", lambda i: roads.reach(targets[i % len(targets)], units, hour(i))),
        ("times of all units, 50 closures", lambda i: roads.reach(targets[i % len(targets)], units, hour(i), closed)),
        (
            "times of the 50 nearest or more",
            lambda i: roads.reach(targets[i % len(targets)], units, hour(i), enough=50),
        ),
        ("and the way of the first", lambda i: last.route(int(i % arguments.units))),
        ("one way, alone", lambda i: roads.route(targets[i % len(targets)], targets[0], hour(i))),
        ("placing one fix", lambda i: roads.snap(*fixes[i % len(fixes)])),
        ("placing all units again", lambda _: roads.snap_many(lat, lon, heading, speed)),
    ]
    for name, act in acts:
        act(0)
        print(f"{name:52} {timed(act, n if 'all units again' not in name else 20)}")


if __name__ == "__main__":
    main()
