"""A plan as SUMO's programme: second by second what each link of the network is shown, and nothing that was not said.

Amber and red with amber come from the group, as the guard shows them. A link has green with the right of way unless one
that it gives way to has green at the same moment.
"""

from typing import Final

from turnout.signals.model import Junction, Plan
from turnout.signals.problem import BrokenSignals, Problem, Spot
from turnout.signals.sumo_xml import Phase, Programme
from turnout.words.name import Name

PROGRAMME: Final = "turnout"


def programme_of(junction: Junction, plan: Plan, links: int) -> Programme:
    """`links`: how many lamps the network's signal has. Raises `BrokenSignals` where the plan does not fit them."""
    indices = _indices(junction, links)
    cycle = plan.cycle_ms
    changes = sorted(_changes(junction, plan) | {0})
    phases: list[Phase] = []
    for at, until in zip(changes, [*changes[1:], cycle], strict=True):
        state = _state(junction, plan, indices, links, at)
        if phases and phases[-1].state == state:
            phases[-1] = Phase(phases[-1].duration_ms + until - at, phases[-1].least_ms + until - at, state, 0)
        elif until > at:
            phases.append(Phase(until - at, until - at, state, 0))
    return Programme(junction.id, PROGRAMME, plan.offset_ms, tuple(phases), 0)


def _indices(junction: Junction, links: int) -> dict[str, int]:
    """Movement → lamp of the network."""
    found = {each.id: int(each.id) for each in junction.movements if each.id.isdecimal() and int(each.id) < links}
    if not found or len(found) != len(junction.movements):
        what = Name(
            "its movements are not numbered as the network's links: it cannot be simulated there",
            "其流向编号与路网连接不一致，无法仿真",
        )
        cure = Name("leave the junction to the network, or number its movements so", "请使用路网中的路口，或按其编号")
        raise BrokenSignals((Problem("not-of-the-network", Spot(junction=junction.id), what, cure),))
    return found


def _changes(junction: Junction, plan: Plan) -> set[int]:
    """Where some lamp changes."""
    groups = {group.id: group for group in junction.groups}
    found: set[int] = set()
    for window in plan.windows:
        group = groups[window.group]
        moments = (
            window.from_ms - group.starting_ms,
            window.from_ms,
            window.to_ms,
            window.to_ms + group.ending_ms,
        )
        found.update(moment % plan.cycle_ms for moment in moments)
    return found


def _state(junction: Junction, plan: Plan, indices: dict[str, int], links: int, at_ms: int) -> str:
    shown = {group.id: _shown(junction, plan, group.id, at_ms) for group in junction.groups}
    greens = {each.id for each in junction.movements if shown.get(each.group) == "G"}
    state = ["r"] * links
    for movement in junction.movements:
        colour = shown.get(movement.group, "r")
        gives_way = colour == "G" and not greens.isdisjoint(movement.yields_to)
        state[indices[movement.id]] = "g" if gives_way else colour
    return "".join(state)


def _shown(junction: Junction, plan: Plan, group_id: str, at_ms: int) -> str:
    """Green where two windows meet; then amber, then red with amber."""
    group = next(each for each in junction.groups if each.id == group_id)
    cycle, colours = plan.cycle_ms, set()
    for window in plan.windows_of(group_id):
        lasts = window.lasts_ms(cycle)
        if (at_ms - window.from_ms) % cycle < lasts:
            return "G"
        if (at_ms - window.from_ms - lasts) % cycle < group.ending_ms:
            colours.add("y")
        elif (window.from_ms - at_ms - 1) % cycle < group.starting_ms:
            colours.add("u")
    return "y" if "y" in colours else "u" if colours else "r"
