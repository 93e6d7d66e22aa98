"""A draft and the plans in force in SUMO, seed by seed with the same traffic, and what the one changes of the other.

Delay is SUMO's time loss plus the delay of entering (decision 0233), of all that were due: those still on their way and
those still waiting to enter among them. What nobody drove through has no figure. Both sides run as programmes made by
`phases`, so that nothing differs but the plans.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from turnout.signals.area.programmes import written
from turnout.signals.check import check
from turnout.signals.districts.chains import edges_along
from turnout.signals.districts.changed import changed, running
from turnout.signals.districts.folder import District
from turnout.signals.districts.guarded import withheld
from turnout.signals.districts.intervals import compared, compared_where_known
from turnout.signals.districts.phases import programme_of
from turnout.signals.districts.plan_sets import body_of, digest_of, plans_of, with_plans
from turnout.signals.districts.reading import ReadDistrict
from turnout.signals.districts.results import (
    ArterialCompared,
    Figure,
    JunctionCompared,
    Pair,
    Period,
    PlanAt,
    RunCounts,
    Simulate,
    SimulateResult,
)
from turnout.signals.districts.shapes import PlanSet
from turnout.signals.districts.state import state_of
from turnout.signals.districts.sumo import RUN_S, SimulationFailed, elements, number, run
from turnout.signals.districts.sumo_program import Sumo, get_sumo
from turnout.signals.model import Junction, Plan, Signals
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.signals.sumo_xml import Programme, Records, read_records, unpacked
from turnout.words.name import Name
from turnout.words.trouble import Unsupported

LAST_S: Final = 4 * 3_600
"""After so long a run ends where the district does not say when: who has not arrived by then stands in a gridlock."""
NEAR_M: Final = 300.0
"""Ways to a junction are looked at so far back from its stop lines, or to the signal before."""
FIGURES: Final[tuple[Figure, ...]] = ("delay_s", "stops", "travel_s", "waiting_s", "throughput")

Told = Callable[[float, Name], None]
"""Told how far it is, 0 to 1, and what is done."""


class _Run(NamedTuple):
    """What one run says. `edges`: by edge, time loss in seconds of all, vehicles that left it, mean travel time."""

    figures: Mapping[Figure, float]
    counts: RunCounts
    edges: Mapping[str, tuple[float, float, float]]


class _Layout(NamedTuple):
    """Which edges count for which junction and which way of an arterial."""

    near: Mapping[str, tuple[list[str], list[str]]]
    """By junction: edges on the way to it, and those of them by which traffic comes to its first stop line."""
    along: Mapping[tuple[str, str], list[str]]


def simulate(
    district: District,
    read: ReadDistrict,
    in_force: PlanSet | None,
    asked: Simulate,
    told: Told,
    run_s: float = RUN_S,
) -> SimulateResult:
    """Raises `BrokenSignals` for plans with errors, `Unsupported` without SUMO or traffic, `SimulationFailed`."""
    sumo = get_sumo()
    if not district.can_simulate:
        raise Unsupported("the district has no network with traffic", district.id, "name a network and routes")
    _refuse_switching(district)
    base = with_plans(read.signals, in_force) if in_force is not None else read.signals
    draft = with_plans(base, asked.plans)
    others = changed(base, draft)
    _refuse_errors(draft, others, asked.period)
    _refuse_no_period((base, draft), asked.period)
    state = state_of(district, base)
    records = read_records(district.content(district.head.network), district.head.network, root="net")
    sides = [_programmes(each, records, asked.period) for each in (base, draft)]
    runs: tuple[list[_Run], list[_Run]] = ([], [])
    with tempfile.TemporaryDirectory(prefix="turnout-plans-") as place:
        scene = _Scene(sumo, district, Path(place), run_s)
        for seed in range(1, asked.seeds + 1):
            for side, programmes in enumerate(sides):
                told(_part(seed, side, asked.seeds), _saying(seed, asked.seeds, side))
                runs[side].append(scene.run(programmes, seed))
    if state_of(district, base) != state:
        raise SimulationFailed(Name("the district's files have changed meanwhile", "仿真期间片区文件已更改"))
    bodies = [digest_of(body_of(plans_of(each))) for each in (draft, base)]
    return replace(
        _result(runs, _layout(records, draft), asked, bodies),
        ran=tuple(PlanAt(junction.id, plan.id) for junction, plan, _ in _running(draft, records, asked.period)),
        changed=tuple(PlanAt(junction.id, plan.id) for junction, plan in others),
        state=state,
    )


def _refuse_switching(district: District) -> None:
    """Programmes that SUMO switches by itself (WAUT) would take the place of ours, on both sides alike."""
    for name in (district.head.network, *district.head.additional, *district.head.programmes):
        if b"<WAUT" in unpacked(district.content(name), name):
            what = f"{name} switches programmes by itself (WAUT), which would run in place of the plans"
            raise Unsupported(what, district.id, "take its WAUT elements out")


def _part(seed: int, side: int, seeds: int) -> float:
    return ((seed - 1) * 2 + side) / (2 * seeds)


def _saying(seed: int, seeds: int, side: int) -> Name:
    en, zh = (("plans in force", "现行方案"), ("the draft", "拟定方案"))[side]
    return Name(f"simulating {en}, seed {seed} of {seeds}", f"正在仿真{zh}，第 {seed}/{seeds} 个随机种子")


def chosen(junction: Junction, period: Period | None) -> Plan | None:
    """The plan in force at the period; without one, of a junction without hours, the last."""
    if period is not None:
        return running(junction, period.day, period.minute)
    return junction.plans[-1] if junction.plans else None


def _refuse_errors(draft: Signals, others: Sequence[tuple[Junction, Plan]], period: Period | None) -> None:
    """`others`: what is changed, whether it is run or not: a release puts all of it in force."""
    problems = [each for each in check(draft) if each.severity == "error"]
    if not problems:
        run = [(each, plan) for each in draft.junctions if (plan := chosen(each, period)) is not None]
        for junction, plan in [*others, *(each for each in run if each not in others)]:
            problems += withheld(junction, plan)
    if problems:
        raise BrokenSignals(tuple(problems))


def _refuse_no_period(sides: Iterable[Signals], period: Period | None) -> None:
    timed = next((each.id for side in sides for each in side.junctions if each.hours), None)
    if timed is not None and period is None:
        what = Name("its plans run by hours, and no day and hour is given", "其方案按时段运行，而未指定星期与时间")
        cure = Name("give the day and hour in which the changed plans run", "请指定所改方案运行的星期与时间")
        raise BrokenSignals((Problem("period-needed", Spot(junction=timed), what, cure),))


def _programmes(signals: Signals, records: Records, period: Period | None) -> list[Programme]:
    return [programme_of(*each) for each in _running(signals, records, period)]


def _running(signals: Signals, records: Records, period: Period | None) -> list[tuple[Junction, Plan, int]]:
    """Of the network's own signals, with their count of lamps. One of the plain file only stands on no street here."""
    links: dict[str, int] = defaultdict(int)
    for link in records.links:
        if link.signal:
            links[link.signal] = max(links[link.signal], link.index + 1)
    made = []
    for junction in signals.junctions:
        plan = chosen(junction, period)
        if junction.id in links and plan is not None:
            made.append((junction, plan, links[junction.id]))
    return made


class _Scene:
    """The district's files in a folder of its own; the folder is emptied of figures before each run."""

    def __init__(self, sumo: Sumo, district: District, place: Path, run_s: float) -> None:
        self._sumo, self._head, self._place, self._run_s = sumo, district.head, place, run_s
        for name in district.head.named:
            (place / name).symlink_to((district.folder / name).resolve())
        measured = '<additional><edgeData id="edges" file="edges.xml" excludeEmpty="true"/></additional>'
        (place / "measured.add.xml").write_text(measured, encoding="utf-8")

    def run(self, programmes: Sequence[Programme], seed: int) -> _Run:
        for name in ("figures.xml", "trips.xml", "edges.xml"):
            (self._place / name).unlink(missing_ok=True)
        (self._place / "plans.add.xml").write_bytes(written(list(programmes)))
        run(self._sumo, self._place, self._words(seed), self._run_s)
        return _read(self._place)

    def _words(self, seed: int) -> list[str]:
        head = self._head
        added = [*head.additional, *head.programmes, "plans.add.xml", "measured.add.xml"]
        return [
            *("--net-file", head.network),
            *("--route-files", ",".join(head.routes)),
            *("--additional-files", ",".join(added)),
            *("--begin", str(head.begin_s)),
            *("--end", str(head.end_s or head.begin_s + LAST_S)),
            *("--seed", str(seed)),
            *("--statistic-output", "figures.xml", "--duration-log.statistics"),
            *("--tripinfo-output", "trips.xml", "--tripinfo-output.write-unfinished"),
            *("--no-step-log", "--no-warnings", "--threads", "1"),
        ]


def _read(place: Path) -> _Run:
    found = {}
    for tag in ("vehicles", "teleports", "vehicleTripStatistics"):
        for element in elements(place / "figures.xml", tag):
            found[tag] = dict(element.attrib)
    if len(found) < 3:
        raise SimulationFailed(Name("SUMO wrote no statistics", "SUMO 未写出统计结果"))
    trips, vehicles = found["vehicleTripStatistics"], found["vehicles"]
    stops, arrived, seen = 0.0, 0, 0
    for trip in elements(place / "trips.xml", "tripinfo"):
        seen += 1
        stops += number(trip, "waitingCount")
        arrived += number(trip, "arrival") >= 0
    inserted = int(number(vehicles, "inserted"))
    if not inserted or not seen:
        raise SimulationFailed(Name("no vehicle entered the network", "没有车辆进入路网"))
    waiting = int(number(vehicles, "waiting"))
    figures: dict[Figure, float] = {
        "delay_s": _delay_of_all_s(trips, waiting),
        "stops": stops / seen,
        "travel_s": number(trips, "duration"),
        "waiting_s": number(trips, "waitingTime"),
        "throughput": float(arrived),
    }
    counts = RunCounts(
        entered=inserted,
        arrived=arrived,
        never_entered=waiting,
        teleports=int(number(found["teleports"], "total")),
    )
    edges = {
        edge.get("id"): (number(edge, "timeLoss"), number(edge, "left"), number(edge, "traveltime"))
        for edge in elements(place / "edges.xml", "edge")
        if edge.get("traveltime") is not None
    }
    return _Run(figures, counts, edges)


def _delay_of_all_s(trips: Mapping[str, str], waiting: int) -> float:
    """Seconds per vehicle of those that entered and of the `waiting`, who were due and found no room to enter."""
    entered = number(trips, "count")
    lost = (number(trips, "timeLoss") + number(trips, "departDelay")) * entered
    waited = number(trips, "departDelayWaiting") * waiting if waiting else 0.0
    return (lost + waited) / (entered + waiting)


def _layout(records: Records, signals: Signals) -> _Layout:
    approaches: dict[str, set[str]] = defaultdict(set)
    inside: set[str] = set()
    before: dict[str, set[str]] = defaultdict(set)
    for link in records.links:
        if link.signal:
            approaches[link.signal].add(link.from_edge)
        if not link.from_edge.startswith(":"):
            before[link.to_edge].add(link.from_edge)
    for link in records.links:
        if link.signal and link.to_edge in approaches[link.signal]:
            inside.add(link.to_edge)
    signalled = {edge for edges in approaches.values() for edge in edges}
    long_m = {edge.id: max((lane.length_m for lane in edge.lanes), default=0.0) for edge in records.edges.values()}
    near = {
        signal: (sorted(_back_from(edges, before, signalled, long_m)), sorted(edges - inside or edges))
        for signal, edges in approaches.items()
    }
    along: dict[tuple[str, str], list[str]] = {}
    for arterial in signals.arterials:
        try:
            out, back = edges_along(records, [stop.junction for stop in arterial.stops])
        except BrokenSignals:
            continue  # an arterial of the plain file may stand on no way of this network
        along |= {(arterial.id, "outbound"): out, (arterial.id, "inbound"): back}
    return _Layout(near, along)


def _back_from(
    edges: Iterable[str], before: Mapping[str, set[str]], signalled: set[str], long_m: Mapping[str, float]
) -> set[str]:
    found = set(edges)
    line = [(edge, long_m.get(edge, 0.0)) for edge in found]
    while line:
        edge, so_far = line.pop()
        for other in before.get(edge, ()) if so_far < NEAR_M else ():
            if other not in found and other not in signalled:
                found.add(other)
                line.append((other, so_far + long_m.get(other, 0.0)))
    return found


def _result(runs: tuple[list[_Run], list[_Run]], layout: _Layout, asked: Simulate, bodies: list[str]) -> SimulateResult:
    before, after = runs
    pairs = []
    for figure in FIGURES:
        sides = compared([each.figures[figure] for each in before], [each.figures[figure] for each in after])
        pairs.append(Pair(figure=figure, before=sides.before, after=sides.after, change=sides.change))
    return SimulateResult(
        digest=bodies[0],
        base=bodies[1],
        seeds=asked.seeds,
        period=asked.period,
        before=_sum(before),
        after=_sum(after),
        pairs=tuple(pairs),
        junctions=tuple(
            JunctionCompared(
                junction=junction,
                delay_s=compared_where_known(*([_delay_s(each, *ways) for each in side] for side in runs)),
            )
            for junction, ways in layout.near.items()
        ),
        arterials=tuple(
            ArterialCompared(
                arterial=arterial,
                direction="outbound" if way == "outbound" else "inbound",
                travel_s=compared_where_known(*([_travel_s(each, edges) for each in side] for side in runs)),
            )
            for (arterial, way), edges in layout.along.items()
        ),
    )


def _sum(runs: Sequence[_Run]) -> RunCounts:
    return RunCounts(
        entered=sum(each.counts.entered for each in runs),
        arrived=sum(each.counts.arrived for each in runs),
        never_entered=sum(each.counts.never_entered for each in runs),
        teleports=sum(each.counts.teleports for each in runs),
    )


def _delay_s(ran: _Run, edges: Sequence[str], gates: Sequence[str]) -> float | None:
    """Seconds per vehicle that passed: time loss on the ways to the junction, over who left its first stop lines.

    None where nobody got through, as in a gridlock.
    """
    lost = sum(ran.edges[edge][0] for edge in edges if edge in ran.edges)
    left = sum(ran.edges[edge][1] for edge in gates if edge in ran.edges)
    return lost / left if left else None


def _travel_s(ran: _Run, edges: Sequence[str]) -> float | None:
    """None where nobody drove on one of them."""
    return sum(ran.edges[edge][2] for edge in edges) if all(edge in ran.edges for edge in edges) else None
