"""Build a city from each real extract and check it: seconds, sizes and problems.

.venv/bin/python -m benchmarks.city_build ../shared/data
"""

import sys
import tempfile
import time
from pathlib import Path

from turnout.city.build import Order, build_city
from turnout.city.folder import load_city, shipped_city
from turnout.city.recipes.san_francisco.source import ROADS_FILE
from turnout.words.place import Place


def main(data: Path) -> None:
    municipal = data / "san-francisco"
    orders = [(path.name.split(".")[0], path, None) for path in sorted((data / "roads").glob("*.osm.pbf"))]
    orders.append(("san-francisco", municipal / ROADS_FILE, municipal))
    print(
        f"{'city':16}{'build s':>9}{'load ms':>9}{'stations':>10}{'units':>7}{'zones':>7}{'MiB':>7}  errors, warnings"
    )
    with tempfile.TemporaryDirectory() as scratch:
        for name, osm_file, own in orders:
            started = time.perf_counter()
            built = build_city(Order(osm_file, Path(scratch) / name, own))
            seconds = time.perf_counter() - started
            started = time.perf_counter()
            tables = load_city(built.folder).catalogue
            load_ms = (time.perf_counter() - started) * 1000
            size = sum(path.stat().st_size for path in built.folder.rglob("*") if path.is_file()) / 2**20
            errors = sum(problem.severity == "error" for problem in built.problems)
            counts = f"{len(tables.stations):10}{len(tables.units):7}{len(tables.zones):7}"
            told = f"{errors}, {len(built.problems) - errors}"
            print(f"{name:16}{seconds:9.1f}{load_ms:9.0f}{counts}{size:7.1f}  {told}")
    city = load_city(shipped_city("san-francisco"))
    places = [Place(37.71 + 0.0009 * n, -122.50 + 0.001 * n) for n in range(100)]
    started = time.perf_counter()
    for _ in range(20):
        for place in places:
            city.zones_at(place)
    print(f"zones_at: {(time.perf_counter() - started) / 2000 * 1e6:.0f} µs a place")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
