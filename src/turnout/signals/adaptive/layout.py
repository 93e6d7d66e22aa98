"""What adaptive control knows of a junction before it begins: lanes, where their detectors lie, stages.

Nothing of it changes while the signals run. Distances are metres, times milliseconds.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from turnout.signals.model import Junction, Plan
from turnout.words.trouble import Unsupported

STAGES_MAX: Final = 32
"""Every second each stage is weighed. Programmes of large junctions have about ten."""
LANES_MAX: Final = 128
MARKS_MAX: Final = 2_000
"""Of one junction; the largest has about thirty lanes with six detectors each."""


class Way(msgspec.Struct, frozen=True):
    """To the next detector downstream."""

    to: str
    metres: float
    is_open: bool = False
    """Between the two some drive in or out by another street: counts of the two do not go together."""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A detector on the way to the stop line. `ways` is empty at the stop line itself."""

    detector: str
    before_stop_line_m: float
    speed_mps: float
    ways: tuple[Way, ...] = ()
    beside: tuple[str, ...] = ()
    """Detectors of the neighbouring lanes at the same place: vehicles change lanes."""


class LaneLayout(msgspec.Struct, frozen=True, kw_only=True):
    """A lane that ends at the stop line, with what it leads to."""

    id: str
    approach: str
    movements: tuple[str, ...]
    stop: str
    """The detector at its stop line."""
    exits: tuple[str, ...] = ()
    """Detectors behind the junction, one for each way that the lane leads to."""
    mouths: tuple[str, ...] = ()
    """Detectors where its street begins: who stands there stands in the junction upstream."""


class Stage(msgspec.Struct, frozen=True):
    """Groups by their number in the junction that have green together."""

    groups: frozenset[int]
    rates: dict[str, float]
    """Of each lane that is served: which share of its full flow passes."""
    yielding: frozenset[str]
    """Lanes from which somebody may have to give way under green."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    junction: Junction
    lanes: tuple[LaneLayout, ...]
    marks: tuple[Mark, ...]
    stages: tuple[Stage, ...]


GIVING_WAY: Final = 0.5
"""Of the full flow passes while one gives way under green; half is what HCM's gap acceptance leaves at a medium
opposing flow (Highway Capacity Manual, 7th ed., ch. 31, permitted left turns)."""
SHARED: Final = 0.8
"""Where one of the lane's ways has red: who wants there blocks the others."""


def layout_of(junction: Junction, lanes: Iterable[LaneLayout], marks: Iterable[Mark]) -> Layout:
    """Raises `Unsupported` where the junction has no two stages to choose from, or is too large."""
    lanes, marks = tuple(lanes), tuple(marks)
    stages = tuple(_stage(junction, lanes, greens) for greens in green_sets(junction))
    if not 2 <= len(stages) <= STAGES_MAX:
        raise Unsupported(f"junction {junction.id} has {len(stages)} stages; 2 to {STAGES_MAX} are taken")
    if len(lanes) > LANES_MAX or len(marks) > MARKS_MAX:
        raise Unsupported(f"junction {junction.id} has more than {LANES_MAX} lanes or {MARKS_MAX} detectors")
    return Layout(junction=junction, lanes=lanes, marks=marks, stages=stages)


def green_sets(junction: Junction) -> list[frozenset[str]]:
    """Sets of groups that have green together: the junction's stages, or what its plans show for long enough.

    Long enough is the least green of every group in it: what is shorter only joins two stages.
    """
    if junction.stages:
        return list(dict.fromkeys(frozenset(stage.groups) for stage in junction.stages))
    least_ms = {group.id: group.min_green_ms for group in junction.groups}
    found: dict[frozenset[str], None] = {}
    for plan in junction.plans:
        for greens, lasts_ms in _shown(plan):
            if greens and lasts_ms >= max(least_ms[group] for group in greens):
                found[greens] = None
    return list(found)


def _shown(plan: Plan) -> list[tuple[frozenset[str], int]]:
    """What a plan shows through its cycle, and how long; the last may go on as the first."""
    cuts = sorted({0, *(cut % plan.cycle_ms for window in plan.windows for cut in (window.from_ms, window.to_ms))})
    shown: list[tuple[frozenset[str], int]] = []
    for start, end in zip(cuts, [*cuts[1:], plan.cycle_ms], strict=True):
        greens = greens_at(plan, start)
        if shown and shown[-1][0] == greens:
            shown[-1] = (greens, shown[-1][1] + end - start)
        else:
            shown.append((greens, end - start))
    if len(shown) > 1 and shown[0][0] == shown[-1][0]:
        shown[0] = (shown[0][0], shown[0][1] + shown.pop()[1])
    return shown


def greens_at(plan: Plan, at_ms: int) -> frozenset[str]:
    """The groups that a plan gives green at a time of its cycle."""
    at_ms %= plan.cycle_ms
    return frozenset(
        window.group
        for window in plan.windows
        if (at_ms - window.from_ms) % plan.cycle_ms < window.lasts_ms(plan.cycle_ms)
    )


def _stage(junction: Junction, lanes: Iterable[LaneLayout], greens: frozenset[str]) -> Stage:
    movements = {movement.id: movement for movement in junction.movements}
    rates, yielding = {}, set()
    for lane in lanes:
        ways = [movements[each] for each in lane.movements]
        served = [way for way in ways if way.group in greens]
        if not served:
            continue
        gives_way = [any(movements[other].group in greens for other in way.yields_to) for way in served]
        if any(gives_way):
            yielding.add(lane.id)
        rates[lane.id] = (GIVING_WAY if all(gives_way) else 1.0) * (1.0 if len(served) == len(ways) else SHARED)
    groups = frozenset(i for i, group in enumerate(junction.groups) if group.id in greens)
    return Stage(groups, rates, frozenset(yielding))
