"""How long MAXBAND and MULTIBAND take to prove their optimum, and whether the street has the bands they promise.

    .venv/bin/python -m benchmarks.green_waves [streets]

Streets from a seed: 150 to 700 m from junction to junction, left turns both ways in any of four orders, 40 to 58 km/h,
cycles of 80 to 120 s, all of it free to choose. One thread.
"""

import statistics
import sys
import time

from tests.signals.arterials import an_arterial
from turnout.signals.bands import LIMIT_S, maxband, multiband
from turnout.signals.scan import false_bands, scan


def main(streets: int = 5) -> None:
    print(
        "| junctions | programme | median s | worst s | proven | widest gap, share of the cycle | bands that meet red |"
    )
    print("| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for size in (10, 20, 30):
        for method in (maxband, multiband):
            took, proven, gaps, wrong = [], 0, [], 0
            for seed in range(streets):
                task = an_arterial(size, seed)
                begun = time.perf_counter()
                found = method(task, LIMIT_S)
                took.append(time.perf_counter() - begun)
                proven += found.is_proven
                gaps.append(found.bound - found.value)
                wrong += len(false_bands(task, found))
                if method is maxband:
                    seen = scan(task, found)
                    wrong += seen.outbound_s < found.outbound[0].width_s - 0.03
                    wrong += seen.inbound_s < found.inbound[0].width_s - 0.03
            name = method.__name__.upper()
            times = f"{statistics.median(took):.2f} | {max(took):.2f}"
            print(f"| {size} | {name} | {times} | {proven} of {streets} | {max(gaps):.4f} | {wrong} |", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
