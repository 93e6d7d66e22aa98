"""A program `sumo` and a library `libsumo` that behave as told: well, or as those one has not written oneself."""

import sys
from pathlib import Path
from typing import Literal

LibraryBehaviour = Literal["well", "hangs", "dies", "fails", "nothing"]
VERSION = "1.28.0"
Behaviour = Literal["well", "hangs", "crashes", "rubbish", "nothing", "no-vehicles", "floods"]

FIGURES = """inserted = 0 if behaviour == "no-vehicles" else 100
delay = 20 + seed + ({quicker} if 'offset="{offset}"' in plans else 0)
open("figures.xml", "w").write(
    f'<statistics><vehicles loaded="{{inserted + 3}}" inserted="{{inserted}}" running="0" waiting="{waiting}"/>'
    f'<teleports total="{{seed}}"/>'
    f'<vehicleTripStatistics count="100" duration="{{60 + delay}}" waitingTime="{{delay / 2}}" timeLoss="{{delay}}"'
    f' departDelay="1.5" departDelayWaiting="{{600 if {waiting} else -1}}"/></statistics>'
)
trip = '<tripinfo id="v" depart="1" arrival="9" duration="8" timeLoss="2" waitingCount="2"/>'
entered = 10 if seed in {locked} else float(words["--end"]) - 100
late = f'<tripinfo id="v" depart="{{entered}}" arrival="-1" duration="9" timeLoss="4" waitingCount="4"/>'
open("trips.xml", "w").write("<tripinfos>" + (trip * 99 + late if inserted else "") + "</tripinfos>")
left = 0 if {stuck} and 'offset="{offset}"' in plans and seed > {through} else 50
edge = f'<edge id="{edge}" timeLoss="500" left="{{left}}" traveltime="30"/><edge id="other"/>'
open("edges.xml", "w").write(f'<meandata><interval begin="0" end="9">{{edge}}</interval></meandata>')
"""

PROGRAM = """#!{python} -S
import os, sys, time
behaviour = {behaviour!r}
if sys.argv[1:] == ["--version"]:
    print("Eclipse SUMO sumo {version}\\n Build features: none")
    sys.exit(0)
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
"""

LIBRARY = """
import os, signal, sys, time
from types import SimpleNamespace
behaviour, lasts = {behaviour!r}, {lasts}
words, now, told = {{}}, 0.0, []
class TraCIException(Exception):
    pass
def start(said):
    global words
    words = dict(zip(said[1::1], said[2::1]))
    assert "<tlLogic" in open("plans.add.xml").read() and "<inductionLoop" in open("loops.add.xml").read()
    assert words["--time-to-teleport"] == "-1" and "loops.add.xml" in words["--additional-files"]
    with open({calls!r}, "a") as calls:
        calls.write(f"{{os.getpid()}} {{words['--seed']}}\\n")
    if behaviour == "fails":
        raise TraCIException("no such network")
    if behaviour == "hangs":
        time.sleep(3600)
def step():
    global now
    now = now + 1 if now < lasts else 1e8
    if behaviour == "dies" and now == 100:
        os.kill(os.getpid(), signal.SIGSEGV)
def close():
    if behaviour == "nothing":
        os._exit(0)
    assert told, "no lamp was ever set"
    exec(FIGURES, dict(words=words, behaviour="well", seed=int(words["--seed"]), plans="offset=\\"\\""))
FIGURES = {figures!r}
getVersion = lambda: (22, "SUMO {version}")
simulation = SimpleNamespace(step=step, getTime=lambda: now, getMinExpectedNumber=lambda: 1)
inductionloop = SimpleNamespace(
    getTimeSinceDetection=lambda name: now % 20, getLastStepVehicleNumber=lambda name: 1, getVehicleData=lambda name: []
)
trafficlight = SimpleNamespace(setRedYellowGreenState=lambda signal, state: told.append(state))
vehicletype = SimpleNamespace(getVehicleClass=lambda kind: "passenger")
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
    locked: tuple[int, ...] = (),
) -> Path:
    """`SUMO_HOME`, with the program in it. `quicker_s`: what it says of programmes that hold `at_offset`.

    `waiting`: vehicles due that never entered. `through`: with programmes that hold `at_offset`, nobody leaves the edge
    in a run of a higher seed. `locked`: seeds in which nobody arrives for long while somebody is on the road.
    """
    program = home / "bin" / "sumo"
    program.parent.mkdir(parents=True, exist_ok=True)
    calls = str(home / "calls.txt")
    made = (PROGRAM + FIGURES).format(
        python=sys.executable,
        behaviour=behaviour,
        calls=calls,
        quicker=quicker_s,
        offset=at_offset,
        edge=edge,
        waiting=waiting,
        stuck=through is not None,
        through=through or 0,
        locked=locked,
        version=VERSION,
    )
    program.write_text(made, encoding="utf-8")
    program.chmod(0o755)
    return home


def install_library(
    home: Path,
    behaviour: LibraryBehaviour = "well",
    *,
    quicker_s: float = -5.0,
    lasts_s: int = 1_300,
    locked: tuple[int, ...] = (),
    version: str = VERSION,
) -> Path:
    """`libsumo` of that `SUMO_HOME`: every 20 s somebody drives over each loop; it is over after `lasts_s`."""
    package = home / "tools" / "libsumo" / "__init__.py"
    package.parent.mkdir(parents=True, exist_ok=True)
    figures = FIGURES.format(
        quicker=quicker_s, offset="", edge="1.1.n", waiting=0, stuck=False, through=0, locked=locked
    )
    calls = str(home / "controlled.txt")
    made = LIBRARY.format(behaviour=behaviour, calls=calls, lasts=lasts_s, figures=figures, version=version)
    package.write_text(made, encoding="utf-8")
    return home


def calls_of(home: Path, name: str = "calls.txt") -> list[tuple[int, int]]:
    """(process, seed) of each run; of those by the library in `controlled.txt`."""
    path = home / name
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    return [(int(pid), int(seed)) for pid, seed in (line.split() for line in lines if line)]
