"""A program called `sumo` that behaves as told: well, or as programs do that one has not written oneself."""

import sys
from pathlib import Path
from typing import Literal

Behaviour = Literal["well", "hangs", "crashes", "rubbish", "nothing", "no-vehicles", "floods"]

PROGRAM = """#!{python} -S
import os, sys, time
behaviour = {behaviour!r}
words = dict(zip(sys.argv[1::1], sys.argv[2::1]))
seed = int(words["--seed"])
plans = open("plans.add.xml").read()
assert "<tlLogic" in plans and os.path.exists(words["--net-file"])
with open({calls!r}, "a") as calls:
    calls.write(f"{{os.getpid()}} {{seed}}\\n")
if behaviour == "hangs":
    time.sleep(3600)
if behaviour == "crashes":
    sys.stderr.write("Warning: fine so far\\nError: Invalid tls-program 'turnout'\\n")
    sys.exit(1)
if behaviour == "nothing":
    sys.exit(0)
if behaviour == "floods":
    try:
        with open("trips.xml", "wb") as trips:
            while True:
                trips.write(b"x" * (1 << 20))
    except OSError:
        sys.exit(7)
if behaviour == "rubbish":
    for name in ("figures.xml", "trips.xml", "edges.xml"):
        open(name, "wb").write(b"<statistics><vehicles inserted='many'\\x00\\xff")
    sys.exit(0)
inserted = 0 if behaviour == "no-vehicles" else 100
delay = 20 + seed + ({quicker} if 'offset="{offset}"' in plans else 0)
open("figures.xml", "w").write(
    f'<statistics><vehicles loaded="{{inserted + 3}}" inserted="{{inserted}}" running="0" waiting="{waiting}"/>'
    f'<teleports total="{{seed}}"/>'
    f'<vehicleTripStatistics count="100" duration="{{60 + delay}}" waitingTime="{{delay / 2}}" timeLoss="{{delay}}"'
    f' departDelay="1.5" departDelayWaiting="{{600 if {waiting} else -1}}"/></statistics>'
)
trip = '<tripinfo id="v" arrival="9" waitingCount="2"/>'
late = '<tripinfo id="v" arrival="-1" waitingCount="4"/>'
open("trips.xml", "w").write("<tripinfos>" + (trip * 99 + late if inserted else "") + "</tripinfos>")
left = 0 if {stuck} and 'offset="{offset}"' in plans and seed > {through} else 50
edge = f'<edge id="{edge}" timeLoss="500" left="{{left}}" traveltime="30"/><edge id="other"/>'
open("edges.xml", "w").write(f'<meandata><interval begin="0" end="9">{{edge}}</interval></meandata>')
"""


def install(
    home: Path,
    behaviour: Behaviour = "well",
    *,
    quicker_s: float = -5.0,
    at_offset: str = "7",
    edge: str = "1.1.n",
    waiting: int = 0,
    through: int | None = None,
) -> Path:
    """`SUMO_HOME`, with the program in it. `quicker_s`: what it says of programmes that hold `at_offset`.

    `waiting`: vehicles due that never entered. `through`: with programmes that hold `at_offset`, nobody leaves the edge
    in a run of a higher seed.
    """
    program = home / "bin" / "sumo"
    program.parent.mkdir(parents=True, exist_ok=True)
    calls = str(home / "calls.txt")
    made = PROGRAM.format(
        python=sys.executable,
        behaviour=behaviour,
        calls=calls,
        quicker=quicker_s,
        offset=at_offset,
        edge=edge,
        waiting=waiting,
        stuck=through is not None,
        through=through or 0,
    )
    program.write_text(made, encoding="utf-8")
    program.chmod(0o755)
    return home


def calls_of(home: Path) -> list[tuple[int, int]]:
    """(process, seed) of each run."""
    path = home / "calls.txt"
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    return [(int(pid), int(seed)) for pid, seed in (line.split() for line in lines if line)]
