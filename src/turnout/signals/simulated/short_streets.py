"""Streets of a SUMO network between two controlled signals, with room for one vehicle in each lane.

Such a street leads both ways, and at both ends somebody who comes out of it gives way under green: else two who wait
for one another in it cannot be. Signals that let in are those of which half of the movements or more lead into it; who
lets in now and then would be closed for nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.observer import JAM_M
from turnout.signals.short_street import Gate, ShortStreet
from turnout.signals.sumo_xml import Records

ROOM: Final = 2
"""Standing vehicles that a street has no room for."""
MOSTLY: Final = 0.5
"""Of a signal's movements."""


def short_streets(records: Records, layouts: Iterable[Layout]) -> tuple[ShortStreet, ...]:
    """Between two junctions that both have detectors, in the order of their names."""
    here = {layout.junction.id: layout for layout in layouts}
    ends_at: dict[str, set[str]] = defaultdict(set)
    leads: dict[tuple[str, str], set[str]] = defaultdict(set)
    """By signal and movement, the streets that it lets into."""
    for link in records.links:
        ends_at[link.from_edge].add(link.signal)
        if link.signal:
            leads[link.signal, str(link.index)].add(link.to_edge)
    between: dict[tuple[str, str], set[str]] = defaultdict(set)
    for signal, edge in [(signal, edge) for (signal, _), edges in leads.items() for edge in edges]:
        others = ends_at[edge]
        if len(others) == 1 and not others & {"", signal} and _is_short(records, edge):
            between[signal, min(others)].add(edge)
    found = []
    for (one, other), streets in sorted(between.items()):
        back = between.get((other, one), set())
        if one < other and back and {one, other} <= here.keys():
            ways = ((here[one], here[other], streets), (here[other], here[one], back))
            gates = [
                Gate(end, layout.junction.id, group)
                for end, (layout, _, into) in enumerate(ways)
                for group in _letting_in(layout, into, leads)
            ]
            is_secured = {gate.end for gate in gates} == {0, 1} and not any(
                _lets_both_ways(layout, into, out, leads)
                for (layout, _, into), (_, _, out) in zip(ways, ways[::-1], strict=True)
            )
            if is_secured and all(_gives_way(far, into) for _, far, into in ways):
                approaches = tuple(sorted(streets)), tuple(sorted(back))
                found.append(ShortStreet(f"{one} - {other}", tuple(gates), approaches))
    return tuple(found)


def _is_short(records: Records, edge: str) -> bool:
    return all(lane.length_m < ROOM * JAM_M for lane in records.edges[edge].lanes)


def _letting_in(layout: Layout, streets: set[str], leads: dict[tuple[str, str], set[str]]) -> list[str]:
    """Groups of the junction that let mostly into these streets."""
    junction = layout.junction
    into: dict[str, list[bool]] = defaultdict(list)
    for movement in junction.movements:
        into[movement.group].append(not streets.isdisjoint(leads[junction.id, movement.id]))
    return [group for group, ways in into.items() if any(ways) and sum(ways) >= MOSTLY * len(ways)]


def _lets_both_ways(layout: Layout, into: set[str], out: set[str], leads: dict[tuple[str, str], set[str]]) -> bool:
    """Whether a group lets into the street and out of it: it cannot be closed to let out who is in there."""
    junction = layout.junction
    own = {movement for lane in layout.lanes if lane.approach in out for movement in lane.movements}
    letting_in = {each.group for each in junction.movements if not into.isdisjoint(leads[junction.id, each.id])}
    return any(each.id in own and each.group in letting_in for each in junction.movements)


def _gives_way(layout: Layout, streets: set[str]) -> bool:
    """Whether somebody who comes out of these streets gives way under green."""
    own = {movement for lane in layout.lanes if lane.approach in streets for movement in lane.movements}
    return any(movement.id in own and movement.yields_to for movement in layout.junction.movements)
