"""A crew's travel time with a green corridor beside the same crew with blue light alone, in SUMO.

    uv pip install eclipse-sumo libsumo            (780 MB; not among what Turnout installs)
    .venv/bin/python -m benchmarks.corridor FOLDER [seeds] [scenario...] [--let-go]

Seeds are 5, for 1 to 5, or 6-10. FOLDER holds scenarios, each a folder with a .sumocfg. Every `EVERY_S` a crew sets out
from where some car begins to where it ends, by the quickest way, if that crosses at least `SIGNALS_MIN` signals: vClass
emergency with SUMO's blue light device, which drives through red and lets others form a rescue lane. Both arms have the
same crews, ways, seeds and demand. In one the signals run their own programmes; in the other `signals/corridor.py`
asks, and each junction that was ever asked is shown by its simulated controller (guard, plan, priority, paying back)
from then on. Queues and full streets are what loops show (`corridor_loops.py`). A crew sets out one street further in
than the car: nobody can drive past those who wait outside the map to be let in. Its time counts from when it should set
out, and so does its corridor: who still stands in line for the first street is seen at its beginning, as a crew at its
station is. The time within the map alone, from when SUMO has let it in, is told beside it. Delay is SUMO's time loss
plus departure delay in seconds per vehicle, of all other vehicles that were loaded, over the whole scenario.

The device forbids cars within 25 m of a crew to change lanes for the sake of their way. One that has come to the end of
a lane that does not lead where it is bound stands there, and the crew behind it, until SUMO takes it away after 300 s.
No driver does so: with `--let-go` such a car may change lanes again after `BOUND_S`, in both arms.

Below the table: where crews lost time against a street on which they drive as fast as they may. Before a signal is
within `BEFORE_M`; what they lose behind others before a green one, in a junction and elsewhere no lamp can give back.
"""

import gzip
import itertools
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from lxml import etree
from scipy import stats

from benchmarks.corridor_loops import Loops
from benchmarks.signal_delay import SAFE, files_of
from turnout.signals import corridor as logic
from turnout.signals.controller import PriorityRequest
from turnout.signals.corridor import Ahead, Ask, Release, Seen, Track, begun
from turnout.signals.guard import Aspect
from turnout.signals.model import Junction
from turnout.signals.simulated_junction import SimulatedJunction
from turnout.signals.sumo_network import read_sumo
from turnout.words.trouble import Unsupported

EVERY_S: Final = 600
SIGNALS_MIN: Final = 4
FREE_MPS: Final = 12.5
"""What a crew makes of a street on which nothing is in its way."""
FASTER: Final = 1.5
"""Times the speed that is allowed, where nobody is in a crew's way."""
BEFORE_M: Final = 80
LIMIT_S: Final = 600
BOUND_S: Final = 10
LET_GO: Final = "--let-go"
CREW: Final = "crew-"
PLACES: Final = ("before red", "before green", "in junctions", "elsewhere")
WayOf = Callable[[str, str], list[str]]
LETTERS: Final = {Aspect.RED: "r", Aspect.STARTING: "u", Aspect.GREEN: "G", Aspect.ENDING: "y"}


class Run(msgspec.Struct):
    """Seconds by crew, from when it should set out; `outside`: of these, in line for its first street.

    `lost`: seconds that all crews lost in the map, by where.
    """

    crews: dict[str, float]
    outside: dict[str, float]
    delay_s: float
    vehicles: int
    teleports: int
    refused: int = 0
    lost: dict[str, float] = {}


class Shown:
    """One junction of SUMO with its controller of ours, which follows the plan from the start."""

    def __init__(self, junction: Junction, plan_id: str, at_ms: int) -> None:
        plan = junction.plan(plan_id) or junction.plans[0]
        self.junction = msgspec.structs.replace(junction, plans=(plan,))
        self.controller = SimulatedJunction(self.junction, at_ms - 2 * plan.cycle_ms)
        self.group_of = {int(each.id): each.group for each in junction.movements}
        self._yields = {int(each.id): each.yields_to for each in junction.movements}
        self._movement_group = {each.id: each.group for each in junction.movements}
        self.is_ours = False
        self.told = ""

    def letters(self, at_ms: int, links: int) -> str:
        shown = self.controller.shown(at_ms).aspects
        return "".join(self._letter(index, shown) for index in range(links))

    def _letter(self, index: int, shown: dict[str, int]) -> str:
        group = self.group_of.get(index)
        if group is None:
            return "O"
        letter = LETTERS[Aspect(shown[group])]
        before = {self._movement_group[other] for other in self._yields[index] if other in self._movement_group}
        gives_way = any(shown[other] in (Aspect.GREEN, Aspect.ENDING) for other in before)
        return "g" if letter == "G" and gives_way else letter


def copied(config: Path, place: Path) -> Path:
    """The scenario with packed files unpacked, in a folder of its own."""
    here = place / config.parent.name
    shutil.copytree(config.parent, here)
    here.chmod(0o755)
    for packed in here.glob("*.gz"):
        (here / packed.stem).write_bytes(gzip.decompress(packed.read_bytes()))
    return here / config.name


def crews_of(
    config: Path, seed: int, signalled: dict[str, set[str]], begin: int, end: int, way_of: WayOf
) -> list[tuple[int, list[str]]]:
    """When crews set out, and their edges: ways of cars that cross enough signals, drawn by the seed."""
    ends: set[tuple[str, ...]] = set()
    for name in files_of(config, "route-files"):
        for vehicle in etree.parse(config.parent / name, etree.XMLParser(**SAFE)).iter("vehicle", "trip"):
            route = vehicle.find("route")
            edges = route.get("edges").split() if route is not None else [vehicle.get("from"), vehicle.get("to")]
            if "bus" not in vehicle.get("type", "").lower() and all(edges):
                ends.add((edges[0], edges[-1]))
    ways = []
    for first, last in sorted(ends):
        edges = way_of(first, last)
        crossed = {signal for edge in edges[:-1] for signal in signalled.get(edge, ())}
        if len(crossed) >= SIGNALS_MIN:
            ways.append(edges[1:])
    at = [begin + 300 + nth * EVERY_S for nth in range((end - begin - 600) // EVERY_S)]
    return [(when, ways[(seed * 7919 + nth * 104729) % len(ways)]) for nth, when in enumerate(at)]


def one_run(config: Path, seed: int, has_corridor: bool, lets_go: bool = False) -> Run:
    """In a process of its own: libsumo holds one simulation."""
    import libsumo  # noqa: PLC0415  not among what Turnout installs

    (net,) = files_of(config, "net-file")
    added = files_of(config, "additional-files")
    content = [((config.parent / name).read_bytes(), name) for name in added if "tls" in name]
    signals = {each.id: each for each in read_sumo((config.parent / net).read_bytes(), net, content).signals.junctions}
    trips = config.parent / "trips.xml"
    words = ["sumo", "-c", str(config), "--seed", str(seed), "--no-step-log", "--no-warnings"]
    words += [
        "--tripinfo-output",
        str(trips),
        "--tripinfo-output.write-unfinished",
        "--tripinfo-output.write-undeparted",
    ]
    loops = None
    if has_corridor:
        network = (config.parent / net).read_bytes()
        loops = Loops(network, list(signals.values()), config.parent / "loops.add.xml")
        words += ["--additional-files", ",".join(str(config.parent / name) for name in [*added, "loops.add.xml"])]
    libsumo.start(words)
    begin = int(libsumo.simulation.getTime())
    end = int(libsumo.simulation.getEndTime())
    end = end if end > begin else begin + 3_600
    libsumo.vehicletype.copy("DEFAULT_VEHTYPE", "crew")
    libsumo.vehicletype.setVehicleClass("crew", "emergency")
    libsumo.vehicletype.setSpeedFactor("crew", FASTER)
    libsumo.vehicletype.setParameter("crew", "has.bluelight.device", "true")
    driving = Driving(libsumo, signals, loops, lets_go)
    crews = crews_of(
        config,
        seed,
        driving.signalled(),
        begin,
        end,
        driving.way,
    )
    started: dict[str, int] = {}
    done: dict[str, float] = {}
    outside: dict[str, float] = {}
    for second in range(begin, end):
        for when, edges in crews:
            if when == second:
                name = f"{CREW}{when}"
                libsumo.route.add(name, edges)
                libsumo.vehicle.add(name, name, "crew", departLane="best", departSpeed="max")
                started[name] = second
        driving.second(second, [name for name in started if name not in done])
        libsumo.simulationStep()
        for name in libsumo.simulation.getDepartedIDList():
            if name in started:
                outside[name] = libsumo.simulation.getTime() - started[name]
        for name in libsumo.simulation.getArrivedIDList():
            if name.startswith(CREW):
                done[name] = libsumo.simulation.getTime() - started[name]
    teleports = driving.teleports
    libsumo.close()
    times = {name: done.get(name, float(end - began)) for name, began in started.items()}
    outside = {name: outside.get(name, times[name]) for name in started}
    delays = [
        float(trip.get("timeLoss")) + max(0.0, float(trip.get("departDelay")))
        for trip in etree.parse(trips, etree.XMLParser(**SAFE)).iter("tripinfo")
        if not trip.get("id").startswith(CREW)
    ]
    return Run(times, outside, statistics.mean(delays), len(delays), teleports, driving.refused, driving.lost)


class Driving:
    """The corridors of all crews on the street."""

    def __init__(self, sumo: Any, signals: dict[str, Junction], loops: Loops | None, lets_go: bool) -> None:
        """Without loops: blue light alone."""
        self._sumo, self._loops, self._lets_go, self._now_ms = sumo, loops, lets_go, 0
        at_ms = round(sumo.simulation.getTime() * 1_000)
        self._shown: dict[str, Shown] = {}
        for id in sumo.trafficlight.getIDList():
            if id in signals and signals[id].plans:
                with suppress(Unsupported):  # a network's own plan that breaks its amber is left to SUMO
                    self._shown[id] = Shown(signals[id], sumo.trafficlight.getProgram(id), at_ms)
        self._links = {id: len(sumo.trafficlight.getRedYellowGreenState(id)) for id in self._shown}
        self._lanes = {id: sumo.trafficlight.getControlledLinks(id) for id in self._shown}
        self._groups: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        """By edge and the next: junction and group of every link between them."""
        for id, links in self._lanes.items():
            for index, link in enumerate(links):
                group = self._shown[id].group_of.get(index)
                if link and group is not None:
                    edges = link[0][0].rpartition("_")[0], link[0][1].rpartition("_")[0]
                    self._groups.setdefault(edges, {})[id, group] = None
        self._tracks: dict[str, Track] = {}
        self.refused = self.teleports = 0
        self.lost = dict.fromkeys(PLACES, 0.0)
        self._entered: set[str] = set()
        """Crews that SUMO has let into the map."""

    def way(self, first: str, last: str) -> list[str]:
        """The quickest way of a crew; empty where it may not drive."""
        try:
            return list(self._sumo.simulation.findRoute(first, last, "crew").edges)
        except self._sumo.TraCIException:
            return []

    def signalled(self) -> dict[str, set[str]]:
        """Edge → the signals at its end."""
        found: dict[str, set[str]] = {}
        for id, links in self._lanes.items():
            for lane in (link[0][0] for link in links if link):
                found.setdefault(lane.rsplit("_", 1)[0], set()).add(id)
        return found

    def second(self, second: int, crews: list[str]) -> None:
        self.teleports += self._sumo.simulation.getStartingTeleportNumber()
        inside = set(self._sumo.vehicle.getIDList()) & set(crews) if crews else set()
        if self._lets_go:
            self._let_go(inside)
        for crew in inside:
            self._lose(crew)
        if self._loops is None:
            return
        self._now_ms = now_ms = second * 1_000
        self._entered |= inside
        seen = {name: self._seen(name, now_ms) for name in crews if name in inside}
        seen |= {name: self._in_line(name, now_ms) for name in crews if name not in self._entered}
        self._loops.read(self._sumo, second, {ahead.junction for one in seen.values() for ahead in one.ahead})
        acts: list[logic.Act] = []
        for name in [name for name in self._tracks if name not in seen]:
            acts += logic.ended(self._tracks.pop(name), "ended")[1]
        for name in [name for name in seen if name not in self._tracks]:
            self._tracks[name] = begun(name, 1, now_ms)
        after, more = logic.step(list(self._tracks.values()), seen, self._queue, self._meet, now_ms, self._full)
        self._tracks = {track.id: track for track in after}
        for act in [*acts, *more]:
            self._do(act, now_ms)
        for id, shown in self._shown.items():
            letters = shown.letters(now_ms, self._links[id]) if shown.is_ours else shown.told
            if letters != shown.told:
                self._sumo.trafficlight.setRedYellowGreenState(id, letters)
                shown.told = letters

    def _lose(self, crew: str) -> None:
        vehicle, lane = self._sumo.vehicle, self._sumo.vehicle.getLaneID(crew)
        lost = max(1 - vehicle.getSpeed(crew) / (FASTER * self._sumo.lane.getMaxSpeed(lane)), 0.0)
        ahead = vehicle.getNextTLS(crew)
        if lane.startswith(":"):
            place = "in junctions"
        elif ahead and ahead[0][2] <= BEFORE_M:
            place = "before green" if ahead[0][3] in "Gg" else "before red"
        else:
            place = "elsewhere"
        self.lost[place] += lost

    def _let_go(self, crews: Iterable[str]) -> None:
        """Cars that stand where they cannot drive on, bound to their lane by blue light, may change lanes again."""
        vehicle = self._sumo.vehicle
        for edge in {vehicle.getRoadID(crew) for crew in crews}:
            for car in self._sumo.edge.getLastStepVehicleIDs(edge):
                if vehicle.getWaitingTime(car) < BOUND_S or not vehicle.getParameter(car, "rescueLane"):
                    continue
                here = vehicle.getLaneID(car)
                if not all(lane[4] for lane in vehicle.getBestLanes(car) if lane[0] == here):
                    vehicle.setParameter(car, "laneChangeModel.lcStrategic", "1")

    def _do(self, act: logic.Act, now_ms: int) -> None:
        request = f"{act.corridor}/{act.junction}"
        shown = self._shown[act.junction]
        if isinstance(act, Release):
            shown.controller.cancel(request, now_ms)
        elif isinstance(act, Ask):
            shown.is_ours = True
            asked = PriorityRequest(
                id=request,
                junction=act.junction,
                group=act.group,
                also=act.also,
                green_in_ms=act.green_in_ms,
                arrives_in_ms=act.arrives_in_ms,
                leaves_in_ms=act.leaves_in_ms,
                level=act.level,
            )
            if shown.controller.ask(asked, now_ms).state == "refused":
                self.refused += 1
                self._tracks[act.corridor] = logic.refused(self._tracks[act.corridor], act.junction, "refused")

    def _seen(self, name: str, now_ms: int) -> Seen:
        ahead: dict[str, Ahead] = {}
        for id, index, metres, _ in self._sumo.vehicle.getNextTLS(name):
            group = self._shown[id].group_of.get(index) if id in self._shown else None
            if group is None:
                continue
            if ahead and next(reversed(ahead)) == id:
                ahead[id] = ahead[id].with_stop(group)
            elif id not in ahead:
                ahead[id] = Ahead(id, group, metres, metres / FREE_MPS)
        left_m = self._sumo.vehicle.getDrivingDistance(name, self._sumo.vehicle.getRoute(name)[-1], 0.0)
        speed_mps = self._sumo.vehicle.getSpeed(name)
        return Seen(fix_at_ms=now_ms, speed_mps=speed_mps, left_m=left_m, ahead=tuple(ahead.values()))

    def _in_line(self, name: str, now_ms: int) -> Seen:
        """A crew that stands at the beginning of its way: its corridor begins when it should set out."""
        ahead: dict[str, Ahead] = {}
        metres = 0.0
        edges = self._sumo.route.getEdges(name)
        for edge, onward in itertools.pairwise(edges):
            metres += self._sumo.lane.getLength(f"{edge}_0")
            for id, group in self._groups.get((edge, onward), ()):
                ahead[id] = ahead[id].with_stop(group) if id in ahead else Ahead(id, group, metres, metres / FREE_MPS)
        left_m = metres + self._sumo.lane.getLength(f"{edges[-1]}_0")
        return Seen(fix_at_ms=now_ms, speed_mps=0.0, left_m=left_m, ahead=tuple(ahead.values()))

    def _queue(self, junction: str, group: str) -> int | None:
        assert self._loops is not None
        return self._loops.queue(junction, {link[0] for link in self._links_of(junction, group)}, self._now_ms)

    def _full(self, junction: str, ahead: Ahead) -> float | None:
        """Behind the last of its stop lines."""
        assert self._loops is not None
        last = ahead.also[-1] if ahead.also else ahead.group
        return self._loops.full_s({link[1] for link in self._links_of(junction, last)}, self._now_ms)

    def _links_of(self, junction: str, group: str) -> list[tuple[str, str, str]]:
        shown, links = self._shown[junction], self._lanes[junction]
        return [link[0] for index, link in enumerate(links) if link and shown.group_of.get(index) == group]

    def _meet(self, junction: str, one: str, other: str) -> bool:
        return one != other and (one, other) in self._shown[junction].junction.least_between()


class Gain(NamedTuple):
    crews: list[float]
    delays: list[float]


def main(folder: Path, seeds: str = "5", only: tuple[str, ...] = (), lets_go: bool = False) -> None:
    print(
        "| scenario | crews | blue light alone, s | with corridor, s | less | less, within the map |"
        " others' delay, s | with corridor | more |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    first, _, last = seeds.rpartition("-")
    wanted = range(int(first or 1), int(last) + 1)
    found: list[tuple[str, list[tuple[Run, ...]]]] = []
    for config in sorted(folder.rglob("*.sumocfg")):
        if only and config.parent.name not in only:
            continue
        pairs = [tuple(_apart(config, seed, arm, lets_go) for arm in (False, True)) for seed in wanted]
        alone = [statistics.mean(each.crews.values()) for each, _ in pairs]
        green = [statistics.mean(each.crews.values()) for _, each in pairs]
        less = [1 - b / a for a, b in zip(alone, green, strict=True)]
        within = [1 - _within_s(corridor) / _within_s(light) for light, corridor in pairs]
        more = [b.delay_s / a.delay_s - 1 for a, b in pairs]
        row = [
            str(sum(len(each.crews) for each, _ in pairs)),
            f"{statistics.mean(alone):.1f}",
            f"{statistics.mean(green):.1f}",
            f"{_share(less)}",
            f"{_share(within)}",
            f"{statistics.mean(each.delay_s for each, _ in pairs):.1f}",
            f"{statistics.mean(each.delay_s for _, each in pairs):.1f}",
            f"{_share(more)}",
        ]
        print(f"| {config.parent.name} | {' | '.join(row)} |", flush=True)
        found.append((config.parent.name, pairs))
    print("\n| scenario | seconds a crew | " + " | ".join(("in line", *PLACES, "driven")) + " |")
    print("| --- | --- |" + " ---: |" * (len(PLACES) + 2))
    for name, pairs in found:
        for arm, said in enumerate(("blue light alone", "with corridor")):
            print(f"| {name} | {said} | {' | '.join(_where([pair[arm] for pair in pairs]))} |", flush=True)


def _where(runs: list[Run]) -> list[str]:
    """Seconds of a crew, on average: in line, lost by place, and the rest."""
    size = sum(len(run.crews) for run in runs)
    whole, outside = (sum(sum(getattr(run, name).values()) for run in runs) for name in ("crews", "outside"))
    lost = [sum(run.lost[place] for run in runs) for place in PLACES]
    return [f"{seconds / size:.1f}" for seconds in (outside, *lost, whole - outside - sum(lost))]


def _within_s(run: Run) -> float:
    """Of a crew, on average, from when it was let into the map."""
    return statistics.mean(seconds - run.outside[name] for name, seconds in run.crews.items())


def _share(values: list[float]) -> str:
    spread = (
        statistics.stdev(values) / math.sqrt(len(values)) * stats.t.ppf(0.975, len(values) - 1)
        if len(values) > 1
        else 0
    )
    return f"{statistics.mean(values):.1%} ± {spread:.1%}"


def _apart(config: Path, seed: int, has_corridor: bool, lets_go: bool) -> Run:
    """One run in a process and a folder of its own."""
    with tempfile.TemporaryDirectory() as place:
        here = copied(config, Path(place))
        words = [sys.executable, "-m", "benchmarks.corridor", "--one", str(here), str(seed), str(int(has_corridor))]
        words += [LET_GO] if lets_go else []
        done = subprocess.run(words, capture_output=True, timeout=LIMIT_S, env=os.environ, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode(errors="replace")[-800:])
    run = msgspec.json.decode(done.stdout.splitlines()[-1], type=Run)
    print(f"  {config.parent.name} seed {seed} corridor {has_corridor}: {run}", file=sys.stderr, flush=True)
    return run


if __name__ == "__main__":
    said = [word for word in sys.argv[1:] if word != LET_GO]
    if said[0] == "--one":
        result = one_run(Path(said[1]), int(said[2]), said[3] == "1", LET_GO in sys.argv)
        print(msgspec.json.encode(result).decode())
    else:
        main(Path(said[0]), *said[1:2], only=tuple(said[2:]), lets_go=LET_GO in sys.argv)
