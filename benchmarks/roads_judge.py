"""Do our travel times agree with an independent road engine on the same roads at the same speeds?

    .venv/bin/python -m benchmarks.roads_judge ../shared/data/san-francisco/sf-city-pddl-only.osm.pbf

The judge is OSRM (`osrm-bindings`, which wants Python 3.12), run by `uv` in an environment of its own. It reads the
same file with a profile that gives the posted limits and the same class speeds, and no costs for turns. Pairs are
points in the middle of random edges.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from turnout.roads import Roads, Route, Spots, read_profile
from turnout.roads.build import build_roads
from turnout.roads.ways import CLASS_SPEED_KMH
from turnout.words.moment import Moment

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def posted_speeds() -> str:
    """A speed profile that drives at exactly the posted limits, as the judge's does."""
    lines = ['version = 1\nsource = "posted limits"\ntime_zone = "UTC"\n[week]']
    lines += [f'{day} = "{"D" * 24}"' for day in DAYS]
    for drive in ("urgent", "routine"):
        lines.append(f"[{drive}]\nintercept_s = 0\nearliest_ratio = 1\nlatest_ratio = 1")
        lines.append(f"[{drive}.factors.D]\ndefault = 1.0")
    return "\n".join(lines)


def judged(osm_file: Path, pairs: list[list[list[float]]]) -> list[float | None]:
    """The judge's seconds for each pair of (lat, lon)."""
    with tempfile.TemporaryDirectory() as folder:
        speeds = ", ".join(f"{name} = {speed}" for name, speed in CLASS_SPEED_KMH.items())
        profile = Path(__file__).with_suffix(".lua").read_text(encoding="utf-8")
        (Path(folder) / "judge.lua").write_text(profile.replace("--[[speeds]]", speeds))
        (Path(folder) / "pairs.json").write_text(json.dumps(pairs))
        judge = str(Path(__file__).with_name("roads_judge_osrm.py"))
        command = [
            str(Path(sys.executable).with_name("uv")),
            "run",
            "--no-project",
            "--python",
            "3.12",
            "--with",
            "osrm-bindings",
            "python",
            judge,
        ]
        subprocess.run([*command, folder, str(osm_file.resolve())], check=True, timeout=600)
        answer: list[float | None] = json.loads((Path(folder) / "seconds.json").read_text())
        return answer


def our_routes(roads: Roads, count: int, seed: int) -> list[tuple[list[list[float]], Route]]:
    """Random pairs and our ways between them."""
    rng = np.random.default_rng(seed)
    picks = rng.integers(0, roads.graph.edge_count, (count, 2))
    chosen = []
    for begin, end in picks.tolist():
        points = []
        for edge in (begin, end):
            lat, lon = roads.graph.shape_of(edge)
            middle = len(lat) // 2
            points.append([float(lat[middle - 1] + lat[middle]) / 2, float(lon[middle - 1] + lon[middle]) / 2])
        spots = roads.snap_many(np.array([p[0] for p in points]), np.array([p[1] for p in points]))
        source, target = spots.at(0), spots.at(1)
        assert source is not None
        assert target is not None
        route = roads.reach(target, Spots.of([source]), Moment(0)).route(0)
        if route is not None:
            chosen.append((points, route))
    return chosen


def main() -> None:
    """Print how far we are from the judge, and the pairs on which we differ most."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("osm_file", type=Path)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--worst", type=int, default=0)
    arguments = parser.parse_args()
    roads = Roads(build_roads(arguments.osm_file), read_profile(posted_speeds(), "posted"))
    routes = our_routes(roads, arguments.pairs, seed=2)
    judge = judged(arguments.osm_file, [points for points, _ in routes])
    rows = [(route.drive_s, theirs, points) for (points, route), theirs in zip(routes, judge, strict=True)]
    both = [(ours, theirs, points) for ours, theirs, points in rows if theirs is not None and theirs > 0.0]
    ours_s, judge_s = np.array([row[0] for row in both]), np.array([row[1] for row in both])
    relative = np.abs(ours_s - judge_s) / judge_s
    print(f"{arguments.osm_file.name}: {len(both)} pairs, {len(rows) - len(both)} without a way by the judge")
    print(f"{'relative difference':28} p50 {np.percentile(relative, 50):8.4%}   p90 {np.percentile(relative, 90):8.4%}")
    apart_s, longer = np.median(np.abs(ours_s - judge_s)), np.mean(ours_s > judge_s)
    print(f"{'difference, s':28} p50 {apart_s:8.2f}   ours longer {longer:.1%}")
    print(f"{'drive, s (ours, judge)':28} p50 {np.median(ours_s):8.1f}   {np.median(judge_s):8.1f}")
    print(f"{'within 1 %, 5 %':28}     {np.mean(relative <= 0.01):8.1%}   {np.mean(relative <= 0.05):8.1%}")
    for index in np.argsort(-relative)[: arguments.worst].tolist():
        print(f"  ours {ours_s[index]:7.1f} s, judge {judge_s[index]:7.1f} s: {both[index][2]}")


if __name__ == "__main__":
    main()
