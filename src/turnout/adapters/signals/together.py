"""Which strategy or stage of a controller is asked for, where a way has several stop lines at one junction.

NTCIP 1211 and GB/T 20999 name one thing at a time. A controller's file may say what makes several groups green at once
(`"K1+K3" = 5`); of what there is, the one is asked for that makes the next stop line green and most of those behind it.
No thing is ever asked for that would show groups that may not be green together: the file is refused before.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from turnout.signals.model import Junction

BETWEEN: Final = "+"
Things = Mapping[frozenset[str], int]
"""Numbers at the controller, by the groups that they make green."""


def groups_named(named: str, junction: Junction) -> tuple[str, ...]:
    """`K1` alone, `K1+K3` together; a group may itself be called `K1+K3`."""
    known = {group.id for group in junction.groups}
    return (named,) if named in known else tuple(named.split(BETWEEN))


def things_of(numbers: Mapping[str, int], junction: Junction) -> Things:
    return {frozenset(groups_named(named, junction)): number for named, number in numbers.items()}


def alone(numbers: Mapping[str, int], junction: Junction) -> dict[str, int]:
    """Those of one group: what a controller makes green together is only what its file says."""
    return {named: number for named, number in numbers.items() if len(groups_named(named, junction)) == 1}


def thing_for(things: Things, group: str, also: Iterable[str] = ()) -> int | None:
    """The number of what makes `group` green, and most of `also`, and least beside; None where nothing does."""
    wanted = frozenset((group, *also))
    fitting = [groups for groups in things if group in groups]
    best = min(fitting, default=None, key=lambda groups: (-len(groups & wanted), len(groups - wanted), things[groups]))
    return things[best] if best is not None else None


def stages_together(junction: Junction) -> list[tuple[str, ...]]:
    """The junction's stages with several groups, none of which meet."""
    return [stage.groups for stage in junction.stages if len(stage.groups) > 1 and not meeting(junction, stage.groups)]


def meeting(junction: Junction, groups: Collection[str]) -> tuple[str, str] | None:
    """Two of these that may not be green together."""
    least = junction.least_between()
    return next(((one, other) for one, other in least if one != other and {one, other} <= set(groups)), None)
