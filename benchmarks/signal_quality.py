"""The quality report beside the public package `atspm`, on the same logs: figures, processor seconds, memory.

    python -m venv judge && judge/bin/pip install atspm 'duckdb<1.4'    (300 MB; not among what Turnout installs)
    .venv/bin/python -m benchmarks.signal_quality --judge judge/bin/python [--copies 12]

Both read the sample of atspm (two hours of one controller); `--copies`: so many copies of it one after the other, as
one log of a day. Each runs in a process of its own.
"""

import argparse
import csv
import gzip
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.signals.quality.logs import SAMPLE, SAMPLE_USES, the_sample_signal
from turnout.signals.quality.log import LocalClock, clock_text, read_log
from turnout.signals.quality.report import report

USES: Final = {"presence": "Presence", "advance": "Advance", "count": "stop bar count", "yellow-red": "Yellow_Red"}
SPAN_MS: Final = 2 * 3_600_000

JUDGE: Final = """
import json, resource, sys, time
from atspm import SignalDataProcessor
began = time.process_time()
red = {"red_time": 5, "by_approach": True, "by_cycle": False}
red |= {"red_occupancy_threshold": 0.79, "green_occupancy_threshold": 0.79}
judge = SignalDataProcessor(
    raw_data=sys.argv[1], detector_config=sys.argv[2], bin_size=60, remove_incomplete=False, verbose=0,
    aggregations=[
        {"name": "arrival_on_green", "params": {"latency_offset_seconds": 0}},
        {"name": "platoon_ratio", "params": {}},
        {"name": "split_failures", "params": red},
    ],
)
judge.load()
judge.aggregate()
seconds = time.process_time() - began
rows = {}
for table, columns in (("arrival_on_green", "Total_Actuations, round(Percent_AOG * Total_Actuations)"),
        ("split_failures", "Split_Failure, Green_Occupancy, Red_Occupancy"), ("platoon_ratio", "Green_Seconds")):
    for at, phase, *found in judge.conn.sql(f"select TimeStamp, Phase, {columns} from {table}").fetchall():
        rows.setdefault(f"{at:%Y-%m-%d %H:%M} P{phase}", {})[table] = [float(each) for each in found]
mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print("\\n" + json.dumps({"seconds": seconds, "mib": mib, "rows": rows}))
"""


def a_log(copies: int) -> bytes:
    rows = list(csv.reader(io.StringIO(gzip.decompress(SAMPLE.read_bytes()).decode())))
    clock, out = LocalClock(), io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(rows[0])
    for copy in range(copies):
        table.writerows([clock_text(clock.at_ms(at) + copy * SPAN_MS), *rest] for at, *rest in rows[1:])
    return out.getvalue().encode()


def a_config() -> str:
    rows = [f"1136,{phase},{channel},{USES[uses[0]]}" for channel, (phase, uses) in SAMPLE_USES.items()]
    return "\n".join(["DeviceId,Phase,Parameter,Function", *rows, ""])


def ours(path: Path) -> dict[str, Any]:
    began = time.process_time()
    found = report(read_log(path.read_bytes(), path.name), the_sample_signal())
    seconds = time.process_time() - began
    rows: dict[str, Any] = {}
    for each in found.hours:
        if each.arrivals is None or each.splits is None:
            continue
        occupancies = [each.splits.green_occupancy or 0.0, each.splits.red_occupancy or 0.0]
        rows[f"{clock_text(each.at_ms)[:16]} {each.group}"] = {
            "arrival_on_green": [each.arrivals.all + each.arrivals.unplaced, each.arrivals.on_green],
            "split_failures": [each.splits.failures, *occupancies],
            "platoon_ratio": [each.green_s],
        }
    return {"seconds": seconds, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "rows": rows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", default="")
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--ours", type=Path)
    asked = parser.parse_args()
    if asked.ours is not None:
        print("\n" + json.dumps(ours(asked.ours)))
        return
    with tempfile.TemporaryDirectory() as folder:
        log, config, script = (Path(folder) / name for name in ("log.csv", "config.csv", "judge.py"))
        log.write_bytes(a_log(asked.copies))
        config.write_text(a_config())
        script.write_text(JUDGE)
        ways = {
            "ours": [sys.executable, "-m", "benchmarks.signal_quality", "--ours", str(log)],
            "atspm": [asked.judge, str(script), str(log), str(config)],
        }
        told = {
            name: json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
            for name, words in ways.items()
        }
    for name, each in told.items():
        print(f"{name}: {each['seconds']:.2f} s of processor, {each['mib']:.0f} MiB")
    mine, its = told["ours"]["rows"], told["atspm"]["rows"]
    same = apart = 0
    for key in sorted({*mine, *its}):
        for table in ("arrival_on_green", "split_failures", "platoon_ratio"):
            one, other = mine.get(key, {}).get(table), its.get(key, {}).get(table)
            if one and other and all(abs(a - b) < 1e-5 * max(1.0, abs(b)) for a, b in zip(one, other, strict=True)):
                same += 1
            else:
                apart += 1
                print(f"{key} {table}: ours {one}, atspm {other}")
    print(f"{same} agree, {apart} do not")


if __name__ == "__main__":
    main()
