"""An arterial as the band programmes see it, and what they give back. Shares are parts of the cycle, 0 to 1.

`outbound` is the direction in which the sites are listed. A site's local second 0 is where its plan begins; its offset
says when that is, after the first site's.
"""

from typing import Final

import msgspec

from turnout.signals.model import SECOND_MS, Arterial, Junction, LeftTurns, Plan, Signals, Stop, Wave
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.words.name import Name

SITES_MAX: Final = 100
"""No arterial has more; each further one doubles what there is to try."""


class Order(msgspec.Struct, frozen=True):
    """One possible order of greens: where the through greens begin, and how much of the cycle they last."""

    name: str
    outbound_from: float
    outbound_share: float
    inbound_from: float
    inbound_share: float


class Site(msgspec.Struct, frozen=True):
    """A junction with signals. `at_m` from the first one, outbound."""

    id: str
    at_m: float
    orders: tuple[Order, ...]
    outbound_queue_s: float = 0.0
    inbound_queue_s: float = 0.0


class Section(msgspec.Struct, frozen=True):
    """From one site to the next, and back."""

    outbound_m: float
    inbound_m: float
    slowest_mps: float
    fastest_mps: float
    outbound_weight: float = 1.0
    inbound_weight: float = 1.0


class BandTask(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: `cycle_s` from and to; the rest as in `model.Wave`."""

    sites: tuple[Site, ...]
    sections: tuple[Section, ...]
    cycle_s: tuple[float, float]
    inbound_to_outbound: float = 1.0
    same_width: bool = False
    speed_change_mps: float = 0.0


class Band(msgspec.Struct, frozen=True):
    """One direction of one section: it leaves from `from_s` to `from_s + width_s` and arrives `travel_s` later."""

    from_s: float
    width_s: float
    travel_s: float
    speed_mps: float


class Coordination(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. Bands stand by section, outbound from its first site and inbound from its second.

    `value` is what was made as great as can be: widths as shares of the cycle, weighted. `bound`: no coordination can
    have more. They are equal where the optimum is proven.
    """

    cycle_s: float
    offsets_s: tuple[float, ...]
    orders: tuple[str, ...]
    outbound: tuple[Band, ...]
    inbound: tuple[Band, ...]
    value: float
    bound: float

    @property
    def is_proven(self) -> bool:
        return self.bound - self.value <= PROVEN

    def chosen(self, task: BandTask) -> list[Order]:
        """The order of each site."""
        return [
            next(order for order in site.orders if order.name == name)
            for site, name in zip(task.sites, self.orders, strict=True)
        ]


PROVEN: Final = 1e-4
"""Of the cycle: a hundredth of a second of band is below what any controller can set."""


def orders_of_left_turns(turns: LeftTurns) -> tuple[Order, ...]:
    """The patterns of Little, Kelson and Gartner 1981: each left turn before or after the through greens.

    The cross street has its share from local second 0. An outbound left turn takes from the inbound green, and the
    other way round.
    """
    leads = {
        "outbound-leads": (True, False),
        "inbound-leads": (False, True),
        "both-lead": (True, True),
        "both-lag": (False, False),
    }
    through_out, through_in = 1 - turns.cross - turns.inbound_left, 1 - turns.cross - turns.outbound_left
    return tuple(
        Order(
            name,
            turns.cross + turns.inbound_left * leads[name][1],
            through_out,
            turns.cross + turns.outbound_left * leads[name][0],
            through_in,
        )
        for name in turns.orders
    )


def order_of_plan(plan: Plan, stop: Stop) -> Order | None:
    """The longest greens of the two through groups; None where one has none."""
    found = [
        max(plan.windows_of(group), default=None, key=lambda window: window.lasts_ms(plan.cycle_ms))
        for group in (stop.outbound, stop.inbound)
    ]
    out, back = found
    if out is None or back is None:
        return None
    cycle = plan.cycle_ms
    return Order(
        plan.id, out.from_ms / cycle, out.lasts_ms(cycle) / cycle, back.from_ms / cycle, back.lasts_ms(cycle) / cycle
    )


def task_of(signals: Signals, arterial: Arterial, wave: Wave) -> BandTask:
    """What the wave asks. Junctions without signals only add their way. Raises `BrokenSignals`."""
    sites: list[Site] = []
    sections: list[Section] = []
    passed: list[Stop] = []
    at_m = 0.0
    for stop in arterial.stops:
        junction = signals.junction(stop.junction)
        if junction is not None and (junction.groups or stop.left_turns is not None):
            if sites:
                sections.append(_section(passed))
            passed = []
            orders = _orders(junction, stop, arterial, wave)
            sites.append(
                Site(stop.junction, at_m, orders, stop.outbound_queue_ms / SECOND_MS, stop.inbound_queue_ms / SECOND_MS)
            )
        passed.append(stop)
        at_m += stop.to_next_m
    if not 2 <= len(sites) <= SITES_MAX:
        what = Name(
            f"{len(sites)} junctions with signals; a wave needs 2 to {SITES_MAX}",
            f"有信号的路口为 {len(sites)} 个；绿波需要 2 至 {SITES_MAX} 个",
        )
        raise BrokenSignals((_problem("arterial-size", arterial, wave, what),))
    return BandTask(
        sites=tuple(sites),
        sections=tuple(sections),
        cycle_s=_cycle_s(signals, arterial, wave),
        inbound_to_outbound=wave.inbound_to_outbound,
        same_width=wave.same_width,
        speed_change_mps=wave.speed_change_mps,
    )


def _section(passed: list[Stop]) -> Section:
    """From the first of these stops to the one after the last: ways add up; the narrowest range of speeds holds."""
    slowest = max(stop.speed_mps[0] for stop in passed)
    fastest = min(stop.speed_mps[1] for stop in passed)
    return Section(
        sum(stop.to_next_m for stop in passed),
        sum(stop.back_m or stop.to_next_m for stop in passed),
        min(slowest, fastest),
        fastest,
        passed[0].outbound_per_h,
        passed[-1].inbound_per_h,
    )


def _orders(junction: Junction, stop: Stop, arterial: Arterial, wave: Wave) -> tuple[Order, ...]:
    if stop.left_turns is not None and not wave.plan:
        return orders_of_left_turns(stop.left_turns)
    plan = junction.plan(wave.plan)
    order = order_of_plan(plan, stop) if plan is not None else None
    if order is None:
        what = Name(
            f"junction {junction.id} has no plan {wave.plan!r} with greens for {stop.outbound!r} and {stop.inbound!r}",
            f"路口 {junction.id} 没有为“{stop.outbound}”和“{stop.inbound}”安排绿灯的方案“{wave.plan}”",
        )
        raise BrokenSignals((_problem("wave-without-greens", arterial, wave, what),))
    return (order,)


def _cycle_s(signals: Signals, arterial: Arterial, wave: Wave) -> tuple[float, float]:
    """The wave's, or the one cycle of all plans. With plans it is fixed: their greens are in seconds."""
    if not wave.plan:
        if not 0 < wave.cycle_ms[0] <= wave.cycle_ms[1]:
            what = Name(
                "it names neither a plan nor a shortest and a longest cycle", "未指明方案，也未给出周期的上下限"
            )
            raise BrokenSignals((_problem("wave-without-cycle", arterial, wave, what),))
        return wave.cycle_ms[0] / SECOND_MS, wave.cycle_ms[1] / SECOND_MS
    named = [signals.junction(stop.junction) for stop in arterial.stops]
    plans = [junction.plan(wave.plan) for junction in named if junction is not None]
    cycles = sorted({plan.cycle_ms for plan in plans if plan is not None})
    if len(cycles) != 1:
        seconds = ", ".join(f"{cycle / SECOND_MS:g} s" for cycle in cycles)
        what = Name(f"its plans have different cycles: {seconds}", f"各方案的周期不同：{seconds}")
        raise BrokenSignals((_problem("wave-of-many-cycles", arterial, wave, what),))
    return cycles[0] / SECOND_MS, cycles[0] / SECOND_MS


def _problem(rule: str, arterial: Arterial, wave: Wave, what: Name) -> Problem:
    cure = Name("mend the arterial's stops or the wave's plan", "请修改干道的路口或绿波的方案")
    return Problem(rule, Spot(part=f"{arterial.id} / {wave.id}"), what, cure)
