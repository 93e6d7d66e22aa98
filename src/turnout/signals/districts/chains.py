"""An arterial from a list of junctions: which way leads from one to the next and back, how long, through which groups.

The way is the shortest that passes the junctions in their order and no other signal; turning at a signal counts as a
detour, so that the through traffic is what is found.
"""

import heapq
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from turnout.signals.model import Arterial, Junction, Signals, Stop, Wave
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.signals.sumo_xml import Edge, Link, Records
from turnout.words.name import Name

TURN_M: Final = 200.0
"""What turning at a signal counts, in metres of detour; turning round five times as much."""
SLOWEST: Final = 0.8
"""Of the speed limit: what a wave may be slowed down to."""

State = tuple[str, int]
"""An edge, and how many junctions of the chain have been entered on the way to it."""


class _Way(NamedTuple):
    """By junction: the link by which it is entered. By section: metres, seconds at the speed limit, edges driven on."""

    entered: list[Link]
    metres: list[float]
    seconds: list[float]
    edges: list[list[str]]


def derived(records: Records, signals: Signals, name: Name, junctions: Sequence[str], id: str) -> Arterial:
    """Raises `BrokenSignals` where a junction is unknown or named twice, or two do not follow one another both ways."""
    chain = [_signalled(signals, junction) for junction in junctions]
    for named in junctions:
        if junctions.count(named) > 1:
            raise _broken("named-twice", named, Name("it is named twice", "重复出现"))
    network = _Network(records)
    out = network.way(junctions)
    back = network.way(list(reversed(junctions)))
    back = _Way(back.entered[::-1], back.metres[::-1], back.seconds[::-1], back.edges[::-1])
    stops = []
    for n, junction in enumerate(chain):
        section = {}
        if n + 1 < len(chain):
            limit_mps = min(out.metres[n] / out.seconds[n], back.metres[n] / back.seconds[n])
            section = {"to_next_m": out.metres[n], "back_m": back.metres[n], "speed": limit_mps}
        stops.append(_stop(junction, out.entered[n], back.entered[n], section))
    return Arterial(id=id, name=name, stops=tuple(stops), waves=waves_of(chain))


def edges_along(records: Records, junctions: Sequence[str]) -> tuple[list[str], list[str]]:
    """Edges between the first and the last stop line, outbound and inbound. Raises `BrokenSignals` as `derived`."""
    network = _Network(records)
    out, back = network.way(junctions), network.way(list(reversed(junctions)))
    return [edge for section in out.edges for edge in section], [edge for section in back.edges for edge in section]


def _stop(junction: Junction, out: Link, back: Link, section: Mapping[str, float]) -> Stop:
    speed_mps = section.get("speed", 13.89)
    return Stop(
        junction=junction.id,
        outbound=_group(junction, out),
        inbound=_group(junction, back),
        to_next_m=round(section.get("to_next_m", 0.0), 1),
        back_m=round(section.get("back_m", 0.0), 1),
        speed_mps=(speed_mps * SLOWEST, speed_mps),
    )


def waves_of(chain: Sequence[Junction]) -> tuple[Wave, ...]:
    """One for each plan that all junctions have with the same cycle."""
    common = [plan for plan in chain[0].plans if all(_has(junction, plan.id, plan.cycle_ms) for junction in chain)]
    return tuple(Wave(id=plan.id, plan=plan.id) for plan in common)


def _has(junction: Junction, plan_id: str, cycle_ms: int) -> bool:
    plan = junction.plan(plan_id)
    return plan is not None and plan.cycle_ms == cycle_ms


def _signalled(signals: Signals, junction_id: str) -> Junction:
    junction = signals.junction(junction_id)
    if junction is None or not junction.groups:
        raise _broken("unknown-junction", junction_id, Name("no such junction with signals", "没有此信号路口"))
    return junction


def _group(junction: Junction, link: Link) -> str:
    for movement in junction.movements:
        if movement.id == str(link.index):
            return movement.group
    what = Name("no movement of the network's leads on here", "路网中没有通向此处的流向")
    raise _broken("no-movement", junction.id, what)


class _Network:
    def __init__(self, records: Records) -> None:
        self._edges = records.edges
        self._links: dict[str, list[Link]] = defaultdict(list)
        for link in records.links:
            if not link.from_edge.startswith(":") and self._is_open(link.from_edge) and self._is_open(link.to_edge):
                self._links[link.from_edge].append(link)

    def _is_open(self, edge_id: str) -> bool:
        """To cars, as far as the network says by what it allows."""
        edge = self._edges.get(edge_id)
        return edge is not None and any(
            not lane.allow or "passenger" in lane.allow.split() or lane.allow == "all" for lane in edge.lanes
        )

    def way(self, chain: Sequence[str]) -> _Way:
        """Through these signals in this order. Raises `BrokenSignals` where there is none."""
        cost: dict[State, float] = {}
        came: dict[State, tuple[State, Link]] = {}
        ticket = itertools.count()
        line: list[tuple[float, int, State]] = []
        for edge_id, links in sorted(self._links.items()):
            if any(link.signal == chain[0] for link in links):
                cost[edge_id, 0] = 0.0
                heapq.heappush(line, (0.0, next(ticket), (edge_id, 0)))
        furthest = 0
        while line:
            so_far, _, state = heapq.heappop(line)
            if so_far > cost[state]:
                continue
            furthest = max(furthest, state[1])
            if state[1] == len(chain):
                return self._told(state, came, chain)
            for link in self._links[state[0]]:
                passed = _passed(chain, state[1], link)
                if passed is None:
                    continue
                after = (link.to_edge, passed)
                total = so_far + self._length_m(link) + _detour_m(link)
                if total < cost.get(after, float("inf")):
                    cost[after], came[after] = total, (state, link)
                    heapq.heappush(line, (total, next(ticket), after))
        raise _not_following(chain, furthest)

    def _told(self, state: State, came: Mapping[State, tuple[State, Link]], chain: Sequence[str]) -> _Way:
        links = []
        while state in came:
            state, link = came[state]
            links.append(link)
        entered: list[Link] = []
        metres, seconds = [0.0] * len(chain), [0.0] * len(chain)
        edges: list[list[str]] = [[] for _ in chain]
        for link in reversed(links):
            if len(entered) < len(chain) and link.signal == chain[len(entered)]:
                entered.append(link)
            at = len(entered) - 1
            metres[at] += self._length_m(link)
            seconds[at] += self._length_m(link) / max(_speed_mps(self._edges[link.to_edge]), 1.0)
            edges[at].append(link.to_edge)
        return _Way(entered, metres[:-1], seconds[:-1], edges[:-1])

    def _length_m(self, link: Link) -> float:
        """Of the edge that the link leads to, with the way across the junction."""
        inside = self._edges.get(link.via.rpartition("_")[0])
        return _long_m(self._edges[link.to_edge]) + (_long_m(inside) if inside is not None else 0.0)


def _passed(chain: Sequence[str], entered: int, link: Link) -> int | None:
    """How many junctions are entered after this link; None where it may not be taken."""
    if entered < len(chain) and link.signal == chain[entered]:
        return entered + 1
    if entered and link.signal in ("", chain[entered - 1]):
        return entered
    return None


def _detour_m(link: Link) -> float:
    if not link.signal or link.direction == "s":
        return 0.0
    return TURN_M * (5 if link.direction in "tT" else 1)


def _long_m(edge: Edge) -> float:
    return max((lane.length_m for lane in edge.lanes), default=0.0)


def _speed_mps(edge: Edge) -> float:
    return max((lane.speed_mps for lane in edge.lanes), default=13.89)


def _not_following(chain: Sequence[str], furthest: int) -> BrokenSignals:
    here, there = chain[max(furthest - 1, 0)], chain[min(furthest, len(chain) - 1)]
    what = Name(
        f"no way leads from junction {here} to {there} without another signal between them",
        f"从路口 {here} 到 {there} 没有不经过其他信号的通路",
    )
    return _broken("not-following", there, what)


def _broken(rule: str, junction: str, what: Name) -> BrokenSignals:
    cure = Name(
        "name junctions with signals in the order of a street that runs both ways",
        "请按双向道路的顺序列出相邻的信号路口",
    )
    return BrokenSignals((Problem(rule, Spot(junction=junction), what, cure),))
