"""Green bands on an arterial as mixed-integer programmes: MAXBAND and MULTIBAND.

MAXBAND: Little, Kelson and Gartner, "MAXBAND: A program for setting signals on arteries and triangular networks",
Transportation Research Record 795, 1981. One band each way, as wide as can be, through all sites.
MULTIBAND: Gartner, Assmann, Lasaga and Hou, "A multi-band approach to arterial traffic optimization", Transportation
Research B 25, 1991. A band of its own for each section, around one line of progression, weighted by traffic.

Both are written here in times instead of the papers' distances between centres of red, so that greens of any plan fit.
In cycles, at site i: `e` the beginning of the through green by the chosen order, `w` from there to the band (MAXBAND:
its front edge; MULTIBAND: its middle), `t` the travel time to the next site, `q` the queue's clearance, by which the
band runs ahead at a site; inbound with `_in`. The papers count the inbound `w` from the band to the next red.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import highspy

from turnout.signals.arterial import Band, BandTask, Coordination, Order, Section, Site
from turnout.words.trouble import Unsupported

GAP: Final = 1e-6
"""Relative: when the programme calls an optimum proven. A band of 40 s is then right to 40 microseconds."""
DIGITS: Final = 9
"""Of shares: the solver refuses what is neither nothing nor something."""
LIMIT_S: Final = 60.0
"""What an engineer waits for; after that, the best so far is given with the bound that is left."""


class _Solver(highspy.Highs):
    """HiGHS, which greets on standard output when its callbacks are switched on; this one says nothing."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


@dataclass
class _Way:
    """The unknowns of one direction."""

    width: list[Any] = field(default_factory=list)
    """MAXBAND: one; MULTIBAND: by section."""
    w: list[Any] = field(default_factory=list)
    t: list[Any] = field(default_factory=list)


class _Programme:
    """What both have in common: cycle, orders, times, the loop of every section."""

    def __init__(self, task: BandTask, limit_s: float) -> None:
        """`limit_s`: of solving, in seconds."""
        if any(section.slowest_mps <= 0 for section in task.sections):
            raise Unsupported("a speed of progression that is not above 0")
        self.task = task
        self.highs: Any = _Solver()  # type: ignore[no-untyped-call]
        for option, value in (("time_limit", limit_s), ("mip_rel_gap", GAP), ("threads", 1)):
            self.highs.setOptionValue(option, value)
        self.z = self.highs.addVariable(1 / task.cycle_s[1], 1 / task.cycle_s[0])
        self.orders = [self._order(site) for site in task.sites]
        self.out, self.back = _Way(), _Way()
        for way in (self.out, self.back):
            way.w = [self.highs.addVariable(0, 1) for _ in task.sites]
            way.t = [self.highs.addVariable(0, math.inf) for _ in task.sections]
        for i, section in enumerate(task.sections):
            self._speeds(self.out.t[i], section.outbound_m, section)
            self._speeds(self.back.t[i], section.inbound_m, section)
            self._loop(i)
        self._speed_changes()

    def _order(self, site: Site) -> list[Any]:
        """Exactly one order per site (1981: the choice of left-turn patterns, there by delta and delta-bar)."""
        if len(site.orders) == 1:
            return [1.0]
        chosen = [self.highs.addBinary() for _ in site.orders]
        self.highs.addConstr(_total(chosen) == 1)
        return chosen

    def of_order(self, i: int, value: Callable[[Order], float]) -> Any:
        """A value of the chosen order of site i: linear, or a number where there is no choice."""
        values = [round(value(order), DIGITS) for order in self.task.sites[i].orders]
        if len(values) == 1:
            return values[0]
        return _total([share * is_it for share, is_it in zip(values, self.orders[i], strict=True) if share])

    def _speeds(self, t: Any, way_m: float, section: Section) -> None:
        """(d/f) z <= t <= (d/e) z, the speed limits (1981)."""
        self.highs.addConstr(t - way_m / section.fastest_mps * self.z >= 0)
        self.highs.addConstr(t - way_m / section.slowest_mps * self.z <= 0)

    def _speed_changes(self) -> None:
        """The change of pace from section to section (1981: limits on the change of reciprocal speed).

        With both speeds at most f, |1/v' - 1/v| <= change / (f f') means that |v' - v| <= change.
        """
        change = self.task.speed_change_mps
        sections = self.task.sections
        for i in range(len(sections) - 1 if change > 0 else 0):
            here, there = sections[i], sections[i + 1]
            most = change / (here.fastest_mps * there.fastest_mps)
            for way, here_m, there_m in (
                (self.out, here.outbound_m, there.outbound_m),
                (self.back, here.inbound_m, there.inbound_m),
            ):
                if here_m > 0 and there_m > 0:
                    step = way.t[i + 1] * (1 / there_m) - way.t[i] * (1 / here_m)
                    self.highs.addConstr(step - most * self.z <= 0)
                    self.highs.addConstr(step + most * self.z >= 0)

    def _loop(self, i: int) -> None:
        """The loop of section i closes after whole cycles (1981: the loop integer constraint).

        Outbound, e' + w' + offset' + q' = e + w + offset + t; inbound likewise the other way; the sum has no offsets.
        """
        here, there = self.task.sites[i], self.task.sites[i + 1]
        begins = self.of_order(i + 1, _lean) - self.of_order(i, _lean)
        slack = self.out.w[i + 1] - self.out.w[i] + self.back.w[i] - self.back.w[i + 1]
        cycles = self.highs.addVariable(*self._whole_cycles(i), type=highspy.HighsVarType.kInteger)
        loop = slack + begins - self.out.t[i] - self.back.t[i] + cycles
        queue_s = there.outbound_queue_s + here.inbound_queue_s
        self.highs.addConstr((loop + queue_s * self.z if queue_s else loop) == 0)

    def _whole_cycles(self, i: int) -> tuple[int, int]:
        """Within which whole cycles the loop of section i can close."""
        section, here, there = self.task.sections[i], self.task.sites[i], self.task.sites[i + 1]
        way_m = section.outbound_m + section.inbound_m
        queue_s = there.outbound_queue_s + here.inbound_queue_s
        least = min(0.0, way_m / section.fastest_mps - queue_s) / min(self.task.cycle_s)
        most = way_m / section.slowest_mps / min(self.task.cycle_s)
        return math.floor(least) - 4, math.ceil(most) + 4

    def band(
        self, way: "_Way", share: Callable[[Order], float], sites: Sequence[int], before: float, *, may_lack: bool
    ) -> Any:
        """A band that is green at these sites, for the order's `share` of the cycle.

        w + b <= 1 - r (1981: directional interference, `before` 0), b/2 <= w <= 1 - r - b/2 (1991, `before` 1/2).
        `may_lack`: or there is no band, and any `w`. The papers know no such choice: where there can be a band in one
        direction only, their programmes have no solution.
        """
        width, has_one = self.highs.addVariable(0, 1), 1.0
        if may_lack:
            has_one = self.highs.addBinary()
            self.highs.addConstr(width - has_one <= 0)
        for i in sites:
            self.highs.addConstr(way.w[i] - before * width >= 0)
            self.highs.addConstr(way.w[i] + (1 - before) * width - self.of_order(i, share) + has_one <= 1)
        return width

    def weighed(self, out: Any, back: Any) -> None:
        """(1 - k) b_in >= (1 - k) k b (1981: the target ratio); with `same_width` b_in = k b."""
        k = self.task.inbound_to_outbound
        if self.task.same_width:
            self.highs.addConstr(back - k * out == 0)
        elif k != 1:
            self.highs.addConstr((1 - k) * back - (1 - k) * k * out >= 0)

    def solved(self, value: Any) -> None:
        """Raises `Unsupported` where nothing can be found, which is said with the solver's word for it."""
        self.highs.maximize(value)
        info = self.highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            said = self.highs.modelStatusToString(self.highs.getModelStatus())
            raise Unsupported(f"no green wave was found: {said}", cure="widen the range of speeds or of the cycle")

    def val(self, unknown: Any) -> float:
        return unknown if isinstance(unknown, float | int) else float(self.highs.val(unknown))

    def cycle_s(self) -> float:
        """Within what was asked: the solver keeps the bounds of 1 / cycle to 1e-6, which is some 0.02 s of 150."""
        return min(max(1 / self.val(self.z), self.task.cycle_s[0]), self.task.cycle_s[1])

    def coordination(self, out_before: float, widths: tuple[Sequence[float], Sequence[float]]) -> Coordination:
        """The answer in seconds. `out_before`: what part of a width lies before `w` (0 front edge, 1/2 middle)."""
        task, cycle_s = self.task, self.cycle_s()
        out, back = ([self.val(w) for w in way.w] for way in (self.out, self.back))
        t, t_in = ([self.val(each) for each in way.t] for way in (self.out, self.back))
        offsets = [0.0]
        line = [self.val(self.of_order(0, lambda order: order.outbound_from)) + out[0]]
        for i in range(len(task.sections)):
            line.append(line[i] + t[i] - task.sites[i + 1].outbound_queue_s / cycle_s)
            offsets.append(line[i + 1] - self.val(self.of_order(i + 1, lambda order: order.outbound_from)) - out[i + 1])
        begins_in = [self.val(self.of_order(i, lambda order: order.inbound_from)) for i in range(len(task.sites))]
        line_in = [sum(each) for each in zip(offsets, begins_in, back, strict=True)]
        info = self.highs.getInfo()
        return Coordination(
            cycle_s=cycle_s,
            offsets_s=tuple(offset % 1 * cycle_s for offset in offsets),
            orders=tuple(self._chosen(i) for i in range(len(task.sites))),
            outbound=self._bands(line[:-1], out_before, widths[0], t, "outbound_m"),
            inbound=self._bands(line_in[1:], out_before, widths[1], t_in, "inbound_m"),
            value=info.objective_function_value,
            bound=max(info.mip_dual_bound, info.objective_function_value),
        )

    def _bands(
        self, line: Sequence[float], before: float, widths: Sequence[float], t: Sequence[float], way: str
    ) -> tuple[Band, ...]:
        """Of one direction; arguments in cycles."""
        cycle_s = self.cycle_s()
        ways_m = [getattr(section, way) for section in self.task.sections]
        return tuple(
            Band((at - before * width) % 1 * cycle_s, width * cycle_s, each * cycle_s, _speed(way_m, each * cycle_s))
            for at, width, each, way_m in zip(line, widths, t, ways_m, strict=True)
        )

    def _chosen(self, i: int) -> str:
        names = [order.name for order in self.task.sites[i].orders]
        shares = [self.val(is_it) for is_it in self.orders[i]]
        return names[shares.index(max(shares))]


def maxband(task: BandTask, limit_s: float = LIMIT_S) -> Coordination:
    """The widest bands through all sites: most b + k b_in, as shares of the cycle.

    Raises `Unsupported` where no plan keeps the speeds and the cycle.
    """
    programme = _Programme(task, limit_s)
    every = range(len(task.sites))
    b = programme.band(programme.out, _outbound_share, every, 0.0, may_lack=True)
    b_in = programme.band(programme.back, _inbound_share, every, 0.0, may_lack=True)
    programme.weighed(b, b_in)
    programme.solved(b + task.inbound_to_outbound * b_in)
    size = len(task.sections)
    return programme.coordination(0.0, ([programme.val(b)] * size, [programme.val(b_in)] * size))


def multiband(task: BandTask, limit_s: float = LIMIT_S) -> Coordination:
    """A band for each section around one line: most of the mean of weight times width, as a share.

    Weights are taken relative to the heaviest. The line keeps to the greens; only where it cannot, it runs through a
    red, and the sections there have no band. Raises `Unsupported` as `maxband` does.
    """
    try:
        return _multiband(task, limit_s, may_lack=False)
    except Unsupported:
        return _multiband(task, limit_s, may_lack=True)


def _multiband(task: BandTask, limit_s: float, *, may_lack: bool) -> Coordination:
    programme = _Programme(task, limit_s)
    out, back = programme.out, programme.back
    weights = [(section.outbound_weight, section.inbound_weight) for section in task.sections]
    heaviest = max(max(pair) for pair in weights) or 1.0
    total = []
    for i, (weight, weight_in) in enumerate(weights):
        ends = (i, i + 1)
        b = programme.band(out, _outbound_share, ends, 0.5, may_lack=may_lack)
        b_in = programme.band(back, _inbound_share, ends, 0.5, may_lack=may_lack)
        out.width.append(b)
        back.width.append(b_in)
        programme.weighed(b, b_in)
        total += [(weight or heaviest) / heaviest * b, (weight_in or heaviest) / heaviest * b_in]
    programme.solved(_total(total) * (1 / len(task.sections)))
    return programme.coordination(0.5, tuple([programme.val(b) for b in way.width] for way in (out, back)))  # type: ignore[arg-type]


def _outbound_share(order: Order) -> float:
    return order.outbound_share


def _inbound_share(order: Order) -> float:
    return order.inbound_share


def _lean(order: Order) -> float:
    """By how much the outbound green begins after the inbound one."""
    return order.outbound_from - order.inbound_from


def _total(parts: Sequence[Any]) -> Any:
    total: Any = 0.0
    for part in parts:
        total = part + total
    return total


def _speed(way_m: float, travel_s: float) -> float:
    return way_m / travel_s if travel_s > 0 else 0.0
