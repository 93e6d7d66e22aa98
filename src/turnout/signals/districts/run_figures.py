"""What a run of SUMO says of a district's traffic, and two series of runs with the same seeds compared.

Delay is SUMO's time loss plus the delay of entering (decision 0233), of all that were due: those still on their way and
those still waiting to enter among them. What nobody drove through has no figure.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from turnout.signals.districts.chains import edges_along
from turnout.signals.districts.intervals import compared, compared_where_known
from turnout.signals.districts.results import ArterialCompared, Figure, JunctionCompared, Pair, RunCounts
from turnout.signals.districts.sumo import SimulationFailed, elements, number
from turnout.signals.model import Signals
from turnout.signals.problem import BrokenSignals
from turnout.signals.simulated.gridlock import Trip, is_locked
from turnout.signals.sumo_xml import Records
from turnout.words.name import Name

FILES: Final = ("figures.xml", "trips.xml", "edges.xml")
NEAR_M: Final = 300.0
"""Ways to a junction are looked at so far back from its stop lines, or to the signal before."""
FIGURES: Final[tuple[Figure, ...]] = ("delay_s", "stops", "travel_s", "waiting_s", "throughput")


class Run(NamedTuple):
    """What one run says. `edges`: by edge, time loss in seconds of all, vehicles that left it, mean travel time."""

    figures: Mapping[Figure, float]
    counts: RunCounts
    edges: Mapping[str, tuple[float, float, float]]
    is_locked: bool = False
    """Nobody arrived for five minutes while vehicles were on the road."""


class Ways(NamedTuple):
    """Which edges count for which junction and which way of an arterial."""

    near: Mapping[str, tuple[list[str], list[str]]]
    """By junction: edges on the way to it, and those of them by which traffic comes to its first stop line."""
    along: Mapping[tuple[str, str], list[str]]


def read_run(place: Path, end_s: float) -> Run:
    """`end_s`: of the run. Raises `SimulationFailed`."""
    found = {}
    for tag in ("vehicles", "teleports", "vehicleTripStatistics"):
        for element in elements(place / "figures.xml", tag):
            found[tag] = dict(element.attrib)
    if len(found) < 3:
        raise SimulationFailed(Name("SUMO wrote no statistics", "SUMO 未写出统计结果"))
    trips, vehicles = found["vehicleTripStatistics"], found["vehicles"]
    stops, times = 0.0, list[Trip]()
    for trip in elements(place / "trips.xml", "tripinfo"):
        stops += number(trip, "waitingCount")
        free_s = number(trip, "duration") - number(trip, "timeLoss")
        times.append(Trip(number(trip, "depart"), number(trip, "arrival"), free_s))
    seen, arrived = len(times), sum(each.arrived_s >= 0 for each in times)
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
    return Run(figures, counts, edges, is_locked(times, end_s))


def _delay_of_all_s(trips: Mapping[str, str], waiting: int) -> float:
    """Seconds per vehicle of those that entered and of the `waiting`, who were due and found no room to enter."""
    entered = number(trips, "count")
    lost = (number(trips, "timeLoss") + number(trips, "departDelay")) * entered
    waited = number(trips, "departDelayWaiting") * waiting if waiting else 0.0
    return (lost + waited) / (entered + waiting)


def ways_of(records: Records, signals: Signals) -> Ways:
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
    return Ways(near, along)


def _back_from(
    edges: Iterable[str], before: Mapping[str, set[str]], signalled: set[str], long_m: Mapping[str, float]
) -> set[str]:
    """The nearest first: by which of several ways one comes to a street is the same in every process."""
    found = set(edges)
    line = [(long_m.get(edge, 0.0), edge) for edge in found]
    heapq.heapify(line)
    while line:
        so_far, edge = heapq.heappop(line)
        for other in before.get(edge, ()) if so_far < NEAR_M else ():
            if other not in found and other not in signalled:
                found.add(other)
                heapq.heappush(line, (so_far + long_m.get(other, 0.0), other))
    return found


Sides = tuple[Sequence[Run], Sequence[Run]]
"""Before and after; the n-th of both with the same seed."""


def pairs_of(runs: Sides) -> tuple[Pair, ...]:
    before, after = runs
    pairs = []
    for figure in FIGURES:
        sides = compared([each.figures[figure] for each in before], [each.figures[figure] for each in after])
        pairs.append(Pair(figure=figure, before=sides.before, after=sides.after, change=sides.change))
    return tuple(pairs)


def junctions_of(runs: Sides, ways: Ways) -> tuple[JunctionCompared, ...]:
    return tuple(
        JunctionCompared(
            junction=junction,
            delay_s=compared_where_known(*([_delay_s(each, *edges) for each in side] for side in runs)),
        )
        for junction, edges in ways.near.items()
    )


def arterials_of(runs: Sides, ways: Ways) -> tuple[ArterialCompared, ...]:
    return tuple(
        ArterialCompared(
            arterial=arterial,
            direction="outbound" if way == "outbound" else "inbound",
            travel_s=compared_where_known(*([_travel_s(each, edges) for each in side] for side in runs)),
        )
        for (arterial, way), edges in ways.along.items()
    )


def sum_of(runs: Sequence[Run]) -> RunCounts:
    return RunCounts(
        entered=sum(each.counts.entered for each in runs),
        arrived=sum(each.counts.arrived for each in runs),
        never_entered=sum(each.counts.never_entered for each in runs),
        teleports=sum(each.counts.teleports for each in runs),
    )


def _delay_s(ran: Run, edges: Sequence[str], gates: Sequence[str]) -> float | None:
    """Seconds per vehicle that passed: time loss on the ways to the junction, over who left its first stop lines.

    None where nobody got through, as in a gridlock.
    """
    lost = sum(ran.edges[edge][0] for edge in edges if edge in ran.edges)
    left = sum(ran.edges[edge][1] for edge in gates if edge in ran.edges)
    return lost / left if left else None


def _travel_s(ran: Run, edges: Sequence[str]) -> float | None:
    """None where nobody drove on one of them."""
    return sum(ran.edges[edge][2] for edge in edges) if all(edge in ran.edges for edge in edges) else None
