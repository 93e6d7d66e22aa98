"""Networks with signals that nobody tuned anything to, for `benchmarks.adaptive_delay`: made by SUMO's own programs.

    .venv/bin/python -m benchmarks.signal_networks FOLDER [more]

Grids, spiders and random networks, with one to three lanes, turning lanes, left turns with a green of their own (as in
RESCO's grid), traffic on the left, arms that are missing, and crossings for people on foot; twenty minutes of random
trips in each. `more`: nineteen others, which were made last. The same seed gives the same networks.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks.signal_delay import sumo_home

END_S: Final = 1_200
GRID = "--grid --grid.number 4 --grid.length 180 --grid.attach-length 180"
RANDOM = "--rand --rand.iterations 60 --rand.min-distance 120 --rand.max-distance 250"
LANES = "--default.lanenumber"


class Made(NamedTuple):
    """What netgenerate is told, and seconds between two trips: queues reach the next signal here and there."""

    words: str
    period_s: float = 0.8
    seed: int = 7


MADE: Final = {
    "grid": Made(f"{GRID} {LANES} 2"),
    "grid-left-hand": Made(f"{GRID} --lefthand {LANES} 2 --turn-lanes 1"),
    "avenues": Made(
        f"--grid --grid.number 4 --grid.length 300 --grid.attach-length 300 {LANES} 3 --tls.left-green.time 6"
    ),
    "grid-on-foot": Made(f"{GRID} {LANES} 1 --sidewalks.guess --crossings.guess", 1.2),
    "short-streets": Made("--grid --grid.number 5 --grid.length 70 --grid.attach-length 200", 1.2),
    "spider": Made("--spider --spider.arm-number 5 --spider.circle-number 3 --spider.space-radius 150"),
    "random": Made(RANDOM),
}
SEEDS: Final = (11, 12, 13, 14)
MORE: Final = {
    **{f"random-{seed}-dense": Made(RANDOM, 1.0, seed) for seed in SEEDS},
    **{f"random-{seed}-light": Made(RANDOM, 1.6, seed) for seed in SEEDS},
    **{f"random-{seed}-turning-lanes": Made(f"{RANDOM} --turn-lanes 1", 1.2, seed) for seed in SEEDS},
    "grid-three-lanes": Made(
        f"--grid --grid.number 3 --grid.length 250 --grid.attach-length 250 {LANES} 3 --turn-lanes 1", 0.7, 21
    ),
    "grid-one-lane": Made(f"{GRID} {LANES} 1", 1.6, 22),
    "grid-one-lane-turning": Made(f"{GRID} {LANES} 1 --turn-lanes 1", 1.2, 22),
    "grid-askew": Made(f"{GRID} {LANES} 2 --perturb-x 40 --perturb-y 40", 0.9, 23),
    "grid-120": Made(f"--grid --grid.number 5 --grid.length 120 --grid.attach-length 150 {LANES} 2", 0.8, 24),
    "spider-six-arms": Made(
        f"--spider --spider.arm-number 6 --spider.circle-number 2 --spider.space-radius 200 {LANES} 2", 0.9, 25
    ),
    "spider-four-arms": Made(
        "--spider --spider.arm-number 4 --spider.circle-number 4 --spider.space-radius 120", 1.3, 26
    ),
}


def make(folder: Path, name: str, made: Made) -> Path:
    """The scenario's configuration. Raises `subprocess.CalledProcessError` where one of SUMO's programs fails."""
    here = folder / name
    here.mkdir(parents=True)
    home = sumo_home()
    told = {"cwd": here, "env": os.environ | {"SUMO_HOME": str(home)}, "check": True, "capture_output": True}
    shape = ["--seed", str(made.seed), *(["--rand.random-lanenumber"] if made.words.startswith("--rand") else [])]
    generate = [
        home / "bin" / "netgenerate",
        *made.words.split(),
        *shape,
        "--default-junction-type",
        "traffic_light",
        "-o",
        "net.net.xml",
    ]
    subprocess.run([*generate, "--no-turnarounds"], **told)
    trips = [sys.executable, home / "tools" / "randomTrips.py", "-n", "net.net.xml", "-r", "routes.rou.xml"]
    trips += ["-e", str(END_S), "-p", str(made.period_s), "--seed", str(made.seed)]
    trips += ["--validate", "--fringe-factor", "8"]
    subprocess.run(trips, **told)
    config = here / f"{name}.sumocfg"
    config.write_text(
        '<configuration><input><net-file value="net.net.xml"/><route-files value="routes.rou.xml"/></input>'
        f'<time><begin value="0"/><end value="{2 * END_S}"/></time></configuration>\n',
        encoding="utf-8",
    )
    return config


if __name__ == "__main__":
    for each, words in (MORE if "more" in sys.argv[2:] else MADE).items():
        print(make(Path(sys.argv[1]), each, words))
