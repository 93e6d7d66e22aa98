"""Networks with signals that nobody tuned anything to, for `benchmarks.adaptive_delay`: made by SUMO's own programs.

    .venv/bin/python -m benchmarks.signal_networks FOLDER

Grids, a spider and random networks, with one to three lanes, turning lanes, left turns with a green of their own (as in
RESCO's grid), traffic on the left, arms that are missing, and crossings for people on foot; twenty minutes of random
trips in each. The same seed gives the same networks.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.signal_delay import sumo_home

SEED: Final = "7"
END_S: Final = 1_200
GRID = ("--grid", "--grid.number", "4", "--grid.length", "180", "--grid.attach-length", "180")
MADE: Final = {
    "grid": (*GRID, "--default.lanenumber", "2"),
    "grid-left-hand": (*GRID, "--lefthand", "--default.lanenumber", "2", "--turn-lanes", "1"),
    "avenues": (
        *("--grid", "--grid.number", "4", "--grid.length", "300", "--grid.attach-length", "300"),
        *("--default.lanenumber", "3", "--tls.left-green.time", "6"),
    ),
    "grid-on-foot": (*GRID, "--default.lanenumber", "1", "--sidewalks.guess", "--crossings.guess"),
    "short-streets": ("--grid", "--grid.number", "5", "--grid.length", "70", "--grid.attach-length", "200"),
    "spider": ("--spider", "--spider.arm-number", "5", "--spider.circle-number", "3", "--spider.space-radius", "150"),
    "random": ("--rand", "--rand.iterations", "60", "--rand.min-distance", "120", "--rand.max-distance", "250"),
}
PERIOD_S: Final = {"short-streets": "1.2", "grid-on-foot": "1.2"}
"""Between two trips; others 0.8 s. So dense that queues reach the next signal here and there."""


def made(folder: Path, name: str, words: tuple[str, ...]) -> Path:
    """The scenario's configuration. Raises `subprocess.CalledProcessError` where one of SUMO's programs fails."""
    here = folder / name
    here.mkdir(parents=True)
    home = sumo_home()
    told = {"cwd": here, "env": os.environ | {"SUMO_HOME": str(home)}, "check": True, "capture_output": True}
    shape = ["--seed", SEED, "--rand.random-lanenumber"] if "--rand" in words else ["--seed", SEED]
    generate = [
        home / "bin" / "netgenerate",
        *words,
        *shape,
        "--default-junction-type",
        "traffic_light",
        "-o",
        "net.net.xml",
    ]
    subprocess.run([*generate, "--no-turnarounds"], **told)
    trips = [sys.executable, home / "tools" / "randomTrips.py", "-n", "net.net.xml", "-r", "routes.rou.xml"]
    trips += ["-e", str(END_S), "-p", PERIOD_S.get(name, "0.8"), "--seed", SEED, "--validate", "--fringe-factor", "8"]
    subprocess.run(trips, **told)
    config = here / f"{name}.sumocfg"
    config.write_text(
        '<configuration><input><net-file value="net.net.xml"/><route-files value="routes.rou.xml"/></input>'
        f'<time><begin value="0"/><end value="{2 * END_S}"/></time></configuration>\n',
        encoding="utf-8",
    )
    return config


if __name__ == "__main__":
    for each, words in MADE.items():
        print(made(Path(sys.argv[1]), each, words))
