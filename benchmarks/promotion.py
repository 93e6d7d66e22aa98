"""How long a city cannot write when the primary database is lost: three machines in network namespaces, as root.

    python -m benchmarks.promotion [--rounds 20] [--within-s 900] [--seed 1] [--faults cut_off,machine_lost]

Two PostgreSQL with keepers and desks, a witness, and clients without pause (tests/campaign). Each round loses one part
and counts from then to the end of the longest time without an acknowledgement, clients' own retries included. In the
end the clients' history is held against the surviving journal.
"""

import argparse
import asyncio
import itertools
import os
import random
import tempfile
import time
from pathlib import Path

from benchmarks.desk_throughput import fdatasync_ms, percentile
from tests.campaign.machines import three_machines
from tests.campaign.promotions import FAULTS, Campaign


async def rounds(names: list[str], count: int, within_s: float, seed: int) -> dict[str, list[float]]:
    """Fault → seconds without a write."""
    chance, until_s = random.Random(seed), time.monotonic() + within_s
    with three_machines() as machines:
        campaign = Campaign(machines, seed)
        await campaign.begin()
        for number in range(count):
            if time.monotonic() > until_s:
                break
            name = chance.choice(names)
            gap_s = await campaign.round(name)
            print(f"round {number + 1}: {name} {gap_s:.2f} s, load {os.getloadavg()[0]:.1f}", flush=True)
        await campaign.check()
        print(f"{sum(one.outcome == 'done' for one in campaign.history)} acknowledged, 0 lost, none twice")
    return campaign.gaps_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--within-s", type=float, default=900.0, help="no further round after so many seconds")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", default=",".join(FAULTS), help="some of them, with commas")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        syncs = fdatasync_ms(Path(folder))
    taken = asyncio.run(rounds(given.faults.split(","), given.rounds, given.within_s, given.seed))
    for name, gaps in [*sorted(taken.items()), ("all", list(itertools.chain(*taken.values())))]:
        p50, p99 = percentile(gaps, 0.5), percentile(gaps, 0.99)
        print(f"{name}: {len(gaps)} rounds, p50 {p50:.2f} s, p99 {p99:.2f} s, longest {max(gaps):.2f} s")
    print(f"fdatasync of a page: p50 {percentile(syncs, 0.5):.3f} ms, p99 {percentile(syncs, 0.99):.3f} ms")


if __name__ == "__main__":
    main()
