"""The sample's counts: turns that the scenario's vehicles make at its signals in its one hour, and days made of it.

    .venv/bin/python -m benchmarks.scenario_counts \\
        src/turnout/city/folders/san-francisco/districts/bologna-acosta --to …/bologna-acosta/counts.csv

Bologna's detectors of DLR-TS/sumo-scenarios (EPL-2.0) come without what they counted. These are counts of the
scenario's own demand: a vehicle passes a turn when it would at the speed allowed on the edges before. The scenario has
one hour; the others of a weekday and a Sunday are that hour by shares that are made up, so that plans by time of day
can be tried. Same files, same counts.
"""

import argparse
import csv
import io
import itertools
from collections import Counter
from pathlib import Path
from typing import Final

from turnout.signals.districts.folder import read_head
from turnout.signals.sumo_xml import elements_of, read_records, unpacked

HOUR_S: Final = 3_600
SHARES: Final = {
    "wed": (6, 4, 3, 3, 5, 14, 38, 82, 100, 80, 68, 70, 76, 78, 72, 76, 86, 96, 92, 70, 50, 36, 24, 12),
    "sun": (14, 9, 6, 4, 4, 6, 10, 16, 24, 38, 50, 56, 58, 50, 46, 50, 56, 60, 58, 50, 40, 30, 20, 12),
}
"""Per cent of the scenario's hour, which is a weekday's from eight to nine, by hour of the day. Made up."""


def counted(folder: Path) -> bytes:
    """The CSV of `turnout signals hours`, in the order of its rows' words."""
    district = read_head(folder)
    head = district.head
    records = read_records(district.content(head.network), head.network, root="net")
    signalled = {(link.from_edge, link.to_edge) for link in records.links if link.signal}
    takes_s = {
        id: max((lane.length_m / lane.speed_mps for lane in edge.lanes), default=0.0)
        for id, edge in records.edges.items()
    }
    found: Counter[tuple[str, str]] = Counter()
    for name in head.routes:
        for vehicle in elements_of(unpacked(district.content(name), name), name, "routes"):
            ways = [each.get("edges", "").split() for each in vehicle.iter("route")]
            at_s = float(vehicle.get("depart", "nan"))
            for way in ways:
                for one, other in itertools.pairwise(way):
                    at_s += takes_s[one]
                    if at_s < HOUR_S and (one, other) in signalled:
                        found[one, other] += 1
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("day", "time", "minutes", "from", "to", "vehicles"))
    for day, shares in SHARES.items():
        for hour, share in enumerate(shares):
            for (one, other), vehicles in sorted(found.items()):
                rows.writerow((day, f"{hour:02}:00", 60, one, other, round(vehicles * share / 100)))
    return text.getvalue().encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--to", type=Path, required=True)
    asked = parser.parse_args()
    asked.to.write_bytes(counted(asked.folder.resolve()))


if __name__ == "__main__":
    main()
