"""Arterials to coordinate, from a seed or drawn."""

import random

from hypothesis import strategies as st

from turnout.signals.arterial import BandTask, Order, Section, Site, orders_of_left_turns
from turnout.signals.model import LeftTurns


def an_arterial(size: int, seed: int = 1, *, cycle_s: tuple[float, float] = (80.0, 120.0)) -> BandTask:
    """A main street as they are: 150 to 700 m apart, left turns both ways in any order, 40 to 58 km/h."""
    chance = random.Random(seed)
    sites, sections, at_m = [], [], 0.0
    for i in range(size):
        turns = LeftTurns(
            cross=chance.uniform(0.3, 0.45),
            outbound_left=chance.uniform(0.08, 0.15),
            inbound_left=chance.uniform(0.08, 0.15),
        )
        sites.append(Site(f"J{i + 1}", at_m, orders_of_left_turns(turns)))
        way_m = chance.uniform(150, 700)
        at_m += way_m
        sections.append(Section(way_m, way_m, 11.1, 16.1, chance.uniform(300, 1500), chance.uniform(300, 1500)))
    return BandTask(sites=tuple(sites), sections=tuple(sections[:-1]), cycle_s=cycle_s)


def without_left_turns(
    greens: list[float], ways_s: list[float], *, cycle_s: float = 90.0, same_width: bool = False
) -> BandTask:
    """Greens both ways at once, one speed, one cycle: where the best offsets are 0 or half a cycle."""
    speed_mps = 15.0
    sites, at_m = [], 0.0
    for i, green in enumerate(greens):
        sites.append(Site(f"J{i + 1}", at_m, (Order("plain", 0.5 - green / 2, green, 0.5 - green / 2, green),)))
        at_m += ways_s[i] * speed_mps if i < len(ways_s) else 0
    sections = tuple(Section(way * speed_mps, way * speed_mps, speed_mps, speed_mps) for way in ways_s)
    return BandTask(sites=tuple(sites), sections=sections, cycle_s=(cycle_s, cycle_s), same_width=same_width)


@st.composite
def symmetric(draw: st.DrawFn, *, same_width: bool) -> BandTask:
    size = draw(st.integers(2, 6))
    greens = draw(st.lists(st.integers(20, 70).map(lambda c: c / 100), min_size=size, max_size=size))
    ways = draw(st.lists(st.integers(5, 120).map(float), min_size=size - 1, max_size=size - 1))
    return without_left_turns(greens, ways, same_width=same_width)


@st.composite
def tasks(draw: st.DrawFn) -> BandTask:
    """Anything a programme takes: orders, queues, ranges of speed and cycle, one-way weights."""
    size = draw(st.integers(2, 5))
    share = st.integers(0, 30).map(lambda c: c / 100)
    sites, sections = [], []
    for i in range(size):
        turns = LeftTurns(0.2 + draw(share), draw(share) / 2, draw(share) / 2)
        orders = draw(st.lists(st.sampled_from(orders_of_left_turns(turns)), min_size=1, max_size=4, unique=True))
        queue = st.integers(0, 8).map(float)
        sites.append(Site(f"J{i + 1}", 300.0 * i, tuple(orders), draw(queue), draw(queue)))
        slowest = draw(st.integers(8, 16))
        sections.append(
            Section(
                draw(st.integers(0, 900)),
                draw(st.integers(0, 900)),
                slowest,
                slowest + draw(st.integers(0, 5)),
                draw(st.integers(0, 1500)),
                draw(st.integers(0, 1500)),
            )
        )
    shortest = draw(st.integers(40, 100))
    return BandTask(
        sites=tuple(sites),
        sections=tuple(sections[:-1]),
        cycle_s=(shortest, shortest + draw(st.integers(0, 60))),
        inbound_to_outbound=draw(st.sampled_from((0.5, 1.0, 2.0))),
        speed_change_mps=draw(st.sampled_from((0.0, 0.0, 1.0, 3.0))),
    )
